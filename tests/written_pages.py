"""The pages that are written from the code: what they say, and where they lie."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from waglan.cli.app import app
from waglan.codes.data import load, read
from waglan.customs.rule import Rule, WiderRule
from waglan.customs.rules import EVERY_RULE
from waglan.gateway.http.app import describe
from waglan.manifest.draft_field import FIELDS as DRAFT_FIELDS
from waglan.manifest.draft_field import ValueKind

ROOT = Path(__file__).parents[1]
METHODS = ("get", "post", "put", "patch", "delete")
FINDINGS = """# Findings

What Waglan may find wrong with a paper, a request or an installation. The code is stable for ever:
match on it, never on the words. In braces stands what the finding names.

This page is written by `make docs`: change the texts, not the page.
"""
RULE_PAGE = """# Customs rules

What a manifest is judged by before any officer's table is asked. Each rule says whether it is law,
practice of the trade, or our own sense of what is plausible, and where that stands. An old filing
is judged by the rules of its day. The last ones need more than the file; where that is not at hand,
a check says that they were not run, and officers do not judge by them.

This page is written by `make docs`: change the rules, not the page.
"""
INTERFACE = """# The HTTP interface

Every request but those marked *open* carries `Authorization: Bearer …`. Errors are problem
documents (RFC 9457) with the findings behind them; `Accept-Language: zh-HK` gives them in Chinese.
What is not yours and what is not there answer alike. `waglan openapi` prints the whole OpenAPI
document, and a running instance shows it at `/docs`.

Every list is given as CSV to who sends `Accept: text/csv`: a page's rows under the names that JSON
has, in UTF-8 with the mark that Excel wants, and no cell that a spreadsheet would take for a
formula (an apostrophe stands before it). The header `Link` leads to the next page.

This page is written by `make docs`: change the routes, not the page.

| call | what it does |
| --- | --- |
"""
COMMANDS = """# The command line

`waglan` with no command, and every command with `--help`, says what stands here. Help and findings
come in the language of `WAGLAN_LANG` (`en` or `zh-Hant-HK`); what a command found goes to standard
output, what hindered it to standard error.

This page is written by `make docs`: change the commands, not the page.

| exit code | it means |
| --- | --- |
| 0 | done, and nothing is wrong with what was asked about |
| 1 | done, and something is wrong with it: the findings say what |
| 2 | it could not be done as asked: no such file, setting, instance, right or token |
| 3 | `submit` alone: kept and acknowledged, but not worked off yet |
| 70 | a fault of Waglan itself; nothing that was acknowledged is lost, please report it |
| 130, 141 | interrupted; nobody reads the output any more |

## Commands

| command | what it does |
| --- | --- |
"""
AREAS = {
    "bridge": "In files that are handed in elsewhere",
    "cli": "On the command line",
    "codes": "Codes and numbers",
    "commands": "On the command line",
    "customs": "Rules, tables and orders of customs",
    "desk": "At the customs desk",
    "device": "From locks and trackers",
    "edifact": "EDIFACT messages",
    "edifact_structure": "The structure of EDIFACT messages",
    "interface": "On the HTTP interface",
    "keeping": "Backup, restoring and erasure",
    "lock_trip": "Provinces, corridors and trips under the lock",
    "logbook": "The log and its evidence",
    "manifest": "Manifests",
    "messages": "Messages at the door",
    "parties": "Who may do what",
    "rules": "What the customs rules find",
    "store": "The database",
}


def findings_page() -> str:
    """Every finding's problem and remedy, in both languages, by area."""
    english, chinese = load("codes/texts/en"), load("codes/texts/zh-Hant-HK")
    page = [FINDINGS]
    for area, text in english.items():
        words, translated = tomllib.loads(text), tomllib.loads(chinese[area])
        page.append(f"\n## {AREAS.get(area, area.replace('_', ' ').capitalize())}\n")
        page += [_finding(code, words[code], translated[code]) for code in sorted(words)]
    return "".join(page)


def _finding(code: str, english: Mapping[str, str], chinese: Mapping[str, str]) -> str:
    told = [
        f"{_plain(one['problem'])}  \n**{_plain(one['remedy'])}**" for one in (english, chinese)
    ]
    return "\n".join([f"\n### {code}\n", told[0], "", told[1], ""])


def _plain(text: str) -> str:
    """Keep Markdown from reading a sentence as markup."""
    return re.sub(r"([*_<>|\[\]])", r"\\\1", " ".join(text.split()))


def rules_page() -> str:
    """Every customs rule, with what stands behind it."""
    return RULE_PAGE + "".join(map(_rule, EVERY_RULE))


def _rule(rule: Rule | WiderRule) -> str:
    title, _, story = " ".join((rule.__doc__ or "").split()).partition(". ")
    codes = [f"[{code}](findings.md#{code.lower()})" for code in _codes(rule.CODE)]
    told = [
        f"- Kind: {rule.KIND.value}",
        f"- Source: {rule.SOURCE}",
        f"- Compared with its source on: {rule.CHECKED_ON.isoformat()}",
        f"- In force from: {rule.IN_FORCE_FROM.isoformat()}",
        f"- Findings: {', '.join(codes)}",
    ]
    return "\n".join([f"\n## {title.rstrip('.')}\n", *([story, ""] if story else []), *told, ""])


