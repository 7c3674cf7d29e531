"""Organisations, addresses, credentials, persons and tokens in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from waglan.codes.party import PartyId
from waglan.parties.firm_role import scopes_of
from waglan.parties.role import ClientKind, Principal, Role, Scope
from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class Known:
    """A principal, and the organisation's number inside the store."""

    org: int
    principal: Principal


async def authenticate(tx: Transaction, secret_sha256: bytes, *, at: datetime) -> Known | None:
    """Return whose token this is at that time; None for an unknown, expired or revoked one."""
    row = await (
        await tx.execute("SELECT * FROM authenticate(%s, %s)", [secret_sha256, at], prepare=True)
    ).fetchone()
    if row is None:
        return None
    token, org, party, roles, client, scopes, accountable, firm_roles = row
    held = frozenset(Scope(scope) for scope in scopes)
    if firm_roles is not None:  # a role that was taken away is gone from his tokens at once
        held &= scopes_of(firm_roles)
    return Known(
        org,
        Principal(
            PartyId(party),
            frozenset(Role(role) for role in roles),
            ClientKind(client),
            held,
            token,
            accountable,
        ),
    )


async def register(
    tx: Transaction, party: PartyId, name: str, roles: Sequence[Role], *, now: datetime
) -> int:
    """Enter an organisation in the directory; its party id must be new."""
    row = await (
        await tx.execute(
            "INSERT INTO organisation (party, name, roles, registered_at) VALUES (%s, %s, %s, %s)"
            " RETURNING org",
            [party, name, [role.value for role in roles], now],
        )
    ).fetchone()
    if row is None:
        raise RuntimeError("PostgreSQL returned no row for an INSERT")
    return int(row[0])


async def org_of(tx: Transaction, party: PartyId) -> int | None:
    """Return the organisation's number inside the store, None if it is not in the directory."""
    row = await (
        await tx.execute("SELECT org FROM organisation WHERE party = %s", [party])
    ).fetchone()
    return None if row is None else int(row[0])


async def directory(
    tx: Transaction, *, after: str = "", at_most: int | None = None
) -> list[tuple[PartyId, str, list[Role]]]:
    """Return every organisation beyond a party id: its id, name and roles, in the ids' order."""
    rows = await tx.execute(
        "SELECT party, name, roles FROM organisation WHERE party > %s ORDER BY party LIMIT %s",
        [after, at_most],
    )
    return [
        (PartyId(party), name, [Role(role) for role in roles])
        for party, name, roles in await rows.fetchall()
    ]


async def numbers(tx: Transaction) -> dict[PartyId, int]:
    """Return every organisation's number inside the store."""
    rows = await tx.execute("SELECT party, org FROM organisation")
    return {PartyId(party): int(org) for party, org in await rows.fetchall()}


async def add_address(tx: Transaction, org: int, address: str, *, now: datetime) -> None:
    """Let an organisation send as, and be reached at, an address nobody else has."""
    await tx.execute(
        "INSERT INTO address (address, org, registered_at) VALUES (%s, %s, %s)",
        [address, org, now],
    )


async def addresses(tx: Transaction) -> set[str]:
    """Return the addresses of the organisation in whose name the transaction runs."""
    rows = await tx.execute("SELECT address FROM address WHERE org = current_org()")
    return {address for (address,) in await rows.fetchall()}


async def own_roles(tx: Transaction) -> frozenset[Role]:
    """Return what the organisation does in whose name the transaction runs."""
    rows = await tx.execute("SELECT roles FROM organisation WHERE org = current_org()")
    return frozenset(Role(role) for (roles,) in await rows.fetchall() for role in roles)


async def operator(tx: Transaction) -> tuple[int, PartyId, str | None] | None:
    """Return the platform's operator: number, party id, and a person of his, if one is left."""
    row = await (
        await tx.execute(
            "SELECT o.org, o.party, (SELECT subject FROM person p WHERE p.org = o.org"
            " ORDER BY registered_at LIMIT 1) FROM organisation o"
            " WHERE 'operator' = ANY (o.roles) ORDER BY o.org LIMIT 1"
        )
    ).fetchone()
    return None if row is None else (int(row[0]), PartyId(row[1]), row[2])


async def operator_until(tx: Transaction) -> tuple[datetime | None, bool]:
    """Return when the operator's last token ends, and whether that is over or near: two weeks."""
    row = await (
        await tx.execute(
            "SELECT max(t.expires_at), coalesce(max(t.expires_at) < now() + interval '14 days',"
            " true) FROM token t JOIN organisation o USING (org) WHERE 'operator' = ANY (o.roles)"
            " AND t.client = 'person' AND NOT EXISTS ("
            "SELECT 1 FROM token_revocation r WHERE r.token = t.token)"
        )
    ).fetchone()
    return (None, True) if row is None else (row[0], bool(row[1]))


async def roles_of(tx: Transaction, party: PartyId) -> frozenset[Role]:
    """Return what an organisation does; nothing for one that is not in the directory."""
    rows = await tx.execute("SELECT roles FROM organisation WHERE party = %s", [party])
    return frozenset(Role(role) for (roles,) in await rows.fetchall() for role in roles)


async def authority_at(tx: Transaction, address: str) -> tuple[int, PartyId] | None:
    """Return the authority that is reached at an address, None if none is."""
    row = await (await tx.execute("SELECT * FROM authority_at(%s)", [address])).fetchone()
    return None if row is None else (int(row[0]), PartyId(row[1]))


