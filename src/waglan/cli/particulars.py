"""A bill's particulars in words, and what they were before."""

from collections.abc import Mapping, Sequence
from typing import Any

from waglan.cli.wording import say, words
from waglan.codes.render import Lang
from waglan.codes.worded import Counted

_UNITS = {
    "gross_mass_g": ("mass", "kg"),
    "tare_g": ("mass", "kg"),
    "set_point_mdegc": ("degrees", "c"),
}


def particulars(told: Mapping[str, Any], names: Sequence[str], lang: Lang) -> list[str]:
    """Return these particulars in words; what nobody told is told as that."""
    known = words("particular", lang)
    return [
        say("says", "particular", lang, name=known[name], value=value_text(name, told[name], lang))
        for name in names
    ]


def value_text(name: str, value: object, lang: Lang) -> str:
    """Return what a particular says, with its unit."""
    if value is None or value in ("", []):
        return say("says", "untold", lang)
    if isinstance(value, bool):
        return say("says", "yes" if value else "no", lang)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name == "level":
        return say("says", str(value), lang)
    return _measured(name, value, lang) if isinstance(value, int) else str(value)


def _measured(name: str, value: int, lang: Lang) -> str:
    if name in _UNITS:
        word, unit = _UNITS[name]
        return say("says", word, lang, **{unit: f"{Counted(value):kg}"})  # in thousandths too
    if name == "volume_cm3":
        return say("says", "volume", lang, m3=_cubic_metres(value))
    return f"{value:,}"


def _cubic_metres(cm3: int) -> str:
    whole, rest = divmod(cm3, 1_000_000)
    return f"{whole:,}.{rest:06}".rstrip("0").rstrip(".")


def changed_line(change: Mapping[str, Any], lang: Lang) -> str:
    """Return which particular changed, with what it was and what it is."""
    *of, name = change["field"].split("/")
    before, after = (value_text(name, change[when], lang) for when in ("before", "after"))
    called = [*_whose(of, lang), words("particular", lang).get(name, name)]
    joined = say("says", "between", lang).join(called)
    return say("changed", "change", lang, name=joined, before=before, after=after)


def _whose(of: Sequence[str], lang: Lang) -> list[str]:
    if len(of) < 2:  # a particular of the bill itself
        return []
    kind, one = of[0], "/".join(of[1:])
    if kind == "parties":
        role, _, nth = one.partition("#")
        known = words("party_roles", lang).get(role, role)
        return [f"{known} {nth}".rstrip()]
    return [say("changed", "of_goods" if kind == "goods" else "of_box", lang, n=one)]
