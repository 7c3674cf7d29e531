"""A control room's alarms: raised by verdicts, seen by one authority, handled by its persons."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from command_line import CommandLine
from device_at_the_door import sql
from port import wait
from running_instance import Instance
from trip_under_lock import CUT_BITS, FAR, NEAR, Judge, Port, Trip, let_in, trip

from waglan.codes.position import Position
from waglan.elock.reason import Reason
from waglan.elock.trip import Act
from waglan.gateway.devices.ports import PortOf

HERE = Position(225_030_000, 1_139_450_000)


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jtt808", "127.0.0.1", 0, "private"),)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return let_in(instance)


def judged(port: Port, one: Trip) -> Judge:
    return Judge(port.instance, one.id)


FIRST = "0001-01-01T12:00-12:00"  # of what every clock can show


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
    at = datetime.now(UTC) + timedelta(days=1)  # the workers' clock wakes none of them
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


def alarm(
    port: Port, one: Trip, reason: Reason, desk: httpx.Client | None = None
) -> dict[str, Any]:
    """An alarm of this trip as a desk is shown it."""
    desk = desk or port.near.desk
    asked = {"trip": one.id, "state": "all"}
    [found] = [
        each for each in desk.get("/v1/alarms", params=asked).json()["alarms"]
        if each["reason"] == reason.name
    ]  # fmt: skip
    return dict(found)


def does(desk: httpx.Client, shown: dict[str, Any], act: str, **said: Any) -> httpx.Response:
    new = {"id": f"a-{uuid4().hex}", "act": act, "version": shown["version"], **said}
    return desk.post(f"/v1/alarms/{shown['id']}/acts", json=new)


def found_in(answer: httpx.Response) -> list[str]:
    return [one["code"] for one in answer.json()["findings"]]


def test_an_alarm_is_handled_from_the_first_look_to_its_closing_and_the_verdict_stays(
    port: Port,
) -> None:
    now = datetime.now(UTC)
    with trip(port, "ALARM3") as one:
        one.seals()
        one.drives()
        one.tells(30, CUT_BITS)
        told = one.verdict(port.near)
        [cut] = [why for why in told["reasons"] if why["reason"] == "CUT"]
        near = port.near.desk
        shown = wait(lambda: raised(port, one))
        assert shown["reason"] == "CUT", "by the workers, as the truck drives"
        assert (shown["severity"], shown["state"], shown["why"]) == ("RED", "raised", "at once")
        whole = near.get(f"/v1/alarms/{shown['id']}").json()
        assert [entry["kind"] for entry in whole["evidence"]] == ["said"] * len(cut["entries"])
        assert {entry["ref"] for entry in whole["evidence"]} == set(cut["entries"])
        assert (whole["outcome"], whole["is_standing"], whole["policy"]) == ("RED", True, "start-1")

        until = (now + timedelta(minutes=5)).isoformat()
        muted = does(near, shown, "mute", until=until, words="too loud")
        assert (muted.status_code, found_in(muted)) == (422, ["ALARM-RED-MUTED"])
        assert does(near, shown, "acknowledge").json()["state"] == "acknowledged"
        shown = alarm(port, one, Reason.CUT)
        nobody = does(near, shown, "assign", assignee="sub_" + "0" * 32)
        assert (nobody.status_code, found_in(nobody)) == (422, ["ALARM-NO-PERSON"])
        stranger = port.haulier.get("/v1/whoami").json()["accountable"]
        assert found_in(does(near, shown, "assign", assignee=stranger)) == ["ALARM-NO-PERSON"]
        other = port.near.colleague()
        assigned = does(near, shown, "assign", assignee=other.subject)
        assert assigned.json()["state"] == "assigned", assigned.text
        mine: dict[str, Any] = {"mine": True, "trip": one.id}
        assert len(other.desk.get("/v1/alarms", params=mine).json()["alarms"]) == 1
        assert near.get("/v1/alarms", params=mine).json()["alarms"] == []

        shown = alarm(port, one, Reason.CUT)
        words = {"found_out": "false", "words": "the sensor broke: looked at on the spot"}
        early = does(other.desk, shown, "close", **words)
        assert (early.status_code, found_in(early)) == (422, ["ALARM-RED-STANDS"])
        signed = one.signs(port.near, Act.CLEAR_ALARM, entries=tuple(cut["entries"]),
                           reason="looked at: the sensor broke")  # fmt: skip
        assert signed.status_code == 201, signed.text
        shown = wait(lambda: ended(port, one, Reason.CUT))
        closed = does(
            other.desk, shown, "close", **words, entries=cut["entries"], papers=["0" * 64]
        )
        assert closed.json()["state"] == "closed", closed.text
        steps = near.get(f"/v1/alarms/{shown['id']}").json()["steps"]
        assert [step["act"] for step in steps] == ["raise", "acknowledge", "assign", "end", "close"]
        assert [step["state"] for step in steps][-1] == "closed"
        assert steps[-1]["said"]["words"] == words["words"]
        assert steps[-1]["by"] == other.subject
        assert one.outcomes() == ("GREEN", "RED"), "the other authority judges for itself"
        is_told(port, one, words["words"])


def ended(port: Port, one: Trip, reason: Reason) -> dict[str, Any] | None:
    """An alarm of a trip, once its cause is gone."""
    found = alarm(port, one, reason)
    return found if found["state"] == "ended" else None


def is_told(port: Port, one: Trip, words: str) -> None:
    """The authority's feed tells of each step, and not of what a person wrote."""
    near = port.near.desk
    told_codes = ["alarm.raised", "alarm.acknowledged", "alarm.assigned", "alarm.ended",
                  "alarm.closed"]  # fmt: skip
    assert wait(lambda: codes(port, one, "near") == told_codes or None)
    assert words not in near.get("/v1/events", params={"limit": 500}).text


