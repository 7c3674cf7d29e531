"""Parts of one manifest: each counts once, as it was read when it came, and all stand or fall."""

import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from port import filed, wait
from running_instance import Instance
from test_manifest_begun_again import new_reference, part

from waglan.codes.calendar import HONG_KONG

PARTY = "line-ba"
BARE = {
    "sender": {"id": "LINEBA", "qualifier": "ZZ"},
    "recipient": {"id": "CUSTOMSBA", "qualifier": "ZZ"},
}


@pytest.fixture(scope="module")
def line(instance: Instance) -> httpx.Client:
    instance.let_in("customs-ba", "customs", addresses=("CUSTOMSBA:ZZ",))
    return instance.let_in(PARTY, "carrier", addresses=("LINEBA:ZZ",))


def agree(instance: Instance, **profile: object) -> None:
    answer = instance.operator.put(f"/v1/partners/{PARTY}/profile", json=profile)
    assert answer.status_code == 200, answer.text


def bare(paper: bytes) -> bytes:
    return paper[paper.index(b"UNH+") : paper.index(b"UNZ+")]


def together(*papers: bytes) -> bytes:
    ref = new_reference()
    head = f"UNB+UNOC:3+LINEBA:ZZ+CUSTOMSBA:ZZ+261122:0900+{ref}'"
    return b"".join([head.encode(), *map(bare, papers), f"UNZ+{len(papers)}+{ref}'".encode()])


def codes(shown: dict[str, Any]) -> list[str]:
    found = [f["code"] for f in shown["findings"]]
    return [code for code in found if code.startswith("MANIFEST-")]


def test_a_part_is_read_as_was_agreed_when_it_came(instance: Instance, line: httpx.Client) -> None:
    of = new_reference()
    agree(instance, bare=BARE)
    for number in (1, 2):
        shown = filed(line, bare(part(number, of)))
        assert shown["state"] == "accepted", shown["findings"]
    agree(instance)
    whole = filed(line, part(3, of))
    assert (whole["state"], codes(whole)) == ("accepted", [])
    assert line.get(f"/v1/track/{of}B1").json()["found"][0]["declaration"] == "declared"


def test_a_part_that_is_no_longer_read_as_it_was_is_answered_and_all_come_again(
    instance: Instance, line: httpx.Client
) -> None:
    of = new_reference()
    agree(instance, bare=BARE)
    filed(line, bare(part(1, of)))
    agree(instance)
    filed(line, part(2, of))
    with psycopg.connect(instance.dsn.admin or "", autocommit=True) as conn:
        conn.execute("UPDATE partner_profile SET set_at = now()")  # as if a later reader refused it
    last = filed(line, part(3, of))
    assert (last["state"], codes(last)) == ("refused", ["MANIFEST-PART-READ-OTHERWISE"])
    for number in (1, 2):
        filed(line, part(number, of))
    whole = filed(line, part(3, of))
    assert (whole["state"], codes(whole)) == ("accepted", [])


def test_a_manifest_refused_whole_is_refused_and_not_partly(line: httpx.Client) -> None:
    of = new_reference()
    two = part(2, of).replace(f"BGM+785+DOC-{of}".encode(), f"BGM+785+OTHER-{of}".encode())
    shown = filed(line, together(part(1, of), two, part(3, of)))
    assert (shown["state"], set(codes(shown))) == ("refused", {"MANIFEST-HEAD-DIFFERS"})
    whole = filed(line, together(*[part(n, of) for n in (1, 2, 3)]))
    assert (whole["state"], codes(whole)) == ("accepted", [])


def test_a_message_with_a_manifest_that_stands_and_one_refused_is_partly_taken(
    line: httpx.Client,
) -> None:
    good, bad = new_reference(), new_reference()
    parts = [part(n, good) for n in (1, 2, 3)] + [part(n, bad) for n in (1, 2)]
    shown = filed(line, together(*parts, part(3, bad, voyage="002E")))
    assert shown["state"] == "partly"


def test_parts_that_state_other_arrivals_are_not_joined_in_silence(line: httpx.Client) -> None:
    of = new_reference()
    other = re.sub(rb"DTM\+132:\d{8}", b"DTM+132:20991231", part(2, of))
    shown = filed(line, together(part(1, of), other, part(3, of)))
    told = {f["where"]["path"] for f in shown["findings"] if f["code"] == "MANIFEST-HEAD-DIFFERS"}
    assert (shown["state"], told) == ("refused", {"parts/2/head/arrival"})


def test_missing_parts_are_told_of_when_the_filing_is_due(
    instance: Instance, line: httpx.Client
) -> None:
    of = new_reference()
    comes = datetime.now(HONG_KONG) + timedelta(hours=3)
    paper = re.sub(rb"DTM\+132:\d{12}", f"DTM+132:{comes:%Y%m%d%H%M}".encode(), part(1, of))
    filed(line, paper)
    with psycopg.connect(instance.dsn.admin or "") as conn:
        look = "SELECT due_at FROM assembly WHERE access_reference = %s"
        [[due_at]] = conn.execute(look, [of]).fetchall()
    assert due_at == comes.replace(second=0, microsecond=0)


def test_a_part_that_comes_again_is_told_with_the_message_that_brought_it(
    line: httpx.Client,
) -> None:
    of = new_reference()
    first = filed(line, together(part(1, of)))
    again = filed(line, together(part(1, of)))
    assert (again["state"], codes(again)) == ("accepted", ["MANIFEST-PART-AGAIN"])
    assert first["id"] in again["findings"][0]["problem"]
    assert wait(lambda: line.get(f"/v1/track/DOC-{of}").json()["found"][0]["parts"]) == "1 of ?"
