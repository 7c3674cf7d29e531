"""What an event is about, and what a user may look up."""

from dataclasses import dataclass
from enum import Enum


class KeyKind(Enum):
    """The kinds of thing that a user may look up."""

    BILL = "bill"
    CONTAINER = "container"
    MANIFEST = "manifest"
    MESSAGE = "message"
    CALL = "call"  # one call of one vessel: IMO number or name, and voyage
    PARTY = "party"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Key:
    """One bill, container, manifest …; kind and text together name it."""

    kind: KeyKind
    text: str
