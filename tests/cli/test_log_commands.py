"""`waglan log` and `waglan verify` over a running instance whose log two witnesses cosign."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from command_line import CommandLine
from running_instance import ORIGIN, Instance
from tampering import tampering
from witness_process import WitnessProcess, two_witnesses

from waglan.gateway.keys import keys
from waglan.gateway.witness import WitnessAt


@pytest.fixture(scope="module")
def two(
    tmp_path_factory: pytest.TempPathFactory, instance_home: Path
) -> Iterator[list[WitnessProcess]]:
    log_key = keys(instance_home / "keys", ORIGIN).checkpoint.verifier
    with two_witnesses(tmp_path_factory.mktemp("witnesses"), log_key) as started:
        yield started


@pytest.fixture(scope="module")
def witnesses(two: list[WitnessProcess]) -> tuple[WitnessAt, ...]:
    return tuple(WitnessAt(one.url, one.key) for one in two)


@pytest.fixture
def waglan(waglan: CommandLine, instance: Instance, two: list[WitnessProcess]) -> CommandLine:
    waglan.set("WAGLAN_WITNESSES", ",".join(f"{one.url} {one.key.text}" for one in two))
    return waglan.operates(instance).signs_in(instance.operator.headers["Authorization"])


@pytest.fixture
def bundle(instance: Instance, tmp_path: Path) -> Path:
    """The proof of the first event, once both witnesses have cosigned."""
    for _ in range(200):
        answer = instance.operator.get("/v1/evidence/0")
        if answer.is_success and answer.text.count("\\n\u2014 ") == 3:
            (tmp_path / "bundle.json").write_bytes(answer.content)
            return tmp_path / "bundle.json"
        threading.Event().wait(0.1)
    raise AssertionError(f"not cosigned in time: {answer.text}")


def test_the_key_is_the_line_that_verifiers_pin(waglan: CommandLine, instance: Instance) -> None:
    assert waglan("log", "key").out == f"{instance.log_key.text}\n"


def test_the_log_is_shown_in_its_order(waglan: CommandLine, bundle: Path) -> None:
    shown = waglan("log", "show", "--limit", "1")
    assert shown.out.split()[0] == "0"
    assert "party operator" in shown.out
    events = json.loads(waglan("log", "show", "--json").out)["events"]
    assert [event["seq"] for event in events] == [*range(len(events))]
    assert waglan("log", "show", "--after", "-2").status == 2
    code, kind = events[0]["code"], events[0]["about"]["kind"]
    asked = ("--code", code, "--kind", kind, "--since", "2026-01-01", "--until", "2099-01-01")
    found = json.loads(waglan("log", "show", "--json", *asked).out)["events"]
    assert found == [one for one in events if (one["code"], one["about"]["kind"]) == (code, kind)]
    assert waglan("log", "show", "--code", "none").status == 2


def test_a_proof_is_witnessed_by_those_one_believes_in(
    waglan: CommandLine, instance: Instance, bundle: Path, two: list[WitnessProcess]
) -> None:
    pinned = [word for one in two for word in ("--witness", one.key.text)]
    key = ("--key", instance.log_key.text)
    whole = waglan("verify", str(bundle), *key, *pinned)
    assert (whole.status, whole.out.splitlines()[0][:10]) == (0, "WITNESSED:")
    assert "witness customs.test/witness" in whole.out
    assert json.loads(whole.out.splitlines()[-1])["said_by"] == "operator"
    signed = waglan("verify", str(bundle), *key)
    assert (signed.status, signed.out[:7]) == (0, "SIGNED:")
    assert "LOG-NO-WITNESS" in signed.err
    assert "require" not in signed.err
    waglan.set("WAGLAN_LANG", "zh-Hant-HK")
    assert waglan("verify", str(bundle), *key, *pinned).out.startswith("已見證")


def test_a_proof_is_not_witnessed_by_a_stranger(
    waglan: CommandLine, instance: Instance, bundle: Path, two: list[WitnessProcess]
) -> None:
    stranger = "stranger.test/witness+8ea7e5ac+BAYZBw0RbXqMgNEbnBd/Ibcw+ukoVbD30Gyqr3vn4WkK"
    ran = waglan("verify", str(bundle), "--key", instance.log_key.text, "--witness", stranger)
    assert ran.status == 2  # its id does not fit: no key at all
    mine = two[0].key.text
    ran = waglan(
        "verify", str(bundle), "--key", instance.log_key.text, "--witness", mine, "--needed", "2"
    )
    assert (ran.status, "CLI-KEY" in ran.err) == (2, True)


def test_a_changed_proof_is_not_proven(
    waglan: CommandLine, instance: Instance, bundle: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.json"
    changed.write_bytes(bundle.read_bytes().replace(b"Operator of", b"Operator 0f"))
    ran = waglan("verify", str(changed), "--key", instance.log_key.text)
    assert (ran.status, ran.out) == (1, "NOT PROVEN.\n")
    changed.write_bytes(b"{}")
    assert waglan("verify", str(changed), "--key", instance.log_key.text).status == 2
    assert waglan("verify", str(tmp_path / "none"), "--key", instance.log_key.text).status == 2
    assert waglan("verify", str(bundle), "--key", "no key").status == 2
    assert waglan("verify", str(bundle)).status == 2


def test_an_untouched_log_stands(waglan: CommandLine, bundle: Path) -> None:
    ran = waglan("log", "verify")
    assert ran.status == 0, ran.err
    assert ran.out.startswith("The log stands as it was signed: ")
    assert "bank.test/witness, customs.test/witness" in ran.out


def test_an_untouched_log_stands_for_an_outsider_too(
    waglan: CommandLine, instance: Instance, bundle: Path
) -> None:
    ran = waglan("log", "verify", "--url", instance.address, "--key", instance.log_key.text)
    assert (ran.status, ran.err, "content is gone" in ran.out) == (0, "", False)
    other = instance.log_key.text.replace(ORIGIN, "other.test/log")
    assert waglan("log", "verify", "--url", instance.address, "--key", other).status == 2
    nowhere = waglan("log", "verify", "--url", "http://127.0.0.1:1")
    assert (nowhere.status, "CLI-NO-ANSWER" in nowhere.err) == (2, True)


CHANGES = {
    "its words": "UPDATE event SET canonical = canonical || ' '::bytea WHERE {first}",
    "its salt": "UPDATE event SET salt = sha256(salt)::bytea WHERE {first}",
    "its code": "UPDATE event SET code = 'token.revoked' WHERE {first}",
    "what it is about": "UPDATE event SET about = 'somebody-else' WHERE {first}",
    "when it happened": "UPDATE event SET happened_at = happened_at - interval '1 s' WHERE {first}",
    "its number inside": "UPDATE event SET event_id = event_id + 1000 WHERE {first}",
    "its month": "UPDATE event SET month = month - interval '1 year' WHERE {first}",
    "who said it": "UPDATE event SET org = org + 1 WHERE {first}",
    "the kind of what it is about": "UPDATE event SET about_kind = 'bill' WHERE {first}",
    "when it was recorded": "UPDATE event SET recorded_at = recorded_at + interval '1 s'"
    " WHERE {first}",
    "the bill it points at": "UPDATE event SET consignment = 1 WHERE {first}",
    "the whole row": "DELETE FROM event WHERE {first}",
    "its words change places with another's": """UPDATE event e
        SET salt = o.salt, canonical = o.canonical FROM event o, log_leaf x, log_leaf y
        WHERE x.event_id = e.event_id AND y.event_id = o.event_id
          AND (x.seq, y.seq) IN ((0, 1), (1, 0))""",
    "its row is gone, and an event without a number says that it was erased": """WITH gone AS (
            DELETE FROM event WHERE {first} RETURNING event_id, org, month, salt),
        said AS (INSERT INTO event_erased SELECT event_id, now(), 'none' FROM gone)
        INSERT INTO event (event_id, month, org, code, about_kind, about, happened_at, recorded_at,
            salt, canonical, tx)
        SELECT 0, month, org, 'privacy.subject-erased', 'party', 'x', now(), now(), salt,
            '{{"about":{{"kind":"party","text":"x"}},"body":{{"events":[0]}},'
            '"code":"privacy.subject-erased","happened_at":"2026-01-01T00:00:00Z",'
            '"recorded_at":"2026-01-01T00:00:00Z","said_by":"x"}}', '1'::xid8 FROM gone""",
    "its leaf, and the row is gone": """WITH gone AS (DELETE FROM event WHERE {first} RETURNING 1)
        UPDATE log_leaf SET leaf_hash = sha256('x') WHERE seq = 0 AND EXISTS (SELECT FROM gone)""",
    "its row is gone, though nobody erased it": "DELETE FROM event WHERE {first}",
    "its row is gone, and a row says that it was erased": """WITH gone AS (
        DELETE FROM event WHERE {first} RETURNING event_id)
        INSERT INTO event_erased SELECT event_id, now(), 'none' FROM gone""",
    "the hash kept of an event": """UPDATE log_leaf
        SET leaf_hash = set_byte(leaf_hash, 5, get_byte(leaf_hash, 5) # 1) WHERE seq = 0""",
    "a checkpoint of a former name": """INSERT INTO log_checkpoint
        SELECT 'former.test/log', size, sha256('x'), note, signed_at FROM log_checkpoint LIMIT 1""",
    "the root of a checkpoint": "UPDATE log_checkpoint SET root = sha256('x')",
    "the note of a checkpoint": "UPDATE log_checkpoint SET note = note || 'x'::bytea",
    "the edge of the tree": "UPDATE log_head SET frontier = '\\x91c420' || sha256('x')",
    "the tail": "DELETE FROM log_leaf WHERE seq = 1",
}
FIRST = "event_id = (SELECT event_id FROM log_leaf WHERE seq = 0)"


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whoever_owns_the_tables_cannot_change_the_log_unseen(
    waglan: CommandLine, instance: Instance, bundle: Path, change: str
) -> None:
    statement = change.format(first=FIRST)
    if "sha256(salt)" in change:
        statement = statement.replace("sha256(salt)::bytea", "substr(sha256(salt), 1, 16)")
    tables = ("event", "event_erased", "log_leaf", "log_checkpoint", "log_head")
    with tampering(instance, *tables) as conn:
        conn.execute(statement.encode())
        ran = waglan("log", "verify")
    assert ran.status == 1, ran.out
    assert "THE LOG IS NOT WHAT WAS SIGNED" in ran.out
    assert "error LOG-" in ran.err
    assert waglan("log", "verify").status == 0


