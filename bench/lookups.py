"""Look-ups of bills and boxes, and the newest of a feed, as the log grows over more months.

Run it with `.venv/bin/python bench/lookups.py [events[/months] …]`. What counts is the ratio to the
first line: a look-up should cost the same at ten million events, and over sixty months.
Each time is what the two processes had of a processor, by the kernel's own count, so that others
on the machine disturb it little; on an idle machine it is the time that passes.
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from statistics import median
from time import perf_counter, process_time  # noqa: TID251 -- it measures

import psycopg
from history import Shape, fill
from small_port import embedded, on_processor_s, processors

from waglan.codes.key import Key, KeyKind
from waglan.store import Transaction, events
from waglan.store.connect import Pool, pools, transaction

EVENTS = (1_000_000, 10_000_000)
MONTHS = (1, 12, 60)
RUNS, LOOKS, WARM_LOOKS = 5, 400, 200
NEWEST = 50
TARGET = 1.5  # the slowest p99 by the quickest of one kind

Look = Callable[[Transaction, random.Random, Shape], Awaitable[int]]


def main() -> None:
    """Print one line for each size and span, with each kind of look-up."""
    shapes = [shape for told in sys.argv[1:] or map(str, EVENTS) for shape in _shapes(told)]
    print(
        f"{processors()} processors; p99 of {LOOKS} look-ups, median of {RUNS} runs, as waglan_app"
    )
    found = asyncio.run(_measured(shapes))
    print(f"{'events':>11} {'months':>7}  {'bill':>16} {'container':>16} {f'newest {NEWEST}':>16}")
    for shape, p99s in zip(shapes, found, strict=True):
        told = "".join(
            f" {p99 * 1e3:7.2f} ms {p99 / first:5.2f}x"
            for p99, first in zip(p99s, found[0], strict=True)
        )
        print(f"{shape.events:11,} {shape.months:7}  {told}")
    spread = [max(kind) / min(kind) for kind in zip(*found, strict=True)]
    told = ", ".join(f"{ratio:.2f}" for ratio in spread)
    print(f"slowest by quickest: {told}; target: {TARGET} for bills and containers")


def _shapes(told: str) -> list[Shape]:
    events, _, months = told.partition("/")
    return [Shape(int(events), span) for span in ([int(months)] if months else MONTHS)]


async def _measured(shapes: list[Shape]) -> list[list[float]]:
    """Fill a server for each shape, then let all take turns, so that they share what disturbs."""
    async with AsyncExitStack() as opened:
        pools_of: list[tuple[Pool, Shape]] = []
        for shape in shapes:
            server = await opened.enter_async_context(embedded())
            began = perf_counter()
            await asyncio.to_thread(fill, server.dsn.admin or "", shape)
            told = f"{shape.events:,} over {shape.months} filled in {perf_counter() - began:.0f} s"
            print(told, file=sys.stderr, flush=True)
            both = await opened.enter_async_context(pools(server.dsn, size_max=1))
            pools_of.append((both.app, shape))
        print("all are filled: now they take turns", file=sys.stderr, flush=True)
        turns = [
            [[await _p99_s(pool, shape, look, turn) for look in LOOKED] for pool, shape in pools_of]
            for turn in range(RUNS)
        ]
    return [
        [median(of_shape[kind] for of_shape in of_all) for kind in range(len(LOOKED))]
        for of_all in zip(*turns, strict=True)
    ]


async def _p99_s(pool: Pool, shape: Shape, look: Look, seed: int) -> float:
    """Return the 99th of a hundred looks."""
    dice = random.Random(seed)
    for _ in range(WARM_LOOKS):
        await _looked_s(pool, shape, look, dice)
    looks = sorted([await _looked_s(pool, shape, look, dice) for _ in range(LOOKS)])
    return looks[LOOKS * 99 // 100]


async def _looked_s(pool: Pool, shape: Shape, look: Look, dice: random.Random) -> float:
    async with transaction(pool, dice.randint(1, shape.orgs)) as tx:
        server = tx.info.backend_pid
        began, began_here = on_processor_s(server), process_time()
        await look(tx, dice, shape)
        return on_processor_s(server) - began + process_time() - began_here


async def _bill(tx: Transaction, dice: random.Random, shape: Shape) -> int:
    org = await _org(tx)
    number = shape.bill(dice.randrange(shape.bills // shape.orgs) * shape.orgs + org - 1)
    return _seen(await events.about(tx, Key(KeyKind.BILL, number)), shape)


async def _container(tx: Transaction, dice: random.Random, shape: Shape) -> int:
    org = await _org(tx)
    n = dice.randrange(shape.bills // shape.orgs) * shape.orgs + org - 1
    told = await events.about(tx, Key(KeyKind.CONTAINER, shape.box(n)))
    inside = Key(KeyKind.BILL, shape.bill(n))  # as `track` goes on to the bills in the box
    _seen((await events.of_things(tx, [inside], each=len(told) + 1))[inside], shape)
    return _seen(told, shape)


async def _newest(tx: Transaction, dice: random.Random, shape: Shape) -> int:
    return len(await events.feed(tx, after=shape.events - shape.orgs * NEWEST, at_most=NEWEST))


def _seen(told: list[events.Told], shape: Shape) -> int:
    if len(told) != shape.events_per_bill:
        raise SystemExit(f"{len(told)} events were seen, not {shape.events_per_bill}")
    return len(told)


LOOKED: tuple[Look, ...] = (_bill, _container, _newest)


async def _org(tx: Transaction) -> int:
    row = await (await tx.execute("SELECT current_org()")).fetchone()
    if row is None:
        raise psycopg.InterfaceError("no organisation")
    return int(row[0])


if __name__ == "__main__":
    main()