async def authority_addresses(tx: Transaction) -> list[tuple[str, PartyId]]:
    """Return every address at which an authority is reached, with its name."""
    rows = await tx.execute("SELECT * FROM authority_addresses()")
    return [(address, PartyId(party)) for address, party in await rows.fetchall()]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as kept: who he is stands sealed."""

    subject: str
    key_salt: bytes
    sealed: bytes
    blind: bytes


async def add_person(tx: Transaction, org: int, person: PersonRow, *, now: datetime) -> None:
    """Keep a person's particulars, sealed."""
    await tx.execute(
        "INSERT INTO person (subject, org, key_salt, sealed, blind, registered_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [person.subject, org, person.key_salt, person.sealed, person.blind, now],
    )


@dataclass(frozen=True, slots=True)
class Credential:
    """A machine that files for an organisation, and the person (subject) who answers for it."""

    credential: str
    label: str
    accountable: str


async def has_credential(tx: Transaction, org: int, credential: str) -> bool:
    """Whether this machine credential is one of the organisation's own."""
    query = "SELECT 1 FROM credential WHERE org = %s AND credential = %s"
    return await (await tx.execute(query, [org, credential])).fetchone() is not None


async def add_credential(tx: Transaction, org: int, new: Credential, *, now: datetime) -> None:
    """Register a machine credential."""
    await tx.execute(
        "INSERT INTO credential (credential, org, label, accountable, registered_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        [new.credential, org, new.label, new.accountable, now],
    )


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token to be kept: its secret's hash, never the secret."""

    token: str
    secret_sha256: bytes
    client: ClientKind
    scopes: frozenset[Scope]
    credential: str | None
    subject: str | None
    issued_at: datetime
    expires_at: datetime
    is_session: bool = False  # begun by signing in, for some hours


async def add_token(tx: Transaction, org: int, token: NewToken) -> None:
    """Keep a token of an organisation."""
    await tx.execute(
        "INSERT INTO token (token, org, secret_sha256, client, scopes, credential, subject,"
        " issued_at, expires_at, is_session) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            token.token,
            org,
            token.secret_sha256,
            token.client.value,
            sorted(scope.value for scope in token.scopes),
            token.credential,
            token.subject,
            token.issued_at,
            token.expires_at,
            token.is_session,
        ],
    )


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as its organisation may see it: never the secret, nor its hash."""

    token: str
    client: ClientKind
    scopes: tuple[Scope, ...]
    credential: str | None
    label: str | None  # of the credential
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class WantedTokens:
    """Which tokens of a list are asked for; None leaves none out. `at` says what has ended."""

    at: datetime
    client: ClientKind | None = None
    ended: bool | None = None


async def tokens(
    tx: Transaction, org: int, wanted: WantedTokens, *, before: str | None, at_most: int
) -> list[TokenRow]:
    """Return an organisation's tokens, the newest first, from one of them downwards."""
    rows = await tx.execute(
        "SELECT t.token, t.client, t.scopes, t.credential, c.label, t.issued_at, t.expires_at,"
        " r.revoked_at FROM token t LEFT JOIN credential c ON c.credential = t.credential"
        " LEFT JOIN token_revocation r ON r.token = t.token"
        " WHERE t.org = %(org)s AND NOT t.is_session"
        " AND (%(before)s::text IS NULL OR (t.issued_at, t.token) < (SELECT"
        " issued_at, token FROM token WHERE org = %(org)s AND token = %(before)s))"
        " AND (%(client)s::text IS NULL OR t.client = %(client)s)"
        " AND (%(ended)s::boolean IS NULL"
        " OR (r.token IS NOT NULL OR t.expires_at <= %(at)s) = %(ended)s)"
        " ORDER BY t.issued_at DESC, t.token DESC LIMIT %(at_most)s",
        {
            "org": org,
            "before": before,
            "at_most": at_most,
            "client": wanted.client.value if wanted.client else None,
            "ended": wanted.ended,
            "at": wanted.at,
        },
    )
    return [
        TokenRow(token, ClientKind(client), tuple(Scope(scope) for scope in scopes), *rest)
        for token, client, scopes, *rest in await rows.fetchall()
    ]


async def expiry(tx: Transaction, token: str) -> datetime | None:
    """Return until when a token is worth something; None for one that can't be seen from here."""
    row = await (
        await tx.execute("SELECT expires_at FROM token WHERE token = %s", [token])
    ).fetchone()
    return None if row is None else row[0]


async def revoke_token(tx: Transaction, org: int, token: str, *, now: datetime) -> bool:
    """Revoke a token of this organisation; False if it has no such token."""
    done = await tx.execute(
        "INSERT INTO token_revocation (token, org, revoked_at)"
        " SELECT token, org, %s FROM token WHERE token = %s AND org = %s ON CONFLICT DO NOTHING",
        [now, token, org],
    )
    if done.rowcount:
        return True
    known = await tx.execute("SELECT 1 FROM token WHERE token = %s AND org = %s", [token, org])
    return await known.fetchone() is not None


async def party_of(tx: Transaction, org: int) -> PartyId:
    """Return the party id of an organisation's number; raise LookupError for none."""
    row = await (
        await tx.execute("SELECT party FROM organisation WHERE org = %s", [org])
    ).fetchone()
    if row is None:
        raise LookupError(f"no organisation has the number {org}")
    return PartyId(row[0])
