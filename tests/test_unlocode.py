"""Places by code and by name, and the lists that an operator loads."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.data import read
from waglan.codes.finding import Severity
from waglan.codes.unlocode import (
    EXAMPLES_MAX,
    Place,
    decoded,
    is_code,
    name_key,
    packaged,
    read_list,
)

WHOLE = Path(__file__).parents[2] / "shared" / "data" / "unlocode.csv"
OURS = "code,name,functions,change\nCNYTN,Yantian Pt,1-------,\nXXOLD,Old Haven,,X\n"
# As UNECE issues it: no headings, a row for each country, old names marked =.
UNECE = (
    ',"CN",,".CHINA",,,,,,,,\n'
    ',"CN","YTN","Yantian Pt","Yantian Pt","GD","AS","1-------","0207",,"2234N 11416E",\n'
    '"=","CN",,"Canton = Guangzhou","Canton = Guangzhou",,,,,,,\n'
    '"X","XX","OLD","Old Haven","Old Haven",,"RL","--------","0001",,,\n'
)


@pytest.mark.parametrize("text", [OURS, UNECE, OURS.replace("\n", "\r\n")])
def test_a_list_is_read_as_ours_or_as_unece_issues_it(text: str) -> None:
    places, findings = read_list(text)
    assert findings == []
    assert [(p.code, p.name, p.is_port, p.is_going) for p in places] == [
        ("CNYTN", "Yantian Pt", True, False),
        ("XXOLD", "Old Haven", False, True),
    ]


def test_the_short_list_has_the_ports_airports_and_crossings_of_our_corridors() -> None:
    known = packaged()
    assert not known.is_whole  # so that nobody takes a code for wrong that it lacks
    assert known.as_of is not None
    for code in ("HKHKG", "CNYTN", "CNSZX", "CNHUG", "CNGBP", "CNYYG", "SGSIN", "USLAX", "NLRTM"):
        assert known.at(code) is not None
    assert known.at("CNQQQ") is None
    assert "licence" in read("codes/places/source.toml")


@pytest.mark.parametrize("text", ["cnytn", "CN YTN", "\tCNYTN "])
def test_a_code_is_found_with_any_case_and_blanks(text: str) -> None:
    assert packaged().at(text) == Place("CNYTN", "Yantian Pt", "GD", "1-------", "AS")
    assert is_code(text)


@pytest.mark.parametrize(
    "name", ["GOTEBORG", "g\u00f6teborg", "Go\u0308teborg", "\uff27\u00d6teborg"]
)
def test_a_name_is_found_whatever_its_accents_case_and_width(name: str) -> None:
    assert [place.code for place in packaged().named(name)] == ["SEGOT"]


def test_a_port_is_found_by_the_name_of_its_town() -> None:
    assert name_key("Yantian Pt") == name_key("YANTIAN") == name_key("Yantian Port")
    assert name_key("Port") == "port"


def test_a_row_that_can_not_be_meant_is_left_out_and_told_with_its_line() -> None:
    rows = [f"AA{chr(65 + n // 26)}{chr(65 + n % 26)}A,Place {n}" for n in range(99)]
    places, [finding] = read_list("\n".join(["code,name", *rows, "AA0AA,Nowhere"]))
    assert len(places) == 99
    assert (finding.code, finding.severity, finding.where.line) == (
        "PLACES-ROW",
        Severity.WARNING,
        100,
    )


def test_what_is_no_list_is_refused() -> None:
    for text in ("", "code,name\n", "a,b,c\n1,2,3\n", "code,name\n" + "1,2\n" * 999):
        places, findings = read_list(text)
        assert places == []
        assert findings[0].severity is Severity.ERROR
        assert len(findings) <= EXAMPLES_MAX + 1


@given(st.binary(max_size=400) | st.binary(max_size=60).map(lambda some: OURS.encode() + some))
def test_whatever_a_file_holds_it_is_read_or_refused(data: bytes) -> None:
    places, findings = read_list(decoded(data))
    assert places or findings[0].severity is Severity.ERROR
    assert all(is_code(place.code) and place.name.isprintable() for place in places)


@pytest.mark.skipif(not WHOLE.is_file(), reason=f"no list of UN/LOCODEs at {WHOLE}")
def test_the_whole_list_is_read_but_for_a_handful_of_rows() -> None:
    places, findings = read_list(decoded(WHOLE.read_bytes()))
    assert len(places) > 116_000
    assert {finding.code for finding in findings} == {"PLACES-ROW"}
    assert len(findings) < 10
