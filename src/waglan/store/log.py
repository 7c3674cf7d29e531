"""The tree over all events: dense numbers, tiles, checkpoints, and what proofs are made of.

Sequences commit out of order, so writers only insert. One sequencer numbers the events of every
transaction that ended before the oldest one still running: those, and no others, can't be joined
by a straggler.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from waglan.logbook.tree import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, Frontier, Tile, TileId
from waglan.store import Transaction, bulk, links, standings

BATCH_EVENTS = 50_000
BELL = "waglan_log"
SAY_AGAIN = timedelta(seconds=1)  # how often an idle sequencer says that it looked

_rows = msgspec.msgpack.Decoder(tuple[bytes, ...]).decode
_pack = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Head:
    """How far the log has come."""

    origin: str
    size: int
    frontier: Frontier
    horizon: str  # an xid8: every transaction before it has its numbers
    sequenced_at: datetime | None  # what was told by then has its number; None: none looked yet
    is_mended: bool = False  # the edge that is kept was altered; this one is of the leaves


class TornLog(LookupError):
    """The edge that is kept was altered, and leaves or tiles are missing to work it out again."""


async def open_log(tx: Transaction, origin: str, vault: str | None = None) -> None:
    """Begin the log under its origin, unless it has begun; `vault` is the id of its vault."""
    await tx.execute(
        "INSERT INTO log_head (origin, frontier, vault) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        [origin, _pack(()), vault],
    )


async def head(tx: Transaction, *, lock: bool = False) -> Head:
    """Return how far the log has come; with `lock`, nobody else moves it before the commit.

    An edge that can't be one is worked out again from the leaves; TornLog if that can't be.
    """
    row = await (
        await tx.execute(
            "SELECT origin, size, frontier, horizon::text, sequenced_at FROM log_head"
            + (" FOR UPDATE" if lock else "")
        )
    ).fetchone()
    if row is None:
        raise LookupError("the log has not begun")
    origin, size, rows, horizon, looked_at = row
    edge = _edge(size, rows)
    if edge is not None:
        return Head(origin, size, edge, horizon, looked_at)
    return Head(origin, size, await _worked_out(tx, size), horizon, looked_at, is_mended=True)


def _edge(size: int, packed: bytes) -> Frontier | None:
    """Return the edge that is kept; None if it can't be that of a tree of this size."""
    try:
        edge = Frontier(size, _rows(packed))
    except msgspec.MsgspecError:
        return None
    return edge if edge.is_whole else None


async def _worked_out(tx: Transaction, size: int) -> Frontier:
    """Return the tree's edge as the leaves and the full tiles have it."""
    first = size - size % TILE_WIDTH
    leaves = await tx.execute(
        "SELECT leaf_hash FROM log_leaf WHERE seq >= %s AND seq < %s ORDER BY seq", [first, size]
    )
    rows, level = [b"".join([bytes(leaf) for (leaf,) in await leaves.fetchall()])], 1
    while hashes := size >> TILE_HEIGHT * level:
        full = await tx.execute(
            "SELECT index, hashes FROM log_tile WHERE level = %s AND index >= %s AND index < %s"
            " ORDER BY index",
            [level - 1, hashes - hashes % TILE_WIDTH, hashes],
        )
        tiles = [Tile(TileId(level - 1, at), bytes(row)) for at, row in await full.fetchall()]
        rows.append(b"".join([tile.top for tile in tiles]))
        level += 1
    edge = Frontier(size, tuple(rows) if size else ())
    if not edge.is_whole:
        raise TornLog("leaves or tiles are missing")
    return edge


async def is_edge_altered(tx: Transaction) -> bool:
    """Whether the edge that is kept is another than that which was signed, or that of the leaves.

    Nothing is altered before the log has begun.
    """
    row = await (await tx.execute("SELECT size, frontier FROM log_head")).fetchone()
    if row is None:
        return False
    edge, signed = _edge(*row), await checkpoint(tx)
    if edge is None:
        return True
    if signed is not None and (signed.size, signed.root) == (edge.size, edge.root):
        return False
    try:
        return edge != await _worked_out(tx, edge.size)
    except TornLog:
        return False  # what is missing is found by itself


