"""How a bill stands, by what was told of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from waglan.cargo.standing import Cleared, Declaration, Parts, Version, in_order, standing, visible
from waglan.codes.customs_status import CustomsStatus
from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.codes.raw import Raw
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event

LINE, CUSTOMS, FORWARDER = PartyId("line"), PartyId("customs"), PartyId("forwarder")
BILL, MANIFEST = Key(KeyKind.BILL, "HLCU1"), Key(KeyKind.MANIFEST, "DOC1")
DAY = datetime(2026, 9, 1, tzinfo=UTC)


def event(code: EventCode, hour: int, body: Mapping[str, Value] | None = None) -> Event:
    by = CUSTOMS if code.value.startswith("customs") else LINE
    about = MANIFEST if code.value.startswith("manifest") else BILL
    at = DAY + timedelta(hours=hour)
    return Event(code, about, by, at, at + timedelta(minutes=5), body or {})


def part(number: int, hour: int, of: int | None = None, assembly: str = "REF1") -> Event:
    body: dict[str, Value] = {"assembly": assembly, "part": number, "of": of}
    return event(EventCode.PART_RECEIVED, hour, body)


def declared(version: int, hour: int, function: str = "original") -> Event:
    body: dict[str, Value] = {"version": version, "function": function}
    return event(EventCode.BILL_DECLARED, hour, body)


def status(text: str, hour: int) -> Event:
    return event(EventCode.CUSTOMS_STATUS, hour, {"status": text})


def notice(number: str, text: str, hour: int) -> Event:
    return event(EventCode.NOTICE_SERVED, hour, {"notice": number, "status": text})


REFUSED = event(EventCode.MANIFEST_REFUSED, 3, {"findings": 7})
CANCELLED = event(EventCode.MANIFEST_CANCELLED, 9)
DAY_OF_A_BILL = [
    part(1, 1),
    part(2, 2, of=2),
    declared(1, 2),
    status("documents-asked", 4),
    notice("N1", "documents-asked", 5),
    declared(2, 6, "change"),
    status("not-selected", 7),
]
ANY_EVENT = st.builds(
    event,
    st.sampled_from(EventCode),
    st.integers(0, 9),
    st.fixed_dictionaries(
        {},
        optional={
            "part": st.none() | st.integers(0, 3) | st.booleans(),
            "of": st.none() | st.integers(1, 3) | st.text(max_size=2),
            "assembly": st.sampled_from(["A", "B", None, 3]),
            "version": st.none() | st.integers(0, 3) | st.text(max_size=2),
            "status": st.sampled_from([*(s.value for s in CustomsStatus), "new", None, 1]),
            "notice": st.none() | st.text(max_size=2),
        },
    ),
)


def test_a_thing_that_nobody_spoke_of_is_shown_as_unknown() -> None:
    told = standing([])
    assert told.declaration is Declaration.UNTOLD
    assert told.nobody_said == ("declared", "parts", "customs", "heard")


def test_a_bill_is_declared_by_somebody_at_some_hour_in_versions() -> None:
    told = standing(DAY_OF_A_BILL)
    assert told.declaration is Declaration.DECLARED
    assert told.declared is not None
    assert (told.declared.what, told.declared.said_by) == (Version(1, "original"), LINE)
    assert [version.what.number for version in told.versions] == [1, 2]
    assert told.declared.age(DAY + timedelta(hours=10)) == timedelta(hours=8)
    assert told.declared.delay == timedelta(minutes=5)
    assert told.nobody_said == ()


def test_two_of_three_parts_are_no_declaration() -> None:
    told = standing([part(3, 1, of=3), part(1, 2)])
    assert told.declaration is Declaration.PARTS_AWAITED
    assert told.parts is not None
    assert told.parts.what == Parts(frozenset({1, 3}), 3)
    assert standing([part(1, 2)]).parts != told.parts


def test_the_parts_of_the_assembly_last_heard_of_are_shown() -> None:
    told = standing([part(1, 1, of=1), declared(1, 1), part(2, 5, assembly="REF2")])
    assert told.parts is not None
    assert told.parts.what == Parts(frozenset({2}), None)
    assert told.declaration is Declaration.DECLARED


def test_of_an_assembly_that_was_begun_again_the_parts_that_came_since_are_shown() -> None:
    again = event(EventCode.PART_RECEIVED, 4, {"assembly": "REF1", "part": 2, "round": 2})
    told = standing([part(1, 1), part(2, 2, of=2), REFUSED, again])
    assert told.parts is not None
    assert told.parts.what == Parts(frozenset({2}), None)
    assert told.declaration is Declaration.PARTS_AWAITED


def test_the_customs_status_is_the_last_on_the_quay_not_the_last_in_the_post() -> None:
    late = replace(status("detained", 3), recorded_at=DAY + timedelta(days=2))
    told = standing([*DAY_OF_A_BILL, late])
    assert told.customs is not None
    assert (told.customs.what, told.customs.said_by) == (CustomsStatus.NOT_SELECTED, CUSTOMS)
    assert told.heard is not None
    assert told.heard.recorded_at == late.recorded_at


def test_a_status_is_decided_until_a_notice_is_served_and_again_once_it_is_decided_anew() -> None:
    decided, served = status("detained", 4), notice("N7", "detained", 6)
    stands = [standing(told) for told in ([], [decided], [decided, served])]
    assert [told.is_served for told in stands] == [False, False, True]
    assert not standing([decided, served, status("inspect", 8)]).is_served


def test_a_served_notice_tells_the_status_to_one_who_may_not_see_the_decision() -> None:
    decided = replace(status("detained", 4), readers=frozenset({CUSTOMS}))
    served = replace(notice("N7", "detained", 6), readers=frozenset({CUSTOMS, FORWARDER}))
    before = standing(visible([decided], FORWARDER))
    after = standing(visible([decided, served], FORWARDER))
    assert (before.customs, before.notices) == (None, ())
    assert before == standing([])
    assert after.customs is not None
    assert after.customs.what is CustomsStatus.DETAINED
    assert after.customs.happened_at == served.happened_at
    assert [told.what for told in after.notices] == ["N7"]


def test_a_status_of_a_later_waglan_is_shown_as_it_was_sent() -> None:
    told = standing([status("sniffed-by-dog", 1)])
    assert told.customs is not None
    assert told.customs.what == Raw("sniffed-by-dog")


def test_a_refused_filing_leaves_what_stood_and_is_told_until_it_is_mended() -> None:
    assert standing([REFUSED]).declaration is Declaration.REFUSED
    told = standing([declared(1, 1), REFUSED])
    assert told.declaration is Declaration.DECLARED
    assert told.refused is not None
    assert told.refused.what == 7
    assert standing([declared(1, 1), REFUSED, declared(2, 4)]).refused is None
    assert standing([REFUSED, part(1, 4)]).declaration is Declaration.PARTS_AWAITED


def test_a_withdrawn_declaration_is_cancelled_and_its_history_stays() -> None:
    told = standing([*DAY_OF_A_BILL, CANCELLED])
    assert told.declaration is Declaration.CANCELLED
    assert told.cancelled is not None
    assert len(told.versions) == 2


def test_line_and_forwarder_each_declare_their_own_first_version() -> None:
    other = replace(declared(1, 3), said_by=FORWARDER)
    assert [v.said_by for v in standing([declared(1, 2), other]).versions] == [LINE, FORWARDER]


def test_the_manifests_event_and_the_bills_tell_of_one_version() -> None:
    whole = replace(declared(1, 2), code=EventCode.MANIFEST_DECLARED, about=MANIFEST)
    assert len(standing([declared(1, 2), whole]).versions) == 1


def test_the_same_hour_in_two_zones_is_the_same_hour() -> None:
    hong_kong = timezone(timedelta(hours=8))
    early = status("inspect", 1)
    late = replace(
        status("cleared", 2), happened_at=(DAY + timedelta(hours=2)).astimezone(hong_kong)
    )
    told = standing([late, early])
    assert told.customs is not None
    assert told.customs.what is CustomsStatus.CLEARED


def test_what_is_told_ahead_of_its_hour_has_a_negative_delay() -> None:
    ahead = replace(declared(1, 5), recorded_at=DAY)
    told = standing([ahead]).declared
    assert told is not None
    assert told.delay == timedelta(hours=-5)


@given(
    st.lists(ANY_EVENT, max_size=12).flatmap(lambda e: st.tuples(st.just(e), st.permutations(e)))
)
def test_the_order_of_the_post_does_not_matter(events: tuple[list[Event], list[Event]]) -> None:
    sent, shuffled = events
    assert standing(sent) == standing(shuffled)


@given(st.lists(ANY_EVENT, max_size=8), st.data())
def test_what_is_told_again_later_changes_only_nothing(
    events: list[Event], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(events), max_size=4)) if events else []
    hours = data.draw(st.integers(1, 99))
    repeated = [replace(e, recorded_at=e.recorded_at + timedelta(hours=hours)) for e in again]
    assert standing([*repeated, *events]) == standing(events)


@given(st.lists(ANY_EVENT, max_size=12))
def test_the_timeline_holds_each_thing_once_in_the_order_of_the_quay(events: list[Event]) -> None:
    told = in_order(events)
    hours = [event.happened_at for event in told]
    assert hours == sorted(hours)
    assert in_order(told) == told
    assert {(e.code, e.happened_at) for e in told} == {(e.code, e.happened_at) for e in events}


BOX = Key(KeyKind.CONTAINER, "CSQU3054383")


def moved(code: EventCode, hour: int, number: int, by: PartyId = LINE) -> Event:
    at = DAY + timedelta(hours=hour)
    name = "withdraws" if code is EventCode.EQUIPMENT_WITHDRAWN else "movement"
    return Event(code, BOX, by, at, at + timedelta(days=1), {name: number})


DISCHARGED = moved(EventCode.EQUIPMENT_DISCHARGED, 3, 1)
OUT = moved(EventCode.EQUIPMENT_GATE_OUT, 9, 2)


def test_a_box_stands_where_it_was_moved_last_by_the_order_of_the_quay() -> None:
    for told in ([DISCHARGED, OUT], [OUT, DISCHARGED]):
        last = standing(told).moved
        assert last is not None
        assert (last.what, last.happened_at) == (EventCode.EQUIPMENT_GATE_OUT, OUT.happened_at)
    assert standing(DAY_OF_A_BILL).moved is None


def test_what_is_told_to_happen_later_is_never_where_a_box_is() -> None:
    def ahead(by: timedelta) -> Event:
        late = moved(EventCode.EQUIPMENT_GATE_OUT, 500, 3)
        return replace(late, recorded_at=late.happened_at - by)

    last = standing([DISCHARGED, ahead(timedelta(hours=1, seconds=1))]).moved
    assert last is not None
    assert last.what is EventCode.EQUIPMENT_DISCHARGED
    assert standing([ahead(timedelta(days=2))]).moved is None
    clocks_differ = standing([DISCHARGED, ahead(timedelta(hours=1))]).moved
    assert clocks_differ is not None
    assert clocks_differ.what is EventCode.EQUIPMENT_GATE_OUT


def test_what_was_taken_back_did_not_move_it_and_nobody_takes_back_anothers_words() -> None:
    gone = moved(EventCode.EQUIPMENT_WITHDRAWN, 10, 2)
    last = standing([gone, DISCHARGED, OUT]).moved
    assert last is not None
    assert last.what is EventCode.EQUIPMENT_DISCHARGED
    others = moved(EventCode.EQUIPMENT_WITHDRAWN, 10, 2, by=FORWARDER)
    last = standing([others, DISCHARGED, OUT]).moved
    assert last is not None
    assert last.what is EventCode.EQUIPMENT_GATE_OUT


@pytest.mark.parametrize(
    "code", [EventCode.GRANT_GIVEN, EventCode.NOTICE_SERVED, EventCode.NOTICE_ADDRESSED]
)
def test_who_is_told_of_a_bill_and_not_what_is_declared_is_not_shown_it(code: EventCode) -> None:
    assert standing([event(code, 5)]).declaration is Declaration.NOT_SHOWN
    assert standing([event(code, 5), declared(1, 2)]).declaration is Declaration.DECLARED


def test_customs_answers_a_manifest_with_how_many_notices_it_served_last() -> None:
    answers = [event(EventCode.MANIFEST_ANSWERED, hour, {"notices": hour}) for hour in (7, 5)]
    told = standing(answers)
    assert told.answered is not None
    assert (told.answered.what, told.answered.said_by) == (7, CUSTOMS)
    assert told.customs is None
    assert "customs" not in told.nobody_said


def test_what_customs_let_go_of_a_bill_is_told_part_by_part_while_it_is_partly_cleared() -> None:
    first: dict[str, Value] = {"goods": 1, "container": "CSQU3054383", "packages": 4}

    def served(hour: int, status: str, *parts: Value) -> Event:
        body: dict[str, Value] = {"status": status, "parts": [*parts]}
        return event(EventCode.NOTICE_SERVED, hour, body)

    held = served(3, "detained")
    part = served(4, "partly-cleared", first)
    more = served(5, "partly-cleared", {"goods": 2}, 7)
    told = standing([more, part, held]).cleared
    assert told == (Cleared(1, "CSQU3054383", 4), Cleared(2, None, None))
    assert standing([held, part, more, served(6, "seized")]).cleared == ()
    parts: list[Value] = [{"goods": 3}]
    all_: dict[str, Value] = {"status": "partly-cleared", "parts": parts, "so_far": True}
    every = event(EventCode.NOTICE_SERVED, 6, all_)
    after = served(7, "partly-cleared", {"goods": 2})
    assert standing([held, part, every]).cleared == (Cleared(3, None, None),)
    assert standing([part, every, after]).cleared[1:] == (Cleared(2, None, None),)
    assert standing([served(4, "partly-cleared")]).cleared == ()


@pytest.mark.parametrize(
    ("code", "body", "status"),
    [
        (EventCode.NOTICE_ADDRESSED, {"kind": "documents"}, CustomsStatus.DOCUMENTS_ASKED),
        (EventCode.NOTICE_ADDRESSED, {"kind": "detention"}, CustomsStatus.DETAINED),
        (EventCode.NOTICE_ADDRESSED, {"kind": "inspection"}, CustomsStatus.INSPECT),
        (EventCode.NOTICE_EASED, {"boxes": ["CSQU3054383"]}, CustomsStatus.PARTLY_CLEARED),
        (EventCode.NOTICE_ENDED, {"how": "seize"}, CustomsStatus.SEIZED),
        (EventCode.NOTICE_ENDED, {"how": "release"}, None),
        (EventCode.NOTICE_ADDRESSED, {"kind": "new"}, None),
    ],
)
def test_who_is_told_of_a_notice_alone_knows_by_it_how_the_bill_stands(
    code: EventCode, body: dict[str, Value], status: CustomsStatus | None
) -> None:
    addressed = event(EventCode.NOTICE_ADDRESSED, 3, {"kind": "detention"})
    told = standing([addressed, event(code, 5, body)]).customs
    assert (told and told.what) == status
    shown = standing([addressed, notice("N1", "not-selected", 2), event(code, 5, body)]).customs
    assert shown is not None
    assert shown.what is CustomsStatus.NOT_SELECTED  # the bill's own status counts before it


@given(st.lists(ANY_EVENT, max_size=12), st.none() | st.integers(1, 9))
def test_what_is_cancelled_says_by_which_version(events: list[Event], version: int | None) -> None:
    body: dict[str, Value] = {} if version is None else {"version": version}
    last = standing([*events, event(EventCode.MANIFEST_CANCELLED, 10, body)])
    assert last.declaration is Declaration.CANCELLED
    assert last.cancelled is not None
    assert last.cancelled.what == version
