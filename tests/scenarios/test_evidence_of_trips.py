"""A trip's bundle proves, by the log's key and its witnesses alone, all that it was judged by."""

import base64
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import cryptography
import pytest
from port import wait
from running_instance import ORIGIN, Instance
from trip_under_lock import CUT_BITS, Port, let_in, trip
from witness_process import WitnessProcess, two_witnesses

from waglan.cli.alone import script
from waglan.elock.trip import Act
from waglan.gateway.devices.ports import PortOf
from waglan.gateway.keys import keys
from waglan.gateway.witness import WitnessAt
from waglan.logbook.canonical import canonical
from waglan.logbook.signing import PrivateKey, Purpose

MINUTE = timedelta(minutes=1)
FLIPS, CHANGES = 400, 400


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jtt808", "127.0.0.1", 0, "private"),)


@pytest.fixture(scope="module")
def two(
    instance_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[WitnessProcess]]:
    log_key = keys(instance_home / "keys", ORIGIN).checkpoint.verifier
    with two_witnesses(tmp_path_factory.mktemp("witnesses"), log_key) as started:
        yield started


@pytest.fixture(scope="module")
def witnesses(two: list[WitnessProcess]) -> tuple[WitnessAt, ...]:
    return tuple(WitnessAt(one.url, one.key) for one in two)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return let_in(instance)


@pytest.fixture(scope="module")
def pinned(instance: Instance, two: list[WitnessProcess]) -> list[str]:
    named = [word for one in two for word in ("--witness", one.key.text)]
    return ["--log", instance.log_key.text, *named]


@pytest.fixture(scope="module")
def found(port: Port) -> tuple[str, str, bytes, bytes]:
    """A trip with a cut, its clearance and an order: its id, its plate, and two bundles of it."""
    with trip(port, "PROOF1") as one:
        one.seals()
        one.drives()
        one.tells(30, CUT_BITS)
        one.tells(60)
        [cut] = [why for why in one.verdict(port.near)["reasons"] if why["reason"] == "CUT"]
        for officer in (port.near, port.far):
            cleared = one.signs(officer, Act.CLEAR_ALARM, entries=tuple(cut["entries"]),
                                reason="looked at: the sensor broke")  # fmt: skip
            assert cleared.status_code == 201, cleared.text
        at = one.end
        ordered = one.signs(port.far, Act.INSPECT, lock=one.lock, place=one.there, reason="look",
                            at=at, from_at=at, until_at=at + MINUTE)  # fmt: skip
        assert ordered.status_code == 201, ordered.text

        def bundles() -> tuple[bytes, bytes] | None:
            answers = [
                port.near.desk.get(f"/v1/trips/{one.id}/bundle", params=asked)
                for asked in ({}, {"policy": False})
            ]
            assert {answer.status_code for answer in answers} == {200}
            whole, bare = (answer.content for answer in answers)
            return (whole, bare) if whole.count("\N{EM DASH} ".encode()) == 3 else None

        return (one.id, "PROOF1", *wait(bundles))


@pytest.fixture(scope="module")
def judge(pinned: list[str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], int]:
    """The script's own main, in this process."""
    names: dict[str, Any] = {"__name__": "verify_trip"}
    exec(compile(script(), "verify_trip.py", "exec"), names)
    path = tmp_path_factory.mktemp("judged") / "trip.json"

    def run(data: bytes) -> int:
        path.write_bytes(data)
        return int(names["main"]([str(path), *pinned]))

    return run


def alone(folder: Path, bundle: bytes, *words: str, python: str = sys.executable) -> Any:
    (folder / "verify_trip.py").write_text(script())
    (folder / "trip.json").write_bytes(bundle)
    told = [python, "-I", str(folder / "verify_trip.py"), str(folder / "trip.json"), *words]
    return subprocess.run(told, capture_output=True, text=True, check=False, timeout=120)


