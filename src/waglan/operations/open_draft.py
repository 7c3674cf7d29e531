"""Somebody looks at what is being prepared: a draft or a template, worked out from its steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from waglan.codes.finding import Finding, decode
from waglan.logbook.sealed import Vault
from waglan.manifest.draft import Change, Draft, draft_of
from waglan.manifest.filing_profile import profiles
from waglan.manifest.filing_state import FilingAct, Step, life
from waglan.manifest.instruction import InstructionKind
from waglan.manifest.prefill import Paper, PaperVersion, SourceKind
from waglan.messages.bridge.file import BridgeFile
from waglan.store import Transaction, documents, messages, sheets
from waglan.store.sheets import KeptStep, Sheet

FINDINGS_SHOWN_MAX = 100  # of one refused filing

read_change = msgspec.msgpack.Decoder(Change).decode
pack = msgspec.msgpack.Encoder().encode


# The papers of which a firm may see that they were replaced or withdrawn.
_PAPERS = {
    SourceKind.BOOKING: InstructionKind.BOOKING.value,
    SourceKind.INSTRUCTION: InstructionKind.SHIPPING_INSTRUCTION.value,
    SourceKind.HOUSE_DATA: InstructionKind.HOUSE_LIST.value,
    SourceKind.VERIFIED_MASS: documents.VERIFIED_MASS,
}


class Said(msgspec.Struct, frozen=True):
    """What a step says beside its act: a reason, the recipient's reply, files as they were.

    `basis` is what a reply rests on: a person's word, or the message that was handed in. `version`
    is the one filed by other means from which an amendment goes on; 0: as it was filed last here.
    """

    text: str = ""
    number: str = ""
    salt: bytes = b""
    files: tuple[BridgeFile, ...] = ()
    basis: str = ""
    version: int = 0


read_said = msgspec.msgpack.Decoder(Said).decode


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft with its row and its steps, as they are kept."""

    sheet: Sheet
    draft: Draft
    steps: Sequence[KeptStep]


async def open_draft(
    tx: Transaction, vault: Vault, draft: UUID, kind: str = "draft"
) -> Opened | None:
    """Return a draft of this organisation as it stands; None if it has none of that id."""
    sheet = await sheets.one(tx, draft, kind)
    if sheet is None:
        return None
    kept = await sheets.steps(tx, vault, draft)
    stands = life(_with_answers(kept))
    changes = {
        one.n: read_change(one.plain)
        for one in kept
        if one.act == FilingAct.CHANGE.value and one.plain
    }
    number = _number(kept)
    last = await _last_words(tx, changes.values())
    return Opened(sheet, draft_of(profiles()[sheet.profile], changes, stands, number, last), kept)


async def refusals(tx: Transaction, vault: Vault, opened: Opened) -> dict[int, list[Finding]]:
    """Return what a desk here found in each filing of a draft that it refused, by step."""
    found = {}
    for one in opened.steps:
        if one.message is None or one.outcome in (None, "accepted"):
            continue
        sent = await messages.by_id(tx, one.message)
        said = sent and await messages.outcome(tx, vault, sent.message_id)
        found[one.n] = decode(said.findings)[:FINDINGS_SHOWN_MAX] if said else []
    return found


async def _last_words(tx: Transaction, changes: Iterable[Change]) -> dict[Paper, PaperVersion]:
    """Return the last word of each paper that told something here, as far as the firm sees it."""
    papers = {
        (claim.source.kind, claim.source.document, claim.source.sender)
        for change in changes
        for claim in change.claims
        if claim.source.kind in _PAPERS
    }
    if not papers:
        return {}
    asked = {(sender, _PAPERS[kind], number): kind for kind, number, sender in papers}
    found = await documents.last_words(tx, [*asked])
    return {
        (asked[one], one[2], one[0]): PaperVersion(at, is_withdrawn)
        for one, (at, is_withdrawn) in found.items()
    }


def _number(kept: Sequence[KeptStep]) -> str:
    """Return the number that the recipient gave last to what he accepted."""
    accepted = [
        read_said(one.plain) for one in kept if one.act == FilingAct.ACCEPT.value and one.plain
    ]
    return next((said.number for said in reversed(accepted) if said.number), "")


def _with_answers(kept: Sequence[KeptStep]) -> list[Step]:
    """The steps, and after a message that was handed over what its desk answered."""
    found: list[Step] = []
    for one in kept:
        found.append(Step(one.n, FilingAct(one.act), one.done_by, one.done_at))
        if one.message is not None and one.outcome is not None:
            act = FilingAct.ACCEPT if one.outcome == "accepted" else FilingAct.REFUSE
            found.append(Step(one.n, act, "", one.answered_at or one.done_at))
    return found
