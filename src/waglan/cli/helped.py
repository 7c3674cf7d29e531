"""What `--help` says, in the reader's language.

English stands at the commands themselves. The others have a table, by paragraph as English has it,
so that a paragraph that changes is one that is not translated yet, and a test finds it.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TypeAlias

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from waglan.codes.data import load
from waglan.codes.render import Lang

ENGLISH: Lang = "en"
# What typer itself says around our words.
FRAME = {
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commands",
    "REQUIRED_LONG_STRING": "[required]",
    "DEFAULT_STRING": "[default: {}]",
}
METAVARS = ("options_metavar", "subcommand_metavar")
HELP, USAGE = "Show this message and exit.", "Usage:"


Command: TypeAlias = TyperCommand | TyperGroup


def helped(app: typer.Typer, arguments: Sequence[str], lang: Lang) -> Command:
    """Return an application's command; its help is in this language if the arguments ask for it."""
    command = typer.main.get_command(app)
    if not isinstance(command, Command):
        raise TypeError("typer has made a command of another kind")
    if not _asks(command, arguments):
        return command
    _without_emoji()
    if lang != ENGLISH:
        _frame(lang)
        for one in commands(command):
            _translate(one, table(lang))
    return command


def commands(command: Command) -> Iterator[Command]:
    """Yield a command and all below it."""
    yield command
    for one in getattr(command, "commands", {}).values():
        yield from commands(one)


def paragraphs(text: str | None) -> list[str]:
    """Return the paragraphs of a help text, each as one line."""
    return [" ".join(part.split()) for part in (text or "").split("\n\n") if part.strip()]


@cache
def table(lang: Lang) -> Mapping[str, str]:
    """Return what each paragraph of help is in another language than English."""
    return tomllib.loads(load("cli/help")[lang])


def _asks(command: Command, arguments: Sequence[str]) -> bool:
    """Whether help is what will be shown: of a group without a command, or because it is wished."""
    found: Command | None = command
    for name in arguments:
        found = getattr(found, "commands", {}).get(name)
    return "--help" in arguments or isinstance(found, TyperGroup)


def _without_emoji() -> None:
    """Let `template:ID:` stand as it is written: rich makes a picture of what is between colons."""
    from rich.style import Style
    from rich.text import Text
    from typer import rich_utils

    class Literal(Text):
        """Text whose markup holds no pictures."""

        @classmethod
        def from_markup(cls, text: str, *, style: str | Style = "", **_: object) -> Text:
            return Text.from_markup(text, style=style, emoji=False)

    setattr(rich_utils, "Text", Literal)  # noqa: B010 -- the module does not export it


def _frame(lang: Lang) -> None:
    # Heavy, and in use only where help is shown.
    from rich.text import Text
    from typer import rich_utils

    class Folding(rich_utils.OptionHighlighter):
        """Breaks lines wherever they end: Chinese has no blanks, and would be cut off."""

        def __call__(self, text: str | Text) -> Text:
            if isinstance(text, str):
                text = text.replace(USAGE, table(lang)[USAGE], 1)
            made = super().__call__(text)
            made.overflow = "fold"
            return made

    rich_utils.highlighter = Folding()
    for name, english in FRAME.items():
        setattr(rich_utils, name, table(lang)[english])


def _translate(command: Command, texts: Mapping[str, str]) -> None:
    command.help = _told(command.help, texts)
    for name in METAVARS:
        english = str(getattr(command, name, None))
        if english in texts:
            setattr(command, name, texts[english])
    for one in (*command.params, command.get_help_option(typer.Context(command))):
        if isinstance(one, TyperOption | TyperArgument):
            one.help = _told(one.help, texts)


def _told(text: str | None, texts: Mapping[str, str]) -> str | None:
    return text and "\n\n".join(texts.get(part, part) for part in paragraphs(text))
