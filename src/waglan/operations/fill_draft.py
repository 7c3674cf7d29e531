"""What others have told already of the bills and boxes that somebody names, as claims."""

from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding
from waglan.logbook.sealed import Vault
from waglan.manifest.call import time_of
from waglan.manifest.draft import for_the_next
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
from waglan.manifest.ties import Ties, ties_of
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

Read: TypeAlias = tuple[Document, Content]

_FILED = {
    FilingState.HANDED_OVER,
    FilingState.ACCEPTED,
    FilingState.AMENDED,
}


async def fill_draft(
    tx: Transaction, vault: Vault, by: By, keys: Sequence[str]
) -> tuple[list[Claim], list[Sight]]:
    """Return what the firm may see told of these bills, bookings and boxes, and whose it is.

    The newest alone. Filings, bookings, instructions, house lists and verified masses; quay and
    planner for boxes. What shares no more than a box with them is of another consignment.
    """
    wanted = list(dict.fromkeys(n for key in keys for n in (key.strip(), key.strip().upper()) if n))
    filed = await told_of(tx, vault, wanted, at_most=KEYS_MAX)
    seen = [bill_seen(told) for told in filed]
    named, further = await _papers(tx, vault, wanted)
    ties = ties_of(
        wanted,
        (content for _, content in named if isinstance(content, Instruction)),
        ((told.head, told.bill) for told in filed),
    )
    papers = [*named, *(one for one in further if _is_held(ties, one[1]))]
    seen += papers_seen(paper for paper, _ in papers)
    bookings = bookings_in(one for _, one in papers if isinstance(one, Instruction))
    found = [claim for told in filed for claim in _of_filing(told, by)]
    for paper, content in papers:
        found += _of_paper(paper, content, bookings, ties)
    boxes = {claim.path.split("/")[1] for claim in found if claim.path.startswith("boxes/")}
    for box in sorted(boxes | ties.asked)[:BOXES_MAX]:
        for move in await moves.of_container(tx, box, at_most=MOVES_MAX):
            if box in ties.asked or ties.hold_voyage(move.voyage):
                found += _of_move(move)
                seen.append(box_seen(move))
    return found, seen


async def _papers(
    tx: Transaction, vault: Vault, keys: Sequence[str]
) -> tuple[list[Read], list[Read]]:
    """Return each document once that names one of these, and those that name their boxes.

    A bill's own boxes and booking lead on to their papers, and no further.
    """
    names: tuple[KeyName, ...] = ("bill", "booking", "container")
    named: dict[int, Read] = {}
    further: dict[int, Read] = {}
    leads: set[tuple[KeyName, str]] = set()
    for key in keys:
        for name in names:
            for one in await documents.find(tx, vault, name, key, at_most=PAPERS_MAX):
                named[one.document_id] = one, await documents.opened(vault, one)
    for _, content in named.values():
        leads |= _leads_to(content)
    for name, key in sorted(leads)[:BOXES_MAX]:
        for one in await documents.find(tx, vault, name, key, at_most=PAPERS_MAX):
            if one.document_id not in named and one.document_id not in further:
                further[one.document_id] = one, await documents.opened(vault, one)
    return [named[n] for n in sorted(named)], [further[n] for n in sorted(further)]


def _is_held(ties: Ties, content: Content) -> bool:
    if isinstance(content, Instruction):
        return ties.hold(content)
    return bool(ties.held(content).masses)


def _leads_to(content: Content) -> set[tuple[KeyName, str]]:
    if not isinstance(content, Instruction):
        return set()
    boxes = {box.number for box in content.equipment}
    boxes |= {package.container for goods in content.bill.goods for package in goods.stowed}
    found: set[tuple[KeyName, str]] = {("container", box) for box in boxes if box.strip()}
    return found | ({("booking", content.booking)} if content.booking else set())


def _of_paper(paper: Document, content: Content, bookings: Bookings, ties: Ties) -> list[Claim]:
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
    return of_verified_masses(ties.held(content), source)


def _of_move(move: moves.Told) -> list[Claim]:
    kind = SourceKind.STOWAGE if move.kind == moves.PLAN else SourceKind.MOVEMENT
    source = Source(
        kind,
        move.document or str(move.message),
        move.said_by,
        said_at=min(move.happened_at, move.told_at) if move.happened_at else None,
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
    tx: Transaction, vault: Vault, by: By, which: tuple[str, UUID | None], bills: Sequence[str]
) -> tuple[list[Claim], list[Finding]] | None:
    """Return what serves again of a draft, or of the profile's last one filed; None: there is none.

    `bills` are the keys of the bills that it is copied for, as far as anybody named them.
    """
    profile, draft = which
    opened = await (_last(tx, vault, profile) if draft is None else open_draft(tx, vault, draft))
    if opened is None or opened.sheet.is_erased:
        return None
    source = _again(SourceKind.COPIED, str(opened.sheet.sheet), by)
    return for_the_next(opened.draft, source, bills)


async def of_template(
    tx: Transaction, vault: Vault, by: By, template: UUID, bills: Sequence[str]
) -> tuple[list[Claim], list[Finding]] | None:
    """Return what a template gives; None if this organisation has none of that id."""
    opened = await open_draft(tx, vault, template, "template")
    if opened is None or opened.sheet.is_erased or opened.draft.life.state is FilingState.DROPPED:
        return None
    return for_the_next(opened.draft, _again(SourceKind.TEMPLATE, str(template), by), bills)


def _again(kind: SourceKind, document: str, by: By) -> Source:
    return Source(kind, document, by.party, recorded_at=by.at)


async def _last(tx: Transaction, vault: Vault, profile: str) -> Opened | None:
    for sheet in await sheets.listed(tx, "draft", at_most=LOOKED_AT_MAX):
        if sheet.profile == profile and not sheet.is_erased:
            opened = await open_draft(tx, vault, sheet.sheet)
            if opened is not None and opened.draft.life.state in _FILED:
                return opened
    return None
