"""Officers' tables, keys and standing orders in PostgreSQL: the authority's alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from waglan.parties.firm_role import roles_with
from waglan.parties.role import Scope
from waglan.store import Transaction, _binary


@dataclass(frozen=True, slots=True)
class TableRow:
    """An officers' table as imported: its bytes, and who published them, if somebody did."""

    sha256: bytes
    model: bytes
    imported_by: str
    imported_at: datetime
    published_by: str | None = None
    published_at: datetime | None = None


async def import_table(tx: Transaction, authority: int, new: TableRow) -> bool:
    """Keep a draft of a table; False if the authority has the same bytes already."""
    done = await tx.execute(
        "INSERT INTO risk_table (authority, sha256, model, imported_by, imported_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [authority, new.sha256, new.model, new.imported_by, new.imported_at],
    )
    return bool(done.rowcount)


async def publish_table(
    tx: Transaction, authority: int, sha256: bytes, by: tuple[str, str], *, now: datetime
) -> bool:
    """Publish an imported table; `by` is the officer and his act. False if it is published."""
    done = await tx.execute(
        "INSERT INTO table_publication (authority, sha256, published_by, act_id, published_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [authority, sha256, *by, now],
    )
    return bool(done.rowcount)


_TABLES = """
    SELECT t.sha256, t.model, t.imported_by, t.imported_at, p.published_by, p.published_at
    FROM risk_table t LEFT JOIN table_publication p USING (authority, sha256)
    WHERE t.authority = current_org()
"""


async def tables(tx: Transaction, *, before: bytes | None, at_most: int) -> list[TableRow]:
    """Return the authority's tables, newest first, from behind the one of a hash."""
    rows = await tx.execute(
        _TABLES
        + """
        AND (%(before)s::bytea IS NULL OR (t.imported_at, t.sha256) <
            (SELECT b.imported_at, b.sha256 FROM risk_table b
             WHERE b.authority = current_org() AND b.sha256 = %(before)s))
        ORDER BY t.imported_at DESC, t.sha256 DESC LIMIT %(at_most)s
        """,
        {"before": before, "at_most": at_most},
    )
    return [TableRow(bytes(s), bytes(m), *rest) for s, m, *rest in await rows.fetchall()]


async def imported(tx: Transaction, sha256: bytes) -> TableRow | None:
    """Return the authority's table of that hash, published or not."""
    row = await (await tx.execute(_TABLES + " AND t.sha256 = %s", [sha256])).fetchone()
    return None if row is None else TableRow(bytes(row[0]), bytes(row[1]), *row[2:])


async def table(tx: Transaction, sha256: bytes) -> bytes | None:
    """Return the bytes of the authority's table of that hash if two officers published it."""
    found = await imported(tx, sha256)
    return found.model if found and found.published_by is not None else None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key that an officer signs with, or signed with until it ended."""

    officer: str
    public_key: bytes
    registered_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None


_KEYS = """
    SELECT k.officer, k.public_key, k.registered_at, e.ended_at, e.ended_by
    FROM officer_key k LEFT JOIN officer_key_end e USING (authority, public_key)
    WHERE k.authority = current_org()
"""


async def register_officer_key(
    tx: Transaction, authority: int, officer: str, public_key: bytes, *, now: datetime
) -> bool:
    """Keep the public key that an officer signs with; False if he has one, or it is known."""
    if await _live_key(tx, officer) is not None:
        return False
    done = await tx.execute(
        "INSERT INTO officer_key (authority, officer, public_key, registered_at)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [authority, officer, public_key, now],
    )
    return bool(done.rowcount)


async def end_officer_key(
    tx: Transaction, authority: int, officer: str, by: str, *, now: datetime
) -> bytes | None:
    """End the key that an officer signs with, and return it; None if he has none."""
    key = await _live_key(tx, officer)
    if key is not None:
        await tx.execute(
            "INSERT INTO officer_key_end (authority, public_key, ended_by, ended_at)"
            " VALUES (%s, %s, %s, %s)",
            [authority, key, by, now],
        )
    return key


async def _live_key(tx: Transaction, officer: str) -> bytes | None:
    """Return the officer's key; who else looks at it waits until the commit."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('key of ' || current_org() || %s, 0))",
        [officer],
    )
    rows = await tx.execute(_KEYS + " AND e.ended_at IS NULL AND k.officer = %s", [officer])
    row = await rows.fetchone()
    return None if row is None else bytes(row[1])


async def officer_keys(tx: Transaction) -> dict[str, bytes]:
    """Return the public keys that the authority's officers sign with now, by subject.

    Whoever may decide no more has none, though it never was ended: who got other roles, or was
    erased, while he registered it, or before keys ended with that.
    """
    rows = await tx.execute(
        _KEYS
        + """
        AND e.ended_at IS NULL
        AND EXISTS (SELECT 1 FROM person p WHERE p.org = k.authority AND p.subject = k.officer)
        AND coalesce((SELECT r.roles && %s::text[] FROM person_role r
                      WHERE r.org = k.authority AND r.subject = k.officer
                      ORDER BY r.n DESC LIMIT 1), true)
        """,
        [roles_with(Scope.DECIDE)],
    )
    return {officer: bytes(key) for officer, key, *_ in await rows.fetchall()}


