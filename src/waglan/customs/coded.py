"""Coded fields as officers' tables ask for them: places, carriers, kinds of packages.

A code is plain capitals and digits, so whatever else a field holds hides it at most: look-alike
letters, other widths, what nobody sees, accents, blanks and strokes. A place or a carrier may be
told by name too, and a name keeps its blanks.
"""

import re
import unicodedata

from waglan.codes.chinese import plainly

CARRIER_CHARS_MAX = 4  # of a standard carrier's code (SCAC); what is longer may be a name
SHOWN_CHARS_MAX = 60

_NOISE = re.compile(r"[\W_]+")
_PLACE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_WORD = re.compile(r"[^\W\d_]+")
# Writings that stand beside Latin letters without passing for them.
_BESIDE_LATIN = ("LATIN", "CJK", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO")


def plain_capitals(text: str) -> str:
    """Return a text in plain capitals, one blank between its words."""
    plain = text if text.isascii() else plainly(text)
    return " ".join(plain.split()).upper()


def plain_code(text: str) -> str:
    """Return what can't be but a code, in plain capitals and digits alone."""
    plain = plain_capitals(text)
    return _NOISE.sub("", plain) or plain


def place_code(text: str) -> str:
    """Return the UN/LOCODE that a text is, however it is typed, or else the text plainly."""
    plain = plain_capitals(text)
    bare = _NOISE.sub("", plain)
    return bare if _PLACE.fullmatch(bare) else plain


def country_of(place: str) -> str:
    """Return the country of a `place_code`; "" where it is no code."""
    return place[:2] if _PLACE.fullmatch(place) else ""


def carrier_code(text: str) -> str:
    """Return the code that a text is, however it is typed, or else the text plainly."""
    plain = plain_capitals(text)
    bare = _NOISE.sub("", plain)
    return bare if 0 < len(bare) <= CARRIER_CHARS_MAX else plain


def is_plain(text: str) -> bool:
    """Whether a text holds nothing but what is on every keyboard and shows."""
    return text.isascii() and text.isprintable()


def can_be_read(text: str) -> bool:
    """Whether no word of a text mixes Latin letters with letters that nobody knows a plain one for.

    Names in scripts of their own, and Chinese beside Latin letters, can be read.
    """
    plain = plainly(text)
    return plain.isascii() or not any(map(_is_mixed, _WORD.findall(plain)))


def shown(text: str) -> str:
    """Return a text with each character that is not plain told by its number, to be seen."""
    return "".join(
        char if is_plain(char) else f"<U+{ord(char):04X}>" for char in text[:SHOWN_CHARS_MAX]
    )


def _is_mixed(word: str) -> bool:
    return any(char.isascii() for char in word) and not all(map(_stands_beside_latin, word))


def _stands_beside_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith(_BESIDE_LATIN)
