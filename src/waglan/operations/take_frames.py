"""A device's frames are kept, or set aside; only after the commit may they be answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.elock.datum import Placed, placed
from waglan.elock.device import Quarantined, Telegram
from waglan.elock.leaf import frame_leaf
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.logbook.tree import Frontier
from waglan.messages.devices.jtt808.hidden import hidden, hidden_noise
from waglan.messages.devices.protocol import PAYLOADS, READING_VERSION
from waglan.store import Transaction, devices, events, frames
from waglan.store.devices import Named, Session
from waglan.store.frames import Aside, Connection, NewFrame, Place

OF_TELEPHONES = "owntracks"  # what is posted by a telephone in one body
_HIDES = "jtt808"  # whose frames show a code


@dataclass(frozen=True, slots=True)
class Batch:
    """Telegrams of one connection, all of one device that proved to be it, in their order."""

    device: Named
    session: Session
    connection: Connection
    telegrams: Sequence[Telegram]


async def take_frames(tx: Transaction, vault: Vault, batch: Batch, *, now: datetime) -> int:
    """Keep what is new of a batch, with one event for all of it; return how many were new.

    What was kept before is acknowledged again and kept once. Taken is raised if another
    transaction kept one of them in between: roll back and call again.
    """
    device = batch.device
    secret = await devices.secret_of(tx, device, now=now)
    if secret is None:
        raise LookupError("the device's key was erased")
    is_moved = await devices.is_moved(tx, device.device_id)
    read = [_frame(vault, batch, each, is_moved=is_moved) for each in batch.telegrams]
    came = {one.same: one for one in read}
    known = await frames.known(tx, device.device_id, [*came.values()], now=now)
    new = [one for one in came.values() if one.same not in known]
    if not new:
        return 0
    before, first = await frames.last_of(tx, device.device_id), await frames.numbers(tx)
    leaves = [frame_leaf(secret.salt, first + n, one.sha256) for n, one in enumerate(new)]
    told = Event(
        EventCode.DEVICE_BATCH,
        Key(KeyKind.DEVICE, batch.telegrams[0].device),
        device.party,
        now,
        now,
        {
            "session": str(batch.session.id),
            "channel": batch.connection.channel,
            "count": len(new),
            "before": before,  # the newest frame of the device so far: no batch is left out unseen
            "first": first,
            "last": first + len(new) - 1,
            "root": Frontier().append(leaves)[0].root.hex(),
        },
    )
    (event_id,) = await events.append(tx, [told])
    place = Place(device, batch.session, batch.connection, event_id, READING_VERSION, now)
    await frames.keep(tx, (vault, secret), place, first, new)
    return len(new)


async def put_aside(
    tx: Transaction,
    vault: Vault,
    came: tuple[Named, Connection],
    pieces: Sequence[Aside],
    *,
    now: datetime,
) -> None:
    """Keep what is no frame, or nobody's, where it counts for nothing; `came` says whose it is."""
    await frames.set_aside(tx, vault, came, pieces, now=now)


async def raise_alarm(
    tx: Transaction, came: tuple[Named, Connection], terminal: str, reason: str, *, now: datetime
) -> None:
    """Tell the platform's operator that somebody spoke as a device he did not prove to be."""
    operator, connection = came
    told = Event(
        EventCode.DEVICE_ALARM,
        Key(KeyKind.DEVICE, terminal),
        operator.party,
        now,
        now,
        {
            "protocol": connection.protocol,
            "channel": connection.channel,
            "connection": str(connection.id),
            "reason": reason,
        },
    )
    await events.append(tx, [told])


def aside(heard: Telegram | Quarantined, reason: str, protocol: str) -> Aside:
    """Return what is to be set aside of something heard, without any code in it."""
    raw = heard.raw
    if protocol == _HIDES:
        raw = hidden(raw)
        if raw == heard.raw and isinstance(heard, Quarantined):
            raw = hidden_noise(raw)
    span, device = heard.span, heard.device
    named = "".join(filter(str.isprintable, device or ""))[:80] or None  # anything may stand there
    return Aside(named, heard.serial, reason, span.begin, span.end, span.sha256, raw)


def _places(telegram: Telegram) -> Iterator[Placed]:
    """Convert what a device told in GCJ-02, here alone: whoever reads the frame later finds it."""
    for said in telegram.said:
        lat_e7, lon_e7 = getattr(said, "lat_e7", None), getattr(said, "lon_e7", None)
        if lat_e7 is not None and lon_e7 is not None:
            yield placed(lat_e7, lon_e7)


def _frame(vault: Vault, batch: Batch, telegram: Telegram, *, is_moved: bool) -> NewFrame:
    protocol, span = batch.connection.protocol, telegram.span
    at_s = next((t for t in (getattr(one, "at_s", None) for one in telegram.said) if t), None)
    # Where a session is a connection's, one that is sent again comes in another session.
    is_within = batch.session.is_registered or at_s is None
    told = (
        batch.session.id.bytes if is_within else b"",
        b"" if telegram.serial is None else telegram.serial.to_bytes(4),
        b"" if at_s is None else at_s.to_bytes(8),
    )
    parts = [len(part).to_bytes(1) + part for part in told]
    same = vault.mark(b"".join([*parts, sha256(_payload(protocol, telegram)).digest()]))
    raw = hidden(telegram.raw) if protocol == _HIDES else telegram.raw
    return NewFrame(
        same,
        telegram.serial,
        at_s,
        telegram.message,
        span.begin,
        span.end,
        span.sha256,
        raw,
        tuple(dict.fromkeys(_places(telegram))) if is_moved else (),
    )


def _payload(protocol: str, telegram: Telegram) -> bytes:
    return telegram.raw if protocol == OF_TELEPHONES else PAYLOADS[protocol](telegram)
