"""The command's root: the one place that joins the groups."""

import typer

from waglan.cli import witness

app = typer.Typer(no_args_is_help=True, help="Waglan: one open port community system.")
app.add_typer(witness.app, name="witness")


@app.callback()
def root() -> None:
    """Waglan: one open port community system."""


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo("0.1.0")


def main() -> None:
    """Run the command."""
    app()
