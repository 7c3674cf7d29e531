"""What an officer concluded of a bill holds for what he had before him, and for nothing else."""

from typing import Any

import pytest
from command_line import CommandLine
from port import Officer, wait
from running_instance import Instance
from test_withdrawn_bills import Desk, desk

from waglan.customs.officer_act import ClearedPart, Kind

__all__ = ["desk"]

CALL = "9811000/001E"
KEEP = {"reason": "a look", "instruction": "Keep it closed."}


def shown(desk: Desk, bill: str = "1") -> dict[str, Any]:
    [found] = desk.customs.get(f"/v1/customs/bills/{desk.name}{bill}").json()["bills"]
    return dict(found)


def waits_for(desk: Desk, bill: str = "1") -> str | None:
    answer = desk.customs.get("/v1/customs/worklist", params={"limit": 200})
    own = {one["number"]: one["waits"] for one in answer.json()["bills"]}
    return own.get(f"{desk.name}{bill}")


def told(desk: Desk, bill: str = "1") -> list[tuple[str, str]]:
    """The notices that the filer was served of a bill: status, and the goods that may go."""
    events = desk.line.get("/v1/events", params={"code": "customs.notice-served"}).json()["events"]
    own = [one["body"] for one in events if one["about"]["key"] == f"{desk.name}{bill}"]
    return [(one["status"], str(one.get("parts", ""))) for one in own]


def concluded(desk: Desk, kind: Kind, **said: Any) -> Officer:
    """Have a bill declared, detained, concluded of by an officer, and all of it told."""
    officer = Officer(desk.customs)
    desk.files("9", "1")
    seen = wait(lambda: officer.sees(f"{desk.name}1") or None)
    assert officer.does(Kind.DETAIN, bills=seen, **KEEP).status_code == 201
    again = officer.does(kind, bills=officer.sees(f"{desk.name}1"), reason="as declared", **said)
    assert again.status_code == 201, again.text
    officer.serves(CALL)
    return officer


HOW: dict[Kind, dict[str, Any]] = {
    Kind.CLEAR: {},
    Kind.CLEAR_CONDITIONALLY: {"conditions": ("a sample is kept",)},
    Kind.CLEAR_PARTLY: {"parts": (ClearedPart(container="CSQU3054383", packages=1),)},
}


@pytest.mark.parametrize("has_order", [True, False])
@pytest.mark.parametrize("kind", HOW)
def test_other_goods_in_a_cleared_bill_wait_for_an_officer_and_nothing_is_told_of_them(
    desk: Desk, kind: Kind, has_order: bool
) -> None:
    officer = concluded(desk, kind, **HOW[kind])
    before = wait(lambda: told(desk) or None)
    if has_order:
        officer.orders(officer.publishes())
    version = shown(desk)["version"]
    desk.files("5", "1", goods="IVORY CARVINGS")
    expected = "rest" if kind is Kind.CLEAR_PARTLY else "decision"
    wait(lambda: waits_for(desk) == expected or None)
    wait(lambda: "DESK-FILED-SINCE" in str(shown(desk)) or None)
    assert shown(desk)["version"] == version
    said = officer.does(Kind.SERVE, call=CALL).json()
    assert (said["notices"], [one["code"] for one in said["findings"]]) == (
        0,
        ["ACT-SERVED-UNDECIDED"],
    )
    assert told(desk) == before
    again = officer.does(kind, bills=officer.sees(f"{desk.name}1"), reason="seen", **HOW[kind])
    assert again.status_code == 201, again.text
    assert officer.serves(CALL) == 1


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"EQD+CN+CSQU3054383+22G1", b"EQD+CN+CSQU3054383+45R1"),
        (b"++3+5'", b"++3+5'SEL+BROKEN99'"),
        (b"++3+5'", b"++3+5'MEA+AAE+G+KGM:29000'"),
    ],
    ids=["kind", "seal", "mass"],
)
def test_another_seal_mass_or_kind_of_a_cleared_bills_box_waits_for_an_officer(
    desk: Desk, was: bytes, now: bytes
) -> None:
    officer = concluded(desk, Kind.CLEAR)
    officer.orders(officer.publishes())
    before = shown(desk)["version"]
    desk.files("5", "1", instead=(was, now))
    wait(lambda: waits_for(desk) == "decision" or None)
    assert shown(desk)["version"] == before
    assert officer.serves(CALL) == 0


