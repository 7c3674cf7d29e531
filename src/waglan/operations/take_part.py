"""A part of a manifest has come: it is kept, and with the last one missing the whole is filed."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec.structs import replace

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.leaf import read_event
from waglan.logbook.sealed import Vault
from waglan.manifest import lengths
from waglan.manifest.assembly import Assembly, Refused, Replayed, begun_again, join, offer
from waglan.manifest.awaited import awaited_until
from waglan.manifest.model import Part
from waglan.manifest.version import call_of
from waglan.messages.edifact import Profile, read
from waglan.messages.envelope import Message
from waglan.messages.place import in_parts
from waglan.operations._filer import Filer, refusal
from waglan.operations.file_manifest import Filing, file_manifest
from waglan.parties.role import Role
from waglan.store import Transaction, assemblies, events, messages, parties, partners
from waglan.store.assemblies import PartRow
from waglan.store.messages import Kept


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose message it is, his addresses and roles, and what is a part in it, by place.

    `unapproved` says why who handed it in may not file for his firm, if he may not.
    """

    party: PartyId
    message: Kept
    addresses: frozenset[str] | set[str]
    parts: Mapping[int, Message] = field(default_factory=dict)
    roles: frozenset[Role] = frozenset()
    unapproved: Finding | None = None


class Means(Protocol):
    """What the act needs from outside: the time, ids for what it makes, the partner's profile."""

    @property
    def now(self) -> datetime:
        """The time of the act."""
        ...

    @property
    def profile(self) -> Profile:
        """How the partner's messages are read."""
        ...

    def new_id(self) -> UUID:
        """Return an id for a new manifest."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a part; `filing` is None while others are missing, or if it was refused.

    `fell` counts the parts of the same message that were taken before and are refused with it.
    """

    findings: list[Finding]
    filing: Filing | None = None
    fell: int = 0


async def take_part(
    tx: Transaction, vault: Vault, sender: Sender, sent: tuple[Message, int], means: Means
) -> Taken:
    """Keep where a part stands; file the manifest, whole or not at all, once every part is there.

    `sent` is the message and its place in what was sent, counted from 1.
    """
    message, place = sent
    part = message.part
    if part is None or message.interchange is None:
        raise ValueError("only a part that was read can be taken")
    # Before anything of it is kept: a number longer than an index takes could be kept by nobody.
    if too_long := lengths.check(part):
        return Taken(too_long)
    authority = await parties.authority_at(tx, part.key.recipient)
    if authority is None:
        return Taken([_unknown_recipient(message, part.key.recipient)])
    key = part.key
    if not message.header.access_reference:
        # It stands alone, and senders use UNH 0062 anew in every interchange.
        key = replace(key, access_reference=f"{sender.message.id}/{place}")
    due_at = awaited_until(part.head, opened_at=means.now)
    opened = await assemblies.open_assembly(
        tx, sender.message.org, key, now=means.now, due_at=due_at
    )
    rows = await assemblies.parts(tx, opened.assembly_id)
    before = Assembly(
        key,
        {row.number: row.sha256 for row in rows},
        next((row.number for row in rows if row.is_final), None),
    )
    became = offer(before, part.number, message.sha256, is_final=part.is_final)
    if isinstance(became, Refused):
        return Taken([became.finding])
    if isinstance(became, Replayed):
        return Taken([await _again(tx, message, next(r for r in rows if r.number == part.number))])
    by = sender.message
    row = PartRow(part.number, part.is_final, message.sha256, by.message_id, place, means.now)
    await assemblies.add_part(tx, by.org, opened.assembly_id, row)
    came = _received(sender, part, (opened.round, became.assembly), (authority[1], means.now))
    await events.append(tx, [came])
    if not became.assembly.is_complete:
        is_told = opened.round > 1 and _is_last_of_its_interchange(sender, message, place)
        return Taken([begun_again(became.assembly)] if is_told else [])
    filer = Filer(
        sender.party,
        authority[1],
        authority[0],
        sender.message,
        opened.assembly_id,
        part.key.access_reference,
        means.new_id(),
        means.now,
    )
    taken = await _file(tx, vault, (sender, filer), (message, rows))
    if taken.filing is None or not taken.filing.is_accepted:
        # What is put right comes under the same reference, and all of it is looked at anew.
        await assemblies.end(tx, sender.message.org, opened.assembly_id, now=means.now)
        await _tell_of_others(tx, filer, (rows, opened.round), taken)
        own = [row for row in rows if row.message_id == sender.message.message_id]
        return dataclasses.replace(taken, fell=len(own))
    return taken


async def _file(
    tx: Transaction,
    vault: Vault,
    by: tuple[Sender, Filer],
    last: tuple[Message, Sequence[PartRow]],
) -> Taken:
    """File the manifest whose last missing part has come; the rows are those of the others."""
    (sender, filer), (message, rows) = by, last
    erased = [row.number for row in rows if await messages.salt_of(tx, row.message_id) is None]
    if erased:
        return Taken([_erased(message, min(erased))])
    others = _just_read(sender, rows)
    missing = [row for row in rows if row.number not in others]
    others |= await _reread(tx, vault, missing)
    unlike = [row.number for row in rows if not _is_the_part(others.get(row.number), row, message)]
    if unlike:
        return Taken([_read_otherwise(message, min(unlike))])
    every = [*others.values(), message]
    parts = {one.part.number: one for one in every if one.part is not None}
    whole, found = join([one.part for one in parts.values() if one.part is not None])
    filing = await file_manifest(tx, vault, filer, whole, found)
    return Taken(in_parts(filing.findings, whole, parts), filing)


