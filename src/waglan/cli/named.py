"""Whom a bill names, as lines for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from waglan.cli.wording import say, words
from waglan.codes.render import Lang


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
