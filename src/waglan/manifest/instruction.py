"""What a carrier is told before the manifest: bookings, shipping instructions, house lists.

The words are those of the manifest, so that a draft can be filled from them field by field. An
instruction declares nothing to customs: it is a source, and it may say very little.
"""

from enum import Enum

import msgspec

from waglan.manifest.model import Bill, Equipment, Function, Head


class InstructionKind(Enum):
    """Which of the papers before a manifest it is."""

    BOOKING = "booking"
    SHIPPING_INSTRUCTION = "shipping-instruction"
    HOUSE_LIST = "house-list"


class Instruction(msgspec.Struct, frozen=True, gc=False):
    """One consignment as its sender wants it carried. Times as ISO 8601, as sent.

    `head` says what is told of vessel, voyage and places of the call; its document number is the
    instruction's own. `bill` is the bill that is asked for: its number is empty as long as nobody
    has given one. `houses` are the bills below it, where the instruction lists them.
    """

    kind: InstructionKind
    head: Head
    bill: Bill
    equipment: tuple[Equipment, ...] = ()
    houses: tuple[Bill, ...] = ()
    booking: str | None = None  # RFF BN: the carrier's number for the booking
    carrier: str | None = None  # as sent: a code, or a name where there is none
    issued_at: str | None = None

    @property
    def number(self) -> str:
        """The instruction's own document number."""
        return self.head.document

    @property
    def function(self) -> Function:
        """What it does to the instruction of the same number before it."""
        return self.head.function
