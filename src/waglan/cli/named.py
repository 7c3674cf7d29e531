"""How a bill is called on a terminal, and whom it names."""

from collections.abc import Iterator, Mapping
from typing import Any

from waglan.cli.wording import say, words
from waglan.codes.render import Lang


def bill_name(number: str, parent: str | None, lang: Lang) -> str:
    """Return a bill's number, with the bill above it: houses below several may share a number."""
    return f"{number} ({say('track', 'parent', lang, parent=parent)})" if parent else number


def whose_line(named: Mapping[str, Any], lang: Lang) -> str:
    """Return whose bill it is that names them, and the bill above it."""
    by = "by_under" if named["parent"] else "by"
    return say("named", by, lang, filer=named["filer"], parent=named["parent"])


def named_lines(named: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    """Yield a line for each party and each goods item's marks, and one for what was erased."""
    roles = words("party_roles", lang)
    for party in named["parties"]:
        who = ", ".join(filter(None, (party["name"], party["address"])))
        code = f" ({party['code']})" if party["code"] else ""
        yield f"{roles[party['role']]}: {who}{code}"
    for item in named["marks"]:
        marks = " / ".join(item["marks"].splitlines())  # stencilled line by line
        yield say("named", "marks", lang, goods=item["goods"], marks=marks)
    if named["erased"]:
        yield say("named", "erased", lang)
