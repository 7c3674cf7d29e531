"""A command run in this process, in a settled environment."""

from dataclasses import dataclass

import pytest
from psycopg.conninfo import conninfo_to_dict
from running_instance import ORIGIN, Instance

from waglan.cli.app import app
from waglan.cli.guard import guarded


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


class CommandLine:
    """`waglan` with the settings that the instance's operator has."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.set = monkeypatch.setenv
        self._capfd = capfd

    def __call__(self, *arguments: str) -> Ran:
        self._capfd.readouterr()
        status = guarded(app, arguments)
        ran = Ran(status, *self._capfd.readouterr())
        assert "Traceback" not in ran.out + ran.err
        return ran

    def operates(self, instance: Instance) -> "CommandLine":
        self.set("WAGLAN_HOME", str(instance.home))
        self.set("WAGLAN_URL", instance.address)
        self.set("WAGLAN_ORIGIN", ORIGIN)
        self.set("WAGLAN_DSN", instance.dsn.admin or "")
        for role in ("app", "authority", "engine"):
            secret = conninfo_to_dict(getattr(instance.dsn, role)).get("password")
            self.set(f"WAGLAN_{role.upper()}_PASSWORD", str(secret or ""))
        return self

    def signs_in(self, authorization: str) -> "CommandLine":
        self.set("WAGLAN_TOKEN", authorization.removeprefix("Bearer "))
        return self


@pytest.fixture
def waglan(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line, in an environment that ends with the test."""
    return CommandLine(monkeypatch, capfd)
