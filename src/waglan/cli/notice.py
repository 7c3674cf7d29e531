"""`waglan notice`: detention notices that are for you, or that you served."""

from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from waglan.cli.named import bill_name
from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client, made, new_key, pages, path_step
from waglan.cli.versioned import versioned
from waglan.cli.wording import plain, say, words
from waglan.codes.moment import minute, second
from waglan.codes.render import Lang

app = typer.Typer(no_args_is_help=True, help="Detention notices: read, acknowledge, answer.")

Number = Annotated[str, typer.Argument(metavar="NOTICE", help="Its number: DN-…")]
SeenNotice = Annotated[
    str,
    typer.Argument(
        metavar="NOTICE=VERSION",
        help="Its number, DN-…, with the version that you read in `waglan notice show`.",
    ),
]
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}


@app.command("list")
def list_notices(
    bill: Annotated[str, typer.Option(help="Of this bill alone.")] = "",
    call: Annotated[str, typer.Option(help="Of this call alone: IMO number/voyage.")] = "",
    ended: Annotated[bool, typer.Option("--ended", help="Those that have ended too.")] = False,
    at_most: Annotated[int, typer.Option(min=1, max=10_000, help="How many lines.")] = 200,
) -> None:
    """List the notices that are for you, or that you served, newest first."""
    settings = Settings()
    asked = {"bill": bill, "call": call, "ended": "" if ended else "false"}
    wanted = {name: value for name, value in asked.items() if value}
    with client(settings) as http:
        for one in pages(http, "/v1/notices", "notices", at_most, **wanted):
            typer.echo(_line(one, settings.lang))


@app.command()
def show(number: Number) -> None:
    """Show a notice: whom it reached, what was done about it, and its documents."""
    settings = Settings()
    with client(settings) as http:
        _show(_seen(http, number), settings.lang)


@app.command()
def acknowledge(notice: SeenNotice) -> None:
    """Say that you have read this version of a notice; it stands in the log, with who and when."""
    settings = Settings()
    number, version = versioned(notice, settings.lang)
    with client(settings) as http:
        path = f"/v1/notices/{path_step(number)}"
        found = answered(made(http, f"{path}/acknowledgement", {"version": version})).json()
    typer.echo(_line(found, settings.lang))


@app.command()
def answer(
    number: Number,
    text: Annotated[str, typer.Option(help="What customs should know.")] = "",
    document: Annotated[
        list[Path],
        typer.Option(
            help="A file to go with it: PDF, JPEG, PNG, or plain text; may be repeated.",
            exists=True,
            dir_okay=False,
        ),
    ] = [],  # noqa: B006 -- typer never changes it
) -> None:
    """Hand in the documents, and answer the notice with them."""
    settings = Settings()
    path = f"/v1/notices/{path_step(number)}"
    with client(settings) as http:
        given = [_handed_in(http, path, file) for file in document]
        said = {"text": text, "documents": given}
        found = answered(made(http, f"{path}/answers", said)).json()
    typer.echo(_line(found, settings.lang))


@app.command()
def fetch(
    number: Number,
    to: Annotated[Path, typer.Option(help="Folder to put the documents in.", file_okay=False)],
) -> None:
    """Fetch a notice's documents, each byte as it was handed in, named by its id."""
    path = f"/v1/notices/{path_step(number)}"
    to.mkdir(parents=True, exist_ok=True)
    with client(Settings()) as http:
        for one in _seen(http, number)["documents"]:
            if one["erased"]:
                continue
            got = answered(http.get(f"{path}/documents/{path_step(one['id'])}"))
            (to / path_step(one["id"])).write_bytes(got.content)
            typer.echo(plain(f"{one['id']}  {one['sha256']}  {one['media_type']}  {one['party']}"))


def _handed_in(http: httpx.Client, path: str, file: Path) -> str:
    kind = MEDIA_TYPES.get(file.suffix.lower(), "text/plain")
    headers = {"Content-Type": kind, "Idempotency-Key": new_key()}
    sent = http.post(
        f"{path}/documents",
        content=file.read_bytes(),
        params={"name": file.name},
        headers=headers,
    )
    return str(answered(sent).json()["id"])


def _seen(http: httpx.Client, number: str) -> dict[str, Any]:
    found: dict[str, Any] = answered(http.get(f"/v1/notices/{path_step(number)}")).json()
    return found


def _line(one: dict[str, Any], lang: Lang) -> str:
    names = words("notice", lang)
    due = minute(one["due"])
    state = names[one["state"]]
    if one["overdue"]:
        state = f"{state}, {names['overdue']}"
    bill = bill_name(one["bill"], one["parent"], lang)
    line = f"{one['notice']}  {bill}  {names[one['kind']]}  {state}  {due}"
    return plain(line)


def _show(one: dict[str, Any], lang: Lang) -> None:
    names = words("notice", lang)
    typer.echo(_line(one, lang))
    typer.echo("  " + say("notice", "version", lang, version=one["version"]))
    told = {
        "boxes": ", ".join(one["boxes"]),
        "instruction": one["instruction"],
        "asked": ", ".join(one["documents_asked"]),
    }
    for name, text in told.items():
        if text:
            typer.echo(plain(f"  {names[name]}: {text}"))
    for to in one["addressees"]:
        at = second(to["acknowledged_at"])
        who = to["party"] or names[to["reach"]]
        line = say("notice", "to", lang, capacity=names[to["capacity"]], who=who, at=at)
        typer.echo(plain(f"  {line}"))
    for step in one["steps"]:
        due = [] if step["due"] is None else [minute(step["due"])]
        said = [*due, *step["boxes"], *filter(None, [step["instruction"], step["text"]])]
        line = "  ".join([step["party"], names[step["step"]], *said])
        typer.echo(plain(f"  {second(step['at'])}  {line}"))
    for document in one["documents"]:
        given = names["given" if document["given"] else "not_given"]
        typer.echo(
            plain(f"  {document['id']}  {document['media_type']}  {document['size']}  {given}")
        )
