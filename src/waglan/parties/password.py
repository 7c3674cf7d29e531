"""Whether a password is good enough: long, and not what a guesser tries first; no composition.

What it must hold besides is nobody's business: no rule asks for digits, signs or capitals.
"""

import tomllib
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date
from functools import cache

import msgspec

from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import squashed
from waglan.parties.sign_in import PasswordLength

PLACE = Where("password")
ABOUT_CHARACTERS_MIN = 3  # a shorter word about somebody is in any text
ROW_CHARACTERS_MIN = 4  # fewer keys side by side are chance


class _Common(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    licence: str
    checked_on: date
    words: tuple[str, ...]
    phrases: tuple[str, ...]
    rows: tuple[str, ...]


def prepared(password: str) -> bytes:
    """Return the bytes that are hashed: however a keyboard composes a character, it is one."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def password_findings(
    password: str, length: PasswordLength, about: Collection[str]
) -> list[Finding]:
    """Return what makes a password too easy; `about` is what a guesser knows of its owner."""
    size = len(unicodedata.normalize("NFC", password))
    if size < length.characters_min:
        return [
            Finding(
                "PASSWORD-SHORT",
                Severity.ERROR,
                PLACE,
                {"characters": size, "min": length.characters_min},
            )
        ]
    if size > length.characters_max:
        return [Finding("PASSWORD-LONG", Severity.ERROR, PLACE, {"max": length.characters_max})]
    if is_common(password, about):
        return [Finding("PASSWORD-COMMON", Severity.ERROR, PLACE, {})]
    return []


def is_common(password: str, about: Collection[str]) -> bool:
    """Whether it is nothing but repeats, rows of keys, common words, and words about him."""
    bare = squashed(password)
    if not bare or _repeats(bare):
        return True
    common = _common()
    if bare.strip("0123456789") in {squashed(phrase) for phrase in common.phrases}:
        return True
    known = [*common.words, *_words_about(about)]
    return _is_made_of(bare, {squashed(word) for word in known} - {""})


def _words_about(about: Iterable[str]) -> list[str]:
    found = []
    for text in about:
        parts = [text, *"".join(c if c.isalnum() else " " for c in text).split()]
        found += [part for part in parts if len(squashed(part)) >= ABOUT_CHARACTERS_MIN]
    return found


def _repeats(text: str) -> bool:
    """Whether it is one short piece again and again, as `abcabcabc`."""
    return any(
        text == (text[:n] * (len(text) // n + 1))[: len(text)] for n in range(1, len(text) // 3 + 1)
    )


def _is_made_of(text: str, words: Collection[str]) -> bool:
    """Whether words, digits and rows of keys alone, joined in any order, give the text."""
    reached = {0}
    by_first: dict[str, list[str]] = {}
    for word in words:
        by_first.setdefault(word[0], []).append(word)
    for at in range(len(text)):
        if at not in reached:
            continue
        if text[at].isdigit():
            reached.add(at + 1)
        reached |= {
            at + len(word) for word in by_first.get(text[at], ()) if text.startswith(word, at)
        }
        reached |= set(range(at + ROW_CHARACTERS_MIN, at + _along(text[at:]) + 1))
    return len(text) in reached


def _along(text: str) -> int:
    """How many of the first characters lie side by side in a row of keys."""
    return max((_shared(text, row) for row in _rows()), default=0)


def _shared(text: str, row: str) -> int:
    longest, starts = 0, [n for n, char in enumerate(row) if char == text[0]]
    for start in starts:
        n = 0
        while n < len(text) and start + n < len(row) and text[n] == row[start + n]:
            n += 1
        longest = max(longest, n)
    return longest


@cache
def _rows() -> tuple[str, ...]:
    rows = _common().rows
    return (*rows, *(row[::-1] for row in rows))


@cache
def _common() -> _Common:
    return msgspec.convert(tomllib.loads(read("parties/common_passwords.toml")), _Common)
