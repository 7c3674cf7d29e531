"""Frames of devices as they came, sealed, and what was set aside; rows are added, never changed."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from waglan.elock.datum import TRANSFORM_VERSION, Placed
from waglan.logbook.sealed import SALT_BYTES, Vault
from waglan.store import Transaction, bulk
from waglan.store.devices import Named, Secret, Session

FRAMES_MAX = 1 << 20  # of one transaction: the numbers that one block has
# How long a frame without a time of its own may be sent again before it counts as another one: its
# device's count takes hours to come round.
AGAIN_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Connection:
    """By which connection frames came, and over what kind of line."""

    id: UUID
    protocol: str
    channel: str


@dataclass(frozen=True, slots=True)
class NewFrame:
    """A frame to be kept; `same` is equal for one that is sent again, `raw` has no code in it."""

    same: bytes
    serial: int | None
    at_s: int | None
    message: int | None
    begins: int
    ends: int
    sha256: bytes
    raw: bytes
    places: tuple[Placed, ...] = ()  # those that were not told in WGS-84


@dataclass(frozen=True, slots=True)
class Aside:
    """Bytes that are set aside, whom they name, and the finding's code that says why."""

    terminal: str | None
    serial: int | None
    reason: str
    begins: int
    ends: int
    sha256: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class KeptFrame:
    """A frame as it lies in the store; `raw` is None once it is erased."""

    frame_id: int
    session: UUID
    serial: int | None
    at_s: int | None
    connection: UUID
    channel: str
    recorded_at: datetime
    raw: bytes | None
    event_id: int = 0  # of the batch that tells of it
    reading: int = 0  # by which version of the readers it was read when it came
    sha256: bytes | None = None
    places: tuple[Placed, ...] = ()  # as they came, and as they were converted then


async def known(
    tx: Transaction, device_id: int, frames: Sequence[NewFrame], *, now: datetime
) -> set[bytes]:
    """Return the marks of those frames that are kept already."""
    rows = await tx.execute(
        "SELECT same FROM frame WHERE device_id = %s AND same = ANY (%s)"
        " AND (turn = 0 OR turn > %s)",
        [device_id, [one.same for one in frames], int(now.timestamp()) - AGAIN_SECONDS],
    )
    return {bytes(same) for (same,) in await rows.fetchall()}


async def last_of(tx: Transaction, device_id: int) -> int:
    """Return the number of the newest frame of a device; 0 if there is none."""
    row = await (
        await tx.execute(
            "SELECT frame_id FROM frame WHERE device_id = %s ORDER BY frame_id DESC LIMIT 1",
            [device_id],
        )
    ).fetchone()
    return int(row[0]) if row else 0


async def numbers(tx: Transaction) -> int:
    """Return the first of a million numbers that are this transaction's alone."""
    row = await (await tx.execute("SELECT nextval('frame_block') << 20")).fetchone()
    return int(row[0]) if row else 0


_FRAME = (
    ("frame_id", "int8"),
    ("org", "int8"),
    ("device_id", "int8"),
    ("session_id", "int8"),
    ("event_id", "int8"),
    ("same", "bytea"),
    ("turn", "int8"),
    ("serial", "int4"),
    ("at_s", "int8"),
    ("message", "int4"),
    ("connection", "uuid"),
    ("channel", "text"),
    ("begins", "int8"),
    ("ends", "int8"),
    ("reading", "int2"),
    ("recorded_at", "timestamptz"),
)
_RAW = (
    ("frame_id", "int8"),
    ("org", "int8"),
    ("sha256", "bytea"),
    ("sealed", "bytea"),
    ("secret_id", "int8"),
)
_PLACE = (
    ("frame_id", "int8"),
    ("org", "int8"),
    ("transform", "int2"),
    ("key_salt", "bytea"),
    ("sealed", "bytea"),
)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(tuple[Placed, ...]).decode


@dataclass(frozen=True, slots=True)
class Place:
    """Where frames belong: device, session, connection, the event that tells of them, and when."""

    device: Named
    session: Session
    connection: Connection
    event_id: int
    reading: int
    now: datetime


async def keep(
    tx: Transaction,
    sealing: tuple[Vault, Secret],
    place: Place,
    first: int,
    new: Sequence[NewFrame],
) -> None:
    """Keep new frames under numbers from the first on; `sealing` is the vault and the device's key.

    Raise Taken if one of them was kept since `known` was asked.
    """
    vault, secret = sealing
    n, org = range(first, first + len(new)), [place.device.org] * len(new)
    second = int(place.now.timestamp())
    cells: list[Sequence[bulk.Cell]] = [
        n,
        org,
        [place.device.device_id] * len(new),
        [place.session.number] * len(new),
        [place.event_id] * len(new),
        [one.same for one in new],
        [second if one.at_s is None else 0 for one in new],
        [one.serial for one in new],
        [one.at_s for one in new],
        [one.message for one in new],
        [place.connection.id] * len(new),
        [place.connection.channel] * len(new),
        [one.begins for one in new],
        [one.ends for one in new],
        [place.reading] * len(new),
        [place.now] * len(new),
    ]
    await bulk.insert_columns(tx, "frame", _FRAME, cells)
    sealed = [vault.seal(secret.salt, one.raw, place=at) for at, one in zip(n, new, strict=True)]
    raw: list[Sequence[bulk.Cell]] = [n, org, [one.sha256 for one in new], sealed]
    await bulk.insert_columns(tx, "frame_raw", _RAW, [*raw, [secret.number] * len(new)])
    await _keep_places(tx, vault, place, [(at, one) for at, one in zip(n, new, strict=True)])


