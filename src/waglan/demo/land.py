"""The demo day's land part: trucks under a lock, on real sockets, judged by two authorities.

They drove within the hour before, and tell of it as fast as the platform lets a lock speak. All of
it is synthetic; the corridors are drawn, not surveyed. Every figure is an answer of the server.
"""

import asyncio
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from uuid import uuid4

import httpx
import msgspec

from waglan.codes.calendar import HONG_KONG
from waglan.codes.party import PartyId
from waglan.codes.render import Lang
from waglan.demo.answers import (
    FeedSeen,
    LockSeen,
    TripDoneSeen,
    TripSeen,
    TruckSeen,
    VerdictSeen,
)
from waglan.demo.client import Client
from waglan.demo.day import Report, Step
from waglan.demo.lock import Dialect, Lock
from waglan.demo.officer import Officer, sit_down
from waglan.demo.organisations import FAR, HAULIER, NEAR
from waglan.demo.rough_line import SMOOTH, Roughness, over
from waglan.demo.truck_days import BROKEN_S, DRIVEN_S, Day, Drive, Kind, day
from waglan.demo.wire import Ports, Wire, wired
from waglan.elock.atlas import Way, packaged, plan_of
from waglan.elock.device import Ping
from waglan.elock.plan import Plan
from waglan.elock.track import Fix
from waglan.elock.trip import Act
from waglan.elock.trip_act import Spot, TripAct
from waglan.messages.devices import owntracks

ORIGIN: Final = "HK-RTT"
EVERY_S: Final = 60
LASTS_S: Final = 2_700
AHEAD_S: Final = 3_600  # since when the first truck is under way
HANDED_OVER_S: Final = 300  # from one truck to the next
AROUND_M: Final = 1_000
MINUTE: Final = timedelta(minutes=1)
REQUEST_S_MAX: Final = 60
FEED_PAGE: Final = 500
ALARM_S_MAX: Final = 10  # how long we wait for the alarms of what is RED
LOOK_S: Final = 0.5
ALARM: Final = "alarm.raised"


@dataclass(frozen=True, slots=True)
class Case:
    """One truck: where it goes, what befalls it, and what its lock speaks."""

    plate: str
    destination: str
    kind: Kind
    dialect: Dialect
    rough: Roughness = SMOOTH


GOES_ON: Final = Case("SYN-HN3", "HN-CZ", Kind.PLAIN, Dialect.JTT808_2013)
CASES: Final = (
    Case("SYN-GD1", "GD-BJ", Kind.STORED, Dialect.JTT808_2013),
    Case("SYN-GD2", "GD-BJ", Kind.CUT, Dialect.JOINTECH),
    Case("SYN-GD3", "GD-BJ", Kind.COPY, Dialect.JTT808_2019),
    Case("SYN-HN1", "HN-CZ", Kind.DETOUR, Dialect.JTT808_2013),
    Case("SYN-HN2", "HN-CZ", Kind.BREAKDOWN, Dialect.JOINTECH),
    Case("SYN-FJ1", "FJ-XMN", Kind.JAM, Dialect.JTT808_2013),
    Case("SYN-GX1", "GX-DX", Kind.PLAIN, Dialect.JTT808_2019),
)


@dataclass(frozen=True, slots=True)
class Truck:
    """What came of one truck: both authorities' verdicts, and what each checkpoint answered."""

    plate: str
    destination: str
    is_planned: bool  # the destination is no point of the scheme yet
    befell: str
    state: str
    near: VerdictSeen
    far: VerdictSeen
    checks: tuple[str, ...]
    frames: int  # that were answered, and so kept
    trip: str
    lost: int  # frames that never came, though later ones did
    alarms: int = 0  # in both authorities' control rooms


@dataclass(frozen=True, slots=True)
class Land:
    """The trucks' day."""

    trucks: tuple[Truck, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """How the server is reached, over HTTP and by locks, and with whose tokens."""

    base_url: str
    ports: Ports
    operator: str
    tokens: Mapping[PartyId, str]
    lang: Lang = "en"
    cases: Sequence[Case] = CASES


async def drive_all(reach: Reach, report: Report, *, seed: int) -> Land:
    """Have all trucks drive at once; `by_land()` are registered, and the operator lets locks in."""
    report(Step("trucks", {"trucks": len(reach.cases) + 1}))
    async with httpx.AsyncClient(base_url=reach.base_url, timeout=REQUEST_S_MAX) as http:

        def client(party: PartyId) -> Client:
            return Client(http, reach.tokens[party], reach.lang)

        desks = [await sit_down(client(one.party)) for one in (NEAR, FAR)]
        people = People(Client(http, reach.operator, reach.lang), client(HAULIER.party), *desks)
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=AHEAD_S)
        drivers = [
            Driver(people, reach.ports, case, (seed, number), start)
            for number, case in enumerate(reach.cases)
        ]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one.drives()) for one in drivers]
        except BaseExceptionGroup as failed:
            # Whoever calls wants to know what went wrong, not that tasks were at work.
            raise failed.exceptions[0] from failed
        trucks = [truck for task in tasks for truck in task.result()]
        return Land(tuple(await _with_alarms(people, trucks)))


