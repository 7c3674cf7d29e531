"""What others have told already of the bills and boxes that somebody names, as claims."""

from collections.abc import Sequence
from uuid import UUID

from waglan.codes.calendar import HONG_KONG
from waglan.logbook.sealed import Vault
from waglan.manifest.call import time_of
from waglan.manifest.draft import Draft, for_the_next
from waglan.manifest.draft_field import key_for
from waglan.manifest.filing_state import FilingState
from waglan.manifest.instruction import Instruction
from waglan.manifest.model import Level, Manifest
from waglan.manifest.prefill import Claim, Source, SourceKind
from waglan.manifest.sources import (
    Bookings,
    bookings_in,
    of_boxes_seen,
    of_instruction,
    of_manifest,
    of_verified_masses,
)
from waglan.operations._sights import bill_seen, box_seen, papers_seen
from waglan.operations.open_draft import Opened, open_draft
from waglan.operations.step_draft import By
from waglan.store import Transaction, documents, moves, sheets
from waglan.store.documents import Content, Document, KeyName
from waglan.store.looks import Sight
from waglan.store.told import Told, told_of

KEYS_MAX = 200  # of bills, bookings or boxes, in one go
PAPERS_MAX = 50  # that name one key
BOXES_MAX = 500  # of one look
MOVES_MAX = 20  # of one box
LOOKED_AT_MAX = 50  # earlier drafts, to find the last one that was filed

_FILED = {
    FilingState.HANDED_OVER,
    FilingState.ACCEPTED,
    FilingState.AMENDED,
}


async def fill_draft(
    tx: Transaction, vault: Vault, by: By, keys: Sequence[str]
) -> tuple[list[Claim], list[Sight]]:
    """Return what the firm may see told of these bills, bookings and boxes, and whose it is.

    The newest alone.

    Filings, bookings, instructions, house lists and verified masses; quay and planner for boxes.
    """
    found: list[Claim] = []
    seen: list[Sight] = []
    wanted = list(dict.fromkeys(n for key in keys for n in (key.strip(), key.strip().upper()) if n))
    for told in await told_of(tx, vault, wanted, at_most=KEYS_MAX):
        found += _of_filing(told, by)
        seen.append(bill_seen(told))
    papers = await _papers(tx, vault, wanted)
    seen += papers_seen(papers)
    opened = [(one, await documents.opened(vault, one)) for one in papers]
    bookings = bookings_in(one for _, one in opened if isinstance(one, Instruction))
    for paper, content in opened:
        found += _of_paper(paper, content, bookings)
    boxes = {claim.path.split("/")[1] for claim in found if claim.path.startswith("boxes/")}
    for box in sorted(boxes | {key_for(key) for key in wanted})[:BOXES_MAX]:
        for move in await moves.of_container(tx, box, at_most=MOVES_MAX):
            found += _of_move(move)
            seen.append(box_seen(move))
    return found, seen


async def _papers(tx: Transaction, vault: Vault, keys: Sequence[str]) -> list[Document]:
    """Return each document once that names one of these bills, bookings or boxes.

    A bill's own boxes and booking lead on to their papers, and no further.
    """
    names: tuple[KeyName, ...] = ("bill", "booking", "container")
    found: dict[int, Document] = {}
    further: set[tuple[KeyName, str]] = set()
    for key in keys:
        for name in names:
            for one in await documents.find(tx, vault, name, key, at_most=PAPERS_MAX):
                found[one.document_id] = one
                further |= _leads_to(await documents.opened(vault, one))
    for name, key in sorted(further)[:BOXES_MAX]:
        for one in await documents.find(tx, vault, name, key, at_most=PAPERS_MAX):
            found.setdefault(one.document_id, one)
    return [found[number] for number in sorted(found)]


def _leads_to(content: Content) -> set[tuple[KeyName, str]]:
    if not isinstance(content, Instruction):
        return set()
    boxes = {box.number for box in content.equipment}
    boxes |= {package.container for goods in content.bill.goods for package in goods.stowed}
    found: set[tuple[KeyName, str]] = {("container", box) for box in boxes if box.strip()}
    return found | ({("booking", content.booking)} if content.booking else set())


def _of_paper(paper: Document, content: Content, bookings: Bookings) -> list[Claim]:
    said_at = time_of(content.issued_at, zone=HONG_KONG)
    source = Source(
        SourceKind.VERIFIED_MASS,
        paper.number or str(paper.id),
        paper.sender,
        said_at=said_at,
        recorded_at=paper.received_at,
    )
    if isinstance(content, Instruction):
        return of_instruction(content, source, bookings)
    return of_verified_masses(content, source)


def _of_move(move: moves.Told) -> list[Claim]:
    kind = SourceKind.STOWAGE if move.kind == moves.PLAN else SourceKind.MOVEMENT
    source = Source(
        kind,
        move.document or str(move.message),
        move.said_by,
        said_at=move.happened_at,
        recorded_at=move.told_at,
    )
    return of_boxes_seen([move.movement.box], source)


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
