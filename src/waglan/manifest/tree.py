"""Master, co-loader's, house: bills under bills, to any depth and over several manifests."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.amount import mass_g_of, packages_of
from waglan.manifest.model import Bill, Level
from waglan.manifest.totals import kg

DEPTH_MAX = 8  # ours: master, three co-loaders and a house are five


class Place(Enum):
    """Where a bill stands. An orphan is no fault: its master may come tomorrow."""

    TOP = "top"
    UNDER = "under"  # the bill above is known
    ORPHAN = "orphan"  # a house whose bill above nobody has told yet
    CIRCLE = "circle"  # it stands under itself; nobody can say where it belongs


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far houses may be out against their master; a policy, so there is no default."""

    mass_g: int
    packages: int


@dataclass(frozen=True, slots=True)
class Tree:
    """Bills by number, with the bills below each; walking it ends whatever the papers say."""

    bills: Mapping[str, Bill]
    below: Mapping[str, tuple[str, ...]]
    circles: frozenset[str]  # numbers of bills that stand under themselves
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, bills: Iterable[Bill]) -> "Tree":
        """Return the tree of these bills, with what is wrong in it; siblings keep their order."""
        known, findings = _known(bills)
        circles = list(_circles(known))
        cut = frozenset(number for circle in circles for number in circle)
        below: dict[str, list[str]] = {}
        for bill in known.values():
            if bill.parent in known and bill.number not in cut:
                below.setdefault(bill.parent, []).append(bill.number)
        shape = {number: tuple(numbers) for number, numbers in below.items()}
        findings += [_circle(known, circle) for circle in circles]
        findings += _too_deep(known, shape)
        return cls(known, shape, cut, tuple(findings))

    def children(self, number: str) -> tuple[Bill, ...]:
        """Return the bills directly below, in the order they were given."""
        return tuple(self.bills[child] for child in self.below.get(number, ()))

    def ancestors(self, number: str) -> tuple[Bill, ...]:
        """Return the known bills above, the nearest first."""
        found: list[Bill] = []
        bill = self.bills.get(number)
        while bill and bill.number not in self.circles:
            bill = self.bills.get(bill.parent) if bill.parent is not None else None
            if bill:
                found.append(bill)
        return tuple(found)

    def descendants(self, number: str) -> tuple[Bill, ...]:
        """Return every bill below, level by level."""
        found, level = [], [number]
        while level:
            level = [child for above in level for child in self.below.get(above, ())]
            found += level
        return tuple(self.bills[child] for child in found)

    def place(self, number: str) -> Place:
        """Return where a known bill stands; raise KeyError for a number that nobody gave."""
        bill = self.bills[number]
        if number in self.circles:
            return Place.CIRCLE
        if bill.parent in self.bills:
            return Place.UNDER
        is_top = bill.parent is None and bill.level is Level.MASTER
        return Place.TOP if is_top else Place.ORPHAN

    def orphans(self) -> tuple[Bill, ...]:
        """Return the houses whose bill above nobody has told yet."""
        return tuple(b for b in self.bills.values() if self.place(b.number) is Place.ORPHAN)

    def is_closed(self, number: str) -> bool | None:
        """Whether all houses have come that the consolidation was closed with; None: no count."""
        houses = self.bills[number].houses
        return None if houses is None else len(self.below.get(number, ())) >= houses


def shortfalls(tree: Tree, tolerance: Tolerance) -> list[Finding]:
    """Return where the houses do not meet the bill above them.

    Too much is told at once. Too little is told only when the consolidation is closed and every
    house has said: before that, the rest may still come.
    """
    findings = []
    for number in tree.below.keys() | {b.number for b in tree.bills.values() if b.houses}:
        master, houses = tree.bills[number], tree.children(number)
        findings += _count(master, len(houses))
        closed = tree.is_closed(number) is True
        findings += _packages(master, houses, tolerance.packages, closed=closed)
        findings += _masses(master, houses, tolerance.mass_g, closed=closed)
    return sorted(findings, key=lambda finding: (finding.where.path, finding.code))


