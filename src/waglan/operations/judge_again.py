"""A bill that was decided says less than it did: what may go on with its goods is judged again.

Whoever files one bill in two documents, or puts its goods into another bill while it still stands,
had an order decide of that one when nothing spoke against it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from waglan.codes.customs_status import CustomsStatus
from waglan.customs.again import LIGHT, asks_more
from waglan.customs.decision import Decision
from waglan.customs.status import CONCLUDED
from waglan.operations.earlier_decisions import asks_openly
from waglan.operations.held_before import heirs, left_behind
from waglan.operations.judge_manifest import Judge, Judged, judged, tell
from waglan.store import Transaction, customs, judged_again, manifests, versions
from waglan.store.customs import DecisionRow
from waglan.store.judged_again import StillStands


async def judge_again(tx: Transaction, desk: Judge, consignment: int, *, now: datetime) -> bool:
    """Decide anew, or leave to an officer, what an order decided of this withdrawn bill's heirs.

    Nothing that an officer has before him already is decided, and nothing is taken back. False:
    one of them was not judged at all yet, so that it is too early.
    """
    since = await judged_again.held_since(tx, [consignment])
    if consignment in since:
        found = await heirs(tx, desk.vault, consignment, since=since[consignment])
        if not all(heir.is_judged for heir in found):
            return False
        for heir in found:
            await _judge_heir(tx, desk, heir.manifest_id, now=now)
    await judged_again.add(tx, desk.org, consignment, now=now)
    return True


async def look_back(tx: Transaction, desk: Judge, manifest_id: int, *, now: datetime) -> bool:
    """Look what becomes of the bills of a manifest whose filer filed this newer version of it.

    A held one that still stands may have left a container or goods to another bill. One that
    stands by another manifest now may not say there what an officer concluded of: it is left to
    him. False: not all is judged, or told by the log, that must be known.
    """
    before = await versions.before(tx, manifest_id)
    if before is not None:
        if not await judged_again.is_settled(tx, manifest_id, before):
            return False
        stand = await judged_again.still_stand(tx, manifest_id, before)
        held = await left_behind(tx, desk.vault, [one.consignment for one in stand])
        found = [heir for bill, since in held.items()
                 for heir in await heirs(tx, desk.vault, bill, since=since)]  # fmt: skip
        if not all(heir.is_judged for heir in found):
            return False
        await _leave_what_stands(tx, desk, [one for one in stand if one.is_elsewhere], now=now)
        for heir in sorted({heir.manifest_id for heir in found}):
            await _judge_heir(tx, desk, heir, now=now)
    await judged_again.add_look_back(tx, desk.org, manifest_id, now=now)
    return True


async def _leave_what_stands(
    tx: Transaction, desk: Judge, stand: Sequence[StillStands], *, now: datetime
) -> None:
    """Leave these bills to an officer where their other manifest says not what he concluded of.

    What the open rules asked of the one that is gone is asked no more, if they ask it not of this.
    """
    own = await customs.last_decisions(tx, [one.consignment for one in stand])
    concluded = {one for one, row in own.items() if row.status in CONCLUDED}
    concluded -= await customs.left_since(tx, concluded)
    asked = {one for one, row in own.items() if asks_openly(row)}
    by_manifest: dict[int, set[int]] = {}
    for one in stand:
        if one.consignment in concluded | asked:
            by_manifest.setdefault(one.manifest_id, set()).add(one.consignment)
    for manifest_id, bills in by_manifest.items():
        if filed := await manifests.by_number(tx, manifest_id):
            new = await judged(tx, desk, filed, now=now)
            others = [one for one in new.decisions if new.consignment(one) in bills]
            told = [
                one
                for one in others
                if _says(one, "ORDER-CONCLUDED-BEFORE")
                or (new.consignment(one) in asked and one.status is CustomsStatus.NOT_SELECTED)
            ]
            await tell(tx, desk, new, told, now=now)


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
    is_like = _says(decision, "ORDER-HELD-BEFORE")
    return is_like and was.act_id is None and was.status in LIGHT


def _says(decision: Decision, code: str) -> bool:
    return any(reason.code == code for reason in decision.reasons)