async def _as_signed(tx: Transaction, before: Head) -> Head:
    """Return the log as it was signed last, though the edge that is kept was altered since."""
    signed = await checkpoint(tx)
    if signed is None or (signed.size, signed.root) == (before.size, before.frontier.root):
        return before
    if signed.size != before.size:
        return before
    edge = await _worked_out(tx, before.size)
    return before if edge.root != signed.root else replace(before, frontier=edge, is_mended=True)


async def size(tx: Transaction) -> int:
    """Return how many events have a number: it is beyond the newest one's by one."""
    row = await (await tx.execute("SELECT size FROM log_head")).fetchone()
    return 0 if row is None else int(row[0])


async def is_idle(tx: Transaction, *, now: datetime) -> bool:
    """Whether nothing waits to be numbered, folded in or said; one statement that locks nothing."""
    row = await (
        await tx.execute(
            "SELECT h.sequenced_at, h.size = coalesce(p.seq, 0),"
            " NOT EXISTS (SELECT 1 FROM event e WHERE e.tx >= h.horizon)"
            " FROM log_head h LEFT JOIN projection p ON p.name = %s",
            [standings.NAME],
        )
    ).fetchone()
    if row is None:
        return False
    said_at, is_folded, is_numbered = row
    return said_at is not None and now - said_at < SAY_AGAIN and is_folded and is_numbered


@dataclass(frozen=True, slots=True)
class Numbered:
    """How many events got their numbers, and whether the standings have all of them already."""

    count: int
    is_folded: bool
    is_mended: bool = False  # the edge that was kept was altered, and worked out again


async def sequence(tx: Transaction, *, now: datetime, at_most: int = BATCH_EVENTS) -> Numbered:
    """Number the events that nothing can come before any more.

    The caller holds the sequencer's lease. A transaction's events are numbered together, so one
    large transaction may exceed `at_most`.
    """
    before = await head(tx, lock=True)
    horizon, waits = await _horizon(tx, before.horizon, at_most)
    told = await _number(tx, before, horizon) if waits else _NOTHING
    idle = before.sequenced_at is not None and now - before.sequenced_at < SAY_AGAIN
    if not told.leaves and idle:
        return Numbered(0, is_folded=False)
    if told.is_shown:
        await links.show_new(tx, before.horizon, horizon)
    if told.leaves:
        before = await _as_signed(tx, before)
        await _feed(tx, before.size)
    edge, tiles = before.frontier.append(told.leaves)
    await bulk.insert(
        tx,
        "log_tile",
        (("level", "int2"), ("index", "int8"), ("hashes", "bytea")),
        [(t.id.level, t.id.index, t.hashes) for t in tiles if t.width == TILE_WIDTH],
    )
    await tx.execute(
        "UPDATE log_head SET size = %(size)s, frontier = coalesce(%(frontier)s, frontier),"
        " horizon = %(horizon)s::xid8, sequenced_at = least(%(now)s, (SELECT recorded_at"
        " FROM event WHERE tx >= %(horizon)s::xid8 ORDER BY tx LIMIT 1))",
        {
            "size": edge.size,
            # While nothing comes, what was altered stays for `log verify` to find.
            "frontier": _pack(edge.rows) if told.leaves else None,
            "horizon": horizon,
            "now": now,
        },
    )
    is_folded = not told.stands and await standings.passed(tx, before.size, edge.size)
    return Numbered(len(told.leaves), is_folded, bool(told.leaves) and before.is_mended)


_HORIZON = """
    SELECT b.oldest::text,
           (SELECT e.tx::text FROM event e WHERE e.tx >= %(since)s::xid8 AND e.tx < b.oldest
            ORDER BY e.tx LIMIT 1),
           (SELECT e.tx::text FROM event e WHERE e.tx >= %(since)s::xid8 AND e.tx < b.oldest
            ORDER BY e.tx OFFSET %(limit)s LIMIT 1)
    FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS oldest) b
"""


