"""A driver who stands at his lock asks for its code, under an officer's order that is in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.position import Position
from waglan.customs.officer_act import is_signed
from waglan.elock.opening_code import (
    TRIES_MAX,
    Bound,
    OpeningAsk,
    bound,
    opening_code,
    read_opening_ask,
    until_s,
)
from waglan.elock.track import Fix, Source
from waglan.elock.trip import Act
from waglan.elock.trip_act import TripAct, read_trip_act
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.operations._hearing import Span, heard_of
from waglan.parties.role import Principal
from waglan.store import Transaction, devices, events, frames, openings, trips
from waglan.store.openings import Given
from waglan.store.trips import Kept, KeptAct, TripDevice

ASKED_MAX: Final = timedelta(minutes=2)  # between signing and asking: he stands there now
HEARD_MAX: Final = timedelta(minutes=5)  # since the lock told where it is
CODES_MAX: Final = TRIES_MAX  # under one order
_FRAMES_MAX: Final = 5_000
_ORDERS: Final = frozenset({Act.OPEN, Act.ALLOW, Act.INSPECT, Act.REPLACE_LOCK, Act.TRANSLOAD})
_WHERE: Final = Where("opening")
_encode = msgspec.json.Encoder(order="sorted").encode
_bound = msgspec.json.Decoder(Bound).decode


@dataclass(frozen=True, slots=True)
class Opens:
    """A code, and from when on it opens nothing any more."""

    code: str
    until_s: int


async def ask_opening(
    tx: Transaction,
    vault: Vault,
    by: tuple[int, Principal],
    asked: tuple[UUID, bytes, bytes],
    *,
    now: datetime,
) -> Opens | Finding | None:
    """Give the code, or say why not; None: he has no such trip. `asked`: trip, ask, signature.

    The same ask that comes again is answered with the same code, as long as it holds.
    """
    trip, body, signature = asked
    await trips.hold(tx, trip)
    kept = await trips.by_id(tx, trip)
    if kept is None:
        return None
    ask = read_opening_ask(body)
    key = None if ask is None else await openings.driver_key(tx, ask.driver)
    if ask is None or key is None or ask.trip != str(trip) or not is_signed(body, signature, key):
        return Finding("OPENING-UNSIGNED", Severity.ERROR, _WHERE, {"trip": str(trip)})
    given = await openings.given(tx, kept.number)
    mark = sha256(body).digest()
    for one in given:
        if one.ask_sha256 == mark:
            return await _again(tx, vault, one, now)
    if not abs(now - ask.at) <= ASKED_MAX:
        minutes = ASKED_MAX // timedelta(minutes=1)
        return Finding("OPENING-ASKED-LATE", Severity.ERROR, _WHERE, {"minutes": minutes})
    found = await _found(tx, vault, kept, ask, now)
    if isinstance(found, Finding):
        return found
    order, lock, at = found
    if sum(one.act_n == order.n for one in given) >= CODES_MAX:
        return Finding("OPENING-TOO-OFTEN", Severity.ERROR, _WHERE, {"most": CODES_MAX})
    secret = await openings.opening_key(tx, vault, lock.device_id)
    if secret is None:
        return Finding("OPENING-BY-OFFICER", Severity.ERROR, _WHERE, {"lock": lock.terminal})
    what = bound(lock.terminal, str(trip), at, int(now.timestamp()))
    new = Given(order.n, lock.device_id, mark, _encode(what), now)
    await openings.add_given(tx, (kept.number, kept.org), len(given) + 1, new)
    await events.append(tx, [await _told(tx, kept, by[1], (ask, order, lock), now)])
    return Opens(opening_code(secret, what), until_s(what))


async def _again(tx: Transaction, vault: Vault, one: Given, now: datetime) -> Opens | Finding:
    what = _bound(one.bound)
    secret = await openings.opening_key(tx, vault, one.device_id)
    if secret is None or now.timestamp() >= until_s(what):
        minutes = ASKED_MAX // timedelta(minutes=1)
        return Finding("OPENING-ASKED-LATE", Severity.ERROR, _WHERE, {"minutes": minutes})
    return Opens(opening_code(secret, what), until_s(what))


async def _found(
    tx: Transaction, vault: Vault, kept: Kept, ask: OpeningAsk, now: datetime
) -> tuple[KeptAct, TripDevice, Position] | Finding:
    """Return the order that lets this driver open, the lock, and where it is."""
    heard = await trips.heard(tx, kept.number)
    lock = next((one for one in heard if one.is_lock and one.until_at is None), None)
    done = await trips.acts(tx, kept.number)
    in_force = [] if lock is None else _in_force(done, lock.terminal, ask.driver, now)
    if lock is None or not in_force:
        return Finding("OPENING-NO-ORDER", Severity.ERROR, _WHERE, {"driver": ask.driver})
    await devices.hold(tx, lock.device_id)
    at = await _place(tx, vault, lock, now)
    if at is None:
        minutes = HEARD_MAX // timedelta(minutes=1)
        return Finding(
            "OPENING-NOT-HEARD", Severity.ERROR, _WHERE, {"lock": lock.terminal, "minutes": minutes}
        )
    for order, sheet in in_force:
        if sheet.place is not None and sheet.place.place.holds(at):
            return order, lock, at
    return Finding("OPENING-NOT-THERE", Severity.ERROR, _WHERE, {"lock": lock.terminal})


def _in_force(
    done: Sequence[KeptAct], lock: str, driver: str, now: datetime
) -> list[tuple[KeptAct, TripAct]]:
    """Return the officers' orders that let a driver open a lock now, the newest first."""
    found = list[tuple[KeptAct, TripAct]]()
    for act in reversed(done):
        sheet = read_trip_act(act.body)
        if sheet is None or act.signature is None or sheet.act not in _ORDERS:
            continue
        is_now = sheet.from_at and sheet.until_at and sheet.from_at <= now <= sheet.until_at
        if is_now and sheet.lock == lock and sheet.person in (None, driver):
            found.append((act, sheet))
    return found


async def _place(tx: Transaction, vault: Vault, lock: TripDevice, now: datetime) -> Position | None:
    """Return where a lock said last that it is, if that was just now."""
    since = now - HEARD_MAX
    came = await frames.of_time(tx, vault, lock.device_id, (since, None), at_most=_FRAMES_MAX)
    until_s = int(now.timestamp()) + 1
    span = Span(int(since.timestamp()), until_s, until_s)
    told = [entry.what for entry in heard_of(lock, came, span) if isinstance(entry.what, Fix)]
    newest = max(
        (fix for fix in told if fix.source is Source.LOCK), key=lambda fix: fix.at_s, default=None
    )
    return None if newest is None else Position(newest.lat_e7, newest.lon_e7)


async def _told(
    tx: Transaction,
    kept: Kept,
    by: Principal,
    what: tuple[OpeningAsk, KeptAct, TripDevice],
    now: datetime,
) -> Event:
    ask, order, lock = what
    return Event(
        EventCode.TRIP_CODE_GIVEN,
        Key(KeyKind.TRIP, str(kept.trip.id)),
        by.org,
        ask.at,
        now,
        {"order": order.act_id, "driver": ask.driver, "lock": lock.terminal},
        readers=frozenset({by.org, *(one.party for one in await trips.judging(tx, kept.number))}),
    )
