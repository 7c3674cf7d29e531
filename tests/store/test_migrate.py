"""The schema is brought up step by step, and only from the files that built it."""

import asyncio
from dataclasses import replace

import psycopg
import pytest

from waglan.store.dsn import Dsn
from waglan.store.migrate import Migration, packaged, prepare
from waglan.store.refused import Refused

BERTH = Migration(1, "berth", "create table berth (name text primary key)")
CRANE = Migration(2, "crane", "create table crane (berth text not null references berth)")
BOTH = (BERTH, CRANE)


async def ask(conninfo: str | None, statement: str) -> list[tuple[object, ...]]:
    async with await psycopg.AsyncConnection.connect(conninfo or "") as conn:
        cursor = await conn.execute(statement.encode())
        return await cursor.fetchall() if cursor.description else []


async def test_each_step_is_applied_once_and_a_second_start_finds_nothing_to_do(
    empty_database: Dsn,
) -> None:
    assert await prepare(empty_database, (BERTH,)) == ["berth"]
    assert await prepare(empty_database, BOTH) == ["crane"]
    assert await prepare(empty_database, BOTH) == []
    rows = await ask(empty_database.app, "select number, name from schema_migration order by 1")
    assert rows == [(1, "berth"), (2, "crane")]


async def test_two_starts_at_once_apply_each_step_once(empty_database: Dsn) -> None:
    slow = replace(BERTH, text=f"select pg_sleep(0.2); {BERTH.text}")
    applied = await asyncio.gather(*[prepare(empty_database, (slow, CRANE)) for _ in range(4)])
    assert sorted(applied) == [[], [], [], ["berth", "crane"]]


async def test_a_step_changed_after_it_was_applied_is_refused(empty_database: Dsn) -> None:
    await prepare(empty_database, BOTH)
    with pytest.raises(Refused) as refused:
        await prepare(empty_database, (replace(BERTH, text=BERTH.text + " "), CRANE))
    assert refused.value.finding.code == "STORE-SCHEMA-CHANGED"
    assert refused.value.finding.params == {"number": 1, "name": "berth"}


async def test_a_database_of_a_newer_release_is_refused(empty_database: Dsn) -> None:
    await prepare(empty_database, BOTH)
    with pytest.raises(Refused) as refused:
        await prepare(empty_database, (BERTH,))
    assert refused.value.finding.code == "STORE-SCHEMA-NEWER"


async def test_a_step_that_fails_leaves_nothing_behind(empty_database: Dsn) -> None:
    half = replace(CRANE, text=f"{CRANE.text}; select 1/0")
    with pytest.raises(Refused) as refused:
        await prepare(empty_database, (BERTH, half))
    assert refused.value.finding.code == "STORE-MIGRATION-FAILED"
    rows = await ask(
        empty_database.admin, "select to_regclass('berth')::text, to_regclass('crane')"
    )
    assert rows == [("berth", None)]


async def test_without_an_administrator_the_schema_is_checked_and_never_changed(
    empty_database: Dsn,
) -> None:
    await prepare(empty_database, (BERTH,))
    without = replace(empty_database, admin=None)
    assert await prepare(without, (BERTH,)) == []
    with pytest.raises(Refused) as refused:
        await prepare(without, BOTH)
    assert refused.value.finding.code == "STORE-SCHEMA-OLD"


