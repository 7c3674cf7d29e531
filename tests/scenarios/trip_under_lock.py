"""A haulier, two authorities and a truck with a lock and a tracker, for tests of trips."""

import asyncio
import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx
from device_at_the_door import Player, playing
from msgspec.structs import replace
from port import Officer
from running_instance import Instance

from waglan.codes.calendar import HONG_KONG
from waglan.codes.party import PartyId
from waglan.codes.position import Position
from waglan.demo import drives
from waglan.demo.drives import Leg, Truck
from waglan.elock.atlas import packaged, plan_of
from waglan.elock.device import Fix as FixKind
from waglan.elock.device import Ping
from waglan.elock.plan import Plan
from waglan.elock.reason import WEIGHT, Outcome, Reason
from waglan.elock.track import Fix
from waglan.elock.trip import Act
from waglan.elock.trip_act import Spot, TripAct
from waglan.elock.verdict import Verdict, Why
from waglan.messages.devices.jtt808 import writing
from waglan.operations.note_verdict import Noted, note_verdict
from waglan.store import trips
from waglan.store.connect import pools, transaction

ORIGIN, DESTINATION = "HK-RTT", "GD-QH"
NEAR, FAR = "demo-customs", "demo-far-customs"
SPEED_MM_S = 19_000
CUT_BITS = 0b10  # of a G-360P: its shell was broken
IN_ONE = 12  # pings of one message
NUMBERS = iter(range(13_700_000_000, 13_800_000_000))
HERE = Position(225_030_000, 1_139_450_000)
SINCE = "2026-01-05T09:00:00+08:00"


def way_plan(at: datetime) -> Plan:
    way = packaged().way(ORIGIN, DESTINATION, on=at.astimezone(HONG_KONG).date())
    assert way is not None
    return plan_of(way, packaged().sites, begins_s=[int(at.timestamp())])


@dataclass
class Port:
    """Who is there."""

    instance: Instance
    haulier: httpx.Client
    near: Officer
    far: Officer

    def device(
        self, model: str = "G-360P", protocol: str = "jtt808", **said: Any
    ) -> tuple[str, str]:
        """Have a device entered; return its id and its name in its protocol."""
        terminal = str(next(NUMBERS)).zfill(12)
        new = {"party": "trip-haulier", "protocol": protocol, "terminal": terminal,
               "maker": "Sample Locks", "model": model, **said}  # fmt: skip
        answer = self.instance.operator.post("/v1/locks", json=new)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"], terminal

    def install(self, device: str, vehicle: str) -> str:
        new = {"vehicle": vehicle, "installer": "Sample Workshop", "since": SINCE}
        answer = self.haulier.post(f"/v1/locks/{device}/installations", json=new)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def plans(self, vehicle: str, lock: str, *trackers: str, **said: Any) -> httpx.Response:
        new = {
            "vehicle": vehicle, "lock": lock, "trackers": trackers, "origin": ORIGIN,
            "destination": DESTINATION, "cargo": "own_export",
            "jurisdictions": ["demonstration", "demonstration_far"],
            "consignments": [f"SYNTRIP{n:03}" for n in range(100)],
            "begins_at": datetime.now(UTC).isoformat(), **said,
        }  # fmt: skip
        return self.haulier.post("/v1/trips", json=new)


def let_in(instance: Instance) -> Port:
    near, far = (Officer(instance.let_in(party, "customs")) for party in (NEAR, FAR))
    return Port(instance, instance.let_in("trip-haulier", "trucker"), near, far)


