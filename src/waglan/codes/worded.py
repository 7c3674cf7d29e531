"""Words for codes, times, and what libraries say in English, in the reader's language."""

import re
import tomllib
from functools import cache
from typing import Any

from waglan.codes.data import load
from waglan.codes.moment import minute, second

REASON = "reason"  # the group of what libraries say
KILOGRAMS = "kg"
TIMES = {"minute": minute, "second": second}  # what is no code, and looks alike in all languages


def words(group: str, lang: str) -> dict[str, str]:
    """Return the words of one group of codes, by code."""
    found: dict[str, str] = _file(lang)[group]
    return found


def worded(group: str, text: str, lang: str) -> str:
    """Return the word for a code, or what a reason says; one without a word stays as it is."""
    if show := TIMES.get(group):
        return show(text)
    if group != REASON:
        return words(group, lang).get(text, text)
    for form, said in _reasons(lang):
        if found := form.fullmatch(text):
            return said.format_map(found.groupdict())
    return text


class Told(str):
    """A finding's parameter; `{now:customs}` in a template is the word for it in that group.

    `{at:minute}` is the time that it tells, as people read it.
    """

    lang: str

    def __new__(cls, text: str, lang: str) -> "Told":
        """Take the parameter, and the language that it is told in."""
        told = super().__new__(cls, text)
        told.lang = lang
        return told

    def __format__(self, group: str) -> str:
        """Return the word for it, or the text itself where the template asks for no word."""
        return worded(group, str(self), self.lang) if group else str(self)


class Counted(int):
    """A finding's number; `{gross_g:kg}` in a template is that many grams in kilograms."""

    def __format__(self, unit: str) -> str:
        """Return the number as it stands, or with its thousands apart where it is a mass."""
        if unit != KILOGRAMS:
            return format(int(self), unit)
        kilograms, grams = divmod(abs(self), 1000)
        sign, rest = "-" if self < 0 else "", f".{grams:03}".rstrip("0").rstrip(".")
        return f"{sign}{kilograms:,}{rest}"


@cache
def _file(lang: str) -> dict[str, Any]:
    return tomllib.loads(load("codes/words")[lang])


@cache
def _reasons(lang: str) -> list[tuple[re.Pattern[str], str]]:
    told = _file(lang).get(REASON, [])
    return [(re.compile(one["form"], re.DOTALL), one["text"]) for one in told]
