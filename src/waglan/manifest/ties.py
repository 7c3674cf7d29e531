"""What ties papers to one consignment: bills, bookings and voyages; a container alone does not.

A box is packed again and again, for others and on other ships. What names a container of a
consignment belongs to it only if it names its bill or the one above, its booking, or its voyage
as well; or if somebody asked for that very box.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from waglan.manifest.call import Voyage, is_same_call
from waglan.manifest.draft_field import key_for
from waglan.manifest.instruction import Instruction
from waglan.manifest.model import Bill, Head
from waglan.manifest.verified_mass import VerifiedMassList


@dataclass(frozen=True, slots=True)
class Ties:
    """What is known of one consignment, numbers as keys; `asked` is what somebody named himself."""

    asked: frozenset[str]
    bills: frozenset[str]
    bookings: frozenset[str]
    voyages: tuple[Voyage, ...]

    def hold(self, instruction: Instruction) -> bool:
        """Whether a paper that names one of the boxes is of this consignment."""
        return (
            not self.bills.isdisjoint(_numbers([instruction.bill, *instruction.houses]))
            or key_for(instruction.booking or "") in self.bookings
            or self.hold_voyage(_voyage(instruction.head))
        )

    def hold_voyage(self, voyage: Voyage) -> bool:
        """Whether one of its ships went on this voyage, whatever the port."""
        return any(is_same_call(one, replace(voyage, port=None)) for one in self.voyages)

    def held(self, masses: VerifiedMassList) -> VerifiedMassList:
        """Return the masses that are of this consignment: they name its bill, booking or box."""
        known = self.asked | self.bills
        return replace(
            masses,
            masses=tuple(
                one
                for one in masses.masses
                if not known.isdisjoint(_keys([*one.bills, one.container]))
                or key_for(one.booking or "") in self.bookings
            ),
        )


def ties_of(
    asked: Iterable[str], papers: Iterable[Instruction], filed: Iterable[tuple[Head, Bill]]
) -> Ties:
    """Return what ties further papers to those that name what somebody asked for."""
    told, declared, keys = [*papers], [*filed], _keys(asked)
    heads = [*(one.head for one in told), *(head for head, _ in declared)]
    bills = [bill for one in told for bill in (one.bill, *one.houses)]
    return Ties(
        keys,
        keys | _numbers([*bills, *(bill for _, bill in declared)]),
        keys | _keys(one.booking for one in told),
        tuple(dict.fromkeys(map(_voyage, heads))),
    )


def _numbers(bills: Iterable[Bill]) -> frozenset[str]:
    return _keys(number for bill in bills for number in (bill.number, bill.parent))


def _keys(numbers: Iterable[str | None]) -> frozenset[str]:
    return frozenset(key for one in numbers if (key := key_for(one or "")))


def _voyage(head: Head) -> Voyage:
    return Voyage(head.voyage, head.imo, head.vessel)
