"""A manifest in parts that was refused is begun again under its reference."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from port import filed, manifest
from running_instance import Instance
from test_erasure import erase

PARTS = 3


@pytest.fixture(scope="module")
def line(instance: Instance) -> httpx.Client:
    instance.let_in("customs-ba", "customs", addresses=("CUSTOMSBA:ZZ",))
    return instance.let_in("line-ba", "carrier", addresses=("LINEBA:ZZ",))


def part(number: int, of: str, *, voyage: str = "001E") -> bytes:
    """A part of the manifest under this access reference, in an interchange of its own."""
    paper = manifest(new_reference(), f"DOC-{of}").replace(b"SYNB0001", f"{of}B{number}".encode())
    paper = paper.replace(b"CARRIER1:ZZZ+HKCUSTOMS:ZZZ", b"LINEBA:ZZ+CUSTOMSBA:ZZ")
    final = ":F" if number == PARTS else ""
    sent_as = f"UNH+{number}+CUSCAR:D:95B:UN+{of}+{number}{final}'".encode()
    paper = paper.replace(b"UNH+1+CUSCAR:D:95B:UN'", sent_as).replace(
        b"+001E+", f"+{voyage}+".encode()
    )
    return paper.replace(b"UNT+24+1'", f"UNT+24+{number}'".encode())


def codes(shown: dict[str, Any]) -> list[str]:
    return [f["code"] for f in shown["findings"] if f["code"].startswith("MANIFEST-")]


def kinds(line: httpx.Client, shown: dict[str, Any]) -> list[str]:
    answers = line.get(f"/v1/messages/{shown['id']}/answers").json()
    return [answer["kind"] for answer in answers]


def refused(line: httpx.Client, of: str) -> dict[str, Any]:
    """File parts whose heads differ: the last one is told that the whole is refused."""
    for number in (1, 2):
        assert filed(line, part(number, of))["state"] == "accepted"
    shown = filed(line, part(PARTS, of, voyage="002E"))
    assert shown["state"] == "refused"
    return shown


def new_reference() -> str:
    return f"BA{uuid4().hex[:8].upper()}"


def test_a_refused_manifest_is_put_right_under_its_reference(line: httpx.Client) -> None:
    of = new_reference()
    refused(line, of)
    again = filed(line, part(PARTS, of))
    assert (again["state"], codes(again)) == ("accepted", ["MANIFEST-BEGUN-AGAIN"])
    assert "1, 2" in again["findings"][0]["remedy"]
    assert kinds(line, again) == ["CONTRL", "APERAK"]
    assert codes(filed(line, part(1, of))) == ["MANIFEST-BEGUN-AGAIN"]
    whole = filed(line, part(2, of))
    assert (whole["state"], codes(whole)) == ("accepted", [])
    assert kinds(line, whole) == ["CONTRL", "CUSRES"]


def test_the_same_parts_in_new_interchanges_end_with_the_same_refusal(line: httpx.Client) -> None:
    of = new_reference()
    first = refused(line, of)
    last = filed(line, part(PARTS, of, voyage="002E"))
    assert codes(last) == ["MANIFEST-BEGUN-AGAIN"], "never accepted without a word"
    filed(line, part(1, of))
    again = filed(line, part(2, of))
    assert again["state"] == "refused"
    assert set(codes(again)) == set(codes(first)) == {"MANIFEST-HEAD-DIFFERS"}
    assert kinds(line, again) == ["CONTRL", "CUSRES"]


def test_all_parts_again_in_one_interchange_are_told_once(line: httpx.Client) -> None:
    of = new_reference()
    refused(line, of)
    parts = [part(number, of) for number in range(1, PARTS + 1)]
    bodies = b"".join(one[one.index(b"UNH+") : one.index(b"UNZ+")] for one in parts)
    ref = new_reference()
    head = f"UNB+UNOC:3+LINEBA:ZZ+CUSTOMSBA:ZZ+261122:0900+{ref}'".encode()
    shown = filed(line, head + bodies + f"UNZ+{PARTS}+{ref}'".encode())
    assert (shown["state"], codes(shown)) == ("accepted", [])
    assert kinds(line, shown) == ["CONTRL", "CUSRES"]


def test_a_manifest_of_which_a_part_was_erased_is_begun_again(
    instance: Instance, line: httpx.Client
) -> None:
    of = new_reference()
    first = filed(line, part(1, of))
    filed(line, part(2, of))
    erase(instance, "message", first["id"])
    assert codes(filed(line, part(PARTS, of))) == ["MANIFEST-PART-ERASED"]
    for number in (1, 2):
        assert codes(filed(line, part(number, of))) == ["MANIFEST-BEGUN-AGAIN"]
    whole = filed(line, part(PARTS, of))
    assert (whole["state"], codes(whole)) == ("accepted", [])


def test_of_a_manifest_that_stands_a_part_is_a_replay_and_other_bytes_are_refused(
    line: httpx.Client,
) -> None:
    of = new_reference()
    last = part(PARTS, of)
    for paper in (part(1, of), part(2, of), last):
        shown = filed(line, paper)
    assert (shown["state"], codes(shown)) == ("accepted", [])
    other, head = new_reference().encode(), last.index(b"261122:0900+") + 12
    again = filed(line, last.replace(last[head : head + len(other)], other))
    assert (again["state"], codes(again)) == ("accepted", ["MANIFEST-PART-AGAIN"])
    assert kinds(line, again) == ["CONTRL", "APERAK"]
    assert shown["id"] in again["findings"][0]["problem"], "the message that brought it first"
    changed = filed(line, part(PARTS, of, voyage="002E"))
    assert (changed["state"], codes(changed)) == ("refused", ["MANIFEST-PART-CHANGED"])


def test_what_stands_shows_the_parts_that_came_since_it_was_refused(line: httpx.Client) -> None:
    of = new_reference()
    refused(line, of)
    assert stands(line, of) == ("refused", "3 of 3")
    filed(line, part(2, of))
    assert stands(line, of) == ("parts-awaited", "1 of ?")


def stands(line: httpx.Client, of: str) -> tuple[str, str]:
    [shown] = line.get(f"/v1/track/DOC-{of}").json()["found"]
    return shown["declaration"], shown["parts"]
