"""Time-ordered identifiers (RFC 9562, version 7), for everything that the outside names."""

from datetime import datetime
from uuid import UUID

RANDOM_BYTES = 10


def uuid7(at: datetime, random: bytes) -> UUID:
    """Return an identifier that sorts by the millisecond of `at`; `random` makes it unguessable."""
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"{RANDOM_BYTES} random bytes are needed, not {len(random)}")
    millisecond = int(at.timestamp() * 1000)
    bits = millisecond << 80 | int.from_bytes(random, "big")
    bits = bits & ~(0xF << 76) | 7 << 76
    bits = bits & ~(0x3 << 62) | 2 << 62
    return UUID(int=bits)
