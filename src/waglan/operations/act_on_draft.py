"""A draft is sent back, dropped, answered, or taken up again to amend what was filed."""

from dataclasses import dataclass
from uuid import UUID

from waglan.codes.finding import Finding, Severity, Where
from waglan.logbook.sealed import Vault
from waglan.manifest.filing_profile import Recipient
from waglan.manifest.filing_state import BEGINS, FilingAct
from waglan.operations.open_draft import Opened, Said, open_draft, pack
from waglan.operations.step_draft import By, Doing, seen, step_draft
from waglan.store import Transaction, erasure, sheets

_LIFECYCLE = {
    FilingAct.AMEND: "amend",
    FilingAct.REPLACE: "replace",
    FilingAct.CANCEL: "cancel",
}
_ANSWERS = (FilingAct.ACCEPT, FilingAct.REFUSE)


@dataclass(frozen=True, slots=True)
class Acting:
    """What is to be done to which step of a draft, with a reason or the recipient's reply."""

    draft: UUID
    step: int
    act: FilingAct
    text: str = ""
    number: str = ""
    salt: bytes = b""


async def act_on_draft(
    tx: Transaction, vault: Vault, by: By, acting: Acting
) -> list[Finding] | None:
    """Do it; None if there is no such draft, findings mean that nothing was done."""
    await erasure.keep_out(tx)
    await sheets.lock(tx, acting.draft)
    opened = await open_draft(tx, vault, acting.draft)
    if opened is None or opened.sheet.is_erased:
        return None
    if meanwhile := seen(opened, acting.step):
        return meanwhile
    if why := _refused(opened, acting):
        return [why]
    plain = b""
    if acting.text or acting.number:
        plain = pack(Said(acting.text, acting.number, acting.salt))
    return await step_draft(tx, vault, by, opened, Doing(acting.act, plain, acting.salt))


def _refused(opened: Opened, acting: Acting) -> Finding | None:
    profile, act = opened.draft.profile, acting.act
    if act in BEGINS and _LIFECYCLE[act] not in profile.lifecycle:
        allowed = ", ".join(profile.lifecycle) or "-"
        return Finding(
            "PROFILE-NO-SUCH-ACT",
            Severity.ERROR,
            Where(f"profiles/{profile.id}"),
            {"profile": profile.id, "allowed": allowed},
        )
    if act in _ANSWERS and profile.recipient is Recipient.CUSTOMS_DESK:
        # The desk answers for itself; nobody else can say what it said.
        return Finding("DRAFT-DESK-ANSWERS", Severity.ERROR, Where("reply"), {})
    return None
