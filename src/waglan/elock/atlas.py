"""All provinces side by side, and the ways through them: origin by destination, less exceptions.

A way is no list kept by hand. Legs are joined where one ends and the next begins: a Hong Kong leg,
a crossing, a mainland leg. Pairs that are not offered are data.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import zip_longest
from typing import Final

from waglan.codes.data import load
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.position import Position
from waglan.elock.corridor import check_corridor, passing, sites_known
from waglan.elock.plan import Mark, Plan, Stretch, planned
from waglan.elock.province import (
    MM_IN_M,
    Corridor,
    Excepted,
    Exit,
    Province,
    Quality,
    Site,
    SiteRole,
    SiteStatus,
    Territory,
    read_province,
)
from waglan.elock.route import compile_route

LEGS_MAX: Final = 4  # of one way
MINUTE_S: Final = 60


class BadProvince(ValueError):
    """A packaged file is not in order; the message says where."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One corridor as a way drives it."""

    corridor: Corridor
    is_turned: bool = False  # from its end to its begin

    @property
    def from_site(self) -> str:
        """Where it begins."""
        return self.corridor.to_site if self.is_turned else self.corridor.from_site

    @property
    def to_site(self) -> str:
        """Where it ends."""
        return self.corridor.from_site if self.is_turned else self.corridor.to_site

    @property
    def line(self) -> list[Position]:
        """Its points in the order of driving."""
        return self.corridor.line[::-1] if self.is_turned else self.corridor.line


@dataclass(frozen=True, slots=True)
class Way:
    """Legs from an origin to a destination."""

    origin: Site
    destination: Site
    legs: tuple[Leg, ...]
    exit: Exit | None = None  # what ends it, if it leaves for elsewhere

    @property
    def quality(self) -> Quality:
        """ILLUSTRATIVE if one leg is; every map, verdict and bundle repeats the word."""
        drawn = [leg for leg in self.legs if leg.corridor.quality is not Quality.SURVEYED]
        return Quality.ILLUSTRATIVE if drawn else Quality.SURVEYED

    @property
    def is_planned(self) -> bool:
        """Whether an end of it is only planned."""
        ends = {self.origin.status, self.destination.status}
        return SiteStatus.PLANNED in ends or (
            self.exit is not None and self.exit.status is SiteStatus.PLANNED
        )


@dataclass(frozen=True, slots=True)
class Atlas:
    """Every province that was read, by the ids of what stands in them."""

    provinces: Mapping[str, Province]
    sites: Mapping[str, Site]
    territories: Mapping[str, Territory]  # of sites
    legs: Mapping[str, tuple[Leg, ...]]  # by the site where they begin
    exits: Mapping[str, Exit]  # by site
    excepted: Mapping[frozenset[str], Excepted]

    def way(self, origin: str, destination: str, *, on: date) -> Way | None:
        """Return the way with the fewest legs; None: none. Among equals surveyed ones come first.

        It goes from one customs territory into another, and only through crossings and transfers.
        """
        if frozenset({origin, destination}) in self.excepted:
            return None
        ends = self.territories.get(origin), self.territories.get(destination)
        if None in ends or ends[0] is ends[1]:
            return None
        open_ = [tuple[Leg, ...]()]
        for _ in range(LEGS_MAX):
            open_ = [(*legs, leg) for legs in open_ for leg in self._next(origin, legs, on)]
            there = [legs for legs in open_ if legs[-1].to_site == destination]
            if there:
                sites, exits = self.sites, self.exits
                best = min(there, key=_rank)
                return Way(sites[origin], sites[destination], best, exits.get(destination))
            open_ = [legs for legs in open_ if self._passes(legs[-1].to_site)]
        return None

    def ways(self, begins: Territory, ends: Territory, *, on: date) -> Iterator[Way]:
        """Yield the ways from every clearance point of one territory to every one of another."""
        for origin in self._points(begins):
            for destination in self._points(ends):
                if way := self.way(origin, destination, on=on):
                    yield way

    def _next(self, origin: str, legs: tuple[Leg, ...], on: date) -> Iterator[Leg]:
        been = {origin, *[leg.to_site for leg in legs]}
        for leg in self.legs.get(legs[-1].to_site if legs else origin, ()):
            if leg.to_site not in been and leg.corridor.is_in_force(on):
                yield leg

    def _passes(self, site: str) -> bool:
        return self.sites[site].role is not SiteRole.CLEARANCE_POINT

    def _points(self, territory: Territory) -> list[str]:
        return [
            site.id
            for site in self.sites.values()
            if site.role is SiteRole.CLEARANCE_POINT and self.territories[site.id] is territory
        ]


def _rank(legs: tuple[Leg, ...]) -> tuple[int, list[str]]:
    """By how many legs are only drawn, then by name, so that everybody chooses alike."""
    drawn = [leg for leg in legs if leg.corridor.quality is not Quality.SURVEYED]
    return len(drawn), [leg.corridor.id for leg in legs]


