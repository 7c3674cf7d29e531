"""What `--help` says: every command and option of it, in the reader's language."""

import re

import pytest
from typer import rich_utils
from typer.core import TyperArgument, TyperOption

from waglan.cli.app import app
from waglan.cli.guard import guarded
from waglan.cli.helped import FRAME, HELP, METAVARS, USAGE, commands, helped, paragraphs, table
from waglan.codes.render import Lang

CHINESE: Lang = "zh-Hant-HK"


@pytest.fixture(autouse=True)
def frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what typer itself says as it was."""
    monkeypatch.setenv("COLUMNS", "80")
    for name in (*FRAME, "highlighter", "Text"):
        monkeypatch.setattr(rich_utils, name, getattr(rich_utils, name))


def said() -> set[str]:
    """Every paragraph of help, in English."""
    found = {HELP, USAGE, *FRAME.values()}
    for command in commands(helped(app, [], "en")):
        found |= {*paragraphs(command.help)}
        found |= {str(told) for name in METAVARS if (told := getattr(command, name, None))}
        for one in command.params:
            if isinstance(one, TyperOption | TyperArgument):
                found |= {*paragraphs(one.help)}
    return found


def test_every_paragraph_of_help_has_its_chinese_and_no_other_is_kept() -> None:
    assert said() == set(table(CHINESE))
    for english, chinese in table(CHINESE).items():
        assert chinese.strip() == chinese != ""
        # What is typed stands as it is typed in every language.
        typed = re.findall(r"`[^`]+`|--[a-z-]+|WAGLAN_[A-Z]+", english)
        assert [one for one in typed if one not in chinese] == []


@pytest.mark.parametrize("arguments", [[], ["--help"], ["desk"], ["token", "issue", "--help"]])
def test_help_is_in_the_readers_language_and_nothing_of_it_is_cut_off(
    arguments: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(lang: Lang) -> str:
        monkeypatch.setenv("WAGLAN_LANG", lang)
        assert guarded(app, arguments) in (0, 2)
        told = capfd.readouterr()
        return told.out + told.err

    english, chinese = shown("en"), shown(CHINESE)
    assert "Usage: waglan" in english
    assert not re.search("[\u4e00-\u9fff]", english)
    assert "用法： waglan" in chinese  # noqa: RUF001
    for told in (HELP, USAGE, *FRAME.values(), *METAVARS):
        assert told not in chinese
    assert "…" not in chinese


def test_every_text_of_a_long_option_is_shown_whole(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAGLAN_LANG", CHINESE)
    assert guarded(app, ["desk", "clear", "--help"]) == 0
    flat = re.sub(r"[\s│]", "", capfd.readouterr().out)
    [told] = [zh for en, zh in table(CHINESE).items() if en.startswith("Numbers of bills, each")]
    assert re.sub(r"\s", "", told) in flat


def test_what_stands_between_colons_in_help_is_no_picture(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        helped(app, ["draft", "new", "--help"], "en")(["draft", "new", "--help"])
    assert "template:ID:" in capsys.readouterr().out
