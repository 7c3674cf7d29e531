"""`waglan bridge`: files that you hand in elsewhere yourself, and the replies to them."""

import hashlib
import sys
from base64 import b64encode
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx
import typer

from waglan.cli.paper import BAD, CLEAN, FOUND, UNREADABLE, TheFile, TheLang, chosen, opened
from waglan.cli.settings import Settings
from waglan.cli.talk import answered, client
from waglan.cli.wording import plain, say, stopped, tell
from waglan.codes.finding import Finding, Severity, Where

app = typer.Typer(
    no_args_is_help=True, help="Files made here, not sent: you hand them in elsewhere."
)

TheDraft = Annotated[UUID, typer.Argument(metavar="DRAFT", help="The draft's id.")]


@app.command()
def read(file: TheFile, lang: TheLang = None) -> None:
    """Read and check a Cargo-IMP house list (FHL), offline: JSON on stdout, findings on stderr.

    One line of JSON for each house. Exit 0: clean; 1: errors were found; 2: no house was read.
    """
    import msgspec

    from waglan.messages.bridge.fhl_read import BYTES_MAX, read_fhl

    wanted = chosen(lang)
    with opened(file, wanted) as data:
        lists, findings = read_fhl(data.read(BYTES_MAX + 1))
    for one in lists:
        sys.stdout.buffer.write(msgspec.json.encode(one) + b"\n")
    sys.stdout.buffer.flush()
    for finding in findings:
        tell(finding, wanted)
    is_wrong = any(one.severity in BAD for one in findings)
    raise typer.Exit(UNREADABLE if not lists else FOUND if is_wrong else CLEAN)


@app.command()
def files(
    draft: TheDraft,
    to: Annotated[Path, typer.Option(file_okay=False, help="Folder to put the files in.")],
    *,
    preview: Annotated[
        bool, typer.Option("--preview", help="What approving the draft now would make.")
    ] = False,
) -> None:
    """Fetch the files of a draft's last handing over, byte for byte, and say where they go."""
    settings = Settings()
    with client(settings) as http:
        told = _files(http, f"/v1/drafts/{draft}/files")
        kept = [one for one in told["files"] if one["act"] == "handed-over"]
        newest = max((one["step"] for one in kept), default=None)
        step = 0 if preview else newest
        wanted = [one for one in told["files"] if one["step"] == step]
        if not wanted:
            found = Finding("BRIDGE-NO-FILES", Severity.ERROR, Where("draft"), {})
            raise stopped(found, settings.lang, 1)
        to.mkdir(parents=True, exist_ok=True)
        for one in wanted:
            body = answered(http.get(one["href"])).content
            if hashlib.sha256(body).hexdigest() != one["sha256"]:
                found = Finding("BRIDGE-OTHER-BYTES", Severity.ERROR, Where("file"), {})
                raise stopped(found, settings.lang, 1)
            (to / Path(one["name"]).name).write_bytes(body)
            typer.echo(plain(f"{one['sha256']}  {one['name']}"))
    typer.echo(say("bridge", "not_sent", settings.lang))
    typer.echo(plain(told["note"]))


def _files(http: httpx.Client, path: str) -> dict[str, Any]:
    """Return what is told of a draft's files, with those of all pages."""
    told: dict[str, Any] = answered(http.get(path)).json()
    while told["next"] is not None:
        more = answered(http.get(path, params={"after": told["next"]})).json()
        told = {**more, "files": [*told["files"], *more["files"]]}
    return told


@app.command()
def reply(
    draft: TheDraft,
    file: TheFile,
    accepted: Annotated[
        bool | None,
        typer.Option("--accepted/--refused", help="What it says, if it is no FMA or FNA."),
    ] = None,
    number: Annotated[str, typer.Option(help="The number it gives.")] = "",
    text: Annotated[str, typer.Option(help="What else is worth keeping.")] = "",
) -> None:
    """Hand in what the recipient answered, a text or an e-mail as a file: it is kept as it is.

    An FMA accepts and an FNA refuses; of all else you say what it says.
    """
    settings = Settings()
    with opened(file, settings.lang) as data:
        body = data.read((1 << 20) + 1)
    wanted = {
        "accepted": accepted,
        "number": number,
        "text": text,
        "paper": b64encode(body).decode(),
        "paper_name": _safe(file),
    }
    with client(settings) as http:
        seen = answered(http.get(f"/v1/drafts/{draft}")).json()["step"]
        after = answered(http.post(f"/v1/drafts/{draft}/reply", json={"step": seen, **wanted}))
    told = after.json()
    typer.echo(plain(f"{told['state']}  {told['steps'][-1]['number']}".rstrip()))


def _safe(file: str) -> str:
    """Return the file's name in characters that any system keeps."""
    name = "reply.txt" if file == "-" else Path(file).name
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in name)
    return kept.lstrip("._-")[:80] or "reply"
