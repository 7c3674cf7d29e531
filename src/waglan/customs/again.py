"""What becomes of a bill that was decided before, when its filer files it anew.

A filer must not get rid of what customs wants by writing his bill another way. So a machine never
takes back what an officer decided, nor what a table or the sample wanted; it only asks for more, or
takes back the question for documents that the amended bill answers. What an officer concluded of
the goods holds for what he had before him: of a bill that says something else he decides anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from waglan.codes.customs_status import CustomsStatus
from waglan.customs.status import DECIDES, GRAVITY, NEXT
from waglan.manifest.model import Bill, Equipment


@dataclass(frozen=True, slots=True)
class Standing:
    """How a bill stood before its newest version was judged."""

    status: CustomsStatus
    is_officers: bool  # decided by hand
    is_targeted: bool  # wanted by a table or the sample, not by the open rules alone


def stands(before: Standing | None, wanted: CustomsStatus) -> CustomsStatus:
    """Return the status of the bill as filed anew, of which a standing order wants `wanted`."""
    if before is None:
        return wanted
    asked_openly = before.status is CustomsStatus.DOCUMENTS_ASKED and not before.is_targeted
    if asked_openly and not before.is_officers:
        return wanted
    return wanted if _is_graver(before.status, wanted) else before.status


# What lets a bill go, or asks no more of it than a paper.
LIGHT = frozenset(
    {CustomsStatus.NOT_SELECTED, CustomsStatus.DOCUMENTS_ASKED}
    | {CustomsStatus.CLEARED, CustomsStatus.CONDITIONALLY_CLEARED}
)


def asks_more(held: CustomsStatus, own: CustomsStatus) -> bool:
    """Whether what customs wants of a bill elsewhere is more than what it wants of it here."""
    lets_go = (CustomsStatus.NOT_SELECTED, CustomsStatus.CLEARED)
    return own in LIGHT and held not in (own, *lets_go)


@dataclass(frozen=True, slots=True)
class BillVersion:
    """What one version of a manifest says of a bill: itself, and its boxes as listed."""

    bill: Bill
    boxes: frozenset[Equipment]


def boxes_of(bill: Bill) -> frozenset[str]:
    """Return the numbers of the boxes that a bill's goods are in, as sent."""
    return frozenset([package.container for item in bill.goods for package in item.stowed])


def said_of(bill: Bill, listed: Mapping[str, Equipment]) -> BillVersion:
    """Return what is said of a bill; `listed` are the boxes of its manifest, by number.

    Where in a message it stands makes no difference.
    """
    own = [listed[number] for number in boxes_of(bill) if number in listed]
    boxes = [replace(box, segment=None, part=1) for box in own]
    return BillVersion(replace(bill, segment=None, part=1), frozenset(boxes))


def _is_graver(before: CustomsStatus, wanted: CustomsStatus) -> bool:
    if before not in GRAVITY or (before, DECIDES[wanted]) not in NEXT:
        return False
    return GRAVITY.index(wanted) > GRAVITY.index(before)
