"""A truck stands at the gate, the network is down, and the driver holds out a paper with a code."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from command_line import CommandLine
from event_batches import box_number
from port import Officer, wait
from running_instance import ORIGIN, Instance
from shipping_papers import Call, Paper, manifest
from tampering import tampering
from test_erasure import erase

from waglan.customs.hold_list import Answer, HoldList, ask, check_holds
from waglan.customs.officer_act import Kind
from waglan.customs.signed_status import SignedStatus, check_status
from waglan.gateway.keys import STATEMENTS, renew_statement_keys
from waglan.gateway.status_code import picture
from waglan.logbook.evidence import Kept, Standing, Trust, verify
from waglan.logbook.key_set import End, KeySet, read_key_set

VOYAGE = "9811000/001E"
BOX, OTHER_BOX = "CSQU3054383", "TCLU1234560"
OWN_BOX, FIRST_BOX, SECOND_BOX, LATER_BOX = map(box_number, range(7_700, 7_704))  # of one test each
NUMBERS = count(1)


@dataclass
class Port:
    """A line, the officer with whom it files, and a terminal that sees what the line shows it."""

    instance: Instance
    line: httpx.Client
    terminal: httpx.Client
    officer: Officer

    def files(self, *bills: Paper, instead_of: str = "", how: str = "5") -> str:
        ref = f"G{next(NUMBERS)}"
        paper = manifest(Call("GATELINE", "GATECUSTOMS", ref), *bills)
        if instead_of:
            paper = paper.replace(f"+DOC-{ref}+9'".encode(), f"+DOC-{instead_of}+{how}'".encode())
            paper = paper.replace(b":203'NAD+CA", b":203'RFF+ACW:1'NAD+CA", 1)
            segments = paper.count(b"'") - 2 - 1
            paper = paper[: paper.index(b"UNT+")] + f"UNT+{segments}+{ref}'UNZ+1+{ref}'".encode()
        sent = self.line.post("/v1/messages", content=paper, headers={"Prefer": "wait=30"})
        assert sent.json()["state"] == "accepted", sent.json()["findings"]
        return ref

    def shows(self, number: str, view: str = "equipment") -> None:
        grant = {"bill": number, "receiver": "gate-terminal", "view": view, "days": 1}
        assert self.line.post("/v1/grants", json=grant).status_code == 201

    def filed(self, box: str = BOX, view: str = "equipment") -> str:
        number = f"SYNGATE{next(NUMBERS)}"
        self.files(Paper(number, box=box))
        self.shows(number, view)
        return number

    def does(self, kind: Kind, number: str, **said: Any) -> None:
        """An officer acts, and the call's notices are served."""
        done = self.officer.does(kind, bills=self.officer.sees(number), **said)
        assert done.status_code == 201, done.text
        self.officer.serves(VOYAGE)

    def passes(self, number: str) -> None:
        self.does(Kind.PASS_OVER, number, reason="known shipper")

    def detains(self, number: str) -> None:
        self.does(Kind.DETAIN, number, reason="weight looks odd", instruction="Keep it closed.")

    def states(self, key: str, by: httpx.Client | None = None) -> list[dict[str, Any]]:
        asking = by or self.terminal
        # A grant is settled and a notice numbered in a moment, which is waited for.
        answer = wait(lambda: early(asking.get(f"/v1/customs-status/{key}")))
        return list(answer.json()["found"])

    def keys(self) -> KeySet:
        bundle = wait(lambda: self.instance.operator.get("/v1/keys")).content
        verdict = verify(bundle, Trust({ORIGIN: [self.instance.log_key]}, None))
        assert verdict.standing is Standing.SIGNED
        assert isinstance(verdict.said, Kept)
        keys = read_key_set(verdict.said.event)
        assert keys is not None
        return keys

    def proven(self, text: str) -> SignedStatus:
        checked = check_status(text, self.keys(), at=datetime.now(UTC))
        assert checked.status is not None, checked.findings
        assert checked.findings == ()
        return checked.status

    def holds(self, by: httpx.Client | None = None) -> HoldList:
        asking = by or self.terminal
        answer = wait(lambda: early(asking.get(f"/v1/calls/{VOYAGE}/holds")))
        checked = check_holds(answer.content, self.keys(), at=datetime.now(UTC))
        assert checked.held is not None, checked.findings
        return checked.held


