"""What every module in rules/ gives."""

from datetime import date
from enum import Enum
from typing import Protocol

from waglan.codes.finding import Finding
from waglan.manifest.model import Manifest


class Kind(Enum):
    """What stands behind a rule."""

    LAW = "law"  # an ordinance or regulation says it
    PRACTICE = "practice"  # the authority asks for it; no text of law does
    PLAUSIBILITY = "plausibility"  # we find it unlikely; it may still be true


class Rule(Protocol):
    """A module of rules/; mypy checks each against this."""

    CODE: str
    KIND: Kind
    SOURCE: str
    CHECKED_ON: date  # when somebody last compared it with its source
    IN_FORCE_FROM: date

    def check(self, manifest: Manifest) -> list[Finding]:
        """Return one finding for each fault."""
        ...