def test_how_many_more_are_changed_and_gone_is_told(
    waglan: CommandLine, instance: Instance, bundle: Path
) -> None:
    for n in range(3):
        instance.let_in(f"more-{n}", "carrier")
    size = "SELECT size FROM log_checkpoint ORDER BY size DESC LIMIT 1"
    with tampering(instance, "event", "event_erased") as conn:
        conn.execute("DELETE FROM event")
        signed = (conn.execute(size).fetchone() or (0,))[0]
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("waglan.cli.audited.FINDINGS_MAX", 2)
            ran = waglan("log", "verify")
    assert ran.status == 1
    assert ran.err.count("error LOG-") == 2
    more = re.search(r"And (\d+) more findings, which are not listed", ran.err)
    assert more is not None
    assert int(more[1]) >= signed - 2
    gone = re.search(r"content is gone: (\d+)", ran.out)
    assert gone is not None
    assert int(gone[1]) >= signed
    assert waglan("log", "verify").status == 0


def test_signing_is_resumed_only_by_somebody_who_says_so(
    waglan: CommandLine, instance: Instance, bundle: Path
) -> None:
    assert waglan("log", "resume").status == 2
    with psycopg.connect(instance.dsn.admin or "", autocommit=True) as conn:
        conn.execute("INSERT INTO log_halt VALUES ('waglan.test/log', 'w+1+x', 9, 4, now())")
    halted = waglan("log", "verify")
    assert (halted.status, "LOG-HALTED" in halted.err) == (1, True)
    assert waglan("log", "resume", "--yes").out == "The log signs again; alarms lifted: 1\n"
    assert waglan("log", "verify").status == 0


def test_without_an_instance_nothing_is_made(waglan: CommandLine, tmp_path: Path) -> None:
    waglan.set("WAGLAN_HOME", str(tmp_path / "nothing"))
    for command in ("key", "verify"):
        ran = waglan("log", command)
        assert (ran.status, "CLI-NO-INSTANCE" in ran.err) == (2, True)
    assert not (tmp_path / "nothing").exists()


def test_a_key_that_others_can_read_is_not_used(waglan: CommandLine, tmp_path: Path) -> None:
    keys(tmp_path / "keys", ORIGIN)
    waglan.set("WAGLAN_HOME", str(tmp_path))
    (tmp_path / "keys" / "checkpoint.key").chmod(0o644)
    ran = waglan("log", "key")
    assert (ran.status, "chmod 600" in ran.err) == (2, True)
    (tmp_path / "keys" / "checkpoint.key").chmod(0o600)
    (tmp_path / "keys" / "checkpoint.key").write_text("PRIVATE+KEY+broken")
    assert "CLI-KEY-BROKEN" in waglan("log", "key").err
