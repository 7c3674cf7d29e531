"""Manifests of one document number stand each for itself, whoever asks and by whatever key."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from command_line import CommandLine
from port import filed, manifest, wait
from running_instance import Instance
from test_erasure import erase

FIRST, SECOND = "9811000/001E", "9811000/002E"


@pytest.fixture(scope="module")
def customs(instance: Instance) -> httpx.Client:
    return instance.let_in("customs-od", "customs", addresses=("CUSTOMSOD:ZZ",))


@pytest.fixture(scope="module")
def line(instance: Instance, customs: httpx.Client) -> httpx.Client:
    return instance.let_in("line-od", "carrier", addresses=("LINEOD:ZZ",))


@pytest.fixture(scope="module")
def other(instance: Instance, customs: httpx.Client) -> httpx.Client:
    return instance.let_in("other-od", "carrier", addresses=("OTHEROD:ZZ",))


def new() -> str:
    return f"OD{uuid4().hex[:8].upper()}"


def paper(
    document: str, function: str = "9", *, by: str = "LINEOD", call: str = FIRST, acw: str = ""
) -> bytes:
    text = manifest(new(), document).replace(b"SYNB0001", f"B{document}".encode())
    text = text.replace(b"CARRIER1:ZZZ+HKCUSTOMS:ZZZ", f"{by}:ZZ+CUSTOMSOD:ZZ".encode())
    named = f"RFF+ACW:{acw}'" if acw else ""
    text = text.replace(
        f"BGM+785+{document}+9'DTM+137:202611220900:203'".encode(),
        f"BGM+785+{document}+{function}'DTM+137:202611220900:203'{named}".encode(),
    )
    text = text.replace(b"+001E+", f"+{call.split('/')[1]}+".encode())
    if function == "1":
        text = text[: text.index(b"EQD+")] + text[text.index(b"UNT+") :]
    head, tail = text.index(b"UNH+"), text.index(b"UNT+")
    count = text[head:tail].count(b"'") + 1
    return text[:tail] + f"UNT+{count}+1'".encode() + text[text.index(b"UNZ+") :]


def accepted(who: httpx.Client, text: bytes) -> None:
    shown = filed(who, text)
    assert shown["state"] == "accepted", shown["findings"]


def stand(who: httpx.Client, key: str, document: str) -> dict[tuple[str, str], str]:
    found = who.get(f"/v1/track/{key}").json().get("found", [])
    own = [one for one in found if one["key"] == document]
    stands = {(one["filer"], one["call"]): one["declaration"] for one in own}
    assert len(stands) == len(own)
    return stands


def comes_to(who: httpx.Client, key: str, document: str, wanted: dict[Any, str]) -> None:
    wait(lambda: stand(who, key, document) == wanted or None)


def the_only(who: httpx.Client, document: str) -> dict[str, Any]:
    [shown] = who.get(f"/v1/track/{document}").json()["found"]
    return dict(shown)


def test_two_lines_manifests_of_one_number_are_told_apart(
    line: httpx.Client, other: httpx.Client, customs: httpx.Client,
    waglan: CommandLine, instance: Instance,
) -> None:  # fmt: skip
    document = new()
    accepted(line, paper(document))
    accepted(other, paper(document, by="OTHEROD"))
    accepted(other, paper(document, "1", by="OTHEROD", acw="1"))
    ours, theirs = {("line-od", FIRST): "declared"}, {("other-od", FIRST): "cancelled"}
    comes_to(line, document, document, ours)
    comes_to(other, document, document, theirs)
    for key in (document, FIRST):
        comes_to(customs, key, document, ours | theirs)
    waglan.operates(instance).signs_in(customs.headers["authorization"])
    said = waglan("track", document).out
    for filer in ("line-od", "other-od"):
        assert f"filed by {filer} for call {FIRST}, with customs-od" in said


def test_one_lines_manifests_of_one_number_are_told_apart_by_their_calls(
    line: httpx.Client, customs: httpx.Client
) -> None:
    document = new()
    accepted(line, paper(document))
    accepted(line, paper(document, call=SECOND))
    accepted(line, paper(document, "1", acw="1"))
    first, second = {("line-od", FIRST): "cancelled"}, {("line-od", SECOND): "declared"}
    for who in (line, customs):
        comes_to(who, document, document, first | second)
        comes_to(who, FIRST, document, first)
        comes_to(who, SECOND, document, second)
    for one in line.get(f"/v1/track/{document}").json()["found"]:
        assert {event["body"]["call"] for event in one["events"]} == {one["call"]}


def test_a_refused_amendment_leaves_the_particulars_of_what_stands(line: httpx.Client) -> None:
    document = new()
    accepted(line, paper(document))
    accepted(line, paper(document, "4", acw="1"))
    before = the_only(line, document)
    assert filed(line, paper(document, "4", acw="1"))["state"] == "refused"
    after = the_only(line, document)
    assert after["events"][-1]["code"] == "manifest.refused"
    assert (after["declaration"], after["version"]) == ("declared", 2)
    assert after["particulars"] == before["particulars"]
    assert after["particulars"]["call"] == FIRST


def test_a_cancelled_manifest_is_shown_with_the_version_that_withdrew_it(
    line: httpx.Client,
) -> None:
    document = new()
    accepted(line, paper(document))
    accepted(line, paper(document, "1", acw="1"))
    shown = the_only(line, document)
    assert (shown["declaration"], shown["version"]) == ("cancelled", 2)
    again = filed(line, paper(document))
    [refusal] = [f for f in again["findings"] if f["code"] == "MANIFEST-ALREADY-CANCELLED"]
    assert "(version 2)" in refusal["problem"]
    assert the_only(line, document)["version"] == 2


def part(number: int, of: str, document: str, call: str = FIRST) -> bytes:
    text = paper(document, call=call).replace(f"B{document}".encode(), f"{of}{number}".encode())
    final = ":F" if number == 2 else ""
    sent_as = f"UNH+1+CUSCAR:D:95B:UN+{of}+{number}{final}'".encode()
    return text.replace(b"UNH+1+CUSCAR:D:95B:UN'", sent_as)


def codes(shown: dict[str, Any]) -> set[str]:
    return {f["code"] for f in shown["findings"]}


def test_each_document_of_parts_that_were_refused_together_is_shown_refused(
    line: httpx.Client,
) -> None:
    of, first, second = new(), new(), new()
    accepted(line, part(1, of, first))
    assert "MANIFEST-HEAD-DIFFERS" in codes(filed(line, part(2, of, second)))
    for document in (first, second):
        shown = the_only(line, document)
        assert (shown["declaration"], shown["call"]) == ("refused", FIRST)
    accepted(line, part(2, of, first))  # put right under the reference
    assert the_only(line, first)["declaration"] == "parts-awaited"
    assert the_only(line, second)["declaration"] == "refused"


def test_parts_that_name_two_calls_are_one_refused_manifest(line: httpx.Client) -> None:
    of, document = new(), new()
    accepted(line, part(1, of, document))
    assert "MANIFEST-HEAD-DIFFERS" in codes(filed(line, part(2, of, document, SECOND)))
    shown = the_only(line, document)
    assert (shown["declaration"], shown["parts"]) == ("refused", "2 of 2")


@pytest.mark.parametrize("is_other", [False, True])
def test_a_manifest_of_which_a_part_was_erased_is_shown_refused(
    instance: Instance, line: httpx.Client, *, is_other: bool
) -> None:
    of, document = new(), new()
    erased = new() if is_other else document
    shown = filed(line, part(1, of, erased))
    erase(instance, "message", shown["id"])
    assert codes(filed(line, part(2, of, document))) == {"MANIFEST-PART-ERASED"}
    for one in {document, erased}:
        assert the_only(line, one)["declaration"] == "refused"
    accepted(line, part(1, of, document))
    assert the_only(line, document)["declaration"] == "parts-awaited"