@dataclass(frozen=True, slots=True)
class People:
    """Who lets locks in, who drives, and an officer of each authority."""

    operator: Client
    haulier: Client
    near: Officer
    far: Officer


class Driver:
    """One truck's trip from its first step to its verdicts."""

    def __init__(
        self, people: People, ports: Ports, case: Case, seed: tuple[int, int], start: datetime
    ) -> None:
        """Begin before anything is known of it."""
        self.people, self.ports, self.case = people, ports, case
        self.seed, self.start = seed, start
        way = packaged().way(ORIGIN, case.destination, on=start.astimezone(HONG_KONG).date())
        if way is None:
            raise LookupError(f"no way leads to {case.destination}")
        self.way: Way = way
        self.plan: Plan = plan_of(way, packaged().sites)
        self.trip, self.version, self.state = "", 0, ""
        self.checks = list[str]()
        self.lost = 0

    async def drives(self) -> list[Truck]:
        """Drive; a breakdown is gone on from by another truck."""
        leg = await self.leg(None)
        if self.case.kind is not Kind.BREAKDOWN:
            return [leg]
        # The other truck is told of from where the first one stands.
        start = self.start + timedelta(seconds=BROKEN_S + HANDED_OVER_S)
        other = Driver(self.people, self.ports, GOES_ON, (self.seed[0], len(CASES)), start)
        return [leg, await other.leg(self.trip, unseen_s=DRIVEN_S)]

    async def leg(self, leg_of: str | None, *, unseen_s: int = 0) -> Truck:
        """Enter lock and telephone, plan, arm and seal, drive, and be judged."""
        lock = Lock(_terminal(self.case.dialect, self.seed), self.case.dialect)
        async with wired(lock, self.ports) as wire:
            topic = f"owntracks/synthetic/{self.case.plate}"
            lock_id = await self._enters(lock.dialect.protocol, lock.terminal, lock.dialect.model)
            telephone = await self._enters("owntracks", topic, "telephone")
            await wire.enters()
            await wire.closes()
            await self._plans(lock_id, telephone, leg_of)
            drive = Drive(int(self.start.timestamp()), EVERY_S, LASTS_S, unseen_s)
            one = day(self.case.kind, self.plan, lock, Random(str(self.seed)), drive=drive)
            await self._seals(one)
            await self._drives(wire, topic, one)
            return await self._judged(wire)

    async def _enters(self, protocol: str, terminal: str, model: str) -> str:
        """Have a device entered, and put it on the truck."""
        told = {"party": HAULIER.party, "protocol": protocol, "terminal": terminal,
                "maker": "Synthetic Locks", "model": model, "datum": "WGS-84"}  # fmt: skip
        device = (await self.people.operator.post("/v1/locks", told, LockSeen)).id
        since = (self.start - timedelta(days=30)).isoformat()
        put = {"vehicle": self.case.plate, "installer": "Synthetic Workshop", "since": since}
        await self.people.haulier.post(f"/v1/locks/{device}/installations", put, LockSeen)
        return device

    async def _plans(self, lock: str, telephone: str, leg_of: str | None) -> None:
        new = {
            "vehicle": self.case.plate, "lock": lock, "trackers": [telephone], "origin": ORIGIN,
            "destination": self.case.destination, "cargo": "own_export",
            "jurisdictions": ["demonstration", "demonstration_far"],
            "consignments": [f"SYN{self.case.plate[-3:]}{n:03}" for n in range(20)],
            "begins_at": self.start.isoformat(),
        }  # fmt: skip
        told = new if leg_of is None else {**new, "leg_of": leg_of}
        self.trip = (await self.people.haulier.post("/v1/trips", told, TripSeen)).id
        await self._steps(Act.ARM)

    async def _seals(self, one: Day) -> None:
        at = _time(one.fixes[0].at_s) - MINUTE
        await self._steps(Act.SEAL, seal=f"SEAL-{self.case.plate}", at=at.isoformat())

    async def _steps(self, act: Act, **said: object) -> None:
        new = {"id": f"s-{uuid4().hex}", "act": act.value, "version": self.version, **said}
        self._goes_on(
            await self.people.haulier.post(f"/v1/trips/{self.trip}/steps", new, TripDoneSeen)
        )

    async def _signs(self, officer: Officer, party: PartyId, act: Act, **said: object) -> None:
        told = {
            "purpose": "waglan/trip-act/v1", "id": f"a-{uuid4().hex}", "trip": self.trip,
            "by": officer.subject, "party": party, "act": act.value, "version": self.version,
            "at": datetime.now(UTC),
        }  # fmt: skip
        sheet = msgspec.convert({**told, **said}, TripAct)
        body = sheet.act_bytes()
        signed = {
            "body": b64encode(body).decode(),
            "signature": b64encode(officer.key.sign(body)).decode(),
        }
        path = f"/v1/trips/{self.trip}/acts"
        self._goes_on(await officer.client.post(path, signed, TripDoneSeen))

    def _goes_on(self, done: TripDoneSeen) -> None:
        self.version, self.state = done.version, done.state

    async def _drives(self, wire: Wire, topic: str, one: Day) -> None:
        """Tell of the drive up to where it befell, stop at a checkpoint, and go on."""
        came = over(one.turns, self.case.rough, Random(str(self.seed)))
        self.lost = len(came.lost)
        first = [turn for turn in came.turns if turn.at_s < one.at_s]
        await wire.plays(first)
        await self._told_by_telephone(topic, [fix for fix in one.beside if fix.at_s < one.at_s])
        near, far = (mark.site for mark in self.plan.marks[:2])
        await self._passes(self.people.near, NEAR.party, near)
        if self.case.kind is Kind.BREAKDOWN:
            await self._loads_over(one)
        await wire.plays(came.turns[len(first) :])
        if one.rival:
            rival = Wire(one.lock, wire.at)
            await rival.plays(one.rival, is_known=self.case.kind is not Kind.FORGED)
            await rival.closes()
        await self._told_by_telephone(topic, [fix for fix in one.beside if fix.at_s >= one.at_s])
        if self.state == "transloaded":
            await self._steps(Act.CLOSE, receiver=GOES_ON.plate)
            return
        await self._passes(self.people.far, FAR.party, far)

    async def _told_by_telephone(self, topic: str, fixes: list[Fix]) -> None:
        reports = [owntracks.write(Ping(one.at_s, one.lat_e7, one.lon_e7), topic) for one in fixes]
        if reports:
            body = b"[" + b",".join(reports) + b"]"
            await self.people.haulier.post("/v1/positions", body, list[None])

    async def _passes(self, officer: Officer, party: PartyId, site: str) -> None:
        """Ask what to do with the truck, and do it."""
        asked = {"plate": self.case.plate, "site": site}
        seen = await officer.client.post("/v1/checkpoints", asked, TruckSeen)
        self.checks.append(seen.answer)
        if seen.answer == "pass":
            await self._signs(officer, party, Act.PASS, site=site)
        elif seen.answer == "stop":
            entries = [entry for why in seen.verdict.reasons for entry in why.entries][:200]
            reason = "Stopped here: a person looks at it."
            await self._signs(officer, party, Act.ALARM, reason=reason, entries=entries)

    async def _loads_over(self, one: Day) -> None:
        """Order that the cargo is loaded over where the truck stands, before its lock is opened."""
        last = one.fixes[-1]
        at = _time(one.at_s)
        place = Spot(last.lat_e7, last.lon_e7, AROUND_M)
        await self._signs(
            self.people.far, FAR.party, Act.TRANSLOAD, lock=one.lock.terminal, place=place,
            reason="Its engine broke down.", vehicle=GOES_ON.plate, packages=20, at=at - MINUTE,
            from_at=at - MINUTE, until_at=at + 5 * MINUTE,
        )  # fmt: skip

    async def _judged(self, wire: Wire) -> Truck:
        path = f"/v1/trips/{self.trip}/verdict"
        near, far = [
            await one.client.get(path, VerdictSeen) for one in (self.people.near, self.people.far)
        ]
        return Truck(
            self.case.plate, self.case.destination, self.way.is_planned,
            self.case.kind.name.lower(), self.state, near, far, tuple(self.checks), wire.answered,
            self.trip, self.lost,
        )  # fmt: skip


