"""Hashing passwords: few at a time, beside the event loop, alike for everybody."""

import asyncio
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from waglan.gateway import passwords as hashing
from waglan.gateway.passwords import Passwords, TooManyAtOnce
from waglan.parties.sign_in import HashCost, policy

SMALL = HashCost(memory_kib=1024, passes=1, at_once=2, waiting_max=8)


async def test_a_password_fits_its_own_hash_and_nobodys_fits_none() -> None:
    passwords = Passwords(SMALL)
    kept = await passwords.hashed("three boats off the pier")
    assert kept.startswith("$argon2id$v=19$m=1024,t=1,p=1$")
    assert kept != await passwords.hashed("three boats off the pier")
    assert await passwords.fits("three boats off the pier", kept)
    assert not await passwords.fits("three boats off the pier ", kept)
    assert not await passwords.fits("three boats off the pier", None)


async def test_two_hashes_at_once_do_not_wait_for_each_other() -> None:
    passwords = Passwords(SMALL)
    async with asyncio.timeout(60):
        assert len(set(await asyncio.gather(*(passwords.hashed("x") for _ in range(8))))) == 8


async def test_more_than_may_wait_are_told_to_come_again_and_the_rest_is_done() -> None:
    passwords = Passwords(SMALL)
    done = await asyncio.gather(*(passwords.hashed("x") for _ in range(9)), return_exceptions=True)
    assert [type(one) for one in done] == [str] * 8 + [TooManyAtOnce]
    assert await passwords.hashed("x")


async def test_the_event_loop_goes_on_meanwhile() -> None:
    passwords = Passwords(HashCost(memory_kib=47104, passes=2, at_once=2, waiting_max=8))
    hashing = asyncio.create_task(passwords.hashed("x"))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10


async def test_a_wrong_password_and_an_unknown_name_cost_the_same_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counted, not timed: one comparison each, of the same version, memory, passes and lanes."""
    cost = policy().argon2id
    secrets = Passwords(cost)
    kept = await secrets.hashed("three boats off the pier")
    done: list[list[str]] = []
    real = Argon2id.verify_phc_encoded

    def counted(secret: bytes, known: str) -> None:
        _, *named, salt, digest = known.split("$")
        done.append([*named, str(len(salt)), str(len(digest))])
        real(secret, known)

    instead = SimpleNamespace(verify_phc_encoded=counted)
    monkeypatch.setattr(hashing, "Argon2id", instead)
    assert not await secrets.fits("nine kites above a tram", kept)
    assert not await secrets.fits("nine kites above a tram", None)
    assert len(done) == 2
    assert done[0] == done[1]
    assert done[0][2] == f"m={cost.memory_kib},t={cost.passes},p=1"
