"""A lock is opened by an officer's order and the driver's key, with a code that the lock checks."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from command_line import CommandLine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from port import wait
from running_instance import Instance
from trip_under_lock import Port, Trip, let_in, told, trip

from waglan.codes.position import Position
from waglan.elock.opening_code import OpeningAsk, OpeningLock, Tried
from waglan.elock.trip import Act
from waglan.elock.trip_act import Spot
from waglan.gateway.devices.ports import PortOf
from waglan.messages.devices.jtt808 import writing

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jtt808", "127.0.0.1", 0, "private"),)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return let_in(instance)


@pytest.fixture(scope="module")
def driver(port: Port) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    registers(port, "D-1", key)
    return key


def registers(port: Port, name: str, key: Ed25519PrivateKey) -> None:
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    new = {"driver": name, "public_key": public}
    assert port.haulier.post("/v1/driver-keys", json=new).status_code == 204


def keyed(port: Port, one: Trip) -> bytes:
    """Put a key into the lock, before it is sealed."""
    found = port.haulier.get(f"/v1/trips/{one.id}").json()
    assert found["state"] == "planned"
    locks = port.haulier.get("/v1/locks?limit=200").json()
    [lock] = [each["id"] for each in locks if each["terminal"] == one.lock]
    given = port.haulier.post("/v1/opening-keys", json={"lock": lock})
    assert given.status_code == 201, given.text
    return base64.b64decode(given.json()["key"])


def asks(
    one: Trip, key: Ed25519PrivateKey, name: str = "D-1", at: datetime | None = None
) -> httpx.Response:
    ask = OpeningAsk("waglan/opening-ask/v1", one.id, name, at or datetime.now(UTC))
    return hands_in(one, ask, key)


def hands_in(one: Trip, ask: OpeningAsk, key: Ed25519PrivateKey) -> httpx.Response:
    body = ask.ask_bytes()
    signed = {
        "body": base64.b64encode(body).decode(),
        "signature": base64.b64encode(key.sign(body)).decode(),
    }
    return one.port.haulier.post(f"/v1/trips/{one.id}/openings", json=signed)


def codes(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 409, answer.text
    return [one["code"] for one in answer.json()["findings"]]


def is_here(one: Trip) -> Position:
    """The lock tells where it is just now: at the end of its drive."""
    ping = told(one.driven[-1], int(datetime.now(UTC).timestamp()) - 1)
    one.players[0].send(writing.location(one.players[0].header(), ping))
    assert one.players[0].result() == 0
    return Position(ping.lat_e7 or 0, ping.lon_e7 or 0)


def order(one: Trip, **said: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"lock": one.lock, "reason": "to be looked at", "from_at": now - MINUTE,
            "until_at": now + 20 * MINUTE, "place": one.there, **said}  # fmt: skip


def test_two_are_needed_and_the_lock_itself_checks_what_is_typed(
    port: Port, driver: Ed25519PrivateKey
) -> None:
    with trip(port, "TWO1") as one:
        secret = keyed(port, one)
        one.seals()
        one.drives()
        assert codes(asks(one, driver)) == ["OPENING-NO-ORDER"]

        done = one.signs(port.near, Act.ALLOW, **order(one, person="D-1"))
        assert done.status_code == 201, done.text
        assert codes(asks(one, driver)) == ["OPENING-NOT-HEARD"]
        here = is_here(one)
        assert codes(asks(one, Ed25519PrivateKey.generate())) == ["OPENING-UNSIGNED"]
        late = asks(one, driver, at=datetime.now(UTC) - 3 * MINUTE)
        assert codes(late) == ["OPENING-ASKED-LATE"]

        ask = OpeningAsk("waglan/opening-ask/v1", one.id, "D-1", datetime.now(UTC))
        given = hands_in(one, ask, driver)
        assert given.status_code == 201, given.text
        assert hands_in(one, ask, driver).json() == given.json(), "the same ask, the same code"
        at_s = int(datetime.now(UTC).timestamp())
        lock = OpeningLock(secret, one.lock, one.id)
        assert lock.tried(given.json()["code"], here, at_s) is Tried.OPENS
        assert lock.tried(given.json()["code"], here, at_s) is Tried.WRONG

        other = Ed25519PrivateKey.generate()
        registers(port, "D-2", other)
        assert codes(asks(one, other, "D-2")) == ["OPENING-NO-ORDER"], "it names another driver"
        told_near = wait(lambda: events_of(port.near.desk, one) or None)
        assert [event["body"]["driver"] for event in told_near] == ["D-1"]
        assert given.json()["code"] not in str(told_near)


def events_of(client: httpx.Client, one: Trip) -> list[dict[str, Any]]:
    sought = {"limit": "200", "code": "trip.opening-code-given", "kind": "trip"}
    answer = client.get("/v1/events", params=sought)
    assert answer.status_code == 200, answer.text
    return [event for event in answer.json()["events"] if event["about"]["key"] == one.id]


def test_it_is_given_where_the_order_says_and_five_times_at_most(
    port: Port, driver: Ed25519PrivateKey
) -> None:
    with trip(port, "TWO2") as one:
        keyed(port, one)
        one.seals()
        one.drives()
        is_here(one)
        far = Spot(one.there.lat_e7 + 200_000, one.there.lon_e7, 500)
        assert one.signs(port.near, Act.ALLOW, **order(one, place=far)).status_code == 201
        assert codes(asks(one, driver)) == ["OPENING-NOT-THERE"]
        assert one.signs(port.near, Act.ALLOW, **order(one)).status_code == 201
        for n in range(5):
            at = datetime.now(UTC) - timedelta(seconds=n)
            assert asks(one, driver, at=at).status_code == 201
        assert codes(asks(one, driver)) == ["OPENING-TOO-OFTEN"]


def test_a_lock_that_checks_no_codes_is_opened_by_an_officer(
    port: Port, driver: Ed25519PrivateKey
) -> None:
    with trip(port, "TWO3") as one:
        one.seals()
        one.drives()
        is_here(one)
        assert one.signs(port.near, Act.INSPECT, **order(one)).status_code == 201
        assert codes(asks(one, driver)) == ["OPENING-BY-OFFICER"]


def test_no_key_is_changed_under_a_seal_and_an_ended_driver_signs_nothing(port: Port) -> None:
    with trip(port, "TWO4") as one:
        keyed(port, one)
        one.seals()
        locks = port.haulier.get("/v1/locks?limit=200").json()
        [lock] = [each["id"] for each in locks if each["terminal"] == one.lock]
        assert port.haulier.post("/v1/opening-keys", json={"lock": lock}).status_code == 409
        gone = Ed25519PrivateKey.generate()
        registers(port, "D-9", gone)
        assert port.haulier.delete("/v1/driver-keys/D-9").status_code == 204
        assert port.haulier.delete("/v1/driver-keys/D-9").status_code == 404
        assert codes(asks(one, gone, "D-9")) == ["OPENING-UNSIGNED"]
        unknown = OpeningAsk("waglan/opening-ask/v1", str(uuid4()), "D-9", datetime.now(UTC))
        body = base64.b64encode(unknown.ask_bytes()).decode()
        absent = port.haulier.post(
            f"/v1/trips/{unknown.trip}/openings", json={"body": body, "signature": "AAAA"}
        )
        assert absent.status_code == 404


def test_a_driver_asks_by_the_command_line(port: Port, waglan: CommandLine, tmp_path: Path) -> None:
    with trip(port, "TWO5") as one:
        keyed(port, one)
        one.seals()
        one.drives()
        is_here(one)
        assert one.signs(port.near, Act.ALLOW, **order(one)).status_code == 201
        waglan.operates(port.instance).signs_in(port.haulier.headers["authorization"])
        key = str(tmp_path / "driver.key")
        assert waglan("lock", "driver", "D-5", "--key", key).out.strip() == "D-5"
        assert "D-5" in waglan("lock", "drivers").out
        asked = waglan("elock", "open", one.id, "--driver", "D-5", "--key", key)
        assert asked.status == 0, asked.err
        assert len(asked.out.split()[0]) == 8
        assert waglan("lock", "end-driver", "D-5").status == 0
        refused = waglan("elock", "open", one.id, "--driver", "D-5", "--key", key)
        assert refused.status == 1
        assert "OPENING-UNSIGNED" in refused.err
