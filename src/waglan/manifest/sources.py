"""What each kind of paper tells of a draft's fields.

A bill is known by its number: blanks, signs and case don't count. Where papers write it in
two ways, its number is a conflict, for they may mean two bills. A paper that knows the booking
only is tied to the one bill that another paper names with that booking; where there are several,
or none, it stays under the booking until a person says which bill it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from waglan.cargo.movement import Box
from waglan.manifest.draft_field import Scalar, key_for, read_value
from waglan.manifest.instruction import Instruction, InstructionKind
from waglan.manifest.model import Bill, Equipment, Goods, Head, Manifest, Party, PartyRole
from waglan.manifest.prefill import Claim, Source, SourceKind
from waglan.manifest.verified_mass import VerifiedMassList

# The bill that a booking number stands for, both as keys.
Bookings: TypeAlias = "Mapping[str, str]"

_HEAD = ("vessel", "imo", "voyage", "carrier", "agent", "port_of_call", "arrival", "departure")
_BILL = (
    "number", "parent", "place_of_loading", "port_of_discharge", "place_of_delivery",
    "place_of_transhipment", "transhipment", "reefer", "packages", "gross_mass_g", "volume_cm3",
    "licences", "houses",
)  # fmt: skip
_GOODS = (
    "description", "marks", "package_kind", "packages", "gross_mass_g", "volume_cm3", "dangerous",
    "hs_codes", "licences",
)  # fmt: skip
_BOX = ("size_type", "full", "gross_mass_g", "tare_g", "seals", "set_point_mdegc")
_PARTIES = {
    PartyRole.CONSIGNOR: "consignor",
    PartyRole.CONSIGNEE: "consignee",
    PartyRole.NOTIFY: "notify",
    PartyRole.FORWARDER: "forwarder",
}


def bookings_in(instructions: Iterable[Instruction]) -> dict[str, str]:
    """Return which bill each booking stands for, leaving out bookings of several bills."""
    bills: dict[str, set[str]] = {}
    for one in instructions:
        if one.booking and one.bill.number.strip() and not _is_named_only(one):
            bills.setdefault(key_for(one.booking), set()).add(key_for(one.bill.number))
    return {booking: next(iter(found)) for booking, found in bills.items() if len(found) == 1}


def of_manifest(
    manifest: Manifest, source: Source, bills: frozenset[str] | None = None
) -> list[Claim]:
    """Return what a filing tells: its head, these bills (by key; None: all), and their boxes."""
    wanted = [bill for bill in manifest.bills if bills is None or key_for(bill.number) in bills]
    stowed = {key_for(p.container) for b in wanted for g in b.goods for p in g.stowed}
    boxes = [box for box in manifest.equipment if key_for(box.number) in stowed]
    return [
        *_of_head(manifest.head, source),
        *(claim for bill in wanted for claim in _of_bill(bill, key_for(bill.number), source)),
        *_of_boxes(boxes, source),
    ]


def of_instruction(instruction: Instruction, source: Source, bookings: Bookings) -> list[Claim]:
    """Return what a booking, a shipping instruction or a house list tells.

    The source's kind follows from the paper's own: a house list gives house data.
    """
    kind = {
        InstructionKind.BOOKING: SourceKind.BOOKING,
        InstructionKind.SHIPPING_INSTRUCTION: SourceKind.INSTRUCTION,
        InstructionKind.HOUSE_LIST: SourceKind.HOUSE_DATA,
    }[instruction.kind]
    source = replace(source, kind=kind)
    booking = key_for(instruction.booking or "")
    key = key_for(instruction.bill.number) or bookings.get(booking, f"BOOKING-{booking}")
    found = [*_of_head(instruction.head, source)]
    if key != "BOOKING-" and not _is_named_only(instruction):
        found += _told(f"bills/{key}", {"booking": instruction.booking}, source)
        found += _of_bill(instruction.bill, key, source)
    for house in instruction.houses:
        if key_for(house.number):
            found += _of_bill(house, key_for(house.number), source)
    return [*found, *_of_boxes(instruction.equipment, source)]


def of_verified_masses(masses: VerifiedMassList, source: Source) -> list[Claim]:
    """Return the verified masses and the seals told with them; they say nothing of the goods."""
    return [
        claim
        for mass in masses.masses
        if key_for(mass.container)
        for claim in _told(
            f"boxes/{key_for(mass.container)}",
            {"verified_mass_g": mass.gross_mass_g or None, "seals": mass.seals},
            replace(source, place=f"{source.place} {mass.container}".strip()),
        )
    ]


def of_boxes_seen(boxes: Iterable[Box], source: Source) -> list[Claim]:
    """Return what quay or planner tells of containers: neither parties nor goods."""
    return [
        claim
        for box in boxes
        if key_for(box.number)
        for claim in _told(
            f"boxes/{key_for(box.number)}",
            {
                **{name: getattr(box, name) for name in _BOX},
                "verified_mass_g": box.verified_mass_g or None,  # none is zero
            },
            source,
        )
    ]


def _is_named_only(instruction: Instruction) -> bool:
    """Tell whether a house list says no more of its master than what each house says of it."""
    bill = instruction.bill
    return instruction.kind is InstructionKind.HOUSE_LIST and bill == Bill(bill.number, bill.level)


def _of_head(head: Head, source: Source) -> Iterator[Claim]:
    return _told("head", {name: getattr(head, name) for name in _HEAD}, source)


def _of_bill(bill: Bill, key: str, source: Source) -> Iterator[Claim]:
    at = f"bills/{key}"
    place = f"{source.place} {bill.number}".strip()
    source = replace(source, place=place)
    yield from _told(
        at, {**{name: getattr(bill, name) for name in _BILL}, "level": bill.level.value}, source
    )
    seen: set[str] = set()
    for party in bill.parties:
        name = _PARTIES.get(party.role)
        if name is not None and name not in seen:
            seen.add(name)
            yield from _of_party(party, f"{at}/{name}", source)
    if bill.goods:
        yield from _told(at, {"item_count": len(bill.goods)}, source)
    for n, goods in enumerate(bill.goods, 1):
        yield from _of_goods(goods, f"{at}/goods/{n}", source)


def _of_party(party: Party, at: str, source: Source) -> Iterator[Claim]:
    return _told(at, {"name": party.name, "address": party.address, "code": party.code}, source)


def _of_goods(goods: Goods, at: str, source: Source) -> Iterator[Claim]:
    yield from _told(at, {name: getattr(goods, name) for name in _GOODS}, source)
    counts: dict[str, list[int | None]] = {}
    for package in goods.stowed:
        if key_for(package.container):
            counts.setdefault(key_for(package.container), []).append(package.count)
    yield from _told(at, {"containers": tuple(counts)}, source)
    known = {box: sum(n or 0 for n in found) for box, found in counts.items() if None not in found}
    yield from _told(f"{at}/stowed", known, source)


def _of_boxes(boxes: Sequence[Equipment], source: Source) -> Iterator[Claim]:
    for box in boxes:
        if key_for(box.number):
            told = {name: getattr(box, name) for name in _BOX}
            yield from _told(f"boxes/{key_for(box.number)}", told, source)


def _told(at: str, told: Mapping[str, object], source: Source) -> Iterator[Claim]:
    """Yield a claim for each field that the paper fills; what it leaves out it does not tell."""
    for name, value in told.items():
        cleaned = _cleaned(value)
        if cleaned is not None:
            read, _ = read_value(f"{at}/{name}", cleaned)
            yield Claim(f"{at}/{name}", cleaned if read is None else read, source)


def _cleaned(value: object) -> Scalar | None:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, tuple):
        codes = tuple(" ".join(str(one).split()) for one in value if str(one).strip())
        return codes or None
    return value if isinstance(value, int) else None
