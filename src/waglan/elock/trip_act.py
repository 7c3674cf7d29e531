"""What somebody does about a trip, written down and signed, and what of it enters the trip's log.

The bytes are canonical JSON, so that one signature never covers two readings. Who acts names how
many acts he saw: where another one was quicker, his act is refused.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.codes.position import Position
from waglan.elock.entry import (
    Clearance,
    Entry,
    Filled,
    Order,
    OrderKind,
    Passed,
    Place,
    Seal,
    Unseal,
    What,
    circle,
)
from waglan.elock.province import ExitEnd
from waglan.elock.trip import Act

PURPOSE: Final = "waglan/trip-act/v1"
ACT_BYTES_MAX: Final = 64 << 10
ENTRIES_MAX: Final = 200
REASON_CHARS_MAX: Final = 500
RADIUS_MAX_M: Final = 20_000
MM_IN_M: Final = 1_000
AHEAD_MAX: Final = timedelta(minutes=2)
LATE_MAX: Final = timedelta(days=3)  # an officer may have been without a network
WINDOW_MAX: Final = timedelta(days=2)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class Spot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Around which place, and how far from it, an order holds."""

    lat_e7: Annotated[int, msgspec.Meta(ge=-900_000_000, le=900_000_000)]
    lon_e7: Annotated[int, msgspec.Meta(ge=-1_800_000_000, le=1_800_000_000)]
    radius_m: Annotated[int, msgspec.Meta(ge=1, le=RADIUS_MAX_M)]

    @property
    def place(self) -> Place:
        """The circle."""
        return circle(Position(self.lat_e7, self.lon_e7), self.radius_m * MM_IN_M)


