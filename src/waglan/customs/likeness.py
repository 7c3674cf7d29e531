"""Whether a bill may be of the goods that another one was held for: by container, or by trade."""

from dataclasses import dataclass
from datetime import timedelta

from waglan.codes.chinese import match_key, plainly
from waglan.customs.party_name import is_order, meant_key, names_nobody, points_elsewhere
from waglan.manifest.model import Bill

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
    is_nobody = names_nobody(consignee) or is_order(consignee) or points_elsewhere(consignee)
    described = {match_key(plainly(item.description)) for item in bill.goods}
    return Likeness(
        frozenset(
            "".join(package.container.split()).upper()
            for item in bill.goods
            for package in item.stowed
        ),
        "" if is_nobody else meant_key(plainly(consignee)),
        frozenset(described - {""}),
    )
