"""The officers' worklist: what waits, the ship that comes first and the highest score before."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from command_line import CommandLine
from event_batches import box_number
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest
from test_targeting_is_secret import table

from waglan.codes.calendar import HONG_KONG
from waglan.customs.officer_act import Kind

NUMBERS = count(1)
VOYAGE = "9811000/001E"


class Port:
    """A line that files with an authority whose order decides nothing: each bill is left to it."""

    def __init__(self, instance: Instance) -> None:
        self.line = instance.let_in("work-line", "carrier", addresses=("WORKLINE:ZZZ",))
        customs = instance.let_in("work-customs", "customs", addresses=("WORKCUSTOMS:ZZZ",))
        self.officer = Officer(customs)

    def files(self, *numbers: str, hours: int = 24, version: int = 1, document: str = "") -> str:
        ref = f"W{next(NUMBERS)}"
        paper = manifest(Call("WORKLINE", "WORKCUSTOMS", ref), *map(Paper, numbers))
        tomorrow = (datetime.now(HONG_KONG) + timedelta(days=1)).strftime("DTM+132:%Y%m%d")
        then = (datetime.now(HONG_KONG) + timedelta(hours=hours)).strftime("DTM+132:%Y%m%d%H%M")
        at = paper.index(tomorrow.encode())
        paper = paper[:at] + then.encode() + paper[at + len(then) :]
        if version > 1:
            paper = paper.replace(f"+DOC-{ref}+9'".encode(), f"+DOC-{document}+5'".encode())
            paper = paper.replace(b":203'NAD+CA", f":203'RFF+ACW:{version - 1}'NAD+CA".encode(), 1)
            segments = paper.count(b"'") - 2 - 1
            paper = paper[: paper.index(b"UNT+")] + f"UNT+{segments}+{ref}'UNZ+1+{ref}'".encode()
        sent = filed(self.line, paper)
        assert sent["state"] == "accepted", sent["findings"]
        return ref

    def waiting(self, **asked: Any) -> list[dict[str, Any]]:
        answer = self.officer.desk.get("/v1/customs/worklist", params=asked)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["bills"])

    def comes_to(self, number: str, **expected: Any) -> dict[str, Any]:
        """Wait until the list says this of the bill: it follows the log by some moments."""

        def look() -> dict[str, Any] | None:
            found = [one for one in self.waiting(limit=200) if one["number"] == number]
            return found[0] if found and expected.items() <= found[0].items() else None

        return dict(wait(look))

    def leaves(self, number: str) -> None:
        wait(lambda: number not in [b["number"] for b in self.waiting(limit=200)] or None)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return Port(instance)


def test_the_ship_that_comes_first_stands_first_and_pages_join(port: Port) -> None:
    port.files("SYNWORK1", hours=30)
    port.files("SYNWORK2", "SYNWORK3", hours=8)
    for number in ("SYNWORK1", "SYNWORK2", "SYNWORK3"):
        port.comes_to(number, waits="decision", waits_for="officer", version=0, status=None)
    whole = port.waiting()
    assert [one["number"] for one in whole] == ["SYNWORK2", "SYNWORK3", "SYNWORK1"]
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = port.officer.desk.get("/v1/customs/worklist", params={"limit": 1, **after}).json()
        found += page["bills"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == whole


def test_what_waits_follows_each_act_until_nothing_does(port: Port) -> None:
    number = "SYNWORK4"
    port.files(number)
    port.comes_to(number, waits="decision")
    officer = port.officer

    def does(kind: Kind, **said: Any) -> None:
        done = officer.does(kind, bills=officer.sees(number), **said)
        assert done.status_code == 201, done.text

    due = datetime.now(UTC) + timedelta(days=2)
    does(Kind.ASK_DOCUMENTS, reason="prices", documents=("invoice",), due=due)
    port.comes_to(number, waits="notice", waits_for="officer", version=1, told=False)
    officer.serves(VOYAGE)
    port.comes_to(number, waits="documents", waits_for="filer", told=True)
    assert [b["number"] for b in port.waiting(waits_for="filer")] == [number]
    does(Kind.SELECT, reason="its weight")
    port.comes_to(number, waits="examination", version=2)
    assert [b["number"] for b in port.waiting(status="inspect")] == [number]
    assert number not in [b["number"] for b in port.waiting(waits="decision")]
    does(Kind.LIFT, reason="it was another box")
    port.leaves(number)


def test_conditions_wait_for_an_officer_until_the_filer_is_told_them(port: Port) -> None:
    port.files("SYNCOND")
    port.comes_to("SYNCOND", waits="decision")
    officer = port.officer
    for kind, said in (
        (Kind.DETAIN, {"instruction": "Keep it closed."}),
        (Kind.CLEAR_CONDITIONALLY, {"conditions": ("Pay the fee.",)}),
    ):
        seen = officer.sees("SYNCOND")
        assert officer.does(kind, bills=seen, reason="why", **said).status_code == 201
    port.comes_to("SYNCOND", waits="notice", waits_for="officer", told=False, order_tells_at=None)
    for whom, is_in in (("officer", True), ("filer", False), ("order", False)):
        assert ("SYNCOND" in [one["number"] for one in port.waiting(waits_for=whom)]) is is_in
    officer.serves(VOYAGE)
    port.comes_to("SYNCOND", waits="conditions", waits_for="filer", told=True)


def test_what_the_order_will_tell_waits_for_the_order_and_not_for_an_officer(
    instance: Instance, waglan: CommandLine
) -> None:
    line = instance.let_in("tells-line", "carrier", addresses=("TELLSLINE:ZZZ",))
    customs = instance.let_in("tells-customs", "customs", addresses=("TELLSCUSTOMS:ZZZ",))
    officer = Officer(customs)
    officer.orders(officer.publishes(table("> 1").replace(b"inspect", b"documents-asked")))
    paper = manifest(Call("TELLSLINE", "TELLSCUSTOMS", "TELLS1"), Paper("SYNTELLS"))
    assert filed(line, paper)["state"] == "accepted"

    def waiting(whom: str) -> list[dict[str, Any]]:
        answer = customs.get("/v1/customs/worklist", params={"waits_for": whom})
        return list(answer.json()["bills"])

    [bill] = wait(lambda: waiting("order") or None)
    [call] = customs.get("/v1/customs/calls").json()["calls"]
    assert (bill["number"], bill["waits"], bill["waits_for"]) == ("SYNTELLS", "notice", "order")
    assert bill["order_tells_at"] == call["order_tells_at"] is not None
    assert waiting("officer") == waiting("filer") == []
    waglan.operates(instance).signs_in(customs.headers["authorization"])
    shown = waglan("desk", "worklist", "--for", "order").out
    assert "waits for the standing order: to serve the notice" in shown
    assert "the order tells its filers at" in shown
    seen = officer.sees("SYNTELLS")
    asked = officer.does(Kind.DETAIN, bills=seen, reason="why", instruction="Keep it closed.")
    assert asked.status_code == 201
    wait(lambda: waiting("officer") or None)
    assert waiting("order") == []


def test_a_bill_that_its_filer_leaves_out_waits_on_if_an_officer_has_begun(port: Port) -> None:
    document = port.files("SYNWORK5", "SYNWORK6", "SYNWORK7")
    for number in ("SYNWORK5", "SYNWORK6", "SYNWORK7"):
        port.comes_to(number, waits="decision")
    officer = port.officer
    seen = officer.sees("SYNWORK5")
    assert officer.does(Kind.SELECT, bills=seen, reason="its weight").status_code == 201
    port.files("SYNWORK7", version=2, document=document)
    port.leaves("SYNWORK6")
    kept = port.comes_to("SYNWORK5", waits="withdrawn", status="inspect", withdrawn=True)
    for number, is_withdrawn in (("SYNWORK5", True), ("SYNWORK7", False)):
        [shown] = officer.desk.get(f"/v1/customs/bills/{number}").json()["bills"]
        assert shown["withdrawn"] is is_withdrawn
    assert kept["call"] == VOYAGE


def test_what_is_withdrawn_while_it_is_held_waits_as_such_with_what_had_been_decided(
    port: Port, instance: Instance, waglan: CommandLine
) -> None:
    officer, letters = port.officer, "ADSP"
    asked, held, wanted, passed = (f"SYNGONE{letter}" for letter in letters)
    document = port.files(asked, held, wanted, passed, "SYNGONE0", hours=90)
    port.comes_to(passed, waits="decision")
    due = datetime.now(UTC) + timedelta(days=2)

    def does(kind: Kind, number: str, **said: Any) -> None:
        done = officer.does(kind, bills=officer.sees(number), reason="a look", **said)
        assert done.status_code == 201, done.text

    does(Kind.ASK_DOCUMENTS, asked, documents=("invoice",), due=due)
    does(Kind.DETAIN, held, instruction="Keep it closed.")
    does(Kind.SELECT, wanted)
    does(Kind.PASS_OVER, passed)
    port.comes_to(wanted, waits="examination")
    port.files("SYNGONE0", version=2, document=document, hours=90)
    decided = {asked: "documents-asked", held: "detained", wanted: "inspect"}
    for number, status in decided.items():
        gone = port.comes_to(number, waits="withdrawn", waits_for="officer", status=status)
        assert (gone["withdrawn"], gone["version"], gone["told"]) == (True, 1, False)
    port.leaves(passed)
    waglan.operates(instance).signs_in(officer.desk.headers["authorization"])
    for lang, words in (("en", "to look for its goods"), ("zh-Hant-HK", "追查其貨物")):
        waglan.set("WAGLAN_LANG", lang)
        lines = waglan("desk", "worklist", "--waits", "withdrawn").out.splitlines()
        [line] = [line for line in lines if held in line]
        assert "detained" in line
        assert line.endswith(words)
    port.files("SYNGONE0", held, version=3, document=document, hours=90)
    port.comes_to(held, waits="detention", withdrawn=False)
    for number in (asked, wanted):
        does(Kind.LIFT, number)
        port.leaves(number)


def test_goods_that_were_held_and_withdrawn_are_known_again_under_another_number(
    instance: Instance, waglan: CommandLine
) -> None:
    line = instance.let_in("anew-line", "carrier", addresses=("ANEWLINE:ZZZ",))
    desk = instance.let_in("anew-customs", "customs", addresses=("ANEWCUSTOMS:ZZZ",))
    officer = Officer(desk)

    def files(ref: str, *bills: Paper, amends: str = "") -> None:
        paper = manifest(Call("ANEWLINE", "ANEWCUSTOMS", ref), *bills)
        if amends:
            paper = paper.replace(f"+DOC-{ref}+9'".encode(), f"+DOC-{amends}+5'".encode())
        shown = filed(line, paper)
        assert shown["state"] == "accepted", shown["findings"]
        assert "HELD-BEFORE" not in str(shown["findings"])

    def listed() -> dict[str, dict[str, Any]]:
        found = desk.get("/v1/customs/worklist").json()["bills"]
        return {one["number"]: one for one in found}

    boxes = [box_number(n) for n in range(1, 6)]
    held, kept = Paper("SYNANEW1", box=boxes[0]), Paper("SYNANEW0", box=boxes[0])
    files("AN1", kept, held)
    wait(lambda: "SYNANEW1" in listed() or None)
    done = officer.does(Kind.DETAIN, bills=officer.sees("SYNANEW1"), reason="a look",
                        instruction="Keep it closed.")  # fmt: skip
    assert done.status_code == 201, done.text
    # While it stands no other bill is of its goods, and what stood beside it never is.
    wait(lambda: listed()["SYNANEW1"]["status"] == "detained" or None)
    assert [one["held_before"] for one in listed().values()] == [[], []]
    files("AN2", kept, amends="AN1")
    wait(lambda: listed()["SYNANEW1"]["waits"] == "withdrawn" or None)
    # By the same consignee's name, by the same container, and by neither.
    files("AN3", Paper("SYNANEW3", box=boxes[0]), Paper("SYNANEW2", box=boxes[2]),
          Paper("SYNANEW4", box=boxes[3]))  # fmt: skip
    wait(lambda: "SYNANEW4" in listed() or None)
    before = {number: one["held_before"] for number, one in listed().items()}
    gone = {"filer": "anew-line", "number": "SYNANEW1", "parent": "", "status": "detained"}
    assert before == {
        "SYNANEW0": [], "SYNANEW1": [], "SYNANEW2": [gone | {"boxes": []}],
        "SYNANEW3": [gone | {"boxes": [boxes[0]]}], "SYNANEW4": [],
    }  # fmt: skip
    for number, code in (("SYNANEW2", "GOODS"), ("SYNANEW3", "BOX")):
        [shown] = desk.get(f"/v1/customs/bills/{number}").json()["bills"]
        [found] = shown["findings"]
        assert (found["code"], found["params"]["other"]) == (f"DESK-{code}-HELD-BEFORE", "SYNANEW1")
        # Its filer is shown nothing of it, nor may he ask.
        assert "SYNANEW1" not in line.get(f"/v1/track/{number}").text
        assert line.get(f"/v1/customs/bills/{number}").status_code == 403
    waglan.operates(instance).signs_in(desk.headers["authorization"])
    for lang, words in (("en", "then withdrawn"), ("zh-Hant-HK", "其後撤回")):
        waglan.set("WAGLAN_LANG", lang)
        lines = waglan("desk", "worklist").out.splitlines()
        nothing = waglan("desk", "worklist", "--call", "zz")
        assert (nothing.out, nothing.status) == ("", 0)
        assert nothing.err.strip()
        assert [words in one for one in lines if "SYNANEW3" in one] == [True]
        assert "SYNANEW1" in waglan("desk", "show", "SYNANEW3").err
    # What an officer lifts is not spoken of again.
    lifted = officer.does(Kind.LIFT, bills=officer.sees("SYNANEW1"), reason="found again")
    assert lifted.status_code == 201, lifted.text
    wait(lambda: not any(one["held_before"] for one in listed().values()) or None)


def test_a_question_that_open_rules_alone_asked_goes_with_its_bill(instance: Instance) -> None:
    line = instance.let_in("gone-line", "carrier", addresses=("GONELINE:ZZZ",))
    desk = instance.let_in("gone-customs", "customs", addresses=("GONECUSTOMS:ZZZ",))
    officer = Officer(desk)
    officer.orders(officer.publishes(table("> 100")))

    def files(ref: str, text: bytes, function: bytes, *numbers: str) -> None:
        paper = manifest(Call("GONELINE", "GONECUSTOMS", ref), *map(Paper, numbers))
        paper = paper.replace(b"+DOC-" + ref.encode() + b"+9'", b"+DOC-GN+" + function + b"'")
        light = paper.replace(b"KGM:120'", b"KGM:90'").replace(b"CNT+7:120:", b"CNT+7:90:")
        shown = filed(line, light.replace(b"COTTON T-SHIRTS", text))
        assert shown["state"] == "accepted", shown["findings"]

    def listed() -> dict[str, tuple[str, str]]:
        found = desk.get("/v1/customs/worklist").json()["bills"]
        return {one["number"]: (one["status"], one["waits"]) for one in found}

    files("GN1", b"GENERAL CARGO", b"9", "SYNGN1", "SYNGN2", "SYNGN3")
    notice = ("documents-asked", "notice")
    wait(lambda: listed() == dict.fromkeys(("SYNGN1", "SYNGN2", "SYNGN3"), notice) or None)
    files("GN2", b"GENERAL CARGO", b"5", "SYNGN3")
    wait(lambda: listed().keys() == {"SYNGN3"} or None)


def test_a_score_comes_from_what_fired_though_nobody_decided(port: Port) -> None:
    """An open rule that stops the bill weighs; the order of one call is by score."""
    port.files("SYNWORK8", "SYNWORK9", hours=60)
    port.comes_to("SYNWORK9")
    vague = manifest(Call("WORKLINE", "WORKCUSTOMS", "WVAGUE"), Paper("SYNWORK10"))
    sent = filed(port.line, vague.replace(b"COTTON T-SHIRTS", b"GENERAL CARGO"))
    assert sent["state"] == "accepted", sent["findings"]
    assert port.comes_to("SYNWORK10", waits="decision", score=50)  # it weighs as score.toml says
    assert port.comes_to("SYNWORK8")["score"] == 0


def test_a_bill_keeps_its_rank_when_what_made_it_wanted_is_written_anew(
    instance: Instance,
) -> None:
    line = instance.let_in("rank-line", "carrier", addresses=("RANKLINE:ZZZ",))
    desk = instance.let_in("rank-customs", "customs", addresses=("RANKCUSTOMS:ZZZ",))
    officer = Officer(desk)
    officer.orders(officer.publishes(table("> 100")))

    def listed(version: int) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            found = desk.get("/v1/customs/worklist").json()["bills"]
            return next((one for one in found if one["version"] == version), None)

        return dict(wait(look))

    paper = manifest(Call("RANKLINE", "RANKCUSTOMS", "K1"), Paper("SYNRANK1"))
    assert filed(line, paper)["state"] == "accepted"
    first = listed(1)
    assert (first["status"], first["score"]) == ("inspect", 400)
    paper = manifest(Call("RANKLINE", "RANKCUSTOMS", "K2"), Paper("SYNRANK1"))
    paper = paper.replace(b"+DOC-K2+9'", b"+DOC-K1+5'").replace(b"KGM:120'", b"KGM:90'")
    assert filed(line, paper.replace(b"CNT+7:120:", b"CNT+7:90:"))["state"] == "accepted"
    amended = listed(2)
    assert (amended["status"], amended["score"]) == ("inspect", 400)
    [bill] = desk.get("/v1/customs/bills/SYNRANK1").json()["bills"]
    assert bill["steps"][-1]["targeting"] == bill["steps"][0]["targeting"]


def test_a_house_that_two_forwarders_declare_below_different_masters_is_marked(
    instance: Instance,
) -> None:
    names = ("twohousea", "twohouseb")
    desk = instance.let_in("twohouse-customs", "customs", addresses=("TWOHOUSECUSTOMS:ZZZ",))
    for name in names:
        firm = instance.let_in(name, "forwarder", addresses=(f"{name.upper()}:ZZZ",))
        call = Call(name.upper(), "TWOHOUSECUSTOMS", f"R{name}")
        house = Paper("SYNTWOH1", parent=f"SYNTWOM{name}".upper())
        assert filed(firm, manifest(call, house))["state"] == "accepted"

    def also_by() -> dict[str, list[str]]:
        found = desk.get("/v1/customs/worklist").json()["bills"]
        return {one["filer"]: one["also_by"] for one in found}

    wait(lambda: also_by() == {names[0]: [names[1]], names[1]: [names[0]]} or None)


def test_a_bill_that_two_lines_declare_on_one_call_is_marked_for_officers_alone(
    instance: Instance,
) -> None:
    names = ("twoa", "twob")
    lines = [instance.let_in(n, "carrier", addresses=(f"{n.upper()}:ZZZ",)) for n in names]
    desk = instance.let_in("two-customs", "customs", addresses=("TWOCUSTOMS:ZZZ",))

    def files(n: int, ref: str, *bills: str, amends: str = "") -> None:
        paper = manifest(Call(names[n].upper(), "TWOCUSTOMS", ref), *map(Paper, bills))
        if amends:
            paper = paper.replace(f"+DOC-{ref}+9'".encode(), f"+DOC-{amends}+5'".encode())
        shown = filed(lines[n], paper)
        assert shown["state"] == "accepted", shown["findings"]
        assert not any("filer" in f["params"] for f in shown["findings"])

    def also_by() -> dict[tuple[str, str], list[str]]:
        found = desk.get("/v1/customs/worklist").json()["bills"]
        return {(one["filer"], one["number"]): one["also_by"] for one in found}

    files(0, "TW1", "SYNTWO1", "SYNTWO2")
    files(1, "TW2", "SYNTWO1", "SYNTWO3")
    both = {
        ("twoa", "SYNTWO1"): ["twob"], ("twob", "SYNTWO1"): ["twoa"],
        ("twoa", "SYNTWO2"): [], ("twob", "SYNTWO3"): [],
    }  # fmt: skip
    wait(lambda: also_by() == both or None)
    shown = {
        one["filer"]: one["findings"]
        for one in desk.get("/v1/customs/bills/SYNTWO1").json()["bills"]
    }
    for filer, other in (names, names[::-1]):
        [finding] = shown[filer]
        assert (finding["code"], finding["params"]["other"]) == ("DESK-TWO-FILERS", other)
    # Neither line reads anything of the other.
    for line, other in zip(lines, names[::-1], strict=True):
        told = line.get("/v1/track/SYNTWO1").text + line.get("/v1/events?limit=500").text
        assert f'"{other}"' not in told
    files(1, "TW3", "SYNTWO3", amends="TW2")
    wait(lambda: also_by()["twoa", "SYNTWO1"] == [] or None)
    assert desk.get("/v1/customs/bills/SYNTWO1").json()["bills"][0]["findings"] == []
    _comes_page_by_page(desk, "SYNTWO1")


def test_a_forged_cursor_and_an_unknown_wish_are_refused_with_words(port: Port) -> None:
    forged = ["", "%", "AAAA", "W10", "WyJ4Iiwx", "bnVsbA", "WzEsMiwzXQ", "é", "x" * 201]
    for cursor in forged:
        answer = port.officer.desk.get("/v1/customs/worklist", params={"after": cursor})
        assert answer.status_code == 422, cursor
        assert answer.json()["findings"][0]["code"] in {"HTTP-CURSOR", "HTTP-FIELD"}, cursor
    for asked in ({"status": "released"}, {"waits": "x"}, {"waits_for": "me"}, {"limit": 201}):
        assert port.officer.desk.get("/v1/customs/worklist", params=asked).status_code == 422
    naive: httpx.Response = port.officer.desk.get(
        "/v1/customs/worklist", params={"after": "WyIyMDI2LTExLTI4VDAwOjAwOjAwIiwxLDJd"}
    )
    assert naive.json()["findings"][0]["code"] == "HTTP-CURSOR"


def test_another_authority_and_a_filer_see_nothing_of_it(port: Port, instance: Instance) -> None:
    other = instance.let_in("work-other", "customs", addresses=("WORKOTHER:ZZZ",))
    assert other.get("/v1/customs/worklist").json() == {"bills": [], "next": None}
    assert port.line.get("/v1/customs/worklist").status_code == 403


def _comes_page_by_page(desk: httpx.Client, number: str) -> None:
    """Both filers' bills of a number, with more steps each than a page holds."""
    officer = Officer(desk)
    for kind in (Kind.SELECT, Kind.LIFT, Kind.PASS_OVER):
        [_, his] = officer.sees(number)  # the one that came first has all steps
        assert officer.does(kind, bills=(his,), reason="a look").status_code == 201
    path = f"/v1/customs/bills/{number}"
    whole = desk.get(path).json()
    assert whole["next"] is None
    assert [(one["filer"], len(one["steps"])) for one in whole["bills"]] == [
        ("twob", 0), ("twoa", 3)]  # fmt: skip
    for limit in (1, 2, 3, 4):
        read: dict[str, list[int]] = {}
        after: dict[str, str] = {}
        while True:
            page = desk.get(path, params={"limit": limit, **after}).json()
            assert sum(max(1, len(one["steps"])) for one in page["bills"]) <= limit
            for one in page["bills"]:
                assert one["version"] == (3 if one["filer"] == "twoa" else 0)
                read.setdefault(one["filer"], []).extend(s["version"] for s in one["steps"])
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert read == {"twob": [], "twoa": [1, 2, 3]}, limit
    assert desk.get(path, params={"after": "x"}).json()["findings"][0]["code"] == "HTTP-CURSOR"
    assert desk.get("/v1/customs/bills/SYNNOWHERE").status_code == 404


