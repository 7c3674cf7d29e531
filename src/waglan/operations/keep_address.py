"""An entry of the firm's address book is kept, changed, or dropped."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from waglan.codes.chinese import match_key
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.logbook.leaf import commit
from waglan.logbook.sealed import Vault
from waglan.manifest.address_book import Entry, duplicates
from waglan.operations.open_draft import pack
from waglan.operations.step_draft import By
from waglan.store import Transaction, erasure, events, sheets
from waglan.store.sheets import DROPPED, NewStep, Sheet

ADDRESSES_MAX = 10_000
LOOKED_AT_ONCE = 500
KIND, KEPT = "address", "kept"


class AddressSheet(msgspec.Struct, frozen=True):
    """An entry as it is sealed, with the salt of its commitment."""

    entry: Entry
    salt: bytes


read_address = msgspec.msgpack.Decoder(AddressSheet).decode


@dataclass(frozen=True, slots=True)
class Address:
    """An entry as it stands."""

    id: UUID
    entry: Entry
    step: int


@dataclass(frozen=True, slots=True)
class Keeping:
    """An entry to be kept: with step 0 a new one, else the change of one whose step was seen."""

    id: UUID
    step: int
    entry: Entry
    salt: bytes
    key_salt: bytes = b""


async def keep_address(
    tx: Transaction, vault: Vault, by: By, keeping: Sequence[Keeping]
) -> list[Finding] | None:
    """Keep entries, all or none; None if one to be changed is not there."""
    await erasure.keep_out(tx)
    new = sum(one.step == 0 for one in keeping)
    if new and await sheets.count(tx, KIND) + new > ADDRESSES_MAX:
        return [
            Finding("ADDRESS-TOO-MANY", Severity.ERROR, Where("addresses"), {"max": ADDRESSES_MAX})
        ]
    told: list[Event] = []
    for one in keeping:
        if one.step == 0:
            sheet = Sheet(one.id, KIND, "", by.at, 0, is_erased=False)
            await sheets.make(tx, by.org, sheet, one.key_salt)
        else:
            await sheets.lock(tx, one.id)
            address = await open_address(tx, vault, one.id)
            if address is None:
                return None
            if address.step != one.step:
                return [_meanwhile(one.step, address.step)]
        plain = pack(AddressSheet(one.entry, one.salt))
        step = NewStep(
            one.step + 1,
            KEPT,
            by.subject,
            by.principal.token,
            by.at,
            plain,
            marks=_marks(vault, one.entry),
        )
        await sheets.add_step(tx, vault, by.org, one.id, step)
        commitment = commit(one.salt, hashlib.sha256(plain).hexdigest()).hex()
        told.append(_event(EventCode.ADDRESS_KEPT, by, one.id, {"commitment": commitment}))
    await events.append(tx, told)
    return []


async def drop_address(tx: Transaction, vault: Vault, by: By, address: UUID) -> bool:
    """Take an entry out of the book; False if there is none of that id."""
    await erasure.keep_out(tx)
    await sheets.lock(tx, address)
    kept = await open_address(tx, vault, address)
    if kept is None:
        return False
    step = NewStep(kept.step + 1, DROPPED, by.subject, by.principal.token, by.at)
    await sheets.add_step(tx, vault, by.org, address, step)
    await events.append(tx, [_event(EventCode.ADDRESS_DROPPED, by, address, {})])
    return True


async def open_address(tx: Transaction, vault: Vault, address: UUID) -> Address | None:
    """Return an entry of the firm's book; None for one that is dropped, erased or not there."""
    sheet = await sheets.one(tx, address, KIND)
    if sheet is None or sheet.is_erased:
        return None
    last = (await sheets.steps(tx, vault, address))[-1]
    if last.act == DROPPED or not last.plain:
        return None
    return Address(address, read_address(last.plain).entry, last.n)


async def address_book(
    tx: Transaction, vault: Vault, *, before: UUID | None, containing: str, at_most: int
) -> list[Address]:
    """Return the firm's entries with these words in them, newest first, from below one on.

    Width, case and 繁/简 make no difference, nor do blanks and points.

    What is sealed can't be searched in the database: it is opened page by page.
    """
    wanted, found = match_key(containing), list[Address]()
    at_once = max(LOOKED_AT_ONCE, at_most) if wanted else at_most
    while True:
        steps = await sheets.last_steps(tx, vault, KIND, before=before, at_most=at_once)
        for sheet, step in steps:
            address = Address(sheet, read_address(step.plain).entry, step.n)
            if wanted in match_key(address.entry.text):
                found.append(address)
            if len(found) == at_most:
                return found
        if len(steps) < at_once:
            return found
        before = steps[-1][0]


async def addresses_of(tx: Transaction, vault: Vault, ids: Sequence[UUID]) -> list[Address]:
    """Return those of these entries that stand, newest first."""
    steps = await sheets.last_steps_of(tx, vault, KIND, ids)
    return [Address(sheet, read_address(step.plain).entry, step.n) for sheet, step in steps]


async def doubles(
    tx: Transaction, vault: Vault, some: Sequence[Address]
) -> dict[UUID, frozenset[UUID]]:
    """Return for each of these entries all those of the book that look like the same party."""
    marks = {mark for one in some for mark in _marks(vault, one.entry)}
    return duplicates(await sheets.marked(tx, sorted(marks)))


def _marks(vault: Vault, entry: Entry) -> list[bytes]:
    return sorted(map(vault.blind, entry.keys))


def _meanwhile(seen: int, step: int) -> Finding:
    return Finding(
        "DRAFT-CHANGED-MEANWHILE",
        Severity.ERROR,
        Where("step"),
        {"seen": seen, "step": step, "act": KEPT},
    )


def _event(code: EventCode, by: By, address: UUID, body: dict[str, Value]) -> Event:
    told: dict[str, Value] = {"address": str(address), "by": by.subject, **body}
    return Event(code, Key(KeyKind.PARTY, by.party), by.party, by.at, by.at, told)
