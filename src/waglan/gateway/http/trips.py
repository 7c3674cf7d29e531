"""Trips under a lock: planned, acted on and judged; each authority by its own policy."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.moment import second
from waglan.elock.eligibility import Accreditation
from waglan.elock.evidence import sign_evidence
from waglan.elock.jurisdiction import CargoKind
from waglan.elock.reason import WEIGHT, Reason
from waglan.elock.trip import Act as TripStep
from waglan.elock.trip import State
from waglan.elock.trip_state import TripState
from waglan.gateway.http.asked import Asked, AskedTime
from waglan.gateway.http.described import Responses, gives
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.maker import MADE, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, absent
from waglan.gateway.http.signed import Signed
from waglan.gateway.http.trip_hints import Hinted, HintView, ReasonView, hints
from waglan.logbook.signing import Purpose
from waglan.operations._ground import ground_at
from waglan.operations.do_trip_act import Done, Refusal, do_trip_act, state_of
from waglan.operations.judge_trip import Judged, NotJudged, judge_trip
from waglan.operations.keep_state import keep_state
from waglan.operations.learn_datum import learn_datum
from waglan.operations.plan_trip import (
    CONSIGNMENTS_MAX,
    JURISDICTIONS_MAX,
    TRACKERS_MAX,
    Wanted,
    plan_trip,
)
from waglan.operations.prove_trip import NotYet, prove_trip
from waglan.operations.step_trip import Step, step_trip
from waglan.parties.permission import Act
from waglan.parties.role import Role
from waglan.store import Transaction, bundlings, trips
from waglan.store.trips import Kept

router = APIRouter(prefix="/v1", tags=["trips"])

Word = Annotated[str, Field(min_length=1, max_length=80)]
_LATE: Responses = {
    409: {"description": "The trip stands otherwise by now: look at it again."},
}
DONE: Responses = {**ERRORS, **_LATE}
_GONE: Responses = {409: {"description": "Nobody can judge it anew: see the finding."}}
_NOT_YET: Responses = {503: {"description": "Not under a checkpoint yet: come again in a second."}}
COVERED_WITHIN = timedelta(seconds=10)  # which is what the log promises
LOOK_SECONDS = 0.3


class Granted(Asked):
    """A register in which the vehicle stands, and from which day on."""

    register_name: Word = Field(alias="register")
    since: date
    until: date | None = None


class NewTrip(Asked):
    """A trip as its haulier wants it: sites as the atlas names them, authorities by jurisdiction.

    `lock` and `trackers` are ids of your own devices, installed on the vehicle.
    """

    vehicle: str = Field(min_length=1, max_length=40)
    lock: UUID
    trackers: list[UUID] = Field(default=[], max_length=TRACKERS_MAX)
    origin: str = Field(min_length=1, max_length=40)
    destination: str = Field(min_length=1, max_length=40)
    cargo: CargoKind
    schemes: list[Word] = Field(default=[], max_length=10)
    registers: list[Granted] = Field(default=[], max_length=10)
    jurisdictions: list[Word] = Field(min_length=1, max_length=JURISDICTIONS_MAX)
    consignments: list[Word] = Field(min_length=1, max_length=CONSIGNMENTS_MAX)
    begins_at: AskedTime
    leg_of: UUID | None = None


class NewStep(Asked):
    """What a haulier does about his trip; `version` is how many acts of it he saw.

    `at` is when he did it, if that was before: at most three days.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    act: TripStep
    version: int = Field(ge=0, lt=1 << 31)
    reason: str = Field(default="", max_length=500)
    seal: Word | None = None
    receiver: Word | None = None
    site: Word | None = None
    at: AskedTime | None = None


class JudgingView(BaseModel):
    """An authority that judges a trip; `use` is `hypothetical` where it is only shown."""

    party: str
    jurisdiction: str
    use: str


class StepTakenView(BaseModel):
    """One act of a trip: whose, and where the trip stood after it."""

    n: int
    act: str
    state: str
    party: str
    at: datetime


class HeardView(BaseModel):
    """A device of a trip, by the installation that is or was in force."""

    terminal: str
    installation: UUID
    is_lock: bool
    since: datetime | None
    until: datetime | None


