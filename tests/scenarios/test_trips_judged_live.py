"""Trips judged as they drive: a cut goes in at the door, and its authority's stream tells of it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from queue import Queue
from typing import Any

import httpx
import pytest
from command_line import CommandLine
from device_at_the_door import sql
from port import wait
from running_instance import Instance
from trip_under_lock import CUT_BITS, FAR, NEAR, Port, Trip, let_in, trip

from waglan.codes.event import EventCode
from waglan.elock.trip import Act
from waglan.gateway.devices.ports import PortOf

JUDGED = EventCode.TRIP_JUDGED.value
SECONDS_MAX = 10  # on a machine that does much else; `bench` has the figure


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jtt808", "127.0.0.1", 0, "private"),)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    held = "select 1 where not exists (select 1 from trip_partition where holder is null)"
    wait(lambda: sql(instance, held) or None, 120)  # else a device might wait longer than it does
    return let_in(instance)


@contextmanager
def stream(desk: httpx.Client) -> Iterator["Queue[dict[str, Any]]"]:
    """What is told in somebody's stream from now on of verdicts, as it comes."""
    told: Queue[dict[str, Any]] = Queue()
    over = threading.Event()

    def hear() -> None:
        try:
            with desk.stream("GET", "/stream", timeout=60) as answer:
                for line in answer.iter_lines():
                    if over.is_set():
                        return
                    if (
                        line.startswith("data: ")
                        and (said := json.loads(line[6:])).get("code") == JUDGED
                    ):
                        told.put(said | {"came": time.monotonic()})
        except httpx.HTTPError:
            return

    threading.Thread(target=hear, daemon=True).start()
    yield told
    over.set()


def hint(one: Trip, desk: httpx.Client) -> dict[str, Any] | None:
    found: dict[str, Any] | None = one.shown(desk)["hint"]
    return found


def hinted(one: Trip, desk: httpx.Client, outcome: str) -> dict[str, Any]:
    """The live verdict, once it is this one."""

    def look() -> dict[str, Any] | None:
        found = hint(one, desk)
        return found if found and found["outcome"] == outcome else None

    found: dict[str, Any] = wait(look)
    return found


def judged(port: Port, one: Trip, party: str) -> list[str]:
    """The outcomes that were told to an authority, in order."""
    rows = sql(
        port.instance,
        "select convert_from(e.canonical, 'UTF8')::jsonb -> 'body' ->> 'outcome' from event e"
        " join organisation o using (org) where e.code = %s and e.about = %s and o.party = %s"
        " order by e.recorded_at, e.event_id",
        JUDGED, one.id, party,
    )  # fmt: skip
    return [str(outcome) for (outcome,) in rows]


def test_a_cut_that_goes_in_at_the_door_comes_out_of_each_authoritys_stream(port: Port) -> None:
    with trip(port, "LIVE1") as one:
        one.seals()
        one.drives()
        for desk in (port.near.desk, port.far.desk):
            green = hinted(one, desk, "GREEN")
            assert green["reasons"] == []
            assert 0 <= green["age_seconds"] < 60
        assert hint(one, port.haulier) is None
        with stream(port.near.desk) as near, stream(port.far.desk) as far:
            time.sleep(1)
            sent = time.monotonic()
            one.tells(30, CUT_BITS)
            for queue, party in ((near, NEAR), (far, FAR)):
                said = red(queue)
                assert (said["said_by"], said["about"]["key"]) == (party, one.id)
                assert said["body"]["before"] == "GREEN"
                assert [why["reason"] for why in said["body"]["reasons"]] == ["CUT"]
                assert said["came"] - sent < SECONDS_MAX
        assert one.outcomes() == ("RED", "RED"), "what is told live is what the whole log says"
        assert judged(port, one, NEAR)[-2:] == ["GREEN", "RED"]


def red(told: "Queue[dict[str, Any]]") -> dict[str, Any]:
    """What the stream tells of the first RED."""
    while (said := told.get(timeout=20))["body"]["outcome"] != "RED":
        pass
    return said


def test_what_one_authority_clears_is_green_for_it_alone_and_nobody_else_is_told(
    port: Port, waglan: CommandLine
) -> None:
    with trip(port, "LIVE2") as one:
        one.seals()
        one.drives()
        one.tells(30, CUT_BITS)
        cut = hinted(one, port.near.desk, "RED")["reasons"][0]["entries"]
        hinted(one, port.far.desk, "RED")
        before = judged(port, one, FAR)
        for officer in (port.near, port.far):
            listed = officer.desk.get("/v1/trips", params={"outcome": "RED"}).json()
            assert one.id in [each["id"] for each in listed]
        waglan.set("WAGLAN_URL", port.instance.address)
        waglan.signs_in(port.near.desk.headers["authorization"])
        [line] = [each for each in waglan("elock", "trips", "--outcome", "red").out.splitlines()
                  if one.id in each]  # fmt: skip
        assert "  RED  " in line
        assert line.endswith(" s  CUT")
        done = one.signs(port.near, Act.CLEAR_ALARM, entries=tuple(cut), reason="the sensor broke")
        assert done.status_code == 201, done.text
        green = hinted(one, port.near.desk, "GREEN")
        assert green["worst"] == "RED"
        assert judged(port, one, NEAR)[-1] == "GREEN"
        assert hint(one, port.far.desk) is not None
        assert judged(port, one, FAR) == before, "the other authority is told nothing of it"
        listed = port.near.desk.get("/v1/trips", params={"outcome": "RED"}).json()
        assert one.id not in [each["id"] for each in listed]
        assert port.haulier.get("/v1/trips", params={"outcome": "RED"}).status_code == 403
        for desk, party in ((port.near.desk, NEAR), (port.far.desk, FAR), (port.haulier, "")):
            page = desk.get("/v1/events", params={"limit": 500, "code": JUDGED}).json()
            assert {each["said_by"] for each in page["events"]} == ({party} if party else set())


def test_a_closed_trip_is_judged_to_its_end_and_is_not_under_way_any_more(port: Port) -> None:
    with trip(port, "LIVE4") as one:
        one.seals()
        one.drives()
        at = one.end
        opened = one.signs(port.far, Act.OPEN, lock=one.lock, place=one.there, at=at,
                           from_at=at, until_at=at + timedelta(minutes=30))  # fmt: skip
        assert opened.status_code == 201, opened.text
        assert one.step(Act.CLOSE, receiver="SAMPLE IMPORTS LTD").status_code == 201
        due = (
            "select max(due_at) from trip_live join trip using (trip_id) where id = %s and acts = 4"
        )
        wait(lambda: sql(port.instance, due, one.id) == [(None,)] or None)
        assert one.outcomes() == ("GREEN", "GREEN")
        assert hinted(one, port.near.desk, "GREEN")["worst"] == "GREEN"
        listed = port.near.desk.get("/v1/trips", params={"outcome": "GREEN"}).json()
        assert one.id not in [each["id"] for each in listed]
