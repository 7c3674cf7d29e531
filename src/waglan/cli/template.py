"""`waglan template`: forms to fill in, without any instance."""

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from waglan.cli.settings import Settings
from waglan.cli.wording import stopped
from waglan.codes.finding import Finding, Severity, Where

UNDONE = 2


class What(Enum):
    """What there is a template of."""

    MANIFEST = "manifest"


class Format(Enum):
    """In which form."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


def add(app: typer.Typer) -> None:
    """Add this command to the root."""
    app.command()(template)


def template(
    what: Annotated[What, typer.Argument(help="What it is a template of.")],
    form: Annotated[Format, typer.Option("--format", help="csv, xlsx, or a JSON Schema.")],
    output: Annotated[
        Path | None, typer.Option(help="File to write; else standard output.")
    ] = None,
) -> None:
    """Write the template of a manifest: a sheet to fill in, or the JSON Schema of a document."""
    import msgspec

    from waglan.messages.manifest_json import schema
    from waglan.messages.sheet.template import csv_template, xlsx_template

    if form is Format.JSON:
        data = msgspec.json.format(msgspec.json.encode(schema()), indent=2) + b"\n"
    else:
        data = csv_template() if form is Format.CSV else xlsx_template()
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        reason = error.strerror or str(error)
        found = Finding(
            "CLI-FILE", Severity.ERROR, Where("file"), {"file": str(output), "reason": reason}
        )
        raise stopped(found, Settings().lang, UNDONE) from None
