"""A booking or a shipping instruction as IFTMIN: the mirror of what this package reads."""

from collections.abc import Iterator
from typing import Final

from waglan.manifest.instruction import Instruction, InstructionKind
from waglan.manifest.model import Bill, Goods, Head, Level
from waglan.messages.edifact import cuscar_write as cuscar
from waglan.messages.edifact.cuscar_write import FUNCTION, TRANSPORT_ID, measure, time_element
from waglan.messages.edifact.write import Segment, write
from waglan.messages.envelope import Header, Interchange

NAME: Final = {InstructionKind.BOOKING: "335", InstructionKind.SHIPPING_INSTRUCTION: "340"}  # 1001
CODES_PER_PIA_MAX: Final = 5  # C212 repeats
REEFER: Final = "2"  # 6245: transport temperature


def write_instruction(
    told: Instruction, interchange: Interchange, directory: str = "99B", *, una: bool = True
) -> bytes:
    """Return the whole interchange, with the one message that the instruction makes.

    A list of houses has no IFTMIN: it is many consignments, and is sent as JSON or a sheet.
    """
    if told.kind is InstructionKind.HOUSE_LIST:
        raise ValueError("a house list is no single consignment")
    header = Header("1", "IFTMIN", "D", directory, "UN")
    return write(interchange, [(header, segments(told))], una=una)


def segments(told: Instruction) -> Iterator[Segment]:
    """Yield all between UNH and UNT."""
    head, bill = told.head, told.bill
    yield ("BGM", head.document_name or NAME[told.kind], head.document, FUNCTION[head.function])
    if told.issued_at is not None:
        yield ("DTM", time_element("137", told.issued_at))
    yield from cuscar.total_segments(bill)
    yield from cuscar.place_segments(bill)
    yield from _references(told)
    yield from _transport(head)
    if head.carrier is not None:
        yield cuscar.named("CA", head.carrier)
    if head.agent is not None:
        yield cuscar.named("AG", head.agent)
    for party in bill.parties:
        yield cuscar.party_segment(party)
    for goods in bill.goods:
        yield from _goods(goods, bill)
    for unit in told.equipment:
        yield from cuscar.unit_segments(unit)


def _references(told: Instruction) -> Iterator[Segment]:
    bill = told.bill
    if told.booking is not None:
        yield ("RFF", ("BN", told.booking))
    if bill.number:
        yield ("RFF", ("BM" if bill.level is Level.MASTER else "BH", bill.number))
    if bill.parent is not None:
        yield ("RFF", ("MB", bill.parent))
    for licence in bill.licences:
        yield ("RFF", ("IP", licence))
    for qualifier, number in told.head.references:
        if qualifier != TRANSPORT_ID:
            yield ("RFF", (qualifier, number))


def _transport(head: Head) -> Iterator[Segment]:
    """Only what is said of the ship; places of her call belong to a cargo report."""
    bare = Head("", vessel=head.vessel, imo=head.imo, voyage=head.voyage, mode=head.mode)
    bare_of_times = (head.arrival, head.departure) == (None, None)
    others = [number for kind, number in head.references if kind == TRANSPORT_ID]
    if bare == Head("") and not others and bare_of_times:
        return
    for segment in cuscar.voyage_segments(head):
        if segment[0] != "LOC":
            yield segment


def _goods(goods: Goods, bill: Bill) -> Iterator[Segment]:
    count = "" if goods.packages is None else str(goods.packages)
    yield ("GID", str(goods.number), (count, goods.package_kind or ""))
    if bill.reefer:
        yield ("TMP", REEFER)
    for codes in cuscar.batches(goods.hs_codes, CODES_PER_PIA_MAX):
        yield ("PIA", "5", *((code, "HS") for code in codes))
    yield from cuscar.description(goods)
    yield from _measures(goods)
    for licence in goods.licences:
        yield ("RFF", ("IP", licence))
    if goods.marks:
        for marks in cuscar.batches(goods.marks.split("\n"), cuscar.MARKS_PER_PCI_MAX):
            yield ("PCI", "", marks)
    for package in goods.stowed:
        yield ("SGP", package.container, "" if package.count is None else str(package.count))
    for number in goods.dangerous:
        yield ("DGS", "IMD", "", number)


def _measures(goods: Goods) -> Iterator[Segment]:
    if goods.gross_mass_g is not None:
        yield measure("G", "KGM", goods.gross_mass_g, 3)
    if goods.volume_cm3 is not None:
        yield measure("AAW", "MTQ", goods.volume_cm3, 6)
