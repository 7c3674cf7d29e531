"""HK-MAN-013: a party must be somebody, and a bill to order must say whom to notify."""

from collections.abc import Iterator
from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.customs.party_name import is_order, names_nobody, points_elsewhere
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Manifest, Party, PartyRole

CODE = "HK-MAN-013"
KIND = Kind.PRACTICE
SOURCE = (
    "Cap. 60C, paragraph 2(2)(d) and (e) asks for name and address of consignor and consignee "
    "(https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice). It is silent "
    "on bills to order; that the notify party then stands in is the practice of the trade."
)
CHECKED_ON = date(2026, 11, 22)
IN_FORCE_FROM = date(2026, 11, 22)  # the day the rule joined the project

_JUDGED = frozenset({PartyRole.CONSIGNOR, PartyRole.CONSIGNEE, PartyRole.NOTIFY})


def check(manifest: Manifest) -> list[Finding]:
    """Return one finding for each party that is nobody, and for each order bill without notify."""
    # The same few thousand firms stand on every bill of a ship, so each name is read once.
    names = {party.name for bill in manifest.bills for party in bill.parties}
    odd = {name for name in names if _is_odd(name)}
    if not odd:
        return []
    return [
        found
        for bill in manifest.bills
        if any([party.name in odd and party.role in _JUDGED for party in bill.parties])
        for found in _of_bill(bill)
    ]


def _is_odd(name: str) -> bool:
    return names_nobody(name) or is_order(name) or points_elsewhere(name)


def _of_bill(bill: Bill) -> Iterator[Finding]:
    for party in bill.parties:
        # A name left empty is for HK-60C to tell.
        if party.name and _is_nobody(party):
            yield from _nobody(bill, party)
    order = [p.name for p in bill.parties if p.role is PartyRole.CONSIGNEE and is_order(p.name)]
    if order and not any(map(_can_be_notified, bill.parties)):
        where, number, name = of_bill(bill, "parties/notify"), bill.number, order[0]
        yield Finding("HK-MAN-013-ORDER", Severity.HOLD, where, {"bill": number, "name": name})


def _is_nobody(party: Party) -> bool:
    # Whom to notify may be said by pointing at the consignee; who sends and receives may not.
    is_pointed = party.role is not PartyRole.NOTIFY and points_elsewhere(party.name)
    return is_pointed or names_nobody(party.name)


def _nobody(bill: Bill, party: Party) -> Iterator[Finding]:
    where = of_bill(bill, f"parties/{party.role.value}")
    number, name = bill.number, party.name
    if party.role is PartyRole.CONSIGNOR:
        yield Finding("HK-MAN-013-CONSIGNOR", Severity.HOLD, where, {"bill": number, "name": name})
    elif party.role is PartyRole.CONSIGNEE:
        yield Finding("HK-MAN-013-CONSIGNEE", Severity.HOLD, where, {"bill": number, "name": name})
    elif party.role is PartyRole.NOTIFY:
        yield Finding("HK-MAN-013-NOTIFY", Severity.WARNING, where, {"bill": number, "name": name})


def _can_be_notified(party: Party) -> bool:
    if party.role is not PartyRole.NOTIFY:
        return False
    return not (names_nobody(party.name) or is_order(party.name) or points_elsewhere(party.name))
