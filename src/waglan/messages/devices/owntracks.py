"""A telephone's place as JSON: OwnTracks, and the Traccar Client; one report, or a list of them.

It is the free second source beside a lock. Degrees are read as they stand, digit by digit. By what
a telephone found its place it does not say, only how far it may be wrong.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Final, TypeAlias

import msgspec

from waglan.codes.finding import Finding, Where
from waglan.codes.key_twice import key_twice, keys_twice
from waglan.elock.device import Crossing, Logout, Ping, Quarantined, Said, Span, Telegram, Unread
from waglan.messages.devices import broken
from waglan.messages.nesting import too_deep

BODY_BYTES_MAX: Final = 256 * 1024
REPORTS_MAX: Final = 1_000  # in one list
_TIME_MAX_S: Final = 4_102_444_800  # the end of 2099
_FAR: Final = 10**9
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Place(msgspec.Struct, tag_field="_type", tag="location"):
    """A place, as OwnTracks tells it: km/h, metres, degrees, percent."""

    lat: Decimal
    lon: Decimal
    tst: int
    acc: Decimal | None = None
    alt: Decimal | None = None
    vel: Decimal | None = None
    cog: Decimal | None = None
    batt: Decimal | None = None


class Border(msgspec.Struct, tag_field="_type", tag="transition"):
    """A border that was crossed, into a place or out of it."""

    tst: int
    event: str
    desc: str = ""
    lat: Decimal | None = None
    lon: Decimal | None = None


class Gone(msgspec.Struct, tag_field="_type", tag="lwt"):
    """What a broker tells of a telephone that it hears no more."""

    tst: int


class Coordinates(msgspec.Struct):
    """A place, as the Traccar Client tells it: m/s, metres, degrees; below nought is unknown."""

    latitude: Decimal
    longitude: Decimal
    accuracy: Decimal | None = None
    speed: Decimal | None = None
    heading: Decimal | None = None
    altitude: Decimal | None = None


class Battery(msgspec.Struct):
    """A battery, from nought to one."""

    level: Decimal | None = None
    is_charging: bool | None = None


class Moment(msgspec.Struct):
    """A place at a time."""

    timestamp: datetime
    coords: Coordinates
    odometer: Decimal | None = None
    battery: Battery | None = None


class ClientReport(msgspec.Struct):
    """One report of the Traccar Client."""

    location: Moment
    device_id: str = ""


class _Kind(msgspec.Struct):
    """What a report says of itself before anything else of it is read."""

    kind: str | None = msgspec.field(default=None, name="_type")
    topic: str = ""
    tid: str = ""
    device_id: str = ""
    location: msgspec.Raw = msgspec.Raw()


_kind = msgspec.json.Decoder(_Kind).decode
_own: Callable[[bytes], Place | Border | Gone] = msgspec.json.Decoder(Place | Border | Gone).decode
_client = msgspec.json.Decoder(ClientReport).decode
_list = msgspec.json.Decoder(list[msgspec.Raw]).decode
_READ: Final = ("location", "transition", "lwt")
_Told: TypeAlias = tuple[Said, list[Finding]]


def read(body: bytes) -> Telegram | Quarantined:
    """Return what a body says; a report in it that can't be read is kept with the reason."""
    span = Span(0, len(body), sha256(body).digest())
    if len(body) > BODY_BYTES_MAX:
        return Quarantined(span, body, broken.too_long(0, BODY_BYTES_MAX))
    try:
        body.decode()
        msgspec.json.decode(body, type=msgspec.Raw)
        reports = _list(body) if body.lstrip()[:1] == b"[" else [msgspec.Raw(body)]
    except RecursionError:
        return Quarantined(span, body, too_deep(Where("document")))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Quarantined(span, body, broken.bad_field("document", str(error)))
    if ways := keys_twice(body):
        where = Where("/".join(map(str, ways[0])))
        return Quarantined(span, body, key_twice(where, ways[0]))
    if len(reports) > REPORTS_MAX:
        return Quarantined(span, body, broken.too_many("document", len(reports), REPORTS_MAX))
    return _telegram(span, body, reports)


def _telegram(span: Span, body: bytes, reports: list[msgspec.Raw]) -> Telegram:
    device: str | None = None
    said, found = list[Said](), list[Finding]()
    for n, report in enumerate(reports):
        try:
            kind = _kind(report)
            name = kind.topic or kind.device_id or kind.tid
            if device is not None and name != device:
                raise msgspec.ValidationError(f"it is of another device than the first: {name}")
            device = name
            one, odd = _report(bytes(report), kind, str(n))
        except msgspec.DecodeError as error:
            one, odd = Unread(bytes(report)), [broken.bad_field(str(n), str(error))]
        said.append(one)
        found += odd
    return Telegram(span, body, device or "", tuple(said), findings=tuple(found))


