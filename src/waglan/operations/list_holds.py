"""A terminal wants to know what customs holds on a call, to keep it beside its gate."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.customs.detention import KINDS, DetentionKind, NoticeState, NoticeStep, state_of
from waglan.customs.hold_list import FORM, HELD, HoldList, Row
from waglan.operations._sights import is_as_logged, notice_seen
from waglan.store import Transaction, detentions, log, notices
from waglan.store.looks import Sight
from waglan.store.notices import NOTICES_MAX, Served

_WHERE = Where("call")
_STATUS = {kind: status for status, kind in KINDS.items()}
_AT_LARGE = frozenset({NoticeState.RELEASED, NoticeState.REPLACED})


async def list_holds(
    tx: Transaction,
    reader: PartyId,
    call: str,
    *,
    now: datetime,
    next_update: datetime | None,
) -> tuple[HoldList, list[Sight]] | Finding | None:
    """Return what was told last of each bill of the call that the reader may see, and whose it is.

    What was told last counts, for whatever call: cargo in transhipment is on two. Of bills that he
    may not see, those are in it whose boxes he was told to hold by a notice.
    The log's size is read first: whatever it counts is in the list. None: nothing was told of the
    call, or not to this reader. A list is never cut short: half of one would look like a whole one.
    """
    head = await log.head(tx)
    found = await notices.of_call(tx, call)
    addressed = await _addressed(tx, call)
    if found is None or addressed is None:
        return Finding("HOLDS-TOO-MANY", Severity.ERROR, _WHERE, {"limit": NOTICES_MAX})
    # What was withdrawn or erased is left out, unless it is held: a box does not vanish with its
    # paper.
    rows = [one for one in found if one.status in HELD or not (one.is_withdrawn or one.is_erased)]
    boxes = await notices.boxes(tx, rows)
    of_bills = {one.consignment: _row(one, boxes.get(one.consignment)) for one in rows}
    together = _together(of_bills, addressed)
    listed = list(together.values())
    if not listed:
        return None
    if not all(row.seq for row in listed):
        return Finding("STATUS-NOT-NUMBERED", Severity.ERROR, _WHERE, {})
    if not all(is_as_logged(one) for one in found):
        return Finding("STATUS-NOT-AS-LOGGED", Severity.ERROR, _WHERE, {})
    listed.sort(key=lambda row: (row.bill, row.seq))
    # What got its number after the size was read is in it too, and all that was numbered before.
    size = max([head.size, *[row.seq + 1 for row in of_bills.values()]])
    holds = HoldList(FORM, call, reader, size, now, next_update, tuple(listed))
    return holds, [notice_seen(row.bill, row.authority, of) for of, row in together.items()]


async def _addressed(tx: Transaction, call: str) -> dict[int, Row] | None:
    """Return what notices to the reader hold, by bill, with the boxes that they name to him."""
    found = await detentions.of_call(tx, call, at_most=NOTICES_MAX + 1)
    if len(found) > NOTICES_MAX:
        return None
    of = [one.detention_id for one in found]
    steps, told = await detentions.steps(tx, of), await detentions.addressees(tx, of)
    numbers = await detentions.seqs(tx, of)
    held: dict[int, Row] = {}
    for one in found:  # the newest first
        done = [step.step for step in steps[one.detention_id]]
        if state_of(done) in _AT_LARGE or one.consignment in held:
            continue
        named = {box for _, words in told[one.detention_id] for box in words.boxes}
        held[one.consignment] = Row(
            one.bill,
            one.authority,
            _status(one.kind, done),
            None,
            one.served_at,
            numbers.get(one.detention_id, 0),
            (),
            tuple(sorted(named)),
        )
    return held


def _status(kind: DetentionKind, done: Sequence[NoticeStep]) -> CustomsStatus:
    """What stands of a notice. Of a box from which a part may go the rest is held in it."""
    if NoticeStep.SEIZE in done:
        return CustomsStatus.SEIZED
    return CustomsStatus.PARTLY_CLEARED if NoticeStep.RELEASE_PART in done else _STATUS[kind]


def _together(of_bills: dict[int, Row], addressed: dict[int, Row]) -> dict[int, Row]:
    """Join what was told of bills and of boxes: who sees a bill without its boxes has the latter's.

    A notice counts only where its bill is not seen, or is seen to be held too.
    """
    found = dict(addressed)
    for bill, row in of_bills.items():
        notice = addressed.get(bill)
        if row.boxes is None and row.is_held and notice is not None:
            found[bill] = msgspec.structs.replace(row, boxes=notice.boxes)
        else:
            found[bill] = row
    return found


def _row(one: Served, boxes: dict[int, tuple[str, ...]] | None) -> Row:
    return Row(
        one.number,
        one.authority,
        one.status,
        one.version,
        one.told_at,
        one.seq or 0,
        one.earlier,
        None if boxes is None else _boxes(one, boxes),
    )


def _boxes(one: Served, boxes: dict[int, tuple[str, ...]]) -> tuple[str, ...]:
    """The boxes spoken of; while it is held, those too into which the goods went since."""
    versions = boxes.values() if one.status in HELD else [boxes[one.manifest_id]]
    return tuple(sorted({box for version in versions for box in version}))
