"""`waglan read` and `waglan check`, on good files and on everything else."""

import io
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waglan.cli import guard, paper
from waglan.cli.app import app
from waglan.cli.guard import guarded
from waglan.cli.wording import plain, words
from waglan.codes.customs_status import CustomsStatus
from waglan.codes.data import load
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.function import Function
from waglan.codes.render import render, templates
from waglan.codes.worded import REASON
from waglan.customs.officer_act import ACTS
from waglan.customs.outcome import results
from waglan.manifest.condition import FACTS
from waglan.manifest.deadline import ANCHORS, DeadlineState
from waglan.manifest.filing_profile import Recipient
from waglan.manifest.filing_state import FilingAct, FilingState
from waglan.manifest.prefill import SourceKind
from waglan.messages.form import Form, form_of
from waglan.messages.result import LANGS
from waglan.messages.sheet.template import csv_template, xlsx_template
from waglan.parties.role import ClientKind, Role

CASES = Path(__file__).parents[1] / "cases" / "messages" / "edifact"
GOOD = CASES / "cuscar-95B-one-message.edi"
PARTS = CASES / "cuscar-95B-three-parts.edi"
HOSTILE = {
    "empty": b"",
    "nul bytes": bytes(5000),
    "no EDIFACT": b"%PDF-1.7 \xff\xfe",
    "half an envelope": b"UNB+UNOC:3+A+B+2611",
    "UTF-16": GOOD.read_text().encode("utf-16"),
    "cut in the middle": GOOD.read_bytes()[:700],
    "escape sequences": b"\x1b]0;owned\x07\x1b[2J",
}


ANSWERS = {
    "APERAK": ("BGM+27+A1+9+RE'RFF+ACW:SI1'ERC+12'FTX+AAO+++NO SUCH BOOKING'", "answers", "SI1"),
    "CONTRL": ("UCI+R1+LINE:ZZ+CUSTOMS:ZZ+4+28'UCM+1+CUSCAR:D:95B:UN+4+12'", "action", "rejected"),
    "CUSRES": ("BGM+85+M1+9+AP'", "document", "M1"),
}


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = guarded(app, arguments)
    out, err = capfd.readouterr()
    return status, out, err


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_is_told_as_it_was_meant(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    body, name, said = ANSWERS[kind]
    count = body.count("'") + 2
    head = f"UNH+1+{kind}:D:{'3' if kind == 'CONTRL' else '95B'}:UN'"
    envelope = "UNB+UNOC:3+CUSTOMS:ZZ+LINE:ZZ+261201:0800+7'"
    (tmp_path / "answer.edi").write_text(f"{envelope}{head}{body}UNT+{count}+1'UNZ+1+7'")
    status, out, err = run(capfd, "read", str(tmp_path / "answer.edi"))
    assert (status, "EDIFACT-TYPE-NOT-READ" in err) == (0, False), err
    [line] = out.splitlines()
    assert json.loads(line)["answer"][name] == said


def test_a_message_is_one_line_of_json(capfd: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capfd, "read", str(GOOD))
    [line] = out.splitlines()
    message = json.loads(line)
    [part] = json.loads((CASES / "cuscar-95B-one-message.json").read_text())
    for kind in ("bills", "equipment"):
        assert [subset(was, is_) for was, is_ in zip(part[kind], message[kind], strict=True)]
    assert message["head"] == part["head"]
    assert (status, message["declares"], message["header"]["type"]) == (0, True, "CUSCAR")
    assert "erased" not in message["bills"][0]
    assert "note CONTAINER-CHECK-DIGIT  equipment/WGLU1000007/number (interchange I1" in err


def subset(expected: dict[str, object], found: dict[str, object]) -> bool:
    return all(found[name] == value for name, value in expected.items())


def test_each_part_of_a_manifest_is_a_line_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capfd, "read", str(PARTS))
    assert [json.loads(line)["part"] for line in out.splitlines()] == [1, 2, 3]


EVENTS = Path(__file__).parents[2] / "docs" / "examples"


