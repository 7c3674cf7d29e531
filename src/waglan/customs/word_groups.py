"""Conditions of the form `"pork" in words or "beef" in words`, answered once for all rows.

Most rows of most tables ask for one word of several, and the engine takes its time over each word.
Here each group of words is looked up by the words of the bill, and the row is left to ask whether
the group's number is among those said. A Chinese word is said where it stands within another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from waglan.customs.table_cell import tokens
from waglan.customs.table_literal import is_unparted

SAID = "said"  # the fact that holds the groups' numbers; no table can name it
_Token = tuple[str, str]


@dataclass(slots=True)
class WordGroups:
    """The groups found so far, and which groups each word belongs to."""

    _numbers: dict[frozenset[str], int] = field(default_factory=dict)
    _of_word: dict[str, list[int]] = field(default_factory=dict)
    # Those of scripts that write no blanks, which stand within other words; and how long they are.
    _of_unparted: dict[str, list[int]] = field(default_factory=dict)
    _lengths: set[int] = field(default_factory=set)

    def fold(self, cell: str) -> str:
        """Return a condition with the same answer that asks for groups instead of words.

        A group is folded only where brackets or the ends of the cell stand around it, so that no
        `and` beside it can bind tighter.
        """
        told = [token for token in tokens(cell) if token[0] != "blank"]
        folded, at = list[str](), 0
        while at < len(told):
            words, end = _group(told, at)
            if words and _stands_alone(told, at, end):
                folded.append(f"{self._number(words)} in {SAID}")
                at = end
            else:
                folded.append(told[at][1])
                at += 1
        return " ".join(folded) if len(folded) < len(told) else cell

    def said(self, words: object) -> tuple[int, ...]:
        """Return the numbers of the groups of which a bill that says these words says one."""
        if not self._numbers or not isinstance(words, list):
            return ()
        of_word = self._of_word
        said = {n for word in words if word in of_word for n in of_word[word]}
        if self._of_unparted:
            said.update(*[self._said_within(word) for word in words if not word.isascii()])
        return tuple(sorted(said))

    def _said_within(self, word: str) -> set[int]:
        known, last = self._of_unparted, len(word)
        parts = {word[at : at + n] for n in self._lengths for at in range(last - n + 1)}
        return {number for part in parts & known.keys() for number in known[part]}

    def __bool__(self) -> bool:
        """Whether there is any group to look for."""
        return bool(self._numbers)

    def _number(self, words: frozenset[str]) -> int:
        if words not in self._numbers:
            number = self._numbers[words] = len(self._numbers)
            for word in words:
                known = self._of_unparted if is_unparted(word) else self._of_word
                known.setdefault(word, []).append(number)
            self._lengths = set(map(len, self._of_unparted))
        return self._numbers[words]


def _group(told: Sequence[_Token], at: int) -> tuple[frozenset[str], int]:
    """Return the words of the group that begins here, and where it ends; none: no group does."""
    words = set[str]()
    while (word := _word(told, at)) is not None:
        words.add(word)
        at += len(_IN_WORDS) + 1
        if told[at : at + 1] != [("name", "or")]:
            return frozenset(words), at
        at += 1
    return frozenset(), at


_IN_WORDS = [("name", "in"), ("name", "words")]


def _word(told: Sequence[_Token], at: int) -> str | None:
    if list(told[at + 1 : at + 3]) == _IN_WORDS and told[at][0] == "text":
        return told[at][1][1:-1]
    return None


def _stands_alone(told: Sequence[_Token], at: int, end: int) -> bool:
    before = told[at - 1][1] if at else "("
    after = told[end][1] if end < len(told) else ")"
    return (before, after) == ("(", ")")
