"""`waglan init`, `waglan doctor`, `waglan up`: an instance made, examined and started."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import typer
from command_line import CommandLine
from rich.console import Console
from running_instance import Instance

from waglan.cli import demo
from waglan.cli.instance import _outbox
from waglan.cli.settings import Settings
from waglan.codes.render import Lang
from waglan.demo.client import TooSlow


@pytest.fixture
def waglan(waglan: CommandLine, instance: Instance) -> CommandLine:
    return waglan.operates(instance)


def test_an_instance_is_made_once_and_left_alone_afterwards(
    waglan: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a PostgreSQL of its own, as on the first day."""
    for name in ("DSN", "APP_PASSWORD", "AUTHORITY_PASSWORD", "ENGINE_PASSWORD"):
        monkeypatch.delenv(f"WAGLAN_{name}")
    own = home / "instance"
    waglan.set("WAGLAN_HOME", str(own))
    assert waglan("doctor").status == 2  # nothing is there, and nothing is made
    assert not own.exists()
    first = waglan("init")
    assert first.status == 0, first.err
    assert "operator.token" in first.out
    assert "Made; migrations applied: " in first.out
    token = (own / "operator.token").read_bytes()
    second = waglan("init")
    assert (second.status, second.out.splitlines()[-1]) == (0, "Everything was there already.")
    assert (own / "operator.token").read_bytes() == token
    assert waglan("log", "key").out.strip() in second.out
    examined = waglan("doctor")
    assert examined.status == 0, examined.out
    assert "CLI-OPERATOR-TOKEN" not in examined.out
    starts_answers_and_stops(own)
    new = waglan("init", "--operator-token")
    assert new.status == 0, new.err
    assert "operator.token" in new.out
    assert (own / "operator.token").read_bytes() not in (b"", token)
    assert (own / "operator.token").stat().st_mode & 0o777 == 0o600


def starts_answers_and_stops(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from waglan.cli.app import main; main()", "up"],
        env={"WAGLAN_HOME": str(home), "WAGLAN_PORT": "0", "PATH": "/usr/bin:/bin"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = ""
    while "Waglan answers at" not in said:
        said = process.stderr.readline()
        assert said, "it ended before it answered"
        assert "STORE-OLD-MINOR" not in said  # that is the doctor's to say
    address = said.split()[3].rstrip(";")
    assert httpx.get(f"{address}/healthz").text == "alive\n"
    process.send_signal(signal.SIGTERM)
    rest = process.stderr.read()
    assert process.wait(60) == 0
    process.stderr.close()
    assert "Traceback" not in rest


def test_the_doctor_finds_what_is_wrong_and_shows_no_secret(
    waglan: CommandLine, instance: Instance
) -> None:
    waglan.set("WAGLAN_APP_PASSWORD", "hunter2")
    key = instance.home / "keys" / "vault.key"
    key.chmod(0o640)
    try:
        ran = waglan("doctor")
    finally:
        key.chmod(0o600)
    assert ran.status == 1
    assert "error CLI-KEY-OPEN  keys" in ran.out
    assert "Workbooks are read behind: limits" in ran.out
    assert "hunter2" not in ran.out + ran.err
    assert f"WAGLAN_HOME={instance.home}" in ran.out
    waglan.set("WAGLAN_LANG", "zh-Hant-HK")
    assert "讀取活頁簿的隔離級別" in waglan("doctor").out


def test_the_doctor_says_that_nothing_needs_a_remedy_only_where_it_told_none(
    waglan: CommandLine, instance: Instance
) -> None:
    assert instance.home
    ran = waglan("doctor")
    assert ran.status == 0, ran
    told = re.findall(r"^(?:warning|note) [A-Z]", ran.out, re.MULTILINE)
    last = ran.out.splitlines()[-1]
    assert (last == "Nothing needs a remedy.") is (not told)
    assert not told or last.endswith(f": {len(told)}")


def test_a_database_that_is_not_there_is_said_so(waglan: CommandLine) -> None:
    waglan.set("WAGLAN_DSN", "host=127.0.0.1 port=1 user=nobody password=hunter2 dbname=none")
    for arguments in (["doctor"], ["init"], ["log", "verify"], ["up"]):
        ran = waglan(*arguments)
        assert (ran.status, "STORE-UNREACHABLE" in ran.err) == (2, True), ran
        assert "\\u00" not in ran.err
        assert "hunter2" not in ran.out + ran.err
    waglan.set("WAGLAN_DSN", "no dsn at all")
    assert "STORE-DSN" in waglan("doctor").err


def test_what_is_wrong_with_a_line_is_said_in_one_line(waglan: CommandLine) -> None:
    for arguments in (["token", "issue"], ["party", "add"]):
        ran = waglan(*arguments)
        assert (ran.status, "CLI-USAGE" in ran.err) == (2, True), ran
        assert "\\u00" not in ran.err


def test_a_port_that_is_taken_is_said_so(waglan: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        waglan.set("WAGLAN_PORT", str(taken.getsockname()[1]))
        ran = waglan("up")
    assert (ran.status, "Address already in use" in ran.err) == (2, True), ran.err
    assert "WAGLAN_PORT" in ran.err


def test_the_version_is_printed_by_the_command_and_by_the_option(waglan: CommandLine) -> None:
    assert waglan("version") == waglan("--version")
    assert waglan("--version").status == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "65536"), ("WORKERS", "0"), ("MESSAGE_MIB_MAX", "1025"), ("LANG", "fr"),
     ("WITNESSES", "http://w.test no-key"), ("WITNESSES", "nothing")],
)  # fmt: skip
def test_a_setting_out_of_its_range_stops_the_start(
    waglan: CommandLine, name: str, value: str
) -> None:
    waglan.set(f"WAGLAN_{name}", value)
    for arguments in (["up"], ["doctor"], ["init"]):
        ran = waglan(*arguments)
        assert (ran.status, f"WAGLAN_{name}" in ran.err) == (2, True), ran


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "neither blanks nor '+'"), ("zh-Hant-HK", "不可含空白或「+」")]
)
@pytest.mark.parametrize("name", ["a b", "a+b", "a\tb", "x" * 239])
def test_a_log_has_a_name_that_can_be_written_as_one_line(
    waglan: CommandLine, tmp_path: Path, lang: str, said: str, name: str
) -> None:
    waglan.set("WAGLAN_LANG", lang)
    waglan.set("WAGLAN_HOME", str(tmp_path / "home"))
    waglan.set("WAGLAN_ORIGIN", name)
    for arguments in (["up"], ["doctor"], ["init"], ["log", "key"], ["rebuild"], ["whoami"]):
        ran = waglan(*arguments)
        assert (ran.status, "CLI-SETTING  settings/origin" in ran.err) == (2, True), ran.err
        assert said in ran.err
    assert not (tmp_path / "home").exists()


