"""Which PostgreSQL is used: the one that comes with Waglan, or the one the operator names."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from waglan.codes.finding import Finding, Severity, Where
from waglan.store import version
from waglan.store.dsn import Dsn
from waglan.store.embedded import house, supervisor
from waglan.store.embedded.supervisor import Server
from waglan.store.reach import reached
from waglan.store.refused import Refused
from waglan.store.roles import LOGINS

HERE = Where("database/dsn")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator said about the database.

    With `dsn`, a user named in it is the administrator, unless he is one of our own roles. The
    passwords of our roles are the given ones, else (with an administrator) generated and kept in
    the home, else libpq's own business (its password file or a certificate).
    """

    embedded: supervisor.Settings
    dsn: str | None = field(default=None, repr=False)  # WAGLAN_DSN
    passwords: dict[str, str] = field(default_factory=dict, repr=False)  # by role


@dataclass(frozen=True, slots=True)
class Resolved:
    """The database to use, what there is to say about it, and the server if it is ours."""

    dsn: Dsn
    notes: tuple[Finding, ...]
    server: Server | None


@asynccontextmanager
async def database(wanted: Wanted) -> AsyncIterator[Resolved]:
    """Have a fit PostgreSQL answer inside the block; one that is too old is refused."""
    if wanted.dsn is not None:
        dsn = await named(wanted)
        yield Resolved(dsn, tuple(await _examined(dsn)), None)
        return
    async with supervisor.running(wanted.embedded) as server:
        notes = (*server.house.notes, *await _examined(server.dsn))
        yield Resolved(server.dsn, notes, server)


async def named(wanted: Wanted) -> Dsn:
    """Return the connections that WAGLAN_DSN stands for, without connecting."""
    try:
        parts = conninfo_to_dict(wanted.dsn or "")
    except psycopg.Error:
        raise Refused(_unreadable()) from None  # its words would repeat the password
    user = parts.pop("user", None)
    password = parts.pop("password", None)
    passwords = dict(wanted.passwords)
    admin = None
    if user in LOGINS:
        passwords.setdefault(str(user), str(password or ""))
    elif user is not None:
        admin = make_conninfo("", **{**parts, "user": user, "password": password})
        passwords = house.passwords(wanted.embedded.home, LOGINS) | passwords
    base = make_conninfo("", **parts)
    app, authority, engine = (
        make_conninfo(base, user=role, password=passwords.get(role) or None) for role in LOGINS
    )
    return Dsn(_place(parts), app, authority, engine, admin, passwords)


def _place(parts: Mapping[str, object]) -> str:
    names = ("host", "hostaddr", "service", "port", "dbname")
    return " ".join(f"{name}={parts[name]}" for name in names if parts.get(name)) or "default"


async def _examined(dsn: Dsn) -> list[Finding]:
    # The roles may not exist yet, so the administrator asks where there is one.
    async with reached(dsn.admin or dsn.app, dsn.where) as conn:
        found = await version.findings(conn.info.server_version)
    for finding in found:
        if finding.severity is Severity.ERROR:
            raise Refused(finding)
    return found


def _unreadable() -> Finding:
    return Finding("STORE-DSN", Severity.ERROR, HERE, {})
