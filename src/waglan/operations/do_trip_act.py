"""Somebody acts on a trip: an officer by what he signed, the haulier by his own word."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.customs.officer_act import is_signed
from waglan.elock.province import ExitEnd
from waglan.elock.trip import Act, Refused, State, after
from waglan.elock.trip_act import (
    ENDS,
    OF_HAULIER,
    OF_HAULIER_ALONE,
    TripAct,
    act_faults,
    ends_lacking,
    read_trip_act,
)
from waglan.logbook.event import Event
from waglan.operations.arm_trip import arm_trip
from waglan.parties.role import Principal, Role
from waglan.store import Transaction, devices, events, orders, trips
from waglan.store.trips import Kept, KeptAct, NewAct, TripDevice

_WHERE: Final = Where("act")
CODES: Final = {
    Act.ARM: EventCode.TRIP_ARMED,
    Act.DISARM: EventCode.TRIP_DISARMED,
    Act.CANCEL: EventCode.TRIP_CANCELLED,
    Act.SEAL: EventCode.TRIP_SEALED,
    Act.PASS: EventCode.TRIP_PASSED,
    Act.ALARM: EventCode.TRIP_ALARMED,
    Act.CLEAR_ALARM: EventCode.TRIP_ALARM_CLEARED,
    Act.INSPECT: EventCode.TRIP_INSPECTED,
    Act.CUT: EventCode.TRIP_CUT,
    Act.RESEAL: EventCode.TRIP_RESEALED,
    Act.REPLACE_LOCK: EventCode.TRIP_LOCK_REPLACED,
    Act.TRANSLOAD: EventCode.TRIP_TRANSLOADED,
    Act.ABORT: EventCode.TRIP_ABORTED,
    Act.OPEN: EventCode.TRIP_OPENED,
    Act.HAND_OVER: EventCode.TRIP_HANDED_OVER,
    Act.GATE_IN: EventCode.TRIP_GATED_IN,
    Act.LOAD: EventCode.TRIP_LOADED,
    Act.CLOSE: EventCode.TRIP_CLOSED,
    Act.ALLOW: EventCode.TRIP_OPENING_ALLOWED,
    Act.LIST: EventCode.TRIP_OPENINGS_LISTED,
    Act.EXPLAIN: EventCode.TRIP_HOLE_EXPLAINED,
}
# They change nothing that somebody else may have changed meanwhile.
_BESIDE: Final = frozenset({Act.ALLOW, Act.LIST, Act.EXPLAIN, Act.CLEAR_ALARM, Act.ALARM})
_LATE: Final = frozenset({"TRIP-ACT-MOVED-ON", "TRIP-ACT-NOT-LAWFUL", "TRIP-LOCK-BUSY"})


@dataclass(frozen=True, slots=True)
class Done:
    """Where a trip stands after an act, and how many acts of it there are."""

    act: str
    state: State
    version: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was done; `is_late` says that the trip stands otherwise than was thought."""

    findings: Sequence[Finding]

    @property
    def is_late(self) -> bool:
        """Whether it could have been done before, or may be later."""
        return any(one.code in _LATE for one in self.findings)


