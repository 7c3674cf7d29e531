"""Batches of events are read row by row, whatever the bytes: findings, never an exception."""

import json
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.cargo.event_row import NO_CALL, RowState
from waglan.cargo.event_version import EventVersion, step
from waglan.codes.finding import Severity, Where
from waglan.codes.render import render
from waglan.messages.events.answer import events_answer
from waglan.messages.events.read import ROWS_MAX, is_events, read_events

PLAIN = {"id": "a", "code": "gate-in", "box": "CSQU3054383", "at": "2026-11-03T09:30:00+08:00"}
DCSA = {
    "eventID": "b",
    "eventDateTime": "2026-11-03T09:30:00Z",
    "eventClassification": {
        "eventTypeCode": "EQUIPMENT",
        "eventClassifierCode": "ACT",
        "equipmentEventTypeCode": "LOAD",
    },
    "equipmentDetails": {"equipmentReference": "CSQU3054383", "seals": [{"number": "S1"}]},
    "shipmentDetails": {"documentReference": {"typeCode": "TRD", "reference": "BILL1"}},
}
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SAMPLES = [
    json.dumps([PLAIN, DCSA]).encode(),
    json.dumps({"events": [DCSA, PLAIN]}).encode(),
    json.dumps(PLAIN).encode() + b"\n" + json.dumps(DCSA).encode() + b"\n",
]


@pytest.mark.parametrize("data", SAMPLES, ids=["array", "wrapped", "lines"])
def test_every_shape_gives_the_same_rows(data: bytes) -> None:
    rows, findings = read_events(data)
    assert findings == []
    assert is_events(data)
    assert {row.id for row in rows} == {"a", "b"}
    assert [row.row for row in rows] == [1, 2]
    loaded = next(row for row in rows if row.id == "b")
    assert loaded.movement is not None
    assert (loaded.movement.code.value, loaded.movement.bills) == ("equipment.loaded", ("BILL1",))


@pytest.mark.parametrize("blank", [" ", "\u3000", "\u200b", "\u00a0"])
def test_a_blank_names_no_box_and_no_call(blank: str) -> None:
    dcsa = json.loads(json.dumps(DCSA).replace("CSQU3054383", blank))
    rows, _ = read_events(json.dumps([PLAIN | {"box": blank}, dcsa]).encode())
    for row in rows:
        assert (row.movement, [one.code for one in row.findings]) == (None, ["EVENT-FIELD-MISSING"])
    [row], _ = read_events(json.dumps([PLAIN | {"voyage": blank, "bills": [blank]}]).encode())
    assert row.movement is not None
    assert (row.call, row.movement.bills) == (NO_CALL, ())


@pytest.mark.parametrize("listed", [False, True])
def test_what_shows_nothing_or_is_not_what_it_looks_like_is_taken_and_told(listed: bool) -> None:
    odd = {"place": "СNSHA", "terminal": "\u202e", "seals": ["S1", "\u200b", "Ｓ２"]}  # noqa: RUF001 -- the C is Cyrillic
    sound = {"place": "葵涌１號", "vessel": "ЗВЕЗДА", "status_text": "\u200b", "voyage": " "}
    dcsa = {**DCSA, "eventLocation": {"UNLocationCode": "СNSHA"}}  # noqa: RUF001 -- the C is Cyrillic
    told = [PLAIN | odd, PLAIN | sound, dcsa]
    said = json.dumps(told, ensure_ascii=listed)
    rows, _ = read_events((said if listed else "\n".join(map(json.dumps, told))).encode())
    assert [[(f.code, f.where.path, f.severity) for f in row.findings] for row in rows] == [
        [
            ("EVENT-TEXT-ODD", "/place", Severity.WARNING),
            ("EVENT-TEXT-BLANK", "/terminal", Severity.WARNING),
            ("EVENT-TEXT-BLANK", "/seals/1", Severity.WARNING),
            ("EVENT-TEXT-ODD", "/seals/2", Severity.WARNING),
        ],
        [],
        [("EVENT-TEXT-ODD", "/eventLocation/UNLocationCode", Severity.WARNING)],
    ]
    found = rows[0].findings
    assert found[0].params == {"text": "<U+0421>NSHA", "plain": "CNSHA"}
    assert found[1].params == {"text": "<U+202E>"}
    assert not any(row.is_wrong for row in rows)


def test_an_unknown_field_is_itself_the_place_of_its_finding() -> None:
    [row], _ = read_events(json.dumps([PLAIN | {"boks": "CSQU3054383"}]).encode())
    [found] = row.findings
    assert (found.code, found.where.path, found.where.line) == ("EVENT-ROW-FORM", "/boks", 1)


@pytest.mark.parametrize("data", SAMPLES, ids=["array", "wrapped", "lines"])
def test_a_row_that_names_a_key_twice_is_wrong_and_spoils_no_other(data: bytes) -> None:
    twice = data.replace(b'"equipmentEventTypeCode": "LOAD"', b"%s, %s" % ((
        b'"equipmentEventTypeCode": "LOAD"', b'"equipmentEventTypeCode": "DISC"')))  # fmt: skip
    rows, findings = read_events(twice)
    assert findings == []
    wrong, right = (next(row for row in rows if row.id == id_) for id_ in ("b", "a"))
    [found] = wrong.findings
    assert (found.code, found.severity, found.where.line) == (
        "JSON-KEY-TWICE", Severity.ERROR, wrong.row)  # fmt: skip
    assert found.where.path == "/eventClassification/equipmentEventTypeCode"
    assert wrong.movement is None
    assert (right.findings, right.movement is not None) == ((), True)


