"""A manifest as CUSCAR, the customs cargo report: the mirror of what this package reads.

The order serves D.95B, whose references and parties stand bare at the head, and the directories
from D.96B on, which wrap them in groups: only the indicator segment differs (GIS, later GEI).
Text longer than its element is cut at blanks and, where nothing else helps, sent whole: a partner
may refuse a long line, but nobody can miss goods that were left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from waglan.manifest.model import (
    Bill,
    Equipment,
    Function,
    Goods,
    Head,
    Level,
    Part,
    Party,
    PartyRole,
    Totals,
)
from waglan.messages.edifact.tree import directory_order
from waglan.messages.edifact.write import Segment, write_blocks
from waglan.messages.envelope import Header, Interchange

LINE_MAX_CHARACTERS: Final = 35  # 3036, 3042, 7102 in D.95B
TEXT_MAX_CHARACTERS: Final = 70  # 4440 in D.95B
TEXTS_PER_FTX_MAX: Final = 5  # C108
NAME_LINES_MAX: Final = 5  # C080
STREET_LINES_MAX: Final = 4  # C059; the city's element takes a fifth line
MARKS_PER_PCI_MAX: Final = 10  # C210
CODES_PER_CST_MAX: Final = 5  # C246 repeats
CODE_MAX_CHARACTERS: Final = 17  # 3039 in D.95B
GEI_FROM: Final = "02B"  # the customs messages put GEI where GIS was

FUNCTION: Final = {
    Function.ORIGINAL: "9",
    Function.REPLACE: "5",
    Function.CHANGE: "4",
    Function.CANCEL: "1",
    Function.ADD: "2",
}
QUALIFIER: Final = {
    PartyRole.CONSIGNOR: "CZ",
    PartyRole.CONSIGNEE: "CN",
    PartyRole.NOTIFY: "NI",
    PartyRole.SUPPLIER: "SU",
    PartyRole.CARRIER: "CA",
    PartyRole.FORWARDER: "FW",
    PartyRole.OTHER: "ZZZ",
}
TRANSPORT_ID: Final = "TDT-8213"  # how a vessel's other identity stands among the references


def write_manifest(
    parts: Iterable[Part], interchange: Interchange, directory: str = "95B", *, una: bool = True
) -> bytes:
    """Return the whole interchange, one message for each part, numbered 1, 2, … within it."""
    return b"".join(write_manifest_blocks(parts, interchange, directory, una=una))


def write_manifest_blocks(
    parts: Iterable[Part], interchange: Interchange, directory: str = "95B", *, una: bool = True
) -> Iterator[bytes]:
    """Yield the same bytes block by block, for manifests too big to hold twice."""
    messages = (
        (header, segments(part, header))
        for number, part in enumerate(parts, start=1)
        for header in (cuscar_header(part, str(number), directory),)
    )
    return write_blocks(interchange, messages, una=una)


def cuscar_header(part: Part, reference: str, directory: str = "95B") -> Header:
    """Return the UNH of a part: its access reference, number and whether it is the last."""
    alone = part.number == 1 and part.is_final
    first = "C" if part.number == 1 else ""
    return Header(
        reference=reference,
        type="CUSCAR",
        version="D",
        release=directory,
        agency="UN",
        access_reference=part.key.access_reference,
        sequence=None if alone else part.number,
        first_last="" if alone else "F" if part.is_final else first,
    )


def segments(part: Part, header: Header) -> Iterator[Segment]:
    """Yield all between UNH and UNT; the indicator segment is the directory's."""
    indicator = indicator_tag(header.release)
    yield from _head(part.head)
    for box in part.equipment:
        yield from unit_segments(box)
    yield from _totals(part.totals)
    for number, bill in enumerate(part.bills, start=1):
        yield from _bill(number, bill, indicator)


def indicator_tag(release: str) -> str:
    """Return GIS for the early directories (95B), GEI for those from D.02B on."""
    return "GEI" if directory_order(release) >= directory_order(GEI_FROM) else "GIS"


def _head(head: Head) -> Iterator[Segment]:
    yield ("BGM", head.document_name, head.document, FUNCTION[head.function])
    for qualifier, number in head.references:
        if qualifier != TRANSPORT_ID:
            yield ("RFF", (qualifier, number))
    if head.carrier is not None:
        yield named("CA", head.carrier)
    if head.agent is not None:
        yield named("AG", head.agent)
    yield from voyage_segments(head)