def test_python_alone_proves_and_judges_a_trip_in_both_languages(
    found: tuple[str, str, bytes, bytes], pinned: list[str], port: Port, tmp_path: Path
) -> None:
    number, _, whole, _ = found
    done = alone(tmp_path, whole, *pinned, "--needed", "2")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    for said in (
        number, "customs.test/witness, bank.test/witness", "verdict    GREEN", "worst: RED",
        f"{port.near.subject} of demo-customs signed 1 acts", f"{port.far.subject} of",
        "judged again here", "no proof that cargo is untouched", "read by Waglan",
    ):  # fmt: skip
        assert said in done.stdout, done.stdout
    chinese = alone(tmp_path, whole, *pinned, "--lang", "zh-Hant-HK")
    assert (chinese.returncode, "已在此重新評定" in chinese.stdout) == (0, True)
    log = pinned[:2]
    unseen = alone(tmp_path, whole, *log)
    assert (unseen.returncode, "none was asked for" in unseen.stdout) == (0, True)


def test_a_python_that_has_cryptography_and_nothing_else_is_enough(
    found: tuple[str, str, bytes, bytes], pinned: list[str], tmp_path: Path
) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    python = str(tmp_path / "bare/bin/python")
    [packages] = (tmp_path / "bare/lib").glob("python*/site-packages")
    installed = Path(cryptography.__file__).parents[1]
    for name in ("cryptography", "cffi", "pycparser"):
        if (installed / name).is_dir():
            shutil.copytree(installed / name, packages / name)
    for file in installed.glob("_cffi_backend*"):
        shutil.copy(file, packages)
    ours = subprocess.run(
        [python, "-I", "-c", "import waglan"], capture_output=True, text=True, check=False
    )
    assert "ModuleNotFoundError" in ours.stderr
    done = alone(tmp_path, found[2], *pinned, python=python)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


def test_who_pins_another_log_or_other_witnesses_is_not_convinced(
    found: tuple[str, str, bytes, bytes], pinned: list[str], tmp_path: Path
) -> None:
    other = keys(tmp_path / "other", ORIGIN).checkpoint.verifier.text
    stranger = alone(tmp_path, found[2], "--log", other)
    assert (stranger.returncode, "not signed by the key" in stranger.stdout) == (1, True)
    name, _, _ = pinned[3].partition("+")
    foreign = pinned[5].replace(name, "nobody.test/witness")
    assert alone(tmp_path, found[2], *pinned[:2], "--witness", foreign[:-4]).returncode == 2
    many = alone(tmp_path, found[2], *pinned, "--needed", "3")
    assert many.returncode == 2
    own = alone(tmp_path, found[2], *pinned[:2], "--witness", pinned[1])
    assert own.returncode == 2, "a log is no witness of itself"


def test_without_its_policy_a_bundle_proves_all_but_the_verdict(
    found: tuple[str, str, bytes, bytes], pinned: list[str], tmp_path: Path
) -> None:
    whole, bare = found[2:]
    done = alone(tmp_path, bare, *pinned)
    assert done.returncode == 3, done.stdout
    assert "not judged again: the policy is not in this bundle" in done.stdout
    assert b'"speed_max_mm_s"' in whole
    assert b'"speed_max_mm_s"' not in bare


def test_no_devices_salt_is_given_away(
    found: tuple[str, str, bytes, bytes], instance: Instance
) -> None:
    import psycopg

    with psycopg.connect(instance.dsn.admin or "") as conn:
        salts = [bytes(row[0]) for row in conn.execute("SELECT key_salt FROM device_secret")]
    assert salts
    for salt in salts:
        for spelled in (base64.b64encode(salt)[:21], salt.hex().encode()):
            assert spelled not in found[2]


def test_any_changed_byte_is_found(
    found: tuple[str, str, bytes, bytes], judge: Callable[[bytes], int]
) -> None:
    whole, dice = found[2], Random(7)
    assert judge(whole) == 0
    tail = whole.index(b"\n")
    places = [*dice.sample(range(tail), FLIPS), *range(tail, len(whole))]
    for at in places:
        flipped = bytes([whole[at] ^ 1 << dice.randrange(8)])
        assert judge(whole[:at] + flipped + whole[at + 1 :]) in (1, 2), f"byte {at}"
    for cut in (whole[:-1], whole[:tail], whole[:tail] + b"\n", whole + b"\n", b" " + whole):
        assert judge(cut) in (1, 2)


