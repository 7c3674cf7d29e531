"""A checkpoint: what to do with a truck, and a pass for where there is no network."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.elock.gate_lists import gate_figures, sign_list
from waglan.elock.gate_pass import (
    LASTS_MAX,
    TEXT_CHARACTERS_MAX,
    Answer,
    Pass,
    read_pass,
    sign_pass,
)
from waglan.gateway.http.asked import Asked, AskedTime
from waglan.gateway.http.described import Responses
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, absent, misunderstood
from waglan.gateway.http.trips import DONE, VerdictView, last_view, verdict_view
from waglan.logbook.signing import Purpose
from waglan.operations.check_by_last import check_by_last
from waglan.operations.check_truck import Checked, check_truck
from waglan.operations.judge_trip import NotJudged
from waglan.operations.keep_state import keep_state
from waglan.operations.list_trucks import list_trucks
from waglan.operations.prove_keys import prove_keys
from waglan.operations.use_pass import use_pass
from waglan.parties.permission import Act
from waglan.store import StoreFault, Transaction

router = APIRouter(prefix="/v1", tags=["trips"])

NEXT_MINUTES_MAX = 24 * 60
_TOO_MANY: Responses = {409: {"description": "More trips are under way than a list holds."}}
_NO_KEYS: Responses = {503: {"description": "The keys are not proven yet: come again."}}
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
    `held`: a consignment on it is held, which beats any verdict. `fallback` says why nobody could
    judge anew: then the last signed state answers, `age_seconds` old, and never with `pass`;
    `verdict` is null if none was ever signed.
    """

    answer: Literal["pass", "inspect", "stop"]
    held: bool
    plate: str
    lock: str
    seal: str
    verdict: VerdictView | None
    pass_text: str | None
    fallback: str | None
    age_seconds: int


class UsedPass(Asked):
    """A pass that a truck went by, and when."""

    text: str = Field(min_length=1, max_length=TEXT_CHARACTERS_MAX)
    used_at: AskedTime


class UsedView(BaseModel):
    """A pass that is written down as used: it holds no more."""

    trip: str
    site: str
    used_at: datetime


class GateListsView(BaseModel):
    """What a gate keeps, each to be kept as it is: it is what was signed."""

    holds: str
    states: str
    keys: str


@router.post("/checkpoints", response_model=CheckView, responses=ERRORS)
async def check(truck: Truck, visitor: TheVisitor) -> CheckView:
    """Say what to do with a truck: `pass`, `inspect` or `stop`, by your authority's own policy."""
    visitor.must(Act.JUDGE_TRIP)
    if truck.plate is None and truck.lock is None:
        raise misunderstood(Finding("TRIP-NO-TRUCK", Severity.ERROR, Where("body"), {}))
    now, named = visitor.kit.clock(), (truck.plate, truck.lock)
    try:
        async with asyncio.timeout(gate_figures().judging_seconds):
            checked = await _anew(visitor, named, now)
    except NotJudged as why:
        checked = await _by_last(visitor, named, why.cause.value)
    except TimeoutError:
        checked = await _by_last(visitor, named, "slow")
    except StoreFault:
        checked = await _by_last(visitor, named, "store")
    if checked is None:
        raise absent("truck")
    lasts, (lock, seal) = timedelta(minutes=truck.minutes), checked.named
    if checked.judged is not None:
        shown: VerdictView | None = verdict_view(checked.judged)
    else:
        shown = None if checked.last is None else last_view(checked.kept, checked.last)
    return CheckView(
        answer=checked.answer.value,
        held=checked.is_held,
        plate=checked.kept.trip.vehicle,
        lock=lock,
        seal=seal,
        verdict=shown,
        pass_text=_pass(visitor, checked, truck.site, lasts, now),
        fallback=checked.cause,
        age_seconds=checked.age_s,
    )


async def _anew(
    visitor: Visitor, named: tuple[str | None, str | None], now: datetime
) -> Checked | None:
    vault, key = visitor.kit.keys.vault, visitor.kit.keys.signer(Purpose.TRIP_STATE)
    async with visitor.transaction() as tx:
        checked = await check_truck(tx, vault, visitor.org, named, now=now)
        if checked is not None and checked.judged is not None:
            await keep_state(tx, (visitor.org, visitor.principal.org), checked.judged, key)
            await _looked(visitor, tx, checked)
    return checked


async def _by_last(
    visitor: Visitor, named: tuple[str | None, str | None], cause: str
) -> Checked | None:
    async with visitor.transaction() as tx:
        checked = await check_by_last(tx, named, cause, now=visitor.kit.clock())
        if checked is not None:
            await _looked(visitor, tx, checked)
    return checked


async def _looked(visitor: Visitor, tx: Transaction, checked: Checked) -> None:
    await visitor.looked_at(tx, "/v1/checkpoints", "trip", [str(checked.kept.trip.id)])


@router.get(
    "/gate-lists", response_model=GateListsView, responses={**ERRORS, **_TOO_MANY, **_NO_KEYS}
)
async def gate_lists(
    visitor: TheVisitor,
    next_minutes: Annotated[int, Query(ge=1, le=NEXT_MINUTES_MAX)] = 15,
) -> GateListsView:
    """Return what a gate keeps for when it has no network: holds, states and keys, each proven.

    `next_minutes` is when the gate means to ask again; it is signed in. Trips whose last state is
    older than a minute are judged anew, fifty at a time, those of the oldest states first.
    """
    visitor.must(Act.JUDGE_TRIP)
    held, vault = visitor.kit.keys, visitor.kit.keys.vault
    now = visitor.kit.clock().replace(microsecond=0)
    whose = (visitor.org, visitor.principal.org)
    key, until = held.signer(Purpose.TRIP_STATE), now + timedelta(minutes=next_minutes)
    async with visitor.transaction() as tx:
        found = await list_trucks(tx, (vault, key), whose, now=now, next_update=until)
        if isinstance(found, Finding):
            raise Problem(409, found)
        proven = await prove_keys(tx)
        holds, states = found
        await visitor.looked_at(tx, "/v1/gate-lists", "trip", [row.trip for row in states.rows])
    if proven is None:
        late = Finding("HTTP-NO-PROOF-YET", Severity.ERROR, Where("keys"), {})
        raise Problem(503, late, headers={"Retry-After": "1"})
    return GateListsView(
        holds=sign_list(holds, held.signer(Purpose.HOLD_LIST)).decode(),
        states=sign_list(states, key).decode(),
        keys=proven.encoded().decode(),
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
    if judged is None:
        return None
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
