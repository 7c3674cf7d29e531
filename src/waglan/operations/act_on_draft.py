"""A draft is sent back, dropped, answered, or taken up again to amend what was filed.

What the recipient answered is pasted or handed in as it came. It is read no further than is
published: an FHL's FMA takes it and its FNA refuses it, if what they quote is this draft's; of all
else a person says what it says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from waglan.codes.finding import Finding, Severity, Where
from waglan.logbook.sealed import Vault
from waglan.manifest.filing_profile import Bridge, Recipient
from waglan.manifest.filing_state import BEGINS, FilingAct
from waglan.messages.bridge.fhl_read import read_fhl, reply_quotes, reply_says
from waglan.messages.bridge.file import BridgeFile
from waglan.operations.filed_otherwise import filings_now, moved_on
from waglan.operations.open_draft import Opened, Said, open_draft, read_said
from waglan.operations.step_draft import By, Doing, seen, step_draft, with_files
from waglan.store import Transaction, bundlings, erasure, sheets

_LIFECYCLE = {
    FilingAct.AMEND: "amend",
    FilingAct.REPLACE: "replace",
    FilingAct.CANCEL: "cancel",
}
_ANSWERS = (FilingAct.ACCEPT, FilingAct.REFUSE)
NUMBERS_SHOWN_MAX = 10
NUMBER_CHARS_MAX = 35  # of a quoted number, which may be anything
_BASES = {FilingAct.ACCEPT: "FMA", FilingAct.REFUSE: "FNA"}


@dataclass(frozen=True, slots=True)
class Acting:
    """What is to be done to which step of a draft, with a reason or the recipient's reply.

    No act: whether the reply takes or refuses it stands in the paper itself. `version` is the one
    filed by other means that whoever begins an amendment has seen; 0: he names none.
    """

    draft: UUID
    step: int
    act: FilingAct | None
    text: str = ""
    number: str = ""
    salt: bytes = b""
    paper: BridgeFile | None = None
    version: int = 0


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
    said = _in_paper(opened, acting)
    act = acting.act or said
    if why := _refused(opened, act, said) or _of_another(opened, acting, said):
        return [why]
    if act is None:
        raise TypeError("an act that nothing tells was not refused")
    if why := await _unseen(tx, opened, acting.version) or await _bundled(tx, opened, act):
        return [why]
    if not (acting.text or acting.number or acting.paper or acting.version):
        return await step_draft(tx, vault, by, opened, Doing(act))
    files = () if acting.paper is None else (acting.paper,)
    basis = "" if act not in _ANSWERS else _BASES[said] if said else "person"
    said_so = Said(acting.text, acting.number, acting.salt, files, basis, acting.version)
    return await step_draft(tx, vault, by, opened, with_files(act, said_so))


async def _bundled(tx: Transaction, opened: Opened, act: FilingAct) -> Finding | None:
    """Say if cargo by road is bundled with a vehicle: it is changed while it is not, alone."""
    if act not in BEGINS or opened.draft.profile.proof_number != "CCRN":
        return None
    given = [
        read_said(one.plain).number
        for one in opened.steps
        if one.act == FilingAct.ACCEPT.value and one.plain
    ]
    for ccrn, (vehicle, reason) in (await bundlings.standing(tx, given)).items():
        if reason is None:
            return Finding(
                "DRAFT-BUNDLED",
                Severity.ERROR,
                Where("draft"),
                {"ccrn": ccrn, "vehicle": vehicle},
            )
    return None


async def _unseen(tx: Transaction, opened: Opened, version: int) -> Finding | None:
    """Say if the version that somebody would go on from is not the one that stands."""
    made = (await filings_now(tx, [opened])).get(opened.sheet.sheet) if version else None
    if made is None or made.stands == version:
        return None
    if version < made.stands:
        return moved_on(made, version)
    return Finding(
        "DRAFT-NO-SUCH-VERSION",
        Severity.ERROR,
        Where("version"),
        {"document": made.document, "version": version, "stands": made.stands},
    )


def _in_paper(opened: Opened, acting: Acting) -> FilingAct | None:
    """Return what the paper says of itself, as far as that is published."""
    if acting.paper is None or opened.draft.profile.bridge is not Bridge.FHL:
        return None
    return {True: FilingAct.ACCEPT, False: FilingAct.REFUSE, None: None}[
        reply_says(acting.paper.body)
    ]


def _of_another(opened: Opened, acting: Acting, said: FilingAct | None) -> Finding | None:
    """Say if an FMA or FNA quotes another message than the one that was made of this draft."""
    if said is None or acting.paper is None:
        return None
    quoted = reply_quotes(acting.paper.body)
    sent = [one for file in _sent(opened) for one in read_fhl(file.body)[0]]
    if not sent:
        return None
    own = (
        frozenset(one.master.number for one in sent),
        frozenset(one.house.number for one in sent),
    )
    if all(theirs <= mine for theirs, mine in zip(quoted, own, strict=True)):
        return None
    return Finding(
        "REPLY-OF-ANOTHER",
        Severity.ERROR,
        Where("reply"),
        {"quoted": _numbers(quoted), "own": _numbers(own)},
    )


def _sent(opened: Opened) -> Sequence[BridgeFile]:
    """Return the files that were made of the draft last."""
    made = [
        read_said(one.plain).files
        for one in opened.steps
        if one.act == FilingAct.HAND_OVER.value and one.plain
    ]
    return made[-1] if made else ()


def _numbers(of: tuple[frozenset[str], frozenset[str]]) -> str:
    shown = [number[:NUMBER_CHARS_MAX] for numbers in of for number in sorted(numbers)]
    more = len(shown) - NUMBERS_SHOWN_MAX
    told = ", ".join(shown[:NUMBERS_SHOWN_MAX])
    return f"{told} (+{more})" if more > 0 else told


def _refused(opened: Opened, act: FilingAct | None, said: FilingAct | None) -> Finding | None:
    profile = opened.draft.profile
    if act is None:
        return Finding("REPLY-UNDECIDED", Severity.ERROR, Where("reply"), {})
    if said is not None and said is not act:
        return Finding("REPLY-SAYS-OTHERWISE", Severity.ERROR, Where("reply"), {"said": said.value})
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
