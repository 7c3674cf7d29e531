"""Somebody wants a customs status to show to others, who need not trust him."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from waglan.codes.container import unparted
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import KeyKind
from waglan.customs.signed_status import BOXES_MAX, SignedStatus
from waglan.operations._sights import is_as_logged, notices_seen
from waglan.store import Transaction, notices
from waglan.store.looks import Sight
from waglan.store.notices import Served

_WHERE = Where("key")


class Stated(msgspec.Struct, frozen=True):
    """A status ready to be signed, and a later version of which it does not speak."""

    status: SignedStatus
    filed_since: int | None  # None: there is none, or the reader may not know
    sight: Sight


async def state_status(
    tx: Transaction, key: str, kind: KeyKind | None, *, now: datetime
) -> list[Stated] | Finding | None:
    """Return what was told last of each bill that the key names, as far as the reader may see it.

    A finding says why there is nothing to state; None that the reader sees nothing of that name.
    What was decided and not served is not told, to nobody: it is not looked at.
    """
    by_bill: list[Served] | None = []
    by_box: list[Served] | None = []
    if kind in (None, KeyKind.BILL):
        by_bill = await notices.of_bill(tx, key)
    if kind in (None, KeyKind.CONTAINER):
        by_box = await notices.of_container(tx, key)
    if by_bill is None or by_box is None:
        limit = notices.NOTICES_MAX
        return Finding("HOLDS-TOO-MANY", Severity.ERROR, _WHERE, {"limit": limit})
    boxes = await notices.boxes(tx, [*by_bill, *by_box])
    found = [(one, _of(one, boxes), False) for one in by_bill]
    for one in by_box:
        inside = _of(one, boxes) or ()
        named = tuple(box for box in inside if _bare(box) == _bare(key))
        if named:
            found.append((one, inside, True))
    if not found:
        known = await notices.is_known(tx, key)
        return Finding("STATUS-UNTOLD", Severity.ERROR, _WHERE, {"key": key}) if known else None
    standing = [row for row in found if not row[0].is_withdrawn]
    if why := _unfit(key, [one for one, _, _ in standing]):
        return why
    return [_stated(one, inside, key if is_box else None, now) for one, inside, is_box in standing]


def _unfit(key: str, standing: Sequence[Served]) -> Finding | None:
    if not standing:
        return Finding("STATUS-WITHDRAWN", Severity.ERROR, _WHERE, {"key": key})
    # Of a box with several bills nothing is stated: what is left would look like all of it.
    for one in standing:
        if one.is_erased:
            return Finding(
                "STATUS-ERASED", Severity.ERROR, _WHERE, {"bill": one.number, "seq": one.seq or 0}
            )
    if any(one.seq is None for one in standing):
        return Finding("STATUS-NOT-NUMBERED", Severity.ERROR, _WHERE, {})
    if not all(is_as_logged(one) for one in standing):
        return Finding("STATUS-NOT-AS-LOGGED", Severity.ERROR, _WHERE, {})
    return None


def _of(one: Served, boxes: dict[int, dict[int, tuple[str, ...]]]) -> tuple[str, ...] | None:
    """The boxes of the very version that was spoken of; None: not for this reader."""
    seen = boxes.get(one.consignment)
    return None if seen is None else seen[one.manifest_id]


def _stated(one: Served, inside: tuple[str, ...] | None, box: str | None, now: datetime) -> Stated:
    named = inside or ()
    if box is not None:
        named = tuple(each for each in named if _bare(each) == _bare(box))
    status = SignedStatus(
        one.authority,
        one.status,
        one.number,
        one.manifest,
        one.version,
        one.call,
        named if len(named) <= BOXES_MAX else (),
        None if inside is None else len(inside),
        one.told_at,
        now,
        one.seq or 0,
    )
    [sight] = notices_seen([one])
    return Stated(status, one.filed_since, sight)


def _bare(box: str) -> str:
    return unparted(box).upper()
