"""Frames that are destroyed: rows, salts and keys go; of each frame its leaf stays, and the day."""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from waglan.elock.leaf import frame_opening, opened_leaf
from waglan.logbook.sealed import SALT_BYTES, Vault
from waglan.store import Transaction

ERASED: Final = "erased"
AT_ONCE: Final = 5_000


async def of_device(tx: Transaction, device: UUID, *, until: datetime) -> list[int]:
    """Return the frames of a device that can still be read, recorded up to a moment."""
    rows = await tx.execute(
        "SELECT f.frame_id FROM device d JOIN frame f USING (device_id)"
        " JOIN frame_raw r USING (frame_id) WHERE d.id = %s AND f.recorded_at <= %s",
        [device, until],
    )
    return [int(number) for (number,) in await rows.fetchall()]


async def of_trip(tx: Transaction, trip: UUID, *, until: datetime) -> list[int]:
    """Return the frames of a trip's time that can still be read, recorded up to a moment."""
    rows = await tx.execute(
        """
        SELECT DISTINCT f.frame_id FROM trip t JOIN trip_device d USING (trip_id)
        JOIN frame f ON f.device_id = d.device_id JOIN frame_raw r ON r.frame_id = f.frame_id
        WHERE t.id = %s AND f.recorded_at <= %s
          AND (f.recorded_at <@ tstzrange(d.from_at, d.until_at)
               OR to_timestamp(f.at_s) <@ tstzrange(d.from_at, d.until_at))
        """,
        [trip, until],
    )
    return [int(number) for (number,) in await rows.fetchall()]


async def before(tx: Transaction, moment: datetime) -> list[int]:
    """Return the frames recorded before a moment that can still be read."""
    rows = await tx.execute(
        "SELECT f.frame_id FROM frame f JOIN frame_raw r USING (frame_id) WHERE f.recorded_at < %s",
        [moment],
    )
    return [int(number) for (number,) in await rows.fetchall()]


async def orgs_of(tx: Transaction, devices: Sequence[UUID], trips: Sequence[UUID]) -> set[int]:
    """Return whose devices and trips these are, and which authorities are on the trips."""
    rows = await tx.execute(
        "SELECT org FROM device WHERE id = ANY (%(devices)s)"
        " UNION SELECT org FROM trip WHERE id = ANY (%(trips)s)"
        " UNION SELECT unnest(authorities) FROM trip WHERE id = ANY (%(trips)s)",
        {"devices": list(devices), "trips": list(trips)},
    )
    return {int(org) for (org,) in await rows.fetchall()}


async def destroy(
    tx: Transaction, vault: Vault, frames: Sequence[int], rule: str, *, at: datetime
) -> int:
    """Destroy what these frames said; what others said under the same keys gets another key.

    So the old key's salt goes too: neither the secret nor sealed bytes in an old file bring back
    what was erased. Return how many frames went.
    """
    touched, gone = set[int](), 0
    for first in range(0, len(frames), AT_ONCE):
        piece = list(frames[first : first + AT_ONCE])
        secrets = await _leave_leaves(tx, piece, rule, at)
        touched |= set(secrets)
        gone += len(secrets)
        await tx.execute("DELETE FROM frame_raw WHERE frame_id = ANY (%s)", [piece])
    for number in sorted(touched):
        await _reseal(tx, vault, number)
    return gone


async def _leave_leaves(
    tx: Transaction, frames: Sequence[int], rule: str, at: datetime
) -> list[int]:
    rows = await tx.execute(
        "SELECT r.frame_id, r.org, r.sha256, r.opening, s.key_salt, s.secret_id"
        " FROM frame_raw r JOIN device_secret s USING (secret_id) WHERE r.frame_id = ANY (%s)",
        [list(frames)],
        binary=True,
    )
    found = await rows.fetchall()
    leaves = [
        opened_leaf(opening or frame_opening(bytes(salt), number), bytes(digest))
        for number, _, digest, opening, salt, _ in found
    ]
    await tx.execute(
        "INSERT INTO frame_erased (frame_id, org, leaf, erased_at, rule)"
        " SELECT n, o, l, %s, %s FROM unnest(%s::int8[], %s::int8[], %s::bytea[]) AS g (n, o, l)"
        " ON CONFLICT DO NOTHING",
        [at, rule, [one[0] for one in found], [one[1] for one in found], leaves],
    )
    return [int(one[5]) for one in found]