async def test_tables_belong_to_a_role_that_cannot_log_in_and_the_others_have_no_privileges(
    empty_database: Dsn,
) -> None:
    await prepare(empty_database, BOTH)
    assert await ask(
        empty_database.admin, "select tableowner from pg_tables where tablename = 'crane'"
    ) == [("waglan_owner",)]
    rows = await ask(
        empty_database.admin,
        "select rolname, rolcanlogin from pg_roles where rolname like 'waglan%' and not"
        " (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication) order by 1",
    )
    assert rows == [
        ("waglan_app", True),
        ("waglan_authority", True),
        ("waglan_engine", True),
        ("waglan_owner", False),
    ]
    for refused_act in ("set role waglan_owner", "create table berth_2 ()", "select from berth"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await ask(empty_database.app, refused_act)


async def test_the_packaged_steps_are_numbered_without_a_gap(template: str) -> None:
    assert template
    assert [m.number for m in await packaged()] == list(range(1, len(await packaged()) + 1))


SERVED_BEFORE = """
    set session_replication_role = replica;
    insert into organisation (org, party, name, roles, registered_at)
        overriding system value values (1, 'a-line', 'Synthetic', '{carrier}', now());
    insert into consignment (consignment, org, parent, number) values (7, 1, '', 'SYNB0001');
    insert into manifest (manifest_id, org, id, filed_with, document, call, version, function,
                          reference, assembly_id, message_id, head, bills, received_at, filed_at)
        overriding system value values (3, 1, '01900000-0000-7000-8000-000000000001', 1, 'DOC',
            '9811000/001E', 2, 'original', 'R', 1, 1, '{}', 1, now(), now());
    insert into notice (authority, consignment, event_id, manifest_id, status, served_at)
        values (1, 7, 11, 3, 'inspect', now());
"""


async def test_notices_served_before_name_what_they_speak_of(empty_database: Dsn) -> None:
    steps = await packaged()
    until = next(n for n, step in enumerate(steps) if step.name == "signed_status")
    await prepare(empty_database, steps[:until])
    await ask(empty_database.admin, SERVED_BEFORE)
    await prepare(empty_database, steps)
    rows = await ask(
        empty_database.admin, "select number, manifest::text, version, call from notice"
    )
    assert rows == [("SYNB0001", "01900000-0000-7000-8000-000000000001", 2, "9811000/001E")]


FOLDED_BEFORE = """
    insert into standing (consignment, authority, manifest_id, filer, parent, number, call,
                          declared_at, is_withdrawn, status, seq)
        values (7, 1, 3, 'a-line', '', 'SYNB0001', '9811000/001E', now(), true, 'inspect', 4);
    insert into projection (name, seq) values ('standing', 5);
"""


async def test_what_bills_wait_for_is_read_from_the_log_anew_when_more_of_it_counts(
    empty_database: Dsn,
) -> None:
    steps = await packaged()
    until = next(n for n, step in enumerate(steps) if step.name == "withdrawn_while_held")
    await prepare(empty_database, steps[:until])
    await ask(empty_database.admin, FOLDED_BEFORE)
    await prepare(empty_database, steps)
    left = "select (select count(*) from standing), (select count(*) from projection)"
    assert await ask(empty_database.admin, left) == [(0, 0)]


ASSEMBLED_BEFORE = """
    set session_replication_role = replica;
    insert into assembly (assembly_id, org, sender, recipient, message_type, access_reference,
                          opened_at, due_at)
        overriding system value select n, 1, '', '', '', n::text, now(), now()
        from generate_series(1, 3) n;
    insert into assembly_part (assembly_id, number, org, is_final, sha256, message_id, place,
                               kept_at)
        select n, part, 1, part = 2, sha256('x'), 1, 1, now()
        from generate_series(1, 3) n, generate_series(1, 2) part where n <> 3 or part = 2;
    insert into manifest (manifest_id, org, id, filed_with, document, call, version, function,
                          reference, assembly_id, message_id, head, bills, received_at, filed_at)
        overriding system value values (3, 1, '01900000-0000-7000-8000-000000000001', 1, 'DOC',
            '9811000/001E', 1, 'original', 'R', 1, 1, '{}', 1, now(), now());
"""


async def test_whole_assemblies_that_made_no_manifest_were_refused_and_have_ended(
    empty_database: Dsn,
) -> None:
    steps = await packaged()
    until = next(n for n, step in enumerate(steps) if step.name == "ended_assemblies")
    await prepare(empty_database, steps[:until])
    await ask(empty_database.admin, ASSEMBLED_BEFORE)
    await prepare(empty_database, steps)
    assert await ask(empty_database.admin, "select assembly_id, org from assembly_end") == [(2, 1)]


DECLARED_TO_TWO = """
    set session_replication_role = replica;
    insert into consignment (consignment, org, parent, number)
        values (7, 3, '', 'SYNB0001'), (8, 3, '', 'SYNB0002'), (9, 3, '', 'SYNB0003');
    insert into manifest (manifest_id, org, id, filed_with, document, call, version, function,
                          reference, assembly_id, message_id, head, bills, received_at, filed_at)
        overriding system value select n, 3, gen_random_uuid(), desk, 'DOC', '9811000/001E', n,
            'replace', 'R', n, n, '{}', 1, now(), now()
        from (values (1, 1), (2, 2)) m (n, desk);
    insert into bill (consignment, manifest_id, org, number, level, particulars)
        values (7, 1, 3, 'SYNB0001', 'master', '{}'), (7, 2, 3, 'SYNB0001', 'master', '{}'),
            (8, 1, 3, 'SYNB0002', 'master', '{}');
"""


async def test_a_bill_declared_to_two_authorities_stays_with_the_last(empty_database: Dsn) -> None:
    steps = await packaged()
    until = next(n for n, step in enumerate(steps) if step.name == "bills_of_an_authority")
    await prepare(empty_database, steps[:until])
    await ask(empty_database.admin, DECLARED_TO_TWO)
    await prepare(empty_database, steps)
    rows = "select consignment, authority from consignment order by 1"
    assert await ask(empty_database.admin, rows) == [(7, 2), (8, 1), (9, 0)]