def test_closing_an_alarm_does_not_make_a_verdict_green(port: Port) -> None:
    with trip(port, "ALARM4") as one:
        judge = judged(port, one)
        judge.notes(Reason.NOTHING_HEARD, at=datetime.now(UTC) - timedelta(hours=1))
        before = one.verdict(port.near)
        assert before["outcome"] == "UNPROVEN"
        shown = alarm(port, one, Reason.NOTHING_HEARD)
        done = does(port.near.desk, shown, "close", found_out="explained", words="no network there")
        assert done.status_code == 201, done.text
        after = one.verdict(port.near)
        assert (after["outcome"], after["reasons"]) == (before["outcome"], before["reasons"])


def test_of_two_operators_who_acknowledge_at_once_one_is_told_that_it_moved_on(
    port: Port,
) -> None:
    with trip(port, "ALARM5") as one:
        judged(port, one).notes(Reason.CUT, at=datetime.now(UTC))
        shown = alarm(port, one, Reason.CUT)
        other = port.near.colleague()
        desks = [port.near.desk, other.desk]
        with ThreadPoolExecutor(2) as both:
            answers = list(both.map(lambda desk: does(desk, shown, "acknowledge"), desks))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        [late] = [answer for answer in answers if answer.status_code == 409]
        assert found_in(late) == ["ALARM-MOVED-ON"]
        assert alarm(port, one, Reason.CUT)["version"] == 2


def test_an_act_that_is_sent_again_changes_nothing_and_its_id_is_for_nothing_else(
    port: Port,
) -> None:
    with trip(port, "ALARM6") as one:
        judged(port, one).notes(Reason.CUT, at=datetime.now(UTC))
        shown = alarm(port, one, Reason.CUT)
        first = does(port.near.desk, shown, "acknowledge", id="again")
        again = does(port.near.desk, shown, "acknowledge", id="again")
        assert (first.status_code, again.json()) == (201, first.json())
        other = does(port.near.desk, shown, "acknowledge", id="again", words="and more")
        assert found_in(other) == ["ALARM-ACT-ID-TAKEN"]
        colleague = port.near.colleague()
        whose = does(colleague.desk, shown, "acknowledge", id="again")
        assert found_in(whose) == ["ALARM-ACT-ID-TAKEN"]


