"""How locks are opened by two: locks' own keys, drivers' keys, and what codes were given for."""

import os
from dataclasses import dataclass
from datetime import datetime

from waglan.logbook.sealed import SALT_BYTES, Vault
from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class DriverKey:
    """A driver by his haulier's own reference, and the key that he signs with."""

    driver: str
    public_key: bytes
    registered_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A code that was given: under which order of the trip, for what, and when."""

    act_n: int
    device_id: int
    ask_sha256: bytes
    bound: bytes
    given_at: datetime


async def add_opening_key(
    tx: Transaction, vault: Vault, whose: tuple[int, int], key: bytes, *, now: datetime
) -> None:
    """Keep the key by which a lock checks codes; `whose` is organisation and device."""
    salt = os.urandom(SALT_BYTES)
    await tx.execute(
        "INSERT INTO opening_key (org, device_id, key_salt, sealed, from_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        [*whose, salt, vault.seal(salt, key), now],
    )


async def opening_key(tx: Transaction, vault: Vault, device_id: int) -> bytes | None:
    """Return the key by which a lock checks codes; None for one that checks none."""
    row = await (
        await tx.execute(
            "SELECT key_salt, sealed FROM opening_key WHERE device_id = %s"
            " ORDER BY key_id DESC LIMIT 1",
            [device_id],
        )
    ).fetchone()
    return None if row is None else vault.open(bytes(row[0]), bytes(row[1]))


async def add_driver_key(
    tx: Transaction, org: int, driver: str, public_key: bytes, *, now: datetime
) -> None:
    """Let a driver sign with this key alone from now on."""
    await end_driver_key(tx, org, driver, now=now)
    await tx.execute(
        "INSERT INTO driver_key (org, driver, public_key, registered_at) VALUES (%s, %s, %s, %s)",
        [org, driver, public_key, now],
    )


async def end_driver_key(tx: Transaction, org: int, driver: str, *, now: datetime) -> bool:
    """Let a driver's key sign no more; False if he has none."""
    done = await tx.execute(
        "INSERT INTO driver_key_end (key_id, org, ended_at)"
        " SELECT k.key_id, %s, %s FROM driver_key k WHERE k.driver = %s"
        " AND NOT EXISTS (SELECT 1 FROM driver_key_end e WHERE e.key_id = k.key_id)"
        " ON CONFLICT DO NOTHING",
        [org, now, driver],
    )
    return bool(done.rowcount)


_DRIVERS = """
    SELECT k.driver, k.public_key, k.registered_at, e.ended_at
    FROM driver_key k LEFT JOIN driver_key_end e USING (key_id)
"""


async def driver_key(tx: Transaction, driver: str) -> bytes | None:
    """Return the key that a driver of this organisation signs with."""
    row = await (
        await tx.execute(
            _DRIVERS + " WHERE k.driver = %s AND e.ended_at IS NULL ORDER BY k.key_id DESC LIMIT 1",
            [driver],
        )
    ).fetchone()
    return None if row is None else bytes(row[1])


async def driver_keys(
    tx: Transaction, *, after: str | None = None, at_most: int = 200
) -> list[DriverKey]:
    """Return the drivers who have a key now, by their references, from behind one of them."""
    rows = await tx.execute(
        _DRIVERS + " WHERE e.ended_at IS NULL AND k.driver > %s ORDER BY k.driver LIMIT %s",
        [after or "", at_most],
    )
    return [DriverKey(driver, bytes(key), *at) for driver, key, *at in await rows.fetchall()]


async def given(tx: Transaction, trip: int) -> list[Given]:
    """Return the codes that were given on a trip, in their order."""
    rows = await tx.execute(
        "SELECT act_n, device_id, ask_sha256, bound, given_at FROM opening_code"
        " WHERE trip_id = %s ORDER BY n",
        [trip],
    )
    return [
        Given(n, device, bytes(ask), bytes(bound), at)
        for n, device, ask, bound, at in await rows.fetchall()
    ]


async def add_given(tx: Transaction, trip: tuple[int, int], n: int, new: Given) -> None:
    """Write down that a code was given; `trip` is its number and whose it is."""
    number, org = trip
    await tx.execute(
        "INSERT INTO opening_code (trip_id, n, org, act_n, device_id, ask_sha256, bound, given_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [number, n, org, new.act_n, new.device_id, new.ask_sha256, new.bound, new.given_at],
    )
