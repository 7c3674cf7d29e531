"""`waglan draft`: filings prepared, filled from what is known, checked, approved, filed."""

from typing import Annotated, Any

import httpx
import typer

from waglan.cli.draft_shown import (
    show_check,
    show_contradictions,
    show_draft,
    show_line,
    show_not_taken,
)
from waglan.cli.pairs import content, numbers
from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client, made, pages
from waglan.cli.wording import plain, say
from waglan.manifest.filing_state import FilingState

app = typer.Typer(no_args_is_help=True, help="Prepare filings: fill, check, approve, file.")

Id = Annotated[str, typer.Argument(metavar="DRAFT", help="The draft's id.")]
Told = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME=VALUE...",
        help="Fields as in docs/draft-fields.md, PLACE=address:ID, and title=, letter=, desk=,"
        " fact:mode=sea; nothing after = empties a field.",
    ),
]
Bills = Annotated[
    list[str] | None, typer.Option("--bill", help="Fill it from all that is known of this bill.")
]
Like = Annotated[
    str | None, typer.Option(help="last, DRAFT or template:ID: begin with what serves again.")
]
Chinese = Annotated[bool, typer.Option("--chinese", help="Chinese names and addresses first.")]
Step = Annotated[
    int | None, typer.Option(min=1, help="The last step you saw; if left out, the newest.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the interface's answer.")]


@app.command()
def new(
    profile: Annotated[str, typer.Argument(help="The kind of filing: waglan profiles.")],
    told: Told = None,
    bill: Bills = None,
    like: Like = None,
    chinese: Chinese = False,
) -> None:
    """Make a draft: empty, from papers, like an earlier one, or from a template; prints its id.

    With --like, a bill's number alone (BILL) names where the copied bill goes.
    """
    settings = Settings()
    given = told if like is None else [_named(one) for one in told or []]
    wanted = {"profile": profile, **content(given or [], bill or [], chinese=chinese)}
    wanted |= _like(like)
    with client(settings) as http:
        shown = answered(made(http, "/v1/drafts", wanted)).json()
    typer.echo(plain(shown["id"]))
    typer.echo(say("draft", "filled", settings.lang, fields=len(shown["fields"])), err=True)
    show_contradictions(shown, settings.lang, err=True)
    show_not_taken(shown, settings.lang)


@app.command("list")
def list_drafts(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many at most.")] = 50,
    state: Annotated[FilingState | None, typer.Option(help="Those that stand so.")] = None,
    profile: Annotated[str | None, typer.Option(help="Those of this kind of filing.")] = None,
) -> None:
    """List your organisation's drafts, newest first."""
    asked = {"state": state.value if state else "", "profile": profile or ""}
    wanted = {name: value for name, value in asked.items() if value}
    settings = Settings()
    with client(settings) as http:
        for one in pages(http, "/v1/drafts", "drafts", limit, **wanted):
            show_line(one, settings.lang)


@app.command()
def show(draft: Id, as_json: AsJson = False) -> None:
    """Show every field with all that was told of it, by whom, and what contradicts."""
    settings = Settings()
    with client(settings) as http:
        response = answered(http.get(_at(draft)))
    if as_json:
        typer.echo(response.text)
    else:
        show_draft(response.json(), settings.lang)


@app.command("set")
def set_fields(
    draft: Id, told: Told = None, bill: Bills = None, chinese: Chinese = False, step: Step = None
) -> None:
    """Give fields your own values, or fill the draft from what is known by now."""
    _change(draft, step, content(told or [], bill or [], chinese=chinese))


@app.command()
def choose(
    draft: Id,
    fields: Annotated[list[str], typer.Argument(metavar="FIELD=N...")],
    step: Step = None,
) -> None:
    """Choose what was told otherwise, by its number in `waglan draft show`."""
    _change(draft, step, {"choose": numbers(fields)})


@app.command()
def confirm(
    draft: Id,
    fields: Annotated[list[str], typer.Argument(metavar="FIELD...")],
    step: Step = None,
) -> None:
    """Take what stands in these fields as your own word, whatever others told."""
    _change(draft, step, {"confirm": fields})


@app.command("leave-out")
def leave_out(
    draft: Id,
    places: Annotated[list[str], typer.Argument(metavar="bills/NUMBER|boxes/NUMBER...")],
    step: Step = None,
) -> None:
    """Take whole bills or boxes out of a draft; what was told of them stays on record below it."""
    _change(draft, step, {"leave_out": places})


