"""How much work a table's conditions can be at worst, told before any of them is run.

What a bill may say is bounded, so every condition has a bound too: each word of it is a step, and
what is gone through item by item is so many steps more. A range stands only where the engine
compares with its ends, and nothing is gone through within what is gone through.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from waglan.customs.facts import DESCRIPTION_CHARS_MAX, LIST_ITEMS_MAX, TEXT_CHARS_MAX

CELL_STEPS_MAX: Final = 1_000_000  # some hundredths of a second, for the longest bill there can be
TABLE_STEPS_MAX: Final = 20_000_000  # of all rows together, for one such bill

GOES_THROUGH: Final = frozenset({"all", "count", "filter", "map", "none", "one", "some"})

_CHARS_A_STEP: Final = 32  # that are compared or copied at once
_MEANINGS: Final = 3  # in which a description is told at most
_WORDS_MAX: Final = 2_500  # different ones of a description
_Token: TypeAlias = "tuple[str, str]"
_LINKS: Final = frozenset({"and", "or", "?", ":", ","})
_KEEPS: Final = frozenset({"filter", "lower", "map", "max", "min", "trim", "upper"})
_GROWS: Final = 3  # characters for one that `upper` and `lower` may write
_IN: Final = frozenset({"in", "not"})
_NO_CALLS: Final = _IN | {"and", "or"}  # words that a bracket may follow
_NO_OPERATORS: Final = frozenset("([#$")


RANGE, NESTED, UNBALANCED = "range", "nested", "unbalanced"


class BadCell(Exception):
    """A cell holds what no table may: the argument says what of these three."""


@dataclass(frozen=True, slots=True)
class _Size:
    """What an expression may come to: how many items, and how many steps to look at all of it."""

    items: float
    steps: float

    def __add__(self, other: "_Size") -> "_Size":
        return _Size(self.items + other.items, self.steps + other.steps)


@dataclass(frozen=True, slots=True)
class _Work:
    steps: float
    size: _Size


_NONE = _Size(0, 0)
_ONE = _Size(0, 1)
_TEXT = _Size(0, 1 + TEXT_CHARS_MAX / _CHARS_A_STEP)
_LIST = _Size(LIST_ITEMS_MAX, LIST_ITEMS_MAX * _TEXT.steps)
_SAID = DESCRIPTION_CHARS_MAX * _MEANINGS / _CHARS_A_STEP
_SIZES: Final = {
    "description": _Size(0, 1 + _SAID),
    "words": _Size(_WORDS_MAX, _WORDS_MAX + _SAID),
    "said": _Size(_WORDS_MAX, _WORDS_MAX),
    **dict.fromkeys(("package_kinds", "dangerous", "hs_chapters", "findings"), _LIST),
    **dict.fromkeys(("consignor_keys", "consignee_keys"), _LIST),
}


def steps_of(told: Sequence[_Token], fact: str, *, nested: bool = False) -> int:
    """Return the most steps that a condition takes; `fact` is "" where its column has none.

    `told` are its tokens. Raise `BadCell` for a range that would be counted out, for a bracket that
    is missing, and for a list within a list unless that is allowed.
    """
    plain = [token for token in told if token[0] != "blank"]
    reader = _Reader(_without_ranges(plain, is_test=bool(fact)), fact, nested)
    work = reader.level(_ONE, within=False)
    if reader.at < len(reader.told):
        raise BadCell(UNBALANCED)
    return int(work.steps)


def _without_ranges(told: Sequence[_Token], *, is_test: bool) -> list[_Token]:
    """Return the tokens with each range as one; raise `BadCell` where one would be counted out."""
    found, at, depth = list[_Token](), 0, 0
    while at < len(told):
        kind, text = told[at]
        end = _range_end(told, at)
        if end:
            before = told[at - 1][1] if at else ""
            behind = told[end][1] if end < len(told) else ""
            is_alone = is_test and not depth and before in ("", ",", "and", "or")
            if not (before == "in" or is_alone) or behind not in ("", ")", *_LINKS):
                raise BadCell(RANGE)
            found.append(("range", ""))
            at = end
            continue
        if kind == "sign":
            depth += (text in "([") - (text in ")]")
        if (kind, text) == ("sign", ".."):
            raise BadCell(RANGE)
        found.append(told[at])
        at += 1
    return found


def _range_end(told: Sequence[_Token], at: int) -> int:
    """Return where the range that begins here ends; 0 where none does."""
    if told[at] not in (("sign", "["), ("sign", "("), ("sign", "]")):
        return 0
    at = _bound(told, at + 1)
    if not at or told[at : at + 1] != [("sign", "..")]:
        return 0
    at = _bound(told, at + 1)
    closes = at and at < len(told) and told[at][0] == "sign" and told[at][1] in "])["
    return at + 1 if closes else 0


def _bound(told: Sequence[_Token], at: int) -> int:
    """Return where a number or a fact, with or without a sign, ends; 0 where none stands here."""
    at += told[at : at + 1] == [("sign", "-")]
    return at + 1 if at < len(told) and told[at][0] in ("number", "name") else 0


@dataclass(slots=True)
class _Reader:
    """Reads a condition bracket by bracket; which operator binds tighter makes no difference."""

    told: Sequence[_Token]
    fact: str
    nested: bool
    at: int = 0

    def level(self, item: _Size, *, within: bool) -> _Work:
        """Return the work of all that stands up to the bracket that closes, or the end."""
        steps, whole, commas = 0.0, _NONE, 0
        part, operators = _NONE, 0
        while self.at < len(self.told) and self.told[self.at] not in _CLOSING:
            kind, text = self.told[self.at]
            steps += 1
            if kind != "text" and text in _LINKS:
                steps, whole = steps + operators * part.steps, whole + part
                part, operators = _NONE, 0
                commas += text == ","
                self.at += 1
            elif (kind == "sign" and text not in _NO_OPERATORS) or (kind != "text" and text in _IN):
                operators += 1
                self.at += 1
            else:
                one = self._one(item, within=within)
                steps, part = steps + one.steps, part + one.size
        steps, whole = steps + operators * part.steps, whole + part
        return _Work(steps, _Size(whole.items + commas + 1, whole.steps + commas + 1))

    def _one(self, item: _Size, *, within: bool) -> _Work:
        kind, text = self.told[self.at]
        self.at += 1
        if kind == "call":
            return self._call(text, item, within=within)
        if kind == "sign" and text in "([":
            inner = self.level(item, within=within)
            self._close()
            return inner
        return _Work(0, self._size(kind, text, item))

    def _size(self, kind: str, text: str, item: _Size) -> _Size:
        if kind == "text":
            return _Size(0, 1 + len(text) / _CHARS_A_STEP)
        if text == "#":
            return item
        if text == "$":
            return _SIZES.get(self.fact, _TEXT)
        return _SIZES.get(text, _TEXT) if kind == "name" else _ONE

    def _call(self, name: str, item: _Size, *, within: bool) -> _Work:
        self.at += 1  # its bracket
        if name not in GOES_THROUGH:
            inner = self.level(item, within=within)
            self._close()
            size = _Size(inner.size.items, inner.size.steps * _GROWS) if name in _KEEPS else _ONE
            return _Work(inner.steps + inner.size.steps * _GROWS, size)
        if within and not self.nested:
            raise BadCell(NESTED)
        return self._gone_through(name, item, within=within)

    def _gone_through(self, name: str, item: _Size, *, within: bool) -> _Work:
        """The work of `some(list, condition)`, where the work on an item grows with its length."""
        comma = self._comma()
        over = _Reader(self.told[self.at : comma], self.fact, self.nested)
        items = over.level(item, within=within)
        if over.at < len(over.told):
            raise BadCell(UNBALANCED)
        self.at = start = comma + 1
        none = self.level(_NONE, within=True)
        self.at = start
        unit = self.level(_ONE, within=True)
        self._close()
        count, whole = items.size.items, items.size.steps
        steps = count * (none.steps + 1) + whole * max(0.0, unit.steps - none.steps)
        if name == "map":
            each = max(0.0, unit.size.steps - none.size.steps)
            size = _Size(count, count * none.size.steps + whole * each)
        else:
            size = items.size if name in _KEEPS else _ONE
        return _Work(items.steps + steps + size.steps, size)

    def _comma(self) -> int:
        """Return where the first argument of the call ends whose bracket was just opened."""
        depth = 0
        for at in range(self.at, len(self.told)):
            kind, text = self.told[at]
            if kind == "sign":
                depth += (text in "([") - (text in ")]")
                if text == "," and not depth:
                    return at
                if depth < 0:
                    break
        raise BadCell(UNBALANCED)

    def _close(self) -> None:
        if self.at >= len(self.told):
            raise BadCell(UNBALANCED)
        self.at += 1


_CLOSING: Final = frozenset({("sign", ")"), ("sign", "]")})
