"""A trip under one lock, on real sockets, judged by two authorities apart."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from command_line import CommandLine
from device_at_the_door import asides, playing, sql
from port import wait
from running_instance import Instance
from trip_under_lock import CUT_BITS, FAR, NEAR, Port, Trip, let_in, told, trip

from waglan.cli.alone import script
from waglan.codes.finding import Finding
from waglan.elock.gate_pass import Gate, check_pass, read_pass
from waglan.elock.trip import Act
from waglan.gateway.devices.ports import PortOf
from waglan.logbook.evidence import Kept, Trust, verify
from waglan.logbook.key_set import read_key_set
from waglan.messages.devices.jtt808 import writing

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jtt808", "127.0.0.1", 0, "private"),)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return let_in(instance)


def names(found: dict[str, Any]) -> list[str]:
    return [one["reason"] for one in found["reasons"]]


def test_a_sealed_drive_is_green_for_both_and_a_cut_is_red_until_each_clears_it(
    port: Port, tmp_path: Path
) -> None:
    with trip(port, "TRIP1") as one:
        assert one.shown()["state"] == "planned"
        assert len(one.shown()["consignments"]) == 100
        one.seals()
        one.drives()
        near, far = one.verdict(port.near), one.verdict(port.far)
        assert (near["outcome"], far["outcome"]) == ("GREEN", "GREEN"), (near, far)
        assert (near["policy"], far["policy"]) == ("start-1", "far-1")
        assert near["quality"] == "illustrative"
        assert one.check(port.near)["answer"] == "pass"

        one.tells(30, CUT_BITS)
        one.tells(60)
        assert one.outcomes() == ("RED", "RED")
        assert one.check(port.near)["answer"] == "stop"
        assert one.check(port.far, plate=None, lock=one.lock)["answer"] == "stop"
        [cut] = [why for why in one.verdict(port.near)["reasons"] if why["reason"] == "CUT"]

        assert one.signs(port.near, Act.ALARM, reason="the shell is broken").status_code == 201
        done = one.signs(port.near, Act.CLEAR_ALARM, entries=tuple(cut["entries"]),
                         reason="looked at: the sensor broke")  # fmt: skip
        assert done.status_code == 201, done.text
        assert one.outcomes() == ("GREEN", "RED"), "each authority judges for itself"
        assert one.verdict(port.near)["worst"] == "RED"
        judged_alone(one, port, tmp_path)
        # Who ordered what, and why, is for the authorities alone; where the trip stands is for all.
        for desk, is_told in ((port.near.desk, True), (port.far.desk, True), (port.haulier, False)):
            feed = told_of(desk, "trip.sealed")
            assert ("the sensor broke" in feed) == is_told
            assert one.shown(desk)["state"] == "sealed"


def told_of(desk: httpx.Client, code: str) -> str:
    """What somebody's feed says, once it says this."""

    def look() -> str | None:
        feed = desk.get("/v1/events", params={"limit": 500}).text
        return feed if code in feed else None

    return str(wait(look))


