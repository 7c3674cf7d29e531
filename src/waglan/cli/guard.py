"""Whatever goes wrong in a command leaves as one plain message and an exit code, never a traceback.

0: done; 1: done, and something is wrong with what was asked about; 2: could not be done as asked;
70: our own fault; 130: interrupted.
"""

import os
import re
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import PurePath

import typer
from pydantic import ValidationError

from waglan.cli.helped import helped
from waglan.cli.wording import language, say, tell
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang
from waglan.gateway.keys import LooseKey
from waglan.gateway.reason import explained
from waglan.store import NoDatabase, is_gone
from waglan.store.refused import Refused

OUR_FAULT = 70  # EX_SOFTWARE of sysexits
INTERRUPTED = 130
NOBODY_READS = 141  # as a shell tells of SIGPIPE
HERE = Where("command")
# How typer begins what it says of a line that it does not understand.
MISUSED = {
    "No such command": "no_command",
    "No such option": "no_option",
    "Missing": "missing",
    "Invalid value": "invalid",
    "Option": "no_value",
    "Got unexpected extra": "surplus",
}


def guarded(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; this never raises."""
    try:
        command = helped(app, arguments, language())
        status = command.main(args=list(arguments), prog_name="waglan", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        return _usage(error)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # typer turns the one into the other
        # Whoever read our output has gone; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    except BaseException as error:
        return _failed(error)
    return status if isinstance(status, int) else 0


def _usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help itself
        typer.echo(str(error), err=True)
        return 2
    command = context.command_path if context is not None else "waglan"
    lang = language()
    why = _misused(error, lang)
    tell(Finding("CLI-USAGE", Severity.ERROR, HERE, {"reason": why, "command": command}), lang)
    return 2


def _misused(error: typer.TyperException, lang: Lang) -> str:
    """Say what is wrong with the line: typer's own words are the English ones, where it has any."""
    told = " ".join(str(getattr(error, "format_message", lambda: str(error))()).split())
    if lang == "en":
        return told.replace("Value error, ", "")
    if isinstance(error, typer.BadParameter) and getattr(error, "param", None) is None:
        return error.message  # ours, and said in the reader's language
    quoted = re.search(r"'([^']*)'|: (\S+)|\(([^)]*)\)$", told)
    name = next((found for found in (quoted.groups() if quoted else ()) if found), "")
    kind = next((kind for begins, kind in MISUSED.items() if told.startswith(begins)), "other")
    return say("usage", kind, lang, name=name)


def _failed(error: BaseException) -> int:
    found = _findings(error)
    for finding in found:
        tell(finding, language())
    return OUR_FAULT if any(finding.code == "CLI-BUG" for finding in found) else 2


def _findings(error: BaseException) -> list[Finding]:
    if isinstance(error, Refused):
        return [error.finding]
    if isinstance(error, ValidationError) and error.title == "Settings":
        lang = language()
        wrong = [one for one in error.errors() if one["type"] != "default_factory_not_called"]
        return [_setting(str(one["loc"][0]), explained(one, lang)) for one in wrong]
    if isinstance(error, BaseExceptionGroup):
        inner = [finding for one in error.exceptions for finding in _findings(one)]
        ours = [finding for finding in inner if finding.code == "CLI-BUG"]
        return ours[:1] or inner
    if isinstance(error, NoDatabase) and is_gone(error):
        reason = str(error).strip().partition("\n")[0]
        return [Finding("CLI-SYSTEM", Severity.ERROR, Where("database"), {"reason": reason})]
    if isinstance(error, LooseKey):
        return [Finding("CLI-KEY-OPEN", Severity.ERROR, HERE, {"path": str(error.path)})]
    if isinstance(error, FileExistsError) and error.filename:
        file = str(error.filename)
        return [Finding("CLI-FILE-EXISTS", Severity.ERROR, HERE, {"file": file})]
    if isinstance(error, OSError) and error.strerror:
        reason = f"{error.strerror} ({error.filename})" if error.filename else error.strerror
        return [Finding("CLI-SYSTEM", Severity.ERROR, HERE, {"reason": reason})]
    return [_bug(error)]


def _setting(name: str, why: str) -> Finding:
    # The value itself is not shown: it may be a password.
    return Finding(
        "CLI-SETTING",
        Severity.ERROR,
        Where(f"settings/{name}"),
        {"name": f"WAGLAN_{name.upper()}", "reason": why},
    )


def _bug(error: BaseException) -> Finding:
    # Only the kind and the place: an exception's words may hold somebody's cargo or a secret.
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if "waglan" in PurePath(f.filename).parts
    ]
    place = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return Finding(
        "CLI-BUG",
        Severity.ERROR,
        HERE,
        {"version": version("waglan"), "kind": type(error).__name__, "place": place},
    )