def early(answer: httpx.Response) -> httpx.Response:
    """For the moment before a notice has its number one is told to come again."""
    if answer.status_code == 503:
        assert answer.headers["retry-after"] == "1"
        assert codes(answer) == ["STATUS-NOT-NUMBERED"]
    return answer


def codes(answer: httpx.Response) -> list[str]:
    return [finding["code"] for finding in answer.json()["findings"]]


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    line = instance.let_in("gate-line", "carrier", addresses=("GATELINE:ZZZ",))
    customs = instance.let_in("gate-customs", "customs", addresses=("GATECUSTOMS:ZZZ",))
    terminal = instance.let_in("gate-terminal", "terminal", addresses=("GATETERMINAL:ZZZ",))
    return Port(instance, line, terminal, Officer(customs))


def test_what_customs_told_is_proven_at_the_gate_with_the_logs_key_alone(port: Port) -> None:
    number = port.filed()
    port.passes(number)
    [shown] = port.states(number)
    status = port.proven(shown["text"])
    assert (status.bill, status.status.value, status.version) == (number, "not-selected", 1)
    assert (status.authority, status.call) == ("gate-customs", VOYAGE)
    assert (status.boxes, status.boxes_of) == ((BOX,), 1)
    assert shown["filed_since"] is None
    [event] = [e for e in port.line.get(f"/v1/track/{number}").json()["found"][0]["events"]
               if e["code"] == "customs.notice-served"]  # fmt: skip
    assert status.seq == event["seq"]
    # The very notice can be shown too: the paper names its place in the log.
    assert wait(lambda: port.terminal.get(f"/v1/evidence/{status.seq}")).is_success


def test_what_was_told_a_moment_ago_is_waited_for(port: Port) -> None:
    number = port.filed(box=box_number(7_710))
    wait(lambda: port.terminal.get(f"/v1/track/{number}"))
    asked = [f"/v1/customs-status/{number}", f"/v1/calls/{VOYAGE}/holds"]
    with (
        psycopg.connect(port.instance.dsn.admin or "") as conn,
        ThreadPoolExecutor(len(asked)) as pool,
    ):
        conn.execute("SELECT 1 FROM log_head FOR UPDATE")  # nothing is numbered meanwhile
        port.passes(number)
        answers = [pool.submit(port.line.get, path) for path in asked]
        time.sleep(0.5)
        assert not any(answer.done() for answer in answers)
        conn.rollback()
        assert [answer.result().status_code for answer in answers] == [200, 200]
        conn.execute("SELECT 1 FROM log_head FOR UPDATE")
        port.detains(number)
        late = [port.line.get(path) for path in asked]
        conn.rollback()
    assert [answer.status_code for answer in late] == [503, 503]
    for answer in late:
        early(answer)


def test_a_terminal_prints_the_status_of_a_bill_as_a_picture(port: Port) -> None:
    number = port.filed(box="CSQU3054402")
    port.passes(number)
    [shown] = port.states(number)
    path = f"/v1/customs-status/{number}"
    for wish, form, begins in (
        ("image/svg+xml", "image/svg+xml", b"<?xml"),
        ("image/png, image/svg+xml;q=0.5", "image/png", b"\x89PNG"),
        ("image/svg+xml, */*", "image/svg+xml", b"<?xml"),
        ("*/*", "application/json", b"{"),
        ("image/png;q=0", "application/json", b"{"),
        ("image/svg+xml;q=0.5, application/json", "application/json", b"{"),
    ):
        answer = port.terminal.get(path, headers={"Accept": wish})
        assert answer.headers["content-type"].startswith(form), wish
        assert answer.content.startswith(begins), wish
        assert "accept" in answer.headers["vary"].lower()
    # The very drawing that the command makes of the text, which is made anew each second.
    drawn = picture(shown["text"], "image/svg+xml")
    assert drawn == picture(shown["text"], "image/svg+xml")
    assert drawn != picture(shown["text"].replace("A", "B"), "image/svg+xml")
    # A box with two bills has two statuses, and no picture of both.
    other = port.filed(box="CSQU3054402")
    port.passes(other)
    assert len(port.states("CSQU3054402")) == 2
    both = port.terminal.get("/v1/customs-status/CSQU3054402", headers={"Accept": "image/png"})
    assert (both.status_code, codes(both)) == (409, ["STATUS-SEVERAL"])
    untold = port.filed()
    refused = port.terminal.get(f"/v1/customs-status/{untold}", headers={"Accept": "image/png"})
    assert refused.headers["content-type"] == "application/problem+json"


