"""The one door to the data files packaged with Waglan."""

from importlib.metadata import version
from importlib.resources import files


def load(folder: str) -> dict[str, str]:
    """Return the TOML files of a folder such as `elock/provinces`: text by name, names in order."""
    return {name.removesuffix(".toml"): text for name, text in _texts(folder, ".toml")}


def scripts(folder: str) -> dict[str, str]:
    """Return the SQL files of a folder such as `store/migrations`: text by name, names in order."""
    return {name.removesuffix(".sql"): text for name, text in _texts(folder, ".sql")}


def read(path: str) -> str:
    """Return one packaged text file, such as `store/schema.sql`; a missing one is our fault."""
    return files("waglan").joinpath(*path.split("/")).read_text(encoding="utf-8")


def installed(package: str) -> str:
    """Return the version of an installed package whose results are part of a decision's basis."""
    return version(package)


def _texts(folder: str, suffix: str) -> list[tuple[str, str]]:
    found = files("waglan").joinpath(*folder.split("/")).iterdir()
    return [
        (file.name, file.read_text(encoding="utf-8"))
        for file in sorted(found, key=lambda file: file.name)
        if file.name.endswith(suffix)
    ]
