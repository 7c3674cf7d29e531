"""Login names, passwords, one-time links and sessions in PostgreSQL; no secret lies open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waglan.codes.party import PartyId
from waglan.parties.role import Role
from waglan.parties.sign_in import LinkPurpose
from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class Holder:
    """A person, by his firm's number in the store and his subject id."""

    org: int
    subject: str


@dataclass(frozen=True, slots=True)
class Page:
    """How much of a list is wanted, beyond which of its ids; '' begins it."""

    after: str
    at_most: int


@dataclass(frozen=True, slots=True)
class Account:
    """Whose login name it is, and his password's hash; None if he has none yet."""

    holder: Holder
    roles: frozenset[Role]  # of the organisation
    password: tuple[bytes, bytes] | None  # salt, and the sealed hash
    firm_roles: tuple[str, ...]


async def account_at(tx: Transaction, party: str, blind: bytes) -> Account | None:
    """Return the account of a login name within a firm, before anybody has signed in."""
    row = await (await tx.execute("SELECT * FROM account_at(%s, %s)", [party, blind])).fetchone()
    if row is None:
        return None
    org, roles, subject, salt, sealed, firm_roles = row
    password = None if sealed is None else (bytes(salt), bytes(sealed))
    return Account(
        Holder(org, subject), frozenset(map(Role, roles)), password, tuple(firm_roles or ())
    )


async def set_roles(
    tx: Transaction, who: Holder, roles: Sequence[str], *, by: str, now: datetime
) -> None:
    """Keep what a person does in his firm from now on."""
    await tx.execute(
        "INSERT INTO person_role (org, subject, n, roles, set_by, set_at)"
        " SELECT %s, %s, coalesce(max(n), 0) + 1, %s, %s, %s FROM person_role"
        " WHERE org = %s AND subject = %s",
        [who.org, who.subject, list(roles), by, now, who.org, who.subject],
    )


async def account_of(tx: Transaction, who: Holder) -> tuple[bytes, bytes] | None:
    """Return the sealed hash of a person's password with its salt; None if he has none."""
    row = await (
        await tx.execute(
            "SELECT key_salt, sealed FROM password WHERE org = %s AND subject = %s",
            [who.org, who.subject],
        )
    ).fetchone()
    return None if row is None else (bytes(row[0]), bytes(row[1]))


@dataclass(frozen=True, slots=True)
class LoginRow:
    """A login name as kept: sealed under a key of its own, found by its blind index."""

    subject: str
    key_salt: bytes
    sealed: bytes
    blind: bytes


async def set_login(tx: Transaction, org: int, row: LoginRow, *, now: datetime) -> None:
    """Give a person a login name, or another one; raise Taken if a colleague has it.

    Who left the firm gives his up to whoever wants it.
    """
    await tx.execute(
        "UPDATE login SET is_given_up = true WHERE org = %s AND blind = %s AND subject IN"
        " (SELECT subject FROM departure WHERE org = %s)",
        [org, row.blind, org],
    )
    await tx.execute(
        "INSERT INTO login (org, subject, key_salt, sealed, blind, set_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (org, subject) DO UPDATE SET"
        " key_salt = excluded.key_salt, sealed = excluded.sealed, blind = excluded.blind,"
        " set_at = excluded.set_at",
        [org, row.subject, row.key_salt, row.sealed, row.blind, now],
    )


async def login_of(tx: Transaction, who: Holder) -> tuple[bytes, bytes] | None:
    """Return a person's sealed login name with its salt; None if he has none."""
    row = await (
        await tx.execute(
            "SELECT key_salt, sealed FROM login WHERE org = %s AND subject = %s",
            [who.org, who.subject],
        )
    ).fetchone()
    return None if row is None else (bytes(row[0]), bytes(row[1]))


async def set_password(
    tx: Transaction, who: Holder, hashed: tuple[bytes, bytes], *, now: datetime
) -> None:
    """Keep the sealed hash of a person's password, with its salt; the one before is gone."""
    await tx.execute(
        "INSERT INTO password (org, subject, key_salt, sealed, set_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (org, subject) DO UPDATE SET key_salt = excluded.key_salt,"
        " sealed = excluded.sealed, set_at = excluded.set_at",
        [who.org, who.subject, *hashed, now],
    )


@dataclass(frozen=True, slots=True)
class NewLink:
    """A one-time link to be kept: its secret's hash, never the secret."""

    link: str
    subject: str
    purpose: LinkPurpose
    secret_sha256: bytes
    made_at: datetime
    expires_at: datetime


async def add_link(tx: Transaction, org: int, new: NewLink, *, by: str | None) -> None:
    """Keep a link; those that the person was given before are worth nothing from now on."""
    await tx.execute(
        "INSERT INTO one_time_link (link, org, subject, n, purpose, secret_sha256, made_by,"
        " made_at, expires_at) SELECT %s, %s, %s, coalesce(max(n), 0) + 1, %s, %s, %s, %s, %s"
        " FROM one_time_link WHERE org = %s AND subject = %s",
        [
            new.link,
            org,
            new.subject,
            new.purpose.value,
            new.secret_sha256,
            by,
            new.made_at,
            new.expires_at,
            org,
            new.subject,
        ],
    )


@dataclass(frozen=True, slots=True)
class LinkKept:
    """What a link was for, and until when it serves."""

    purpose: LinkPurpose
    expires_at: datetime


