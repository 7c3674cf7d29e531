"""What officers' tables may ask about a bill.

Facts are whole numbers, short texts, yes or no, and lists. What nobody said is null (for text: ""),
and null is neither more nor less, true nor false: a row that asks so does not fire. Only "is not"
(`!= 5`, `not in [5]`) holds of null too, as the engine has it; `== null` asks for the unknown.
Codes are asked for plainly, whatever look-alike letters, widths and signs they are typed in.
Names of parties stay out unless a table asks for the key that a watch list is matched by.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias, TypeVar

from waglan.codes.chinese import meanings
from waglan.codes.finding import Finding
from waglan.codes.members import values
from waglan.customs.coded import carrier_code, country_of, place_code, plain_code
from waglan.customs.licence import is_licence_number
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

K = TypeVar("K")
V = TypeVar("V")

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


class _Known(dict[K, V]):
    """What was worked out, key by key, and what works it out when it is first asked for."""

    def __init__(self, work_out: Callable[[K], V]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, key: K) -> V:
        found = self[key] = self._work_out(key)
        return found


class _Around:
    """The bills' surroundings: worked out once for the whole manifest."""

    def __init__(self, manifest: Manifest, beyond: Beyond) -> None:
        self.head = manifest.head
        self.pairs = beyond.pairs
        self.bills = manifest.bills
        self.plain = _Known(plain_code)
        plain = self.plain
        self.sizes = {box.number: plain[box.size_type or ""] for box in manifest.equipment}
        # A ship calls at few ports and carries much of the same for the same firms, so places,
        # names and descriptions are each read once for a manifest, and forgotten with it.
        self.keys = _Known(party_key)
        self.meant_keys = _Known(meant_key)
        self.all_keys = _Known(party_keys)
        self.places: _Known[str | None, str] = _Known(lambda told: place_code(_text(told)))
        self.countries: _Known[str | None, str] = _Known(lambda told: country_of(self.places[told]))
        self.texts = _Known(_read)
        self.codes = dict[BillPlace, list[str]]()
        for finding in beyond.findings:
            place = read_bill_place(finding.where)
            if place is not None:
                self.codes.setdefault(place, []).append(finding.code)

    @cached_property
    def shared(self) -> set[str]:
        """The boxes that several bills name, of those that have none above them."""
        top = [bill for bill in self.bills if not bill.parent]
        named = Counter([p.container for bill in top for item in bill.goods for p in item.stowed])
        again = {box for box, times in named.items() if times > 1}
        if not again:
            return again
        # The goods of one bill may lie in one box too.
        bills = Counter([box for bill in top for box in _boxes(bill) & again])
        return {box for box, times in bills.items() if times > 1}

    def told(self, bill: Bill) -> tuple[str, list[str]]:
        """Return what the descriptions say, plainly and however it is meant, and its words."""
        return self.texts[tuple([item.description for item in bill.goods])]


def _read(descriptions: tuple[str, ...]) -> tuple[str, list[str]]:
    text = " ".join(" ".join(descriptions).split())[:DESCRIPTION_CHARS_MAX]
    text = " ".join(" ".join(meanings(text)).split())
    return text, list(dict.fromkeys(_WORD.findall(text)))


def says_too_much(bill: Bill) -> bool:
    """Whether the goods' descriptions go on where no table reads."""
    if len(bill.goods) == 1:  # as most bills have
        return len(bill.goods[0].description) > DESCRIPTION_CHARS_MAX
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
        bills = self._bills
        return FACTS[fact]([bills[place] for place in places], self._around)


_WORD = re.compile(r"[^\W_]+")


_Bills: TypeAlias = Sequence[Bill]
_Column: TypeAlias = "list[Fact]"


def _level(bills: _Bills, around: _Around) -> _Column:
    return [*values([bill.level for bill in bills])]


def _mode(bills: _Bills, around: _Around) -> _Column:
    return [plain_code(_text(around.head.mode))] * len(bills)


def _carrier(bills: _Bills, around: _Around) -> _Column:
    return [carrier_code(_text(around.head.carrier))] * len(bills)


def _loading(bills: _Bills, around: _Around) -> _Column:
    return [around.places[bill.place_of_loading] for bill in bills]


def _loading_country(bills: _Bills, around: _Around) -> _Column:
    return [around.countries[bill.place_of_loading] for bill in bills]


def _discharge(bills: _Bills, around: _Around) -> _Column:
    return [around.places[bill.port_of_discharge] for bill in bills]


def _delivery(bills: _Bills, around: _Around) -> _Column:
    return [around.places[bill.place_of_delivery] for bill in bills]


def _delivery_country(bills: _Bills, around: _Around) -> _Column:
    return [around.countries[bill.place_of_delivery or bill.port_of_discharge] for bill in bills]


def _via(bills: _Bills, around: _Around) -> _Column:
    return [around.places[bill.place_of_transhipment] for bill in bills]


def _transhipment(bills: _Bills, around: _Around) -> _Column:
    return [bill.transhipment for bill in bills]


def _reefer(bills: _Bills, around: _Around) -> _Column:
    return [_is_cooled(bill, around) if bill.reefer is None else bill.reefer for bill in bills]


