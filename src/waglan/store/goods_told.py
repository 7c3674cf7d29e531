"""What waiting bills say of their goods, in short, for a list of them."""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from waglan.store import Transaction, _binary
from waglan.store.versions import STANDS


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
    """Return what each of these bills says of its goods, by the newest manifest that stands.

    Of those that the log tells of; a withdrawn bill says what the last one said.
    """
    rows = await tx.execute(_TOLD, [_binary.numbers(consignments)])
    return {int(bill): _told(_bill(particulars)) for bill, particulars in await rows.fetchall()}


_TOLD = f"""
    SELECT b.consignment, b.particulars FROM standing s
    JOIN bill b ON b.consignment = s.consignment AND b.manifest_id = (
        SELECT m.manifest_id FROM bill k JOIN manifest m USING (manifest_id)
        WHERE k.consignment = s.consignment AND m.manifest_id <= s.newest_id
        ORDER BY ({STANDS}) DESC, m.manifest_id DESC LIMIT 1)
    WHERE s.authority = current_org() AND s.consignment = ANY (%s::int8[])
""".encode()


def _told(bill: _Bill) -> GoodsTold:
    texts = (" ".join(item.description.split()) for item in bill.goods)
    boxes = {package.container for item in bill.goods for package in item.stowed}
    return GoodsTold(tuple(dict.fromkeys(filter(None, texts))), len(boxes))
