"""Who judges trips is killed or stopped in mid-transaction: nothing is lost, nothing told twice."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import stopping_judge
from device_at_the_door import sql
from port import wait
from running_instance import ORIGIN, Instance, answering_as, configured
from stopping_judge import BEFORE_COMMIT, BEFORE_WRITING, NEVER
from trip_under_lock import CUT_BITS, FAR, NEAR, Port, Trip, let_in, trip

from waglan.gateway.devices.ports import PortOf
from waglan.gateway.trip_judge import LEASE
from waglan.store.dsn import Dsn
from waglan.store.lives import IDLE_SECONDS_MAX

PORTS = (PortOf("jtt808", "127.0.0.1", 0, "private"),)
# A machine that does much else starts a process in many seconds, and looks late.
TAKEN_OVER_SECONDS_MAX = 20


@pytest.fixture(scope="module")
def port(module_database: Dsn, instance_home: Path) -> Iterator[Port]:
    """An instance without anybody who judges trips."""
    config = configured(module_database, instance_home)
    with answering_as(replace(config, devices=PORTS)) as up:
        yield let_in(up)


@contextmanager
def judging(up: Instance, point: str = NEVER, signal_: int = 0) -> Iterator[BaseProcess]:
    spawn = multiprocessing.get_context("spawn")
    args = (up.dsn, up.home, ORIGIN, point, signal_)
    process = spawn.Process(target=stopping_judge.main, args=args)
    process.start()
    try:
        yield process
    finally:
        if process.is_alive() and process.pid is not None:
            os.kill(process.pid, signal.SIGCONT)
            process.terminate()
            process.join(20)
            process.kill()
        process.join()


def told(port: Port, one: Trip, party: str) -> list[str]:
    """What an authority was told of a trip, in the order of telling."""
    rows = sql(
        port.instance,
        "select convert_from(e.canonical, 'UTF8')::jsonb -> 'body' ->> 'outcome' from event e"
        " join organisation o using (org) where e.code = 'trip.judged' and e.about = %s"
        " and o.party = %s order by e.recorded_at, e.event_id",
        one.id, party,
    )  # fmt: skip
    return [str(outcome) for (outcome,) in rows]


def alarms(port: Port, one: Trip) -> int:
    about = "select count(*) from event where code = 'alarm.raised' and about = %s"
    [(count,)] = sql(port.instance, about, one.id)
    return int(count)


def outcomes(port: Port, one: Trip) -> dict[str, tuple[str, int]]:
    rows = sql(
        port.instance,
        "select o.party, l.outcome, l.fence from trip_live l join trip t using (trip_id)"
        " join organisation o on o.org = l.authority where t.id = %s",
        one.id,
    )
    return {party: (outcome, fence) for party, outcome, fence in rows}


def held(port: Port) -> int:
    """By how many processes the partitions are held."""
    found = "select count(distinct holder) from trip_partition where expires_at > now()"
    [(count,)] = sql(port.instance, found)
    return int(count)


def last_is(port: Port, one: Trip, what: tuple[str, str]) -> bool | None:
    party, outcome = what
    return told(port, one, party)[-1:] == [outcome] or None


def green(port: Port, one: Trip) -> None:
    """Wait until the whole drive is judged."""
    for party in (NEAR, FAR):
        wait(partial(last_is, port, one, (party, "GREEN")))


def red(port: Port, one: Trip) -> None:
    for party in (NEAR, FAR):
        wait(partial(last_is, port, one, (party, "RED")))


def once(port: Port, one: Trip, before: dict[str, int]) -> None:
    """What the ledger outside has, RED after GREEN once for each authority, and no more of it."""
    for officer, party in ((port.near, NEAR), (port.far, FAR)):
        said = told(port, one, party)
        assert said.count("RED") == 1, said
        assert said[before[party] :] == ["RED"], said
        assert one.verdict(officer)["outcome"] == "RED"
    assert {outcome for outcome, _ in outcomes(port, one).values()} == {"RED"}
    assert alarms(port, one) == 2  # one in each control room
    differs = "select count(*) from trip_told d join trip t using (trip_id) where t.id = %s"
    assert sql(port.instance, differs + " and d.outcome = 'RED'", one.id) == [(2,)]


@pytest.mark.parametrize("point", [BEFORE_WRITING, BEFORE_COMMIT])
def test_one_that_is_killed_loses_nothing_and_tells_nothing_twice(port: Port, point: str) -> None:
    vehicle = f"KILL{point == BEFORE_COMMIT}"
    with trip(port, vehicle) as one:
        one.seals()
        one.drives()
        with judging(port.instance, point, signal.SIGKILL) as first:
            green(port, one)
            before = {party: len(told(port, one, party)) for party in (NEAR, FAR)}
            fences = outcomes(port, one)
            one.tells(30, CUT_BITS)
            first.join(30)
            assert first.exitcode == -signal.SIGKILL
            assert outcomes(port, one) == fences, "what was not committed is not there"
            with judging(port.instance):
                red(port, one)
                once(port, one, before)
                after = outcomes(port, one)
                assert all(after[party][1] > fences[party][1] for party in (NEAR, FAR))


@pytest.mark.parametrize("point", [BEFORE_WRITING, BEFORE_COMMIT])
def test_one_that_is_stopped_past_its_lease_and_woken_is_refused(port: Port, point: str) -> None:
    vehicle = f"STOP{point == BEFORE_COMMIT}"
    with trip(port, vehicle) as one:
        one.seals()
        one.drives()
        with judging(port.instance, point, signal.SIGSTOP) as first:
            green(port, one)
            before = {party: len(told(port, one, party)) for party in (NEAR, FAR)}
            fences = outcomes(port, one)
            with judging(port.instance) as second:
                one.tells(30, CUT_BITS)
                assert first.pid is not None
                wait(lambda: state(first) == "T" or told(port, one, NEAR)[-1:] == ["RED"] or None)
                stopped = time.monotonic()
                red(port, one)
                seconds = time.monotonic() - stopped
                lease = LEASE.total_seconds() + IDLE_SECONDS_MAX
                assert seconds < lease + TAKEN_OVER_SECONDS_MAX
                once(port, one, before)
                os.kill(first.pid, signal.SIGCONT)
                wait(lambda: held(port) == 2 or None)  # it goes on, with partitions taken anew
                time.sleep(2)
                once(port, one, before)
                assert first.is_alive()
                assert second.is_alive()
                after = outcomes(port, one)
                assert all(after[party][1] >= fences[party][1] for party in (NEAR, FAR))
                one.tells(90)
                wait(lambda: newest(port, one) or None)
                once(port, one, before)


def state(process: BaseProcess) -> str:
    with open(f"/proc/{process.pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0]


def newest(port: Port, one: Trip) -> bool:
    """Whether the newest frame of the lock was judged by both."""
    [(is_there,)] = sql(
        port.instance,
        "select count(*) = 2 from trip_live l join trip t using (trip_id) where t.id = %s and"
        " l.frame_id >= (select max(frame_id) from frame join device using (device_id)"
        " where terminal = %s)",
        one.id, one.lock,
    )  # fmt: skip
    return bool(is_there)


def test_two_share_the_partitions_evenly_and_one_that_ends_hands_over_at_once(port: Port) -> None:
    shares = (
        "select count(*) from trip_partition where expires_at > now() group by holder order by 1"
    )
    with judging(port.instance) as first:
        wait(lambda: sql(port.instance, shares) == [(64,)] or None)
        with judging(port.instance):
            wait(lambda: sql(port.instance, shares) == [(32,), (32,)] or None)
            with judging(port.instance):
                wait(lambda: sql(port.instance, shares) == [(21,), (21,), (22,)] or None)
            wait(lambda: sql(port.instance, shares) == [(32,), (32,)] or None)
            first.terminate()
            first.join(20)
            assert first.exitcode == 0
            wait(lambda: sql(port.instance, shares) == [(64,)] or None)
    free = "select count(*) from trip_partition where holder is not null"
    assert sql(port.instance, free) == [(0,)]
    assert sql(port.instance, "select count(*) from trip_worker") == [(0,)]