def _is_cooled(bill: Bill, around: _Around) -> bool | None:
    # ISO 6346: the third character of size and type is R or H for thermal containers.
    kinds = {around.sizes.get(box, "")[2:3] for box in _boxes(bill)}
    if kinds & {"R", "H"}:
        return True
    return None if "" in kinds or not kinds else False


def _packages(bills: _Bills, around: _Around) -> _Column:
    return [packages_of(bill) for bill in bills]


def _gross_kg(bills: _Bills, around: _Around) -> _Column:
    return [None if g is None else g // 1000 for g in map(mass_g_of, bills)]


def _volume_l(bills: _Bills, around: _Around) -> _Column:
    return [None if (cm3 := volume_cm3_of(bill)) is None else cm3 // 1000 for bill in bills]


def _kg_per_package(bills: _Bills, around: _Around) -> _Column:
    return [
        g // 1000 // packages
        if (packages := packages_of(bill)) and (g := mass_g_of(bill)) is not None
        else None
        for bill in bills
    ]


def _kg_per_m3(bills: _Bills, around: _Around) -> _Column:
    return [
        g * 1000 // cm3
        if (cm3 := volume_cm3_of(bill)) and (g := mass_g_of(bill)) is not None
        else None
        for bill in bills
    ]


def _items(bills: _Bills, around: _Around) -> _Column:
    return [len(bill.goods) for bill in bills]


def _houses(bills: _Bills, around: _Around) -> _Column:
    return [bill.houses for bill in bills]


def _description(bills: _Bills, around: _Around) -> _Column:
    return [around.told(bill)[0] for bill in bills]


def _words(bills: _Bills, around: _Around) -> _Column:
    return [around.told(bill)[1] for bill in bills]


def _package_kinds(bills: _Bills, around: _Around) -> _Column:
    plain = around.plain
    return [_list([plain[item.package_kind or ""] for item in bill.goods]) for bill in bills]


def _dangerous(bills: _Bills, around: _Around) -> _Column:
    plain = around.plain
    return [_list([plain[n] for item in bill.goods for n in item.dangerous]) for bill in bills]


def _hs_chapters(bills: _Bills, around: _Around) -> _Column:
    plain = around.plain
    return [_list([plain[hs][:2] for item in bill.goods for hs in item.hs_codes]) for bill in bills]


def _licences(bills: _Bills, around: _Around) -> _Column:
    return [
        _numbers(bill.licences) + sum([_numbers(g.licences) for g in bill.goods]) for bill in bills
    ]


def _numbers(licences: tuple[str, ...]) -> int:
    """Count what names a licence: a word in its place is none."""
    return sum(map(is_licence_number, licences)) if licences else 0


def _containers(bills: _Bills, around: _Around) -> _Column:
    return [len(_boxes(bill)) for bill in bills]


def _shares_box(bills: _Bills, around: _Around) -> _Column:
    shared = around.shared
    return [bool(boxes & shared) if boxes else None for boxes in map(_boxes, bills)]


def _to_order(bills: _Bills, around: _Around) -> _Column:
    return [_of_name(bill, PartyRole.CONSIGNEE, is_order) for bill in bills]


def _has_notify(bills: _Bills, around: _Around) -> _Column:
    return [_of_name(bill, PartyRole.NOTIFY, lambda name: not names_nobody(name)) for bill in bills]


def _first_time(bills: _Bills, around: _Around) -> _Column:
    if around.pairs is None:
        return [None] * len(bills)
    return [_is_first(bill, around, around.pairs) for bill in bills]


def _is_first(bill: Bill, around: _Around, pairs: Collection[str]) -> bool | None:
    consignor, consignee = _name(bill, PartyRole.CONSIGNOR), _name(bill, PartyRole.CONSIGNEE)
    if not consignor or not consignee or is_order(consignee):
        return None
    return f"{around.keys[consignor]}>{around.keys[consignee]}" not in pairs


def _consignor_key(bills: _Bills, around: _Around) -> _Column:
    return [around.meant_keys[_name(bill, PartyRole.CONSIGNOR)] for bill in bills]


def _consignee_key(bills: _Bills, around: _Around) -> _Column:
    return [around.meant_keys[_name(bill, PartyRole.CONSIGNEE)] for bill in bills]


def _consignor_keys(bills: _Bills, around: _Around) -> _Column:
    return [around.all_keys[_name(bill, PartyRole.CONSIGNOR)] for bill in bills]


def _consignee_keys(bills: _Bills, around: _Around) -> _Column:
    return [around.all_keys[_name(bill, PartyRole.CONSIGNEE)] for bill in bills]


def _findings(bills: _Bills, around: _Around) -> _Column:
    codes = around.codes
    if not codes:
        return [[] for _ in bills]
    return [_list(codes.get(bill_place(bill), ())) for bill in bills]


# Every fact that a table may name. A fact is never renamed: published tables rest on the name.
FACTS: dict[str, Callable[[_Bills, _Around], _Column]] = {
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


def _of_name(bill: Bill, role: PartyRole, ask: Callable[[str], bool]) -> bool | None:
    """Answer by a party's name; None where it is not there any more."""
    name = _name(bill, role)
    return None if bill.erased and not name else ask(name)


def _name(bill: Bill, role: PartyRole) -> str:
    for party in bill.parties:
        if party.role is role:
            return party.name
    return ""
