"""Passwords hashed and compared by argon2id: in threads, few at a time, never in the event loop."""

import asyncio
import base64
import os
from collections.abc import Callable
from typing import TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from waglan.parties.password import prepared
from waglan.parties.sign_in import HashCost

SALT_BYTES = 16
HASH_BYTES = 32
# Lanes share one pool of threads in OpenSSL: two hashes at once would wait for each other for ever.
LANES = 1
T = TypeVar("T")


class TooManyAtOnce(Exception):
    """So many passwords wait to be hashed that one more must come again."""


class Passwords:
    """Hashes at one cost; whoever has no password costs as much as whoever has one."""

    def __init__(self, cost: HashCost) -> None:
        """Hash at this cost from now on; what was hashed at another still compares."""
        self._cost = cost
        self._turns = asyncio.Semaphore(cost.at_once)
        self._waiting = 0
        salt, digest = (
            base64.b64encode(os.urandom(n)).decode().rstrip("=") for n in (SALT_BYTES, HASH_BYTES)
        )
        memory = f"m={cost.memory_kib},t={cost.passes},p={LANES}"
        self._nobodys = f"$argon2id$v=19${memory}${salt}${digest}"

    async def hashed(self, password: str) -> str:
        """Return the hash with its salt and cost, in the PHC's form."""
        return await self._in_turn(lambda: self._kdf().derive_phc_encoded(prepared(password)))

    async def fits(self, password: str, kept: str | None) -> bool:
        """Whether the password is the one hashed; without one it is not, after the same work."""
        known = self._nobodys if kept is None else kept
        return await self._in_turn(lambda: _fits(password, known)) and kept is not None

    def _kdf(self) -> Argon2id:
        return Argon2id(
            salt=os.urandom(SALT_BYTES),
            length=HASH_BYTES,
            iterations=self._cost.passes,
            lanes=LANES,
            memory_cost=self._cost.memory_kib,
        )

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._cost.waiting_max:
            raise TooManyAtOnce
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1


def _fits(password: str, known: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(prepared(password), known)
    except InvalidKey:
        return False
    return True
