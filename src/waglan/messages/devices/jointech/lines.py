"""Jointech: a line of text in brackets, `(id,kind,...)`, one kind of which holds bytes.

U01 to U06 and P45 tell degrees, W01 degrees and minutes; what stands behind the place is kept word
by word, since nobody published what each number of it means. WLNET holds a short binary position,
in which `3D xx` stands for `3D ^ xx`, so that no bracket stands in it.
"""

import re
from decimal import Decimal
from typing import Final

import msgspec

from waglan.codes.finding import Finding
from waglan.elock.device import Fix, Item, Opening, Ping, Said, Unread
from waglan.messages.devices import broken
from waglan.messages.devices.digits import clock_s, day_s
from waglan.messages.devices.jointech.binary import PLACE_BYTES, REST, SPEED, read_place

OPENS: Final = 0x28
CLOSES: Final = b")"
LINE_BYTES_MAX: Final = 1_024
_ESCAPE: Final = 0x3D
_WLNET: Final = b",WLNET,5,2,"
_ID = re.compile(rb"\((\d{5,20}),")
_ID_SO_FAR = re.compile(rb"\(\d{0,20}")
_DEGREES = re.compile(r"(\d{1,3}\.\d{1,9})")
_MINUTES = re.compile(r"(\d{2,3})(\d{2}\.\d{1,7})")
_PERCENT = re.compile(r"(\d{1,3})%")


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line, and what it says."""

    device: str
    said: tuple[Said, ...]
    findings: tuple[Finding, ...] = ()


class NoLine(ValueError):
    """The line is not as its kind is."""


def line_bytes(buffer: bytes, at: int) -> int | None:
    """Return how long the line is that begins there: 0 for none, None as long as that is open."""
    if _ID.match(buffer, at) is None:
        begun = _ID_SO_FAR.match(buffer, at)
        return None if begun is not None and begun.end() == len(buffer) else 0
    closes = buffer.find(CLOSES, at, at + LINE_BYTES_MAX)
    if closes >= 0:
        return closes + 1 - at
    return None if len(buffer) - at < LINE_BYTES_MAX else 0


def read_line(raw: bytes, begin: int) -> Line:
    """Return what a whole line says, with the byte where it began."""
    device = raw[1 : raw.index(b",")].decode("ascii")
    fields = raw[1:-1].decode("latin-1").split(",")
    try:
        if _WLNET in raw[:60]:
            said: Said = _wlnet(raw)
        else:
            said = _said(fields, raw)
    except NoLine:
        return Line(device, (Unread(raw[1:-1]),), (broken.bad_text(begin, ",".join(fields)),))
    return Line(device, (said,))


def _said(fields: list[str], raw: bytes) -> Said:
    match fields[1]:
        case "U01" | "U02" | "U03" if len(fields) > 9:
            return _position(fields, 2)
        case "U06" if len(fields) > 10:
            return _position(fields, 3)
        case "W01" if len(fields) > 8:
            return _tracker(fields)
        case "P45" if len(fields) > 8:
            return _opening(fields)
        case "U01" | "U02" | "U03" | "U06" | "W01" | "P45":
            raise NoLine(fields[1])
        case _:
            return Unread(raw[1:-1])


def _position(fields: list[str], at: int) -> Ping:
    """Read `date,time,T,latitude,N,longitude,E,...`."""
    day, clock, valid, north, north_sign, east, east_sign = fields[at : at + 7]
    fix = _fix(valid, "T", "F")
    latitude, longitude = _degrees(north, north_sign, "NS"), _degrees(east, east_sign, "EW")
    battery = next((m for f in fields[at + 7 :] if (m := _PERCENT.fullmatch(f))), None)
    percent = None if battery is None else int(battery[1])
    return Ping(
        _time(day, clock),
        *_there(latitude, longitude, fix),
        fix=fix,
        battery_percent=percent if percent is not None and percent <= 100 else None,
        items=_items(fields, at + 7),
    )


def _tracker(fields: list[str]) -> Ping:
    """Read `longitude,E,latitude,N,A,date,time,...`, in degrees and minutes."""
    east, east_sign, north, north_sign, valid, day, clock = fields[2:9]
    fix = _fix(valid, "A", "V")
    latitude, longitude = _minutes(north, north_sign, "NS"), _minutes(east, east_sign, "EW")
    return Ping(
        _time(day, clock), *_there(latitude, longitude, fix), fix=fix, items=_items(fields, 9)
    )


def _opening(fields: list[str]) -> Opening:
    """Read `date,time,latitude,N,longitude,E,A,...`: a record of an opening or closing."""
    day, clock, north, north_sign, east, east_sign, valid = fields[2:9]
    fix = _fix(valid, "A", "V")
    latitude, longitude = _degrees(north, north_sign, "NS"), _degrees(east, east_sign, "EW")
    return Opening(
        _time(day, clock), *_there(latitude, longitude, fix), fix=fix, told=tuple(fields[9:])
    )


def _wlnet(raw: bytes) -> Ping:
    told = _unescaped(raw[raw.index(_WLNET) + len(_WLNET) : -1])
    if len(told) < PLACE_BYTES:
        raise NoLine("WLNET")
    place = read_place(told, 0)
    if place.findings:
        raise NoLine("WLNET")
    return Ping(
        place.at_s,
        place.lat_e7,
        place.lon_e7,
        place.fix,
        course_cdeg=told[16] * 200 if told[16] <= 180 else None,
        items=(Item(SPEED, told[15:16]), Item(REST, told[PLACE_BYTES:])),
    )


def _unescaped(told: bytes) -> bytes:
    pieces = told.split(bytes((_ESCAPE,)))
    if not all(pieces[1:]):
        raise NoLine("escape")
    return pieces[0] + b"".join([bytes((piece[0] ^ _ESCAPE,)) + piece[1:] for piece in pieces[1:]])


def escaped(told: bytes) -> bytes:
    """Return bytes as WLNET has them: no bracket, comma, dollar or escape stands in them."""
    signs = {byte: bytes((_ESCAPE, byte ^ _ESCAPE)) for byte in b"$(),="}
    return b"".join([signs.get(byte, bytes((byte,))) for byte in told])


def _items(fields: list[str], at: int) -> tuple[Item, ...]:
    return tuple(Item(n, field.encode("latin-1")) for n, field in enumerate(fields[at:], at))


def _fix(told: str, valid: str, invalid: str) -> Fix:
    if told not in (valid, invalid):
        raise NoLine(told)
    return Fix.GNSS if told == valid else Fix.NONE


def _time(day: str, clock: str) -> int | None:
    if not (re.fullmatch(r"[0-9]{6}", day) and re.fullmatch(r"[0-9]{6}", clock)):
        raise NoLine(f"{day},{clock}")
    began = day_s(int(day[4:]), int(day[2:4]), int(day[:2]))
    since = clock_s(int(clock[:2]), int(clock[2:4]), int(clock[4:]))
    return None if began is None or since is None else began + since


def _degrees(told: str, sign: str, signs: str) -> int:
    found = _DEGREES.fullmatch(told)
    if found is None:
        raise NoLine(told)
    return _signed(Decimal(found[1]), sign, signs)


def _minutes(told: str, sign: str, signs: str) -> int:
    found = _MINUTES.fullmatch(told)
    if found is None or Decimal(found[2]) >= 60:
        raise NoLine(told)
    return _signed(int(found[1]) + Decimal(found[2]) / 60, sign, signs)


def _signed(degrees: Decimal, sign: str, signs: str) -> int:
    if sign not in tuple(signs) or degrees > (90 if signs == "NS" else 180):
        raise NoLine(f"{degrees},{sign}")
    return round(degrees * 10**7) * (1 if sign == signs[0] else -1)


def _there(latitude: int, longitude: int, fix: Fix) -> tuple[int | None, int | None]:
    """Nought and nought without a fix is no place, but that the device has none."""
    if fix is Fix.NONE and latitude == longitude == 0:
        return None, None
    return latitude, longitude
