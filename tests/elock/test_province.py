"""A province is a file: every packaged one is in order, and a wrong one is told what is wrong."""

import re
import tomllib
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.data import load
from waglan.codes.finding import Finding, Severity
from waglan.codes.position import Position
from waglan.elock.atlas import packaged, plan_of, read_atlas
from waglan.elock.corridor import CORRIDOR_POINTS_MAX, first_crossing, passing
from waglan.elock.plan import Cover
from waglan.elock.province import (
    PRECISION_MAX_KM,
    SITES_MAX,
    TEXT_MAX,
    ExitEnd,
    ExitMode,
    Quality,
    SiteEvidence,
    SiteRole,
    SiteStatus,
    Territory,
    read_province,
)
from waglan.elock.route import compile_route

FILES = load("elock/provinces")
ON = date(2026, 11, 30)


@pytest.mark.parametrize("file", FILES)
def test_every_packaged_province_is_in_order_and_says_where_it_is_from(file: str) -> None:
    province, findings = read_province(FILES[file])
    assert findings == []
    assert province is not None
    assert province.id == file
    assert len(province.source) > 20
    assert len(province.licence) > 5
    assert province.sites


def test_the_packaged_provinces_stand_together_without_a_finding() -> None:
    atlas, findings = read_atlas(FILES)
    assert findings == []
    assert sorted(atlas.provinces) == sorted(FILES)
    counts = Counter(site.id[:2] for site in atlas.sites.values())
    assert counts == {"HK": 16, "GD": 68, "HN": 5, "FJ": 7, "MO": 4, "GX": 17}


def test_nothing_that_is_packaged_is_taken_for_a_survey_or_for_the_official_list() -> None:
    atlas = packaged()
    corridors = [one for province in atlas.provinces.values() for one in province.corridors]
    assert {one.quality for one in corridors} == {Quality.ILLUSTRATIVE}
    assert all(not one.stretches and not one.checkpoints for one in corridors)
    active = [site for site in atlas.sites.values() if site.is_verified]
    assert len(active) == 22
    assert all(site.source_url for site in active)
    for text in FILES.values():
        assert "illustrative" in text
        assert "were not surveyed" in text


def test_guangxi_is_planned_with_its_exits() -> None:
    guangxi = packaged().provinces["guangxi"]
    assert guangxi.status is SiteStatus.PLANNED
    assert {site.status for site in guangxi.sites} == {SiteStatus.PLANNED}
    assert {site.evidence for site in guangxi.sites} == {SiteEvidence.ASSUMED_SITE}
    exits = {one.site: one for one in guangxi.exits}
    assert set(exits) == {"GX-YYG", "GX-DX", "GX-QZP"}
    by_road = (ExitEnd.OPENING_ORDER, ExitEnd.SEAL_TAKING_OVER, ExitEnd.RECEIVING_PARTY)
    assert exits["GX-YYG"].ends_with == exits["GX-DX"].ends_with == by_road
    assert exits["GX-QZP"].mode is ExitMode.SEA
    assert exits["GX-QZP"].ends_with == (ExitEnd.GATE_IN, ExitEnd.LOADED_ON_BOARD)
    for site, exit_ in exits.items():
        way = packaged().way("HK-HACTL", site, on=ON)
        assert way is not None
        assert way.exit == exit_
        assert way.is_planned


# Ways


def test_ways_are_the_product_of_points_less_what_is_excepted() -> None:
    atlas = packaged()
    ways = list(atlas.ways(Territory.HONG_KONG, Territory.MAINLAND, on=ON))
    points = Counter(
        atlas.territories[site.id]
        for site in atlas.sites.values()
        if site.role is SiteRole.CLEARANCE_POINT
    )
    product = points[Territory.HONG_KONG] * points[Territory.MAINLAND]
    assert len(ways) == product == 840
    assert len({(way.origin.id, way.destination.id) for way in ways}) == product
    excepted = """
[[excepted]]
from_site = "GD-HDL"
to_site = "HK-AMC"
reason = "post alone is handled there"
source = "made up for this test"
checked_on = 2026-11-30
"""
    fewer, findings = read_atlas({**FILES, "hong_kong": FILES["hong_kong"] + excepted})
    assert findings == []
    assert fewer.way("HK-AMC", "GD-HDL", on=ON) is None
    assert fewer.way("GD-HDL", "HK-AMC", on=ON) is None
    assert len(list(fewer.ways(Territory.HONG_KONG, Territory.MAINLAND, on=ON))) == product - 1


