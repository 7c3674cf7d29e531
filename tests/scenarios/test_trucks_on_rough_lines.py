"""Trucks on real sockets and in PostgreSQL: each day ends as it must, on good lines and rough ones.

The days that need a quarter of an hour or a minute of the clock stand in `tests/elock`.
"""

import asyncio

import pytest
from running_instance import Instance

from waglan.codes.party import PartyId
from waglan.demo.land import Case, Reach, Truck, drive_all
from waglan.demo.lock import Dialect
from waglan.demo.organisations import by_land
from waglan.demo.rough_line import Roughness
from waglan.demo.truck_days import HONEST, Kind
from waglan.gateway.devices.ports import PortOf

ROUGH = Roughness(lost=40, doubled=80, late=80)
OLD, NEW, ROPE = Dialect.JTT808_2013, Dialect.JTT808_2019, Dialect.JOINTECH
GREEN, AMBER, UNPROVEN, RED = "GREEN", "AMBER", "UNPROVEN", "RED"
# How each day ends, how bad it may have been, and why.
ENDS: dict[Kind, tuple[Dialect, str, str, str | None]] = {
    Kind.RETRY: (OLD, GREEN, GREEN, None),
    Kind.REBOOT: (NEW, GREEN, GREEN, None),
    Kind.HALF_OPEN: (OLD, GREEN, GREEN, None),
    Kind.OUTLIER: (ROPE, GREEN, AMBER, None),
    Kind.LOW_BATTERY: (ROPE, GREEN, AMBER, None),
    Kind.FORGED: (NEW, GREEN, GREEN, None),
    Kind.AHEAD: (OLD, RED, RED, "CUT"),
    Kind.CUT_UNSEEN: (NEW, RED, RED, "CUT"),
    Kind.OPENED: (ROPE, RED, RED, "OPENED_UNDER_SEAL"),
    Kind.TRANSLOAD: (OLD, UNPROVEN, UNPROVEN, "PAIR_LOST"),
    Kind.JUMP: (NEW, RED, RED, "JUMPED"),
    Kind.REPLAY: (ROPE, RED, RED, "REPLAYED"),
    Kind.FREEZE: (OLD, UNPROVEN, UNPROVEN, "FROZEN_LONG"),
}
ON_ROUGH = (Kind.PLAIN, Kind.STORED, Kind.RETRY, Kind.REBOOT, Kind.CUT, Kind.CUT_UNSEEN)


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    ports = [PortOf(protocol, "127.0.0.1", 0, "private") for protocol in ("jtt808", "jointech")]
    return tuple(ports)


@pytest.fixture(scope="module")
def trucks(instance: Instance) -> dict[str, list[Truck]]:
    """All trucks at once: those on good lines by A, those on rough ones by B."""
    tokens = dict[PartyId, str]()
    for who in by_land():
        client = instance.let_in(who.party, *[role.value for role in who.roles])
        tokens[who.party] = client.headers["Authorization"].removeprefix("Bearer ")
    operator = instance.operator.headers["Authorization"].removeprefix("Bearer ")
    cases = [Case(f"SYN-A{n:02}", "GD-BJ", kind, ENDS[kind][0]) for n, kind in enumerate(ENDS)]
    cases += [
        Case(f"SYN-B{n:02}", "HN-CZ", kind, ROPE if n % 2 else OLD, ROUGH)
        for n, kind in enumerate(ON_ROUGH)
    ]
    reach = Reach(instance.address, instance.devices, operator, tokens, cases=cases)
    land = asyncio.run(drive_all(reach, lambda step: None, seed=3))
    return {line: [one for one in land.trucks if one.plate[4] == line] for line in "AB"}


def test_each_day_ends_as_it_must(trucks: dict[str, list[Truck]]) -> None:
    assert len(trucks["A"]) == len(ENDS)
    for truck in trucks["A"]:
        _, outcome, worst, reason = ENDS[Kind[truck.befell.upper()]]
        for verdict in (truck.near, truck.far):
            names = [why.reason for why in verdict.reasons]
            assert (verdict.outcome, verdict.worst) == (outcome, worst), (truck.befell, names)
            assert reason in names if reason else not names


def test_on_a_rough_line_nothing_is_green_behind_a_cut_or_hole_and_nothing_honest_is_red(
    trucks: dict[str, list[Truck]],
) -> None:
    for truck in trucks["B"]:
        kind = Kind[truck.befell.upper()]
        for verdict in (truck.near, truck.far):
            told = truck.befell, truck.lost, [why.reason for why in verdict.reasons]
            if kind in HONEST:
                assert RED not in (verdict.outcome, verdict.worst), told
            else:
                assert verdict.outcome == RED, told
            if truck.lost:
                assert verdict.outcome != GREEN, told
    assert any(truck.lost for truck in trucks["B"])
