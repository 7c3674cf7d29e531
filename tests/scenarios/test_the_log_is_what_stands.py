"""What the tables say of a status is what the log says, and no event is gone but by its word."""

import httpx
import pytest
from command_line import CommandLine
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest
from tampering import tampering

from waglan.customs.officer_act import Kind

STATUSES = {
    "decided otherwise": "UPDATE decision SET status = 'not-selected' WHERE {bill}",
    "decided on another bill": "UPDATE decision SET consignment = 0 WHERE {bill}",
    "decided by another": "UPDATE decision SET decided_by = 'Sample Nobody' WHERE {bill}",
    "decided by another act": "UPDATE decision SET act_id = NULL WHERE {bill}",
    "decided under an order": "UPDATE decision SET order_id = 'SO-1' WHERE {bill}",
    "decided by another rule": "UPDATE decision SET fired = '{{HK-MAN-001}}' WHERE {bill}",
    "decided of another manifest": "UPDATE decision SET manifest_id = 0 WHERE {bill}",
    "not decided": "DELETE FROM decision WHERE {bill}",
    "served otherwise": "UPDATE notice SET status = 'not-selected' WHERE {bill}",
    "not served": "DELETE FROM notice WHERE {bill}",
    "served at another time": "UPDATE notice SET served_at = now() + interval '1 h' WHERE {bill}",
    "served of another bill": "UPDATE notice SET number = 'SYNVER2' WHERE {bill}",
    "decided once more": """INSERT INTO decision SELECT authority, consignment, 0, manifest_id,
        'cleared', fired, targeting, order_id, decided_by, decided_at, version + 1, act_id, told
        FROM decision WHERE {bill}""",
    "decided once more, as if that had been erased": """WITH more AS (INSERT INTO decision
        SELECT authority, consignment, 7, manifest_id, 'cleared', fired, targeting, order_id,
        decided_by, decided_at, version + 1, act_id, told FROM decision WHERE {bill} RETURNING 1)
        INSERT INTO event_erased SELECT 7, now(), 'none' FROM more""",
    "served of another version": "UPDATE notice SET version = 77 WHERE {bill}",
    "served once more": """INSERT INTO notice SELECT authority, consignment, 0, manifest_id,
        'cleared', now(), told, number, manifest, version, call FROM notice WHERE {bill}""",
}


@pytest.fixture
def waglan(waglan: CommandLine, instance: Instance) -> CommandLine:
    return waglan.operates(instance).signs_in(instance.operator.headers["Authorization"])


@pytest.fixture(scope="module")
def detained(instance: Instance) -> str:
    """What picks a bill that an officer has detained."""
    line = instance.let_in("verify-line", "carrier", addresses=("VERIFYLINE:ZZZ",))
    customs = instance.let_in("verify-customs", "customs", addresses=("VERIFYCUSTOMS:ZZZ",))
    officer = Officer(customs)
    paper = manifest(Call("VERIFYLINE", "VERIFYCUSTOMS", "VER1"), Paper("SYNVER1"))
    assert filed(line, paper)["state"] == "accepted"
    seen = officer.sees("SYNVER1")
    said = {"reason": "a look", "instruction": "Keep it closed."}
    assert officer.does(Kind.DETAIN, bills=seen, **said).status_code == 201
    officer.serves("9811000/001E")
    [served] = wait(lambda: numbers(line, "customs.notice-served") or None)
    assert wait(lambda: line.get(f"/v1/evidence/{served}").is_success or None)
    return "consignment = (SELECT consignment FROM consignment WHERE number = 'SYNVER1')"


@pytest.mark.parametrize("change", STATUSES.values(), ids=STATUSES)
def test_a_status_is_not_changed_in_its_table_unseen(
    waglan: CommandLine, instance: Instance, detained: str, change: str
) -> None:
    tables = ("decision", "notice", "event_erased")
    with tampering(instance, *tables) as conn:
        conn.execute(change.format(bill=detained).encode())
        ran = waglan("log", "verify")
    assert (ran.status, "LOG-STATUS-" in ran.err) == (1, True)
    assert waglan("log", "verify").status == 0


ROWS = {
    "a lighter bill": """UPDATE bill SET particulars = convert_to(
        replace(convert_from(particulars, 'UTF8'), '120000', '1000'), 'UTF8') WHERE {bill}""",
    "a bill below another": "UPDATE bill SET parent = 'X' WHERE {bill}",
    "no bill": "DELETE FROM bill WHERE {bill}",
    "another message": "UPDATE message SET sha256 = sha256(sha256) WHERE {message}",
    "another's token": "UPDATE message SET token = 'tok_' || repeat('0', 32) WHERE {message}",
    "no message": "DELETE FROM message WHERE {message}",
}