def test_a_muted_alarm_is_out_of_the_list_and_comes_back_by_itself(port: Port) -> None:
    now = datetime.now(UTC)
    with trip(port, "ALARM7") as one:
        judged(port, one).notes(Reason.STOPPED, at=now - timedelta(minutes=9))
        desk = port.near.desk
        shown = wait(lambda: raised(port, one))
        until = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
        done = does(desk, shown, "mute", until=until, words="the driver was telephoned")
        assert done.status_code == 201, done.text
        assert desk.get("/v1/alarms", params={"trip": one.id}).json()["alarms"] == []
        back = wait(lambda: raised(port, one))
        assert back["state"] == "raised"
        told = ["alarm.raised", "alarm.muted", "alarm.shown-again"]
        assert wait(lambda: codes(port, one, "near") == told or None)
        whole = desk.get(f"/v1/alarms/{back['id']}").json()
        assert whole["figures"] == {"stop_s": 600, "stop_mm": 60_000, "stop_apart_s": 300}


def raised(port: Port, one: Trip) -> dict[str, Any] | None:
    """The first alarm of a trip that is to be looked at, once it is."""
    found = port.near.desk.get("/v1/alarms", params={"trip": one.id}).json()["alarms"]
    return dict(found[0]) if found else None


def test_a_jam_is_shown_as_one_and_handled_as_one_but_for_what_moved_on(
    port: Port, waglan: CommandLine
) -> None:
    at = datetime.now(UTC) - timedelta(minutes=5)
    with ExitStack() as stack:
        many = [stack.enter_context(trip(port, f"JAM{n}")) for n in range(6)]
        for n, one in enumerate(many):
            judged(port, one).notes(Reason.FROZEN, at=at + timedelta(seconds=n))
        judged(port, many[0]).notes(Reason.FROZEN, Reason.CUT, at=at + timedelta(minutes=2))
        desk = port.near.desk
        own = {one.id for one in many}
        [group] = [
            each for each in desk.get("/v1/alarms/groups").json() if each["reason"] == "FROZEN"
        ]
        assert (group["severity"], group["trips"]) == ("AMBER", 6)
        page = desk.get("/v1/alarms", params={"limit": 200}).json()["alarms"]
        grouped = [each for each in page if each["group"] == group["id"]]
        assert {each["trip"] for each in grouped} == own
        alone = desk.get("/v1/alarms", params={"limit": 200, "alone": True}).json()["alarms"]
        assert not [each for each in alone if each["group"]]
        assert [each["reason"] for each in alone if each["trip"] == many[0].id] == ["CUT"]
        assert port.far.desk.get("/v1/alarms/groups").json() == []

        first = group["alarms"][0]
        moved = desk.post(
            f"/v1/alarms/{first['alarm']}/acts",
            json={"id": "m", "act": "acknowledge", "version": first["version"]},
        )
        assert moved.status_code == 201, moved.text
        red = alarm(port, many[0], Reason.CUT)
        seen = [*group["alarms"], {"alarm": red["id"], "version": red["version"]}]
        new = {"id": "jam", "act": "acknowledge", "words": "a jam", "alarms": seen}
        answer = desk.post("/v1/alarms/acts", json=new)
        assert answer.status_code == 200, answer.text
        done = {each["alarm"]: each for each in answer.json()}
        assert done[first["alarm"]]["findings"] == ["ALARM-MOVED-ON"]
        assert done[red["id"]]["findings"] == ["ALARM-RED-ALONE"]
        assert sum(each["is_done"] for each in done.values()) == 5
        assert alarm(port, many[3], Reason.FROZEN)["state"] == "acknowledged"
        waglan.operates(port.instance).signs_in(port.near.desk.headers["authorization"])
        listed = waglan("elock", "alarm-groups").out
        assert f"{group['id']}  AMBER  FROZEN  6  6" in listed
        said = ("--found", "explained", "--words", "a jam at the tunnel")
        closed = waglan("elock", "alarm-group", group["id"], "close", *said)
        assert closed.status == 0, closed.err
        assert [line.split()[1] for line in closed.out.splitlines()] == ["closed"] * 6
        assert group["id"] not in waglan("elock", "alarm-groups").out
        assert alarm(port, many[0], Reason.CUT)["state"] == "raised"


