"""A person of a firm does something else in it from now on."""

from collections.abc import Sequence

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.operations.end_office import end_office
from waglan.operations.step_draft import By
from waglan.parties.firm_role import ADMINISTRATOR, giving_findings
from waglan.store import Transaction, accounts, events, people
from waglan.store.accounts import Holder


async def change_roles(
    tx: Transaction, by: By, subject: str, roles: Sequence[str]
) -> list[Finding] | None:
    """Keep his roles and tell the log; None if the firm has no such person, findings if refused.

    Of two who demote each other at once the second waits and is refused: somebody administers. Who
    may decide no more has no key that signs, and no standing order in force.
    """
    who = Holder(by.org, subject)
    await people.alone(tx, by.org)
    found = await accounts.person(tx, who)
    if found is None:
        return None
    if found.left_at is not None:
        return [Finding("PERSON-LEFT", Severity.ERROR, Where("person"), {})]
    wanted = tuple(dict.fromkeys(roles))
    new = [role for role in wanted if role not in found.roles]
    refused = giving_findings(new, by.principal.roles, by.principal.scopes)
    if ADMINISTRATOR not in wanted and not await people.is_administered(tx, who, at=by.at):
        refused.append(Finding("PERSON-LAST-ADMINISTRATOR", Severity.ERROR, Where("roles"), {}))
    if refused or wanted == found.roles:
        return refused
    await end_office(tx, by, subject, stays_as=wanted)
    body: dict[str, Value] = {
        "subject": subject,
        "roles": [*wanted],
        "before": [*found.roles],
        "by": by.subject,
    }
    about = Key(KeyKind.PARTY, by.party)
    told = Event(EventCode.PERSON_ROLES_CHANGED, about, by.party, by.at, by.at, body)
    await events.append(tx, [told])
    return []
