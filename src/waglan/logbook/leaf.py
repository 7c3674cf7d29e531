"""What stands in the log for an event: a salted commitment, never its words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import cast

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.key import Key
from waglan.codes.party import PartyId
from waglan.logbook.canonical import (
    NotCanonical,
    Stated,
    Value,
    Writable,
    are_in_order,
    canonicals,
    written,
)
from waglan.logbook.event import Event

SALT_BYTES = 16
HASH_BYTES = 32
EVENT_FORM = "waglan/event/v1"

# The byte after these sixteen is 0 here and "{" in an event, so that neither passes for the other.
COMMIT_DOMAIN = b"waglan/commit/v1\x00"
AT_ONCE = 1_000  # events written together: what the processor's cache holds
_LEAF_PREFIX = b"\x00"  # RFC 6962, 2.1


def commit(salt: bytes, value: Writable) -> bytes:
    """Return what an event says instead of a personal field; without the salt it tells nothing."""
    return commitments([salt], [value])[0]


def commitments(salts: Sequence[bytes], values: Sequence[Writable]) -> list[bytes]:
    """Return `commit` of each salt and value."""
    begun, made = sha256(COMMIT_DOMAIN), list[bytes]()
    for salt, text in zip(map(_salt, salts), canonicals(values), strict=True):
        one = begun.copy()
        one.update(salt + text)
        made.append(one.digest())
    return made


def event_bytes(event: Event) -> bytes:
    """Return the canonical bytes of an event, which are stored, committed to and shown as proof.

    They hold all that was said and when, but not who may see it or what else finds it.
    """
    return events_bytes([event])[0]


def events_bytes(events: Sequence[Event]) -> list[bytes]:
    """Return `event_bytes` of each; what many say alike is checked and written once.

    Who tells the same of thousands of bills gives all those events one and the same body.
    """
    write = _Writer()
    pieces = range(0, len(events), AT_ONCE)
    return [text for at in pieces for text in write.events(events[at : at + AT_ONCE])]


class _Said(msgspec.Struct, frozen=True, gc=False):
    """What an event's bytes say, in the order of the names."""

    about: Key
    body: msgspec.Struct | msgspec.Raw
    code: EventCode
    form: str
    happened_at: str
    recorded_at: str
    said_by: PartyId


class _Writer:
    """Writes events piece by piece; it remembers bodies by identity."""

    __slots__ = ("_bodies",)

    def __init__(self) -> None:
        self._bodies: dict[int, msgspec.Raw] = {}

    def events(self, events: Sequence[Event]) -> list[bytes]:
        # Asked by the very type: an abstract one is asked ten times as long.
        stated = [event.body.struct for event in events if type(event.body) is Stated]
        in_order, structs = are_in_order(stated, depth=1), iter(stated)
        bodies = self._alike({id(e.body): e.body for e in events if type(e.body) is not Stated})
        happened = _texts([event.happened_at for event in events])
        recorded = _texts([event.recorded_at for event in events], _utc)
        said = [
            _Said(
                event.about,
                next(structs) if type(event.body) is Stated else bodies[id(event.body)],
                event.code,
                EVENT_FORM,
                happened_at,
                recorded_at,
                event.said_by,
            )
            for event, happened_at, recorded_at in zip(events, happened, recorded, strict=True)
        ]
        return written(said, in_order=in_order)

    def _alike(self, bodies: Mapping[int, Mapping[str, Value]]) -> Mapping[int, msgspec.Raw]:
        """Return each body's bytes; those of the last piece of events are at hand."""
        new = {at: body for at, body in bodies.items() if at not in self._bodies}
        plain = [body if type(body) is dict else dict(body) for body in new.values()]
        made = zip(new, map(msgspec.Raw, canonicals(plain, depth=1)), strict=True)
        self._bodies = {at: self._bodies[at] for at in bodies if at in self._bodies} | dict(made)
        return self._bodies


def _texts(
    times: Iterable[datetime], as_kept: Callable[[datetime], datetime] | None = None
) -> Iterator[str]:
    """Yield times as they are written; of many events it is the very same time."""
    last, text = None, ""
    for at in times:
        if at is not last:
            last, text = at, _rfc3339(as_kept(at) if as_kept else at)
        yield text


def leaf_of(salt: bytes, event: bytes) -> bytes:
    """Return the tree's leaf hash of an event's canonical bytes.

    In PostgreSQL: sha256('\\x00'::bytea || sha256(salt || canonical)).
    """
    return leaf_hash(leaf_data(salt, event))


def leaf_data(salt: bytes, event: bytes) -> bytes:
    """Return the 32 bytes that RFC 6962 calls the entry: the salted commitment to an event."""
    return sha256(_salt(salt) + event).digest()


def leaf_hash(data: bytes) -> bytes:
    """Return RFC 6962's hash of one entry."""
    return sha256(_LEAF_PREFIX + data).digest()


def _salt(salt: bytes) -> bytes:
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return salt


def _utc(at: datetime) -> datetime:
    try:
        return at if at.tzinfo is UTC else _zoned(at).astimezone(UTC)
    except OverflowError:
        raise NotCanonical(f"{at.isoformat()} is outside the calendar in UTC") from None


def _rfc3339(at: datetime) -> str:
    text = at.isoformat("T", "microseconds")
    if len(text) != _RFC3339_LENGTH:
        _zoned(at)
        raise NotCanonical(f"{text}: RFC 3339 has no room for seconds in a zone")
    return text


_RFC3339_LENGTH = len("2026-08-01T09:30:00.000000+08:00")


def _zoned(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise NotCanonical(f"{at.isoformat()} has no zone")
    return at


def read_event(text: bytes) -> Event:
    """Return what `event_bytes` wrote; who may see it and what else finds it stand elsewhere."""
    said = _decode(text)
    return Event(
        said.code,
        said.about,
        PartyId(said.said_by),
        datetime.fromisoformat(said.happened_at),
        datetime.fromisoformat(said.recorded_at),
        # What was written was checked; JSON has nothing that Value has not, but for floats.
        cast("dict[str, Value]", said.body),
    )


class _Read(msgspec.Struct, frozen=True, gc=False):
    about: Key
    body: dict[str, object]
    code: EventCode
    happened_at: str
    recorded_at: str
    said_by: str


_decode = msgspec.json.Decoder(_Read).decode
