"""A message's groups as the directory draws them, made into one look-up for each segment.

EDIFACT is read from the top down and never back, so where a segment may stand after another is
known before any message comes: each place holds its successors by tag, with what was passed over.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from waglan.codes.data import load, read

FIRST_YEAR_OF_CENTURY: Final = 70  # 95 is 1995, 24 is 2024
ANY_RELEASE: Final = "*"
_RELEASE = re.compile("[0-9]{2}[ABab]|01[Cc]")  # two a year, and once three


@dataclass(slots=True, eq=False)
class Group:
    """A segment group; the message itself is the outermost, without a name."""

    name: str
    is_mandatory: bool
    repeats_max: int
    parent: "Group | None" = None
    items: "list[Group | Place]" = field(default_factory=list)
    number: int = 0  # of all groups, for counting


@dataclass(slots=True, eq=False)
class Place:
    """Where a segment stands in the tree."""

    tag: str
    is_mandatory: bool
    repeats_max: int
    group: Group
    moves: "dict[str, Move]" = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`SG2/LOC`, or `BGM` outside all groups."""
        return f"{self.group.name}/{self.tag}" if self.group.name else self.tag


@dataclass(frozen=True, slots=True)
class Move:
    """What follows when a tag comes: where it stands, the group begun or begun anew, the gaps."""

    place: Place | None  # None: the message ends
    group: Group | None
    is_repeat: bool
    missing: tuple[Group | Place, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One message of one span of directories, ready to walk."""

    message: str
    first: str
    until: str | None
    source: str
    is_verified: bool
    start: Place
    groups: int
    tags: frozenset[str]


def table_for(message: str, release: str) -> Table | None:
    """Return the table that a UNH's type and release (95B) are judged by, or None if none is held.

    A table holds from its first directory until the next one of the same message.
    """
    held = [table for table in tables() if table.message == message and _holds(table, release)]
    return max(held, key=lambda table: directory_order(table.first), default=None)


@cache
def tables() -> tuple[Table, ...]:
    """Return every packaged table."""
    return tuple(_table(text) for text in load("messages/edifact/tables").values())


@cache
def mandatory_elements() -> dict[str, tuple[int, ...]]:
    """Return, by tag, the elements a segment cannot be without."""
    data = tomllib.loads(read("messages/edifact/mandatory.toml"))["elements"]
    return {tag: tuple(elements) for tag, elements in data.items()}


def _holds(table: Table, release: str) -> bool:
    if table.first == ANY_RELEASE:
        return True
    order = directory_order(release)
    last = directory_order(table.until) if table.until else order
    return order > (0, "") and directory_order(table.first) <= order <= last


def directory_order(release: str) -> tuple[int, str]:
    """Return a release (95B) as its place among all; (0, "") if it is none."""
    if not _RELEASE.fullmatch(release):
        return (0, "")
    year, letter = release[:2], release[2:]
    return (int(year) + (1900 if int(year) >= FIRST_YEAR_OF_CENTURY else 2000), letter.upper())


def _table(text: str) -> Table:
    data = tomllib.loads(text)
    root, groups = _tree(data["tree"])
    places = list(_places(root))
    start = Place("UNH", True, 1, root)
    for place in (start, *places):
        place.moves = _moves(place)
    return Table(
        message=data["message"],
        first=data["from"],
        until=data.get("until"),
        source=data["source"],
        is_verified=data["verified"],
        start=start,
        groups=groups,
        tags=frozenset(place.tag for place in places),
    )


def _tree(text: str) -> tuple[Group, int]:
    """Read lines such as `SG2 C 9999` and, two blanks deeper, `LOC M 1`."""
    root = Group("", True, 1)
    path = [root]
    count = 1
    for line in text.splitlines():
        name, status, repeats = line.split()
        depth = (len(line) - len(line.lstrip())) // 2
        parent = path[depth]
        if name[:2] == "SG" and name[2:].isdecimal():  # SGP is a segment
            group = Group(name, status == "M", int(repeats), parent, number=count)
            count += 1
            parent.items.append(group)
            path[depth + 1 :] = [group]
        else:
            parent.items.append(Place(name, status == "M", int(repeats), parent))
    return root, count


def _places(group: Group) -> Iterator[Place]:
    for item in group.items:
        if isinstance(item, Group):
            yield from _places(item)
        else:
            yield item


def _moves(place: Place) -> dict[str, Move]:
    """Return what may follow, the nearest first; what repeats over its maximum comes last."""
    moves: dict[str, Move] = {}
    over: list[tuple[str, Move]] = []
    same = (place.tag, Move(place, None, True, ()))
    (over.append if place.repeats_max == 1 else lambda move: moves.update([move]))(same)
    missing: list[Group | Place] = []
    group: Group | None = place.group
    after: Group | Place = place
    while group is not None:
        for item in _rest(group, after):
            tag, move = _forward(item, tuple(missing))
            moves.setdefault(tag, move)
            if item.is_mandatory:
                missing.append(item)
        if group.parent is not None:
            first = first_of(group)
            again = Move(first, group, True, tuple(missing))
            if group.repeats_max == 1:
                over.append((first.tag, again))
            else:
                moves.setdefault(first.tag, again)
        after, group = group, group.parent
    for tag, move in over:
        if tag != "UNH":
            moves.setdefault(tag, move)
    moves.setdefault("UNT", Move(None, None, False, tuple(missing)))
    return moves


def _rest(group: Group, after: Group | Place) -> Sequence[Group | Place]:
    return group.items[group.items.index(after) + 1 :] if after in group.items else group.items


def _forward(item: Group | Place, missing: tuple[Group | Place, ...]) -> tuple[str, Move]:
    if isinstance(item, Group):
        first = first_of(item)
        return first.tag, Move(first, item, False, missing)
    return item.tag, Move(item, None, False, missing)


def first_of(group: Group) -> Place:
    """Return the segment that begins a group."""
    first = group.items[0]
    if isinstance(first, Group):
        raise ValueError(f"{group.name} must begin with a segment")  # our own data is wrong
    return first
