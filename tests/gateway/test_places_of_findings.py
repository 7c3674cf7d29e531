"""A filer of many manifests in one file is told of which of them each finding is."""

from pathlib import Path

import psycopg
import pytest
from running_instance import ORIGIN
from test_manifest_at_hand import BILL, HEAD, LINE, ORGANISATIONS, hand_in, paper

from waglan.codes.finding import Finding, Severity, Where, decode, encode
from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit
from waglan.gateway.workers import Worker
from waglan.operations._shown import FINDINGS_MAX, shown
from waglan.store import messages
from waglan.store.connect import pools, transaction
from waglan.store.dsn import Dsn


async def told(database: Dsn, home: Path, *sent: bytes) -> list[Finding]:
    """Return what is found in the last of these messages, each worked off before the next."""
    with psycopg.connect(database.admin or "") as conn:
        conn.execute(ORGANISATIONS)
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 8 << 20)
        worker = Worker(kit)
        for data in sent:
            await hand_in(kit, data)
            while await worker.round():
                pass
        async with transaction(kit.pools.app, LINE) as tx:
            outcome = await messages.outcome(tx, kit.keys.vault, len(sent))
    assert outcome is not None
    return decode(outcome.findings)


def alone(ref: str, bills: int = 1, function: str = "9") -> bytes:
    """One interchange with one message, which has the number that all the others have too."""
    body = HEAD.format(ref=f"DOC-{ref}").replace("+9'", f"+{function}'", 1)
    body += "".join(BILL.format(n=n) for n in range(1, bills + 1))
    start = f"UNB+UNOC:3+LINE:ZZ+CUSTOMS:ZZ+261122:0900+{ref}'UNH+1+CUSCAR:D:95B:UN'"
    return f"{start}{body}UNT+{body.count(chr(39)) + 2}+1'UNZ+1+{ref}'".encode()


async def test_each_finding_of_a_file_says_its_interchange_and_message(
    database: Dsn, home: Path
) -> None:
    found = await told(
        database, home, alone("P0"), b"".join([alone("P1"), alone("P2"), alone("P3")]),
        alone("P4").replace(b"DOC-P4", b"DOC-P0") + alone("P5"),
    )  # fmt: skip
    assert found
    assert {(f.where.interchange, f.where.message) for f in found} == {("P4", "1"), ("P5", "1")}
    [again] = [f for f in found if f.code.startswith("MANIFEST-")]
    assert (again.code, again.where.interchange) == ("MANIFEST-ALREADY-DECLARED", "P4")
    assert len({encode([f]) for f in found}) == len(found), "no two are alike"


async def test_a_finding_of_a_manifest_of_parts_names_the_part_that_its_bill_came_in(
    database: Dsn, home: Path
) -> None:
    found = await told(database, home, paper("Q1"))
    vague = {f.where.path.split("/")[1]: f.where.message for f in found if f.code == "HK-MAN-012"}
    assert vague == {"B2": "1", "B3": "1", "B4": "2", "B5": "2", "B6": "3", "B7": "3"}
    assert {f.where.interchange for f in found} == {"Q1"}


async def test_no_more_is_shown_of_one_message_than_its_limit_and_the_rest_is_counted(
    database: Dsn, home: Path
) -> None:
    found = await told(database, home, alone("L1", bills=FINDINGS_MAX + 100))
    assert len(found) == FINDINGS_MAX + 1
    more = found[-1]
    assert (more.code, more.severity) == ("MESSAGE-FINDINGS-MORE", Severity.NOTE)
    assert int(more.params["count"]) >= 100
    assert Severity.HOLD in {f.severity for f in found}


@pytest.mark.parametrize("over", [0, 1, 2])
def test_of_too_many_findings_the_gravest_are_shown_in_their_order(over: int) -> None:
    note = [Finding("A", Severity.NOTE, Where(str(n)), {}) for n in range(FINDINGS_MAX - 1 + over)]
    grave = Finding("B", Severity.ERROR, Where("last"), {})
    told_of = shown([*note, grave])
    if over < 2:
        assert told_of == [*note, grave]
    else:
        assert told_of[:-1] == [*note[: FINDINGS_MAX - 1], grave]
        assert told_of[-1].params == {"count": over}