class TripView(BaseModel):
    """A trip: `quality` is `illustrative` where nobody surveyed its corridor.

    `hint` is for the authority whose policy it is: what the trip comes to as it drives.
    """

    id: UUID
    haulier: str
    vehicle: str
    origin: str
    destination: str
    cargo: str
    quality: str
    state: str
    version: int
    begins_at: datetime
    planned_at: datetime
    leg_of: UUID | None
    exit: str | None
    ends_with: list[str]
    plan_sha256: str
    consignments: list[str]
    ccrns: list[str]
    authorities: list[JudgingView]
    devices: list[HeardView]
    acts: list[StepTakenView]
    hint: HintView | None = None


class TripDoneView(BaseModel):
    """Where a trip stands after an act."""

    act: str
    state: str
    version: int


class SealView(BaseModel):
    """Under which seal, on which lock, from when to when."""

    lock: str
    number: str
    since: str
    until: str | None


class VerdictView(BaseModel):
    """What your authority's policy makes of the received log; GREEN is no proof.

    It says that there is no contrary evidence in a complete received log. `quality` tells what the
    corridor is worth, `sha256` is of the bundle that it was judged from.
    """

    trip: UUID
    state: str
    outcome: str
    worst: str
    reasons: list[ReasonView]
    red_from: str | None
    backfill_until: str | None
    seals: list[SealView]
    epochs: list[str]
    blind_seconds: int
    policy: str
    quality: str
    as_of: str
    sha256: str


@router.post("/trips", status_code=201, response_model=TripView, responses=MADE)
async def plan(new: NewTrip, visitor: TheMaker) -> TripView:
    """Plan a trip under a lock, for up to a hundred consignments.

    Whether it may go is asked when it is armed. It is measured against the way as it is today.
    """
    visitor.must(Act.PLAN_TRIP)
    id_, now = visitor.kit.new_id(), visitor.kit.clock()
    wanted = Wanted(
        new.vehicle,
        new.lock,
        tuple(one for one in dict.fromkeys(new.trackers) if one != new.lock),
        new.origin,
        new.destination,
        new.cargo,
        tuple(new.schemes),
        tuple(Accreditation(one.register_name, one.since, one.until) for one in new.registers),
        tuple(new.jurisdictions),
        tuple(new.consignments),
        new.begins_at,
        new.leg_of,
    )
    async with visitor.making(id_) as (tx, before):
        if not before:
            by = (visitor.org, visitor.principal.org)
            if found := await plan_trip(tx, by, id_, wanted, now=now):
                kind = Finding("HTTP-TRIP-REFUSED", Severity.ERROR, Where("body"), {})
                raise Problem(422, kind, findings=found)
        kept = await trips.by_id(tx, UUID(before[0]) if before else id_)
        if kept is None:
            raise absent("trip")
        return await trip_view(tx, kept)


@router.get("/trips", response_model=list[TripView], responses=ERRORS)
async def list_trips(
    visitor: TheVisitor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[UUID | None, Query()] = None,
    outcome: Annotated[Hinted | None, Query()] = None,
) -> list[TripView]:
    """List the trips that you are on, newest first; `after` is the last `id` you saw.

    With `outcome`, those under way that your authority's policy makes this of as they drive.
    """
    visitor.must(Act.READ if outcome is None else Act.JUDGE_TRIP)
    async with visitor.transaction() as tx:
        found = await trips.page(tx, after=after, at_most=limit, outcome=outcome)
        await _looked(visitor, tx, "/v1/trips", [str(one.trip.id) for one in found])
        return await _views(visitor, tx, found)


