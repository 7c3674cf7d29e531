"""Locks and trackers: who operates each, the codes they show, where they sit, their sessions."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg.errors import ExclusionViolation

from waglan.codes.party import PartyId
from waglan.elock.datum import Datum, is_shifted
from waglan.elock.province import Territory
from waglan.logbook.sealed import SALT_BYTES
from waglan.store import Transaction

__all__ = ["ExclusionViolation"]  # an installation that overlaps another one of the same device


@dataclass(frozen=True, slots=True)
class Device:
    """A lock or tracker as it was provisioned; `terminal` is its name in its protocol."""

    id: UUID
    protocol: str
    terminal: str
    maker: str
    model: str
    firmware: str
    serial_range: int
    accreditation: str | None
    provisioned_at: datetime
    datum: str = "unknown"
    territory: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Whose device it is that names itself so."""

    device_id: int
    org: int
    party: PartyId


@dataclass(frozen=True, slots=True)
class Session:
    """From a registration to the next, or one connection; `number` is the one inside the store."""

    number: int
    id: UUID
    is_registered: bool


@dataclass(frozen=True, slots=True)
class Secret:
    """The salt of a key of a device's own, under its number inside the store."""

    number: int
    salt: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a device must show, whether a seal is active on it, and its newest session."""

    code_sha256: bytes | None
    is_sealed: bool
    session: Session | None


@dataclass(frozen=True, slots=True)
class Installation:
    """On which vehicle a device sits or sat, who put it there, and from when to when."""

    id: UUID
    vehicle: str
    installer: str
    accreditation: str | None
    from_at: datetime
    until_at: datetime | None = None


async def operator(tx: Transaction) -> Named | None:
    """Return the platform's operator, to whom belongs what nobody knows; it has no device."""
    row = await (
        await tx.execute(
            "SELECT org, party FROM organisation WHERE 'operator' = ANY (roles)"
            " ORDER BY org LIMIT 1"
        )
    ).fetchone()
    return None if row is None else Named(0, int(row[0]), PartyId(row[1]))


async def add(tx: Transaction, org: int, device: Device) -> None:
    """Enter a device for an organisation, as the platform's operator.

    Raise Taken if the protocol knows another one by this name.
    """
    await tx.execute(
        "INSERT INTO device (id, org, protocol, terminal, maker, model, firmware, serial_range,"
        " accreditation, provisioned_at, datum, territory)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            device.id,
            org,
            device.protocol,
            device.terminal,
            device.maker,
            device.model,
            device.firmware,
            device.serial_range,
            device.accreditation,
            device.provisioned_at,
            device.datum,
            device.territory,
        ],
    )


async def add_secret(tx: Transaction, org: int, device_id: int, *, now: datetime) -> Secret:
    """Keep the salt of a key of a device's own, under which its frames are sealed from now on."""
    salt = os.urandom(SALT_BYTES)
    row = await (
        await tx.execute(
            "INSERT INTO device_secret (device_id, org, key_salt, since) VALUES (%s, %s, %s, %s)"
            " RETURNING secret_id",
            [device_id, org, salt, now],
        )
    ).fetchone()
    return Secret(int(row[0]) if row else 0, salt)


async def secret_of(tx: Transaction, device: Named, *, now: datetime) -> Secret | None:
    """Return the key that a device's frames are sealed under now, of each month another one.

    None once the device is erased.
    """
    row = await (
        await tx.execute(
            "SELECT secret_id, key_salt, since < date_trunc('month', %s::timestamptz, 'UTC')"
            " FROM device_secret WHERE device_id = %s ORDER BY secret_id DESC LIMIT 1",
            [now, device.device_id],
        )
    ).fetchone()
    if row is None:
        return None
    if row[2]:
        return await add_secret(tx, device.org, device.device_id, now=now)
    return Secret(int(row[0]), bytes(row[1]))


async def is_moved(tx: Transaction, device_id: int) -> bool:
    """Whether what a device sends is taken for GCJ-02, by what it was entered with."""
    row = await (
        await tx.execute("SELECT datum, territory FROM device WHERE device_id = %s", [device_id])
    ).fetchone()
    if row is None:
        return False
    return is_shifted(Datum(row[0]), None if row[1] is None else Territory(row[1]))


async def named(tx: Transaction, protocol: str, terminal: str) -> Named | None:
    """Return whose device names itself so, in whoever's name the transaction runs."""
    row = await (
        await tx.execute(
            "SELECT device_id, org, party FROM device_at(%s, %s)", [protocol, terminal]
        )
    ).fetchone()
    return None if row is None else Named(int(row[0]), int(row[1]), PartyId(row[2]))


async def number_of(tx: Transaction, device: UUID) -> int | None:
    """Return the number inside the store of this organisation's device."""
    row = await (
        await tx.execute("SELECT device_id FROM device WHERE id = %s", [device])
    ).fetchone()
    return None if row is None else int(row[0])


_DEVICE = """
    SELECT id, protocol, terminal, maker, model, firmware, serial_range, accreditation,
           provisioned_at, datum, territory FROM device
"""


async def by_id(tx: Transaction, device: UUID) -> Device | None:
    """Return this organisation's device of that id."""
    row = await (await tx.execute(_DEVICE + " WHERE id = %s", [device])).fetchone()
    return None if row is None else Device(*row)


