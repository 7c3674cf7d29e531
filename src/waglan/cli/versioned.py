"""What somebody acts on, with the version that he saw: nothing fetches that for him."""

from waglan.cli.wording import stopped
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang

DIGITS_MAX = 9
FIRST_FILED = "1"


def versioned(text: str, lang: Lang) -> tuple[str, int]:
    """Return the name and the version of NAME=VERSION; without a version exit 1."""
    name, _, version = text.rpartition("=")
    if not (name and _is_number(version)):
        raise stopped(_unseen(text), lang, 1)
    return name, int(version)


def filed_version(text: str, lang: Lang) -> tuple[str, int, int]:
    """Return the bill, its decision and its filed version of BILL=DECISION/FILED.

    Without the part after the stroke it is the first that was filed: whoever leaves it out acts on
    no bill that was amended since.
    """
    name, _, versions = text.rpartition("=")
    decision, stroke, filed = versions.partition("/")
    filed = filed if stroke else FIRST_FILED
    if not (name and _is_number(decision) and _is_number(filed) and int(filed)):
        raise stopped(_unseen(text), lang, 1)
    return name, int(decision), int(filed)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX


def _unseen(text: str) -> Finding:
    return Finding("CLI-UNSEEN", Severity.ERROR, Where("name"), {"name": text})
