"""A JSON file that a command is given."""

import json
from pathlib import Path

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
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(file, error, lang) from None
    again = [key_twice(Where("/".join(map(str, way))), way) for way in keys_twice(data)]
    for finding in again[1:]:
        tell(finding, lang)
    if again:
        raise stopped(again[0], lang, UNDONE)
    return told


def unreadable(file: Path, error: Exception, lang: Lang) -> Exception:
    """Say why a file can't be read; raise what is returned to end the command."""
    reason = getattr(error, "strerror", None) or str(error)
    found = Finding(
        "CLI-FILE", Severity.ERROR, Where("file"), {"file": str(file), "reason": reason}
    )
    return stopped(found, lang, UNDONE)