def test_what_an_order_may_not_decide_today_waits_for_an_officer(instance: Instance) -> None:
    line = instance.let_in("day-line", "carrier", addresses=("DAYLINE:ZZZ",))
    customs = instance.let_in("day-customs", "customs", addresses=("DAYCUSTOMS:ZZZ",))
    officer = Officer(customs)
    officer.orders(officer.publishes(), bills_per_day_max=3)
    [order] = customs.get("/v1/customs/standing-orders").json()["orders"]
    assert order["bills_per_day_max"] == 3

    def files(ref: str, *numbers: str) -> None:
        paper = manifest(Call("DAYLINE", "DAYCUSTOMS", ref), *map(Paper, numbers))
        assert filed(line, paper)["state"] == "accepted"

    def steps(number: str) -> Any:
        return customs.get(f"/v1/customs/bills/{number}").json()["bills"][0]["steps"] or None

    files("DAY1", "SYNDAY1", "SYNDAY2")
    wait(lambda: steps("SYNDAY2"))
    files("DAY2", "SYNDAY3", "SYNDAY4")  # one too many
    files("DAY3", "SYNDAY5")  # the third of the day
    wait(lambda: steps("SYNDAY5"))

    def left() -> list[str] | None:
        told = customs.get("/v1/events", params={"limit": 500}).json()["events"]
        found = [e for e in told if e["code"] == "customs.left-to-officer"]
        assert all(e["body"]["reasons"] == ["ORDER-DAY"] for e in found)
        return sorted(e["about"]["key"] for e in found) or None

    assert wait(left) == ["SYNDAY3", "SYNDAY4"]
    assert steps("SYNDAY3") is None
    seen = officer.sees("SYNDAY3")
    assert officer.does(Kind.PASS_OVER, bills=seen, reason="seen").status_code == 201