async def page(tx: Transaction, *, after: UUID | None, at_most: int) -> list[Device]:
    """Return this organisation's devices in the order in which they were provisioned."""
    rows = await tx.execute(
        _DEVICE + " WHERE device_id > coalesce((SELECT device_id FROM device WHERE id = %s), 0)"
        " ORDER BY device_id LIMIT %s",
        [after, at_most],
    )
    return [Device(*row) for row in await rows.fetchall()]


async def hold(tx: Transaction, device_id: int) -> None:
    """Let nobody else change this device's code, seal or session before the transaction ends."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('device ' || %s::text, 0))", [device_id]
    )


async def standing(tx: Transaction, device_id: int) -> Standing:
    """Return what a device must show, whether it is sealed, and its newest session."""
    row = await (
        await tx.execute(
            """
            SELECT (SELECT code_sha256 FROM device_code WHERE device_id = %(device)s
                    ORDER BY code_id DESC LIMIT 1),
                   is_sealed(%(device)s), s.session_id, s.id, s.is_registered
            FROM (SELECT) AS one LEFT JOIN LATERAL (
                SELECT session_id, id, is_registered FROM device_session
                WHERE device_id = %(device)s ORDER BY session_id DESC LIMIT 1) s ON true
            """,
            {"device": device_id},
        )
    ).fetchone()
    if row is None:
        raise LookupError("a statement without a row")
    code = None if row[0] is None else bytes(row[0])
    session = None if row[2] is None else Session(int(row[2]), row[3], bool(row[4]))
    return Standing(code, bool(row[1]), session)


async def add_code(
    tx: Transaction, org: int, device_id: int, code_sha256: bytes, *, now: datetime
) -> None:
    """Let a device be known by another code from now on; the database refuses it under a seal."""
    await tx.execute(
        "INSERT INTO device_code (org, device_id, code_sha256, from_at) VALUES (%s, %s, %s, %s)",
        [org, device_id, code_sha256, now],
    )


async def add_session(
    tx: Transaction, device: Named, session: Session, channel: str, *, now: datetime
) -> Session:
    """Begin a session; return it with its number."""
    row = await (
        await tx.execute(
            "INSERT INTO device_session (id, org, device_id, is_registered, channel, began_at)"
            " VALUES (%s, %s, %s, %s, %s, %s) RETURNING session_id",
            [session.id, device.org, device.device_id, session.is_registered, channel, now],
        )
    ).fetchone()
    return Session(int(row[0]) if row else 0, session.id, session.is_registered)


async def add_installation(tx: Transaction, org: int, device_id: int, new: Installation) -> None:
    """Say on which vehicle a device sits; raise ExclusionViolation if it sits on one already."""
    await tx.execute(
        "INSERT INTO installation (id, org, device_id, vehicle, installer, accreditation, from_at,"
        " until_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            new.id,
            org,
            device_id,
            new.vehicle,
            new.installer,
            new.accreditation,
            new.from_at,
            new.until_at,
        ],
    )


async def end_installation(tx: Transaction, installation: UUID, *, until: datetime) -> bool:
    """End an installation that is not ended; False if there is none that began before."""
    done = await tx.execute(
        "UPDATE installation SET until_at = %s WHERE id = %s AND until_at IS NULL AND from_at < %s",
        [until, installation, until],
    )
    return bool(done.rowcount)


async def installations(
    tx: Transaction, device_id: int, *, at_most: int = 200
) -> list[Installation]:
    """Return where a device sits and sat, newest first."""
    rows = await tx.execute(
        "SELECT id, vehicle, installer, accreditation, from_at, until_at FROM installation"
        " WHERE device_id = %s ORDER BY from_at DESC LIMIT %s",
        [device_id, at_most],
    )
    return [Installation(*row) for row in await rows.fetchall()]


async def tell_condition(
    tx: Transaction, org: int, device_id: int, told: tuple[str, datetime], *, now: datetime
) -> None:
    """Say in which condition a device is, and from when on; whether it may be armed hangs on it."""
    await tx.execute(
        "INSERT INTO device_condition (org, device_id, condition, from_at, told_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        [org, device_id, *told, now],
    )


async def condition(tx: Transaction, device_id: int) -> str:
    """Return in which condition a device is; one of which nothing was told is fit."""
    row = await (
        await tx.execute(
            "SELECT condition FROM device_condition WHERE device_id = %s"
            " ORDER BY condition_id DESC LIMIT 1",
            [device_id],
        )
    ).fetchone()
    return "fit" if row is None else str(row[0])


async def lost(tx: Transaction, device_id: int) -> str | None:
    """Return the name in its protocol of a device that was told to be lost; None for any other."""
    row = await (
        await tx.execute(
            "SELECT d.terminal FROM device d JOIN device_condition c USING (device_id)"
            " WHERE d.device_id = %s AND c.condition = 'lost' AND NOT EXISTS (SELECT 1 FROM"
            " device_condition n WHERE n.device_id = d.device_id"
            " AND n.condition_id > c.condition_id)",
            [device_id],
        )
    ).fetchone()
    return None if row is None else str(row[0])


async def installed(tx: Transaction, installation: UUID) -> tuple[Installation, str] | None:
    """Return an installation with the terminal that sits there."""
    row = await (
        await tx.execute(
            "SELECT i.id, i.vehicle, i.installer, i.accreditation, i.from_at, i.until_at,"
            " d.terminal FROM installation i JOIN device d USING (device_id) WHERE i.id = %s",
            [installation],
        )
    ).fetchone()
    return None if row is None else (Installation(*row[:6]), str(row[6]))
