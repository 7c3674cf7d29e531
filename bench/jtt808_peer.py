"""A plain decoder of JT/T 808 positions, as one writes it in an afternoon; frozen, to measure by.

It is our own, written from the protocol's description alone: one byte after the other, a checksum
by a loop, times through `datetime`, a dictionary for what is read. It keeps no bytes and tells no
reasons. Do not make it faster: the ratios in README.md would lose their meaning.
"""

import struct
from datetime import datetime, timedelta, timezone
from typing import Any

CHINA = timezone(timedelta(hours=8))


class PlainDecoder:
    """Takes bytes as they come and gives what the frames in them say."""

    def __init__(self) -> None:
        """Begin outside of any frame."""
        self.buffer = bytearray()
        self.is_inside = False

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Return what is whole now."""
        found = []
        for byte in data:
            if byte == 0x7E:
                if self.is_inside and self.buffer:
                    message = decode(bytes(self.buffer))
                    if message is not None:
                        found.append(message)
                self.buffer.clear()
                self.is_inside = True
            elif self.is_inside:
                self.buffer.append(byte)
        return found


def decode(escaped: bytes) -> dict[str, Any] | None:
    """Return what one frame says, or None if it is broken."""
    plain = unescape(escaped)
    check = 0
    for byte in plain[:-1]:
        check ^= byte
    if check != plain[-1]:
        return None
    message, properties = struct.unpack_from(">HH", plain, 0)
    is_2019 = bool(properties & 0x4000)
    at, size = (5, 10) if is_2019 else (4, 6)
    phone = "".join(f"{byte >> 4}{byte & 15}" for byte in plain[at : at + size])
    (serial,) = struct.unpack_from(">H", plain, at + size)
    body_at = at + size + 2 + (4 if properties & 0x2000 else 0)
    body = plain[body_at:-1]
    if len(body) != properties & 0x3FF:
        return None
    result: dict[str, Any] = {"message": message, "phone": phone, "serial": serial}
    if message == 0x0200:
        result.update(location(body))
    elif message == 0x0704:
        (count,) = struct.unpack_from(">H", body, 0)
        result["locations"] = []
        at = 3
        for _ in range(count):
            (length,) = struct.unpack_from(">H", body, at)
            result["locations"].append(location(body[at + 2 : at + 2 + length]))
            at += 2 + length
    return result


def unescape(data: bytes) -> bytes:
    """Return the bytes without escapes."""
    plain = bytearray()
    n = 0
    while n < len(data):
        if data[n] == 0x7D and n + 1 < len(data):
            plain.append(0x7E if data[n + 1] == 0x02 else 0x7D)
            n += 2
        else:
            plain.append(data[n])
            n += 1
    return bytes(plain)


def location(body: bytes) -> dict[str, Any]:
    """Return what a position says."""
    alarm, status, lat, lon, altitude, speed, course = struct.unpack_from(">IIIIHHH", body, 0)
    digits = "".join(f"{byte >> 4}{byte & 15}" for byte in body[22:28])
    told = datetime.strptime(digits, "%y%m%d%H%M%S").replace(tzinfo=CHINA)
    items = {}
    at = 28
    while at + 2 <= len(body):
        number, length = body[at], body[at + 1]
        items[number] = body[at + 2 : at + 2 + length]
        at += 2 + length
    return {
        "alarm": alarm,
        "status": status,
        "latitude": lat / 1e6 * (-1 if status & 4 else 1),
        "longitude": lon / 1e6 * (-1 if status & 8 else 1),
        "altitude": altitude,
        "speed": speed / 10,
        "course": course,
        "time": told,
        "items": items,
    }
