"""HK-MAN-018: goods that move under a licence or permit alone name one.

Read from the words of the description, so it only asks; the words were tried on goods that merely
sound alike. A bill closed with houses leaves the licences to them.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache

import msgspec

from waglan.codes.chinese import meanings, plainly
from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity
from waglan.customs.licence import is_licence_number
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Goods, Manifest

CODE = "HK-MAN-018"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "Dutiable goods (liquor over 30 %, tobacco, hydrocarbon oil, methyl alcohol): "
    "https://www.customs.gov.hk/en/service-enforcement-information/cargo-clearance/index.html; "
    "strategic commodities: http://www.stc.tid.gov.hk/mobile/english/bsg/Carriers.html; substances "
    "that deplete the ozone layer: Cap. 60C, paragraph 1A. The words are the project's own."
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project

_WORD = re.compile(r"[^\W_]+")


class _Controlled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    words: list[str]
    unless: list[str]


@dataclass(frozen=True, slots=True)
class _Words:
    """Words of a list, for looking up: single ones, those of several words, and Chinese ones."""

    single: frozenset[str]
    several: tuple[str, ...]
    chinese: tuple[str, ...]

    @classmethod
    def of(cls, words: list[str]) -> "_Words":
        """Sort the words of the list."""
        plain = [word for word in words if word.isascii()]
        return cls(
            frozenset(word for word in plain if _WORD.fullmatch(word)),
            tuple(f" {' '.join(_WORD.findall(w))} " for w in plain if not _WORD.fullmatch(w)),
            tuple(dict.fromkeys(plainly(word) for word in words if not word.isascii())),
        )

    def are_in(self, said: frozenset[str], text: str) -> bool:
        """Whether one of them is among the words said, or in the text of small letters."""
        if not self.single.isdisjoint(said):
            return True
        if any([phrase in text for phrase in self.several]):
            return True
        return not text.isascii() and any([word in text for word in self.chinese])


def check(manifest: Manifest) -> list[Finding]:
    """Ask about goods whose description speaks of a controlled kind while no licence is named."""
    known = dict[str, str | None]()
    found = []
    for bill in manifest.bills:
        for item in bill.goods:
            text = item.description
            if text not in known:
                known[text] = kind_of(text)
            kind = known[text]
            if kind is not None and not (bill.houses or _names_a_licence(bill, item)):
                found.append(_found(bill, item.number, kind))
    return found


def _names_a_licence(bill: Bill, item: Goods) -> bool:
    return any(map(is_licence_number, (*bill.licences, *item.licences)))


def kind_of(description: str) -> str | None:
    """Return which controlled kind of goods the description speaks of; None for all others."""
    return next(filter(None, map(_kind_of, meanings(description))), None)


def _kind_of(meant: str) -> str | None:
    words = _WORD.findall(meant)
    said, text = frozenset(words), f" {' '.join(words)} "
    for kind, wanted, unless in _kinds():
        if wanted.are_in(said, text) and not unless.are_in(said, text):
            return kind
    return None


def _found(bill: Bill, item: int, kind: str) -> Finding:
    # Transhipment cargo needs no declaration, and some of its licences depend on the route.
    how = Severity.NOTE if bill.transhipment else Severity.WARNING
    where = of_bill(bill, f"goods/{item}/licences")
    match kind:
        case "liquor":
            return Finding("HK-MAN-018-LIQUOR", how, where, {"bill": bill.number})
        case "tobacco":
            return Finding("HK-MAN-018-TOBACCO", how, where, {"bill": bill.number})
        case "oil":
            return Finding("HK-MAN-018-OIL", how, where, {"bill": bill.number})
        case "methanol":
            return Finding("HK-MAN-018-METHANOL", how, where, {"bill": bill.number})
        case "strategic":
            return Finding("HK-MAN-018-STRATEGIC", how, where, {"bill": bill.number})
        case "ozone":
            return Finding("HK-MAN-018-OZONE", how, where, {"bill": bill.number})
    raise ValueError(f"{kind} is no kind of controlled goods")


@cache
def _kinds() -> list[tuple[str, _Words, _Words]]:
    entries = tomllib.loads(read("customs/wording/controlled.toml"))["controlled"]
    found = [msgspec.convert(entry, _Controlled) for entry in entries]
    return [(one.kind, _Words.of(one.words), _Words.of(one.unless)) for one in found]
