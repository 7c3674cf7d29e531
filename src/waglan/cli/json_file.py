"""A JSON or TOML file that a command is given."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from waglan.cli.wording import stopped, tell
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key_twice import key_twice, keys_twice
from waglan.codes.render import Lang

UNDONE = 2


def read_json_file(file: Path, lang: Lang) -> object:
    """Return what a file says; the command ends where it is no JSON, or names a key twice."""
    try:
        data = file.read_bytes()
        told = json.loads(data)
    except json.JSONDecodeError as error:
        raise _malformed(file, "JSON", (error.lineno, error.msg), lang) from None
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(file, error, lang) from None
    again = [key_twice(Where("/".join(map(str, way))), way) for way in keys_twice(data)]
    for finding in again[1:]:
        tell(finding, lang)
    if again:
        raise stopped(again[0], lang, UNDONE)
    return told


def read_toml_file(file: Path, lang: Lang) -> dict[str, Any]:
    """Return what a file says; the command ends where it is no TOML, and says in which line."""
    text = ""
    try:
        text = file.read_text(encoding="utf-8")
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line = int(at["line"]) if at and at["line"] else text.rstrip().count("\n") + 1
        raise _malformed(file, "TOML", (line, _AT.sub("", str(error))), lang) from None
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(file, error, lang) from None


_AT = re.compile(r" \(at (line (?P<line>\d+), column \d+|end of document)\)$")


def _malformed(file: Path, form: str, wrong: tuple[int, str], lang: Lang) -> Exception:
    line, reason = wrong
    found = Finding(
        "CLI-FILE-FORM",
        Severity.ERROR,
        Where(f"file/{line}"),
        {"file": str(file), "form": form, "line": line, "reason": reason},
    )
    return stopped(found, lang, UNDONE)


def unreadable(file: Path, error: Exception, lang: Lang) -> Exception:
    """Say why a file can't be read; raise what is returned to end the command."""
    reason = getattr(error, "strerror", None) or str(error)
    found = Finding(
        "CLI-FILE", Severity.ERROR, Where("file"), {"file": str(file), "reason": reason}
    )
    return stopped(found, lang, UNDONE)
