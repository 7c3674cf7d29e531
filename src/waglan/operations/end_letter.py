"""A client takes his letter back, or the firm is done with it."""

from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.operations.open_letter import END, open_letter
from waglan.operations.step_draft import By
from waglan.store import Transaction, erasure, events, sheets
from waglan.store.sheets import NewStep


async def end_letter(tx: Transaction, vault: Vault, by: By, letter: UUID) -> bool:
    """End a letter at once; False if there is none of that id. Again changes nothing."""
    await erasure.keep_out(tx)
    await sheets.lock(tx, letter)
    kept = await open_letter(tx, vault, letter)
    if kept is None or kept.letter is None:
        return False
    if kept.letter.ended_at is not None:
        return True
    step = NewStep(2, END, by.subject, by.principal.token, by.at)
    await sheets.add_step(tx, vault, by.org, letter, step)
    told = Event(
        EventCode.LETTER_ENDED,
        Key(KeyKind.PARTY, by.party),
        by.party,
        by.at,
        by.at,
        {"letter": str(letter), "by": by.subject},
    )
    await events.append(tx, [told])
    return True
