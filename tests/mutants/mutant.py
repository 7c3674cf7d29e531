"""Small faults, each of which breaks a promise, and the tests that must notice."""

from dataclasses import dataclass

MIGRATIONS = "store/migrations"
RACES = "tests/durability/test_races.py"
ORDER = "tests/durability/test_order_of_durability.py"
SCHEMA = "tests/store/test_schema.py::test_the_schema_written_down_is_the_one_that_the_steps_build"
FLUSHED = (
    f"{ORDER}::test_an_acknowledgement_is_preceded_by_the_flush_of_the_receipt_it_acknowledges"
)
CATALOGUE = "tests/store/test_tenancy_catalogue.py"
BAD_INPUT = "tests/scenarios/test_bad_input.py"
ARRIVAL = "tests/scenarios/test_filed_before_arrival.py"


@dataclass(frozen=True)
class Mutant:
    """One fault: in `file`, `old` becomes `new`; without `old`, `new` is put at the file's end."""

    name: str
    file: str
    new: str
    noticed_by: tuple[str, ...]
    old: str = ""


MUTANTS = (
    Mutant(
        "a commit does not wait for the disk",
        "store/embedded/configuration.py",
        "synchronous_commit = off",
        (
            "tests/store/test_embedded.py::test_it_is_durable_and_has_checksums",
            FLUSHED,
        ),
        old="synchronous_commit = on",
    ),
    Mutant(
        "acknowledged before the commit",
        "gateway/http/messages.py",
        """
    async def later() -> None:
        await asyncio.sleep(0.3)
        await _receive(visitor, kept, salt, _key(head, kept, idempotency_key))

    request.state.later = asyncio.create_task(later())
    return MessageView(
        id=kept.id, sha256=kept.sha256.hex(), size=kept.size, received_at=kept.received_at,
        state="waiting", findings=[], answers=[],
    )
""",
        (
            FLUSHED,
            f"{ORDER}::test_what_is_acknowledged_is_committed_when_the_answer_comes",
        ),
        old="    received = await "
        "_receive(visitor, kept, salt, _key(head, kept, idempotency_key))\n",
    ),
    Mutant(
        "a policy is dropped",
        f"{MIGRATIONS}/0003_messages.sql",
        "DROP POLICY own ON receipt;",
        (f"{BAD_INPUT}::test_the_same_bytes_again_get_the_old_answer_and_count_once",),
    ),
    Mutant(
        "a policy lets everybody see every bill",
        f"{MIGRATIONS}/0004_cargo.sql",
        "ALTER POLICY own ON bill USING (true);",
        (SCHEMA,),
    ),
    Mutant(
        "the filer's role may change events",
        f"{MIGRATIONS}/0002_log.sql",
        "GRANT UPDATE ON event TO waglan_app;",
        (f"{CATALOGUE}::test_each_role_has_the_privileges_written_down_and_no_others",),
    ),
    Mutant(
        "the filer's role may read decisions",
        f"{MIGRATIONS}/0005_customs.sql",
        "GRANT SELECT ON decision TO waglan_app;",
        (f"{CATALOGUE}::test_each_role_has_the_privileges_written_down_and_no_others",),
    ),
    Mutant(
        "row security does not bind the owner",
        f"{MIGRATIONS}/0003_messages.sql",
        "ALTER TABLE message NO FORCE ROW LEVEL SECURITY;",
        (f"{CATALOGUE}::test_every_tenant_table_has_row_security_that_binds_its_owner_too",),
    ),
    Mutant(
        "nobody looks whether a message came before",
        "operations/receive_message.py",
        '    known, key = None, f"{key}{message.id}"\n    clash',
        (
            f"{RACES}::test_two_identical_posts_at_once_are_one_message_and_one_replay",
            f"{BAD_INPUT}::test_the_same_bytes_again_get_the_old_answer_and_count_once",
        ),
        old="    known = await messages.receipt(tx, message.source, key)\n    clash",
    ),
    Mutant(
        "the sequencer numbers what others may still join",
        "store/log.py",
        "pg_snapshot_xmax(pg_current_snapshot())",
        (f"{RACES}::test_an_earlier_writer_who_commits_later_is_passed_by_no_number",),
        old="pg_snapshot_xmin(pg_current_snapshot())",
    ),
    Mutant(
        "a fenced sequencer writes on",
        "store/lease.py",
        "    if row is None:\n",
        (f"{RACES}::test_a_holder_whose_time_is_up_is_fenced_before_he_writes",),
        old="    if row != (holder, epoch):\n",
    ),
    Mutant(
        "two workers do one piece",
        "store/lease.py",
        "    if row is None:\n        raise Claimed",
        (f"{RACES}::test_two_workers_take_one_message_and_it_has_one_outcome",),
        old="    if not row or not row[0]:\n        raise Claimed",
    ),
    Mutant(
        "anybody sends under anybody's address",
        "operations/work_off_message.py",
        "    if False:\n",
        (f"{BAD_INPUT}::test_a_sender_who_is_not_who_he_says_declares_nothing",),
        old="    if address not in sender.addresses:\n",
    ),
    Mutant(
        "the filer sees what is decided before he is told",
        f"{MIGRATIONS}/0006_keeping.sql",
        "CREATE POLICY leak ON event FOR SELECT TO waglan_app USING (EXISTS (SELECT 1 FROM reader r"
        " WHERE r.org = current_org() AND r.consignment = event.consignment));"
        "CREATE POLICY leak ON key_event FOR SELECT TO waglan_app USING (true);",
        (
            f"{ARRIVAL}::test_nothing_is_decided_without_an_officers_order_and_nothing_told_before_a_notice",
        ),
    ),
    Mutant(
        "two who serve at once do not wait for each other",
        "store/serving.py",
        "SELECT length('serving ' || current_org())",
        (f"{RACES}::test_two_officers_who_serve_at_once_tell_the_filer_once",),
        old="SELECT pg_advisory_xact_lock(hashtextextended('serving ' || current_org(), 0))",
    ),
)
