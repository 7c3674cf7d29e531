"""What came of the looks: counted for rows, open rules and bills that no order decided."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest
from test_targeting_is_secret import table

from waglan.customs.officer_act import Kind
from waglan.customs.outcome import Outcome


def rates(desk: httpx.Client, **asked: str) -> dict[str, dict[str, Any]]:
    answer = desk.get("/v1/customs/hit-rates", params=asked)
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json()["rates"]}


def test_hits_misses_and_what_nobody_knows_are_counted_apart(instance: Instance) -> None:
    line = instance.let_in("rate-line", "carrier", addresses=("RATELINE:ZZZ",))
    customs = instance.let_in("rate-customs", "customs", addresses=("RATECUSTOMS:ZZZ",))
    officer = Officer(customs)
    published = officer.publishes(table("> 1"))
    officer.orders(published)
    numbers = [f"SYNRATE{n}" for n in range(5)]
    paper = manifest(Call("RATELINE", "RATECUSTOMS", "R1"), *map(Paper, numbers))
    paper = paper.replace(b"COTTON T-SHIRTS", b"GENERAL CARGO", 1)  # an open rule stops the first
    assert filed(line, paper)["state"] == "accepted"
    wait(lambda: rates(customs).get("ALL"))
    assert rates(customs)["ALL"]["not_examined"] == 5
    for number, result in zip(
        numbers, ("undeclared-goods", "as-declared", "not-presented"), strict=False
    ):
        done = officer.does(Kind.EXAMINE, bills=officer.sees(number), outcome=Outcome(result))
        assert done.status_code == 201, done.text
    found = rates(customs)
    counts = {name: found["ALL"][name] for name in ("bills", "hits", "misses", "unsaid")}
    assert counts == {"bills": 5, "hits": 1, "misses": 1, "unsaid": 1}
    assert found["ALL"]["not_examined"] == 2
    assert (found["ALL"]["share"], found["ALL"]["against_sample"]) == (None, None)
    [vague] = [one for one in found.values() if one["pointer"] == "rule"]
    assert (vague["bills"], vague["hits"]) == (1, 1)
    assert rates(customs, table=published)["ALL"] == found["ALL"]
    sheet = customs.get("/v1/customs/hit-rates", headers={"Accept": "text/csv"})
    assert sheet.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == list(found)
    assert rows[list(found).index("ALL")]["not_examined"] == "2"
    assert "ALL" not in rates(customs, table="0" * 64)
    old = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    assert rates(customs, until=old) == {}
    other = instance.let_in("rate-other", "customs", addresses=("RATEOTHER:ZZZ",))
    assert rates(other) == {}
    now = datetime.now(UTC)
    for asked in (
        {"since": now.isoformat(), "until": old},
        {"since": (now - timedelta(days=400)).isoformat()},
        {"since": "2026-11-28T00:00:00"},
        {"until": "0001-01-01T00:00:00Z"},
        {"table": "x"},
    ):
        answer = customs.get("/v1/customs/hit-rates", params=asked)
        assert answer.status_code == 422, asked
    assert line.get("/v1/customs/hit-rates").status_code == 403