def test_before_the_notice_nobody_is_told_whatever_was_decided(port: Port) -> None:
    decided, waiting = port.filed(), port.filed()
    done = port.officer.does(Kind.SELECT, bills=port.officer.sees(decided), reason="its weight")
    assert done.status_code == 201, done.text
    for asking in (port.line, port.terminal, port.officer.desk):
        answers = [asking.get(f"/v1/customs-status/{number}") for number in (decided, waiting)]
        assert [(a.status_code, codes(a)) for a in answers] == [(409, ["STATUS-UNTOLD"])] * 2
        assert decided not in str(asking.get(f"/v1/calls/{VOYAGE}/holds").content)


def test_no_more_than_the_notice_is_in_it_whatever_officers_look_for(port: Port) -> None:
    """Two bills that are told alike are stated alike, though one was found by a table."""
    by_hand = port.filed()
    port.does(Kind.SELECT, by_hand, reason="a tip about the consignee")
    port.officer.orders(port.officer.publishes(inspecting("ALL", "> 1")))
    by_table = f"SYNGATE{next(NUMBERS)}"
    port.files(Paper(by_table))
    wait(lambda: True if port.officer.sees(by_table)[0].version else None)
    port.shows(by_table)
    port.officer.serves(VOYAGE)
    revoked = port.officer.does(Kind.REVOKE_ORDER, order="order-1", reason="the test is over")
    assert revoked.status_code == 201
    found = [port.states(number)[0] for number in (by_hand, by_table)]
    told = [port.proven(one["text"]) for one in found]
    own = ("bill", "manifest", "told_at", "as_of", "seq")
    bare = [{n: getattr(s, n) for n in s.__struct_fields__ if n not in own} for s in told]
    assert bare[0] == bare[1]
    assert told[0].status.value == "inspect"
    assert len(found[0]["text"]) == pytest.approx(len(found[1]["text"]), abs=4)
    rows = [row for row in port.holds().rows if row.bill in (by_hand, by_table)]
    plain = [{n: getattr(r, n) for n in r.__struct_fields__ if n not in own} for r in rows]
    assert plain[0] == plain[1]


def inspecting(rule: str, condition: str) -> bytes:
    """An officers' table of one rule."""
    names = ("rule", "status", "note")
    row = {"rule": f'"{rule}"', "status": '"inspect"', "note": '"LOOK"', "i0": condition}
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": "i0", "name": "", "field": "gross_kg"}],
        "outputs": [{"id": name, "name": name, "field": name} for name in names],
        "rules": [row],
    }
    nodes = [
        {"id": "a", "type": "inputNode", "name": "in", "content": {}},
        {"id": "b", "type": "decisionTableNode", "name": "risk", "content": content},
    ]
    return json.dumps({"nodes": nodes, "edges": []}).encode()


def test_a_hold_beats_the_paper_that_was_printed_before_it(port: Port) -> None:
    number = port.filed(box=LATER_BOX)
    port.passes(number)
    paper = port.states(number)[0]["text"]
    before = port.holds()
    assert ask(before, number)[0] is Answer.NOT_HELD
    port.detains(number)
    after = port.holds()
    assert after.number > before.number
    assert ask(after, number)[0] is Answer.HELD
    assert ask(after, LATER_BOX)[0] is Answer.HELD
    now = datetime.now(UTC)
    assert check_status(paper, port.keys(), [before], at=now).findings == ()
    [finding] = check_status(paper, port.keys(), [before, after], at=now).findings
    assert (finding.code, finding.params["now"]) == ("STATUS-SUPERSEDED", "detained")