def test_words_that_nobody_can_read_are_left_to_an_officer_whatever_the_order_allows(
    instance: Instance,
) -> None:
    line = instance.let_in("blur-line", "carrier", addresses=("BLURLINE:ZZZ",))
    customs = instance.let_in("blur-customs", "customs", addresses=("BLURCUSTOMS:ZZZ",))
    officer = Officer(customs)
    officer.orders(officer.publishes())
    paper = manifest(Call("BLURLINE", "BLURCUSTOMS", "BLUR1"), Paper("SYNBLUR1"), Paper("SYNBLUR2"))
    assert b"UNB+UNOC" in paper
    sent = filed(line, paper.replace(b"COTTON T-SHIRTS", "陶瓷地磚貿易".encode("big5hkscs"), 1))
    assert "EDIFACT-CHARSET-OTHER" in {found["code"] for found in sent["findings"]}

    def steps(number: str) -> Any:
        return customs.get(f"/v1/customs/bills/{number}").json()["bills"][0]["steps"] or None

    wait(lambda: steps("SYNBLUR2"))
    assert steps("SYNBLUR1") is None

    def left() -> list[tuple[str, list[str]]]:
        told = customs.get("/v1/events", params={"limit": 500}).json()["events"]
        found = [e for e in told if e["code"] == "customs.left-to-officer"]
        return [(e["about"]["key"], e["body"]["reasons"]) for e in found]

    assert wait(lambda: left() or None) == [("SYNBLUR1", ["ORDER-TEXT"])]
    own = line.get("/v1/events", params={"limit": 500}).json()["events"]
    assert not [e for e in own if e["code"].startswith("customs.")]


