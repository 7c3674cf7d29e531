"""What officers held of the same goods under a bill that its filer withdrew. For officers only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from waglan.customs.likeness import (
    ANEW_MAX,
    Likeness,
    bare_box,
    consignee_keys,
    goods_keys,
    likeness,
)
from waglan.customs.place import BillPlace, bill_place
from waglan.logbook.sealed import Vault
from waglan.manifest.identity import BillKey, bill_key
from waglan.manifest.model import Bill, Manifest, PartyRole
from waglan.store import Transaction, acts, worklist
from waglan.store.named import named
from waglan.store.worklist import Declared

WITHDRAWN_MAX = 200  # the newest that wait for an officer; older ones are not compared
SHOWN_MAX = 5  # for each bill


@dataclass(frozen=True, slots=True)
class HeldBefore:
    """A bill that was held and withdrawn, and the containers that it shares with the later one.

    Without any it is of one consignee and description.
    """

    bill: Declared
    boxes: tuple[str, ...]


async def held_before(
    tx: Transaction, vault: Vault, consignments: Collection[int]
) -> dict[int, list[HeldBefore]]:
    """Return, for each of these bills, which others may have been of its goods, the newest first.

    A bill that stood beside the other one, before that was withdrawn, is not of its goods. Compared
    are those that an officer still has before him: what he lifts is not spoken of again.
    """
    gone = await worklist.withdrawn_while_held(tx, at_most=WITHDRAWN_MAX)
    if not gone:
        return {}
    later = await worklist.declared(tx, consignments)
    known = await _likenesses(tx, vault, [*gone, *later])
    found: dict[int, list[HeldBefore]] = {}
    for bill in later:
        alike = [
            HeldBefore(one, boxes)
            for one in gone
            if one.manifest_id < bill.first_manifest_id
            and abs(bill.declared_at - one.declared_at) <= ANEW_MAX
            and (mine := known.get(bill.consignment)) and (his := known.get(one.consignment))
            and ((boxes := mine.boxes_of(his)) or mine.is_trade_of(his))
        ]  # fmt: skip
        if alike:
            found[bill.consignment] = alike[:SHOWN_MAX]
    return found


async def goods_held_before(
    tx: Transaction,
    vault: Vault,
    manifest: Manifest,
    consignments: Mapping[BillKey, int],
    *,
    now: datetime,
) -> dict[BillPlace, str]:
    """Return which bills of a manifest may be of goods that were held, and under which number.

    Compared as in `held_before`, but with what was just filed. A bill that its filer files under
    the same number below another is not among them: what was decided goes on with it.
    """
    gone = [
        one
        for one in await worklist.withdrawn_while_held(tx, at_most=WITHDRAWN_MAX)
        if abs(now - one.declared_at) <= ANEW_MAX
    ]
    if not gone:
        return {}
    known = await _likenesses(tx, vault, gone)
    sought = Sought([(one, known[one.consignment]) for one in gone if one.consignment in known])
    alike = {
        consignments[bill_key(bill)]: (bill, held)
        for bill in manifest.bills
        if (held := sought.of(bill)) and bill_key(bill) in consignments
    }
    first = await worklist.first_of(tx, alike)
    return {
        bill_place(bill): other.number
        for consignment, (bill, held) in alike.items()
        for other in reversed(held)
        if other.consignment != consignment
        and other.manifest_id < first[consignment][0]
        and (other.filer, other.number) != (first[consignment][1], bill.number)
    }


class Sought:
    """The held and withdrawn bills, found by what a later one says."""

    def __init__(self, held: Sequence[tuple[Declared, Likeness]]) -> None:
        """Take the bills, the newest first."""
        self._by_box: dict[str, list[Declared]] = {}
        self._by_trade: dict[tuple[str, str], list[Declared]] = {}
        for one, like in held:
            for box in like.boxes:
                self._by_box.setdefault(box, []).append(one)
            for trade in product(like.consignees, like.goods):
                self._by_trade.setdefault(trade, []).append(one)
        self._consignees: dict[str, frozenset[str]] = {}
        self._goods: dict[str, frozenset[str]] = {}

    def of(self, bill: Bill) -> list[Declared]:
        """Return those of whose goods this bill may be."""
        found = [
            one
            for item in bill.goods
            for package in item.stowed
            for one in self._by_box.get(bare_box(package.container), ())
        ]
        if self._by_trade and (consignees := self._consignees_of(bill)):
            for item in bill.goods:
                text = item.description
                if (keys := self._goods.get(text)) is None:
                    keys = self._goods[text] = goods_keys(text)
                for trade in product(consignees, keys):
                    found += self._by_trade.get(trade, ())
        return found

    def _consignees_of(self, bill: Bill) -> frozenset[str]:
        name = next((p.name for p in bill.parties if p.role is PartyRole.CONSIGNEE), "")
        if (keys := self._consignees.get(name)) is None:
            keys = self._consignees[name] = consignee_keys(name)
        return keys


async def _likenesses(
    tx: Transaction, vault: Vault, bills: Collection[Declared]
) -> dict[int, Likeness]:
    at = {one.consignment: one.manifest_id for one in bills}
    consignees = {
        one.consignment: next(
            (party.name for party in one.parties if party.role is PartyRole.CONSIGNEE), ""
        )
        for one in await named(tx, vault, at)
    }
    told = await acts.bills(tx, at)
    return {
        consignment: likeness(bill, consignees.get(consignment, ""))
        for consignment, bill in told.items()
    }
