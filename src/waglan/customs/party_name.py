"""What the name of a party says when it names nobody."""

import re

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


def names_nobody(name: str) -> bool:
    """Whether the name is a placeholder such as `TBA`, `N/A` or `-`."""
    return len(name) < 40 and _NOISE.sub("", name).casefold() in _NOBODY


def is_order(name: str) -> bool:
    """Whether the bill is made out to order, so that whoever holds it may claim the goods."""
    return _ORDER.match(name) is not None


def points_elsewhere(name: str) -> bool:
    """Whether the name only points at another party: `SAME AS CONSIGNEE`."""
    return _SAME.match(name) is not None
