"""By when a draft must be filed: whatever its profile's rules count from can be given in it."""

from datetime import UTC, datetime
from itertools import product

import pytest

from waglan.manifest.condition import FACTS
from waglan.manifest.deadline import DeadlineState
from waglan.manifest.draft import (
    Change,
    Draft,
    Setup,
    draft_findings,
    draft_of,
    due,
    time_findings,
    to_give,
)
from waglan.manifest.draft_field import kind_of
from waglan.manifest.filing_profile import FilingProfile, Recipient, profiles
from waglan.manifest.filing_state import Life
from waglan.manifest.prefill import Claim, Source, SourceKind

TYPED = Source(SourceKind.TYPED, "typed", "person")
TIME = "2026-12-01T08:30"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
CIRCUMSTANCES = [
    (profile, mode, direction)
    for profile in profiles().values()
    if profile.recipient is not Recipient.DEADLINES_ONLY
    for mode, direction in product(
        profile.modes, ("import", "export") if profile.direction == "both" else (profile.direction,)
    )
]


def draft(profile: FilingProfile, facts: dict[str, str | int], **fields: str) -> Draft:
    claims = tuple(Claim(f"head/{name}", value, TYPED) for name, value in fields.items())
    change = Change(claims, Setup(facts))
    return draft_of(profile, {1: change}, Life(n=1, changes=(1,)))


@pytest.mark.parametrize(("profile", "mode", "direction"), CIRCUMSTANCES)
def test_what_is_missing_of_a_deadline_is_a_field_or_fact_and_given_it_is_told(
    profile: FilingProfile, mode: str, direction: str
) -> None:
    unknown = [one for one in due(draft(profile, {})) if one.state is DeadlineState.UNKNOWN]
    wanted = {what for one in unknown for what in to_give(one)}
    circumstances: dict[str, str | int] = {"mode": mode, "direction": direction}
    facts: dict[str, str | int] = {}
    fields: dict[str, str] = {}
    while wanted:
        for what in wanted:
            fact = what.removeprefix("fact:")
            if fact in FACTS:
                facts[fact] = circumstances[fact]
            else:
                assert kind_of(what) is not None, what
                assert what.removeprefix("head/") not in fields
                fields[what.removeprefix("head/")] = TIME
        unknown = [
            one
            for one in due(draft(profile, facts, **fields))
            if one.state is DeadlineState.UNKNOWN
        ]
        wanted = {what for one in unknown for what in to_give(one)}
    told = due(draft(profile, facts, **fields))
    assert [one.rule.id for one in told] == [*profile.rule_ids]
    for one in told:
        timed = DeadlineState.UNTIMED if one.rule.offset_minutes is None else DeadlineState.DUE
        is_for_it = mode in one.rule.modes and one.rule.direction in ("both", direction)
        assert one.state is (timed if is_for_it else DeadlineState.NOT_APPLICABLE)


def test_a_declarations_time_counts_from_import_or_export_as_it_is_told() -> None:
    facts: dict[str, str | int] = {"mode": "sea", "direction": "import"}
    profile = profiles()["hk-tdec"]
    [unknown] = time_findings(due(draft(profile, facts, arrival=TIME)), at=NOW)
    assert unknown.code == "FILING-DEADLINE-UNKNOWN"
    assert unknown.params["missing"] == "head/import_or_export_at"
    [told] = due(draft(profile, facts, import_or_export_at=TIME))
    assert told.at is not None
    assert told.at.isoformat() == "2026-12-15T08:30:00+08:00"
    assert time_findings([told], at=NOW) == []


@pytest.mark.parametrize(
    ("date", "at", "contradicts"),
    [
        ("2026-12-06", "2026-12-05T10:00", True),
        ("2026-12-05", "2026-12-05T10:00", False),
        ("2026-12-05", "2026-12-04T23:30Z", False),  # already the 5th in Hong Kong
        ("2026-12-04", "2026-12-04T23:30Z", True),
        ("2026-12-05", "", False),
        ("", "2026-12-05T10:00", False),
    ],
)
def test_a_crossing_is_on_one_day(date: str, at: str, *, contradicts: bool) -> None:
    fields = {name: text for name, text in (("crossing_date", date), ("crossing_at", at)) if text}
    found = draft_findings(draft(profiles()["hk-road-aci"], {}, **fields))
    assert ("DRAFT-CROSSING-DAYS" in {one.code for one in found}) is contradicts