def test_a_way_joins_a_leg_here_a_crossing_and_a_leg_there() -> None:
    atlas = packaged()
    way = atlas.way("HK-HACTL", "GD-SZX", on=ON)
    assert way is not None
    assert [leg.corridor.id for leg in way.legs] == [
        "HK-HACTL.HK-SZB",
        "HK-SZB.GD-SZW",
        "GD-SZW.GD-SZX",
    ]
    assert way.quality is Quality.ILLUSTRATIVE
    back = atlas.way("GD-SZX", "HK-HACTL", on=ON)
    assert back is not None
    assert [leg.corridor.id for leg in back.legs] == [leg.corridor.id for leg in way.legs][::-1]
    assert all(leg.is_turned for leg in back.legs)
    plan, turned = (plan_of(one, atlas.sites) for one in (way, back))
    assert [mark.site for mark in plan.marks] == ["HK-SZB", "GD-SZW", "GD-SZX"]
    assert [mark.site for mark in turned.marks] == ["GD-SZW", "HK-SZB", "HK-HACTL"]
    assert plan.buffer_mm == 200_000
    assert plan.marks[-1].at_mm == plan.route.length_mm
    assert abs(plan.route.length_mm - turned.route.length_mm) < 10


def test_a_surveyed_corridor_takes_the_place_of_a_drawn_one_from_its_first_day() -> None:
    survey = """
[[corridors]]
id = "zz-survey"
from_site = "HK-HACTL"
to_site = "HK-SZB"
quality = "surveyed"
points = [[22.295, 113.92], [22.40, 113.94], [22.504, 113.945]]
in_force_from = 2026-11-30
"""
    own = FILE[: FILE.index("sites = [")] + survey
    atlas, findings = read_atlas({**FILES, "here": own})
    assert findings == []
    before, after = (
        atlas.way("HK-HACTL", "GD-SZX", on=day) for day in (date(2026, 11, 29), date(2026, 11, 30))
    )
    assert before is not None
    assert after is not None
    assert before.legs[0].corridor.id == "HK-HACTL.HK-SZB"
    assert after.legs[0].corridor.id == "zz-survey"
    assert after.quality is Quality.ILLUSTRATIVE, "its other legs were only drawn"


@pytest.mark.parametrize(
    ("origin", "destination"),
    [("HK-HACTL", "HK-KCC"), ("GD-SZX", "GD-CAN"), ("HK-HACTL", "HK-HACTL"), ("HK-HACTL", "XX-1")],
)
def test_a_way_leads_into_another_customs_territory(origin: str, destination: str) -> None:
    assert packaged().way(origin, destination, on=ON) is None


def test_every_way_has_a_plan_whose_marks_lie_along_it_in_order() -> None:
    atlas = packaged()
    ways = list(atlas.ways(Territory.MACAO, Territory.MAINLAND, on=ON))
    assert ways
    for way in ways:
        plan = plan_of(way, atlas.sites)
        assert [mark.site for mark in plan.marks] == [leg.to_site for leg in way.legs]


# What is wrong with a file, one thing at a time

