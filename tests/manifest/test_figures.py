"""No figure of a bill, nor what its figures come to, is more than can be kept and added up."""

from typing import Any

import msgspec
import pytest

from waglan.codes.finding import encode
from waglan.manifest.assembly import join
from waglan.manifest.figures import AMOUNT, FINDINGS_MAX, PACKAGES
from waglan.manifest.model import Bill, Goods, Head, Level, Package, Part, PartKey, Totals

GOODS = Goods(1, "COTTON T-SHIRTS", 1, "CT", "", 1, 1, (Package("CSQU3054383", 1),))
BILL = Bill("B1", Level.MASTER, goods=(GOODS, GOODS))


def found(*bills: Bill) -> list[tuple[str, object]]:
    part = Part(PartKey("", "", "", ""), 1, True, b"", Head("D1"), bills, (), Totals(packages=1))
    _, findings = join([part])
    encode(findings)
    wrong = [one for one in findings if one.code == "MANIFEST-FIGURE-LARGE"]
    return [(one.where.path, one.params["count"]) for one in wrong]


def goods(**said: Any) -> Bill:
    """One bill of two items, the first of which says one: both come to one more than it is told."""
    more = msgspec.structs.replace(GOODS, **said)
    return msgspec.structs.replace(BILL, goods=(GOODS, more))


FIGURES = [
    (lambda n: msgspec.structs.replace(BILL, packages=n + 1), "packages", PACKAGES),
    (lambda n: goods(packages=n), "goods/packages", PACKAGES),
    (lambda n: goods(stowed=(Package("X", n),)), "equipment/packages", PACKAGES),
    (lambda n: goods(gross_mass_g=n), "goods/gross_mass_g", AMOUNT),
    (lambda n: goods(volume_cm3=n), "goods/volume_cm3", AMOUNT),
]


@pytest.mark.parametrize(("make", "place", "most"), FIGURES, ids=[one for _, one, _ in FIGURES])
def test_each_figure_is_found_as_soon_as_it_is_too_large(make: Any, place: str, most: int) -> None:
    assert found(BILL, make(most - 1)) == []
    assert found(BILL, make(most)) == [(f"bills/B1/{place}", str(most + 1))]


def test_of_many_the_first_are_told() -> None:
    large = msgspec.structs.replace(BILL, packages=10**15)
    assert len(found(*[large] * (FINDINGS_MAX + 50))) == FINDINGS_MAX