def test_a_chinese_name_in_letters_that_pass_for_han_is_told_and_no_order_decides_of_it(
    instance: Instance,
) -> None:
    line = instance.let_in("kana-line", "carrier", addresses=("KANALINE:ZZZ",))
    customs = instance.let_in("kana-customs", "customs", addresses=("KANACUSTOMS:ZZZ",))
    officer = Officer(customs)
    officer.orders(officer.publishes())
    papers = [Paper(f"SYNKANA{n}") for n in (1, 2, 3)]
    paper = manifest(Call("KANALINE", "KANACUSTOMS", "KANA1"), *papers)
    paper = paper.replace(b"UNOC:3", b"UNOY:4")
    paper = paper.replace(b"SAMPLE IMPORTS 1 LTD", "範例進ロ有限公司".encode(), 1)
    parts = paper.rsplit(b"COTTON T-SHIRTS", 1)
    sent = filed(line, "電カ工具".encode().join(parts))
    assert sent["state"] == "accepted", sent["findings"]
    found = {one["code"] for one in sent["findings"]}
    assert found >= {"HK-MAN-014-LOOKALIKE", "HK-MAN-014-GOODS"}

    def left() -> dict[str, list[str]] | None:
        told = customs.get("/v1/events", params={"limit": 500}).json()["events"]
        found = [e for e in told if e["code"] == "customs.left-to-officer"]
        return {e["about"]["key"]: e["body"]["reasons"] for e in found} or None

    expected = {"SYNKANA1": ["ORDER-TEXT"], "SYNKANA3": ["ORDER-TEXT"]}
    assert wait(left) == expected


