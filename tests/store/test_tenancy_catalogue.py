"""What the database itself says about tenancy, read from its catalogue after all migrations.

A new table fails here until somebody has written down who may do what with it, and why.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from waglan.store.dsn import Dsn

SRC = Path(__file__).parents[2] / "src" / "waglan"

# Tables without row security, and why that is no hole.
NO_TENANT = {
    "figure": "counters of the platform's work, of no organisation",
    "key_set": "public: the keys that statements are signed with",
    "lease": "names processes; the engine's alone",
    "log_checkpoint": "public: hashes and signatures that anybody may have",
    "log_cosignature": "public: hashes and signatures that anybody may have",
    "log_halt": "public: that a witness knows another history",
    "log_head": "public: how far the log has come",
    "log_leaf": "salted hashes; whose events they are stands elsewhere",
    "log_tile": "public: salted hashes",
    "place": "public: codes and names of places",
    "place_list": "public: which lists of places were loaded",
    "projection": "numbers only; the engine's alone",
    "sign_in_try": "keyed hashes; an unknown name is counted as a known one is",
    "schema_migration": "which steps were applied",
    "trip_partition": "which process judges which share of the trips; names none",
    "trip_worker": "names processes; the engine's alone",
}

ROLES = ("waglan_app", "waglan_authority", "waglan_engine")

# s select, i insert, u update, d delete: what app, authority and engine have, and nothing else.
PRIVILEGES = {
    "address": ("si", "s", "si"),
    "alarm": ("", "si", "si"),
    "alarm_step": ("", "si", "si"),
    "answer": ("si", "s", "sid"),
    "answerable": ("si", "si", "s"),
    "approver": ("si", "s", "s"),
    "approver_end": ("si", "s", "s"),
    "assembly": ("si", "", "s"),
    "assembly_alert": ("si", "", "s"),
    "assembly_end": ("si", "", "s"),
    "assembly_part": ("si", "", "s"),
    "assessment": ("", "si", "s"),
    "audience": ("si", "si", "sid"),
    "back_test": ("", "si", "s"),
    "back_test_end": ("", "si", "s"),
    "back_test_manifest": ("", "si", "s"),
    "back_test_result": ("", "si", "s"),
    "bill": ("si", "s", "s"),
    "bill_equipment": ("si", "s", "s"),
    "bill_personal": ("si", "s", "sid"),
    "bundled": ("si", "s", "s"),
    "bundling": ("si", "s", "s"),
    "bundling_end": ("si", "s", "s"),
    "consignment": ("si", "s", "s"),
    "consignment_grant": ("si", "s", "s"),
    "credential": ("si", "si", "si"),
    "decision": ("", "si", "s"),
    "datum_learned": ("si", "s", "s"),
    "departure": ("si", "si", "s"),
    "detention": ("s", "si", "s"),
    "detention_addressee": ("s", "si", "s"),
    "detention_document": ("si", "s", "s"),
    "detention_document_secret": ("si", "s", "sd"),
    "detention_given": ("si", "s", "s"),
    "detention_step": ("si", "si", "s"),
    "detention_words": ("si", "s", "sd"),
    "device": ("si", "s", "s"),
    "device_code": ("si", "", "s"),
    "device_condition": ("si", "", "s"),
    "device_secret": ("si", "s", "sid"),
    "driver_key": ("si", "", "s"),
    "driver_key_end": ("si", "", "s"),
    "device_session": ("si", "s", "s"),
    "document": ("si", "s", "sd"),
    "document_key": ("si", "s", "s"),
    "edition": ("", "si", "s"),
    "edition_act": ("", "si", "s"),
    "edition_in_force": ("s", "sid", "s"),
    "equipment": ("si", "s", "s"),
    "examination": ("", "si", "s"),
    "erased": ("", "", "si"),
    "erasure": ("s", "", "si"),
    "erasure_request": ("si", "", "s"),
    "erasure_wish": ("i", "", "sd"),
    "event": ("si", "si", "sid"),
    "event_erased": ("s", "s", "si"),
    "event_id": ("si", "", "s"),
    "feed": ("s", "s", "sid"),
    "frame": ("si", "s", "s"),
    "frame_aside": ("si", "", "s"),
    "frame_aside_raw": ("si", "", "sd"),
    "frame_erased": ("s", "s", "si"),
    "frame_place": ("si", "s", "sd"),
    "frame_raw": ("si", "s", "sd"),
    "grant_revocation": ("si", "s", "s"),
    "grant_settled": ("s", "s", "si"),
    "judgement": ("", "si", "s"),
    "key_event": ("si", "si", "sid"),
    "figure": ("s", "", "siu"),
    "filing_rule": ("si", "s", "s"),
    "installation": ("si", "s", "s"),
    "key_set": ("s", "s", "si"),
    "lease": ("", "", "siu"),
    "link_use": ("si", "si", "sd"),
    "linked": ("", "", "si"),
    "look": ("si", "si", "sd"),
    "login": ("siu", "siu", "sd"),
    "one_time_link": ("si", "si", "sd"),
    "password": ("siu", "siu", "sd"),
    "person_role": ("si", "si", "si"),
    "sign_in_try": ("siu", "", "sd"),
    "log_checkpoint": ("s", "s", "si"),
    "log_cosignature": ("s", "s", "si"),
    "log_halt": ("s", "s", "sid"),
    "log_head": ("s", "s", "siu"),
    "log_leaf": ("s", "s", "si"),
    "log_tile": ("s", "s", "si"),
    "made": ("si", "si", "s"),
    "manifest": ("si", "s", "s"),
    "message": ("si", "s", "si"),
    "message_chunk": ("sid", "s", "sid"),
    "message_secret": ("si", "s", "sid"),
    "message_step": ("si", "", "s"),
    "message_try": ("si", "", "s"),
    "movement": ("si", "s", "s"),
    "movement_link": ("s", "s", "sid"),
    "movement_paper": ("si", "", "s"),
    "movement_reader": ("s", "s", "sid"),
    "notice": ("s", "si", "s"),
    "officer_act": ("", "si", "sd"),
    "officer_key": ("", "si", "s"),
    "officer_key_end": ("", "si", "si"),
    "opening_code": ("si", "", "s"),
    "opening_key": ("si", "", "s"),
    "organisation": ("si", "s", "si"),
    "place": ("s", "s", "si"),
    "place_list": ("s", "s", "si"),
    "outcome": ("si", "s", "si"),
    "partner_profile": ("si", "s", "s"),
    "person": ("si", "si", "sid"),
    "projection": ("", "", "siud"),
    "reader": ("si", "s", "sid"),
    "receipt": ("si", "", "si"),
    "report": ("si", "", "s"),
    "report_linked": ("", "", "si"),
    "risk_table": ("", "si", "s"),
    "schema_migration": ("s", "s", "s"),
    "seal_period": ("si", "si", "s"),
    "seal_period_end": ("si", "si", "s"),
    "serving": ("s", "si", "s"),
    "passed_over": ("", "si", "s"),
    "judged_again": ("", "si", "s"),
    "looked_back": ("", "si", "s"),
    "sheet": ("si", "s", "s"),
    "sheet_secret": ("si", "s", "sd"),
    "sheet_step": ("si", "s", "s"),
    "standing": ("", "s", "siud"),
    "standing_order": ("", "si", "s"),
    "standing_order_revocation": ("", "si", "si"),
    "table_publication": ("", "si", "s"),
    "token": ("si", "si", "si"),
    "token_revocation": ("si", "si", "si"),
    "pass_use": ("", "si", "s"),
    "trip": ("si", "s", "s"),
    "trip_act": ("si", "si", "s"),
    "trip_authority": ("si", "s", "s"),
    "trip_consignment": ("si", "s", "s"),
    "trip_device": ("si", "si", "s"),
    "trip_live": ("", "s", "siud"),
    "trip_partition": ("", "", "su"),
    "trip_policy": ("i", "s", "s"),
    "trip_state": ("", "si", "s"),
    "trip_told": ("", "", "siud"),
    "trip_worker": ("", "", "siud"),
    "webhook": ("sid", "sid", "s"),
    "webhook_cursor": ("sid", "sid", "su"),
    "webhook_delivery": ("sd", "sd", "siud"),
    "webhook_secret": ("sid", "sid", "sd"),
}
# Privileges on one column alone.
BOTH = "waglan_authority UPDATE, waglan_engine UPDATE"
BOTH_UPDATE = "waglan_app UPDATE, waglan_authority UPDATE"
COLUMNS = {  # both may quote whom an erasure is about
    **{
        f"alarm.{name}": BOTH
        for name in (
            "state",
            "version",
            "times",
            "why",
            "due_at",
            "entries",
            "shown_at",
            "ended_at",
            "muted_until",
        )
    },
    **{f"alarm.{name}": "waglan_authority UPDATE" for name in ("seen_at", "assignee", "found_out")},
    "bill.particulars": "waglan_engine UPDATE",
    "consignment.parent": "waglan_app UPDATE",
    "consignment_grant.consignment": "waglan_app UPDATE",
    "alarm.lat_e7": "waglan_engine UPDATE",
    "alarm.lon_e7": "waglan_engine UPDATE",
    "device.terminal": "waglan_engine UPDATE",
    "frame_aside.terminal": "waglan_engine UPDATE",
    "frame_raw.opening": "waglan_engine UPDATE",
    "frame_raw.sealed": "waglan_engine UPDATE",
    "frame_raw.secret_id": "waglan_engine UPDATE",
    "installation.until_at": "waglan_app UPDATE",
    "installation.vehicle": "waglan_engine UPDATE",
    "trip.vehicle": "waglan_engine UPDATE",
    "trip_act.body": "waglan_engine UPDATE",
    "outcome.findings": "waglan_engine UPDATE",
    "trip_device.until_at": "waglan_app UPDATE, waglan_authority UPDATE",
    **{
        f"trip_partition.{name}": "waglan_app SELECT"
        for name in ("partition", "holder", "expires_at", "looked_at")
    },
    "sheet_step.sealed": "waglan_engine UPDATE",
    "sheet_step.marks": "waglan_engine UPDATE",
    "decision.told": "waglan_engine UPDATE",
    "notice.told": "waglan_engine UPDATE",
    "webhook_cursor.after_seq": BOTH_UPDATE,
    "webhook_cursor.is_on": BOTH_UPDATE,
    "webhook_cursor.stopped": BOTH_UPDATE,
    "webhook_cursor.is_told": BOTH_UPDATE,
    "webhook_cursor.failures": BOTH_UPDATE,
    "webhook_cursor.failing_since": BOTH_UPDATE,
    "webhook_cursor.rests_until": BOTH_UPDATE,
    "webhook_delivery.state": BOTH_UPDATE,
    "webhook_delivery.tries": BOTH_UPDATE,
    "webhook_delivery.next_at": BOTH_UPDATE,
    "webhook_secret.until_at": BOTH_UPDATE,
}
SEQUENCES = {
    "consignment_block": {"waglan_app USAGE"},
    "frame_block": {"waglan_app USAGE"},
    "movement_block": {"waglan_app USAGE"},
    "event_block": {f"{role} USAGE" for role in ROLES},
}
LETTERS = {"SELECT": "s", "INSERT": "i", "UPDATE": "u", "DELETE": "d"}

# Functions that run with their owner's rights, and who may call them.
DEFINERS = {
    "account_at(text,bytea)": {"waglan_app"},
    "link_at(bytea,timestamp with time zone)": {"waglan_app"},
    "authenticate(bytea,timestamp with time zone)": set(ROLES),
    "addressee_at(text)": set(ROLES),
    "filers(bigint[])": {"waglan_app"},
    "authority_addresses()": set(ROLES),
    "authority_at(text)": set(ROLES),
    "bills_of_call(text)": {"waglan_app", "waglan_authority"},
    "coded(text[])": {"waglan_authority"},
    "device_at(text,text)": {"waglan_app"},
    "make_event_month(date)": {"waglan_engine"},
    "names_bill(bigint[])": {"waglan_app", "waglan_authority"},
    "shown_by_name(bigint[])": {"waglan_app", "waglan_authority"},
    "terminals_shown(bigint[])": {"waglan_authority"},
    "adopt_policy(bigint,bigint)": {"waglan_app"},
    "trip_batches(uuid,bigint[])": {"waglan_authority"},
    "trip_events(uuid,bigint[])": {"waglan_authority"},
}
SEARCH_PATH = "search_path=pg_catalog, public, pg_temp"

# A unique key that leads with an organisation tells a tenant nothing of others' rows. Those that
# don't hold what no client can choose, or belong to whoever may see them all.
OURS = "a number or random id that we make; no client can choose one to see whether it is taken"
OPERATOR = "the operator alone writes here, and sees the whole directory"
ENGINE = "the engine alone writes here"
KEYS_WITHOUT_ORG = {
    "address(address)": OPERATOR,
    "alarm(alarm_id)": OURS,
    "alarm(id)": OURS,
    "alarm_step(alarm_id,act_id)": "the id is a client's, of an alarm of his own authority",
    "alarm_step(alarm_id,n)": OURS,
    "answer(message_id,kind,cause)": OURS,
    "answer(message_id,n)": OURS,
    "message_step(message_id,n)": OURS,
    "message_try(message_id,n)": OURS,
    "assembly(assembly_id)": OURS,
    "assembly_alert(assembly_id)": OURS,
    "assembly_end(assembly_id)": OURS,
    "assembly_part(assembly_id,number)": OURS,
    "bill(consignment,manifest_id)": OURS,
    "bill_equipment(manifest_id,container,consignment)": OURS,
    "bill_personal(consignment,manifest_id)": OURS,
    "consignment(consignment)": OURS,
    "consignment_grant(grant_id)": OURS,
    "credential(credential)": OURS,
    "decision(consignment,event_id)": OURS,
    "decision(consignment,version)": OURS,
    "detention(detention_id)": OURS,
    "detention_addressee(detention_id,n)": OURS,
    "detention_document(document_id)": OURS,
    "detention_document_secret(document_id)": OURS,
    "detention_given(document_id)": OURS,
    "detention_step(detention_id,event_id)": OURS,
    "detention_words(detention_id,event_id)": OURS,
    "detention_words(id)": OURS,
    "device(device_id)": OURS,
    "device(id)": OURS,
    "device(protocol,terminal)": OPERATOR,
    "bundled(bundling_id,ccrn)": OURS,
    "bundling(bundling_id)": OURS,
    "bundling(id)": OURS,
    "bundling_end(bundling_id)": OURS,
    "device_code(code_id)": OURS,
    "driver_key(key_id)": OURS,
    "driver_key_end(key_id)": OURS,
    "opening_code(trip_id,ask_sha256)": "a hash of what a driver signed, of his own trip",
    "opening_code(trip_id,n)": OURS,
    "opening_key(key_id)": OURS,
    "device_condition(condition_id)": OURS,
    "device_secret(secret_id)": OURS,
    "datum_learned(learned_id)": OURS,
    "device_session(id)": OURS,
    "device_session(session_id)": OURS,
    "document(document_id)": OURS,
    "document(message_id,place)": OURS,
    "edition(edition_id)": OURS,
    "edition(id)": "the id is an officer's, and random; a taken one says nothing of the other",
    "edition_act(edition_act_id)": OURS,
    "edition_act(edition_id,org,officer,act)": OURS,
    "edition_in_force(edition_id)": OURS,
    "equipment(manifest_id,n)": OURS,
    "erased(kind,target,erasure)": ENGINE,
    "erasure(erasure)": ENGINE,
    "erasure_request(request)": OURS,
    "erasure_wish(request)": OURS,
    "event(month,event_id)": OURS,
    "assessment(consignment,event_id)": OURS,
    "back_test(back_test_id)": OURS,
    "back_test_end(back_test_id)": OURS,
    "back_test_manifest(back_test_id,manifest_id)": OURS,
    "back_test_result(back_test_id,manifest_id)": OURS,
    "examination(consignment,event_id)": OURS,
    "event_erased(event_id)": ENGINE,
    "frame(device_id,same,turn)": OURS,
    "frame(frame_id)": OURS,
    "frame_aside(aside_id)": OURS,
    "frame_aside_raw(aside_id)": OURS,
    "frame_erased(frame_id)": ENGINE,
    "frame_place(frame_id)": OURS,
    "frame_raw(frame_id)": OURS,
    "grant_revocation(grant_id)": OURS,
    "grant_settled(grant_id,is_revoked)": ENGINE,
    "installation(id)": OURS,
    "installation(installation_id)": OURS,
    "judgement(manifest_id)": OURS,
    "key_event(kind,key,event_id)": "the key is a client's, but the event's number is ours",
    "link_use(link)": OURS,
    "one_time_link(link)": OURS,
    "one_time_link(secret_sha256)": OURS,
    "linked(manifest_id)": ENGINE,
    "manifest(assembly_id)": OURS,
    "manifest(manifest_id)": OURS,
    "message(message_id)": OURS,
    "message_secret(message_id)": OURS,
    "movement(movement_id)": OURS,
    "movement_link(movement_id,consignment)": ENGINE,
    "movement_paper(movement_id)": OURS,
    "notice(consignment,event_id)": OURS,
    "organisation(party)": OPERATOR,
    "outcome(message_id)": OURS,
    "person(subject)": OURS,
    "report(message_id,place)": OURS,
    "report(report_id)": OURS,
    "report_linked(report_id)": ENGINE,
    "seal_period(seal_id)": OURS,
    "seal_period_end(seal_id)": OURS,
    "serving(event_id)": OURS,
    "passed_over(manifest_id)": OURS,
    "judged_again(consignment,manifest_id)": OURS,
    "looked_back(manifest_id)": OURS,
    "standing(consignment)": ENGINE,
    "token(secret_sha256)": OURS,
    "token(token)": OURS,
    "token_revocation(token)": OURS,
    "trip(id)": OURS,
    "trip(trip_id)": OURS,
    "trip_act(trip_id,act_id)": "the id is a client's, of a trip that he is on",
    "trip_act(trip_id,n)": OURS,
    "trip_authority(trip_id,authority)": OURS,
    "trip_consignment(trip_id,number)": "the number is a client's, of a trip of his own",
    "trip_device(trip_device_id)": OURS,
    "trip_live(trip_id,authority)": ENGINE,
    "trip_policy(trip_id,authority)": OURS,
    "trip_state(trip_id,authority,as_of)": OURS,
    "trip_told(trip_id,authority)": ENGINE,
    "webhook(id)": OURS,
    "webhook(webhook_id)": OURS,
    "webhook_cursor(webhook_id)": OURS,
    "webhook_delivery(webhook_id,event_id)": OURS,
    "webhook_secret(secret_id)": OURS,
}


@pytest.fixture(scope="module")
def catalogue(module_database: Dsn) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(module_database.admin or "", autocommit=True) as conn:
        conn.execute("set role waglan_engine")
        conn.execute("select make_event_month('2031-05-01')")
        conn.execute("reset role")
        yield conn


def rows(catalogue: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return list(catalogue.execute(query.encode()).fetchall())


TABLES = """
select relname, relkind, relrowsecurity, relforcerowsecurity, relispartition, oid
from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'f')
"""


def test_every_tenant_table_has_row_security_that_binds_its_owner_too(
    catalogue: psycopg.Connection[Any],
) -> None:
    found = {
        name: (on, forced) for name, _, on, forced, partition, _ in rows(catalogue, TABLES)
        if not partition
    }  # fmt: skip
    assert {name for name, kind in found.items() if kind != (True, True)} == set(NO_TENANT)
    assert set(found) == set(PRIVILEGES)


def test_each_role_has_the_privileges_written_down_and_no_others(
    catalogue: psycopg.Connection[Any],
) -> None:
    granted: dict[str, dict[str, str]] = {name: {} for name in PRIVILEGES}
    acl = """
    select c.relname, coalesce(r.rolname, 'public'), a.privilege_type, a.is_grantable
    from pg_class c, aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and a.grantee <> c.relowner
    """
    for table, role, privilege, is_grantable in rows(catalogue, acl):
        assert role in ROLES, f"{role} on {table}"
        assert not is_grantable
        before = granted[table].get(role, "")
        granted[table][role] = "".join(sorted(before + LETTERS[privilege], key="siud".index))
    found = {table: tuple(by.get(role, "") for role in ROLES) for table, by in granted.items()}
    assert found == PRIVILEGES
    columns = """
    select c.relname || '.' || attname,
        string_agg(a.grantee::regrole::text || ' ' || a.privilege_type, ', '
            order by a.grantee::regrole::text)
    from pg_attribute join pg_class c on c.oid = attrelid, aclexplode(attacl) a
    where c.relnamespace = 'public'::regnamespace group by 1
    """
    assert dict(rows(catalogue, columns)) == COLUMNS


def test_a_partition_is_reached_through_its_parent_alone(
    catalogue: psycopg.Connection[Any],
) -> None:
    partitions = [row for row in rows(catalogue, TABLES) if row[4]]
    assert {"event_default", "event_203105", "key_event_7"} <= {row[0] for row in partitions}
    for role in ROLES:
        for name, *_ in partitions:
            [(may,)] = rows(
                catalogue,
                f"select has_table_privilege('{role}', 'public.{name}',"
                " 'select, insert, update, delete, truncate')",
            )
            assert not may, f"{role} reaches {name} past its parent's policies"


def test_sequences_are_used_by_those_who_number_and_by_nobody_else(
    catalogue: psycopg.Connection[Any],
) -> None:
    acl = """
    select c.relname, array_agg(a.grantee::regrole::text || ' ' || a.privilege_type order by 1)
    from pg_class c, aclexplode(c.relacl) a
    where c.relkind = 'S' and c.relnamespace = 'public'::regnamespace and a.grantee <> c.relowner
    group by 1
    """
    found = {name: set(granted) for name, granted in rows(catalogue, acl)}
    assert found == SEQUENCES


def test_no_view_reads_with_its_owners_eyes_and_no_copy_is_shown(
    catalogue: psycopg.Connection[Any],
) -> None:
    views = "select relname, reloptions, relkind, relacl from pg_class"
    views += " where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')"
    for name, options, kind, acl in rows(catalogue, views):
        assert kind == "v" or acl is None, f"{name} would show what it copied to anybody"
        assert kind == "m" or "security_invoker=true" in (options or []), name


def test_only_listed_functions_run_with_their_owners_rights(
    catalogue: psycopg.Connection[Any],
) -> None:
    found = rows(
        catalogue,
        """
        select p.oid::regprocedure::text, p.proconfig, pg_get_userbyid(p.proowner),
            array(select coalesce(r.rolname, 'public') from aclexplode(coalesce(p.proacl,
                acldefault('f', p.proowner))) a left join pg_roles r on r.oid = a.grantee
                where a.grantee <> p.proowner)
        from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef
        """,
    )
    assert {name: set(callers) for name, _, _, callers in found} == DEFINERS
    assert {tuple(config) for _, config, _, _ in found} == {(SEARCH_PATH,)}
    assert {owner for _, _, owner, _ in found} == {"waglan_owner"}


def test_a_unique_key_leads_with_its_organisation_or_says_why_not(
    catalogue: psycopg.Connection[Any],
) -> None:
    keys = """
    select t.relname, array(select a.attname from unnest(x.indkey) with ordinality k (n, at)
        join pg_attribute a on a.attrelid = t.oid and a.attnum = k.n order by k.at)
    from pg_index x join pg_class t on t.oid = x.indrelid
    where x.indisunique and not t.relispartition and t.relnamespace = 'public'::regnamespace
    """
    without = {
        f"{table}({','.join(columns)})"
        for table, columns in rows(catalogue, keys)
        if columns[0] not in {"org", "authority"} and table not in NO_TENANT
    }
    assert without == set(KEYS_WITHOUT_ORG)


POLICIES = """
select c.relname, polname, array(select rolname from pg_roles r where r.oid = any(polroles)),
    coalesce(pg_get_expr(polqual, polrelid), ''), coalesce(pg_get_expr(polwithcheck, polrelid), ''),
    polpermissive, 0 = any (polroles)
