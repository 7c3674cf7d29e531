"""Master, co-loader's, house: bills under bills, which must come to an end at the top.

Over several filers the tree is `parties.relations`; whether houses add up to the bill above is a
rule's to say.
"""

from collections.abc import Iterable, Iterator, Mapping

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.model import Bill

DEPTH_MAX = 100  # ours, far beyond any trade: a file can't have each bill walk up thousands
SHOWN_MAX = 8  # of a circle


def tangled(bills: Iterable[Bill]) -> list[Finding]:
    """Return a finding for each circle of bills in one manifest, and for each that stands too deep.

    A number that stands under several bills is several houses, and ends no circle.
    """
    known: dict[str, Bill] = {}
    shared: set[str] = set()
    for bill in bills:
        if known.setdefault(bill.number, bill).parent != bill.parent:
            shared.add(bill.number)
    above = {
        number: bill.parent
        for number, bill in known.items()
        if number not in shared and bill.parent in known
    }
    circles = list(_circles(above))
    cut = {number for circle in circles for number in circle}
    found = [_circle(known, circle) for circle in circles]
    return found + [_too_deep(known[number]) for number in _deep(above, cut)]


def _circles(above: Mapping[str, str | None]) -> Iterator[list[str]]:
    walk_of: dict[str, int] = {}
    for walk, start in enumerate(above):
        path: list[str] = []
        number: str | None = start
        while number is not None and number not in walk_of:
            walk_of[number] = walk
            path.append(number)
            number = above.get(number)
        if number is not None and walk_of[number] == walk:
            yield path[path.index(number) :]


def _circle(bills: Mapping[str, Bill], circle: list[str]) -> Finding:
    # Told from the same bill on, whichever of them came first.
    turn = circle.index(min(circle))
    named = [*circle[turn:], *circle[:turn]]
    shown = [*named[:SHOWN_MAX], "..."] if len(named) > SHOWN_MAX else [*named, named[0]]
    return Finding(
        "MANIFEST-CIRCLE",
        Severity.ERROR,
        Where(f"bills/{named[0]}/parent", segment=bills[named[0]].segment),
        {"bill": named[0], "circle": " < ".join(shown)},
    )


def _deep(above: Mapping[str, str | None], cut: set[str]) -> list[str]:
    """Return the first bill of each line that stands too deep."""
    hanging = {number: parent for number, parent in above.items() if number not in cut}
    depth: dict[str, int] = {}
    for start in hanging:
        path: list[str] = []
        number: str | None = start
        while number is not None and number in hanging and number not in depth:
            path.append(number)
            number = hanging[number]
        reached = depth.get(number or "", 0)
        for below in reversed(path):
            depth[below] = reached = reached + 1
    return sorted(number for number, levels in depth.items() if levels == DEPTH_MAX)


def _too_deep(bill: Bill) -> Finding:
    return Finding(
        "MANIFEST-TOO-DEEP",
        Severity.ERROR,
        Where(f"bills/{bill.number}/parent", segment=bill.segment),
        {"bill": bill.number, "max": DEPTH_MAX},
    )
