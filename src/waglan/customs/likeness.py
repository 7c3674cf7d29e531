"""Whether a bill may be of the goods that another was held for: by number, container, or trade."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from waglan.codes.chinese import match_key, meanings
from waglan.codes.container import ContainerNo, is_right
from waglan.customs.coded import plain_code
from waglan.customs.party_name import is_order, meant_key, names_nobody, points_elsewhere
from waglan.manifest.model import Bill

_WORD = re.compile(r"[^\W_]+")
_BOX = re.compile("[A-Z]{4}[0-9]{7}")  # owner, serial number, check digit
_OWNER = 4
# What is taken for a letter among the digits of a number, and for a digit among its letters.
_DIGITS = str.maketrans("OIL", "011")
_LETTERS = str.maketrans("01", "OI")
NO_NUMBER = ""  # of what is compared by its goods alone
ANEW_MAX = timedelta(days=60)  # the project's own: a box goes round, and a trader comes again


@dataclass(frozen=True, slots=True)
class Likeness:
    """What tells a bill's goods apart: its number, their containers, and who gets which of them."""

    number: str  # however it is typed
    boxes: frozenset[str]
    consignees: frozenset[str]  # the keys of his name as it may be meant; none where it is nobody's
    goods: frozenset[str]  # the keys of their descriptions

    def shared(self, other: "Likeness") -> "Shared":
        """Return what both name."""
        is_trade = bool(self.consignees & other.consignees) and bool(self.goods & other.goods)
        is_number = self.number == other.number != NO_NUMBER
        return Shared(self.boxes & other.boxes, is_trade, is_number)

    def joined(self, earlier: "Likeness") -> "Likeness":
        """Return what tells the goods apart of which the bill spoke now or earlier."""
        return Likeness(
            self.number,
            self.boxes | earlier.boxes,
            self.consignees | earlier.consignees,
            self.goods | earlier.goods,
        )

    def left(self, now: "Likeness", boxes: Collection[str]) -> "Likeness":
        """Return what the bill spoke of then and does not now; `boxes` are those it left since."""
        is_his = bool(self.consignees & now.consignees)
        goods = self.goods - now.goods if is_his else self.goods
        whose = self.consignees if goods else frozenset[str]()
        return Likeness(NO_NUMBER, frozenset(boxes) - now.boxes, whose, goods)


@dataclass(frozen=True, slots=True)
class Shared:
    """In what two bills are alike."""

    boxes: frozenset[str]
    is_trade: bool  # one consignee gets goods of one description by both
    is_number: bool

    def __bool__(self) -> bool:
        """Whether they are alike at all."""
        return bool(self.boxes) or self.is_trade or self.is_number

    def beyond(self, before: "Shared") -> "Shared":
        """Return in what they are alike now and were not before."""
        return Shared(
            self.boxes - before.boxes,
            self.is_trade and not before.is_trade,
            self.is_number and not before.is_number,
        )


def likeness(bill: Bill, consignee: str) -> Likeness:
    """Return what a bill is compared by; names and descriptions however they were typed."""
    described = frozenset[str]().union(*[goods_keys(item.description) for item in bill.goods])
    return Likeness(
        number_key(bill.number),
        frozenset(bare_box(package.container) for item in bill.goods for package in item.stowed),
        consignee_keys(consignee),
        described,
    )


def number_key(number: str) -> str:
    """Return what a bill's number is compared by: in plain capitals and digits alone.

    No shape says where its letters end, so all that pass for a digit are taken for it.
    """
    plain = number.upper() if number.isascii() and number.isalnum() else plain_code(number)
    return plain.translate(_DIGITS)


def bare_box(container: str) -> str:
    """Return a container's number however it is typed: in plain capitals and digits alone.

    Four letters and seven digits make a number, so an O among the digits is a zero, and the last
    digit follows from the others: who types it wrong means the same container.
    """
    if is_right(container):
        return container
    plain = plain_code(container)
    meant = plain[:_OWNER].translate(_LETTERS) + plain[_OWNER:].translate(_DIGITS)
    if not _BOX.fullmatch(meant):
        return plain
    return f"{meant[:-1]}{ContainerNo(meant).check_digit}"


def box_unread(bill: Bill) -> str | None:
    """Return the first container of a bill that is no number, so that nobody knows which it is."""
    boxes = (package.container for item in bill.goods for package in item.stowed)
    return next((box for box in boxes if not is_right(box)), None)


def goods_keys(description: str) -> frozenset[str]:
    """Return what descriptions are compared by: the whole however typed, and its words in order."""
    keys = set[str]()
    for meant in meanings(description):
        words = sorted(map(match_key, _WORD.findall(meant)))
        keys |= {match_key(meant), " ".join(words)}
    return frozenset(keys - {""})


def consignee_keys(name: str) -> frozenset[str]:
    """Return what a consignee is known by, as a table's `consignee_keys`; none if it is nobody."""
    if names_nobody(name) or is_order(name) or points_elsewhere(name):
        return frozenset()
    return frozenset(map(meant_key, meanings(name))) - {""}