def _codes(code: str) -> list[str]:
    known = [
        c
        for area in ("customs", "rules", "codes")
        for c in tomllib.loads(load("codes/texts/en")[area])
    ]
    return [one for one in sorted(known) if one == code or one.startswith(f"{code}-")]


def interface_page() -> str:
    """Every way to call the HTTP interface."""
    rows = [
        _call(f"{method.upper()} {path}", calls[method])
        for path, calls in describe().openapi()["paths"].items()
        for method in METHODS
        if method in calls
    ]
    return INTERFACE + "".join(rows)


def _call(call: str, told: Mapping[str, str]) -> str:
    first = " ".join(told.get("description", told["summary"]).split("\n\n")[0].split())
    is_signed_in = call.split()[1].startswith(("/v1", "/stream"))
    return f"| `{call}` | {'' if is_signed_in else '*open.* '}{first} |\n"


def commands_page() -> str:
    """Every command, with its arguments and options."""
    commands = [*_commands(typer.main.get_command(app), "waglan")]
    rows = [f"| [`{path}`](#{path.replace(' ', '-')}) | {_help(c)[0]} |\n" for path, c in commands]
    return COMMANDS + "".join(rows) + "".join(_command(path, c) for path, c in commands)


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    inside = getattr(command, "commands", None)
    if inside is None:
        yield path, command
    for name, one in sorted((inside or {}).items()):
        yield from _commands(one, f"{path} {name}")


def _help(command: Any) -> list[str]:
    return [" ".join(part.split()) for part in str(command.help).split("\n\n")]


def _command(path: str, command: Any) -> str:
    told = [f"- {_parameter(one)}" for one in command.params if one.name != "help"]
    return "\n".join([f"\n### {path}\n", *"\n\n".join(_help(command)).split("\n"), ""]) + (
        "\n" + "\n".join(told) + "\n" if told else ""
    )


def _parameter(parameter: Any) -> str:
    names = parameter.opts if parameter.param_type_name == "option" else [_metavar(parameter)]
    needed = " (needed)" if parameter.required and names[0].startswith("-") else ""
    return f"`{', '.join(names)}`{needed}: {parameter.help or ''}".rstrip()


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


FIELDS = """# The fields of a draft

A field is named by its place. `*` is a key of your choice without blanks or `/`: for a bill its
number, for a container its number, for a goods item 1, 2, 3. Pre-filled ones have the keys that the
papers gave. Which fields a kind of filing asks for, `GET /v1/profiles/{profile}` lists.

This page is written by `make docs`: change `manifest/draft_fields.toml`, not the page.

"""
KINDS = {
    ValueKind.TEXT: "text, several lines if need be",
    ValueKind.NAME: "a name, in one line",
    ValueKind.CODE: "a code or number, in one line",
    ValueKind.CODES: "a list of codes; on the command line with commas",
    ValueKind.PLACE: "UN/LOCODE, or a place's name",
    ValueKind.LEVEL: "`master` or `house`",
    ValueKind.FLAG: "true or false; on the command line `yes` or `no` (`是`, `否`)",
    ValueKind.TIME: "ISO 8601: `2027-05-12T12:00`; without a zone it is Hong Kong time",
    ValueKind.DATE: "ISO 8601: `2027-05-12`",
    ValueKind.COUNT: "a whole number",
    ValueKind.MASS: "whole grams",
    ValueKind.VOLUME: "whole cubic centimetres",
    ValueKind.AMOUNT: "money in 1/100 of the currency",
    ValueKind.BILL: "a bill's number, in one line; case, blanks and signs count",
    ValueKind.TEMPERATURE: "whole 1/1000 °C",
}
GROUPS = {
    "reference": "Numbers",
    "transport": "Ship, truck and places",
    "parties": "Parties",
    "goods": "Goods",
    "amounts": "Weights and counts",
    "equipment": "Containers",
    "box_mass": "Masses of containers",
}


def fields_page() -> str:
    """Return the list of a draft's fields, in their groups, and what each kind of value is."""
    parts = [FIELDS, "| kind | what it holds |\n| --- | --- |\n"]
    parts += [f"| {kind.value} | {KINDS[kind]} |\n" for kind in ValueKind]
    for group, lines in tomllib.loads(read(DRAFT_FIELDS)).items():
        parts.append(f"\n## {GROUPS[group]}\n\n| field | kind |\n| --- | --- |\n")
        parts += [f"| `{pattern}` | {kind} |\n" for pattern, kind in lines.items()]
    return "".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "docs/findings.md": findings_page,
    "docs/rules.md": rules_page,
    "docs/draft-fields.md": fields_page,
    "docs/interface.md": interface_page,
    "docs/guide/commands.md": commands_page,
}
