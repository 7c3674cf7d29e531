"""Long lists come page by page: nothing twice, nothing left out, and nothing of anybody else's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from command_line import CommandLine
from port import filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

BILLS = [f"SYNPAGE{n}" for n in range(5)]


@dataclass(frozen=True)
class Port:
    """A line that filed five bills, showed each to its bank and issued five tokens."""

    line: httpx.Client
    customs: httpx.Client


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    line = instance.let_in("page-line", "carrier", addresses=("PAGELINE:ZZZ",))
    bank = instance.let_in("page-bank", "bank").get("/v1/whoami").json()["party"]
    customs = instance.let_in("page-customs", "customs", addresses=("PAGECUSTOMS:ZZZ",))
    paper = manifest(Call("PAGELINE", "PAGECUSTOMS", "PAGE1"), *map(Paper, BILLS))
    assert filed(line, paper)["state"] == "accepted"
    for bill in BILLS:
        grant = {"bill": bill, "receiver": bank, "view": "status", "days": 1}
        assert line.post("/v1/grants", json=grant).status_code in (201, 202)
        wish = {"client": "ai", "scopes": ["read"], "days": 1}
        assert line.post("/v1/tokens", json=wish).status_code == 201
    return Port(line, customs)


def in_pages(http: httpx.Client, path: str, cursor: str, name: str) -> list[Any]:
    """Return the list's names, read two by two."""
    found: list[Any] = []
    beyond: dict[str, str | int] = {"limit": 2}
    while True:
        page = http.get(path, params=beyond)
        assert page.status_code == 200, page.text
        assert len(page.json()) <= 2
        found += [one[name] for one in page.json()]
        if not page.json():
            return found
        beyond[cursor] = found[-1]


LISTS = {
    "/v1/tokens": ("before", "token"),
    "/v1/grants": ("before", "id"),
    "/v1/organisations": ("after", "party"),
}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_read_two_by_two_is_the_list(port: Port, path: str) -> None:
    cursor, name = LISTS[path]
    whole = [one[name] for one in port.line.get(path, params={"limit": 200}).json()]
    assert len(whole) == len(set(whole)) > 2
    assert in_pages(port.line, path, cursor, name) == whole


def test_what_was_sent_is_listed_newest_first_and_found_by_what_became_of_it(
    port: Port, instance: Instance
) -> None:
    line = instance.let_in("page-sent", "carrier", addresses=("PAGESENT:ZZZ",))
    sent = [hand_in(line, one) for one in ("GOOD1", "NOT-YOURS", "GOOD2", "GOOD3")]

    def found(**asked: str | int) -> list[dict[str, Any]]:
        page = line.get("/v1/messages", params=asked)
        assert page.status_code == 200, page.text
        shown: list[dict[str, Any]] = page.json()["messages"]
        following = page.json()["next"]
        return shown + (found(**asked | {"before": following}) if following else [])

    whole = found()
    assert [one["id"] for one in whole] == [one["id"] for one in sent][::-1]
    assert found(limit=1) == whole
    assert [one["id"] for one in found(state="refused")] == [sent[1]["id"]]
    assert [one["id"] for one in found(state="accepted", limit=2)] == [
        sent[n]["id"] for n in (3, 2, 0)
    ]
    assert found(state="waiting") == []
    assert found(since=whole[1]["received_at"]) == whole[:2]
    shown = line.get(f"/v1/messages/{sent[0]['id']}").json()
    assert whole[-1]["answers"] == len(shown["answers"]) > 0
    assert {name: whole[-1][name] for name in ("sha256", "size", "state", "received_at")} == {
        name: shown[name] for name in ("sha256", "size", "state", "received_at")
    }
    unknown = line.get("/v1/messages", params={"state": "lost"})
    assert (unknown.status_code, unknown.json()["findings"][0]["code"]) == (422, "HTTP-FIELD")
    assert port.line.get("/v1/messages").json()["messages"] != whole


def hand_in(line: httpx.Client, name: str) -> dict[str, Any]:
    """Hand in a manifest; one that is not the sender's own is refused."""
    sender = "PAGESENT" if name.startswith("GOOD") else "PAGELINE"
    return filed(line, manifest(Call(sender, "PAGECUSTOMS", name), Paper(f"SYNSENT{name}")))


