"""What locks and telephones said is erased: leaves stay, proofs verify, bundles say when."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from conftest import scratch
from device_at_the_door import kept, sql
from port import wait
from running_instance import ORIGIN, Instance, answering_as, configured
from test_canaries import holding, superuser
from test_erasure import erase
from trip_under_lock import Port, Trip, let_in, trip

from waglan.cli.alone import script
from waglan.elock.leaf import frame_opening, opened_leaf
from waglan.elock.trip import Act
from waglan.gateway.devices.ports import PortOf
from waglan.gateway.keys import keys
from waglan.logbook.tree import Frontier
from waglan.operations.erase_subject import Found, found_in
from waglan.operations.reapply_erasure import reapply_erasure
from waglan.store.connect import pools, transaction
from waglan.store.embedded.supervisor import Server, Settings, start, stop
from waglan.store.erasure import Done

PORTS = (PortOf("jtt808", "127.0.0.1", 0, "private"),)
RULE = "PDPO s.26"


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return PORTS


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return let_in(instance)


def bundle(one: Trip, by: Any) -> bytes:
    answer = by.desk.get(f"/v1/trips/{one.id}/bundle")
    assert answer.status_code == 200, answer.text
    return bytes(answer.content)


def alone(one: Trip, data: bytes, folder: Path) -> "subprocess.CompletedProcess[str]":
    (folder / "verify_trip.py").write_text(script())
    (folder / "trip.json").write_bytes(data)
    told = [sys.executable, "-I", str(folder / "verify_trip.py"), str(folder / "trip.json"),
            "--log", one.port.instance.log_key.text]  # fmt: skip
    return subprocess.run(told, capture_output=True, text=True, check=False, timeout=120)


def closed(one: Trip) -> None:
    at = one.end
    done = one.signs(one.port.far, Act.OPEN, lock=one.lock, place=one.there, at=at, from_at=at,
                     until_at=datetime.now(UTC))  # fmt: skip
    assert done.status_code == 201, done.text
    assert one.step(Act.CLOSE, receiver="SAMPLE").status_code == 201


def roots_hold(instance: Instance, terminal: str) -> None:
    """Every batch's root is that of its frames' leaves, erased or not, whoever resealed them."""
    with psycopg.connect(instance.dsn.admin or "") as conn:
        told = conn.execute(
            "SELECT convert_from(canonical, 'utf8') FROM event"
            " WHERE code = 'device.batch' AND about = %s", [terminal],
        ).fetchall()  # fmt: skip
        assert told
        for (text,) in told:
            body = json.loads(text)["body"]
            rows = conn.execute(
                "SELECT f.frame_id, r.sha256, r.opening, s.key_salt, x.leaf FROM frame f"
                " LEFT JOIN frame_raw r USING (frame_id)"
                " LEFT JOIN device_secret s USING (secret_id)"
                " LEFT JOIN frame_erased x ON x.frame_id = f.frame_id"
                " WHERE f.frame_id BETWEEN %s AND %s ORDER BY 1", [body["first"], body["last"]],
            ).fetchall()  # fmt: skip
            leaves = [
                bytes(leaf) if leaf
                else opened_leaf(opening or frame_opening(bytes(salt), n), bytes(digest))
                for n, digest, opening, salt, leaf in rows
            ]  # fmt: skip
            assert Frontier().append(leaves)[0].root.hex() == body["root"]


def test_an_erased_trip_still_proves_and_shows_the_last_state_that_was_signed(
    port: Port, instance: Instance, tmp_path: Path
) -> None:
    with trip(port, "ERASED1") as one:
        before = len(kept(instance, one.lock))
        assert before
        one.seals()
        one.drives()
        closed(one)
        assert one.verdict(port.near)["outcome"] == "GREEN"
        whole = alone(one, bundle(one, port.near), tmp_path)
        assert whole.returncode == 0, whole.stdout
        salts = sql(instance, "select key_salt from device_secret s join device d"
                    " using (device_id) where d.terminal = %s", one.lock)  # fmt: skip
        erase(instance, "trip", one.id, RULE)
        frames = kept(instance, one.lock)
        assert [frame.raw is None for frame in frames] == [
            n >= before for n in range(len(frames))
        ], "what was said before the trip stays"
        new = sql(instance, "select key_salt from device_secret s join device d"
                  " using (device_id) where d.terminal = %s", one.lock)  # fmt: skip
        assert {bytes(one) for (one,) in salts}.isdisjoint({bytes(one) for (one,) in new})
        roots_hold(instance, one.lock)
        gone = alone(one, bundle(one, port.near), tmp_path)
        assert gone.returncode == 3, gone.stdout
        for said in ("erased on 20", RULE, "nobody can judge again", "verdict    GREEN"):
            assert said in gone.stdout, gone.stdout
        other = alone(one, bundle(one, port.far), tmp_path)
        assert (other.returncode, "no state was ever signed" in other.stdout) == (3, True)
        assert one.shown()["vehicle"] == "erased"
        answer = port.near.desk.get(f"/v1/trips/{one.id}/verdict")
        assert answer.json()["findings"][0]["params"] == {"cause": "erased"}
        one.players[0].send(one.players[0].position(int(one.end.timestamp()) + 90))
        assert one.players[0].result() == 0, "the lock speaks on, under another key"
        assert kept(instance, one.lock)[-1].raw is not None


def test_a_telephone_that_is_erased_is_forgotten_by_its_name_and_the_log_proves_on(
    port: Port, instance: Instance, tmp_path: Path
) -> None:
    with trip(port, "ERASED2") as one:
        one.seals()
        one.drives()
        assert one.verdict(port.near)["outcome"] == "GREEN"
        phone = one.players[1].terminal
        [(id_,)] = sql(instance, "select id from device where terminal = %s", phone)
        erase(instance, "device", str(id_), RULE)
        done = alone(one, bundle(one, port.near), tmp_path)
        assert done.returncode == 3, done.stdout
        assert f"under {RULE}; it still stands in the log" in done.stdout
        assert "nobody can judge again" in done.stdout
        assert phone not in json.dumps(one.shown())
        checked = one.check(port.near, plate=None, lock=one.lock)
        assert (checked["answer"], checked["fallback"]) == ("inspect", "erased")
        left = sql(instance, "select count(*) from event where position(%s in"
                   " convert_from(canonical, 'utf8')) > 0", phone)  # fmt: skip
        assert left == [(0,)]
        assert sql(instance, "select count(*) from device_secret where device_id ="
                   " (select device_id from device where id = %s)", id_) == [(0,)]  # fmt: skip
        wait(lambda: asyncio.run(differences_but_erased(instance)) or None)


async def differences_but_erased(instance: Instance) -> bool:
    """Whether every leaf whose event is still there is that of its event."""
    with psycopg.connect(instance.dsn.admin or "") as conn:
        wrong = conn.execute(
            r"SELECT count(*) FROM log_leaf l JOIN event e USING (event_id)"
            r" WHERE l.leaf_hash <> sha256('\x00'::bytea || sha256(e.salt || e.canonical))"
        ).fetchone()
    return wrong == (0,)


def test_frames_whose_time_is_over_go_by_their_class(port: Port, instance: Instance) -> None:
    with trip(port, "ERASED3") as one:
        one.seals()
        one.drives()
        young = len(kept(instance, one.lock))
        with psycopg.connect(instance.dsn.admin or "", autocommit=True) as conn:
            conn.execute(
                "UPDATE frame SET recorded_at = recorded_at - interval '1100 days'"
                " WHERE frame_id IN (SELECT f.frame_id FROM frame f JOIN device d"
                " USING (device_id) WHERE d.terminal = %s ORDER BY 1 LIMIT 2)", [one.lock],
            )  # fmt: skip
        erase(instance, "retention", "device-frame", "own policy")
        frames = kept(instance, one.lock)
        assert [frame.raw is None for frame in frames] == [True, True] + [False] * (young - 2)
        roots_hold(instance, one.lock)


def test_a_restored_backup_loses_the_same_frames_again(port: Port, instance: Instance) -> None:
    with trip(port, "ERASED4") as one:
        one.seals()
        one.drives()
        found = Found(devices={uuid4()}, trips={UUID(one.id)}, frames_before={datetime.now(UTC)})
        assert found_in(found.targets()) == found
        [(org,)] = sql(instance, "select org from organisation where 'operator' = any (roles)")
        at = datetime.now(UTC)
        done = Done(uuid4(), org, "trip", RULE, at, 0, 0, 0, 0, ())

        async def again() -> None:
            vault = keys(instance.home / "keys", ORIGIN).vault
            async with (
                pools(instance.dsn, size_max=1) as opened,
                transaction(opened.engine, None) as tx,
            ):
                await reapply_erasure(tx, vault, done, [("trip", one.id)], now=at)

        asyncio.run(again())
        assert kept(instance, one.lock)[-1].raw is None
        roots_hold(instance, one.lock)


PLATE, PHONE = "QUOKKAQ8431", "013987650431"


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A PostgreSQL of this test's own, whose files hold nobody else's rows."""
    for folder in scratch():
        running = asyncio.run(start(Settings(folder / "home")))
        yield running
        asyncio.run(stop(running))


