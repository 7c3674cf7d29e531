"""What somebody acts on, with the version that he saw: nothing fetches that for him."""

from waglan.cli.wording import stopped
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang

DIGITS_MAX = 9


def versioned(text: str, lang: Lang) -> tuple[str, int]:
    """Return the name and the version of NAME=VERSION; without a version exit 1."""
    name, _, version = text.rpartition("=")
    is_number = version.isascii() and version.isdecimal() and len(version) <= DIGITS_MAX
    if not (name and is_number):
        raise stopped(Finding("CLI-UNSEEN", Severity.ERROR, Where("name"), {"name": text}), lang, 1)
    return name, int(version)
