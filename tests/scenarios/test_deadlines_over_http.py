"""Who files what, and by when, asked of a running instance and of the command line."""

import json
import re

import httpx
import pytest
from command_line import CommandLine
from running_instance import Instance

CROSSING = {"profile": "hk-road-aci", "direction": "export",
            "cross_boundary": "2098-12-01T08:30+08:00"}  # fmt: skip


@pytest.fixture(scope="module")
def forwarder(instance: Instance) -> httpx.Client:
    return instance.let_in("dl-forwarder", "forwarder")


def test_a_forwarder_asks_by_when_a_truck_must_be_filed_and_what_is_missing(
    forwarder: httpx.Client,
) -> None:
    opens, closes, bundle = forwarder.get("/v1/deadlines", params=CROSSING).json()
    assert (opens["bound"], opens["at"]) == ("earliest", "2098-11-17T08:30:00+08:00")
    assert opens["by_day"] == "2098-11-17T00:00:00+08:00"
    assert (closes["state"], closes["at"]) == ("due", "2098-12-01T08:00:00+08:00")
    assert (bundle["state"], bundle["missing"]) == ("unknown", ["arrive_control_point"])
    over = {**CROSSING, "cross_boundary": "2020-12-01T08:30+08:00"}
    opened, closed, _ = forwarder.get("/v1/deadlines", params=over).json()
    assert (opened["state"], closed["state"]) == ("due", "past")


def test_every_rule_is_listed_for_whoever_asks_for_none(forwarder: httpx.Client) -> None:
    found = forwarder.get("/v1/deadlines").json()
    assert len(found) == 36
    assert {one["state"] for one in found} == {"unknown"}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"vessel_arrival": "2026-12-01T08:30"}, "DEADLINE-TIME-ZONE"),
        ({"flight_minutes": "long"}, "DEADLINE-FACT"),
        ({"mode": "x" * 41}, "HTTP-FIELD"),
        ({"weather": "fine"}, "HTTP-QUERY"),
        ({"arrival": "\x00"}, "HTTP-TEXT"),
    ],
)
def test_a_question_that_is_not_understood_is_refused_with_its_place(
    forwarder: httpx.Client, asked: dict[str, str], code: str
) -> None:
    answer = forwarder.get("/v1/deadlines", params=asked)
    assert answer.status_code == 422
    assert [one["code"] for one in answer.json()["findings"]] == [code]


def test_profiles_are_shown_in_the_readers_language_and_none_is_connected(
    forwarder: httpx.Client,
) -> None:
    found = forwarder.get("/v1/profiles", headers={"Accept-Language": "zh-HK"}).json()
    assert {one["connected"] for one in found} == {False}
    english = forwarder.get("/v1/profiles/hk-road-aci").json()
    assert english["name"] == "TSW road ACI (formerly ROCARS)"
    [chinese] = [one for one in found if one["id"] == "hk-road-aci"]
    assert chinese["name"] != english["name"]
    assert forwarder.get("/v1/profiles/hk-nothing").status_code == 404
    asked = {"profile": "hk-nothing"}
    assert forwarder.get("/v1/deadlines", params=asked).status_code == 404


def test_the_command_line_says_the_same_without_any_instance(waglan: CommandLine) -> None:
    told = ("--profile", "hk-road-aci", "--at", "cross_boundary=2026-12-01T08:30+08:00")
    ran = waglan("deadlines", *told)
    assert ran.status == 0
    assert "2026-12-01 08:00+08" in ran.out
    assert "arrive_control_point" in ran.out
    # Of a time that is over it says so, in the reader's language.
    old = ("--profile", "hk-road-aci", "--at", "cross_boundary=2020-12-01T08:30+08:00")
    assert re.search(r"HK-ACI-ROAD-CLOSE +past +latest", waglan("deadlines", *old).out)
    waglan.set("WAGLAN_LANG", "zh-Hant-HK")
    shown = waglan("deadlines", *old).out
    assert "已過 (past)" in shown
    assert "最遲 (latest)" in shown
    assert "抵達管制站時間 (arrive_control_point)" in shown
    assert [row["state"] for row in json.loads(waglan("deadlines", "--json", *old).out)][
        1
    ] == "past"
    waglan.set("WAGLAN_LANG", "en")
    rows = json.loads(waglan("deadlines", "--json", *told).out)
    assert rows[1]["at"] == "2026-12-01T08:00+08:00"
    assert [row["rule"] for row in rows] == ["HK-ACI-ROAD-OPEN", "HK-ACI-ROAD-CLOSE", "HK-BUNDLE"]
    assert waglan("deadlines", "--at", "arrival=tomorrow").status == 2
    assert waglan("deadlines", "--fact", "weather=fine").status == 2
    assert waglan("deadlines", "--profile", "hk-nothing").status == 2
    assert "hk-tdec" in waglan("profiles").out
