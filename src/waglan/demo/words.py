"""The demo's own words, in every language."""

import tomllib
from collections.abc import Mapping
from functools import cache

from waglan.codes.data import read
from waglan.codes.render import Lang


@cache
def words(lang: Lang) -> Mapping[str, Mapping[str, str]]:
    """Return the words of one language: by kind, then by name."""
    return tomllib.loads(read(f"demo/words/{lang}.toml"))


def word(lang: Lang, kind: str, name: str) -> str:
    """Return the word for a name; a name that we don't know stands as the server gave it."""
    return words(lang)[kind].get(name, name)