def test_a_port_in_look_alike_letters_is_inspected_as_the_order_says_and_its_filer_told(
    instance: Instance,
) -> None:
    line = instance.let_in("alike-line", "carrier", addresses=("ALIKELINE:ZZZ",))
    customs = instance.let_in("alike-customs", "customs", addresses=("ALIKECUSTOMS:ZZZ",))
    officer = Officer(customs)
    officer.orders(
        officer.publishes(
            table("> 1")
            .replace(b'"gross_kg"', b'"loading_country"')
            .replace(b'"> 1"', b'"\\"CN\\""')
        )
    )
    typed = ("CNSHA", "\u0421NSHA", "\uff23NSHA", "C\u200bNSHA", "C NSHA", "JPTYO")
    papers = [Paper(f"SYNALIKE{n}") for n in range(len(typed))]
    paper = manifest(Call("ALIKELINE", "ALIKECUSTOMS", "ALIKE1"), *papers).decode()
    for place in typed:
        paper = paper.replace("LOC+9+CNSHA:139", f"LOC+9+{place}:100", 1)
    paper = paper.replace("UNB+UNOC:3", "UNB+UNOY:4").replace("+001E+", "+\uff1901\u0415+")
    sent = filed(line, paper.encode())
    told = {f["where"]["path"]: f["code"] for f in sent["findings"] if "HK-MAN-048" in f["code"]}
    assert told == {
        "head/voyage": "HK-MAN-048-HEAD",
        **{f"bills/SYNALIKE{n}/place_of_loading": "HK-MAN-048-PLACE" for n in range(1, 5)},
    }

    def statuses() -> list[str] | None:
        found = [customs.get(f"/v1/customs/bills/{one.number}").json()["bills"] for one in papers]
        steps = [bills[0]["steps"] for bills in found]
        return [one[-1]["status"] for one in steps] if all(steps) else None

    assert wait(statuses) == ["inspect"] * 5 + ["not-selected"]
