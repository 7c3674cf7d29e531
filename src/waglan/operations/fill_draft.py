"""What others have told already of the bills and boxes that somebody names, as claims."""

from collections.abc import Sequence
from uuid import UUID

from waglan.logbook.sealed import Vault
from waglan.manifest.draft import Draft, for_the_next
from waglan.manifest.draft_field import key_for
from waglan.manifest.filing_state import FilingState
from waglan.manifest.model import Level, Manifest
from waglan.manifest.prefill import Claim, Source, SourceKind
from waglan.manifest.sources import of_manifest
from waglan.operations.open_draft import Opened, open_draft
from waglan.operations.step_draft import By
from waglan.store import Transaction, sheets
from waglan.store.told import Told, told_of

KEYS_MAX = 200  # of bills, bookings or boxes, in one go
LOOKED_AT_MAX = 50  # earlier drafts, to find the last one that was filed

_FILED = {
    FilingState.HANDED_OVER,
    FilingState.ACCEPTED,
    FilingState.AMENDED,
}


async def fill_draft(tx: Transaction, vault: Vault, by: By, keys: Sequence[str]) -> list[Claim]:
    """Return what filings that the firm may see tell of these bills, the newest version only."""
    found: list[Claim] = []
    wanted = list(dict.fromkeys(n for key in keys for n in (key.strip(), key.strip().upper()) if n))
    for told in await told_of(tx, vault, wanted, at_most=KEYS_MAX):
        found += _of_filing(told, by)
    return found


def _of_filing(told: Told, by: By) -> list[Claim]:
    is_own = told.filer == by.party
    kind = SourceKind.EARLIER_FILING if is_own else SourceKind.OTHER_FILING
    if not is_own and told.bill.level is Level.HOUSE:
        kind = SourceKind.HOUSE_DATA
    source = Source(
        kind, told.document, told.filer, "", said_at=told.filed_at, recorded_at=told.filed_at
    )
    manifest = Manifest(told.head, (told.bill,), told.equipment)
    return of_manifest(manifest, source, frozenset({key_for(told.bill.number)}))


async def copied(
    tx: Transaction, vault: Vault, by: By, profile: str, draft: UUID | None
) -> list[Claim] | None:
    """Return what serves again of a draft, or of the last one filed; None: there is none."""
    opened = await (_last(tx, vault, profile) if draft is None else open_draft(tx, vault, draft))
    if opened is None or opened.sheet.is_erased:
        return None
    return _again(opened.draft, SourceKind.COPIED, str(opened.sheet.sheet), by)


async def of_template(tx: Transaction, vault: Vault, by: By, template: UUID) -> list[Claim] | None:
    """Return what a template gives; None if this organisation has none of that id."""
    opened = await open_draft(tx, vault, template, "template")
    if opened is None or opened.sheet.is_erased or opened.draft.life.state is FilingState.DROPPED:
        return None
    return _again(opened.draft, SourceKind.TEMPLATE, str(template), by)


def _again(draft: Draft, kind: SourceKind, document: str, by: By) -> list[Claim]:
    source = Source(kind, document, by.party, recorded_at=by.at)
    return for_the_next(draft, kind, source)


async def _last(tx: Transaction, vault: Vault, profile: str) -> Opened | None:
    for sheet in await sheets.listed(tx, "draft", at_most=LOOKED_AT_MAX):
        if sheet.profile == profile and not sheet.is_erased:
            opened = await open_draft(tx, vault, sheet.sheet)
            if opened is not None and opened.draft.life.state in _FILED:
                return opened
    return None
