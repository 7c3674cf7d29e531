"""What the name of a party says: nobody, somebody elsewhere, or a firm to be matched by a key."""

import re
import unicodedata

from waglan.codes.chinese import match_key, meanings, unmasked
from waglan.manifest.model import Bill, Party, PartyRole

# Names that stand where somebody did not know, or did not want to say. Compared without blanks,
# dots and strokes, so that "N/A", "n.a." and "NA" are one; Chinese in simplified characters.
_NOBODY = frozenset(
    {
        *("", "na", "nil", "none", "noname", "null", "unknown", "notknown", "blank", "empty"),
        *("tba", "tbc", "tbd", "tbn", "tobeadvised", "tobeannounced", "tobeconfirmed"),
        *("tobenominated", "tobenamed", "x", "xx", "xxx", "xxxx", "dummy", "test", "private"),
        *("asperattached", "asperinvoice", "asperbl", "seeattached", "consignor", "consignee"),
        *("shipper", "notify", "notifyparty", "不详", "未知", "待定", "待通知", "待指示", "无"),
        *("没有", "未定", "收货人", "发货人", "托运人", "收件人", "寄件人", "通知人", "通知方"),
    }
)
_NOISE = re.compile(r"[\W_]+")
_ORDER = re.compile(
    r"\W*(?:(?:to\s+(?:the\s+)?)?order\b|to\s+(?:the\s+)?(?:bearer|holder)\b|bearer\W*$"
    r"|凭.{0,60}指示|(?:[由按].{0,60})?指示(?:人|抬头|提单)?\W*$|(?:来|持票|提单持有)人\W*$)",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"\W*(?:same\s+as\s+(?:the\s+|\w+\s+)?(?:above|below|consignee|consignor|shipper|notify|cnee"
    r"|exporter|importer|buyer|seller|receiver)\b|(?:same|as\s+above|ditto)\W*$"
    r"|(?:[同与].{0,4}(?:收货人|发货人|托运人|通知人|通知方)|同上)(?:相同|一致)?\W*$)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_LEGAL_FORMS = frozenset(
    {"ltd", "limited", "co", "company", "inc", "corp", "corporation", "llc", "plc", "gmbh", "hk"}
)
_CHINESE_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "公司")
# Python 3.11 is slow to find a member by its name.
_CONSIGNOR, _CONSIGNEE = PartyRole.CONSIGNOR, PartyRole.CONSIGNEE
KEY_CHARS_MAX = 300
NOBODY_CHARS_MAX = 40  # what is as long holds more than a placeholder, if it holds a letter


def trade_of(bill: Bill) -> tuple[Party, Party] | None:
    """Return consignor and consignee, of several the last; None unless the bill has both."""
    consignor = consignee = None
    for party in bill.parties:
        if party.role is _CONSIGNOR:
            consignor = party
        elif party.role is _CONSIGNEE:
            consignee = party
    return (consignor, consignee) if consignor and consignee else None


def names_nobody(name: str) -> bool:
    """Whether the name is a placeholder such as `TBA`, `N/A` or `-`, or shows nothing at all."""
    if len(name) >= NOBODY_CHARS_MAX:
        return not any(char.isalnum() for char in name)
    if name.isascii():
        if name.isalnum():  # no blank and no stroke to take out
            return name.casefold() in _NOBODY
        return _NOISE.sub("", name).casefold() in _NOBODY
    return any([_NOISE.sub("", one) in _NOBODY for one in meanings(name)])


def is_order(name: str) -> bool:
    """Whether the bill is made out to order, so that whoever holds it may claim the goods."""
    if name.isascii():
        return _ORDER.match(name) is not None
    return any([_ORDER.match(one) for one in meanings(name)])


def points_elsewhere(name: str) -> bool:
    """Whether the name only points at another party: `SAME AS CONSIGNEE`."""
    if name.isascii():
        return _SAME.match(name) is not None
    return any([_SAME.match(one) for one in meanings(name)])


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
    key, others = party_key(name), unmasked(name)
    if name.isascii() and not others:
        return [key] if key else []
    keys = dict.fromkeys((key, *map(meant_key, (name, *others))))
    return [key for key in keys if key]


def meant_key(name: str) -> str:
    """Return that of the `party_keys` which a plainly written name has, however it is typed."""
    return _without_form(match_key("".join(_words(name))))


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
