"""HK-MAN-028: the kind of package is a code of UN/ECE recommendation 21."""

import tomllib
from datetime import date
from functools import cache

import msgspec

from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Goods, Manifest

CODE = "HK-MAN-028"
KIND = Kind.PRACTICE
SOURCE = (
    "UN/ECE recommendation 21, codes for types of packages: "
    "https://unece.org/trade/uncefact/cl-recommendations"
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project


class _Kinds(msgspec.Struct, frozen=True):
    codes: frozenset[str]
    written: dict[str, str]  # what people write instead, and the code that means it


def check(manifest: Manifest) -> list[Finding]:
    """Note each goods item whose kind of package is no code, with the code that may be meant."""
    kinds = _kinds()
    codes = kinds.codes
    return [
        _unknown(bill, item, item.package_kind, kinds)
        for bill in manifest.bills
        for item in bill.goods
        if item.package_kind not in codes and item.package_kind
    ]


def _unknown(bill: Bill, item: Goods, kind: str, kinds: _Kinds) -> Finding:
    where = of_bill(bill, f"goods/{item.number}/package_kind")
    meant = kinds.written.get(kind.strip(" .").upper())
    if meant is None:
        return Finding(CODE, Severity.NOTE, where, {"bill": bill.number, "kind": kind})
    return Finding(
        "HK-MAN-028-MEANT",
        Severity.NOTE,
        where,
        {"bill": bill.number, "kind": kind, "meant": meant},
    )


@cache
def _kinds() -> _Kinds:
    data = tomllib.loads(read("customs/wording/package_kinds.toml"))
    return _Kinds(frozenset(data["codes"].split()), data["written"])
