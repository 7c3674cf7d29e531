"""What locks and trackers say, in the same words whatever protocol they speak.

Integers in the units of their names; None where nothing was said. Coordinates stand as the device
sent them: which datum it uses is known of the device, not of the frame. The bytes are kept beside.
"""

from enum import Enum
from typing import TypeAlias

import msgspec

from waglan.codes.finding import Finding


class Fix(Enum):
    """By what a place was found; NONE is a place that the device itself does not vouch for."""

    GNSS = "gnss"
    CELLS = "lbs"  # masts of the telephone network: hundreds of metres, at best
    NONE = "none"


class Method(Enum):
    """How a lock was opened or closed."""

    CARD = "card"
    BLE = "ble"
    PLATFORM = "platform"
    SMS = "sms"
    KEY = "key"
    CODE = "code"
    NONE = "none"


class Span(msgspec.Struct, frozen=True, gc=False):
    """Which bytes of a connection they were, counted from its first, and their SHA-256.

    Marks around a frame are not hashed, so that one sent again has the same hash.
    """

    begin: int
    end: int
    sha256: bytes


class Item(msgspec.Struct, frozen=True, gc=False):
    """One more thing that a frame says, as it stands there: a number of its protocol, and bytes."""

    number: int
    value: bytes


class Ping(msgspec.Struct, frozen=True, gc=False):
    """Where a device says it was, and how. The bits of its words are kept, whatever they mean."""

    at_s: int | None = None  # by the device's clock, in seconds since 1970 UTC
    lat_e7: int | None = None
    lon_e7: int | None = None
    fix: Fix | None = None
    altitude_m: int | None = None
    accuracy_m: int | None = None
    speed_m_h: int | None = None  # metres an hour: exact for km/h and for knots
    course_cdeg: int | None = None  # hundredths of a degree, clockwise from north
    odometer_m: int | None = None
    satellites: int | None = None
    signal: int | None = None  # on the device's own scale
    battery_percent: int | None = None
    is_charging: bool | None = None
    alarm_bits: int | None = None
    status_bits: int | None = None
    is_backfill: bool | None = None  # sent later, out of the device's store
    items: tuple[Item, ...] = ()


class Opening(msgspec.Struct, frozen=True, gc=False):
    """What a lock put down of one opening, closing or trial; `told` is the rest, word by word."""

    at_s: int | None = None
    lat_e7: int | None = None
    lon_e7: int | None = None
    fix: Fix | None = None
    method: Method | None = None  # None: nobody published what the record's numbers mean
    actor: str | None = None  # card, user, telephone
    told: tuple[str, ...] = ()


class Heartbeat(msgspec.Struct, frozen=True, gc=False):
    """Only that it is there: no time, no place."""


class Registration(msgspec.Struct, frozen=True, gc=False):
    """A device that asks to be known, and what it calls itself."""

    maker: str
    model: str
    terminal: str  # the maker's own number of it
    plate: str
    plate_colour: int
    province: int
    county: int
    edition: int  # of the protocol: 2011, 2013, 2019


class Authentication(msgspec.Struct, frozen=True, gc=False):
    """A device that shows the code it was given."""

    code: str
    imei: str | None = None
    software: str | None = None


class Reply(msgspec.Struct, frozen=True, gc=False):
    """What came of a message that the platform had sent."""

    serial: int
    message: int
    result: int  # 0 done, 1 failed, 2 wrong, 3 not known


class Logout(msgspec.Struct, frozen=True, gc=False):
    """A device that takes its leave, or of which its broker says so."""

    at_s: int | None = None


class Card(msgspec.Struct, frozen=True, gc=False):
    """A driver's card that was put in or taken out."""

    at_s: int | None
    is_in: bool
    result: int | None = None
    name: str = ""
    certificate: str = ""
    authority: str = ""
    valid_until: str = ""  # YYYYMMDD, as sent
    identity: str = ""


class Crossing(msgspec.Struct, frozen=True, gc=False):
    """A device's own note that it came into a place, or left it."""

    at_s: int | None
    is_in: bool
    place: str = ""
    lat_e7: int | None = None
    lon_e7: int | None = None


class Fragment(msgspec.Struct, frozen=True, gc=False):
    """A part of a message that is too long for one frame; what it says, the last one tells."""

    total: int
    index: int


class Unread(msgspec.Struct, frozen=True, gc=False):
    """A message that is whole, and that nobody reads here, or nobody can without its key."""

    body: bytes
    is_encrypted: bool = False


Said: TypeAlias = (
    Ping
    | Opening
    | Heartbeat
    | Registration
    | Authentication
    | Reply
    | Logout
    | Card
    | Crossing
    | Fragment
    | Unread
)


class Telegram(msgspec.Struct, frozen=True, gc=False):
    """One whole frame of a device: whose, which, and all that it says."""

    span: Span
    raw: bytes
    device: str  # as the frame names it; whether it is that one, the door knows
    said: tuple[Said, ...]
    message: int | None = None  # the protocol's number of the kind of message
    serial: int | None = None  # the device's own count, which wraps
    version: int | None = None  # of the protocol, where the frame tells it
    findings: tuple[Finding, ...] = ()


class Quarantined(msgspec.Struct, frozen=True, gc=False):
    """Bytes that are no frame, or a broken one, and why; whose, if that could be read."""

    span: Span
    raw: bytes
    finding: Finding
    device: str | None = None
    serial: int | None = None


class Lapsed(msgspec.Struct, frozen=True, gc=False):
    """A message whose other fragments are no longer waited for; those that came were told."""

    device: str
    message: int
    first_serial: int
    finding: Finding


Heard: TypeAlias = Telegram | Quarantined | Lapsed