@router.get("/trips/{trip}", response_model=TripView, responses=ERRORS)
async def one_trip(trip: UUID, visitor: TheVisitor) -> TripView:
    """Show a trip that you are on: where it stands, and what was done."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        kept = await trips.by_id(tx, trip)
        if kept is None:
            raise absent("trip")
        await _looked(visitor, tx, "/v1/trips", [str(trip)])
        return (await _views(visitor, tx, [kept]))[0]


@router.post("/trips/{trip}/steps", status_code=201, response_model=TripDoneView, responses=DONE)
async def step(trip: UUID, new: NewStep, visitor: TheVisitor) -> TripDoneView:
    """Arm, disarm, cancel, seal or close your trip, or raise an alarm; again changes nothing.

    An arming is refused with every reason, and with how the cargo may go instead.
    """
    visitor.must(Act.PLAN_TRIP)
    told = Step(new.id, new.act, new.version, new.reason, new.seal, new.receiver, new.site, new.at)
    by = (visitor.org, visitor.principal)
    async with visitor.transaction() as tx:
        if new.act is TripStep.ARM:
            await learn_datum(tx, visitor.kit.keys.vault, trip, now=visitor.kit.clock())
        done = await step_trip(tx, by, trip, told, now=visitor.kit.clock())
        return _done(done)


@router.post("/trips/{trip}/acts", status_code=201, response_model=TripDoneView, responses=DONE)
async def act(trip: UUID, signed: Signed, visitor: TheVisitor) -> TripDoneView:
    """Do what an officer signed about a trip: an order, a seal, a clearance, a pass.

    It is signed over its canonical JSON, of the form `waglan/trip-act/v1`. Again changes nothing.
    """
    visitor.must(Act.ORDER_ON_TRIP)
    handed = (signed.body_bytes, signed.signature_bytes)
    by = (visitor.org, visitor.principal)
    async with visitor.transaction() as tx:
        done = await do_trip_act(tx, by, trip, handed, now=visitor.kit.clock())
        return _done(done)


@router.get("/trips/{trip}/verdict", response_model=VerdictView, responses={**ERRORS, **_GONE})
async def verdict(trip: UUID, visitor: TheVisitor) -> VerdictView:
    """Judge a trip now, from its whole log, by your authority's own policy."""
    return verdict_view(await _judged(visitor, trip, "/v1/trips/verdict"))


@router.get(
    "/trips/{trip}/bundle",
    response_class=Response,
    responses={**ERRORS, **_GONE, **_NOT_YET, **gives("text/plain")},
)
async def bundle(
    trip: UUID, visitor: TheVisitor, policy: Annotated[bool, Query()] = True
) -> Response:
    """Return a trip's signed evidence: what was judged, and what proves that the log holds it.

    `verify_trip.py` verifies it without a network. With `policy=false` it is for others: your
    figures stand in it as their hash alone, and the verdict is not judged again.
    """
    visitor.must(Act.JUDGE_TRIP)
    by, until = (visitor.org, visitor.principal.org), visitor.kit.clock() + COVERED_WITHIN
    while True:
        now = visitor.kit.clock()
        try:
            async with visitor.transaction() as tx:
                found = await prove_trip(tx, visitor.kit.keys.vault, by, trip, now=now)
                if found is None:
                    raise absent("trip")
                await visitor.looked_at(tx, "/v1/trips/bundle", "trip", [str(trip)])
            break
        except NotYet:
            if now >= until:
                late = Finding("HTTP-NO-PROOF-YET", Severity.ERROR, Where("trip"), {})
                raise Problem(503, late, headers={"Retry-After": "1"}) from None
            await asyncio.sleep(LOOK_SECONDS)
        except NotJudged as why:
            raise not_judged(why) from None
    signed = sign_evidence(found, visitor.kit.keys.signer(Purpose.BUNDLE), with_policy=policy)
    return Response(signed, media_type="text/plain")  # JSON, and a line that signs it


def not_judged(why: NotJudged) -> Problem:
    """Return the answer for a trip that can't be judged anew."""
    cause, where = why.cause.value, Where("trip")
    return Problem(409, Finding("TRIP-NOT-JUDGED", Severity.ERROR, where, {"cause": cause}))


async def _judged(visitor: Visitor, trip: UUID, asked: str) -> Judged:
    visitor.must(Act.JUDGE_TRIP)
    vault, now = visitor.kit.keys.vault, visitor.kit.clock()
    async with visitor.transaction() as tx:
        try:
            judged = await judge_trip(tx, vault, visitor.org, trip, now=now)
        except NotJudged as why:
            raise not_judged(why) from None
        if judged is None:
            raise absent("trip")
        party, key = visitor.principal.org, visitor.kit.keys.signer(Purpose.TRIP_STATE)
        await keep_state(tx, (visitor.org, party), judged, key)
        await visitor.looked_at(tx, asked, "trip", [str(trip)])
    return judged


async def _looked(visitor: Visitor, tx: Transaction, asked: str, keys: list[str]) -> None:
    if Role.CUSTOMS in visitor.principal.roles:
        await visitor.looked_at(tx, asked, "trip", keys)


def _done(done: Done | Refusal | None) -> TripDoneView:
    if done is None:
        raise absent("trip")
    if isinstance(done, Done):
        return TripDoneView(act=done.act, state=done.state.value, version=done.version)
    if done.is_late:
        late = Finding("HTTP-TRIP-MOVED-ON", Severity.ERROR, Where("act"), {})
        raise Problem(409, late, findings=done.findings)
    refused = Finding("HTTP-TRIP-REFUSED", Severity.ERROR, Where("act"), {})
    raise Problem(422, refused, findings=done.findings)