def test_a_box_is_stated_bill_by_bill_and_held_while_one_of_them_is(port: Port) -> None:
    first, second = port.filed(box=OTHER_BOX), port.filed(box=OTHER_BOX)
    port.passes(first)
    port.detains(second)
    stated = {one["bill"]: one for one in port.states(OTHER_BOX)}
    assert {bill: stated[bill]["status"] for bill in (first, second)} == {
        first: "not-selected", second: "detained",
    }  # fmt: skip
    assert {tuple(one["boxes"]) for one in stated.values()} == {(OTHER_BOX,)}
    held = port.holds()
    assert ask(held, OTHER_BOX)[0] is Answer.HELD
    assert ask(held, first)[0] is Answer.NOT_HELD
    port.does(Kind.LIFT, second, reason="papers came")
    assert ask(port.holds(), OTHER_BOX)[0] is Answer.NOT_HELD


def test_who_may_see_the_status_alone_is_told_no_box(port: Port) -> None:
    number = port.filed(view="status")
    port.detains(number)
    [shown] = wait(lambda: port.states(number) or None)
    assert (shown["boxes"], shown["boxes_of"]) == ([], None)
    [row] = [row for row in port.holds().rows if row.bill == number]
    assert row.boxes is None
    assert port.states(number, port.line)[0]["boxes"] == [BOX]


def test_a_list_holds_what_its_reader_may_see_and_is_made_out_to_him(port: Port) -> None:
    shown, hidden = port.filed(), f"SYNGATE{next(NUMBERS)}"
    port.files(Paper(hidden))
    port.detains(shown)
    port.detains(hidden)
    held = port.holds()
    assert held.reader == "gate-terminal"
    assert ask(held, shown)[0] is Answer.HELD
    assert ask(held, hidden)[0] is Answer.NOT_LISTED
    assert ask(port.holds(port.line), hidden)[0] is Answer.HELD
    assert ask(port.holds(port.officer.desk), hidden)[0] is Answer.HELD
    assert port.terminal.get(f"/v1/customs-status/{hidden}").status_code == 404
    stranger = port.instance.let_in(f"gate-stranger-{next(NUMBERS)}", "terminal")
    assert stranger.get(f"/v1/calls/{VOYAGE}/holds").status_code == 404


def test_a_status_names_the_version_that_customs_spoke_of(port: Port) -> None:
    number = f"SYNGATE{next(NUMBERS)}"
    ref = port.files(Paper(number))
    port.shows(number)
    port.detains(number)
    port.files(Paper(number, box=OTHER_BOX), instead_of=ref)
    # Who sees the manifest is told that customs has not spoken of its newest version.
    [seen] = wait(lambda: [s for s in port.states(number, port.line) if s["filed_since"]] or None)
    assert (seen["version"], seen["filed_since"], seen["boxes"]) == (1, 2, [BOX])
    [shown] = port.states(number)
    assert (shown["version"], shown["filed_since"]) == (1, None)
    # What is held stays held in whatever box it goes on.
    held = wait(lambda: OTHER_BOX in (row(port.holds(), number).boxes or ()) or None)
    assert held
    assert row(port.holds(), number).boxes == (BOX, OTHER_BOX)


def row(held: HoldList, number: str) -> Any:
    [found] = [row for row in held.rows if row.bill == number]
    return found


def test_of_a_bill_that_was_withdrawn_no_status_is_stated_but_a_hold_stays(port: Port) -> None:
    gone, kept = f"SYNGATE{next(NUMBERS)}", f"SYNGATE{next(NUMBERS)}"
    for number, acts in ((gone, port.passes), (kept, port.detains)):
        ref = port.files(Paper(number))
        acts(number)
        assert port.states(number, port.line)
        port.files(Paper(number), instead_of=ref, how="1")
        path = f"/v1/customs-status/{number}"
        wait(lambda path=path: withdrawn(port.line.get(path)))  # type: ignore[misc]
    assert ask(port.holds(port.line), gone)[0] is Answer.NOT_LISTED
    assert ask(port.holds(port.line), kept)[0] is Answer.HELD


def withdrawn(answer: httpx.Response) -> bool | None:
    return codes(answer) == ["STATUS-WITHDRAWN"] if answer.status_code == 409 else None


def test_a_status_whose_notice_was_erased_is_stated_to_nobody_but_a_hold_stays(port: Port) -> None:
    box = box_number(7_705)
    passed, held = port.filed(box), port.filed(box)
    port.passes(passed)
    port.detains(held)
    seqs = {number: port.proven(port.states(number)[0]["text"]).seq for number in (passed, held)}
    for number, seq in seqs.items():
        erase(port.instance, "event", str(seq))
        for reader in (port.line, port.terminal):
            answer = reader.get(f"/v1/customs-status/{number}")
            assert codes(answer) == ["STATUS-ERASED"], answer.text
            assert f"event {seq} of the log" in answer.json()["findings"][0]["problem"]
            assert codes(reader.get(f"/v1/customs-status/{box}")) == ["STATUS-ERASED"]
    [track] = port.line.get(f"/v1/track/{passed}").json()["found"]
    assert track["customs"] is None
    assert [row.bill for row in port.holds().rows if row.bill in seqs] == [held]


