"""Commands that talk to an instance: let in, issue, submit, track, revoke."""

import io
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import get_args

import pytest
from command_line import CommandLine
from running_instance import Instance

from waglan.cli.wording import words
from waglan.codes.render import Lang

MANIFEST = Path(__file__).parents[1] / "cases/messages/edifact/cuscar-95B-one-message.edi"


@pytest.fixture
def waglan(waglan: CommandLine, instance: Instance) -> CommandLine:
    return waglan.operates(instance).signs_in(instance.operator.headers["Authorization"])


@pytest.fixture(scope="module")
def carrier(instance: Instance) -> str:
    instance.let_in("harbour-customs", "customs", addresses=("HKCED:ZZ",))
    client = instance.let_in("waglan-line", "carrier", addresses=("LINE:ZZ",))
    return str(client.headers["Authorization"])


def test_an_organisation_is_let_in_and_signs_in_with_what_was_printed(waglan: CommandLine) -> None:
    ran = waglan(
        "party", "add", "small-forwarder", "--role", "forwarder", "--person", "Sample Person"
    )
    assert (ran.status, ran.out[:4]) == (0, "wgl_")
    assert "shown once" in ran.err
    me = waglan.signs_in(ran.out.strip())("whoami")
    assert "small-forwarder" in me.out
    assert "forwarder" in me.out
    listed = waglan("party", "list")
    assert "operator" in listed.out
    again = waglan("party", "add", "second", "--role", "bank", "--person", "P")
    assert (again.status, "PARTY-ROLE-NEEDED" in again.err) == (1, True)


def test_tokens_are_issued_listed_and_revoked(waglan: CommandLine, carrier: str) -> None:
    waglan.signs_in(carrier)
    made = waglan(
        "token", "issue", "--scope", "file", "--scope", "read", "--machine", "Night batch",
        "--accountable", "Sample Person of waglan-line", "--days", "3",
    )  # fmt: skip
    assert made.status == 0, made.err
    listed = waglan("token", "list").out
    token = next(line.split()[0] for line in listed.splitlines() if line.startswith("tok_"))
    assert "machine Night batch: file, read" in listed
    assert made.out.strip() not in listed
    assert "client  machine" in waglan.signs_in(made.out.strip())("whoami").out
    machine = ("token", "issue", "--scope", "read", "--machine", "m", "--accountable", "Nobody")
    nobody = waglan.signs_in(carrier)(*machine)
    assert (nobody.status, "CREDENTIAL-PERSON-UNKNOWN" in nobody.err) == (1, True)
    waglan.signs_in(made.out.strip())
    refused = waglan("token", "issue", "--scope", "read")
    assert (refused.status, "PARTY-PERSON-NEEDED" in refused.err) == (1, True)
    assert waglan.signs_in(carrier)("token", "revoke", token).status == 0
    assert f"{token}  revoked" in waglan("token", "list").out
    assert token in waglan("token", "list", "--client", "machine", "--ended").out
    assert token not in waglan("token", "list", "--not-ended").out
    gone = waglan.signs_in(made.out.strip())("whoami")
    assert (gone.status, "CLI-NO-TOKEN" in gone.err) == (2, True)
    assert waglan.signs_in(carrier)("token", "revoke", "tok_none").status == 1


def test_an_ai_client_gets_a_token_that_only_reads(waglan: CommandLine, carrier: str) -> None:
    waglan.signs_in(carrier)
    made = waglan("token", "issue", "--ai", "--scope", "read")
    ran = waglan.signs_in(made.out.strip())("submit", str(MANIFEST))
    assert (ran.status, "PARTY-AI-REFUSED" in ran.err) == (1, True)


def test_a_message_is_handed_in_once_however_often_it_is_tried(
    waglan: CommandLine, carrier: str, tmp_path: Path
) -> None:
    waglan.signs_in(carrier)
    first = waglan("submit", str(MANIFEST), "--answers", str(tmp_path / "answers"))
    assert first.status in (0, 1), first.err
    names = sorted(file.name for file in (tmp_path / "answers").iterdir())
    assert names[0] == "cuscar-95B-one-message.1.contrl.edi"
    assert (tmp_path / "answers" / names[0]).read_bytes().startswith(b"UN")
    again = waglan("submit", str(MANIFEST))
    assert (again.status, again.out) == (first.status, first.out)
    assert "came before" in again.err