ABOUT = (
    'name_en = "Y", name_zh = "某地", kind = "post", city = "Y", '
    'status = "active", evidence = "named"'
)
FILE = """
id = "here"
name_en = "Here"
name_zh = "此處"
territory = "HK"
status = "active"
datum = "WGS-84"
source = "made up for a test"
licence = "none"
checked_on = 2026-11-30
sites = [
  { id = "A", role = "clearance_point", at = [22.30, 113.90], precision_km = 1, ABOUT },
  { id = "B", role = "boundary", at = [22.40, 113.90], precision_km = 0.5, ABOUT },
  { id = "C", role = "boundary", at = [22.50, 113.90], precision_km = 1, ABOUT },
]
[[corridors]]
id = "A.C"
from_site = "A"
to_site = "C"
quality = "surveyed"
points = [[22.30, 113.90], [22.45, 113.90], [22.50, 113.90]]
checkpoints = [{ site = "B", from_minutes = 10, until_minutes = 40 }]
stretches = [{ cover = "tunnel", from_place = [22.32, 113.90], to_place = [22.33, 113.90] }]
""".replace("ABOUT", ABOUT)
THERE = FILE.replace('"here"', '"there"').replace('"HK"', '"CN"')
POINTS = "points = [[22.30, 113.90], [22.45, 113.90], [22.50, 113.90]]"


def found(text: str) -> list[Finding]:
    return read_atlas({"here": text})[1]


def test_a_file_in_order_has_no_finding_and_becomes_a_plan() -> None:
    atlas, findings = read_atlas({"here": FILE})
    assert findings == []
    [leg, turned] = [leg for legs in atlas.legs.values() for leg in legs]
    assert (leg.from_site, turned.from_site) == ("A", "C")


def test_windows_and_stretches_stand_in_the_plan_where_they_are_declared() -> None:
    [row] = [line for line in FILE.splitlines() if 'id = "C"' in line]
    here = FILE.replace(row, "")
    there = THERE[: THERE.index("sites = [")] + f"sites = [\n{row}\n]\n"
    atlas, findings = read_atlas({"here": here, "there": there})
    assert findings == []
    way = atlas.way("A", "C", on=ON)
    back = atlas.way("C", "A", on=ON)
    assert way is not None
    assert back is not None
    assert way.quality is Quality.SURVEYED
    plan = plan_of(way, atlas.sites, begins_s=[1_000])
    assert [(mark.site, mark.until_s) for mark in plan.marks] == [
        ("B", 1_000 + 40 * 60),
        ("C", None),
    ]
    [tunnel] = plan.stretches
    assert tunnel.cover is Cover.TUNNEL
    assert 2_200_000 < tunnel.from_mm < 2_230_000
    assert 1_100_000 < tunnel.to_mm - tunnel.from_mm < 1_115_000
    assert [mark.until_s for mark in plan_of(way, atlas.sites).marks] == [None, None]
    turned = plan_of(back, atlas.sites, begins_s=[1_000])
    assert [mark.until_s for mark in turned.marks] == [None, None]
    assert len(turned.stretches) == 1


