"""A restored backup loses again what was erased after it was taken."""

from collections.abc import Sequence
from datetime import datetime

from waglan.logbook.sealed import Vault
from waglan.operations.erase_subject import destroy, found_in, tell
from waglan.store import Transaction, erasure, sheets
from waglan.store.erasure import Done


async def reapply_erasure(
    tx: Transaction,
    vault: Vault,
    done: Done,
    targets: Sequence[tuple[str, str]],
    *,
    now: datetime,
) -> Done:
    """Destroy what an erasure of the list had destroyed; enter and tell it if the backup had not.

    What came after the erasure's own day stays, though it name the same person.
    """
    found = found_in(targets)
    known = await erasure.done(tx, done.erasure) is not None
    touched = await erasure.orgs_of(tx, sorted(found.messages), list(found.names))
    touched |= await sheets.orgs_of(tx, sorted(found.sheets))
    again = await destroy(tx, vault, found, done, now=now)
    if not known:
        await erasure.add(tx, again, found.targets())
        await tell(tx, again, found, touched, now=now)
    return again
