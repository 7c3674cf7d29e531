"""What `waglan doctor` finds about the database: each fault with its remedy."""

import asyncio
import os
import shutil
import stat
from datetime import timedelta
from pathlib import Path

import psycopg

from waglan.codes.finding import Finding, Severity, Where
from waglan.logbook.audit import edge_differs
from waglan.store import Transaction, connect, log, migrate, partitions
from waglan.store.dsn import Dsn
from waglan.store.embedded.house import PASSWORDS
from waglan.store.reach import reached
from waglan.store.refused import Refused
from waglan.store.resolve import Resolved
from waglan.store.roles import LOGINS, OWNER

NOBODY_UID = 65_534
FREE_BYTES_WARN = 2 << 30
FREE_BYTES_MIN = 256 << 20
UNJUDGED_MAX = timedelta(minutes=1)  # that a share of the trips may wait for a worker
ROLES = """
select rolname from pg_roles r where rolname = any(%(logins)s) and (
    rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication
    or exists (select from pg_auth_members m where m.member = r.oid))
union all
select rolname from pg_roles where rolname = %(owner)s and (rolcanlogin or rolsuper or rolbypassrls)
order by rolname
"""
UNGUARDED = """
select distinct auth_method from pg_hba_file_rules
where auth_method in ('trust', 'password', 'md5', 'ident') and error is null order by 1
"""


async def examine(resolved: Resolved, home: Path) -> list[Finding]:
    """Look at version, durability, roles, schema, disk and rights; change nothing."""
    found = [*resolved.notes]
    try:
        found += [finding for finding in await _asked(resolved.dsn) if finding not in found]
    except Refused as refused:
        found.append(refused.finding)
    found += await asyncio.to_thread(_disk, home)
    return found + await asyncio.to_thread(_rights, resolved, home)


async def _asked(dsn: Dsn) -> list[Finding]:
    async with reached(dsn.app, dsn.where) as conn:
        found = [*await connect.durable(conn), *await _roles(conn), *await _wire(conn)]
        found += [*await _log(conn), *await _trips(conn)]
    if dsn.admin is not None:
        async with reached(dsn.admin, dsn.where) as conn:
            found += await _doors(conn)
    return found + await _schema(dsn)


async def _roles(conn: Transaction) -> list[Finding]:
    rows = await conn.execute(ROLES, {"logins": list(LOGINS), "owner": OWNER})
    return [
        Finding("STORE-ROLE", Severity.ERROR, Where("database/roles"), {"role": str(role)})
        for (role,) in await rows.fetchall()
    ]


async def _log(conn: Transaction) -> list[Finding]:
    begun = await (await conn.execute("SELECT to_regclass('public.log_head')")).fetchone()
    if begun is None or begun[0] is None or not await log.is_edge_altered(conn):
        return []
    return [edge_differs(Severity.ERROR)]


async def _trips(conn: Transaction) -> list[Finding]:
    made = await (await conn.execute("SELECT to_regclass('public.trip_partition')")).fetchone()
    if made is None or made[0] is None:
        return []
    count = await partitions.left(conn, after=UNJUDGED_MAX)
    if not count:
        return []
    where, minutes = Where("trips"), UNJUDGED_MAX // timedelta(minutes=1)
    return [
        Finding("TRIP-UNJUDGED", Severity.WARNING, where, {"partitions": count, "minutes": minutes})
    ]


async def _wire(conn: Transaction) -> list[Finding]:
    host = conn.info.host
    if conn.pgconn.ssl_in_use or host.startswith("/") or host in {"localhost", "127.0.0.1", "::1"}:
        return []
    return [Finding("STORE-NO-TLS", Severity.WARNING, Where("database/dsn"), {"host": host})]


async def _doors(conn: Transaction) -> list[Finding]:
    try:
        rows = await (await conn.execute(UNGUARDED)).fetchall()
    except psycopg.errors.InsufficientPrivilege:  # not a superuser, or a managed server
        return []
    return [
        Finding("STORE-HBA", Severity.ERROR, Where("database/pg_hba"), {"method": str(method)})
        for (method,) in rows
    ]


async def _schema(dsn: Dsn) -> list[Finding]:
    try:
        await migrate.check(dsn)
    except Refused as refused:
        return [refused.finding]
    return []


def _disk(home: Path) -> list[Finding]:
    free_bytes = shutil.disk_usage(home).free
    if free_bytes >= FREE_BYTES_WARN:
        return []
    severity = Severity.WARNING if free_bytes >= FREE_BYTES_MIN else Severity.ERROR
    free_mib = free_bytes >> 20
    return [
        Finding("STORE-DISK", severity, Where("disk"), {"home": str(home), "free_mib": free_mib})
    ]


def _rights(resolved: Resolved, home: Path) -> list[Finding]:
    closed = [home / PASSWORDS]
    found = []
    if resolved.server is not None:
        house = resolved.server.house
        closed += [house.sockets, house.rooms, house.data]
        found = [_neighbours(house.owner.name)] if _is_shared(house.owner.uid) else []
    return found + [_open(path) for path in closed if path.exists() and _is_open(path)]


def _is_shared(uid: int) -> bool:
    # As root, PostgreSQL has a user of its own unless it had to be `nobody`, whom others use too.
    return os.geteuid() != 0 or uid == NOBODY_UID


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _open(path: Path) -> Finding:
    return Finding("STORE-OPEN", Severity.ERROR, Where("database/rights"), {"path": str(path)})


def _neighbours(user: str) -> Finding:
    return Finding("STORE-NEIGHBOURS", Severity.NOTE, Where("database/user"), {"user": user})
