"""Which words an officer's table may use: facts, literals, operators and a few pure functions.

Everything else is refused by name before the engine sees it, so that a table can neither read the
clock nor throw dice, and gives the same answer to the same bill for ever.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.facts import FACTS
from waglan.customs.table_engine import DIRECT, GOOD, UNREADABLE, Engine
from waglan.customs.table_work import CELL_STEPS_MAX, NESTED, RANGE, BadCell, steps_of

CELL_CHARS_MAX = 500
BRACKETS_DEEP_MAX = 10
COLUMN_CHARS_SHOWN = 60

FUNCTIONS = frozenset(
    {"abs", "all", "contains", "count", "endsWith", "filter", "floor", "len", "lower", "map", "max"}
    | {"min", "none", "not", "one", "some", "startsWith", "sum", "trim", "upper"}
)
# What reads the clock or throws dice has a finding of its own, because people ask for it.
CLOCKS_AND_DICE = frozenset({"d", "date", "now", "rand", "random", "time", "today"})
_WORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})

_TOKEN = re.compile(
    r"""(?P<blank>\s+)
      | (?P<text>"[^"\\`]*" | '[^'\\`]*')
      | (?P<number>[0-9]+(?:\.[0-9]+)?(?![A-Za-z_]))
      | (?P<call>[A-Za-z_][A-Za-z0-9_]*(?=\s*\())
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign>\?\?|==|!=|>=|<=|\.\.|[-+*/%<>?:,()\[\]$\#])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands, and in whose words its column is named."""

    where: Where
    row: int = 1
    column: str = "-"


def check_cell(
    cell: str, where: Where, *, fact: str | None, engine: Engine = DIRECT
) -> list[Finding]:
    """Return what forbids a cell: a test of the fact, or a whole condition where it is None."""
    found = unlawful(cell, Place(where), fact)
    return found or not_good(cell, where, engine.tried([(fact or "", cell)])[0])


def unlawful(cell: str, place: Place, fact: str | None) -> list[Finding]:
    """Return what forbids a cell before the engine sees it."""
    if len(cell) > CELL_CHARS_MAX:
        size, most = len(cell), CELL_CHARS_MAX
        return [
            Finding("TABLE-CELL-LONG", Severity.ERROR, place.where, {"size": size, "max": most})
        ]
    return [*_of_words(cell, place.where)] or [*_of_work(cell, place, fact or "")]


def not_good(cell: str, where: Where, tried: str) -> list[Finding]:
    """Return what forbids a cell by what the engine said of it."""
    if tried == GOOD:
        return []
    if tried == UNREADABLE:
        return [Finding("TABLE-CELL-UNREADABLE", Severity.ERROR, where, {"cell": cell})]
    return [Finding("TABLE-CELL-TYPE", Severity.ERROR, where, {"cell": cell})]


def facts_named(cell: str) -> frozenset[str]:
    """Return the facts that a lawful cell names."""
    return frozenset(text for kind, text in tokens(cell) if kind == "name") & FACTS.keys()


def tokens(cell: str) -> Iterator[tuple[str, str]]:
    """Return kind and text of each token; one of the kind `strange` ends the list."""
    at = 0
    while at < len(cell):
        match = _TOKEN.match(cell, at)
        if match is None:
            yield "strange", cell[at]
            return
        at = match.end()
        yield match.lastgroup or "strange", match.group()


def _of_words(cell: str, where: Where) -> Iterator[Finding]:
    depth = 0
    for kind, text in tokens(cell):
        depth += (text in "([" and kind == "sign") - (text in ")]" and kind == "sign")
        if depth > BRACKETS_DEEP_MAX or kind == "strange":
            yield Finding("TABLE-CELL-UNREADABLE", Severity.ERROR, where, {"cell": cell})
            return
        if kind == "call" and text in CLOCKS_AND_DICE:
            yield Finding("TABLE-CELL-CLOCK", Severity.ERROR, where, {"function": text})
        elif kind == "call" and text not in FUNCTIONS | _WORDS:
            yield Finding("TABLE-CELL-FUNCTION", Severity.ERROR, where, {"function": text})
        elif kind == "name" and text not in FACTS.keys() | _WORDS:
            yield Finding("TABLE-FACT", Severity.ERROR, where, {"fact": text})


def _of_work(cell: str, place: Place, fact: str) -> Iterator[Finding]:
    where, row, column = place.where, place.row, place.column[:COLUMN_CHARS_SHOWN]
    try:
        steps = steps_of([*tokens(cell)], fact)
    except BadCell as bad:
        if bad.args == (RANGE,):
            yield Finding(
                "TABLE-CELL-RANGE",
                Severity.ERROR,
                where,
                {"row": row, "column": column, "cell": cell},
            )
        elif bad.args == (NESTED,):
            yield Finding(
                "TABLE-CELL-NESTED",
                Severity.ERROR,
                where,
                {"row": row, "column": column, "cell": cell},
            )
        else:
            yield Finding("TABLE-CELL-UNREADABLE", Severity.ERROR, where, {"cell": cell})
    else:
        if steps > CELL_STEPS_MAX:
            most = CELL_STEPS_MAX
            yield Finding(
                "TABLE-CELL-WORK",
                Severity.ERROR,
                where,
                {"row": row, "column": column, "steps": steps, "max": most},
            )
