"""The columns a sheet may have: their names in English and Chinese, and what a cell of each is."""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Literal, TypeAlias

import msgspec

from waglan.codes.data import read
from waglan.codes.plain import squashed

Level: TypeAlias = Literal["head", "bill", "goods", "share", "unit"]
Value: TypeAlias = Literal[
    "text", "choice", "count", "kg", "m3", "celsius", "time", "truth", "list"
]


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One column: what it belongs to, what its cells are, and what its reader is told."""

    level: Level
    en: str
    zh: str
    value: Value
    note_en: str
    note_zh: str
    choices: tuple[str, ...] = ()
    is_needed: bool = False

    @property
    def heading(self) -> str:
        """The heading as the template has it, in both languages."""
        return f"{self.en} {self.zh}"


@cache
def columns() -> Mapping[str, Column]:
    """Return every column by its key, in the order of the template."""
    return {
        key: msgspec.convert(told, Column)
        for key, told in tomllib.loads(read("messages/sheet/columns.toml")).items()
    }


@cache
def _by_heading() -> Mapping[str, str]:
    return {
        squashed(name): key
        for key, column in columns().items()
        for name in (key, column.en, column.zh, column.heading)
    }


def key_of(heading: str) -> str | None:
    """Return which column a heading means: its key, either language, or both; None if none."""
    return _by_heading().get(squashed(heading))
