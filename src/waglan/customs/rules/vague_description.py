"""HK-MAN-012: a description must say what the goods are."""

import re
import tomllib
import unicodedata
from datetime import date
from functools import cache

import msgspec

from waglan.codes.chinese import meanings, simplified
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
# What stands before the goods or behind them: "S.T.C. 20 cartons of …", "… 一批". A count in
# Chinese needs its number, for 零件 ends as 十件 does.
_KINDS = frozenset(
    {
        *("lot", "lots", "unit", "units", "piece", "pieces", "pc", "pcs", "set", "sets", "pkg"),
        *("pkgs", "package", "packages", "carton", "cartons", "ctn", "ctns", "case", "cases"),
        *("crate", "crates", "pallet", "pallets", "plt", "plts", "bag", "bags", "drum", "drums"),
        *("roll", "rolls", "bundle", "bundles", "container", "containers", "box", "boxes", "x"),
    }
)
_LOADED = r"shipper ?s load(?: stow(?:age)?)?(?: and)? count(?: and seal)?"  # and nobody else's
_CONTAINED = ("s t c", "stc", "said to contain", "said to weigh", "s l a c", "slac", _LOADED)
_SAID = (*_CONTAINED, "of", "in")
_BOX_TYPE = r"(?:\d+x)?\d\d(?:gp|dc|dv|st|hc|hq|rf|rh|ot|fr|tk)"  # as trade writes them: 1x40hc
_COUNT = re.compile(rf"\d+|in|\d*(?:{'|'.join(sorted(_KINDS))})|{_BOX_TYPE}")
_CHINESE_COUNT = (
    r"(?:\d+ ?|[一二三四五六七八九十百千]+)(?:货柜|[批箱件包袋桶卷捆盒个套台支条板托柜])"
)
_LEAD = re.compile(rf"(?:(?:{_COUNT.pattern}|{'|'.join(_SAID)}) |{_CHINESE_COUNT} ?)+")
# What makes a text of packages one that tells of them alone: that it holds some, or how many.
_CONTAINS = re.compile(rf"\b(?:{'|'.join(_CONTAINED)}|{_BOX_TYPE})\b")
_COUNTS = re.compile(r"\d|[^\x00-\x7f]")
# Cartons of bags and sets of drums: the packages within may be the goods.
_PACKED = re.compile(
    rf"\b(?:of|{'|'.join(sorted(_KINDS - {'x'}))}) (?:bag|boxe|case|crate|drum|pallet|roll)s$"
)
_SPELT = re.compile(r"\b(?:[^\W\d_] ){2,}[^\W\d_]\b")  # letter by letter
_TAIL = re.compile(rf"(?: (?:{_COUNT.pattern})| ?{_CHINESE_COUNT})+$")
# Two letters that differ, or a letter beside a digit, as codes have it.
_SAYS = re.compile(r"([^\W\d_])[\W\d_]*(?!\1)[^\W\d_]|[^\W\d_]\d|\d[^\W\d_]")


class _Vague(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    phrases: list[str]
    better: str
    better_zh: str
    master_ok: bool = False  # a consolidation may be called one where its houses say the rest
    wordless: bool = False  # the entry of texts that hold no word either


def check(manifest: Manifest) -> list[Finding]:
    """Hold each goods item whose whole description could mean anything, or holds no word."""
    known = dict[str, _Vague | None]()
    found = []
    for bill in manifest.bills:
        for item in bill.goods:
            text = item.description
            if text not in known:
                known[text] = _meant(text)
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


def _meant(text: str) -> _Vague | None:
    if not text or text.isspace():
        return None  # for the law to tell
    if len(text) > DESCRIPTION_CHARS_MAX:
        return None if _says_a_word(text.casefold()) else _wordless()
    said = meanings(text)
    if len(said) > 1 or not _says_more(said[0]):
        for one in said:
            words = _NOISE.sub(" ", one).strip()
            if phrase := _phrase(words) or _phrase(_SPELT.sub(_together, words)):
                return phrase
    return None if _says_a_word(said[0]) else _wordless()


def _together(letters: re.Match[str]) -> str:
    return letters[0].replace(" ", "")


def _says_more(plain: str) -> bool:
    """Whether a word stands in the text that no phrase and no count has, as in most there does."""
    known = _known_words()
    return plain.isascii() and any([w.isalpha() and w not in known for w in plain.split()])


def _phrase(words: str) -> _Vague | None:
    lead = _LEAD.match(words)
    # So many packages hold something, but a drum set may be the goods.
    is_counted = _COUNTS.search(words) and not _PACKED.search(words)
    if (is_counted or _CONTAINS.search(words)) and _LEAD.fullmatch(f"{words} "):
        return _wordless()
    bare = words[lead.end() :] if lead else words
    # Most end in goods, not in a count: that is seen sooner than all of the text is looked through.
    has_tail = not bare.isascii() or _COUNT.fullmatch(bare, bare.rfind(" ") + 1)
    without = _TAIL.sub("", bare) if has_tail else bare
    # A count beside a word may have hidden which of its digits stand for letters.
    told = (words, bare, without, *(meanings(without) if without != words else ()))
    vague = _wording()
    return next((vague[one] for one in told if one in vague), None)


def _says_a_word(plain: str) -> bool:
    """Whether there is more than signs, numbers and one letter, again and again."""
    # One letter of those that have no capitals may be a word: 米.
    return bool(_SAYS.search(plain)) or any([unicodedata.category(char) == "Lo" for char in plain])


def _may_have_houses(bill: Bill) -> bool:
    return bill.level is Level.MASTER or bill.houses is not None


@cache
def _wording() -> dict[str, _Vague]:
    entries = tomllib.loads(read("customs/wording/vague.toml"))["vague"]
    vague = [msgspec.convert(entry, _Vague) for entry in entries]
    return {simplified(phrase): entry for entry in vague for phrase in entry.phrases}


@cache
def _known_words() -> frozenset[str]:
    told = " ".join(
        (*_wording(), *_KINDS, *_SAID, "shipper shippers load stow stowage and count seal")
    )
    return frozenset(told.split())


@cache
def _wordless() -> _Vague:
    [entry] = {id(entry): entry for entry in _wording().values() if entry.wordless}.values()
    return entry