async def _with_alarms(people: People, trucks: list[Truck]) -> list[Truck]:
    """Return the trucks with their alarms, once each that is RED has raised one on both sides."""
    red = {one.trip for one in trucks if one.near.outcome == one.far.outcome == "RED"}
    for _ in range(int(ALARM_S_MAX / LOOK_S)):
        rooms = [await _alarms(one.client) for one in (people.near, people.far)]
        if all(red <= room.keys() for room in rooms):
            break
        await asyncio.sleep(LOOK_S)
    return [replace(one, alarms=sum(room[one.trip] for room in rooms)) for one in trucks]


async def _alarms(desk: Client) -> Counter[str]:
    """Count the alarms in an authority's feed by what they are about, page by page."""
    count, after = Counter[str](), ""
    while True:
        page = await desk.get(f"/v1/events?limit={FEED_PAGE}{after}", FeedSeen)
        count.update(one.about.get("key", "") for one in page.events if one.code == ALARM)
        if len(page.events) < FEED_PAGE:
            return count
        after = f"&after={page.next}"


def _terminal(dialect: Dialect, seed: tuple[int, int]) -> str:
    digits = {Dialect.JTT808_2013: 12, Dialect.JTT808_2019: 20, Dialect.JOINTECH: 10}[dialect]
    return str(7_010_000_000 + seed[0] % 1_000 * 1_000 + seed[1]).zfill(digits)


def _time(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