WRONG = {
    "PROVINCE-FORM": [
        ("", "["),
        ('kind = "post"', 'kind = "shop"'),
        ("licence", "license"),
        ("checked_on = 2026-11-30", "checked_on = 9999999999999999999999"),
    ],
    "PROVINCE-DATUM": [('"WGS-84"', '"GCJ-02"'), ('datum = "WGS-84"', "")],
    "PROVINCE-SWAPPED": [("at = [22.40, 113.90]", "at = [113.90, 22.40]")],
    "PROVINCE-MERIDIAN": [
        ("[22.45, 113.90], [22.50, 113.90]]", "[22.45, 179.9], [22.45, -179.9], [22.50, 113.90]]"),
    ],
    "PROVINCE-GLOBE": [
        ("at = [22.40, 113.90]", "at = [200, 113.90]"),
        ("[22.45, 113.90]", "[22.45, 180.1]"),
        ("[22.45, 113.90]", "[nan, 113.90]"),
        ("[22.33, 113.90]", "[inf, 113.90]"),
    ],
    "PROVINCE-PRECISION": [
        ("precision_km = 0.5", "precision_km = 0"),
        ("precision_km = 0.5", "precision_km = nan"),
        ("precision_km = 0.5", f"precision_km = {PRECISION_MAX_KM}.1"),
    ],
    "PROVINCE-TWICE": [
        ('id = "B", ', 'id = "A", '),
        ('id = "B", ', 'id = " ", '),
    ],
    "PROVINCE-SITE-UNKNOWN": [('to_site = "C"', 'to_site = "D"'), ('site = "B"', 'site = "D"')],
    "PROVINCE-BUFFER": [
        ('quality = "surveyed"', "buffer_m = 0"),
        ('quality = "surveyed"', "buffer_m = 5001"),
    ],
    "PROVINCE-LINE": [(POINTS, "points = []"), (POINTS, "points = [[22.30, 113.90]]")],
    "PROVINCE-OUTSIDE": [("[22.45, 113.90]", "[22.45, 114.401]")],
    "PROVINCE-BESIDE": [
        ("at = [22.40, 113.90]", "at = [22.40, 113.907]"),  # 720 m beside, 700 are taken
        (POINTS, "points = [[22.32, 113.90], [22.45, 113.90], [22.50, 113.90]]"),
        (POINTS, "points = [[22.30, 113.90], [22.45, 113.90], [22.48, 113.90]]"),
    ],
    "PROVINCE-ORDER": [
        ("checkpoints = [", 'checkpoints = [{ site = "C" }, '),
    ],
    "PROVINCE-WINDOW": [
        ("until_minutes = 40", "until_minutes = 9"),
        ("from_minutes = 10", "from_minutes = -1"),
    ],
    "PROVINCE-STRETCH": [
        ("to_place = [22.33, 113.90]", "to_place = [22.31, 113.90]"),
        ("to_place = [22.33, 113.90]", "to_place = [22.33, 113.91]"),
    ],
    "PROVINCE-DATES": [
        ('id = "A.C"', 'id = "A.C"\nin_force_from = 2026-02-01\nin_force_until = 2026-01-31'),
    ],
    "PROVINCE-LONG": [
        ("at = [22.50, 113.90]", "at = [42.50, 113.90]"),
    ],
    "PROVINCE-FAR": [
        ("at = [22.50, 113.90]", "at = [28.50, 113.90]"),
    ],
}


@pytest.mark.parametrize(
    ("code", "old", "new"), [(code, *one) for code, some in WRONG.items() for one in some]
)
def test_what_is_wrong_with_a_file_is_told(code: str, old: str, new: str) -> None:
    text = FILE.replace(old, new, 1)
    if code == "PROVINCE-LONG":
        text = text.replace(
            "[22.50, 113.90]]", "[42.50, 113.90], [22.50, 113.90], [42.50, 113.90]]"
        )
    if code == "PROVINCE-FAR":
        text = text.replace(
            "[22.45, 113.90], [22.50, 113.90]]", "[25.40, 113.90], [28.50, 113.90]]"
        )
    assert code in {one.code for one in found(text)}


def test_a_corridor_that_is_wrong_is_not_driven() -> None:
    atlas, findings = read_atlas({"here": FILE.replace("until_minutes = 40", "until_minutes = 9")})
    assert [one.severity for one in findings] == [Severity.ERROR]
    assert atlas.legs == {}


def test_a_line_that_meets_itself_is_allowed_and_told() -> None:
    round_about = "[22.45, 113.95], [22.40, 113.95], [22.40, 113.85], [22.50, 113.85]"
    loop = f"points = [[22.30, 113.90], [22.45, 113.90], {round_about}, [22.50, 113.90]]"
    atlas, [finding] = read_atlas({"here": FILE.replace(POINTS, loop)})
    assert (finding.code, finding.severity) == ("PROVINCE-CROSSES", Severity.WARNING)
    assert finding.params == {"corridor": "A.C", "one": 1, "other": 4}
    assert atlas.legs


def test_ids_are_one_over_all_files() -> None:
    _, findings = read_atlas({"here": FILE, "there": THERE})
    assert {one.params["id"] for one in findings if one.code == "PROVINCE-TWICE"} == {
        "A", "B", "C", "A.C",
    }  # fmt: skip
    _, [twice] = read_atlas({"here": FILE, "there": FILE})
    assert twice.params["id"] == "here"


