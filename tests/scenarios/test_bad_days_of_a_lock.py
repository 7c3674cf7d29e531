"""The bad days of a lock, on real sockets: lawful where the order is right, and RED where it isn't.

The lock is a Jointech with a steel rope, which tells that it was opened.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace
from running_instance import Instance
from trip_under_lock import SPEED_MM_S, Port, Trip, let_in, way_plan

from waglan.demo import drives
from waglan.demo.drives import Leg, Truck
from waglan.demo.lock import Dialect, Lock, Sign
from waglan.demo.speech import Manner, Turn, spoken
from waglan.demo.wire import Wire
from waglan.elock.track import Fix
from waglan.elock.trip import Act
from waglan.elock.trip_act import Spot
from waglan.gateway.devices.ports import PortOf

MINUTE = timedelta(minutes=1)
TERMINALS = iter(range(7_020_000_000, 7_020_001_000))
OPENED_AFTER_S = 60  # behind the last place of the drive


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    ports = [PortOf(protocol, "127.0.0.1", 0, "private") for protocol in ("jtt808", "jointech")]
    return tuple(ports)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return let_in(instance)


@dataclass
class Roped(Trip):
    """A trip under a rope, of which the lock is played; what it told stands in `driven`."""

    wire: Wire = field(kw_only=True)
    runner: asyncio.Runner = field(kw_only=True)

    def goes(self, legs: list[Leg], every_s: int = 30) -> None:
        """Drive so, and tell of it."""
        truck = Truck(self.lock, int(self.start.timestamp()), every_s=every_s)
        log = drives.driven(self.plan, truck, legs, Random(11))
        self.driven = [entry.what for entry in log if isinstance(entry.what, Fix)]
        self.plays(spoken(self.wire.lock, self.driven, Manner()))

    def drives(self) -> None:
        self.goes([Leg(600, SPEED_MM_S)])

    def opens(self, sign: Sign = Sign.OPENED) -> datetime:
        """Have the lock tell that it was opened where it is, and be closed again; return when."""
        last = self.driven[-1]
        there = [replace(last, at_s=last.at_s + s, speed_m_h=0) for s in (OPENED_AFTER_S, 90)]
        self.driven += there
        turns = spoken(self.wire.lock, there, Manner(signs={0: sign}))
        self.plays([replace(turn, line=turn.line + 1) for turn in turns])
        return datetime.fromtimestamp(there[0].at_s, UTC)

    def plays(self, turns: list[Turn]) -> None:
        self.runner.run(self.wire.plays(turns))

    def soon(self) -> datetime:
        """When it will be opened."""
        return self.end + timedelta(seconds=OPENED_AFTER_S)

    def order(self, wrong: str = "") -> dict[str, Any]:
        """What an order to open says, right but for one thing."""
        at, there = self.soon(), self.there
        if wrong == "place":
            there = Spot(there.lat_e7 + 200_000, there.lon_e7, 500)
        if wrong == "time":
            at -= 20 * MINUTE
        return {
            "at": at - MINUTE, "lock": self.lock, "reason": "as the officer saw", "place": there,
            "from_at": at - MINUTE, "until_at": at + MINUTE,
        }  # fmt: skip

    def both(self) -> list[tuple[str, str]]:
        """Outcome and worst outcome for both authorities."""
        found = [self.verdict(one) for one in (self.port.near, self.port.far)]
        return [(one["outcome"], one["worst"]) for one in found]


GREEN, RED = [("GREEN", "GREEN")] * 2, [("RED", "RED")] * 2


@contextmanager
def roped(port: Port, vehicle: str, **said: Any) -> Iterator[Roped]:
    """A sealed truck, forty minutes ago."""
    lock = Lock(str(next(TERMINALS)), Dialect.JOINTECH)
    new = {"party": "trip-haulier", "protocol": "jointech", "terminal": lock.terminal,
           "maker": "Sample Locks", "model": "JT701"}  # fmt: skip
    device = port.instance.operator.post("/v1/locks", json=new).json()["id"]
    port.install(device, vehicle)
    answer = port.plans(vehicle, device, **said)
    assert answer.status_code == 201, answer.text
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=40)
    id_, plan = answer.json()["id"], way_plan(start)
    with asyncio.Runner() as runner:
        wire = Wire(lock, port.instance.devices["jointech"])
        try:
            one = Roped(
                port, vehicle, lock.terminal, [], id_, plan, start, wire=wire, runner=runner
            )
            one.seals()
            yield one
        finally:
            runner.run(wire.closes())


@pytest.mark.parametrize("wrong", ["", "place", "time"])
def test_inspected_and_resealed(port: Port, wrong: str) -> None:
    with roped(port, f"BADA{wrong}") as one:
        one.drives()
        done = one.signs(port.near, Act.INSPECT, **one.order(wrong))
        assert done.json()["state"] == "unsealed", done.text
        one.opens()
        resealed = one.signs(port.near, Act.RESEAL, lock=one.lock, seal="SEAL-2", reason="whole")
        assert resealed.json()["state"] == "sealed", resealed.text
        assert one.both() == (RED if wrong else GREEN)
        seals = [seal["number"] for seal in one.verdict(port.far)["seals"]]
        assert seals == ["SEAL-1", "SEAL-2"]


@pytest.mark.parametrize("wrong", ["", "place", "time"])
def test_loaded_over_to_another_truck_with_a_leg_of_its_own(port: Port, wrong: str) -> None:
    with roped(port, f"BADB{wrong}") as one:
        one.drives()
        done = one.signs(port.far, Act.TRANSLOAD, vehicle="NEXT1", packages=20, **one.order(wrong))
        assert done.json()["state"] == "transloaded", done.text
        one.opens()
        assert one.both() == (RED if wrong else GREEN)
        assert one.step(Act.CLOSE, receiver="NEXT1").json()["state"] == "closed"
        with roped(port, f"NEXT{wrong}", leg_of=one.id) as other:
            other.drives()
            assert other.shown()["leg_of"] == one.id
            assert other.both() == GREEN, "each leg answers for itself"


@pytest.mark.parametrize("wrong", ["", "place", "time"])
def test_cut_by_order_because_its_battery_died(port: Port, wrong: str) -> None:
    with roped(port, f"BADC{wrong}") as one:
        one.drives()
        done = one.signs(port.near, Act.CUT, **one.order(wrong))
        assert done.json()["state"] == "unsealed", done.text
        assert one.both() == GREEN, "a dead lock tells nothing: the officer's word stands alone"
        one.opens(Sign.CUT)
        assert one.both() == (RED if wrong else GREEN)


def test_an_order_for_another_lock_is_refused_and_explains_nothing(port: Port) -> None:
    with roped(port, "BADD") as one:
        one.drives()
        other = one.signs(port.near, Act.ALLOW, **{**one.order(), "lock": "7099999999"})
        assert [found["code"] for found in other.json()["findings"]] == ["TRIP-ACT-OTHER-LOCK"]
        one.opens()
        assert one.both() == RED


def test_an_order_that_another_officer_did_not_sign_is_none(port: Port) -> None:
    with roped(port, "BADE") as one:
        one.drives()
        sheet = one.sheet(port.near, Act.ALLOW, **one.order())
        forged = one.hands_in(port.far, sheet)
        assert forged.status_code == 422
        assert [found["code"] for found in forged.json()["findings"]] == ["TRIP-ACT-OF-ANOTHER"]
        one.opens()
        assert one.both() == RED


def test_an_order_that_arrives_after_what_it_allows_ends_red_and_was_never_red(port: Port) -> None:
    with roped(port, "BADF") as one:
        one.drives()
        order = one.sheet(port.far, Act.ALLOW, **one.order())
        at = one.opens()
        assert one.both() == RED
        window = {"from_at": at - MINUTE, "until_at": at + MINUTE, "place": one.there}
        said = {**one.order(), **window, "at": at + 10 * MINUTE}
        late = one.sheet(port.far, Act.ALLOW, **said)
        refused = one.hands_in(port.far, late)
        assert [found["code"] for found in refused.json()["findings"]] == ["TRIP-ACT-AFTERWARDS"]
        assert one.both() == RED
        assert one.hands_in(port.far, order).status_code == 201
        assert one.both() == GREEN


def test_an_opening_on_a_list_is_awaited_until_it_is_back_and_its_use_is_told_later(
    port: Port,
) -> None:
    with roped(port, "BADG") as one, roped(port, "BADH") as other:
        for trip, hours in ((one, 1), (other, 0)):
            trip.drives()
            back = datetime.now(UTC) + timedelta(hours=hours)
            listed = {**trip.order(), "returned_by": back}
            assert trip.signs(port.near, Act.LIST, **listed).status_code == 201
        use = one.sheet(port.near, Act.ALLOW, **one.order())
        one.opens()
        other.opens()
        assert one.both() == [("AMBER", "AMBER")] * 2
        assert other.both() == RED, "the list should be back by now"
        assert one.hands_in(port.near, use).status_code == 201
        assert one.both() == GREEN


def test_called_off_and_on_its_way_back(port: Port) -> None:
    for vehicle, is_called_off in (("BADI", True), ("BADJ", False)):
        with roped(port, vehicle) as one:
            if is_called_off:
                at = one.start + 10 * MINUTE
                done = one.signs(port.near, Act.ABORT, at=at, reason="the road is flooded")
                assert done.json()["state"] == "returning", done.text
            one.goes([Leg(600, SPEED_MM_S), Leg(300, -SPEED_MM_S)])
            outcome = "GREEN" if is_called_off else "AMBER"
            assert one.both() == [(outcome, outcome)] * 2
