"""The command line's own words, and how a finding looks on a terminal."""

import os
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any, cast, get_args

import typer
from msgspec.structs import asdict

from waglan.codes import worded
from waglan.codes.data import load
from waglan.codes.finding import Finding
from waglan.codes.render import Lang, render

STEPS = ("interchange", "message", "segment", "tag", "element", "component", "offset", "line")


def say(group: str, name: str, lang: Lang, /, **params: str | int) -> str:
    """Return one of the command line's own sentences, with what it speaks of filled in."""
    return words(group, lang)[name].format_map(params)


@cache
def words(group: str, lang: Lang) -> dict[str, str]:
    """Return the words of one group of commands, by name."""
    own = tomllib.loads(load("cli/words")[lang])
    return cast(dict[str, str], own[group]) if group in own else worded.words(group, lang)


def coded(group: str, code: str | None, lang: Lang) -> str:
    """Return a code with the word for it; a dash for none, and an unknown one as it is."""
    word = words(group, lang).get(code or "", code or "-")
    return word if word == (code or "-") else f"{word} ({code})"


def tell(finding: Finding, lang: Lang, *, err: bool = True) -> None:
    """Print a finding in this language."""
    advice = render(finding, lang)
    severity, where = finding.severity.value, asdict(finding.where)
    told = {"severity": severity, "code": finding.code, "where": where}
    show_finding({**told, "problem": advice.problem, "remedy": advice.remedy}, lang, err=err)


def show_finding(finding: Mapping[str, Any], lang: Lang, *, err: bool = True) -> None:
    """Print a finding that is in words: its gravity, code and place, the problem, the remedy."""
    severity = words("severity", lang).get(str(finding["severity"]), str(finding["severity"]))
    place = _place(finding["where"], lang)
    typer.echo(plain(f"{severity} {finding['code']}  {place}".rstrip()), err=err)
    typer.echo(plain(f"  {finding['problem']}"), err=err)
    typer.echo(plain(f"  {finding['remedy']}"), err=err)


def stopped(finding: Finding, lang: Lang, status: int) -> typer.Exit:
    """Say why a command can't go on; raise what is returned to end it with that status."""
    tell(finding, lang)
    return typer.Exit(status)


def plain(text: str) -> str:
    """Return text that can't steer a terminal: what others sent may hold escape sequences."""
    if text.isprintable():
        return text
    return "".join(c if _is_harmless(c) else f"\\u{ord(c):04x}" for c in text)


def language() -> Lang:
    """Return the language that the environment asks for, whatever else is wrong with it."""
    wished = os.environ.get("WAGLAN_LANG", "")
    return next((lang for lang in get_args(Lang) if lang == wished), "en")


def _is_harmless(character: str) -> bool:
    # Cc and Cf are control characters and those that turn the direction of writing.
    return character == " " or unicodedata.category(character)[0] not in "CZ"


def _place(where: Mapping[str, Any], lang: Lang) -> str:
    names = words("place", lang)
    path = str(where.get("path", ""))
    # What a text calls a line is a row of a sheet, a table or a batch.
    row = {"line": "row"} if "rows" in path.split("/") else {}
    steps = [(row.get(step, step), where.get(step)) for step in STEPS]
    told = [names[step].format(value=value) for step, value in steps if value not in (None, "")]
    return f"{path} ({', '.join(told)})".lstrip() if told else path
