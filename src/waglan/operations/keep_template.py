"""A draft is kept as a template: what of it serves again, under a name."""

from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace

from waglan.codes.finding import Finding, Severity, Where
from waglan.logbook.sealed import Vault
from waglan.manifest.draft import Change, draft_of, for_the_next
from waglan.manifest.filing_state import FilingAct, Life
from waglan.manifest.prefill import Source, SourceKind
from waglan.operations.open_draft import Opened, open_draft, pack
from waglan.operations.step_draft import By, Doing, step_draft
from waglan.store import Transaction, erasure, sheets
from waglan.store.sheets import Sheet

TEMPLATES_MAX = 1_000


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """A template to be made of a draft."""

    id: UUID
    draft: UUID
    title: str
    key_salt: bytes
    salt: bytes


async def keep_template(
    tx: Transaction, vault: Vault, by: By, new: NewTemplate
) -> list[Finding] | None:
    """Make a template; None if there is no such draft, findings mean that nothing was made."""
    opened = await open_draft(tx, vault, new.draft)
    if opened is None or opened.sheet.is_erased:
        return None
    if await sheets.count(tx, "template") >= TEMPLATES_MAX:
        return [
            Finding("TEMPLATE-TOO-MANY", Severity.ERROR, Where("templates"), {"max": TEMPLATES_MAX})
        ]
    draft = opened.draft
    source = Source(SourceKind.TYPED, "template", by.subject, recorded_at=by.at)
    claims, _ = for_the_next(draft, source)
    setup = replace(draft.setup, title=new.title, letter=None)
    await erasure.keep_out(tx)
    sheet = Sheet(new.id, "template", draft.profile.id, by.at, 0, is_erased=False)
    await sheets.make(tx, by.org, sheet, new.key_salt)
    empty = Opened(sheet, draft_of(draft.profile, {}, Life()), [])
    change = Change(tuple(claims), setup, new.salt)
    doing = Doing(
        FilingAct.CHANGE, pack(change), new.salt, told=(("template", True), ("fields", len(claims)))
    )
    return await step_draft(tx, vault, by, empty, doing)


async def drop_template(tx: Transaction, vault: Vault, by: By, template: UUID) -> bool:
    """Let a template be used no more; False if there is none of that id. Again changes nothing."""
    await erasure.keep_out(tx)
    await sheets.lock(tx, template)
    opened = await open_draft(tx, vault, template, "template")
    if opened is None or opened.sheet.is_erased:
        return False
    await step_draft(tx, vault, by, opened, Doing(FilingAct.DROP))
    return True
