"""The schema that the migrations build is the one written down in `store/schema.sql`."""

import os
import re
import subprocess
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from waglan.store import roles
from waglan.store.catalogue import catalogue
from waglan.store.dsn import Dsn
from waglan.store.embedded.supervisor import Server
from waglan.store.migrate import Migration, prepare

SCHEMA = Path(__file__).parents[2] / "src/waglan/store/schema.sql"
HEAD = (
    "-- The whole schema, for reading and for comparing; the migrations build it. `make schema`\n\n"
)
# What pg_dump writes for itself, and the rights on `public`, which roles.py gives.
NOISE = re.compile(
    r"^(--\n-- (Name|Data for Name|PostgreSQL|Dumped).*\n(--\n)?|-- Dumped.*\n|\\(un)?restrict .*\n"
    r"|SET .*;\n|SELECT pg_catalog\.set_config.*\n|(GRANT|REVOKE) .* ON SCHEMA public .*\n)",
    re.MULTILINE,
)

# One of each kind of thing.
YARD = Migration(
    1,
    "yard",
    """
    create type cargo as enum ('dry', 'reefer');
    create domain metres as int check (value > 0);
    create table yard (
        org bigint not null, place text collate "C" default 'A1', height metres, kind cargo,
        number int generated always as identity, primary key (org, number)
    ) partition by list (org);
    create table yard_1 partition of yard for values in (1);
    create index yard_place on yard (place);
    create function twice(int) returns int language sql return $1 * 2;
    create function stamp() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger stamped before insert on yard for each row execute function stamp();
    alter table yard enable row level security;
    create policy own on yard to waglan_app using (org = 1);
    create view places as select place from yard;
    create sequence ticket;
    create statistics yard_together on org, place from yard;
    comment on table yard is 'Where boxes stand.';
    grant select on yard to waglan_app;
    grant update (place) on yard to waglan_app;
    """,
)


async def read(dsn: Dsn) -> dict[str, str]:
    async with await psycopg.AsyncConnection.connect(dsn.admin or "") as conn:
        return await catalogue(conn)


async def change(dsn: Dsn, statement: str) -> None:
    async with await psycopg.AsyncConnection.connect(dsn.admin or "") as conn:
        await conn.execute("set role waglan_owner")
        await conn.execute(statement.encode())


def dumped(server: Server, dsn: Dsn) -> str:
    parts = conninfo_to_dict(dsn.admin or "")
    places = {f"PG{k.upper()}": str(parts[k]) for k in ("host", "user", "password")}
    command = [str(server.programs.folder / "pg_dump"), "--schema-only", "--no-owner"]
    text = subprocess.run(
        [*command, str(parts["dbname"])], env=places, capture_output=True, text=True, check=True
    ).stdout
    return HEAD + re.sub(r"\n{3,}", "\n\n", NOISE.sub("", text)).strip() + "\n"


async def build(dsn: Dsn, script: str) -> dict[str, str]:
    """Build a schema from its dump, as the owner would."""
    async with await psycopg.AsyncConnection.connect(dsn.admin or "") as conn:
        await roles.ensure(conn, dsn.passwords)
    await change(dsn, script)
    return await read(dsn)


async def test_the_schema_written_down_is_the_one_that_the_steps_build(
    server: Server, database: Dsn, empty_database: Dsn
) -> None:
    if os.environ.get("WAGLAN_WRITE_SCHEMA"):
        SCHEMA.write_text(dumped(server, database), "utf-8")
    migrated = await read(database)
    assert await build(empty_database, SCHEMA.read_text("utf-8")) == migrated
    assert "relation public.schema_migration" in migrated


@pytest.fixture
async def yard(empty_database: Dsn) -> Dsn:
    await prepare(empty_database, (YARD,))
    return empty_database


async def test_a_dump_of_one_of_each_kind_of_thing_builds_the_same_again(
    server: Server, yard: Dsn, database: Dsn
) -> None:
    await change(database, "drop owned by waglan_owner")
    again = await build(database, dumped(server, yard))
    original = await read(yard)
    assert again == original
    kinds = {key.split(" public.")[0].split(" ")[0] for key in original}
    assert kinds >= {
        *("schema", "relation", "column", "constraint", "index", "policy", "trigger", "function"),
        *("type", "view", "sequence", "statistics", "extension"),
    }


@pytest.mark.parametrize(
    "statement",
    [
        "alter table yard alter place set default 'B2'",
        "alter table yard alter place drop default",
        "alter table yard alter place set not null",
        "alter table yard add note text",
        "alter table yard add check (number < 9)",
        "alter table yard disable row level security",
        "alter table yard force row level security",
        "alter policy own on yard using (true)",
        "alter policy own on yard to public",
        "drop policy own on yard",
        "grant insert on yard to waglan_app",
        "grant select on yard_1 to waglan_app",
        "grant update (kind) on yard to waglan_app",
        "revoke update (place) on yard from waglan_app",
        "revoke execute on function twice from public",
        "alter function twice(int) security definer",
        "alter function twice(int) set search_path = public",
        "create or replace function twice(int) returns int language sql return $1 * 3",
        "drop trigger stamped on yard",
        "drop index yard_place",
        "alter type cargo add value 'tank'",
        "alter domain metres drop constraint metres_check",
        "alter domain metres set not null",
        "alter view places set (security_invoker = true)",
        "create or replace view places as select place from yard where org = 2",
        "alter sequence ticket cache 20",
        "drop statistics yard_together",
        "comment on table yard is 'Another word.'",
        "alter table yard detach partition yard_1",
        "create rule nothing as on delete to yard do instead nothing",
        "alter default privileges grant select on tables to waglan_engine",
    ],
)
async def test_a_change_of_any_kind_shows(yard: Dsn, statement: str) -> None:
    before = await read(yard)
    await change(yard, statement)
    assert await read(yard) != before
