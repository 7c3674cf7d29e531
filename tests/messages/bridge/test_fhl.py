"""FHL texts: what is written can be read, nothing is cut or changed unsaid, nothing breaks."""

import re
from dataclasses import replace
from typing import Any

import pytest
from bridge_drafts import house
from hypothesis import example, given
from hypothesis import strategies as st

from waglan.codes.finding import Severity
from waglan.codes.render import render
from waglan.manifest.draft_field import ValueKind, kind_of, read_value
from waglan.messages.bridge.fhl import (
    Consigned,
    CustomsNote,
    Fhl,
    FhlParty,
    awb_digit_ok,
    elements,
    rules,
)
from waglan.messages.bridge.fhl_read import read_fhl, reply_says
from waglan.messages.bridge.fhl_write import fhl_files, fhl_text, wrapped

AT = "bills/HKG001"


def fit(name: str, *, needed: bool = True) -> st.SearchStrategy[str]:
    """Texts that one element may hold, up to the last character."""
    rule = elements()[name]
    letters = {
        "text": "ABCXYZ019 .-", "alphanumeric": "ABCXYZ019", "letters": "ABCXYZ",
        "digits": "0123456789",
    }[rule.is_]  # fmt: skip
    found = st.text(letters, min_size=rule.min, max_size=rule.max).filter(rule.fits)
    return found if needed else st.just("") | found


def parties() -> st.SearchStrategy[FhlParty]:
    return st.builds(
        FhlParty, fit("name"), fit("address"), fit("place"), fit("country"),
        fit("region", needed=False), fit("postcode", needed=False),
    )  # fmt: skip


def consigned(number: st.SearchStrategy[str]) -> st.SearchStrategy[Consigned]:
    tenths = st.integers(1, 999_999).map(lambda n: n * 100)
    pieces = st.integers(1, 9_999)
    return st.builds(Consigned, number, fit("airport"), fit("airport"), pieces, tenths)


masters = st.integers(0, 9_999_999).map(lambda n: f"160-{n:07}{n % 7}")
notes = st.builds(
    CustomsNote, fit("customs_country", needed=False), fit("customs_party", needed=False),
    fit("customs_kind", needed=False), fit("customs_text"),
)  # fmt: skip
lists = st.builds(
    Fhl, consigned(masters), consigned(fit("house")), fit("short_description"), parties(),
    parties(), st.none() | st.integers(1, 99_999),
    st.lists(fit("description"), max_size=5).map(tuple), st.lists(fit("hs"), max_size=9).map(tuple),
    st.lists(notes, max_size=5).map(tuple),
)  # fmt: skip


@given(lists)
def test_what_is_written_is_read_back_as_it_was(one: Fhl) -> None:
    assert read_fhl(fhl_text(one).encode("ascii")) == ((one,), ())


@given(st.lists(lists, min_size=2, max_size=4))
def test_several_messages_in_one_file_are_told_apart(several: list[Fhl]) -> None:
    text = "".join(map(fhl_text, several))
    for end in ("\r\n", "\n", "\r"):
        found, wrong = read_fhl(text.replace("\r\n", end).rstrip().encode())
        assert (found, wrong) == (tuple(several), ())


def told_texts() -> st.SearchStrategy[dict[str, Any]]:
    """Drafts in which any text may be anything that a draft takes."""
    paths = [path for path, value in house().items() if isinstance(value, str)]
    anything = st.text(min_size=1, max_size=90) | st.sampled_from(
        ["É & CO.", "順發貨運", "a/b, c", "-", "x" * 80, "Ａ ＢＣ", "LTD (HK)"]  # noqa: RUF001
    )
    texts = st.dictionaries(st.sampled_from(paths), anything, max_size=5)
    amounts = st.dictionaries(
        st.sampled_from(
            ["head/gross_mass_g", f"{AT}/gross_mass_g", f"{AT}/packages", f"{AT}/slac"]
        ),
        st.integers(0, 10**12),
        max_size=3,
    )
    return st.builds(lambda a, b: {**a, **b}, texts, amounts)


