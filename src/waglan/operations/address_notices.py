"""Notices that were served begin, ease or end a detention notice, and its addressees are told."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.customs.detention import (
    BY_STATUS,
    KINDS,
    Addressee,
    Named,
    NoticeStep,
    Told,
    addressees,
    told_to,
)
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.store import Transaction, detentions, events, held_in
from waglan.store.customs import NoticeRow
from waglan.store.detentions import Detention, NewDetention, StepRow
from waglan.store.manifests import Filed

_said = msgspec.json.Decoder(dict[str, Any]).decode


async def address_notices(
    tx: Transaction,
    vault: Vault,
    by: tuple[int, PartyId, datetime],
    what: tuple[Filed, PartyId, Sequence[NoticeRow]],
    numbers: Mapping[int, str],
) -> None:
    """End what a served notice ends, and make those numbered that want something of the bill.

    It says nothing that the filer is not told with the notice; `numbers` are by consignment.
    """
    org, authority, now = by
    filed, filer, rows = what
    await _end(tx, by, rows)
    wanted = [row for row in rows if row.status in KINDS]
    if not wanted:
        return
    bills = [row.consignment for row in wanted]
    within = {row.consignment: {filed.manifest_id, *row.held_in} for row in wanted}
    boxes = await held_in.boxes(tx, within)
    named = await _named(tx, vault, filed, filer, bills)
    codes = {c for one in named.values() for c in (one.agent, *one.consignees) if c}
    coded = await detentions.coded(tx, codes)
    said_in = {told: _said(told) for told in {row.told for row in wanted}}
    made = []
    for row in wanted:
        kind, said, held = KINDS[row.status], said_in[row.told], boxes.get(row.consignment, ())
        told = [
            (to, told_to(to.capacity, said, held))
            for to in addressees(kind, named[row.consignment], coded)
        ]
        made.append(
            NewDetention(
                row.event_id,
                numbers[row.consignment],
                row.consignment,
                kind,
                row.number,
                row.call,
                filer,
                told,
            )
        )
    await detentions.add(tx, org, made, now=now)
    told_of = [(one, to, told) for one in made for to, told in one.told]
    await events.append(
        tx,
        [
            # That somebody could not be told here is for the filer to know, who can tell him.
            addressed(authority, one, (to, told), {to.party or one.filer}, now=now)
            for one, to, told in told_of
        ],
        consignments=[one.consignment for one, _, _ in told_of],
    )


async def _named(
    tx: Transaction, vault: Vault, filed: Filed, filer: PartyId, bills: Sequence[int]
) -> dict[int, Named]:
    consignees = await detentions.consignees(tx, vault, filed.manifest_id, bills)
    terminals = await detentions.terminals(tx, bills)
    agent = filed.head.agent
    return {
        bill: Named(filer, agent, consignees.get(bill, ()), terminals.get(bill, ()))
        for bill in bills
    }


def addressed(
    authority: PartyId,
    one: NewDetention | Detention,
    whom: tuple[Addressee, Told],
    readers: Collection[PartyId],
    *,
    now: datetime,
) -> Event:
    """Return the event that tells these readers whom a notice is for, and of what."""
    to, told = whom
    body: dict[str, Value] = {
        "notice": one.number,
        "kind": one.kind.value,
        "capacity": to.capacity.value,
        "reach": to.reach.value,
        "boxes": [*told.boxes],
        "documents": [*told.documents],
        "instruction": told.instruction,
        "due": None if told.due is None else told.due.isoformat(),
    }
    bill, boxes = Key(KeyKind.BILL, one.bill), [Key(KeyKind.CONTAINER, box) for box in told.boxes]
    return Event(
        EventCode.NOTICE_ADDRESSED,
        bill,
        authority,
        now,
        now,
        body,
        tuple(boxes),
        frozenset(readers),
    )


async def _end(
    tx: Transaction, by: tuple[int, PartyId, datetime], rows: Sequence[NoticeRow]
) -> None:
    org, authority, now = by
    ends = [(row, BY_STATUS.get(row.status)) for row in rows]
    steps = {row.consignment: (step, row) for row, step in ends if step is not None}
    standing = await detentions.of_bills(tx, list(steps))
    if not standing:
        return
    await detentions.alone_with(tx, [one.number for one in standing])
    # Looked at again: whoever was at one of them meanwhile has come to his end.
    standing = await detentions.of_bills(tx, list(steps))
    if not standing:
        return
    readers = await told_parties(tx, [one.detention_id for one in standing])
    told = [
        _ended(authority, one, *steps[one.consignment], readers[one.detention_id], now=now)
        for one in standing
    ]
    ids = await events.append(tx, told, consignments=[one.consignment for one in standing])
    done = []
    for one, event in zip(standing, ids, strict=True):
        step, row = steps[one.consignment]
        boxes = _let_go(row) if step is NoticeStep.RELEASE_PART else ()
        done.append(
            StepRow(one.detention_id, event, authority, step, None, now, boxes=tuple(boxes))
        )
    await detentions.add_steps(tx, org, org, done)


async def told_parties(tx: Transaction, notices: Sequence[int]) -> dict[int, frozenset[PartyId]]:
    """Return who is told of what customs does about each notice."""
    found = await detentions.addressees(tx, notices)
    return {
        notice: frozenset(to.party for to, _ in told if to.party is not None)
        for notice, told in found.items()
    }


def _ended(  # noqa: PLR0913
    authority: PartyId,
    one: Detention,
    step: NoticeStep,
    row: NoticeRow,
    readers: frozenset[PartyId],
    *,
    now: datetime,
) -> Event:
    body: dict[str, Value] = {"notice": one.number, "how": step.value}
    code = EventCode.NOTICE_ENDED
    if step is NoticeStep.RELEASE_PART:
        code = EventCode.NOTICE_EASED
        body["boxes"] = [*_let_go(row)]
    return Event(code, Key(KeyKind.BILL, one.bill), authority, now, now, body, (), readers)


def _let_go(row: NoticeRow) -> list[str]:
    """The boxes that a part names; which goods of them go, the bill's own notice says."""
    parts = _said(row.told).get("parts", [])
    return sorted({part["container"] for part in parts if "container" in part})
