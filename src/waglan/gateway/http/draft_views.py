"""How drafts are shown: every field with its sources, and what contradicts them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, JsonValue

from waglan.codes.finding import Finding
from waglan.codes.render import Lang
from waglan.gateway.http.filing import DeadlineView, deadline_view
from waglan.gateway.http.problem import FindingView, view
from waglan.manifest.deadline import Deadline
from waglan.manifest.draft import due, to_give
from waglan.manifest.draft_field import Scalar
from waglan.manifest.filing_state import FilingAct
from waglan.manifest.model import Function
from waglan.manifest.prefill import Claim, DraftField, Paper, PaperVersion, Source, ended
from waglan.operations.check_draft import Checked
from waglan.operations.filed_otherwise import is_moved_on
from waglan.operations.open_draft import Opened, read_said
from waglan.store.versions import Made

# The steps that say something beside their act, in the form of `Said`.
SAYING = {
    FilingAct.SEND_BACK.value,
    FilingAct.HAND_OVER.value,
    FilingAct.ACCEPT.value,
    FilingAct.REFUSE.value,
}


class SourceView(BaseModel):
    """Who told it, in which paper, and when; null is what the paper does not say.

    `ended` is `replaced` or `withdrawn` where a newer version of the paper came since; null: none
    is known.
    """

    kind: str
    document: str
    sender: str
    place: str
    said_at: datetime | None
    recorded_at: datetime | None
    ended: str | None


class ClaimView(BaseModel):
    """One thing that was told of a field; `n` chooses it."""

    n: int
    value: JsonValue
    source: SourceView


class FieldView(BaseModel):
    """One field: what stands, whether it may be filed so, and all that was told, the best first.

    `settled` says that nothing contradicts it, and that it rests not on ended papers alone.
    `confirmed_by` is the person of the firm (subject
    id) whose word it is; null: a source told it, and nobody of the firm has said so. `losing` are
    told otherwise; of them `alike` look the same, in letters that are others.
    """

    field: str
    holds: str
    value: JsonValue
    settled: bool
    confirmed_by: str | None
    conflict: bool
    losing: list[int]
    alike: list[int]
    told: list[ClaimView]


class NotTakenView(BaseModel):
    """What a source told that it can't give, or that does not fit the field."""

    field: str
    value: JsonValue
    source: SourceView


class StepView(BaseModel):
    """One step: what was done, by whom (subject id), when; what it says and handed over.

    `basis` is what a reply rests on: a person's word, or the FMA or FNA that was handed in.
    """

    n: int
    act: str
    by: str
    at: datetime
    text: str
    number: str
    basis: str
    files: int
    message: UUID | None


class FiledView(BaseModel):
    """What left the firm, and what came of it; null while nobody answered.

    It says what the draft said after `content_step`. `findings` are those of a desk here that
    refused it, the first hundred.
    """

    step: int
    content_step: int
    function: str
    at: datetime
    accepted: bool | None
    findings: list[FindingView]


class DraftDeadlineView(DeadlineView):
    """One rule for a draft; `to_give` names the fields and facts of it by which it can be told.

    What is missing and no draft can say, such as a ship's loading, stands there by its own name.
    """

    to_give: list[str]


class FilingNowView(BaseModel):
    """What a desk here has of a draft's document: as which version the draft was accepted last.

    `stands` is the newest version. `ended` is `replaced` or `cancelled` where your firm filed that
    one by other means; null: it is the draft's own.
    """

    document: str
    version: int
    stands: int
    ended: str | None


class DraftLine(BaseModel):
    """A draft in a list. `state` is what became of the draft; `filing` what became of its filing.

    Null: no desk here has accepted it.
    """

    id: UUID
    profile: str
    title: str
    state: str
    function: str
    step: int
    made_at: datetime
    erased: bool
    in_charge: str | None  # subject id: who changed it last, or who took over from him
    filing: FilingNowView | None


class DraftPage(BaseModel):
    """Drafts, newest first; `next` is the `before` of the next page, null on the last."""

    drafts: list[DraftLine]
    next: UUID | None


class DraftView(DraftLine):
    """A draft with all that was told. `connected` is false: no line leads to a real system."""

    connected: bool
    recipient: str
    facts: dict[str, str | int]
    letter: str | None
    desk: str | None
    fields: list[FieldView]
    not_taken: list[NotTakenView]
    conflicts: int
    deadlines: list[DraftDeadlineView]
    filed: list[FiledView]
    steps: list[StepView]


class DraftCheckView(BaseModel):
    """What stands against filing: `ready` says that nothing does."""

    ready: bool
    findings: list[FindingView]
    rules_run: list[str]
    not_run: list[FindingView]
    deadlines: list[DraftDeadlineView]


