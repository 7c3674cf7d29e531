"""The operator agrees with each partner about his files, and from then on they are read so."""

import httpx
import pytest
from port import filed, manifest, wait
from running_instance import Instance

from waglan.codes.finding import Severity


def agree(instance: Instance, party: str, **profile: object) -> httpx.Response:
    return instance.operator.put(f"/v1/partners/{party}/profile", json=profile)


@pytest.fixture(scope="module")
def line(instance: Instance) -> httpx.Client:
    instance.let_in("agreed-customs", "customs", addresses=("HKCUSTOMS:ZZZ",))
    return instance.let_in("agreed-line", "carrier", addresses=("CARRIER1:ZZZ",))


def paper(ref: str, name: str = "SAMPLE IMPORTS 0002 LTD") -> bytes:
    text = manifest(ref, f"DOC-{ref}").decode().replace("SAMPLE IMPORTS 0002 LTD", name)
    return text.replace("SYNB0001", f"SYNB{ref}").replace("001E", f"{ref}E").encode()


def kinds(shown: dict[str, object]) -> list[str]:
    answers = shown["answers"]
    assert isinstance(answers, list)
    return [answer["kind"] for answer in answers]


def test_a_fault_is_weighed_as_agreed_from_the_next_file_on(
    instance: Instance, line: httpx.Client
) -> None:
    wrong = [paper(ref).replace(b"UNT+24", b"UNT+99") for ref in ("P1", "P2", "P3")]
    assert filed(line, wrong[0])["state"] == "refused"
    done = agree(instance, "agreed-line", severity={"EDIFACT-UNT-COUNT": "warning"})
    assert (done.status_code, done.json()["version"]) == (200, 1)
    shown = filed(line, wrong[1])
    assert shown["state"] == "accepted"
    assert {"code": "EDIFACT-UNT-COUNT", "severity": Severity.WARNING.value}.items() <= (
        shown["findings"][0].items()
    )
    assert agree(instance, "agreed-line").json()["version"] == 2
    assert filed(line, wrong[2])["state"] == "refused"
    own = line.get("/v1/partners/agreed-line/profile").json()
    assert (own["version"], own["profile"]) == (2, {})

    def told() -> list[int] | None:
        """The versions that the log tells of, once it has numbered both."""
        events = line.get("/v1/events").json()["events"]
        found = [e["body"]["version"] for e in events if e["code"] == "party.profile-set"]
        return found if len(found) > 1 else None

    assert wait(told) == [1, 2]


def test_law_can_be_waived_for_nobody(instance: Instance, line: httpx.Client) -> None:
    before = line.get("/v1/partners/agreed-line/profile").json()["version"]
    for profile, code in (
        ({"severity": {"HK-MAN-001": "note"}}, "PROFILE-CODE-FIXED"),
        ({"severity": {"PARTY-SENDER-NOT-YOURS": "note"}}, "PROFILE-CODE-FIXED"),
        ({"waivers": {"everything": 5}}, "PROFILE-WAIVER"),
        ({"charset": "ebcdic"}, "PROFILE-FORM"),
        ({"based_on": "nothing"}, "PROFILE-NO-SUCH-BASE"),
        ({"based_on": ["x"]}, "PROFILE-FORM"),
    ):
        answer = agree(instance, "agreed-line", **profile)
        assert answer.status_code == 422
        assert [f["code"] for f in answer.json()["findings"]] == [code]
    for body in (b"", b"[]", b"{", b"\xff", b'{"a":' * 9_000):
        answer = instance.operator.put("/v1/partners/agreed-line/profile", content=body)
        assert answer.status_code == 422
    assert agree(instance, "nobody-at-all").status_code == 404
    assert line.get("/v1/partners/agreed-line/profile").json()["version"] == before


def test_a_reference_used_again_is_taken_where_that_is_agreed(
    instance: Instance, line: httpx.Client
) -> None:
    first, other = (
        paper("P4"),
        paper("P5").replace(b"0900+P5", b"0900+P4").replace(b"UNZ+1+P5", b"UNZ+1+P4"),
    )
    assert filed(line, first)["state"] == "accepted"
    assert line.post("/v1/messages", content=other).status_code == 409
    agree(instance, "agreed-line", duplicates="accept")
    third = other.replace(b"DOC-P5", b"DOC-P6").replace(b"P5E", b"P6E")
    shown = filed(line, third)
    assert shown["state"] == "accepted", shown["findings"]
    assert "MESSAGE-REFERENCE-AGAIN" in {finding["code"] for finding in shown["findings"]}
    assert filed(line, third)["id"] == shown["id"]
    agree(instance, "agreed-line")


def test_answers_come_as_agreed_in_kind_language_and_characters(
    instance: Instance, line: httpx.Client
) -> None:
    name = "樣本進口有限公司"
    agree(instance, "agreed-line", based_on="hong-kong-big5", answers=["CUSRES"])
    # The consignee is named twice over the same bill's wording, which the answer quotes.
    raw = paper("P7", name).decode().replace("COTTON T-SHIRTS", "GENERAL CARGO").encode("big5hkscs")
    shown = filed(line, raw)
    assert kinds(shown) == ["CUSRES"]
    answer = line.get(shown["answers"][0]["href"]).content
    assert answer.startswith(b"UNA:+.? 'UNB+UNOC:3+")
    words = answer.decode("big5hkscs")
    assert "貨物" in words
    latin = {"level": "UNOA"}
    agree(instance, "agreed-line", charset="big5hkscs", lang="zh-Hant-HK", outgoing=latin)
    shown = filed(line, raw.replace(b"P7", b"P8"))
    answers = {a["kind"]: line.get(a["href"]).content for a in shown["answers"]}
    assert answers["CUSRES"].isascii()
    assert b"??" not in answers["CUSRES"]
    agree(instance, "agreed-line")


def test_messages_of_one_document_are_one_manifest_where_that_is_agreed(
    instance: Instance, line: httpx.Client
) -> None:
    def two(ref: str) -> bytes:
        text = paper(ref).decode()
        head, _, rest = text.partition("UNH+1+")
        body = "UNH+1+" + rest.rpartition("UNZ")[0]
        second = body.replace("UNH+1+", "UNH+2+").replace("UNT+24+1'", "UNT+24+2'")
        second = second.replace(f"SYNB{ref}", f"SYNC{ref}")
        return f"{head}{body}{second}UNZ+2+{ref}'".encode()

    agree(instance, "agreed-line", parts_by_document=True)
    shown = filed(line, two("P9"))
    assert shown["state"] == "accepted", shown["findings"]
    manifests = line.get("/v1/manifests").json()["manifests"]
    [one] = [m for m in manifests if m["document"] == "DOC-P9"]
    assert one["bills"] == 2
    agree(instance, "agreed-line")
    shown = filed(line, two("P10"))
    assert shown["state"] == "partly"


def test_a_partners_profile_is_for_himself_and_the_operator(
    instance: Instance, line: httpx.Client
) -> None:
    stranger = instance.let_in("agreed-stranger", "carrier")
    foreign, absent = (
        stranger.get(f"/v1/partners/{party}/profile") for party in ("agreed-line", "nobody")
    )
    assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content)
    assert foreign.status_code == 404
    assert stranger.put("/v1/partners/agreed-stranger/profile", json={}).status_code == 403
    for client in (line, instance.operator):
        assert client.get("/v1/partners/agreed-line/profile").status_code == 200
