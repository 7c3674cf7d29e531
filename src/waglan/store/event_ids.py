"""Ids under which organisations tell events in batches, each taken once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import msgspec

from waglan.store import Transaction, bulk

KEPT_CHARACTERS_MAX = 100  # of an id as it was sent; a longer one is known by its hash


class ToldEvent(msgspec.Struct, frozen=True, gc=False):
    """What stands under an id: the newest version, or that it was taken back."""

    version: int
    sha256: bytes
    updated_at: datetime | None
    movement: int | None
    before: Sequence[bytes] = ()  # hashes of all versions, as they are read


async def stand(tx: Transaction, ids: Collection[str]) -> dict[str, ToldEvent]:
    """Return what stands under these ids of the organisation's own; an unknown id is left out."""
    sent = {_kept(id_): id_ for id_ in ids}
    rows = await tx.execute(
        "SELECT DISTINCT ON (id) id, version, sha256, updated_at, movement_id,"
        " array_agg(sha256) OVER (PARTITION BY id) FROM event_id"
        " WHERE org = current_org() AND id = ANY (string_to_array(%s, E'\\x1f'))"
        " ORDER BY id, version DESC",
        ["\x1f".join(sent)],  # which no id holds; an array takes the driver several times as long
    )
    return {sent[id_]: ToldEvent(*rest) for id_, *rest in await rows.fetchall()}


async def add(tx: Transaction, org: int, told: Mapping[str, ToldEvent]) -> None:
    """Keep what now stands under these ids.

    Raises Taken if another transaction took one of them at the same moment: roll back and begin
    again.
    """
    # In one order, so that no two transactions wait for each other.
    kept = {_kept(id_): one for id_, one in told.items()}
    ids = sorted(kept)
    of = [kept[id_] for id_ in ids]
    columns: Sequence[Sequence[bulk.Cell]] = (
        ids,
        [org] * len(ids),
        [one.version for one in of],
        [one.sha256 for one in of],
        [one.updated_at for one in of],
        [one.movement for one in of],
    )
    await bulk.insert_columns(tx, "event_id", _EVENT_ID, columns)


_EVENT_ID = (
    ("id", "text"),
    ("org", "int8"),
    ("version", "int4"),
    ("sha256", "bytea"),
    ("updated_at", "timestamptz"),
    ("movement_id", "int8"),
)


def _kept(id_: str) -> str:
    if len(id_) <= KEPT_CHARACTERS_MAX:
        return id_
    return f"sha256:{sha256(id_.encode()).hexdigest()}"
