"""What an audit of the whole log reads: every numbered event, and every checkpoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from waglan.codes.event import EventCode
from waglan.manifest.model import Bill
from waglan.store import Transaction

_BILL = msgspec.json.Decoder(Bill)


@dataclass(frozen=True, slots=True)
class Columns:
    """What queries and policies go by, which must say what the canonical bytes say."""

    said_by: str | None
    code: str
    about_kind: str
    about: str
    happened_at: datetime
    recorded_at: datetime
    bill: str | None  # the number of the bill that the row points at; None if at none
    kept: Mapping[str, object] | None  # what `decision`, `notice` or `message` has of it
    declared: Bill | None  # what `bill` has of a bill's declaration, without whom it names
    filed: tuple[int, str, str] | None = None  # version, call, function that `manifest` has of it


@dataclass(frozen=True, slots=True)
class Written:
    """A numbered event as it is kept; `said` is None when its row is gone.

    A row goes only by an erasure, which is written down: `is_erased` tells whether a row says so.
    That the log says so too, see `erasures`.
    """

    seq: int
    leaf_hash: bytes
    said: tuple[bytes, bytes] | None  # salt, canonical bytes
    columns: Columns | None
    is_erased: bool = False


# The manifest that an event's bytes name: one interchange files many at one moment, each with a
# version of the same bill. Read as text, for bytes that were changed need not be JSON.
_VERSION = '"manifest":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"'


async def written(tx: Transaction, *, first: int, at_most: int) -> list[Written]:
    """Return numbered events in order from a number on, whoever may see them."""
    rows = await tx.execute(
        """
        SELECT l.seq, l.leaf_hash, e.salt, e.canonical, o.party, e.code, e.about_kind, e.about,
               e.happened_at, e.recorded_at,
               CASE WHEN e.consignment IS NOT NULL THEN coalesce(c.number, '') END,
               CASE WHEN d.event_id IS NOT NULL THEN jsonb_build_object(
                        'status', d.status, 'version', d.version, 'fired', d.fired,
                        'targeting', d.targeting, 'act', d.act_id, 'order', d.order_id,
                        'by', d.decided_by, 'manifest', (
                            SELECT m.id FROM manifest m JOIN bill b USING (manifest_id)
                            WHERE (m.manifest_id, b.consignment) = (d.manifest_id, d.consignment)))
                    WHEN n.event_id IS NOT NULL THEN jsonb_build_object(
                        'status', n.status, 'manifest', n.manifest)
                    WHEN r.message_id IS NOT NULL THEN jsonb_build_object(
                        'sha256', encode(r.sha256, 'hex'), 'size', r.size, 'token', r.token) END,
               b.particulars, b.parent, b.level, v.version, v.call, v.function,
               x.event_id IS NOT NULL
        FROM log_leaf l LEFT JOIN event e ON e.month = l.month AND e.event_id = l.event_id
        LEFT JOIN organisation o ON o.org = e.org
        LEFT JOIN consignment c ON c.consignment = e.consignment
        LEFT JOIN decision d ON d.consignment = e.consignment AND d.event_id = e.event_id
            AND d.authority = e.org AND d.decided_at = e.happened_at AND e.code = %(decided)s
        LEFT JOIN notice n ON n.consignment = e.consignment AND n.event_id = e.event_id
            AND n.authority = e.org AND n.served_at = e.happened_at AND n.number = e.about
            AND e.code = %(served)s AND EXISTS (
                SELECT 1 FROM manifest m JOIN bill b USING (manifest_id)
                WHERE m.manifest_id = n.manifest_id AND b.consignment = n.consignment
                  AND (m.id, m.version, m.call) = (n.manifest, n.version, n.call))
        LEFT JOIN message r ON r.org = e.org AND r.received_at = e.recorded_at
            AND r.id = CASE WHEN e.code = %(received)s AND pg_input_is_valid(e.about, 'uuid')
                            THEN e.about::uuid END
        LEFT JOIN manifest v ON v.org = e.org AND v.filed_at = e.happened_at
            AND v.id = CASE WHEN e.code = %(declared)s
                            THEN substring(encode(e.canonical, 'escape') FROM %(version)s)::uuid END
        LEFT JOIN bill b ON b.manifest_id = v.manifest_id AND b.consignment = e.consignment
            AND b.number = e.about
        LEFT JOIN event_erased x ON x.event_id = l.event_id
        WHERE l.seq >= %(first)s ORDER BY l.seq LIMIT %(at_most)s
        """,
        {
            "first": first,
            "at_most": at_most,
            "decided": EventCode.CUSTOMS_STATUS.value,
            "served": EventCode.NOTICE_SERVED.value,
            "declared": EventCode.BILL_DECLARED.value,
            "received": EventCode.MESSAGE_RECEIVED.value,
            "version": _VERSION,
        },
    )
    return [_written(row) for row in await rows.fetchall()]


def _written(row: Sequence[Any]) -> Written:
    seq, leaf, salt, canonical, *columns, particulars, parent, level, version, call, does, gone = (
        row
    )
    if salt is None:
        return Written(seq, bytes(leaf), None, None, gone)
    said_by, code, kind, about, happened_at, recorded_at, bill, kept = columns
    declared = None if particulars is None else _BILL.decode(particulars)
    is_so = declared and (declared.parent, declared.level.value) == (parent, level)
    return Written(
        seq,
        bytes(leaf),
        (bytes(salt), bytes(canonical)),
        Columns(
            said_by,
            code,
            kind,
            about,
            happened_at,
            recorded_at,
            bill,
            kept,
            declared if is_so else None,
            None if version is None else (version, call, does),
        ),
        gone,
    )


async def checkpoints(
    tx: Transaction, *, beyond: tuple[str, int], at_most: int
) -> list[tuple[str, int, bytes, bytes]]:
    """Return origin, size, root and note of the checkpoints beyond an origin and size, in order.

    Those that a restored log signed under its former names are among them.
    """
    rows = await tx.execute(
        "SELECT origin, size, root, note FROM log_checkpoint WHERE (origin, size) > (%s, %s)"
        " ORDER BY origin, size LIMIT %s",
        [*beyond, at_most],
    )
    return [(name, n, bytes(root), bytes(note)) for name, n, root, note in await rows.fetchall()]


async def erasures(tx: Transaction) -> list[tuple[bytes, bytes, bytes]]:
    """Return leaf, salt and canonical bytes of the numbered events that tell of erasures."""
    rows = await tx.execute(
        "SELECT l.leaf_hash, e.salt, e.canonical FROM event e JOIN log_leaf l"
        " ON l.month = e.month AND l.event_id = e.event_id WHERE e.code = %s",
        [EventCode.SUBJECT_ERASED.value],
    )
    return [(bytes(leaf), bytes(salt), bytes(text)) for leaf, salt, text in await rows.fetchall()]


async def untold(tx: Transaction) -> list[tuple[str, str, int | None]]:
    """Return (table, bill, number) of statuses in `decision` and `notice` that no event tells.

    The number is that of an event that is gone; None if the log has none of it, or not yet.
    """
    rows = await tx.execute(
        """
        WITH had AS (
            SELECT 'decision' AS kept_in, consignment, event_id, %(decided)s AS code FROM decision
            UNION ALL SELECT 'notice', consignment, event_id, %(served)s FROM notice)
        SELECT h.kept_in, coalesce(c.number, ''), l.seq FROM had h
        LEFT JOIN log_leaf l ON l.event_id = h.event_id
        LEFT JOIN event e ON e.month = l.month AND e.event_id = l.event_id AND e.code = h.code
                         AND e.consignment = h.consignment
        LEFT JOIN consignment c ON c.consignment = h.consignment
        WHERE e.event_id IS NULL
        """,
        {"decided": EventCode.CUSTOMS_STATUS.value, "served": EventCode.NOTICE_SERVED.value},
    )
    return [(str(table), str(bill), seq) for table, bill, seq in await rows.fetchall()]


async def passed_by(tx: Transaction, *, at_most: int) -> list[tuple[str, str]]:
    """Return (kind, key) of what events are about that have no number and can get none any more."""
    rows = await tx.execute(
        "SELECT e.about_kind, e.about FROM event e JOIN log_head h ON e.tx < h.horizon"
        " WHERE NOT EXISTS (SELECT 1 FROM log_leaf l"
        " WHERE l.month = e.month AND l.event_id = e.event_id) LIMIT %s",
        [at_most],
    )
    return [(str(kind), str(key)) for kind, key in await rows.fetchall()]


async def kept_raw(tx: Transaction, *, after: int, at_most: int) -> list[int]:
    """Return the next messages, by their numbers in the store, whose raw bytes were not erased."""
    rows = await tx.execute(
        "SELECT message_id FROM message m WHERE message_id > %s AND EXISTS ("
        " SELECT 1 FROM message_secret s WHERE s.message_id = m.message_id)"
        " ORDER BY message_id LIMIT %s",
        [after, at_most],
    )
    return [int(number) for (number,) in await rows.fetchall()]
