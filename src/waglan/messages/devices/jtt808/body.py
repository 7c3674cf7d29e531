"""JT/T 808: what the messages of a device say, in the words of every device.

The registration differs with the edition, and 2011 and 2013 tell by its length alone: 25 and 37
bytes stand before the plate. The authentication of 2019 has lengths of its own.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from waglan.codes.finding import Finding
from waglan.elock.device import (
    Authentication,
    Card,
    Heartbeat,
    Logout,
    Registration,
    Reply,
    Said,
    Unread,
)
from waglan.messages.devices import broken
from waglan.messages.devices.digits import HOURS_8_S, year_first_s
from waglan.messages.devices.jtt808.frame import Header
from waglan.messages.devices.jtt808.location import ping_of, read_location

REPLY, HEARTBEAT, LOGOUT, REGISTRATION, AUTHENTICATION = 0x0001, 0x0002, 0x0003, 0x0100, 0x0102
LOCATION, LOCATION_ASKED, CONTROL_DONE, CARD, BATCH = 0x0200, 0x0201, 0x0500, 0x0702, 0x0704
PLATFORM_REPLY, REGISTRATION_REPLY = 0x8001, 0x8100

# Of a registration: bytes of maker, model and number, by edition.
WIDTHS: Final = {2011: (5, 8, 7), 2013: (5, 20, 7), 2019: (11, 30, 30)}
_IMEI, _SOFTWARE, _CERTIFICATE, _IDENTITY = 15, 20, 20, 20

Told = tuple[tuple[Said, ...], tuple[Finding, ...]]


def read_body(header: Header, body: bytes, begin: int) -> Told:
    """Return what a message says; what is not read here is there all the same, as it was sent."""
    if header.encryption:
        return (Unread(body, True),), (broken.encrypted(begin, header.terminal),)
    if header.message == LOCATION:
        return _positions(header, body, begin)
    if header.message in (LOCATION_ASKED, CONTROL_DONE):
        return _positions(header, body[2:], begin)
    if header.message == BATCH:
        return _batch(header, body, begin)
    reader = _READERS.get(header.message)
    if reader is None:
        return (Unread(body),), ()
    said = reader(body, header.version)
    if said is None:
        return _unbuilt(header, body, begin)
    return (said,), ()


def text_of(told: bytes) -> str:
    """Return text as terminals send it: GBK, filled up with zeros or blanks."""
    return told.rstrip(b"\0").decode("gbk", "backslashreplace").strip(" ")


def _unbuilt(header: Header, body: bytes, begin: int) -> Told:
    return (Unread(body),), (broken.bad_body(begin, f"{header.message:04X}"),)


def _positions(header: Header, body: bytes, begin: int) -> Told:
    location = read_location(body)
    if location is None:
        return _unbuilt(header, body, begin)
    ping, found = ping_of(location, begin)
    return (ping,), found


def _batch(header: Header, body: bytes, begin: int) -> Told:
    if len(body) < 3:
        return _unbuilt(header, body, begin)
    count, is_backfill, at = int.from_bytes(body[:2]), body[2] == 1, 3
    said, found = list[Said](), list[Finding]()
    while at + 2 <= len(body):
        stops = at + 2 + int.from_bytes(body[at : at + 2])
        if stops > len(body):
            break
        location = read_location(body[at + 2 : stops])
        if location is None:
            said.append(Unread(body[at + 2 : stops]))
            found.append(broken.bad_body(begin, f"{header.message:04X}"))
        else:
            ping, odd = ping_of(location, begin, is_backfill=is_backfill)
            said.append(ping)
            found += odd
        at = stops
    if at < len(body):
        said.append(Unread(body[at:]))
        found.append(broken.bad_items(begin, len(body) - at))
    pings = sum(not isinstance(one, Unread) for one in said)
    if pings != count:
        found.append(broken.bad_count(begin, count, pings))
    return tuple(said), tuple(found)


def _reply(body: bytes, _version: int | None) -> Reply | None:
    if len(body) < 5:
        return None
    return Reply(int.from_bytes(body[:2]), int.from_bytes(body[2:4]), body[4])


def _registration_reply(body: bytes, _version: int | None) -> Said | None:
    """Read the platform's answer, for who plays a device; its code stands where one is shown."""
    if len(body) < 3:
        return None
    if body[2]:
        return Reply(int.from_bytes(body[:2]), REGISTRATION, body[2])
    return Authentication(text_of(body[3:]))


def _heartbeat(_body: bytes, _version: int | None) -> Heartbeat:
    return Heartbeat()


def _logout(_body: bytes, _version: int | None) -> Logout:
    return Logout()


def _registration(body: bytes, version: int | None) -> Registration | None:
    edition = 2019 if version is not None else 2013
    if edition == 2013 and len(body) < 5 + sum(WIDTHS[2013]):
        edition = 2011
    maker, model, number = WIDTHS[edition]
    if len(body) < 5 + maker + model + number:
        return None
    at_model = 4 + maker
    at_number = at_model + model
    at_colour = at_number + number
    return Registration(
        text_of(body[4:at_model]),
        text_of(body[at_model:at_number]),
        text_of(body[at_number:at_colour]),
        text_of(body[at_colour + 1 :]),
        body[at_colour],
        int.from_bytes(body[:2]),
        int.from_bytes(body[2:4]),
        edition,
    )


def _authentication(body: bytes, version: int | None) -> Authentication | None:
    if version is None:
        return Authentication(text_of(body))
    if not body or len(body) < 1 + body[0]:
        return None
    ends = 1 + body[0]
    code, rest = text_of(body[1:ends]), body[ends:]
    if len(rest) < _IMEI + _SOFTWARE:
        return Authentication(code)
    return Authentication(code, text_of(rest[:_IMEI]), text_of(rest[_IMEI : _IMEI + _SOFTWARE]))


class _Cursor(msgspec.Struct):
    """Where in a body is read."""

    body: bytes
    at: int = 0

    def take(self, count: int) -> bytes:
        """Return so many bytes, or those that are left."""
        taken = self.body[self.at : self.at + count]
        self.at += count
        return taken

    def counted(self) -> bytes:
        """Return text with its length before it."""
        return self.take(int.from_bytes(self.take(1)))


def _card(body: bytes, _version: int | None) -> Card | None:
    if len(body) < 7 or body[0] not in (1, 2):
        return None
    at = year_first_s(body[1:7])
    at_s = None if at is None else at - HOURS_8_S
    if body[0] == 2 and len(body) == 7:
        return Card(at_s, False)
    cursor = _Cursor(body, 8)
    name, certificate = cursor.counted(), cursor.take(_CERTIFICATE)
    authority, until = cursor.counted(), cursor.take(4)
    identity = cursor.take(_IDENTITY)
    if len(body) < 8 or len(until) < 4:
        return None
    return Card(
        at_s,
        body[0] == 1,
        body[7],
        text_of(name),
        text_of(certificate),
        text_of(authority),
        until.hex(),
        text_of(identity),
    )


_Reader = Callable[[bytes, int | None], Said | None]
_READERS: Final[Mapping[int, _Reader]] = {
    REPLY: _reply,
    HEARTBEAT: _heartbeat,
    LOGOUT: _logout,
    REGISTRATION: _registration,
    AUTHENTICATION: _authentication,
    CARD: _card,
    PLATFORM_REPLY: _reply,
    REGISTRATION_REPLY: _registration_reply,
}