def read_atlas(texts: Mapping[str, str]) -> tuple[Atlas, list[Finding]]:
    """Return all provinces of these files, by name, and what is wrong with any of them.

    A file or corridor with an error is left out: nothing is armed on what makes no sense.
    """
    findings, provinces = list[Finding](), dict[str, Province]()
    for name, text in sorted(texts.items()):
        province, found = read_province(text)
        findings += found
        if province is not None and province.id in provinces:
            where = Where(f"provinces/{name}")
            findings.append(Finding("PROVINCE-TWICE", Severity.ERROR, where, {"id": province.id}))
        elif province is not None:
            provinces[province.id] = province
    atlas, found = joined(provinces)
    return atlas, [*findings, *found]


def joined(
    provinces: Mapping[str, Province], *, is_checked: bool = False
) -> tuple[Atlas, list[Finding]]:
    """Return an atlas of provinces that were read, by their ids, and what does not fit together.

    Of those that were checked with one another before, lines are not looked at again.
    """
    findings = list[Finding]()
    sites, territories = dict[str, Site](), dict[str, Territory]()
    for province in provinces.values():
        for site in province.sites:
            if site.id in sites:
                where = Where(f"sites/{site.id}")
                findings.append(Finding("PROVINCE-TWICE", Severity.ERROR, where, {"id": site.id}))
                continue
            sites[site.id], territories[site.id] = site, province.territory
    legs, found = _legs(provinces, sites, is_checked=is_checked)
    exits, unknown = _exits(provinces, sites)
    excepted = {one.pair: one for province in provinces.values() for one in province.excepted}
    atlas = Atlas(provinces, sites, territories, legs, exits, excepted)
    return atlas, [*findings, *found, *unknown]


def _legs(
    provinces: Mapping[str, Province], sites: Mapping[str, Site], *, is_checked: bool
) -> tuple[dict[str, tuple[Leg, ...]], list[Finding]]:
    legs, findings, seen = dict[str, tuple[Leg, ...]](), list[Finding](), set[str]()
    for province in provinces.values():
        for corridor in province.corridors:
            if is_checked and sites_known(corridor, sites):
                found = list[Finding]()
            else:
                found = check_corridor(corridor, province, sites)
            if corridor.id in seen:
                where = Where(f"corridors/{corridor.id}")
                found.append(Finding("PROVINCE-TWICE", Severity.ERROR, where, {"id": corridor.id}))
            findings += found
            if any(one.severity is Severity.ERROR for one in found):
                continue
            seen.add(corridor.id)
            for leg in [Leg(corridor), Leg(corridor, is_turned=True)][: 1 + corridor.is_both_ways]:
                legs[leg.from_site] = (*legs.get(leg.from_site, ()), leg)
    return legs, findings


def _exits(
    provinces: Mapping[str, Province], sites: Mapping[str, Site]
) -> tuple[dict[str, Exit], list[Finding]]:
    exits = [one for province in provinces.values() for one in province.exits]
    findings = [
        Finding(
            "PROVINCE-SITE-UNKNOWN", Severity.ERROR, Where(f"exits/{one.id}"), {"site": one.site}
        )
        for one in exits
        if one.site not in sites
    ]
    return {one.site: one for one in exits if one.site in sites}, findings


@cache
def packaged() -> Atlas:
    """Return the provinces that come along; raise BadProvince if one has an error."""
    atlas, findings = read_atlas(load("elock/provinces"))
    for finding in findings:
        if finding.severity is Severity.ERROR:
            raise BadProvince(f"{finding.code} {finding.where.path} {dict(finding.params)}")
    return atlas


def plan_of(way: Way, sites: Mapping[str, Site], *, begins_s: Sequence[int] = ()) -> Plan:
    """Return what a trip on this way is measured against; raise NoPlan if it can't be.

    Every site between, every checkpoint and the destination is a mark where the line passes it.
    `begins_s` is when each leg is to begin: windows count from there, and without it there is none.
    The buffer is the widest of the legs': no truck is accused inside its corridor.
    """
    route = compile_route([point for leg in way.legs for point in leg.line])
    marks, stretches, come_mm = list[Mark](), list[Stretch](), 0
    for leg, begins in zip_longest(way.legs, begins_s[: len(way.legs)]):
        begun_mm = come_mm
        for site, until in _passed(leg):
            come_mm = passing(route, sites[site].position, from_mm=come_mm).at_mm
            late_s = None if begins is None or until is None else begins + until * MINUTE_S
            marks.append(Mark(site, come_mm, late_s))
        for one in leg.corridor.stretches:
            ends = one.from_place, one.to_place
            places = [Position.of_degrees(*end) for end in ends]
            low_mm, high_mm = sorted(
                passing(route, place, from_mm=begun_mm).at_mm for place in places
            )
            stretches.append(Stretch(one.cover, low_mm, high_mm))
    buffer_mm = max(leg.corridor.buffer_m for leg in way.legs) * MM_IN_M
    return planned(route, buffer_mm, marks, stretches)


def _passed(leg: Leg) -> list[tuple[str, int | None]]:
    """Its checkpoints and end; windows are those of the corridor's own direction alone."""
    told = [(one.site, one.until_minutes) for one in leg.corridor.checkpoints]
    if leg.is_turned:
        told = [(site, None) for site, _ in reversed(told)]
    return [*told, (leg.to_site, None)]
