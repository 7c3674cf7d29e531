"""Which words an officer's table may use: facts, literals, operators and a few pure functions.

Everything else is refused by name before the engine sees it, so that a table can neither read the
clock nor throw dice, and gives the same answer to the same bill for ever.
"""

import re
from collections.abc import Iterator

import zen

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.facts import EXAMPLES, FACTS, Facts

CELL_CHARS_MAX = 500
BRACKETS_DEEP_MAX = 10

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


def check_cell(cell: str, where: Where, *, fact: str | None) -> list[Finding]:
    """Return what forbids a cell: a test of the fact, or a whole condition where it is None."""
    if len(cell) > CELL_CHARS_MAX:
        size, most = len(cell), CELL_CHARS_MAX
        return [Finding("TABLE-CELL-LONG", Severity.ERROR, where, {"size": size, "max": most})]
    found = list(_unlawful(cell, where))
    if found:
        return found
    if not _compiles(cell, fact):
        return [Finding("TABLE-CELL-UNREADABLE", Severity.ERROR, where, {"cell": cell})]
    if not all([_answers(cell, fact, facts) for facts in EXAMPLES]):
        return [Finding("TABLE-CELL-TYPE", Severity.ERROR, where, {"cell": cell})]
    return []


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


def _unlawful(cell: str, where: Where) -> Iterator[Finding]:
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


def _compiles(cell: str, fact: str | None) -> bool:
    try:
        if fact is None:
            zen.compile_expression(cell)
        else:
            zen.compile_unary_expression(cell)
    except Exception:  # the engine raises nothing narrower
        return False
    return True


def _answers(cell: str, fact: str | None, facts: Facts) -> bool:
    try:
        if fact is None:
            return isinstance(zen.evaluate_expression(cell, facts), bool)
        return isinstance(zen.evaluate_unary_expression(cell, {**facts, "$": facts[fact]}), bool)
    except Exception:  # the engine raises nothing narrower
        return False
