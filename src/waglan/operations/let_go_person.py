"""A person leaves his firm, and what was his to look after is a colleague's from then on."""

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.operations._ender import Ender
from waglan.operations.end_office import end_office
from waglan.operations.step_draft import By
from waglan.parties.firm_role import scopes_of
from waglan.parties.role import Scope
from waglan.store import Transaction, accounts, events, people
from waglan.store.accounts import Holder
from waglan.store.people import Departure


async def let_go_person(
    tx: Transaction, by: By, subject: str, successor: str | None
) -> list[Finding] | None:
    """End his office and his links, and hand over his machines and open drafts.

    None if the firm has no such person; findings if nothing was done. Of who was erased there is
    no more to end, and what was his to look after is handed over all the same.
    """
    who = Holder(by.org, subject)
    await people.alone(tx, by.org)
    if not await people.was_here(tx, who):
        return None
    if await people.departure(tx, who) is not None:
        return [Finding("PERSON-LEFT", Severity.ERROR, Where("person"), {})]
    if not await people.is_administered(tx, who, at=by.at):
        return [Finding("PERSON-LAST-ADMINISTRATOR", Severity.ERROR, Where("person"), {})]
    credentials = tuple(await people.credentials_of(tx, who))
    drafts = tuple(await people.drafts_of(tx, who))
    left = Departure(subject, successor, credentials, drafts, by.at)
    refused = await _refused(tx, by, left)
    if refused:
        return refused
    if successor is not None:
        heir = Holder(by.org, successor)
        await people.answers_for(tx, heir, credentials, by=by.subject, now=by.at)
    ended = await end_office(tx, by, subject)
    await people.add_departure(tx, by.org, left, by=by.subject)
    await events.append(tx, [told_of_leaving(by, left, len(ended))])
    return []


async def _refused(tx: Transaction, by: By, left: Departure) -> list[Finding]:
    where, subject = Where("successor"), left.successor
    if subject is None:
        if not left.credentials and not left.drafts:
            return []
        return [
            Finding(
                "PERSON-HANDS-OVER",
                Severity.ERROR,
                where,
                {"credentials": len(left.credentials), "drafts": len(left.drafts)},
            )
        ]
    heir = await accounts.person(tx, Holder(by.org, subject))
    if heir is None or heir.left_at is not None or subject == left.subject:
        return [Finding("PERSON-SUCCESSOR", Severity.ERROR, where, {})]
    if left.drafts and scopes_of(heir.roles).isdisjoint({Scope.PREPARE, Scope.FILE}):
        return [
            Finding(
                "PERSON-SUCCESSOR-PREPARES", Severity.ERROR, where, {"drafts": len(left.drafts)}
            )
        ]
    return []


def told_of_leaving(by: Ender, left: Departure, tokens_ended: int) -> Event:
    """Return what the log tells of who is here no more."""
    body: dict[str, Value] = {
        "subject": left.subject,
        "successor": left.successor,
        "credentials": [*left.credentials],
        "drafts": [str(draft) for draft in left.drafts],
        "tokens_ended": tokens_ended,
        "by": by.subject,
    }
    about = Key(KeyKind.PARTY, by.party)
    return Event(EventCode.PERSON_LEFT, about, by.party, by.at, by.at, body)
