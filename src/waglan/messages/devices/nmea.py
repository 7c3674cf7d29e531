"""NMEA 0183 from trackers: RMC sentences, bare, in GpsGate's lines, and in OpenGTS's requests.

`$...*XX`, XX being the XOR of what stands between. A fix that is marked void is kept as such. Who a
bare sentence is from only the line before it says, or the door. AIS is another matter.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce
from hashlib import sha256
from operator import xor
from typing import Final

from waglan.codes.finding import Finding
from waglan.elock.device import (
    Authentication,
    Fix,
    Heard,
    Item,
    Ping,
    Quarantined,
    Said,
    Span,
    Telegram,
    Unread,
)
from waglan.messages.devices import broken
from waglan.messages.devices.digits import clock_s, day_s

LINE_BYTES_MAX: Final = 1_024
_END: Final = b"\n"
_KNOT_M_H: Final = 1_852  # metres an hour
_MINUTES = re.compile(r"([0-9]{1,3})([0-9]{2}\.[0-9]{1,9})")
_CLOCK = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})(\.[0-9]{1,9})?")
_DAY = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})")
_NUMBER = re.compile(r"[0-9]{1,5}(\.[0-9]{1,9})?")
_CODED = re.compile(rb"%([0-9A-Fa-f]{2})")
_SENTENCE = re.compile(rb"\$([^$*\r\n]*)\*([0-9A-Fa-f]{2})")


class NoSentence(ValueError):
    """The words are not as their kind has them."""


class Stream:
    """The lines of one connection; one line at most is held of it."""

    __slots__ = ("_at", "_device", "_rest")

    def __init__(self) -> None:
        """Begin with nobody having said who he is."""
        self._rest = b""
        self._at = 0
        self._device = ""

    @property
    def rest(self) -> bytes:
        """What came and has no end yet."""
        return self._rest

    def feed(self, data: bytes, at_s: int) -> list[Heard]:
        """Return the lines that are whole now; when they came matters to other protocols alone."""
        heard = list[Heard]()
        *lines, rest = (self._rest + data).split(_END)
        blank = b""
        for line in lines:
            raw = self._cut(blank + line + _END, LINE_BYTES_MAX + 1, heard)
            blank = b"" if raw.strip() else raw  # a blank line belongs to the next one
            if not blank:
                heard.append(self._line(raw))
        self._rest = self._cut(blank + rest, LINE_BYTES_MAX, heard)
        return heard

    def _cut(self, raw: bytes, most: int, heard: list[Heard]) -> bytes:
        """Set aside what no line has room for, in pieces of one size; return what is left."""
        while len(raw) >= most:
            piece, raw, at = raw[:LINE_BYTES_MAX], raw[LINE_BYTES_MAX:], self._at
            finding = (
                broken.too_long(at, LINE_BYTES_MAX)
                if piece.strip()
                else broken.noise(at, len(piece))
            )
            heard.append(broken.set_aside(at, piece, finding))
            self._at += len(piece)
        return raw

    def _line(self, raw: bytes) -> Telegram | Quarantined:
        heard = _sentence(raw, self._at, self._device)
        self._at += len(raw)
        if isinstance(heard, Telegram):
            self._device = heard.device
        return heard


def payload(telegram: Telegram) -> bytes:
    """Return what a telegram says; this protocol counts nothing."""
    return telegram.raw.strip()


def read_request(raw: bytes) -> Telegram | Quarantined:
    """Return what the path of an OpenGTS request says: `/?id=...&gprmc=$GPRMC,...`."""
    if len(raw) > LINE_BYTES_MAX:
        return broken.set_aside(0, raw, broken.too_long(0, LINE_BYTES_MAX))
    pairs = [pair.partition(b"=") for pair in raw.partition(b"?")[2].split(b"&")]
    told = {name: _plain(value) for name, _, value in pairs}
    device = told.get(b"id", b"").decode("ascii", "replace")
    return _sentence(told.get(b"gprmc", b""), 0, device, raw)


def _plain(value: bytes) -> bytes:
    return _CODED.sub(lambda code: bytes((int(code[1], 16),)), value)


def _sentence(
    line: bytes, at: int, device: str, whole: bytes | None = None
) -> Telegram | Quarantined:
    raw = line if whole is None else whole
    found = _SENTENCE.fullmatch(line.strip())
    text = line.strip().decode("ascii", "replace")
    if found is None:
        return broken.set_aside(at, raw, broken.bad_text(at, text), device or None)
    if reduce(xor, found[1], 0) != int(found[2], 16):
        return broken.set_aside(at, raw, broken.bad_checksum(at, device), device or None)
    words = found[1].decode("ascii", "replace").split(",")
    odd: tuple[Finding, ...] = ()
    try:
        device, said = _said(words, device, found[1])
    except NoSentence:
        said, odd = Unread(found[1]), (broken.bad_text(at, text),)
    span = Span(at, at + len(raw), sha256(line.strip()).digest())
    return Telegram(span, raw, device, (said,), findings=odd)


def _said(words: Sequence[str], device: str, raw: bytes) -> tuple[str, Said]:
    match words:
        case ["GPRMC" | "GNRMC" | "BDRMC", *rest] if len(rest) >= 9:
            return device, _rmc(rest)
        case ["FRLIN", _, name, code]:
            return name, Authentication(code)
        case ["FRCMD", name, "_SendMessage", _, *rest] if len(rest) >= 10:
            return name, _message(rest)
        case ["FRCMD", name, *_]:
            return name, Unread(raw)
        case ["GPRMC" | "GNRMC" | "BDRMC" | "FRLIN" | "FRCMD", *_]:
            raise NoSentence(words[0])
        case _:
            return device, Unread(raw)


def _rmc(words: Sequence[str]) -> Ping:
    """Read `time,A,latitude,N,longitude,E,knots,course,date`."""
    clock, valid, north, north_sign, east, east_sign, speed, course, day = words[:9]
    if valid not in ("A", "V"):
        raise NoSentence(valid)
    fix = Fix.GNSS if valid == "A" else Fix.NONE
    return Ping(
        _time(day, clock),
        *_place(north, north_sign, east, east_sign),
        fix=fix,
        speed_m_h=_figure(speed, _KNOT_M_H),
        course_cdeg=_course(course),
    )


def _message(words: Sequence[str]) -> Ping:
    """Read `latitude,S,longitude,E,altitude,speed,course,date,time,valid,...`.

    What unit its speed is in was not looked up: it stays an item, as does all that follows.
    """
    north, north_sign, east, east_sign, altitude, speed, course, day, clock, valid = words[:10]
    if valid not in ("0", "1"):
        raise NoSentence(valid)
    rest = [speed, *words[10:]]
    return Ping(
        _time(day, clock),
        *_place(north, north_sign, east, east_sign),
        fix=Fix.GNSS if valid == "1" else Fix.NONE,
        altitude_m=_figure(altitude, 1),
        course_cdeg=_course(course),
        items=tuple(Item(n, word.encode("ascii", "replace")) for n, word in enumerate(rest)),
    )


def _time(day: str, clock: str) -> int | None:
    """Return the second; a fraction of it is left in the frame."""
    when, at = _DAY.fullmatch(day), _CLOCK.fullmatch(clock)
    if not (when and at):
        return None
    began = day_s(int(when[3]), int(when[2]), int(when[1]))
    since = clock_s(int(at[1]), int(at[2]), int(at[3]))
    return None if began is None or since is None else began + since


def _place(north: str, north_sign: str, east: str, east_sign: str) -> tuple[int | None, int | None]:
    if not (north or east):  # a receiver without a fix has nothing to tell
        return None, None
    return _angle(north, north_sign, "NS", 90), _angle(east, east_sign, "EW", 180)


def _angle(told: str, sign: str, signs: str, most: int) -> int:
    found = _MINUTES.fullmatch(told)
    if found is None or sign not in tuple(signs) or Decimal(found[2]) >= 60:
        raise NoSentence(told)
    degrees = int(found[1]) + Decimal(found[2]) / 60
    if degrees > most:
        raise NoSentence(told)
    return round(degrees * 10**7) * (1 if sign == signs[0] else -1)


def _figure(told: str, unit: int) -> int | None:
    return round(Decimal(told) * unit) if _NUMBER.fullmatch(told) else None


def _course(told: str) -> int | None:
    course = _figure(told, 100)
    return course if course is not None and course <= 36_000 else None


def write_rmc(ping: Ping) -> bytes:
    """Return a place as a sentence, for who plays a tracker."""
    if ping.at_s is None or ping.lat_e7 is None or ping.lon_e7 is None:
        raise ValueError("a sentence tells a time and a place")
    at = datetime.fromtimestamp(ping.at_s, UTC)
    north, east = _written(ping.lat_e7, 2), _written(ping.lon_e7, 3)
    told = ",".join(
        (
            f"GPRMC,{at:%H%M%S}",
            "A" if ping.fix is Fix.GNSS else "V",
            f"{north},{'S' if ping.lat_e7 < 0 else 'N'}",
            f"{east},{'W' if ping.lon_e7 < 0 else 'E'}",
            "" if ping.speed_m_h is None else f"{Decimal(ping.speed_m_h) / _KNOT_M_H:.4f}",
            "" if ping.course_cdeg is None else f"{Decimal(ping.course_cdeg).scaleb(-2)}",
            f"{at:%d%m%y}",
            ",",
        )
    ).encode("ascii")
    return b"$" + told + b"*" + f"{reduce(xor, told, 0):02X}".encode("ascii") + b"\r\n"


def _written(told_e7: int, width: int) -> str:
    # A millionth of a minute is a sixth of a ten-millionth of a degree: nothing is rounded away.
    degrees, minutes_e6 = divmod(abs(told_e7) * 6, 60_000_000)
    minutes, millionths = divmod(minutes_e6, 1_000_000)
    return f"{degrees:0{width}}{minutes:02}.{millionths:06}"
