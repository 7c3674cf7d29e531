"""Whether a message keeps to its directory."""

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.finding import Finding, Severity
from waglan.messages.edifact.structure import FINDINGS_MAX, NO_WAIVERS, check_structure, check_tags
from waglan.messages.edifact.tree import directory_order, table_for, tables
from waglan.messages.envelope import Header

SHARED = Path(os.environ.get("WAGLAN_SHARED", Path(__file__).parents[4] / "shared"))
FOLDER = SHARED / "conformance/edifact"


def notes() -> dict[str, str]:
    manifest = FOLDER / "MANIFEST.csv"
    if not manifest.exists():
        return {}
    with manifest.open(encoding="utf-8", newline="") as rows:
        return {row["file"]: row["note"] for row in csv.DictReader(rows)}


NOTES = notes()
BAPLIE = Header("1", "BAPLIE", "D", "95B", "UN")
CUSCAR = Header("1", "CUSCAR", "D", "95B", "UN")
LATE = Header("1", "CUSCAR", "D", "16A", "UN")
CONTRL = Header("1", "CONTRL", "D", "3", "UN")
PLAN = "BGM DTM TDT LOC LOC DTM DTM RFF"
BOX = " LOC MEA LOC LOC RFF EQD NAD"


def said(findings: Sequence[Finding]) -> list[tuple[str, int | None]]:
    return [(f.code.removeprefix("EDIFACT-STRUCTURE-"), f.where.segment) for f in findings]


def of_tags(header: Header, tags: str, waivers: Mapping[str, int] = NO_WAIVERS) -> list[Finding]:
    return check_tags(header, ["UNH", *tags.split(), "UNT"], waivers=waivers)


def test_a_stowage_plan_in_order_has_nothing_to_be_told() -> None:
    assert of_tags(BAPLIE, PLAN + BOX * 3) == []


def test_a_segment_out_of_order_is_named_with_its_place() -> None:
    [finding] = of_tags(BAPLIE, "BGM DTM TDT LOC NAD LOC DTM")
    assert said([finding]) == [("UNEXPECTED-SEGMENT", 6)]
    assert finding.params == {"tag": "NAD", "after": "SG1/LOC"}
    assert finding.severity is Severity.ERROR


def test_a_segment_the_message_does_not_have_is_told_apart() -> None:
    assert said(of_tags(BAPLIE, PLAN + " CNI" + BOX)) == [("UNKNOWN-SEGMENT", 10)]


def test_what_must_be_there_is_missed_where_it_was_passed_over() -> None:
    assert said(of_tags(BAPLIE, "BGM TDT LOC DTM LOC MEA RFF")) == [("MISSING-SEGMENT", 3)]
    assert said(of_tags(BAPLIE, PLAN + " LOC MEA LOC EQD NAD")) == [("MISSING-SEGMENT", 13)]


def test_a_mandatory_group_is_missed() -> None:
    assert said(of_tags(LATE, "BGM CNI RFF CNI RFF GID")) == [("MISSING-GROUP", 5)]
    assert said(of_tags(LATE, "BGM CNI RFF")) == [("MISSING-GROUP", 5)]
    assert said(check_tags(LATE, ["BGM", "CNI", "RFF"])) == [("MISSING-GROUP", 5)]


@pytest.mark.parametrize(("count", "expected"), [(3, []), (4, [("SEGMENT-REPEATS", 8)])])
def test_a_segment_repeats_up_to_its_maximum(
    count: int, expected: list[tuple[str, int | None]]
) -> None:
    tags = "BGM DTM RFF" + " NAD" * count + " TDT LOC DTM"
    assert said(of_tags(BAPLIE, tags)) == expected


@pytest.mark.parametrize(("count", "expected"), [(9_999, []), (10_000, ["GROUP-REPEATS"])])
def test_a_group_repeats_up_to_its_maximum_and_one_past_warns(
    count: int, expected: list[str]
) -> None:
    findings = of_tags(BAPLIE, PLAN + BOX * count)
    assert [code for code, _ in said(findings)] == expected
    assert all(f.severity is Severity.WARNING for f in findings)


def test_a_partner_may_be_allowed_more_repeats() -> None:
    waivers = {"SG2": 10_000, "SG3": 12}
    assert of_tags(BAPLIE, PLAN + BOX * 10_000, waivers=waivers) == []
    [finding] = of_tags(BAPLIE, PLAN + BOX * 10_001, waivers=waivers)
    assert finding.params == {"group": "SG2", "max": 10_000}
    tags = "BGM DTM RFF NAD NAD NAD NAD TDT LOC DTM"
    assert of_tags(BAPLIE, tags, waivers={"NAD": 4}) == []


