"""HK-MAN-019: a commodity code, where one is given, is one and fits the words beside it.

A manifest need not carry any. The words compared are few and plain, so most goods pass unread.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache

from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Goods, Manifest

CODE = "HK-MAN-019"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "Harmonized System 2022, chapters 01 to 97 (77 is reserved): https://www.wcoomd.org/en/topics/"
    "nomenclature/instrument-and-tools/hs-nomenclature-2022-edition.aspx; the words are the "
    "project's own."
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project

_SHAPE = re.compile(r"\d{4}(?:\d\d){0,3}")
_NOISE = re.compile(r"[\s.]+")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def check(manifest: Manifest) -> list[Finding]:
    """Note codes without the shape of one, and ask where the words speak of other chapters."""
    return [
        finding
        for bill in manifest.bills
        for item in bill.goods
        if item.hs_codes
        for finding in _of_item(bill, item)
    ]


def _of_item(bill: Bill, item: Goods) -> Iterator[Finding]:
    where = of_bill(bill, f"goods/{item.number}/hs_codes")
    chapters = set[str]()
    for code in item.hs_codes:
        bare = _NOISE.sub("", code)
        if _SHAPE.fullmatch(bare) and 1 <= int(bare[:2]) <= 97 and bare[:2] != "77":
            chapters.add(bare[:2])
        else:
            yield Finding(
                "HK-MAN-019-SHAPE", Severity.NOTE, where, {"bill": bill.number, "hs": code}
            )
    word, likely = _told(item.description)
    if chapters and likely and chapters.isdisjoint(likely):
        yield Finding(
            "HK-MAN-019-TEXT",
            Severity.WARNING,
            where,
            {"bill": bill.number, "hs": item.hs_codes[0], "word": word},
        )


def _told(description: str) -> tuple[str, frozenset[str]]:
    """Return the one word of the description that tells its chapters, and those; or none."""
    chapters, unless = _words()
    said = set(_WORD.findall(description.casefold()))
    telling = sorted(said & chapters.keys())
    if len(telling) != 1 or said & unless:
        return "", frozenset()
    return telling[0], chapters[telling[0]]


@cache
def _words() -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    data = tomllib.loads(read("customs/wording/hs_words.toml"))
    chapters = {
        word: frozenset(listed.split())
        for listed, words in data["chapters"].items()
        for word in words
    }
    return chapters, frozenset(data["unless"])
