"""What officers held of the same goods under a bill that its filer withdrew. For officers only."""

from collections.abc import Collection
from dataclasses import dataclass

from waglan.customs.likeness import ANEW_MAX, Likeness, likeness
from waglan.logbook.sealed import Vault
from waglan.manifest.model import PartyRole
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
