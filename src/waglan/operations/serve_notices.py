"""The authority tells filers what it has decided: from this act on they may know."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.store import Transaction, customs, events, manifests, parties
from waglan.store.customs import NoticeRow

Row = tuple[int, int, str, CustomsStatus, int]


async def serve_notices(
    tx: Transaction, by: tuple[int, PartyId], call: str, *, now: datetime
) -> int:
    """Serve every decision on a call's bills that its filer does not know yet; return how many.

    The moment is the officer's or his order's, for all bills alike, so that it gives no table away.
    """
    org, authority = by
    rows = await customs.unserved(tx, call)
    names = {filer: await parties.party_of(tx, filer) for filer in {row[4] for row in rows}}
    for manifest_id, group in groupby(rows, key=lambda row: row[1]):
        await _serve(tx, (org, authority, now), manifest_id, (list(group), names))
    return len(rows)


async def _serve(
    tx: Transaction,
    by: tuple[int, PartyId, datetime],
    manifest_id: int,
    what: tuple[list[Row], Mapping[int, PartyId]],
) -> None:
    (org, authority, now), (rows, names) = by, what
    filed = await manifests.by_number(tx, manifest_id)
    if filed is None:
        raise LookupError(f"manifest {manifest_id} is not filed with this authority")
    readers = frozenset({names[filed.org]})
    whole = Event(
        EventCode.MANIFEST_ANSWERED,
        Key(KeyKind.MANIFEST, filed.document),
        authority,
        now,
        now,
        {"manifest": str(filed.id), "version": filed.version, "notices": len(rows)},
        (),
        readers,
    )
    said: dict[CustomsStatus, dict[str, Value]] = {
        status: {"status": status.value, "manifest": str(filed.id)} for status in CustomsStatus
    }
    told = [
        Event(
            EventCode.NOTICE_SERVED,
            Key(KeyKind.BILL, number),
            authority,
            now,
            now,
            said[status],
            (),
            readers,
        )
        for _, _, number, status, _ in rows
    ]
    numbers = await events.append(
        tx, [whole, *told], consignments=[None, *(row[0] for row in rows)]
    )
    await customs.add_notices(
        tx,
        org,
        [
            NoticeRow(consignment, event, manifest_id, status, now)
            for (consignment, _, _, status, _), event in zip(rows, numbers[1:], strict=True)
        ],
    )
    await customs.add_serving(tx, org, manifest_id, numbers[0], now=now)
