"""What kinds of filing there are, and by when each must be there."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.raw import BadCode
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import absent, misunderstood
from waglan.manifest.condition import FACTS, read_fact, written
from waglan.manifest.deadline import ANCHORS, Deadline, deadlines, read_anchor
from waglan.manifest.filing_profile import FilingProfile, profiles
from waglan.parties.permission import Act

router = APIRouter(prefix="/v1", tags=["filing"])

TIME_CHARACTERS_MAX = 40
Time = Annotated[str | None, Field(max_length=TIME_CHARACTERS_MAX)]
Fact = Annotated[str | None, Field(max_length=40)]


class ParticularView(BaseModel):
    """What must be told: one of these fields, by these modes (none named: by all)."""

    any_of: list[str]
    modes: list[str]


class ProfileView(BaseModel):
    """One kind of filing. `connected` is always false: nothing here has a line to a real system."""

    id: str
    name: str
    note: str
    connected: bool
    jurisdiction: str
    modes: list[str]
    direction: str
    level: str
    recipient: str
    legal_filer: list[str]
    filer_roles: list[str]
    lodger_roles: list[str]
    deadlines: list[str]
    proof: str
    proof_number: str
    positive_pre_arrival: bool
    lifecycle: list[str]
    amend_while: str
    required: list[ParticularView]
    source: str
    evidence: str
    checked_on: date


class DeadlineView(BaseModel):
    """One rule for one filing. `at` is the stricter reading; null where nobody can say.

    `state` is `past` once the time by which it must be there is over.
    """

    rule: str
    state: str
    at: datetime | None
    by_day: datetime | None
    bound: str
    missing: list[str]
    ruled_out_by: str
    regime: str
    text: str
    jurisdiction: str
    filers: list[str]
    anchor: str
    offset_minutes: int | None
    condition: str | None
    in_force_from: date | None
    source: str | None
    evidence: str
    own_step: bool


class Asked(BaseModel):
    """What is known of a filing: facts, and the times of anchors with their zones."""

    profile: Annotated[str | None, Field(max_length=40)] = None
    jurisdiction: Fact = None
    mode: Fact = None
    direction: Fact = None
    cargo: Fact = None
    route: Fact = None
    flight_minutes: Fact = None
    vessel_loading: Time = None
    vessel_departure: Time = None
    vessel_arrival: Time = None
    flight_loading: Time = None
    flight_departure: Time = None
    flight_arrival: Time = None
    arrival: Time = None
    departure: Time = None
    arrive_control_point: Time = None
    cross_boundary: Time = None
    import_or_export: Time = None


@router.get("/profiles", response_model=list[ProfileView], responses=ERRORS)
async def every_profile(visitor: TheVisitor) -> list[ProfileView]:
    """List the kinds of filing: who may make each, with which particulars, by when."""
    visitor.must(Act.READ)
    return [_profile(one, visitor) for one in profiles().values()]


@router.get("/profiles/{profile}", response_model=ProfileView, responses=ERRORS)
async def one_profile(profile: str, visitor: TheVisitor) -> ProfileView:
    """Show one kind of filing."""
    visitor.must(Act.READ)
    return _profile(known_profile(profile), visitor)


@router.get("/deadlines", response_model=list[DeadlineView], responses=ERRORS)
async def due(asked: Annotated[Asked, Query()], visitor: TheVisitor) -> list[DeadlineView]:
    """Say by when a filing must be there, by which rule, and what is missing to say it.

    With a profile, its rules alone; its jurisdiction, mode and direction are taken from it.
    """
    visitor.must(Act.READ)
    told = {name: text for name, text in asked.model_dump().items() if text is not None}
    facts, anchors, wrong = read_asked(told)
    if wrong:
        raise misunderstood(*wrong)
    now = visitor.kit.clock()
    if asked.profile is None:
        return [deadline_view(one, at=now) for one in deadlines(anchors, facts)]
    profile = known_profile(asked.profile)
    facts = {**profile.facts, **facts}
    found = deadlines(anchors, facts, of=profile.rule_ids)
    return [deadline_view(one, at=now) for one in found]


def known_profile(profile: str) -> FilingProfile:
    """Return the profile of that id, or the answer that there is none."""
    found = profiles().get(profile)
    if found is None:
        raise absent("profile")
    return found


def read_asked(
    told: Mapping[str, str],
) -> tuple[dict[str, str | int], dict[str, datetime], list[Finding]]:
    """Return the facts and the anchors in what was asked, and what is wrong with it."""
    facts: dict[str, str | int] = {}
    anchors: dict[str, datetime] = {}
    wrong: list[Finding] = []
    for name, text in told.items():
        if name in FACTS:
            try:
                facts[name] = read_fact(name, text)
            except BadCode as error:
                wrong.append(_bad_fact(name, str(error)))
        elif name in ANCHORS:
            at, findings = read_anchor(name, text)
            wrong += findings
            if at is not None:
                anchors[name] = at
    return facts, anchors, wrong


def _bad_fact(name: str, reason: str) -> Finding:
    return Finding(
        "DEADLINE-FACT", Severity.ERROR, Where(f"facts/{name}"), {"fact": name, "reason": reason}
    )


def unknown_fact(name: str) -> Finding:
    """Return that no condition asks this fact."""
    return _bad_fact(name, ", ".join(FACTS))


def _profile(one: FilingProfile, visitor: Visitor) -> ProfileView:
    is_chinese = visitor.lang == "zh-Hant-HK"
    return ProfileView(
        id=one.id,
        name=one.name.zh if is_chinese else one.name.en,
        note=one.note.zh if is_chinese else one.note.en,
        connected=one.connected,
        jurisdiction=one.jurisdiction,
        modes=list(one.modes),
        direction=one.direction,
        level=one.level,
        recipient=one.recipient.value,
        legal_filer=[filer.value for filer in one.legal_filer],
        filer_roles=[role.value for role in one.filer_roles],
        lodger_roles=[role.value for role in one.lodger_roles],
        deadlines=list(one.rule_ids),
        proof=one.proof.value,
        proof_number=one.proof_number,
        positive_pre_arrival=one.positive_pre_arrival,
        lifecycle=list(one.lifecycle),
        amend_while=one.amend_while,
        required=[ParticularView(any_of=list(p.any_of), modes=list(p.modes)) for p in one.required],
        source=one.source,
        evidence=one.evidence,
        checked_on=one.checked_on,
    )


def deadline_view(one: Deadline, *, at: datetime) -> DeadlineView:
    """Return what a rule says at a time, as the interface shows it."""
    rule = one.rule
    return DeadlineView(
        rule=rule.id,
        state=one.state_at(at).value,
        at=one.at,
        by_day=one.by_day,
        bound=rule.bound.value,
        missing=list(one.missing),
        ruled_out_by=one.ruled_out_by,
        regime=rule.regime,
        text=rule.text,
        jurisdiction=rule.jurisdiction,
        filers=list(rule.filers),
        anchor=rule.anchor,
        offset_minutes=rule.offset_minutes,
        condition=None if rule.condition is None else written(rule.condition),
        in_force_from=rule.in_force_from,
        source=rule.source_url,
        evidence=rule.evidence,
        own_step=rule.is_own,
    )
