"""Jointech: a binary frame, long (a lock's one position) or short (records of 27 bytes).

`24 | id BCD[5] | protocol | kind | length u16 | ...` is the long form, `24 | id | kind | length u16
| records | serial` the short one: the byte that is the length's high one in the former is never
nought in the latter. What unit the speed is in nobody published: it stays an item.
"""

from typing import Final

import msgspec

from waglan.codes.finding import Finding
from waglan.codes.position import LATITUDE_MAX_E7, LONGITUDE_MAX_E7
from waglan.elock.device import Fix, Item, Ping
from waglan.messages.devices import broken
from waglan.messages.devices.digits import BCD, day_first, day_first_s, degrees_e7

OPENS: Final = 0x24
HEAD_BYTES: Final = 10
FRAME_BYTES_MAX: Final = 1_024
RECORD_BYTES: Final = 27
LONG_BYTES_MIN: Final = 35  # up to cell, signal and serial
PLACE_BYTES: Final = 17  # time, place, speed, course
_CHARGING: Final = 0xFF
_BY_CELLS: Final = 1  # of the status
_VALID, _NORTH, _EAST = 1, 2, 4  # of the flags behind the longitude

# Numbers of this reader's own for what has no field of its own.
SPEED, VEHICLE, CELL, REST = 1, 2, 3, 4


class Binary(msgspec.Struct, frozen=True, gc=False):
    """One binary frame; `protocol` is None in the short form, `rest` what is no whole record."""

    device: str
    protocol: int | None
    kind: int
    serial: int
    pings: tuple[Ping, ...]
    rest: bytes = b""
    findings: tuple[Finding, ...] = ()


def frame_bytes(buffer: bytes, at: int) -> int | None:
    """Return how long the frame is that begins there: 0 for none, None as long as that is open."""
    if len(buffer) - at < HEAD_BYTES:
        return None
    if any(BCD[byte] < 0 for byte in buffer[at + 1 : at + 6]):
        return 0
    if buffer[at + 8] == 0:
        size, least = buffer[at + 9], LONG_BYTES_MIN
        total = HEAD_BYTES + size
    else:
        size, least = buffer[at + 7] << 8 | buffer[at + 8], RECORD_BYTES
        total = HEAD_BYTES + size  # nine before the records, one behind
    return total if least <= size and total <= FRAME_BYTES_MAX else 0


def read_binary(raw: bytes, begin: int) -> Binary:
    """Return what a whole frame says, with what is odd about it and the byte where it began.

    There is no checksum. Where time or place is not of digits, the frame may be damaged elsewhere
    too, but a cut rope that it tells of is not kept back for that: who judges has the finding.
    """
    device, serial = raw[1:6].hex(), raw[-1]
    if raw[8] == 0:
        ping, found = _long(raw[HEAD_BYTES:], begin)
        return Binary(device, raw[6], raw[7], serial, (ping,), findings=found)
    records, pings = raw[9:-1], list[Ping]()
    whole = len(records) - len(records) % RECORD_BYTES
    rest, findings = records[whole:], list[Finding]()
    for at in range(0, whole, RECORD_BYTES):
        ping, found = _short(records[at : at + RECORD_BYTES], begin)
        pings.append(ping)
        findings += found
    if rest:
        findings.append(broken.bad_items(begin, len(rest)))
    return Binary(device, None, raw[6], serial, tuple(pings), rest, tuple(findings))


class Told(msgspec.Struct, frozen=True, gc=False):
    """Time, place and fix as digits tell them, and what of them is none."""

    at_s: int | None
    lat_e7: int | None
    lon_e7: int | None
    fix: Fix
    findings: tuple[Finding, ...] = ()


