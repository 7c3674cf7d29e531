"""A manifest goes out as CUSCAR. WAGLAN_UPDATE_GOLDEN=1 writes the golden files anew."""

import os
import re
from pathlib import Path

import msgspec
import pytest
from edifact_parts import KEY, PARTS
from edifact_segments import messages
from hypothesis import given
from hypothesis import strategies as st

from waglan.manifest.model import Bill, Equipment, Goods, Head, Level, Manifest, Package, Part
from waglan.manifest.split import PER_PART_MAX, split, totals
from waglan.messages.edifact.cuscar_write import (
    cuscar_header,
    decimal,
    indicator_tag,
    segments,
    write_manifest,
    write_manifest_blocks,
)
from waglan.messages.edifact.structure import check_structure
from waglan.messages.edifact.write import Segment
from waglan.messages.envelope import Address, Interchange

CASES = Path(__file__).parents[2] / "cases/messages/edifact"
GOLDEN = sorted(CASES.glob("cuscar-*.json"))
TO_CUSTOMS = Interchange(
    Address("LINE", "ZZ"), Address("HKCED", "ZZ"), "I1", "UNOY", prepared="261122:1200"
)
HEAD = Head("M1", "85", vessel="EVER TEST", voyage="012W")
GOODS = Goods(1, "COTTON T-SHIRTS")
BILL = Bill("B1", Level.MASTER, goods=(GOODS,))
BOX = Equipment("CSQU3054383")


def part(*bills: Bill, head: Head = HEAD, boxes: tuple[Equipment, ...] = ()) -> Part:
    return Part(KEY, 1, True, b"", head, bills, boxes)


def texts(of: Part, tag: str, directory: str = "95B") -> list[Segment]:
    return [s for s in segments(of, cuscar_header(of, "1", directory)) if s[0] == tag]


def test_there_are_files_to_hold_the_writer_to() -> None:
    assert GOLDEN


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_manifest_is_written_as_it_always_was(path: Path) -> None:
    parts = msgspec.json.decode(path.read_bytes(), type=list[Part])
    directory = path.stem.removeprefix("cuscar-").partition("-")[0]
    data = re.sub(rb"(?<!\?)'", b"'\n", write_manifest(parts, TO_CUSTOMS, directory))
    golden = path.with_suffix(".edi")
    if os.environ.get("WAGLAN_UPDATE_GOLDEN"):
        golden.write_bytes(data)
    assert data == golden.read_bytes()


@given(PARTS, st.sampled_from(["95B", "96B", "99B", "00B", "03B", "16A", "21A", "24A"]))
def test_whatever_is_written_keeps_to_the_directory(made: Part, directory: str) -> None:
    if directory != "95B":  # extra references have room in a party's group only
        bills = tuple(
            bill if bill.parties else msgspec.structs.replace(bill, licences=())
            for bill in made.bills
        )
        made = msgspec.structs.replace(made, bills=bills)
    header = cuscar_header(made, "1", directory)
    unsplit = [
        [e if isinstance(e, str) else ":".join(e) for e in segment]
        for segment in segments(made, header)
    ]
    assert check_structure(header, unsplit) == []


@given(PARTS)
def test_blocks_are_the_same_bytes(made: Part) -> None:
    blocks = b"".join(write_manifest_blocks([made, made], TO_CUSTOMS))
    assert blocks == write_manifest([made, made], TO_CUSTOMS)
    assert len(messages(blocks, TO_CUSTOMS)) == 2


@given(st.lists(st.text("AB茶", min_size=1, max_size=90), max_size=60))
def test_no_word_of_a_description_is_lost(words: list[str]) -> None:
    goods = Goods(1, " ".join(words))
    written = texts(part(Bill("B", Level.MASTER, goods=(goods,))), "FTX")
    lines = [line for segment in written for line in segment[4]]
    assert "".join(lines).replace(" ", "") == "".join(words)
    assert all(len(line) <= 70 for line in lines)
    assert all(len(segment[4]) <= 5 for segment in written)


@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_a_mass_is_written_exactly_and_without_idle_zeros(value: int, places: int) -> None:
    text = decimal(value, places)
    whole, _, fraction = text.partition(".")
    assert int(f"{whole}{fraction.ljust(places, '0')}") == value
    assert not fraction.endswith("0")


