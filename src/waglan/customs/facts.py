"""What officers' tables may ask about a bill.

Facts are whole numbers, short texts, yes or no, and lists. What nobody said is null (for text: ""),
and null is neither more nor less, true nor false: a row that asks so does not fire. Only "is not"
(`!= 5`, `not in [5]`) holds of null too, as the engine has it; `== null` asks for the unknown.
Names of parties stay out unless a table asks for the key that a watch list is matched by.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias

from waglan.codes.chinese import meanings
from waglan.codes.finding import Finding
from waglan.customs.party_name import (
    is_order,
    meant_key,
    names_nobody,
    party_key,
    party_keys,
)
from waglan.customs.place import BillPlace, bill_place, read_bill_place
from waglan.manifest.amount import mass_g_of, packages_of, volume_cm3_of
from waglan.manifest.model import Bill, Manifest, PartyRole

Fact: TypeAlias = "int | str | bool | list[str] | None"
Facts: TypeAlias = "dict[str, Fact]"

TEXT_CHARS_MAX = 300
DESCRIPTION_CHARS_MAX = 4_000  # of all goods of a bill; no order decides of one that says more
LIST_ITEMS_MAX = 60


@dataclass(frozen=True, slots=True)
class Beyond:
    """What is known beside the manifest: its findings, and which pairs of traders came before.

    `pairs` holds `pair_key` of consignor and consignee; None says that nobody looked.
    """

    findings: Sequence[Finding] = ()
    pairs: Collection[str] | None = None


class _Around:
    """A bill's surroundings: worked out once for the whole manifest."""

    def __init__(self, manifest: Manifest, beyond: Beyond) -> None:
        self.head = manifest.head
        self.pairs = beyond.pairs
        self.bills = manifest.bills
        self.sizes = {box.number: box.size_type or "" for box in manifest.equipment}
        self.keys = dict[str, str]()
        self.meant_keys = dict[str, str]()
        self.all_keys = dict[str, list[str]]()
        self.places = dict[str | None, str]()
        self.texts = dict[tuple[str, ...], tuple[str, list[str]]]()
        self.codes = dict[BillPlace, list[str]]()
        for finding in beyond.findings:
            place = read_bill_place(finding.where)
            if place is not None:
                self.codes.setdefault(place, []).append(finding.code)

    @cached_property
    def bills_in(self) -> Counter[str]:
        """How many bills that have none above them name each box."""
        return Counter([box for bill in self.bills if not bill.parent for box in _boxes(bill)])

    # A ship calls at few ports and carries much of the same for the same firms, so places, names
    # and descriptions are each read once for a manifest, and forgotten with it.

    def key(self, name: str) -> str:
        """Return `party_key` of the name."""
        if name not in self.keys:
            self.keys[name] = party_key(name)
        return self.keys[name]

    def meant(self, name: str) -> str:
        """Return `meant_key` of the name."""
        if name not in self.meant_keys:
            self.meant_keys[name] = meant_key(name)
        return self.meant_keys[name]

    def keys_of(self, name: str) -> list[str]:
        """Return `party_keys` of the name."""
        if name not in self.all_keys:
            self.all_keys[name] = party_keys(name)
        return self.all_keys[name]

    def place(self, place: str | None) -> str:
        """Return the place in capitals; "" where nobody said."""
        if place not in self.places:
            self.places[place] = _text(place).upper()
        return self.places[place]

    def text(self, bill: Bill) -> tuple[str, list[str]]:
        """Return what the descriptions say, plainly and however it is meant, and its words."""
        told = tuple([item.description for item in bill.goods])
        if told not in self.texts:
            text = " ".join(" ".join(told).split())[:DESCRIPTION_CHARS_MAX]
            text = " ".join(" ".join(meanings(text)).split())
            self.texts[told] = text, list(dict.fromkeys(_WORD.findall(text)))
        return self.texts[told]


def says_too_much(bill: Bill) -> bool:
    """Whether the goods' descriptions go on where no table reads."""
    return sum([len(item.description) + 1 for item in bill.goods]) > DESCRIPTION_CHARS_MAX + 1


class Told(Protocol):
    """What some bills say, fact by fact; None where nobody said."""

    def __len__(self) -> int:
        """Return how many bills there are."""
        ...

    def told(self, fact: str, places: Iterable[int]) -> Sequence[object]:
        """Return what the bills at these places say of a fact."""
        ...


