"""What the log commits to for one event."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from types import MappingProxyType

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.canonical import INTEGER_LIMIT, NotCanonical, Stated, Value, canonical
from waglan.logbook.event import Event
from waglan.logbook.leaf import SALT_BYTES, commit, event_bytes, events_bytes, leaf_hash, leaf_of

HONG_KONG = timezone(timedelta(hours=8))
SALT = bytes(range(SALT_BYTES))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(1 - INTEGER_LIMIT, INTEGER_LIMIT - 1) | TEXTS
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner))
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001
EVENTS = st.builds(
    Event,
    st.sampled_from(EventCode),
    st.builds(Key, st.sampled_from(KeyKind), TEXTS),
    TEXTS.map(PartyId),
    TIMES,
    TIMES,
    st.dictionaries(KEYS, VALUES, max_size=4),
)
BOX_DECLARED = Event(
    EventCode.BILL_DECLARED,
    Key(KeyKind.BILL, "HLCU123"),
    PartyId("hk-line"),
    datetime(2026, 8, 1, 9, 30, tzinfo=HONG_KONG),
    datetime(2026, 8, 1, 1, 45, 0, 7, tzinfo=UTC),
    {"gross_mass_g": 1200, "description": "全棉T恤"},
)


def test_an_event_has_these_very_bytes_for_ever() -> None:
    assert event_bytes(BOX_DECLARED).decode() == (
        '{"about":{"kind":"bill","text":"HLCU123"},'
        '"body":{"description":"全棉T恤","gross_mass_g":1200},'
        '"code":"bill.declared","form":"waglan/event/v1",'
        '"happened_at":"2026-08-01T09:30:00.000000+08:00",'
        '"recorded_at":"2026-08-01T01:45:00.000007+00:00","said_by":"hk-line"}'
    )


@settings(deadline=None)
@given(EVENTS)
def test_the_fast_bytes_are_the_canonical_ones(event: Event) -> None:
    assert event_bytes(event) == canonical(as_value(event))


def as_value(event: Event) -> Value:
    return {
        "form": "waglan/event/v1",
        "code": event.code.value,
        "about": {"kind": event.about.kind.value, "text": event.about.text},
        "said_by": event.said_by,
        "happened_at": event.happened_at.isoformat(timespec="microseconds"),
        "recorded_at": event.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "body": dict(event.body),
    }


def saying(
    body: Mapping[str, Value] | None = None,
    happened_at: datetime = BOX_DECLARED.happened_at,
    recorded_at: datetime = BOX_DECLARED.recorded_at,
) -> Event:
    return Event(
        BOX_DECLARED.code,
        BOX_DECLARED.about,
        BOX_DECLARED.said_by,
        happened_at,
        recorded_at,
        BOX_DECLARED.body if body is None else body,
    )


def nested(depth: int) -> Value:
    return [nested(depth - 1)] if depth else 1


# A value of a body stands two deep, in the body and in the event.
@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES | st.sampled_from([1.5, 2**53, -(2**53), b"x", (1,)])))
def test_a_body_is_refused_exactly_when_it_has_no_canonical_form(body: dict[str, Value]) -> None:
    try:
        expected = canonical(as_value(saying(body)))
    except NotCanonical:
        with pytest.raises(NotCanonical):
            event_bytes(saying(body))
    else:
        assert event_bytes(saying(body)) == expected


@pytest.mark.parametrize("depth", [29, 30, 31, 32])
def test_a_body_nests_no_deeper_than_its_canonical_form(depth: int) -> None:
    event = saying({"a": nested(depth)})
    if depth <= 30:
        assert event_bytes(event) == canonical(as_value(event))
        return
    with pytest.raises(NotCanonical, match="nested deeper"):
        canonical(as_value(event))
    with pytest.raises(NotCanonical, match="nested deeper"):
        event_bytes(event)


@pytest.mark.parametrize(
    "event",
    [
        saying({"櫃": 1}),
        saying({"a": "\ud800"}),
        saying(happened_at=datetime(2026, 8, 1)),  # noqa: DTZ001
        saying(recorded_at=datetime(2026, 8, 1)),  # noqa: DTZ001
        saying(happened_at=datetime(2026, 8, 1, tzinfo=timezone(timedelta(seconds=27402)))),
        saying(recorded_at=datetime.min.replace(tzinfo=HONG_KONG)),
    ],
    ids=["key", "surrogate", "no zone", "no zone of ours", "seconds in a zone", "before year 1"],
)
def test_an_event_that_has_no_one_form_is_refused(event: Event) -> None:
    with pytest.raises(NotCanonical):
        event_bytes(event)


def test_any_mapping_serves_as_a_body() -> None:
    assert event_bytes(saying(MappingProxyType(dict(BOX_DECLARED.body)))) == event_bytes(
        BOX_DECLARED
    )


def test_the_zone_as_sent_is_part_of_what_was_said() -> None:
    elsewhere = saying(happened_at=BOX_DECLARED.happened_at.astimezone(UTC))
    assert event_bytes(elsewhere) != event_bytes(BOX_DECLARED)
    ours = saying(recorded_at=BOX_DECLARED.recorded_at.astimezone(HONG_KONG))
    assert event_bytes(ours) == event_bytes(BOX_DECLARED)


@settings(deadline=None)
@given(st.binary(min_size=16, max_size=16), st.binary())
def test_the_database_can_compute_the_leaf_from_salt_and_bytes(salt: bytes, event: bytes) -> None:
    assert leaf_of(salt, event) == sha256(b"\x00" + sha256(salt + event).digest()).digest()


@settings(deadline=None)
@given(VALUES, VALUES)
def test_a_commitment_binds_its_value_and_its_salt(value: Value, other: Value) -> None:
    mine = commit(SALT, value)
    assert mine == sha256(b"waglan/commit/v1\x00" + SALT + canonical(value)).digest()
    assert (mine == commit(SALT, other)) == (canonical(value) == canonical(other))
    assert mine != commit(SALT[::-1], value)


@pytest.mark.parametrize("size", [0, SALT_BYTES - 1, SALT_BYTES + 1])
def test_a_salt_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        commit(bytes(size), "Chan Tai Man")
    with pytest.raises(ValueError, match="16 bytes"):
        leaf_of(bytes(size), b"{}")


def test_the_hash_of_an_entry_is_that_of_rfc_6962() -> None:
    empty = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"").hex() == empty


@settings(deadline=None)
@given(st.lists(EVENTS, max_size=4), st.lists(st.tuples(st.integers(0, 3), TEXTS), max_size=8))
def test_many_events_are_written_together_as_each_is_alone(
    kinds: list[Event], told: list[tuple[int, str]]
) -> None:
    alike = [
        msgspec.structs.replace(kinds[n % len(kinds)], about=Key(KeyKind.BILL, text))
        for n, text in told
        if kinds
    ]
    together = [*kinds, *alike]
    assert events_bytes(together) == [event_bytes(event) for event in together]


def test_no_event_lends_its_words_to_another_that_differs_in_one() -> None:
    body: dict[str, Value] = {"status": "inspect"}
    one = msgspec.structs.replace(BOX_DECLARED, body=body)
    elsewhere = one.happened_at.astimezone(UTC)  # the same moment, in other words
    others = [
        msgspec.structs.replace(one, happened_at=elsewhere),
        msgspec.structs.replace(one, code=EventCode.CUSTOMS_STATUS),
        msgspec.structs.replace(one, said_by=PartyId("hk-customs")),
        msgspec.structs.replace(one, body={"status": "detained"}),
    ]
    assert events_bytes([one, *others]) == [event_bytes(event) for event in [one, *others]]


class InOrder(msgspec.Struct):
    boxes: int | None
    seals: tuple[str, ...]


class OutOfOrder(msgspec.Struct):
    seals: list[str]
    boxes: int


class Seal(msgspec.Struct):
    kind: str | None
    number: str


class SealTurned(msgspec.Struct):
    number: str
    kind: str | None


class Around(msgspec.Struct):
    inside: list[Seal]
    name: str


class AroundTurned(msgspec.Struct):
    inside: list[SealTurned] | None
    name: str


SEALS = st.builds(Seal, st.none() | TEXTS, TEXTS)
TURNED = st.builds(SealTurned, TEXTS, st.none() | TEXTS)


@settings(deadline=None)
@given(
    st.lists(st.builds(Around, st.lists(SEALS), TEXTS))
    | st.lists(st.builds(AroundTurned, st.none() | st.lists(TURNED), TEXTS))
)
def test_a_struct_says_what_the_equal_object_says_with_others_inside(
    structs: list[msgspec.Struct],
) -> None:
    stated = [saying(Stated(one)) for one in structs]
    assert events_bytes(stated) == events_bytes([saying(dict(Stated(one))) for one in structs])


@settings(deadline=None)
@given(
    st.lists(
        st.builds(InOrder, st.none() | st.integers(0, 9), st.lists(TEXTS).map(tuple))
        | st.builds(OutOfOrder, st.lists(TEXTS), st.integers(0, 9))
    )
)
def test_a_struct_says_what_the_equal_object_says_whatever_order_its_fields_have(
    structs: list[msgspec.Struct],
) -> None:
    stated = [saying(Stated(one)) for one in structs]
    plain = [saying(dict(Stated(one))) for one in structs]
    assert events_bytes(stated) == events_bytes(plain)
    assert events_bytes([*plain, *stated]) == events_bytes([*plain, *plain])


def test_a_struct_holds_no_number_that_a_double_would_lose() -> None:
    with pytest.raises(NotCanonical):
        event_bytes(saying(Stated(InOrder(2**53, ()))))
