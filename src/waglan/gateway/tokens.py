"""New tokens and one-time links: a secret for the holder, its hash for the store."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from waglan.parties.role import ClientKind, Scope
from waglan.parties.sign_in import LinkPurpose
from waglan.store.accounts import NewLink
from waglan.store.parties import NewToken

SECRET_PREFIX = "wgl_"  # so that a secret left in a file is found by scanners
LINK_PREFIX = "wgo_"
LINK_PAGE = "/link"


@dataclass(frozen=True, slots=True)
class Made:
    """A token as kept, and its secret, which nobody can ask for again."""

    row: NewToken
    secret: str = field(repr=False)


def new_token(
    client: ClientKind,
    scopes: Collection[Scope],
    *,
    now: datetime,
    lasts: timedelta,
    holder: str | None = None,
) -> Made:
    """Make a token; `holder` is the person's subject id, or the machine's credential."""
    secret = SECRET_PREFIX + secrets.token_urlsafe(32)
    row = NewToken(
        f"tok_{secrets.token_hex(16)}",
        digest_of(secret),
        client,
        frozenset(scopes),
        holder if client is ClientKind.MACHINE else None,
        holder if client is ClientKind.PERSON else None,
        now,
        now + lasts,
    )
    return Made(row, secret)


def new_session(
    subject: str, scopes: Collection[Scope], *, now: datetime, lasts: timedelta
) -> Made:
    """Make the token of a session, which its person begins by signing in."""
    made = new_token(ClientKind.PERSON, scopes, now=now, lasts=lasts, holder=subject)
    return Made(replace(made.row, is_session=True), made.secret)


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A one-time link as kept, and its secret, which nobody can ask for again."""

    row: NewLink
    secret: str = field(repr=False)

    @property
    def path(self) -> str:
        """Where it leads: the secret stands behind the #, which no browser sends anywhere."""
        return f"{LINK_PAGE}#{self.secret}"


def new_link(subject: str, purpose: LinkPurpose, *, now: datetime, lasts: timedelta) -> MadeLink:
    """Make a one-time link for a person."""
    secret = LINK_PREFIX + secrets.token_urlsafe(32)
    row = NewLink(
        f"lnk_{secrets.token_hex(16)}", subject, purpose, digest_of(secret), now, now + lasts
    )
    return MadeLink(row, secret)


def digest_of(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def new_subject() -> str:
    """Return an id for a person; it says nothing of him."""
    return f"sub_{secrets.token_hex(16)}"


def new_credential() -> str:
    """Return an id for a machine credential."""
    return f"crd_{secrets.token_hex(16)}"
