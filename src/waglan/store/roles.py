"""The roles in the database: who may do what there, made before the first migration."""

from psycopg import sql

from waglan.codes.finding import Finding, Severity, Where
from waglan.store import Transaction
from waglan.store.refused import Refused

OWNER = "waglan_owner"
LOGINS = ("waglan_app", "waglan_authority", "waglan_engine")
IDLE_IN_TRANSACTION_SECONDS_MAX = 15
NO_PRIVILEGES = "nosuperuser nobypassrls nocreaterole nocreatedb noreplication"
FOUND = """
select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication
from pg_roles where rolname = %s
"""
MEMBER_OF = """
select r.rolname from pg_auth_members m
join pg_roles r on r.oid = m.roleid join pg_roles l on l.oid = m.member where l.rolname = %s
"""
PASSWORD_CHARACTERS_MIN = 16


async def ensure(tx: Transaction, passwords: dict[str, str]) -> None:
    """Make the roles or put them right, in a transaction begun as the administrator.

    The owner can't log in; the others log in by SCRAM, and only the hash of a password is sent.
    """
    for role in LOGINS:
        if len(passwords.get(role, "")) < PASSWORD_CHARACTERS_MIN:
            raise Refused(_weak(role))
    for role in (OWNER, *LOGINS):
        await _make(tx, role)
    await _say(tx, "alter role {role} nologin", OWNER)
    for role in LOGINS:
        await _say(tx, "alter role {role} login", role)
        await _leave(tx, role)
        await _limit(tx, role)
        await _set_password(tx, role, passwords[role])
    await _rights(tx)


async def _make(tx: Transaction, role: str) -> None:
    found = await (await tx.execute(FOUND, [role])).fetchone()
    if found is None:
        await _say(tx, "create role {role}", role)
    elif found[0]:  # only a superuser may even repeat these words, so say them when they matter
        await _say(tx, f"alter role {{role}} {NO_PRIVILEGES}", role)


async def _leave(tx: Transaction, role: str) -> None:
    rows = await tx.execute(MEMBER_OF, [role])
    for (group,) in await rows.fetchall():
        names = {"group": sql.Identifier(group), "role": sql.Identifier(role)}
        await tx.execute(sql.SQL("revoke {group} from {role}").format(**names))


async def _limit(tx: Transaction, role: str) -> None:
    # Here and not in the server's configuration, so that it also holds on a server not ours.
    setting = "alter role {role} set idle_in_transaction_session_timeout = {seconds}"
    seconds = sql.Literal(f"{IDLE_IN_TRANSACTION_SECONDS_MAX}s")
    await tx.execute(sql.SQL(setting).format(role=sql.Identifier(role), seconds=seconds))


async def _set_password(tx: Transaction, role: str, password: str) -> None:
    verifier = tx.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    await tx.execute(
        sql.SQL("alter role {} password {}").format(
            sql.Identifier(role), sql.Literal(verifier.decode())
        )
    )


async def _rights(tx: Transaction) -> None:
    row = await (await tx.execute("select current_database()")).fetchone()
    database = str(row[0]) if row else ""
    await _say(tx, "revoke all on database {database} from public", database=database)
    await _say(tx, "grant create, temporary on database {database} to {role}", OWNER, database)
    # A member of a role may set it; a superuser may in any case, a lesser administrator must ask.
    await _say(tx, "grant {role} to current_user", OWNER)
    await _say(tx, "revoke all on schema public from public")
    await _say(tx, "grant usage, create on schema public to {role}", OWNER)
    for role in LOGINS:
        # COPY goes into a temporary table first: it is refused on tables with row security.
        await _say(tx, "grant connect, temporary on database {database} to {role}", role, database)
        await _say(tx, "grant usage on schema public to {role}", role)


async def _say(tx: Transaction, text: str, role: str = "", database: str = "") -> None:
    statement = sql.SQL(text).format(role=sql.Identifier(role), database=sql.Identifier(database))
    await tx.execute(statement)


def _weak(role: str) -> Finding:
    return Finding(
        "STORE-PASSWORD",
        Severity.ERROR,
        Where("database/passwords"),
        {"role": role, "characters": PASSWORD_CHARACTERS_MIN},
    )