@pytest.mark.parametrize("name", ["gate-events.ndjson", "dcsa-events.json"])
def test_a_batch_of_events_is_read_row_by_row_and_checked_offline(
    capfd: pytest.CaptureFixture[str], name: str
) -> None:
    status, out, err = run(capfd, "read", str(EVENTS / name))
    rows = [json.loads(line) for line in out.splitlines()]
    assert (status, err) == (0, "")
    assert [row["row"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(row["sound"] and row["id"] for row in rows)
    assert rows[0]["movement"]["box"]["number"].startswith("EXAU")
    status, out, _ = run(capfd, "check", str(EVENTS / name), "--json")
    assert (status, json.loads(out)["events"]) == (0, len(rows))


def test_each_wrong_row_of_a_batch_is_told_with_its_place(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first, second, *_ = (EVENTS / "gate-events.ndjson").read_bytes().splitlines()
    file = tmp_path / "batch.ndjson"
    file.write_bytes(b"\n".join([first, b'{"id": "x"}', second, first]))
    status, out, _ = run(capfd, "check", str(file), "--json")
    shown = json.loads(out)
    assert (status, shown["events"]) == (1, 4)
    assert [(one["code"], one["where"]["line"]) for one in shown["findings"]] == [
        ("EVENT-FIELD-MISSING", 2),
        ("EVENT-ID-TWICE", 4),
    ]
    status, out, err = run(capfd, "read", str(file))
    assert status == 1
    assert [json.loads(line)["sound"] for line in out.splitlines()] == [True, False, True, False]
    assert "EVENT-ID-TWICE" in err
    file.write_bytes(b"[1, 2")
    assert run(capfd, "check", str(file))[0] == 2


def test_findings_are_told_in_chinese_when_asked(capfd: pytest.CaptureFixture[str]) -> None:
    _, _, err = run(capfd, "read", str(GOOD), "--lang", "zh-Hant-HK")
    assert err.startswith("備註 CONTAINER-CHECK-DIGIT  equipment/WGLU1000007/number (交換檔 I1")


def test_a_message_with_an_error_exits_1(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.edi"
    wrong.write_bytes(
        GOOD.read_bytes().replace(b"CNT+16:3'", b"CNT+16:4'").replace(b"UNT+", b"UNT+9")
    )
    status, out, err = run(capfd, "read", str(wrong))
    assert status == 1
    assert json.loads(out)["declares"] is False
    assert "error EDIFACT-" in err


@pytest.mark.parametrize("command", ["read", "check"])
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_whatever_the_bytes_are_there_is_an_answer_and_no_traceback(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, command: str, data: bytes
) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)
    status, out, err = run(capfd, command, str(file))
    assert status == (1 if command == "read" and data == HOSTILE["cut in the middle"] else 2)
    assert "Traceback" not in out + err
    assert "\x1b" not in out + err
    assert "error " in out + err


@pytest.mark.parametrize("command", ["read", "check"])
@given(st.binary(max_size=300), st.integers(0, 1500))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_strewn_into_a_good_file_never_break_a_command(
    monkeypatch: pytest.MonkeyPatch, command: str, noise: bytes, at: int
) -> None:
    good = GOOD.read_bytes()
    data = io.TextIOWrapper(io.BytesIO(good[:at] + noise + good[at:]))
    monkeypatch.setattr("sys.stdin", data)
    assert guarded(app, [command, "-"]) in (0, 1, 2)


@pytest.mark.parametrize("file", ["/nowhere/at/all.edi", "/", "a\0b"])
@pytest.mark.parametrize("command", ["read", "check"])
def test_a_file_that_cannot_be_opened_is_said_so(
    capfd: pytest.CaptureFixture[str], command: str, file: str
) -> None:
    status, out, err = run(capfd, command, file)
    assert (status, out) == (2, "")
    assert err.startswith("error CLI-FILE  file\n")


def test_a_file_past_the_limit_is_refused(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WAGLAN_MESSAGE_MIB_MAX", "1")
    file = tmp_path / "large.edi"
    file.write_bytes(GOOD.read_bytes().ljust(1 << 20, b"\n"))
    assert run(capfd, "check", str(file))[0] == 0 + 1  # holds are found in it, and it is read
    file.write_bytes(GOOD.read_bytes().ljust((1 << 20) + 1, b"\n"))
    status, _, err = run(capfd, "check", str(file))
    assert (status, err.splitlines()[0]) == (2, "error CLI-FILE-SIZE  file")


def test_a_message_as_long_as_it_likes_is_read_in_flat_memory(tmp_path: Path) -> None:
    large = tmp_path / "large.edi"
    head, bill = GOOD.read_bytes().split(b"CNI+1+", 1)
    one = b"CNI+1+" + bill.split(b"CNI+")[0]
    with large.open("wb") as file:
        file.write(head)
        for _ in range(40_000):  # 27 MB
            file.write(one)
    script = (
        "import sys; from waglan.cli.guard import guarded;"
        "from waglan.cli.app import app;"
        "status = guarded(app, ['read', sys.argv[1]]);"
        "told = dict(line.split(':', 1) for line in open('/proc/self/status'));"
        "print(status, int(told['VmHWM'].split()[0]) >> 10, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(large)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=True,
    )
    # Not getrusage's peak: a child begins with that of the process it was started from.
    status, peak_mib = done.stderr.split(b"\n")[-2].split()
    assert int(status) == 1
    assert int(peak_mib) < 180


def test_parts_are_checked_together(capfd: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capfd, "check", str(PARTS))
    assert status == 1
    assert "Manifest HKG-012W-01: 3 bills, 3 containers, function original" in out
    assert "Rules run: HK-60C, HK-MAN-012" in out
    assert "DRY-RUN-NO-TARGETING" in out


@pytest.mark.parametrize("master", ["", "M1"])
def test_a_check_of_the_file_alone_says_that_it_knows_no_sender_and_no_letter(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, master: str
) -> None:
    file = tmp_path / "m.csv"
    file.write_text(f"document,recipient,carrier,bill,parent\nD1,X:ZZ,SYNL,B1,{master}\n")
    for lang in ("en", "zh-Hant-HK"):
        _, out, _ = run(capfd, "check", str(file), "--lang", lang)
        assert "DRY-RUN-NO-SENDER" in out
        assert ("DRY-RUN-NO-LETTER" in out) is not bool(master)
        assert ("LETTER-FOR-MANIFEST" in out) is not bool(master)
    _, out, _ = run(capfd, "check", str(file), "--json")
    [manifest] = json.loads(out)["manifests"]
    notes = {note["code"]: note["params"] for note in manifest["not_run"]}
    assert notes.get("DRY-RUN-NO-LETTER") == (None if master else {"carrier": "SYNL"})


def test_a_manifest_with_a_part_missing_is_not_judged(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before, _, after = PARTS.read_bytes().partition(b"UNH+2+")
    _, _, after = after.partition(b"UNH+3+")
    file = tmp_path / "gap.edi"
    file.write_bytes(before + b"UNH+3+" + after.replace(b"UNZ+3+", b"UNZ+2+"))
    status, out, _ = run(capfd, "check", str(file))
    assert status == 2
    assert "error CLI-PARTS-MISSING  parts" in out


def test_a_check_is_judged_by_the_rules_of_the_day(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capfd, "check", str(PARTS), "--on", "1970-01-01", "--json")
    [manifest] = json.loads(out)["manifests"]
    assert "DRY-RUN-NOT-IN-FORCE" in {note["code"] for note in manifest["not_run"]}


def test_how_late_a_manifest_is_is_judged_on_the_day_that_is_said(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "template.csv"

    # It arrives on the 23rd: the last day is 7 December.
    def late(*on: str, arrival: str = "2026-11-23") -> tuple[set[str], set[str]]:
        file.write_bytes(csv_template().replace(b"2026-11-23", arrival.encode()))
        _, out, _ = run(capfd, "check", str(file), "--json", *on)
        told = json.loads(out)
        [manifest] = told["manifests"]
        codes = {one["code"] for one in told["findings"]}
        rules = {one["params"].get("rule") for one in manifest["not_run"]}
        return {one for one in codes if "045" in one or "TIME" in one}, rules

    assert "HK-MAN-045" in late()[1]
    for day, found in (("07", set[str]()), ("08", {"HK-MAN-045-LATE"})):
        codes, not_run = late("--on", f"2026-12-{day}")
        assert (codes, "HK-MAN-045" in not_run) == (found, False)
    assert late("--on", "2026-12-01", arrival="1990-11-23")[0] == {"HK-MAN-045-LATE"}
    for year in ("9999", "0001"):
        codes, not_run = late("--on", "2026-12-01", arrival=f"{year}-11-23")
        assert (codes, "HK-MAN-045" in not_run) == ({"PAPER-TIME"}, True)


@pytest.mark.parametrize(
    ("arguments", "words_"),
    [
        (["raed"], "error CLI-USAGE  command\n  The command is not understood: No such command"),
        (["read"], "Missing argument 'FILE|-'"),
        (["read", "x", "--lang", "fr"], "CLI-USAGE"),
        (
            ["token", "list", "--client", "robot"],
            "Invalid value for '--client': 'robot' is not one",
        ),
        (["check", "x", "--on", "tomorrow"], "CLI-USAGE"),
        ([], "Usage: waglan"),
    ],
)
def test_a_command_that_is_not_understood_says_where_help_is(
    capfd: pytest.CaptureFixture[str], arguments: list[str], words_: str
) -> None:
    status, out, err = run(capfd, *arguments)
    assert (status, words_ in out + err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words_"),
    [
        (["raed"], "沒有命令「raed」"),
        (["read"], "欠缺 FILE|-"),
        (["read", "x", "y"], "多出 y"),
        (["read", "x", "--long"], "沒有選項 --long"),
        (["read", "x", "--lang"], "--lang 須附上值"),
        (["read", "x", "--lang", "fr"], "--lang 須為 en 或 zh-Hant-HK"),
        (["token", "issue", "--scope", "drink"], "--scope 的值不合要求"),
        (["token", "issue", "--scope", "read", "--days", "0"], "--days 的值不合要求"),
        (["token", "issue", "--scope", "read", "--machine", "m"], "--machine 與 --accountable"),
        (["deadlines", "--profile", "none"], "--profile 須為以下其中之一"),
        (["backup"], "請提供檔案"),
    ],
)  # fmt: skip
def test_usage_is_explained_in_chinese_too(
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words_: str,
) -> None:
    monkeypatch.setenv("WAGLAN_LANG", "zh-Hant-HK")
    status, _, err = run(capfd, *arguments)
    title, problem, _ = err.splitlines()
    assert (status, title) == (2, "錯誤 CLI-USAGE  command")
    assert problem.startswith("  無法理解該命令")
    assert words_ in problem


def test_a_bad_setting_is_named_and_its_value_is_not_shown(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAGLAN_PORT", "hunter2")
    status, _, err = run(capfd, "read", str(GOOD))
    assert (status, "WAGLAN_PORT" in err, "hunter2" in err) == (2, True, False)
    monkeypatch.setenv("WAGLAN_LANG", "zh-Hant-HK")
    _, _, err = run(capfd, "read", str(GOOD))
    assert "須為整數" in err


def test_our_own_fault_is_one_finding_without_the_words_of_the_exception(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str | None) -> None:
        raise LookupError("consignee MR SECRET")

    monkeypatch.setattr(paper, "chosen", fail)
    status, out, err = run(capfd, "read", str(GOOD))
    assert status == guard.OUR_FAULT
    assert err.startswith("error CLI-BUG  command\n")
    assert "LookupError" in err
    assert "SECRET" not in out + err


def test_a_reader_that_goes_away_ends_the_command_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", "from waglan.cli.app import main; main()", "read", str(GOOD)],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert done.returncode == guard.NOBODY_READS
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("lang", ["en", "zh-Hant-HK"])
@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '[{"event": ' + "[" * 100_000, '{"bills": ' + "[" * 100_000, '{"a":' * 9_999],
)
def test_what_is_nested_without_end_is_told_in_our_own_words(
    text: str, lang: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "deep.json"
    file.write_text(text)
    assert guarded(app, ["read", str(file), "--lang", lang]) != 0
    told = capfd.readouterr().err
    assert "JSON-TOO-DEEP" in told
    assert "recursion" not in told


def test_both_languages_have_the_same_words() -> None:
    english, chinese = (tomllib.loads(load("cli/words")[lang]) for lang in ("en", "zh-Hant-HK"))
    assert {name: set(group) for name, group in english.items()} == {
        name: set(group) for name, group in chinese.items()
    }
    assert set(templates("en")) == set(templates("zh-Hant-HK"))
    in_english, in_chinese = (set(tomllib.loads(load("codes/words")[lang])) for lang in LANGS)
    assert in_english | {REASON} == in_chinese


def test_chinese_words_never_say_that_customs_released_cargo() -> None:
    """A customs status is no release: the word stands only where that is said."""
    files = [load(f"{folder}/words")["zh-Hant-HK"] for folder in ("cli", "codes", "demo")]
    told = "".join([*files, *load("codes/texts/zh-Hant-HK").values()])
    assert told.count("放行") == len(re.findall("(?:並非|並不等於)放行", told)) > 0


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Object missing required field `bills`", "欠缺欄位 `bills`"),
        ("Expected `int` >= 0", "須 >= 0"),
        ("JSON is malformed: trailing characters (byte 8)", "JSON 於第 8 個位元組處有誤"),
        ("No such file or directory", "沒有此檔案或資料夾"),
        ("something that nobody foresaw", "something that nobody foresaw"),
    ],
)
def test_what_a_library_says_of_a_fault_is_told_in_chinese(reason: str, said: str) -> None:
    place = Where("document")
    found = Finding("JSON-FORM", Severity.ERROR, place, {"reason": reason})
    assert said in render(found, "zh-Hant-HK").problem
    assert reason in render(found, "en").problem


def test_codes_in_a_finding_are_told_by_their_words() -> None:
    params = {"bill": "B1", "now": "detained", "wanted": "lift"}
    found = Finding("CUSTOMS-NOT-LAWFUL-NOW", Severity.ERROR, Where("bills/B1"), params)
    assert "「扣留」" in render(found, "zh-Hant-HK").problem
    assert "「撤銷要求」" in render(found, "zh-Hant-HK").problem
    assert "is detained with customs; 'lift'" in render(found, "en").problem


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("draft_state", {one.value for one in FilingState if one is not FilingState.ABSENT}),
        ("draft_act", {one.value for one in FilingAct}),
        ("function", {one.value for one in Function}),
        ("source", {one.value for one in SourceKind}),
        ("deadline_state", {one.value for one in DeadlineState}),
        ("fact", {*FACTS, *ANCHORS, "condition"}),
        ("result", {*results()}),
        ("customs", {one.value for one in CustomsStatus}),
        ("act", {one.value for one in ACTS}),
        ("event", {one.value for one in EventCode}),
        ("role", {one.value for one in Role}),
        ("client", {one.value for one in ClientKind}),
        ("recipient", {one.value for one in Recipient}),
    ],
)
def test_every_code_that_is_shown_has_a_word(group: str, codes: set[str]) -> None:
    assert set(words(group, "zh-Hant-HK")) == codes


@given(st.text())
def test_nothing_printed_can_steer_a_terminal(text: str) -> None:
    assert all(character == " " or character.isprintable() for character in plain(text))


@pytest.fixture
def sheets(tmp_path: Path) -> dict[str, Path]:
    files = {"csv": csv_template(), "xlsx": xlsx_template()}
    for form, data in files.items():
        # Named for nothing: the bytes tell.
        (tmp_path / form).write_bytes(data)
    document = {"form": "waglan/paper/v1", "document": "D", "recipient": "HKCED:ZZ"}
    bills = [{"number": "B1", "goods": [{"description": "COTTON T-SHIRTS"}]}]
    call = {"vessel": "SAMPLE", "voyage": "1", "arrival": "2026-11-23T06:00"}
    (tmp_path / "json").write_text(json.dumps(document | call | {"bills": bills}))
    return {form: tmp_path / form for form in ("csv", "xlsx", "json")}


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_sheets_and_documents_are_read_and_judged_like_messages(
    capfd: pytest.CaptureFixture[str], sheets: dict[str, Path], form: str
) -> None:
    status, out, err = run(capfd, "read", str(sheets[form]))
    [line] = out.splitlines()
    told = json.loads(line)
    assert (status, err) == (0, "")
    assert (told["form"], told["sound"]) == (form.upper(), True)
    [bill] = told["paper"]["bills"]
    assert "erased" not in bill
    status, out, _ = run(capfd, "check", str(sheets[form]), "--json", "--on", "2026-11-22")
    [manifest] = json.loads(out)["manifests"]
    assert manifest["bills"] == 1
    assert manifest["rules_run"]
    assert status in (0, 1)


def test_a_fault_of_a_sheet_is_told_by_row_and_column(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "m.csv"
    file.write_text("bill,document,recipient,packages\nB1,D1,X:ZZ,=1+1\n")
    status, out, err = run(capfd, "read", str(file))
    assert (status, json.loads(out)["sound"]) == (1, False)
    assert "error SHEET-FORMULA  rows/2/packages (row 2)" in err
    status, out, _ = run(capfd, "check", str(file))
    assert status != 0
    assert "SHEET-FORMULA" in out


@pytest.mark.parametrize(
    ("lang", "row", "segment"), [("en", "row 4", "segment"), ("zh-Hant-HK", "第 4 行", "段")]
)
def test_what_a_rule_finds_in_a_sheet_is_told_by_row_and_column(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, lang: str, row: str, segment: str
) -> None:
    file = tmp_path / "m.csv"
    head = "document,recipient,bill,parent,description,gross_mass_kg\n"
    goods = ("COTTON SHIRTS", "LED LAMPS", "GIFTS")
    file.write_text(head + "".join(f"D1,X:ZZ,HS1,M1,{text},100\n" for text in goods))
    _, out, _ = run(capfd, "check", str(file), "--lang", lang)
    assert f"HK-MAN-012  rows/4/description ({row})" in out
    assert not [line for line in out.splitlines() if "rows/" in line and segment in line]
    assert "bills/HS1" not in out
    status, out, _ = run(capfd, "read", str(file))
    assert (status, "told_at" in out) == (0, False)


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_a_template_goes_to_a_file_or_to_standard_output(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, form: str
) -> None:
    assert guarded(app, ("template", "manifest", "--format", form)) == 0
    out, _ = capfdbinary.readouterr()
    file = tmp_path / "template"
    asked = ("template", "manifest", "--format", form, "--output", str(file))
    assert guarded(app, asked) == 0
    assert file.read_bytes() == out
    assert form_of(out) is {"csv": Form.CSV, "xlsx": Form.XLSX, "json": Form.JSON}[form]
    assert guarded(app, (*asked[:-1], str(tmp_path / "no" / "folder"))) == 2
    _, err = capfdbinary.readouterr()
    assert b"CLI-FILE" in err


@pytest.mark.parametrize("name", ["empty.csv", "empty.edi", "empty.json", "empty.xlsx", "empty"])
def test_an_empty_file_is_told_as_empty_whatever_it_was_meant_to_be(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    file.write_bytes(b"")
    assert guarded(app, ("check", str(file))) != 0
    told = "".join(capfd.readouterr())
    assert "FILE-EMPTY" in told
    assert "EDIFACT" not in told
    assert "SHEET" not in told
