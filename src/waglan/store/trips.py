"""Trips under a lock: what was planned, who judges, what was done, and whose frames count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from waglan.codes.party import PartyId
from waglan.store import Transaction, editions


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip as it was planned; `plan` and `registers` are canonical bytes."""

    id: UUID
    vehicle: str
    origin: str
    destination: str
    cargo: str
    schemes: tuple[str, ...]
    registers: bytes
    quality: str
    plan: bytes
    plan_sha256: bytes
    begins_at: datetime
    planned_at: datetime
    lock: UUID
    trackers: tuple[UUID, ...] = ()
    leg_of: UUID | None = None
    exit: str | None = None  # where it leaves for elsewhere
    ends_with: tuple[str, ...] = ()  # what is to be told before it is over


@dataclass(frozen=True, slots=True)
class Kept:
    """A trip with its number inside the store, and whose it is."""

    number: int
    org: int
    party: PartyId
    trip: Trip


@dataclass(frozen=True, slots=True)
class Judging:
    """An authority that judges a trip: under which jurisdiction, and by which figures."""

    org: int
    party: PartyId
    jurisdiction: str
    policy: bytes = b""  # or those of an edition, which nobody else reads
    edition: int | None = None
    policy_sha256: bytes = b""


@dataclass(frozen=True, slots=True)
class TripDevice:
    """A device that is heard for a trip: the lock, or what is beside it, from when to when."""

    device_id: int
    id: UUID
    terminal: str
    protocol: str
    model: str
    serial_range: int
    accreditation: str | None
    installation: UUID
    installation_number: int
    installation_accreditation: str | None
    installed_at: datetime
    is_lock: bool = True
    from_at: datetime | None = None
    until_at: datetime | None = None
    read_as: str | None = None  # the datum that its places are read in, since it was armed
    learned_as: str | None = None  # and the one that such devices were found to tell
    learned_version: int | None = None


@dataclass(frozen=True, slots=True)
class NewAct:
    """An act as it is kept."""

    n: int
    by_org: int
    act_id: str
    act: str
    state: str
    body: bytes
    signature: bytes | None
    event_id: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class KeptAct:
    """An act of a trip as it was handed in, by whom, and where the trip stood after it."""

    n: int
    by_org: int
    party: PartyId
    act_id: str
    act: str
    state: str
    body: bytes
    signature: bytes | None
    recorded_at: datetime


async def add(tx: Transaction, org: int, new: Trip, judging: Sequence[Judging]) -> int:
    """Keep a trip with who judges it, in its haulier's name; return its number."""
    row = await (
        await tx.execute(
            "INSERT INTO trip (id, org, authorities, vehicle, origin, destination, cargo, schemes,"
            " registers, quality, plan, plan_sha256, begins_at, planned_at, lock, trackers,"
            " leg_of, exit, ends_with) VALUES"
            " (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " RETURNING trip_id",
            [new.id, org, [one.org for one in judging], new.vehicle, new.origin, new.destination,
             new.cargo, list(new.schemes), new.registers, new.quality, new.plan, new.plan_sha256,
             new.begins_at, new.planned_at, new.lock, list(new.trackers), new.leg_of,
             new.exit, list(new.ends_with)],
        )
    ).fetchone()  # fmt: skip
    number = int(row[0]) if row else 0
    for one in judging:
        await tx.execute(
            "INSERT INTO trip_authority (trip_id, org, authority, jurisdiction)"
            " VALUES (%s, %s, %s, %s)",
            [number, org, one.org, one.jurisdiction],
        )
        if one.edition is not None:
            await editions.adopt_policy(tx, number, one.edition)
            continue
        await tx.execute(
            "INSERT INTO trip_policy (trip_id, org, authority, policy) VALUES (%s, %s, %s, %s)",
            [number, org, one.org, one.policy],
        )
    return number


async def add_consignments(tx: Transaction, org: int, number: int, bills: Sequence[str]) -> None:
    """Say what travels on a trip."""
    await tx.execute(
        "INSERT INTO trip_consignment (trip_id, org, number) SELECT %s, %s, unnest(%s::text[])",
        [number, org, list(bills)],
    )


async def hold(tx: Transaction, trip: UUID) -> None:
    """Let nobody else act on this trip before the transaction ends."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('trip ' || %s, 0))", [str(trip)]
    )


_TRIP = """
    SELECT t.trip_id, t.org, o.party, t.id, t.vehicle, t.origin, t.destination, t.cargo, t.schemes,
           t.registers, t.quality, t.plan, t.plan_sha256, t.begins_at, t.planned_at,
           t.lock, t.trackers, t.leg_of, t.exit, t.ends_with
    FROM trip t JOIN organisation o ON o.org = t.org