def test_alarms_come_through_the_stream_within_a_second_of_their_commit(port: Port) -> None:
    with trip(port, "ALARM8") as one:
        last = wait(lambda: port.near.desk.get("/v1/events", params={"limit": 500}))
        after = last.json()["events"][-1]["seq"]
        headers = {"Last-Event-ID": str(after)}
        with port.near.desk.stream("GET", "/stream", headers=headers, timeout=20) as stream:
            lines = stream.iter_lines()
            next(lines)
            judged(port, one).notes(Reason.CUT, at=datetime.now(UTC))
            committed = time.monotonic()
            for line in lines:
                if line == "event: alarm.raised":
                    break
            assert time.monotonic() - committed < 1


def test_a_control_room_sees_whether_it_can_keep_up(port: Port, instance: Instance) -> None:
    begun = datetime.now(UTC)
    with trip(port, "ALARM9") as one:
        judge = judged(port, one)
        judge.notes(Reason.CUT, Reason.MOTOR_STUCK, at=begun)
        judge.notes(Reason.CUT, at=begun + timedelta(seconds=1))
        shown = alarm(port, one, Reason.CUT)
        assert does(port.near.desk, shown, "acknowledge").status_code == 201
        asked: dict[str, Any] = {"since": begun.isoformat(), "operators": 2,
                 "until": (begun + timedelta(hours=2)).isoformat()}  # fmt: skip
        told = port.near.desk.get("/v1/alarms/figures", params=asked).json()
        assert (told["shown"], told["never_shown"], told["seen"]) == (1, 1, 1)
        assert told["per_operator_hour"] == 250, "a quarter of an alarm an hour and operator"
        assert 0 <= told["seen_median_s"] <= told["seen_p90_s"] < 60
        assert told["false_share"] is None
        assert told["open"]["RED"] >= 1
        judge.notes(at=begun + timedelta(seconds=9))
        done = does(port.near.desk, alarm(port, one, Reason.CUT), "close", found_out="false",
                    words="a broken sensor")  # fmt: skip
        assert done.status_code == 201, done.text
        told = port.near.desk.get("/v1/alarms/figures", params=asked).json()
        assert (told["found_out"], told["false_share"]) == ({"false": 1}, 1000)
        far = port.far.desk.get("/v1/alarms/figures", params=asked).json()
        assert (far["shown"], far["found_out"]) == (0, {})
        for since, until in ((asked["until"], asked["since"]), ("0001-01-02T00:00Z", FIRST)):
            times = {"since": since, "until": until}
            wrong = port.near.desk.get("/v1/alarms/figures", params=times)
            assert wrong.status_code == 422
        longest = port.near.desk.get("/v1/alarms/figures", params={"until": FIRST})
        assert longest.json()["shown"] == 0
        for place in ({"severity": 4, "number": 1}, {"severity": 1, "number": 1 << 63}):
            after = base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")
            lost = port.near.desk.get("/v1/alarms", params={"after": after})
            assert lost.status_code == 422


def test_the_list_goes_on_page_by_page_with_the_oldest_red_first(
    port: Port, instance: Instance
) -> None:
    with trip(port, "ALARM10") as one, trip(port, "ALARM11") as two:
        at = datetime.now(UTC) - timedelta(hours=1)
        judged(port, one).notes(Reason.STOPPED, Reason.CUT, Reason.HOLE, at=at)
        judged(port, two).notes(Reason.CUT, at=at)
        seen, after = list[tuple[str, str]](), None
        while True:
            asked: dict[str, Any] = {"limit": 1, "after": after, "severity": None}
            params = {name: value for name, value in asked.items() if value is not None}
            page = port.near.desk.get("/v1/alarms", params=params).json()
            seen += [(each["trip"], each["reason"]) for each in page["alarms"]]
            after = page["next"]
            if after is None:
                break
        own = [each for each in seen if each[0] in (one.id, two.id)]
        assert own == [
            (one.id, "CUT"), (two.id, "CUT"), (one.id, "HOLE"), (one.id, "STOPPED")
        ]  # fmt: skip
        assert len(seen) == len(set(seen))


