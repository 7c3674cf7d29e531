"""What time alone changes, and two judges of trips at once, by a clock that a test sets."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from device_at_the_door import sql
from running_instance import ORIGIN, Instance, answering_as, configured
from test_stopped_trip_judges import PORTS, alarms, outcomes, told
from trip_under_lock import CUT_BITS, FAR, NEAR, Port, let_in, trip

from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit
from waglan.gateway.trip_judge import LEASE, TripJudge
from waglan.operations.rebuild import rebuild
from waglan.store.connect import Pools, pools, transaction
from waglan.store.doctor import examine
from waglan.store.dsn import Dsn
from waglan.store.lease import Fenced
from waglan.store.resolve import Resolved


class Clock:
    """A clock that goes on, set forward by a test."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(scope="module")
def port(module_database: Dsn, instance_home: Path) -> Iterator[Port]:
    """An instance without anybody who judges trips."""
    with answering_as(replace(configured(module_database, instance_home), devices=PORTS)) as up:
        yield let_in(up)


def judge(up: Instance, opened: Pools, clock: Clock) -> TripJudge:
    kit = Kit(opened, keys(up.home / "keys", ORIGIN), 1 << 20, clock=clock)
    return TripJudge(kit)


def judging(up: Instance, do: Callable[[Pools], Awaitable[None]]) -> None:
    async def main() -> None:
        async with pools(up.dsn, size_max=3) as opened:
            await do(opened)

    asyncio.run(main())


async def settled(one: TripJudge) -> None:
    """Tick until there is nothing left to do."""
    for _ in range(50):
        if not await one.tick() and not one.cold and not one.changed:
            return
    raise AssertionError("there is always something to do")


def test_a_trip_falls_silent_and_nobody_else_has_to_say_so(port: Port) -> None:
    with trip(port, "TIME1") as one:
        one.seals()
        one.drives()

        async def do(opened: Pools) -> None:
            clock = Clock()
            first = judge(port.instance, opened, clock)
            await settled(first)
            assert told(port, one, NEAR) == ["GREEN"]
            clock.ahead = timedelta(seconds=890)
            await settled(first)
            assert told(port, one, NEAR) == ["GREEN"], "fifteen minutes are not over"
            clock.ahead = timedelta(seconds=960)
            await settled(first)
            await first.tick()
            assert told(port, one, NEAR) == ["GREEN", "UNPROVEN"]
            assert told(port, one, FAR) == ["GREEN", "UNPROVEN"]
            why = "select convert_from(reasons, 'UTF8')::jsonb #>> '{reasons,0,reason}'"
            rows = sql(port.instance, why + " from trip_live join trip using (trip_id)"
                       " where id = %s", one.id)  # fmt: skip
            assert rows == [("NOTHING_HEARD",)] * 2
            clock.ahead = timedelta(seconds=5_000)
            await settled(first)
            assert told(port, one, NEAR) == ["GREEN", "UNPROVEN"], "it is told once"
            await first.give_back()

        judging(port.instance, do)


def test_a_lock_that_was_sealed_just_now_raises_nothing_before_it_had_time_to_speak(
    port: Port,
) -> None:
    with trip(port, "TIME2") as one:
        one.start = datetime.now(UTC)
        one.seals()

        async def do(opened: Pools) -> None:
            clock = Clock()
            first = judge(port.instance, opened, clock)
            await settled(first)
            assert told(port, one, NEAR) == []
            assert {outcome for outcome, _ in outcomes(port, one).values()} == {"UNPROVEN"}
            clock.ahead = timedelta(seconds=930)
            await settled(first)
            await first.tick()
            assert told(port, one, NEAR) == ["UNPROVEN"]
            await first.give_back()

        judging(port.instance, do)


def test_who_judged_before_his_lease_ran_out_and_writes_after_it_is_refused(port: Port) -> None:
    with trip(port, "TIME3") as one:
        one.seals()
        one.drives()

        async def do(opened: Pools) -> None:
            clock, later = Clock(), Clock()
            first = judge(port.instance, opened, clock)
            await settled(first)
            one.tells(30, CUT_BITS)
            async with transaction(opened.engine, None) as look:
                await first._hear(look)
            assert first.changed
            later.ahead = LEASE + timedelta(seconds=1)
            second = judge(port.instance, opened, later)
            await settled(second)
            assert told(port, one, NEAR) == ["GREEN", "RED"]
            with pytest.raises(Fenced):
                await first._write()
            clock.ahead, first.renewed_at = later.ahead, None
            await settled(first)
            assert not set(first.fences) & set(second.fences), "no partition is held twice"
            await second.give_back()
            first.renewed_at = None
            await settled(first)
            assert len(first.fences) == 64
            for party in (NEAR, FAR):
                assert told(port, one, party) == ["GREEN", "RED"]
            assert alarms(port, one) == 2
            await first.give_back()

        judging(port.instance, do)