async def _horizon(tx: Transaction, since: str, at_most: int) -> tuple[str, bool]:
    """Where this batch ends, at the oldest running transaction or full; and whether any waits."""
    rows = await tx.execute(_HORIZON, {"since": since, "limit": at_most})
    row = await rows.fetchone()
    if row is None:
        raise RuntimeError("PostgreSQL returned no snapshot")
    oldest, first, beyond = row
    if beyond is None:
        return str(oldest), first is not None
    return str(max(int(beyond), int(first) + 1)), True


# The server has salt and bytes at hand: only the hashes travel, and they alone are sorted (hence
# OFFSET 0, over which nothing is pulled up).
_NUMBER = r"""
    WITH hashed AS MATERIALIZED (
        SELECT %(size)s + row_number() OVER (ORDER BY tx, event_id) - 1 AS seq, event_id, month,
               leaf_hash, consignment, code
        FROM (
            SELECT tx, event_id, month, consignment, code,
                   sha256('\x00'::bytea || sha256(salt || canonical)) AS leaf_hash
            FROM event WHERE tx >= %(since)s::xid8 AND tx < %(horizon)s::xid8 OFFSET 0) AS e),
    numbered AS (
        INSERT INTO log_leaf (seq, event_id, month, leaf_hash)
        SELECT seq, event_id, month, leaf_hash FROM hashed)
    SELECT string_agg(leaf_hash, '' ORDER BY seq),
           bool_or(consignment IS NOT NULL AND code = ANY (%(shown)s)),
           bool_or(code = ANY (%(standing)s))
    FROM hashed
"""


@dataclass(frozen=True, slots=True)
class _Leaves:
    leaves: Sequence[bytes] = ()
    is_shown: bool = False  # something among them may be shown to others than its author named
    stands: bool = False  # something among them tells where a bill stands


_NOTHING = _Leaves()


async def _number(tx: Transaction, before: Head, horizon: str) -> _Leaves:
    """Number the events from the last horizon to this one; return their leaves in order."""
    rows = await tx.execute(
        _NUMBER,
        {
            "size": before.size,
            "since": before.horizon,
            "horizon": horizon,
            "shown": links.CODES,
            "standing": standings.CODES,
        },
    )
    row = await rows.fetchone()
    if row is None or row[0] is None:
        return _NOTHING
    hashes = bytes(row[0])
    leaves = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
    return _Leaves(leaves, bool(row[1]), bool(row[2]))


# One bell a batch, without a payload: the truth is read by cursor. Events numbered together were
# told at about one time, so that their own numbers lie close: these alone are looked at, however
# much there is in all.
_FEED = """
    WITH numbered AS MATERIALIZED (SELECT seq, event_id FROM log_leaf WHERE seq >= %s),
    fed AS (
        INSERT INTO feed (org, seq, event_id, month, until)
        SELECT a.org, n.seq, a.event_id, a.month, a.until
        FROM numbered n JOIN audience a ON a.event_id = n.event_id
        WHERE a.event_id >= (SELECT min(event_id) FROM numbered)
          AND a.event_id <= (SELECT max(event_id) FROM numbered))
    SELECT pg_notify(%s, '')
"""


async def _feed(tx: Transaction, first: int) -> None:
    """Have every reader's feed tell of what was numbered from here on, and ring."""
    await tx.execute(_FEED, [first, BELL])


