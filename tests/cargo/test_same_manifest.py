"""Which of the manifests of one document an event speaks of."""

from collections.abc import Mapping
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from waglan.cargo.same_manifest import ToldIdentity, identities
from waglan.cargo.standing import Declaration, standing
from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event

LINE, OTHER, CUSTOMS = PartyId("line"), PartyId("other"), PartyId("customs")
FIRST, SECOND = "9811000/001E", "9811000/002E"
AT = datetime(2026, 9, 1, tzinfo=UTC)


def told(
    code: EventCode,
    body: Mapping[str, Value],
    by: PartyId = LINE,
    also: tuple[Key, ...] = (),
) -> Event:
    return Event(code, Key(KeyKind.MANIFEST, "DOC1"), by, AT, AT, body, also)


def of(call: str | None, **said: Value) -> dict[str, Value]:
    return {"call": call, "filed_with": CUSTOMS, **said}


def part(number: int, call: str | None, begun: int = 1, of_all: int | None = None) -> Event:
    body = of(call, part=number, of=of_all, assembly="REF", round=begun)
    return told(EventCode.PART_RECEIVED, body)


def identity(call: str | None, by: PartyId = LINE) -> tuple[ToldIdentity, ...]:
    return (ToldIdentity(by, call, CUSTOMS),)


DECLARED = told(EventCode.MANIFEST_DECLARED, of(FIRST, manifest="M1", version=1))
CANCELLED = told(EventCode.MANIFEST_CANCELLED, of(SECOND, manifest="M2", version=2))
ANY = st.builds(
    told,
    st.sampled_from(
        [
            EventCode.MANIFEST_DECLARED,
            EventCode.MANIFEST_CANCELLED,
            EventCode.MANIFEST_REFUSED,
            EventCode.MANIFEST_ANSWERED,
            EventCode.PART_RECEIVED,
            EventCode.DOCUMENT_RECEIVED,
        ]
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "call": st.sampled_from([FIRST, SECOND, None, 1]),
            "filed_with": st.sampled_from(["customs", "other-customs", None, 1]),
            "manifest": st.sampled_from(["M1", "M2", None, ["M1"]]),
            "part": st.none() | st.integers(0, 3) | st.booleans(),
            "of": st.none() | st.integers(1, 3),
            "came": st.none() | st.integers(1, 3),
            "assembly": st.sampled_from(["A", "", None, 3]),
            "round": st.none() | st.integers(1, 2) | st.text(max_size=1),
        },
    ),
    st.sampled_from([LINE, OTHER, CUSTOMS]),
    st.sampled_from([(), (Key(KeyKind.CALL, FIRST),), (Key(KeyKind.MESSAGE, "2"),)]),
)


def test_manifests_of_two_filers_and_of_two_calls_are_each_its_own() -> None:
    theirs = told(EventCode.MANIFEST_DECLARED, of(FIRST, manifest="M3"), OTHER)
    assert identities([DECLARED, CANCELLED, theirs]) == [
        identity(FIRST), identity(SECOND), identity(FIRST, OTHER)
    ]  # fmt: skip


def test_of_two_authorities_each_has_its_own() -> None:
    body = {"call": FIRST, "filed_with": "other-customs", "manifest": "M3"}
    there = told(EventCode.MANIFEST_DECLARED, body)
    assert len({*identities([DECLARED, there])}) == 2


def test_customs_answers_the_manifest_that_it_names() -> None:
    answers = [
        told(EventCode.MANIFEST_ANSWERED, {"manifest": id}, CUSTOMS) for id in ("M1", "M2", "M9")
    ]
    found = identities([DECLARED, CANCELLED, *answers])[2:]
    assert found == [identity(FIRST), identity(SECOND), (ToldIdentity(authority=CUSTOMS),)]
    assert identities([DECLARED, answers[2]]) == [identity(FIRST), identity(FIRST)]


def test_parts_of_one_assembly_are_of_the_call_that_the_first_of_them_names() -> None:
    parts = [part(3, SECOND), part(2, FIRST), part(1, None), part(3, SECOND, begun=2)]
    assert identities(parts) == [identity(FIRST)] * 3 + [identity(SECOND)]
    alone = [part(1, SECOND, of_all=1), part(1, FIRST, of_all=1)]
    assert identities(alone) == [identity(SECOND), identity(FIRST)]


def test_parts_are_of_the_call_that_is_told_of_the_message_that_made_them_whole() -> None:
    message = (Key(KeyKind.MESSAGE, "2"),)
    body = of("SYNTHETIC STAR/001E", part=2, of=2, came=2, assembly="REF")
    last = told(EventCode.PART_RECEIVED, body, also=message)
    whole = replace(DECLARED, also=message)
    first = part(1, "SYNTHETIC STAR/001E")
    assert identities([first, last, whole]) == [identity(FIRST)] * 3
    assert identities([first, last, DECLARED])[0] == identity("SYNTHETIC STAR/001E")


def test_what_does_not_say_its_call_is_told_of_each_of_its_filers_manifests() -> None:
    old = told(EventCode.MANIFEST_REFUSED, {"findings": 1})
    whose = [identities([*stands, old])[-1] for stands in ([DECLARED, CANCELLED], [DECLARED], [])]
    assert whose == [identity(FIRST) + identity(SECOND), identity(FIRST), (ToldIdentity(LINE),)]
    other = told(EventCode.MANIFEST_REFUSED, {"findings": 1}, OTHER)
    assert identities([DECLARED, other])[-1] == (ToldIdentity(OTHER),)


def test_a_declaration_that_names_its_call_as_a_key_alone_is_of_that_call() -> None:
    body = {"filed_with": CUSTOMS, "manifest": "M1"}
    named = told(EventCode.MANIFEST_DECLARED, body, also=(Key(KeyKind.CALL, FIRST),))
    assert identities([named]) == [identity(FIRST)]


@given(st.lists(ANY, max_size=10).flatmap(lambda e: st.tuples(st.just(e), st.permutations(e))))
def test_the_order_of_the_post_changes_nothing(events: tuple[list[Event], list[Event]]) -> None:
    sent, shuffled = (
        {(repr(event), frozenset(which)) for event, which in zip(e, identities(e), strict=True)}
        for e in events
    )
    assert sent == shuffled


@given(st.lists(ANY, max_size=10))
def test_every_event_is_told_of_a_manifest_and_of_no_other_filers(events: list[Event]) -> None:
    for event, which in zip(events, identities(events), strict=True):
        assert which
        if event.code is not EventCode.MANIFEST_ANSWERED:
            assert {one.filer for one in which} == {event.said_by}


@given(st.lists(ANY, max_size=10))
def test_what_another_filer_tells_changes_nothing_of_how_ones_own_stands(
    events: list[Event],
) -> None:
    others = [e for e in events if e.said_by == OTHER and e.code is not EventCode.MANIFEST_ANSWERED]
    own = [DECLARED, *others]
    mine = [
        event
        for event, which in zip(own, identities(own), strict=True)
        if identity(FIRST)[0] in which
    ]
    assert mine == [DECLARED]
    assert standing(mine).declaration is Declaration.DECLARED
