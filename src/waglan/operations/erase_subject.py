"""Somebody's traces are destroyed: keys, salts and rows; the log goes on to prove all that it did.

The events stay, and with them the commitments; without their salts nobody can say to what.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from uuid import UUID

import msgspec

from waglan.codes.calendar import HONG_KONG
from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.codes.plain import squashed
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.manifest import personal
from waglan.messages.edifact.charset import labelled, loosely, misread
from waglan.messages.form import Form, form_of
from waglan.messages.hidden import hidden
from waglan.messages.sheet.csv_file import UTF_16
from waglan.operations.erase_people import erase_people
from waglan.operations.request_erasure import Kind
from waglan.parties.retention import in_force, kept_from
from waglan.store import (
    Transaction,
    detention_erasure,
    erasure,
    event_erasure,
    events,
    frame_erasure,
    messages,
    parties,
    sheets,
)
from waglan.store.erasure import Done, Personal
from waglan.store.messages import new_salt

TARGETS_MAX = 100_000
SHEET = "sheet"  # a draft, template, address or letter that named him
FRAMES = "frames"  # of all devices, up to a moment
PAPER = "paper"  # a document or the words of an answer to a notice
SHEETS_AT_ONCE = 20


@dataclass(slots=True)
class Found:
    """What an erasure is to take, by kind and target; a restored backup loses the same again."""

    names: dict[bytes, str] = field(default_factory=dict)  # blind index, and the name if known
    messages: set[UUID] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)
    events: set[tuple[int, bytes]] = field(default_factory=set)
    sheets: set[UUID] = field(default_factory=set)
    papers: set[UUID] = field(default_factory=set)  # of answers to notices
    devices: set[UUID] = field(default_factory=set)
    trips: set[UUID] = field(default_factory=set)
    frames_before: set[datetime] = field(default_factory=set)

    def targets(self) -> list[tuple[str, str]]:
        """Return it as the list of erasures keeps it: no name, only its blind index."""
        return [
            *(("name", blind.hex()) for blind in self.names),
            *(("message", str(id_)) for id_ in self.messages),
            *(("subject", subject) for subject in self.subjects),
            *(("event", f"{seq}:{leaf.hex()}") for seq, leaf in self.events),
            *((SHEET, str(id_)) for id_ in self.sheets),
            *((PAPER, str(id_)) for id_ in self.papers),
            *((Kind.DEVICE.value, str(id_)) for id_ in self.devices),
            *((Kind.TRIP.value, str(id_)) for id_ in self.trips),
            *((FRAMES, at.isoformat()) for at in self.frames_before),
        ]


_BY_ID: Mapping[str, Callable[[Found], set[UUID]]] = {
    Kind.MESSAGE.value: lambda found: found.messages,
    Kind.DEVICE.value: lambda found: found.devices,
    Kind.TRIP.value: lambda found: found.trips,
    SHEET: lambda found: found.sheets,
    PAPER: lambda found: found.papers,
}


def found_in(targets: Collection[tuple[str, str]]) -> Found:
    """Read what `Found.targets` wrote."""
    found = Found()
    for kind, target in targets:
        if kind == Kind.NAME.value:
            found.names[bytes.fromhex(target)] = ""
        elif kind == Kind.SUBJECT.value:
            found.subjects.add(target)
        elif kind in _BY_ID:
            _BY_ID[kind](found).add(UUID(target))
        elif kind == FRAMES:
            found.frames_before.add(datetime.fromisoformat(target))
        else:
            seq, _, leaf = target.partition(":")
            found.events.add((int(seq), bytes.fromhex(leaf)))
    return found


async def erase_subject(tx: Transaction, vault: Vault, *, now: datetime) -> Done | None:
    """Carry out the oldest request that waits; None if none does.

    Reading comes first, which holds nobody up; what is written then is short.
    """
    waits = await erasure.waiting(tx)
    if waits is None:
        return None
    row, salt, sealed = waits
    kind, target = Kind(row.kind), vault.open(salt, sealed).decode()
    found = await _wanted(tx, vault, kind, target, now=now)
    await erasure.be_alone(tx)
    if not await erasure.take(tx, row.request):
        return None
    for blind in found.names:
        found.messages |= await erasure.messages_of(tx, blind, until=now)
    touched = await erasure.orgs_of(tx, list(found.messages), list(found.names))
    touched |= await sheets.orgs_of(tx, list(found.sheets))
    touched |= await detention_erasure.orgs_of(tx, list(found.papers))
    touched |= await frame_erasure.orgs_of(tx, list(found.devices), list(found.trips))
    done = Done(row.request, row.org, row.kind, row.rule, now, 0, 0, 0, 0, ())
    done = await destroy(tx, vault, found, done, now=now)
    await erasure.add(tx, done, found.targets())
    await tell(tx, done, found, touched, now=now)
    return done


async def destroy(
    tx: Transaction, vault: Vault, found: Found, done: Done, *, now: datetime
) -> Done:
    """Destroy what was found, as of the erasure's own day; return it with its counts.

    Doing it again, after a restore, takes what the first time took and nothing that came later.
    """
    at, bills, persons = done.erased_at, 0, 0
    for blind in found.names:
        async for old in erasure.bills_of(tx, blind, until=at):
            await erasure.replace_bill(tx, old, await _without(vault, old, blind))
            bills += 1
        gone = await erasure.persons_of(tx, blind=blind, subject=None, until=at)
        found.subjects |= {one.subject for one in gone}
    for subject in sorted(found.subjects):
        who = await erasure.persons_of(tx, blind=None, subject=subject, until=at)
        await erase_people(tx, who, done.erasure, now=now)
        persons += len(who)
    await _destroy_heard(tx, vault, found, done)
    count = 0
    for seq, leaf in sorted(found.events):
        count += await event_erasure.destroy_event(tx, seq, leaf, done.rule, now=at)
    taken = await erasure.destroy_messages(tx, sorted(found.messages), now=at)
    taken_sheets = await sheets.destroy(tx, sorted(found.sheets), until=at)
    taken_sheets += await detention_erasure.destroy(tx, sorted(found.papers))
    named = [n for name in found.names.values() for n in await _still_named(tx, name)]
    return Done(
        done.erasure,
        done.org,
        done.kind,
        done.rule,
        at,
        bills,
        taken,
        persons,
        count,
        tuple(named),
        taken_sheets,
    )


async def _destroy_heard(tx: Transaction, vault: Vault, found: Found, done: Done) -> None:
    """Destroy what devices said: all of one, what was said during a trip, or before a moment."""
    at = done.erased_at
    for device in sorted(found.devices):
        found.events |= set(await frame_erasure.told_of(tx, device))
        frames = await frame_erasure.of_device(tx, device, until=at)
        await frame_erasure.destroy(tx, vault, frames, done.rule, at=at)
        await frame_erasure.forget_device(tx, device, until=at)
    for trip in sorted(found.trips):
        frames = await frame_erasure.of_trip(tx, trip, until=at)
        await frame_erasure.destroy(tx, vault, frames, done.rule, at=at)
        await frame_erasure.forget_trip(tx, trip)
    for moment in sorted(found.frames_before):
        frames = await frame_erasure.before(tx, moment)
        await frame_erasure.destroy(tx, vault, frames, done.rule, at=at)


async def _wanted(
    tx: Transaction, vault: Vault, kind: Kind, target: str, *, now: datetime
) -> Found:
    found = Found()
    if kind is Kind.NAME:
        found.names[vault.blind(target)] = target
        # A bill keeps it as it was read, which is not always as it was meant.
        for text in misread(target):
            found.names.setdefault(vault.blind(text), "")
        found.messages = await _messages_naming(tx, vault, target)
        found.sheets = await _sheets_naming(tx, vault, target)
        found.papers = await _papers_naming(tx, vault, target)
    elif kind is Kind.MESSAGE:
        found.messages.add(UUID(target))
    elif kind is Kind.SUBJECT:
        found.subjects.add(target)
    elif kind in (Kind.DEVICE, Kind.TRIP):
        (found.devices if kind is Kind.DEVICE else found.trips).add(UUID(target))
    elif kind is Kind.RETENTION:
        today = now.astimezone(HONG_KONG).date()
        period = in_force(target, on=today)
        if period is not None:
            first = datetime.combine(kept_from(period, on=today), time(), HONG_KONG)
            if target == "device-frame":
                found.frames_before.add(first)
            else:
                found.messages = await erasure.messages_before(tx, first)
    else:
        leaf = await event_erasure.leaf_at(tx, int(target))
        if leaf is not None:
            found.events.add((int(target), leaf))
    return found


async def _messages_naming(tx: Transaction, vault: Vault, name: str) -> set[UUID]:
    """Every message whose bytes hold the name, refused and waiting ones too, in any charset."""
    wanted, last = squashed(name), 0
    found: set[UUID] = set()
    while rows := await erasure.messages_after(tx, last):
        last = rows[-1].message_id
        for row in rows:
            if await _holds(tx, vault, row.message_id, wanted):
                found.add(row.id)
    return found


async def _sheets_naming(tx: Transaction, vault: Vault, name: str) -> set[UUID]:
    """Every draft, template, address and letter that holds the name, whoever's it is."""
    wanted, last = squashed(name), (0, UUID(int=0))
    found: set[UUID] = set()
    while rows := await sheets.after(tx, vault, last, at_most=SHEETS_AT_ONCE):
        last = (rows[-1].org, rows[-1].sheet)
        for row in rows:
            if any(wanted in squashed(plain.decode("utf-8", "ignore")) for plain in row.plains):
                found.add(row.sheet)
    return found


