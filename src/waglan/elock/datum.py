"""In which datum a device tells its places, and how those of GCJ-02 become WGS-84, once, at intake.

What a device declares and whose customs territory it is of decide, never where a place lies: a
rectangle around China shifts Hong Kong, which nobody's law shifts. The transform uses floats; so
its integers are stored, and neither a fold nor a bundle works it out again.
"""

from enum import Enum
from math import cos, pi, radians, sin, sqrt
from typing import Final

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.position import LATITUDE_MAX_E7, LONGITUDE_MAX_E7, Position
from waglan.elock.province import Territory

TRANSFORM_VERSION: Final = 1
ROUNDS: Final = 3  # of the inverse: what is left of its error is below a millimetre's fiftieth
_E7: Final = 10**7

# The community's formula; the official one is not published. Ellipsoid of Krassowsky 1940.
_AXIS_M: Final = 6_378_245.0
_ECCENTRICITY_2: Final = 0.006_693_421_622_965_943_23


class Datum(Enum):
    """What a device declares; it is data of its provisioning."""

    WGS_84 = "WGS-84"
    GCJ_02 = "GCJ-02"
    BD_09 = "BD-09"  # one vendor's own frame on top of it: refused
    UNKNOWN = "unknown"


def is_shifted(datum: Datum, territory: Territory | None) -> bool:
    """Whether what a device sends is taken for GCJ-02: it says so, and is of the mainland."""
    return datum is Datum.GCJ_02 and territory is Territory.MAINLAND


def check_datum(datum: Datum, territory: Territory | None) -> list[Finding]:
    """Return why a device can't be entered with this datum."""
    where = Where("datum")
    if datum is Datum.BD_09:
        return [Finding("DEVICE-DATUM", Severity.ERROR, where, {"datum": datum.value})]
    if datum is Datum.GCJ_02 and territory is not Territory.MAINLAND:
        here = "-" if territory is None else territory.value
        return [Finding("DEVICE-DATUM-HERE", Severity.ERROR, where, {"territory": here})]
    return []


def to_gcj02(at: Position) -> Position:
    """Return where a place of WGS-84 is said to lie in GCJ-02, wherever it is."""
    return _position(*_shifted(at.lat_e7 / _E7, at.lon_e7 / _E7))


def to_wgs84(at: Position) -> Position:
    """Return the place that is said in GCJ-02 to lie here, by three rounds of a fixed point."""
    said_lat, said_lon = at.lat_e7 / _E7, at.lon_e7 / _E7
    lat, lon = said_lat, said_lon
    for _ in range(ROUNDS):
        there_lat, there_lon = _shifted(lat, lon)
        lat, lon = lat + said_lat - there_lat, lon + said_lon - there_lon
    return _position(lat, lon)


class Placed(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A place as a device sent it, and the one that it means in WGS-84."""

    raw_lat_e7: int
    raw_lon_e7: int
    lat_e7: int
    lon_e7: int


def placed(lat_e7: int, lon_e7: int) -> Placed:
    """Return a place of GCJ-02 with what it means."""
    meant = to_wgs84(Position(lat_e7, lon_e7))
    return Placed(lat_e7, lon_e7, meant.lat_e7, meant.lon_e7)


def _position(lat: float, lon: float) -> Position:
    lat_e7 = min(max(round(lat * _E7), -LATITUDE_MAX_E7), LATITUDE_MAX_E7)
    lon_e7 = min(max(round(lon * _E7), -LONGITUDE_MAX_E7), LONGITUDE_MAX_E7)
    return Position(lat_e7, lon_e7)


def _shifted(lat: float, lon: float) -> tuple[float, float]:
    x, y = lon - 105, lat - 35
    north_m = (
        -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
        + _waves(x, (20, 6), (20, 2)) + _waves(y, (20, 1), (40, 1 / 3))
        + _waves(y, (160, 1 / 12), (320, 1 / 30))
    )  # fmt: skip
    east_m = (
        300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
        + _waves(x, (20, 6), (20, 2)) + _waves(x, (20, 1), (40, 1 / 3))
        + _waves(x, (150, 1 / 12), (300, 1 / 30))
    )  # fmt: skip
    bulge = 1 - _ECCENTRICITY_2 * sin(radians(lat)) ** 2
    north = 180 * north_m * bulge * sqrt(bulge) / (pi * _AXIS_M * (1 - _ECCENTRICITY_2))
    # At a pole every longitude is the same place.
    around = max(cos(radians(lat)), 1e-9)
    east = 180 * east_m * sqrt(bulge) / (pi * _AXIS_M * around)
    return lat + north, lon + east


def _waves(u: float, one: tuple[float, float], other: tuple[float, float]) -> float:
    (p, q), (r, s) = one, other
    return 2 / 3 * (p * sin(q * pi * u) + r * sin(s * pi * u))
