"""The parts of a bill that an officer clears, one act after another, and whether it has them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from waglan.codes.finding import Finding, Severity
from waglan.customs.officer_act import ClearedPart, Sheet
from waglan.customs.outcome import Found
from waglan.customs.place import of_bill
from waglan.logbook.canonical import canonical
from waglan.manifest.model import Bill, Goods

PARTS_MAX = 500  # of one bill that are told at one time

# A goods item, and the container that so many of its packages are in; None: in none that is named.
Place: TypeAlias = "tuple[int, str | None]"


@dataclass(frozen=True, slots=True)
class Cleared:
    """What of a bill is cleared, act after act, and under which vouchers."""

    parts: tuple[ClearedPart, ...] = ()
    vouchers: tuple[str, ...] = ()


def read_told(told: Sequence[bytes]) -> Cleared:
    """Return what is cleared, by what was to be told with each clearing in part, in order."""
    found = Cleared()
    for one in map(_read, told):
        before = Cleared() if one.so_far else found
        vouchers = one.vouchers or ((one.voucher,) if one.voucher else ())
        found = Cleared(together(before.parts, one.parts), (*before.vouchers, *vouchers))
    return found


def told_with(sheet: Sheet, before: Cleared) -> bytes:
    """Return what the filer is told of an act, together with the parts cleared before it.

    Several acts may be told by one notice, so that each notice names all that is cleared so far.
    """
    if not sheet.parts:
        return sheet.told
    told = msgspec.json.decode(sheet.told)
    told["parts"] = [part.shown() for part in together(before.parts, sheet.parts)]
    told["so_far"] = True
    if before.vouchers:
        own = [sheet.voucher] if sheet.voucher else []
        told["vouchers"] = list(dict.fromkeys([*before.vouchers, *own]))
    return canonical(told)


def together(
    before: Iterable[ClearedPart], parts: Iterable[ClearedPart]
) -> tuple[ClearedPart, ...]:
    """Return all that is cleared: a whole takes in its parts, and packages of one place add up."""
    found = list(before)
    for part in parts:
        if any(_is_whole(one) and _is_within(part, one) for one in found):
            continue
        if _is_whole(part):
            found = [one for one in found if not _is_within(one, part)]
            found.append(part)
            continue
        same = [one for one in found if (one.goods, one.container) == (part.goods, part.container)]
        if same:
            at, count = found.index(same[0]), (same[0].packages or 0) + (part.packages or 0)
            found[at] = replace(part, packages=count)
        else:
            found.append(part)
    return tuple(found)


def wrong_parts(
    bill: Bill, parts: Sequence[ClearedPart], before: Iterable[ClearedPart] = ()
) -> Iterator[Finding]:
    """Yield what the bill does not have, or of which too little is left after what was cleared."""
    cleared = tuple(before)
    for part in parts:
        items = [item for item in bill.goods if part.goods in (None, item.number)]
        stowed = [item for item in items if _is_in(item, part.container)]
        if not stowed or _is_more(part, stowed):
            goods, container, packages = _named(part)
            yield Finding(
                "ACT-PART-UNKNOWN",
                Severity.ERROR,
                of_bill(bill),
                {
                    "bill": bill.number,
                    "goods": goods,
                    "container": container,
                    "packages": packages,
                },
            )
        elif (left := _left(bill, part, cleared)) is not None:
            goods, container, packages = _named(part)
            yield Finding(
                "ACT-PART-GONE",
                Severity.ERROR,
                of_bill(bill),
                {
                    "bill": bill.number,
                    "goods": goods,
                    "container": container,
                    "packages": packages,
                    "left": left,
                },
            )
        cleared = together(cleared, [part])
    if parts and len(cleared) > PARTS_MAX:
        yield Finding(
            "ACT-PARTS-MANY",
            Severity.ERROR,
            of_bill(bill),
            {"bill": bill.number, "parts": len(cleared), "max": PARTS_MAX},
        )


def unknown_found(bill: Bill, found: Iterable[Found]) -> Iterator[Finding]:
    """Yield each goods item that an outcome counts and the bill does not have."""
    known = {item.number for item in bill.goods}
    for one in found:
        if one.goods not in known:
            yield Finding(
                "ACT-FOUND-UNKNOWN",
                Severity.ERROR,
                of_bill(bill),
                {"bill": bill.number, "goods": one.goods},
            )


class _Told(msgspec.Struct, frozen=True):
    parts: tuple[ClearedPart, ...] = ()
    voucher: str = ""
    vouchers: tuple[str, ...] = ()
    so_far: bool = False  # its parts are all that is cleared, not those of its own act alone


_read = msgspec.json.Decoder(_Told).decode


def _named(part: ClearedPart) -> tuple[int | str, str, int | str]:
    """Return goods item, container and packages as they are told: a dash for what is not said."""
    return part.goods or "-", part.container or "-", part.packages or "-"


def _is_whole(part: ClearedPart) -> bool:
    return part.packages is None


def _is_within(part: ClearedPart, whole: ClearedPart) -> bool:
    return whole.goods in (None, part.goods) and whole.container in (None, part.container)


def _is_in(item: Goods, container: str | None) -> bool:
    return container is None or any(package.container == container for package in item.stowed)


def _is_more(part: ClearedPart, items: Iterable[Goods]) -> bool:
    """Whether more packages are cleared than there are; what nobody counted is no limit."""
    if part.packages is None:
        return False
    counts = [
        count
        for item in items
        for count in (
            [item.packages]
            if part.container is None
            else [p.count for p in item.stowed if p.container == part.container]
        )
    ]
    known = [count for count in counts if count is not None]
    return len(known) == len(counts) and part.packages > sum(known)


def _left(bill: Bill, part: ClearedPart, before: Sequence[ClearedPart]) -> int | None:
    """Return how many packages of a part are left, if these are fewer than it names.

    Packages of a goods item may come out of any container that it is in, so that what was cleared
    is held against all places together that it may have come from.
    """
    if part.packages is None or not before:
        return None
    stock = {item.number: _stock(item) for item in bill.goods}
    open_, taken = frozenset((n, box) for n, boxes in stock.items() for box in boxes), []
    for one in before:
        places = frozenset(place for place in open_ if _is_of(place, one))
        if one.packages is None:
            open_ -= places  # the rest of it, whole
        else:
            taken.append((places, one.packages))
    own, least = frozenset(place for place in open_ if _is_of(place, part)), part.packages
    every = frozenset().union(own, *(places for places, _ in taken))
    for within in {own, every, *(own | places for places, _ in taken if places & own)}:
        room = _room(bill, stock, within)
        if room is not None:
            least = min(least, room - sum(n for places, n in taken if places <= within))
    return max(0, least) if least < part.packages else None


def _stock(item: Goods) -> Mapping[str | None, int | None]:
    """Return how many packages of an item are in each container; None where nobody counted."""
    counts: dict[str | None, int | None] = {}
    for package in item.stowed:
        known = counts.get(package.container, 0)
        is_known = known is not None and package.count is not None
        counts[package.container] = (known or 0) + (package.count or 0) if is_known else None
    known_in = sum(count or 0 for count in counts.values())
    if item.packages is None or item.packages > known_in or not counts:
        counts[None] = None if item.packages is None else item.packages - known_in
    return counts


def _is_of(place: Place, part: ClearedPart) -> bool:
    number, container = place
    return part.goods in (None, number) and part.container in (None, container)


def _room(
    bill: Bill,
    stock: Mapping[int, Mapping[str | None, int | None]],
    within: frozenset[Place],
) -> int | None:
    """Return how many packages these places hold; None where it was not counted."""
    chosen: dict[int, set[str | None]] = {}
    for number, container in within:
        chosen.setdefault(number, set()).add(container)
    room = 0
    for item in bill.goods:
        boxes = chosen.get(item.number, set())
        own = stock[item.number]
        counts = [item.packages] if boxes == own.keys() else [own[box] for box in boxes]
        for count in counts:
            if count is None:
                return None
            room += count
    return room