def test_tokens_are_found_by_their_kind_and_whether_they_have_ended(
    port: Port, instance: Instance
) -> None:
    line = instance.let_in("page-tokens", "carrier")
    own = line.get("/v1/whoami").json()["token"]
    wish = {"client": "ai", "scopes": ["read"], "days": 1}
    made = [line.post("/v1/tokens", json=wish).json()["token"] for _ in range(3)]
    assert line.delete(f"/v1/tokens/{made[1]}").status_code == 204

    def found(**asked: str) -> set[str]:
        return {one["token"] for one in line.get("/v1/tokens", params=asked).json()}

    assert (found(client="ai"), found(client="person")) == ({*made}, {own})
    assert found(client="machine") == set()
    assert found(ended="true") == {made[1]}
    assert found(ended="false", client="ai") == {made[0], made[2]}
    assert found() == {own, *made}
    unknown = line.get("/v1/tokens", params={"client": "robot"})
    assert (unknown.status_code, unknown.json()["findings"][0]["code"]) == (422, "HTTP-FIELD")


def test_grants_are_found_by_bill_receiver_and_whether_they_have_ended(
    port: Port, instance: Instance, waglan: CommandLine
) -> None:
    trader = instance.let_in("page-trader", "bank").get("/v1/whoami").json()["party"]
    waglan.operates(instance).signs_in(port.line.headers["Authorization"])
    first = waglan("grant", "give", BILLS[0], trader, "--view", "full", "--days", "2")
    second = waglan("grant", "give", BILLS[1], trader)
    assert (first.status, second.status, first.err) == (0, 0, "")
    ids = [one.out.strip() for one in (first, second)]
    assert waglan("grant", "revoke", ids[1]).status == 0

    def found(**asked: str) -> set[str]:
        shown = port.line.get("/v1/grants", params={"limit": "200"} | asked)
        return {one["id"] for one in shown.raise_for_status().json()}

    assert found(receiver=trader) == {*ids}
    assert found(receiver=trader, ended="false") == {ids[0]}
    assert found(receiver=trader, ended="true") == {ids[1]}
    assert found(receiver=trader, bill=BILLS[1]) == {ids[1]}
    assert found(receiver="page-nobody") == set()
    assert len(found(bill=BILLS[0])) == len(found(bill=BILLS[2])) + 1
    listed = waglan("grant", "list", "--bill", BILLS[0], "--receiver", trader, "--not-ended").out
    assert f"{ids[0]}  {BILLS[0]}  {trader}: all that is declared" in listed
    waglan.set("WAGLAN_LANG", "zh-Hant-HK")
    assert "已於" in waglan("grant", "list", "--ended", "--receiver", trader).out
    assert waglan("grant", "revoke", str(uuid4())).status == 1


def seen(reader: httpx.Client, bill: str) -> bool | None:
    return reader.get(f"/v1/track/{bill}").is_success or None


def test_looks_are_found_by_what_was_seen_and_by_who_saw_it(
    port: Port, instance: Instance, waglan: CommandLine
) -> None:
    readers = [instance.let_in(f"page-reader-{n}", "bank") for n in range(2)]
    names = [one.get("/v1/whoami").json()["party"] for one in readers]
    for reader, name, bill in zip(readers, names, BILLS, strict=False):
        grant = {"bill": bill, "receiver": name, "view": "status", "days": 1}
        assert port.line.post("/v1/grants", json=grant).is_success
        wait(partial(seen, reader, bill))

    def found(**asked: str) -> set[tuple[str, str]]:
        shown = port.line.get("/v1/access-log", params={"limit": "200"} | asked)
        looks = shown.raise_for_status().json()["looks"]
        return {(one["party"], key) for one in looks for key in one["keys"]}

    assert found(key=BILLS[0], party=names[0]) == {(names[0], BILLS[0])}
    assert found(key=BILLS[1], party=names[0]) == set()
    assert found(party=names[1]) == {(names[1], BILLS[1])}
    assert {(names[n], BILLS[n]) for n in range(2)} <= found()
    waglan.operates(instance).signs_in(port.line.headers["Authorization"])
    told = waglan("access", "--key", BILLS[0], "--party", names[0]).out
    assert BILLS[0] in told
    assert names[1] not in told


