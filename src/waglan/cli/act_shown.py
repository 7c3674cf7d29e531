"""What an officer said with an act, as his colleagues read it on a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from waglan.cli.tracked import cleared_line
from waglan.cli.wording import say
from waglan.codes.moment import minute
from waglan.codes.render import Lang
from waglan.codes.worded import Counted

LISTED = ("documents", "conditions")
WORDS = ("reason", "instruction", "voucher")


def said_lines(said: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    """Yield line by line what was said with an act; what was not said is left out."""
    for name in WORDS:
        if said[name]:
            yield say("said", name, lang, text=said[name])
    for name in LISTED:
        for text in said[name]:
            yield say("said", name, lang, text=text)
    if said["due"]:
        yield say("said", "due", lang, text=minute(said["due"]))
    for part in said["parts"]:
        yield cleared_line(part, lang)
    if said["outcome"]:
        yield from _found(said["outcome"], lang)


def _found(outcome: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    for one in outcome.get("found", ()):
        yield say("said", "found", lang, n=one["goods"], amount=_amount(one, lang))
    if sample := outcome.get("sample"):
        yield say("said", "sample", lang, **sample)
    if scan := outcome.get("scan"):
        yield say("said", "scan", lang, **scan)
    if seizure := outcome.get("seizure"):
        yield say("said", "seizure", lang, what=seizure["what"], amount=_amount(seizure, lang))
    if text := outcome.get("text"):
        yield say("said", "text", lang, text=text)


def _amount(told: Mapping[str, Any], lang: Lang) -> str:
    count, mass = told.get("packages"), told.get("gross_mass_g")
    amount = [
        say("says", "no_packages", lang)
        if count is None
        else say("says", "packages", lang, count=f"{count:,}"),
        say("says", "no_mass", lang)
        if mass is None
        else say("says", "mass", lang, kg=f"{Counted(mass):kg}"),
    ]
    return say("says", "between", lang).join(amount)
