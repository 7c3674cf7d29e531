"""A restored log goes on under a new name, because some of what it had signed may be lost."""

from dataclasses import dataclass
from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.checkpoint import Checkpoint
from waglan.logbook.event import Event
from waglan.store import Transaction, events, parties


@dataclass(frozen=True, slots=True)
class Opening:
    """The new name, the log as it stood in the backup, and the longest tree that others saw."""

    origin: str
    old: Checkpoint
    seen: Checkpoint | None  # None: nobody said how long it had grown
    backup_taken_at: str


async def open_origin(
    tx: Transaction, operator: PartyId, opening: Opening, *, now: datetime
) -> None:
    """Tell everybody: the old name and root, and which events are known to be lost.

    The new log begins with all that was restored, under the numbers it had; only the name is new,
    so that no two roots of one size stand under one name.
    """
    old, seen = opening.old, opening.seen
    told = Event(
        EventCode.ORIGIN_OPENED,
        Key(KeyKind.LOG, opening.origin),
        operator,
        now,
        now,
        {
            "origin": opening.origin,
            "old_origin": old.origin,
            "old_size": old.size,
            "old_root": old.root.hex(),
            "seen_size": None if seen is None else seen.size,
            "seen_root": None if seen is None else seen.root.hex(),
            "lost_from": old.size,
            "lost_before": seen.size if seen is not None and seen.size > old.size else None,
            "backup_taken_at": opening.backup_taken_at,
        },
        (Key(KeyKind.LOG, old.origin),),
        frozenset(party for party, _, _ in await parties.directory(tx)),
    )
    await events.append(tx, [told])