@dataclass(frozen=True, slots=True)
class DeskSaid:
    """What a desk here said of a draft: why it refused filings, by step, and what stands now."""

    refused: Mapping[int, Sequence[Finding]]
    stands: Made | None


def draft_line(opened: Opened, successors: Mapping[str, str], stands: Made | None) -> DraftLine:
    """Return a draft as it stands in a list."""
    draft, life = opened.draft, opened.draft.life
    return DraftLine(
        id=opened.sheet.sheet,
        profile=draft.profile.id,
        title=draft.setup.title,
        state=life.state.value,
        function=life.function.value,
        step=len(opened.steps),
        made_at=opened.sheet.made_at,
        erased=opened.sheet.is_erased,
        in_charge=_in_charge(life.changed_by, successors),
        filing=None if stands is None else _filing(opened, stands),
    )


def _filing(opened: Opened, made: Made) -> FilingNowView:
    how = "cancelled" if made.function is Function.CANCEL else "replaced"
    return FilingNowView(
        document=made.document,
        version=made.version,
        stands=made.stands,
        ended=how if is_moved_on(opened, made) else None,
    )


def _in_charge(subject: str, successors: Mapping[str, str]) -> str | None:
    while subject in successors:  # nobody who left takes over, so this ends
        subject = successors[subject]
    return subject or None


def draft_view(
    opened: Opened,
    lang: Lang,
    successors: Mapping[str, str],
    desk: DeskSaid,
    now: datetime,
) -> DraftView:
    """Return a draft with all that was told, and what a desk here said of its filings."""
    draft, life = opened.draft, opened.draft.life
    fields = [_field(one) for one in draft.filled.fields.values()]
    return DraftView(
        **draft_line(opened, successors, desk.stands).model_dump(),
        connected=draft.profile.connected,
        recipient=draft.profile.recipient.value,
        facts=draft.facts,
        letter=draft.setup.letter,
        desk=draft.setup.desk,
        fields=fields,
        not_taken=[
            NotTakenView(field=one.path, value=_json(one.value), source=_source(one.source, {}))
            for one in draft.filled.not_taken
        ],
        conflicts=sum(field.conflict for field in fields),
        deadlines=_due(due(draft), now),
        filed=[
            FiledView(
                step=one.n,
                content_step=one.version,
                function=one.function.value,
                at=one.at,
                accepted=one.accepted,
                findings=view(desk.refused.get(one.n, ()), lang),
            )
            for one in life.filed
        ],
        steps=_steps(opened),
    )


def check_view(found: Checked, lang: Lang, now: datetime) -> DraftCheckView:
    """Return what stands against filing."""
    return DraftCheckView(
        ready=found.is_clean,
        findings=view(found.findings, lang),
        rules_run=list(found.rules_run),
        not_run=view(found.not_run, lang),
        deadlines=_due(found.due, now),
    )


def _due(found: Sequence[Deadline], now: datetime) -> list[DraftDeadlineView]:
    return [
        DraftDeadlineView(**deadline_view(one, at=now).model_dump(), to_give=to_give(one))
        for one in found
    ]


def _steps(opened: Opened) -> list[StepView]:
    found = []
    for one in opened.steps:
        said = read_said(one.plain) if one.act in SAYING and one.plain else None
        found.append(
            StepView(
                n=one.n,
                act=one.act,
                by=one.done_by,
                at=one.done_at,
                text=said.text if said else "",
                number=said.number if said else "",
                basis=said.basis if said else "",
                files=len(said.files) if said else 0,
                message=one.message,
            )
        )
    return found


def _field(field: DraftField) -> FieldView:
    losing, alike = set(field.losing), set(field.alike)
    return FieldView(
        field=field.path,
        holds=field.holds.value,
        value=_json(field.value),
        settled=field.is_settled,
        confirmed_by=field.confirmed_by,
        conflict=field.is_conflict,
        losing=[n for n, one in enumerate(field.claims) if one in losing],
        alike=[n for n, one in enumerate(field.claims) if one in alike],
        told=[_claim(n, one, field.last) for n, one in enumerate(field.claims)],
    )


def _claim(n: int, claim: Claim, last: Mapping[Paper, PaperVersion]) -> ClaimView:
    return ClaimView(n=n, value=_json(claim.value), source=_source(claim.source, last))


def _source(source: Source, last: Mapping[Paper, PaperVersion]) -> SourceView:
    how = ended(source, last)
    return SourceView(
        kind=source.kind.value,
        document=source.document,
        sender=source.sender,
        place=source.place,
        said_at=source.said_at,
        recorded_at=source.recorded_at,
        ended=how.value if how else None,
    )


def _json(value: Scalar | None) -> JsonValue:
    return list(value) if isinstance(value, tuple) else value