def signed(said: dict[str, Any], key: PrivateKey) -> bytes:
    line = canonical(said)
    return line + b"\n" + f"{key.public.kid} {base64.b64encode(key.sign(line)).decode()}\n".encode()


def lists(said: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(said, dict | list):
        if isinstance(said, list) and said:
            yield path
        for name, each in said.items() if isinstance(said, dict) else enumerate(said):
            yield from lists(each, (*path, name))


def leaves(said: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(said, dict | list):
        for name, each in said.items() if isinstance(said, dict) else enumerate(said):
            yield from leaves(each, (*path, name))
    else:
        yield path


def at(said: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        said = said[name]
    return said


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1:] != "0" else "1")
    return 0


# What the log does not hold: how Waglan read a frame, and as what it knows the device. Who signs
# the bundle answers for these.
BY_WORD = {
    "at_s",
    "serial",
    "reading",
    "model",
    "protocol",
    "serials",
    "since",
    "until",
    "made_at",
    "read_as",
}


def test_even_the_keeper_of_its_key_can_change_nothing_that_the_log_holds(
    found: tuple[str, str, bytes, bytes], judge: Callable[[bytes], int], instance: Instance
) -> None:
    line = found[2].partition(b"\n")[0]
    key = keys(instance.home / "keys", ORIGIN).signer(Purpose.BUNDLE)
    assert judge(signed(json.loads(line), key)) == 0
    said, dice = json.loads(line), Random(8)
    paths = [path for path in leaves(said) if path[-1] not in BY_WORD and path[0] != "log"]
    assert b'"is_masked":true' not in line
    for path in dice.sample(paths, min(CHANGES, len(paths))):
        before = at(said, path)
        at(said, path[:-1])[path[-1]] = other(before)
        assert judge(signed(said, key)) in (1, 2), f"{path}: {before}"
        at(said, path[:-1])[path[-1]] = before
    ways = [path for path in lists(said) if path[0] != "log"]
    for path in dice.sample(ways, min(CHANGES // 2, len(ways))):
        items = at(said, path)
        n = dice.randrange(len(items))
        gone = items.pop(n)
        assert judge(signed(said, key)) in (1, 2), f"{path} without {n}"
        items.insert(n, gone)
        if len(items) > 1 and items[n - 1] != gone:
            items[n - 1], items[n] = items[n], items[n - 1]
            assert judge(signed(said, key)) in (1, 2), f"{path} in another order at {n}"
            items[n - 1], items[n] = items[n], items[n - 1]
    assert judge(signed(said, key)) == 0


def test_an_entry_of_no_frame_and_a_hole_that_nobody_tells_are_found(
    found: tuple[str, str, bytes, bytes], judge: Callable[[bytes], int], instance: Instance
) -> None:
    key = keys(instance.home / "keys", ORIGIN).signer(Purpose.BUNDLE)
    said = json.loads(found[2].partition(b"\n")[0])
    entry = next(one for one in said["log"] if one["kind"] == "fix")
    ref, entry["ref"] = entry["ref"], "1.0"
    assert judge(signed(said, key)) == 1
    entry["ref"] = ref
    said["log"].append(entry)
    assert judge(signed(said, key)) == 1
    said["log"].pop()
    act = next(one for one in said["log"] if one["kind"] == "clearance")
    act["what"]["entries"] = []
    assert judge(signed(said, key)) == 1
    said = json.loads(found[2].partition(b"\n")[0])
    lock = next(one for one in said["devices"] if one["is_lock"])
    last = lock["batches"][-1]["frames"][-1]
    last["serial"] += 1
    assert judge(signed(said, key)) == 1, "a number that never came, and no hole"


def test_what_is_not_numbered_yet_is_waited_for(port: Port) -> None:
    with trip(port, "PROOF2") as one:
        one.seals()
        assert one.step(Act.ALARM, reason="a tyre").status_code == 201
        before = datetime.now(UTC)
        answer = port.near.desk.get(f"/v1/trips/{one.id}/bundle")
        assert answer.status_code == 200, answer.text
        said = json.loads(answer.content.partition(b"\n")[0])
        assert len(said["acts"]) == 3
        assert datetime.fromisoformat(said["made_at"]) >= before - 1 * MINUTE
