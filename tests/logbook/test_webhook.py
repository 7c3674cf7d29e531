"""Signatures, names, waits and wishes of webhooks."""

import base64
from itertools import pairwise
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.event import EventCode
from waglan.logbook.webhook import (
    FAILING_DAYS_MAX,
    RESTS_SECONDS,
    TRIES_MAX,
    WAITS_SECONDS,
    Scheme,
    is_known,
    message_id,
    new_secret,
    rest_seconds,
    shown,
    signature,
    wait_seconds,
    wants,
)

A, B = UUID(int=1), UUID(int=2)


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example that senders of Standard Webhooks publish with the verifying libraries."""
    made = signature(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(seed=st.binary(min_size=32, max_size=32), body=st.binary(max_size=200))
def test_a_key_pairs_signature_verifies_with_what_is_shown(seed: bytes, body: bytes) -> None:
    secret = new_secret(Scheme.ED25519, seed)
    public = shown(secret)
    assert secret.startswith("whsk_")
    assert public.startswith("whpk_")
    version, _, made = signature([secret], "msg_1", 7, body).partition(",")
    assert version == "v1a"
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))
    key.verify(base64.b64decode(made), b"msg_1.7." + body)


def test_under_two_secrets_a_body_has_two_signatures_newest_first() -> None:
    secrets = [new_secret(Scheme.HMAC, bytes([n]) * 32) for n in (1, 2)]
    assert shown(secrets[0]) == secrets[0]
    both = signature(secrets, "msg_1", 7, b"{}")
    assert both.split() == [signature([one], "msg_1", 7, b"{}") for one in secrets]


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_secret_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        new_secret(Scheme.HMAC, b"x" * length)


def test_an_event_has_one_name_at_an_endpoint_and_another_at_another() -> None:
    one = message_id(A, b"salt", b"event")
    assert one == message_id(A, b"salt", b"event")
    assert one.startswith("msg_")
    assert "." not in one
    others = {message_id(B, b"salt", b"event"), message_id(A, b"tlas", b"event"),
              message_id(A, b"salt", b"other")}  # fmt: skip
    assert len(others - {one}) == 3


def test_ten_tries_last_for_three_days_and_the_eleventh_is_not_made() -> None:
    waits = [wait_seconds(tries, 0.0) for tries in range(1, TRIES_MAX)]
    assert waits == [float(one) for one in WAITS_SECONDS]
    assert all(before < after for before, after in pairwise(WAITS_SECONDS))
    assert FAILING_DAYS_MAX * 86_400 <= sum(WAITS_SECONDS) <= 4 * 86_400
    assert wait_seconds(TRIES_MAX, 0.0) is None


@given(chance=st.floats(min_value=0, max_value=1), tries=st.integers(1, TRIES_MAX - 1))
def test_chance_makes_a_wait_longer_by_a_fifth_at_most(chance: float, tries: int) -> None:
    wait = wait_seconds(tries, chance)
    assert wait is not None
    assert WAITS_SECONDS[tries - 1] <= wait <= WAITS_SECONDS[tries - 1] * 1.2 + 1e-6


def test_a_receivers_own_wait_counts_where_it_is_longer_and_a_day_at_most() -> None:
    assert wait_seconds(1, 0.0, 60) == 60
    assert wait_seconds(3, 0.0, 60) == WAITS_SECONDS[2]
    assert wait_seconds(1, 0.0, 10**9) == 86_400
    assert wait_seconds(1, 0.0, -5) == 5
    assert rest_seconds(1, 0.0, 3_000) == 3_000


def test_an_endpoint_rests_the_longer_the_more_failed_and_an_hour_at_most() -> None:
    assert [rest_seconds(n, 0.0) for n in range(1, 8)] == [float(one) for one in RESTS_SECONDS]
    assert rest_seconds(1_000, 0.0) == RESTS_SECONDS[-1] == 3_600


def test_a_wish_is_a_code_or_the_beginning_of_codes_up_to_a_dot_or_all() -> None:
    assert wants(["customs.notice-served"], "customs.notice-served")
    assert wants(["party.", "customs."], "customs.notice-served")
    assert wants(["*"], "customs.notice-served")
    assert not wants(["customs"], "customs.notice-served")
    assert not wants(["customs.notice"], "customs.notice-served")
    assert not wants([], "customs.notice-served")
    assert all(is_known(code.value) for code in EventCode)
    assert is_known("customs.")
    assert is_known("*")
    for wrong in ("custom.", "customs", ".", "**", "customs.*", "no.such-event"):
        assert not is_known(wrong), wrong