def read_place(told: bytes, begin: int) -> Told:
    """Return what `DDMMYYhhmmss`, `ddmm.mmmm`, `dddmm.mmmm` and the half byte of flags tell.

    Nought and nought without a fix is no place, but that the device has none.
    """
    digits, flags = told[6:15].hex(), told[14] & 0x0F
    fix = Fix.GNSS if flags & _VALID else Fix.NONE
    found: tuple[Finding, ...] = ()
    at_s, north, east = day_first_s(told[:6]), None, None
    if at_s is None:
        found = (broken.bad_time(begin, told[:6].hex()),)
    if digits[:17].isdecimal():
        north = degrees_e7(int(digits[:2]), int(digits[2:8]))
        east = degrees_e7(int(digits[8:11]), int(digits[11:17]))
    if north is None or east is None or north > LATITUDE_MAX_E7 or east > LONGITUDE_MAX_E7:
        found += (broken.bad_place(begin, digits[:8], digits[8:]),)
        return Told(at_s, None, None, fix, found)
    if fix is Fix.NONE and north == east == 0:
        return Told(at_s, None, None, fix, found)
    latitude = north if flags & _NORTH else -north
    return Told(at_s, latitude, east if flags & _EAST else -east, fix, found)


def _long(body: bytes, begin: int) -> tuple[Ping, tuple[Finding, ...]]:
    told = read_place(body, begin)
    status, battery = body[26] << 8 | body[27], body[28]
    ping = Ping(
        told.at_s,
        told.lat_e7,
        told.lon_e7,
        Fix.CELLS if status & _BY_CELLS else told.fix,
        course_cdeg=_course(body[16]),
        odometer_m=int.from_bytes(body[17:21]) * 1000,
        satellites=body[21],
        signal=body[33],
        battery_percent=battery if battery <= 100 else None,
        is_charging=True if battery == _CHARGING else None,
        status_bits=status,
        items=(
            Item(SPEED, body[15:16]),
            Item(VEHICLE, body[22:26]),
            Item(CELL, body[29:33]),
            Item(REST, body[34:-1]),
        ),
    )
    return ping, told.findings


def _short(record: bytes, begin: int) -> tuple[Ping, tuple[Finding, ...]]:
    told = read_place(record, begin)
    ping = Ping(
        told.at_s,
        told.lat_e7,
        told.lon_e7,
        told.fix,
        course_cdeg=_course(record[16]),
        items=(Item(SPEED, record[15:16]), Item(REST, record[PLACE_BYTES:])),
    )
    return ping, told.findings


def _course(half: int) -> int | None:
    return half * 200 if half <= 180 else None


def write_long(lock: Binary) -> bytes:
    """Return a lock's position in the long form; ValueError where it has no room for it.

    For who plays a lock: frames of cut or opened ones were never published by anybody.
    """
    [ping] = lock.pings
    if ping.at_s is None or lock.protocol is None:
        raise ValueError("a position of a lock has a time and a protocol")
    items = {item.number: item.value for item in ping.items}
    battery = _CHARGING if ping.is_charging else ping.battery_percent or 0
    body = b"".join(
        [
            _place(ping),
            items[SPEED],
            ((ping.course_cdeg or 0) // 200).to_bytes(1),
            ((ping.odometer_m or 0) // 1000).to_bytes(4),
            (ping.satellites or 0).to_bytes(1),
            items[VEHICLE],
            (ping.status_bits or 0).to_bytes(2),
            battery.to_bytes(1),
            items[CELL],
            (ping.signal or 0).to_bytes(1),
            items[REST],
            lock.serial.to_bytes(1),
        ]
    )
    head = bytes((OPENS, *bytes.fromhex(lock.device), lock.protocol, lock.kind))
    return head + len(body).to_bytes(2) + body


def _place(ping: Ping) -> bytes:
    north, east = ping.lat_e7 or 0, ping.lon_e7 or 0
    flags = _VALID if ping.fix is Fix.GNSS else 0
    flags |= (_NORTH if north >= 0 else 0) | (_EAST if east >= 0 else 0)
    digits = f"{_minutes(north):08}{_minutes(east):09}{flags:X}"
    return day_first(ping.at_s or 0) + bytes.fromhex(digits)


def _minutes(told_e7: int) -> int:
    """Return ten-millionths of a degree as the digits of `dddmm.mmmm`."""
    degrees, minutes_e4 = divmod((abs(told_e7) * 6 + 50) // 100, 600_000)
    return degrees * 1_000_000 + minutes_e4
