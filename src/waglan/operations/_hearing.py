"""A device's frames as entries of a trip's log: places, what a lock says, and what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Final

import msgspec

from waglan.codes.position import Position
from waglan.elock.alarm import evidence
from waglan.elock.datum import Datum
from waglan.elock.device import Fix as FixKind
from waglan.elock.device import Opening, Ping, Telegram, Unread
from waglan.elock.entry import NO_CLOCK_S, Channel, Entry, Filled, Heard, Misread, Missing, Said
from waglan.elock.speaker import Speaker, Spoken
from waglan.elock.track import NONE, TIME_MAX_S, Fix, Source
from waglan.messages.devices import owntracks
from waglan.messages.devices.model import models
from waglan.messages.devices.protocol import PAYLOADS, STREAMS, Reading
from waglan.operations.take_frames import OF_TELEPHONES
from waglan.store.frames import KeptFrame
from waglan.store.trips import TripDevice

_encode = msgspec.msgpack.Encoder().encode
_BY_SATELLITE: Final = (FixKind.GNSS, None)  # a telephone does not say by what


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a trip counts what is said, and until when it is under way."""

    since_s: int
    driven_until_s: int
    until_s: int


class Hearing:
    """One device of a trip, heard frame by frame in the order in which they were kept."""

    __slots__ = ("_records", "_speaker", "_streams", "device", "last")

    def __init__(self, device: TripDevice) -> None:
        """Begin before its first frame."""
        self.device = device
        self.last = 0  # the number of the frame that was heard last
        self._speaker = Speaker(device.terminal, device.serial_range)
        self._streams = dict[object, Reading]()
        self._records = set[bytes]()

    def take(self, frame: KeptFrame, span: Span) -> list[Entry]:
        """Return what the next frame says within a trip."""
        entries, device = list[Entry](), self.device
        telegrams = _telegrams(device.protocol, self._streams, frame)
        recorded_s = int(frame.recorded_at.timestamp())
        if device.is_lock:
            payload = _payload(device.protocol, telegrams, frame)
            spoken = Spoken(
                str(frame.session), frame.serial, payload, recorded_s, frame.at_s,
                str(frame.connection),
            )  # fmt: skip
            for n, note in enumerate(self._speaker.take(spoken).notes):
                entries.append(_entry(frame, f"n{n}", recorded_s, note))
        for telegram in telegrams:
            read = (
                telegram.said if device.read_as != Datum.GCJ_02.value else _moved(telegram, frame)
            )
            for n, said in enumerate(read):
                if isinstance(said, Ping) and _is_known(said, self._records):
                    continue
                entries += _said(device, frame, (n, said), span)
        self.last = frame.frame_id
        return entries


def heard_of(device: TripDevice, frames: Sequence[KeptFrame], span: Span) -> list[Entry]:
    """Return what a device's frames say within a trip, in the order in which they were kept."""
    hearing = Hearing(device)
    return [entry for frame in frames for entry in hearing.take(frame, span)]


def misread_of(device: TripDevice) -> list[Entry]:
    """Return that a device is read in another datum than its kind was found to tell, if so."""
    read_as, as_ = device.read_as, device.learned_as
    if read_as is None or as_ is None or read_as == as_ or device.from_at is None:
        return []
    at_s, told = int(device.from_at.timestamp()), device.learned_version or 0
    what = Misread(device.terminal, read_as, as_, told)
    return [Entry(f"datum-{device.terminal}", at_s, at_s, 0, what)]


def _is_known(ping: Ping, records: set[bytes]) -> bool:
    """Whether a device said the very same before, as it does out of its store: it counts once."""
    if ping.at_s is None:
        return False
    said = _encode(msgspec.structs.replace(ping, is_backfill=None))
    record = blake2b(said, digest_size=16).digest()  # a trip has thousands, each kept in memory
    is_known = record in records
    records.add(record)
    return is_known


def _telegrams(protocol: str, streams: dict[object, Reading], frame: KeptFrame) -> list[Telegram]:
    """Read a frame again; fragments of one connection are joined as they were then."""
    if frame.raw is None:
        return []
    if protocol == OF_TELEPHONES:
        read = owntracks.read(frame.raw)
        return [read] if isinstance(read, Telegram) else []
    stream = streams.setdefault(frame.connection, STREAMS[protocol]())
    heard = stream.feed(frame.raw, int(frame.recorded_at.timestamp()))
    return [one for one in heard if isinstance(one, Telegram)]