def test_a_house_names_the_master_above_it() -> None:
    house = msgspec.structs.replace(BILL, number="H1", level=Level.HOUSE, parent="B1")
    assert texts(part(house), "RFF") == [("RFF", ("BH", "H1")), ("RFF", ("MB", "B1"))]


def test_what_nobody_said_is_not_written() -> None:
    written = [s[0] for s in segments(part(BILL, boxes=(BOX,)), cuscar_header(part(), "1"))]
    assert written == ["BGM", "TDT", "EQD", "CNI", "RFF", "GID", "FTX"]


@pytest.mark.parametrize(
    ("directory", "tag"), [("95B", "GIS"), ("02A", "GIS"), ("02B", "GEI"), ("24A", "GEI")]
)
def test_the_indicator_segment_is_the_directorys(directory: str, tag: str) -> None:
    assert indicator_tag(directory) == tag
    through = msgspec.structs.replace(BILL, transhipment=True)
    assert len(texts(part(through), tag, directory)) == 1


def test_a_time_that_is_not_iso_8601_goes_out_as_it_came() -> None:
    head = msgspec.structs.replace(HEAD, arrival="next Tuesday", departure="2026-11-25T08:00:30")
    assert texts(part(head=head), "DTM") == [
        ("DTM", ("132", "next Tuesday")),
        ("DTM", ("133", "20261125080030", "204")),
    ]


def test_a_vessel_without_an_imo_number_keeps_her_other_identity() -> None:
    head = msgspec.structs.replace(HEAD, references=(("TDT-8213", "VRAB7"), ("ABE", "7")))
    [transport] = texts(part(head=head), "TDT")
    assert transport[8] == ("VRAB7", "", "", "EVER TEST")
    assert texts(part(head=head), "RFF") == [("RFF", ("ABE", "7"))]


@pytest.mark.parametrize(("count", "parts"), [(0, 1), (PER_PART_MAX, 1), (PER_PART_MAX + 1, 2)])
def test_a_manifest_is_cut_where_the_groups_of_a_message_end(count: int, parts: int) -> None:
    for manifest in (Manifest(HEAD, (BILL,) * count, ()), Manifest(HEAD, (), (BOX,) * count)):
        cut = split(manifest, KEY)
        assert [p.is_final for p in cut] == [False] * (parts - 1) + [True]
        assert [p.number for p in cut] == list(range(1, parts + 1))
        assert sum(len(p.bills) + len(p.equipment) for p in cut) == count
        assert {bill.part for p in cut[1:] for bill in p.bills} <= {2}
        assert {box.part for p in cut[1:] for box in p.equipment} <= {2}
        assert cut[-1].totals == totals(manifest)


@pytest.mark.parametrize("size", [0, PER_PART_MAX + 1])
def test_a_part_holds_at_least_one_bill_and_at_most_what_its_group_repeats(size: int) -> None:
    with pytest.raises(ValueError, match="9999"):
        split(Manifest(HEAD, (), ()), KEY, size)


def test_a_total_that_some_bill_does_not_know_is_not_stated() -> None:
    known = msgspec.structs.replace(BILL, gross_mass_g=5, packages=2)
    unknown = msgspec.structs.replace(known, packages=None)
    counted = totals(Manifest(HEAD, (known, unknown), (BOX,)))
    assert (counted.bills, counted.containers) == (2, 1)
    assert (counted.gross_mass_g, counted.packages) == (10, None)


def test_parts_say_in_unh_which_they_are() -> None:
    manifest = Manifest(HEAD, (BILL,) * 3, (BOX,))
    data = write_manifest(split(manifest, KEY, 1), TO_CUSTOMS)
    assert b"UNH+1+CUSCAR:D:95B:UN+M1+1:C'" in data
    assert b"UNH+2+CUSCAR:D:95B:UN+M1+2'" in data
    assert b"UNH+3+CUSCAR:D:95B:UN+M1+3:F'" in data
    alone = write_manifest(split(manifest, KEY), TO_CUSTOMS)
    assert b"UNH+1+CUSCAR:D:95B:UN+M1'" in alone


def test_goods_stowed_in_two_boxes_name_both() -> None:
    goods = Goods(1, "X", stowed=(Package("A", 1), Package("B")))
    [bill] = [Bill("B", Level.MASTER, goods=(goods,))]
    assert texts(part(bill), "SGP") == [("SGP", "A", "1"), ("SGP", "B", "")]
