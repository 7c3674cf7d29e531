"""A province is a file: its sites, corridors and exits, with where each is from and how sure it is.

A site that is not `active` is no member of the scheme, and a corridor that nobody surveyed is
illustrative. Whoever shows one or the other says so.
"""

import tomllib
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Final

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.position import Position
from waglan.elock.plan import Cover

TEXT_MAX: Final = 4 * 2**20  # characters of one file
SITES_MAX: Final = 2_000  # of one file, as the other counts
CORRIDORS_MAX: Final = 2_000
EXITS_MAX: Final = 100
EXCEPTED_MAX: Final = 2_000
FINDINGS_MAX: Final = 20  # of one corridor's places
PRECISION_MAX_KM: Final = 100
DATUM: Final = "WGS-84"
MM_IN_M: Final = 1_000
MM_IN_KM: Final = 1_000_000

Degrees = tuple[Decimal, Decimal]  # latitude, longitude


class Territory(Enum):
    """A customs territory, as the letters of ISO 3166-1."""

    HONG_KONG = "HK"
    MACAO = "MO"
    MAINLAND = "CN"


class SiteKind(Enum):
    """What stands at a site."""

    AIRPORT_CARGO = "airport_cargo"
    BONDED_PARK = "bonded_park"
    BOUNDARY_CONTROL_POINT = "boundary_control_point"
    CONTAINER_TERMINAL = "container_terminal"
    EXPRESS_CENTRE = "express_centre"
    INTERMODAL_PIER = "intermodal_pier"
    LAND_PORT = "land_port"
    POST = "post"
    RAIL_PORT = "rail_port"
    VEHICLE_INSPECTION_YARD = "vehicle_inspection_yard"


class SiteStatus(Enum):
    """How a site stands to the scheme: ACTIVE alone was named in a source in connection with it."""

    ACTIVE = "active"
    CANDIDATE = "candidate"  # a facility of the right kind; nobody said that it belongs
    PROPOSED = "proposed"
    EXPLORED = "explored"
    PLANNED = "planned"


class SiteRole(Enum):
    """What a site is on the way."""

    CLEARANCE_POINT = "clearance_point"
    BOUNDARY = "boundary"
    TRANSFER = "transfer"  # from vehicle to vehicle, or from scheme to scheme


class SiteEvidence(Enum):
    """On what it stands that a site is told as it is, from the strongest to none."""

    NAMED = "named"
    NAMED_AS_ORIGIN = "named_as_origin"
    NAMED_ITFS = "named_itfs"  # for the older scheme of Hong Kong alone
    VISITED_NOT_STATED = "visited_not_stated"
    FACILITY_CITED = "facility_cited"
    FACILITY_UNCITED = "facility_uncited"
    CITY_ONLY = "city_only"
    PROVINCE_ONLY = "province_only"
    ASSUMED_SITE = "assumed_site"


class Quality(Enum):
    """What a corridor is worth: only an authority's survey makes it more than a drawing."""

    ILLUSTRATIVE = "illustrative"
    SURVEYED = "surveyed"


class ExitMode(Enum):
    """How cargo goes on from an exit."""

    ROAD = "road"
    SEA = "sea"


class ExitEnd(Enum):
    """What must be told before a way that ends at an exit is over."""

    OPENING_ORDER = "opening_order"
    SEAL_TAKING_OVER = "seal_taking_over"  # its number
    RECEIVING_PARTY = "receiving_party"
    GATE_IN = "gate_in"
    LOADED_ON_BOARD = "loaded_on_board"


