"""HK-MAN-014: names and descriptions are written in letters that are what they look like.

A name in Cyrillic or Greek is as good as any other. What is asked about are letters that only pass
for others, and characters that nobody sees, because no watch list and no reader finds such a name.
"""

from collections.abc import Iterator
from datetime import date

from waglan.codes.chinese import Disguise, disguises, spelt_out
from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Goods, Head, Manifest, Party

CODE = "HK-MAN-014"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "The project's own, after Unicode Technical Standard 39 (Unicode Security Mechanisms), "
    "https://www.unicode.org/reports/tr39/"
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each party, goods and the vessel whose words are not what they look like."""
    known = dict[str, frozenset[Disguise]]()
    found = list(_of_head(manifest.head))
    for bill in manifest.bills:
        for party in bill.parties:
            name = party.name
            if name.isascii() and name.isprintable():
                continue
            if name not in known:
                known[name] = disguises(name)
            if known[name]:
                found += _of_party(bill, party, known[name])
        for item in bill.goods:
            if not item.description.isascii():
                found += _of_goods(bill, item)
    return found


def _of_head(head: Head) -> Iterator[Finding]:
    if head.vessel and disguises(head.vessel):
        yield Finding(
            "HK-MAN-014-VESSEL",
            Severity.WARNING,
            Where("head/vessel"),
            {"vessel": spelt_out(head.vessel)},
        )


def _of_party(bill: Bill, party: Party, kinds: frozenset[Disguise]) -> Iterator[Finding]:
    where = of_bill(bill, f"parties/{party.role.value}/name")
    number, name = bill.number, spelt_out(party.name)
    if Disguise.TURNED in kinds:
        yield Finding("HK-MAN-014-TURNED", Severity.WARNING, where, {"bill": number, "name": name})
    elif Disguise.INVISIBLE in kinds:
        yield Finding(
            "HK-MAN-014-INVISIBLE", Severity.WARNING, where, {"bill": number, "name": name}
        )
    if Disguise.PILED in kinds:
        yield Finding("HK-MAN-014-PILED", Severity.WARNING, where, {"bill": number, "name": name})
    if Disguise.LOOKALIKE in kinds:
        yield Finding(
            "HK-MAN-014-LOOKALIKE", Severity.WARNING, where, {"bill": number, "name": name}
        )
    if Disguise.WIDTH in kinds:
        yield Finding("HK-MAN-014-WIDTH", Severity.NOTE, where, {"bill": number, "name": name})


def _of_goods(bill: Bill, item: Goods) -> Iterator[Finding]:
    # Other widths, and signs of other code pages that show nothing here, are found all the same.
    if disguises(item.description) & {Disguise.LOOKALIKE, Disguise.TURNED}:
        where = of_bill(bill, f"goods/{item.number}/description")
        shown = spelt_out(" ".join(item.description.split())[:80])
        yield Finding(
            "HK-MAN-014-GOODS",
            Severity.WARNING,
            where,
            {"bill": bill.number, "description": shown},
        )
