"""`waglan elock alarms` and its like: an authority's control room, at the command line."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import uuid4

import typer

from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client, path_step
from waglan.cli.wording import language, plain, say
from waglan.codes.moment import minute


class Stands(StrEnum):
    """How alarms stand that are asked for."""

    OPEN = "open"
    HELD = "held"
    PASSED = "passed"
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    MUTED = "muted"
    ENDED = "ended"
    CLOSED = "closed"
    ALL = "all"


class Graveness(StrEnum):
    """What an alarm's reason makes of a trip."""

    RED = "RED"
    UNPROVEN = "UNPROVEN"
    AMBER = "AMBER"


class What(StrEnum):
    """What is done about an alarm."""

    ACK = "ack"
    ASSIGN = "assign"
    MUTE = "mute"
    UNMUTE = "unmute"
    CLOSE = "close"


class Found(StrEnum):
    """What an alarm turned out to be."""

    TRUE = "true"
    FALSE = "false"
    EXPLAINED = "explained"
    UNCLEAR = "unclear"


Words = Annotated[str, typer.Option(help="Why, in your words; they stay out of the log.")]
To = Annotated[str | None, typer.Option("--to", help="A person of your authority, by his id.")]
Minutes = Annotated[int | None, typer.Option(min=1, help="For how many minutes it is muted.")]
FoundOut = Annotated[Found | None, typer.Option("--found", help="What it turned out to be.")]
Entries = Annotated[
    list[str] | None, typer.Option("--entry", help="An entry of the trip's log that says so.")
]


def add(app: typer.Typer) -> None:
    """Have the commands of a control room among those of locks."""
    app.command("alarms")(list_alarms)
    app.command("alarm")(alarm)
    app.command("alarm-groups")(list_groups)
    app.command("alarm-group")(group)
    app.command("alarm-figures")(figures)


def list_alarms(
    state: Annotated[Stands, typer.Option(help="How they stand.")] = Stands.OPEN,
    severity: Annotated[
        Graveness | None, typer.Option(help="What they alone make of a trip.")
    ] = None,
    trip: Annotated[str | None, typer.Option(help="Those of one trip.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Those assigned to you.")] = False,
    alone: Annotated[bool, typer.Option("--alone", help="Without those in a group.")] = False,
) -> None:
    """List your authority's alarms, RED first, and of those the oldest."""
    asked: dict[str, Any] = {"state": state.value, "limit": 200, "mine": mine, "alone": alone}
    asked |= {"severity": severity.value} if severity else {}
    asked |= {"trip": trip} if trip else {}
    with client(Settings()) as http:
        while True:
            page = answered(http.get("/v1/alarms", params=asked)).json()
            for one in page["alarms"]:
                typer.echo(_line(one))
            if page["next"] is None:
                return
            asked["after"] = page["next"]


def alarm(  # noqa: PLR0913 (each is an option)
    alarm: Annotated[str, typer.Argument(help="Its id, as `waglan elock alarms` prints it.")],
    what: Annotated[
        What | None, typer.Argument(help="What you do; without it, it is shown.")
    ] = None,
    words: Words = "",
    assignee: To = None,
    minutes: Minutes = None,
    found: FoundOut = None,
    entries: Entries = None,
) -> None:
    """Show an alarm with its rule's figures, its evidence and its steps, or do something about it.

    Closing one changes no verdict: RED ends by an officer's signed clearance alone.
    """
    with client(Settings()) as http:
        path = f"/v1/alarms/{path_step(alarm)}"
        shown = answered(http.get(path)).json()
        if what is None:
            _show(shown)
            return
        said = _said(what, words, assignee, minutes, found) | {"entries": entries or []}
        new = said | {"version": shown["version"]}
        done = answered(http.post(f"{path}/acts", json=new)).json()
    typer.echo(plain(f"{done['state']}  {done['version']}"))
    if what is What.CLOSE:
        typer.echo(say("elock", "verdict_stays", language(), outcome=shown["outcome"]))


def list_groups() -> None:
    """List mass events: many trips with one reason at one time and place. RED is in none."""
    with client(Settings()) as http:
        for one in answered(http.get("/v1/alarms/groups")).json():
            time = f"{minute(one['since'])}  {minute(one['until'])}"
            what = f"{one['severity']}  {one['reason']}  {one['trips']}  {len(one['alarms'])}"
            typer.echo(plain(f"{one['id']}  {what}  {time}"))


