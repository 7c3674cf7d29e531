"""Why a value can't be used, in the reader's language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from waglan.codes.data import load
from waglan.codes.render import Lang

OWN = "Value error, "


def explained(fault: Mapping[str, Any], lang: Lang) -> str:
    """Return why, from what pydantic says of one fault; its own words are the English ones."""
    if lang == "en":
        return str(fault["msg"]).removeprefix(OWN)
    known = reasons(lang)
    told = {name: str(value) for name, value in fault.get("ctx", {}).items()}
    if "expected" in told:  # 'a', 'b' or 'c'
        told["expected"] = told["expected"].replace(" or ", ", ").replace(", ", "、")
    return known.get(str(fault["type"]), known["other"]).format_map(told)


@cache
def reasons(lang: Lang) -> dict[str, str]:
    """Return the reasons in a language other than pydantic's, by the kind of fault."""
    return tomllib.loads(load("gateway/reasons")[lang])
