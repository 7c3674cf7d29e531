"""HK-MAN-015: a description, and a party's name, can be read by the officer who decides by it.

Bytes of one character set that were read as another's make a text that no table's word fits.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.codes.other_charset import misread
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Manifest

CODE = "HK-MAN-015"
KIND = Kind.PRACTICE
SOURCE = (
    "Cap. 60C, paragraph 2(2)(c) asks for a description of the articles "
    "(https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice) and names no "
    "language; that it be English or Chinese is the practice of the trade in Hong Kong."
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project

_UNREADABLE, _LANGUAGE = "unreadable", "language"
# What programs write for characters they can't: U+FFFD, and rows of question marks.
_LOST = re.compile(r"\ufffd|\?{3,}|(?:\? ?){4,}")
_READ = ("LATIN", "CJK", "BOPOM", "FULLW", "MICRO", "OHM S", "KELVI", "ANGST", "GREEK")


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each text that was garbled on its way, and descriptions in another's script."""
    known = dict[str, str | None]()
    found = list[Finding]()
    for bill in manifest.bills:
        found += _of_parties(bill)
        for item in bill.goods:
            text = item.description
            if text not in known:
                known[text] = _fault(text)
            fault = known[text]
            if fault is None:
                continue
            where = of_bill(bill, f"goods/{item.number}/description")
            shown = " ".join(text.split())[:80]
            if fault == _UNREADABLE:
                found.append(
                    Finding(
                        "HK-MAN-015-UNREADABLE",
                        Severity.WARNING,
                        where,
                        {"bill": bill.number, "description": shown},
                    )
                )
            else:
                found.append(
                    Finding(
                        "HK-MAN-015-LANGUAGE",
                        Severity.NOTE,
                        where,
                        {"bill": bill.number, "description": shown},
                    )
                )
    return found


def _of_parties(bill: Bill) -> Iterator[Finding]:
    for party in bill.parties:
        if _is_garbled(party.name) or _is_garbled(party.address):
            where = of_bill(bill, f"parties/{party.role.value}/name")
            yield Finding(
                "HK-MAN-015-NAME",
                Severity.WARNING,
                where,
                {"bill": bill.number, "name": " ".join(party.name.split())[:80]},
            )


def _is_garbled(text: str) -> bool:
    if text.isascii() and "?" not in text:
        return False
    return _LOST.search(text) is not None or misread(text)


def _fault(text: str) -> str | None:
    if _is_garbled(text):
        return _UNREADABLE
    if text.isascii():
        return None
    letters = [char for char in text if char.isalpha()]
    read = sum(unicodedata.name(char, "").startswith(_READ) for char in letters)
    # A brand or a grade may be in any script, as long as most of the text can be read.
    return _LANGUAGE if letters and 2 * read < len(letters) else None