from pg_policy join pg_class c on c.oid = polrelid where relnamespace = 'public'::regnamespace
"""


def test_no_policy_says_or(catalogue: psycopg.Connection[Any]) -> None:
    for table, policy, _, using, check, _, _ in rows(catalogue, POLICIES):
        said = f"{using} {check}".upper()
        assert " OR " not in said, f"{policy} on {table} would be two policies"


def test_a_policy_is_for_named_roles_and_tenants_are_named_in_it(
    catalogue: psycopg.Connection[Any],
) -> None:
    for table, policy, roles, using, check, _, for_public in rows(catalogue, POLICIES):
        assert not for_public, f"{policy} on {table}"
        assert set(roles) <= {"waglan_owner", *ROLES}
        if set(roles) & {"waglan_app", "waglan_authority"}:
            assert "waglan_engine" not in roles
            said = using + check
            names_tenant = "current_org()" in said or "is_operator()" in said
            assert names_tenant or (table, policy) == ("organisation", "directory")


def test_targeting_is_out_of_the_filers_role_altogether() -> None:
    secret = {"risk_table", "standing_order", "officer_key", "judgement", "decision", "standing"}
    secret |= {"judged_again", "looked_back", "alarm", "alarm_step"}
    secret |= {"officer_act", "officer_key_end", "examination", "table_publication", "assessment"}
    secret |= {"back_test", "back_test_manifest", "back_test_result", "back_test_end"}
    assert {table for table in secret if PRIVILEGES[table][0]} == set()


def test_nobody_logs_in_as_the_owner_and_no_role_passes_row_security(
    catalogue: psycopg.Connection[Any],
) -> None:
    found = {
        name: rest
        for name, *rest in rows(
            catalogue,
            "select rolname, rolcanlogin, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb"
            " or rolreplication from pg_roles where rolname like 'waglan%'",
        )
    }
    assert found == {"waglan_owner": [False, False]} | {role: [True, False] for role in ROLES}
    members = """
    select r.rolname, m.rolname from pg_auth_members a
    join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
    where m.rolname like 'waglan%' and m.rolname <> current_user
    """
    assert rows(catalogue, members) == []


def test_no_http_code_reaches_the_engines_connections() -> None:
    for path in sorted((SRC / "gateway/http").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            touches = isinstance(node, ast.Attribute) and node.attr == "engine"
            named = isinstance(node, ast.Constant) and node.value == "engine"
            assert not touches, path.name
            assert not named, path.name