async def _tell_of_others(
    tx: Transaction, filer: Filer, came: tuple[Sequence[PartRow], int], taken: Taken
) -> None:
    """Tell of each document that parts of what was refused name, if it is not told of it yet."""
    rows, begun = came
    if not rows:
        return  # the whole was one part
    told = taken.filing.manifest.head.document if taken.filing else None
    calls: dict[str, str | None] = {}
    for part in await _parts_told(tx, filer, rows, begun):
        call, document = part.body.get("call"), part.about.text
        calls[document] = calls.get(document) or (call if isinstance(call, str) else None)
    others = [which for which in calls.items() if which[0] != told]
    await events.append(tx, [refusal(filer, which, taken.findings, bills=None) for which in others])


async def _parts_told(
    tx: Transaction, filer: Filer, rows: Sequence[PartRow], begun: int
) -> list[Event]:
    """Return what was told of the parts of an assembly, by their numbers; also of erased ones."""
    found: list[tuple[int, Event]] = []
    for message_id in {filer.message.message_id, *(row.message_id for row in rows)}:
        kept = await messages.by_number(tx, message_id)
        for one in await events.about(tx, Key(KeyKind.MESSAGE, str(kept.id))) if kept else ():
            event = read_event(one.canonical)
            number = event.body.get("part")
            of = event.code, event.body.get("assembly"), event.body.get("round")
            is_of = of == (EventCode.PART_RECEIVED, filer.reference, begun)
            # One alone may have another's reference for its own number in the interchange.
            if is_of and isinstance(number, int) and event.body.get("of") != 1:
                found.append((number, event))
    return [event for _, event in sorted(found, key=lambda one: one[0])]


def _is_last_of_its_interchange(sender: Sender, message: Message, place: int) -> bool:
    """Return whether no later message of the interchange is a part of the same manifest."""
    return not any(
        n > place
        and one.interchange == message.interchange
        and one.part is not None
        and message.part is not None
        and one.part.key == message.part.key
        for n, one in sender.parts.items()
    )


def _just_read(sender: Sender, rows: Sequence[PartRow]) -> dict[int, Message]:
    """Return the parts that came in this very message: its bytes are at hand, and read."""
    own = [row for row in rows if row.message_id == sender.message.message_id]
    return {row.number: sender.parts[row.place] for row in own if row.place in sender.parts}


async def _reread(tx: Transaction, vault: Vault, rows: Sequence[PartRow]) -> dict[int, Message]:
    """Read the parts that came before again from their raw bytes: those are the record.

    Each is read as was agreed with its sender when it came, whatever is agreed now.
    """
    found: dict[int, Message] = {}
    for message_id in dict.fromkeys(row.message_id for row in rows):
        kept = await messages.by_number(tx, message_id)
        if kept is None:
            raise LookupError(f"message {message_id} of an assembly is gone")
        blocks = [block async for block in messages.blocks(tx, vault, kept)]
        read_by: dict[int, list[Message]] = {}
        for row in (row for row in rows if row.message_id == message_id):
            then = await partners.agreed(tx, kept.org, at=row.kept_at)
            if then.version not in read_by:
                items = read(blocks, then.profile)
                read_by[then.version] = [item for item in items if isinstance(item, Message)]
            inside = read_by[then.version]
            if row.place <= len(inside):
                found[row.number] = inside[row.place - 1]
    return found


def _is_the_part(message: Message | None, row: PartRow, last: Message) -> bool:
    """Whether what was read again is what was taken: a later reader may read it otherwise."""
    part = message.part if message else None
    return (
        message is not None
        and part is not None
        and last.part is not None
        and part.key == last.part.key
        and (message.sha256, part.number, part.is_final) == (row.sha256, row.number, row.is_final)
    )


async def _again(tx: Transaction, message: Message, row: PartRow) -> Finding:
    reference = message.interchange.reference if message.interchange else None
    kept = await messages.by_number(tx, row.message_id)
    return Finding(
        "MANIFEST-PART-AGAIN",
        Severity.WARNING,
        Where(f"parts/{row.number}", interchange=reference),
        {"part": row.number, "message": str(kept.id) if kept else "-"},
    )


def _read_otherwise(message: Message, number: int) -> Finding:
    reference = message.interchange.reference if message.interchange else None
    return Finding(
        "MANIFEST-PART-READ-OTHERWISE",
        Severity.ERROR,
        Where(f"parts/{number}", interchange=reference),
        {"part": number},
    )


def _erased(message: Message, number: int) -> Finding:
    reference = message.interchange.reference if message.interchange else None
    return Finding(
        "MANIFEST-PART-ERASED",
        Severity.ERROR,
        Where(f"parts/{number}", interchange=reference),
        {"part": number},
    )


def _unknown_recipient(message: Message, recipient: str) -> Finding:
    reference = message.interchange.reference if message.interchange else None
    return Finding(
        "PARTY-RECIPIENT",
        Severity.ERROR,
        Where("interchange/recipient", interchange=reference, tag="UNB", element=4),
        {"recipient": recipient},
    )


def _received(
    sender: Sender, part: Part, of: tuple[int, Assembly], by: tuple[PartyId, datetime]
) -> Event:
    (begun, assembly), (authority, now) = of, by
    call = call_of(part.head)
    return Event(
        EventCode.PART_RECEIVED,
        Key(KeyKind.MANIFEST, part.head.document),
        sender.party,
        now,
        now,
        {
            "part": part.number,
            "of": assembly.final,
            "came": len(assembly.parts),
            "assembly": part.key.access_reference,
            "round": begun,
            "sha256": part.sha256.hex(),
            "call": call.text if call else None,
            "filed_with": authority,
        },
        (Key(KeyKind.MESSAGE, str(sender.message.id)),),
    )
