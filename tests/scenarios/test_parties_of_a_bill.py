"""Who reads whom a bill names: its filer, the authority, and by a full grant; nobody else."""

from typing import Any

import httpx
import pytest
from command_line import CommandLine
from port import filed, wait
from shipping_papers import Call, Paper, manifest
from test_access_log import looks, told_of
from test_erasure import erase
from test_links_and_grants import DECLARED, Port, linked, port, told, until

from waglan.customs.officer_act import Kind

__all__ = ["port"]

PARTIES = [
    ("consignor", "SAMPLE TRADING 1 LTD", "1 SAMPLE ROAD, SHANGHAI, CN"),
    ("consignee", "SAMPLE IMPORTS 1 LTD", "2 SAMPLE STREET, HONG KONG, HK"),
]
MARKS = [{"goods": 1, "marks": "SAMPLE MARKS 1"}]


def named(client: httpx.Client, bill: str) -> list[dict[str, Any]]:
    """Whom the bill names, as this client's track shows it."""
    answer = client.get(f"/v1/track/{bill}")
    if answer.status_code == 404:
        return []
    return [whom for one in answer.json()["found"] for whom in one["named"]]


def bare(whom: dict[str, Any]) -> list[tuple[str, str]]:
    return [(party["role"], party["name"]) for party in whom["parties"]]


def shows(port: Port, bill: str, name: str, view: str) -> httpx.Client:
    receiver = port.let_in(name, "bank" if name == "bank" else "terminal")
    grant = {"bill": bill, "receiver": f"{name}-{port.letter}", "view": view, "days": 1}
    answer = port.line.post("/v1/grants", json=grant)
    assert answer.status_code == 201, answer.text
    return receiver


def as_(waglan: CommandLine, port: Port, client: httpx.Client) -> CommandLine:
    return waglan.operates(port.instance).signs_in(client.headers["authorization"])


def test_filer_and_officers_read_names_addresses_and_marks(port: Port) -> None:
    port.files(port.line, port.master())
    bill = port.number("M")
    [whom] = named(port.line, bill)
    assert bare(whom) == [(role, name) for role, name, _ in PARTIES]
    assert all(party["address"] for party in whom["parties"])
    assert (whom["filer"], whom["marks"], whom["erased"]) == (f"line-{port.letter}", MARKS, False)
    assert named(port.customs, bill) == [whom]
    [desk] = port.customs.get(f"/v1/customs/bills/{bill}").json()["bills"]
    assert desk["named"] == whom
    found = [told_of(one) for one in looks(port.customs)]
    who = f"customs-{port.letter}"
    for asked in ("/v1/track", "/v1/customs/bills"):
        assert (who, "person", asked, "office", "bill", [bill]) in found
    assert looks(port.line) == []


def test_a_full_grant_shows_the_parties_until_it_ends_and_the_look_is_written_down(
    port: Port,
) -> None:
    port.files(port.line, port.master())
    bill = port.number("M")
    bank = shows(port, bill, "bank", "full")
    until(lambda: named(bank, bill) == named(port.line, bill))
    newest = looks(port.line)[0]
    assert told_of(newest)[2:] == ("/v1/track", "grant", "bill", [bill])
    [given] = port.line.get("/v1/grants").json()
    assert port.line.delete(f"/v1/grants/{given['id']}").status_code == 204
    assert named(bank, bill) == []


def test_a_full_grant_shows_whom_the_newest_manifest_that_stands_names(port: Port) -> None:
    port.files(port.line, port.master())
    bill = port.number("M")
    bank = shows(port, bill, "bank", "full")
    until(lambda: "SAMPLE IMPORTS 1 LTD" in str(named(bank, bill)))
    call = Call(f"LINE{port.letter}".upper(), f"CUSTOMS{port.letter}".upper(), "LATER")
    later = manifest(call, port.master()).replace(b"SAMPLE IMPORTS 1 LTD", b"SAMPLE GROCER LTD")
    assert filed(port.line, later)["state"] == "accepted"
    assert "SAMPLE GROCER LTD" in str(named(bank, bill))
    # The later one is cancelled: the first one stands, and its names.
    gone = later.replace(b"LATER", b"AGAIN").replace(b"DOC-AGAIN+9", b"DOC-LATER+1")
    assert filed(port.line, gone)["state"] == "accepted"
    for client in (port.line, port.customs, bank):
        [whom] = named(client, bill)
        assert bare(whom) == [(role, name) for role, name, _ in PARTIES]


@pytest.mark.parametrize("view", ["status", "equipment"])
def test_a_lesser_grant_shows_no_party_even_where_the_bill_is_seen(port: Port, view: str) -> None:
    port.files(port.line, port.master())
    bill = port.number("M")
    terminal = shows(port, bill, "terminal", view)
    assert port.serves() == 1
    until(lambda: len(told(terminal, bill)) > 1)
    answer = terminal.get(f"/v1/track/{bill}")
    assert named(terminal, bill) == []
    assert "SAMPLE TRADING" not in answer.text


def test_a_link_shows_no_party_and_a_full_grant_beside_it_does(port: Port) -> None:
    port.files(port.line, port.master(forwarder=f"COLOADER{port.letter}".upper()))
    port.files(port.forwarder, port.house("H", "M"))
    master, house = port.number("M"), port.number("H")
    until(lambda: told(port.coloader, master) == told(port.coloader, house) == {DECLARED})
    linked(port)
    assert named(port.coloader, master) == named(port.coloader, house) == []
    grant = {"bill": master, "receiver": f"coloader-{port.letter}", "view": "full", "days": 1}
    given = port.line.post("/v1/grants", json=grant)
    assert given.status_code == 201, given.text
    until(lambda: named(port.coloader, master) == named(port.line, master))
    assert named(port.coloader, house) == []
    assert port.line.delete(f"/v1/grants/{given.json()['id']}").status_code == 204
    assert named(port.coloader, master) == []
    assert DECLARED in told(port.coloader, master)


