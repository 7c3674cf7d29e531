"""A forwarder asks what a filing would be answered, before he files it."""

import random
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from port import filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.cli.app import app
from waglan.cli.guard import guarded
from waglan.codes.calendar import HONG_KONG
from waglan.customs.rules import EVERY_RULE
from waglan.gateway.http import checks

CUSTOMS = "CHECKCUSTOMS"


@pytest.fixture(scope="module")
def line(instance: Instance) -> httpx.Client:
    instance.let_in("check-customs", "customs", addresses=(f"{CUSTOMS}:ZZZ",))
    return instance.let_in("check-line", "carrier", addresses=("CHECKLINE:ZZZ",))


@pytest.fixture(scope="module")
def rival(instance: Instance, line: httpx.Client) -> httpx.Client:
    return instance.let_in("check-rival", "carrier", addresses=("CHECKRIVAL:ZZZ",))


def paper(ref: str, *bills: Paper, sender: str = "CHECKLINE") -> bytes:
    return manifest(Call(sender, CUSTOMS, ref), *bills)


def vague(data: bytes) -> bytes:
    return data.replace(b"COTTON T-SHIRTS", b"GENERAL CARGO")


def checked(client: httpx.Client, data: bytes, **headers: str) -> dict[str, Any]:
    answer = client.post("/v1/checks", content=data, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def codes(findings: list[dict[str, Any]]) -> list[str]:
    return sorted(finding["code"] for finding in findings)


def test_a_check_says_what_is_wrong_and_how_to_say_it_better(line: httpx.Client) -> None:
    said = checked(line, vague(paper("K1", Paper("SYNCHECK1"))))
    [one] = said["manifests"]
    [held] = [f for f in one["findings"] if f["code"] == "HK-MAN-012"]
    assert held["severity"] == "hold"
    assert "cotton T-shirts" in held["remedy"]
    assert (one["document"], one["bills"], one["containers"]) == ("DOC-K1", 1, 1)
    assert one["would_stand"]  # a hold is for customs to lift, and no refusal
    again = checked(line, vague(paper("K1", Paper("SYNCHECK1"))), **{"Accept-Language": "zh-HK"})
    [held] = [f for f in again["manifests"][0]["findings"] if f["code"] == "HK-MAN-012"]
    assert "陶瓷地磚" in held["remedy"]


def test_a_check_lists_the_rules_that_were_run_and_says_why_the_others_were_not(
    line: httpx.Client,
) -> None:
    [one] = checked(line, paper("K2", Paper("SYNCHECK2")))["manifests"]
    assert one["rules_run"] == [rule.CODE for rule in EVERY_RULE if rule.CODE != "HK-MAN-032"]
    assert codes(one["not_run"]) == [
        "DRY-RUN-NO-LICENCES",
        "DRY-RUN-NO-OTHER-FILINGS",
        "DRY-RUN-NO-PLACES",  # nobody has loaded the list
        "DRY-RUN-NO-TARGETING",
    ]
    [undated] = checked(line, paper("K2", Paper("SYNCHECK2")).replace(b"DTM+132", b"DTM+999"))[
        "manifests"
    ]
    assert "DRY-RUN-NO-ARRIVAL" in codes(undated["not_run"])
    assert "HK-MAN-045" not in undated["rules_run"]


def test_a_check_declares_nothing_and_keeps_nothing_but_that_it_was_asked(
    line: httpx.Client,
) -> None:
    def events() -> list[dict[str, Any]]:
        return list(line.get("/v1/events?limit=500").json()["events"])

    before = [line.get(path).text for path in ("/v1/manifests", "/v1/track/SYNCHECK3")]
    checked(line, paper("K3", Paper("SYNCHECK3")))
    assert [line.get(path).text for path in ("/v1/manifests", "/v1/track/SYNCHECK3")] == before

    def told() -> list[dict[str, Any]] | None:
        return [event for event in events() if event["code"] == "manifest.checked"] or None

    found = wait(told)
    assert "SYNCHECK3" not in str(events())
    assert found[-1]["body"].keys() == {"manifests", "bills", "findings"}


def test_a_filing_is_answered_as_its_check_said(line: httpx.Client) -> None:
    data = vague(paper("K4", Paper("SYNCHECK4"), Paper("SYNCHECK4H", "SYNCHECK4")))
    said = checked(line, data)
    posted = line.post("/v1/messages", content=data, headers={"Prefer": "wait=30"}).json()
    assert posted["state"] == "accepted"
    both = [*said["findings"], *said["manifests"][0]["findings"]]
    assert codes(both) == codes(posted["findings"])


def test_a_file_of_interchanges_that_number_their_messages_alike_is_checked_as_it_is_filed(
    line: httpx.Client, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each has its own document and no 0068, and each calls its only message 1."""
    three = b"".join([paper(f"KN{n}", Paper(f"SYNKN{n}")) for n in "123"])
    data = re.sub(rb"(UNH|UNT.24)\+KN\d", rb"\1+1", three)
    assert data.count(b"UNH+1+CUSCAR:D:95B:UN'") == 3
    said = checked(line, vague(data))
    assert codes(said["findings"]) == []
    assert [(one["document"], one["would_stand"]) for one in said["manifests"]] == [
        (f"DOC-KN{n}", True) for n in "123"
    ]
    places = [{f["where"]["interchange"] for f in one["findings"]} for one in said["manifests"]]
    assert places == [{"KN1"}, {"KN2"}, {"KN3"}]
    (tmp_path / "three.edi").write_bytes(data)
    assert guarded(app, ["check", str(tmp_path / "three.edi")]) == 0, capfd.readouterr()
    assert filed(line, data)["state"] == "accepted"


def test_a_bill_in_two_manifests_is_told_to_its_filer_and_to_nobody_else(
    line: httpx.Client, rival: httpx.Client
) -> None:
    first = paper("K5", Paper("SYNTWICE"))
    assert line.post("/v1/messages", content=first).json()["state"] == "accepted"
    [mine] = checked(line, paper("K6", Paper("SYNTWICE")))["manifests"]
    [twice] = [f for f in mine["findings"] if f["code"] == "HK-MAN-046"]
    assert twice["params"]["document"] == "DOC-K5"
    [his] = checked(rival, paper("K7", Paper("SYNTWICE"), sender="CHECKRIVAL"))["manifests"]
    [fresh] = checked(rival, paper("K7", Paper("SYNFRESH"), sender="CHECKRIVAL"))["manifests"]
    assert str(his).replace("SYNTWICE", "SYNFRESH") == str(fresh)
    # The same manifest again is no second one: it would be refused for what it is.
    [again] = checked(line, first)["manifests"]
    assert not again["would_stand"]
    assert "HK-MAN-046" not in codes(again["findings"])
    assert again["rules_run"] == []
    assert "DRY-RUN-REFUSED" in codes(again["not_run"])


def test_a_check_of_anothers_paper_says_so_and_shows_nothing_of_him(rival: httpx.Client) -> None:
    [one] = checked(rival, paper("K5", Paper("SYNTWICE")))["manifests"]
    assert not one["would_stand"]
    assert "PARTY-SENDER-NOT-YOURS" in codes(one["findings"])
    assert "HK-MAN-046" not in codes(one["findings"])


def test_a_check_says_that_the_sender_within_is_another(line: httpx.Client) -> None:
    named = paper("K9", Paper("SYNGLN")).replace(b"NAD+CA", b"NAD+MS+4600000000022::9'NAD+CA", 1)
    named = named.replace(b"UNT+24", b"UNT+25")
    told = checked(line, named)
    assert "PARTY-SENDER-NOT-YOURS" in codes(told["findings"])
    assert not any(one["would_stand"] for one in told["manifests"])


def test_an_assistant_may_check_and_a_file_of_any_form_is_read(
    instance: Instance, line: httpx.Client
) -> None:
    issued = line.post("/v1/tokens", json={"client": "ai", "scopes": ["read"], "days": 1}).json()
    helper = instance.client(issued["secret"])
    [one] = checked(helper, paper("K8", Paper("SYNCHECK8")))["manifests"]
    assert one["would_stand"]
    broken = checked(helper, b'{"kind": "manifest"', **{"Content-Type": "application/json"})
    assert broken["manifests"] == []
    assert "CLI-NO-MANIFEST" in codes(broken["findings"])


def test_a_file_at_the_limit_is_checked_and_one_byte_more_is_not(line: httpx.Client) -> None:
    data = paper("K9", Paper("SYNCHECK9"))
    data += b" " * (checks.CHECK_BYTES_MAX - len(data))
    assert line.post("/v1/checks", content=data).status_code == 200
    for body in (data + b" ", iter([data, b" "])):
        answer = line.post("/v1/checks", content=body)
        assert answer.status_code == 413
        assert codes(answer.json()["findings"]) == ["CHECK-TOO-LARGE"]


def test_whatever_is_sent_is_answered_and_no_fault_of_ours(line: httpx.Client) -> None:
    data, dice = paper("K10", Paper("SYNCHECK10")), random.Random(7)
    for _ in range(60):
        mutant = bytearray(data)
        for _ in range(dice.randint(1, 4)):
            mutant[dice.randrange(len(mutant))] = dice.choice([0, 39, 43, 58, dice.randrange(256)])
        answer = line.post("/v1/checks", content=bytes(mutant))
        assert answer.status_code == 200, answer.text
    for odd in (b"", b"\0", b"PK\x03\x04", b"{}", b"[1]", b"\xff\xfe", b"UNB", b"bill_number\n1"):
        assert line.post("/v1/checks", content=odd).status_code == 200


def test_a_check_counts_an_envelope_that_a_filing_would_be_refused_for(line: httpx.Client) -> None:
    data = paper("K11", Paper("SYNCHECK11"))
    wrong = data.replace(b"UNZ+1+", b"UNZ+2+")
    said = checked(line, wrong)
    assert "EDIFACT-UNZ-COUNT" in codes(said["findings"])
    assert [one["would_stand"] for one in said["manifests"]] == [False]
    assert line.post("/v1/messages", content=wrong).json()["state"] == "refused"
    assert [one["would_stand"] for one in checked(line, data)["manifests"]] == [True]


def test_what_is_wrong_with_one_message_of_a_file_refuses_no_other(line: httpx.Client) -> None:
    first, second = paper("K13", Paper("SYNCHECK13")), paper("K14", Paper("SYNCHECK14"))
    head, _, _ = first.partition(b"UNZ")
    again = second[second.index(b"UNH") : second.index(b"UNZ")].replace(b"K14", b"K13", 1)
    data = head + again + b"UNZ+2+K13'"
    said = checked(line, data)
    assert "EDIFACT-MESSAGE-DUPLICATE" in codes(said["findings"])
    assert [(one["document"], one["would_stand"]) for one in said["manifests"]] == [
        ("DOC-K13", True)
    ]
    assert line.post("/v1/messages", content=data).json()["state"] == "partly"
    assert line.get("/v1/track/SYNCHECK13").status_code == 200


def test_a_test_declares_nothing_and_may_come_for_real(
    line: httpx.Client, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    real = paper("K15", Paper("SYNCHECK15"))
    data = real.replace(b"+K15'UNH", b"+K15++++++1'UNH", 1)
    assert b"++++++1'" in data
    said = checked(line, data)
    assert "EDIFACT-TEST" in codes(said["findings"])
    assert [one["would_stand"] for one in said["manifests"]] == [False]
    (tmp_path / "test.edi").write_bytes(data)
    assert guarded(app, ["check", str(tmp_path / "test.edi")]) == 1
    assert "EDIFACT-TEST" in capfd.readouterr().out
    posted = filed(line, data)
    assert posted["state"] == "refused"
    [answer] = posted["answers"]
    assert "+4+25+UNB+12" in line.get(answer["href"]).text
    assert line.get("/v1/track/SYNCHECK15").status_code == 404
    again = {"Idempotency-Key": "for real", "Prefer": "wait=30"}  # the reference was not taken
    assert line.post("/v1/messages", content=real, headers=again).json()["state"] == "accepted"


def test_a_late_manifest_stays_late_when_an_amendment_puts_its_arrival_off(
    line: httpx.Client,
) -> None:
    now = datetime.now(HONG_KONG)
    late, later = (now + timedelta(days=days) for days in (-28, 26))

    def version(ref: str, function: str, arrival: datetime) -> bytes:
        data = paper("K9", Paper("SYNLATE")).replace(b"IFT+K9", b"IFT+" + ref.encode())
        form = b"DTM+132:%s:203" % arrival.strftime("%Y%m%d%H%M").encode()
        data = re.sub(rb"DTM\+132:\d+:203", form, data)
        return (
            re.sub(rb"(UNB\+[^']*)\+K9", rb"\1+" + ref.encode(), data)
            .replace(b"UNZ+1+K9", b"UNZ+1+" + ref.encode())
            .replace(b"DOC-K9+9", b"DOC-K9+" + function.encode())
        )

    def filed(data: bytes) -> list[str]:
        [said] = checked(line, data)["manifests"]
        shown = line.post("/v1/messages", content=data, headers={"Prefer": "wait=30"}).json()
        assert shown["state"] == "accepted", shown
        about = {"HK-MAN-045", "HK-MAN-047"}
        told = [one for one in codes(shown["findings"]) if one[:10] in about]
        assert told == [one for one in codes(said["findings"]) if one[:10] in about]
        return told

    assert filed(version("K9A", "9", late)) == ["HK-MAN-045-LATE"]
    moved = filed(version("K9B", "5", later))
    assert moved == ["HK-MAN-045-LATE-EARLIER", "HK-MAN-047"]
    # And again: what was put off once stays so, though this version puts nothing off.
    assert filed(version("K9C", "5", later + timedelta(minutes=1))) == ["HK-MAN-045-LATE-EARLIER"]


def with_more(data: bytes, segments: bytes, before: bytes) -> bytes:
    """Put segments before the first that begins so, and count them."""
    data = data.replace(before, segments + before, 1)
    more = segments.count(b"'")
    return re.sub(rb"UNT\+(\d+)", lambda found: b"UNT+%d" % (int(found[1]) + more), data)


@pytest.mark.parametrize("before", [b"CNT+7:", b"MEA+AAE+G"])
def test_a_licence_that_is_named_without_its_number_is_asked_for(
    line: httpx.Client, before: bytes
) -> None:
    ref = f"KLIC{before[0]}"
    data = with_more(paper(ref, Paper(f"SYN{ref}")), b"RFF+IP:'", before)
    [one] = checked(line, data)["manifests"]
    assert "HK-MAN-017-NUMBER" in codes(one["findings"])


def test_a_check_says_what_was_sent_and_what_would_stand_of_it(line: httpx.Client) -> None:
    both = paper("KSENT", Paper("SYNCHECK8"), Paper("SYNCHECK9"))
    assert filed(line, both)["state"] == "accepted"
    more = paper("KMORE", Paper("SYNCHECK10")).replace(b"DOC-KMORE+9'", b"DOC-KSENT+2'")
    more = with_more(more, b"RFF+ACW:1'", b"DTM+137")
    gone = both.replace(b"KSENT", b"KGONE").replace(b"DOC-KGONE+9'", b"DOC-KSENT+1'")
    told = [checked(line, data)["manifests"][0] for data in (both, more, gone)]
    names = ("function", "bills_sent", "bills", "would_stand")
    assert [tuple(one[name] for name in names) for one in told] == [
        ("original", 2, 2, False),  # that document stands already
        ("add", 1, 3, True),
        ("cancel", 2, 0, True),
    ]
