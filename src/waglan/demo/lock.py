"""A made-up lock as it speaks: JT/T 808 of 2013 or 2019, or Jointech's binary frames.

It counts what it sends, and writes what a real one would; what comes of it, the platform says.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final

import msgspec

from waglan.elock.device import Authentication, Item, Ping, Registration
from waglan.elock.device import Fix as FixKind
from waglan.elock.track import Fix
from waglan.messages.devices.jointech import binary
from waglan.messages.devices.jointech.binary import Binary, write_long
from waglan.messages.devices.jtt808 import writing
from waglan.messages.devices.jtt808.frame import Header

IN_ONE: Final = 12  # positions of one message out of the store
_PROTOCOL, _KIND = 0x19, 0x11  # of a JT701 that tells one position
_EDITION: Final = 1  # of the protocol's version of 2019


class Dialect(Enum):
    """What a lock speaks."""

    JTT808_2013 = "jtt808-2013"
    JTT808_2019 = "jtt808-2019"
    JOINTECH = "jointech"

    @property
    def protocol(self) -> str:
        """By what the platform knows it."""
        return "jointech" if self is Dialect.JOINTECH else "jtt808"

    @property
    def model(self) -> str:
        """Of a lock that speaks so."""
        return "JT701" if self is Dialect.JOINTECH else "G-360P"

    @property
    def serials(self) -> int:
        """How far it counts."""
        return 256 if self is Dialect.JOINTECH else 65_536


class Sign(Enum):
    """What a lock tells of itself beside where it is."""

    CLOSED = "closed"
    CUT = "cut"
    OPENED = "opened"
    LOW_BATTERY = "low battery"


# A G-360P tells no opening but that it was taken off, and nothing of its battery.
_OF_JTT808: Final = {Sign.CLOSED: 0, Sign.CUT: 0b10, Sign.OPENED: 0b1, Sign.LOW_BATTERY: 0}
_ASKS, _CLOSED_BITS = 1 << 5, 1 << 6 | 1 << 7 | 1 << 13  # rope in, motor locked, cover closed
_OF_JOINTECH: Final = {
    Sign.CLOSED: _CLOSED_BITS,
    Sign.CUT: _CLOSED_BITS | 1 << 3,
    Sign.OPENED: (_CLOSED_BITS | 1 << 8) & ~(1 << 7),
    Sign.LOW_BATTERY: _CLOSED_BITS | 1 << 11,
}


class Lock:
    """One lock, with its own count."""

    def __init__(self, terminal: str, dialect: Dialect, code: str = "") -> None:
        """Begin before its first frame; the code is what it was given when it registered."""
        self.terminal, self.dialect, self.code = terminal, dialect, code
        self.serial = -1

    def restarts(self) -> None:
        """Count from the beginning, as behind a reboot."""
        self.serial = -1

    def registration(self) -> bytes:
        """Return its first word on a line; Jointech has none."""
        edition = 2019 if self.dialect is Dialect.JTT808_2019 else 2013
        asked = Registration(
            "SAMPL", self.dialect.model, "0000001", "SYNTHETIC", 1, 44, 300, edition
        )
        return writing.registration(self._header(), asked)

    def shows(self) -> bytes:
        """Return its code."""
        return writing.authentication(self._header(), Authentication(self.code))

    def heartbeat(self) -> bytes:
        """Return that it is there; Jointech's binary frames have nothing of the kind."""
        return writing.heartbeat(self._header())

    def tells(self, ping: Ping) -> bytes:
        """Return one position."""
        if self.dialect is Dialect.JOINTECH:
            return write_long(Binary(self.terminal, _PROTOCOL, _KIND, self._count(), (ping,)))
        return writing.location(self._header(), ping)

    def backfills(self, pings: Sequence[Ping]) -> list[bytes]:
        """Return positions out of its store, some in each message where its protocol has that."""
        if self.dialect is Dialect.JOINTECH:
            return [self.tells(one) for one in pings]
        return [
            writing.batch(self._header(), pings[at : at + IN_ONE], is_backfill=True)
            for at in range(0, len(pings), IN_ONE)
        ]

    def ping(self, fix: Fix, sign: Sign = Sign.CLOSED) -> Ping:
        """Return a fix as this lock can tell it, with what it tells of itself."""
        lat, lon = (round(e7, -1) for e7 in (fix.lat_e7, fix.lon_e7))
        ping = Ping(
            fix.at_s, lat, lon, FixKind.GNSS, 10, None, round(max(0, fix.speed_m_h), -2), 0,
            alarm_bits=_OF_JTT808[sign], status_bits=None,
        )  # fmt: skip
        if self.dialect is not Dialect.JOINTECH:
            return ping
        bits = _OF_JOINTECH[sign] | _ASKS
        items = ((binary.SPEED, 1), (binary.VEHICLE, 4), (binary.CELL, 4), (binary.REST, 0))
        told = tuple(Item(number, bytes(size)) for number, size in items)
        return msgspec.structs.replace(
            ping, alarm_bits=None, status_bits=bits, battery_percent=80, satellites=9, items=told
        )

    def _header(self) -> Header:
        version = _EDITION if self.dialect is Dialect.JTT808_2019 else None
        return Header(0, self.terminal, self._count(), version)

    def _count(self) -> int:
        self.serial = (self.serial + 1) % self.dialect.serials
        return self.serial