"""


def _kept(row: Sequence[Any]) -> Kept:
    number, org, party, id_, *told = row
    vehicle, origin, destination, cargo, schemes, registers, quality, plan, digest, *rest = told
    begins_at, planned_at, lock, trackers, leg_of, exit_, ends_with = rest
    trip = Trip(
        id_, vehicle, origin, destination, cargo, tuple(schemes), bytes(registers), quality,
        bytes(plan), bytes(digest), begins_at, planned_at, lock, tuple(trackers), leg_of,
        exit_, tuple(ends_with),
    )  # fmt: skip
    return Kept(int(number), int(org), PartyId(party), trip)


async def by_id(tx: Transaction, trip: UUID) -> Kept | None:
    """Return a trip, if whoever asks is on it."""
    row = await (await tx.execute(_TRIP + " WHERE t.id = %s", [trip])).fetchone()
    return None if row is None else _kept(row)


_LIVE = """
    AND EXISTS (SELECT 1 FROM trip_live l WHERE l.trip_id = t.trip_id
        AND l.authority = current_org() AND l.outcome = %(outcome)s)
    AND NOT EXISTS (SELECT 1 FROM trip_act a WHERE a.trip_id = t.trip_id AND a.act = 'close')
"""


async def page(
    tx: Transaction, *, after: UUID | None, at_most: int, outcome: str | None = None
) -> list[Kept]:
    """Return the trips that whoever asks is on, newest first, from behind one of them.

    With an outcome: only those under way of which the authority that asks has this one now.
    """
    rows = await tx.execute(
        _TRIP + " WHERE (%(after)s::uuid IS NULL OR t.trip_id <"
        " (SELECT b.trip_id FROM trip b WHERE b.id = %(after)s))"
        + (_LIVE if outcome else "") + " ORDER BY t.trip_id DESC LIMIT %(n)s",
        {"after": after, "n": at_most, "outcome": outcome},
    )  # fmt: skip
    return [_kept(row) for row in await rows.fetchall()]


async def of_period(
    tx: Transaction, time: tuple[datetime, datetime], *, at_most: int
) -> list[Kept]:
    """Return the trips that whoever asks is on, planned from one time to before another."""
    rows = await tx.execute(
        _TRIP + " WHERE t.planned_at >= %s AND t.planned_at < %s ORDER BY t.trip_id LIMIT %s",
        [*time, at_most],
    )
    return [_kept(row) for row in await rows.fetchall()]


async def under_way(tx: Transaction, *, plate: str | None, lock: str | None) -> Kept | None:
    """Return the newest trip of a plate, or of a lock by its terminal, that has begun."""
    row = await (
        await tx.execute(
            _TRIP
            + """
            WHERE (%(plate)s::text IS NULL OR t.vehicle = %(plate)s)
              AND (%(lock)s::text IS NULL OR EXISTS (
                  SELECT 1 FROM trip_device d JOIN device v USING (device_id)
                  WHERE d.trip_id = t.trip_id AND d.is_lock AND v.terminal = %(lock)s
                    AND d.until_at IS NULL))
              AND EXISTS (SELECT 1 FROM trip_act a WHERE a.trip_id = t.trip_id)
            ORDER BY t.trip_id DESC LIMIT 1
            """,
            {"plate": plate, "lock": lock},
        )
    ).fetchone()
    return None if row is None else _kept(row)


async def consignments(tx: Transaction, number: int) -> list[str]:
    """Return what travels on a trip."""
    rows = await tx.execute(
        "SELECT number FROM trip_consignment WHERE trip_id = %s ORDER BY number", [number]
    )
    return [str(one) for (one,) in await rows.fetchall()]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A trip under way: where it stands, and the lock that is on it."""

    kept: Kept
    state: str
    lock: str


async def on_their_way(tx: Transaction, ended: Sequence[str], *, at_most: int) -> list[UnderWay]:
    """Return the trips that have begun and stand in none of these states, newest first."""
    rows = await tx.execute(
        _TRIP
        + """
        WHERE EXISTS (SELECT 1 FROM trip_act a WHERE a.trip_id = t.trip_id AND a.n = 1)
          AND (SELECT a.state FROM trip_act a WHERE a.trip_id = t.trip_id
               ORDER BY a.n DESC LIMIT 1) <> ALL (%s)
        ORDER BY t.trip_id DESC LIMIT %s
        """,
        [list(ended), at_most],
    )
    found = [_kept(row) for row in await rows.fetchall()]
    states = await _states(tx, [one.number for one in found])
    locks = await _locks(tx, [one.number for one in found])
    return [UnderWay(one, states[one.number], locks.get(one.number, "")) for one in found]


