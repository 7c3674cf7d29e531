"""A bill that was held is declared no more: what may go on with its goods is judged again.

Whoever files one bill in two documents, or puts its goods into another bill while it still stands,
had an order decide of that one when nothing spoke against it.
"""

from collections.abc import Mapping
from datetime import datetime

from waglan.customs.again import LIGHT, asks_more
from waglan.customs.decision import Decision
from waglan.operations.judge_manifest import Judge, Judged, judged, tell
from waglan.store import Transaction, customs, judged_again, manifests
from waglan.store.customs import DecisionRow


async def judge_again(tx: Transaction, desk: Judge, consignment: int, *, now: datetime) -> bool:
    """Decide anew, or leave to an officer, what an order decided of this withdrawn bill's heirs.

    Nothing that an officer has before him already is decided, and nothing is taken back. False:
    one of them was not judged at all yet, so that it is too early.
    """
    since = await judged_again.held_since(tx, [consignment])
    if consignment in since:
        found = await judged_again.heirs(tx, consignment, since=since[consignment])
        if not all(heir.is_judged for heir in found):
            return False
        for heir in found:
            await _judge_heir(tx, desk, heir.manifest_id, now=now)
    await judged_again.add(tx, desk.org, consignment, now=now)
    return True


async def _judge_heir(tx: Transaction, desk: Judge, manifest_id: int, *, now: datetime) -> None:
    filed = await manifests.by_number(tx, manifest_id)
    if filed is None:
        return
    new = await judged(tx, desk, filed, now=now)
    ids = [new.consignment(decision) for decision in new.decisions]
    own = await customs.last_decisions(tx, ids)
    for left in await customs.left_since(tx, ids):
        del own[left]
    await tell(tx, desk, new, [one for one in new.decisions if _is_other(one, new, own)], now=now)


def _is_other(decision: Decision, new: Judged, own: Mapping[int, DecisionRow]) -> bool:
    """Whether what is known now makes another of it than what was decided then."""
    consignment = new.consignment(decision)
    if (was := own.get(consignment)) is None:
        return False
    if consignment in new.earlier.elsewhere:
        held = new.earlier.rows[consignment]
        return bool(held.act_id or held.targeting) and asks_more(held.status, was.status)
    is_like = any(reason.code == "ORDER-HELD-BEFORE" for reason in decision.reasons)
    return is_like and was.act_id is None and was.status in LIGHT