def test_two_filers_of_one_number_each_read_their_own_and_customs_both(port: Port) -> None:
    port.files(port.line, port.master())
    rival = port.let_in("rival", "carrier")
    port.files(rival, port.master())
    bill = port.number("M")
    for client, name in ((port.line, "line"), (rival, "rival")):
        assert [whom["filer"] for whom in named(client, bill)] == [f"{name}-{port.letter}"]
    both = {f"line-{port.letter}", f"rival-{port.letter}"}
    assert {whom["filer"] for whom in named(port.customs, bill)} == both
    desk = port.customs.get(f"/v1/customs/bills/{bill}").json()["bills"]
    assert {one["named"]["filer"] for one in desk} == both


def test_what_was_erased_reads_as_erased_and_the_rest_stays(
    port: Port, waglan: CommandLine
) -> None:
    bill, other = port.number("M"), port.number("N")
    call = Call(f"LINE{port.letter}".upper(), f"CUSTOMS{port.letter}".upper(), "GONE")
    paper = manifest(call, Paper(bill), Paper(other))
    gone = f"SPECIMEN ERASED {port.letter.upper()}"
    paper = paper.replace(b"SAMPLE IMPORTS 1 LTD", gone.encode())
    assert filed(port.line, paper)["state"] == "accepted"
    assert gone in str(named(port.line, bill))
    erase(port.instance, "name", gone)
    for whom in (*named(port.line, bill), *named(port.customs, bill)):
        assert (bare(whom), whom["marks"]) == ([PARTIES[0][:2]], [])
        assert whom["erased"] is True
    assert [whom["erased"] for whom in named(port.line, other)] == [False]
    erase(port.instance, "name", "SAMPLE TRADING 1 LTD")
    [desk] = port.customs.get(f"/v1/customs/bills/{bill}").json()["bills"]
    assert (desk["named"]["parties"], desk["named"]["erased"]) == ([], True)
    shown = as_(waglan, port, port.line)("track", bill).out
    assert "erased: names or marks that stood here" in shown
    assert gone not in shown


def test_the_command_line_says_who_the_parties_are_in_both_languages(
    port: Port, waglan: CommandLine
) -> None:
    port.files(port.line, port.master())
    bill = port.number("M")
    wait(lambda: named(port.line, bill) or None)
    shown = as_(waglan, port, port.line)("track", bill).out
    assert "consignor: SAMPLE TRADING 1 LTD, 1 SAMPLE ROAD" in shown
    assert "marks of goods item 1: SAMPLE MARKS 1" in shown
    as_(waglan, port, port.customs)
    assert "consignee: SAMPLE IMPORTS 1 LTD" in waglan("desk", "show", bill).out
    waglan.set("WAGLAN_LANG", "zh-Hant-HK")
    assert "收貨人: SAMPLE IMPORTS 1 LTD" in waglan("desk", "show", bill).out


def test_houses_of_one_number_are_told_apart_wherever_the_command_line_lists_them(
    port: Port, waglan: CommandLine
) -> None:
    port.files(port.forwarder, port.house("H", "M"), port.house("H", "N"))
    port.files(port.coloader, port.house("H", "M"))
    house, above = port.number("H"), (port.number("M"), port.number("N"))
    until(lambda: len(named(port.customs, house)) == 3)
    forwarder, coloader = f"forwarder-{port.letter}", f"coloader-{port.letter}"
    theirs = [(forwarder, above[0]), (forwarder, above[1]), (coloader, above[0])]
    assert sorted((one["filer"], one["parent"]) for one in named(port.customs, house)) == sorted(
        theirs
    )
    as_(waglan, port, port.customs)
    shown = " ".join(waglan("track", house).out.split())
    listed = wait(lambda: len((told := waglan("desk", "worklist").out).split(house)) > 3 and told)
    desk = waglan("desk", "show", house).out
    for filer, parent in theirs:
        whose = f"parties and marks as {filer} declares them under bill {parent}: consignor: SAMPLE"
        assert whose in shown, shown
        assert f"{house} (under bill {parent})  {filer}  decision" in listed
        assert f"Bill {house} (under bill {parent}) of {filer}, decision" in desk
    said = {"reason": "row 7 fired", "instruction": "Keep it closed."}
    done = port.officer.does(Kind.DETAIN, bills=port.officer.sees(house), **said)
    assert done.status_code == 201, done.text
    port.serves()
    for client, wanted in ((port.customs, theirs), (port.forwarder, theirs[:2])):
        as_(waglan, port, client)
        lines = waglan("notice", "list", "--bill", house).out.splitlines()
        assert len(lines) == len(wanted)
        for _, parent in wanted:
            assert any(f"  {house} (under bill {parent})  " in line for line in lines), lines
        notices = client.get("/v1/notices", params={"bill": house}).json()["notices"]
        assert sorted(one["parent"] for one in notices) == sorted(one for _, one in wanted)
    waglan.set("WAGLAN_LANG", "zh-Hant-HK")
    assert f"{house} (所屬上級提單 {above[1]})" in waglan("notice", "list", "--bill", house).out
    assert f"{forwarder} 在上級提單 {above[1]} 之下所申報" in "".join(
        waglan("track", house).out.splitlines()
    )
