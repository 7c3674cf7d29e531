"""A province's or an authority's file is tried out on past trips, and nothing of it is kept."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from command_line import CommandLine
from device_at_the_door import sql
from running_instance import Instance
from trip_under_lock import Port, let_in, trip

from waglan.codes.data import load
from waglan.gateway.devices.ports import PortOf

TOML = {"Content-Type": "application/toml"}
HEAD = """id = "synthetic-survey"
name_en = "Synthetic survey"
name_zh = "合成測量"
territory = "HK"
status = "planned"
datum = "WGS-84"
source = "synthetic, for a test"
licence = "Apache-2.0"
checked_on = 2026-11-30
"""


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jtt808", "127.0.0.1", 0, "private"),)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return let_in(instance)


def survey(points: str, more: str = "") -> bytes:
    return f"""{HEAD}
[[corridors]]
id = "SURVEY.HK-RTT"
from_site = "HK-RTT"
to_site = "HK-SZB"
quality = "surveyed"
buffer_m = 200
points = {points}
{more}""".encode()


def rules(name: str, **said: str) -> bytes:
    """One of the packaged jurisdictions, with some lines otherwise."""
    text = load("elock/jurisdictions")[name]
    for key, value in said.items():
        text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
        assert count, key
    return text.encode()


def tried(desk: httpx.Client, file: bytes, **asked: Any) -> tuple[list[Any], dict[str, Any]]:
    answer = desk.post("/v1/grounds/dry-runs", content=file, params=asked, headers=TOML)
    assert answer.status_code == 200, answer.text
    *lines, last = [json.loads(line) for line in answer.text.splitlines()]
    return [line["trip"] for line in lines], last["summary"]


def refused(desk: httpx.Client, file: bytes) -> list[str]:
    answer = desk.post("/v1/grounds/dry-runs", content=file, headers=TOML)
    assert answer.status_code == 422, answer.text
    return [one["code"] for one in answer.json()["findings"]]


def everything(instance: Instance) -> list[Any]:
    return [
        sql(instance, f"SELECT count(*) FROM {table}")
        for table in ("trip", "trip_policy", "trip_act", "event")
    ]


def test_rules_and_corridors_show_what_they_would_change_and_keep_nothing(
    port: Port, instance: Instance
) -> None:
    with trip(port, "TRY1") as one:
        one.seals()
        one.drives()
        assert one.outcomes() == ("GREEN", "GREEN")
        before = everything(instance)

        same, summary = tried(port.near.desk, rules("demonstration"))
        assert [each["is_changed"] for each in same] == [False]
        assert summary == summary | {"trips": 1, "changed": 0, "refused": 0, "is_whole": True}

        strict = rules("demonstration", version='"try-2"', speed_max_mm_s="1000")
        [shown], summary = tried(port.near.desk, strict)
        assert shown["id"] == one.id
        assert (shown["before"]["outcome"], shown["before"]["reasons"]) == ("GREEN", [])
        assert shown["after"]["outcome"] == "AMBER"
        assert "OUTLIER" in shown["after"]["reasons"]
        assert not shown["is_way_changed"]
        assert summary["changed"] == 1

        closed = (
            strict
            + b"""
[[pairs]]
from_site = "HK-RTT"
to_site = "GD-QH"
reason = "closed, for a test"
source = "synthetic"
checked_on = 2026-11-30
"""
        )
        [shown], summary = tried(port.near.desk, closed)
        assert (shown["before"]["refused"], shown["after"]["refused"]) == ([], ["TRIP-PAIR"])
        assert summary["refused"] == 1

        beside = survey("[[22.371, 113.935], [22.44, 113.90], [22.504, 113.945]]")
        [shown], summary = tried(port.far.desk, beside)
        assert shown["is_way_changed"]
        assert shown["before"]["way"][0] != shown["after"]["way"][0] == "SURVEY.HK-RTT"
        assert shown["after"]["outcome"] == "RED"
        assert "OFF_CORRIDOR" in shown["after"]["reasons"]
        assert summary["ways_changed"] == 1

        assert tried(port.near.desk, strict, until="2026-01-01T00:00:00Z")[1]["trips"] == 0
        assert everything(instance) == [*before[:3], everything(instance)[3]]
        assert one.outcomes() == ("GREEN", "GREEN")


def test_a_trip_that_would_be_eligible_is_told(port: Port, instance: Instance) -> None:
    live = instance.let_in("hk-customs", "customs")
    with trip(port, "TRY2", jurisdictions=["hong_kong"]) as one:
        assert one.shown()["state"] == "planned"
        open_ = rules("hong_kong", use='"hypothetical"', statuses='["active", "candidate"]')
        shown, summary = tried(live, open_ + b"""