def test_a_list_of_alike_rows_is_no_less_looked_at() -> None:
    row = json.dumps(PLAIN)
    again = row.replace('"id"', '"box": "MSCU1234566", "id"')
    for data in (f"[{row},{again}]", f'{{"events": [{row},{again}]}}', f"{row}\n{again}"):
        rows, _ = read_events(data.encode())
        assert [[f.code for f in one.findings] for one in rows] == [[], ["JSON-KEY-TWICE"]]


FIELDS = st.sampled_from(["id", "code", "box", "at", "retracted", "voyage", "full", "bills", "x"])
VALUES = st.sampled_from(
    [
        "a",
        "",
        " ",
        "::",
        "gate-in",
        "2026-11-03T09:30:00Z",
        7,
        True,
        False,
        None,
        [],
        ["a:b"],
        ["\t"],
    ]
)


@given(
    st.lists(st.lists(st.tuples(FIELDS, VALUES), max_size=4), min_size=1, max_size=4),
    st.booleans(),
    st.booleans(),
)
def test_a_list_is_read_as_its_rows_are_one_by_one(
    more: list[list[tuple[str, object]]], is_first: bool, is_dcsa: bool
) -> None:
    known = [*(DCSA if is_dcsa else PLAIN).items()]
    rows = [
        ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in pairs)
        for pairs in ([*one, *known] if is_first else [*known, *one] for one in more)
    ]
    listed = "[" + ", ".join(f"{{{row}}}" for row in rows) + "]"
    lines = "\n".join(f"{{{row}}}" for row in rows)
    assert read_events(listed.encode()) == read_events(lines.encode())


def test_two_lists_of_events_are_no_batch() -> None:
    row = json.dumps(PLAIN)
    rows, [found] = read_events(f'{{"events": [{row}], "events": []}}'.encode())
    assert (rows, found.code, found.params) == ([], "JSON-KEY-TWICE", {"key": "events"})


@given(st.sampled_from(SAMPLES), st.data())
def test_no_mutation_of_the_bytes_breaks_the_reader_and_what_it_finds_can_be_said(
    sample: bytes, data: st.DataObject
) -> None:
    mutated = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        mutated[at] = data.draw(st.integers(0, 255))
    rows, findings = read_events(bytes(mutated))
    assert len(rows) <= ROWS_MAX
    assert not (rows and findings)
    for row in rows:
        assert (row.movement is None) <= (row.is_wrong or row.id != "")
        text = msgspec.json.encode(row).decode()
        assert "\\u0000" not in text or row.is_wrong
    for found in (*findings, *(found for row in rows for found in row.findings)):
        assert render(found, "en").remedy
        assert render(found, "zh-Hant-HK").remedy
        assert found.severity in Severity


@given(st.recursive(st.none() | st.booleans() | st.text() | FLOATS, st.lists, max_leaves=9))
def test_whatever_a_field_holds_spoils_its_row_alone(value: object) -> None:
    rows, _ = read_events(json.dumps([{**PLAIN, "place": value}, DCSA]).encode())
    assert not rows[1].is_wrong
    assert rows[0].is_wrong or value is None or isinstance(value, str)


VERSIONS = st.builds(
    EventVersion,
    st.sampled_from([b"1" * 32, b"2" * 32]),
    st.none() | st.datetimes(),
    st.booleans(),
    st.lists(st.sampled_from([b"1" * 32, b"2" * 32])),
)


@given(VERSIONS, st.none() | VERSIONS)
def test_nothing_is_taken_over_what_stands_unless_it_surely_is_later_or_ends_it(
    new: EventVersion, stands: EventVersion | None
) -> None:
    done = step(new, stands, Where("/id", line=1))
    if stands is None:
        assert (done.state is RowState.TAKEN) == (not new.is_retracted)
    elif done.state is RowState.TAKEN:
        assert done.takes_back
        assert not stands.is_retracted
        is_later = new.updated_at and (not stands.updated_at or new.updated_at > stands.updated_at)
        assert new.is_retracted or is_later
    assert (done.state is RowState.REFUSED) == (done.finding is not None)


@given(VERSIONS, VERSIONS)
def test_what_was_told_before_and_is_no_newer_is_known_whatever_came_since(
    new: EventVersion, stands: EventVersion
) -> None:
    is_later = new.updated_at and (not stands.updated_at or new.updated_at > stands.updated_at)
    if new.sha256 in stands.before and not (new.is_retracted or is_later):
        assert step(new, stands, Where("/id", line=1)).state is RowState.KNOWN


def test_an_answer_counts_what_it_says_row_by_row() -> None:
    answer = json.loads(events_answer(UUID(int=1), []))
    assert (answer["state"], answer["rows"]) == ("refused", [])
