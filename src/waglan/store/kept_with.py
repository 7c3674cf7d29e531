"""Which keys a database was kept with: the log's name, what was signed last, the vault's id."""

from dataclasses import dataclass

from waglan.store import Transaction, log


@dataclass(frozen=True, slots=True)
class KeptWith:
    """What only the right keys fit; a database in which nothing was begun has none of it."""

    origin: str
    vault: str | None  # None: begun before the id was kept
    note: bytes | None  # the newest checkpoint of the log under this name


async def kept_with(tx: Transaction) -> KeptWith | None:
    """Return what the database's keys must fit; None if nothing is kept in it yet."""
    row = await (await tx.execute("SELECT origin, vault FROM log_head")).fetchone()
    if row is None:
        return None
    signed = await log.checkpoint(tx)
    return KeptWith(row[0], row[1], None if signed is None else signed.note)


async def begin(tx: Transaction, origin: str, vault: str) -> None:
    """Begin a log under its name and with this vault, unless one has begun."""
    await log.open_log(tx, origin, vault)


async def take_vault(tx: Transaction, vault: str) -> None:
    """Keep the id of the vault that was found to open what is sealed here."""
    await tx.execute("UPDATE log_head SET vault = %s WHERE vault IS NULL", [vault])


_SEALED = """
    (SELECT key_salt, sealed FROM person ORDER BY registered_at LIMIT 1)
    UNION ALL (SELECT key_salt, sealed FROM person ORDER BY registered_at DESC LIMIT 1)
    UNION ALL (SELECT s.key_salt, c.sealed FROM message m JOIN message_secret s USING (message_id)
               JOIN message_chunk c ON c.org = m.org AND c.id = m.id AND c.n = 0
               ORDER BY m.message_id LIMIT 1)
    UNION ALL (SELECT s.key_salt, c.sealed FROM message m JOIN message_secret s USING (message_id)
               JOIN message_chunk c ON c.org = m.org AND c.id = m.id AND c.n = 0
               ORDER BY m.message_id DESC LIMIT 1)
    UNION ALL (SELECT key_salt, sealed FROM bill_personal LIMIT 1)
"""


async def sealed(tx: Transaction) -> list[tuple[bytes, bytes]]:
    """Return some of what is sealed, each with its salt: the oldest and the newest."""
    rows = await (await tx.execute(_SEALED)).fetchall()
    return [(bytes(salt), bytes(data)) for salt, data in rows]