def test_a_group_repeats_count_begins_again_in_each_group_above() -> None:
    dangerous = BOX + " DGS" * 600
    assert of_tags(BAPLIE, PLAN + dangerous * 2) == []


def test_cuscar_is_chosen_by_the_directory_in_unh() -> None:
    tags = "BGM DTM RFF NAD TDT GIS EQD CNI RFF GIS GID"
    assert of_tags(CUSCAR, tags) == []
    assert said(of_tags(LATE, tags)) == [("UNKNOWN-SEGMENT", 7), ("UNKNOWN-SEGMENT", 11)]


@pytest.mark.parametrize(
    ("release", "first"),
    [
        ("95B", "95B"),
        ("96A", "95B"),
        ("96B", "96B"),
        ("99B", "96B"),
        ("00B", "96B"),
        ("02A", "96B"),
        ("02B", "02B"),
        ("03B", "02B"),
        ("16A", "02B"),
        ("21A", "02B"),
        ("24A", "02B"),
    ],
)
def test_a_table_holds_until_the_next_one(release: str, first: str) -> None:
    table = table_for("CUSCAR", release)
    assert table is not None
    assert table.first == first


@pytest.mark.parametrize("release", ["", "1", "95", "B95", "912", "9\uff11B", "94B"])
def test_a_directory_without_a_table_is_not_guessed_at(release: str) -> None:
    assert table_for("CUSCAR", release) is None
    assert said(check_tags(Header("1", "CUSCAR", "D", release), ["BGM"])) == [("NO-TABLE", 1)]


def test_directories_are_in_the_order_they_came_out() -> None:
    releases = ["93A", "95B", "99B", "00A", "02B", "24A"]
    assert sorted(reversed(releases), key=directory_order) == releases


def test_a_table_not_read_in_the_un_text_warns_and_never_refuses() -> None:
    severities = {f.severity for f in of_tags(CUSCAR, "DTM BGM XXX")}
    assert severities == {Severity.WARNING}


def test_an_element_that_a_segment_cannot_be_without_is_named() -> None:
    segments = [["BGM", "", "X"], ["DTM", "137"], ["TDT", "20"], ["LOC"], ["LOC", ""]]
    findings = check_structure(BAPLIE, [["UNH", "1", "BAPLIE"], *segments, ["DTM", "1"]])
    assert [(f.where.segment, f.where.element) for f in findings] == [(5, 2), (6, 2)]
    assert said(findings) == [("MISSING-ELEMENT", 5), ("MISSING-ELEMENT", 6)]


@pytest.mark.parametrize(("count", "told"), [(FINDINGS_MAX, 0), (FINDINGS_MAX + 1, 1)])
def test_findings_end_at_their_limit_and_the_rest_is_counted(count: int, told: int) -> None:
    findings = of_tags(BAPLIE, PLAN + " ZZZ" * count)
    assert len(findings) == FINDINGS_MAX + told
    assert (said(findings)[-1][0] == "TOO-MANY-FINDINGS") == bool(told)


TAGS = sorted(set().union(*(table.tags for table in tables())) | {"UNH", "UNT", "ZZZ", ""})


@given(st.sampled_from([BAPLIE, CUSCAR, LATE, CONTRL]), st.lists(st.sampled_from(TAGS)))
def test_any_row_of_tags_is_judged_and_every_finding_has_its_place(
    header: Header, tags: list[str]
) -> None:
    for finding in check_structure(header, [[tag, "x"] for tag in tags]):
        assert finding.where.segment is not None
        assert 1 <= finding.where.segment <= len(tags) + 2


@pytest.mark.skipif(not NOTES, reason="no conformance folder beside the project")
@pytest.mark.parametrize(("name", "note"), NOTES.items(), ids=NOTES)
def test_samples_are_found_as_their_notes_say(name: str, note: str) -> None:
    text = (FOLDER / name).read_bytes().decode("latin-1").replace("\r", "").replace("\n", "")
    segments = [part.strip().split("+") for part in text.split("'")]
    starts = [n for n, segment in enumerate(segments) if segment[0] == "UNH"]
    ends = [n for n, segment in enumerate(segments) if segment[0] == "UNT"]
    for start, end in zip(starts, ends, strict=True):
        kind, version, release, *_ = [*segments[start][2].split(":"), "", ""]
        header = Header(segments[start][1], kind, version, release)
        if table_for(kind, release):
            findings = check_structure(header, segments[start : end + 1])
            assert (findings == []) == note.endswith("Structure follows its directory")
