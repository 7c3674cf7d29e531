"""What an officer clears part by part is told whole, however many acts one notice tells of."""

from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from command_line import CommandLine
from port import filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest
from test_rebuild import differences
from test_the_customs_desk import VOYAGE, Desk, codes, desk

from waglan.customs.officer_act import ClearedPart, Kind
from waglan.customs.outcome import Found, Outcome, Taken
from waglan.store.connect import pools

__all__ = ["desk"]

A, B = "CSQU3054383", "TCLU1234560"
IN_A, IN_B = {"container": A}, {"container": B}
REFS = count(1)


def files(desk: Desk, number: str, *, goods: str = "COTTON T-SHIRTS", instead_of: str = "") -> str:
    """File a bill of ten cartons, five in each of two boxes; or again, as the next version."""
    ref = f"P{next(REFS)}"
    text = manifest(Call("DESKLINE", "DESKCUSTOMS", ref), Paper(number)).decode()
    text = text.replace(f"SGP+{A}+10'", f"SGP+{A}+5'SGP+{B}+5'").replace("COTTON T-SHIRTS", goods)
    box = f"EQD+CN+{A}+22G1:102:5++3+5'"
    text = text.replace(box, box + box.replace(A, B))
    if instead_of:
        before, version = instead_of.split("/")
        text = text.replace(f"+DOC-{ref}+9'", f"+DOC-{before}+5'")
        text = text.replace(":203'NAD+CA", f":203'RFF+ACW:{version}'NAD+CA", 1)
    segments = text.count("'") - 2 - 1
    text = text[: text.index("UNT+")] + f"UNT+{segments}+{ref}'UNZ+1+{ref}'"
    sent = filed(desk.line, text.encode())
    assert sent["state"] == "accepted", sent["findings"]
    return ref


def detained(desk: Desk, number: str) -> str:
    """A bill that is detained, and its filer knows it; return its document's reference."""
    ref = files(desk, number)
    assert desk.detains(number).status_code == 201
    desk.officer.serves(VOYAGE)
    return ref


def clears(desk: Desk, number: str, *, voucher: str = "", **part: Any) -> httpx.Response:
    parts = (ClearedPart(**part),)
    said = {"reason": "looked at", "parts": parts, "voucher": voucher}
    return desk.does(Kind.CLEAR_PARTLY, number, **said)


def tracked(desk: Desk, number: str) -> tuple[str, list[dict[str, Any]]]:
    """How the bill stands for its filer, and what of it is cleared, as far as he was told."""
    [found] = desk.line.get(f"/v1/track/{number}").json()["found"]
    parts = [{k: v for k, v in part.items() if v is not None} for part in found["cleared"]]
    return found["customs"]["what"], parts


def steps(desk: Desk, number: str) -> list[dict[str, Any]]:
    [seen] = desk.officer.desk.get(f"/v1/customs/bills/{number}").json()["bills"]
    return list(seen["steps"])


def test_parts_cleared_between_two_servings_are_all_told(desk: Desk) -> None:
    detained(desk, "SYNPART1")
    assert clears(desk, "SYNPART1", container=A, voucher="RV-1").status_code == 201
    assert clears(desk, "SYNPART1", container=B, packages=2, voucher="RV-2").status_code == 201
    assert [step["served_at"] is None for step in steps(desk, "SYNPART1")] == [False, True, True]
    desk.officer.serves(VOYAGE)
    both = [IN_A, {**IN_B, "packages": 2}]
    assert tracked(desk, "SYNPART1") == ("partly-cleared", both)
    notice = desk.told("SYNPART1")[1]
    assert (notice["parts"], notice["so_far"]) == (both, True)
    assert (notice["voucher"], notice["vouchers"]) == ("RV-2", ["RV-1", "RV-2"])
    assert all(step["served_at"] for step in steps(desk, "SYNPART1"))
    [eased] = desk.line.get("/v1/notices", params={"bill": "SYNPART1"}).json()["notices"]
    whole = desk.line.get(f"/v1/notices/{eased['notice']}").json()
    [step] = [one for one in whole["steps"] if one["step"] == "release-part"]
    assert step["boxes"] == [A, B]
    # The notice after that names what was told before too, and counts nothing twice.
    assert clears(desk, "SYNPART1", container=B, packages=1).status_code == 201
    desk.officer.serves(VOYAGE)
    assert tracked(desk, "SYNPART1") == ("partly-cleared", [IN_A, {**IN_B, "packages": 3}])


def test_no_more_is_cleared_than_is_left_after_the_parts_before(desk: Desk) -> None:
    detained(desk, "SYNPART2")
    assert clears(desk, "SYNPART2", container=B, packages=3).status_code == 201
    refused = clears(desk, "SYNPART2", container=B, packages=3)
    assert (refused.status_code, codes(refused)) == (422, ["ACT-PART-GONE"])
    assert refused.json()["findings"][0]["params"]["left"] == 2
    desk.officer.serves(VOYAGE)
    assert codes(clears(desk, "SYNPART2", goods=1, packages=8)) == ["ACT-PART-GONE"]
    assert clears(desk, "SYNPART2", container=A).status_code == 201
    assert codes(clears(desk, "SYNPART2", goods=1, packages=3)) == ["ACT-PART-GONE"]
    assert clears(desk, "SYNPART2", goods=1, packages=2).status_code == 201
    desk.officer.serves(VOYAGE)
    parts = [{**IN_B, "packages": 3}, IN_A, {"goods": 1, "packages": 2}]
    assert tracked(desk, "SYNPART2") == ("partly-cleared", parts)


