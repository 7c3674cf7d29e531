"""The worklist's order and what waits for whom, as the database works them out."""

import random
import threading
from datetime import UTC, datetime, timedelta
from itertools import product

import psycopg
import pytest

from waglan.codes.customs_status import CustomsStatus
from waglan.customs.worklist import FOR, Wait, Whom, waits
from waglan.store import worklist
from waglan.store.connect import pools, transaction
from waglan.store.dsn import Dsn
from waglan.store.worklist import Place, Waiting, Wanted

NOW = datetime(2026, 11, 28, tzinfo=UTC)
HOUR = timedelta(hours=1)

ADD = """
    INSERT INTO standing (consignment, authority, manifest_id, filer, parent, number, call,
        declared_at, arrives_at, is_withdrawn, status, score, decided_at, left_at, served_at,
        answered_at, is_wanted, seq, newest_id)
    VALUES (%s, %s, 1, 'line', '', %s, %s, now(), %s, %s, %s, %s, %s, %s, %s, %s, %s, 1, 1)
"""


def test_the_database_and_the_words_agree_what_a_bill_waits_for(database: Dsn) -> None:
    both = [False, True]
    cases = list(product([None, *CustomsStatus], both, both, both, both, both))
    with psycopg.connect(database.admin or "") as conn:
        for n, (status, is_withdrawn, is_left, is_told, is_answered, is_wanted) in enumerate(cases):
            conn.execute(
                ADD,
                [n, 1, f"B{n}", "9811000/001E", NOW, is_withdrawn, status and status.value, 0,
                 NOW if status else None, NOW + HOUR if is_left else NOW - HOUR,
                 NOW + HOUR if is_told else NOW - HOUR, NOW + HOUR if is_answered else None,
                 is_wanted],
            )  # fmt: skip
        rows = conn.execute("SELECT consignment, waits FROM standing").fetchall()
        found: dict[int, str | None] = dict(rows)
        conn.rollback()
    for n, (status, is_withdrawn, is_left, is_told, is_answered, is_wanted) in enumerate(cases):
        says = waits(
            status,
            is_withdrawn=is_withdrawn,
            is_wanted=is_wanted,
            is_left=is_left,
            is_told=is_told,
            is_answered=is_answered,
        )
        assert found[n] == (says and says.value), cases[n]
    assert set(FOR) == set(Wait)
    assert {says for says in found.values() if says} == {wait.value for wait in Wait}


@pytest.mark.anyio
async def test_pages_of_any_size_give_every_waiting_bill_once_in_one_order(database: Dsn) -> None:
    dice = random.Random(7)
    arrivals = [NOW, NOW + HOUR, None]
    statuses = ["inspect", "detained", None, "not-selected", "cleared", "documents-asked"]
    with psycopg.connect(database.admin or "") as conn:
        for n in range(300):
            status = dice.choice(statuses)
            conn.execute(
                ADD,
                [n, 1 + n % 2, f"B{n}", f"call-{n % 3}", dice.choice(arrivals), False, status,
                 dice.choice([0, 0, 50, 400]), NOW if status else None, None, None, None, False],
            )  # fmt: skip
    async with pools(database, size_max=1) as opened:
        whole = await _pages(opened.authority, Wanted(), 1000)
        assert len(whole) == len({one.consignment for one in whole}) > 50
        assert whole == sorted(whole, key=_order)
        assert {one.consignment % 2 for one in whole} == {0}  # what is filed with authority 1
        assert not {one.status for one in whole} & {
            CustomsStatus.NOT_SELECTED,
            CustomsStatus.CLEARED,
        }
        for size in (1, 7, 50):
            assert await _pages(opened.authority, Wanted(), size) == whole
        for wanted in (
            Wanted(call="call-1"),
            Wanted(status=CustomsStatus.INSPECT),
            Wanted(waits=[Wait.DECISION, Wait.DETENTION]),
            Wanted("call-2", CustomsStatus.DETAINED, [Wait.DETENTION]),
        ):
            some = await _pages(opened.authority, wanted, 7)
            assert some == [one for one in whole if _fits(one, wanted)] != []
    assert [wait for wait, whom in FOR.items() if whom is Whom.FILER] == [
        Wait.DOCUMENTS,
        Wait.CONDITIONS,
    ]