[[cargo]]
cargo = "own_export"
source = "synthetic"
checked_on = 2026-11-30
""")  # fmt: skip
        assert "TRIP-ILLUSTRATIVE" in shown[0]["before"]["refused"]
        assert "TRIP-ILLUSTRATIVE" not in shown[0]["after"]["refused"]
        assert "TRIP-CARGO" not in shown[0]["after"]["refused"]
        assert summary["trips"] == 1


def test_an_authority_tries_out_its_own_rules_alone(port: Port) -> None:
    assert refused(port.far.desk, rules("demonstration")) == ["GROUND-NOT-YOURS"]
    answer = port.haulier.post("/v1/grounds/dry-runs", content=rules("demonstration"))
    assert answer.status_code == 403


def test_a_file_in_no_order_is_refused_with_what_is_wrong(port: Port) -> None:
    desk = port.near.desk
    good = "[[22.371, 113.935], [22.504, 113.945]]"
    for file, code in (
        (survey(good).replace(b'datum = "WGS-84"\n', b""), "PROVINCE-DATUM"),
        (survey(good).replace(b"WGS-84", b"GCJ-02"), "PROVINCE-DATUM"),
        (survey("[[113.935, 22.371], [113.945, 22.504]]"), "PROVINCE-SWAPPED"),
        (survey("[[nan, 114.201], [22.504, 113.945]]"), "PROVINCE-GLOBE"),
        (survey("[[22.427, 179.9], [22.504, -179.9]]"), "PROVINCE-MERIDIAN"),
        (survey(str([[22.4 + n / 1e6, 114.2] for n in range(10_000)])), "PROVINCE-SIZE"),
        (survey(good).decode().encode("utf-16"), "GROUND-ENCODING"),
        (survey(good).decode().encode("gbk"), "GROUND-ENCODING"),
        (b"a = " + b"[" * 200_000, "PROVINCE-FORM"),
        (b"a" + b".a" * 50_000 + b" = 1", "GROUND-TOO-MUCH-WORK"),
        (b"", "PROVINCE-FORM"),
        (rules("demonstration", stop_s="0"), "JURISDICTION-FIGURE"),
    ):
        assert code in refused(desk, file), code
    large = desk.post("/v1/grounds/dry-runs", content=b"#" * (4 * 2**20 + 1), headers=TOML)
    assert large.status_code == 413


def test_the_command_prints_a_table_or_json(
    port: Port, waglan: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "rules.toml"
    file.write_bytes(rules("demonstration", version='"try-3"', speed_max_mm_s="1000"))
    waglan.operates(port.instance).signs_in(port.near.desk.headers["Authorization"])
    done = waglan("elock", "import", str(file), "--dry-run")
    assert done.status == 0, done.err
    assert "outcome: GREEN -> AMBER" in done.out
    assert "1 changed" in done.out
    printed = waglan("elock", "import", str(file), "--dry-run", "--json").out
    said = [json.loads(line) for line in printed.splitlines()]
    assert said[0]["trip"]["vehicle"] == "TRY1"
    assert said[-1]["summary"]["changed"] == 1
    file.write_text("nothing = [")
    wrong = waglan("elock", "import", str(file), "--dry-run")
    assert wrong.status != 0
    assert "PROVINCE-FORM" in wrong.err + wrong.out
