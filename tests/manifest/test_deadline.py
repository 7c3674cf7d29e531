"""When a filing must be there, and what nobody can say of it."""

import contextlib
import csv
import os
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.calendar import HONG_KONG
from waglan.codes.data import read
from waglan.codes.raw import BadCode
from waglan.manifest.condition import (
    ALWAYS,
    FACTS,
    NUMBER_MAX,
    TERMS_MAX,
    Facts,
    Term,
    read_condition,
    read_fact,
    written,
)
from waglan.manifest.deadline import (
    ANCHORS,
    TABLE,
    Bound,
    Deadline,
    DeadlineState,
    deadline,
    deadlines,
    read_anchor,
    rules,
)

START = datetime(1990, 1, 2, tzinfo=UTC)
AT = datetime(2026, 12, 1, 8, 30, tzinfo=HONG_KONG)
ROAD = {"jurisdiction": "HK", "mode": "road", "direction": "export"}
FOLDER = Path(os.environ.get("WAGLAN_SHARED", Path(__file__).parents[2] / "../shared"))
SHARED = FOLDER / "data/filing_deadlines.csv"

words = st.sampled_from(
    [Term(name, op, value) for name, values in FACTS.items() if values for value in sorted(values)
     for op in ("=", "!=")]
)  # fmt: skip
numbers = st.builds(
    Term,
    st.just("flight_minutes"),
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    st.integers(0, NUMBER_MAX),
)
terms = st.lists(words | numbers, max_size=TERMS_MAX).map(tuple)
facts = st.fixed_dictionaries(
    {},
    optional={
        name: st.integers(0, NUMBER_MAX) if values is None else st.sampled_from(sorted(values))
        for name, values in FACTS.items()
    },
)
anchors = st.dictionaries(
    st.sampled_from(sorted(ANCHORS)),
    st.builds(
        lambda minutes, zone: (START + timedelta(minutes=minutes)).astimezone(zone),
        st.integers(0, 57_000_000),
        st.just(UTC) | st.just(HONG_KONG),
    ),
)


def one(rule: str, facts: Facts, **anchors: datetime) -> Deadline:
    return deadline(rules()[rule], anchors, facts)


@given(terms)
def test_a_condition_is_read_back_as_it_was_written(condition: tuple[Term, ...]) -> None:
    assert read_condition(written(condition)) == condition


@given(st.text(max_size=60))
def test_text_that_is_no_condition_is_refused_and_nothing_worse(text: str) -> None:
    with contextlib.suppress(BadCode):
        assert written(read_condition(text))


@pytest.mark.parametrize(
    "text",
    ["", "weather=fine", "route=by_air", "route>deep_sea", "flight_minutes<=long", "cargo", ";",
     "flight_minutes<=100001", ";".join(["cargo=container"] * (TERMS_MAX + 1))],
)  # fmt: skip
def test_the_language_of_conditions_is_closed(text: str) -> None:
    with pytest.raises(BadCode):
        read_condition(text)


def test_what_nobody_said_is_unknown_and_never_no() -> None:
    long, short = read_condition("flight_minutes>240"), read_condition("flight_minutes<=240")
    for [term] in (long, short):
        assert term.holds({}) is None
    assert (long[0].holds({"flight_minutes": 240}), short[0].holds({"flight_minutes": 240})) == (
        False,
        True,
    )
    assert long[0].holds({"flight_minutes": 241}) is True
    assert read_condition(ALWAYS) == ()


@given(st.sampled_from(sorted(rules())), anchors, facts, facts)
def test_knowing_more_never_turns_a_due_rule_off_or_an_excluded_one_on(
    rule: str, anchors: dict[str, datetime], some: dict[str, str | int], more: dict[str, str | int]
) -> None:
    before = deadline(rules()[rule], anchors, some)
    after = deadline(rules()[rule], anchors, {**more, **some})
    if before.state in (DeadlineState.DUE, DeadlineState.NOT_APPLICABLE, DeadlineState.UNTIMED):
        assert (after.state, after.at) == (before.state, before.at)
    if before.at is not None and after.state is DeadlineState.DUE:
        assert after.at == before.at
    assert (before.state is DeadlineState.UNKNOWN) == bool(before.missing)