def test_the_openapi_document_is_printed_whole(waglan: CommandLine) -> None:
    ran = waglan("openapi")
    assert (ran.status, '"openapi": "3.1' in ran.out) == (0, True)


@pytest.mark.parametrize("lang", ["en", "zh-Hant-HK"])
def test_a_machine_too_slow_for_the_demo_is_told_so_and_it_is_no_fault_of_ours(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: Lang
) -> None:
    async def too_slow(*_: object, **__: object) -> None:
        raise TooSlow("a message was not worked off")

    async def nobody(*_: object) -> dict[str, str]:
        return {}

    monkeypatch.setattr(demo, "run", too_slow)
    monkeypatch.setattr(demo, "_let_in", nobody)
    own = Settings(home=tmp_path, lang=lang)
    day = demo._lived(own, ("http://127.0.0.1:9", {}), Console(), seed=1, fast=True)
    with pytest.raises(typer.Exit) as ended:
        asyncio.run(day)
    assert ended.value.exit_code == 2
    assert "CLI-DEMO-SLOW" in capfd.readouterr().err


def test_an_empty_setting_is_one_that_was_not_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"WAGLAN_{name.upper()}", raising=False)
    unset = Settings()
    for name in Settings.model_fields:
        monkeypatch.setenv(f"WAGLAN_{name.upper()}", "")
    # But a token: an empty one signs nobody in, and least of all the operator.
    assert Settings() == unset.model_copy(update={"token": ""})
    assert unset.home.is_absolute()
    assert (unset.dsn, unset.outbox) == (None, None)


@pytest.mark.parametrize(
    ("set_", "wanted"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"WAGLAN_PORT": "9123"}, "http://127.0.0.1:9123"),
        (
            {"WAGLAN_PORT": "9123", "WAGLAN_PUBLIC_URL": "https://port.example"},
            "https://port.example",
        ),
    ],
)
def test_links_in_mails_begin_with_the_port_that_is_listened_on_unless_it_is_told(
    set_: dict[str, str], wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WAGLAN_PORT", "WAGLAN_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"WAGLAN_OUTBOX": str(tmp_path), **set_}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("WAGLAN_URL", raising=False)
    own = Settings()
    outbox = _outbox(own)
    assert outbox is not None
    assert outbox.public_url == wanted
    assert own.url == f"http://127.0.0.1:{own.port}"  # whom the commands of this machine ask
