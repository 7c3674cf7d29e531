"""Whether a bill has the parts of it that an officer clears, or tells the outcome of."""

from collections.abc import Iterable, Iterator

from waglan.codes.finding import Finding, Severity
from waglan.customs.officer_act import ClearedPart
from waglan.customs.outcome import Found
from waglan.customs.place import of_bill
from waglan.manifest.model import Bill, Goods


def unknown_parts(bill: Bill, parts: Iterable[ClearedPart]) -> Iterator[Finding]:
    """Yield what the bill does not have: a goods item, a container, or so many packages."""
    for part in parts:
        items = [item for item in bill.goods if part.goods in (None, item.number)]
        stowed = [item for item in items if _is_in(item, part.container)]
        if not stowed or _is_more(part, stowed):
            yield Finding(
                "ACT-PART-UNKNOWN",
                Severity.ERROR,
                of_bill(bill),
                {
                    "bill": bill.number,
                    "goods": part.goods or "-",
                    "container": part.container or "-",
                    "packages": part.packages or "-",
                },
            )


def unknown_found(bill: Bill, found: Iterable[Found]) -> Iterator[Finding]:
    """Yield each goods item that an outcome counts and the bill does not have."""
    known = {item.number for item in bill.goods}
    for one in found:
        if one.goods not in known:
            yield Finding(
                "ACT-FOUND-UNKNOWN",
                Severity.ERROR,
                of_bill(bill),
                {"bill": bill.number, "goods": one.goods},
            )


def _is_in(item: Goods, container: str | None) -> bool:
    return container is None or any(package.container == container for package in item.stowed)


def _is_more(part: ClearedPart, items: Iterable[Goods]) -> bool:
    """Whether more packages are cleared than there are; what nobody counted is no limit."""
    if part.packages is None:
        return False
    counts = [
        count
        for item in items
        for count in (
            [item.packages]
            if part.container is None
            else [p.count for p in item.stowed if p.container == part.container]
        )
    ]
    known = [count for count in counts if count is not None]
    return len(known) == len(counts) and part.packages > sum(known)
