"""An officer at the command line sees what a bill says before he decides of it."""

from collections.abc import Callable
from typing import Any

import pytest
from command_line import CommandLine
from port import wait
from running_instance import Instance
from test_withdrawn_bills import Desk, desk

from waglan.cli.bill_shown import show_findings

__all__ = ["desk"]

Runs = Callable[..., str]
BOX = b"EQD+CN+CSQU3054383+22G1:102:5++3+5'"
SEALED = b"EQD+CN+CSQU3054383+22G1:102:5++3+5'MEA+AAE+G+KGM:14500'SEL+SYN0001'SEL+SYN0002'"


@pytest.fixture
def run(desk: Desk, instance: Instance, waglan: CommandLine) -> Runs:
    waglan.set("WAGLAN_URL", instance.address)
    waglan.signs_in(desk.customs.headers["Authorization"])

    def ran(*words: str, lang: str = "en") -> str:
        waglan.set("WAGLAN_LANG", lang)
        done = waglan("desk", *words)
        assert done.status == 0, done.err
        return done.out

    return ran


def listed(desk: Desk, *bills: str) -> dict[str, dict[str, Any]]:
    """What waits at the desk, as soon as all these bills do."""

    def look() -> dict[str, dict[str, Any]] | None:
        found = desk.customs.get("/v1/customs/worklist").json()["bills"]
        own = {one["number"].removeprefix(desk.name): dict(one) for one in found}
        return own if set(bills) <= set(own) else None

    return dict(wait(look))


def test_a_bill_is_shown_with_its_goods_boxes_seals_and_parties(desk: Desk, run: Runs) -> None:
    desk.files("9", "1", instead=(BOX, SEALED))
    out = run("show", f"{desk.name}1").splitlines()
    for line in (
        "  loaded at CNSHA; discharged at HKHKG",
        "  goods item 1: COTTON T-SHIRTS",
        "      packages: 10 (CT); 120 kg; in CSQU3054383: 10",
        "  whole bill: packages: 10; 120 kg",
        "  container CSQU3054383: 22G1; 14,500 kg; seals SYN0001, SYN0002",
        "  consignor: SAMPLE TRADING 1 LTD, 1 SAMPLE ROAD, SHANGHAI, CN",
    ):
        assert line in out, "\n".join(out)
    out = run("show", f"{desk.name}1", lang="zh-Hant-HK").splitlines()
    for words in (
        ("裝貨地點 CNSHA", "卸貨港 HKHKG"),
        ("第 1 項貨物", "COTTON T-SHIRTS"),
        ("件數 10", "CT", "120 公斤", "裝於 CSQU3054383", "10 件"),
        ("整份提單", "件數 10", "120 公斤"),
        ("貨櫃 CSQU3054383", "22G1", "14,500 公斤", "封條 SYN0001, SYN0002"),
        ("發貨人", "SAMPLE TRADING 1 LTD"),
    ):
        assert any(all(word in line for word in words) for line in out), "\n".join(out)


DECLARED = (
    b"EQD+CN+CSQU3054383+22G1:102:5++3+5'",
    b"EQD+CN+CSQU3054383+45R1:102:5++3+5'MEA+AAE+T+KGM:3800'TMP+2+-18.5:CEL'",
)
GOODS = b"PCI+24+SAMPLE MARKS 1'"