def test_neither_the_other_authority_nor_the_haulier_learns_of_an_alarm(port: Port) -> None:
    with trip(port, "ALARM12") as one:
        judged(port, one).notes(Reason.CUT, at=datetime.now(UTC))
        shown = alarm(port, one, Reason.CUT)
        assert port.far.desk.get(f"/v1/alarms/{shown['id']}").status_code == 404
        assert does(port.far.desk, shown, "acknowledge").status_code == 404
        several = {"id": "x", "act": "acknowledge",
                   "alarms": [{"alarm": shown["id"], "version": 1}]}  # fmt: skip
        assert port.far.desk.post("/v1/alarms/acts", json=several).status_code == 404
        assert port.far.desk.get("/v1/alarms", params={"trip": one.id}).json()["alarms"] == []
        for path in ("/v1/alarms", "/v1/alarms/groups", f"/v1/alarms/{shown['id']}"):
            assert port.haulier.get(path).status_code == 403
        assert "alarm" not in port.haulier.get(f"/v1/trips/{one.id}").text


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "The verdict on the trip stays UNPROVEN"), ("zh-Hant-HK", "行程的判定仍為 UNPROVEN")],
)
def test_a_control_room_works_at_the_command_line(
    port: Port, waglan: CommandLine, lang: str, said: str
) -> None:
    with trip(port, f"ALARM13{lang[0]}") as one:
        at = datetime.now(UTC) - timedelta(hours=9)
        judged(port, one).notes(Reason.CUT, Reason.GAP_LONG, at=at)
        waglan.operates(port.instance).signs_in(port.near.desk.headers["authorization"])
        waglan.set("WAGLAN_LANG", lang)
        asked = ("elock", "alarms", "--trip", one.id)
        red, gap = waglan(*asked).out.splitlines()
        assert "RED  CUT  raised  1  at once" in red
        assert "UNPROVEN  GAP_LONG" in gap
        [only] = waglan(*asked, "--severity", "UNPROVEN").out.splitlines()
        assert only.split()[0] == gap.split()[0]
        alarm = ("elock", "alarm", gap.split()[0])
        shown = waglan(*alarm)
        assert "gap_long_s 900" in shown.out, shown.err
        assert waglan(*alarm, "ack").out.startswith("acknowledged")
        mine = port.near.subject
        assert waglan(*alarm, "assign", "--to", mine).out.startswith("assigned")
        assert waglan(*asked, "--mine").out.split()[0] == gap.split()[0]
        muted = waglan(*alarm, "mute", "--minutes", "5", "--words", "a tunnel")
        assert muted.out.startswith("muted"), muted.err
        assert len(waglan(*asked).out.splitlines()) == 1
        assert waglan(*alarm, "unmute").out.startswith("raised")
        wordless = waglan(*alarm, "close", "--found", "explained")
        assert (wordless.status, "ALARM-ACT-NEEDS" in wordless.err) == (1, True)
        closed = waglan(*alarm, "close", "--found", "explained", "--words", "a tunnel")
        assert closed.out.startswith("closed"), closed.err
        assert said in closed.out
        loud = waglan("elock", "alarm", red.split()[0], "mute", "--minutes", "5", "--words", "x")
        assert (loud.status, "ALARM-RED-MUTED" in loud.err) == (1, True)
        told = waglan("elock", "alarm-figures", "--operators", "2")
        assert told.status == 0, told.err
        assert len(told.out.splitlines()) == 5
        nothing = waglan("elock", "alarm-group", "no-such-group", "ack")
        assert nothing.status == 2


def test_what_an_alarm_stands_at_is_what_its_steps_came_to(port: Port, instance: Instance) -> None:
    told = sql(
        instance,
        "select a.id, a.state, a.version, s.state, s.n, (select count(*) from alarm_step c"
        " where c.alarm_id = a.alarm_id) from alarm a join lateral (select state, n from alarm_step"
        " s where s.alarm_id = a.alarm_id order by n desc limit 1) s on true",
    )
    for _, state, version, last, n, count in told:
        assert (state, version, version) == (last, n, count)
    counted = "select count(*) from alarm a where not exists (select from alarm_step s"
    # What the catalogue's test wrote by hand has no step.
    [(bare,)] = sql(instance, counted + " where s.alarm_id = a.alarm_id)")
    assert bare <= 1