@given(told_texts())
@example({f"{AT}/gross_mass_g": 9_999_999_499})
@example({f"{AT}/gross_mass_g": 12_345_678})
@example({f"{AT}/consignee/name": "ＳＡＭＰＬＥ É & CO"})  # noqa: RUF001
def test_a_file_is_made_whole_or_not_at_all_and_every_change_is_told(more: dict[str, Any]) -> None:
    values = house()
    for path, raw in more.items():
        value, wrong = read_value(path, raw)
        if not wrong:
            values[path] = value
    made = fhl_files(values)
    for finding in made.findings:
        for lang in ("en", "zh-Hant-HK"):
            assert render(finding, lang).problem
    assert made.is_refused == (made.files == ())
    if made.is_refused:
        return
    [file] = made.files
    text = file.body.decode("ascii")
    assert len(text) <= rules().message_characters_max
    assert all(len(line) <= 69 for line in text.split("\r\n"))
    [read], wrong_ = read_fhl(file.body)
    assert not [one for one in wrong_ if one.severity is not Severity.NOTE]
    changed = {one.where.path for one in made.findings if one.code == "FHL-WRITTEN"}
    for part in ("name", "address", "place"):
        told = " ".join(str(values[f"{AT}/consignee/{part}"]).split())
        is_same = getattr(read.consignee, part) == told
        assert is_same == (f"fields/{AT}/consignee/{part}" not in changed)
    is_exact = read.house.mass_g == values[f"{AT}/gross_mass_g"]
    assert is_exact == (f"fields/{AT}/gross_mass_g" not in changed)


def test_the_same_draft_makes_the_same_bytes() -> None:
    assert fhl_files(house()) == fhl_files(dict(reversed(house().items())))
    [file] = fhl_files(house()).files
    assert file.name == "fhl-160-12345675-HKG001.txt"
    assert file.body.decode() == (
        "FHL/4\r\nMBI/160-12345675HKGLHR/T10K120.5\r\n"
        "HBS/HKG001/HKGLHR/10/K120.5//COTTON T-SHIRTS\r\nTXT/COTTON T-SHIRTS\r\n"
        "SHP/SAMPLE TRADING LTD\r\n/1 SAMPLE ROAD\r\n/HONG KONG\r\n/HK\r\n"
        "CNE/SAMPLE IMPORTS LTD\r\n/2 SAMPLE STREET\r\n/LONDON\r\n/GB/EC1A 1BB\r\n"
    )


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"consignee/name": "順發貨運有限公司"}, "FHL-CHARACTERS", "consignee/name"),
        ({"consignor/address": "x" * 36}, "FHL-TOO-LONG", "consignor/address"),
        ({"consignor/country": "HKG"}, "FHL-TOO-LONG", "consignor/country"),
        ({"consignor/country": "H1"}, "FHL-ELEMENT", "consignor/country"),
        ({"origin": "HKHKG"}, "FHL-TOO-LONG", "origin"),
        ({"packages": 10_000}, "FHL-COUNT", "packages"),
        ({"gross_mass_g": 0}, "FHL-MASS", "gross_mass_g"),
        ({"gross_mass_g": 10**14}, "FHL-MASS", "gross_mass_g"),
        ({"goods/1/hs_codes": ("12",)}, "FHL-ELEMENT", "goods/1/hs_codes"),
        ({"goods/1/description": "SYNTHETIC " * 40}, "FHL-LINES", "goods"),
        ({"customs_notes": ("CN/CNE/T",)}, "FHL-CUSTOMS-NOTE", "customs_notes"),
        ({"customs_notes": ("CHN/CNE/T/1",)}, "FHL-CUSTOMS-NOTE", "customs_notes"),
        ({"number": "HKG-0000000000001"}, "FHL-TOO-LONG", "number"),
    ],
)
def test_what_does_not_fit_makes_no_file_and_says_where(
    more: dict[str, Any], code: str, path: str
) -> None:
    made = fhl_files(house() | {f"{AT}/{path}": value for path, value in more.items()})
    assert made.files == ()
    wrong = [one for one in made.findings if one.severity is Severity.ERROR]
    assert [(one.code, one.where.path) for one in wrong] == [(code, f"fields/{AT}/{path}")]


def test_a_head_that_is_wrong_is_told_once_however_many_houses_there_are() -> None:
    values = house("A1") | house("A2") | {"head/master": "16012345670"}
    [note, *rest] = fhl_files(values).findings
    assert (note.code, note.severity) == ("FHL-AWB-DIGIT", Severity.NOTE)
    assert [one.code for one in rest] == ["FHL-TOTALS"]
    assert rest[0].params["pieces"] == 20
    assert len(fhl_files(values).files) == 2
    again = house("A1") | house("A-1")
    assert "FHL-HOUSE-TWICE" in {one.code for one in fhl_files(again).findings}
    many = {path: value for n in range(201) for path, value in house(f"B{n}").items()}
    assert [one.code for one in fhl_files(many).findings] == ["FHL-HOUSES"]


def text_of(**more: Any) -> str:
    return fhl_files(house(**more)).files[0].body.decode()


