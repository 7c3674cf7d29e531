"""What is worked out from the log can be thrown away and worked out again."""

from datetime import UTC, datetime

import psycopg
import pytest
from port import Officer, filed, manifest, wait
from quay_papers import Sheet, Told, coarri
from running_instance import Instance

from waglan.operations.rebuild import rebuild
from waglan.store.connect import Pools, pools, transaction
from waglan.store.dsn import Dsn


def superuser(dsn: Dsn, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn.admin or "", autocommit=True) as conn:
        found = conn.execute(statement.encode())
        return found.fetchall() if found.description else []


NOW = datetime.now(UTC)


class OnlyLooked(Exception):
    """Rolls the transaction back."""


async def differences(opened: Pools, *, mend: bool = False) -> list[tuple[str, int, int]]:
    try:
        async with transaction(opened.engine, None) as tx:
            found = [(d.table, d.missing, d.surplus) for d in await rebuild(tx, now=NOW)]
            if not mend:
                raise OnlyLooked
    except OnlyLooked:
        pass
    return [one for one in found if one[1:] != (0, 0)]


@pytest.fixture(scope="module")
def lived(instance: Instance) -> Instance:
    """An instance with two versions of a manifest, decided and served."""
    carrier = instance.let_in("line", "carrier", addresses=("CARRIER1:ZZZ",))
    customs = instance.let_in("customs", "customs", addresses=("HKCUSTOMS:ZZZ",))
    officer = Officer(customs)
    officer.orders(officer.publishes())
    assert filed(carrier, manifest("B1", "D1"))["state"] == "accepted"
    wait(lambda: superuser(instance.dsn, "SELECT 1 FROM decision") or None)
    assert officer.serves("9811000/001E") == 1
    second = manifest("B2", "D2").replace(b"SYNB0001", b"SYNB0002")
    second = second.replace(b"95B:UN'", b"95B:UN+ACC2'")
    answer = filed(carrier, second)
    assert answer["state"] == "accepted", answer["findings"]
    terminal = instance.let_in("terminal", "terminal", addresses=("TERMINAL:ZZZ",))
    told = coarri(Sheet("TERMINAL", "ELSEWHERE", "T1"), [Told("CSQU3054383")])
    assert filed(terminal, told)["state"] == "accepted"
    # The line and customs: both see the box by the bills in it.
    seen = "SELECT 1 FROM movement_reader HAVING count(*) = 2"
    wait(lambda: superuser(instance.dsn, seen) or None)
    wait(
        lambda: superuser(instance.dsn, "SELECT 1 FROM standing WHERE number = 'SYNB0002'") or None
    )
    wait(
        lambda: (
            superuser(instance.dsn, "SELECT 1 FROM standing WHERE served_at IS NOT NULL") or None
        )
    )
    return instance


async def test_the_engine_keeps_each_bills_standing_as_the_log_tells_it(lived: Instance) -> None:
    rows = superuser(
        lived.dsn,
        "SELECT s.number, s.call, s.status = d.status, s.decided_at = d.decided_at,"
        " s.served_at IS NOT NULL FROM standing s LEFT JOIN decision d USING (consignment)"
        " ORDER BY s.number",
    )
    assert rows[0] == ("SYNB0001", "9811000/001E", True, True, True)
    async with pools(lived.dsn, size_max=1) as opened:
        assert await differences(opened) == []


@pytest.mark.parametrize(
    ("damage", "table", "missing", "surplus"),
    [
        ("UPDATE standing SET status = 'cleared' WHERE number = 'SYNB0001'", "standing", 1, 1),
        ("UPDATE standing SET score = 77, is_withdrawn = true WHERE number = 'SYNB0001'",
         "standing", 1, 1),
        ("DELETE FROM standing WHERE number = 'SYNB0002'", "standing", 1, 0),
        ("DELETE FROM feed WHERE seq = 3 AND org = (SELECT max(org) FROM feed WHERE seq = 3)",
         "feed", 1, 0),
        ("INSERT INTO reader SELECT 99, consignment, 'full', 'infinity' FROM reader LIMIT 1",
         "reader", 0, 1),
        ("DELETE FROM movement_reader WHERE ctid = (SELECT min(ctid) FROM movement_reader)",
         "movement_reader", 1, 0),
        ("INSERT INTO movement_reader SELECT 99, movement_id, until FROM movement_reader LIMIT 1",
         "movement_reader", 1, 0),
        ("UPDATE reader SET view = 'status' WHERE ctid = (SELECT min(ctid) FROM reader)",
         "reader", 1, 1),
    ],
)  # fmt: skip
async def test_a_projection_that_differs_is_found_and_put_right(
    lived: Instance, damage: str, table: str, missing: int, surplus: int
) -> None:
    superuser(lived.dsn, damage)
    async with pools(lived.dsn, size_max=1) as opened:
        assert (table, missing, surplus) in await differences(opened)
        assert (table, missing, surplus) in await differences(opened, mend=True)
        assert await differences(opened) == []