@pytest.mark.parametrize("change", ROWS.values(), ids=ROWS)
def test_a_bill_or_a_message_is_not_changed_in_its_table_unseen(
    waglan: CommandLine, instance: Instance, detained: str, change: str
) -> None:
    newest = "message_id = (SELECT max(message_id) FROM message)"
    found = "LOG-BILL-DIFFERS" if "{bill}" in change else "LOG-MESSAGE-DIFFERS"
    with tampering(instance, "bill", "message") as conn:
        conn.execute("SET session_replication_role = replica")  # what points at it stays
        wanted = change.format(bill=detained, message=newest)
        assert conn.execute(wanted.encode()).rowcount == 1
        ran = waglan("log", "verify")
    assert (ran.status, found in ran.err) == (1, True), ran.err
    assert waglan("log", "verify").status == 0


RAW = {
    "another byte": """UPDATE message_chunk
        SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE {chunk}""",
    "none": "DELETE FROM message_chunk WHERE {chunk}",
    "another salt": """UPDATE message_secret
        SET key_salt = substr(sha256(key_salt), 1, 16) WHERE {message}""",
}


@pytest.mark.parametrize("change", RAW.values(), ids=RAW)
@pytest.mark.usefixtures("detained")
def test_the_raw_bytes_of_a_message_are_not_changed_unseen(
    waglan: CommandLine, instance: Instance, change: str
) -> None:
    newest = "(SELECT max(message_id) FROM message)"
    of_chunk = f"(org, id) = (SELECT org, id FROM message WHERE message_id = {newest})"
    with tampering(instance, "message_chunk", "message_secret") as conn:
        conn.execute("SET session_replication_role = replica")
        wanted = change.format(chunk=of_chunk, message=f"message_id = {newest}")
        assert conn.execute(wanted.encode()).rowcount == 1
        ran = waglan("log", "verify")
    assert (ran.status, "LOG-RAW-DIFFERS" in ran.err) == (1, True), ran.err
    assert waglan("log", "verify").status == 0


def test_without_the_vaults_key_raw_messages_are_said_to_be_uncompared(
    waglan: CommandLine, instance: Instance, detained: str
) -> None:
    assert detained
    key = instance.home / "keys" / "vault.key"
    aside = key.rename(key.with_suffix(".aside"))
    try:
        ran = waglan("log", "verify")
    finally:
        aside.rename(key)
    assert (ran.status, "LOG-RAW-SEALED" in ran.err) == (0, True)


EVENTS = {
    "LOG-EVENT-UNNUMBERED": """INSERT INTO event SELECT -1, month, tx, org, code, about_kind, about,
        consignment, happened_at, recorded_at, salt, canonical FROM event WHERE {bill} LIMIT 1""",
    "LOG-NOT-ERASED": """INSERT INTO event_erased SELECT event_id, now(), 'none' FROM event
        WHERE {bill} LIMIT 1""",
}


@pytest.mark.parametrize("code", EVENTS)
def test_no_event_is_put_in_beside_the_log_or_marked_erased_unseen(
    waglan: CommandLine, instance: Instance, detained: str, code: str
) -> None:
    with tampering(instance, "event", "event_erased") as conn:
        conn.execute(EVENTS[code].format(bill=detained).encode())
        ran = waglan("log", "verify")
    assert (ran.status, code in ran.err) == (1, True), ran.err
    assert waglan("log", "verify").status == 0


def test_an_erasure_that_the_log_tells_of_is_no_gap_and_is_not_erased_itself(
    waglan: CommandLine, instance: Instance, detained: str
) -> None:
    seq = numbers(instance.operator, "party.organisation-registered")[-1]
    assert waglan("erase", "event", str(seq), "--rule", "r").status == 0
    assert waglan("log", "verify").status == 0
    [telling] = wait(lambda: numbers(instance.operator, "privacy.subject-erased") or None)
    again = waglan("erase", "event", str(telling), "--rule", "r")
    assert (again.status, " 0 events," in again.out) == (0, True)
    ran = waglan("log", "verify")
    assert (ran.status, "content is gone: 1." in ran.out) == (0, True)


def numbers(client: httpx.Client, code: str) -> list[int]:
    told = client.get("/v1/events", params={"limit": 100}).json()["events"]
    return [event["seq"] for event in told if event["code"] == code]
