"""How a draft looks on a terminal: every field, what was told of it, and what contradicts."""

from collections.abc import Mapping
from typing import Any

import typer

from waglan.cli.wording import coded, plain, say, show_finding
from waglan.codes.moment import minute, second
from waglan.codes.render import Lang

Shown = Mapping[str, Any]


def show_line(one: Shown, lang: Lang) -> None:
    """Print a draft as one line: id, kind, how it stands, the last step, its title."""
    state = coded("draft_state", one["state"], lang)
    function = coded("function", one["function"], lang)
    stands = f"{one['profile']:<22} {state:<12} {function:<9}"
    typer.echo(plain(f"{one['id']}  {stands} {one['step']:>3}  {one['title']}"))
    filing = one["filing"]
    if filing and filing["ended"]:
        numbers = {name: filing[name] for name in ("version", "stands")}
        document = plain(filing["document"])
        how = f"filing_{filing['ended']}"
        typer.echo("    " + say("draft", how, lang, document=document, **numbers))


def show_draft(one: Shown, lang: Lang) -> None:
    """Print a draft with each field and its sources."""
    show_line(one, lang)
    if not one["connected"]:
        typer.echo(say("draft", "recipient", lang, to=coded("recipient", one["recipient"], lang)))
    for field in one["fields"]:
        _field(field, lang)
    show_contradictions(one, lang)
    show_not_taken(one, lang)
    for due in one["deadlines"]:
        _deadline(due, lang)
    for step in one["steps"]:
        said = " ".join(filter(None, [step["number"], step["text"], step["message"]]))
        act = coded("draft_act", step["act"], lang)
        typer.echo(plain(f"{step['n']:>3}  {second(step['at'])}  {act:<12} {said}".rstrip()))
    for filed in one["filed"]:
        if filed["findings"]:
            typer.echo(say("draft", "refused", lang, step=filed["step"]))
        for finding in filed["findings"]:
            show_finding(finding, lang)


def _field(field: Shown, lang: Lang) -> None:
    typer.echo(plain(f"{field['field']}: {value(field['value'], lang)}"))
    if field["conflict"]:
        typer.echo("    " + say("draft", "conflict", lang))
    elif field["confirmed_by"]:
        typer.echo("    " + say("draft", "confirmed", lang, by=plain(field["confirmed_by"])))
    else:
        source = plain(_source(field["told"][0]["source"], lang))
        typer.echo("    " + say("draft", "unconfirmed", lang, source=source))
    for one in field["told"]:
        mark = "-" if one["n"] in field["losing"] else " "
        source = _source(one["source"], lang)
        typer.echo(plain(f"  {mark} {one['n']}  {value(one['value'], lang)}  ({source})"))


def _deadline(due: Shown, lang: Lang) -> None:
    state = coded("deadline_state", due["state"], lang)
    typer.echo(plain(f"{due['rule']:<22} {state:<14} {minute(due['at'])}"))
    if due["to_give"]:
        comma = say("filing", "comma", lang)
        names = comma.join(coded("fact", name, lang) for name in due["to_give"])
        typer.echo("    " + say("draft", "to_give", lang, names=plain(names)))


def show_contradictions(one: Shown, lang: Lang, *, err: bool = False) -> None:
    """Print how many fields the sources differ about, and which, with what each told."""
    found = [field for field in one["fields"] if field["conflict"]]
    typer.echo(say("draft", "contradictions", lang, count=len(found)), err=err)
    for field in found:
        each = dict.fromkeys(value(told["value"], lang) for told in field["told"])
        typer.echo(plain(f"! {field['field']}: {' | '.join(each)}"), err=err)
        if field["alike"]:
            odd = dict.fromkeys(c for one in each for c in one if not c.isascii() and c.isalnum())
            letters = ", ".join(f"{char} (U+{ord(char):04X})" for char in odd)
            typer.echo("    " + say("draft", "alike", lang, letters=plain(letters)), err=err)


def show_not_taken(one: Shown, lang: Lang) -> None:
    """Print what sources told that they can't give, or that does not fit."""
    for told in one["not_taken"]:
        source = _source(told["source"], lang)
        words = {"field": plain(told["field"]), "value": plain(value(told["value"], lang))}
        typer.echo(say("draft", "not_taken", lang, source=plain(source), **words), err=True)


def show_check(found: Shown, lang: Lang) -> None:
    """Print what stands against filing, and which rules were not run."""
    for finding in found["findings"]:
        show_finding(finding, lang)
    codes = [finding["code"] for finding in found["findings"]]
    typer.echo(say("draft", "contradictions", lang, count=codes.count("DRAFT-CONFLICT")))
    for finding in found["not_run"]:
        typer.echo(plain(f"  {finding['problem']}"), err=True)
    looks = sum(one["severity"] in ("warning", "hold") for one in found["findings"])
    typer.echo(say("draft", "ready" if found["ready"] else "not_ready", lang))
    if found["ready"] and looks:
        typer.echo(say("draft", "ready_look", lang, count=looks))


def value(told: object, lang: Lang) -> str:
    """Return a value as it is shown; `-` is nothing."""
    if told is None:
        return "-"
    if isinstance(told, bool):
        return say("flag", "yes" if told else "no", lang)
    return ", ".join(map(str, told)) if isinstance(told, list) else str(told)


def _source(source: Shown, lang: Lang) -> str:
    at = minute(source["said_at"] or source["recorded_at"])
    kind = coded("source", source["kind"], lang)
    how = coded("source_ended", source["ended"], lang) if source["ended"] else ""
    told = [kind, source["document"], source["sender"], source["place"], at, how]
    return ", ".join(filter(None, told))
