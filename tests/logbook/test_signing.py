"""What was signed for one purpose is worth nothing for another."""

from itertools import permutations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from waglan.logbook.signing import PrivateKey, PublicKey, Purpose

SECRET = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))


@settings(deadline=None)
@given(st.sampled_from(Purpose), st.binary(), st.binary())
def test_a_signature_holds_for_its_payload_alone(
    purpose: Purpose, payload: bytes, other: bytes
) -> None:
    key = PrivateKey(purpose, SECRET)
    assert key.public.verifies(key.sign(payload), payload)
    assert key.public.verifies(key.sign(payload), other) == (payload == other)


@pytest.mark.parametrize(("mine", "other"), list(permutations(Purpose, 2)))
def test_a_signature_for_one_purpose_is_none_for_another(mine: Purpose, other: Purpose) -> None:
    signed = PrivateKey(mine, SECRET).sign(b"TGHU1234567")
    assert not PrivateKey(other, SECRET).public.verifies(signed, b"TGHU1234567")
    assert PrivateKey(mine, SECRET).public.kid != PrivateKey(other, SECRET).public.kid


def test_every_purpose_is_named_as_the_house_names_them() -> None:
    assert {p.value.split("/")[0::2] == ["waglan", "v1"] for p in Purpose} == {True}


def test_a_plain_signature_of_the_same_key_is_none_for_any_purpose() -> None:
    plain = SECRET.sign(b"TGHU1234567")
    assert not any(PrivateKey(p, SECRET).public.verifies(plain, b"TGHU1234567") for p in Purpose)


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80))
def test_no_bytes_are_an_error(public: bytes, signature: bytes) -> None:
    assert not PublicKey(Purpose.PASS, public).verifies(signature, b"a message")


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_has_thirty_two_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        PublicKey(Purpose.PASS, bytes(size))


def test_a_private_key_is_never_shown() -> None:
    assert "private" not in repr(PrivateKey(Purpose.PASS, SECRET)).lower().replace("privatekey", "")
