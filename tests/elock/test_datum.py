"""GCJ-02: check values, the inverse, whose places are shifted, and what a drive tells of a kind."""

from math import cos, pi, sin
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.position import Position
from waglan.elock.atlas import packaged, plan_of
from waglan.elock.datum import Datum, check_datum, is_shifted, placed, to_gcj02, to_wgs84
from waglan.elock.datum_learned import (
    DECIDED_MILLI,
    SIGMA_MM,
    Learned,
    learned,
    mainland,
    weighed,
)
from waglan.elock.frame import frame_at
from waglan.elock.plan import Plan, planned
from waglan.elock.province import Territory
from waglan.elock.route import compile_route

CN = Territory.MAINLAND
NOISE_MM = 10_000


@pytest.mark.parametrize(
    ("true", "told"),
    [
        (Position(225_030_000, 1_139_450_000), Position(224_999_862, 1_139_498_763)),
        (Position(228_200_000, 1_083_200_000), Position(228_172_335, 1_083_239_884)),
    ],
)
def test_the_check_values_come_out(true: Position, told: Position) -> None:
    assert to_gcj02(true) == told
    assert to_wgs84(told) == true


@given(st.integers(180_000_000, 535_000_000), st.integers(730_000_000, 1_350_000_000))
def test_the_inverse_gives_the_place_again(lat_e7: int, lon_e7: int) -> None:
    at = Position(lat_e7, lon_e7)
    again = to_wgs84(to_gcj02(at))
    # Both are rounded to a centimetre's fraction on the way: one unit each.
    assert abs(again.lat_e7 - lat_e7) <= 1
    assert abs(again.lon_e7 - lon_e7) <= 1


@given(st.integers(-900_000_000, 900_000_000), st.integers(-1_800_000_000, 1_800_000_000))
def test_any_place_on_the_globe_is_converted_to_one_on_it(lat_e7: int, lon_e7: int) -> None:
    one = placed(lat_e7, lon_e7)
    assert (one.raw_lat_e7, one.raw_lon_e7) == (lat_e7, lon_e7)
    assert abs(one.lat_e7) <= 900_000_000
    assert abs(one.lon_e7) <= 1_800_000_000


def test_the_shift_is_as_wide_as_it_was_measured() -> None:
    for name, lat, lon, metres in (
        ("Shenzhen Bay", 225_030_000, 1_139_450_000, 603),
        ("Nanning", 228_200_000, 1_083_200_000, 511),
    ):
        at = Position(lat, lon)
        x, y = frame_at(at).plane(to_gcj02(at))
        assert abs((x * x + y * y) ** 0.5 / 1000 - metres) < 15, name


def test_hong_kong_is_never_shifted() -> None:
    assert is_shifted(Datum.GCJ_02, CN)
    for territory in (Territory.HONG_KONG, Territory.MACAO, None):
        assert not is_shifted(Datum.GCJ_02, territory)
        assert [one.code for one in check_datum(Datum.GCJ_02, territory)] == ["DEVICE-DATUM-HERE"]
    for datum in (Datum.WGS_84, Datum.UNKNOWN):
        assert not is_shifted(datum, CN)
        assert not check_datum(datum, CN)


def test_bd09_is_refused_wherever_it_is_from() -> None:
    for territory in (*Territory, None):
        assert [one.code for one in check_datum(Datum.BD_09, territory)] == ["DEVICE-DATUM"]


def _drive(plan: Plan, dice: Random, *, begin_mm: int) -> list[Position]:
    """Places with noise, 30 s apart, from somewhere on."""
    places = []
    for n in range(40):
        progress = min(begin_mm + n * 570_000, plan.route.length_mm)
        true = plan.route.place_at(progress, beside_mm=round(dice.gauss(0, NOISE_MM)))
        places.append(true)
    return places


def _guangzhou() -> tuple[Plan, tuple[int, int]]:
    from datetime import date

    way = packaged().way("HK-RTT", "GD-QH", on=date(2026, 11, 30))
    assert way is not None
    plan = plan_of(way, packaged().sites)
    between = mainland(plan, "HK-RTT", packaged().territories)
    assert between is not None
    assert 0 < between[0] < between[1] <= plan.route.length_mm
    return plan, between


def test_a_drive_tells_in_a_few_fixes_what_its_devices_tell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    needed: dict[Datum, list[int]] = {Datum.WGS_84: [], Datum.GCJ_02: []}
    undecided = 0
    for seed in range(300):
        dice = Random(seed)
        turn = dice.random() * 2 * pi
        north, east = round(1_000_000 * cos(turn)), round(1_000_000 * sin(turn))
        line = [Position(230_000_000 + n * north, 1_133_000_000 + n * east) for n in range(6)]
        plan = planned(compile_route(line), 200_000)
        whole = (0, plan.route.length_mm)
        places = _drive(plan, dice, begin_mm=dice.randrange(plan.route.length_mm // 2))
        for datum, sent in (
            (Datum.WGS_84, places),
            (Datum.GCJ_02, [to_gcj02(one) for one in places]),
        ):
            found = learned(plan, whole, sent)
            assert found.datum in (datum, Datum.UNKNOWN)
            if found.is_decided:
                needed[datum].append(found.fixes)
            undecided += not found.is_decided
    with capsys.disabled():
        for datum, counts in needed.items():
            p95 = sorted(counts)[int(0.95 * len(counts))]
            told = f"median {median(counts)}, 95th percentile {p95}, worst {max(counts)} fixes"
            print(f"\n  {datum.value}: {told}", end="")
        print(
            f"\n  of 600 synthetic drives, noise 10 m, {undecided} undecided; upper bound", end=" "
        )
    assert all(median(counts) <= 2 for counts in needed.values())
    assert undecided < 30


def test_a_road_along_the_shift_tells_nothing() -> None:
    begin = Position(229_000_000, 1_133_000_000)
    told = to_gcj02(begin)
    north, east = told.lat_e7 - begin.lat_e7, told.lon_e7 - begin.lon_e7
    line = [Position(begin.lat_e7 + n * north, begin.lon_e7 + n * east) for n in range(40)]
    plan = planned(compile_route(line), 200_000)
    places = [plan.route.place_at(2_000_000 + n * 400_000) for n in range(30)]
    found = learned(plan, (0, plan.route.length_mm), [to_gcj02(one) for one in places])
    assert found.datum is Datum.UNKNOWN
    assert not found.is_decided


def test_only_what_lies_in_the_mainland_is_weighed() -> None:
    plan, between = _guangzhou()
    in_hong_kong = [plan.route.place_at(between[0] * n // 10) for n in range(9)]
    assert learned(plan, between, in_hong_kong) == Learned(Datum.UNKNOWN, 0, 0)


def test_the_ratio_is_decided_one_past_its_limit_and_not_at_it() -> None:
    assert weighed(SIGMA_MM, 0) == 500
    assert weighed(0, SIGMA_MM) == -500
    assert weighed(10**9, 0) == weighed(300_000, 0) == 72_000  # an outlier is capped
    assert weighed(10**9, 10**9) == 0
    assert DECIDED_MILLI == 12_000
