"""Who prepared a draft asks for approval; what stands against it is said first."""

from uuid import UUID

from waglan.codes.finding import Finding
from waglan.logbook.sealed import Vault
from waglan.manifest.filing_state import FilingAct
from waglan.operations.check_draft import Checked, check_draft
from waglan.operations.open_draft import open_draft
from waglan.operations.step_draft import By, Doing, seen, step_draft
from waglan.store import Transaction, erasure, sheets


async def submit_draft(
    tx: Transaction, vault: Vault, by: By, which: tuple[UUID, int], *, message_bytes_max: int
) -> tuple[Checked | None, list[Finding]] | None:
    """Check a draft and submit it for approval; None if there is none of that id.

    Findings beside the check mean that nothing was done.
    """
    draft, step = which
    await erasure.keep_out(tx)
    await sheets.lock(tx, draft)
    opened = await open_draft(tx, vault, draft)
    if opened is None or opened.sheet.is_erased:
        return None
    if meanwhile := seen(opened, step):
        return None, meanwhile
    checked = await check_draft(tx, vault, by, opened, message_bytes_max=message_bytes_max)
    if not checked.is_clean:
        return checked, list(checked.findings)
    told = (("findings", len(checked.findings)),)
    if wrong := await step_draft(tx, vault, by, opened, Doing(FilingAct.CHECK, told=told)):
        return checked, wrong
    again = await open_draft(tx, vault, draft)
    if again is None:
        raise LookupError("a draft that was just checked is gone")
    return checked, await step_draft(tx, vault, by, again, Doing(FilingAct.SUBMIT))
