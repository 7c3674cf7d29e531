"""Who may travel under the lock: a refusal says why and how else; a drawing arms no trip."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.data import load
from waglan.codes.finding import Severity
from waglan.codes.party import PartyId
from waglan.codes.render import render
from waglan.elock.atlas import Leg, Way, packaged
from waglan.elock.eligibility import Accreditation, TripRequest, eligible
from waglan.elock.jurisdiction import (
    FIGURE_MAX,
    RULES_MAX,
    TEXT_MAX,
    CargoKind,
    Jurisdiction,
    JurisdictionUse,
    PairRule,
    jurisdictions,
    read_jurisdiction,
)
from waglan.elock.policy import Policy
from waglan.elock.province import Quality, SiteStatus

FILES = load("elock/jurisdictions")
ON = date(2026, 11, 30)
LIVE = [one for one in jurisdictions().values() if one.use is JurisdictionUse.LIVE]
HYPOTHETICAL = jurisdictions()["demonstration"]
# So that two authorities of a showing are seen to judge apart.
OTHER_FIGURES = {"demonstration_far": {"gap_s": 240, "stop_s": 480}}
GRANTED = tuple(
    Accreditation(by, date(2026, 1, 1), date(2026, 12, 31))
    for by in ("hk-customs", "cn-customs", "mo-customs")
)
REGISTERS = tuple(Accreditation(by, date(2026, 1, 1)) for by in ("ITFS", "SCC", "MACAO"))


def way(origin: str = "HK-DHL", destination: str = "FJ-LY") -> Way:
    found = packaged().way(origin, destination, on=ON)
    assert found is not None
    return found


def surveyed(drawn: Way) -> Way:
    """As if an authority had loaded the corridors: no such file comes along."""
    legs = tuple(
        Leg(msgspec.structs.replace(leg.corridor, quality=Quality.SURVEYED), leg.is_turned)
        for leg in drawn.legs
    )
    return Way(drawn.origin, drawn.destination, legs, drawn.exit)


TRIP = TripRequest(
    origin="HK-DHL",
    destination="FJ-LY",
    way=surveyed(way()),
    cargo=CargoKind.TRANSHIPMENT,
    schemes=frozenset({"ITFS", "SCC"}),
    vehicle="AB1234",
    registers=REGISTERS,
    lock=GRANTED,
    tracker=GRANTED,
)


@pytest.mark.parametrize("file", FILES)
def test_every_packaged_jurisdiction_says_that_its_figures_are_the_projects_own(file: str) -> None:
    read, findings = read_jurisdiction(FILES[file])
    assert findings == []
    assert read is not None
    assert read.id == file
    assert "the project's own" in read.policy_source
    assert "none was published" in read.policy_source
    start = msgspec.structs.replace(
        Policy(read.policy.authority, read.policy.version), **OTHER_FIGURES.get(file, {})
    )
    assert read.policy == start, "start values stand in one place: change both, and say why"


@pytest.mark.parametrize("jurisdiction", LIVE, ids=lambda one: one.id)
def test_a_trip_that_fulfils_everything_is_armed(jurisdiction: Jurisdiction) -> None:
    assert eligible(TRIP, jurisdiction, on=ON) == []


@pytest.mark.parametrize("jurisdiction", LIVE, ids=lambda one: one.id)
def test_a_live_jurisdiction_arms_no_trip_on_a_corridor_that_was_only_drawn(
    jurisdiction: Jurisdiction,
) -> None:
    drawn = msgspec.structs.replace(TRIP, way=way())
    codes = [one.code for one in eligible(drawn, jurisdiction, on=ON)]
    assert codes == ["TRIP-ILLUSTRATIVE"] * 3 + ["TRIP-INSTEAD"]
    half = Way(way().origin, way().destination, (*surveyed(way()).legs[:2], way().legs[2]))
    one_leg = msgspec.structs.replace(TRIP, way=half)
    codes = [one.code for one in eligible(one_leg, jurisdiction, on=ON)]
    assert codes == ["TRIP-ILLUSTRATIVE", "TRIP-INSTEAD"]


def test_under_the_hypothetical_one_a_factorys_own_export_goes_and_is_labelled() -> None:
    own = msgspec.structs.replace(
        TRIP,
        origin="HK-HACTL",
        destination="GX-YYG",
        way=way("HK-HACTL", "GX-YYG"),
        cargo=CargoKind.OWN_EXPORT,
        schemes=frozenset(),
        registers=(),
        lock=(),
        tracker=(),
    )
    [label] = eligible(own, HYPOTHETICAL, on=ON)
    assert (label.code, label.severity) == ("TRIP-HYPOTHETICAL", Severity.NOTE)
    told = [one.code for one in eligible(own, LIVE[0], on=ON)]
    assert "TRIP-CARGO" in told
    assert "TRIP-HYPOTHETICAL" not in told


def lasting(until: date) -> tuple[Accreditation, ...]:
    return tuple(msgspec.structs.replace(one, until=until) for one in GRANTED)


REFUSED: dict[str, list[dict[str, object]]] = {
    "TRIP-NO-WAY": [{"way": None}, {"way": surveyed(way("HK-AMC", "FJ-LY"))}],
    "TRIP-POINT": [
        {"origin": "HK-HACTL", "way": surveyed(way("HK-HACTL", "FJ-LY"))},
        {"destination": "GX-NNB", "way": surveyed(way("HK-DHL", "GX-NNB"))},
        {"destination": "GD-ZUH", "way": surveyed(way("HK-DHL", "GD-ZUH"))},
    ],
    "TRIP-CARGO": [{"cargo": CargoKind.OWN_EXPORT}, {"cargo": CargoKind.OTHER}],
    "TRIP-CARGO-THERE": [{"cargo": CargoKind.PILOT}],
    "TRIP-SCHEME": [{"schemes": frozenset({"ITFS"})}, {"schemes": frozenset()}],
    "TRIP-VEHICLE": [{"registers": ()}, {"registers": REGISTERS[:1]}],
    "TRIP-LOCK": [
        {"lock": GRANTED[:1]},
        {"lock": lasting(date(2026, 11, 29))},
        {"lock": tuple(Accreditation(one.by, date(2026, 12, 1)) for one in GRANTED)},
    ],
    "TRIP-TRACKER": [{"tracker": ()}],
}


@pytest.mark.parametrize(
    ("code", "other"), [(code, one) for code, some in REFUSED.items() for one in some]
)
@pytest.mark.parametrize("jurisdiction", LIVE, ids=lambda one: one.id)
def test_a_trip_that_does_not_qualify_is_refused_and_told_how_else_it_goes(
    jurisdiction: Jurisdiction, code: str, other: dict[str, object]
) -> None:
    findings = eligible(msgspec.structs.replace(TRIP, **other), jurisdiction, on=ON)
    assert {one.code for one in findings} == {code, "TRIP-INSTEAD"}
    assert findings[-1].params == {"instead": jurisdiction.fallback.name}
    assert "road advance cargo information" in jurisdiction.fallback.name
    for one in findings:
        assert "road advance cargo information" in render(one, "en").remedy
        assert "道路預報貨物資料" in render(one, "zh-Hant-HK").remedy


def test_an_accreditation_holds_on_its_last_day() -> None:
    last = msgspec.structs.replace(TRIP, lock=lasting(ON))
    assert eligible(last, LIVE[0], on=ON) == []


def test_post_went_from_the_day_on_which_it_was_announced() -> None:
    post = msgspec.structs.replace(
        TRIP,
        cargo=CargoKind.POST,
        schemes=frozenset(),
        registers=tuple(Accreditation(one.by, date(2020, 1, 1)) for one in REGISTERS),
        lock=tuple(Accreditation(one.by, date(2020, 1, 1)) for one in GRANTED),
        tracker=tuple(Accreditation(one.by, date(2020, 1, 1)) for one in GRANTED),
    )
    assert eligible(post, LIVE[0], on=date(2022, 12, 14)) == []
    told = eligible(post, LIVE[0], on=date(2022, 12, 13))
    assert [one.code for one in told] == ["TRIP-CARGO", "TRIP-INSTEAD"]


def test_the_xiamen_pilot_goes_to_xiamen_alone() -> None:
    pilot = msgspec.structs.replace(
        TRIP,
        cargo=CargoKind.PILOT,
        schemes=frozenset(),
        destination="FJ-XME",
        way=surveyed(way("HK-DHL", "FJ-XME")),
    )
    assert eligible(pilot, LIVE[0], on=ON) == []


def test_a_pair_is_refused_either_way_round_while_its_rule_is_in_force() -> None:
    rule = PairRule(
        from_site="FJ-LY",
        to_site="HK-DHL",
        reason="works at the yard",
        source="made up for this test",
        checked_on=ON,
        in_force_until=ON,
    )
    closed = msgspec.structs.replace(LIVE[0], pairs=(rule,))
    [refused, _] = eligible(TRIP, closed, on=ON)
    assert refused.params["reason"] == "works at the yard"
    assert eligible(TRIP, closed, on=date(2026, 12, 1)) == []


def test_a_jurisdiction_holds_between_its_days_and_a_lapsed_list_of_points_allows_none() -> None:
    dated = msgspec.structs.replace(LIVE[0], in_force_from=ON, in_force_until=ON)
    assert eligible(TRIP, dated, on=ON) == []
    for day in (date(2026, 11, 29), date(2026, 12, 1)):
        told = eligible(TRIP, dated, on=day)
        assert [one.code for one in told] == ["TRIP-NOT-IN-FORCE", "TRIP-INSTEAD"]
    points = msgspec.structs.replace(LIVE[0].points, in_force_until=date(2026, 11, 29))
    lapsed = msgspec.structs.replace(LIVE[0], points=points)
    told = eligible(TRIP, lapsed, on=ON)
    assert [one.code for one in told] == ["TRIP-POINT", "TRIP-POINT", "TRIP-INSTEAD"]


def test_live_jurisdictions_take_active_sites_alone() -> None:
    assert {one.points.statuses for one in LIVE} == {(SiteStatus.ACTIVE,)}


# The file

HONG_KONG = FILES["hong_kong"]


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("JURISDICTION-FORM", "", "["),
        ("JURISDICTION-FORM", "[fallback]", "[instead]"),
        ("JURISDICTION-FORM", "gap_s = 300", "gap_s = 300.5"),
        ("JURISDICTION-FORM", "gap_s = 300", "gaps = 300"),
        ("JURISDICTION-FIGURE", "gap_s = 300", "gap_s = 0"),
        ("JURISDICTION-FIGURE", "gap_s = 300", f"gap_s = {FIGURE_MAX + 1}"),
        ("JURISDICTION-SOURCE", 'source = "https://www6', 'source = " "#'),
    ],
)
def test_what_is_wrong_with_a_file_is_told(code: str, old: str, new: str) -> None:
    read, [finding] = read_jurisdiction(HONG_KONG.replace(old, new, 1))
    assert read is None
    assert finding.code == code


def test_limits_hold_at_the_limit_and_one_past_it() -> None:
    padded = HONG_KONG + "#" * (TEXT_MAX - len(HONG_KONG))
    assert read_jurisdiction(padded)[1] == []
    assert len(read_jurisdiction(padded + "#")[1]) == 1
    most = HONG_KONG.replace("gap_s = 300", f"gap_s = {FIGURE_MAX}")
    assert read_jurisdiction(most)[1] == []
    pair = """
[[pairs]]
from_site = "A"
to_site = "B"
reason = "made up"
source = "made up"
checked_on = 2026-11-30
"""
    assert read_jurisdiction(HONG_KONG + pair * RULES_MAX)[1] == []
    assert len(read_jurisdiction(HONG_KONG + pair * (RULES_MAX + 1))[1]) == 1


@given(st.text(max_size=300))
def test_whatever_is_sent_as_a_jurisdiction_only_findings_come_back(text: str) -> None:
    read, findings = read_jurisdiction(text)
    assert read is None
    assert findings


def test_two_authorities_have_each_their_own_policy() -> None:
    authorities = {one.policy.authority for one in jurisdictions().values()}
    assert authorities == {
        PartyId(name)
        for name in ("hk-customs", "cn-customs", "mo-customs", "demo-customs", "demo-far-customs")
    }
