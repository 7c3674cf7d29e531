"""Names compared whichever way they were typed: width, case, look-alike letters, 繁體 and 简体.

`match_key` is a second key beside the text: the text itself stays as it was sent. Two names with
one key are worth a look, and no proof: 後 and 后 are one character in simplified writing.
"""

import re
import tomllib
import unicodedata
from enum import Enum
from functools import cache

from waglan.codes.data import read
from waglan.codes.plain import squashed


class Disguise(Enum):
    """A way in which a text is not what it looks like."""

    INVISIBLE = "invisible"  # characters that show nothing
    TURNED = "turned"  # characters that turn the direction of writing, and show nothing either
    LOOKALIKE = "lookalike"  # Cyrillic, Greek … letters that are taken for Latin ones
    WIDTH = "width"  # full-width or otherwise dressed-up forms of plain letters


_WORD = re.compile(r"[^\W\d_]+")
# Cc are controls, Cf invisible marks and those that turn the writing, Co and Cn nobody's.
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cn"})
# Characters of other categories that show nothing either: Hangul and Khmer fillers, Braille blank.
_BLANKS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def simplified(text: str) -> str:
    """Return the text with each character in its simplified form."""
    return text if text.isascii() else text.translate(_forms())


def match_key(text: str) -> str:
    """Return letters and digits alone, in one width, case, script of look-alikes, and form."""
    if text.isascii():
        return squashed(text)
    return simplified(squashed(text).translate(_small()))


def disguises(text: str) -> frozenset[Disguise]:
    """Return in which ways the text is not what it looks like; none for what is plainly written."""
    if text.isascii() and text.isprintable():
        return frozenset()
    found = set[Disguise]()
    if any(_shows_nothing(char) for char in text):
        found.add(Disguise.INVISIBLE)
    if _TURNS.search(text):
        found.add(Disguise.TURNED)
    if _has_lookalikes(text):
        found.add(Disguise.LOOKALIKE)
    if any(_is_dressed_up(char) for char in text):
        found.add(Disguise.WIDTH)
    return frozenset(found)


def _shows_nothing(char: str) -> bool:
    if char in "\t\n\r":
        return False
    return char in _BLANKS or unicodedata.category(char) in _INVISIBLE


def _has_lookalikes(text: str) -> bool:
    """Whether a word that is Latin to the eye holds letters of another script.

    A word wholly of another script is that script's own, unless every letter of it is a look-alike
    and the rest of the text is Latin.
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", text))
    latin = [word for word in words if any(_is_latin(char) for char in word)]
    for word in words:
        alike = [char in _lookalike() for char in word]
        if any(alike) and (word in latin or (all(alike) and latin)):
            return True
    return False


def _is_latin(char: str) -> bool:
    return char.isascii() or (
        char not in _lookalike() and unicodedata.name(char, "")[:5] == "LATIN"
    )


def _is_dressed_up(char: str) -> bool:
    """Whether a letter or digit is a dressed-up form of a plain one: full-width, circled."""
    if char.isascii() or not char.isalnum():
        return False
    plain = unicodedata.normalize("NFKC", char)
    return plain != char and plain.isascii()


@cache
def _forms() -> dict[int, str]:
    groups = tomllib.loads(read("codes/characters/simplified.toml"))["forms"].split()
    return {ord(other): group[0] for group in groups for other in group[1:]}


@cache
def _lookalike() -> dict[str, str]:
    scripts = tomllib.loads(read("codes/characters/lookalike.toml"))["script"]
    return {
        letter: latin
        for script in scripts
        for letter, latin in zip(script["letters"], script["latin"], strict=True)
    }


@cache
def _small() -> dict[int, str]:
    """Return the small letters that count as Latin ones in keys, so that case tells nothing."""
    # A capital nu is an N to the eye and a small one a v: a key must choose, and capitals win.
    small = {
        letter.casefold(): latin.casefold()
        for letter, latin in sorted(_lookalike().items(), reverse=True)
    }
    return {ord(letter): latin for letter, latin in small.items()}
