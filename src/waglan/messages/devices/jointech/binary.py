"""Jointech: a binary frame, long (a lock's one position) or short (records of 27 bytes).

`24 | id BCD[5] | protocol | kind | length u16 | ...` is the long form, `24 | id | kind | length u16
| records | serial` the short one: the byte that is the length's high one in the former is never
nought in the latter. What unit the speed is in nobody published: it stays an item.
"""

from typing import Final

import msgspec

from waglan.elock.device import Fix, Item, Ping
from waglan.messages.devices.digits import BCD, day_first, day_first_s, degrees_e7

OPENS: Final = 0x24
HEAD_BYTES: Final = 10
FRAME_BYTES_MAX: Final = 1_024
RECORD_BYTES: Final = 27
LONG_BYTES_MIN: Final = 35  # up to cell, signal and serial
_PLACE_BYTES: Final = 17  # time, place, speed, course
_CHARGING: Final = 0xFF
_BY_CELLS: Final = 1  # of the status
_VALID, _NORTH, _EAST = 1, 2, 4  # of the flags behind the longitude

# Numbers of this reader's own for what has no field of its own.
SPEED, VEHICLE, CELL, REST = 1, 2, 3, 4


class Binary(msgspec.Struct, frozen=True, gc=False):
    """One binary frame; `protocol` is None in the short form."""

    device: str
    protocol: int | None
    kind: int
    serial: int
    pings: tuple[Ping, ...]


class NotInDigits(ValueError):
    """A time or place is not of decimal digits: the frame was damaged on the way."""


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


def read_binary(raw: bytes) -> Binary:
    """Return what a whole frame says; raise NotInDigits for one that was damaged."""
    device = raw[1:6].hex()
    if raw[8] == 0:
        return Binary(device, raw[6], raw[7], raw[-1], (_long(raw[HEAD_BYTES:]),))
    records = raw[9:-1]
    pings = [_short(records[at : at + RECORD_BYTES]) for at in range(0, len(records), RECORD_BYTES)]
    return Binary(device, None, raw[6], raw[-1], tuple(pings))


def place(told: bytes) -> tuple[int | None, int, int, int]:
    """Return time, latitude, longitude and flags of `DDMMYYhhmmss`, `ddmm.mmmm` and `dddmm.mmmm`.

    The longitude is nine digits, and the flags the half byte behind them.
    """
    digits = told[6:15].hex()
    north = east = None
    if digits[:17].isdecimal():
        north = degrees_e7(int(digits[:2]), int(digits[2:8]))
        east = degrees_e7(int(digits[8:11]), int(digits[11:17]))
    if north is None or east is None:
        raise NotInDigits(digits)
    flags = told[14] & 0x0F
    latitude = north if flags & _NORTH else -north
    longitude = east if flags & _EAST else -east
    if abs(latitude) > 900_000_000 or abs(longitude) > 1_800_000_000:
        raise NotInDigits(digits)
    return day_first_s(told[:6]), latitude, longitude, flags


def _long(body: bytes) -> Ping:
    at_s, latitude, longitude, flags = place(body)
    status, battery = body[26] << 8 | body[27], body[28]
    fix = Fix.GNSS if flags & _VALID else Fix.NONE
    return Ping(
        at_s,
        *there(latitude, longitude, fix),
        fix=Fix.CELLS if status & _BY_CELLS else fix,
        course_cdeg=body[16] * 200 if body[16] <= 180 else None,
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


def _short(record: bytes) -> Ping:
    if len(record) < RECORD_BYTES:
        raise NotInDigits(record.hex())
    at_s, latitude, longitude, flags = place(record)
    fix = Fix.GNSS if flags & _VALID else Fix.NONE
    return Ping(
        at_s,
        *there(latitude, longitude, fix),
        fix=fix,
        course_cdeg=record[16] * 200 if record[16] <= 180 else None,
        items=(Item(SPEED, record[15:16]), Item(REST, record[_PLACE_BYTES:])),
    )


def there(latitude: int, longitude: int, fix: Fix) -> tuple[int | None, int | None]:
    """Nought and nought without a fix is no place, but that the device has none."""
    if fix is Fix.NONE and latitude == longitude == 0:
        return None, None
    return latitude, longitude


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