async def tiles(tx: Transaction, wanted: Iterable[TileId]) -> dict[TileId, bytes]:
    """Return tiles as far as they have grown; a tile that does not exist yet is left out."""
    ids = list(wanted)
    rows = await tx.execute(
        "SELECT level, index, hashes FROM log_tile JOIN unnest(%s::int2[], %s::int8[])"
        " AS want (level, index) USING (level, index)",
        [[t.level for t in ids], [t.index for t in ids]],
    )
    found = {TileId(level, index): bytes(h) for level, index, h in await rows.fetchall()}
    if len(found) < len(set(ids)):
        edge = (await head(tx)).frontier
        for tile in ids:
            growing = tile.index == edge.size >> TILE_HEIGHT * (tile.level + 1)
            if tile not in found and growing and any(edge.rows[tile.level : tile.level + 1]):
                found[tile] = edge.rows[tile.level]
    return found


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as signed, with the cosignatures that have come since."""

    origin: str
    size: int
    root: bytes
    note: bytes
    signed_at: datetime
    cosignatures: tuple[bytes, ...] = ()


async def add_checkpoint(tx: Transaction, signed: Signed) -> None:
    """Keep a signed checkpoint; two of one size would be a fork, so the second is refused."""
    await tx.execute(
        "INSERT INTO log_checkpoint (origin, size, root, note, signed_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        [signed.origin, signed.size, signed.root, signed.note, signed.signed_at],
    )


async def add_cosignature(
    tx: Transaction, signed: Signed, witness: str, line: bytes, *, now: datetime
) -> None:
    """Keep a witness's signature under a checkpoint."""
    await tx.execute(
        "INSERT INTO log_cosignature (origin, size, witness, line, cosigned_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [signed.origin, signed.size, witness, line, now],
    )


_SIGNED = """
    SELECT c.origin, c.size, c.root, c.note, c.signed_at,
           array(SELECT s.line FROM log_cosignature s
                 WHERE s.origin = c.origin AND s.size = c.size ORDER BY s.witness)
    FROM log_checkpoint c JOIN log_head h ON h.origin = c.origin
"""


async def checkpoint(
    tx: Transaction, *, covering: int = 0, witnessed: bool = False
) -> Signed | None:
    """Return the newest checkpoint whose tree has more than `covering` leaves, or None."""
    having = (
        " AND EXISTS (SELECT 1 FROM log_cosignature s"
        " WHERE s.origin = c.origin AND s.size = c.size)"
    )
    row = await (
        await tx.execute(
            _SIGNED
            + " WHERE c.size >= %s"
            + (having if witnessed else "")
            + " ORDER BY c.size DESC LIMIT 1",
            [covering],
        )
    ).fetchone()
    if row is None:
        return None
    origin, size, root, note, at, lines = row
    return Signed(origin, size, bytes(root), bytes(note), at, tuple(bytes(line) for line in lines))


@dataclass(frozen=True, slots=True)
class Leaf:
    """One numbered event with what its proof needs; no row of it left if it was erased."""

    seq: int
    leaf_hash: bytes
    salt: bytes | None
    canonical: bytes | None
    erased_at: datetime | None = None
    rule: str | None = None  # under which it was erased
    consignment: int | None = None  # of which it tells


async def leaf(tx: Transaction, seq: int) -> Leaf | None:
    """Return the event of that number if the reader may see it; foreign and absent look alike."""
    row = await (
        await tx.execute(
            """
            SELECT f.seq, l.leaf_hash, e.salt, e.canonical, x.erased_at, x.rule,
                   e.consignment
            FROM feed f JOIN log_leaf l ON l.seq = f.seq
            LEFT JOIN event e ON e.month = f.month AND e.event_id = f.event_id
            LEFT JOIN event_erased x ON x.event_id = f.event_id
            WHERE f.org = current_org() AND f.seq = %s
            """,
            [seq],
        )
    ).fetchone()
    return None if row is None else Leaf(row[0], bytes(row[1]), *row[2:])


async def leaves(tx: Transaction, *, first: int, at_most: int) -> list[Leaf]:
    """Return numbered events in order, whoever may see them: what `log verify` works over."""
    rows = await tx.execute(
        """
        SELECT l.seq, l.leaf_hash, e.salt, e.canonical
        FROM log_leaf l LEFT JOIN event e ON e.month = l.month AND e.event_id = l.event_id
        WHERE l.seq >= %s ORDER BY l.seq LIMIT %s
        """,
        [first, at_most],
    )
    return [Leaf(seq, bytes(leaf), salt, said) for seq, leaf, salt, said in await rows.fetchall()]