def _moved(telegram: Telegram, frame: KeptFrame) -> list[object]:
    """Return what was said with its places as they were converted when it came.

    What was not converted then, for it is read otherwise by now, has no place any more.
    """
    known = {(one.raw_lat_e7, one.raw_lon_e7): one for one in frame.places}
    said = list[object]()
    for one in telegram.said:
        if isinstance(one, Ping | Opening) and one.lat_e7 is not None:
            at = known.get((one.lat_e7, one.lon_e7 or 0))
            lat, lon = (None, None) if at is None else (at.lat_e7, at.lon_e7)
            said.append(msgspec.structs.replace(one, lat_e7=lat, lon_e7=lon))
        else:
            said.append(one)
    return said


def sent_places(device: TripDevice, frames: Sequence[KeptFrame]) -> Iterator[Position]:
    """Yield the places that a device told by satellite, as it sent them."""
    streams = dict[object, Reading]()
    for frame in frames:
        for telegram in _telegrams(device.protocol, streams, frame):
            for said in telegram.said:
                if isinstance(said, Ping) and _has_place(said):
                    yield Position(said.lat_e7 or 0, said.lon_e7 or 0)


def _payload(protocol: str, telegrams: Sequence[Telegram], frame: KeptFrame) -> bytes:
    if not telegrams:
        return sha256(frame.frame_id.to_bytes(8, "big")).digest()
    read = PAYLOADS.get(protocol)
    return sha256(telegrams[0].raw if read is None else read(telegrams[0])).digest()


def _said(
    device: TripDevice, frame: KeptFrame, one: tuple[int, object], span: Span
) -> Iterator[Entry]:
    n, said = one
    recorded_s = int(frame.recorded_at.timestamp())
    at_s = getattr(said, "at_s", None) or recorded_s
    if abs(at_s) >= TIME_MAX_S:
        at_s = recorded_s
    own_s = recorded_s if at_s > recorded_s + NO_CLOCK_S else at_s
    if not span.since_s <= own_s <= span.until_s:
        return
    if isinstance(said, Ping) and own_s <= span.driven_until_s and _has_place(said):
        yield _entry(frame, f"{n}", at_s, _fix(device, said, (at_s, recorded_s)))
    if device.is_lock and (what := _lock(device, said)) is not None:
        yield _entry(frame, f"{n}-lock", at_s, what)


def _has_place(ping: Ping) -> bool:
    return ping.lat_e7 is not None and ping.lon_e7 is not None and ping.fix in _BY_SATELLITE


def _fix(device: TripDevice, ping: Ping, when: tuple[int, int]) -> Fix:
    source = Source.LOCK if device.is_lock else Source.BESIDE
    speed = NONE if ping.speed_m_h is None else ping.speed_m_h
    return Fix(*when, ping.lat_e7 or 0, ping.lon_e7 or 0, speed, source)


def _lock(device: TripDevice, said: object) -> Said | None:
    """Return what a lock says of itself, by its model's table."""
    if isinstance(said, Unread):
        return Said(device.terminal, (), is_encrypted=True) if said.is_encrypted else None
    if isinstance(said, Opening):  # nobody published what its words mean
        return Said(device.terminal, (), None, said.actor, is_known=False)
    if not isinstance(said, Ping):
        return None
    told = evidence(said, models().get(device.model))
    at = Position(said.lat_e7 or 0, said.lon_e7 or 0) if _has_place(said) else None
    alarms = tuple(dict.fromkeys(signal.alarm for signal in told.signals))
    return Said(device.terminal, alarms, at, None, told.is_known)


def _entry(
    frame: KeptFrame, name: str, at_s: int, what: Fix | Said | Heard | Missing | Filled
) -> Entry:
    recorded_s = int(frame.recorded_at.timestamp())
    return Entry(
        f"{frame.frame_id}.{name}",
        at_s,
        recorded_s,
        frame.frame_id,
        what,
        str(frame.session),
        frame.serial or 0,
        Channel(frame.channel),
    )