async def has_ended_key(tx: Transaction, officer: str) -> bool:
    """Whether an officer of the authority once had a key that was ended."""
    rows = await tx.execute(
        f"SELECT EXISTS ({_KEYS} AND e.ended_at IS NOT NULL AND k.officer = %s)", [officer]
    )
    found = await rows.fetchone()
    return bool(found and found[0])


async def key_history(tx: Transaction, *, before: bytes | None, at_most: int) -> list[KeyRow]:
    """Return the keys of the authority's officers, ended ones too, newest first.

    They begin behind the one of which `before` is the SHA-256.
    """
    rows = await tx.execute(
        _KEYS
        + """
        AND (%(before)s::bytea IS NULL OR (k.registered_at, k.public_key) <
            (SELECT b.registered_at, b.public_key FROM officer_key b
             WHERE b.authority = current_org() AND sha256(b.public_key) = %(before)s))
        ORDER BY k.registered_at DESC, k.public_key DESC LIMIT %(at_most)s
        """,
        {"before": before, "at_most": at_most},
    )
    return [KeyRow(officer, bytes(key), *rest) for officer, key, *rest in await rows.fetchall()]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A standing order as signed."""

    order_id: str
    body: bytes
    signature: bytes
    officer: str
    signed_at: datetime


async def add_order(tx: Transaction, authority: int, order: OrderRow) -> bool:
    """Keep a signed order; False if its id is taken."""
    done = await tx.execute(
        "INSERT INTO standing_order (authority, order_id, body, signature, officer, signed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [authority, order.order_id, order.body, order.signature, order.officer, order.signed_at],
    )
    return bool(done.rowcount)


async def revoke_order(
    tx: Transaction, authority: int, order_id: str, by: str, *, now: datetime
) -> bool:
    """Revoke an order from now on; False if the authority has none of that id."""
    done = await tx.execute(
        "INSERT INTO standing_order_revocation (authority, order_id, revoked_by, revoked_at)"
        " SELECT authority, order_id, %s, %s FROM standing_order"
        " WHERE authority = %s AND order_id = %s ON CONFLICT DO NOTHING",
        [by, now, authority, order_id],
    )
    return bool(done.rowcount)


async def orders(tx: Transaction) -> list[OrderRow]:
    """Return the authority's orders that nobody has revoked, newest first."""
    rows = await tx.execute(
        """
        SELECT order_id, body, signature, officer, signed_at FROM standing_order o
        WHERE authority = current_org() AND NOT EXISTS (
            SELECT 1 FROM standing_order_revocation r
            WHERE r.authority = o.authority AND r.order_id = o.order_id)
        ORDER BY signed_at DESC
        """
    )
    return [OrderRow(i, bytes(b), bytes(s), o, at) for i, b, s, o, at in await rows.fetchall()]


async def decided_since(tx: Transaction, order_id: str, since: datetime) -> int:
    """Count what was decided under an order; who else counts it waits until the commit."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('under ' || current_org() || ' ' || %s, 0))",
        [order_id],
    )
    row = await (
        await tx.execute(
            "SELECT count(*) FROM decision WHERE authority = current_org() AND decided_at >= %s"
            " AND order_id = %s",
            [since, order_id],
        )
    ).fetchone()
    return int(row[0]) if row else 0


async def decided_of_call(tx: Transaction, order_id: str, call: str, *, but: Sequence[int]) -> int:
    """Count the bills of a call, but for some, that were decided under an order.

    Who else counts them waits until the commit.
    """
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended("
        "'of call ' || current_org() || ' ' || %s || ' ' || %s, 0))",
        [order_id, call],
    )
    row = await (
        await tx.execute(
            "SELECT count(DISTINCT d.consignment)"
            " FROM decision d JOIN manifest m USING (manifest_id)"
            " WHERE d.authority = current_org() AND m.filed_with = current_org()"
            " AND m.call = %s AND d.order_id = %s AND d.consignment <> ALL (%s)",
            [call, order_id, _binary.numbers(but)],
        )
    ).fetchone()
    return int(row[0]) if row else 0


_ALL_ORDERS = """
    SELECT o.order_id, o.body, o.signature, o.officer, o.signed_at, r.revoked_at
    FROM standing_order o LEFT JOIN standing_order_revocation r USING (authority, order_id)
    WHERE o.authority = current_org()
"""


async def all_orders(
    tx: Transaction, *, before: str | None, at_most: int
) -> list[tuple[OrderRow, datetime | None]]:
    """Return the authority's orders with when they were revoked, newest first, from behind one."""
    rows = await tx.execute(
        _ALL_ORDERS
        + """
        AND (%(before)s::text IS NULL OR (o.signed_at, o.order_id) <
            (SELECT b.signed_at, b.order_id FROM standing_order b
             WHERE b.authority = current_org() AND b.order_id = %(before)s))
        ORDER BY o.signed_at DESC, o.order_id DESC LIMIT %(at_most)s
        """,
        {"before": before, "at_most": at_most},
    )
    return [(OrderRow(i, bytes(b), bytes(s), o, at), revoked)
            for i, b, s, o, at, revoked in await rows.fetchall()]  # fmt: skip


async def order(tx: Transaction, order_id: str) -> tuple[OrderRow, datetime | None] | None:
    """Return the authority's order of that id, with when it was revoked."""
    row = await (await tx.execute(_ALL_ORDERS + " AND o.order_id = %s", [order_id])).fetchone()
    if row is None:
        return None
    id_, body, signature, officer, at, revoked = row
    return OrderRow(id_, bytes(body), bytes(signature), officer, at), revoked
