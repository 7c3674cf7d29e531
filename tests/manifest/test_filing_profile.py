"""Kinds of filing as data: whoever adds a file is held to the same."""

import tomllib

import pytest

from waglan.codes.data import load
from waglan.codes.raw import BadCode
from waglan.customs.rules import EVERY_RULE
from waglan.manifest import filing_profile
from waglan.manifest.deadline import deadlines, rules
from waglan.manifest.filing_profile import PROFILES, Proof, Recipient, profiles, refusal
from waglan.parties.role import Role

FILES = load(PROFILES)
FILED = [p for p in profiles().values() if p.recipient is not Recipient.DEADLINES_ONLY]


@pytest.mark.parametrize("name", FILES)
def test_every_profile_says_who_files_what_by_when_and_that_nothing_is_connected(
    name: str,
) -> None:
    profile = profiles()[name]
    assert profile.connected is False
    assert "https://" in profile.source or "http://" in profile.source
    assert profile.name.zh != profile.name.en
    assert len(deadlines({}, profile.facts, of=profile.rule_ids)) == len(profile.rule_ids) > 0
    assert (profile.proof is Proof.NONE) == (profile.recipient is Recipient.DEADLINES_ONLY)
    assert (profile.proof is Proof.DESK_ANSWER) == (profile.recipient is Recipient.CUSTOMS_DESK)
    for id_ in profile.deadlines:
        assert rules()[id_].jurisdiction == profile.jurisdiction
        assert not rules()[id_].is_own


def test_the_kinds_of_filing_that_a_small_firm_meets_are_there() -> None:
    assert set(FILES) == {
        "hk-eman-statement-1", "hk-eman-statement-2", "hk-house-data", "hk-air-house-data",
        "hk-road-aci", "hk-tdec", "cn-ccam", "eu-ics2",
    }  # fmt: skip


@pytest.mark.parametrize("profile", FILED, ids=lambda profile: str(profile.id))
def test_what_goes_elsewhere_names_open_rules_that_there_are(
    profile: filing_profile.FilingProfile,
) -> None:
    assert set(profile.rules) <= {rule.CODE for rule in EVERY_RULE}
    assert len(profile.rules) == len(set(profile.rules))
    if profile.recipient is Recipient.ELSEWHERE:
        assert {"HK-MAN-012", "HK-MAN-013", "HK-MAN-014", "HK-MAN-015"} <= set(profile.rules)


def test_a_forwarder_is_not_the_manifests_filer_and_the_refusal_says_who_is() -> None:
    manifest = profiles()["hk-eman-statement-1"]
    why = refusal(manifest, {Role.FORWARDER})
    assert why is not None
    assert (why.code, why.params["filers"]) == ("PROFILE-NOT-THE-FILER", "carrier")
    assert refusal(manifest, {Role.CARRIER}) is None
    assert refusal(manifest, {Role.FORWARDER}, for_client=True) is None
    assert refusal(profiles()["hk-house-data"], {Role.FORWARDER}) is None


@pytest.mark.parametrize("profile", FILED, ids=lambda profile: str(profile.id))
@pytest.mark.parametrize("role", [Role.CUSTOMS, Role.BANK, Role.TERMINAL, Role.OPERATOR])
def test_who_carries_or_owns_nothing_files_nothing(
    profile: filing_profile.FilingProfile, role: Role
) -> None:
    for for_client in (False, True):
        assert refusal(profile, {role}, for_client=for_client) is not None


@pytest.mark.parametrize("name", ["cn-ccam", "eu-ics2"])
@pytest.mark.parametrize("role", list(Role))
def test_a_foreign_filing_is_shown_and_never_taken(name: str, role: Role) -> None:
    why = refusal(profiles()[name], {role}, for_client=True)
    assert why is not None
    assert why.code == "PROFILE-DEADLINES-ONLY"


def test_positive_pre_arrival_is_marked_as_our_own_step() -> None:
    for profile in profiles().values():
        own = [id_ for id_ in profile.rule_ids if rules()[id_].is_own]
        assert own == (["WAGLAN-PRE-ARRIVAL"] if profile.positive_pre_arrival else [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("connected = false", "connected = true"),
        ('deadlines = ["HK-TDEC"]', 'deadlines = ["HK-NOBODY-SAID"]'),
        ('filer_roles = ["trader"]', 'filer_roles = ["customer"]'),
        ('filer_roles = ["trader"]', "filer_roles = []"),
        ('id = "hk-tdec"', 'id = "hk-other"'),
        ("checked_on = 2026-11-29", ""),
        ('modes = ["sea", "river", "air", "rail", "road"]', 'modes = ["camel"]'),
        ('direction = "both"', 'direction = "both"\nnobody_knows = 1'),
    ],
)
def test_a_file_that_cant_be_meant_stops_the_start(
    before: str, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = FILES["hk-tdec"].replace(before, after, 1)
    assert text != FILES["hk-tdec"]
    tomllib.loads(text)
    monkeypatch.setattr(filing_profile, "load", lambda _folder: {"hk-tdec": text})
    with pytest.raises(BadCode):
        profiles.__wrapped__()
