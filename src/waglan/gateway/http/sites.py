"""Sites, corridors and ways as they are in force: each with what it is worth."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from waglan.codes.calendar import HONG_KONG
from waglan.elock.atlas import Way
from waglan.elock.province import Corridor, Exit, Site, Territory
from waglan.gateway.http.asked import AskedTime
from waglan.gateway.http.described import gives
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import absent
from waglan.operations._ground import InForceThen, ground_at
from waglan.parties.permission import Act

router = APIRouter(prefix="/v1", tags=["grounds"])

At = Annotated[AskedTime | None, Query(description="At which time; now, if none.")]
Origin = Annotated[
    str, Query(min_length=1, max_length=80, description="The site where a trip begins.")
]
Destination = Annotated[
    str, Query(min_length=1, max_length=80, description="The site where it ends.")
]


class SiteView(BaseModel):
    """A site: only one that is `active` is named in a source as of the scheme.

    It lies within `radius_m` of where it is shown; `is_verified` false is to be shown with it.
    """

    id: str
    province: str
    territory: str
    name_en: str
    name_zh: str
    kind: str
    city: str
    role: str
    lat: float
    lon: float
    radius_m: int
    status: str
    is_verified: bool
    evidence: str
    source_url: str | None
    note: str | None
    exit: str | None


class LegView(BaseModel):
    """One corridor of a way, in the direction in which it is driven."""

    corridor: str
    from_site: str
    to_site: str
    quality: str


class WayView(BaseModel):
    """How a trip would go; `quality` is `illustrative` if one leg is only drawn."""

    origin: str
    destination: str
    quality: str
    is_planned: bool
    legs: list[LegView]
    exit: str | None
    ends_with: list[str]


@router.get("/sites", response_model=list[SiteView], responses=ERRORS)
async def sites(
    visitor: TheVisitor,
    province: Annotated[str | None, Query(description="Of one province alone, by its id.")] = None,
    at: At = None,
) -> list[SiteView]:
    """List the sites in force, with how each stands to the scheme, and on what that rests."""
    ground, _ = await _ground(visitor, at)
    atlas = ground.atlas
    return [
        _site(one, file.id, file.territory, atlas.exits.get(one.id))
        for file in sorted(atlas.provinces.values(), key=lambda each: each.id)
        if province in (None, file.id)
        for one in file.sites
        if atlas.sites.get(one.id) == one
    ]


@router.get("/corridors", responses={**ERRORS, **gives("application/json")})
async def corridors(
    visitor: TheVisitor,
    province: Annotated[str | None, Query(description="Of one province alone, by its id.")] = None,
    at: At = None,
) -> dict[str, Any]:
    """Return the corridors in force as GeoJSON: longitude first, each with quality and marks."""
    ground, _ = await _ground(visitor, at)
    found = [
        _feature(one, file.id, ground)
        for file in sorted(ground.atlas.provinces.values(), key=lambda each: each.id)
        if province in (None, file.id)
        for one in file.corridors
    ]
    return {"type": "FeatureCollection", "features": found}


@router.get("/ways", response_model=WayView, responses=ERRORS)
async def way(
    origin: Origin, destination: Destination, visitor: TheVisitor, at: At = None
) -> WayView:
    """Say how a trip from one site to another would go, and what its corridors are worth."""
    ground, day = await _ground(visitor, at)
    found = ground.atlas.way(origin, destination, on=day)
    if found is None:
        raise absent("way")
    return _way(found)


async def _ground(visitor: Visitor, at: datetime | None) -> tuple[InForceThen, date]:
    visitor.must(Act.READ)
    when = at or visitor.kit.clock()
    async with visitor.transaction() as tx:
        return await ground_at(tx, when), when.astimezone(HONG_KONG).date()


def _site(one: Site, province: str, territory: Territory, exit_: Exit | None) -> SiteView:
    lat, lon = one.at
    return SiteView(
        id=one.id,
        province=province,
        territory=territory.value,
        name_en=one.name_en,
        name_zh=one.name_zh,
        kind=one.kind.value,
        city=one.city,
        role=one.role.value,
        lat=float(lat),
        lon=float(lon),
        radius_m=one.radius_mm // 1_000,
        status=one.status.value,
        is_verified=one.is_verified,
        evidence=one.evidence.value,
        source_url=one.source_url,
        note=one.note,
        exit=None if exit_ is None else exit_.id,
    )


def _feature(one: Corridor, province: str, ground: InForceThen) -> dict[str, Any]:
    named = ground.atlas.sites
    marks = [
        {"site": site, "at": _lonlat(named[site].at)}
        for site in (one.from_site, *[each.site for each in one.checkpoints], one.to_site)
        if site in named
    ]
    covers = [
        {
            "cover": each.cover.value,
            "from": _lonlat(each.from_place),
            "to": _lonlat(each.to_place),
        }
        for each in one.stretches
    ]
    return {
        "type": "Feature",
        "id": one.id,
        "geometry": {"type": "LineString", "coordinates": [_lonlat(each) for each in one.points]},
        "properties": {
            "province": province,
            "from_site": one.from_site,
            "to_site": one.to_site,
            "quality": one.quality.value,
            "buffer_m": one.buffer_m,
            "is_both_ways": one.is_both_ways,
            "in_force_from": None if one.in_force_from is None else one.in_force_from.isoformat(),
            "in_force_until": (
                None if one.in_force_until is None else one.in_force_until.isoformat()
            ),
            "marks": marks,
            "stretches": covers,
        },
    }


def _lonlat(place: tuple[Any, Any]) -> list[float]:
    lat, lon = place
    return [float(lon), float(lat)]


def _way(found: Way) -> WayView:
    return WayView(
        origin=found.origin.id,
        destination=found.destination.id,
        quality=found.quality.value,
        is_planned=found.is_planned,
        legs=[
            LegView(
                corridor=leg.corridor.id,
                from_site=leg.from_site,
                to_site=leg.to_site,
                quality=leg.corridor.quality.value,
            )
            for leg in found.legs
        ],
        exit=None if found.exit is None else found.exit.id,
        ends_with=[] if found.exit is None else [one.value for one in found.exit.ends_with],
    )
