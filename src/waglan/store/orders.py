"""Officers' tables, keys and standing orders in PostgreSQL: the authority's alone."""

from dataclasses import dataclass
from datetime import datetime

from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class TableRow:
    """An officers' table as published: its bytes, and who published them."""

    sha256: bytes
    model: bytes
    by: str
    at: datetime


async def publish_table(tx: Transaction, authority: int, new: TableRow) -> None:
    """Keep an officers' table; publishing the same bytes again changes nothing."""
    await tx.execute(
        "INSERT INTO risk_table (authority, sha256, model, published_by, published_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [authority, new.sha256, new.model, new.by, new.at],
    )


async def table(tx: Transaction, sha256: bytes) -> bytes | None:
    """Return the bytes of the authority's table with that hash."""
    row = await (
        await tx.execute(
            "SELECT model FROM risk_table WHERE authority = current_org() AND sha256 = %s", [sha256]
        )
    ).fetchone()
    return None if row is None else bytes(row[0])


async def register_officer_key(
    tx: Transaction, authority: int, officer: str, public_key: bytes, *, now: datetime
) -> bool:
    """Keep the public key that an officer signs with; False if he has one already."""
    done = await tx.execute(
        "INSERT INTO officer_key (authority, officer, public_key, registered_at)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [authority, officer, public_key, now],
    )
    return bool(done.rowcount)


async def officer_keys(tx: Transaction) -> dict[str, bytes]:
    """Return the public keys of the authority's officers, by subject."""
    rows = await tx.execute(
        "SELECT officer, public_key FROM officer_key WHERE authority = current_org()"
    )
    return {officer: bytes(key) for officer, key in await rows.fetchall()}


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