async def _keep_places(
    tx: Transaction, vault: Vault, place: Place, new: Sequence[tuple[int, NewFrame]]
) -> None:
    """Keep what was converted, each frame's under a key of its own: it goes with the frame."""
    moved = [(at, one.places) for at, one in new if one.places]
    if not moved:
        return
    salts = [os.urandom(SALT_BYTES) for _ in moved]
    told = zip(salts, moved, strict=True)
    cells: list[Sequence[bulk.Cell]] = [
        [at for at, _ in moved],
        [place.device.org] * len(moved),
        [TRANSFORM_VERSION] * len(moved),
        salts,
        [vault.seal(salt, _encode(places)) for salt, (_, places) in told],
    ]
    await bulk.insert_columns(tx, "frame_place", _PLACE, cells)


async def set_aside(
    tx: Transaction,
    vault: Vault,
    came: tuple[Named, Connection],
    pieces: Sequence[Aside],
    *,
    now: datetime,
) -> None:
    """Keep what is not taken, each piece under a key of its own; `came` says whose it is."""
    whose, connection = came
    for one in pieces:
        salt = os.urandom(SALT_BYTES)
        await tx.execute(
            """
            WITH kept AS (
                INSERT INTO frame_aside (org, device_id, terminal, protocol, serial, reason,
                    connection, channel, begins, ends, recorded_at)
                VALUES (%(org)s, %(device)s, %(terminal)s, %(protocol)s, %(serial)s, %(reason)s,
                    %(connection)s, %(channel)s, %(begins)s, %(ends)s, %(now)s)
                RETURNING aside_id)
            INSERT INTO frame_aside_raw (aside_id, org, key_salt, sha256, sealed)
            SELECT aside_id, %(org)s, %(salt)s, %(sha256)s, %(sealed)s FROM kept
            """,
            {
                "org": whose.org,
                "device": whose.device_id or None,  # the operator has none
                "terminal": one.terminal,
                "protocol": connection.protocol,
                "serial": one.serial,
                "reason": one.reason,
                "connection": connection.id,
                "channel": connection.channel,
                "begins": one.begins,
                "ends": one.ends,
                "now": now,
                "salt": salt,
                "sha256": one.sha256,
                "sealed": vault.seal(salt, one.raw),
            },
        )


_FRAMES = """
    SELECT f.frame_id, s.id, f.serial, f.at_s, f.connection, f.channel, f.recorded_at,
           f.event_id, f.reading, r.sha256, r.sealed, d.key_salt, p.sealed, p.key_salt
    FROM frame f JOIN device_session s USING (session_id)
    LEFT JOIN frame_raw r USING (frame_id) LEFT JOIN frame_place p USING (frame_id)
    LEFT JOIN device_secret d ON d.secret_id = r.secret_id
"""


async def of_device(
    tx: Transaction, vault: Vault, device_id: int, *, after: int = 0, at_most: int = 1_000
) -> list[KeptFrame]:
    """Return a device's frames in the order in which they were kept, beyond one of them."""
    rows = await tx.execute(
        _FRAMES + " WHERE f.device_id = %s AND f.frame_id > %s ORDER BY f.frame_id LIMIT %s",
        [device_id, after, at_most],
        binary=True,
    )
    return [_opened(vault, row) for row in await rows.fetchall()]


async def of_time(
    tx: Transaction,
    vault: Vault,
    device_id: int,
    time: tuple[datetime, datetime | None],
    *,
    at_most: int,
) -> list[KeptFrame]:
    """Return a device's frames that came between two times, or that tell of a time between."""
    rows = await tx.execute(
        _FRAMES
        + """
        WHERE f.device_id = %(device)s AND (
            f.recorded_at <@ tstzrange(%(since)s, %(until)s)
            OR to_timestamp(f.at_s) <@ tstzrange(%(since)s, %(until)s))
        ORDER BY f.frame_id LIMIT %(at_most)s
        """,
        {"device": device_id, "since": time[0], "until": time[1], "at_most": at_most},
        binary=True,
    )
    return [_opened(vault, row) for row in await rows.fetchall()]


async def by_numbers(tx: Transaction, vault: Vault, numbers: Sequence[int]) -> list[KeptFrame]:
    """Return these frames in the order in which they were kept."""
    rows = await tx.execute(
        _FRAMES + " WHERE f.frame_id = ANY (%s) ORDER BY f.frame_id", [list(numbers)], binary=True
    )
    return [_opened(vault, row) for row in await rows.fetchall()]


def _opened(vault: Vault, row: Sequence[Any]) -> KeptFrame:
    *told, sealed, salt, moved, moved_salt = row
    is_there = sealed is not None and salt is not None
    raw = vault.open(bytes(salt), bytes(sealed), place=told[0]) if is_there else None
    number, session, serial, at_s, connection, channel, recorded_at, *rest = told
    event_id, reading, sha256 = rest
    places = () if moved is None else _decode(vault.open(bytes(moved_salt), bytes(moved)))
    return KeptFrame(
        number, session, serial, at_s, connection, channel, recorded_at, raw, event_id, reading,
        None if sha256 is None else bytes(sha256), places,
    )  # fmt: skip
