"""Who sees some movements is worked out anew, and written as it is now."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from waglan.manifest.call import Voyage, is_same_call
from waglan.parties.report_readers import Concerned, Seen, movement_readers
from waglan.store import Transaction, report_links
from waglan.store.links import FOREVER
from waglan.store.report_links import Carried, Moved, Sight

BATCH = 5_000


async def fit_movements(tx: Transaction, movements: Collection[int], *, now: datetime) -> int:
    """Write who sees these movements now, with their events; return how many sights changed.

    For the engine, one at a time. A movement that was told before the manifest came becomes
    visible with it, and one whose manifest went is seen no more by those it went from.
    """
    wanted = sorted(movements)
    changed = 0
    for first in range(0, len(wanted), BATCH):
        changed += await _fit(tx, wanted[first : first + BATCH], now)
    return changed


async def _fit(tx: Transaction, wanted: Collection[int], now: datetime) -> int:
    moved = await report_links.moved(tx, wanted)
    carried = await report_links.carried(tx, {one.container for one in moved})
    bare = {_bare(one.voyage.voyage) for one in moved if one.voyage.voyage}
    filed = await report_links.authorities(tx, bare)
    places = {
        one.number: belongs(
            one, carried.get(one.container, ()), filed.get(_bare(one.voyage.voyage), ())
        )
        for one in moved
    }
    inside = {number for place in places.values() for number, _ in place.consignments}
    sights = await report_links.sights(tx, inside)
    should = {
        Sight(org, one.number, until)
        for one in moved
        for org, until in _readers(one, places[one.number], sights, now).items()
    }
    before = await report_links.seen_now(tx, wanted)
    links = ((n, *bill) for n, place in places.items() for bill in place.consignments)
    await report_links.put_links(tx, wanted, links)
    await report_links.change(tx, before - should, should - before)
    return len(before ^ should)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a movement belongs: consignments in its box (with their bills), filers, authorities."""

    consignments: frozenset[tuple[int, str]] = frozenset()
    filers: frozenset[int] = frozenset()
    authorities: frozenset[int] = frozenset()


def belongs(one: Moved, carried: Iterable[Carried], filed: Iterable[tuple[int, Voyage]]) -> Place:
    """Return where a movement belongs.

    By ship and voyage; or because it names a bill that travels in the very box, for partners count
    voyages differently. A box's number alone ties nothing: boxes come back.
    """
    listings = list(carried)
    named = {
        (row.filer, row.voyage)
        for row in listings
        # A box that was listed and stands on no bill has an empty number.
        if row.number and row.number in one.bills and not _is_other_ship(one.voyage, row.voyage)
    }
    there = [
        row
        for row in listings
        if is_same_call(one.voyage, row.voyage) or (row.filer, row.voyage) in named
    ]
    return Place(
        frozenset((row.consignment, row.number) for row in there if row.consignment is not None),
        frozenset(row.filer for row in there),
        frozenset(row.authority for row in there)
        | {authority for authority, call in filed if is_same_call(one.voyage, call)},
    )


def _is_other_ship(one: Voyage, other: Voyage) -> bool:
    return bool(one.imo and other.imo and _bare(one.imo) != _bare(other.imo))


def _readers(
    one: Moved, place: Place, sights: dict[int, list[Seen]], now: datetime
) -> dict[int, datetime]:
    seen = [sight for number, _ in place.consignments for sight in sights.get(number, ())]
    concerned = Concerned(one.sender, one.addressee, place.filers, place.authorities)
    return movement_readers(seen, concerned, as_of=now, forever=FOREVER)


def _bare(text: str | None) -> str:
    return (text or "").upper().replace(" ", "")