def test_two_filers_of_one_number_are_stated_apart(port: Port) -> None:
    other = port.instance.let_in("gate-second", "carrier", addresses=("GATESECOND:ZZZ",))
    number = port.filed(box=FIRST_BOX)
    paper = manifest(Call("GATESECOND", "GATECUSTOMS", "S1"), Paper(number, box=SECOND_BOX))
    sent = other.post("/v1/messages", content=paper)
    assert sent.json()["state"] == "accepted", sent.json()["findings"]
    first = [target for target in port.officer.sees(number) if target.filer == "gate-line"]
    second = [target for target in port.officer.sees(number) if target.filer == "gate-second"]
    for kind, bills in ((Kind.PASS_OVER, first), (Kind.SELECT, second)):
        done = port.officer.does(kind, bills=tuple(bills), reason="a look")
        assert done.status_code == 201, done.text
    port.officer.serves(VOYAGE)
    assert [one["status"] for one in port.states(number)] == ["not-selected"]
    assert [one["status"] for one in port.states(number, other)] == ["inspect"]
    both = port.states(number, port.officer.desk)
    assert sorted(one["status"] for one in both) == ["inspect", "not-selected"]
    text = port.states(number)[0]["text"]
    lists = [port.holds(port.officer.desk)]
    assert check_status(text, port.keys(), lists, at=datetime.now(UTC)).findings == ()


@pytest.fixture
def waglan(waglan: CommandLine, port: Port) -> CommandLine:
    return waglan.operates(port.instance).signs_in(port.terminal.headers["Authorization"])


def test_the_guard_asks_on_the_command_line(
    waglan: CommandLine, port: Port, tmp_path: Path
) -> None:
    free, held = port.filed(box=OWN_BOX), port.filed(box=OTHER_BOX)
    port.passes(free)
    port.states(free)
    picture = tmp_path / "status.svg"
    got = waglan("status", free, "--qr", str(picture))
    assert got.status == 0, got.err
    text = got.out.strip()
    assert text.startswith("WAGLAN.S1.")
    assert "not a release of cargo" in got.err
    assert picture.read_text().startswith("<?xml")
    key = port.instance.log_key.text
    keys, old, new = tmp_path / "keys.json", tmp_path / "old", tmp_path / "new"
    keys.write_text(waglan("keys", "get").out)
    ours = ("--key", key, "--keys", str(keys))
    old.write_text(waglan("holds", VOYAGE, "--again", "60").out)
    sound = waglan("verify", text, *ours, "--holds", str(old), "--max-age", "60")
    assert sound.status == 0, sound.err
    assert f"{free}: not-selected" in sound.out
    assert "no leave to pass a gate" in sound.out
    file = tmp_path / "status.txt"
    file.write_text(got.out)
    shown = waglan("verify", str(file), *ours)
    assert shown.status == 0
    assert len(re.findall(r" 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\+08\b", shown.out)) == 2
    assert waglan("verify", text, *ours, "--expect", "not-selected").status == 0
    other = waglan("verify", text, *ours, "--expect", "cleared")
    assert other.status == 1
    assert "NOT WHAT WAS EXPECTED: not-selected, where cleared was expected." in other.out
    assert waglan("verify", str(old), *ours, "--expect", "not-selected").status == 2
    port.detains(free)
    port.detains(held)
    port.holds()
    new.write_text(waglan("holds", VOYAGE).out)
    beaten = waglan("verify", text, *ours, "--holds", str(old), "--holds", str(new))
    assert (beaten.status, "STATUS-SUPERSEDED" in beaten.err) == (1, True)
    answers = {about: waglan("verify", str(new), *ours, "--about", about) for about in
               (free, OTHER_BOX, "SYNNOWHERE")}  # fmt: skip
    assert [answer.status for answer in answers.values()] == [1, 1, 3]
    assert "NOT IN THIS LIST" in answers["SYNNOWHERE"].out
    was_free = waglan("verify", str(old), *ours, "--about", free)
    assert was_free.status == 0
    told = waglan("verify", str(new), *ours)
    assert (told.status, free in told.out) == (0, True)


