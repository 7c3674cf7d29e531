"""A manifest that nobody could fault, and the means to spoil it."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from waglan.manifest.model import (
    Bill,
    Equipment,
    Goods,
    Head,
    Level,
    Manifest,
    Package,
    Party,
    PartyRole,
)

HEAD = Head(
    document="MAN1",
    carrier="HLCU",
    vessel="WAGLAN STAR",
    imo="9074729",
    voyage="612E",
    mode="1",
    port_of_call="HKHKG",
    arrival="2026-11-24T06:00",
)
PARTIES = (
    Party(PartyRole.CONSIGNOR, "Shun Fat Ceramics Ltd", "8 Harbour Road, Shenzhen"),
    Party(PartyRole.CONSIGNEE, "Peak Tiles Ltd", "1 Queen's Road, Hong Kong"),
    Party(PartyRole.NOTIFY, "Peak Tiles Ltd", "1 Queen's Road, Hong Kong"),
)
T = TypeVar("T")
BOX = Equipment("CSQU3054383", size_type="22G1", full=True, seals=("SYN0001",), segment=9)


def goods(number: int = 1, **told: Any) -> Goods:
    item = Goods(
        number=number,
        description="CERAMIC FLOOR TILES",
        packages=40,
        package_kind="PX",
        marks="PT 1-40",
        gross_mass_g=18_000_000,
        volume_cm3=20_000_000,
        stowed=(Package(BOX.number, 40),),
    )
    return msgspec.structs.replace(item, **told)


def bill(number: str = "HLCU1", **told: Any) -> Bill:
    one = Bill(
        number=number,
        level=Level.MASTER,
        place_of_loading="CNYTN",
        port_of_discharge="HKHKG",
        transhipment=False,
        packages=40,
        gross_mass_g=18_000_000,
        volume_cm3=20_000_000,
        parties=PARTIES,
        goods=(goods(),),
        segment=12,
    )
    return msgspec.structs.replace(one, **told)


def manifest(*bills: Bill, **told: Any) -> Manifest:
    one = Manifest(HEAD, bills or (bill(),), (BOX,))
    return msgspec.structs.replace(one, **told)


def spoilt(case: Mapping[str, Any]) -> Manifest:
    """The manifest of a case file: what the case tells, over what is clean."""
    bills = [_over(bill(), told) for told in case.get("bills", [{}])]
    head = _over(HEAD, case.get("head", {}))
    equipment = [_over(BOX, told) for told in case.get("equipment", [{}])]
    return Manifest(head, tuple(bills), tuple(equipment))


def _over(clean: T, told: Mapping[str, Any]) -> T:
    plain = msgspec.to_builtins(clean)
    plain |= {name: _goods(value) if name == "goods" else value for name, value in told.items()}
    return msgspec.convert(plain, type(clean))


def _goods(items: list[Mapping[str, Any]]) -> list[Any]:
    return [msgspec.to_builtins(goods()) | {"number": n} | dict(i) for n, i in enumerate(items, 1)]