@dataclass
class Trip:
    """One trip, with who plays its devices; `start` lies back, as if the drive were over."""

    port: Port
    vehicle: str
    lock: str
    players: list[Player]
    id: str
    plan: Plan
    start: datetime
    driven: list[Fix] = field(default_factory=list)
    sends: Callable[[Position], Position] = lambda at: at  # as its devices tell a place
    speed_mm_s: int = SPEED_MM_S

    def shown(self, by: httpx.Client | None = None) -> dict[str, Any]:
        answer = (by or self.port.haulier).get(f"/v1/trips/{self.id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def step(self, act: Act, **said: Any) -> httpx.Response:
        new = {"id": f"s-{uuid4().hex}", "act": act.value, "version": self.shown()["version"]}
        return self.port.haulier.post(f"/v1/trips/{self.id}/steps", json=new | said)

    def seals(self) -> None:
        for act, said in ((Act.ARM, {}), (Act.SEAL, {"seal": "SEAL-1", "at": iso(self.start)})):
            done = self.step(act, **said)
            assert done.status_code == 201, done.text

    def sheet(self, officer: Officer, act: Act, **said: Any) -> TripAct:
        version = said.pop("version", None)
        if version is None:
            version = self.shown()["version"]
        return TripAct(
            "waglan/trip-act/v1", said.pop("id", f"a-{uuid4().hex}"), self.id, officer.subject,
            PartyId(officer.authority), act, said.pop("at", datetime.now(UTC)), version, **said,
        )  # fmt: skip

    def signs(self, officer: Officer, act: Act, **said: Any) -> httpx.Response:
        return self.hands_in(officer, self.sheet(officer, act, **said))

    def hands_in(self, officer: Officer, sheet: TripAct) -> httpx.Response:
        body = sheet.act_bytes()
        signed = {
            "body": base64.b64encode(body).decode(),
            "signature": base64.b64encode(officer.key.sign(body)).decode(),
        }
        return officer.desk.post(f"/v1/trips/{self.id}/acts", json=signed)

    def verdict(self, officer: Officer) -> dict[str, Any]:
        answer = officer.desk.get(f"/v1/trips/{self.id}/verdict")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def outcomes(self) -> tuple[str, str]:
        near, far = (self.verdict(one) for one in (self.port.near, self.port.far))
        return near["outcome"], far["outcome"]

    def check(self, officer: Officer, **said: Any) -> dict[str, Any]:
        asked = {"plate": self.vehicle, "site": "HK-SZB", **said}
        answer = officer.desk.post("/v1/checkpoints", json=asked)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def drives(self) -> None:
        """Both devices tell of a whole drive, as if out of their stores."""
        truck = Truck(self.lock, int(self.start.timestamp()))
        legs = [Leg(self.plan.route.length_mm // self.speed_mm_s, self.speed_mm_s)]
        log = drives.driven(self.plan, truck, legs, Random(11))
        self.driven = [entry.what for entry in log if isinstance(entry.what, Fix)]
        for player in self.players:
            pings = [told(self._sent(fix)) for fix in self.driven]
            for at in range(0, len(pings), IN_ONE):
                some = pings[at : at + IN_ONE]
                player.send(writing.batch(player.header(), some, is_backfill=True))
                assert player.result() == 0

    def tells(self, seconds: int, alarm_bits: int = 0) -> None:
        """The lock tells of one place more, behind the last one of the drive."""
        last = self.driven[-1]
        sent = self._sent(last)
        one = replace(told(sent, last.at_s + seconds, alarm_bits), speed_m_h=0)
        self.players[0].send(writing.location(self.players[0].header(), one))
        assert self.players[0].result() == 0

    def _sent(self, fix: Fix) -> Fix:
        at = self.sends(fix.place)
        return replace(fix, lat_e7=at.lat_e7, lon_e7=at.lon_e7)

    @property
    def end(self) -> datetime:
        return datetime.fromtimestamp(self.driven[-1].at_s, UTC)

    @property
    def there(self) -> Spot:
        last = self.driven[-1]
        return Spot(last.lat_e7, last.lon_e7, 500)


def told(fix: Fix, at_s: int | None = None, alarm_bits: int = 0) -> Ping:
    """A fix as JT/T 808 can tell it: in millionths of a degree."""
    lat, lon = (round(e7, -1) for e7 in (fix.lat_e7, fix.lon_e7))
    return Ping(
        fix.at_s if at_s is None else at_s, lat, lon, FixKind.GNSS, 10, None,
        round(fix.speed_m_h, -2), 0, alarm_bits=alarm_bits,
    )  # fmt: skip


def iso(at: datetime) -> str:
    return at.isoformat()


@contextmanager
def trip(
    port: Port, vehicle: str, *, devices: dict[str, Any] | None = None, **said: Any
) -> Iterator[Trip]:
    """A truck with a lock and a tracker on its vehicle, heard at the door, and a trip planned."""
    with ExitStack() as stack:
        (lock, terminal), (tracker, other) = (
            port.device(model, **devices or {}) for model in ("G-360P", "G10LS")
        )
        players = [stack.enter_context(playing(port.instance, name)) for name in (terminal, other)]
        for device, player in ((lock, players[0]), (tracker, players[1])):
            port.install(device, vehicle)
            player.enter()
        answer = port.plans(vehicle, lock, tracker, **said)
        assert answer.status_code == 201, answer.text
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=40)
        yield Trip(port, vehicle, terminal, players, answer.json()["id"], way_plan(start), start)


def verdict_of(*reasons: Reason, at: datetime, entries: Sequence[str] = ("e1",)) -> Verdict:
    """A verdict that says these reasons."""
    outcome = max((WEIGHT[one] for one in reasons), default=Outcome.GREEN)
    at_s = int(at.timestamp())
    why = tuple(Why(one, tuple(entries)) for one in reasons)
    red_s = at_s - 5 if outcome is Outcome.RED else None
    return Verdict(outcome, why, outcome, red_s, None, (), (), 0, "start-1", at_s)


@dataclass(frozen=True)
class Judge:
    """The engine, as far as alarms ask: it notes verdicts of a trip for an authority."""

    instance: Instance
    trip: str

    def notes(
        self, *reasons: Reason, at: datetime, party: str = NEAR, entries: Sequence[str] = ("e1",)
    ) -> None:
        asyncio.run(self._notes(verdict_of(*reasons, at=at, entries=entries), at, party))

    async def _notes(self, said: Verdict, at: datetime, party: str) -> None:
        async with pools(self.instance.dsn) as opened, transaction(opened.engine, None) as tx:
            kept = await trips.by_id(tx, UUID(self.trip))
            assert kept is not None
            [judging] = [one for one in await trips.judging(tx, kept.number) if one.party == party]
            noted = Noted(judging, said, HERE)
            await note_verdict(tx, kept, noted, now=at, new_id=uuid4)
