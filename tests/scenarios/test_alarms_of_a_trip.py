"""A control room's alarms: raised by verdicts, seen by one authority, handled by its persons."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from device_at_the_door import sql
from port import wait
from running_instance import Instance
from trip_under_lock import FAR, NEAR, Port, Trip, let_in, trip

from waglan.codes.position import Position
from waglan.elock.reason import WEIGHT, Outcome, Reason
from waglan.elock.verdict import Verdict, Why
from waglan.gateway.devices.ports import PortOf
from waglan.operations.note_verdict import Noted, note_verdict
from waglan.store import trips
from waglan.store.connect import pools, transaction

HERE = Position(225_030_000, 1_139_450_000)


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jtt808", "127.0.0.1", 0, "private"),)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return let_in(instance)


def verdict_of(*reasons: Reason, at: datetime, entries: Sequence[str] = ("e1",)) -> Verdict:
    """A verdict that says these reasons."""
    outcome = max((WEIGHT[one] for one in reasons), default=Outcome.GREEN)
    at_s = int(at.timestamp())
    why = tuple(Why(one, tuple(entries)) for one in reasons)
    red_s = at_s - 5 if outcome is Outcome.RED else None
    return Verdict(outcome, why, outcome, red_s, None, (), (), 0, "start-1", at_s)


@dataclass(frozen=True)
class Judge:
    """The engine, as far as alarms ask: it notes verdicts of a trip for an authority."""

    instance: Instance
    trip: str

    def notes(
        self, *reasons: Reason, at: datetime, party: str = NEAR, place: Position | None = HERE
    ) -> None:
        asyncio.run(self._notes(verdict_of(*reasons, at=at), at, party, place))

    async def _notes(self, said: Verdict, at: datetime, party: str, place: Position | None) -> None:
        async with pools(self.instance.dsn) as opened, transaction(opened.engine, None) as tx:
            kept = await trips.by_id(tx, UUID(self.trip))
            assert kept is not None
            [judging] = [one for one in await trips.judging(tx, kept.number) if one.party == party]
            noted = Noted(judging, said, place)
            await note_verdict(tx, kept, noted, now=at, new_id=uuid4)


def judged(port: Port, one: Trip) -> Judge:
    return Judge(port.instance, one.id)


def states(up: Instance, one: Trip, party: str = NEAR) -> list[tuple[str, str, int, str | None]]:
    """How a trip's alarms stand for an authority."""
    asked = (
        "select a.reason, a.state, a.times, a.why from alarm a join trip t using (trip_id)"
        " join organisation o on o.org = a.authority where t.id = %s and o.party = %s"
        " order by a.alarm_id"
    )
    return sql(up, asked, one.id, party)


def codes(port: Port, one: Trip, desk: str) -> list[str]:
    """Which events of alarms of this trip a desk is told, in order."""
    client = {"near": port.near.desk, "far": port.far.desk, "haulier": port.haulier}[desk]
    feed = client.get("/v1/events", params={"limit": 500}).json()
    return [
        event["code"] for event in feed["events"]
        if event["code"].startswith("alarm.") and event["about"]["key"] == one.id
    ]  # fmt: skip


def test_red_is_shown_at_once_and_amber_once_it_has_lasted(port: Port) -> None:
    at = datetime(2026, 6, 1, 8, tzinfo=UTC)
    with trip(port, "ALARM1") as one:
        judge = judged(port, one)
        judge.notes(Reason.STOPPED, Reason.CUT, at=at)
        assert states(port.instance, one) == [
            ("STOPPED", "held", 1, "held"), ("CUT", "raised", 1, "at once")
        ]  # fmt: skip
        judge.notes(Reason.STOPPED, Reason.CUT, at=at + timedelta(seconds=59))
        judge.notes(Reason.STOPPED, Reason.CUT, at=at + timedelta(seconds=59))
        assert states(port.instance, one)[0] == ("STOPPED", "held", 1, "held")
        judge.notes(Reason.STOPPED, Reason.CUT, at=at + timedelta(seconds=60))
        assert states(port.instance, one)[0] == ("STOPPED", "raised", 1, "lasted")
        judge.notes(Reason.CUT, at=at + timedelta(seconds=90))
        assert [state for _, state, _, _ in states(port.instance, one)] == ["ended", "raised"]
        told = ["alarm.raised", "alarm.raised", "alarm.ended"]
        assert wait(lambda: codes(port, one, "near") == told or None)
        assert states(port.instance, one, FAR) == []
        for other in ("far", "haulier"):
            assert codes(port, one, other) == []


def test_the_engine_raises_alarms_with_those_who_judge_the_trip_alone(
    port: Port, instance: Instance
) -> None:
    instance.let_in("other-customs-2", "customs")
    asked = (
        "insert into alarm (id, authority, trip_id, reason, severity, first_at, state, version,"
        " times, due_at, entries) select gen_random_uuid(), o.org, t.trip_id, 'CUT', 3, now(),"
        " 'raised', 1, 1, now(), '{}' from trip t, organisation o where t.id = %s and o.party = %s"
    )
    with trip(port, "ALARM2") as one, psycopg.connect(instance.dsn.engine) as conn:
        assert conn.execute(asked, [one.id, NEAR]).rowcount == 1
        refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
        with refused, conn.transaction():
            conn.execute(asked, [one.id, "other-customs-2"])