async def _states(tx: Transaction, numbers: Sequence[int]) -> dict[int, str]:
    rows = await tx.execute(
        "SELECT DISTINCT ON (trip_id) trip_id, state FROM trip_act WHERE trip_id = ANY (%s)"
        " ORDER BY trip_id, n DESC",
        [list(numbers)],
    )
    return {int(number): str(state) for number, state in await rows.fetchall()}


async def _locks(tx: Transaction, numbers: Sequence[int]) -> dict[int, str]:
    rows = await tx.execute(
        "SELECT d.trip_id, v.terminal FROM trip_device d JOIN device v USING (device_id)"
        " WHERE d.trip_id = ANY (%s) AND d.is_lock ORDER BY d.trip_device_id",
        [list(numbers)],
    )
    return {int(number): str(lock) for number, lock in await rows.fetchall()}


async def held(tx: Transaction, numbers: Sequence[int]) -> set[int]:
    """Return the trips on which something is held by the authority that asks."""
    rows = await tx.execute(
        """
        SELECT DISTINCT c.trip_id FROM trip_consignment c JOIN standing s
            ON s.number = c.number AND s.authority = current_org()
        WHERE c.trip_id = ANY (%s) AND NOT s.is_withdrawn AND s.status IN ('detained', 'seized')
        """,
        [list(numbers)],
    )
    return {int(number) for (number,) in await rows.fetchall()}


async def is_held(tx: Transaction, number: int) -> bool:
    """Whether something that travels on a trip is held by the authority that asks."""
    row = await (
        await tx.execute(
            """
            SELECT EXISTS (SELECT 1 FROM trip_consignment c JOIN standing s
                ON s.number = c.number AND s.authority = current_org()
                WHERE c.trip_id = %s AND NOT s.is_withdrawn AND s.status IN ('detained', 'seized'))
            """,
            [number],
        )
    ).fetchone()
    return bool(row and row[0])


async def judging(tx: Transaction, number: int) -> list[Judging]:
    """Return which authorities judge a trip; by which figures stays with each."""
    rows = await tx.execute(
        "SELECT a.authority, o.party, a.jurisdiction FROM trip_authority a"
        " JOIN organisation o ON o.org = a.authority WHERE a.trip_id = %s ORDER BY o.party",
        [number],
    )
    return [Judging(int(org), PartyId(party), j) for org, party, j in await rows.fetchall()]


async def own_policy(tx: Transaction, number: int) -> bytes | None:
    """Return the figures by which the authority that asks judges a trip."""
    row = await (
        await tx.execute(
            "SELECT policy FROM trip_policy WHERE trip_id = %s AND authority = current_org()",
            [number],
        )
    ).fetchone()
    return None if row is None else bytes(row[0])


_INSTALLED = """
    SELECT d.device_id, d.id, d.terminal, d.protocol, d.model, d.serial_range, d.accreditation,
           i.id, i.installation_id, i.accreditation, i.from_at
    FROM installation i JOIN device d USING (device_id)
"""


async def installed(
    tx: Transaction, org: int, device: UUID, vehicle: str, at: datetime
) -> TripDevice | None:
    """Return an organisation's device with the installation on a vehicle that is in force."""
    row = await (
        await tx.execute(
            _INSTALLED + " WHERE i.org = %s AND d.id = %s AND i.vehicle = %s"
            " AND %s <@ tstzrange(i.from_at, i.until_at)",
            [org, device, vehicle, at],
        )
    ).fetchone()
    return None if row is None else TripDevice(*row)


async def installation(tx: Transaction, org: int, id_: UUID, at: datetime) -> TripDevice | None:
    """Return an organisation's installation that is in force, with its device."""
    row = await (
        await tx.execute(
            _INSTALLED + " WHERE i.org = %s AND i.id = %s"
            " AND %s <@ tstzrange(i.from_at, i.until_at)",
            [org, id_, at],
        )
    ).fetchone()
    return None if row is None else TripDevice(*row)


