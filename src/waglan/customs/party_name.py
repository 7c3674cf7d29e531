"""What the name of a party says: nobody, somebody elsewhere, or a firm to be matched by a key."""

import re
import unicodedata

from waglan.codes.chinese import match_key, unmasked

# Names that stand where somebody did not know, or did not want to say. Compared without blanks,
# dots and strokes, so that "N/A", "n.a." and "NA" are one.
_NOBODY = frozenset(
    {
        *("", "na", "nil", "none", "noname", "null", "unknown", "notknown", "blank", "empty"),
        *("tba", "tbc", "tbd", "tbn", "tobeadvised", "tobeannounced", "tobeconfirmed"),
        *("tobenominated", "tobenamed", "x", "xx", "xxx", "xxxx", "dummy", "test", "private"),
        *("asperattached", "asperinvoice", "asperbl", "seeattached", "不詳", "未知", "待定", "無"),
    }
)
_NOISE = re.compile(r"[\W_]+")
_ORDER = re.compile(r"\W*(to\s+(the\s+)?)?order\b", re.IGNORECASE)
_SAME = re.compile(r"\W*same\s+as\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_LEGAL_FORMS = frozenset(
    {"ltd", "limited", "co", "company", "inc", "corp", "corporation", "llc", "plc", "gmbh", "hk"}
)
_CHINESE_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "公司")
KEY_CHARS_MAX = 300


def names_nobody(name: str) -> bool:
    """Whether the name is a placeholder such as `TBA`, `N/A` or `-`."""
    if name.isalnum():  # no blank and no stroke to take out
        return name.casefold() in _NOBODY
    return len(name) < 40 and _NOISE.sub("", name).casefold() in _NOBODY


def is_order(name: str) -> bool:
    """Whether the bill is made out to order, so that whoever holds it may claim the goods."""
    return _ORDER.match(name) is not None


def points_elsewhere(name: str) -> bool:
    """Whether the name only points at another party: `SAME AS CONSIGNEE`."""
    return _SAME.match(name) is not None


def party_key(name: str) -> str:
    """Return the key a party is matched by: letters and digits alone, without the legal form."""
    return "".join(_words(name))[:KEY_CHARS_MAX]


def pair_key(consignor: str, consignee: str) -> str:
    """Return the key of a pair of traders, from their names."""
    return f"{party_key(consignor)}>{party_key(consignee)}"


def party_keys(name: str) -> list[str]:
    """Return `party_key`, and the keys of the name as it may be meant, if they differ.

    A watch list that asks for the plain name, in simplified characters, finds it however typed.
    """
    meant = [_without_form(match_key("".join(_words(one)))) for one in (name, *unmasked(name))]
    keys = dict.fromkeys((party_key(name), *meant))
    return [key for key in keys if key]


def _without_form(key: str) -> str:
    for form in _CHINESE_FORMS:
        if key.endswith(form) and key != form:
            return key.removesuffix(form)[:KEY_CHARS_MAX]
    return key[:KEY_CHARS_MAX]


def _words(name: str) -> list[str]:
    words = _WORD.findall(unicodedata.normalize("NFKC", name).casefold())
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return words
