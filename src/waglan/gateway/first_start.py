"""The very first start: the platform's operator is let in, with the one token nobody issues."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from waglan.codes.party import PartyId
from waglan.gateway.kit import Kit
from waglan.gateway.tokens import new_subject, new_token
from waglan.operations.issue_token import issue_token
from waglan.operations.publish_keys import publish_keys
from waglan.operations.register_organisation import NewOrganisation, register_organisation
from waglan.operations.register_person import NewPerson
from waglan.parties.firm_role import scopes_of
from waglan.parties.role import ClientKind, Role
from waglan.store import Transaction, parties
from waglan.store.connect import transaction
from waglan.store.messages import new_salt

OPERATOR = PartyId("operator")
TOKEN_FILE = "operator.token"
ROLES = ("administrator", "operator")
DAYS = timedelta(days=90)


async def first_start(kit: Kit, home: Path) -> Path | None:
    """Register the operator if nobody is registered yet; return the file with his token."""
    async with transaction(kit.pools.engine, None) as tx:
        if await parties.directory(tx):
            return None
        person = NewPerson(new_subject(), "Operator", "", await new_salt(), ROLES)
        made = new_token(
            ClientKind.PERSON,
            scopes_of(ROLES),
            now=kit.clock(),
            lasts=DAYS,
            holder=person.subject,
        )
        new = NewOrganisation(
            OPERATOR, "Operator of this platform", (Role.OPERATOR,), (), person, made.row
        )
        await register_organisation(tx, kit.keys.vault, new, now=kit.clock())
        return write_token(home, made.secret)


async def let_operator_in(tx: Transaction, home: Path, *, now: datetime) -> Path | None:
    """Give the operator one more token, for whoever has the home; None if there is no operator.

    So it is after a restore, and where his last one has ended. Nobody else's token ends.
    """
    operator = await parties.operator(tx)
    if operator is None:
        return None
    org, party, subject = operator
    holder = subject or new_subject()
    made = new_token(ClientKind.PERSON, scopes_of(ROLES), now=now, lasts=DAYS, holder=holder)
    await issue_token(tx, org, party, made.row)
    return write_token(home, made.secret)


async def make_keys_known(kit: Kit) -> bool:
    """Publish the keys that statements are signed with, in the log; False if they are known."""
    async with transaction(kit.pools.engine, None) as tx:
        return await publish_keys(
            tx, OPERATOR, kit.keys.signing, kit.keys.compromised, now=kit.clock()
        )


def write_token(home: Path, secret: str) -> Path:
    """Write the operator's token where his client commands find it, for his eyes alone."""
    file = home / TOKEN_FILE
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(secret + "\n")
    return file
