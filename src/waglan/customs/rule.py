"""What every module in rules/ gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from waglan.codes.finding import Finding
from waglan.codes.party import PartyId
from waglan.codes.unlocode import Places
from waglan.manifest.identity import BillKey
from waglan.manifest.model import Head, Manifest


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


@dataclass(frozen=True, slots=True)
class Twin:
    """Another manifest of the same filer that stands declared and has the same bill."""

    document: str
    call: str


@dataclass(frozen=True, slots=True)
class Declared:
    """The head of an earlier version of the manifest in hand, and when it was filed."""

    head: Head
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class Discharge:
    """The first box that is known to have left the ship in Hong Kong on her call, and who told."""

    at: datetime
    told_by: PartyId


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside the file: only what its filer may see. None says that nobody looked."""

    filed_at: datetime | None = None
    call: str | None = None  # the manifest's own
    twins: Mapping[BillKey, Twin] | None = None
    declared: tuple[Declared, ...] | None = None  # the versions before, the first one first
    discharge: Discharge | None = None  # looked for where the manifest tells no time
    places: Places | None = None  # what a list knows of the places that the manifest names


class WiderRule(Protocol):
    """A module of rules/ that needs more than the file; it never stops a bill.

    Officers judge by the rules of the file alone, so that a verdict can be repeated from the
    manifest; what a wider rule finds is for the filer.
    """

    CODE: str
    KIND: Kind
    SOURCE: str
    CHECKED_ON: date
    IN_FORCE_FROM: date

    def lacks(self, manifest: Manifest, beside: Beside) -> Finding | None:
        """Return why the rule can't be run; None when it can."""
        ...

    def check_beside(self, manifest: Manifest, beside: Beside) -> list[Finding]:
        """Return one finding for each fault; notes and warnings only."""
        ...
