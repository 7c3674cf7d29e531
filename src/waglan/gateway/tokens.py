"""New tokens: a secret for the holder, its hash for the store."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from waglan.parties.role import ClientKind, Scope
from waglan.store.parties import NewToken

SECRET_PREFIX = "wgl_"  # so that a secret left in a file is found by scanners


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
        hashlib.sha256(secret.encode()).digest(),
        client,
        frozenset(scopes),
        holder if client is ClientKind.MACHINE else None,
        holder if client is ClientKind.PERSON else None,
        now,
        now + lasts,
    )
    return Made(row, secret)


def new_subject() -> str:
    """Return an id for a person; it says nothing of him."""
    return f"sub_{secrets.token_hex(16)}"


def new_credential() -> str:
    """Return an id for a machine credential."""
    return f"crd_{secrets.token_hex(16)}"