def judged_alone(one: Trip, port: Port, folder: Path) -> None:
    """The bundle of each authority is judged again by Python alone."""
    alone = folder / "verify_trip.py"
    alone.write_text(script())
    for officer, outcome in ((port.near, "GREEN"), (port.far, "RED")):
        answer = officer.desk.get(f"/v1/trips/{one.id}/bundle")
        assert answer.status_code == 200, answer.text
        bundle = folder / "bundle.json"
        bundle.write_bytes(answer.content)
        done = subprocess.run(
            [sys.executable, "-I", str(alone), str(bundle), "--log", port.instance.log_key.text],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"verdict    {outcome}" in done.stdout


def verified(waglan: CommandLine, one: Trip, text: str, folder: Path) -> None:
    """By the command, as at a gate without a network: once, and for nothing that is held."""
    keys, used, held = folder / "keys.json", folder / "used", folder / "held"
    keys.write_text(waglan("keys", "get").out)
    held.write_text(f"OTHER\n{one.vehicle}\n")
    ours = ("--key", one.port.instance.log_key.text, "--keys", str(keys), "--lock", one.lock,
            "--plate", one.vehicle)  # fmt: skip
    here = (*ours, "--site", "HK-SZB")
    waglan.set("WAGLAN_URL", "http://127.0.0.1:9")
    stopped = waglan("verify", text, *here, "--held", str(held))
    assert (stopped.status, "PASS-HELD" in stopped.err) == (1, True)
    good = waglan("verify", text, *here, "--burnt", str(used))
    assert good.status == 0, good.err
    assert f"lets {one.vehicle} pass HK-SZB: lock {one.lock}, seal SEAL-1" in good.out
    assert "0 minutes ago" in good.out
    assert "no proof that the cargo is untouched" in good.out
    again = waglan("verify", text, *here, "--burnt", str(used))
    assert (again.status, "PASS-BURNT" in again.err) == (1, True)
    elsewhere = waglan("verify", text, *ours, "--site", "HK-LMC")
    assert (elsewhere.status, "PASS-ELSEWHERE" in elsewhere.err) == (1, True)
    assert waglan("verify", text[:-9], *here).status == 2


def test_a_pass_is_verified_without_a_network_and_is_for_one_use(
    port: Port, waglan: CommandLine, tmp_path: Path
) -> None:
    with trip(port, "TRIP2") as one:
        one.seals()
        one.drives()
        said = one.check(port.near, minutes=30)
        text = said["pass_text"]
        assert one.check(port.far, lock=one.lock)["answer"] == "pass"
        keys = wait(lambda: port.near.desk.get("/v1/keys"))
        proven = verify(
            keys.content, Trust({port.instance.log_key.name: [port.instance.log_key]}, None)
        )
        assert isinstance(proven.said, Kept)
        known = read_key_set(proven.said.event)
        assert known is not None
        now = datetime.now(UTC)
        gate = Gate("HK-SZB", one.lock, "TRIP2")
        checked = check_pass(text, known, gate, at=now)
        assert checked.findings == ()
        assert checked.allowed is not None
        assert checked.allowed.verdict.hex() == said["verdict"]["sha256"]
        verified(waglan.operates(port.instance), one, text, tmp_path)
        other = check_pass(text, known, Gate("HK-LMC", one.lock, "TRIP2"), at=now)
        assert [found.code for found in other.findings] == ["PASS-ELSEWHERE"]
        used = {"text": text, "used_at": now.isoformat()}
        assert port.near.desk.post("/v1/pass-uses", json=used).status_code == 201
        again = port.near.desk.post("/v1/pass-uses", json=used)
        assert [found["code"] for found in again.json()["findings"]] == ["PASS-BURNT"]
        assert port.far.desk.post("/v1/pass-uses", json=used).status_code == 404
        assert not isinstance(read_pass(text), Finding)
        passed = one.signs(port.near, Act.PASS, site="HK-SZB")
        assert passed.status_code == 201, passed.text
        assert one.outcomes() == ("GREEN", "GREEN")


@pytest.mark.parametrize(
    ("wrong", "outcome"),
    [({}, "GREEN"), ({"radius_m": 1}, "RED"), ({"early": True}, "RED")],
    ids=["valid", "another place", "another time"],
)
def test_a_cut_that_an_officer_ordered_is_no_tamper_where_place_and_time_are_right(
    port: Port, wrong: dict[str, Any], outcome: str
) -> None:
    vehicle = f"CUT{outcome[0]}{len(wrong)}{'early' in wrong}"
    with trip(port, vehicle) as one:
        one.seals()
        one.drives()
        at = one.end + timedelta(seconds=30)
        there = one.there
        if "radius_m" in wrong:
            there = type(there)(there.lat_e7 + 200_000, there.lon_e7, 500)
        shift = -20 * MINUTE if "early" in wrong else 0 * MINUTE
        done = one.signs(
            port.far, Act.CUT, at=at - MINUTE + shift, lock=one.lock, reason="its battery is dead",
            from_at=at - MINUTE + shift, until_at=at + MINUTE + shift, place=there,
        )  # fmt: skip
        assert done.status_code == 201, done.text
        one.tells(30, CUT_BITS)
        one.tells(60)
        assert one.outcomes() == (outcome, outcome)
        assert one.shown()["state"] == "unsealed"
        resealed = one.signs(port.far, Act.RESEAL, lock=one.lock, seal="SEAL-2", reason="whole")
        assert resealed.json()["state"] == "sealed"
        seals = one.verdict(port.near)["seals"]
        assert [seal["number"] for seal in seals] == ["SEAL-1", "SEAL-2"]


def test_a_lock_that_is_replaced_goes_on_under_another_installation(port: Port) -> None:
    with trip(port, "TRIP3") as one:
        one.seals()
        one.drives()
        new, terminal = port.device()
        installation = port.install(new, "TRIP3")
        at = datetime.now(UTC)
        said = {
            "lock": one.lock, "new_lock": terminal, "installation": installation,
            "seal": "SEAL-2", "reason": "a weak battery", "place": one.there,
            "from_at": at - MINUTE, "until_at": at + MINUTE,
        }  # fmt: skip
        other = one.signs(port.near, Act.REPLACE_LOCK, **{**said, "new_lock": "000000000000"})
        assert [found["code"] for found in other.json()["findings"]] == ["TRIP-NO-LOCK"]
        done = one.signs(port.near, Act.REPLACE_LOCK, **said)
        assert done.status_code == 201, done.text
        locks = [device for device in one.shown()["devices"] if device["is_lock"]]
        assert [(lock["terminal"], lock["until"] is None) for lock in locks] == [
            (one.lock, False), (terminal, True)
        ]  # fmt: skip
        assert one.outcomes() == ("GREEN", "GREEN")
        wrong = one.signs(port.near, Act.OPEN, lock=one.lock, place=one.there,
                          from_at=at, until_at=at + MINUTE)  # fmt: skip
        assert [found["code"] for found in wrong.json()["findings"]] == ["TRIP-ACT-OTHER-LOCK"]


def test_it_is_opened_and_closed_at_its_end_and_its_lock_is_free_again(port: Port) -> None:
    with trip(port, "TRIP4") as one:
        one.seals()
        code = port.haulier.post("/v1/lock-codes", json={"lock": lock_id(port, one.lock)})
        assert code.status_code == 409, "no code changes under a seal"
        one.drives()
        at = one.end
        opened = one.signs(port.far, Act.OPEN, lock=one.lock, place=one.there, at=at,
                           from_at=at, until_at=at + 30 * MINUTE)  # fmt: skip
        assert opened.json()["state"] == "opened", opened.text
        closed = one.step(Act.CLOSE, receiver="SAMPLE IMPORTS LTD")
        assert closed.json()["state"] == "closed", closed.text
        assert one.outcomes() == ("GREEN", "GREEN")
        late = one.signs(port.far, Act.INSPECT, lock=one.lock, place=one.there, reason="late",
                         from_at=at, until_at=at + 30 * MINUTE)  # fmt: skip
        assert late.status_code == 409
        assert [found["code"] for found in late.json()["findings"]] == ["TRIP-ACT-NOT-LAWFUL"]
        code = port.haulier.post("/v1/lock-codes", json={"lock": lock_id(port, one.lock)})
        assert code.status_code == 201


def lock_id(port: Port, terminal: str) -> str:
    listed = port.haulier.get("/v1/locks", params={"limit": 200}).json()
    return next(str(one["id"]) for one in listed if one["terminal"] == terminal)


def test_a_live_trip_is_not_armed_on_a_drawn_corridor_and_is_told_how_else(
    port: Port, instance: Instance
) -> None:
    instance.let_in("hk-customs", "customs")
    with trip(port, "TRIP5", jurisdictions=["hong_kong"]) as one:
        refused = one.step(Act.ARM)
        assert refused.status_code == 422
        codes = [found["code"] for found in refused.json()["findings"]]
        for code in ("TRIP-ILLUSTRATIVE", "TRIP-CARGO", "TRIP-VEHICLE", "TRIP-LOCK",
                     "TRIP-TRACKER", "TRIP-INSTEAD"):  # fmt: skip
            assert code in codes
        assert one.shown()["state"] == "planned"
    unknown = port.plans("TRIP5", lock_id(port, one.lock), jurisdictions=["macao", "nowhere"])
    assert {found["code"] for found in unknown.json()["findings"]} == {"TRIP-NO-AUTHORITY"}


def test_a_hole_in_a_locks_count_proves_nothing_until_it_is_filled_or_explained(
    port: Port,
) -> None:
    with trip(port, "TRIP10") as one:
        one.seals()
        one.drives()
        lock = one.players[0]
        late, late_serial = lock.header(), lock.serial
        one.tells(30)
        found = one.verdict(port.near)
        assert (found["outcome"], names(found)) == ("UNPROVEN", ["HOLE"])
        assert one.check(port.near)["answer"] == "inspect"
        [hole] = found["reasons"]
        done = one.signs(port.near, Act.EXPLAIN, entries=tuple(hole["entries"]), reason="a bridge")
        assert done.status_code == 201, done.text
        assert one.outcomes() == ("GREEN", "UNPROVEN")
        assert late.serial == late_serial
        lock.send(writing.heartbeat(late))
        assert lock.result() == 0
        assert one.outcomes() == ("GREEN", "GREEN")


def test_a_rivals_forged_cut_changes_nothing(port: Port) -> None:
    with trip(port, "TRIP11") as one, playing(port.instance, one.lock) as rival:
        one.seals()
        one.drives()
        last = one.driven[-1]
        rival.send(writing.location(rival.header(), told(last, last.at_s + 30, CUT_BITS)))
        wait(lambda: asides(port.instance, one.lock) or None)
        assert one.outcomes() == ("GREEN", "GREEN")


def test_a_lock_that_was_lost_is_not_armed_until_it_is_fit_again(port: Port) -> None:
    with trip(port, "TRIP9") as one:
        lock = lock_id(port, one.lock)
        for condition, status in (("lost", 422), ("uncalibrated", 422), ("fit", 201)):
            said = {"condition": condition, "since": datetime.now(UTC).isoformat()}
            done = port.haulier.post(f"/v1/locks/{lock}/conditions", json=said)
            assert done.status_code == 204, done.text
            assert one.players[0].authenticate() == 0
            armed = one.step(Act.ARM)
            assert armed.status_code == status, armed.text
            if status == 422:
                assert armed.json()["findings"][0]["code"] == "TRIP-LOCK-UNFIT"
        about = "select count(*) from event where code = 'device.lost-heard' and about = %s"
        assert sql(port.instance, about, one.lock) == [(1,)]


def test_one_lock_is_on_one_trip_at_a_time(port: Port) -> None:
    with trip(port, "TRIP6") as one:
        second = port.plans("TRIP6", lock_id(port, one.lock))
        assert second.status_code == 201
        one.seals()
        busy = port.haulier.post(
            f"/v1/trips/{second.json()['id']}/steps", json={"id": "x", "act": "arm", "version": 0}
        )
        assert busy.status_code == 409
        assert [found["code"] for found in busy.json()["findings"]] == ["TRIP-LOCK-BUSY"]


def test_only_who_signed_what_he_saw_moves_a_trip(port: Port) -> None:
    with trip(port, "TRIP7") as one:
        one.seals()
        stale = one.signs(port.near, Act.PASS, site="HK-SZB", version=0)
        assert stale.status_code == 409
        unsigned = one.hands_in(port.far, one.sheet(port.near, Act.PASS, site="HK-SZB"))
        assert [f["code"] for f in unsigned.json()["findings"]] == ["TRIP-ACT-OF-ANOTHER"]
        key, port.near.key = port.near.key, port.far.key
        forged = one.signs(port.near, Act.PASS, site="HK-SZB")
        port.near.key = key
        assert [f["code"] for f in forged.json()["findings"]] == ["TRIP-ACT-UNSIGNED"]
        sheet = one.sheet(port.near, Act.PASS, site="HK-SZB")
        assert one.hands_in(port.near, sheet).status_code == 201
        again = one.hands_in(port.near, sheet)
        assert again.status_code == 201
        assert one.shown()["version"] == 3
        driver = one.step(Act.OPEN)
        assert [f["code"] for f in driver.json()["findings"]] == ["TRIP-ACT-NOT-HIS"]


def test_an_authority_that_is_not_on_a_trip_sees_nothing_of_it(
    port: Port, instance: Instance
) -> None:
    outsider = instance.let_in("other-customs-1", "customs")
    with trip(port, "TRIP8") as one:
        one.seals()
        one.drives()
        for path in ("", "/verdict", "/bundle"):
            assert outsider.get(f"/v1/trips/{one.id}{path}").status_code == 404
        assert outsider.get("/v1/trips").json() == []
        asked = {"plate": "TRIP8", "site": "HK-SZB"}
        assert outsider.post("/v1/checkpoints", json=asked).status_code == 404
        assert port.haulier.get(f"/v1/trips/{one.id}/verdict").status_code == 403
        judging = one.shown(port.near.desk)["authorities"]
        assert [each["party"] for each in judging] == [NEAR, FAR]
        assert {each["use"] for each in judging} == {"hypothetical"}
        assert names(one.verdict(port.near)) == []