class TripAct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one person does about one trip; worth nothing of an officer until he has signed it."""

    purpose: Literal["waglan/trip-act/v1"]
    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    trip: Uuid
    by: Name
    party: PartyId
    act: Act
    at: datetime
    version: Annotated[int, msgspec.Meta(ge=0, lt=1 << 31)]  # how many acts of it he saw
    reason: Annotated[str, msgspec.Meta(max_length=REASON_CHARS_MAX)] = ""
    lock: Name | None = None  # by its name in its protocol, as all locks here
    seal: Name | None = None  # the number that was written down
    new_lock: Name | None = None
    installation: Uuid | None = None  # of the lock that takes over
    vehicle: Name | None = None  # that goes on with the cargo
    packages: Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)] | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None
    place: Spot | None = None
    person: Name | None = None  # who alone may open: card, user or telephone
    returned_by: datetime | None = None
    site: Name | None = None
    receiver: Name | None = None  # who takes the cargo over at its end
    entries: Annotated[tuple[Name, ...], msgspec.Meta(max_length=ENTRIES_MAX)] = ()

    def act_bytes(self) -> bytes:
        """Return the bytes that are signed; the purpose keeps them from other uses."""
        return _encode(self)


_ORDER: Final = frozenset({"lock", "reason", "from_at", "until_at", "place"})
# What each act must say beside its id, its trip, who acts and when; and what it may say.
NEEDS: Final[dict[Act, frozenset[str]]] = {
    Act.ARM: frozenset(),
    Act.DISARM: frozenset({"reason"}),
    Act.CANCEL: frozenset({"reason"}),
    Act.SEAL: frozenset({"lock", "seal"}),
    Act.PASS: frozenset({"site"}),
    Act.ALARM: frozenset({"reason"}),
    Act.CLEAR_ALARM: frozenset({"entries", "reason"}),
    Act.INSPECT: _ORDER,
    Act.CUT: _ORDER,
    Act.RESEAL: frozenset({"lock", "seal", "reason"}),  # the reason tells what was found
    Act.REPLACE_LOCK: _ORDER | {"new_lock", "installation", "seal"},
    Act.TRANSLOAD: _ORDER | {"vehicle", "packages"},
    Act.ABORT: frozenset({"reason"}),
    Act.OPEN: _ORDER - {"reason"},
    Act.HAND_OVER: frozenset({"lock", "seal", "receiver"}),  # of the seal that takes over
    Act.GATE_IN: frozenset({"site"}),
    Act.LOAD: frozenset({"receiver"}),  # who carries it on, and on which ship
    Act.CLOSE: frozenset({"lock"}),
    Act.ALLOW: _ORDER,
    Act.LIST: _ORDER | {"returned_by"},
    Act.EXPLAIN: frozenset({"entries", "reason"}),
}
MAY: Final[dict[Act, frozenset[str]]] = {
    Act.ARM: frozenset({"reason"}),
    Act.SEAL: frozenset({"reason"}),
    Act.PASS: frozenset({"reason"}),
    Act.ALARM: frozenset({"entries"}),
    Act.INSPECT: frozenset({"person"}),
    Act.CUT: frozenset({"person"}),
    Act.TRANSLOAD: frozenset({"person"}),
    Act.REPLACE_LOCK: frozenset({"person"}),
    Act.OPEN: frozenset({"reason", "person"}),
    Act.HAND_OVER: frozenset({"reason", "site"}),
    Act.GATE_IN: frozenset({"reason", "receiver"}),
    Act.LOAD: frozenset({"reason", "site", "seal"}),
    Act.CLOSE: frozenset({"reason", "seal", "receiver"}),
    Act.ALLOW: frozenset({"person"}),
    Act.LIST: frozenset({"person"}),
}
# What who drives may do; all else is an officer's.
OF_HAULIER: Final = frozenset(
    {Act.ARM, Act.DISARM, Act.CANCEL, Act.SEAL, Act.ALARM, Act.GATE_IN, Act.LOAD, Act.CLOSE}
)
OF_HAULIER_ALONE: Final = frozenset({Act.ARM, Act.DISARM})
_ORDERS: Final[dict[Act, OrderKind]] = {
    Act.INSPECT: OrderKind.INSPECT,
    Act.CUT: OrderKind.CUT,
    Act.REPLACE_LOCK: OrderKind.REPLACE,
    Act.TRANSLOAD: OrderKind.TRANSLOAD,
    Act.OPEN: OrderKind.OPEN,
    Act.ALLOW: OrderKind.OPEN,
    Act.LIST: OrderKind.LIST,
    Act.ABORT: OrderKind.ABORT,
}
_SAYS: Final = tuple(name for name in TripAct.__struct_fields__ if name not in (
    "purpose", "id", "trip", "by", "party", "act", "at", "version"))  # fmt: skip
_TIMES: Final = ("at", "from_at", "until_at", "returned_by")
_WHERE: Final = Where("act")


def read_trip_act(body: bytes) -> TripAct | None:
    """Return the act that these bytes are the one spelling of; None for anything else."""
    if len(body) > ACT_BYTES_MAX or rb"\u0000" in body:
        return None
    try:
        sheet = _decode(body)
        times = [getattr(sheet, name) for name in _TIMES]
        is_zoned = all(time is None or time.tzinfo is not None for time in times)
        return sheet if is_zoned and sheet.act_bytes() == body else None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def act_faults(sheet: TripAct, *, now: datetime) -> list[Finding]:
    """Return why this act can't be meant as it stands, whoever signed it."""
    found = list(_fields(sheet))
    if not now - LATE_MAX <= sheet.at <= now + AHEAD_MAX:
        at, days = sheet.at.isoformat(timespec="seconds"), LATE_MAX.days
        found.append(Finding("TRIP-ACT-TIME", Severity.ERROR, _WHERE, {"at": at, "days": days}))
    begins, ends = sheet.from_at, sheet.until_at
    if begins and ends and not timedelta(0) < ends - begins <= WINDOW_MAX:
        hours = WINDOW_MAX // timedelta(hours=1)
        found.append(Finding("TRIP-ACT-WINDOW", Severity.ERROR, _WHERE, {"hours": hours}))
    if ends is not None and ends < sheet.at:
        until = ends.isoformat(timespec="seconds")
        found.append(Finding("TRIP-ACT-AFTERWARDS", Severity.ERROR, _WHERE, {"until": until}))
    return found


