"""The lists of a gate without a network: what they let it do, at every limit, and one past it."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from waglan.codes.party import PartyId
from waglan.elock.gate_lists import (
    HOLDS_FORM,
    STATES_FORM,
    HeldTruck,
    HeldTrucks,
    TruckState,
    TruckStates,
    by_state,
    check_list,
    found_in,
    gate_figures,
    held_names,
    is_fresh,
    sign_list,
)
from waglan.elock.gate_pass import Answer
from waglan.elock.trip import State
from waglan.elock.trip_state import FORM, TripState, fallen_back, read_state, sign_state
from waglan.logbook.key_set import KeySet, PublishedKey
from waglan.logbook.signing import PrivateKey, Purpose

AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WHO = PartyId("sample-customs")


def private(seed: int, purpose: Purpose) -> PrivateKey:
    return PrivateKey(purpose, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


HOLDING, STATING = private(3, Purpose.HOLD_LIST), private(4, Purpose.TRIP_STATE)
KEYS = KeySet(
    tuple(
        PublishedKey(
            key.public.kid, key.public.purpose, b64encode(key.public.public).decode(),
            AT - timedelta(days=1), None, None,
        )
        for key in (HOLDING, STATING)
    )
)  # fmt: skip
ROW = TruckState("t1", "PLATE1", "L1", "S1", State.SEALED, "GREEN", (), AT)
STATES = TruckStates(STATES_FORM, WHO, AT, AT + 15 * MINUTE, 15, (ROW,))
HOLDS = HeldTrucks(
    HOLDS_FORM, WHO, AT, AT + 15 * MINUTE, 720, (HeldTruck("t2", "P2", "L2", "red"),)
)


@pytest.mark.parametrize(
    ("change", "minutes", "answer"),
    [
        ({}, 0, "pass"),
        ({}, 15, "pass"),
        ({}, 15.1, "inspect"),
        ({"state": State.RETURNING}, 1, "pass"),
        ({"state": State.ARMED}, 1, "inspect"),
        ({"outcome": "AMBER"}, 1, "inspect"),
        ({"outcome": "UNPROVEN"}, 1, "inspect"),
        ({"outcome": "RED"}, 900, "stop"),
        ({"state": State.ALARMED}, 1, "stop"),
        ({"outcome": None, "as_of": None}, 0, "inspect"),
    ],
)
def test_a_young_green_under_seal_alone_passes(
    change: dict[str, object], minutes: float, answer: str
) -> None:
    row = replace(ROW, **change)
    assert by_state(STATES, row, at=AT + minutes * MINUTE).value == answer


def test_a_truck_that_is_not_listed_or_is_two_is_looked_at() -> None:
    assert found_in(STATES, "PLATE1", "L1") == ROW
    assert found_in(STATES, None, "L1") == ROW
    assert found_in(STATES, "PLATE1", "L2") is None
    twice = replace(STATES, rows=(ROW, replace(ROW, trip="t3")))
    assert found_in(twice, "PLATE1", None) is None
    assert by_state(STATES, None, at=AT) is Answer.INSPECT


def test_holds_are_fresh_as_long_as_they_say() -> None:
    assert is_fresh(HOLDS, at=AT + 720 * MINUTE)
    assert not is_fresh(HOLDS, at=AT + 720 * MINUTE + timedelta(seconds=1))
    assert held_names(HOLDS) == {"P2", "L2"}
    assert gate_figures().source


@pytest.mark.parametrize("name", ["holds", "states"])
def test_any_changed_byte_of_a_list_is_found(name: str) -> None:
    data = sign_list(HOLDS, HOLDING) if name == "holds" else sign_list(STATES, STATING)
    kind = HeldTrucks if name == "holds" else TruckStates

    def codes(data: bytes, at: datetime = AT) -> list[str]:
        done = (
            check_list(data, HeldTrucks, KEYS, at=at)
            if kind is HeldTrucks
            else check_list(data, TruckStates, KEYS, at=at)
        )
        return [finding.code for finding in done.findings]

    assert codes(data) == []
    for at in range(len(data) - 1):
        flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert set(codes(flipped)) & {
            "GATE-LIST-SHAPE", "VERIFY-SIGNATURE", "VERIFY-KEY-UNKNOWN"
        }, at  # fmt: skip
    assert codes(data, AT - timedelta(seconds=1)) == ["VERIFY-AHEAD"]
    assert codes(data, AT + 15 * MINUTE) == []
    assert codes(data, AT + 15 * MINUTE + timedelta(seconds=1)) == ["GATE-LIST-OVERDUE"]


def test_no_list_is_signed_by_another_purposes_key() -> None:
    with pytest.raises(ValueError, match="does not sign"):
        sign_list(HOLDS, STATING)
    done = check_list(sign_list(STATES, STATING), HeldTrucks, KEYS, at=AT)
    assert [finding.code for finding in done.findings] == ["GATE-LIST-SHAPE"]


VERDICT = {"outcome": "GREEN", "worst": "GREEN", "reasons": [], "seals": [{"number": "S1"}]}
LAST = TripState(FORM, WHO, "t1", State.SEALED, VERDICT, "00", AT)


def test_a_state_is_read_as_it_was_signed_and_lets_nobody_pass() -> None:
    said, signature = sign_state(LAST, STATING)
    assert read_state(said) == LAST
    assert signature.startswith(STATING.public.kid)
    assert read_state(said + b" ") is None
    assert read_state(said.replace(b"GREEN", b"BLACK")) is None
    assert LAST.seal == "S1"
    for outcome in ("GREEN", "AMBER", "UNPROVEN"):
        last = replace(LAST, verdict={**VERDICT, "outcome": outcome})
        assert fallen_back(last, State.SEALED, is_held=False) is Answer.INSPECT
    red = replace(LAST, verdict={**VERDICT, "outcome": "RED"})
    assert fallen_back(red, State.SEALED, is_held=False) is Answer.STOP
    assert fallen_back(LAST, State.SEALED, is_held=True) is Answer.STOP
    assert fallen_back(LAST, State.ALARMED, is_held=False) is Answer.STOP
    assert fallen_back(None, State.SEALED, is_held=False) is Answer.INSPECT