def test_events_are_found_by_code_kind_and_time_of_recording(port: Port) -> None:
    def pages(**asked: str | int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = -1
        while True:
            page = port.line.get("/v1/events", params={"after": after, **asked}).json()
            found += page["events"]
            if page["next"] == after:
                return found
            after = page["next"]

    whole = wait(lambda: found if len(found := pages()) > len(BILLS) + 3 else None)
    last = whole[-1]["seq"]
    moment = whole[len(whole) // 2]["recorded_at"]

    def of(**asked: str | int) -> list[int]:
        return [one["seq"] for one in pages(**asked, limit=2) if one["seq"] <= last]

    def expected(takes: Callable[[dict[str, Any]], bool]) -> list[int]:
        return [one["seq"] for one in whole if takes(one)]

    bills = of(code="bill.declared")
    assert len(bills) == len(BILLS)
    assert bills == expected(lambda one: one["code"] == "bill.declared")
    assert of(kind="manifest") == expected(lambda one: one["about"]["kind"] == "manifest")
    at = datetime.fromisoformat(moment)
    assert of(since=moment) == expected(lambda one: recorded(one) >= at)
    assert of(until=moment) == expected(lambda one: recorded(one) < at)
    assert of(since="2099-01-01T00:00:00Z") == of(until="1999-01-01T00:00:00Z") == []
    assert of(code="bill.declared", kind="manifest") == []
    for asked in ({"code": "none"}, {"kind": "none"}, {"since": "2026-11-28"}):
        assert port.line.get("/v1/events", params=asked).status_code == 422


def test_the_feed_and_the_stream_begin_before_all_and_take_no_cursor_below(
    instance: Instance,
) -> None:
    http, one = instance.operator, {"limit": 1}
    wait(lambda: len(http.get("/v1/events").json()["events"]) > 1 or None)
    first, again = (
        http.get("/v1/events", params=one | more).json() for more in ({}, {"after": -1})
    )
    assert first == again
    assert (first["events"][0]["seq"], first["next"]) == (0, 0)  # the log's very first event
    then = http.get("/v1/events", params=one | {"after": first["next"]}).json()
    assert then["events"][0]["seq"] > 0
    for wrong in ("-2", "-5", "x", "1.5"):
        header = {"Last-Event-ID": wrong}
        refused = [
            http.get("/v1/events", params={"after": wrong}),
            http.get("/stream", params={"after": wrong}),
            http.get("/stream", headers=header),
        ]
        assert [answer.status_code for answer in refused] == [422] * 3
    with http.stream("GET", "/stream", headers={"Last-Event-ID": "-1"}) as stream:
        assert next(line for line in stream.iter_lines() if line.startswith("id: ")) == "id: 0"


@pytest.mark.parametrize("beyond", [10**6, 2**63 - 1, 10**20 - 1])
def test_a_cursor_beyond_the_log_is_refused_and_says_where_it_ends(
    instance: Instance, beyond: int
) -> None:
    http = instance.operator
    line = instance.let_in(f"cursor-{uuid4().hex[:8]}", "carrier")
    sent = line.post("/v1/messages", content=b"nothing that can be read").json()["id"]
    refused = [
        line.get(f"/v1/messages/{sent}/partner-answers", params={"after": beyond}),
        http.get("/v1/events", params={"after": beyond}),
        http.get("/v1/events", params={"after": beyond, "kind": "bill"}),
        http.get("/stream", params={"after": beyond}),
        http.get("/stream", headers={"Last-Event-ID": str(beyond)}),
    ]
    for answer in refused:
        assert answer.status_code == 409, answer.text
        [finding] = answer.json()["findings"]
        assert finding["code"] == "HTTP-CURSOR-BEYOND"
        last = finding["params"]["last"]
        assert http.get("/v1/events", params={"after": last}).status_code == 200


def recorded(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["recorded_at"])


@pytest.mark.parametrize("path", ["/v1/tokens", "/v1/grants"])
def test_beyond_what_is_anothers_there_is_nothing(
    port: Port, instance: Instance, path: str
) -> None:
    other = instance.let_in(f"page-other-{uuid4().hex[:8]}", "carrier")
    cursor, name = LISTS[path]
    foreign = port.line.get(path).json()[0][name]
    absent = str(uuid4())
    answers = [other.get(path, params={cursor: beyond}).json() for beyond in (foreign, absent)]
    assert answers == [[], []]


def test_a_messages_answers_come_page_by_page(port: Port) -> None:
    shown = filed(port.line, manifest(Call("PAGELINE", "PAGECUSTOMS", "PAGE2"), Paper("SYNPAGEA")))
    path = f"/v1/messages/{shown['id']}/answers"
    whole = port.line.get(path).json()
    assert [one["kind"] for one in whole[:2]] == ["CONTRL", "CUSRES"]
    assert port.line.get(path, params={"limit": 1}).json() == whole[:1]
    assert port.line.get(path, params={"after": whole[0]["n"], "limit": 1}).json() == whole[1:2]
    assert port.line.get(path, params={"after": whole[-1]["n"]}).json() == []
    for wrong in ({"after": -1}, {"limit": 0}, {"after": 1 << 40}):
        assert port.line.get(path, params=wrong).status_code == 422


def test_a_manifests_bills_come_page_by_page(port: Port) -> None:
    asked = {"document": "DOC-PAGE1"}
    [standing] = port.customs.get("/v1/manifests", params=asked).json()["manifests"]
    path = f"/v1/customs/manifests/{standing['id']}/bills"
    found: list[str] = []
    after: dict[str, int] = {}
    while True:
        page = port.customs.get(path, params={"limit": 2, **after}).json()
        found += [bill["number"] for bill in page["bills"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert sorted(found) == BILLS
