"""`waglan profiles` and `waglan deadlines`: who files what, and by when; offline."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from waglan.cli.settings import Settings
from waglan.cli.wording import coded, plain, say, stopped, tell
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.moment import minute
from waglan.codes.render import Lang

if TYPE_CHECKING:
    from waglan.manifest.deadline import Deadline


def add(app: typer.Typer) -> None:
    """Add these commands to the root."""
    app.command()(profiles)
    app.command()(deadlines)


def profiles() -> None:
    """List the kinds of filing: who may make each, and that none goes to a real system."""
    from waglan.manifest.filing_profile import profiles as known

    lang = Settings().lang
    for one in known().values():
        typer.echo(f"{one.id:<22} {one.name.zh if lang == 'zh-Hant-HK' else one.name.en}")
        comma = say("filing", "comma", lang)
        roles = comma.join(coded("role", role.value, lang) for role in one.filer_roles) or "-"
        lodgers = comma.join(coded("role", role.value, lang) for role in one.lodger_roles) or "-"
        typer.echo("    " + say("filing", "roles", lang, filers=roles, lodgers=lodgers))
        typer.echo(
            "    " + say("filing", "goes", lang, to=coded("recipient", one.recipient.value, lang))
        )
        typer.echo("    " + (one.note.zh if lang == "zh-Hant-HK" else one.note.en))


def deadlines(
    profile: Annotated[
        str | None, typer.Option(help="One kind of filing: waglan profiles.")
    ] = None,
    fact: Annotated[
        list[str] | None, typer.Option(help="What is known: mode=sea, route=feeder_hk_mo …")
    ] = None,
    at: Annotated[
        list[str] | None, typer.Option(help="A time: vessel_arrival=2026-12-01T08:00+08:00 …")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Say by when a filing must be there, by which rule, and what is missing to say it.

    Rules that do not apply are left out, unless you ask for JSON.
    """
    from waglan.gateway.http.filing import read_asked
    from waglan.manifest.condition import FACTS
    from waglan.manifest.deadline import ANCHORS, DeadlineState
    from waglan.manifest.deadline import deadlines as work_out
    from waglan.manifest.filing_profile import profiles as known

    lang = Settings().lang
    facts, anchors, wrong = read_asked(_told(fact, FACTS, lang) | _told(at, ANCHORS, lang))
    for finding in wrong:
        tell(finding, lang)
    if wrong:
        raise typer.Exit(2)
    of = None
    if profile is not None:
        if profile not in known():
            names = ", ".join(known())
            told = say("usage", "profile", lang, names=names)
            raise typer.BadParameter(told, param_hint="--profile")
        facts = {**known()[profile].facts, **facts}
        of = known()[profile].rule_ids
    now = datetime.now(UTC)
    found = work_out(anchors, facts, of=of)
    if as_json:
        typer.echo(json.dumps([_row(one, now) for one in found], indent=2))
        return
    for one in found:
        if one.state is not DeadlineState.NOT_APPLICABLE:
            _show(_row(one, now), lang)


def _told(options: list[str] | None, names: Mapping[str, object], lang: Lang) -> dict[str, str]:
    told = {}
    for option in options or []:
        name, _, text = option.partition("=")
        if name not in names:
            reason = ", ".join(names)
            found = Finding(
                "DEADLINE-FACT", Severity.ERROR, Where("facts"), {"fact": name, "reason": reason}
            )
            raise stopped(found, lang, 2)
        told[name] = text
    return told


def _row(one: "Deadline", now: datetime) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "state": one.state_at(now).value,
        "at": _iso(one.at),
        "by_day": _iso(one.by_day),
        "bound": one.rule.bound.value,
        "missing": list(one.missing),
        "ruled_out_by": one.ruled_out_by,
        "text": one.rule.text,
        "source": one.rule.source_url,
        "evidence": one.rule.evidence,
        "own_step": one.rule.is_own,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="minutes")


def _show(row: Mapping[str, Any], lang: Lang) -> None:
    at = minute(row["at"])
    state = coded("deadline_state", row["state"], lang)
    bound = coded("deadline_time", row["bound"], lang)
    typer.echo(plain(f"{row['rule']:<22} {state:<14} {bound:<9} {at}"))
    typer.echo(plain(f"    {row['text']}"))
    if row["by_day"]:
        typer.echo("    " + say("filing", "days", lang, at=minute(row["by_day"])))
    if row["missing"]:
        names = say("filing", "comma", lang).join(
            coded("fact", one, lang) for one in row["missing"]
        )
        typer.echo("    " + say("filing", "missing", lang, names=names))
    if row["own_step"]:
        typer.echo("    " + say("filing", "own", lang))
    else:
        source = plain(row["source"] or "-")
        typer.echo("    " + say("filing", "source", lang, source=source, evidence=row["evidence"]))
