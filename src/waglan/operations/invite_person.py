"""A person of a firm is given a link to set his password with, and a login name if need be."""

from dataclasses import dataclass

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.operations.step_draft import By
from waglan.store import Transaction, accounts, events, people
from waglan.store.accounts import Holder, LoginRow, NewLink


@dataclass(frozen=True, slots=True)
class Inviting:
    """The link, and the login name that is to be his; None leaves the one he has."""

    link: NewLink
    login: str | None
    salt: bytes


async def invite_person(
    tx: Transaction, vault: Vault, by: By, new: Inviting
) -> list[Finding] | None:
    """Keep name and link; None if the firm has no such person, findings if nothing was done.

    Raises Taken if a colleague has the name.
    """
    subject = new.link.subject
    whose = Holder(by.org, subject)
    await people.alone(tx, by.org)
    found = await accounts.person(tx, whose)
    if found is None:
        return None
    if found.left_at is not None:
        return [Finding("PERSON-LEFT", Severity.ERROR, Where("person"), {})]
    if new.login is not None:
        sealed = vault.seal(new.salt, new.login.encode())
        row = LoginRow(subject, new.salt, sealed, vault.blind(new.login))
        await accounts.set_login(tx, by.org, row, now=by.at)
    elif await accounts.login_of(tx, whose) is None:
        return [Finding("PERSON-NO-LOGIN", Severity.ERROR, Where("login"), {})]
    await tell_of_link(tx, by.org, by.party, new.link, by=by.subject)
    return []


async def tell_of_link(
    tx: Transaction, org: int, party: PartyId, link: NewLink, *, by: str | None
) -> None:
    """Keep a link and tell the log who made it for whom; nobody means that he asked himself."""
    await accounts.add_link(tx, org, link, by=by)
    told = Event(
        EventCode.LINK_MADE,
        Key(KeyKind.PARTY, party),
        party,
        link.made_at,
        link.made_at,
        {
            "link": link.link,
            "subject": link.subject,
            "purpose": link.purpose.value,
            "by": by,
            "expires_at": link.expires_at.isoformat(),
        },
    )
    await events.append(tx, [told])