def test_the_road_window_is_fourteen_days_to_thirty_minutes_before_the_crossing() -> None:
    opens = one("HK-ACI-ROAD-OPEN", ROAD, cross_boundary=AT)
    closes = one("HK-ACI-ROAD-CLOSE", ROAD, cross_boundary=AT)
    assert (opens.state, closes.state) == (DeadlineState.DUE, DeadlineState.DUE)
    assert opens.at == AT - timedelta(days=14)
    assert closes.at == AT - timedelta(minutes=30)
    assert opens.rule.bound is Bound.EARLIEST
    assert (opens.is_late(AT), opens.is_late(AT - timedelta(days=14, minutes=1))) == (False, True)
    assert (closes.is_late(AT), closes.is_late(AT - timedelta(minutes=30))) == (True, False)
    assert (closes.state_at(AT), opens.state_at(AT)) == (DeadlineState.PAST, DeadlineState.DUE)
    assert closes.state_at(AT - timedelta(minutes=30)) is DeadlineState.DUE


def test_fourteen_days_are_given_in_both_readings_and_the_stricter_one_counts() -> None:
    due = one("HK-EMAN-S2", {"jurisdiction": "HK", "mode": "sea", "direction": "import"},
              vessel_arrival=AT)  # fmt: skip
    assert due.at == datetime(2026, 12, 15, 8, 30, tzinfo=HONG_KONG)
    assert due.by_day == datetime(2026, 12, 16, tzinfo=HONG_KONG)
    opens = one("HK-ACI-ROAD-OPEN", ROAD, cross_boundary=AT)
    assert opens.by_day == datetime(2026, 11, 17, tzinfo=HONG_KONG)
    # The law's day is Hong Kong's, whatever zone the ship tells her time in.
    abroad = one("HK-EMAN-S2", {"jurisdiction": "HK", "mode": "sea", "direction": "import"},
                 vessel_arrival=AT.astimezone(timezone(timedelta(hours=-8))))  # fmt: skip
    assert (abroad.at, abroad.by_day) == (due.at, due.by_day)


@given(anchors, facts)
def test_the_time_to_keep_to_is_never_the_looser_one(
    anchors: dict[str, datetime], facts: dict[str, str | int]
) -> None:
    for due in deadlines(anchors, facts):
        if due.at is not None and due.by_day is not None:
            is_latest = due.rule.bound is Bound.LATEST
            assert due.at <= due.by_day if is_latest else due.at >= due.by_day


def test_which_anchor_counts_follows_from_the_direction() -> None:
    sea: dict[str, str | int] = {"jurisdiction": "HK", "mode": "sea"}
    unsaid = one("HK-EMAN-S2", sea, arrival=AT, departure=AT)
    assert (unsaid.state, unsaid.missing) == (DeadlineState.UNKNOWN, ("direction",))
    out = one("HK-EMAN-S2", {**sea, "direction": "export"}, vessel_departure=AT, arrival=AT)
    assert out.at == AT + timedelta(days=14)
    none = one("HK-EMAN-S2", {**sea, "direction": "export"}, vessel_arrival=AT)
    assert none.missing == ("departure",)


def test_a_rule_without_a_fixed_time_says_so_and_invents_none() -> None:
    due = one("HK-EMAN-S1", {"jurisdiction": "HK", "mode": "sea", "direction": "import"},
              arrival=AT)  # fmt: skip
    assert (due.state, due.at) == (DeadlineState.UNTIMED, None)
    assert due.is_late(AT) is None


def test_a_rule_whose_condition_nobody_compared_is_unknown_with_its_time() -> None:
    due = one("US-AMS", {"jurisdiction": "US", "mode": "sea", "direction": "import"},
              vessel_loading=AT)  # fmt: skip
    assert (due.state, due.missing) == (DeadlineState.UNKNOWN, ("condition",))
    assert due.at == AT - timedelta(days=1)
    assert due.is_late(AT) is None


