"""A file is proposed, signed by who it concerns, and from its time on trips are planned by it."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import CommandLine
from device_at_the_door import sql
from published_ground import SURVEY, act, codes, does, handed, passed, proposes, soon
from running_instance import Instance
from trip_under_lock import Port, let_in, trip

from waglan.codes.data import load
from waglan.elock.edition import EditionStep
from waglan.elock.ground import GroundKind
from waglan.gateway.devices.ports import PortOf

RULES = (GroundKind.JURISDICTION, "demonstration")


@pytest.fixture(scope="module")
def device_ports() -> tuple[PortOf, ...]:
    return (PortOf("jtt808", "127.0.0.1", 0, "private"),)


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    return let_in(instance)


def quality(port: Port, at: datetime) -> str:
    way = {"origin": "HK-RTT", "destination": "GX-DX", "at": at.isoformat()}
    answer = port.haulier.get("/v1/ways", params=way)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["quality"])


def test_a_province_is_in_force_once_both_authorities_signed_and_its_time_has_come(
    port: Port, instance: Instance
) -> None:
    with trip(port, "PUB1", destination="GX-DX") as before:
        plan = before.shown()["plan_sha256"]
    at = soon(10)
    answer = proposes(port.near, SURVEY, at)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert shown["concerned"] == ["demo-customs", "demo-far-customs"]
    assert (shown["state"], shown["in_force_at"]) == ("proposed", None)
    assert [one["id"] for one in port.far.desk.get("/v1/editions").json()] == [shown["id"]]

    # A colleague of who proposed it is no second authority.
    second = port.near.colleague()
    assert does(second, EditionStep.SIGN, SURVEY, shown).json()["in_force_at"] is None
    assert codes(does(port.near, EditionStep.SIGN, SURVEY, shown)) == ["EDITION-SIGNED-ALREADY"]
    other = SURVEY.replace(b"22.0, 111.0", b"22.1, 111.0")
    assert codes(does(port.far, EditionStep.SIGN, other, shown)) == ["EDITION-OTHER-FILE"]
    later = at + timedelta(days=1)
    assert codes(does(port.far, EditionStep.SIGN, SURVEY, shown, from_at=later)) == [
        "EDITION-OTHER-FILE"
    ]
    old = datetime.now(UTC) - timedelta(minutes=16)
    assert codes(does(port.far, EditionStep.SIGN, SURVEY, shown, at=old)) == ["EDITION-AGE"]

    signed = does(port.far, EditionStep.SIGN, SURVEY, shown)
    assert signed.json()["state"] in ("signed", "in force"), "in force later, if signed late"
    since = datetime.fromisoformat(signed.json()["in_force_at"])
    assert quality(port, since - timedelta(seconds=1)) == "illustrative"
    assert quality(port, since) == "surveyed"
    passed(since)
    assert before.shown()["quality"] == "illustrative"
    assert before.shown()["plan_sha256"] == plan
    with trip(port, "PUB2", destination="GX-DX") as after:
        assert after.shown()["quality"] == "surveyed"
    late = does(port.far, EditionStep.WITHDRAW, SURVEY, shown, reason="too late")
    assert codes(late) == ["EDITION-IN-FORCE"]

    then = {"at": (since - timedelta(seconds=1)).isoformat()}
    names = [one["name"] for one in port.haulier.get("/v1/grounds/versions", params=then).json()]
    assert "guangxi-survey" not in names
    now = {one["name"]: one for one in port.haulier.get("/v1/grounds/versions").json()}
    assert now["guangxi-survey"]["sha256"] == shown["sha256"]
    assert now["guangxi"]["version"] == "packaged"
    told = sql(
        instance,
        "SELECT count(*) FROM event e WHERE convert_from(e.canonical, 'UTF8') LIKE %s",
        f"%{shown['id']}%",
    )
    assert told == [(3,)]


def test_a_file_that_was_withdrawn_is_never_in_force(port: Port) -> None:
    file = SURVEY.replace(b"guangxi-survey", b"guangxi-other").replace(b'"S.', b'"T.')
    names = {"names": (GroundKind.PROVINCE, "guangxi-other")}
    at = soon(20)
    shown = proposes(port.far, file, at, **names).json()
    assert does(port.near, EditionStep.SIGN, file, shown, **names).json()["state"] == "signed"
    gone = does(port.near, EditionStep.WITHDRAW, file, shown, reason="a mistake", **names)
    assert (gone.json()["state"], gone.json()["in_force_at"]) == ("withdrawn", None)
    again = does(port.far.colleague(), EditionStep.SIGN, file, shown, **names)
    assert codes(again) == ["EDITION-WITHDRAWN"]
    passed(at)
    versions = port.haulier.get("/v1/grounds/versions").json()
    assert "guangxi-other" not in {one["name"] for one in versions}


def test_an_authoritys_rules_take_two_of_its_officers_and_stay_its_own(
    port: Port, instance: Instance
) -> None:
    text = load("elock/jurisdictions")["demonstration"]
    file = text.replace('version = "start-1"', 'version = "two-1"').replace(
        "gap_s = 300", "gap_s = 299"
    ).encode()  # fmt: skip
    assert file != text.encode()
    at = soon()
    refused = proposes(port.far, file, at, names=RULES)
    assert codes(refused) == ["GROUND-NOT-YOURS"]
    shown = proposes(port.near, file, at, names=RULES).json()
    assert shown["concerned"] == ["demo-customs"]
    assert shown["id"] not in {one["id"] for one in port.far.desk.get("/v1/editions").json()}
    assert does(port.far, EditionStep.SIGN, file, shown, names=RULES).status_code == 404
    signed = does(port.near.colleague(), EditionStep.SIGN, file, shown, names=RULES)
    assert signed.json()["in_force_at"], signed.text
    passed(at)
    with trip(port, "PUB3") as one:
        one.seals()
        assert one.verdict(port.near)["policy"] == "two-1"
        assert one.verdict(port.far)["policy"] == "far-1"
        [(public, figures)] = sql(
            instance,
            "SELECT convert_from(open, 'UTF8'), policy_sha256 FROM edition_in_force"
            " WHERE name = 'demonstration'",
        )
        assert json.loads(public)["policy"]["gap_s"] == 300, "the start value, not the figure"
        assert len(figures) == 32


def test_what_lies_in_the_past_or_is_not_ones_own_is_not_proposed(port: Port) -> None:
    file = SURVEY.replace(b'"S.', b'"V.').replace(b"guangxi-survey", b"guangxi-v")
    names = (GroundKind.PROVINCE, "guangxi-v")
    sheet = act(port.near, EditionStep.PROPOSE, file, soon(60), names=names)
    twice = {"file": base64.b64encode(file).decode(), **handed(port.near, sheet)}
    first, again = (port.near.desk.post("/v1/editions", json=twice) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert first.json() == again.json()
    past = datetime.now(UTC) - timedelta(seconds=5)
    assert codes(proposes(port.near, SURVEY, past)) == ["EDITION-TIME"]
    wrong = proposes(port.near, SURVEY, soon(), names=(GroundKind.PROVINCE, "guangdong"))
    assert codes(wrong) == ["EDITION-OTHER-FILE"]
    macao = SURVEY.replace(b'territory = "CN"', b'territory = "MO"')
    assert codes(proposes(port.near, macao, soon())) == ["EDITION-NO-AUTHORITY"]


def test_sites_and_corridors_say_what_they_are_worth(port: Port) -> None:
    sites = port.haulier.get("/v1/sites", params={"province": "guangxi"}).json()
    assert {(one["status"], one["is_verified"]) for one in sites} == {("planned", False)}
    assert {one["exit"] for one in sites} >= {"GX-EXIT-YYG", "GX-EXIT-DX", "GX-EXIT-QZP"}
    assert all(one["radius_m"] >= 1_000 and one["evidence"] for one in sites)
    drawn = port.haulier.get("/v1/corridors", params={"province": "guangxi"}).json()
    assert drawn["type"] == "FeatureCollection"
    assert {one["properties"]["quality"] for one in drawn["features"]} == {"illustrative"}
    for one in drawn["features"]:
        for lon, lat in one["geometry"]["coordinates"]:
            assert 104 < lon < 118
            assert 18 < lat < 27
    none = port.haulier.get("/v1/ways", params={"origin": "HK-RTT", "destination": "HK-LOC"})
    assert none.status_code == 404


def test_the_command_proposes_signs_and_shows(
    port: Port, waglan: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "survey.toml"
    file.write_bytes(SURVEY.replace(b"guangxi-survey", b"guangxi-3").replace(b'"S.', b'"U.'))
    keys = dict[str, str]()
    for name, officer in (("near", port.near), ("far", port.far)):
        keys[name] = str(tmp_path / f"{name}.pem")
        Path(keys[name]).write_bytes(officer.key.private_bytes_raw())
        Path(keys[name]).chmod(0o600)
    waglan.operates(port.instance).signs_in(port.near.desk.headers["Authorization"])
    lacks = waglan("elock", "import", str(file))
    assert lacks.status == 2
    at = soon(60).isoformat()
    done = waglan("elock", "import", str(file), "--at", at, "--key", keys["near"])
    assert done.status == 0, done.err
    edition = done.out.split()[0]
    assert "- demo-far-customs" in done.out
    waglan.signs_in(port.far.desk.headers["Authorization"])
    signed = waglan("elock", "sign", edition, "--key", keys["far"])
    assert "signed" in signed.out, signed.err
    assert edition in waglan("elock", "editions").out
    gone = waglan("elock", "withdraw", edition, "--key", keys["far"], "--reason", "a test")
    assert "withdrawn" in gone.out, gone.err
    sites = waglan("elock", "sites", "guangxi").out
    assert "GX-DX" in sites
    assert "planned (!)" in sites
    ways = waglan("elock", "ways", "HK-RTT", "GX-QZP").out
    assert "GX-EXIT-QZP  gate_in, loaded_on_board" in ways