def named(qualifier: str, name: str) -> Segment:
    """Name a party of the head: by code where the text can be one."""
    if len(name) <= CODE_MAX_CHARACTERS and " " not in name:
        return ("NAD", qualifier, name)
    return ("NAD", qualifier, "", "", _lines(name, NAME_LINES_MAX))


def voyage_segments(head: Head) -> Iterator[Segment]:
    """Yield the main carriage and her call."""
    other = next((number for kind, number in head.references if kind == TRANSPORT_ID), "")
    vessel = (head.imo, "146", "11") if head.imo else (other, "", "")
    yield (
        "TDT",
        "20",
        head.voyage or "",
        head.mode or "",
        "",
        "",
        "",
        "",
        (*vessel, head.vessel or ""),
    )
    if head.port_of_call is not None:
        yield ("LOC", "60", head.port_of_call)
    if head.customs_office is not None:
        yield ("LOC", "22", head.customs_office)
    if head.arrival is not None:
        yield ("DTM", time_element("132", head.arrival))
    if head.departure is not None:
        yield ("DTM", time_element("133", head.departure))


def time_element(qualifier: str, text: str) -> tuple[str, ...]:
    """Write ISO 8601 without a zone in its 2379 format; anything else stays as it was sent."""
    digits = "".join(c for c in text if c.isdecimal())
    shape = "".join("9" if c.isdecimal() else c for c in text)
    code = {"9999-99-99": "102", "9999-99-99T99:99": "203", "9999-99-99T99:99:99": "204"}.get(shape)
    return (qualifier, text) if code is None else (qualifier, digits, code)


def unit_segments(box: Equipment) -> Iterator[Segment]:
    """Yield a container or other unit and what hangs on it."""
    full = {None: "", True: "5", False: "4"}[box.full]
    size: str | tuple[str, ...] = (box.size_type, "102", "5") if box.size_type is not None else ""
    yield ("EQD", box.kind, box.number, size, "", "", full)
    if box.gross_mass_g is not None:
        yield measure("G", "KGM", box.gross_mass_g, 3)
    if box.tare_g is not None:
        yield measure("T", "KGM", box.tare_g, 3)
    for seal in box.seals:
        yield ("SEL", seal)
    if box.set_point_mdegc is not None:
        yield ("TMP", "2", (decimal(box.set_point_mdegc, 3), "CEL"))


def measure(kind: str, unit: str, value: int, places: int) -> Segment:
    """Write a measurement that was kept in small units in big ones."""
    return ("MEA", "AAE", kind, (unit, decimal(value, places)))


def decimal(value: int, places: int) -> str:
    """Write an integer of small units in big ones, exactly: 1500 g in kg is `1.5`."""
    whole, part = divmod(abs(value), 10**places)
    fraction = f"{part:0{places}d}".rstrip("0")
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def _totals(totals: Totals) -> Iterator[Segment]:
    if totals.gross_mass_g is not None:
        yield ("CNT", ("7", decimal(totals.gross_mass_g, 3), "KGM"))
    if totals.packages is not None:
        yield ("CNT", ("8", str(totals.packages)))
    if totals.bills is not None:
        yield ("CNT", ("10", str(totals.bills)))
    if totals.containers is not None:
        yield ("CNT", ("16", str(totals.containers)))


def _bill(number: int, bill: Bill, indicator: str) -> Iterator[Segment]:
    yield ("CNI", str(number), bill.number)
    yield ("RFF", ("BM" if bill.level is Level.MASTER else "BH", bill.number))
    if not bill.parties:  # only a party's group has room for further references
        yield from _references(bill)
    yield from total_segments(bill)
    yield from place_segments(bill)
    if bill.transhipment is not None:
        code = "28" if bill.transhipment else "23"
        yield (indicator, code) if indicator == "GIS" else (indicator, "5", code)
    for position, party in enumerate(bill.parties):
        yield party_segment(party)
        if position == 0:
            yield from _references(bill)
    for goods in bill.goods:
        yield from _goods(goods)


