"""HK-MAN-017: a licence is named by its number.

No form is published that all licences keep to: whatever holds a digit other than zero may be one.
"""

import re
from collections.abc import Iterator
from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.customs.licence import is_licence_number
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Manifest

CODE = "HK-MAN-017"
KIND = Kind.LAW
SOURCE = (
    "Import and Export Manifests Notice (Cap. 60C), paragraph 2(2)(i) and 3(2)(i), the licence "
    "number where applicable: "
    "https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice"
)
CHECKED_ON = date(2026, 11, 28)
# The notice is older, but a filing of before this day was not asked.
IN_FORCE_FROM = date(2026, 11, 28)

_IN_TEXT = re.compile(
    r"\b(?:IMPORT|EXPORT|REMOVAL|STRATEGIC COMMODITIES)\W+(?:LICEN[CS]E|PERMIT)\b"
    r"|\bLICEN[CS]E\W*(?:NO|NUMBER)\b|進口許可證|进口许可证|出口許可證|出口许可证",
    re.IGNORECASE,
)
# A licence that the goods themselves are about, or that the text says is not needed.
_NOT_MEANT = re.compile(
    r"\b(?:NO|NOT|WITHOUT|NIL)\s+(?:\w+\s+){0,2}(?:LICEN[CS]E|PERMIT)|\b(?:LICEN[CS]E|PERMIT)\s+"
    r"(?:IS\s+)?(?:NOT|PLATES?|HOLDERS?|FRAMES?)\b|不需|無需|无需",
    re.IGNORECASE,
)


def check(manifest: Manifest) -> list[Finding]:
    """Hold bills that name a licence without its number; note those whose text alone names one."""
    known = dict[str, bool]()
    found = list[Finding]()
    for bill in manifest.bills:
        has_licence = bool(bill.licences)
        if has_licence:
            found += _of_numbers(bill, bill.licences, "licences")
        for item in bill.goods:
            if item.licences:
                found += _of_numbers(bill, item.licences, f"goods/{item.number}/licences")
            elif not has_licence:
                text = item.description
                named = known.get(text)
                if named is None:
                    named = known[text] = _names_a_licence(text)
                if named:
                    where = of_bill(bill, f"goods/{item.number}/licences")
                    found.append(
                        Finding("HK-MAN-017-TEXT", Severity.NOTE, where, {"bill": bill.number})
                    )
    return found


def _of_numbers(bill: Bill, licences: tuple[str, ...], place: str) -> Iterator[Finding]:
    for licence in licences:
        if not is_licence_number(licence):
            yield Finding(
                "HK-MAN-017-NUMBER",
                Severity.HOLD,
                of_bill(bill, place),
                {"bill": bill.number, "licence": licence},
            )


def _names_a_licence(text: str) -> bool:
    return bool(_IN_TEXT.search(text)) and not _NOT_MEANT.search(text)
