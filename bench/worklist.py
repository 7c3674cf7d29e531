"""The worklist's first page over 50,000 bills that wait, beside a bare indexed read.

Run it with `.venv/bin/python bench/worklist.py [bills]`. All run in the same role, with row-level
security on, in transactions of their own and by turns; the bare read fetches as many rows by an
index from a table without row-level security. Each time is what the two processes had of a
processor, by the kernel's own count, so that others on the machine disturb it little.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from statistics import median
from time import process_time  # noqa: TID251 -- it measures

import psycopg
from small_port import embedded, on_processor_s, processors

from waglan.codes.customs_status import CustomsStatus
from waglan.customs.worklist import FOR, Wait, Whom
from waglan.store import Transaction, worklist
from waglan.store.connect import Pool, pools, transaction
from waglan.store.worklist import Place, Wanted

BILLS, AUTHORITIES, CALLS, PAGE = 50_000, 4, 40, 50
RUNS, LOOKS, WARM_LOOKS = 5, 400, 100
TARGET = 3.0

Look = Callable[[Transaction], Awaitable[int]]

# One authority has the bills that are asked for, others have as many; a fifth waits for nobody.
_FILL = """
    INSERT INTO standing (consignment, authority, manifest_id, filer, parent, number, call,
        declared_at, arrives_at, is_withdrawn, status, version, score, decided_at, served_at,
        is_wanted, seq, newest_id)
    SELECT n, 1 + n %% %(authorities)s, 1 + n / 2000, 'line-' || n %% 20, '', 'SYNB' || n,
           '9811000/' || n %% %(calls)s || 'E', now(), '2026-12-01'::timestamptz
           + n %% %(calls)s * interval '1 hour',
           n %% 9 = 0 AND n / 7 %% 5 BETWEEN 1 AND 3,
           (ARRAY[NULL, 'inspect', 'detained', 'documents-asked', 'not-selected'])[1 + n / 7 %% 5],
           1, n * 7919 %% 1000, now(), now(), true, n, 1 + n / 2000
    FROM generate_series(1, %(rows)s) AS n
"""
_BARE = """
    CREATE TABLE bare AS SELECT row_number() OVER () AS place, s.* FROM standing s;
    CREATE UNIQUE INDEX ON bare (place);
    GRANT SELECT ON bare TO waglan_authority;
    VACUUM ANALYZE standing;
    VACUUM ANALYZE bare;
"""


def main() -> None:
    """Print one line for each way to ask for a page."""
    bills = int(sys.argv[1]) if len(sys.argv) > 1 else BILLS
    asyncio.run(_measured(bills))


async def _measured(bills: int) -> None:
    async with embedded() as server:
        rows = bills * AUTHORITIES * 5 // 4
        with psycopg.connect(server.dsn.admin or "", autocommit=True) as conn:
            told = {"authorities": AUTHORITIES, "calls": CALLS, "rows": rows}
            conn.execute(_FILL, told)
            for statement in _BARE.strip().split(";"):
                conn.execute(statement.encode())
        async with pools(server.dsn, size_max=1) as opened:
            print(
                f"{processors()} processors; {rows:,} bills of {AUTHORITIES} authorities, {bills:,}"
                f" of one wait; p99 of {LOOKS} looks, median of {RUNS} runs, as waglan_authority"
            )
            await _compared(opened.authority)


async def _compared(pool: Pool) -> None:
    place = await _middle(pool)
    officer = [wait for wait, whom in FOR.items() if whom is Whom.OFFICER]
    looks: dict[str, Look] = {
        "bare indexed read": _bare,
        "first page": _page(Wanted()),
        "a page from the middle": _page(Wanted(), place),
        "first page of a call": _page(Wanted(call="9811000/8E")),
        "first page of a status": _page(Wanted(status=CustomsStatus.DETAINED)),
        "first page that waits for examination": _page(Wanted(waits=[Wait.EXAMINATION])),
        "first page that was withdrawn while held": _page(Wanted(waits=[Wait.WITHDRAWN])),
        "first page that waits for an officer": _page(Wanted(waits=officer)),
    }
    found: dict[str, list[float]] = {name: [] for name in looks}
    for run in range(RUNS + 1):
        times: dict[str, list[float]] = {name: [] for name in looks}
        for _ in range(LOOKS if run else WARM_LOOKS):
            for name, look in looks.items():
                times[name].append(await _looked_s(pool, look))
        for name, seconds in times.items():
            if run:
                found[name].append(sorted(seconds)[len(seconds) * 99 // 100])
    first = median(found["bare indexed read"])
    for name, p99s in found.items():
        p99 = median(p99s)
        print(f"{name:<40} {p99 * 1e3:7.2f} ms {p99 / first:6.2f}x")
    print(f"target for the first page: {TARGET}x")


async def _looked_s(pool: Pool, look: Look) -> float:
    async with transaction(pool, 1) as tx:
        server = tx.info.backend_pid
        began, began_here = on_processor_s(server), process_time()
        seen = await look(tx)
        took = on_processor_s(server) - began + process_time() - began_here
    if seen != PAGE:
        raise SystemExit(f"{seen} bills were seen, not {PAGE}")
    return took


async def _bare(tx: Transaction) -> int:
    rows = await tx.execute("SELECT * FROM bare WHERE place >= 1000 ORDER BY place LIMIT 50")
    return len(await rows.fetchall())


def _page(wanted: Wanted, after: Place | None = None) -> Look:
    async def look(tx: Transaction) -> int:
        return len(await worklist.page(tx, wanted, after=after, at_most=PAGE))

    return look


async def _middle(pool: Pool) -> Place:
    async with transaction(pool, 1) as tx:
        last = (await worklist.page(tx, Wanted(), after=None, at_most=BILLS // 2))[-1]
    return Place(last.arrives_at, last.score, last.consignment)


if __name__ == "__main__":
    main()
