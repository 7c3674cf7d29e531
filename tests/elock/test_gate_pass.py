"""A pass at a checkpoint without a network: what it allows, and everything that it does not."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from waglan.codes.party import PartyId
from waglan.elock.gate_pass import (
    LASTS_MAX,
    PREFIX,
    TEXT_CHARACTERS_MAX,
    Answer,
    Gate,
    Pass,
    answer,
    check_pass,
    read_pass,
    sign_pass,
)
from waglan.elock.reason import Outcome
from waglan.elock.trip import State
from waglan.elock.verdict import Verdict
from waglan.logbook.key_set import KeySet, PublishedKey
from waglan.logbook.signing import PrivateKey, Purpose

AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def private(seed: int, purpose: Purpose = Purpose.PASS) -> PrivateKey:
    return PrivateKey(purpose, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


def published(key: PrivateKey) -> PublishedKey:
    public = key.public
    spelled = b64encode(public.public).decode()
    return PublishedKey(public.kid, public.purpose, spelled, AT - timedelta(days=30), None, None)


KEY, OTHER, HOLDS = private(3), private(4), private(5, Purpose.HOLD_LIST)
KEYS = KeySet((published(KEY),))
PASS = Pass(
    PartyId("sample-customs"), bytes(16), "trip-1", "L1", "SAMPLE 1", "SZB", "SEAL-1", AT,
    bytes(32), AT, AT + timedelta(hours=2),
)  # fmt: skip
GATE = Gate("SZB", "L1", "SAMPLE 1")
TEXT = sign_pass(PASS, KEY)
SECOND = timedelta(seconds=1)


def codes(
    gate: Gate = GATE, *, at: datetime = AT, text: str = TEXT, keys: KeySet = KEYS
) -> list[str]:
    checked = check_pass(text, keys, gate, at=at)
    found = [finding.code for finding in checked.findings]
    assert (checked.allowed is None) == bool(found)
    return found


def test_a_pass_is_allowed_once_at_its_checkpoint_for_its_lock_and_plate() -> None:
    assert codes() == []
    assert codes(replace(GATE, burnt={PASS.jti})) == ["PASS-BURNT"]
    assert codes(replace(GATE, site="HUANGGANG")) == ["PASS-ELSEWHERE"]
    assert codes(replace(GATE, lock="L2")) == ["PASS-OTHER-TRUCK"]
    assert codes(replace(GATE, plate="SAMPLE 2")) == ["PASS-OTHER-TRUCK"]
    for held in ("L1", "SAMPLE 1"):
        assert codes(replace(GATE, held={held})) == ["PASS-HELD"]


def test_it_holds_from_its_first_second_to_the_one_before_its_last() -> None:
    assert codes(at=PASS.not_before - SECOND) == ["PASS-EARLY"]
    assert codes(at=PASS.expires - SECOND) == []
    assert codes(at=PASS.expires) == ["PASS-EXPIRED"]
    assert codes(replace(GATE, newest_signed=AT + SECOND)) == ["PASS-CLOCK"]
    assert codes(replace(GATE, newest_signed=AT)) == []


def test_another_key_or_purpose_or_a_compromised_one_is_believed_nothing() -> None:
    assert codes(text=sign_pass(PASS, OTHER)) == ["VERIFY-KEY-UNKNOWN"]
    with pytest.raises(ValueError, match="does not sign passes"):
        sign_pass(PASS, HOLDS)
    assert codes(keys=KeySet((published(HOLDS),))) == ["VERIFY-KEY-UNKNOWN"]


@given(st.data())
def test_any_altered_character_fails(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TEXT) - 1))
    other = data.draw(
        st.characters(min_codepoint=33, max_codepoint=126).filter(lambda c: c != TEXT[at])
    )
    assert codes(text=TEXT[:at] + other + TEXT[at + 1 :]) != []


def test_what_lasts_too_long_is_not_signed_and_what_is_no_pass_is_told() -> None:
    long = replace(PASS, expires=AT + LASTS_MAX)
    assert read_pass(sign_pass(long, KEY)) != read_pass(TEXT)
    for wrong in (AT + LASTS_MAX + SECOND, AT, AT - SECOND):
        with pytest.raises(ValueError, match="at most"):
            sign_pass(replace(PASS, expires=wrong), KEY)
    for text in ("", PREFIX, TEXT[:-1], TEXT.lower(), PREFIX + "A" * TEXT_CHARACTERS_MAX):
        assert codes(text=text) == ["PASS-SHAPE"]
    assert len(TEXT) < 500


def verdict(outcome: Outcome) -> Verdict:
    return Verdict(outcome, (), outcome, None, None, (), (), 0, "1", 0)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("outcome", Outcome)
def test_a_truck_passes_only_green_and_under_seal_and_a_hold_beats_all(
    outcome: Outcome, state: State
) -> None:
    found = answer(verdict(outcome), state, is_held=False)
    passes = outcome is Outcome.GREEN and state in (State.SEALED, State.RETURNING)
    assert (found is Answer.PASS) == passes
    if outcome is Outcome.RED:
        assert found is Answer.STOP
    assert answer(verdict(outcome), state, is_held=True) is Answer.STOP