async def link(tx: Transaction, org: int, link: str) -> LinkKept | None:
    """Return a link of the firm by its id; its secret is nowhere."""
    row = await (
        await tx.execute(
            "SELECT purpose, expires_at FROM one_time_link WHERE org = %s AND link = %s",
            [org, link],
        )
    ).fetchone()
    return None if row is None else LinkKept(LinkPurpose(row[0]), row[1])


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that may still be used, and whose it is."""

    holder: Holder
    party: PartyId
    roles: frozenset[Role]  # of the organisation
    link: str
    purpose: LinkPurpose


async def link_at(tx: Transaction, secret_sha256: bytes, *, at: datetime) -> OpenLink | None:
    """Return the link of this secret; None for one unknown, used, ended or made worthless."""
    row = await (await tx.execute("SELECT * FROM link_at(%s, %s)", [secret_sha256, at])).fetchone()
    if row is None:
        return None
    org, party, roles, link, subject, purpose = row
    return OpenLink(
        Holder(org, subject),
        PartyId(party),
        frozenset(map(Role, roles)),
        link,
        LinkPurpose(purpose),
    )


async def use_link(tx: Transaction, org: int, link: str, *, now: datetime) -> bool:
    """Use a link up; False if somebody was quicker, whose transaction is waited for."""
    done = await tx.execute(
        "INSERT INTO link_use (link, org, used_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        [link, org, now],
    )
    return done.rowcount == 1


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session of a person, or a token that he signs in with."""

    token: str
    is_session: bool
    issued_at: datetime
    expires_at: datetime


async def sessions(tx: Transaction, who: Holder, page: Page, *, at: datetime) -> list[SessionRow]:
    """Return a person's sessions and tokens that still hold, oldest first, beyond one of them."""
    rows = await tx.execute(
        "SELECT t.token, t.is_session, t.issued_at, t.expires_at FROM token t"
        " WHERE t.org = %(org)s AND t.subject = %(subject)s AND t.expires_at > %(at)s"
        " AND NOT EXISTS (SELECT 1 FROM token_revocation r WHERE r.token = t.token)"
        " AND (%(after)s = '' OR (t.issued_at, t.token) > (SELECT a.issued_at, a.token"
        " FROM token a WHERE a.org = %(org)s AND a.token = %(after)s))"
        " ORDER BY t.issued_at, t.token LIMIT %(at_most)s",
        {
            "org": who.org,
            "subject": who.subject,
            "after": page.after,
            "at": at,
            "at_most": page.at_most,
        },
    )
    return [SessionRow(*row) for row in await rows.fetchall()]


async def end_sessions(
    tx: Transaction, who: Holder, *, but: str = "", tokens_too: bool = False, now: datetime
) -> list[str]:
    """End a person's sessions, and with `tokens_too` his tokens, but for one; return which."""
    rows = await tx.execute(
        "INSERT INTO token_revocation (token, org, revoked_at)"
        " SELECT token, org, %s FROM token WHERE org = %s AND subject = %s AND token <> %s"
        " AND (is_session OR %s) AND expires_at > %s ON CONFLICT DO NOTHING RETURNING token",
        [now, who.org, who.subject, but, tokens_too, now],
    )
    return [token for (token,) in await rows.fetchall()]


async def is_of(tx: Transaction, who: Holder, token: str) -> bool:
    """Whether a session or token is this person's."""
    found = await tx.execute(
        "SELECT 1 FROM token WHERE token = %s AND org = %s AND subject = %s",
        [token, who.org, who.subject],
    )
    return await found.fetchone() is not None


@dataclass(frozen=True, slots=True)
class PersonKept:
    """A person of a firm as kept, sealed, with his login name if he has one."""

    subject: str
    person: tuple[bytes, bytes]  # salt, sealed
    login: tuple[bytes, bytes] | None
    has_password: bool
    roles: tuple[str, ...]
    registered_at: datetime
    left_at: datetime | None  # None while he is here


_PERSON = """
    SELECT p.subject, p.key_salt, p.sealed, l.key_salt, l.sealed, w.subject IS NOT NULL,
           coalesce((SELECT r.roles FROM person_role r WHERE r.org = p.org AND r.subject = p.subject
                     ORDER BY r.n DESC LIMIT 1), '{}'), p.registered_at, d.left_at
    FROM person p LEFT JOIN login l ON l.org = p.org AND l.subject = p.subject
        LEFT JOIN password w ON w.org = p.org AND w.subject = p.subject
        LEFT JOIN departure d ON d.org = p.org AND d.subject = p.subject
    WHERE p.org = %(org)s
"""


async def person(tx: Transaction, who: Holder) -> PersonKept | None:
    """Return a person of the firm; None if it has none of that id, or he was erased."""
    rows = await tx.execute(
        _PERSON + " AND p.subject = %(subject)s", {"org": who.org, "subject": who.subject}
    )
    return next(map(_person, await rows.fetchall()), None)


async def persons(tx: Transaction, org: int, page: Page) -> list[PersonKept]:
    """Return the firm's persons, oldest first, beyond one of them."""
    rows = await tx.execute(
        _PERSON + " AND (%(after)s = '' OR (p.registered_at, p.subject) > (SELECT"
        " a.registered_at, a.subject FROM person a WHERE a.org = %(org)s"
        " AND a.subject = %(after)s)) ORDER BY p.registered_at, p.subject LIMIT %(at_most)s",
        {"org": org, "after": page.after, "at_most": page.at_most},
    )
    return [_person(row) for row in await rows.fetchall()]


def _person(row: tuple[Any, ...]) -> PersonKept:
    subject, salt, sealed, login_salt, login_sealed, has_password, roles, *times = row
    login = None if login_salt is None else (login_salt, login_sealed)
    return PersonKept(subject, (salt, sealed), login, has_password, tuple(roles), *times)
