"""A checkpoint: what to do with a truck, and a pass for where there is no network."""

from datetime import datetime, timedelta
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.elock.gate_pass import (
    LASTS_MAX,
    TEXT_CHARACTERS_MAX,
    Answer,
    Pass,
    read_pass,
    sign_pass,
)
from waglan.gateway.http.asked import Asked, AskedTime
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, absent, misunderstood
from waglan.gateway.http.trips import DONE, VerdictView, verdict_view
from waglan.logbook.signing import Purpose
from waglan.operations.check_truck import Checked, check_truck
from waglan.operations.use_pass import use_pass
from waglan.parties.permission import Act

router = APIRouter(prefix="/v1", tags=["trips"])

MINUTES_MAX = LASTS_MAX // timedelta(minutes=1)


class Truck(Asked):
    """A truck at a checkpoint: its plate, its lock, or both; and for how long a pass is to hold."""

    plate: str | None = Field(default=None, min_length=1, max_length=40)
    lock: str | None = Field(default=None, min_length=1, max_length=80)
    site: str = Field(min_length=1, max_length=64)
    minutes: int = Field(default=60, ge=1, le=MINUTES_MAX)


class CheckView(BaseModel):
    """What to do with a truck, with the verdict that was recomputed for it.

    With the answer `pass`, `pass_text` is signed for this checkpoint alone: it verifies offline.
    `held`: a consignment on it is held, which beats any verdict.
    """

    answer: Literal["pass", "inspect", "stop"]
    held: bool
    plate: str
    lock: str
    seal: str
    verdict: VerdictView
    pass_text: str | None


class UsedPass(Asked):
    """A pass that a truck went by, and when."""

    text: str = Field(min_length=1, max_length=TEXT_CHARACTERS_MAX)
    used_at: AskedTime


class UsedView(BaseModel):
    """A pass that is written down as used: it holds no more."""

    trip: str
    site: str
    used_at: datetime


@router.post("/checkpoints", response_model=CheckView, responses=ERRORS)
async def check(truck: Truck, visitor: TheVisitor) -> CheckView:
    """Say what to do with a truck: `pass`, `inspect` or `stop`, by your authority's own policy."""
    visitor.must(Act.JUDGE_TRIP)
    if truck.plate is None and truck.lock is None:
        raise misunderstood(Finding("TRIP-NO-TRUCK", Severity.ERROR, Where("body"), {}))
    vault, now = visitor.kit.keys.vault, visitor.kit.clock()
    async with visitor.transaction() as tx:
        named = (truck.plate, truck.lock)
        checked = await check_truck(tx, vault, visitor.org, named, now=now)
        if checked is None:
            raise absent("truck")
        trip = str(checked.judged.kept.trip.id)
        await visitor.looked_at(tx, "/v1/checkpoints", "trip", [trip])
    judged = checked.judged
    lasts = timedelta(minutes=truck.minutes)
    return CheckView(
        answer=checked.answer.value,
        held=checked.is_held,
        plate=judged.kept.trip.vehicle,
        lock=judged.lock,
        seal=judged.seal,
        verdict=verdict_view(judged),
        pass_text=_pass(visitor, checked, truck.site, lasts, now),
    )


@router.post("/pass-uses", status_code=201, response_model=UsedView, responses=DONE)
async def use(used: UsedPass, visitor: TheVisitor) -> UsedView:
    """Write down that a truck went by a pass, at once or when the network is back; once only."""
    visitor.must(Act.JUDGE_TRIP)
    read = read_pass(used.text)
    if isinstance(read, Finding):
        raise misunderstood(read)
    one, _ = read
    async with visitor.transaction() as tx:
        done = await use_pass(
            tx, (visitor.org, visitor.principal.org), one, used.used_at, now=visitor.kit.clock()
        )
    if done is None:
        raise absent("trip")
    if not done:
        burnt = Finding("PASS-BURNT", Severity.ERROR, Where("pass"), {"trip": one.trip})
        kind = Finding("HTTP-TRIP-MOVED-ON", Severity.ERROR, Where("pass"), {})
        raise Problem(409, kind, findings=[burnt])
    return UsedView(trip=one.trip, site=one.site, used_at=used.used_at)


def _pass(
    visitor: Visitor, checked: Checked, site: str, lasts: timedelta, now: datetime
) -> str | None:
    if checked.answer is not Answer.PASS:
        return None
    judged = checked.judged
    one = Pass(
        PartyId(visitor.principal.org),
        visitor.kit.new_id().bytes,
        str(judged.kept.trip.id),
        judged.lock,
        judged.kept.trip.vehicle,
        site,
        judged.seal,
        now,
        judged.sha256,
        now,
        now + lasts,
    )
    return sign_pass(one, visitor.kit.keys.signer(Purpose.PASS))
