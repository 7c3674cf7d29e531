"""An instance that kills itself at a named place, for tests of what survives.

Nothing of it is in the product: functions are wrapped here, before the gateway is loaded. Every
process of the instance is forked from this one, so that it is back a moment after its death.

Run as: python crashing.py <folder>, where the folder holds `config`, a pickled Config.
"""

import asyncio
import os
import pickle
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any

from waglan.store import (
    accounts,
    acts,
    back_tests,
    bulk,
    connect,
    customs,
    lease,
    log,
    looks,
    made,
    messages,
    parties,
)

# What is written in one transaction, and the function of the store that writes it.
ACTS: dict[str, tuple[ModuleType, str]] = {
    "chunk": (messages, "keep_chunk"),
    "receipt": (messages, "keep"),
    "work-off": (messages, "finish"),
    "judging": (customs, "add_decisions"),
    "notices": (customs, "add_serving"),
    "numbering": (log, "_number"),
    "checkpoint": (log, "add_checkpoint"),
    "lease": (lease, "take"),
    "making": (made, "keep"),
}
# The same of the desks: each has a test of its own.
AT_DESKS: dict[str, tuple[ModuleType, str]] = {
    "officer's act": (acts, "add_act"),
    "roles": (accounts, "set_roles"),
    "link's use": (accounts, "use_link"),
    "session": (parties, "add_token"),
    "look": (looks, "keep"),
    "back-tested manifest": (back_tests, "add_result"),
    "back-test's end": (back_tests, "end"),
}
POINTS = (
    *(f"{when} the commit of the {act}" for act in ACTS for when in ("before", "after")),
    "before the commit of the answer",
    "after the commit of the answer",
    "before the HTTP answer",
    "before the first number is inserted",
    "after the last number is inserted",
    "after a tile is inserted",
)  # fmt: skip
CHUNK_BYTES = 600  # so that small papers come in several chunks
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
DOING: dict[int, list[str]] = {}


def point(name: str) -> None:
    """Die here, at once and without a word, if a test has asked for it; each wish counts once."""
    armed = FOLDER / "armed"
    with suppress(FileNotFoundError):
        if armed.read_text() == name:
            armed.rename(FOLDER / "fired")
            os.kill(os.getpid(), signal.SIGKILL)


def prepare() -> None:
    """Wrap what writes; the gateway must not be loaded yet, for it takes these by name."""
    messages.CHUNK_BYTES = CHUNK_BYTES
    for act, (module, name) in (ACTS | AT_DESKS).items():
        setattr(module, name, noted(getattr(module, name), act))
    messages.add_answer = answering(messages.add_answer)
    log._number = around_numbers(log._number)
    bulk.insert = after_tiles(bulk.insert)
    connect.transaction = watched(connect.transaction)
    from waglan.gateway import instance, keys, sequencer
    from waglan.gateway.http import messages as handed_in

    handed_in._settled = before_the_answer(handed_in._settled)
    keys.SAMPLE_PERMILLE = 0  # a sample differs from bill to bill, the answers here must not
    sequencer.LEASE = timedelta(seconds=0.6)
    sequencer.SIGN_EVERY = timedelta(seconds=0.1)
    instance._processes = lambda config, ports: alone()


def noted(write: Any, act: str) -> Any:
    @wraps(write)
    async def write_and_note(tx: object, *args: object, **named: object) -> Any:
        done = await write(tx, *args, **named)
        DOING.setdefault(id(tx), []).append(act)
        return done

    return write_and_note


def answering(write: Any) -> Any:
    async def write_and_note(tx: object, vault: Any, message: Any, new: Any) -> Any:
        done = await write(tx, vault, message, new)
        if new.cause is not None:
            DOING.setdefault(id(tx), []).append("answer")
        return done

    return write_and_note


def around_numbers(write: Any) -> Any:
    async def write_between(*args: object) -> Any:
        point("before the first number is inserted")
        done = await write(*args)
        point("after the last number is inserted")
        return done

    return write_between


def after_tiles(insert: Any) -> Any:
    async def insert_and_look(tx: Any, table: str, columns: Any, rows: Any, **named: Any) -> Any:
        done = await insert(tx, table, columns, rows, **named)
        if table == "log_tile" and rows:
            point("after a tile is inserted")
        return done

    return insert_and_look


def before_the_answer(settled: Any) -> Any:
    async def settle(*args: object) -> Any:
        shown = await settled(*args)
        point("before the HTTP answer")
        return shown

    return settle


def watched(begin: Any) -> Any:
    @asynccontextmanager
    async def transaction(pool: object, org: int | None) -> AsyncIterator[Any]:
        async with begin(pool, org) as tx:
            DOING.pop(id(tx), None)
            yield tx
            done = DOING.pop(id(tx), [])
            for act in done:
                point(f"before the commit of the {act}")
        for act in done:
            point(f"after the commit of the {act}")

    return transaction


@asynccontextmanager
async def alone() -> AsyncIterator[None]:
    """The interface by itself: the other processes are forked here, not there."""
    yield


def interface(config: Any) -> None:
    from waglan.gateway import instance

    async def serve() -> None:
        async with instance.running(config):
            await asyncio.Event().wait()

    asyncio.run(serve())


def forked(main: Callable[[Any], None], config: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        main(config)
    finally:
        os._exit(1)


def run() -> None:
    """Keep the interface, the sequencer and a worker alive, whatever kills them."""
    prepare()
    from waglan.gateway import instance

    config = pickle.loads((FOLDER / "config").read_bytes())
    mains = {"interface": interface, "sequence": instance.sequence, "work": instance.work}
    alive: dict[int, Callable[[Any], None]] = {}

    def end(*_: object) -> None:
        for pid in alive:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    for main in mains.values():
        alive[forked(main, config)] = main
    while True:
        died, _ = os.wait()
        again = alive.pop(died)
        alive[forked(again, config)] = again


if __name__ == "__main__":
    run()
