"""A draft table is run on what was filed before, and decides nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest
from test_targeting_is_secret import table

from waglan.customs.officer_act import Kind
from waglan.customs.outcome import Outcome

COUNTS = ("bills", "examined", "hits", "misses")


def pages_of_one(customs: httpx.Client, path: str, tests: Sequence[dict[str, Any]]) -> None:
    """Two back-tests, the newest first, each on a page."""
    newest = customs.get(path, params={"limit": 1}).json()
    older = customs.get(path, params={"limit": 1, "before": newest["next"]}).json()
    found = [*newest["back_tests"], *older["back_tests"]]
    assert [one["asked_at"] for one in found] == [one["asked_at"] for one in tests]
    assert older["next"] is None


def test_a_draft_is_compared_with_what_was_decided_and_the_second_officer_sees_it(
    instance: Instance,
) -> None:
    line = instance.let_in("past-line", "carrier", addresses=("PASTLINE:ZZZ",))
    customs = instance.let_in("past-customs", "customs", addresses=("PASTCUSTOMS:ZZZ",))
    officer = Officer(customs)
    since = datetime.now(UTC) - timedelta(hours=1)
    officer.orders(officer.publishes(table("> 1")))  # wants every bill
    numbers = [f"SYNPAST{n}" for n in range(4)]
    for ref, two in (("P1", numbers[:2]), ("P2", numbers[2:])):
        paper = manifest(Call("PASTLINE", "PASTCUSTOMS", ref), *map(Paper, two))
        paper = paper.replace(b"CNT+7:120:KGM", b"CNT+7:900:KGM", 1)  # the first of each is heavy
        paper = paper.replace(b"MEA+AAE+G+KGM:120", b"MEA+AAE+G+KGM:900", 1)
        assert filed(line, paper)["state"] == "accepted"
    pointed = partial(customs.get, "/v1/customs/hit-rates")
    wait(lambda: (pointed().json()["rates"] and pointed().json()["rates"][0]["bills"] == 4) or None)
    for number, result in zip(numbers, ("undeclared-goods", "as-declared"), strict=False):
        done = officer.does(Kind.EXAMINE, bills=officer.sees(number), outcome=Outcome(result))
        assert done.status_code == 201, done.text
    draft = officer.imports(table("> 500"))
    path = f"/v1/customs/tables/{draft}/back-tests"
    period = {"since": since.isoformat(), "until": datetime.now(UTC).isoformat()}
    begun = customs.post(path, json=period)
    assert begun.status_code == 201, begun.text
    colleague = officer.colleague()

    def ended() -> dict[str, Any] | None:
        [found] = colleague.desk.get(path).json()["back_tests"]
        return dict(found) if found["ended_at"] else None

    found = wait(ended)
    assert customs.post(path, json=period).json() == found  # the same one
    assert (found["manifests"], found["done"], found["erased"]) == (2, 2, 0)

    def counts(group: str) -> tuple[int, ...]:
        return tuple(found[group][name] for name in COUNTS)

    assert counts("past") == (4, 2, 1, 1)
    assert counts("draft") == (2, 1, 1, 0)
    assert counts("newly") == counts("neither") == (0, 0, 0, 0)
    assert counts("still") == (2, 1, 1, 0)
    assert counts("no_more") == (2, 1, 0, 1)
    # Nothing was decided, and the log says what was found under the table's hash.
    assert [officer.sees(number)[0].version for number in numbers] == [2, 2, 1, 1]

    def told() -> list[dict[str, Any]] | None:
        events = customs.get("/v1/events", params={"limit": 500}).json()["events"]
        codes = [event["code"] for event in events]
        return list(events) if "customs.table-back-tested" in codes else None

    events = wait(told)
    codes = [event["code"] for event in events]
    assert codes.count("customs.status") == len(numbers) + 2  # four by the order, two examined
    assert "customs.notice-served" not in codes
    [tested] = [event["body"] for event in events if event["code"] == "customs.table-back-tested"]
    assert tested["table"] == draft
    assert tested["found"]["no_more"]["misses"] == 1
    # An outcome that is known later changes a back-test that is asked for later, and no other.
    again = customs.post(path, json=period | {"since": (since + timedelta(seconds=1)).isoformat()})
    assert again.json()["asked_at"] > found["asked_at"]
    pages_of_one(customs, path, [again.json(), found])

    other = instance.let_in("past-other", "customs", addresses=("PASTOTHER:ZZZ",))
    assert (other.get(path).status_code, other.post(path, json=period).status_code) == (404, 404)
    assert line.get(path).status_code == line.post(path, json=period).status_code == 403
    late = datetime.now(UTC) + timedelta(days=1)
    for wrong in (
        period | {"until": late.isoformat()},
        {"since": period["until"], "until": period["since"]},
        period | {"since": "2020-01-01T00:00:00Z"},
        period | {"since": "2026-11-28T00:00:00"},
    ):
        assert customs.post(path, json=wrong).status_code == 422, wrong
