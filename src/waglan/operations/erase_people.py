"""People of a firm are erased: who they are goes, and with it all that they could do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from waglan.codes.party import PartyId
from waglan.operations.end_office import end_office
from waglan.operations.let_go_person import told_of_leaving
from waglan.store import Transaction, erasure, events, parties, people
from waglan.store.accounts import Holder
from waglan.store.connect import act_as
from waglan.store.people import Departure


@dataclass(frozen=True, slots=True)
class Erasing:
    """In which firm's name an office ends because of an erasure."""

    org: int
    party: PartyId
    erasure: UUID
    at: datetime

    @property
    def subject(self) -> str:
        """The erasure, where the log else names a person."""
        return f"erasure:{self.erasure}"


async def erase_people(
    tx: Transaction, persons: Sequence[Holder], erasure_id: UUID, *, now: datetime
) -> None:
    """End each one's office as letting him go does, tell his firm, and destroy who he is.

    Nobody is asked, not even a firm's last administrator: the operator can let another one in. What
    was his to look after waits for a colleague: a machine that he answered for can do nothing until
    he is let go, and somebody takes over.
    """
    for who in persons:
        await people.alone(tx, who.org)
        await act_as(tx, who.org)
        by = Erasing(who.org, await parties.party_of(tx, who.org), erasure_id, now)
        credentials = tuple(await people.credentials_of(tx, who))
        drafts = tuple(await people.drafts_of(tx, who))
        if await people.departure(tx, who) is None:
            ended = await end_office(tx, by, who.subject)
            left = Departure(who.subject, None, credentials, drafts, now)
            await events.append(tx, [told_of_leaving(by, left, len(ended))])
        await act_as(tx, None)
    await erasure.destroy_persons(tx, [who.subject for who in persons])
