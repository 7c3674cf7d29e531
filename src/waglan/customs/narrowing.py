"""Which rows of an officers' table can fire for a bill at all, so that the engine is spared others.

A row fires where all its cells hold. Some cells can be answered once for thousands of bills: those
that want a word the bill does not say, those that ask facts of few values, and those that compare
a number with others. Each such question names the rows that its answer still allows; a row that
one of them rules out is not asked. All that is left is asked of the engine as it stands.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import floor
from typing import TypeAlias, cast

from waglan.customs.facts import Told
from waglan.customs.table_cell import facts_named, tokens
from waglan.customs.table_engine import Cell, Engine

# Facts that have a handful of values over a whole manifest.
FEWEST_VALUED = frozenset(
    {"first_time", "has_notify", "level", "licences", "mode", "reefer", "shares_box"}
    | {"to_order", "transhipment"}
)
FEW_VALUED = FEWEST_VALUED | frozenset(
    {"carrier", "dangerous", "delivery", "delivery_country", "discharge", "findings"}
    | {"loading", "loading_country", "via"}
)
# Facts that are whole numbers of any size: bills between two numbers of the table are alike.
NUMBERS = frozenset(
    {"containers", "gross_kg", "houses", "items", "kg_per_m3", "kg_per_package", "packages"}
    | {"volume_l"}
)
ANSWERS_MAX = 4_096  # remembered for one question; beyond them it rules nothing out

_Facts: TypeAlias = "tuple[str, ...]"

_GROUPS = re.compile(r"\d+ in said|\( \d+ in said \)(?: and \( \d+ in said \))*")
_COMPARED = frozenset({"<", "<=", ">", ">=", "==", "!="})
_OF_NUMBERS = _COMPARED | {",", "..", "[", "]", "(", ")"}
_CAN_NOT_SPLIT = frozenset({"or", "not", "?", "??"})


@dataclass(slots=True)
class _Question:
    """What some facts say, and which rows that rules out; rows are bits of a number."""

    facts: _Facts
    engine: Engine
    cells: list[tuple[int, Cell]] = field(default_factory=list)  # (row, cell)
    # Where whole numbers may begin to compare otherwise with a number of the table: at it, where it
    # is whole, and behind it, however the engine rounds one that has many digits.
    bounds: list[int] = field(default_factory=list)
    asked: int = 0  # the rows that ask it
    _ruled_out: dict[object, int] = field(default_factory=dict)

    def parted(self, told: Told, places: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
        """Part bills by what they say; return the rows that can't fire for some, and their places.

        Bills of which the same rows are ruled out may come in several parts.
        """
        columns = [told.told(fact, places) for fact in self.facts]
        values = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
        if values.count(values[0]) == len(values):  # as is most often so
            [kind] = self._kinds(values[:1])
            yield self._rules_out(kind, values[0]), [*places]
            return
        parts: dict[object, tuple[object, list[int]]] = {}
        for place, value, kind in zip(places, values, self._kinds(values), strict=True):
            part = parts.get(kind)
            if part is None:
                parts[kind] = value, [place]
            else:
                part[1].append(place)
        for kind, (value, found) in parts.items():
            yield self._rules_out(kind, value), found

    def _kinds(self, values: Sequence[object]) -> Sequence[object]:
        """What tells values apart, one by one: bills of one kind are answered alike."""
        if bounds := self.bounds:
            told = cast("Sequence[int | None]", values)
            return [None if one is None else bisect_right(bounds, one) for one in told]
        return [tuple(one) if isinstance(one, list) else one for one in values]

    def _rules_out(self, kind: object, value: object) -> int:
        found = self._ruled_out.get(kind)
        if found is not None or len(self._ruled_out) >= ANSWERS_MAX:
            return found or 0
        values = {self.facts[0]: value}
        if len(self.facts) > 1 and isinstance(value, tuple):
            values = dict(zip(self.facts, value, strict=True))
        if self.bounds and value is None:
            # Only "is not" holds of what nobody said; the engine raises, and takes long over it.
            out = {place for place, (_, test) in self.cells if "!=" not in test}
        else:
            may = self.engine.may_hold([cell for _, cell in self.cells], values)
            out = {place for (place, _), holds in zip(self.cells, may, strict=True) if not holds}
        return self._ruled_out.setdefault(kind, _bits(out))


@dataclass(slots=True)
class Narrowing:
    """The rows of one table, and the questions that rule them out."""

    _wants: list[frozenset[int]]  # row by row the groups of words of which a bill must say all
    _questions: list[_Question]
    _saying: dict[tuple[int, ...], int] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        inputs: Sequence[Mapping[str, str]],
        rows: Sequence[Mapping[str, str]],
        engine: Engine,
    ) -> "Narrowing":
        """Look through the rows of a table whose words were folded into groups."""
        questions: dict[_Facts, _Question] = {}
        for place, row in enumerate(rows):
            for facts, cell, numbers in _asked(inputs, row):
                question = questions.setdefault(facts, _Question(facts, engine))
                question.cells.append((place, cell))
                question.asked |= 1 << place
                ends = {whole + n for whole in map(floor, numbers) for n in range(3)}
                question.bounds = sorted({*question.bounds, *ends})
        # A question whose rows are all out is not asked, so the easy ones come first.
        ordered = sorted(questions.values(), key=_difficulty)
        return cls([_wanted(inputs, row) for row in rows], ordered)

    def shares(
        self, told: Told, said: Sequence[tuple[int, ...]]
    ) -> Mapping[tuple[int, ...], Sequence[int]]:
        """Return the places of the bills by the rows that can fire for them; more than do, no less.

        `said` holds, bill by bill, the groups of which it says a word. Bills for which no row is
        left are left out.
        """
        shares: dict[int, list[int]] = {}
        for place, groups in enumerate(said):
            shares.setdefault(self._left_by_words(groups), []).append(place)
        for question in self._questions:
            shares = _narrowed(shares, question, told)
        return {self._rows(left): places for left, places in shares.items() if left}

    def _rows(self, left: int) -> tuple[int, ...]:
        return tuple([place for place in range(len(self._wants)) if left >> place & 1])

    def _left_by_words(self, said: tuple[int, ...]) -> int:
        left = self._saying.get(said)
        if left is None:
            left = _bits([n for n, wants in enumerate(self._wants) if wants.issubset(said)])
            if len(self._saying) < ANSWERS_MAX:
                self._saying[said] = left
        return left


def _narrowed(
    shares: Mapping[int, list[int]], question: _Question, told: Told
) -> dict[int, list[int]]:
    narrowed: dict[int, list[int]] = {}
    for left, places in shares.items():
        if left & question.asked:
            for out, some in question.parted(told, places):
                narrowed.setdefault(left & ~out, []).extend(some)
        else:
            narrowed.setdefault(left, []).extend(places)
    return narrowed


def _difficulty(question: _Question) -> tuple[bool, bool, int]:
    is_easy = FEWEST_VALUED.issuperset(question.facts)
    return bool(question.bounds), not is_easy, -len(question.cells)


def _bits(rows: Iterable[int]) -> int:
    return sum([1 << row for row in rows])


def _wanted(inputs: Sequence[Mapping[str, str]], row: Mapping[str, str]) -> frozenset[int]:
    told = [cell for fact, cell in _cells(inputs, row) if not fact and _GROUPS.fullmatch(cell)]
    return frozenset(int(number) for cell in told for number in re.findall(r"\d+", cell))


def _cells(inputs: Sequence[Mapping[str, str]], row: Mapping[str, str]) -> Iterator[Cell]:
    for column in inputs:
        if cell := row.get(column["id"], "").strip():
            yield column.get("field", ""), cell


def _asked(
    inputs: Sequence[Mapping[str, str]], row: Mapping[str, str]
) -> Iterator[tuple[_Facts, Cell, list[Decimal]]]:
    """Return what can be answered beforehand: facts, cell, and the numbers they are compared with.

    A condition is taken apart at each `and`, since a row needs all its parts to hold.
    """
    for fact, cell in _cells(inputs, row):
        for part in [cell] if fact else _parts(cell):
            facts = tuple(sorted(facts_named(part) | ({fact} if fact else set())))
            if facts and FEW_VALUED.issuperset(facts):
                yield facts, (fact, part), []
            elif len(facts) == 1 and (numbers := _numbers(part, facts[0])):
                yield facts, (fact, part), numbers


def _parts(condition: str) -> list[str]:
    told = list(tokens(condition))
    if any([text in _CAN_NOT_SPLIT for kind, text in told if kind != "text"]):
        return [condition]
    parts, depth = [""], 0
    for kind, text in told:
        depth += kind == "sign" and text in "(["
        depth -= kind == "sign" and text in ")]"
        if (kind, text, depth) == ("name", "and", 0):
            parts.append("")
        else:
            parts[-1] += text
    return [part.strip() for part in parts]


def _numbers(test: str, fact: str) -> list[Decimal]:
    """Return the numbers that a test only compares its fact with; none where it does more."""
    if fact not in NUMBERS:
        return []
    told = [token for token in tokens(test) if token[0] != "blank"]
    if told[0] == ("name", fact):
        told = told[1:] if told[1:] and told[1][1] in _COMPARED else []
    plain = all([kind == "number" or text in _OF_NUMBERS for kind, text in told])
    return [Decimal(text) for kind, text in told if kind == "number"] if plain else []
