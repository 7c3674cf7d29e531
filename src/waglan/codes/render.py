"""A finding in the reader's language."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from waglan.codes.data import load
from waglan.codes.finding import Finding

Lang: TypeAlias = Literal["en", "zh-Hant-HK"]


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong, and how to put it right."""

    problem: str
    remedy: str


def render(finding: Finding, lang: Lang) -> Advice:
    """Return the finding's problem and remedy; every code has both in every language."""
    template = templates(lang)[finding.code]
    params = dict(finding.params)
    return Advice(template.problem.format_map(params), template.remedy.format_map(params))


@cache
def templates(lang: Lang) -> dict[str, Advice]:
    """Return the templates of one language, by code."""
    return {
        code: Advice(text["problem"], text["remedy"])
        for file in load(f"codes/texts/{lang}").values()
        for code, text in tomllib.loads(file).items()
    }
