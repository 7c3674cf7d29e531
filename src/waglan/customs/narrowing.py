"""Which rows of an officers' table can fire for a bill at all, so that the engine is spared others.

A row fires where all its cells hold. Some cells can be answered once for thousands of bills: those
that want a word the bill does not say, and those that ask one fact of few values. A row with such a
cell that does not hold is left out; all that is left is asked of the engine as it stands.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import zen

from waglan.customs.table_cell import facts_named
from waglan.customs.word_groups import SAID

# Facts that have a handful of values over a whole manifest.
FEW_VALUED = frozenset(
    {"first_time", "has_notify", "level", "licences", "mode", "reefer", "shares_box"}
    | {"to_order", "transhipment"}
)
KINDS_MAX = 4_096  # kinds of bill remembered; beyond them every row is asked

Told: TypeAlias = "Mapping[str, object]"
_Kind: TypeAlias = "tuple[object, ...]"

_GROUPS = re.compile(r"\d+ in said|\( \d+ in said \)(?: and \( \d+ in said \))*")


@dataclass(slots=True)
class Narrowing:
    """The rows of one table; a bill's kind is what it says of the facts that are looked at."""

    _wants: list[frozenset[int]]  # row by row the groups of words of which a bill must say all
    _asks: list[list[tuple[str, str]]]  # row by row (fact, cell) of facts of few values
    _facts: list[str]
    _known: dict[_Kind, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, inputs: Sequence[Mapping[str, str]], rows: Sequence[Mapping[str, str]]
    ) -> "Narrowing":
        """Look through the rows of a table whose words were folded into groups."""
        asks = [list(_asked(inputs, row)) for row in rows]
        facts = sorted({fact for row in asks for fact, _ in row})
        return cls([_wanted(inputs, row) for row in rows], asks, facts)

    def rows(self, told: Told) -> tuple[int, ...]:
        """Return the places of the rows that can fire for a bill; more than do, never fewer."""
        said = told.get(SAID)
        groups = tuple(said) if isinstance(said, list) else None
        kind = (groups, *[told.get(fact) for fact in self._facts])
        found = self._known.get(kind)
        if found is not None:
            return found
        if len(self._known) >= KINDS_MAX:
            return tuple(range(len(self._wants)))
        self._known[kind] = rows = tuple(self._possible(groups, told))
        return rows

    def _possible(self, groups: tuple[int, ...] | None, told: Told) -> Iterable[int]:
        for place, (wants, asks) in enumerate(zip(self._wants, self._asks, strict=True)):
            if groups is not None and not wants.issubset(groups):
                continue
            if all([_may_hold(cell, fact, told.get(fact)) for fact, cell in asks]):
                yield place


def _wanted(inputs: Sequence[Mapping[str, str]], row: Mapping[str, str]) -> frozenset[int]:
    conditions = [row.get(column["id"], "") for column in inputs if "field" not in column]
    told = [cell for cell in conditions if _GROUPS.fullmatch(cell)]
    return frozenset(int(number) for cell in told for number in re.findall(r"\d+", cell))


def _asked(
    inputs: Sequence[Mapping[str, str]], row: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    for column in inputs:
        fact, cell = column.get("field"), row.get(column["id"], "").strip()
        if fact in FEW_VALUED and cell and not facts_named(cell):
            yield fact, cell


def _may_hold(cell: str, fact: str, value: object) -> bool:
    try:
        return bool(zen.evaluate_unary_expression(cell, {fact: value, "$": value}))
    except Exception:  # the engine raises nothing narrower, and is then asked about the whole row
        return True