class _Row(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    pass


class Site(_Row, frozen=True, gc=False):
    """A place where a trip begins, ends, crosses or is handed over."""

    id: str
    name_en: str
    name_zh: str
    kind: SiteKind
    city: str
    at: Degrees
    precision_km: Decimal  # the place lies within so much of `at`
    status: SiteStatus
    role: SiteRole
    evidence: SiteEvidence
    source_url: str | None = None
    note: str | None = None

    @property
    def is_verified(self) -> bool:
        """Whether a source names it in connection with the scheme; else show that it is not so."""
        return self.status is SiteStatus.ACTIVE

    @property
    def position(self) -> Position:
        """Where it is said to lie; raise BadCode for what `read_province` refuses."""
        return Position.of_degrees(*self.at)

    @property
    def radius_mm(self) -> int:
        """How far around it counts as there. Of a drawn position that is no evidence of a place."""
        return int(self.precision_km * MM_IN_KM)


class CorridorMark(_Row, frozen=True, gc=False):
    """A checkpoint of a corridor, with its window in minutes from the corridor's start."""

    site: str
    from_minutes: int | None = None
    until_minutes: int | None = None


class CorridorStretch(_Row, frozen=True, gc=False):
    """A declared tunnel, ferry or stop zone, from one place on the line to another."""

    cover: Cover
    from_place: Degrees
    to_place: Degrees


class Corridor(_Row, frozen=True, gc=False):
    """A line from site to site, and how far from it a truck may be."""

    id: str
    from_site: str
    to_site: str
    points: tuple[Degrees, ...]
    quality: Quality = Quality.ILLUSTRATIVE  # until an authority says otherwise
    buffer_m: int = 200  # to either side
    checkpoints: tuple[CorridorMark, ...] = ()  # between its ends, in the order of the line
    stretches: tuple[CorridorStretch, ...] = ()
    is_both_ways: bool = True
    source: str | None = None  # None: as the file's
    in_force_from: date | None = None
    in_force_until: date | None = None

    @property
    def line(self) -> list[Position]:
        """Its points; raise BadCode for what `read_province` refuses."""
        return [Position.of_degrees(*point) for point in self.points]

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on a day; what tells no day holds on any."""
        after = self.in_force_from is None or self.in_force_from <= on
        return after and (self.in_force_until is None or on <= self.in_force_until)


class Exit(_Row, frozen=True, gc=False):
    """Where a way leaves the scheme's territory for good, and what ends it."""

    id: str
    site: str
    mode: ExitMode
    status: SiteStatus
    ends_with: tuple[ExitEnd, ...]


class Excepted(_Row, frozen=True, gc=False):
    """A pair of sites, either way round, that is not offered, and why."""

    from_site: str
    to_site: str
    reason: str
    source: str
    checked_on: date

    @property
    def pair(self) -> frozenset[str]:
        """The two sites."""
        return frozenset({self.from_site, self.to_site})


class Province(_Row, frozen=True):
    """One file of sites and corridors."""

    id: str
    name_en: str
    name_zh: str
    territory: Territory
    status: SiteStatus
    source: str
    licence: str
    checked_on: date
    datum: str | None = None
    changes: str | None = None
    sites: tuple[Site, ...] = ()
    corridors: tuple[Corridor, ...] = ()
    exits: tuple[Exit, ...] = ()
    excepted: tuple[Excepted, ...] = ()


def read_province(text: str) -> tuple[Province | None, list[Finding]]:
    """Return the province of a file, or None and what keeps the file from being one.

    What needs other files, such as a corridor's far end, `waglan.elock.atlas` looks at.
    """
    if len(text) > TEXT_MAX:
        return None, [_too_many("characters", len(text), TEXT_MAX)]
    try:
        province = msgspec.convert(tomllib.loads(text, parse_float=Decimal), Province)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        reason = str(error)[:200]
        return None, [Finding("PROVINCE-FORM", Severity.ERROR, Where(""), {"reason": reason})]
    findings = [*_counted(province), *_datum(province), *_named(province), *_placed(province)]
    return (None if findings else province), findings


def _too_many(what: str, count: int, most: int) -> Finding:
    return Finding(
        "PROVINCE-SIZE", Severity.ERROR, Where(what), {"what": what, "count": count, "max": most}
    )


def _counted(province: Province) -> list[Finding]:
    counts = {
        "sites": (len(province.sites), SITES_MAX),
        "corridors": (len(province.corridors), CORRIDORS_MAX),
        "exits": (len(province.exits), EXITS_MAX),
        "excepted": (len(province.excepted), EXCEPTED_MAX),
    }
    return [_too_many(what, count, most) for what, (count, most) in counts.items() if count > most]


def _datum(province: Province) -> list[Finding]:
    """Another datum lies hundreds of metres beside, which no corridor is wide enough for."""
    if province.datum == DATUM:
        return []
    datum = province.datum or "-"
    return [Finding("PROVINCE-DATUM", Severity.ERROR, Where("datum"), {"datum": datum[:80]})]


def _named(province: Province) -> list[Finding]:
    """Every id names one thing of its kind."""
    findings = list[Finding]()
    for what, ids in (
        ("sites", [one.id for one in province.sites]),
        ("corridors", [one.id for one in province.corridors]),
        ("exits", [one.id for one in province.exits]),
    ):
        seen = set[str]()
        for id_ in ids:
            if id_ in seen or not id_.strip():
                where = Where(f"{what}/{id_}")
                findings.append(Finding("PROVINCE-TWICE", Severity.ERROR, where, {"id": id_}))
            seen.add(id_)
    return findings


def _placed(province: Province) -> list[Finding]:
    """Every place lies on the globe, and how well it is known can be believed."""
    findings = list[Finding]()
    for site in province.sites:
        findings += _on_globe(Where(f"sites/{site.id}"), [site.at])
        known = site.precision_km
        if not (known.is_finite() and 0 < known <= PRECISION_MAX_KM):
            where = Where(f"sites/{site.id}/precision_km")
            findings.append(_imprecise(where, site.id))
    for corridor in province.corridors:
        where = Where(f"corridors/{corridor.id}")
        places = [*corridor.points]
        for one in corridor.stretches:
            places += [one.from_place, one.to_place]
        findings += _on_globe(where, places)
    return findings


def _imprecise(where: Where, site: str) -> Finding:
    return Finding(
        "PROVINCE-PRECISION", Severity.ERROR, where, {"site": site, "max": PRECISION_MAX_KM}
    )


def _on_globe(where: Where, places: list[Degrees]) -> list[Finding]:
    wrong = [
        (lat, lon)
        for lat, lon in places
        if not (lat.is_finite() and lon.is_finite() and abs(lat) <= 90 and abs(lon) <= 180)
    ]
    return [_off_globe(where, lat, lon) for lat, lon in wrong[:FINDINGS_MAX]]


def _off_globe(where: Where, lat: Decimal, lon: Decimal) -> Finding:
    """Longitude first is what most maps and GeoJSON write: say so where it shows."""
    place = f"{lat}, {lon}"[:80]
    if lat.is_finite() and lon.is_finite() and abs(lat) <= 180 and abs(lon) <= 90:
        return Finding("PROVINCE-SWAPPED", Severity.ERROR, where, {"place": place})
    return Finding("PROVINCE-GLOBE", Severity.ERROR, where, {"place": place})
