"""HK-MAN-011: an address must be a place where somebody can be found."""

import re
from datetime import date

from waglan.codes.finding import Finding, Severity
from waglan.customs.place import of_bill
from waglan.customs.policy import policy
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Manifest, Party, PartyRole

CODE = "HK-MAN-011"
KIND = Kind.PRACTICE
SOURCE = (
    "Cap. 60C, paragraph 2(2)(d) and (e) asks for an address of consignor and consignee "
    "(https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice) and does not "
    "say what makes one; that a town or a post office box alone is none is the trade's practice."
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project

_JUDGED = frozenset({PartyRole.CONSIGNOR, PartyRole.CONSIGNEE})
_BOX = re.compile(
    r"\bp\W{0,2}o\W{0,2}box\b\W*[\w-]*|\bpost\s+office\s+box\b\W*[\w-]*|郵政信箱\W*\d*|邮政信箱\W*\d*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
PLACE_WORDS_MAX = 2  # "SHENZHEN, CHINA": so few words without a number name a town and no more
AFTER_BOX_WORDS_MAX = 4  # what may stand beside a box without being a street: town and country
_SHORT, _BOX_ONLY = "short", "box"


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each consignor and consignee whose address leads nowhere."""
    letters_min = policy().address_letters_min
    known = dict[str, str | None]({"": None})  # an address left out is for HK-60C to tell
    found = []
    for bill in manifest.bills:
        for party in bill.parties:
            address = party.address
            if address not in known:
                known[address] = _fault(address, letters_min)
            fault = known[address]
            if fault is not None and party.role in _JUDGED:
                found.append(_found(bill, party, fault))
    return found


def _fault(address: str, letters_min: int) -> str | None:
    if _BOX.search(address):
        return _BOX_ONLY if _leads_nowhere(_BOX.sub(" ", address)) else None
    words = _WORD.findall(address)
    # A Chinese character is a word, or nearly so.
    letters = sum(map(len, words)) + 2 * len(_CHINESE.findall(address))
    has_number = any(char.isdigit() for char in address)
    if letters < letters_min:
        return _SHORT
    is_place = not has_number and len(words) <= PLACE_WORDS_MAX
    return _SHORT if is_place and not _CHINESE.search(address) else None


def _leads_nowhere(rest: str) -> bool:
    has_number = any(char.isdigit() for char in rest)
    return not has_number and len(_WORD.findall(rest)) <= AFTER_BOX_WORDS_MAX


def _found(bill: Bill, party: Party, fault: str) -> Finding:
    where = of_bill(bill, f"parties/{party.role.value}/address")
    shown = " ".join(party.address.split())[:80]
    if fault == _BOX_ONLY:
        return Finding(
            "HK-MAN-011-PO-BOX",
            Severity.WARNING,
            where,
            {"bill": bill.number, "address": shown},
        )
    return Finding(
        "HK-MAN-011-SHORT", Severity.WARNING, where, {"bill": bill.number, "address": shown}
    )