async def do_trip_act(
    tx: Transaction,
    by: tuple[int, Principal],
    trip: UUID,
    handed: tuple[bytes, bytes | None],
    *,
    now: datetime,
) -> Done | Refusal | None:
    """Do an act and keep it with its event; again changes nothing. None: he is on no such trip.

    `handed` are the act's bytes, and the signature if it is an officer's.
    """
    org, principal = by
    body, signature = handed
    sheet = read_trip_act(body)
    if sheet is None or sheet.trip != str(trip):
        return Refusal([Finding("TRIP-ACT-UNREADABLE", Severity.ERROR, _WHERE, {})])
    await trips.hold(tx, trip)
    kept = await trips.by_id(tx, trip)
    if kept is None:
        return None
    is_officer = Role.CUSTOMS in principal.roles
    wrong, key = await _whose(tx, sheet, (principal, is_officer), handed)
    if wrong is not None:
        return Refusal([wrong])
    done = await trips.acts(tx, kept.number)
    for one in done:
        if one.act_id == sheet.id:
            if (one.body, one.signature) == handed:
                return Done(sheet.id, State(one.state), one.n)
            return Refusal(
                [Finding("TRIP-ACT-ID-TAKEN", Severity.ERROR, _WHERE, {"act": sheet.id})]
            )
    if found := act_faults(sheet, now=now):
        return Refusal(found)
    state = State(done[-1].state) if done else State.PLANNED
    next_ = _next(sheet, state, len(done))
    if isinstance(next_, Finding):
        return Refusal([next_])
    acts = [Act(one.act) for one in done]
    if found := _at_exit(kept, sheet, acts) or await _apply(tx, kept, sheet, now):
        return Refusal(found)
    told = await _event(tx, kept, sheet, (principal, body, signature, key), now)
    [event_id] = await events.append(tx, [told])
    new = NewAct(len(done) + 1, org, sheet.id, sheet.act.value, next_.value, body, signature,
                 event_id, now)  # fmt: skip
    await trips.add_act(tx, (kept.number, kept.org), new)
    return Done(sheet.id, next_, new.n)


async def _whose(
    tx: Transaction,
    sheet: TripAct,
    by: tuple[Principal, bool],
    handed: tuple[bytes, bytes | None],
) -> tuple[Finding | None, bytes]:
    principal, is_officer = by
    who = principal.accountable or principal.token
    if (sheet.by, sheet.party) != (who, principal.org):
        return Finding("TRIP-ACT-OF-ANOTHER", Severity.ERROR, _WHERE, {"act": sheet.id}), b""
    is_his = sheet.act not in OF_HAULIER_ALONE if is_officer else sheet.act in OF_HAULIER
    if not is_his:
        return Finding("TRIP-ACT-NOT-HIS", Severity.ERROR, _WHERE, {"act": sheet.act.value}), b""
    if not is_officer:
        return None, b""
    body, signature = handed
    key = (await orders.officer_keys(tx)).get(who)
    if key is None or signature is None or not is_signed(body, signature, key):
        return Finding("TRIP-ACT-UNSIGNED", Severity.ERROR, _WHERE, {"officer": who}), b""
    return None, key


def _next(sheet: TripAct, state: State, version: int) -> State | Finding:
    if sheet.version != version and sheet.act not in _BESIDE:
        return Finding(
            "TRIP-ACT-MOVED-ON",
            Severity.ERROR,
            _WHERE,
            {"saw": sheet.version, "version": version, "state": state.value},
        )
    try:
        return after(state, sheet.act)
    except Refused:
        return Finding(
            "TRIP-ACT-NOT-LAWFUL",
            Severity.ERROR,
            _WHERE,
            {"act": sheet.act.value, "state": state.value},
        )


def _at_exit(kept: Kept, sheet: TripAct, done: Sequence[Act]) -> list[Finding]:
    """Return why an act does not fit the exit where the trip ends, or the lack of one."""
    trip = kept.trip
    if sheet.act in (Act.HAND_OVER, Act.GATE_IN, Act.LOAD):
        if sheet.act not in {ENDS[ExitEnd(end)] for end in trip.ends_with}:
            act, site = sheet.act.value, trip.destination
            return [Finding("TRIP-NO-EXIT", Severity.ERROR, _WHERE, {"act": act, "site": site})]
        if sheet.site not in (None, trip.destination):
            site, told = trip.destination, sheet.site or ""
            return [Finding("TRIP-EXIT-SITE", Severity.ERROR, _WHERE, {"site": site, "told": told})]
        if sheet.act is Act.LOAD and ExitEnd.GATE_IN in ends_lacking(
            [ExitEnd(end) for end in trip.ends_with], done
        ):
            return [_lacking(trip.destination, [ExitEnd.GATE_IN])]
    if sheet.act is not Act.CLOSE:
        return []
    lacking = ends_lacking([ExitEnd(end) for end in trip.ends_with], done)
    return [_lacking(trip.destination, lacking)] if lacking else []


