"""HK-MAN-010: whoever sends goods sends them to somebody else.

Firms do move goods between their own branches, and people their own belongings, so this only asks.
"""

from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.customs.party_name import (
    is_order,
    names_nobody,
    party_keys,
    points_elsewhere,
    trade_of,
)
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Manifest, Party

CODE = "HK-MAN-010"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "The project's own: Cap. 60C, paragraph 2(2)(d) and (e) asks for consignor and consignee "
    "(https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice) and does not "
    "say that they differ."
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each bill whose consignor and consignee bear one name, in whatever script."""
    known, addresses = dict[str, list[str]](), dict[str, list[str]]()
    return [
        _same(bill, *pair, addresses)
        for bill in manifest.bills
        if (pair := trade_of(bill)) and _are_one(pair[0].name, pair[1].name, known)
    ]


def _are_one(one: str, other: str, known: dict[str, list[str]]) -> bool:
    here, there = known.get(one), known.get(other)
    if here is None:
        here = known[one] = party_keys(one)
    if there is None:
        there = known[other] = party_keys(other)
    return any([key in there for key in here]) and _is_somebody(one) and _is_somebody(other)


def _is_somebody(name: str) -> bool:
    return not (names_nobody(name) or is_order(name) or points_elsewhere(name))


def _same(bill: Bill, consignor: Party, consignee: Party, known: dict[str, list[str]]) -> Finding:
    where, number, name = of_bill(bill, "parties/consignee"), bill.number, consignee.name
    for address in (consignor.address, consignee.address):
        if address not in known:
            known[address] = party_keys(address)
    here, there = known[consignor.address], known[consignee.address]
    if here and there and not any([key in there for key in here]):
        return Finding("HK-MAN-010-BRANCH", Severity.NOTE, where, {"bill": number, "name": name})
    return Finding("HK-MAN-010", Severity.WARNING, where, {"bill": number, "name": name})
