"""A text that is longer than any directory allows is found, whichever it is."""

from typing import Any

import pytest

from waglan.manifest import lengths
from waglan.manifest.model import (
    Bill,
    Goods,
    Head,
    Level,
    Package,
    Part,
    PartKey,
    Party,
    PartyRole,
)

KEY = PartKey("", "", "", "")
PLACES = ("place_of_loading", "port_of_discharge", "place_of_delivery", "place_of_transhipment")
OF_BILL = dict.fromkeys(("number", "parent", *PLACES), lengths.NUMBER)
OF_PARTY = {"name": lengths.NAME, "address": lengths.ADDRESS, "code": lengths.NUMBER}
OF_GOODS = {"description": lengths.TEXT, "marks": lengths.TEXT}


def found(bill: Bill) -> list[tuple[str, object]]:
    part = Part(KEY, 1, True, b"", Head("D1"), (bill, bill), ())
    wrong = lengths.check(part)
    assert {one.code for one in wrong} <= {"MANIFEST-TEXT-LONG"}
    assert len(wrong) % 2 == 0  # of both bills the same
    return [(str(one.params["field"]), one.params["count"]) for one in wrong[::2]]


CASES = [
    *((Bill, name, most) for name, most in OF_BILL.items()),
    *((Party, name, most) for name, most in OF_PARTY.items()),
    *((Goods, name, most) for name, most in OF_GOODS.items()),
    (Package, "container", lengths.CODE),
]


@pytest.mark.parametrize(
    ("kind", "name", "most"), CASES, ids=lambda one: getattr(one, "__name__", one)
)
def test_each_text_of_a_bill_is_found_as_soon_as_it_is_too_long(
    kind: type, name: str, most: int
) -> None:
    for count in (most, most + 1):
        text = {name: "A" * count}
        given: dict[str, Any] = {"number": "B1"} | (text if kind is Bill else {})
        party = {"name": "", **text} if kind is Party else {"name": ""}
        goods: dict[str, Any] = (
            {"description": "", **text} if kind is Goods else {"description": ""}
        )
        stowed = (Package(text["container"]),) if kind is Package else ()
        bill = Bill(
            level=Level.MASTER,
            parties=(Party(PartyRole.CONSIGNEE, "SAMPLE"), Party(PartyRole.NOTIFY, **party)),
            goods=(Goods(1, "BOOKS"), Goods(2, **goods, stowed=stowed)),
            **given,
        )
        assert found(bill) == ([] if count == most else [(name, count)])
