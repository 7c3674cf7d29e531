"""A manifest too long for one message, cut into parts that join to the same manifest again."""

from collections.abc import Sequence
from typing import Final, TypeVar

from msgspec.structs import replace

from waglan.manifest.model import Manifest, Part, PartKey, Totals

_T = TypeVar("_T")

# CUSCAR's groups of bills (CNI) and of equipment (EQD) repeat at most so often, and 1490 is n..4.
PER_PART_MAX: Final = 9_999


def split(manifest: Manifest, key: PartKey, bills_max: int = PER_PART_MAX) -> list[Part]:
    """Return the parts in order, each with at most so many bills and boxes, the last one final.

    The bytes do not exist yet, so every part's hash is empty. Totals are the whole manifest's and
    stand in the last part, so that whoever joins the parts compares them once.
    """
    if not 1 <= bills_max <= PER_PART_MAX:
        raise ValueError(f"a part holds 1 to {PER_PART_MAX} bills, not {bills_max}")
    bills = _cut(manifest.bills, bills_max)
    boxes = _cut(manifest.equipment, bills_max)
    count = max(len(bills), len(boxes), 1)
    return [
        Part(
            key=key,
            number=number,
            is_final=number == count,
            sha256=b"",
            head=manifest.head,
            bills=tuple(replace(bill, part=number) for bill in _of(bills, number)),
            equipment=tuple(replace(box, part=number) for box in _of(boxes, number)),
            totals=totals(manifest) if number == count else Totals(),
        )
        for number in range(1, count + 1)
    ]


def totals(manifest: Manifest) -> Totals:
    """Count the manifest's bills and boxes; masses and packages only where every bill says them."""
    masses = [bill.gross_mass_g for bill in manifest.bills]
    packages = [bill.packages for bill in manifest.bills]
    return Totals(
        bills=len(manifest.bills),
        containers=len(manifest.equipment),
        packages=_sum(packages),
        gross_mass_g=_sum(masses),
    )


def _sum(values: Sequence[int | None]) -> int | None:
    said = [value for value in values if value is not None]
    return sum(said) if said and len(said) == len(values) else None


def _cut(items: Sequence[_T], size: int) -> list[Sequence[_T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _of(cuts: list[Sequence[_T]], number: int) -> Sequence[_T]:
    return cuts[number - 1] if number <= len(cuts) else ()