def _fields(sheet: TripAct) -> Iterator[Finding]:
    needs, may = NEEDS[sheet.act], MAY.get(sheet.act, frozenset())
    said = {name for name in _SAYS if getattr(sheet, name) not in (None, "", ())}
    act = sheet.act.value
    for name in sorted(needs - said):
        yield Finding("TRIP-ACT-LACKS", Severity.ERROR, _WHERE, {"act": act, "field": name})
    for name in sorted(said - needs - may):
        yield Finding("TRIP-ACT-SAYS-TOO-MUCH", Severity.ERROR, _WHERE, {"act": act, "field": name})


# By which act each end of an exit is told.
ENDS: Final[dict[ExitEnd, Act]] = {
    ExitEnd.OPENING_ORDER: Act.OPEN,
    ExitEnd.SEAL_TAKING_OVER: Act.HAND_OVER,
    ExitEnd.RECEIVING_PARTY: Act.HAND_OVER,
    ExitEnd.GATE_IN: Act.GATE_IN,
    ExitEnd.LOADED_ON_BOARD: Act.LOAD,
}


def ends_lacking(ends_with: Iterable[ExitEnd], done: Iterable[Act]) -> list[ExitEnd]:
    """Return what an exit asks for before a trip is over, and nobody told. Called off: nothing."""
    told = set(done)
    if told & {Act.ABORT, Act.TRANSLOAD}:
        return []
    return [end for end in ends_with if ENDS[end] not in told]


class Acted(msgspec.Struct, frozen=True):
    """An act as it was done: which one of the trip's, when it came, and whether by an officer."""

    n: int
    sheet: TripAct
    recorded_s: int
    is_officer: bool


def act_entries(one: Acted) -> list[Entry]:
    """Return what of an act enters the trip's log, as it counts for every authority."""
    sheet = one.sheet
    at_s, ref = int(sheet.at.timestamp()), f"act-{one.n}"
    return [
        Entry(f"{ref}.{k}" if k else ref, at_s, one.recorded_s, one.n, what)
        for k, what in enumerate(_whats(one))
    ]


def _whats(one: Acted) -> Iterator[What]:
    sheet = one.sheet
    lock, officer = sheet.lock or "", sheet.by if one.is_officer else None
    if sheet.act in _ORDERS:
        yield _order(sheet, _ORDERS[sheet.act])
    if sheet.act in (Act.SEAL, Act.RESEAL, Act.REPLACE_LOCK):
        yield Seal(sheet.new_lock or lock, sheet.seal or "", officer)
    elif sheet.act in (Act.CLOSE, Act.HAND_OVER):
        yield Unseal(lock, sheet.by)
    elif sheet.act is Act.PASS:
        yield Passed(sheet.site or "", sheet.by)
    elif sheet.act is Act.CLEAR_ALARM:
        yield Clearance(sheet.by, sheet.entries, sheet.reason)
    elif sheet.act is Act.EXPLAIN:
        yield from (Filled(hole, sheet.reason) for hole in sheet.entries)


def _order(sheet: TripAct, kind: OrderKind) -> Order:
    times = [sheet.from_at or sheet.at, sheet.until_at or sheet.at]
    from_s, until_s = (int(time.timestamp()) for time in times)
    back_s = None if sheet.returned_by is None else int(sheet.returned_by.timestamp())
    place = None if sheet.place is None else sheet.place.place
    return Order(
        kind, sheet.by, sheet.lock or "", from_s, until_s, sheet.reason, place, sheet.person, back_s
    )


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(TripAct).decode
