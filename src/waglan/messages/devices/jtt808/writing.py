"""JT/T 808: what the platform answers, and what a device sends, for who plays one.

The platform has two answers here and no orders: nothing in this module opens a lock.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from waglan.elock.device import Authentication, Card, Ping, Registration, Reply, Telegram
from waglan.messages.devices.digits import HOURS_8_S, year_first
from waglan.messages.devices.jtt808.body import (
    AUTHENTICATION,
    BATCH,
    CARD,
    HEARTBEAT,
    LOCATION,
    LOGOUT,
    PLATFORM_REPLY,
    REGISTRATION,
    REGISTRATION_REPLY,
    REPLY,
    WIDTHS,
)
from waglan.messages.devices.jtt808.frame import BODY_BYTES_MAX, Frame, Header, write_frame
from waglan.messages.devices.jtt808.location import location_of, write_location

PLATE_BYTES_MAX_2011: Final = 11  # with more it would be read as an edition later


class Result(IntEnum):
    """What the platform says of a message of a device."""

    DONE = 0
    FAILED = 1
    WRONG = 2
    UNKNOWN = 3


class Registered(IntEnum):
    """What the platform says of a registration; a code goes with the first alone."""

    DONE = 0
    VEHICLE_ALREADY = 1
    NO_SUCH_VEHICLE = 2
    TERMINAL_ALREADY = 3
    NO_SUCH_TERMINAL = 4


def header_of(telegram: Telegram) -> Header:
    """Return the header to which a telegram is answered."""
    if telegram.message is None or telegram.serial is None:
        raise ValueError("a telegram of another protocol")
    return Header(telegram.message, telegram.device, telegram.serial, telegram.version)


def answer(to: Header, serial: int, result: Result) -> bytes:
    """Return the platform's general reply to a message, in the edition that the device speaks."""
    body = to.serial.to_bytes(2) + to.message.to_bytes(2) + int(result).to_bytes(1)
    return _sent(to, PLATFORM_REPLY, serial, body)


def registration_answer(to: Header, serial: int, result: Registered, code: str = "") -> bytes:
    """Return the platform's reply to a registration, with the code if there is one to give."""
    if bool(code) != (result is Registered.DONE):
        raise ValueError("a code goes with a registration that is done, and with no other")
    body = to.serial.to_bytes(2) + int(result).to_bytes(1) + code.encode("gbk")
    return _sent(to, REGISTRATION_REPLY, serial, body)


def location(device: Header, ping: Ping) -> bytes:
    """Return a position."""
    return _sent(device, LOCATION, device.serial, write_location(location_of(ping)))


def batch(device: Header, pings: Sequence[Ping], *, is_backfill: bool) -> bytes:
    """Return several positions in one message; ValueError if they don't fit into one frame."""
    parts = [len(pings).to_bytes(2), is_backfill.to_bytes(1)]
    for ping in pings:
        told = write_location(location_of(ping))
        parts += [len(told).to_bytes(2), told]
    return _sent(device, BATCH, device.serial, b"".join(parts))


def heartbeat(device: Header) -> bytes:
    """Return a heartbeat."""
    return _sent(device, HEARTBEAT, device.serial, b"")


def logout(device: Header) -> bytes:
    """Return a leave-taking."""
    return _sent(device, LOGOUT, device.serial, b"")


def reply(device: Header, told: Reply) -> bytes:
    """Return a device's general reply."""
    body = told.serial.to_bytes(2) + told.message.to_bytes(2) + told.result.to_bytes(1)
    return _sent(device, REPLY, device.serial, body)


def registration(device: Header, told: Registration) -> bytes:
    """Return a registration in its edition; ValueError where a field is too long for that."""
    widths, plate = WIDTHS[told.edition], told.plate.encode("gbk")
    if (told.edition == 2019) != (device.version is not None):
        raise ValueError(f"a header of another edition than {told.edition}")
    if told.edition == 2011 and len(plate) > PLATE_BYTES_MAX_2011:
        raise ValueError(f"a plate of 2011 has at most {PLATE_BYTES_MAX_2011} bytes")
    texts = (told.maker, told.model, told.terminal)
    parts = [told.province.to_bytes(2), told.county.to_bytes(2)]
    parts += [_filled(text, width) for text, width in zip(texts, widths, strict=True)]
    parts += [told.plate_colour.to_bytes(1), plate]
    return _sent(device, REGISTRATION, device.serial, b"".join(parts))


def authentication(device: Header, told: Authentication) -> bytes:
    """Return a code as it is shown; the edition of 2019 has room for two things more."""
    code = told.code.encode("gbk")
    if device.version is None:
        return _sent(device, AUTHENTICATION, device.serial, code)
    rest = b""
    if told.imei is not None or told.software is not None:
        rest = _filled(told.imei or "", 15) + _filled(told.software or "", 20)
    body = len(code).to_bytes(1) + code + rest
    return _sent(device, AUTHENTICATION, device.serial, body)


def card(device: Header, told: Card) -> bytes:
    """Return what a card reader saw."""
    if told.at_s is None:
        raise ValueError("a card is put in at a time")
    head = (1 if told.is_in else 2).to_bytes(1) + year_first(told.at_s + HOURS_8_S)
    if told.result is None:
        return _sent(device, CARD, device.serial, head)
    name, authority = told.name.encode("gbk"), told.authority.encode("gbk")
    parts = [head, told.result.to_bytes(1), len(name).to_bytes(1), name]
    parts += [_filled(told.certificate, 20), len(authority).to_bytes(1), authority]
    parts += [bytes.fromhex(told.valid_until), _filled(told.identity, 20)]
    return _sent(device, CARD, device.serial, b"".join(parts))


def fragments(device: Header, body: bytes, size: int = BODY_BYTES_MAX) -> list[bytes]:
    """Return a long message in frames of so many bytes, with serials from the header's on."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return [
        write_frame(
            Frame(
                Header(
                    device.message,
                    device.terminal,
                    (device.serial + n) % 0x10000,
                    device.version,
                    device.encryption,
                    len(parts),
                    n + 1,
                ),
                part,
            )
        )
        for n, part in enumerate(parts)
    ]


def _sent(device: Header, message: int, serial: int, body: bytes) -> bytes:
    return write_frame(Frame(Header(message, device.terminal, serial, device.version), body))


def _filled(text: str, width: int) -> bytes:
    told = text.encode("gbk")
    if len(told) > width:
        raise ValueError(f"{text!r} has more than {width} bytes")
    return told.ljust(width, b"\0")