def _references(bill: Bill) -> Iterator[Segment]:
    if bill.parent is not None:
        yield ("RFF", ("MB", bill.parent))
    licences = (*bill.licences, *(n for goods in bill.goods for n in goods.licences))
    for licence in dict.fromkeys(licences):
        yield ("RFF", ("IP", licence))


def total_segments(bill: Bill) -> Iterator[Segment]:
    """Yield the totals of a bill."""
    if bill.gross_mass_g is not None:
        yield ("CNT", ("7", decimal(bill.gross_mass_g, 3), "KGM"))
    if bill.packages is not None:
        yield ("CNT", ("8", str(bill.packages)))
    if bill.volume_cm3 is not None:
        yield ("CNT", ("15", decimal(bill.volume_cm3, 6), "MTQ"))
    if bill.houses is not None:
        yield ("CNT", ("10", str(bill.houses)))


def place_segments(bill: Bill) -> Iterator[Segment]:
    """Yield the places of the carriage."""
    if bill.place_of_loading is not None:
        yield ("LOC", "9", bill.place_of_loading)
    if bill.port_of_discharge is not None:
        yield ("LOC", "11", bill.port_of_discharge)
    if bill.place_of_delivery is not None:
        yield ("LOC", "7", bill.place_of_delivery)
    if bill.place_of_transhipment is not None:
        yield ("LOC", "13", bill.place_of_transhipment)


def party_segment(party: Party) -> Segment:
    """Write a party with name and address."""
    lines = _address(party.address)
    return (
        "NAD",
        party.qualifier or QUALIFIER[party.role],
        party.code or "",
        "",
        _lines(party.name, NAME_LINES_MAX),
        tuple(lines[:STREET_LINES_MAX]),
        ", ".join(lines[STREET_LINES_MAX:]),
    )


def _address(text: str) -> list[str]:
    """Cut an address where its writer put commas, filling each line; nothing is left out."""
    lines: list[str] = []
    for piece in text.split(", ") if text else ():
        room = lines and len(lines[-1]) + 2 + len(piece) <= LINE_MAX_CHARACTERS
        if room:
            lines[-1] = f"{lines[-1]}, {piece}"
        else:
            lines.append(piece)
    return lines


def _lines(text: str, lines_max: int, size: int = LINE_MAX_CHARACTERS) -> tuple[str, ...]:
    """Cut at blanks into lines of at most `size`; the last line takes whatever is left."""
    lines = wrapped(text, size)
    return (*lines[: lines_max - 1], " ".join(lines[lines_max - 1 :])) if lines else ()


def wrapped(text: str, size: int) -> list[str]:
    """Cut a text at blanks into lines of at most `size` characters."""
    if len(text) <= size:
        return [text] if text else []
    lines: list[str] = []
    for word in text.split():
        for start in range(0, len(word), size):
            piece = word[start : start + size]
            if lines and not start and len(lines[-1]) + 1 + len(piece) <= size:
                lines[-1] = f"{lines[-1]} {piece}"
            else:
                lines.append(piece)
    return lines


def _goods(goods: Goods) -> Iterator[Segment]:
    count = "" if goods.packages is None else str(goods.packages)
    yield ("GID", str(goods.number), (count, goods.package_kind or ""))
    yield from description(goods)
    if goods.gross_mass_g is not None:
        yield measure("G", "KGM", goods.gross_mass_g, 3)
    if goods.volume_cm3 is not None:
        yield measure("AAW", "MTQ", goods.volume_cm3, 6)
    for package in goods.stowed:
        yield ("SGP", package.container, "" if package.count is None else str(package.count))
    for number in goods.dangerous:
        yield ("DGS", "IMD", "", number)
    if goods.marks:
        for marks in batches(goods.marks.split("\n"), MARKS_PER_PCI_MAX):
            yield ("PCI", "", marks)
    for codes in batches(goods.hs_codes, CODES_PER_CST_MAX):
        yield ("CST", str(goods.number), *codes)


def description(goods: Goods) -> Iterator[Segment]:
    """Yield the description of an item, in as many texts as it takes."""
    for texts in batches(wrapped(goods.description, TEXT_MAX_CHARACTERS), TEXTS_PER_FTX_MAX):
        yield ("FTX", "AAA", "", "", texts)


def batches(items: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """Yield the items in tuples of at most `size`."""
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])
