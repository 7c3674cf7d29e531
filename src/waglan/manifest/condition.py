"""When a rule applies: a small closed language, kept as data beside the rule.

`cargo=container;route!=feeder_hk_mo`: every term must hold; `always` is no term at all. What nobody
said is unknown, and an unknown fact makes the answer unknown, never no.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from waglan.codes.raw import BadCode

# The facts that a condition may ask, and what each may be; None is a whole number.
FACTS: Mapping[str, frozenset[str] | None] = {
    "jurisdiction": frozenset({"HK", "CN", "US", "CA", "JP", "EU", "MX"}),
    "mode": frozenset({"sea", "river", "air", "rail", "road"}),
    "direction": frozenset({"import", "export"}),  # seen from the jurisdiction
    "cargo": frozenset({"container", "non_container"}),
    "route": frozenset({"deep_sea", "short_sea", "feeder_hk_mo"}),
    "flight_minutes": None,
}
ALWAYS = "always"
NUMBER_MAX = 100_000
TERMS_MAX = 10

Facts: TypeAlias = "Mapping[str, str | int]"

_TERM = re.compile(r"([a-z_]+)(<=|>=|!=|=|<|>)([A-Za-z0-9_]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison of a fact; `value` is a number where the fact is one."""

    fact: str
    comparison: str
    value: str | int

    def __str__(self) -> str:
        """Return the term as it is written down."""
        return f"{self.fact}{self.comparison}{self.value}"

    def holds(self, facts: Facts) -> bool | None:
        """Whether the fact is so; None where nobody said what it is."""
        known = facts.get(self.fact)
        if known is None:
            return None
        if isinstance(known, int) and isinstance(self.value, int):
            return _compared(known, self.comparison, self.value)
        return (known == self.value) is (self.comparison == "=")


def read_condition(text: str) -> tuple[Term, ...]:
    """Return the terms of a condition; raise BadCode for what the language does not have."""
    if text == ALWAYS:
        return ()
    parts = text.split(";")
    if len(parts) > TERMS_MAX:
        raise BadCode(f"a condition has at most {TERMS_MAX} terms")
    return tuple(_term(part.strip()) for part in parts)


def written(terms: Iterable[Term]) -> str:
    """Return a condition as it is written down."""
    return ";".join(map(str, terms)) or ALWAYS


def read_fact(name: str, text: str) -> str | int:
    """Return a fact as somebody gave it; raise BadCode for one that no condition asks."""
    if name not in FACTS:
        raise BadCode(f"no condition asks {name!r}; they ask {', '.join(FACTS)}")
    values = FACTS[name]
    if values is None:
        if not (text.isascii() and text.isdecimal() and len(text) <= 6):
            raise BadCode(f"{name} is a whole number up to {NUMBER_MAX}, not {text!r}")
        if int(text) > NUMBER_MAX:
            raise BadCode(f"{name} is at most {NUMBER_MAX}")
        return int(text)
    if text not in values:
        raise BadCode(f"{name} is one of {', '.join(sorted(values))}, not {text!r}")
    return text


def _term(text: str) -> Term:
    found = _TERM.fullmatch(text)
    if found is None:
        raise BadCode(f"{text!r} is no comparison of a fact")
    fact, comparison, value = found.groups()
    told = read_fact(fact, value)
    if isinstance(told, str) and comparison not in ("=", "!="):
        raise BadCode(f"{fact} is no number, so nothing is above or below it")
    return Term(fact, comparison, told)


def _compared(known: int, comparison: str, value: int) -> bool:
    return {
        "=": known == value,
        "!=": known != value,
        "<": known < value,
        "<=": known <= value,
        ">": known > value,
        ">=": known >= value,
    }[comparison]