def test_a_message_comes_from_standard_input_and_through_pipes_too(
    waglan: CommandLine, carrier: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = waglan.signs_in(carrier)("submit", str(MANIFEST))
    with MANIFEST.open("rb") as file:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(file))
        ran = waglan("submit", "-", "--answers", str(tmp_path))
    assert (ran.status, ran.out) == (first.status, first.out)
    assert (tmp_path / "message.1.contrl.edi").exists()
    reading, writing = os.pipe()
    os.write(writing, MANIFEST.read_bytes())  # small enough to wait in the pipe
    os.close(writing)
    ran = waglan("submit", f"/dev/fd/{reading}")
    os.close(reading)
    assert (ran.status, ran.out) == (first.status, first.out)
    monkeypatch.setattr("sys.stdin", None)
    for command in ("submit", "read", "check"):
        ran = waglan(command, "-")
        assert (ran.status, "CLI-FILE" in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("token", ["a\nb", "香港", ""])
def test_a_token_that_can_be_none_is_said_so(waglan: CommandLine, token: str) -> None:
    ran = waglan.signs_in(token)("whoami")
    assert (ran.status, "CLI-NO-TOKEN" in ran.err) == (2, True)


def test_a_blank_behind_a_token_is_no_part_of_it(waglan: CommandLine, carrier: str) -> None:
    for behind in (" ", "\n", "\r\n"):
        assert waglan.signs_in(carrier + behind)("whoami").status == 0


def test_a_key_is_asked_for_as_it_was_typed(waglan: CommandLine, carrier: str) -> None:
    for key in ("a/../../b", "x?y#z", "9999999/999E", "%00"):
        ran = waglan.signs_in(carrier)("track", key)
        assert (ran.status, "HTTP-NOT-FOUND" in ran.err) == (1, True), ran.err


def test_a_bill_is_tracked_in_eighty_columns_and_both_languages(
    waglan: CommandLine, carrier: str
) -> None:
    waglan.signs_in(carrier)
    waglan("submit", str(MANIFEST))
    shown = waglan("track", "WGLN26110001")
    assert shown.out.startswith("bill WGLN26110001  declared\n  declared by waglan-line at ")
    assert "containers: " in shown.out
    assert max(len(line) for line in shown.out.splitlines()) <= 80
    assert json.loads(waglan("track", "WGLN26110001", "--json").out)["key"] == "WGLN26110001"
    assert waglan("track", "csqu 3054383", "--kind", "container").status == 0
    assert waglan("track", "WGLN26110001", "--kind", "call").status == 1
    waglan.set("WAGLAN_LANG", "zh-Hant-HK")
    assert "由 waglan-line 於" in waglan("track", "WGLN26110001").out
    for absent in ("nobody's", ".", "..", "a/../b"):
        gone = waglan("track", absent)
        assert (gone.status, gone.err.split()[:2]) == (1, ["錯誤", "HTTP-NOT-FOUND"])


@pytest.mark.parametrize("lang", get_args(Lang))
def test_a_fault_is_shown_at_one_place_whether_it_is_read_here_or_handed_in(
    waglan: CommandLine, carrier: str, tmp_path: Path, lang: Lang
) -> None:
    nul, counted = tmp_path / "nul.edi", tmp_path / "counted.edi"
    data = MANIFEST.read_bytes()
    nul.write_bytes(data.replace(b"I1'", b"N1'").replace(b"NAD+CA+WG", b"NAD+CA+W\0G"))
    counted.write_bytes(data.replace(b"I1'", b"C1'").replace(b"UNT+", b"UNT+9"))
    waglan.signs_in(carrier).set("WAGLAN_LANG", lang)
    for file, code in ((nul, "EDIFACT-CONTROL-CHARACTER"), (counted, "EDIFACT-UNT-COUNT")):
        shown = [
            [line for line in waglan(*asked, str(file)).err.splitlines() if code in line]
            for asked in (("read",), ("submit",))
        ]
        assert shown[0] == shown[1] != [], shown
        assert words("place", lang)["segment"].partition("{")[0] in shown[0][0]


@pytest.mark.parametrize("size", [(8 << 20) + 1, 12 << 20])
def test_a_message_past_the_limit_is_refused_not_tried_for_ever(
    waglan: CommandLine, carrier: str, tmp_path: Path, size: int
) -> None:
    large = tmp_path / "large.edi"
    large.write_bytes(MANIFEST.read_bytes().ljust(size, b"\n"))
    ran = waglan.signs_in(carrier)("submit", str(large))
    assert (ran.status, "MESSAGE-TOO-LARGE" in ran.err) == (1, True), ran.err


@pytest.mark.parametrize("lang", get_args(Lang))
def test_of_a_pipe_no_more_is_copied_than_the_instance_takes(
    waglan: CommandLine, carrier: str, lang: Lang
) -> None:
    reading, writing = os.pipe()
    written: list[int] = []

    def pour() -> None:
        with suppress(BrokenPipeError), os.fdopen(writing, "wb", buffering=0) as pipe:
            for _ in range(64):
                written.append(pipe.write(b"\0" * (1 << 20)) or 0)

    pouring = threading.Thread(target=pour)
    pouring.start()
    waglan.set("WAGLAN_LANG", lang)
    ran = waglan.signs_in(carrier)("submit", f"/dev/fd/{reading}")
    os.close(reading)
    pouring.join(10)
    assert (ran.status, "MESSAGE-TOO-LARGE" in ran.err, str(8 << 20) in ran.err) == (1, True, True)
    assert 8 <= len(written) <= 10  # MiB; what is in the pipe was read by nobody


@pytest.mark.parametrize(
    "arguments", [["whoami"], ["track", "X"], ["submit", str(MANIFEST)], ["log", "show"]]
)
def test_without_an_instance_or_a_token_a_command_says_what_to_do(
    waglan: CommandLine, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("waglan.cli.client.FIRST_PAUSE_SECONDS", 0.01)
    ran = waglan.signs_in("wgl_wrong")(*arguments)
    assert (ran.status, "CLI-NO-TOKEN" in ran.err) == (2, True)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        waglan.set("WAGLAN_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        ran = waglan(*arguments)
    assert (ran.status, "CLI-NO-ANSWER" in ran.err) == (2, True)
    waglan.set("WAGLAN_URL", "nonsense://")
    waglan.set("WAGLAN_LANG", "zh-Hant-HK")
    ran = waglan(*arguments)
    assert (ran.status, "並無 Waglan 回應" in ran.err) == (2, True)


class Stranger(BaseHTTPRequestHandler):
    """Something else that answers on that port."""

    protocol_version = "HTTP/1.1"
    answers: list[tuple[int, str, bytes]] = []  # noqa: RUF012 - one for each test run

    def do_GET(self) -> None:
        status, kind, body = self.answers[0]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "answer",
    [
        (500, "text/html", b"<h1>\x1b[31mno</h1>"),
        (404, "application/problem+json", b"{"),
        (404, "application/problem+json", b'{"title": "\\u001b[2J"}'),
        (200, "text/html", b"<html>"),
        (200, "application/json", b"[]"),
        (302, "text/html", b""),
    ],
)
def test_what_is_no_waglan_is_said_so_without_a_traceback(
    waglan: CommandLine, stranger: str, answer: tuple[int, str, bytes]
) -> None:
    Stranger.answers[:] = [answer]
    waglan.set("WAGLAN_URL", stranger)
    for arguments in (["whoami"], ["track", "X"], ["party", "list"], ["log", "show"]):
        ran = waglan(*arguments)
        assert ran.status in (0, 1, 2), ran.err
        assert "\x1b" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.toml", "duplicates = 'accept'\ncharset = cp1252\n", "TOML: line 2: Invalid value"),
        ("b.toml", "duplicates = 'accept'\ncharset =\n\n", "TOML: line 2: Invalid value"),
        ("c.toml", "charset", "TOML: line 1: Expected '=' after a key in a key/value pair"),
        ("d.json", '{"charset":\n}', "JSON: line 2: Expecting value"),
    ],
)
def test_what_is_wrong_in_a_profile_is_said_with_its_line(
    waglan: CommandLine, tmp_path: Path, name: str, text: str, told: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    ran = waglan("party", "profile", "waglan-line", "--set", str(file))
    assert (ran.status, ran.out) == (2, "")
    assert "CLI-FILE-FORM" in ran.err
    assert f"{file} is no {told}." in ran.err


def test_the_operator_agrees_with_a_partner_about_his_files(
    waglan: CommandLine, carrier: str, tmp_path: Path
) -> None:
    shown = waglan("party", "profile", "waglan-line")
    assert (shown.status, shown.out.splitlines()) == (0, ["waglan-line  0  -", "{}"])
    made = waglan("party", "profile", "waglan-line", "--based-on", "mainland")
    assert (made.status, json.loads(made.out.partition("\n")[2])["charset"]) == (0, "gb18030")
    for name, text in (("p.toml", 'charset = "cp1252"'), ("p.json", '{"charset": "cp1252"}')):
        (tmp_path / name).write_text(text)
        made = waglan("party", "profile", "waglan-line", "--set", str(tmp_path / name))
        assert json.loads(made.out.partition("\n")[2]) == {"charset": "cp1252"}
    (tmp_path / "bad.toml").write_bytes(b"charset = \xff")
    bad = waglan("party", "profile", "waglan-line", "--set", str(tmp_path / "bad.toml"))
    assert (bad.status, "CLI-FILE  file\n" in bad.err) == (2, True)
    (tmp_path / "two.json").write_text('{"charset": "cp1252", "charset": "gb18030"}')
    twice = waglan("party", "profile", "waglan-line", "--set", str(tmp_path / "two.json"))
    assert (twice.status, "JSON-KEY-TWICE  charset" in twice.err) == (2, True)
    wrong = waglan("party", "profile", "waglan-line", "--based-on", "nothing")
    assert (wrong.status, "PROFILE-NO-SUCH-BASE" in wrong.err) == (1, True)
    own = waglan.signs_in(carrier)("party", "profile", "waglan-line", "--based-on", "default")
    assert (own.status, "PARTY-ROLE-NEEDED" in own.err) == (1, True)
