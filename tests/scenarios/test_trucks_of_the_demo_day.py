"""The trucks of the demo day on real sockets: what each comes to, for two authorities."""

import asyncio

import pytest
from running_instance import Instance

from waglan.codes.party import PartyId
from waglan.demo.land import CASES, Land, Reach, drive_all
from waglan.demo.organisations import by_land
from waglan.gateway.devices.ports import PortOf

# Both authorities' outcomes and worst ones, the first reason, and what the checkpoints say.
ENDS = {
    "stored": ("GREEN", "GREEN", None, ("pass", "pass")),
    "cut": ("RED", "RED", "CUT", ("pass", "stop")),
    "copy": ("RED", "RED", "CLONE", ("pass", "stop")),
    "detour": ("RED", "RED", "OFF_CORRIDOR", ("pass", "stop")),
    "breakdown": ("GREEN", "GREEN", None, ("pass",)),
    "jam": ("GREEN", "AMBER", None, ("pass", "pass")),
    "plain": ("GREEN", "GREEN", None, ("pass", "pass")),
}


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    ports = [PortOf(protocol, "127.0.0.1", 0, "private") for protocol in ("jtt808", "jointech")]
    return tuple(ports)


@pytest.fixture(scope="module")
def land(instance: Instance) -> Land:
    tokens = dict[PartyId, str]()
    for who in by_land():
        roles = [role.value for role in who.roles]
        client = instance.let_in(who.party, *roles)
        tokens[who.party] = client.headers["Authorization"].removeprefix("Bearer ")
    operator = instance.operator.headers["Authorization"].removeprefix("Bearer ")
    reach = Reach(instance.address, instance.devices, operator, tokens)
    return asyncio.run(drive_all(reach, lambda step: None, seed=7))


def test_each_truck_ends_as_it_must_for_both_authorities(land: Land) -> None:
    assert len(land.trucks) == len(CASES) + 1  # the cargo of the broken one goes on
    for truck in land.trucks:
        outcome, worst, reason, checks = ENDS[truck.befell]
        for verdict in (truck.near, truck.far):
            names = [why.reason for why in verdict.reasons]
            assert (verdict.outcome, verdict.worst) == (outcome, worst), (truck.plate, names)
            assert reason in names if reason else not names
            assert verdict.quality == "illustrative"
        assert truck.checks == checks
        if outcome == "RED":  # each side's control room was told, as it drove
            assert truck.alarms >= 2
        assert truck.frames > 10


def test_the_guangxi_truck_is_told_to_go_where_only_a_plan_is(land: Land) -> None:
    assert [truck.plate for truck in land.trucks if truck.is_planned] == ["SYN-GX1"]
