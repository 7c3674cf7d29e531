"""Two bills are of the same goods by a container, or by consignee and description."""

import pytest
from clean_manifest import bill, goods

from waglan.customs.likeness import Likeness, Shared, bare_box, likeness, number_key
from waglan.manifest.model import Package


def told(
    box: str = "CSQU3054383", consignee: str = "Peak Tiles Ltd", what: str = "TILES"
) -> Likeness:
    item = goods(description=what, stowed=(Package(box, 1),))
    return likeness(bill(goods=(item,)), consignee)


@pytest.mark.parametrize(
    ("one", "other", "boxes", "is_trade"),
    [
        (told(), told("csqu 305438 3", "Another", "BEEF"), ("CSQU3054383",), False),
        (told(), told("MSCU1234566", "PEAK TILES LIMITED", "tiles"), (), True),
        (told(consignee="順發陶瓷有限公司", what="香煙"),
         told("MSCU1234566", "顺发陶瓷", "香烟"), (), True),
        (told(), told("MSCU1234566", "Peak T1LES Ltd", "T1LES"), (), True),
        (told(consignee="Peak Supply"), told("MSCU1234566", "PEAK SUPP1Y", "TILES"), (), True),
        (told(), told("MSCU1234566", "Peak Tiles Ltd", "BEEF"), (), False),
        (told(), told("MSCU1234566", "Other Tiles Ltd", "TILES"), (), False),
    ],
)  # fmt: skip
def test_bills_are_alike_by_container_or_by_consignee_and_description(
    one: Likeness, other: Likeness, boxes: tuple[str, ...], is_trade: bool
) -> None:
    for a, b in ((one, other), (other, one)):
        assert a.shared(b) == Shared(frozenset(boxes), is_trade, is_number=True)


@pytest.mark.parametrize("name", ["", "TO ORDER", "TBA", "SAME AS CONSIGNOR", "---"])
def test_who_names_nobody_is_like_nobody(name: str) -> None:
    one = told(consignee=name)
    assert not one.shared(told("MSCU1234566", name)).is_trade


def test_a_bill_that_says_nothing_is_like_none() -> None:
    empty = told(consignee="Peak Tiles Ltd", what="-")
    assert not empty.shared(empty).is_trade


def test_what_was_alike_before_is_told_from_what_is_alike_since() -> None:
    held = told()
    beside = told("MSCU1234566").shared(held)
    assert told().shared(held).beyond(beside) == Shared(
        frozenset({"CSQU3054383"}), is_trade=False, is_number=False
    )
    assert not beside.beyond(beside)


@pytest.mark.parametrize(
    "typed",
    [
        "csqu 305438-3",
        "\u0421SQU3054383",
        "\uff23SQU\uff13054383",
        "CSQU3O54383",
        "CSQU\u200b3054383",
    ],
)
def test_a_container_is_known_by_whatever_passes_for_its_number(typed: str) -> None:
    assert bare_box(typed) == "CSQU3054383"


@pytest.mark.parametrize(
    ("typed", "box"), [("MILU11O0llI", "MILU1100115"), ("M1L01100111", "MILO1100111")]
)
def test_letters_stand_first_in_a_containers_number_and_the_last_digit_follows(
    typed: str, box: str
) -> None:
    assert bare_box(typed) == box


@pytest.mark.parametrize("typed", ["AKE1O345CX", "OIL0", "CSQU305438O3"])
def test_what_has_not_the_shape_of_a_containers_number_keeps_its_letters(typed: str) -> None:
    assert bare_box(typed) == typed


@pytest.mark.parametrize(
    "typed", ["synb-0001", "SYN B0001", "\uff33YNB0001", "\u0405YNB0001", "SYN\u200bB0001"]
)
def test_a_bills_number_is_known_however_it_is_typed(typed: str) -> None:
    assert number_key(typed) == number_key("SYNB0001")


@pytest.mark.parametrize("typed", ["SYNBO001", "synb0o0l", "SYNB 00OI", "SYNB\uff2f001"])
def test_a_bills_number_is_known_by_letters_that_pass_for_its_digits(typed: str) -> None:
    assert number_key(typed) == number_key("SYNB0001")


@pytest.mark.parametrize("other", ["SYNB0011", "SYNB000", "SYNB00011", "SYND0001", "SYN80001"])
def test_a_number_is_taken_for_no_other_but_one_that_looks_the_same(other: str) -> None:
    assert number_key(other) != number_key("SYNB0001")