MARKS = b"PCI+24+SAMPLE MARKS 1'"
CHANGES: dict[str, tuple[tuple[bytes, bytes], dict[str, tuple[Any, Any]]]] = {
    "dangerous": (
        (MARKS, b"DGS+IMD++0027'PCI+24+OTHER MARKS'CST+1+930200'"),
        {
            "goods/1/dangerous": ([], ["0027"]),
            "goods/1/marks": ("SAMPLE MARKS 1", "OTHER MARKS"),
            "goods/1/hs_codes": ([], ["930200"]),
        },
    ),
    "licence": (
        (b"NAD+CN+++SAMPLE IMPORTS 1 LTD", b"RFF+IP:LIC2'NAD+CN+++OTHER IMPORTS LTD"),
        {
            "licences": ([], ["LIC2"]),
            "parties/consignee/name": ("SAMPLE IMPORTS 1 LTD", "OTHER IMPORTS LTD"),
        },
    ),
    "way": (
        (b"GIS+23'", b"LOC+13+SGSIN'GIS+28'"),
        {"place_of_transhipment": (None, "SGSIN"), "transhipment": (False, True)},
    ),
    "box": (
        (b"++3+5'", b"++3+5'TMP+2+-18:CEL'SEL+BROKEN99'"),
        {
            "boxes/CSQU3054383/set_point_mdegc": (None, -18_000),
            "boxes/CSQU3054383/seals": ([], ["BROKEN99"]),
        },
    ),
    "volume": ((b"MTQ:2.5", b"MTQ:3.5"), {"goods/1/volume_cm3": (2_500_000, 3_500_000)}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_since_an_officer_decided_of_a_bill_is_shown_to_him(
    desk: Desk, what: str
) -> None:
    instead, expected = CHANGES[what]
    concluded(desk, Kind.CLEAR)
    assert shown(desk)["changed"] is None
    desk.files("5", "1", instead=instead)
    changed = wait(lambda: shown(desk)["changed"])
    assert (changed["since_filed_version"], changed["more_changes"]) == (1, 0)
    found = {one["field"]: (one["before"], one["after"]) for one in changed["changes"]}
    said = {name: pair for name, pair in found.items() if name != "volume_cm3"}
    assert (said, changed["names_compared"]) == (expected, True)
    assert desk.line.get(f"/v1/customs/bills/{desk.name}1").status_code == 403
    desk.files("5", "1")  # its old words came back
    wait(lambda: shown(desk)["changed"] is None or None)


def test_what_changed_is_told_since_the_officers_own_act_and_not_since_what_goes_on_with_it(
    desk: Desk,
) -> None:
    officer = Officer(desk.customs)
    officer.orders(officer.publishes())
    desk.files("9", "1")
    wait(lambda: shown(desk)["status"])
    done = officer.does(Kind.DETAIN, bills=officer.sees(f"{desk.name}1"), **KEEP)
    assert done.status_code == 201, done.text
    desk.files("5", "1", goods="IVORY CARVINGS")
    desk.files("5", "1", "2", goods="IVORY CARVINGS")
    wait(lambda: shown(desk, "2")["status"] or waits_for(desk, "2"))
    changed = shown(desk)["changed"]
    assert changed["since_filed_version"] == 1
    assert changed["changes"] == [
        {"field": "goods/1/description", "before": "COTTON T-SHIRTS", "after": "IVORY CARVINGS"}
    ]


def test_a_bill_that_came_on_another_call_says_so_as_what_changed(
    desk: Desk, instance: Instance, waglan: CommandLine
) -> None:
    concluded(desk, Kind.CLEAR)
    waglan.set("WAGLAN_URL", instance.address)
    waglan.signs_in(desk.customs.headers["Authorization"])
    desk.files("1")
    desk.files("9", "1", document="B", on=("002E", 20), instead=(MARKS, b"DGS+IMD++0027'"))
    wait(lambda: shown(desk)["changed"])
    for lang, lines in {
        "en": (
            "  changed since filed version 1, which was decided of:",
            "      call: 9811000/001E -> 9811000/002E",
            "      goods item 1; marks: SAMPLE MARKS 1 -> not told",
            "      goods item 1; UN numbers: not told -> 0027",
        ),
        "zh-Hant-HK": (
            "自已作決定的第 1 次申報以來的更改",
            "聯合國編號\uff1a沒有申報 -> 0027",
        ),
    }.items():
        waglan.set("WAGLAN_LANG", lang)
        out = waglan("desk", "show", f"{desk.name}1").out
        assert all(line in (out if lang != "en" else out.splitlines()) for line in lines), out


@pytest.mark.parametrize("has_order", [True, False])
def test_a_cleared_bill_that_says_the_same_stays_cleared(desk: Desk, has_order: bool) -> None:
    officer = concluded(desk, Kind.CLEAR)
    if has_order:
        officer.orders(officer.publishes())
    desk.files("5", "1", "2")
    wait(lambda: "2" in str(shown(desk, "2")["number"]) or None)
    if has_order:
        wait(lambda: shown(desk, "2")["status"] is not None or None)
    else:
        wait(lambda: waits_for(desk, "2") == "decision" or None)
    assert (shown(desk)["status"], waits_for(desk)) == ("cleared", None)
    assert "DESK-FILED-SINCE" not in str(shown(desk))


def test_what_was_cleared_on_one_call_is_decided_anew_on_another(desk: Desk) -> None:
    officer = concluded(desk, Kind.CLEAR)
    officer.orders(officer.publishes())
    desk.files("1")
    desk.files("9", "1", document="B", on=("002E", 20))
    wait(lambda: waits_for(desk) == "decision" or None)
    assert officer.serves("9811000/002E") == 0


def test_a_bill_that_an_order_leaves_to_an_officer_is_not_told_as_decided_before(
    desk: Desk,
) -> None:
    officer = Officer(desk.customs)
    officer.orders(officer.publishes())
    desk.files("9", "1", "2")
    wait(lambda: shown(desk)["status"] == "not-selected" or None)
    desk.files("5", "1", "2", goods="COTT\u041eN T-SHIRTS")  # a letter that only looks like one
    wait(lambda: waits_for(desk) == "decision" or None)
    assert officer.serves(CALL) == 0
    assert told(desk) == []


@pytest.mark.parametrize("function", ["1", "5"], ids=["cancelled", "replaced"])
@pytest.mark.parametrize("goods", ["STEEL PIPES", "COTTON T-SHIRTS"])
def test_a_cleared_bill_whose_newer_document_drops_it_is_what_its_older_one_says(
    desk: Desk, function: str, goods: str
) -> None:
    officer = Officer(desk.customs)
    desk.files("9", "1", document="A")
    desk.files("9", "1", document="B", goods=goods)
    wait(lambda: shown(desk)["filed_version"] == 2 or None)
    for kind, said in ((Kind.DETAIN, KEEP), (Kind.CLEAR, {"reason": "as declared"})):
        seen = officer.sees(f"{desk.name}1")
        assert officer.does(kind, bills=seen, **said).json()["refused"] == 0
    officer.serves(CALL)
    before = wait(lambda: told(desk) or None)
    desk.files(function, *(["2"] if function == "5" else []), document="B")
    desk.files("9", "9", document="C")
    if goods == "COTTON T-SHIRTS":
        wait(lambda: waits_for(desk, "9") or None)
        assert "DESK-FILED-SINCE" not in str(shown(desk))
        assert (shown(desk)["status"], waits_for(desk)) == ("cleared", None)
        return
    wait(lambda: waits_for(desk) == "decision" or None)
    assert "DESK-FILED-SINCE" in str(shown(desk))
    officer.does(Kind.SERVE, call=CALL)
    assert told(desk) == before
    again = officer.does(Kind.CLEAR, bills=officer.sees(f"{desk.name}1"), reason="seen")
    assert again.json()["refused"] == 0, again.text
    wait(lambda: waits_for(desk) is None or None)
    desk.files("5", "1", document="A")  # which he saw
    desk.files("9", "8", document="D")
    wait(lambda: waits_for(desk, "8") or None)
    assert waits_for(desk) is None
