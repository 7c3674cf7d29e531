"""The Guangxi trip from its file: loaded, tried, signed, driven, judged, and handed on at its exit.

The survey is synthetic and says so: nobody surveyed these lines, and no road is meant.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from published_ground import SURVEY, does, passed, proposes, soon
from running_instance import Instance
from trip_under_lock import Port, Trip, let_in, trip

from waglan.codes.calendar import HONG_KONG
from waglan.elock.atlas import joined, packaged, plan_of
from waglan.elock.edition import EditionStep
from waglan.elock.province import read_province
from waglan.elock.trip import Act
from waglan.gateway.devices.ports import PortOf

MINUTE = timedelta(minutes=1)
SPEED_MM_S = 24_000


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jtt808", "127.0.0.1", 0, "private"),)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    """Both authorities have tried and signed the file, and its time has come."""
    found = let_in(instance)
    headers = {"Content-Type": "application/toml"}
    for officer in (found.near, found.far):
        tried = officer.desk.post("/v1/grounds/dry-runs", content=SURVEY, headers=headers)
        assert json.loads(tried.text.splitlines()[-1])["summary"]["is_whole"]
    at = soon()
    shown = proposes(found.near, SURVEY, at).json()
    assert does(found.far, EditionStep.SIGN, SURVEY, shown).json()["state"] == "signed"
    passed(at)
    return found


@contextmanager
def driven(port: Port, vehicle: str, destination: str) -> Iterator[Trip]:
    """A trip to an exit of Guangxi that was armed, sealed and driven along the surveyed line."""
    survey, findings = read_province(SURVEY.decode())
    assert survey is not None, findings
    atlas, _ = joined({**packaged().provinces, survey.id: survey})
    with trip(port, vehicle, destination=destination) as one:
        one.start -= timedelta(hours=9)
        day = one.start.astimezone(HONG_KONG).date()
        way = atlas.way("HK-RTT", destination, on=day)
        assert way is not None
        assert [leg.corridor.id[:2] for leg in way.legs] == ["S.", "S.", "S."]
        one.plan, one.speed_mm_s = plan_of(way, atlas.sites), SPEED_MM_S
        shown = one.shown()
        assert (shown["quality"], shown["destination"]) == ("surveyed", destination)
        one.seals()
        one.drives()
        assert one.outcomes() == ("GREEN", "GREEN"), one.verdict(port.near)
        yield one


def findings(answer: object) -> list[str]:
    return [one["code"] for one in answer.json()["findings"]]  # type: ignore[attr-defined]


def test_by_road_it_ends_with_an_opening_order_a_seal_and_a_party_that_take_over(
    port: Port,
) -> None:
    with driven(port, "GX1", "GX-DX") as one:
        shown = one.shown()
        assert shown["exit"] == "GX-EXIT-DX"
        assert shown["ends_with"] == ["opening_order", "seal_taking_over", "receiving_party"]
        at = one.end
        opened = one.signs(port.far, Act.OPEN, lock=one.lock, place=one.there, at=at,
                           from_at=at, until_at=at + 30 * MINUTE)  # fmt: skip
        assert opened.json()["state"] == "opened", opened.text
        early = one.step(Act.CLOSE)
        assert findings(early) == ["TRIP-EXIT-LACKS"]
        assert findings(one.step(Act.GATE_IN, site="GX-DX")) == ["TRIP-NO-EXIT"]
        own = one.step(Act.HAND_OVER, seal="VN-1", receiver="SAMPLE VN LTD")
        assert findings(own) == ["TRIP-ACT-NOT-HIS"], "an officer hands over"
        lacks = one.signs(port.far, Act.HAND_OVER, lock=one.lock, seal="VN-000123")
        assert findings(lacks) == ["TRIP-ACT-LACKS"]
        over = one.signs(port.far, Act.HAND_OVER, lock=one.lock, seal="VN-000123",
                         receiver="SAMPLE VIETNAM CARRIER LTD", at=at + MINUTE)  # fmt: skip
        assert over.json()["state"] == "handed over", over.text
        assert one.step(Act.CLOSE).json()["state"] == "closed"
        assert one.outcomes() == ("GREEN", "GREEN")
        assert [each["act"] for each in one.shown()["acts"]] == [
            "arm", "seal", "open", "hand over", "close",
        ]  # fmt: skip


def test_by_sea_it_ends_with_gate_in_and_loading_on_board(port: Port) -> None:
    with driven(port, "GX2", "GX-QZP") as one:
        assert one.shown()["ends_with"] == ["gate_in", "loaded_on_board"]
        early = one.step(Act.LOAD, receiver="SAMPLE LINE, SAMPLE STAR 012S")
        assert findings(early) == ["TRIP-EXIT-LACKS"]
        elsewhere = one.step(Act.GATE_IN, site="GX-FCG")
        assert findings(elsewhere) == ["TRIP-EXIT-SITE"]
        gated = one.step(Act.GATE_IN, site="GX-QZP", at=one.end.isoformat())
        assert gated.json()["state"] == "sealed", gated.text
        loaded = one.step(Act.LOAD, receiver="SAMPLE LINE, SAMPLE STAR 012S")
        assert loaded.json()["state"] == "on board", loaded.text
        assert one.step(Act.CLOSE).json()["state"] == "closed"
        assert one.outcomes() == ("GREEN", "GREEN")


def test_inside_the_scheme_no_exit_act_is_taken(port: Port) -> None:
    with trip(port, "GX3") as one:
        one.seals()
        assert one.shown()["exit"] is None
        assert findings(one.step(Act.GATE_IN, site="GD-QH")) == ["TRIP-NO-EXIT"]