async def _papers_naming(tx: Transaction, vault: Vault, name: str) -> set[UUID]:
    """Every document and answer to a notice whose name or bytes hold the name as text."""
    wanted, last = squashed(name), UUID(int=0)
    found: set[UUID] = set()
    while rows := await detention_erasure.after(tx, vault, last):
        last = rows[-1].id
        for row in rows:
            texts = (row.plain.decode(charset, "ignore") for charset in CHARSETS)
            if any(wanted in squashed(text) for text in texts):
                found.add(row.id)
    return found


CHARSETS = ("utf-8", "latin-1", "big5hkscs", "gb18030")


async def _holds(tx: Transaction, vault: Vault, message_id: int, wanted: str) -> bool:
    kept = await messages.by_number(tx, message_id)
    if kept is None:
        return False
    # Its envelope may name another one; and a name may lie across two blocks.
    ends = dict.fromkeys(CHARSETS, "")
    form, whole, is_first = Form.EDIFACT, bytearray(), True
    async for block in messages.blocks(tx, vault, kept):
        if is_first:
            form = form_of(block, kept.content_type)
            ends |= {codec: "" for mark, codec in UTF_16 if block.startswith(mark)}
        is_first = False
        whole += block if form is not Form.EDIFACT else b""
        ends = dict.fromkeys(labelled(block), "") | ends
        for charset, end in ends.items():
            text = end + squashed(loosely(block, charset))
            if wanted in text:
                return True
            ends[charset] = text[-len(wanted) :]
    return any(wanted in squashed(text) for text in hidden(form, bytes(whole)))


