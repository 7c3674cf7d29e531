"""Lists of places that the operator loaded, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from waglan.codes.unlocode import Place, Places, name_key
from waglan.store import Transaction

BATCH_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class PlaceList:
    """A list as it was loaded."""

    list_id: int
    source: str
    as_of: date | None
    sha256: bytes
    rows: int
    left_out: int
    loaded_at: datetime


async def newest(tx: Transaction) -> PlaceList | None:
    """Return the list that holds; None while none was loaded."""
    row = await (
        await tx.execute(
            "SELECT list_id, source, as_of, sha256, rows, left_out, loaded_at "
            "FROM place_list ORDER BY list_id DESC LIMIT 1"
        )
    ).fetchone()
    return None if row is None else PlaceList(*row)


async def add(tx: Transaction, new: PlaceList, places: Sequence[Place]) -> int:
    """Keep a list and its places; return its number. `new.list_id` is not looked at."""
    row = await (
        await tx.execute(
            "INSERT INTO place_list (source, as_of, sha256, rows, left_out, loaded_at) "
            "VALUES (%s, %s, %s, %s, %s, %s) RETURNING list_id",
            [new.source, new.as_of, new.sha256, new.rows, new.left_out, new.loaded_at],
        )
    ).fetchone()
    if row is None:
        raise LookupError("the list was not kept")
    list_id = int(row[0])
    for at in range(0, len(places), BATCH_ROWS):
        batch = places[at : at + BATCH_ROWS]
        await tx.execute(
            _ADD,
            [
                list_id,
                [place.code for place in batch],
                [place.name for place in batch],
                [name_key(place.name) for place in batch],
                [place.subdivision for place in batch],
                [place.functions for place in batch],
                [place.status for place in batch],
                [place.is_going for place in batch],
            ],
        )
    return list_id


_ADD = """
    INSERT INTO place (list_id, code, name, key, subdivision, functions, status, is_going)
    SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                             %s::text[], %s::boolean[])
"""


async def known(tx: Transaction, asked: Sequence[str]) -> Places | None:
    """Return what the newest list knows of these codes and names; None while none was loaded."""
    held = await newest(tx)
    if held is None:
        return None
    codes = ["".join(text.split()).upper() for text in asked]
    rows = await (
        await tx.execute(_KNOWN, [held.list_id, codes, held.list_id, list(map(name_key, asked))])
    ).fetchall()
    return Places.of([Place(*row) for row in rows], held.source, as_of=held.as_of, is_whole=True)


_KNOWN = """
    SELECT code, name, subdivision, functions, status, is_going FROM place
    WHERE list_id = %s AND code = ANY (%s)
    UNION
    SELECT code, name, subdivision, functions, status, is_going FROM place
    WHERE list_id = %s AND key = ANY (%s)
    ORDER BY code, name
"""
