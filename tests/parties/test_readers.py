"""Who may see a consignment."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.parties.readers import (
    Consignment,
    Grant,
    Reading,
    View,
    readers,
    refuse_grant,
    sees,
    unrevoked,
)
from waglan.parties.role import Role

NOW = datetime(2026, 9, 1, tzinfo=UTC)
LATER, LATEST = NOW + timedelta(days=1), NOW + timedelta(days=2)
LINE, CO_LOADER, FORWARDER, RIVAL = map(PartyId, ("line", "coloader", "forwarder", "rival"))
TERMINAL, CUSTOMS, BANK, AGENT = map(PartyId, ("terminal", "customs", "bank", "agent"))
ROLES = {
    LINE: frozenset({Role.CARRIER}),
    CO_LOADER: frozenset({Role.FORWARDER}),
    FORWARDER: frozenset({Role.FORWARDER}),
    RIVAL: frozenset({Role.FORWARDER}),
    TERMINAL: frozenset({Role.TERMINAL}),
    CUSTOMS: frozenset({Role.CUSTOMS}),
    BANK: frozenset({Role.BANK}),
    AGENT: frozenset({Role.FORWARDER}),
}


def key(number: str) -> Key:
    return Key(KeyKind.BILL, number)


def filed(number: str, filer: PartyId, *above: Consignment, is_house: bool = True) -> Consignment:
    return Consignment(
        key(number), is_house, filer, CUSTOMS, carrier=LINE, terminal=TERMINAL, above=above
    )


MASTER = replace(filed("M", LINE, is_house=False), forwarder=CO_LOADER)
CO_LOADED = filed("C", CO_LOADER, MASTER)
HOUSE = filed("H", FORWARDER, CO_LOADED)
SIBLING = filed("S", RIVAL, CO_LOADED)


def views(consignment: Consignment, grants: Iterable[Grant] = ()) -> dict[PartyId, View]:
    found = readers(consignment, ROLES, grants, as_of=NOW)
    seen = {org: sees(found, org, at=NOW) for org in ROLES}
    return {org: view for org, view in seen.items() if view is not None}


def grant(giver: PartyId, receiver: PartyId = BANK, view: View = View.FULL) -> Grant:
    return Grant("g1", giver, receiver, key("H"), view, until=None)


def test_a_master_is_seen_by_line_consolidator_terminal_and_customs() -> None:
    assert views(MASTER) == {
        LINE: View.FULL,
        CO_LOADER: View.FULL,
        TERMINAL: View.EQUIPMENT,
        CUSTOMS: View.FULL,
    }


def test_a_house_is_seen_by_its_forwarder_and_the_co_loader_above_and_no_rival() -> None:
    assert views(HOUSE) == {
        FORWARDER: View.FULL,
        CO_LOADER: View.FULL,
        LINE: View.STATUS,
        TERMINAL: View.EQUIPMENT,
        CUSTOMS: View.FULL,
    }


def test_a_house_party_sees_neither_siblings_nor_what_stands_above() -> None:
    for consignment in (SIBLING, CO_LOADED, MASTER):
        assert FORWARDER not in views(consignment)


def test_a_co_loader_sees_its_children_and_not_their_children() -> None:
    below = filed("B", RIVAL, HOUSE)
    assert CO_LOADER not in views(below)
    assert views(below)[FORWARDER] is View.FULL


def test_a_rival_who_files_the_number_of_the_bill_above_sees_nothing_below_it() -> None:
    claimed = replace(CO_LOADED, filer=RIVAL)
    disputed = views(replace(HOUSE, above=(CO_LOADED, claimed)))
    assert disputed.keys().isdisjoint({RIVAL, CO_LOADER})


def test_a_line_that_files_the_houses_itself_sees_them_whole() -> None:
    by_line = replace(HOUSE, filer=LINE, forwarder=FORWARDER)
    assert views(by_line)[LINE] is View.FULL
    assert views(by_line)[FORWARDER] is View.FULL
    # Filing a house does not make the line its issuer.
    assert views(filed("B", RIVAL, replace(HOUSE, filer=LINE)))[LINE] is View.STATUS


def test_an_organisation_in_the_wrong_role_or_in_none_sees_nothing() -> None:
    named = replace(HOUSE, customs=RIVAL, terminal=RIVAL, carrier=RIVAL, forwarder=BANK)
    assert views(named).keys() == {FORWARDER, CO_LOADER}
    assert views(replace(HOUSE, filer=PartyId("stranger"))).keys().isdisjoint({FORWARDER})


def test_who_owns_a_consignment_may_show_it_whole_or_in_part() -> None:
    assert views(HOUSE, [grant(FORWARDER)])[BANK] is View.FULL
    assert views(HOUSE, [grant(FORWARDER, view=View.STATUS)])[BANK] is View.STATUS
    assert refuse_grant(grant(FORWARDER), HOUSE, ROLES) is None


def test_nobody_else_may_show_it() -> None:
    for giver in (CUSTOMS, TERMINAL, LINE, CO_LOADER, RIVAL, PartyId("stranger")):
        assert BANK not in views(HOUSE, [grant(giver)])
        told = refuse_grant(grant(giver), HOUSE, ROLES)
        assert told is not None
        assert told.code == "PARTY-NOT-YOURS-TO-SHOW"


def test_what_was_only_shown_to_one_cannot_be_passed_on() -> None:
    assert views(HOUSE, [grant(FORWARDER, RIVAL), grant(RIVAL, BANK)]).keys() >= {RIVAL}
    assert BANK not in views(HOUSE, [grant(FORWARDER, RIVAL), grant(RIVAL, BANK)])


def test_a_grant_for_another_bill_or_to_a_stranger_shows_nothing() -> None:
    assert BANK not in views(SIBLING, [grant(FORWARDER), grant(RIVAL)])
    stranger = grant(FORWARDER, PartyId("stranger"))
    assert views(HOUSE, [stranger]) == views(HOUSE)
    told = refuse_grant(stranger, HOUSE, ROLES)
    assert told is not None
    assert told.code == "PARTY-RECEIVER-UNKNOWN"


def test_a_grant_ends_at_its_hour() -> None:
    found = readers(HOUSE, ROLES, [replace(grant(FORWARDER), until=LATER)], as_of=NOW)
    tick = timedelta(microseconds=1)
    assert sees(found, BANK, at=LATER - tick) is View.FULL
    assert sees(found, BANK, at=LATER) is None
    assert Reading(BANK, View.FULL, LATER) in found
    late = readers(HOUSE, ROLES, [replace(grant(FORWARDER), until=LATER)], as_of=LATER)
    assert BANK not in {reading.org for reading in late}


def test_a_short_wide_grant_and_a_long_narrow_one_are_both_kept() -> None:
    wide = replace(grant(FORWARDER), until=LATER)
    narrow = replace(grant(FORWARDER, view=View.STATUS), until=None)
    found = readers(HOUSE, ROLES, [wide, narrow], as_of=NOW)
    assert sees(found, BANK, at=NOW) is View.FULL
    assert sees(found, BANK, at=LATER) is View.STATUS


GRANTS = st.lists(
    st.builds(
        Grant,
        id=st.uuids().map(str),
        giver=st.sampled_from(sorted(ROLES)),
        receiver=st.sampled_from(sorted(ROLES)),
        bill=st.sampled_from([key("H"), key("S")]),
        view=st.sampled_from(View),
        until=st.sampled_from([None, NOW, LATER, LATEST]),
    ),
    max_size=8,
)


@given(GRANTS, GRANTS, st.sampled_from([NOW, LATER, LATEST]))
def test_a_further_grant_never_takes_sight_away(
    some: list[Grant], more: list[Grant], at: datetime
) -> None:
    fewer = readers(HOUSE, ROLES, some, as_of=NOW)
    greater = readers(HOUSE, ROLES, [*some, *more], as_of=NOW)
    for org in ROLES:
        assert (sees(greater, org, at=at) or 0) >= (sees(fewer, org, at=at) or 0)


@given(GRANTS, st.data())
def test_a_revoked_grant_is_as_if_never_given(grants: list[Grant], data: st.DataObject) -> None:
    revoked = data.draw(st.sets(st.sampled_from([g.id for g in grants] or ["none"])))
    left = unrevoked(grants, revoked)
    assert readers(HOUSE, ROLES, left, as_of=NOW) == readers(
        HOUSE, ROLES, [g for g in grants if g.id not in revoked], as_of=NOW
    )
    assert readers(HOUSE, ROLES, unrevoked(grants, {g.id for g in grants}), as_of=NOW) == readers(
        HOUSE, ROLES, as_of=NOW
    )


@given(GRANTS)
def test_the_order_of_grants_does_not_matter_and_no_reading_is_superfluous(
    grants: list[Grant],
) -> None:
    found = readers(HOUSE, ROLES, grants, as_of=NOW)
    assert found == readers(HOUSE, ROLES, grants[::-1], as_of=NOW)
    for reading in found:
        until = reading.until or LATEST + timedelta(days=9)
        rest = found - {reading}
        assert (sees(rest, reading.org, at=until - timedelta(hours=1)) or 0) < reading.view
