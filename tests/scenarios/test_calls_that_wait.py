"""Officers see which calls wait for them: to decide of bills, or to tell what no order will."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from late_call import Late
from port import wait
from running_instance import Instance

from waglan.customs.officer_act import Kind

CALL = "9811000/001E"
NEVER: dict[str, Any] = {"order_tells_at": None, "passed_over_at": None, "waits": []}


def listed(call: Late, **asked: Any) -> list[dict[str, Any]]:
    answer = call.officer.desk.get("/v1/customs/calls", params={"limit": 1, **asked})
    assert answer.status_code == 200, answer.text
    page = answer.json()
    if page["next"] is None:
        return list(page["calls"])
    return [*page["calls"], *listed(call, **asked | {"after": page["next"]})]


def comes_to(call: Late, name: str = CALL, **expected: object) -> dict[str, Any]:
    """Wait until the list says this of a call: it follows the log by some moments."""

    def look() -> dict[str, Any] | None:
        found = [one for one in listed(call) if one["call"] == name]
        return found[0] if found and expected.items() <= found[0].items() else None

    return dict(wait(look))


def names(call: Late, **asked: Any) -> list[str]:
    return [one["call"].removeprefix("9811000/") for one in listed(call, **asked)]


def test_a_call_is_the_orders_until_it_passes_it_over_and_an_officers_until_he_serves(
    instance: Instance,
) -> None:
    call = Late(instance, "P")
    call.orders(bills_a_day=2)
    call.files("F", 1, 2)
    his = comes_to(call, bills=2, undecided=0, unserved=2, waits=[])
    assert (his["vessel"], his["voyage"]) == ("SYNTHETIC STAR", "001E")
    assert his["order_tells_at"] < his["arrives_at"]
    assert his["passed_over_at"] is None
    assert names(call, waiting=True) == []
    call.files("G", 3)  # beyond what the order may decide today
    left = comes_to(call, bills=3, undecided=1, waits=["decision"])
    assert left["order_tells_at"] >= his["order_tells_at"]  # if it is decided by then
    assert names(call, waits="decision") == names(call, waiting=True) == ["001E"]
    assert names(call, waits="serving") == names(call, passed_over=True) == []
    call.time_comes(manifests=2)
    call.is_passed_over(2)
    over = comes_to(call, undecided=1, unserved=2, waits=["decision", "serving"])
    assert over["order_tells_at"] is None
    assert datetime.fromisoformat(over["passed_over_at"]).tzinfo is not None
    for asked in ({"waits": "serving"}, {"passed_over": True}, {"waiting": True}):
        assert names(call, **asked) == ["001E"]
    call.selects(3)
    comes_to(call, undecided=0, unserved=3, waits=["serving"])
    assert names(call, waits="decision") == []
    assert call.officer.serves(CALL) == 3
    comes_to(call, undecided=0, unserved=0, **NEVER)
    assert names(call, waiting=True) == names(call, passed_over=True) == []


def test_what_is_decided_since_a_call_was_told_is_an_officers_to_tell(instance: Instance) -> None:
    call = Late(instance, "Q")
    call.orders()
    call.files("F", 1)
    call.decided(1)
    call.time_comes()
    comes_to(call, unserved=0, **NEVER)
    call.selects(1)
    comes_to(call, unserved=1, **NEVER | {"waits": ["serving"]})
    call.files("H", 2)
    call.decided(2)
    kept = comes_to(call, bills=2, unserved=2, **NEVER | {"waits": ["serving"]})
    assert kept["undecided"] == 0  # its order will come and pass it over
    assert call.officer.serves(CALL) == 2
    comes_to(call, unserved=0, **NEVER)


def test_of_withdrawn_bills_those_alone_are_to_be_told_of_that_an_officer_decided(
    instance: Instance,
) -> None:
    call = Late(instance, "R")
    call.orders()
    call.boxes[1] = "CSQU3054402"  # else what stays would be looked at for the sake of what goes
    call.files("F", 3, 2, 1)  # and the first of a paper keeps its consignee
    call.decided(1, 2, 3)
    comes_to(call, bills=3, unserved=3)
    call.files("G", 3, amends="F")
    call.decided(3, version=2)
    comes_to(call, bills=1, unserved=1)
    bills = call.officer.sees(call.number(1))
    said = {"reason": "a look", "instruction": "Keep it closed."}
    assert call.officer.does(Kind.DETAIN, bills=bills, **said).json()["refused"] == 0
    comes_to(call, bills=1, unserved=2)
    assert call.officer.serves(CALL) == 2
    comes_to(call, bills=1, unserved=0, **NEVER)


def test_the_ship_that_comes_first_stands_first_and_a_later_word_of_her_moves_her(
    instance: Instance,
) -> None:
    call = Late(instance, "S")
    for n, hours in enumerate((60, 40, 50), 1):
        call.files(f"F{n}", n, voyage=f"00{n}E", hours=hours)
        comes_to(call, f"9811000/00{n}E", undecided=1)
    assert names(call) == names(call, waiting=True) == ["002E", "003E", "001E"]
    call.files("G", 2, amends="F2", voyage="002E", hours=70)
    comes_to(call, "9811000/002E", bills=1, undecided=1)
    assert names(call) == names(call, waiting=True) == ["003E", "001E", "002E"]
    call.files("H", 3, amends="F3", voyage="003E", hours=51)
    call.files("K", 4, voyage="003E", hours=20)  # another filer's ship is the one that comes last
    comes_to(call, "9811000/003E", bills=2, undecided=2)
    assert names(call) == ["003E", "001E", "002E"]


def test_calls_are_their_own_authoritys_and_no_filers(instance: Instance) -> None:
    call, other = Late(instance, "T"), Late(instance, "U")
    call.files("F", 1)
    comes_to(call, undecided=1)
    assert other.officer.desk.get("/v1/customs/calls").json() == {"calls": [], "next": None}
    refused = call.line.get("/v1/customs/calls")
    assert refused.status_code == 403
    assert refused.json()["findings"]
    for cursor in ("", "%", "bnVsbA", "WzEsMl0", "WyIyMDI2LTExLTI4VDAwOjAwOjAwIiwiYSJd", "x" * 1001,
                   "W251bGwsIlx1MDAwMCJd"):  # fmt: skip
        answer = call.officer.desk.get("/v1/customs/calls", params={"after": cursor})
        assert answer.status_code == 422, cursor
        assert answer.json()["findings"][0]["code"] in {"HTTP-CURSOR", "HTTP-FIELD"}, cursor
    for asked in ({"waits": "x"}, {"passed_over": "perhaps"}, {"limit": 0}):
        assert call.officer.desk.get("/v1/customs/calls", params=asked).status_code == 422


@pytest.fixture
def desk(instance: Instance, waglan: CommandLine, request: pytest.FixtureRequest) -> Late:
    call = Late(instance, str(request.param))
    waglan.operates(instance).signs_in(call.officer.desk.headers["authorization"])
    return call


@pytest.mark.parametrize("desk", ["V"], indirect=True)
def test_the_command_prints_what_waits_and_with_all_what_does_not(
    desk: Late, waglan: CommandLine
) -> None:
    desk.orders(bills_a_day=1)
    desk.files("F", 1)
    comes_to(desk, unserved=1)
    desk.files("G", 2, voyage="002E")
    comes_to(desk, "9811000/002E", undecided=1)
    [line] = waglan("desk", "calls").out.splitlines()
    assert "9811000/002E  SYNTHETIC STAR  1 bills, 1 to decide, 0 decided and not served" in line
    assert "(waits for an officer to decide; the order tells its filers at 20" in line
    first, second = waglan("desk", "calls", "--all").out.splitlines()
    assert "the order tells its filers at" in first
    assert second == line
    desk.time_comes(manifests=2)
    desk.is_passed_over(1)
    comes_to(desk, unserved=0)
    desk.selects(1)
    comes_to(desk, unserved=1)
    [told] = waglan("desk", "calls", "--waits", "serving").out.splitlines()
    assert told.endswith("(waits for an officer to serve)")
    [told] = waglan("desk", "calls", "--passed-over").out.splitlines()
    assert told.startswith(line.partition("  (")[0])
    assert "passed over by the order at 20" in told
    waglan.set("WAGLAN_LANG", "zh-Hant-HK")
    [told] = waglan("desk", "calls", "--waits", "decision").out.splitlines()
    assert "待決定 1" in told
    assert "(待關員作出決定; 常設指令於 20" in told


@pytest.mark.parametrize("desk", ["W"], indirect=True)
def test_who_serves_while_bills_are_undecided_is_told_how_many_and_what_to_do(
    desk: Late, waglan: CommandLine, tmp_path: Path
) -> None:
    key = tmp_path / "officer.pem"
    key.touch(mode=0o600)
    key.write_bytes(desk.officer.key.private_bytes_raw())

    def serves(lang: str = "en") -> tuple[str, str]:
        waglan.set("WAGLAN_LANG", lang)
        ran = waglan("desk", "serve", "9811000/003E", "--key", str(key))
        assert ran.status == 0
        return ran.out, ran.err

    desk.orders(bills_a_day=2)
    desk.files("J", 3, 4, voyage="003E")
    desk.decided(3, 4)
    assert serves() == ("2 notices served\n", "")
    desk.files("K", 5, 6, 7, voyage="003E")  # beyond what the order may decide today
    desk.files("L", 3, 4, amends="J", voyage="003E")
    comes_to(desk, "9811000/003E", undecided=5)
    out, err = serves()
    assert (out, err.splitlines()[0]) == (
        "0 notices served\n",
        "warning ACT-SERVED-UNDECIDED  act.call",
    )
    assert "Still undecided: 5 of its bills" in err
    bills = [target for n in (3, 4, 5, 6) for target in desk.officer.sees(desk.number(n))]
    done = desk.officer.does(Kind.PASS_OVER, bills=tuple(bills), reason="seen")
    assert done.json()["refused"] == 0, done.text
    assert done.json()["findings"] == []
    out, err = serves("zh-Hant-HK")
    assert out == "已發出 4 份通知\n"
    assert "尚有 1 份提單未作決定" in err
    sheet = desk.officer.sheet(Kind.SERVE, call="9811000/003E")
    first, again = (desk.officer.hands_in(sheet).json() for _ in range(2))
    assert first == again
    [warning] = again["findings"]
    assert (warning["code"], warning["params"]["undecided"]) == ("ACT-SERVED-UNDECIDED", 1)


@pytest.mark.parametrize("desk", ["Y"], indirect=True)
def test_a_call_that_nobody_filed_is_not_served_in_silence(desk: Late) -> None:
    for call in ("9999999/NOSUCH", "9811000/003e"):
        refused = desk.officer.does(Kind.SERVE, call=call)
        codes = [one["code"] for one in refused.json()["findings"]]
        assert (refused.status_code, codes) == (422, ["ACT-NO-SUCH-CALL"])
