"""Who filed a bill lets another organisation see it, for so long and no longer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.parties.readers import View
from waglan.store import Transaction, events, grants, parties
from waglan.store.grants import NewGrant

GRANTS_MAX = 50  # on one bill at a time


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be shown to whom, how much of it, and until when; `id` is the grant's.

    `parent` is the bill above, where one number is not enough; None where it is, "" for a master.
    `authority` is whom it was filed with, where it was filed with several.
    """

    id: UUID
    bill: str
    parent: str | None
    receiver: PartyId
    view: View
    until: datetime
    authority: PartyId | None = None


async def give_grant(
    tx: Transaction, giver: tuple[int, PartyId], wish: Wish, *, now: datetime
) -> list[Finding] | None:
    """Write a grant down; an empty list means done, None that the giver filed no such bill.

    It takes effect when the engine settles it: this role writes nothing that others see.
    """
    org, party = giver
    consignments = await grants.own_consignments(tx, wish.bill, wish.parent, wish.authority)
    if not consignments:
        return None
    if len(consignments) > 1:
        return [_ambiguous(wish.bill)]
    [consignment] = consignments
    receiver = await parties.org_of(tx, wish.receiver)
    if receiver is None:
        return [_unknown(wish.receiver)]
    if await grants.standing(tx, consignment, at=now) >= GRANTS_MAX:
        return [_too_many(wish.bill)]
    row = NewGrant(wish.id, org, receiver, consignment, wish.view, now, wish.until)
    await grants.add(tx, row)
    told = Event(
        EventCode.GRANT_GIVEN,
        Key(KeyKind.BILL, wish.bill),
        party,
        now,
        now,
        {
            "grant": str(wish.id),
            "receiver": wish.receiver,
            "view": wish.view.name.lower(),
            "until": wish.until.isoformat(),
        },
        (),
        frozenset({wish.receiver}),
    )
    await events.append(tx, [told], consignments=[consignment])
    return []


def _unknown(receiver: PartyId) -> Finding:
    return Finding(
        "PARTY-RECEIVER-UNKNOWN", Severity.ERROR, Where("receiver"), {"receiver": receiver}
    )


def _ambiguous(bill: str) -> Finding:
    return Finding("PARTY-BILL-AMBIGUOUS", Severity.ERROR, Where("bill"), {"bill": bill})


def _too_many(bill: str) -> Finding:
    return Finding(
        "PARTY-GRANTS-MAX",
        Severity.ERROR,
        Where("grant"),
        {"bill": bill, "grants_max": GRANTS_MAX},
    )
