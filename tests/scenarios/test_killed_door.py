"""A position whose answer was lost with the process comes again: kept once, and folded once."""

import multiprocessing
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from device_at_the_door import AT_S, device, kept, playing, provision, sql
from running_instance import ORIGIN, Instance

from waglan.elock.speaker import Speaker, Spoken

sys.path.append(str(Path(__file__).parents[1] / "durability"))
import dying_door

PARTY = "synthetic-locks"


@contextmanager
def dying(up: Instance, dies: str) -> Iterator[Instance]:
    """Have a door in a process of its own, which dies at that point."""
    spawn = multiprocessing.get_context("spawn")
    with socket.create_server(("127.0.0.1", 0)) as sock:
        args = (up.dsn, up.home, ORIGIN, sock, dies)
        process = spawn.Process(target=dying_door.run, args=args)
        process.start()
        try:
            yield replace(up, devices={"jtt808": sock.getsockname()[:2]})
            if dies != dying_door.NEVER:
                process.join(30)
                assert process.exitcode == -signal.SIGKILL
        finally:
            process.kill()
            process.join(30)


@pytest.mark.parametrize("dies", [dying_door.BEFORE_COMMIT, dying_door.BEFORE_ANSWER])
def test_a_position_whose_answer_was_lost_is_kept_once_and_folded_once(
    instance: Instance, dies: str
) -> None:
    terminal = {dying_door.BEFORE_COMMIT: "013600000001"}.get(dies, "013600000002")
    if dies == dying_door.BEFORE_COMMIT:
        instance.let_in(PARTY, "lock-operator")
    provision(instance, PARTY, device(terminal))
    with dying(instance, dies) as up, playing(up, terminal) as lock:
        lock.enter()
        sent = lock.position()
        lock.send(sent)
        with pytest.raises((EOFError, ConnectionError)):
            lock.answer()
        code = lock.code
    was_kept = [one.serial for one in kept(instance, terminal)]
    assert was_kept == ([0, 1, 2] if dies == dying_door.BEFORE_ANSWER else [0, 1])
    with dying(instance, dying_door.NEVER) as up, playing(up, terminal) as lock:
        lock.serial = 2
        assert lock.authenticate(code) == 0
        lock.send(sent)  # it owns the retry
        assert lock.result() == 0
        lock.serial = 3
        lock.send(lock.position(AT_S + 30))
        assert lock.result() == 0
    found = kept(instance, terminal)
    assert sorted(one.serial or 0 for one in found) == [0, 1, 2, 3, 4]
    assert [one.at_s for one in found].count(AT_S) == 1
    told = sql(
        instance,
        "select sum(jsonb_extract_path_text(convert_from(canonical, 'utf8')::jsonb, 'body',"
        " 'count')::int) from event where code = 'device.batch' and about = %s",
        terminal,
    )
    assert told == [(5,)]
    # The fold takes each of them once, and nothing is missing.
    speaker = Speaker(terminal, 65_536)
    for one in sorted(found, key=lambda one: one.serial or 0):
        spoken = Spoken(str(one.session), one.serial, one.raw or b"", 0, one.at_s)
        assert speaker.take(spoken) == (False, ())
