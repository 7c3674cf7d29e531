"""A one-time link is used up, and its person has a password."""

from datetime import datetime

from waglan.logbook.sealed import Vault
from waglan.operations.set_password import NewPassword, set_password
from waglan.store import Transaction, accounts


async def use_link(
    tx: Transaction, vault: Vault, link: str, new: NewPassword, *, now: datetime
) -> bool:
    """Do both or neither; False if somebody else used the link first."""
    if not await accounts.use_link(tx, new.whose.org, link, now=now):
        return False
    await set_password(tx, vault, new, now=now)
    return True