def group(  # noqa: PLR0913 (each is an option)
    group: Annotated[str, typer.Argument(help="Its id, as `waglan elock alarm-groups` prints it.")],
    what: Annotated[What, typer.Argument(help="What you do about each of its alarms.")],
    words: Words = "",
    assignee: To = None,
    minutes: Minutes = None,
    found: FoundOut = None,
) -> None:
    """Do one thing about all alarms of a group as they stand now; prints each one's answer.

    Exit 1: one of them stands otherwise by now, and nothing was done about it.
    """
    with client(Settings()) as http:
        every = answered(http.get("/v1/alarms/groups")).json()
        own = [one["alarms"] for one in every if one["id"] == group]
        if not own:
            raise typer.BadParameter(say("elock", "no_group", language(), group=group))
        new = _said(what, words, assignee, minutes, found) | {"alarms": own[0]}
        done = answered(http.post("/v1/alarms/acts", json=new)).json()
    for one in done:
        typer.echo(plain(f"{one['alarm']}  {one['state'] or ', '.join(one['findings'])}"))
    raise typer.Exit(not all(one["is_done"] for one in done))


def figures(
    since: Annotated[
        datetime | None, typer.Option(help="From when on; without it, the last day.")
    ] = None,
    until: Annotated[datetime | None, typer.Option(help="Until when; without it, now.")] = None,
    operators: Annotated[int, typer.Option(min=1, help="How many were on duty.")] = 1,
) -> None:
    """Show whether the control room keeps up: what it was shown, how soon it looked."""
    asked: dict[str, Any] = {"operators": operators}
    asked |= {"since": since.astimezone().isoformat()} if since else {}
    asked |= {"until": until.astimezone().isoformat()} if until else {}
    with client(Settings()) as http:
        told = answered(http.get("/v1/alarms/figures", params=asked)).json()
    opened = ", ".join(f"{name} {count}" for name, count in told["open"].items()) or "0"
    lang = language()
    typer.echo(say("elock", "open_now", lang, open=opened))
    typer.echo(say("elock", "shown", lang, shown=told["shown"], never=told["never_shown"]))
    soon = (_or_none(told["seen_median_s"]), _or_none(told["seen_p90_s"]))
    typer.echo(say("elock", "seen", lang, seen=told["seen"], median=soon[0], p90=soon[1]))
    share = _or_none(told["false_share"])
    known = sum(told["found_out"].values())
    typer.echo(say("elock", "false_share", lang, share=share, known=known))
    hourly = told["per_operator_hour"]
    rate = f"{hourly // 1000}.{hourly % 1000:03}"
    typer.echo(say("elock", "per_hour", lang, rate=rate, operators=operators))


def _or_none(value: int | None) -> str:
    return "-" if value is None else str(value)


def _line(one: dict[str, Any]) -> str:
    what = f"{one['severity']}  {one['reason']}  {one['state']}  {one['times']}  {one['why']}"
    group = one["group"] or "-"
    return plain(f"{one['id']}  {what}  {minute(one['first_at'])}  {one['trip']}  {group}")


def _show(one: dict[str, Any]) -> None:
    typer.echo(_line(one))
    told = ", ".join(f"{name} {value}" for name, value in one["figures"].items()) or "-"
    typer.echo(plain(f"    {one['policy']}  {told}"))
    for entry in one["evidence"]:
        at = datetime.fromtimestamp(entry["at_s"], UTC).isoformat()
        typer.echo(plain(f"    {entry['ref']}  {entry['kind']}  {at}  {entry['what']}"))
    for step in one["steps"]:
        who = step["by"] or "-"
        words = step["said"].get("words", "")
        typer.echo(plain(f"    {step['n']}  {step['act']}  {step['state']}  {who}  {words}"))
    typer.echo(say("elock", "verdict_now", language(), outcome=one["outcome"]))


def _said(
    what: What, words: str, assignee: str | None, minutes: int | None, found: Found | None
) -> dict[str, Any]:
    act = "acknowledge" if what is What.ACK else what.value
    until = None
    if minutes is not None:
        until = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
    return {
        "id": f"a-{uuid4().hex}",
        "act": act,
        "words": words,
        "assignee": assignee,
        "until": until,
        "found_out": found.value if found else None,
    }
