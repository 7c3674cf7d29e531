"""A gate's answer where nobody can judge anew, and where there is no network at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from command_line import CommandLine, Ran
from port import wait
from running_instance import Instance
from trip_under_lock import CUT_BITS, Port, let_in, trip

from waglan.elock.trip import Act
from waglan.elock.trip_act import Spot
from waglan.gateway.devices.ports import PortOf

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jtt808", "127.0.0.1", 0, "private"),)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return let_in(instance)


@contextmanager
def unreadable(instance: Instance) -> Iterator[None]:
    """Frames can't be read: the database refuses."""
    with psycopg.connect(instance.dsn.admin or "", autocommit=True) as conn:
        conn.execute("REVOKE SELECT ON frame_raw FROM waglan_authority")
        try:
            yield
        finally:
            conn.execute("GRANT SELECT ON frame_raw TO waglan_authority")


@contextmanager
def held_up(instance: Instance) -> Iterator[None]:
    """Whoever reads frames waits."""
    with psycopg.connect(instance.dsn.admin or "") as conn:
        conn.execute("LOCK TABLE frame_raw IN ACCESS EXCLUSIVE MODE")
        yield
        conn.rollback()


def test_where_nobody_can_judge_anew_the_last_signed_state_answers_and_never_lets_pass(
    port: Port, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trip(port, "GATE1") as one:
        one.seals()
        one.drives()
        with unreadable(instance):
            first = one.check(port.near)
        assert (first["answer"], first["fallback"], first["verdict"]) == ("inspect", "store", None)
        anew = one.check(port.near)
        assert (anew["answer"], anew["fallback"], anew["age_seconds"]) == ("pass", None, 0)
        with unreadable(instance):
            fallen = one.check(port.near)
        assert (fallen["answer"], fallen["pass_text"]) == ("inspect", None)
        assert (fallen["verdict"]["outcome"], fallen["seal"]) == ("GREEN", "SEAL-1")
        assert fallen["verdict"]["sha256"] == anew["verdict"]["sha256"]
        assert 0 <= fallen["age_seconds"] < 120
        with held_up(instance):
            assert one.check(port.near)["fallback"] == "slow"
        with monkeypatch.context() as patch:
            patch.setattr("waglan.operations.judge_trip.FRAMES_MAX", 3)
            assert one.check(port.near)["fallback"] == "too-long"
            answer = port.near.desk.get(f"/v1/trips/{one.id}/verdict")
            assert (answer.status_code, answer.json()["findings"][0]["code"]) == (
                409, "TRIP-NOT-JUDGED"
            )  # fmt: skip
        one.tells(30, CUT_BITS)
        assert one.check(port.near)["answer"] == "stop"
        with unreadable(instance):
            red = one.check(port.near)
        assert (red["answer"], red["verdict"]["outcome"]) == ("stop", "RED")
        with unreadable(instance):
            assert one.check(port.far)["verdict"] is None, "each authority has its own last state"


def test_a_gate_goes_by_its_lists_and_a_hold_beats_any_pass(
    port: Port, instance: Instance, waglan: CommandLine, tmp_path: Path
) -> None:
    gate = ("--folder", str(tmp_path / "gate"), "--key", instance.log_key.text)
    wait(lambda: port.near.desk.get("/v1/keys").is_success or None)
    with trip(port, "GATE2") as one:
        one.seals()
        one.drives()
        waglan.operates(instance).signs_in(port.near.desk.headers["authorization"])
        text = one.check(port.near)["pass_text"]
        done = waglan("elock", "sync", *gate, "--again", "5")
        assert done.status == 0, done.err
        assert " trips under way" in done.out
        assert "GATE2" not in (tmp_path / "gate" / "holds").read_text()
        now = datetime.now(UTC)

        def at_gate(*words: str, at: datetime = now, plate: str = "GATE2") -> Ran:
            named = ("--plate", plate, "--lock", one.lock, "--at", f"{at:%Y-%m-%dT%H:%M:%S%z}")
            return waglan("elock", "check", "HK-SZB", "--offline", *gate, *named, *words)

        waglan.set("WAGLAN_URL", "http://127.0.0.1:9")
        later = now + 2 * MINUTE
        listed = at_gate(at=later)
        assert (listed.status, "pass  GATE2" in listed.out) == (0, True), listed.out + listed.err
        assert "2 minutes ago" in listed.out
        assert "no proof that the cargo is untouched" in listed.out
        stale = at_gate(at=now + 20 * MINUTE)
        assert (stale.status, "inspect  GATE2" in stale.out) == (3, True)
        assert "GATE-LIST-OVERDUE" in stale.err
        assert at_gate(at=later, plate="OTHER").status == 3
        assert at_gate("--pass", text, at=later).status == 0
        again = at_gate("--pass", text, at=later)
        assert (again.status, "PASS-BURNT" in again.err) == (3, True)
        behind = at_gate(at=now - 10 * MINUTE)
        assert (behind.status, "PASS-CLOCK" in behind.err) == (2, True)
        nothing = waglan("elock", "check", "HK-SZB", "--offline", "--plate", "X", "--key",
                         instance.log_key.text, "--folder", str(tmp_path))  # fmt: skip
        assert (nothing.status, "GATE-NO-LISTS" in nothing.err) == (2, True)

        one.tells(30, CUT_BITS)
        assert one.outcomes() == ("RED", "RED")
        waglan.operates(instance)
        assert waglan("elock", "sync", *gate).status == 0
        assert "GATE2" in (tmp_path / "gate" / "holds").read_text()
        waglan.set("WAGLAN_URL", "http://127.0.0.1:9")
        (tmp_path / "gate" / "burnt.txt").unlink()
        soon = datetime.now(UTC) + MINUTE
        red = at_gate("--pass", text, at=soon)
        assert (red.status, "its state is RED" in red.out) == (1, True), red.out
        assert at_gate(at=soon).status == 1
        altered(tmp_path / "gate", lambda: at_gate(at=soon))
        (tmp_path / "gate" / "newest.txt").write_text((soon + 60 * MINUTE).isoformat())
        waglan.operates(instance)
        older = waglan("elock", "sync", *gate)
        assert (older.status, "GATE-LIST-OLDER" in older.err) == (2, True)


def altered(folder: Path, ask: Callable[[], Ran]) -> None:
    """A list that is not as it was signed says nothing."""
    for name in ("holds", "states"):
        file = folder / name
        kept = file.read_text()
        file.write_text(kept.replace("GATE2", "GATE3"))
        done = ask()
        assert (done.status, "VERIFY-SIGNATURE" in done.err) == (2, True)
        file.write_text(kept)


def test_an_alarm_is_held_and_a_closed_trip_is_not_listed(port: Port, instance: Instance) -> None:
    outsider = instance.let_in("other-customs-7", "customs")
    with trip(port, "GATE4") as one:
        one.seals()
        assert one.step(Act.ALARM, reason="a tyre").status_code == 201
        lists = port.near.desk.get("/v1/gate-lists").json()
        assert f'"trip":"{one.id}","why":"alarm"' in lists["holds"]
        assert outsider.get("/v1/gate-lists").json()["states"].count("GATE") == 0
        assert port.haulier.get("/v1/gate-lists").status_code == 403
        cleared = one.signs(port.near, Act.CLEAR_ALARM, entries=("act-3",), reason="mended")
        assert cleared.status_code == 201, cleared.text
        at = datetime.now(UTC)
        there = Spot(225_400_000, 1_140_600_000, 500)
        opened = one.signs(port.near, Act.OPEN, lock=one.lock, place=there, at=at,
                           from_at=at, until_at=at + 30 * MINUTE)  # fmt: skip
        assert opened.status_code == 201, opened.text
        assert one.step(Act.CLOSE, receiver="SAMPLE").status_code == 201
        assert one.id not in port.near.desk.get("/v1/gate-lists").json()["states"]
