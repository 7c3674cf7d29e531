"""The authority tells filers what it has decided: from this act on they may know."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.customs.detention import KINDS, NUMBER_BYTES, due_of, notice_number
from waglan.customs.hold_list import HELD
from waglan.customs.standing_order import dated
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.operations.address_notices import address_notices
from waglan.store import (
    Transaction,
    customs,
    detentions,
    events,
    held_in,
    manifests,
    parties,
    serving,
)
from waglan.store.customs import NoticeRow
from waglan.store.manifests import Filed
from waglan.store.serving import Unserved

_told = msgspec.json.Decoder(dict[str, Any]).decode


async def serve_notices(
    tx: Transaction, vault: Vault, by: tuple[int, PartyId], call: str, *, now: datetime
) -> int:
    """Serve every decision on a call's bills that its filer does not know yet; return how many.

    The moment is the officer's or his order's, for all bills alike, so that it gives no table away.
    What wants something of a bill is a detention notice from here on, with a number of its own.
    """
    return await _serve_all(tx, vault, (*by, now), await serving.unserved(tx, call))


async def serve_by_order(
    tx: Transaction, vault: Vault, by: tuple[int, PartyId], filed: Filed, *, now: datetime
) -> int:
    """Serve what an order tells of a manifest's call at its time; return how many.

    It tells all of the call or nothing. What it passes over, and what comes after, is an officer's
    to tell: silence about one bill among others would point at it.
    """
    if await serving.came_late(tx, filed.manifest_id):
        await serving.pass_over(tx, by[0], filed.manifest_id, now=now)
        return 0
    rows = await serving.unserved(tx, filed.call, by_order=True)
    if filed.manifest_id not in {row.manifest_id for row in rows}:
        await serving.pass_over(tx, by[0], filed.manifest_id, now=now)
    return await _serve_all(tx, vault, (*by, now), rows)


async def _serve_all(
    tx: Transaction, vault: Vault, by: tuple[int, PartyId, datetime], rows: Sequence[Unserved]
) -> int:
    rows = await _dated(tx, rows, by[2])
    names = {filer: await parties.party_of(tx, filer) for filer in {row.filer for row in rows}}
    for manifest_id, group in groupby(rows, key=lambda row: row.manifest_id):
        await _serve(tx, vault, by, manifest_id, (list(group), names))
    return len(rows)


async def _dated(tx: Transaction, rows: Sequence[Unserved], now: datetime) -> list[Unserved]:
    """Name the day by which documents are wanted that an order asks for within so many days."""
    undated = {
        told for told in {row.told for row in rows} if dated(told, due=None, now=now) != told
    }
    asked = {row.consignment for row in rows if row.told in undated}
    if not asked:
        return [*rows]
    stand = await detentions.of_bills(tx, asked)
    ids = [one.detention_id for one in stand]
    told, done = await detentions.addressees(tx, ids), await detentions.steps(tx, ids)
    due = {
        one.consignment: due_of(
            [said.due for _, said in told[one.detention_id]],
            [step.due for step in done[one.detention_id]],
        )
        for one in stand
    }
    return [
        msgspec.structs.replace(row, told=dated(row.told, due=due.get(row.consignment), now=now))
        if row.consignment in asked
        else row
        for row in rows
    ]


async def _serve(
    tx: Transaction,
    vault: Vault,
    by: tuple[int, PartyId, datetime],
    manifest_id: int,
    what: tuple[list[Unserved], Mapping[int, PartyId]],
) -> None:
    (org, authority, now), (rows, names) = by, what
    filed = await manifests.by_number(tx, manifest_id)
    if filed is None:
        raise LookupError(f"manifest {manifest_id} is not filed with this authority")
    readers = frozenset({names[filed.org]})
    numbers = {
        row.consignment: notice_number(os.urandom(NUMBER_BYTES))
        for row in rows
        if row.status in KINDS
    }
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
    said: dict[tuple[CustomsStatus, bytes], dict[str, Value]] = {}
    manifest = str(filed.id)
    told = [
        Event(
            EventCode.NOTICE_SERVED,
            Key(KeyKind.BILL, row.number),
            authority,
            now,
            now,
            _body(row, manifest, said, numbers.get(row.consignment)),
            (),
            readers,
        )
        for row in rows
    ]
    [answered] = await events.append(tx, [whole])
    ids = await events.append(tx, told, consignments=[row.consignment for row in rows])
    held = await held_in.manifests(tx, [row.consignment for row in rows if row.status in HELD])
    served = [
        NoticeRow(
            row.consignment,
            event,
            manifest_id,
            row.status,
            now,
            row.number,
            filed.id,
            filed.version,
            filed.call,
            row.told,
            held.get(row.consignment, ()),
        )
        for row, event in zip(rows, ids, strict=True)
    ]
    await customs.add_notices(tx, org, served)
    await customs.add_serving(tx, org, manifest_id, answered, now=now)
    await address_notices(tx, vault, by, (filed, names[filed.org], served), numbers)


def _body(
    row: Unserved,
    manifest: str,
    said: dict[tuple[CustomsStatus, bytes], dict[str, Value]],
    number: str | None,
) -> dict[str, Value]:
    """What the notice says; one body serves all bills of which the same is to be said."""
    kind = (row.status, row.told)
    if kind not in said:
        said[kind] = {"status": row.status.value, "manifest": manifest, **_told(row.told)}
    return said[kind] if number is None else {**said[kind], "notice": number}
