"""What a cargo report says, read into the words of a manifest."""

import gc

import pytest
from edifact_files import AIR, HEAD, HOUSE, MASTER, codes, interchange, message, one, part

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Severity
from waglan.codes.render import render
from waglan.manifest.call import time_of
from waglan.manifest.model import (
    Bill,
    Equipment,
    Function,
    Goods,
    Head,
    Level,
    Package,
    PartKey,
    Party,
    PartyRole,
    Totals,
)
from waglan.messages.edifact import read
from waglan.messages.edifact.collector import paused
from waglan.messages.envelope import Address, Header, Message


def test_a_cargo_report_is_read_into_head_equipment_bills_and_totals() -> None:
    raw = interchange(message(HEAD + MASTER + HOUSE + AIR, more="+REF2026+2:F"))
    first, end = one(raw)
    assert first.findings == end.findings == ()
    assert first.header == Header("M1", "CUSCAR", "D", "95B", "UN", "", "REF2026", 2, "F")
    assert first.segments == raw.count(b"'") - 2
    assert raw[first.offset :].startswith(b"UNH+M1")
    content = first.part
    assert content is not None
    assert content.key == PartKey("FORWARDER:ZZ", "CUSTOMS", "CUSCAR", "REF2026")
    assert (content.number, content.is_final) == (2, True)
    assert content.head == Head(
        document="MAN-7",
        document_name="85",
        function=Function.ORIGINAL,
        carrier="HLC",
        agent="AGENT LTD",
        vessel="HARBOUR STAR",
        imo="9321483",
        voyage="012E",
        mode="1",
        customs_office="HKKWT",
        port_of_call="HKHKG",
        arrival="2026-11-23T06:00",
        departure="2026-11-24",
        references=(("AAZ", "CALL 12"),),
    )
    assert content.totals == Totals(bills=2, containers=1, packages=120, gross_mass_g=30_500_000)
    assert content.equipment == (
        Equipment(
            "CSQU3054383", "CN", "22G1", True, 21_000_500, 2_200_000, ("S1", "S2"), -18_500, 16, 2
        ),
    )


def test_a_master_bill_has_its_places_parties_and_goods() -> None:
    bill = part(interchange(message(HEAD + MASTER))).bills[0]
    goods = Goods(
        1,
        "COTTON T-SHIRTS OF MEN IN CARTONS",
        100,
        "CT",
        "MARK 1\nMARK 2\nMARK 3",
        20_000_000,
        12_500_000,
        (Package("CSQU3054383", 100),),
        ("1993",),
        ("610910",),
    )
    assert bill == Bill(
        number="HLCU1",
        level=Level.MASTER,
        place_of_loading="CNSHA",
        port_of_discharge="HKHKG",
        place_of_delivery="CNCAN",
        place_of_transhipment="SGSIN",
        transhipment=True,
        reefer=True,
        packages=100,
        gross_mass_g=20_000_000,
        volume_cm3=12_500_000,
        licences=("LIC-1",),
        houses=1,
        parties=(
            Party(
                PartyRole.CONSIGNOR,
                "ACME LTD",
                "12 STREET, FLOOR 3, SHANGHAI, 200000, CN",
                "C1",
                "CZ",
            ),
            Party(PartyRole.CONSIGNEE, "TO ORDER", "BANK ROAD 1", None, "CN"),
            Party(PartyRole.OTHER, "SOMEBODY", "", None, "ZZ"),
        ),
        goods=(goods, Goods(2, "", None, "BX")),
        segment=22,
    )


def test_a_house_bill_names_the_bill_above_it_by_sea_and_by_air() -> None:
    house, air = part(interchange(message(HEAD + HOUSE + AIR))).bills
    assert (house.number, house.level, house.parent) == ("H-9", Level.HOUSE, "HLCU1")
    assert (house.transhipment, house.place_of_delivery) == (False, "MOMFM")
    assert (air.number, air.level, air.parent) == ("HWB5", Level.HOUSE, "160-11111111")
    assert (air.transhipment, air.gross_mass_g, air.reefer) == (None, None, None)


def test_the_consignment_number_is_the_bill_number_only_where_no_reference_gives_one() -> None:
    [bill] = part(interchange(message(HEAD + "CNI+1+DOC5'"))).bills
    assert (bill.number, bill.level, bill.parent) == ("DOC5", Level.MASTER, None)
    first, _ = one(interchange(message(HEAD + "CNI+1'")))
    [finding] = first.findings
    assert (finding.code, finding.where.segment) == ("EDIFACT-BILL-NUMBER-MISSING", 22)


def test_a_message_without_part_number_is_a_whole_manifest_under_its_own_reference() -> None:
    content = part(interchange(message(HEAD)))
    assert (content.number, content.is_final, content.key.access_reference) == (1, True, "M1")