@pytest.mark.parametrize(
    ("before", "after", "code", "severity"),
    [
        ("FHL/4", "FHL/3", "FHL-VERSION", Severity.WARNING),
        ("160-12345675HKG", "160-12345674HKG", "FHL-AWB-DIGIT", Severity.NOTE),
        ("\r\n/2 SAMPLE", "\r\n//2 SAMPLE", "FHL-SLASHES", Severity.NOTE),
        ("CNE/", "CVD/HKD/PP/NVD/NCV/XXX\r\nCNE/", "FHL-NOT-READ", Severity.NOTE),
        ("T10K120.5", "T10L265.7", "FHL-POUNDS", Severity.NOTE),
        ("/HKGLHR/10/K", "/HKGLHR/1O/K", "FHL-READ", Severity.ERROR),
        ("\r\n/GB/EC1A 1BB", "", "FHL-MISSING", Severity.ERROR),
        ("SAMPLE IMPORTS LTD", "SAMPLE IMPORTS " + "X" * 30, "FHL-READ", Severity.ERROR),
        ("SAMPLE IMPORTS LTD", "順發", "FHL-READ", Severity.ERROR),
        ("MBI/160", "MBI/16", "FHL-READ", Severity.ERROR),
        ("TXT/", "TX/", "FHL-LINE", Severity.ERROR),
        ("FHL/4\r\n", "", "FHL-NONE", Severity.ERROR),
    ],
)
def test_a_deviation_is_told_with_its_line_and_only_what_cant_be_meant_is_left_out(
    before: str, after: str, code: str, severity: Severity
) -> None:
    text = text_of()
    assert before in text
    found, wrong = read_fhl(text.replace(before, after, 1).encode())
    assert code in {one.code for one in wrong}
    assert {one.severity for one in wrong if one.code == code} == {severity}
    if severity is not Severity.ERROR:
        assert len(found) == 1
    elif code != "FHL-LINE":
        assert found == ()


def test_labels_of_later_versions_and_a_second_house_are_read() -> None:
    text = text_of().replace("SHP/SAMPLE", "SHP\r\nNAM/SAMPLE").replace("\r\n/1 S", "\r\nADR/1 S")
    [one], wrong = read_fhl(text.replace("\r\n/HONG KONG", "\r\nLOC/HONG KONG").encode())
    assert (one.shipper.address, wrong) == ("1 SAMPLE ROAD", ())
    head, rest = text_of().split("HBS/")
    both, wrong = read_fhl(
        (head + "HBS/" + rest + "HBS/" + rest.replace("HKG001", "HKG002")).encode()
    )
    assert [one.house.number for one in both] == ["HKG001", "HKG002"]
    assert both[1] == replace(both[0], house=replace(both[0].house, number="HKG002"))


@given(st.data())
def test_any_byte_changed_is_read_or_told_and_never_breaks(data: st.DataObject) -> None:
    body = bytearray(text_of(customs_notes=("CN/CNE/T/USCI1",)).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(body) - 1))
        match data.draw(st.sampled_from("rdi")):
            case "r":
                body[at] = data.draw(st.integers(0, 255))
            case "d":
                del body[at : at + data.draw(st.integers(1, 8))]
            case _:
                body[at:at] = data.draw(st.binary(max_size=8))
    found, wrong = read_fhl(bytes(body))
    assert found or wrong
    for one in found:
        # What was taken can be written, and says the same again.
        again, _ = read_fhl(fhl_text(one).encode())
        assert again == (one,)


@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_answered(body: bytes) -> None:
    found, wrong = read_fhl(body)
    assert found or wrong


def test_what_is_too_much_is_refused_before_it_is_read() -> None:
    assert [one.code for one in read_fhl(b"A" * ((1 << 20) + 1))[1]] == ["FHL-FILE-SIZE"]
    assert [one.code for one in read_fhl(b"\n" * 20_001)[1]] == ["FHL-FILE-LINES"]
    assert len(read_fhl(b"FHL/4\n" * 15_000)[1]) == 100


@given(st.text("AB ", max_size=300))
def test_wrapping_loses_no_letter_and_keeps_to_the_width(text: str) -> None:
    lines = wrapped(text, 10)
    assert all(len(line) <= 10 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("body", "says"),
    [(b"FMA\r\nACK/OK", True), (b"\n FNA \nACK/BAD", False), (b"FMAX", None), (b"", None),
     (b"Dear Sir, FMA", None)],
)  # fmt: skip
def test_only_the_first_line_of_a_reply_says_what_it_is(body: bytes, says: bool | None) -> None:
    assert reply_says(body) is says


def test_every_rule_says_where_it_was_read() -> None:
    assert {one.source for one in elements().values()} == set(rules().sources) - {"manual32"}
    for name, one in elements().items():
        assert (one.evidence == "unverified") == (one.source == "trade"), name
    assert all(re.search("https?://|guide|trade", text) for text in rules().sources.values())
    assert awb_digit_ok("160-12345675")
    for kind in ("head/master", "head/origin", f"{AT}/customs_notes", f"{AT}/consignee/place"):
        found = kind_of(kind)
        assert found is not None
        assert found.holds in (ValueKind.CODE, ValueKind.CODES, ValueKind.NAME)
