"""What stands in the log for an event: a salted commitment, never its words."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import cast

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.canonical import NotCanonical, Stated, Value, Writable, canonical, check
from waglan.logbook.event import Event

SALT_BYTES = 16
HASH_BYTES = 32
EVENT_FORM = "waglan/event/v1"

# The byte after these sixteen is 0 here and "{" in an event, so that neither passes for the other.
COMMIT_DOMAIN = b"waglan/commit/v1\x00"
ALIKE_MAX = 1_000  # kinds of event remembered while a batch is written
_LEAF_PREFIX = b"\x00"  # RFC 6962, 2.1


def commit(salt: bytes, value: Writable) -> bytes:
    """Return what an event says instead of a personal field; without the salt it tells nothing."""
    return sha256(COMMIT_DOMAIN + _salt(salt) + canonical(value)).digest()


def event_bytes(event: Event) -> bytes:
    """Return the canonical bytes of an event, which are stored, committed to and shown as proof.

    They hold all that was said and when, but not who may see it or what else finds it.
    """
    return events_bytes([event])[0]


def events_bytes(events: Iterable[Event]) -> list[bytes]:
    """Return `event_bytes` of each; what many say alike is checked and written once.

    Who tells the same of thousands of bills gives all those events one and the same body.
    """
    write = _Writer()
    try:
        return [write.event(event) for event in events]
    except UnicodeEncodeError:
        raise NotCanonical("the text holds half a surrogate pair") from None


class _Writer:
    """Writes events member by member, in the order of their names; it remembers by identity."""

    __slots__ = ("_bodies", "_ends")

    def __init__(self) -> None:
        self._bodies: dict[int, bytes] = {}
        self._ends: dict[tuple[int, ...], tuple[bytes, bytes]] = {}

    def event(self, event: Event) -> bytes:
        about = event.about
        kind, text = _KINDS[about.kind], _encode(about.text)
        return b"".join((kind, text, b'},"body":', self._body(event.body), self._end(event)))

    def _body(self, body: Mapping[str, Value]) -> bytes:
        if isinstance(body, Stated):  # of one event alone
            check(body.struct, depth=1)
            return _encode(body.struct)
        written = self._bodies.get(id(body))
        if written is None:
            plain = body if type(body) is dict else dict(body)
            check(plain, depth=1)
            written = _encode(plain)
            if len(self._bodies) < ALIKE_MAX:
                self._bodies[id(body)] = written
        return written

    def _end(self, event: Event) -> bytes:
        key = (id(event.code), id(event.recorded_at), id(event.said_by))
        written = self._ends.get(key)
        if written is None:
            end = _End(
                code=event.code,
                happened_at="",
                recorded_at=_rfc3339(_utc(event.recorded_at)),
                said_by=event.said_by,
            )
            before, name, after = _encode(end).partition(b'"happened_at":"')
            written = (b"," + before[1:] + name, after)
            if len(self._ends) < ALIKE_MAX:
                self._ends[key] = written
        # Of many events each happened at its own time.
        return _rfc3339(event.happened_at).encode().join(written)


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


class _About(msgspec.Struct, frozen=True, gc=False):
    kind: KeyKind
    text: str


class _End(msgspec.Struct, frozen=True, gc=False):
    """What stands behind the body."""

    code: EventCode
    happened_at: str
    recorded_at: str
    said_by: str
    form: str = EVENT_FORM


_encode = msgspec.json.Encoder(order="sorted").encode
_KINDS = {kind: f'{{"about":{{"kind":"{kind.value}","text":'.encode() for kind in KeyKind}


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
        Key(said.about.kind, said.about.text),
        PartyId(said.said_by),
        datetime.fromisoformat(said.happened_at),
        datetime.fromisoformat(said.recorded_at),
        # What was written was checked; JSON has nothing that Value has not, but for floats.
        cast("dict[str, Value]", said.body),
    )


class _Read(msgspec.Struct, frozen=True, gc=False):
    about: _About
    body: dict[str, object]
    code: EventCode
    happened_at: str
    recorded_at: str
    said_by: str


_decode = msgspec.json.Decoder(_Read).decode
