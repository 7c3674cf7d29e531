"""The protocols that devices speak over a connection, and what reads each.

The locks that both authorities accredit for the scheme speak a protocol that is not public. Its
place is kept: a stream like these, its own table of bits, and the tests that ask all of them.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from waglan.elock.device import Heard, Telegram
from waglan.messages.devices import nmea
from waglan.messages.devices.jointech import stream as jointech
from waglan.messages.devices.jtt808 import stream as jtt808


class Reading(Protocol):
    """What reads one connection; it does no input and output of its own."""

    @property
    def rest(self) -> bytes:
        """What came and is not whole yet; never more than a few kilobytes."""

    def feed(self, data: bytes, at_s: int) -> list[Heard]:
        """Return what is whole now, in order, each byte of it once; raise nothing."""


# Kept beside each frame: it is raised when the same bytes are read otherwise than before.
READING_VERSION: Final = 1
STREAMS: Final[Mapping[str, Callable[[], Reading]]] = {
    "jtt808": jtt808.Stream,
    "jointech": jointech.Stream,
    "nmea": nmea.Stream,
}
PAYLOADS: Final[Mapping[str, Callable[[Telegram], bytes]]] = {
    "jtt808": jtt808.payload,
    "jointech": jointech.payload,
    "nmea": nmea.payload,
}