def test_a_feeder_from_hong_kong_files_two_hours_before_loading_and_not_a_day() -> None:
    to_china: dict[str, str | int] = {
        "jurisdiction": "CN", "mode": "sea", "direction": "import", "cargo": "container",
        "route": "feeder_hk_mo",
    }  # fmt: skip
    feeder = one("CN-CCAM-SEA-IN-HK", to_china, vessel_loading=AT)
    deep = one("CN-CCAM-SEA-IN", to_china, vessel_loading=AT)
    assert feeder.at == AT - timedelta(hours=2)
    assert (deep.state, deep.ruled_out_by) == (DeadlineState.NOT_APPLICABLE, "route!=feeder_hk_mo")
    unsaid = {name: told for name, told in to_china.items() if name != "route"}
    assert one("CN-CCAM-SEA-IN", unsaid, vessel_loading=AT).missing == ("route",)


def test_a_rule_does_not_apply_before_it_came_into_force() -> None:
    day = datetime(2011, 11, 17, tzinfo=HONG_KONG)
    assert rules()["HK-ACI-ROAD-CLOSE"].in_force_from == date(2011, 11, 17)
    assert one("HK-ACI-ROAD-CLOSE", ROAD, cross_boundary=day).state is DeadlineState.DUE
    before = one("HK-ACI-ROAD-CLOSE", ROAD, cross_boundary=day - timedelta(seconds=1))
    assert before.state is DeadlineState.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tomorrow", "DEADLINE-TIME"),
        ("2026-13-45T99:00+08:00", "DEADLINE-TIME"),
        ("2026-12-01T08:00", "DEADLINE-TIME-ZONE"),
        ("2026-12-01T08:00 08:00", "DEADLINE-TIME"),
        ("1989-12-31T23:59+08:00", "DEADLINE-TIME-ABSURD"),
        ("2101-01-01T00:00+08:00", "DEADLINE-TIME-ABSURD"),
    ],
)
def test_a_time_without_zone_or_sense_is_refused_with_its_reason(text: str, code: str) -> None:
    at, [finding] = read_anchor("arrival", text)
    assert (at, finding.code) == (None, code)
    assert read_anchor("arrival", "2026-12-01T08:30+08:00") == (AT, [])
    for edge in ("1990-01-01T00:00+08:00", "2100-12-31T23:59+08:00"):
        assert read_anchor("arrival", edge)[1] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("flight_minutes", "-1"), ("flight_minutes", "2.5"), ("flight_minutes", "100001"),
     ("flight_minutes", "\uff19"), ("mode", "SEA"), ("weather", "fine")],
)  # fmt: skip
def test_a_fact_that_no_rule_asks_is_refused(name: str, text: str) -> None:
    with pytest.raises(BadCode):
        read_fact(name, text)


def test_every_rule_of_the_table_is_read_and_names_where_it_is_from() -> None:
    for rule in rules().values():
        assert rule.text.strip()
        assert rule.source_url or rule.is_own, rule.id
        assert (rule.offset_minutes is None) == (rule.id in ("HK-EMAN-S1", "HK-ACCS"))
    assert [rule.id for rule in rules().values() if rule.bound is Bound.EARLIEST] == [
        "HK-ACI-ROAD-OPEN"
    ]
    assert {rule.id for rule in rules().values() if rule.condition is None} == {
        "CA-ACI-SEA", "JP-AFR", "MX-24H", "US-ACAS", "US-AIR-MAN-LONG", "US-AIR-MAN-SHORT",
        "US-AMS", "US-ISF", "US-RAIL", "US-TRUCK",
    }  # fmt: skip


def test_the_packaged_table_says_what_the_reference_table_says() -> None:
    if not SHARED.exists():
        pytest.skip(f"no table at {SHARED} to hold the packaged copy of it against")
    given = {row["rule_id"]: row for row in csv.DictReader(SHARED.read_text("utf-8").splitlines())}
    packaged = {row["rule_id"]: row for row in csv.DictReader(read(TABLE).splitlines())}
    assert {*packaged} == {*given, "WAGLAN-PRE-ARRIVAL"}
    for id_, row in given.items():
        assert {name: packaged[id_][name] for name in row} == row