async def _reseal(tx: Transaction, vault: Vault, number: int) -> None:
    """Give what is left under a key another one, and destroy the old one's salt."""
    salt = os.urandom(SALT_BYTES)
    row = await (
        await tx.execute(
            "INSERT INTO device_secret (device_id, org, key_salt, since)"
            " SELECT device_id, org, %s, since FROM device_secret WHERE secret_id = %s"
            " RETURNING secret_id, (SELECT key_salt FROM device_secret WHERE secret_id = %s)",
            [salt, number, number],
        )
    ).fetchone()
    if row is None:
        return
    new, old = int(row[0]), bytes(row[1])
    while True:
        rows = await tx.execute(
            "SELECT frame_id, sealed, opening FROM frame_raw WHERE secret_id = %s LIMIT %s",
            [number, AT_ONCE],
            binary=True,
        )
        found = await rows.fetchall()
        if not found:
            break
        sealed = [vault.seal(salt, vault.open(old, bytes(s), place=n), place=n)
                  for n, s, _ in found]  # fmt: skip
        openings = [opening or frame_opening(old, n) for n, _, opening in found]
        await tx.execute(
            "UPDATE frame_raw r SET sealed = g.sealed, opening = g.opening, secret_id = %s"
            " FROM unnest(%s::int8[], %s::bytea[], %s::bytea[]) AS g (frame_id, sealed, opening)"
            " WHERE r.frame_id = g.frame_id",
            [new, [n for n, _, _ in found], sealed, openings],
        )
    await tx.execute("DELETE FROM device_secret WHERE secret_id = %s", [number])


async def forget_device(tx: Transaction, device: UUID, *, until: datetime) -> None:
    """Destroy a device's keys, what was set aside of it, its name, and on what it sat."""
    row = await (
        await tx.execute("SELECT device_id, terminal FROM device WHERE id = %s", [device])
    ).fetchone()
    if row is None:
        return
    number, terminal = row
    for forget in _FORGET:
        await tx.execute(forget, [number])
    await tx.execute(
        "DELETE FROM frame_aside_raw r USING frame_aside a WHERE a.aside_id = r.aside_id"
        " AND a.terminal = %s AND a.recorded_at <= %s",
        [terminal, until],
    )
    await tx.execute("UPDATE frame_aside SET terminal = NULL WHERE terminal = %s", [terminal])
    await tx.execute("DELETE FROM key_event WHERE kind = 'device' AND key = %s", [terminal])
    await tx.execute(
        "UPDATE device SET terminal = %s WHERE device_id = %s", [f"{ERASED}-{device}", number]
    )


_FORGET = (
    "DELETE FROM device_secret WHERE device_id = %s",
    "DELETE FROM frame_aside_raw r USING frame_aside a WHERE a.aside_id = r.aside_id"
    " AND a.device_id = %s",
    f"UPDATE installation SET vehicle = '{ERASED}' WHERE device_id = %s",
)


async def forget_trip(tx: Transaction, trip: UUID) -> None:
    """Destroy a trip's plate, and where its truck was when alarms were raised."""
    await tx.execute("UPDATE trip SET vehicle = %s WHERE id = %s", [ERASED, trip])
    await tx.execute(
        "UPDATE alarm SET lat_e7 = NULL, lon_e7 = NULL"
        " WHERE trip_id = (SELECT trip_id FROM trip WHERE id = %s)",
        [trip],
    )
    await tx.execute(
        "DELETE FROM frame_aside_raw r USING frame_aside a, trip t, trip_device d"
        " WHERE a.aside_id = r.aside_id AND t.id = %s AND d.trip_id = t.trip_id"
        " AND a.device_id = d.device_id AND a.recorded_at <@ tstzrange(d.from_at, d.until_at)",
        [trip],
    )


async def told_of(tx: Transaction, device: UUID) -> list[tuple[int, bytes]]:
    """Return number and leaf of each event that names a device by its name in its protocol."""
    rows = await tx.execute(
        "SELECT l.seq, l.leaf_hash FROM device d JOIN key_event k ON k.kind = 'device'"
        " AND k.key = d.terminal JOIN log_leaf l ON l.event_id = k.event_id WHERE d.id = %s",
        [device],
    )
    return [(int(seq), bytes(leaf)) for seq, leaf in await rows.fetchall()]
