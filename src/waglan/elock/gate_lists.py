"""Two signed lists for a gate without a network: what is held, and how trips under way stand.

Both are made for one authority at one time. A hold beats any pass and any state. How old a list
is, is always shown; a list that is signed in the gate's future refuses the gate's clock. GREEN of
a list lets pass only as long as the list says, which is data.
"""

import tomllib
from base64 import b64encode
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final, TypeAlias, TypeVar

import msgspec

from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.elock.gate_pass import Answer
from waglan.elock.reason import Outcome
from waglan.elock.trip import State
from waglan.logbook.key_set import KeySet, Signed, age_findings, signature_findings
from waglan.logbook.note import BadNote, read_base64
from waglan.logbook.signing import PrivateKey, Purpose

HOLDS_FORM: Final = "waglan/trip-hold-list/v1"
STATES_FORM: Final = "waglan/trip-state-list/v1"
LIST_BYTES_MAX: Final = 16 << 20
TRIPS_MAX: Final = 10_000  # under way for one authority
_LIST: Final = Where("list")
_ON_ITS_WAY: Final = frozenset({State.SEALED, State.RETURNING})


class GateFigures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What checkpoints go by beside a policy."""

    source: str
    checked_on: date
    in_force_from: date
    judging_seconds: int
    stale_green_minutes: int
    stale_holds_minutes: int


@cache
def gate_figures() -> GateFigures:
    """Return the packaged figures."""
    return msgspec.convert(tomllib.loads(read("elock/gate.toml")), GateFigures)


class HeldTruck(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A truck that is stopped wherever it comes, and why: `goods`, `alarm` or `red`."""

    trip: str
    plate: str
    lock: str
    why: str


class HeldTrucks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that one authority holds of the trips under way, at one time."""

    form: str
    authority: PartyId
    as_of: datetime
    next_update: datetime
    stale_minutes: int
    rows: tuple[HeldTruck, ...]


class TruckState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a trip under way stood when it was judged last; `outcome` is None if it never was."""

    trip: str
    plate: str
    lock: str
    seal: str
    state: State
    outcome: str | None
    reasons: tuple[str, ...]
    as_of: datetime | None


class TruckStates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All trips under way that one authority judges, at one time."""

    form: str
    authority: PartyId
    as_of: datetime
    next_update: datetime
    stale_minutes: int
    rows: tuple[TruckState, ...]


AnyList: TypeAlias = HeldTrucks | TruckStates
_L = TypeVar("_L", HeldTrucks, TruckStates)
_PURPOSES: Final = {HeldTrucks: Purpose.HOLD_LIST, TruckStates: Purpose.TRIP_STATE}
_FORMS: Final = {HeldTrucks: HOLDS_FORM, TruckStates: STATES_FORM}


def sign_list(said: AnyList, key: PrivateKey) -> bytes:
    """Return a list as one line, and the key's id with the signature as the next."""
    if key.purpose is not _PURPOSES[type(said)]:
        raise ValueError("this key does not sign such lists")
    line = _encode(said)
    return line + b"\n" + f"{key.public.kid} {b64encode(key.sign(line)).decode()}\n".encode()


class CheckedList(msgspec.Struct, frozen=True):
    """What came of verifying a gate's list; `said` is None unless it is proven."""

    findings: tuple[Finding, ...]
    said: AnyList | None = None


def check_list(data: bytes, kind: type[_L], keys: KeySet, *, at: datetime) -> CheckedList:
    """Judge a list by the keys at hand; it needs no network."""
    read_ = _read(data, kind)
    if read_ is None:
        return CheckedList((Finding("GATE-LIST-SHAPE", Severity.ERROR, _LIST, {}),))
    said, signed = read_
    found = signature_findings(keys, _PURPOSES[kind], signed)
    if any(finding.severity is Severity.ERROR for finding in found):
        return CheckedList(tuple(found))
    found += age_findings(said.as_of, at=at, age_max=None)
    if at > said.next_update:
        due = said.next_update.isoformat(timespec="seconds")
        found.append(Finding("GATE-LIST-OVERDUE", Severity.WARNING, _LIST, {"due": due}))
    return CheckedList(tuple(found), said)


def held_names(holds: HeldTrucks) -> frozenset[str]:
    """Return the plates and locks that are held, as a pass is held against them."""
    return frozenset(name for row in holds.rows for name in (row.plate, row.lock) if name)


def is_fresh(said: AnyList, *, at: datetime) -> bool:
    """Whether a list is no older than it says itself that it may be."""
    return at - said.as_of <= timedelta(minutes=said.stale_minutes)


def found_in(states: TruckStates, plate: str | None, lock: str | None) -> TruckState | None:
    """Return the trip of a truck; None if the list has none, or plate and lock are of two."""
    rows = [
        row
        for row in states.rows
        if (plate is None or row.plate == plate) and (lock is None or row.lock == lock)
    ]
    return rows[0] if len(rows) == 1 else None


def by_state(states: TruckStates, row: TruckState | None, *, at: datetime) -> Answer:
    """Return what a list of states lets a gate do with a truck for which it has no pass."""
    if row is None or row.outcome is None or row.as_of is None:
        return Answer.INSPECT
    if row.outcome == Outcome.RED.name or row.state is State.ALARMED:
        return Answer.STOP
    is_young = at - row.as_of <= timedelta(minutes=states.stale_minutes)
    is_green = row.outcome == Outcome.GREEN.name and row.state in _ON_ITS_WAY
    return Answer.PASS if is_green and is_young else Answer.INSPECT


def _read(data: bytes, kind: type[_L]) -> tuple[_L, Signed] | None:
    if len(data) > LIST_BYTES_MAX:
        return None
    line, _, last = data.removesuffix(b"\n").partition(b"\n")
    try:
        kid, _, signature = last.decode("ascii").partition(" ")
        said = msgspec.json.decode(line, type=kind)
        if said.form != _FORMS[kind] or _encode(said) != line:
            return None
        return said, Signed(kid, read_base64(signature), line, said.as_of)
    except (msgspec.MsgspecError, BadNote, UnicodeDecodeError, ValueError):
        return None


_encode = msgspec.json.Encoder(order="sorted").encode