def _order(one: Waiting) -> tuple[bool, datetime, int, int]:
    return one.arrives_at is None, one.arrives_at or NOW, -one.score, one.consignment


def _fits(one: Waiting, wanted: Wanted) -> bool:
    return (
        wanted.call in (None, one.call)
        and wanted.status in (None, one.status)
        and (wanted.waits is None or one.waits in wanted.waits)
    )


async def _pages(pool: object, wanted: Wanted, size: int) -> list[Waiting]:
    found: list[Waiting] = []
    place: Place | None = None
    while True:
        async with transaction(pool, 1) as tx:  # type: ignore[arg-type]
            page = await worklist.page(tx, wanted, after=place, at_most=size)
        found += page
        if len(page) < size:
            return found
        last = page[-1]
        place = Place(last.arrives_at, last.score, last.consignment)


@pytest.mark.anyio
async def test_however_many_a_table_stopped_an_officers_own_are_compared_first(
    database: Dsn,
) -> None:
    decided = """
        INSERT INTO decision (consignment, authority, event_id, manifest_id, status, fired,
            targeting, decided_by, decided_at, version, act_id)
        VALUES (5000, 2, 1, 1, 'detained', '{}', '{}', 'officer@authority', now(), 1, 'act')
    """
    with psycopg.connect(database.admin or "") as conn:
        conn.execute("SET session_replication_role = replica")  # it stands for itself
        conn.execute(decided)
        for n in range(5_000, 5_010):
            conn.execute(
                ADD,
                [n, 2, f"B{n}", "9811000/009E", NOW, True, "inspect", 0,
                 NOW, None, None, None, True],
            )  # fmt: skip
    async with pools(database, size_max=1) as opened, transaction(opened.authority, 2) as tx:
        found = await worklist.held_of_before(tx, at_most=3)
    assert [one.consignment for one in found.withdrawn] == [5_000, 5_009, 5_008]


AMENDED = """
    INSERT INTO manifest (manifest_id, org, id, filed_with, document, call, version, function,
        reference, assembly_id, message_id, head, bills, received_at, filed_at)
    OVERRIDING SYSTEM VALUE
    VALUES (%s, 1, gen_random_uuid(), 2, 'D1', '9811000/010E', %s, %s, 'R', %s, 1, '', 1, now(),
        now())
"""


@pytest.mark.anyio
async def test_a_withdrawn_bill_is_compared_at_every_moment_while_the_log_learns_of_it(
    database: Dsn,
) -> None:
    told = "UPDATE standing SET is_withdrawn = %s WHERE consignment = 6000"
    over = threading.Event()

    def turn() -> None:
        with psycopg.connect(database.admin or "", autocommit=True) as conn:
            while not over.is_set():
                for is_withdrawn in (False, True):
                    conn.execute(told, [is_withdrawn])

    with psycopg.connect(database.admin or "") as conn:
        conn.execute("SET session_replication_role = replica")  # they stand for themselves
        conn.execute(
            ADD,
            [6000, 2, "B", "9811000/010E", NOW, True, "detained", 0,
             NOW, None, NOW, None, True],
        )  # fmt: skip
        conn.execute(AMENDED, [1, 1, "original", 1])
        conn.execute(AMENDED, [2, 2, "replace", 2])
    turning = threading.Thread(target=turn)
    turning.start()
    try:
        async with pools(database, size_max=1) as opened, transaction(opened.authority, 2) as tx:
            for _ in range(300):
                found = await worklist.held_of_before(tx, at_most=3)
                assert [one.consignment for one in found.withdrawn] == [6000]
    finally:
        over.set()
        turning.join()
