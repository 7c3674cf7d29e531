"""A client gets a token: what it may do, for whom, until when."""

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, events, parties
from waglan.store.parties import NewToken


async def issue_token(tx: Transaction, org: int, party: PartyId, token: NewToken) -> None:
    """Keep a token's hash and tell the log; the secret itself is known to its holder alone."""
    await parties.add_token(tx, org, token)
    told = Event(
        EventCode.TOKEN_ISSUED,
        Key(KeyKind.PARTY, party),
        party,
        token.issued_at,
        token.issued_at,
        {
            "token": token.token,
            "client": token.client.value,
            "scopes": [*sorted(scope.value for scope in token.scopes)],
            "credential": token.credential,
            "subject": token.subject,
            "expires_at": token.expires_at.isoformat(),
        },
    )
    await events.append(tx, [told])
