"""The instance on this machine, for commands that work on its files and database themselves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from waglan.cli.settings import Settings
from waglan.cli.wording import stopped
from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.keys import LooseKey
from waglan.logbook.note import BadNote, VerifierKey, read_signer_key
from waglan.store.embedded.house import built_before
from waglan.store.embedded.supervisor import Settings as Embedded
from waglan.store.resolve import Resolved, Wanted
from waglan.store.resolve import database as resolve

HOME = Where("settings/home")


def wanted(settings: Settings) -> Wanted:
    """Return what the operator said about the database."""
    given = {
        "waglan_app": settings.app_password,
        "waglan_authority": settings.authority_password,
        "waglan_engine": settings.engine_password,
    }
    passwords = {role: password for role, password in given.items() if password}
    return Wanted(Embedded(settings.home, settings.pg_user), settings.dsn, passwords)


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Resolved]:
    """Have the instance's database answer inside the block; never make a new one."""
    checkpoint_key(settings)
    async with resolve(wanted(settings)) as resolved:
        yield resolved


def has_database(settings: Settings) -> bool:
    """Whether there is a database to look at, be the keys where they should or not."""
    return settings.dsn is not None or built_before(settings.home)


def log_key(settings: Settings) -> VerifierKey:
    """Return the public half of the log's key, which verifiers pin."""
    path = checkpoint_key(settings)
    if path.stat().st_mode & 0o077:
        raise LooseKey(path)
    try:
        return read_signer_key(path.read_text(encoding="ascii")).verifier
    except (BadNote, UnicodeDecodeError):
        found = Finding("CLI-KEY-BROKEN", Severity.ERROR, HOME, {"path": str(path)})
        raise stopped(found, settings.lang, 2) from None


def checkpoint_key(settings: Settings) -> Path:
    """Return the file of the log's key; without one there is no instance here."""
    path = settings.home / "keys" / "checkpoint.key"
    if not path.is_file():
        home = str(settings.home)
        found = Finding("CLI-NO-INSTANCE", Severity.ERROR, HOME, {"home": home})
        raise stopped(found, settings.lang, 2)
    return path
