"""How often somebody tried to sign in, in PostgreSQL: a restart forgets nothing of it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from waglan.parties.limit import Tries
from waglan.store import Transaction

SWEPT_AT_ONCE = 10_000


async def locked(tx: Transaction, keys: Collection[bytes], *, at: datetime) -> dict[bytes, Tries]:
    """Return what is known of these keys; whoever asks for one of them too waits for this one."""
    ordered = sorted(set(keys))
    await tx.execute(
        "INSERT INTO sign_in_try (key, count, until)"
        " SELECT k, 0, %s FROM unnest(%s::bytea[]) k ORDER BY k ON CONFLICT DO NOTHING",
        [at, ordered],
    )
    rows = await tx.execute(
        "SELECT key, count, until FROM sign_in_try WHERE key = ANY (%s) ORDER BY key FOR UPDATE",
        [ordered],
    )
    return {bytes(key): Tries(count, until) for key, count, until in await rows.fetchall()}


async def is_ahead(tx: Transaction, key: bytes, *, at: datetime) -> bool:
    """Return whether the moment kept under this key is still to come; nothing is locked or kept."""
    row = await (
        await tx.execute("SELECT until > %s FROM sign_in_try WHERE key = %s", [at, key])
    ).fetchone()
    return bool(row and row[0])


async def keep(tx: Transaction, known: Mapping[bytes, Tries]) -> None:
    """Keep what is known now of these keys, which are locked."""
    for key, tries in sorted(known.items()):
        await tx.execute(
            "UPDATE sign_in_try SET count = %s, until = %s WHERE key = %s",
            [tries.count, tries.until, key],
        )


async def sweep(tx: Transaction, *, before: datetime) -> int:
    """Forget what has made nobody wait since this moment; return how many went."""
    gone = await tx.execute(
        "DELETE FROM sign_in_try WHERE key IN (SELECT key FROM sign_in_try WHERE until < %s"
        " ORDER BY until LIMIT %s)",
        [before, SWEPT_AT_ONCE],
    )
    return gone.rowcount
