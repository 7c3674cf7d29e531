"""The published keys: what signs, what has ended, and that an end is never taken back."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.key_set import End, KeySet, PublishedKey, read_key_set, renewed
from waglan.logbook.leaf import event_bytes
from waglan.logbook.signing import PrivateKey, PublicKey, Purpose

AT = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def key(n: int, purpose: Purpose = Purpose.CUSTOMS_STATUS) -> PublicKey:
    return PrivateKey(purpose, Ed25519PrivateKey.from_private_bytes(bytes([n] * 32))).public


def event(code: EventCode, keys: KeySet) -> bytes:
    operator = PartyId("operator")
    return event_bytes(Event(code, Key(KeyKind.PARTY, operator), operator, AT, AT, keys.body()))


ONE, TWO = key(1), key(2)
FIRST = renewed(None, [ONE, key(1, Purpose.HOLD_LIST)], (), now=AT)


def test_what_is_published_is_read_from_its_event_alone() -> None:
    assert read_key_set(event(EventCode.KEY_SET_PUBLISHED, FIRST)) == FIRST
    assert read_key_set(event(EventCode.KEY_PUBLISHED, FIRST)) is None
    assert read_key_set(b"{}") is None


def test_the_same_keys_are_no_new_set() -> None:
    assert renewed(FIRST, [ONE, key(1, Purpose.HOLD_LIST)], (), now=AT + HOUR) == FIRST


def test_a_key_that_signs_no_more_has_ended_when_that_is_published() -> None:
    second = renewed(FIRST, [TWO], (), now=AT + HOUR)
    ended = second.named(ONE.kid)
    assert ended is not None
    assert (ended.ended_at, ended.end) == (AT + HOUR, End.REPLACED)
    live = second.named(TWO.kid)
    assert live is not None
    assert (live.since, live.end) == (AT + HOUR, None)


def test_that_a_replaced_key_is_compromised_may_become_known_later() -> None:
    second = renewed(FIRST, [TWO], (), now=AT + HOUR)
    third = renewed(second, [TWO], [ONE.kid], now=AT + 2 * HOUR)
    ended = third.named(ONE.kid)
    assert ended is not None
    assert (ended.ended_at, ended.end) == (AT + HOUR, End.COMPROMISED)


@given(st.lists(st.tuples(st.sets(st.integers(1, 4)), st.sets(st.integers(1, 4))), max_size=6))
def test_an_end_is_never_taken_back_and_no_key_is_forgotten(
    steps: list[tuple[set[int], set[int]]],
) -> None:
    now, keys, ended = AT, FIRST, dict[str, PublishedKey]()
    for live, compromised in steps:
        now += HOUR
        keys = renewed(keys, map(key, live), [key(n).kid for n in compromised], now=now)
        for kid, before in ended.items():
            after = keys.named(kid)
            assert after is not None
            assert after.ended_at == before.ended_at
            assert after.end in (before.end, End.COMPROMISED)
        ended |= {one.kid: one for one in keys.keys if one.end}
        assert {key(n).kid for n in live} <= {one.kid for one in keys.keys}
        assert len({one.kid for one in keys.keys}) == len(keys.keys)


@pytest.mark.parametrize("change", ["kid", "public", "purpose"])
def test_a_key_under_anothers_name_spoils_the_set(change: str) -> None:
    one = FIRST.keys[0]
    given = {"kid": one.kid, "purpose": one.purpose, "public": one.public}
    other = {"kid": TWO.kid, "purpose": Purpose.PASS, "public": b64encode(TWO.public).decode()}
    wrong = PublishedKey(**{**given, change: other[change]}, since=AT, ended_at=None, end=None)  # type: ignore[arg-type]
    assert read_key_set(event(EventCode.KEY_SET_PUBLISHED, KeySet((wrong,)))) is None
