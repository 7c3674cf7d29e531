"""JT/T 808: a position as 0x0200, 0x0201, 0x0500 and 0x0704 hold it: 28 bytes, then items."""

from struct import Struct
from typing import Final

import msgspec

from waglan.codes.finding import Finding
from waglan.codes.position import LATITUDE_MAX_E7, LONGITUDE_MAX_E7
from waglan.elock.device import Fix, Item, Ping
from waglan.messages.devices import broken
from waglan.messages.devices.digits import HOURS_8_S, year_first, year_first_s

_FIXED: Final = Struct(">IIIIHHH6s")
FIXED_BYTES: Final = _FIXED.size
_FIX, _SOUTH, _WEST = 1 << 1, 1 << 2, 1 << 3
_SIGNS: Final = _FIX | _SOUTH | _WEST
_ODOMETER, _SIGNAL, _SATELLITES = 0x01, 0x30, 0x31
_LATITUDE_MAX_E6, _LONGITUDE_MAX_E6 = LATITUDE_MAX_E7 // 10, LONGITUDE_MAX_E7 // 10


class Location(msgspec.Struct, frozen=True, gc=False):
    """The words of one position as they stand in the frame; `rest` is what no item holds."""

    alarm: int
    status: int
    latitude_e6: int  # without a sign: that is in the status
    longitude_e6: int
    altitude_m: int
    speed: int  # tenths of km/h
    course: int  # degrees
    time: bytes  # YYMMDDhhmmss, two digits to a byte, in China's time
    items: tuple[Item, ...] = ()
    rest: bytes = b""


def read_location(body: bytes) -> Location | None:
    """Return the position that stands there, or None if it is too short to be one."""
    if len(body) < FIXED_BYTES:
        return None
    items = list[Item]()
    at, end = FIXED_BYTES, len(body)
    while at + 2 <= end:
        stops = at + 2 + body[at + 1]
        if stops > end:
            break
        items.append(Item(body[at], body[at + 2 : stops]))
        at = stops
    alarm, status, north, east, altitude, speed, course, time = _FIXED.unpack_from(body)
    return Location(
        alarm, status, north, east, altitude, speed, course, time, tuple(items), body[at:]
    )


def write_location(location: Location) -> bytes:
    """Return a position as `read_location` reads it; ValueError where it does not fit."""
    fixed = _FIXED.pack(
        location.alarm,
        location.status,
        location.latitude_e6,
        location.longitude_e6,
        location.altitude_m,
        location.speed,
        location.course,
        location.time,
    )
    parts = [fixed]
    for item in location.items:
        parts += [bytes((item.number, len(item.value))), item.value]
    return b"".join([*parts, location.rest])


def ping_of(
    location: Location, begin: int, *, is_backfill: bool | None = None
) -> tuple[Ping, tuple[Finding, ...]]:
    """Return what a position says, and what is odd about it, with the frame's first byte."""
    found: tuple[Finding, ...] = ()
    told = year_first_s(location.time)
    if told is None:
        found = (broken.bad_time(begin, location.time.hex()),)
    status = location.status
    latitude, longitude = _place(location)
    if latitude is None and (location.latitude_e6 or location.longitude_e6):
        told_place = (str(location.latitude_e6), str(location.longitude_e6))
        found += (broken.bad_place(begin, *told_place),)
    if location.rest:
        found += (broken.bad_items(begin, len(location.rest)),)
    odometer = signal = satellites = None
    for item in location.items:
        number, value = item.number, item.value
        if number == _ODOMETER and len(value) == 4:
            odometer = int.from_bytes(value) * 100
        elif number == _SIGNAL and len(value) == 1:
            signal = value[0]
        elif number == _SATELLITES and len(value) == 1:
            satellites = value[0]
    ping = Ping(
        None if told is None else told - HOURS_8_S,
        latitude,
        longitude,
        Fix.GNSS if status & _FIX else Fix.NONE,
        location.altitude_m,
        None,
        location.speed * 100,
        location.course * 100 if location.course <= 360 else None,
        odometer,
        satellites,
        signal,
        None,
        None,
        location.alarm,
        status,
        is_backfill,
        location.items,
    )
    return ping, found


def _place(location: Location) -> tuple[int | None, int | None]:
    """Return latitude and longitude in e7; nothing for a place off the globe.

    Nought and nought without a fix is no place either, but that the device has none.
    """
    status, north, east = location.status, location.latitude_e6, location.longitude_e6
    if north > _LATITUDE_MAX_E6 or east > _LONGITUDE_MAX_E6:
        # Some write minus as well as south, or west: that counts where both say the same.
        north = _unsigned(north) if status & _SOUTH else north
        east = _unsigned(east) if status & _WEST else east
        if north > _LATITUDE_MAX_E6 or east > _LONGITUDE_MAX_E6:
            return None, None
    if not (north or east or status & _FIX):
        return None, None
    return north * (-10 if status & _SOUTH else 10), east * (-10 if status & _WEST else 10)


def _unsigned(told: int) -> int:
    return (1 << 32) - told if told >> 31 else told


def location_of(ping: Ping) -> Location:
    """Return the words that say it; ValueError where this protocol has none for it.

    For who plays a device: items are written as they stand, and must hold what the fields say.
    """
    if ping.at_s is None:
        raise ValueError("a position has a time")
    north, east = ping.lat_e7 or 0, ping.lon_e7 or 0
    status = (ping.status_bits or 0) & ~_SIGNS
    status |= _FIX if ping.fix is Fix.GNSS else 0
    status |= _SOUTH if north < 0 else 0
    status |= _WEST if east < 0 else 0
    speed, course = ping.speed_m_h or 0, ping.course_cdeg or 0
    for value, unit in ((north, 10), (east, 10), (speed, 100), (course, 100)):
        if value % unit:
            raise ValueError(f"{value} is not a multiple of {unit}")
    return Location(
        ping.alarm_bits or 0,
        status,
        abs(north) // 10,
        abs(east) // 10,
        ping.altitude_m or 0,
        speed // 100,
        course // 100,
        year_first(ping.at_s + HOURS_8_S),
        ping.items,
    )
