"""Kana, Hangul jamo and bopomofo that pass for the Han characters that they are drawn like.

Japanese writes kana between Han characters too, but as words: a run of kana says nothing. One
such letter alone beside a Han character is taken for one, but where Japanese counts or names notes.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

from waglan.codes.data import read
from waglan.codes.plain import is_blank

_HAN = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff]")
_VOICED = frozenset("\u3099\u309a")  # they make another letter of the kana before
_COMPATIBLE = re.compile("[\u3131-\u318e]")  # jamo that stand for themselves, in no syllable


def passing_for_han(text: str) -> dict[int, str]:
    """Return the places of the letters that pass for Han characters, each with its character."""
    if text.isascii() or not _suspects().search(text):
        return {}
    letters = _letters(text)
    ordinary = _ordinary("".join([char for _, char in letters]))
    found = dict[int, str]()
    for run in _runs(letters):
        for at in run:
            place, char = letters[at]
            alike = _alike().get(char)
            if alike and at not in ordinary and _is_beside_han(letters, run, char):
                found[place] = alike
    return found


def in_han(text: str) -> str:
    """Return the text with every letter that is drawn like a Han character in its stead.

    Words of kana are folded too, so it is for keys that are compared with keys alone.
    """
    return text if text.isascii() else text.translate(_folds())


def read_as_han(text: str) -> str:
    """Return the text with the Han characters that `passing_for_han` finds."""
    found = passing_for_han(text)
    if not found:
        return text
    return "".join([found.get(place, char) for place, char in enumerate(text)])


def may_be_han(text: str) -> str:
    """Return the text as it reads if every such letter in it is meant for a Han character.

    As it is where it holds no Han character.
    """
    if text.isascii() or not _suspects().search(text) or not _HAN.search(text):
        return text
    return text.translate(_folds())


def _letters(text: str) -> list[tuple[int, str]]:
    """Return the letters and digits in one width, each with its place; voiced kana as one."""
    letters = list[tuple[int, str]]()
    for place, char in enumerate(text):
        plain = char if _COMPATIBLE.match(char) else unicodedata.normalize("NFKC", char)
        for one in plain:
            if one in _VOICED and letters:
                at, before = letters[-1]
                letters[-1] = at, unicodedata.normalize("NFC", before + one)[0]
            elif one.isalnum() and not is_blank(one):
                letters.append((place, one))
    return letters


def _runs(letters: Sequence[tuple[int, str]]) -> Iterator[list[int]]:
    """Yield the places of letters of one script that stand behind one another."""
    for _, run in groupby(range(len(letters)), key=lambda at: _script(letters[at][1])):
        yield [*run]


def _script(char: str) -> str:
    if _HAN.match(char):
        return "han"
    if _KANA.match(char):
        return "kana"
    return unicodedata.name(char, "").partition(" ")[0]


def _is_beside_han(letters: Sequence[tuple[int, str]], run: Sequence[int], char: str) -> bool:
    """Whether a letter of this run is one that is taken for a Han character."""
    if len(run) > 1 and not _COMPATIBLE.match(char):
        return False
    ends = [letters[at][1] for at in (run[0] - 1, run[-1] + 1) if 0 <= at < len(letters)]
    beside = [one for one in ends if _HAN.match(one)]
    return len(beside) > 1 if char in _told()["between"] else bool(beside)


def _ordinary(letters: str) -> set[int]:
    found = (pattern.finditer(letters) for pattern in _patterns())
    return {match.start() for matches in found for match in matches}


@cache
def _told() -> dict[str, str]:
    told: dict[str, str] = tomllib.loads(read("codes/characters/lookalike.toml"))["han"]
    return told


@cache
def _alike() -> dict[str, str]:
    return dict(zip(_told()["letters"], _told()["han"], strict=True))


@cache
def _folds() -> dict[int, str]:
    rare = dict(zip(_told()["rare"], _told()["common"], strict=True))
    return {ord(letter): han for letter, han in (_alike() | rare).items()}


@cache
def _suspects() -> re.Pattern[str]:
    narrow = [
        char
        for char in map(chr, range(0xFF66, 0xFFDD))
        if unicodedata.normalize("NFKC", char) in _alike()
    ]
    return re.compile(f"[{''.join([*_alike(), *narrow, *_told()['rare']])}]")


@cache
def _patterns() -> list[re.Pattern[str]]:
    return [*map(re.compile, _told()["ordinary"].split())]