def test_everything_that_its_filer_declares_of_a_bill_is_shown_to_the_officer(
    desk: Desk, run: Runs
) -> None:
    desk.files("9", "1", instead=DECLARED)
    desk.files("5", "1", instead=(GOODS, b"DGS+IMD++1263'" + GOODS + b"CST+1+610910+930200'"))
    [shown] = desk.customs.get(f"/v1/customs/bills/{desk.name}1").json()["bills"]
    [goods] = shown["says"]["goods"]
    assert (goods["dangerous"], goods["hs_codes"]) == (["1263"], ["610910", "930200"])
    assert (goods["licences"], goods["volume_cm3"]) == ([], 2_500_000)
    beside = b"LOC+13+SGSIN'GIS+28'NAD+CZ+++SAMPLE TRADING 1 LTD+1 SAMPLE ROAD+SHANGHAI+++CN'"
    before = b"GIS+23'NAD+CZ+++SAMPLE TRADING 1 LTD+1 SAMPLE ROAD+SHANGHAI+++CN'"
    desk.files("9", "2", document="B", instead=(before, beside + b"RFF+IP:LIC9'"))
    desk.files("9", "3", document="C", instead=DECLARED)
    [shown] = desk.customs.get(f"/v1/customs/bills/{desk.name}2").json()["bills"]
    says = shown["says"]
    assert (says["level"], says["place_of_transhipment"], says["transhipment"]) == (
        "master",
        "SGSIN",
        True,
    )
    assert (says["licences"], says["reefer"], says["houses"]) == (["LIC9"], None, None)
    [shown] = desk.customs.get(f"/v1/customs/bills/{desk.name}3").json()["bills"]
    [box] = shown["says"]["boxes"]
    assert (box["tare_g"], box["set_point_mdegc"], box["full"]) == (3_800_000, -18_500, True)
    assert box["kind"] == "CN"
    for bill, *lines in (
        ("1", "      UN numbers: 1263; HS codes: 610910, 930200; licences: not told; volume:"),
        ("2", "  loaded at CNSHA; transhipped at SGSIN; discharged at HKHKG",
         "      level: master bill; transhipment: yes; refrigerated: not told; licences:"),
        ("3", "      kind of equipment: CN; full: yes; tare: 3,800 kg; set temperature: -18.5"),
    ):  # fmt: skip
        out = run("show", f"{desk.name}{bill}").splitlines()
        assert set(lines) <= set(out), "\n".join(out)
    chinese = run("show", f"{desk.name}1", lang="zh-Hant-HK")
    for words in ("聯合國編號\uff1a1263", "協制編號\uff1a610910, 930200", "許可證\uff1a沒有申報"):
        assert words in chinese
    assert "設定溫度\uff1a攝氏 -18.5 度" in run("show", f"{desk.name}3", lang="zh-Hant-HK")


def test_its_filer_and_the_authority_read_what_a_manifest_says_of_its_bills_and_nobody_else(
    desk: Desk,
) -> None:
    desk.files("9", "1", "2", instead=(GOODS, b"DGS+IMD++1263'" + GOODS))
    desk.shows("1", "full")
    desk.comes_to(desk.bank, "1", "declared")
    [manifest] = desk.line.get("/v1/manifests").json()["manifests"]
    path = f"/v1/manifests/{manifest['id']}"
    for who in (desk.line, desk.customs):
        one = who.get(path).json()
        assert one | manifest == one
        assert (one["head"]["vessel"], one["head"]["agent"]) == ("SYNTHETIC STAR", None)
        first = who.get(f"{path}/bills", params={"limit": 1}).json()
        rest = who.get(f"{path}/bills", params={"limit": 1, "after": first["next"]}).json()
        assert rest["next"] is None
        found = [bill for page in (first, rest) for bill in page["bills"]]
        assert [bill["number"] for bill in found] == [f"{desk.name}1", f"{desk.name}2"]
        assert [bill["says"]["goods"][0]["dangerous"] for bill in found] == [["1263"], []]
        assert "SAMPLE IMPORTS" not in str(found)
    [shown] = desk.customs.get(f"/v1/customs/bills/{desk.name}1").json()["bills"]
    assert found[0]["says"] == shown["says"]
    for below in ("", "/bills"):
        assert desk.bank.get(f"{path}{below}").status_code == 404
    assert "1263" not in desk.bank.get(f"/v1/track/{desk.name}1").text