def test_what_is_decided_in_between_begins_the_parts_anew(desk: Desk) -> None:
    detained(desk, "SYNPART3")
    assert clears(desk, "SYNPART3", container=A).status_code == 201
    assert desk.detains("SYNPART3").status_code == 201
    assert clears(desk, "SYNPART3", container=B).status_code == 201
    desk.officer.serves(VOYAGE)
    assert tracked(desk, "SYNPART3") == ("partly-cleared", [IN_B])
    told = [step["served_at"] is not None for step in steps(desk, "SYNPART3")]
    assert told == [True, False, False, True]  # the parts of the second act nobody was told
    assert clears(desk, "SYNPART3", container=A, packages=5).status_code == 201


@pytest.mark.parametrize("is_changed", [False, True])
def test_parts_go_on_with_a_version_that_says_the_same_and_with_no_other(
    desk: Desk, is_changed: bool
) -> None:
    number = f"SYNPART4{is_changed}".upper()
    ref = detained(desk, number)
    assert clears(desk, number, container=A).status_code == 201
    files(desk, number, goods="IVORY" if is_changed else "COTTON T-SHIRTS", instead_of=f"{ref}/1")
    seen = f"/v1/customs/bills/{number}"
    if is_changed:
        wait(lambda: "DESK-FILED-SINCE" in desk.officer.desk.get(seen).text or None)
    assert clears(desk, number, container=B).status_code == 201
    desk.officer.serves(VOYAGE)
    assert tracked(desk, number) == ("partly-cleared", [IN_B] if is_changed else [IN_A, IN_B])
    told = [step["served_at"] is not None for step in steps(desk, number)]
    assert told == [True, not is_changed, True]


def test_parts_of_a_bill_that_is_withdrawn_are_told_all_the_same(desk: Desk) -> None:
    ref = files(desk, "SYNPART5")
    assert desk.detains("SYNPART5").status_code == 201
    assert clears(desk, "SYNPART5", container=A).status_code == 201
    assert clears(desk, "SYNPART5", container=B).status_code == 201
    files(desk, "SYNPART6", instead_of=f"{ref}/1")
    desk.officer.serves(VOYAGE)
    assert tracked(desk, "SYNPART5") == ("partly-cleared", [IN_A, IN_B])


def test_an_officer_reads_what_his_colleagues_said_in_words_and_clears_packages_by_command(
    desk: Desk, instance: Instance, waglan: CommandLine, tmp_path: Path
) -> None:
    detained(desk, "SYNPART7")
    found = (Found(1, packages=9, gross_mass_g=12_500),)
    outcome = Outcome("quantity-differs", found, Taken("cotton", 250, "g"), text="One is missing.")
    assert desk.does(Kind.EXAMINE, "SYNPART7", outcome=outcome).status_code == 201
    key = tmp_path / "officer.pem"
    key.write_bytes(desk.officer.key.private_bytes_raw())
    key.chmod(0o600)
    desk_of = waglan.operates(instance).signs_in(desk.officer.desk.headers["authorization"])
    clear = ("desk", "clear-partly", "--key", str(key), "--reason", "the rest is wet")
    for wrong in ("", "abc", ":", "0", f"1:{A}:-1", f"1:{A}:2:3", "1::x", f"{A}:5"):
        assert desk_of(*clear, "SYNPART7=2", "--part", wrong).status == 2, wrong
    done = desk_of(*clear, "SYNPART7=2", "--part", f"1:{A}:4", "--voucher", "RV-77")
    assert done.status == 0, done.err
    act = steps(desk, "SYNPART7")[-1]["act"]
    assert steps(desk, "SYNPART7")[-1]["said"] == {
        "kind": "clear-partly", "reason": "the rest is wet", "instruction": "", "documents": [],
        "due": None, "conditions": [], "voucher": "RV-77", "outcome": None,
        "parts": [{"goods": 1, "container": A, "packages": 4}],
    }  # fmt: skip
    officer = desk.officer.subject
    for lang, expected in (
        ("en", [f"by {officer}", "because: weight looks odd", "to do: Keep it closed.",
                "counted of goods item 1: packages: 9; 12.5 kg", "sample taken: cotton, 250 g",
                "in words: One is missing.", "because: the rest is wet", "release voucher: RV-77",
                f"cleared part: goods item 1, container {A}, 4 packages",
                "its filer was told at", "its filer was not told this"]),
        ("zh-Hant-HK", ["原因", "weight looks odd", "已取樣本", "海關憑單號碼", "RV-77",
                        "4 件", "未有就此通知申報人"]),
    ):  # fmt: skip
        waglan.set("WAGLAN_LANG", lang)
        shown = desk_of("desk", "show", "SYNPART7").out
        assert [text for text in expected if text not in shown] == []
    shown = desk_of("desk", "act", act).out
    assert all(text in shown for text in (act, "部分清關", "RV-77", '"packages":4'))
    waglan.set("WAGLAN_LANG", "en")
    assert "clear-partly" in desk_of("desk", "act", act).out
    assert "the rest is wet" not in desk.line.get("/v1/track/SYNPART7").text
    assert desk.line.get(f"/v1/customs/acts/{act}").status_code == 403


async def test_nothing_of_it_is_made_otherwise_when_it_is_worked_out_again(
    desk: Desk, instance: Instance
) -> None:
    del desk
    async with pools(instance.dsn, size_max=1) as opened:
        assert await differences(opened) == []