class ManifestFacts:
    """The facts of a manifest's bills, worked out when a table asks: it asks most bills few."""

    __slots__ = ("_around", "_bills")

    def __init__(self, manifest: Manifest, beyond: Beyond) -> None:
        """Look at what surrounds the bills, and work out no fact yet."""
        self._bills = manifest.bills
        self._around = _Around(manifest, beyond)

    def __len__(self) -> int:
        """Return how many bills there are."""
        return len(self._bills)

    def told(self, fact: str, places: Iterable[int]) -> list[Fact]:
        """Return what the bills at these places say of a fact."""
        work_out, bills, around = FACTS[fact], self._bills, self._around
        return [work_out(bills[place], around) for place in places]


_WORD = re.compile(r"[^\W_]+")
_LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")


def _level(bill: Bill, around: _Around) -> Fact:
    return bill.level.value


def _mode(bill: Bill, around: _Around) -> Fact:
    return _text(around.head.mode)


def _carrier(bill: Bill, around: _Around) -> Fact:
    return _text(around.head.carrier).upper()


def _loading(bill: Bill, around: _Around) -> Fact:
    return around.place(bill.place_of_loading)


def _loading_country(bill: Bill, around: _Around) -> Fact:
    return _country(around.place(bill.place_of_loading))


def _discharge(bill: Bill, around: _Around) -> Fact:
    return around.place(bill.port_of_discharge)


def _delivery(bill: Bill, around: _Around) -> Fact:
    return around.place(bill.place_of_delivery)


def _delivery_country(bill: Bill, around: _Around) -> Fact:
    return _country(around.place(bill.place_of_delivery or bill.port_of_discharge))


def _via(bill: Bill, around: _Around) -> Fact:
    return around.place(bill.place_of_transhipment)


def _transhipment(bill: Bill, around: _Around) -> Fact:
    return bill.transhipment


def _reefer(bill: Bill, around: _Around) -> Fact:
    if bill.reefer is not None:
        return bill.reefer
    # ISO 6346: the third character of size and type is R or H for thermal containers.
    kinds = {around.sizes.get(box, "")[2:3] for box in _boxes(bill)}
    if kinds & {"R", "H"}:
        return True
    return None if "" in kinds or not kinds else False


def _packages(bill: Bill, around: _Around) -> Fact:
    return packages_of(bill)


def _gross_kg(bill: Bill, around: _Around) -> Fact:
    mass_g = mass_g_of(bill)
    return None if mass_g is None else mass_g // 1000


def _volume_l(bill: Bill, around: _Around) -> Fact:
    volume_cm3 = volume_cm3_of(bill)
    return None if volume_cm3 is None else volume_cm3 // 1000


def _kg_per_package(bill: Bill, around: _Around) -> Fact:
    mass_g, packages = mass_g_of(bill), packages_of(bill)
    return mass_g // 1000 // packages if mass_g is not None and packages else None


def _kg_per_m3(bill: Bill, around: _Around) -> Fact:
    mass_g, volume_cm3 = mass_g_of(bill), volume_cm3_of(bill)
    return mass_g * 1000 // volume_cm3 if mass_g is not None and volume_cm3 else None


def _items(bill: Bill, around: _Around) -> Fact:
    return len(bill.goods)


def _houses(bill: Bill, around: _Around) -> Fact:
    return bill.houses


def _description(bill: Bill, around: _Around) -> Fact:
    return around.text(bill)[0]


def _words(bill: Bill, around: _Around) -> Fact:
    return around.text(bill)[1]


def _package_kinds(bill: Bill, around: _Around) -> Fact:
    return _list([item.package_kind or "" for item in bill.goods])


def _dangerous(bill: Bill, around: _Around) -> Fact:
    return _list([number for item in bill.goods for number in item.dangerous])


def _hs_chapters(bill: Bill, around: _Around) -> Fact:
    return _list([code[:2] for item in bill.goods for code in item.hs_codes])


def _licences(bill: Bill, around: _Around) -> Fact:
    return len(bill.licences) + sum([len(item.licences) for item in bill.goods])


def _containers(bill: Bill, around: _Around) -> Fact:
    return len(_boxes(bill))


def _shares_box(bill: Bill, around: _Around) -> Fact:
    boxes = _boxes(bill)
    return any([around.bills_in[box] > 1 for box in boxes]) if boxes else None


def _to_order(bill: Bill, around: _Around) -> Fact:
    return is_order(_name(bill, PartyRole.CONSIGNEE))