def test_part_two_of_three_is_not_final_and_a_part_that_names_no_whole_is_refused() -> None:
    assert not part(interchange(message(HEAD, more="+REF+2"))).is_final
    assert not part(interchange(message(HEAD, more="+REF+1:C"))).is_final
    assert part(interchange(message(HEAD, more="+REF+3:F:"))).is_final
    first, _ = one(interchange(message(HEAD, more="++2")))
    assert codes(first.findings) == ["EDIFACT-PART-ALONE"]
    first, _ = one(interchange(message(HEAD, more="+REF+A")))
    assert codes(first.findings) == ["EDIFACT-PART-NUMBER"]


@pytest.mark.parametrize("told", ["X", "F:Z", "f", "CF", ":F", "?:F"])
def test_a_part_that_is_marked_as_neither_the_first_nor_the_last_is_refused(told: str) -> None:
    first, _ = one(interchange(message(HEAD, more=f"+REF+1:{told}")))
    [finding] = first.findings
    where = (finding.where.segment, finding.where.element, finding.where.component)
    assert (finding.code, where) == ("EDIFACT-PART-INDICATOR", (1, 5, 2))
    assert finding.params["text"] == told.replace("?:", ":")


def test_the_envelope_is_told_as_it_was_sent() -> None:
    raw = (
        b"UNA:+.? '\r\nUNB+UNOA:2+A:14:B+C:ZZ+991231:2359+77+SECRET+APP+P+1+AGREED+1'\r\n"
        + message(HEAD).encode()
        + b"\r\nUNZ+1+77'\r\n"
    )
    first, end = one(raw)
    said = end.interchange
    assert said is not None
    assert said == first.interchange
    assert (said.sender, said.recipient) == (Address("A", "14", "B"), Address("C", "ZZ"))
    assert (said.syntax_id, said.syntax_version, said.prepared) == ("UNOA", "2", "991231:2359")
    assert (said.application, said.priority, said.agreement) == ("APP", "P", "AGREED")
    assert (said.acknowledge, said.is_test, said.una, said.service) == (True, True, True, ":+.? '")
    assert "SECRET" not in repr(end)


def test_a_mass_keeps_its_unit_exactly_and_nonsense_is_found_and_left_out() -> None:
    body = (
        HEAD + "CNI+1'RFF+BM:1'CNT+7:1:LBR'CNI+2'RFF+BM:2'CNT+7:-5:KGM'CNI+3'RFF+BM:3'CNT+7:5:STN'"
    )
    first, _ = one(interchange(message(body)))
    assert first.part is not None
    assert [bill.gross_mass_g for bill in first.part.bills] == [454, None, None]
    assert [(f.code, f.severity, f.where.segment) for f in first.findings] == [
        ("EDIFACT-NUMBER", Severity.ERROR, 27),
        ("EDIFACT-UNIT", Severity.WARNING, 30),
    ]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("20261335:102", "20261335"),
        ("000101010900:203", "0001-01-01T09:00"),  # no year that a ship can call in
        ("999912312359:203", "9999-12-31T23:59"),
    ],
)
def test_a_time_that_cannot_be_stays_as_sent_with_a_finding(sent: str, kept: str) -> None:
    body = f"BGM+85+1+9'TDT+20+V'LOC+60+HKHKG'DTM+132:{sent}'"
    first, _ = one(interchange(message(body)))
    assert first.part is not None
    assert first.part.head.arrival == kept
    assert time_of(kept, zone=HONG_KONG) is None
    assert codes(first.findings) == ["EDIFACT-TIME"]


RELEASES = [f"{year % 100:02}{letter}" for year in range(1996, 2024) for letter in "AB"]


@pytest.mark.parametrize("release", ["95B", *RELEASES, "01C", "24A"])
def test_every_directory_from_d_95b_on_is_read(release: str) -> None:
    first, _ = one(interchange(message(HEAD, kind=f"CUSCAR:D:{release}:UN")))
    assert first.content is not None
    assert codes(first.findings) == []


@pytest.mark.parametrize("directory", ["D:95A", "D:55Q", "D:02C", "D:2B", "S:95B"])
def test_a_directory_that_is_not_read_has_no_content(directory: str) -> None:
    first, _ = one(interchange(message(HEAD, kind=f"CUSCAR:{directory}:UN")))
    assert (first.content, codes(first.findings)) == (None, ["EDIFACT-DIRECTORY-NOT-READ"])


def test_a_type_that_is_not_read_has_no_content() -> None:
    first, _ = one(interchange(message("BGM+1'LIN+1'", kind="ORDERS:D:96A:UN")))
    assert (first.content, codes(first.findings)) == (None, ["EDIFACT-TYPE-NOT-READ"])
    assert first.findings[0].severity is Severity.NOTE


