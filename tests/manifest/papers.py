"""Made-up bills, boxes and parts for the tests of this folder."""

from collections.abc import Sequence

import msgspec

from waglan.manifest.model import (
    Bill,
    Equipment,
    Function,
    Goods,
    Head,
    Level,
    Manifest,
    Package,
    Part,
    PartKey,
    Totals,
)

KEY = PartKey("HLCU", "HKCED", "CUSCAR", "REF1")
HEAD = Head("DOC1", voyage="012E", imo="9811000", carrier="HLCU", port_of_call="HKHKG")


def bill(number: str, *boxes: str, mass_g: int = 1_000_000, packages: int = 10) -> Bill:
    stowed = tuple(Package(box, packages) for box in boxes)
    goods = Goods(1, "cotton T-shirts", packages, gross_mass_g=mass_g, stowed=stowed)
    return Bill(number, Level.MASTER, packages=packages, gross_mass_g=mass_g, goods=(goods,))


def house(number: str, parent: str | None, *, mass_g: int = 1_000, packages: int = 1) -> Bill:
    return Bill(number, Level.HOUSE, parent, packages=packages, gross_mass_g=mass_g)


def part(
    number: int,
    bills: Sequence[Bill],
    boxes: Sequence[str | Equipment] = (),
    *,
    last: bool = False,
    head: Head = HEAD,
) -> Part:
    listed = tuple(Equipment(box, full=True) if isinstance(box, str) else box for box in boxes)
    digest = bytes([number % 256]) * 32
    return Part(KEY, number, last, digest, head, tuple(bills), listed)


def counting(part: Part, totals: Totals) -> Part:
    return msgspec.structs.replace(part, totals=totals)


def manifest(*bills: Bill, boxes: Sequence[str] = (), function: Function | None = None) -> Manifest:
    head = Head("DOC1", function=function or Function.ORIGINAL, voyage="012E", imo="9811000")
    return Manifest(head, bills, tuple(Equipment(box, full=True) for box in boxes))