def test_limits_hold_at_the_limit_and_one_past_it() -> None:
    padded = FILE + "#" * (TEXT_MAX - len(FILE))
    assert found(padded) == []
    assert [one.code for one in found(padded + "#")] == ["PROVINCE-SIZE"]
    [row] = [line for line in FILE.splitlines() if 'id = "B"' in line]
    for more, codes in ((SITES_MAX - 3, []), (SITES_MAX - 2, ["PROVINCE-SIZE"])):
        rows = [row.replace('"B"', f'"B{n}"') for n in range(more)]
        assert [one.code for one in found(FILE.replace(row, "\n".join([row, *rows])))] == codes
    step = Decimal("0.15") / (CORRIDOR_POINTS_MAX - 3)
    points = [
        f"[{Decimal('22.30') + n * step:.7f}, 113.90]" for n in range(CORRIDOR_POINTS_MAX - 1)
    ]
    at = f"points = [{', '.join(points)}, [22.50, 113.90]]"
    assert found(FILE.replace(POINTS, at)) == []
    past = at.replace("[[22.30", "[[22.30, 113.90], [22.30", 1)
    assert [one.code for one in found(FILE.replace(POINTS, past))] == ["PROVINCE-SIZE"]


def test_arrays_without_end_are_no_province() -> None:
    assert [one.code for one in found("a = " + "[" * 100_000)] == ["PROVINCE-FORM"]


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
def test_whatever_is_sent_as_a_province_only_findings_come_back(text: str) -> None:
    province, findings = read_province(text)
    assert province is None
    assert findings


# Geometry

SMALL = st.builds(Position, st.integers(0, 12), st.integers(0, 12))


@given(st.lists(SMALL, min_size=2, max_size=12))
def test_the_first_crossing_is_found_if_there_is_one(line: list[Position]) -> None:
    kept = [n for n, point in enumerate(line) if n == 0 or point != line[n - 1]]
    pieces = [(line[n], line[m]) for n, m in pairwise(kept)]
    crossed = {
        (kept[n], kept[m])
        for n, piece in enumerate(pieces)
        for m, other in enumerate(pieces)
        if m > n + 1 and exactly_meet(piece, other)
    }
    got = first_crossing(line)
    assert got in crossed if crossed else got is None


def exactly_meet(one: tuple[Position, Position], other: tuple[Position, Position]) -> bool:
    """By brute force over where each piece leads, in exact fractions."""
    (p, p2), (q, q2) = one, other
    rx, ry = p2.lon_e7 - p.lon_e7, p2.lat_e7 - p.lat_e7
    sx, sy = q2.lon_e7 - q.lon_e7, q2.lat_e7 - q.lat_e7
    qx, qy = q.lon_e7 - p.lon_e7, q.lat_e7 - p.lat_e7
    across = rx * sy - ry * sx
    if across:
        t, u = Fraction(qx * sy - qy * sx, across), Fraction(qx * ry - qy * rx, across)
        return 0 <= t <= 1 and 0 <= u <= 1
    if qx * ry - qy * rx:
        return False
    square = rx * rx + ry * ry
    begins = Fraction(qx * rx + qy * ry, square)
    ends = begins + Fraction(sx * rx + sy * ry, square)
    return min(begins, ends) <= 1 and max(begins, ends) >= 0


def test_a_place_is_passed_where_the_line_comes_nearest_and_never_before_it_is_due() -> None:
    there = [Position(223_000_000, 1_139_000_000), Position(224_000_000, 1_139_000_000)]
    out_and_back = compile_route([*there, Position(223_000_000, 1_139_000_001)])
    place = Position(223_500_000, 1_138_990_000)
    first = passing(out_and_back, place)
    again = passing(out_and_back, place, from_mm=out_and_back.length_mm // 2)
    assert 102_000 < first.beside_mm < 104_000
    assert abs(first.at_mm - out_and_back.length_mm // 4) < 20
    assert abs(again.at_mm - out_and_back.length_mm * 3 // 4) < 20


def test_the_guides_example_is_a_province_in_order() -> None:
    guide = (Path(__file__).parents[2] / "docs/guide/lock-operator.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```toml\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    assert found(example) == []


def test_what_is_generated_stands_between_its_marks() -> None:
    for text in FILES.values():
        assert text.count("-- begin: written by tools/provinces.py --") == 1
        assert "sites" in tomllib.loads(text)