def test_what_nobody_said_of_goods_is_told_as_that(desk: Desk, run: Runs) -> None:
    for bill, *instead in (
        ("1", b"GID+1+10:CT'", b"GID+1'"),
        ("2", b"SGP+CSQU3054383+10'", b""),
        ("3", b"MEA+AAE+G+KGM:120'", b""),
        ("4", b"SGP+CSQU3054383+10'", b"SGP+csqu3054383+10'"),
    ):
        desk.files("9", bill, document=bill, instead=(instead[0], instead[1]))
    assert "packages: not told; 120 kg" in run("show", f"{desk.name}1")
    assert "container" not in run("show", f"{desk.name}2")
    assert "packages: 10 (CT); mass not told" in run("show", f"{desk.name}3")
    shown = run("show", f"{desk.name}4")
    assert "container CSQU3054383" in shown, "small letters name the same box"
    assert "lists none under this number" not in shown


def test_the_worklist_tells_the_goods_in_short_and_counts_the_boxes(desk: Desk, run: Runs) -> None:
    desk.files("9", "1")
    desk.files("9", "2", document="B", goods=f"IVORY CARVINGS {'AND MORE ' * 30}")
    bills = listed(desk, "1", "2")
    assert (bills["1"]["goods"], bills["1"]["containers"]) == ("COTTON T-SHIRTS", 1)
    assert len(bills["2"]["goods"]) == 200
    out = run("worklist").splitlines()
    [at] = [n for n, line in enumerate(out) if f"  {desk.name}1  " in line]
    assert out[at + 1] == "    COTTON T-SHIRTS  (containers: 1)"
    [at] = [n for n, line in enumerate(out) if f"  {desk.name}2  " in line]
    assert out[at + 1].startswith("    IVORY CARVINGS AND MORE")
    assert len(out[at + 1]) <= 80
    out = run("worklist", lang="zh-Hant-HK").splitlines()
    assert any("COTTON T-SHIRTS" in line and "貨櫃 1 個" in line for line in out)


@pytest.mark.parametrize("end", [("1",), ("5", "2")])
@pytest.mark.parametrize("on", [("001E", 1), ("002E", 3)])
def test_the_worklist_tells_the_goods_of_the_manifest_that_still_stands(
    desk: Desk, on: tuple[str, int], end: tuple[str, ...]
) -> None:
    desk.files("9", "1", document="A", instead=(b"SGP+CSQU3054383+10'", b""))
    desk.files("9", "1", document="B", on=on, goods="PAPER")

    def comes_to(goods: str, containers: int) -> None:
        told = (goods, containers)
        wait(lambda: in_short(listed(desk, "1")["1"]) == told or None)

    def in_short(one: dict[str, Any]) -> tuple[str, int]:
        return one["goods"], one["containers"]

    comes_to("PAPER", 1)
    desk.files(*end, document="B", on=on)
    comes_to("COTTON T-SHIRTS", 0)


def test_of_many_goods_the_first_are_shown_and_the_rest_is_counted(desk: Desk, run: Runs) -> None:
    rest = b"".join(b"GID+%d+1:CT'FTX+AAA+++COTTON SOCKS %d'" % (n, n) for n in range(2, 113))
    last = b"PCI+24+SAMPLE MARKS 1'"
    desk.files("9", "1", instead=(last, last + rest))
    [shown] = desk.customs.get(f"/v1/customs/bills/{desk.name}1").json()["bills"]
    assert (len(shown["says"]["goods"]), shown["says"]["more_goods"]) == (100, 12)
    out = run("show", f"{desk.name}1")
    assert "goods item 100: COTTON SOCKS 100" in out
    assert "goods items beyond these: 12" in out


def test_of_many_findings_the_first_are_shown_and_the_rest_is_counted(
    capfd: pytest.CaptureFixture[str],
) -> None:
    words = {"problem": "Another filer declares it.", "remedy": "Ask both.", "where": {}}
    found = [{"code": "DESK-TWO-FILERS", "severity": "warning", **words}] * 12
    show_findings(found, "en")
    err = capfd.readouterr().err
    assert err.count("DESK-TWO-FILERS") == 10
    assert err.endswith("findings beyond these: 2\n")
    show_findings(found[:10], "en")
    assert "beyond" not in capfd.readouterr().err
