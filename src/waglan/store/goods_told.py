"""What waiting bills say of their goods, in short, for a list of them."""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from waglan.store import Transaction, _binary


class _Stowed(msgspec.Struct, frozen=True, gc=False):
    container: str


class _Item(msgspec.Struct, frozen=True, gc=False):
    description: str = ""
    stowed: tuple[_Stowed, ...] = ()


class _Bill(msgspec.Struct, frozen=True, gc=False):
    goods: tuple[_Item, ...] = ()


_bill = msgspec.json.Decoder(_Bill).decode


@dataclass(frozen=True, slots=True)
class GoodsTold:
    """The descriptions of a bill's goods, each once, and in how many boxes they are."""

    descriptions: tuple[str, ...]
    boxes: int


async def goods_told(tx: Transaction, consignments: Collection[int]) -> dict[int, GoodsTold]:
    """Return what each of these bills says of its goods, in the version that the list names."""
    rows = await tx.execute(
        "SELECT b.consignment, b.particulars FROM standing s"
        " JOIN bill b ON (b.consignment, b.manifest_id) = (s.consignment, s.newest_id)"
        " WHERE s.authority = current_org() AND s.consignment = ANY (%s::int8[])",
        [_binary.numbers(consignments)],
    )
    return {int(bill): _told(_bill(particulars)) for bill, particulars in await rows.fetchall()}


def _told(bill: _Bill) -> GoodsTold:
    texts = (" ".join(item.description.split()) for item in bill.goods)
    boxes = {package.container for item in bill.goods for package in item.stowed}
    return GoodsTold(tuple(dict.fromkeys(filter(None, texts))), len(boxes))
