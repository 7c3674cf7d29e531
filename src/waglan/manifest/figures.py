"""How much one bill may declare: beyond it a figure is mistyped, or two have run together.

Nobody keeps or adds up more than this, so whatever is within these bounds can be kept and added.
"""

from collections.abc import Iterable
from typing import Final

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.model import Bill

PACKAGES: Final = 99_999_999  # 7224 has eight digits
AMOUNT: Final = 10**15  # in g or cm³: a thousand million tonnes
FINDINGS_MAX: Final = 100  # of one manifest
_NUMBER_CHARACTERS: Final = 35  # of a bill's number in a place


def check(bills: Iterable[Bill]) -> list[Finding]:
    """Return the figures of bills that are more than any cargo, the first hundred."""
    wrong: list[Finding] = []
    for bill in bills:
        if not _is_small(bill):
            wrong += _of(bill)
            if len(wrong) >= FINDINGS_MAX:
                break
    return wrong[:FINDINGS_MAX]


def _is_small(bill: Bill) -> bool:
    """Whether all figures of a bill are within bounds, as of most; packages count apart."""
    packages = packed = mass_g = volume_cm3 = 0
    for item in bill.goods:
        packages += item.packages or 0
        mass_g += item.gross_mass_g or 0
        volume_cm3 += item.volume_cm3 or 0
        for share in item.stowed:
            packed += share.count or 0
    told = bill.packages or 0
    return (
        packages <= PACKAGES
        and packed <= PACKAGES
        and told <= PACKAGES
        and mass_g <= AMOUNT
        and volume_cm3 <= AMOUNT
    )


def _of(bill: Bill) -> list[Finding]:
    items = bill.goods
    sums = (
        ("packages", "packages", bill.packages or 0, PACKAGES),
        ("goods/packages", "packages", sum([item.packages or 0 for item in items]), PACKAGES),
        (
            "equipment/packages",
            "packages",
            sum([share.count or 0 for item in items for share in item.stowed]),
            PACKAGES,
        ),
        ("goods/gross_mass_g", "gross_mass_g", sum([i.gross_mass_g or 0 for i in items]), AMOUNT),
        ("goods/volume_cm3", "volume_cm3", sum([i.volume_cm3 or 0 for i in items]), AMOUNT),
    )
    path = f"bills/{bill.number[:_NUMBER_CHARACTERS]}"
    return [
        Finding(
            "MANIFEST-FIGURE-LARGE",
            Severity.ERROR,
            Where(f"{path}/{place}", segment=bill.segment),
            {"field": field, "count": str(total), "max": most},
        )
        for place, field, total, most in sums
        if total > most
    ]