def _report(report: bytes, kind: _Kind, path: str) -> _Told:
    if kind.kind is None and bytes(kind.location):
        return _of_client(_client(report).location)
    if kind.kind == "encrypted":
        return Unread(report, True), [broken.encrypted(0, kind.topic or kind.tid)]
    if kind.kind not in _READ:
        return Unread(report), [broken.unknown_kind(path, kind.kind or "")]
    match _own(report):
        case Place() as place:
            return _of_place(place)
        case Border() as border:
            at_s, late = _time(border.tst)
            if border.lat is None or border.lon is None:
                latitude = longitude = None
                odd = list[Finding]()
            else:
                latitude, longitude, odd = _there(border.lat, border.lon)
            if border.event not in ("enter", "leave"):
                raise msgspec.ValidationError(f"'{border.event}' is neither enter nor leave")
            is_in = border.event == "enter"
            return Crossing(at_s, is_in, border.desc, latitude, longitude), late + odd
        case Gone() as gone:
            at_s, late = _time(gone.tst)
            return Logout(at_s), late


def _of_place(place: Place) -> _Told:
    at_s, late = _time(place.tst)
    latitude, longitude, odd = _there(place.lat, place.lon)
    ping = Ping(
        at_s,
        latitude,
        longitude,
        altitude_m=_whole(place.alt, 1, -_FAR),
        accuracy_m=_whole(place.acc),
        speed_m_h=_whole(place.vel, 1_000),
        course_cdeg=_whole(place.cog, 100, most=360),
        battery_percent=_whole(place.batt, most=100),
    )
    return ping, late + odd


def _of_client(moment: Moment) -> _Told:
    coords, battery = moment.coords, moment.battery or Battery()
    if moment.timestamp.tzinfo is None:
        raise msgspec.ValidationError("the time has no zone")
    at_s, late = _time((moment.timestamp - _EPOCH) // timedelta(seconds=1))
    latitude, longitude, odd = _there(coords.latitude, coords.longitude)
    ping = Ping(
        at_s,
        latitude,
        longitude,
        altitude_m=_whole(coords.altitude, 1, -_FAR),
        accuracy_m=_whole(coords.accuracy),
        speed_m_h=_whole(coords.speed, 3_600),
        course_cdeg=_whole(coords.heading, 100, most=360),
        odometer_m=_whole(moment.odometer),
        battery_percent=_whole(battery.level, 100, most=1),
        is_charging=battery.is_charging,
    )
    return ping, late + odd


def _time(told: int) -> tuple[int | None, list[Finding]]:
    if 0 < told < _TIME_MAX_S:
        return told, []
    return None, [broken.bad_time(0, str(told)[:40])]


def _there(north: Decimal, east: Decimal) -> tuple[int | None, int | None, list[Finding]]:
    latitude = _whole(north, 10_000_000, -90, 90)
    longitude = _whole(east, 10_000_000, -180, 180)
    if latitude is None or longitude is None:
        return None, None, [broken.bad_place(0, str(north)[:40], str(east)[:40])]
    return latitude, longitude, []


def _whole(told: Decimal | None, unit: int = 1, least: int = 0, most: int = _FAR) -> int | None:
    """Return a figure in whole units; None for none, and for one that can't be.

    It is held against its bounds before it is rounded: 1e999999999 is a number too.
    """
    if told is None or not told.is_finite() or not least <= told <= most:
        return None
    return round(told * unit)


_write = msgspec.json.Encoder(decimal_format="number").encode


def write(ping: Ping, topic: str) -> bytes:
    """Return a place as OwnTracks sends it, for who plays a telephone."""
    if ping.at_s is None or ping.lat_e7 is None or ping.lon_e7 is None:
        raise ValueError("a telephone tells a time and a place")
    told: dict[str, Decimal | int | str | None] = {
        "_type": "location",
        "topic": topic,
        "tst": ping.at_s,
        "lat": Decimal(ping.lat_e7).scaleb(-7),
        "lon": Decimal(ping.lon_e7).scaleb(-7),
        "alt": ping.altitude_m,
        "acc": ping.accuracy_m,
        "vel": None if ping.speed_m_h is None else Decimal(ping.speed_m_h).scaleb(-3),
        "cog": None if ping.course_cdeg is None else Decimal(ping.course_cdeg).scaleb(-2),
        "batt": ping.battery_percent,
    }
    return _write({key: value for key, value in told.items() if value is not None})