def _has_notify(bill: Bill, around: _Around) -> Fact:
    return not names_nobody(_name(bill, PartyRole.NOTIFY))


def _first_time(bill: Bill, around: _Around) -> Fact:
    if around.pairs is None:
        return None
    consignor, consignee = _name(bill, PartyRole.CONSIGNOR), _name(bill, PartyRole.CONSIGNEE)
    if not consignor or not consignee or is_order(consignee):
        return None
    return f"{around.key(consignor)}>{around.key(consignee)}" not in around.pairs


def _consignor_key(bill: Bill, around: _Around) -> Fact:
    return around.meant(_name(bill, PartyRole.CONSIGNOR))


def _consignee_key(bill: Bill, around: _Around) -> Fact:
    return around.meant(_name(bill, PartyRole.CONSIGNEE))


def _consignor_keys(bill: Bill, around: _Around) -> Fact:
    return around.keys_of(_name(bill, PartyRole.CONSIGNOR))


def _consignee_keys(bill: Bill, around: _Around) -> Fact:
    return around.keys_of(_name(bill, PartyRole.CONSIGNEE))


def _findings(bill: Bill, around: _Around) -> Fact:
    found = around.codes.get(bill_place(bill))
    return _list(found) if found else []


# Every fact that a table may name. A fact is never renamed: published tables rest on the name.
FACTS: dict[str, Callable[[Bill, _Around], Fact]] = {
    "level": _level,
    "mode": _mode,
    "carrier": _carrier,
    "loading": _loading,
    "loading_country": _loading_country,
    "discharge": _discharge,
    "delivery": _delivery,
    "delivery_country": _delivery_country,
    "via": _via,
    "transhipment": _transhipment,
    "reefer": _reefer,
    "packages": _packages,
    "gross_kg": _gross_kg,
    "volume_l": _volume_l,
    "kg_per_package": _kg_per_package,
    "kg_per_m3": _kg_per_m3,
    "items": _items,
    "houses": _houses,
    "description": _description,
    "words": _words,
    "package_kinds": _package_kinds,
    "dangerous": _dangerous,
    "hs_chapters": _hs_chapters,
    "licences": _licences,
    "containers": _containers,
    "shares_box": _shares_box,
    "to_order": _to_order,
    "has_notify": _has_notify,
    "first_time": _first_time,
    "consignor_key": _consignor_key,
    "consignee_key": _consignee_key,
    "consignor_keys": _consignor_keys,
    "consignee_keys": _consignee_keys,
    "findings": _findings,
}


_TEXTS = ("level", "mode", "carrier", "loading", "loading_country", "discharge", "delivery")
_MORE_TEXTS = ("delivery_country", "via", "description", "consignor_key", "consignee_key")
_NUMBERS = ("packages", "gross_kg", "volume_l", "kg_per_package", "kg_per_m3", "items", "houses")
_COUNTS = ("licences", "containers")
_YES_NO = ("transhipment", "reefer", "shares_box", "to_order", "has_notify", "first_time")
_LISTS = ("words", "package_kinds", "dangerous", "hs_chapters", "findings")
_KEYS = ("consignor_keys", "consignee_keys")

# Two bills of which everything is known: a condition that fails on these would fail in silence.
EXAMPLES: tuple[Facts, Facts] = (
    {
        **dict.fromkeys(_TEXTS + _MORE_TEXTS, "a"),
        **dict.fromkeys(_NUMBERS + _COUNTS, 1),
        **dict.fromkeys(_YES_NO, True),
        **{name: ["a"] for name in _LISTS + _KEYS},
    },
    {
        **dict.fromkeys(_TEXTS + _MORE_TEXTS, ""),
        **dict.fromkeys(_NUMBERS + _COUNTS, 0),
        **dict.fromkeys(_YES_NO, False),
        **{name: [] for name in _LISTS + _KEYS},
    },
)


def _boxes(bill: Bill) -> set[str]:
    return {package.container for item in bill.goods for package in item.stowed}


def _text(text: str | None) -> str:
    return " ".join((text or "").split())[:TEXT_CHARS_MAX]


def _list(texts: Iterable[str]) -> list[str]:
    return [_text(text) for text in dict.fromkeys(texts) if text][:LIST_ITEMS_MAX]


def _country(place: str) -> str:
    return place[:2] if _LOCODE.fullmatch(place) else ""


def _name(bill: Bill, role: PartyRole) -> str:
    for party in bill.parties:
        if party.role is role:
            return party.name
    return ""