def _lacking(site: str, ends: Sequence[ExitEnd]) -> Finding:
    told = ", ".join(one.value for one in ends)
    return Finding("TRIP-EXIT-LACKS", Severity.ERROR, _WHERE, {"site": site, "ends": told})


async def _apply(tx: Transaction, kept: Kept, sheet: TripAct, now: datetime) -> list[Finding]:
    """Do what an act does to locks; return why it can't be."""
    if sheet.act is Act.ARM:
        return await arm_trip(tx, kept, now=now)
    heard = await trips.heard(tx, kept.number)
    lock = next((one for one in heard if one.is_lock and one.until_at is None), None)
    if sheet.lock is not None and (lock is None or lock.terminal != sheet.lock):
        here = lock.terminal if lock else "-"
        return [
            Finding(
                "TRIP-ACT-OTHER-LOCK", Severity.ERROR, _WHERE, {"lock": sheet.lock, "here": here}
            )
        ]
    if lock is not None:
        await devices.hold(tx, lock.device_id)
        if sheet.act in (Act.SEAL, Act.RESEAL):
            await trips.end_seal(tx, kept.org, lock.device_id, at=now)
            await trips.begin_seal(tx, kept.org, lock.device_id, sheet.seal or "", at=now)
        elif sheet.act is Act.REPLACE_LOCK:
            return await _replace(tx, kept, (lock, sheet), now)
        elif sheet.act is Act.CLOSE:
            await trips.end_seal(tx, kept.org, lock.device_id, at=now)
    if sheet.act in (Act.CLOSE, Act.CANCEL, Act.DISARM):
        await trips.end_devices(tx, kept.number, until=now)
    return []


async def _replace(
    tx: Transaction, kept: Kept, what: tuple[TripDevice, TripAct], now: datetime
) -> list[Finding]:
    """Let the lock of another installation on the same vehicle take over, with a new seal."""
    old, sheet = what
    new = await trips.installation(tx, kept.org, UUID(sheet.installation or ""), now)
    if new is None or new.terminal != sheet.new_lock or new.device_id == old.device_id:
        vehicle = kept.trip.vehicle
        return [Finding("TRIP-NO-LOCK", Severity.ERROR, _WHERE, {"vehicle": vehicle})]
    await devices.hold(tx, new.device_id)
    await trips.end_seal(tx, kept.org, old.device_id, at=now)
    await trips.end_devices(tx, kept.number, until=now, is_lock_alone=True)
    await trips.add_device(tx, (kept.number, kept.org), new, is_lock=True, since=now)
    await trips.begin_seal(tx, kept.org, new.device_id, sheet.seal or "", at=now)
    return []


async def _event(
    tx: Transaction,
    kept: Kept,
    sheet: TripAct,
    handed: tuple[Principal, bytes, bytes | None, bytes],
    now: datetime,
) -> Event:
    principal, body, signature, key = handed
    said: dict[str, str] = {"act": sheet.id, "body": body.decode()}
    if signature is not None:
        said |= {
            "by": sheet.by,
            "signature": b64encode(signature).decode(),
            "public_key": b64encode(key).decode(),
        }
    judging = await trips.judging(tx, kept.number)
    return Event(
        CODES[sheet.act],
        Key(KeyKind.TRIP, str(kept.trip.id)),
        principal.org,
        sheet.at,
        now,
        said,
        # Who ordered what, and why, is for the authorities; the haulier sees where it stands.
        readers=frozenset(one.party for one in judging),
    )


def state_of(done: Sequence[KeptAct]) -> State:
    """Return where a trip stands."""
    return State(done[-1].state) if done else State.PLANNED
