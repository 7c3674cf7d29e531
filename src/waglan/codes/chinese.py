"""Names compared whichever way they were typed: width, case, look-alike letters, 繁體 and 简体.

`match_key` is a second key beside the text: the text itself stays as it was sent. Two names with
one key are worth a look, and no proof: 後 and 后 are one character in simplified writing.
"""

import re
import tomllib
import unicodedata
from enum import Enum
from functools import cache, partial

from waglan.codes.data import read
from waglan.codes.han_alike import in_han, may_be_han, passing_for_han, read_as_han
from waglan.codes.plain import squashed


class Disguise(Enum):
    """A way in which a text is not what it looks like."""

    INVISIBLE = "invisible"  # characters that show nothing
    TURNED = "turned"  # characters that turn the direction of writing, and show nothing either
    # Cyrillic, Greek … letters that are taken for Latin ones, kana … that are taken for Han.
    LOOKALIKE = "lookalike"
    PILED = "piled"  # more marks on one letter than any writing has
    WIDTH = "width"  # full-width or otherwise dressed-up forms of plain letters


_WORD = re.compile(r"[^\W\d_]+")
# Cc are controls, Cf invisible marks and those that turn the writing, Co and Cn nobody's.
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cn"})
# Characters of other categories that show nothing either: Hangul and Khmer fillers, Braille blank.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# They choose the form of the Han character or the sign before them, and show nothing themselves.
_SELECTORS = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_BREAKS = frozenset("\u2028\u2029")  # end a line, where nobody sees one end
_MARKS_MAX = 4  # on one letter; accents of Viet Nam and points of Hebrew need no more
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def simplified(text: str) -> str:
    """Return the text with each character in its simplified form."""
    return text if text.isascii() else text.translate(_forms())


def match_key(text: str) -> str:
    """Return letters and digits alone, in one width, case, script of look-alikes, and form."""
    if text.isascii():
        return squashed(text)
    return simplified(in_han(squashed(text)).translate(_small()))


def plainly(text: str) -> str:
    """Return the text in small letters, plain ones for those that look like them, simplified.

    Without what nobody sees and without accents. For lists of words and names only: a Jose is not a
    José.
    """
    small = text.casefold()
    return small if small.isascii() else _plain(small)


def meanings(text: str) -> tuple[str, ...]:
    """Return how a text may be meant: plainly, and with letters for digits that stand among them.

    A 1 may be an i or an l, so there may be three. For lists of words and names: a B2B is no BZB.
    In all but the first a word of kana beside Han characters is read as those it is drawn like.
    """
    plain = plainly(text)
    han = plain if plain.isascii() else may_be_han(plain)
    if not _MIXED.search(plain):
        return (plain,) if han == plain else (plain, simplified(han))
    spelled = [_in_letters(simplified(han), one) for one in ("il" if "1" in plain else "i")]
    return tuple(dict.fromkeys((plain, *spelled)))


def unmasked(text: str) -> tuple[str, ...]:
    """Return the meanings of a text but for the one it has as it stands, in small letters."""
    small = text.casefold()
    return tuple([one for one in meanings(text) if one != small])


_MIXED = re.compile(r"[a-z][0-9@$!|]|[0-9@$!|][a-z]")
_WRITTEN = re.compile(r"[a-z0-9](?:[a-z0-9]|[@$!|](?=[a-z0-9]))*")
_STANDS_FOR = str.maketrans("023456789@$!|", "ozeasgtbgasil")
_LETTERS_MIN = 3  # of a word whose digits may be letters: 3M and 7UP have fewer


def _in_letters(plain: str, one: str) -> str:
    # Most words are letters alone or a number alone, and that is soon seen.
    return " ".join(
        word if word.isalpha() or word.isdecimal() else _WRITTEN.sub(partial(_spelled, one), word)
        for word in plain.split(" ")
    )


def _spelled(one: str, word: re.Match[str]) -> str:
    """Return a word with letters for its digits, if most of it are letters."""
    text = word.group()
    letters = sum(char.isalpha() for char in text)
    if letters < _LETTERS_MIN or 2 * letters <= len(text):
        return text
    return text.translate(_STANDS_FOR).replace("1", one)


