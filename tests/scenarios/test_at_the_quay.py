"""What a terminal tells of boxes, and who hears of it: carrier, forwarder, customs."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from port import filed, wait
from quay_papers import Sheet, Told, baplie, coarri, codeco, iftsta
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.codes.calendar import HONG_KONG

BOX, OTHER, OVER = "CSQU3054383", "CSQU3054402", "CSQU3054423"
LETTERS = iter("abcdefghijklmnopqrstuvwxyz")


class Quay:
    """A line, its rival, a forwarder, a terminal and customs; each test has its own ship."""

    def __init__(self, instance: Instance, letter: str) -> None:
        self.instance, self.small, self.letter = instance, letter, letter.upper()
        self.customs = self._in("customs", "customs")
        self.line = self._in("line", "carrier")
        self.rival = self._in("rival", "carrier")
        self.forwarder = self._in("forwarder", "forwarder")
        self.terminal = self._in("terminal", "terminal")
        self.sent = 0

    def _in(self, name: str, *roles: str) -> httpx.Client:
        return self.instance.let_in(
            f"{name}-{self.small}", *roles, addresses=(f"{self.at(name)}:ZZZ",)
        )

    def at(self, name: str) -> str:
        return f"{name.upper()}{self.letter}"

    @property
    def ship(self) -> str:
        return f"TDT+20+00{self.letter}E+1++SYNL:172:20+++9811000:146::SYNTHETIC STAR'"

    @property
    def call(self) -> str:
        return f"9811000/00{self.letter}E"

    def sheet(self, sender: str = "terminal", to: str = "elsewhere", **more: str) -> Sheet:
        self.sent += 1
        return Sheet(
            self.at(sender), self.at(to), f"Q{self.letter}{self.sent}", ship=self.ship, **more
        )

    def files(self, who: str, *bills: Paper) -> None:
        self.sent += 1
        call = Call(self.at(who), self.at("customs"), f"M{self.letter}{self.sent}", self.at("line"))
        paper = manifest(call, *bills).replace(b"+001E+", f"+00{self.letter}E+".encode())
        shown = filed(getattr(self, who), paper)
        assert shown["state"] == "accepted", shown["findings"]

    def cancels(self, who: str, *bills: Paper) -> None:
        """Withdraw what was filed last."""
        last = f"M{self.letter}{self.sent - 1}"
        call = Call(self.at(who), self.at("customs"), f"{last}X", self.at("line"))
        paper = manifest(call, *bills).replace(b"+001E+", f"+00{self.letter}E+".encode())
        head, _, _ = paper.partition(b"EQD+")
        head = head.replace(f"DOC-{last}X+9'".encode(), f"DOC-{last}+1'".encode())
        head = head.replace(b"NAD+CA", b"RFF+ACW:1'NAD+CA")
        count = head.count(b"'") - 1
        tail = f"UNT+{count}+{last}X'UNZ+1+{last}X'".encode()
        shown = filed(getattr(self, who), head + tail)
        assert shown["state"] == "accepted", shown["findings"]


@pytest.fixture
def port(instance: Instance) -> Quay:
    return Quay(instance, next(LETTERS))


def tells(client: httpx.Client, paper: bytes) -> dict[str, Any]:
    shown = filed(client, paper)
    assert shown["state"] == "accepted", shown["findings"]
    return shown


def moves(client: httpx.Client, key: str) -> list[str]:
    """What of boxes a client is told under a key, in the order of the quay."""
    found = client.get(f"/v1/track/{key}").json().get("found", [])
    return [e["code"] for one in found for e in one["events"] if e["code"].startswith("equipment.")]


def box(client: httpx.Client, number: str) -> dict[str, Any]:
    """How a box stands for a client."""
    found = client.get(f"/v1/track/{number}").json()["found"]
    [one] = [one for one in found if one["kind"] == "container"]
    return dict(one)


def listed(client: httpx.Client, call: str) -> dict[str, Any]:
    return dict(client.get(f"/v1/calls/{call}/listed").json())


def differing(client: httpx.Client, call: str) -> list[tuple[str, str]]:
    return [(d["box"], d["finding"]["code"]) for d in listed(client, call)["differences"]]


def until(look: Callable[[], Any], wanted: Any) -> None:
    """Wait until something looks as it should, however busy the machine is."""
    seen: list[Any] = []

    def found() -> bool | None:
        seen[:] = [look()]
        return True if seen[0] == wanted else None

    try:
        wait(found, 30)
    except AssertionError:
        assert seen == [wanted]


DISCHARGED = "equipment.discharged"


def test_a_discharge_is_told_to_line_and_customs_under_the_box_and_under_its_bill(
    port: Quay,
) -> None:
    port.files("line", Paper(f"SYNB{port.letter}1", box=BOX))
    shown = tells(port.terminal, coarri(port.sheet(), [Told(BOX)]))
    assert [answer["kind"] for answer in shown["answers"]] == ["CONTRL"]
    assert shown["findings"] == []
    for client in (port.terminal, port.line, port.customs):
        until(partial(moves, client, BOX), [DISCHARGED])
    for client in (port.line, port.customs):
        assert moves(client, f"SYNB{port.letter}1") == [DISCHARGED]
    # It knows the box that it worked, and nothing of the bill in it.
    assert moves(port.terminal, f"SYNB{port.letter}1") == []
    assert moves(port.rival, BOX) == []
    moved = box(port.line, BOX)["moved"]
    assert (moved["what"], moved["happened_at"]) == (DISCHARGED, "2026-11-23T08:15:00+08:00")
    assert moved["said_by"] == f"terminal-{port.small}"


def test_what_was_told_before_the_manifest_came_is_seen_once_it_is_filed(port: Quay) -> None:
    tells(port.terminal, coarri(port.sheet(), [Told(BOX)]))
    until(lambda: moves(port.terminal, BOX), [DISCHARGED])
    assert moves(port.line, BOX) == []
    port.files("line", Paper(f"SYNB{port.letter}1", box=BOX))
    until(lambda: moves(port.line, BOX), [DISCHARGED])
    until(lambda: moves(port.customs, BOX), [DISCHARGED])
    feed = port.line.get("/v1/events?limit=500").json()["events"]
    assert DISCHARGED in {event["code"] for event in feed}


def test_a_draft_is_filled_from_what_the_quay_told_of_the_box_for_those_who_see_it(
    port: Quay,
) -> None:
    number = f"SYND{port.letter}1"
    port.files("forwarder", Paper(number, f"MASTER{port.letter}", BOX))
    tells(port.terminal, coarri(port.sheet(), [Told(BOX, kilograms=2450)]))
    until(lambda: moves(port.forwarder, BOX), [DISCHARGED])

    def from_the_quay(client: httpx.Client, *keys: str) -> dict[str, Any]:
        new = {"profile": "hk-road-aci", "keys": keys}
        made = client.post("/v1/drafts", json=new)
        assert made.status_code == 201, made.text
        return {
            field["field"]: (told["value"], told["source"]["sender"])
            for field in made.json()["fields"]
            for told in field["told"]
            if told["source"]["kind"] == "movement"
        }

    terminal = f"terminal-{port.small}"
    told = {"gross_mass_g": 2_450_000, "size_type": "22G1", "full": True, "seals": ["SEAL1"]}
    wanted = {f"boxes/{BOX}/{name}": (value, terminal) for name, value in told.items()}
    # By the bill as by the box; and of goods and parties the quay tells nothing.
    assert from_the_quay(port.forwarder, number) == wanted
    assert from_the_quay(port.forwarder, BOX) == wanted
    assert from_the_quay(port.rival, number, BOX) == {}


def test_in_a_shared_box_nobody_learns_of_the_other_bill(port: Quay) -> None:
    mine, theirs = f"MINE{port.letter}", f"THEIRS{port.letter}"
    port.files("forwarder", Paper(mine, f"MASTER{port.letter}", BOX))
    port.files("rival", Paper(theirs, box=BOX))
    refs = f"RFF+BM:{mine}'RFF+BM:{theirs}'DGS+IMD+3+1993'"
    tells(port.terminal, coarri(port.sheet(), [Told(BOX, more=refs)]))
    until(lambda: moves(port.forwarder, mine), [DISCHARGED])
    until(lambda: moves(port.rival, theirs), [DISCHARGED])
    assert moves(port.forwarder, theirs) == moves(port.rival, mine) == []
    for client, secret in ((port.forwarder, theirs), (port.rival, mine)):
        for path in (f"/v1/track/{BOX}", "/v1/events?limit=500", f"/v1/calls/{port.call}/listed"):
            text = client.get(path).text
            assert secret not in text
            assert "1993" not in text


def test_a_grant_of_the_boxes_shows_their_moves_and_its_end_takes_them_away(port: Quay) -> None:
    bill = f"SYNB{port.letter}1"
    bank = port.instance.let_in(f"bank-{port.small}", "bank")
    port.files("line", Paper(bill, box=BOX))
    tells(port.terminal, coarri(port.sheet(), [Told(BOX)]))
    grant = {"bill": bill, "receiver": f"bank-{port.small}", "view": "equipment", "days": 1}
    given = port.line.post("/v1/grants", json=grant).json()
    until(lambda: moves(bank, bill), [DISCHARGED])
    tells(port.terminal, codeco(port.sheet(), [Told(BOX, at="202611240900")]))
    until(lambda: moves(bank, BOX), [DISCHARGED, "equipment.gate-out"])
    assert port.line.delete(f"/v1/grants/{given['id']}").status_code == 204
    until(lambda: moves(bank, BOX), [])
    assert moves(port.line, BOX) == [DISCHARGED, "equipment.gate-out"]


def test_a_grant_of_the_status_alone_shows_no_box(port: Quay) -> None:
    bill = f"SYNB{port.letter}1"
    bank = port.instance.let_in(f"bank-{port.small}", "bank")
    port.files("line", Paper(bill, box=BOX))
    grant = {"bill": bill, "receiver": f"bank-{port.small}", "view": "status", "days": 1}
    assert port.line.post("/v1/grants", json=grant).status_code == 201
    tells(port.terminal, coarri(port.sheet(), [Told(BOX)]))
    until(lambda: moves(port.line, BOX), [DISCHARGED])
    assert moves(bank, BOX) == moves(bank, bill) == []


def test_a_box_of_another_voyage_is_not_taken_for_this_one(port: Quay) -> None:
    port.files("line", Paper(f"SYNB{port.letter}1", box=BOX))
    later = replace(port.sheet(), ship=port.ship.replace("E+1", "X+1"))
    tells(port.terminal, coarri(later, [Told(BOX)]))
    tells(port.terminal, coarri(port.sheet(), [Told(OTHER)]))
    until(lambda: moves(port.customs, OTHER), [DISCHARGED])
    assert moves(port.line, BOX) == moves(port.customs, BOX) == []


def test_a_report_without_a_call_is_tied_by_the_bill_that_it_names_and_else_by_nothing(
    port: Quay,
) -> None:
    bill = f"SYNB{port.letter}1"
    port.files("line", Paper(bill, box=BOX), Paper(f"SYNB{port.letter}2", box=OTHER))
    bare = replace(port.sheet(), ship="")
    shown = tells(port.terminal, codeco(bare, [Told(BOX, more=f"RFF+BM:{bill}'"), Told(OTHER)]))
    assert [f["code"] for f in shown["findings"]] == ["QUAY-CALL-MISSING"]
    until(lambda: moves(port.line, BOX), ["equipment.gate-out"])
    assert moves(port.line, OTHER) == []


def test_list_and_quay_are_compared_with_both_sources_and_what_nobody_told_is_no_difference(
    port: Quay,
) -> None:
    one, two = f"SYNB{port.letter}1", f"SYNB{port.letter}2"
    port.files("line", Paper(one, box=BOX), Paper(two, box=OTHER))
    until(lambda: listed(port.customs, port.call).get("listed"), 2)
    assert listed(port.customs, port.call)["told"] == {}
    assert differing(port.customs, port.call) == []
    sheet = port.sheet()
    tells(port.terminal, coarri(sheet, [Told(BOX, full="4", kilograms=9_000), Told(OVER)]))
    until(
        lambda: differing(port.customs, port.call),
        [
            (BOX, "LISTED-FULL-DIFFERS"),
            (OTHER, "LISTED-NOT-DISCHARGED"),
            (OVER, "LISTED-DISCHARGED-OVER"),
        ],
    )
    # The line sees its own boxes; what is not on its list is another's business.
    until(
        lambda: differing(port.line, port.call),
        [(BOX, "LISTED-FULL-DIFFERS"), (OTHER, "LISTED-NOT-DISCHARGED")],
    )
    [differs] = [d for d in listed(port.line, port.call)["differences"] if d["box"] == BOX]
    assert differs["listed"]["said_by"] == f"line-{port.small}"
    assert differs["told"]["said_by"] == f"terminal-{port.small}"
    assert differs["told"]["document"] == f"DOC-{sheet.ref}"
    # Whoever reports sees what he told, and no list that is not his.
    mine = listed(port.terminal, port.call)
    assert (mine["listed"], mine["told"], mine["differences"]) == (0, {DISCHARGED: 2}, [])
    tells(port.terminal, coarri(port.sheet(), [Told(OTHER)]))
    until(
        lambda: differing(port.customs, port.call),
        [(BOX, "LISTED-FULL-DIFFERS"), (OVER, "LISTED-DISCHARGED-OVER")],
    )


def test_a_box_on_the_quay_whose_manifest_is_withdrawn_is_a_difference(port: Quay) -> None:
    bill = f"SYNB{port.letter}1"
    port.files("line", Paper(bill, box=BOX))
    tells(port.terminal, coarri(port.sheet(to="line"), [Told(BOX), Told(OVER)]))
    for client in (port.customs, port.line):
        until(partial(differing, client, port.call), [(OVER, "LISTED-DISCHARGED-OVER")])
    port.cancels("line", Paper(bill, box=BOX))
    over = [(BOX, "LISTED-DISCHARGED-OVER"), (OVER, "LISTED-DISCHARGED-OVER")]
    for client in (port.customs, port.line):
        until(partial(differing, client, port.call), sorted(over))
        assert listed(client, port.call)["manifests"] == []
    # Whoever never saw a list is told of none.
    assert listed(port.terminal, port.call)["differences"] == []


def test_whom_the_terminal_addresses_its_report_to_sees_all_of_it(port: Quay) -> None:
    port.files("line", Paper(f"SYNB{port.letter}1", box=BOX))
    tells(port.terminal, coarri(port.sheet(to="line"), [Told(BOX), Told(OVER)]))
    until(lambda: differing(port.line, port.call), [(OVER, "LISTED-DISCHARGED-OVER")])
    assert moves(port.rival, OVER) == []


def test_before_the_ship_comes_the_list_is_held_against_the_newest_stowage_plan(port: Quay) -> None:
    port.files("line", Paper(f"SYNB{port.letter}1", box=BOX), Paper(f"B{port.letter}2", box=OTHER))
    tells(port.rival, baplie(port.sheet("rival"), [Told(BOX), Told(OVER)]))
    until(
        lambda: differing(port.customs, port.call),
        [(OTHER, "LISTED-NOT-ABOARD"), (OVER, "LISTED-ABOARD-OVER")],
    )
    assert listed(port.customs, port.call)["told"] == {"equipment.stowed": 2}
    tells(port.rival, baplie(port.sheet("rival"), [Told(BOX), Told(OTHER)]))
    until(lambda: differing(port.customs, port.call), [])


def test_a_report_that_is_corrected_shows_what_was_taken_back_and_what_stands(port: Quay) -> None:
    bill = f"SYNB{port.letter}1"
    port.files("line", Paper(bill, box=BOX))
    first = port.sheet(document=f"D{port.letter}")
    tells(port.terminal, coarri(first, [Told(BOX), Told(OTHER)]))
    change = port.sheet(document=f"D{port.letter}", function="4")
    tells(port.terminal, coarri(change, [Told(BOX, at="202611230915", kilograms=2500)]))
    until(lambda: moves(port.line, BOX), [DISCHARGED, DISCHARGED, "equipment.report-withdrawn"])
    now = box(port.line, BOX)
    assert now["moved"]["happened_at"] == "2026-11-23T09:15:00+08:00"
    assert now["particulars"]["gross_mass_g"] == 2_500_000
    cancel = port.sheet(document=f"D{port.letter}", function="1")
    shown = tells(port.terminal, coarri(cancel, []))
    assert shown["findings"] == []
    until(lambda: box(port.line, BOX)["moved"], None)
    until(lambda: listed(port.customs, port.call)["told"], {})


def test_the_very_same_report_again_changes_nothing_and_another_under_its_number_is_refused(
    port: Quay,
) -> None:
    sheet = port.sheet(document=f"D{port.letter}")
    paper = coarri(sheet, [Told(BOX)])
    tells(port.terminal, paper)
    again = port.terminal.post("/v1/messages", content=paper)
    assert again.headers["Waglan-Replayed"] == "true"
    # In another interchange, too.
    elsewhere = paper.replace(f"0900+{sheet.ref}'".encode(), b"0901+ELSE'")
    elsewhere = elsewhere.replace(f"UNZ+1+{sheet.ref}'".encode(), b"UNZ+1+ELSE'")
    assert tells(port.terminal, elsewhere)["findings"] == []
    assert moves(port.terminal, BOX) == [DISCHARGED]
    other = coarri(port.sheet(document=f"D{port.letter}"), [Told(OTHER)])
    shown = filed(port.terminal, other)
    assert shown["state"] == "refused"
    assert [f["code"] for f in shown["findings"]] == ["QUAY-DOCUMENT-TAKEN"]
    assert [answer["kind"] for answer in shown["answers"]] == ["CONTRL", "APERAK"]
    assert moves(port.terminal, OTHER) == []


def test_late_and_out_of_order_reports_stand_in_the_order_of_the_quay(port: Quay) -> None:
    tells(port.terminal, codeco(port.sheet(), [Told(BOX, at="202611240900")]))
    tells(port.terminal, coarri(port.sheet(), [Told(BOX, at="202611230815")]))
    assert moves(port.terminal, BOX) == [DISCHARGED, "equipment.gate-out"]
    assert box(port.terminal, BOX)["moved"]["what"] == "equipment.gate-out"


def test_a_carriers_statuses_are_told_as_he_sent_them(port: Quay) -> None:
    tells(port.line, iftsta(port.sheet("line"), [Told(BOX)]))
    told = box(port.line, BOX)
    assert told["moved"]["what"] == "equipment.status"
    assert told["particulars"]["status_text"] == "ARRIVED AT RAMP"
    assert told["particulars"]["place"] == "CNCAN"
    assert told["particulars"]["status_meaning"] is None
    # Only where it is agreed of what list a partner's codes are do they mean something here.
    agreed = {"statuses": "rec24"}
    party = port.line.get("/v1/whoami").json()["party"]
    path = f"/v1/partners/{party}/profile"
    assert port.instance.operator.put(path, json=agreed).status_code == 200
    paper = iftsta(port.sheet("line"), [Told(BOX, at="202611250900")])
    tells(port.line, paper.replace(b"STS+1+AR:::ARRIVED AT RAMP", b"STS+1+24:ZZZ:6"))
    said = box(port.line, BOX)["particulars"]
    assert (said["status"], said["status_list"], said["status_meaning"]) == (
        "24", "ZZZ:6", "departed",
    )  # fmt: skip
    assert port.instance.operator.put(path, json={}).status_code == 200


@pytest.mark.parametrize(
    ("who", "make", "code"),
    [
        ("forwarder", coarri, "PARTY-ROLE-FOR-MESSAGE"),
        ("forwarder", baplie, "PARTY-ROLE-FOR-MESSAGE"),
        ("forwarder", codeco, "PARTY-ROLE-FOR-MESSAGE"),
    ],
)
def test_what_somebody_may_not_tell_is_refused_and_changes_nothing(
    port: Quay, who: str, make: Callable[..., bytes], code: str
) -> None:
    shown = filed(getattr(port, who), make(port.sheet(who), [Told(BOX)]))
    assert (shown["state"], [f["code"] for f in shown["findings"]]) == ("refused", [code])
    assert moves(getattr(port, who), BOX) == []


def test_a_terminal_declares_no_cargo_and_sends_in_nobody_elses_name(port: Quay) -> None:
    call = Call(port.at("terminal"), port.at("customs"), f"T{port.letter}")
    shown = filed(port.terminal, manifest(call, Paper("NOTITS")))
    assert [f["code"] for f in shown["findings"]] == ["PARTY-ROLE-FOR-MESSAGE"]
    shown = filed(port.terminal, coarri(port.sheet("line"), [Told(BOX)]))
    assert [f["code"] for f in shown["findings"]] == ["PARTY-SENDER-NOT-YOURS"]
    assert moves(port.terminal, BOX) == []


def test_a_message_that_names_anothers_gln_as_its_sender_is_refused(
    port: Quay, instance: Instance
) -> None:
    own, foreign, operators = "4600000000015", "4600000000022", "4600000000039"
    at = f"GLN{port.letter}"
    terminal = instance.let_in(f"gln-{port.letter.lower()}", "terminal",
                               addresses=(f"{at}:ZZZ", f"{own}:14"))  # fmt: skip

    def sent(ref: str, party: str) -> tuple[str, list[str]]:
        paper = codeco(Sheet(at, port.at("customs"), ref), [Told(BOX)])
        shown = filed(terminal, paper.replace(b"NAD+MS+SYNT1'", f"NAD+{party}'".encode()))
        return shown["state"], [f["code"] for f in shown["findings"] if f["severity"] == "error"]

    assert sent("GLN1", f"MS+{foreign}::9") == ("refused", ["PARTY-SENDER-NOT-YOURS"])
    assert sent("GLN2", f"FR+{foreign}:160:9") == ("refused", ["PARTY-SENDER-NOT-YOURS"])
    # Also where nobody says whose list the number is from: its check digit fits.
    assert sent("GLN6", "MS+4012345000009") == ("refused", ["PARTY-SENDER-NOT-YOURS"])
    assert moves(terminal, BOX) == []
    assert sent("GLN7", "MS+4012345000008") == ("accepted", [])
    assert sent("GLN3", f"MS+{own}::9") == ("accepted", [])
    # Who else is named is no sender, and a code of another list is nobody's address.
    assert sent("GLN4", f"CF+{operators}::9") == ("accepted", [])
    assert sent("GLN5", f"MS+{foreign}:160:ZZZ") == ("accepted", [])


def test_a_manifest_without_an_arrival_is_late_by_the_first_discharge_that_its_filer_sees(
    port: Quay,
) -> None:
    three_weeks_ago = datetime.now(HONG_KONG) - timedelta(days=21)
    told = [Told(BOX, at=f"{three_weeks_ago:%Y%m%d%H%M}")]
    tells(port.terminal, coarri(port.sheet(to="line"), told))

    def found(who: str, number: str) -> list[dict[str, Any]]:
        port.sent += 1
        ref = f"N{port.letter}{port.sent}"
        paper = manifest(
            Call(port.at(who), port.at("customs"), ref, port.at("line")), Paper(number)
        )
        paper = re.sub(rb"DTM\+132:[^']*'", b"", paper).replace(b"UNT+24+", b"UNT+23+")
        paper = paper.replace(b"+001E+", f"+00{port.letter}E+".encode())
        shown = filed(getattr(port, who), paper)
        assert shown["state"] == "accepted", shown["findings"]
        return [f for f in shown["findings"] if f["code"].startswith("HK-MAN-045")]

    [late] = found("line", "SYNNODAY1")
    assert late["code"] == "HK-MAN-045-LATE-CAME"
    assert late["params"]["by"] == f"terminal-{port.small}"
    assert late["params"]["date"] == three_weeks_ago.date().isoformat()
    # Whom the terminal told nothing can't know it, and is told nothing by this either.
    assert found("rival", "SYNNODAY2") == []


def test_a_report_from_the_future_is_kept_and_questioned(port: Quay) -> None:
    shown = tells(port.terminal, coarri(port.sheet(), [Told(BOX, at="209911230815")]))
    assert [f["code"] for f in shown["findings"]] == ["QUAY-TIME-AHEAD"]
    until(partial(moves, port.terminal, BOX), [DISCHARGED])
    assert box(port.terminal, BOX)["moved"] is None


def test_a_report_of_the_last_century_is_kept_and_questioned(port: Quay) -> None:
    shown = tells(port.terminal, coarri(port.sheet(), [Told(BOX, at="190011230815")]))
    assert [f["code"] for f in shown["findings"]] == ["QUAY-TIME-OLD"]


@pytest.mark.parametrize(("length", "state"), [(35, "accepted"), (36, "refused")])
def test_a_text_is_taken_up_to_its_length_and_refused_beyond(
    port: Quay, length: int, state: str
) -> None:
    number = "X" * length
    shown = filed(port.terminal, coarri(port.sheet(), [Told(number)]))
    assert shown["state"] == state
    assert ("MANIFEST-TEXT-LONG" in [f["code"] for f in shown["findings"]]) == (length > 35)
    assert moves(port.terminal, number) == ([DISCHARGED] if length <= 35 else [])