@app.command()
def check(draft: Id, as_json: AsJson = False) -> None:
    """Say what stands against filing it now. Exit 0: nothing does; 1: something does."""
    settings = Settings()
    with client(settings) as http:
        response = answered(http.get(f"{_at(draft)}/check"))
    found = response.json()
    if as_json:
        typer.echo(response.text)
    else:
        show_check(found, settings.lang)
    raise typer.Exit(0 if found["ready"] else 1)


@app.command()
def submit(draft: Id, step: Step = None) -> None:
    """Check a draft and ask another person to approve it."""
    _act(draft, "submit", step)


@app.command()
def approve(
    draft: Id,
    step: Annotated[int, typer.Option(min=1, help="The step that you looked at.")],
) -> None:
    """Approve what another prepared, and file it: if it changed since you looked, it is not."""
    _act(draft, "approve", step)


@app.command("send-back")
def send_back(
    draft: Id, reason: Annotated[str, typer.Option(help="What is to be put right.")],
    step: Step = None,
) -> None:  # fmt: skip
    """Give a draft that awaits approval back to who prepared it."""
    _act(draft, "send-back", step, reason=reason)


@app.command()
def reply(
    draft: Id,
    accepted: Annotated[bool, typer.Option("--accepted/--refused", help="What was answered.")],
    number: Annotated[str, typer.Option(help="The number that the recipient gave it.")] = "",
    text: Annotated[str, typer.Option(help="What he wrote.")] = "",
    step: Step = None,
) -> None:
    """Write down what the recipient answered to a file that you handed in elsewhere."""
    _act(draft, "reply", step, accepted=accepted, number=number, text=text)


@app.command()
def amend(
    draft: Id,
    how: Annotated[str, typer.Argument(metavar="amend|replace|cancel")],
    step: Step = None,
    version: Annotated[
        int, typer.Option(min=0, help="Filed by other means since: you saw it, and go on from it.")
    ] = 0,
) -> None:
    """Take up a filing that was accepted, to amend, replace or cancel it; it stands meanwhile."""
    _act(draft, "amend", step, how=how, version=version)


@app.command("let-stand")
def let_stand(draft: Id, step: Step = None) -> None:
    """Give an amendment up: what was accepted stands as it was."""
    _act(draft, "let-stand", step)


@app.command()
def drop(draft: Id, step: Step = None) -> None:
    """Drop a draft of which nothing was filed; that it was there stays on record."""
    with client(Settings()) as http:
        seen = {"step": _step(http, draft, step)}
        answered(http.delete(_at(draft), params=seen))


@app.command()
def template(draft: Id, title: Annotated[str, typer.Argument(help="What to find it by.")]) -> None:
    """Keep what of a draft serves again as a template; prints its id."""
    with client(Settings()) as http:
        new_one = {"draft": draft, "title": title}
        typer.echo(answered(made(http, "/v1/draft-templates", new_one)).json()["id"])


@app.command()
def templates() -> None:
    """List your organisation's templates, newest first."""
    with client(Settings()) as http:
        for one in pages(http, "/v1/draft-templates", "templates"):
            typer.echo(plain(f"{one['id']}  {one['profile']:<22}  {one['title']}"))


def _change(draft: str, step: int | None, wanted: dict[str, Any]) -> None:
    settings = Settings()
    with client(settings) as http:
        seen = {"step": _step(http, draft, step)}
        shown = answered(http.patch(_at(draft), json=wanted | seen)).json()
    show_line(shown, settings.lang)
    show_contradictions(shown, settings.lang, err=True)
    show_not_taken(shown, settings.lang)


def _act(draft: str, act: str, step: int | None, **said: object) -> None:
    settings = Settings()
    with client(settings) as http:
        seen = {"step": _step(http, draft, step)}
        shown = answered(made(http, f"{_at(draft)}/{act}", said | seen)).json()
    show_line(shown, settings.lang)
    handed = shown["steps"][-1]["message"]
    if handed:
        typer.echo(say("draft", "answers", settings.lang, message=handed))


def _step(http: httpx.Client, draft: str, step: int | None) -> int:
    return step or int(answered(http.get(_at(draft))).json()["step"])


def _at(draft: str) -> str:
    from urllib.parse import quote

    return f"/v1/drafts/{quote(draft, safe='')}"


def _named(told: str) -> str:
    """Return a bill's number alone as the field that names the bill."""
    return told if "=" in told else f"bills/{told}/number={told}"


def _like(like: str | None) -> dict[str, str]:
    if like is None:
        return {}
    template, is_template, id_ = like.partition(":")
    return {"template": id_} if is_template and template == "template" else {"copy_of": like}