async def add_device(
    tx: Transaction, kept: tuple[int, int], one: TripDevice, *, is_lock: bool, since: datetime
) -> None:
    """Have a device heard for a trip from now on; `kept` is the trip's number and whose it is."""
    number, org = kept
    await tx.execute(
        """
        INSERT INTO trip_device (trip_id, org, device_id, installation_id, is_lock, from_at,
            read_as, learned_as, learned_version)
        SELECT %s, %s, d.device_id, %s, %s, %s,
            CASE WHEN d.datum = 'GCJ-02' AND d.territory = 'CN' THEN 'GCJ-02' ELSE 'WGS-84' END,
            n.datum, n.version
        FROM device d LEFT JOIN LATERAL (
            SELECT l.datum, l.version FROM datum_learned l WHERE l.org = d.org
                AND l.model = d.model AND l.firmware = d.firmware
            ORDER BY l.learned_id DESC LIMIT 1) n ON true
        WHERE d.device_id = %s
        """,
        [number, org, one.installation_number, is_lock, since, one.device_id],
    )


async def end_devices(
    tx: Transaction, number: int, *, until: datetime, is_lock_alone: bool = False
) -> None:
    """Have a trip's devices, or its lock alone, heard for it no more."""
    await tx.execute(
        "UPDATE trip_device SET until_at = greatest(from_at, %s) WHERE trip_id = %s"
        " AND until_at IS NULL AND (is_lock OR NOT %s)",
        [until, number, is_lock_alone],
    )


async def is_busy(tx: Transaction, device_id: int) -> bool:
    """Whether a device of this organisation is on a trip that is not over."""
    row = await (
        await tx.execute(
            "SELECT EXISTS (SELECT 1 FROM trip_device WHERE device_id = %s AND until_at IS NULL)",
            [device_id],
        )
    ).fetchone()
    return bool(row and row[0])


async def heard(tx: Transaction, number: int) -> list[TripDevice]:
    """Return the devices that are or were heard for a trip, in their order."""
    rows = await tx.execute(
        """
        SELECT v.device_id, v.id, v.terminal, v.protocol, v.model, v.serial_range,
               v.accreditation, i.id, i.installation_id, i.accreditation, i.from_at,
               d.is_lock, d.from_at, d.until_at, d.read_as, d.learned_as, d.learned_version
        FROM trip_device d JOIN device v USING (device_id) JOIN installation i
            USING (installation_id)
        WHERE d.trip_id = %s ORDER BY d.trip_device_id
        """,
        [number],
    )
    return [TripDevice(*row) for row in await rows.fetchall()]


async def acts(tx: Transaction, number: int) -> list[KeptAct]:
    """Return what was done about a trip, in order."""
    rows = await tx.execute(
        "SELECT a.n, a.by_org, o.party, a.act_id, a.act, a.state, a.body, a.signature,"
        " a.recorded_at FROM trip_act a JOIN organisation o ON o.org = a.by_org"
        " WHERE a.trip_id = %s ORDER BY a.n",
        [number],
    )
    return [
        KeptAct(n, by, PartyId(party), id_, act, state, bytes(body),
                None if signature is None else bytes(signature), at)
        for n, by, party, id_, act, state, body, signature, at in await rows.fetchall()
    ]  # fmt: skip


async def add_act(tx: Transaction, kept: tuple[int, int], new: NewAct) -> None:
    """Keep an act; `kept` is the trip's number and whose it is."""
    number, org = kept
    await tx.execute(
        "INSERT INTO trip_act (trip_id, n, org, by_org, act_id, act, state, body, signature,"
        " event_id, recorded_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [number, new.n, org, new.by_org, new.act_id, new.act, new.state, new.body, new.signature,
         new.event_id, new.recorded_at],
    )  # fmt: skip


async def begin_seal(
    tx: Transaction, org: int, device_id: int, number: str, *, at: datetime
) -> None:
    """Begin a seal period of a lock, which is to be held before: `devices.hold`."""
    await tx.execute(
        "INSERT INTO seal_period (org, device_id, number, began_at) VALUES (%s, %s, %s, %s)",
        [org, device_id, number, at],
    )


async def end_seal(tx: Transaction, org: int, device_id: int, *, at: datetime) -> None:
    """End the seal period of a lock that is open, if one is."""
    await tx.execute(
        "INSERT INTO seal_period_end (seal_id, org, ended_at)"
        " SELECT s.seal_id, %s, %s FROM seal_period s WHERE s.device_id = %s AND NOT EXISTS"
        " (SELECT 1 FROM seal_period_end e WHERE e.seal_id = s.seal_id)",
        [org, at, device_id],
    )


async def use_pass(
    tx: Transaction, used: tuple[int, bytes, int, str], at: datetime, *, now: datetime
) -> bool:
    """Write a pass down as used; False if it was. `used`: authority, jti, trip's number, site."""
    done = await tx.execute(
        "INSERT INTO pass_use (authority, jti, trip_id, site, used_at, recorded_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [*used, at, now],
    )
    return bool(done.rowcount)
