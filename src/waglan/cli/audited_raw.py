"""The raw messages that are kept, opened and held against the hashes that the log tells."""

from collections.abc import AsyncIterator
from hashlib import sha256

from waglan.codes.finding import Finding, Severity, Where
from waglan.logbook.sealed import Unreadable, Vault
from waglan.store import audit, messages
from waglan.store.connect import Pool, transaction

PAGE_MESSAGES = 1_000


async def audit_raw(pool: Pool, vault: Vault) -> AsyncIterator[Finding]:
    """Yield what differs of every raw message that nobody erased.

    Its hash stands in the table, and the audit of the log holds the table against the event.
    """
    last = 0
    while numbers := await _page(pool, last):
        for number in numbers:
            if found := await _difference(pool, vault, number):
                yield found
        last = numbers[-1]


async def _page(pool: Pool, last: int) -> list[int]:
    async with transaction(pool, None) as tx:
        return await audit.kept_raw(tx, after=last, at_most=PAGE_MESSAGES)


async def _difference(pool: Pool, vault: Vault, number: int) -> Finding | None:
    async with transaction(pool, None) as tx:
        kept = await messages.by_number(tx, number)
        if kept is None or await messages.salt_of(tx, number) is None:
            return None  # erased at this moment
        digest, size = sha256(), 0
        try:
            async for block in messages.blocks(tx, vault, kept):
                digest.update(block)
                size += len(block)
        except (LookupError, Unreadable):
            size = -1
    if (digest.digest(), size) == (kept.sha256, kept.size):
        return None
    place = Where(f"messages/{kept.id}")
    return Finding("LOG-RAW-DIFFERS", Severity.ERROR, place, {"message": str(kept.id)})