def _known(bills: Iterable[Bill]) -> tuple[dict[str, Bill], list[Finding]]:
    known: dict[str, Bill] = {}
    findings = []
    for bill in bills:
        first = known.setdefault(bill.number, bill)
        if first is bill:
            continue
        # Carrier and forwarder both tell of the bill between them; each knows a part.
        told = {
            name: getattr(bill, name)
            for name in ("parent", "houses", "packages", "gross_mass_g")
            if getattr(first, name) is None
        }
        known[bill.number] = msgspec.structs.replace(first, **told)
        if None not in (first.parent, bill.parent) and first.parent != bill.parent:
            findings.append(
                Finding(
                    "MANIFEST-TWO-MASTERS",
                    Severity.ERROR,
                    Where(f"bills/{bill.number}/parent", segment=bill.segment),
                    {"bill": bill.number, "first": str(first.parent), "second": str(bill.parent)},
                )
            )
    return known, findings


def _circles(bills: Mapping[str, Bill]) -> Iterator[list[str]]:
    walk_of: dict[str, int] = {}
    for walk, start in enumerate(bills):
        path: list[str] = []
        number: str | None = start
        while number is not None and number in bills and number not in walk_of:
            walk_of[number] = walk
            path.append(number)
            number = bills[number].parent
        if number is not None and walk_of.get(number) == walk:
            yield path[path.index(number) :]


def _circle(bills: Mapping[str, Bill], circle: list[str]) -> Finding:
    # Told from the same bill on, whichever of them came first.
    turn = circle.index(min(circle))
    named = [*circle[turn:], *circle[:turn]]
    shown = [*named[:DEPTH_MAX], "…"] if len(named) > DEPTH_MAX else [*named, named[0]]
    return Finding(
        "MANIFEST-CIRCLE",
        Severity.ERROR,
        Where(f"bills/{named[0]}/parent", segment=bills[named[0]].segment),
        {"bill": named[0], "circle": " → ".join(shown)},
    )


def _too_deep(bills: Mapping[str, Bill], below: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    under = {child for children in below.values() for child in children}
    level = [number for number in bills if number not in under]
    for _ in range(DEPTH_MAX):
        level = [child for above in level for child in below.get(above, ())]
    return [
        Finding(
            "MANIFEST-TOO-DEEP",
            Severity.ERROR,
            Where(f"bills/{number}/parent", segment=bills[number].segment),
            {"bill": number, "max": DEPTH_MAX},
        )
        for number in level
    ]


def _count(master: Bill, came: int) -> list[Finding]:
    told = master.houses
    where = Where(f"bills/{master.number}/houses", segment=master.segment)
    if told is not None and came < told:
        return [
            Finding(
                "MANIFEST-HOUSES-AWAITED",
                Severity.NOTE,
                where,
                {"bill": master.number, "told": told, "came": came},
            )
        ]
    if told is not None and came > told:
        return [
            Finding(
                "MANIFEST-HOUSES-TOO-MANY",
                Severity.ERROR,
                where,
                {"bill": master.number, "told": told, "came": came},
            )
        ]
    return []


def _packages(
    master: Bill, houses: tuple[Bill, ...], tolerance: int, *, closed: bool
) -> list[Finding]:
    told = packages_of(master)
    counts = [packages_of(house) for house in houses]
    counted = sum(count for count in counts if count is not None)
    if told is None or not _is_out(counted - told, tolerance, known=closed and None not in counts):
        return []
    return [
        Finding(
            "MANIFEST-HOUSES-PACKAGES",
            Severity.WARNING,
            Where(f"bills/{master.number}/packages", segment=master.segment),
            {"bill": master.number, "told": told, "counted": counted, "tolerance": tolerance},
        )
    ]


def _masses(
    master: Bill, houses: tuple[Bill, ...], tolerance_g: int, *, closed: bool
) -> list[Finding]:
    told = mass_g_of(master)
    masses = [mass_g_of(house) for house in houses]
    counted = sum(mass for mass in masses if mass is not None)
    if told is None or not _is_out(
        counted - told, tolerance_g, known=closed and None not in masses
    ):
        return []
    return [
        Finding(
            "MANIFEST-HOUSES-MASS",
            Severity.WARNING,
            Where(f"bills/{master.number}/gross_mass_g", segment=master.segment),
            {
                "bill": master.number,
                "told": kg(told),
                "counted": kg(counted),
                "tolerance": kg(tolerance_g),
            },
        )
    ]


def _is_out(excess: int, tolerance: int, *, known: bool) -> bool:
    # What nobody said yet can only add, so an excess is sure and a shortfall is not.
    return excess > tolerance or (known and excess < -tolerance)