async def _without(vault: Vault, old: Personal, blind: bytes) -> Personal | None:
    """The row without one person, under a new salt; None when nobody else is in it.

    Marks are free text and may name him in any spelling, so they go with him.
    """
    sheet = personal.open_personal(vault, old.key_salt, old.sealed)
    kept = [i for i, party in enumerate(sheet.parties) if vault.blind(party.name) != blind]
    if not kept:
        return None
    salts = tuple(sheet.salts[i] for i in kept if i < len(sheet.salts))
    left = msgspec.structs.replace(
        sheet,
        parties=tuple(sheet.parties[i] for i in kept),
        marks=("",) * len(sheet.marks),
        salts=salts,
    )
    salt = await new_salt()
    return Personal(
        old.manifest_id,
        old.consignment,
        old.org,
        salt,
        personal.seal_personal(vault, salt, left),
        tuple(vault.blind(party.name) for party in left.parties),
    )


async def _still_named(tx: Transaction, name: str) -> list[int]:
    return await event_erasure.naming(tx, name) if name else []


async def tell(
    tx: Transaction, done: Done, found: Found, touched: Collection[int], *, now: datetime
) -> None:
    """Tell the operator, and those whose papers were taken, that there was an erasure."""
    operator = await parties.party_of(tx, done.org)
    names = {await parties.party_of(tx, org) for org in touched}
    told = Event(
        EventCode.SUBJECT_ERASED,
        Key(KeyKind.PARTY, operator),
        operator,
        done.erased_at,
        now,
        # No name and no count: one filer must not learn how much of another's was taken. Events go
        # one at a time and are told to the operator alone.
        {
            "erasure": str(done.erasure),
            "kind": done.kind,
            "rule": done.rule,
            "events": [seq for seq, _ in sorted(found.events)],
        },
        tuple(Key(KeyKind.MESSAGE, str(id_)) for id_ in sorted(found.messages)[:TARGETS_MAX]),
        frozenset(PartyId(name) for name in names),
    )
    await events.append(tx, [told])
