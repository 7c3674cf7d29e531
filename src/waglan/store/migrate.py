"""Brings a database up to the schema of this release, one numbered SQL file after another."""

import hashlib
from dataclasses import dataclass

import psycopg

from waglan.codes import data
from waglan.codes.finding import Finding, Severity, Where
from waglan.store import Transaction, roles, version
from waglan.store.dsn import Dsn
from waglan.store.reach import reached
from waglan.store.refused import Refused

LOCK = 0x5761676C616E  # "Waglan" in ASCII; one start at a time prepares a database
LOCK_SECONDS_MAX = 600
HERE = Where("database/schema")
REGISTER = """
create table if not exists schema_migration (
    number integer primary key,
    name text not null,
    sha256 bytea not null check (length(sha256) = 32),
    applied_at timestamptz not null default now()
);
grant select on schema_migration to waglan_app, waglan_authority, waglan_engine;
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; once applied anywhere its text never changes again."""

    number: int
    name: str
    text: str

    @property
    def _sha256(self) -> bytes:
        return hashlib.sha256(self.text.encode()).digest()


async def packaged() -> tuple[Migration, ...]:
    """Return the migrations of this release in order, numbered from 1 without a gap."""
    files = data.scripts("store/migrations").items()
    migrations = tuple(Migration(int(name[:4]), name[5:], text) for name, text in files)
    if [m.number for m in migrations] != list(range(1, len(migrations) + 1)):
        raise ValueError("store/migrations must be numbered from 0001 without a gap or a repeat")
    return migrations


async def prepare(dsn: Dsn, migrations: tuple[Migration, ...] | None = None) -> list[str]:
    """Make roles and schema as this release needs them; return the names of what was applied.

    Several starts at once wait for each other. A database that is newer than this release, or
    that was built from other files, is refused and left as it is.
    """
    known = await packaged() if migrations is None else migrations
    if dsn.admin is None:
        await check(dsn, known)
        return []
    async with reached(dsn.admin, dsn.where, autocommit=True) as conn:
        await _refuse_unfit(conn)
        await conn.execute(f"set lock_timeout = '{LOCK_SECONDS_MAX}s'".encode())
        await conn.execute("select pg_advisory_lock(%s)", [LOCK])
        async with conn.transaction():
            await roles.ensure(conn, dsn.passwords)
        await conn.execute("set role waglan_owner")
        await conn.execute("set search_path = public")
        async with conn.transaction():
            await conn.execute(REGISTER.encode())
        missing = await _missing(conn, known)
        for migration in missing:
            await _apply(conn, migration)
        return [migration.name for migration in missing]


async def check(dsn: Dsn, migrations: tuple[Migration, ...] | None = None) -> None:
    """Refuse a database whose schema is not that of this release; change nothing."""
    known = await packaged() if migrations is None else migrations
    async with reached(dsn.app, dsn.where) as conn:
        await _refuse_unfit(conn)
        for migration in await _missing(conn, known):
            raise Refused(_not_migrated(migration))


async def _refuse_unfit(conn: Transaction) -> None:
    for finding in await version.findings(conn.info.server_version):
        if finding.severity is Severity.ERROR:
            raise Refused(finding)


async def _missing(conn: Transaction, known: tuple[Migration, ...]) -> list[Migration]:
    try:
        rows = await conn.execute("select number, name, sha256 from public.schema_migration")
    except psycopg.errors.UndefinedTable:
        return list(known)
    applied = {number: (name, bytes(sha256)) for number, name, sha256 in await rows.fetchall()}
    by_number = {migration.number: migration for migration in known}
    for number, (name, sha256) in sorted(applied.items()):
        if number not in by_number:
            raise Refused(_newer(number, name))
        if by_number[number]._sha256 != sha256:
            raise Refused(_changed(number, name))
    return [migration for migration in known if migration.number not in applied]


async def _apply(conn: Transaction, migration: Migration) -> None:
    try:
        async with conn.transaction():
            await conn.execute(migration.text.encode())
            await conn.execute(
                "insert into schema_migration (number, name, sha256) values (%s, %s, %s)",
                [migration.number, migration.name, migration._sha256],
            )
    except psycopg.Error as error:
        raise Refused(_failed(migration, error)) from error


def _newer(number: int, name: str) -> Finding:
    return Finding("STORE-SCHEMA-NEWER", Severity.ERROR, HERE, {"number": number, "name": name})


def _changed(number: int, name: str) -> Finding:
    return Finding("STORE-SCHEMA-CHANGED", Severity.ERROR, HERE, {"number": number, "name": name})


def _not_migrated(first: Migration) -> Finding:
    return Finding(
        "STORE-SCHEMA-OLD", Severity.ERROR, HERE, {"number": first.number, "name": first.name}
    )


def _failed(migration: Migration, error: psycopg.Error) -> Finding:
    return Finding(
        "STORE-MIGRATION-FAILED",
        Severity.ERROR,
        HERE,
        {"number": migration.number, "name": migration.name, "reason": str(error)},
    )
