"""What an event is about, and what a user may look up."""

from enum import Enum

import msgspec


class KeyKind(Enum):
    """The kinds of thing that a user may look up."""

    __hash__ = object.__hash__  # as in `codes.event`

    BILL = "bill"
    CONTAINER = "container"
    MANIFEST = "manifest"
    MESSAGE = "message"
    CALL = "call"  # one call of one vessel: IMO number or name, and voyage
    DRAFT = "draft"
    PARTY = "party"
    LOG = "log"
    TRIP = "trip"  # one drive under a lock, by its id
    CCRN = "ccrn"  # customs' reference of cargo that goes by road
    DEVICE = "device"  # a lock or tracker, by its name in its protocol


class Key(msgspec.Struct, frozen=True, gc=False):
    """One bill, container, manifest …; kind and text together name it."""

    kind: KeyKind
    text: str
