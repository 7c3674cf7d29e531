"""A terminal wants to know what customs holds on a call, to keep it beside its gate."""

from datetime import datetime

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.customs.hold_list import FORM, HELD, HoldList, Row
from waglan.operations._sights import notices_seen
from waglan.store import Transaction, log, notices
from waglan.store.looks import Sight
from waglan.store.notices import Served

_WHERE = Where("call")


async def list_holds(
    tx: Transaction,
    reader: PartyId,
    call: str,
    *,
    now: datetime,
    next_update: datetime | None,
) -> tuple[HoldList, list[Sight]] | Finding | None:
    """Return what was told last of each bill of the call that the reader may see, and whose it is.

    The log's size is read first: whatever it counts is in the list. None: nothing was told of the
    call, or not to this reader. A list is never cut short: half of one would look like a whole one.
    """
    head = await log.head(tx)
    found = await notices.of_call(tx, call)
    if found is None:
        limit = notices.NOTICES_MAX
        return Finding("HOLDS-TOO-MANY", Severity.ERROR, _WHERE, {"limit": limit})
    # What was withdrawn is left out, unless it is held: a box does not vanish with its paper.
    rows = [one for one in found if one.status in HELD or not one.is_withdrawn]
    if not rows:
        return None
    if any(one.seq is None for one in rows):
        return Finding("STATUS-NOT-NUMBERED", Severity.ERROR, _WHERE, {})
    boxes = await notices.boxes(tx, rows)
    listed = [_row(one, boxes.get(one.consignment)) for one in rows]
    listed.sort(key=lambda row: (row.bill, row.seq))
    holds = HoldList(FORM, call, reader, head.size, now, next_update, tuple(listed))
    return holds, [*notices_seen(rows)]


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
