"""HK-MAN-012: a description must say what the goods are."""

import re
import tomllib
from datetime import date
from functools import cache

import msgspec

from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Level, Manifest

CODE = "HK-MAN-012"
KIND = Kind.PRACTICE
SOURCE = (
    "Cap. 60C, paragraph 2(2)(c) asks for a description of the articles "
    "(https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice) and publishes "
    "no list of words; that these phrases describe nothing is the practice of other authorities: "
    "https://unitedcargo.com/en/us/learn/news/operational-bulletins/"
    "2024-04-24-US_Customs_and_Border_Protection_updates.html. The phrases kept are the project's."
)
CHECKED_ON = date(2026, 11, 22)
IN_FORCE_FROM = date(2026, 11, 22)  # the day the rule joined the project

# Longer texts are not searched: whoever writes more than this says something.
DESCRIPTION_CHARS_MAX = 120

_NOISE = re.compile(r"[\W_]+")
# What stands before the goods: "S.T.C. 20 cartons of …", in which the goods are what follows.
_LEAD = re.compile(
    r"(?:(?:\d+|s t c|stc|said to (?:contain|weigh)|of|lots?|units?|pieces?|pcs?|sets?|pkgs?"
    r"|packages?|cartons?|ctns?|cases?|crates?|pallets?|plts?|plt|bags?|drums?|rolls?|bundles?"
    r"|containers?|box(?:es)?|x) )+"
)


class _Vague(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    phrases: list[str]
    better: str
    better_zh: str
    master_ok: bool = False  # a consolidation may be called one where its houses say the rest


def check(manifest: Manifest) -> list[Finding]:
    """Hold each goods item whose whole description is a phrase that could mean anything."""
    vague, known = _wording(), dict[str, _Vague | None]()
    found = []
    for bill in manifest.bills:
        for item in bill.goods:
            text = item.description
            if text not in known:
                known[text] = _phrase(text, vague)
            phrase = known[text]
            if phrase is None or (phrase.master_ok and _may_have_houses(bill)):
                continue
            where = of_bill(bill, f"goods/{item.number}/description")
            found.append(
                Finding(
                    CODE,
                    Severity.HOLD,
                    where,
                    {
                        "description": " ".join(text.split()),
                        "better": phrase.better,
                        "better_zh": phrase.better_zh,
                    },
                )
            )
    return found


def _phrase(text: str, vague: dict[str, _Vague]) -> _Vague | None:
    if len(text) > DESCRIPTION_CHARS_MAX:
        return None
    words = _NOISE.sub(" ", text).strip().casefold()
    return vague.get(words) or vague.get(_without_lead(words))


def _without_lead(words: str) -> str:
    lead = _LEAD.match(words)
    return words[lead.end() :] if lead else words


def _may_have_houses(bill: Bill) -> bool:
    return bill.level is Level.MASTER or bill.houses is not None


@cache
def _wording() -> dict[str, _Vague]:
    entries = tomllib.loads(read("customs/wording/vague.toml"))["vague"]
    vague = [msgspec.convert(entry, _Vague) for entry in entries]
    return {phrase: entry for entry in vague for phrase in entry.phrases}