async def _views(visitor: Visitor, tx: Transaction, found: Sequence[Kept]) -> list[TripView]:
    """Return trips as whoever is on them sees them; an authority with its own hints."""
    views = [await trip_view(tx, one) for one in found]
    if Role.CUSTOMS in visitor.principal.roles:
        found_hints = await hints(tx, [one.number for one in found], visitor.kit.clock())
        for one, view in zip(found, views, strict=True):
            view.hint = found_hints.get(one.number)
    return views


async def trip_view(tx: Transaction, kept: Kept) -> TripView:
    """Return a trip as whoever is on it sees it."""
    trip, done = kept.trip, await trips.acts(tx, kept.number)
    state: State = state_of(done)
    rules = (await ground_at(tx, trip.planned_at)).rules
    uses: Mapping[str, str] = {one.id: one.use.value for one in rules.values()}
    return TripView(
        id=trip.id,
        haulier=kept.party,
        vehicle=trip.vehicle,
        origin=trip.origin,
        destination=trip.destination,
        cargo=trip.cargo,
        quality=trip.quality,
        state=state.value,
        version=len(done),
        begins_at=trip.begins_at,
        planned_at=trip.planned_at,
        leg_of=trip.leg_of,
        exit=trip.exit,
        ends_with=[*trip.ends_with],
        plan_sha256=trip.plan_sha256.hex(),
        consignments=await trips.consignments(tx, kept.number),
        ccrns=await bundlings.of_trip(tx, kept.number),
        authorities=[
            JudgingView(party=one.party, jurisdiction=one.jurisdiction,
                        use=uses.get(one.jurisdiction, "-"))
            for one in await trips.judging(tx, kept.number)
        ],
        devices=[
            HeardView(terminal=one.terminal, installation=one.installation, is_lock=one.is_lock,
                      since=one.from_at, until=one.until_at)
            for one in await trips.heard(tx, kept.number)
        ],
        acts=[
            StepTakenView(n=one.n, act=one.act, state=one.state, party=one.party,
                          at=one.recorded_at)
            for one in done
        ],
    )  # fmt: skip


def verdict_view(judged: Judged) -> VerdictView:
    """Return a verdict as the authority that owns its policy sees it."""
    said, trip = judged.verdict, judged.kept.trip
    return VerdictView(
        trip=trip.id,
        state=judged.state.value,
        outcome=said.outcome.name,
        worst=said.worst.name,
        reasons=[
            ReasonView(reason=one.reason.name, outcome=WEIGHT[one.reason].name,
                       entries=list(one.entries))
            for one in said.reasons
        ],
        red_from=_time(said.red_from_s),
        backfill_until=_time(said.backfill_until_s),
        seals=[
            SealView(lock=one.lock, number=one.number, since=_time(one.from_s) or "",
                     until=_time(one.until_s))
            for one in said.seals
        ],
        epochs=list(said.epochs),
        blind_seconds=said.blind_s,
        policy=said.policy,
        quality=trip.quality,
        as_of=_time(said.as_of_s) or "",
        sha256=judged.sha256.hex(),
    )  # fmt: skip


def last_view(kept: Kept, last: TripState) -> VerdictView:
    """Return the last state of a trip that was signed, as its authority sees it."""
    said = last.verdict
    return VerdictView(
        trip=kept.trip.id,
        state=last.state.value,
        outcome=said["outcome"],
        worst=said["worst"],
        reasons=[
            ReasonView(reason=one["reason"], outcome=WEIGHT[Reason[one["reason"]]].name,
                       entries=one["entries"])
            for one in said["reasons"]
        ],
        red_from=_time(said["red_from_s"]),
        backfill_until=_time(said["backfill_until_s"]),
        seals=[
            SealView(lock=one["lock"], number=one["number"], since=_time(one["from_s"]) or "",
                     until=_time(one["until_s"]))
            for one in said["seals"]
        ],
        epochs=said["epochs"],
        blind_seconds=said["blind_s"],
        policy=said["policy"],
        quality=kept.trip.quality,
        as_of=_time(said["as_of_s"]) or "",
        sha256=last.judged_sha256,
    )  # fmt: skip


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _time(at_s: int | None) -> str | None:
    return None if at_s is None else second((_EPOCH + timedelta(seconds=at_s)).isoformat())
