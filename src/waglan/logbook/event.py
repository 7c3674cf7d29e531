"""One thing that happened, as somebody told it."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.key import Key
from waglan.codes.party import PartyId
from waglan.logbook.canonical import Value


class Event(msgspec.Struct, frozen=True, gc=False):
    """Something that happened; written once, never changed.

    `body` holds no personal field, only salted commitments to them (`logbook.leaf.commit`).
    """

    code: EventCode
    about: Key
    said_by: PartyId
    happened_at: datetime  # when it happened on the quay, with its zone as sent
    recorded_at: datetime  # when we were told, which may be days later
    body: Mapping[str, Value] = msgspec.field(default_factory=dict)
    also: tuple[Key, ...] = ()  # what else finds this event
    readers: frozenset[PartyId] = frozenset()  # who may see it: `parties.readers`
