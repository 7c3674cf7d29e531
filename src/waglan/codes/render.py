"""A finding in the reader's language."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from waglan.codes.data import load
from waglan.codes.finding import Finding
from waglan.codes.worded import Counted, Told

Lang: TypeAlias = Literal["en", "zh-Hant-HK"]


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong, and how to put it right."""

    problem: str
    remedy: str
    is_worded: bool = (
        False  # whether a template asks for words or units: `{now:customs}`, `{sum_g:kg}`
    )


def render(finding: Finding, lang: Lang) -> Advice:
    """Return the finding's problem and remedy; every code has both in every language."""
    template = templates(lang)[finding.code]
    params = dict(finding.params)
    if template.is_worded:
        params = {
            name: Told(value, lang) if isinstance(value, str) else Counted(value)
            for name, value in params.items()
        }
    return Advice(template.problem.format_map(params), template.remedy.format_map(params))


_WORDED = re.compile(r"\{\w+:\w+\}")


@cache
def templates(lang: Lang) -> dict[str, Advice]:
    """Return the templates of one language, by code."""
    return {
        code: Advice(text["problem"], text["remedy"], bool(_WORDED.search("".join(text.values()))))
        for file in load(f"codes/texts/{lang}").values()
        for code, text in tomllib.loads(file).items()
    }