def test_what_was_told_is_made_again_from_the_log_and_is_not_told_again(port: Port) -> None:
    with trip(port, "TIME4") as one:
        one.seals()
        one.drives()
        one.tells(30, CUT_BITS)

        async def do(opened: Pools) -> None:
            first = judge(port.instance, opened, Clock())
            await settled(first)
            assert told(port, one, NEAR) == ["RED"]
            sql(port.instance, "delete from trip_told where trip_id ="
                " (select trip_id from trip where id = %s)", one.id)  # fmt: skip
            async with transaction(opened.engine, None) as tx:
                found = await rebuild(tx, now=datetime.now(UTC))
            assert [d.missing for d in found if d.table == "trip_told"] == [2]
            first.renewed_at = None
            await first.tick()
            await settled(first)
            async with transaction(opened.engine, None) as tx:
                again = await rebuild(tx, now=datetime.now(UTC))
            assert [d.missing + d.surplus for d in again if d.table == "trip_told"] == [0]
            await settled(first)
            assert told(port, one, NEAR) == ["RED"]
            await first.give_back()

        judging(port.instance, do)


def test_who_may_not_read_a_policy_reads_nothing_of_what_it_makes_of_a_trip(port: Port) -> None:
    with trip(port, "TIME5") as one:
        one.seals()
        one.drives()

        async def do(opened: Pools) -> None:
            first = judge(port.instance, opened, Clock())
            await settled(first)
            await first.give_back()
            orgs = dict(sql(port.instance, "select party, org from organisation"))
            async with transaction(opened.authority, int(orgs[FAR])) as tx:
                rows = await tx.execute("SELECT DISTINCT authority FROM trip_live")
                assert await rows.fetchall() == [(orgs[FAR],)]

        judging(port.instance, do)


def test_the_operator_is_told_of_partitions_that_nobody_works_off(port: Port) -> None:
    def figures() -> dict[str, float]:
        lines = port.instance.operator.get("/metrics").text.splitlines()
        pairs = [line.rsplit(" ", 1) for line in lines if line.startswith("waglan_trip_")]
        return {name: float(value) for name, value in pairs}

    def codes() -> list[str]:
        resolved = Resolved(port.instance.dsn, (), None)
        return [one.code for one in asyncio.run(examine(resolved, port.instance.home))]

    async def do(opened: Pools) -> None:
        first = judge(port.instance, opened, Clock())
        await settled(first)

    judging(port.instance, do)
    held = figures()
    assert held['waglan_trip_partitions{state="held"}'] == 64
    assert held["waglan_trip_workers"] == 1
    assert "TRIP-UNJUDGED" not in codes()
    # As if it had died a while ago without giving anything back.
    sql(port.instance, "update trip_partition set expires_at = now() - interval '2 minutes',"
        " looked_at = now() - interval '2 minutes'")  # fmt: skip
    sql(port.instance, "delete from trip_worker")
    gone = figures()
    assert gone['waglan_trip_partitions{state="free"}'] == 64
    assert gone["waglan_trip_workers"] == 0
    assert gone["waglan_trip_lag_seconds"] > 100
    assert "TRIP-UNJUDGED" in codes()


def test_one_trip_that_cannot_be_judged_stops_no_other(port: Port) -> None:
    with trip(port, "TIME6") as bad, trip(port, "TIME7") as good:
        for one in (bad, good):
            one.seals()
            one.drives()
        sql(port.instance, "update trip_policy set policy = 'x' where trip_id ="
            " (select trip_id from trip where id = %s)", bad.id)  # fmt: skip

        async def do(opened: Pools) -> None:
            clock = Clock()
            first = judge(port.instance, opened, clock)
            for _ in range(20):
                await first.tick()
            assert told(port, good, NEAR) == ["GREEN"]
            assert told(port, bad, NEAR) == []
            assert not first.is_behind, "it waits for its next try"
            await first.give_back()

        judging(port.instance, do)
