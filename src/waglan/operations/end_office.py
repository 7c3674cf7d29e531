"""A person's office ends, because he leaves, was erased, or does something else from now on."""

from waglan.operations._ender import Ender
from waglan.operations.end_officer_key import end_officer_key
from waglan.parties.firm_role import scopes_of
from waglan.parties.role import Role, Scope
from waglan.store import Transaction, accounts, parties
from waglan.store.accounts import Holder


async def end_office(
    tx: Transaction, by: Ender, subject: str, *, stays_as: tuple[str, ...] = ()
) -> list[str]:
    """Take what he may do no more: who has no role left loses sessions and tokens too.

    Who may decide no more has no key that signs, and no order in force. Returns the tokens ended.
    """
    who = Holder(by.org, subject)
    await accounts.set_roles(tx, who, stays_as, by=by.subject, now=by.at)
    ended = []
    if not stays_as:
        ended = await accounts.end_sessions(tx, who, tokens_too=True, now=by.at)
    is_officer = Role.CUSTOMS in await parties.roles_of(tx, by.party)
    if is_officer and Scope.DECIDE not in scopes_of(stays_as):
        await end_officer_key(tx, by, subject)  # if he has one
    return ended
