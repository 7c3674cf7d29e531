"""A firm records that a client has authorised it: for which filings, from when, until when."""

import hashlib
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.logbook.leaf import commit
from waglan.logbook.sealed import Vault
from waglan.manifest.filing_profile import Recipient, profiles
from waglan.operations.open_draft import pack
from waglan.operations.open_letter import KIND, LETTERS_MAX, LetterSheet
from waglan.operations.step_draft import By
from waglan.store import Transaction, erasure, events, sheets
from waglan.store.sheets import NewStep, Sheet


async def record_letter(
    tx: Transaction, vault: Vault, by: By, new: tuple[UUID, bytes], said: LetterSheet
) -> list[Finding]:
    """Keep a letter with its paper's hash; `new` is its id and its key's salt."""
    letter, key_salt = new
    if wrong := await _wrong(tx, said):
        return wrong
    await erasure.keep_out(tx)
    await sheets.make(tx, by.org, Sheet(letter, KIND, "", by.at, 0, is_erased=False), key_salt)
    plain = pack(said)
    step = NewStep(1, "recorded", by.subject, by.principal.token, by.at, plain)
    await sheets.add_step(tx, vault, by.org, letter, step)
    told = Event(
        EventCode.LETTER_RECORDED,
        Key(KeyKind.PARTY, by.party),
        by.party,
        by.at,
        by.at,
        {
            "letter": str(letter),
            "profiles": [*said.profiles],
            "since": said.since.isoformat(),
            "until": said.until.isoformat(),
            "by": by.subject,
            "commitment": commit(said.salt, hashlib.sha256(plain).hexdigest()).hex(),
        },
    )
    await events.append(tx, [told])
    return []


async def _wrong(tx: Transaction, said: LetterSheet) -> list[Finding]:
    unknown = set(said.profiles) - profiles().keys()
    if unknown or not said.profiles:
        names = ", ".join(sorted(unknown)) or "-"
        return [Finding("LETTER-PROFILE", Severity.ERROR, Where("profiles"), {"profiles": names})]
    for one in said.profiles:  # what nobody files here is filed for nobody either
        if profiles()[one].recipient is Recipient.DEADLINES_ONLY:
            where = Where("profiles")
            return [Finding("PROFILE-DEADLINES-ONLY", Severity.ERROR, where, {"profile": one})]
    if said.since >= said.until:
        return [Finding("LETTER-DATES", Severity.ERROR, Where("until"), {})]
    if await sheets.count(tx, KIND) >= LETTERS_MAX:
        return [Finding("LETTER-TOO-MANY", Severity.ERROR, Where("letters"), {"max": LETTERS_MAX})]
    return []
