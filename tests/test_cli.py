"""The command line."""

from typer.testing import CliRunner

from waglan.cli.app import app


def test_the_command_says_its_version() -> None:
    assert CliRunner().invoke(app, ["version"]).stdout == "0.1.0\n"