# Plain letters and signs, and Han characters: each stands for itself, but for its simplified form.
_ORDINARY = re.compile("[ -~\u3400-\u4dbf\u4e00-\u9fff]*")


def _plain(small: str) -> str:
    if _ORDINARY.fullmatch(small):
        return simplified(small)
    kept: list[str] = []
    alike = _small() | _drawn_alike()
    # Jamo that stand for themselves would become parts of syllables.
    for char in unicodedata.normalize("NFKD", read_as_han(small)):
        if _shows_nothing(char):
            continue
        if char in _BREAKS:
            kept.append(" ")
            continue
        if kept and kept[-1].isascii() and unicodedata.category(char) in _MARKS:
            continue  # other scripts' marks are letters: が is not か
        kept.append(alike.get(ord(char), char))
    return simplified(read_as_han(unicodedata.normalize("NFKC", "".join(kept)).casefold()))


_MARKS = frozenset({"Mn", "Me"})


def disguises(text: str) -> frozenset[Disguise]:
    """Return in which ways the text is not what it looks like; none for what is plainly written."""
    if text.isascii() and text.isprintable():
        return frozenset()
    found = set[Disguise]()
    if _has_unseen(text):
        found.add(Disguise.INVISIBLE)
    if any(len(pile) > _MARKS_MAX for pile in _piles(text)):
        found.add(Disguise.PILED)
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
    if char in _BLANKS or unicodedata.category(char) in _INVISIBLE:
        return True
    return _SELECTORS.match(char) is not None


def _has_unseen(text: str) -> bool:
    """Whether something in it shows nothing, and chooses no form of a Han character or a sign."""
    before = ""
    for char in text:
        if char in _BREAKS:
            return True
        if _shows_nothing(char) and not (_SELECTORS.match(char) and _has_forms(before)):
            return True
        before = char
    return False


def _has_forms(char: str) -> bool:
    name = unicodedata.name(char, "") if char else ""
    return name.startswith(("CJK ", "MONGOLIAN ")) or unicodedata.category(char or " ")[0] == "S"


def _piles(text: str) -> list[str]:
    """Return the marks that stand behind one another, beyond what plain writing has of them."""
    if text.isascii():
        return []
    marks = "".join("m" if unicodedata.category(char) in _MARKS else " " for char in text)
    return marks.split()


def spelt_out(text: str) -> str:
    """Return the text with each letter that is not what it looks like told by its number.

    Of marks that are piled on one letter, as many as writing has are shown.
    """
    kept, piled = list[str](), 0
    for char in text:
        piled = piled + 1 if unicodedata.category(char) in _MARKS else 0
        if piled <= _MARKS_MAX:
            kept.append(char)
    passing = passing_for_han("".join(kept))
    return "".join(
        f"<U+{ord(char):04X}>" if place in passing or _is_odd(char) else char
        for place, char in enumerate(kept)
    )


def _is_odd(char: str) -> bool:
    return not char.isascii() and bool(disguises(char) or disguises(f"A{char}"))


def _has_lookalikes(text: str) -> bool:
    """Whether a word that is Latin or Han to the eye holds letters of another script.

    A word wholly of another script is that script's own, unless every letter of it is a look-alike
    and the rest of the text is Latin.
    """
    if passing_for_han(text):
        return True
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
def _drawn_alike() -> dict[int, str]:
    """Return the letters of Latin writing that are drawn like a plain one."""
    told = tomllib.loads(read("codes/characters/lookalike.toml"))["latin"]
    return {ord(a): b for a, b in zip(told["letters"], told["latin"], strict=True)}


@cache
def _small() -> dict[int, str]:
    """Return the small letters that count as Latin ones in keys, so that case tells nothing."""
    # A capital nu is an N to the eye and a small one a v: a key must choose, and capitals win.
    small = {
        letter.casefold(): latin.casefold()
        for letter, latin in sorted(_lookalike().items(), reverse=True)
    }
    return {ord(letter): latin for letter, latin in small.items()}
