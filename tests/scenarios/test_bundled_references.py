"""Customs' cargo references are bundled with one vehicle at a time, and with its trip."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from command_line import CommandLine
from port import wait
from running_instance import Instance
from trip_under_lock import Port, let_in, trip

from waglan.elock.trip import Act
from waglan.gateway.devices.ports import PortOf

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jtt808", "127.0.0.1", 0, "private"),)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return let_in(instance)


def bundles(
    client: httpx.Client, vehicle: str, *ccrns: str, key: str | None = None, **said: Any
) -> httpx.Response:
    crosses = said.pop("crosses_at", datetime.now(UTC) + 2 * HOUR)
    new = {"vehicle": vehicle, "ccrns": ccrns, "control_point": "HK-SZB",
           "crosses_at": crosses.isoformat(), **said}  # fmt: skip
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/v1/bundlings", json=new, headers=headers)


def unbundles(client: httpx.Client, bundling: str, reason: str) -> httpx.Response:
    return client.post(f"/v1/bundlings/{bundling}/end", json={"reason": reason})


def codes(answer: httpx.Response) -> list[str]:
    return [one["code"] for one in answer.json()["findings"]]


def test_a_reference_is_with_one_vehicle_at_a_time(port: Port) -> None:
    done = bundles(port.haulier, "BUN1", "SYNC1", "SYNC2", "SYNC1")
    assert done.status_code == 201, done.text
    assert (done.json()["ccrns"], done.json()["findings"]) == (["SYNC1", "SYNC2"], [])
    taken = bundles(port.haulier, "BUN2", "SYNC2", "SYNC3")
    assert (taken.status_code, codes(taken)) == (409, ["CCRN-BUNDLED"])
    assert unbundles(port.haulier, done.json()["id"], "amend").status_code == 200
    again = unbundles(port.haulier, done.json()["id"], "amend")
    assert (again.status_code, again.json()["ended"]) == (200, "amend")
    other = unbundles(port.haulier, done.json()["id"], "crossed")
    assert (other.status_code, codes(other)) == (409, ["CCRN-UNBUNDLED"])
    assert bundles(port.haulier, "BUN2", "SYNC2", "SYNC3").status_code == 201


def test_a_late_bundling_is_kept_and_told(port: Port) -> None:
    now = datetime.now(UTC)
    early = bundles(port.haulier, "BUN3", "SYNL1", crosses_at=now + timedelta(minutes=31))
    late = bundles(port.haulier, "BUN3", "SYNL2", crosses_at=now + timedelta(minutes=29))
    assert (early.status_code, codes(early)) == (201, [])
    assert (late.status_code, codes(late)) == (201, ["CCRN-LATE"])
    assert late.json()["findings"][0]["params"] == {"minutes": 30}


def test_what_was_sent_back_needs_a_new_reference(port: Port) -> None:
    done = bundles(port.haulier, "BUN4", "SYNB1").json()
    ended = unbundles(port.haulier, done["id"], "sent back")
    assert (ended.status_code, codes(ended)) == (200, ["CCRN-NEW-INBOUND"])
    refused = bundles(port.haulier, "BUN4", "SYNB1")
    assert (refused.status_code, codes(refused)) == (409, ["CCRN-SENT-BACK"])
    assert bundles(port.haulier, "BUN4", "SYNB2").status_code == 201


def test_the_same_request_again_bundles_once(port: Port) -> None:
    crosses = datetime.now(UTC) + HOUR
    first, again = (
        bundles(port.haulier, "BUN5", "SYNI1", key="bundle-1", crosses_at=crosses) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


def test_a_trips_authorities_see_what_is_bundled_with_it_and_nobody_else_does(
    port: Port, instance: Instance
) -> None:
    with trip(port, "BUN6") as one:
        other = bundles(port.haulier, "BUN7", "SYNT1", trip=one.id)
        assert (other.status_code, codes(other)) == (409, ["CCRN-OTHER-VEHICLE"])
        done = bundles(port.haulier, "BUN6", "SYNT1", "SYNT2", trip=one.id)
        assert done.status_code == 201, done.text
        assert one.shown()["ccrns"] == ["SYNT1", "SYNT2"]
        assert one.shown(port.near.desk)["ccrns"] == ["SYNT1", "SYNT2"]
        seen = port.far.desk.get("/v1/bundlings", params={"vehicle": "BUN6"}).json()
        assert [each["ccrns"] for each in seen] == [["SYNT1", "SYNT2"]]
        told = wait(lambda: bundled(port.near.desk) or None)
        assert {"SYNT1", "SYNT2"} <= set(told)

        stranger = instance.let_in("bundling-stranger", "trucker")
        assert stranger.get("/v1/bundlings").json() == []
        assert unbundles(stranger, done.json()["id"], "crossed").status_code == 404
        assert bundles(stranger, "BUN6", "SYNT9", trip=one.id).status_code == 404
        assert bundles(stranger, "BUN6", "SYNT1").status_code == 201, "another firm's own affair"
        assert unbundles(port.haulier, done.json()["id"], "crossed").status_code == 200
        assert one.shown()["ccrns"] == []
        assert one.step(Act.CANCEL, reason="not driven").status_code == 201
        over = bundles(port.haulier, "BUN6", "SYNT3", trip=one.id)
        assert (over.status_code, codes(over)) == (409, ["CCRN-TRIP-OVER"])


def bundled(client: httpx.Client) -> list[str]:
    found = client.get("/v1/events", params={"limit": "200", "code": "ccrn.bundled"}).json()
    return [event["about"]["key"] for event in found["events"]]


def test_it_is_bundled_by_the_command_line(port: Port, waglan: CommandLine) -> None:
    waglan.operates(port.instance).signs_in(port.haulier.headers["authorization"])
    soon = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S")
    done = waglan("ccrn", "bundle", "BUN8", "SYND1", "--at", "HK-SZB", "--when", soon)
    assert done.status == 0, done.err
    assert "CCRN-LATE" in done.err
    bundling = done.out.split()[0]
    assert "SYND1" in waglan("ccrn", "list", "--vehicle", "BUN8").out
    ended = waglan("ccrn", "unbundle", bundling, "--why", "sent back")
    assert (ended.status, "CCRN-NEW-INBOUND" in ended.err) == (0, True)
