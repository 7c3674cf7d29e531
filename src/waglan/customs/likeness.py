"""Whether a bill may be of the goods that another one was held for: by container, or by trade."""

import re
from dataclasses import dataclass
from datetime import timedelta

from waglan.codes.chinese import match_key, plainly
from waglan.customs.party_name import is_order, meant_key, names_nobody, points_elsewhere
from waglan.manifest.model import Bill

_WORD = re.compile(r"[^\W_]+")
ANEW_MAX = timedelta(days=60)  # the project's own: a box goes round, and a trader comes again


@dataclass(frozen=True, slots=True)
class Likeness:
    """What tells a bill's goods apart: their containers, and who gets which of them."""

    boxes: frozenset[str]
    consignee: str  # his key; "" where nobody is named
    goods: frozenset[str]  # the keys of their descriptions

    def boxes_of(self, other: "Likeness") -> tuple[str, ...]:
        """Return the containers that both name."""
        return tuple(sorted(self.boxes & other.boxes))

    def is_trade_of(self, other: "Likeness") -> bool:
        """Whether one consignee gets goods of one description by both."""
        is_his = bool(self.consignee) and self.consignee == other.consignee
        return is_his and bool(self.goods & other.goods)


def likeness(bill: Bill, consignee: str) -> Likeness:
    """Return what a bill is compared by; names and descriptions however they were typed."""
    described = frozenset[str]().union(*[goods_keys(item.description) for item in bill.goods])
    return Likeness(
        frozenset(bare_box(package.container) for item in bill.goods for package in item.stowed),
        consignee_key(consignee),
        described,
    )


def bare_box(container: str) -> str:
    """Return a container's number without blanks and signs, in capitals."""
    return "".join(filter(str.isalnum, container)).upper()


def goods_keys(description: str) -> frozenset[str]:
    """Return what descriptions are compared by: the whole however typed, and its words in order."""
    plain = plainly(description)
    words = sorted(map(match_key, _WORD.findall(plain)))
    return frozenset({match_key(plain), " ".join(words)} - {""})


def consignee_key(name: str) -> str:
    """Return what a consignee is known by; "" where the name is nobody's."""
    if names_nobody(name) or is_order(name) or points_elsewhere(name):
        return ""
    return meant_key(plainly(name))
