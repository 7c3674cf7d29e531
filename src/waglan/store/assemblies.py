"""Manifests that arrive in parts, in PostgreSQL: which parts came, and which are overdue."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from waglan.manifest.model import PartKey
from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part of an assembly as kept; `place` is where it stands in its message, from 1."""

    number: int
    is_final: bool
    sha256: bytes
    message_id: int
    place: int
    kept_at: datetime


class Opened(NamedTuple):
    """An assembly that has not ended; `round` counts those that were begun under its key."""

    assembly_id: int
    round: int


async def open_assembly(
    tx: Transaction, org: int, key: PartKey, *, now: datetime, due_at: datetime
) -> Opened:
    """Return the assembly of that key, opened now if it is new or the one before it has ended.

    Others wait until this commits.
    """
    wanted = [org, key.sender, key.recipient, key.message_type, key.access_reference]
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["\x1f".join(map(str, wanted))]
    )
    before = await (
        await tx.execute(
            "SELECT assembly_id, round, EXISTS (SELECT 1 FROM assembly_end e"
            " WHERE e.assembly_id = a.assembly_id) FROM assembly a"
            " WHERE org = %s AND sender = %s AND recipient = %s AND message_type = %s"
            " AND access_reference = %s ORDER BY round DESC LIMIT 1",
            wanted,
        )
    ).fetchone()
    if before is not None and not before[2]:
        return Opened(int(before[0]), int(before[1]))
    next_round = 1 if before is None else int(before[1]) + 1
    row = await (
        await tx.execute(
            "INSERT INTO assembly (org, sender, recipient, message_type, access_reference, round,"
            " opened_at, due_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING assembly_id",
            [*wanted, next_round, now, due_at],
        )
    ).fetchone()
    if row is None:
        raise RuntimeError("the assembly just opened is not there")
    return Opened(int(row[0]), next_round)


async def end(tx: Transaction, org: int, assembly_id: int, *, now: datetime) -> None:
    """Say that its manifest was refused: the next part under its key begins another."""
    await tx.execute(
        "INSERT INTO assembly_end (assembly_id, org, ended_at) VALUES (%s, %s, %s)",
        [assembly_id, org, now],
    )


async def parts(tx: Transaction, assembly_id: int) -> list[PartRow]:
    """Return the parts that have come, in the order of their numbers."""
    rows = await tx.execute(
        "SELECT number, is_final, sha256, message_id, place, kept_at FROM assembly_part"
        " WHERE assembly_id = %s ORDER BY number",
        [assembly_id],
    )
    return [
        PartRow(number, is_final, bytes(sha256), *rest)
        for number, is_final, sha256, *rest in await rows.fetchall()
    ]


async def add_part(tx: Transaction, org: int, assembly_id: int, part: PartRow) -> None:
    """Keep where a part stands; its bytes are its message's."""
    await tx.execute(
        "INSERT INTO assembly_part (assembly_id, number, org, is_final, sha256, message_id, place,"
        " kept_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            assembly_id,
            part.number,
            org,
            part.is_final,
            part.sha256,
            part.message_id,
            part.place,
            part.kept_at,
        ],
    )


@dataclass(frozen=True, slots=True)
class OpenAssembly:
    """A manifest whose parts have not all come."""

    key: PartKey
    opened_at: datetime
    due_at: datetime


async def overdue(tx: Transaction, *, now: datetime, at_most: int) -> list[tuple[int, int]]:
    """Return (assembly, organisation) of those still open at their deadline; each told once."""
    rows = await tx.execute(
        """
        SELECT a.assembly_id, a.org FROM assembly a
        WHERE a.due_at <= %s
          AND NOT EXISTS (SELECT 1 FROM assembly_alert t WHERE t.assembly_id = a.assembly_id)
          AND NOT EXISTS (SELECT 1 FROM manifest m WHERE m.assembly_id = a.assembly_id)
          AND NOT EXISTS (SELECT 1 FROM assembly_end e WHERE e.assembly_id = a.assembly_id)
        ORDER BY a.due_at LIMIT %s
        """,
        [now, at_most],
    )
    return [(int(assembly), int(org)) for assembly, org in await rows.fetchall()]


async def open_one(tx: Transaction, assembly_id: int) -> OpenAssembly | None:
    """Return an assembly of this organisation."""
    row = await (
        await tx.execute(
            "SELECT sender, recipient, message_type, access_reference, opened_at, due_at"
            " FROM assembly WHERE assembly_id = %s",
            [assembly_id],
        )
    ).fetchone()
    return None if row is None else OpenAssembly(PartKey(*row[:4]), row[4], row[5])


async def add_alert(tx: Transaction, org: int, assembly_id: int, *, now: datetime) -> bool:
    """Say that the sender was told of missing parts; False if he was told before."""
    done = await tx.execute(
        "INSERT INTO assembly_alert (assembly_id, org, told_at) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [assembly_id, org, now],
    )
    return bool(done.rowcount)