def test_plate_telephone_and_places_of_an_erased_trip_are_found_nowhere(
    own_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import trip_under_lock

    monkeypatch.setattr(trip_under_lock, "NUMBERS", iter([13_987_650_430, int(PHONE)]))
    home = tmp_path / "home"
    home.mkdir()
    up = replace(configured(own_server.dsn, home), devices=PORTS)
    with answering_as(up) as instance:
        port = let_in(instance)
        with trip(port, PLATE) as one:
            one.seals()
            one.drives()
            assert one.verdict(port.near)["outcome"] == "GREEN"
            closed(one)
            one.verdict(port.near)
            salts = set(superuser(own_server, "SELECT key_salt FROM device_secret"))
            ids = [str(row[0]) for row in sql(instance, "select id from device")]
        last = one.driven[-1]
        place = b"".join(round(e7 / 10).to_bytes(4) for e7 in (last.lat_e7, last.lon_e7))
        needles = {"plate": PLATE.encode(), "phone": PHONE.encode(),
                   "phone as devices write it": bytes.fromhex(PHONE), "place": place}  # fmt: skip
        needles |= {f"salt {n}": salt for n, salt in enumerate(sorted(salts))}
        superuser(own_server, "CHECKPOINT")
        lying = holding(own_server.house.home, needles)
        assert {"plate", "phone", "salt 0"} <= {where.split(" in ")[0] for where in lying}
        assert not any(where.startswith("place") for where in lying), "it lies sealed"
        erase(instance, "trip", one.id)
        for id_ in ids:
            erase(instance, "device", id_)
        salts_now = set(superuser(own_server, "SELECT key_salt FROM device_secret"))
        assert salts_now == set()
        superuser(own_server, "VACUUM FULL", "SELECT ''::bytea FROM pg_switch_wal()", "CHECKPOINT")
        assert asyncio.run(differences_but_erased(instance))
    superuser(own_server, "CHECKPOINT", "SELECT ''::bytea FROM pg_switch_wal()", "CHECKPOINT")
    assert holding(own_server.house.home, needles) == []
    assert holding(tmp_path, needles) == []