@pytest.mark.parametrize(
    ("kind", "component"),
    [("CUSCAR", 2), ("CUSCAR::95B:UN", 2), ("CUSCAR:D", 3), ("COARRI:D::UN", 3)],
)
@pytest.mark.parametrize("validate", [False, True])
def test_a_header_without_a_directory_is_told_so_in_words(
    kind: str, component: int, validate: bool
) -> None:
    first, _ = read([interchange(message(HEAD, kind=kind))], validate=validate)
    assert isinstance(first, Message)
    [found] = [f for f in first.findings if f.severity is Severity.ERROR]
    assert found.code == "EDIFACT-DIRECTORY-MISSING"
    assert (found.where.element, found.where.component) == (3, component)
    assert first.content is None
    assert " ." not in "".join(render(f, "en").problem for f in first.findings)


def test_a_later_directory_is_read_by_the_same_walk() -> None:
    body = (
        "BGM+85+MAN:1+9'RFF+AAZ:1'NAD+CA+HLC'TDT+20+1'EQD+CN+CSQU3054383'CNI+1'GEI+4+28'RFF+BM:1'"
    )
    content = part(interchange(message(body, kind="CUSCAR:D:16A:UN")))
    assert content.head.document == "MAN"
    assert content.bills[0].transhipment is True


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_is_held_while_a_file_is_read_and_as_before_afterwards(was_on: bool) -> None:
    switch = gc.enable if was_on else gc.disable
    switch()
    try:
        with paused():
            assert not gc.isenabled()
        assert gc.isenabled() is was_on
    finally:
        gc.enable()


TWICE = {
    "document": ("BGM+785+OTHER+9'", "", ("OTHER", "1")),
    "voyage": ("TDT+20+002W+1'", "", ("002W", "V")),
    "arrival": ("DTM+132:202612031200:203'DTM+132:202612051200:203'", "", None),
    "number": ("", "RFF+BM:B2'", ("B2", "B1")),
    "place": ("", "LOC+11+SGSIN:139:6'", ("SGSIN", "HKHKG")),
    "transhipment": ("", "GIS+28'", ("28", "23")),
    "ship": ("TDT+20+V+1+++++9321483:146::X'TDT+20+V+1+++++9074729:146::X'", "", None),
    "function": ("BGM+85+1+1'", "", ("1", "9")),
    "carrier": ("NAD+CA+ONE:172:20'NAD+CA+TWO:172:20'", "", ("ONE", "TWO")),
    "a bill's mass": ("", "CNT+7:12000:KGM'CNT+7:50:KGM'", ("50000", "12000000")),
    "a bill's packages": ("", "CNT+11:5'CNT+11:6'", ("6", "5")),
    "goods' mass": ("", "GID+1+1:CT'MEA+AAE+G+KGM:12000'MEA+AAE+G+KGM:50'", ("50000", "12000000")),
    "a reefer's temperature": ("EQD+CN+CSQU3054383'TMP+2+-18:CEL'TMP+2+5:CEL'", "", None),
}


@pytest.mark.parametrize("what", TWICE)
def test_what_is_said_twice_and_differently_is_told(what: str) -> None:
    above, inside, told = TWICE[what]
    head = f"BGM+85+1+9'TDT+20+V'{above}"
    bill = f"CNI+1+B1'RFF+BM:B1'LOC+11+HKHKG:139:6'GIS+23'{inside}"
    first, _ = one(interchange(message(head + bill)))
    [found] = [one for one in first.findings if one.code == "EDIFACT-TWICE"]
    assert found.severity is Severity.WARNING
    assert found.where.segment is not None
    if told:
        assert (found.params["counted"], found.params["other"]) == told


def test_what_is_said_twice_alike_is_said_once() -> None:
    same = "RFF+BM:B1'LOC+11+HKHKG:139:6'GIS+23'"
    first, _ = one(interchange(message(f"BGM+85+1+9'TDT+20+V'TDT+20+V'CNI+1+B1'{same}{same}")))
    assert "EDIFACT-TWICE" not in codes(first.findings)


@pytest.mark.parametrize(("told", "is_test"), [("1", True), ("3", True), ("T", True), ("0", False)])
def test_whatever_stands_in_0035_and_is_not_0_is_a_test(told: str, *, is_test: bool) -> None:
    data = f"UNB+UNOC:3+A:ZZ+B:ZZ+261122:0900+R1++++++{told}'UNZ+0+R1'".encode()
    [end] = read([data])
    assert not isinstance(end, Message)
    assert end.interchange is not None
    assert end.interchange.is_test is is_test