def test_what_can_be_wrong_with_a_paper_is_told_apart(
    waglan: CommandLine, port: Port, tmp_path: Path
) -> None:
    number = port.filed()
    port.passes(number)
    text = port.states(number)[0]["text"]
    key = port.instance.log_key.text
    keys, old = tmp_path / "keys.json", tmp_path / "old"
    keys.write_text(waglan("keys", "get").out)
    port.holds()
    old.write_text(waglan("holds", VOYAGE, "--again", "60").out)
    ours = ("--key", key, "--keys", str(keys))
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    stale = waglan("verify", text, *ours, "--at", tomorrow, "--max-age", "60")
    assert (stale.status, "VERIFY-STALE" in stale.err) == (1, True)
    overdue = waglan("verify", str(old), *ours, "--at", tomorrow)
    assert (overdue.status, "HOLDS-OVERDUE" in overdue.err) == (0, True)
    altered = text[:-30] + ("A" if text[-30] != "A" else "B") + text[-29:]
    false = waglan("verify", altered, *ours)
    assert (false.status, "VERIFY-SIGNATURE" in false.err) == (1, True)
    cut = waglan("verify", text[:-9], *ours)
    assert (cut.status, "STATUS-SHAPE" in cut.err) == (2, True)
    assert waglan("verify", text, "--key", key).status == 2
    stranger = port.instance.log_key.text.replace(ORIGIN, "another/log")
    unproven = waglan("verify", text, "--key", stranger, "--keys", str(keys))
    assert unproven.status in (1, 2)
    other = waglan("status", number, "--qr", "status.gif")
    assert (other.status, "CLI-PICTURE" in other.err) == (2, True)


def test_keys_are_replaced_and_what_they_signed_before_holds(
    waglan: CommandLine, port: Port, tmp_path: Path
) -> None:
    number = port.filed()
    port.passes(number)
    before = port.states(number)[0]["text"]
    assert waglan("keys", "renew").status == 0
    after = port.states(number)[0]["text"]
    keys = wait(lambda: new if len((new := port.keys()).keys) == 2 * len(STATEMENTS) else None)
    now = datetime.now(UTC)
    assert [f.code for f in check_status(before, keys, at=now).findings] == ["VERIFY-KEY-REPLACED"]
    assert check_status(after, keys, at=now).findings == ()
    # A verifier with the former list of keys is told to fetch a new one.
    old = KeySet(keys.keys[: len(STATEMENTS)])
    assert [f.code for f in check_status(after, old, at=now).findings] == ["VERIFY-KEY-UNKNOWN"]
    assert waglan("keys", "renew", "--compromised").status == 0
    keys = wait(lambda: new if len((new := port.keys()).keys) == 3 * len(STATEMENTS) else None)
    assert [f.code for f in check_status(after, keys, at=now).findings] == [
        "VERIFY-KEY-COMPROMISED"
    ]
    assert {key.end for key in keys.keys} == {End.REPLACED, End.COMPROMISED, None}
    folder = port.instance.home / "keys"
    assert {path.stat().st_mode & 0o077 for path in folder.glob("*.key")} == {0}
    renew_statement_keys(folder, is_compromised=False)  # found at the next start, and published
    assert waglan("init").status == 0
    assert wait(lambda: len(port.keys().keys) == 4 * len(STATEMENTS) or None)


def test_a_status_that_was_altered_in_its_table_is_not_signed(port: Port) -> None:
    number = port.filed()
    port.detains(number)
    assert len(port.states(number)) == 1
    with tampering(port.instance, "notice") as conn:
        conn.execute("UPDATE notice SET status = 'cleared' WHERE number = %s", [number])
        refused = port.terminal.get(f"/v1/customs-status/{number}")
        assert (refused.status_code, codes(refused)) == (409, ["STATUS-NOT-AS-LOGGED"])
        assert codes(port.terminal.get(f"/v1/calls/{VOYAGE}/holds")) == ["STATUS-NOT-AS-LOGGED"]
    assert len(port.states(number)) == 1
