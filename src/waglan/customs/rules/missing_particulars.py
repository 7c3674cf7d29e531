"""HK-60C: a manifest must give the particulars of the Import and Export Manifests Notice.

A particular that the notice asks for "where applicable" (licence number, container numbers) can't
be missed from the file alone, so it is not asked for here. A house may leave to its master what one
voyage settles for both: place of loading, transhipment, kind of container.
"""

from collections.abc import Iterator
from datetime import date

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import is_blank
from waglan.customs.coded import country_of, place_code
from waglan.customs.party_name import is_order, trade_of
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.call import time_of
from waglan.manifest.model import Bill, Head, Manifest, Party, PartyRole

CODE = "HK-60C"
KIND = Kind.LAW
SOURCE = (
    "Import and Export Manifests Notice (Cap. 60C), paragraphs 2 and 3, L.N. 396 of 1983: "
    "https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice"
)
CHECKED_ON = date(2026, 11, 22)
IN_FORCE_FROM = date(1984, 1, 1)  # "shall, from 1 January 1984, contain"

# Python 3.11 is slow to find a member by its name.
_CONSIGNOR, _CONSIGNEE = PartyRole.CONSIGNOR, PartyRole.CONSIGNEE
# UN/EDIFACT 8067. For a vessel the notice wants weight and volume, for all else one of the two.
_VESSEL_MODES = frozenset({"1", "8"})
# UN/ECE recommendation 21: cargo in bulk, which has no number of packages.
_BULK = frozenset({"VG", "VL", "VO", "VQ", "VR", "VS", "VY"})


def check(manifest: Manifest) -> list[Finding]:
    """Return one finding for each particular that a bill, or the manifest's head, leaves out."""
    typed_boxes = {box.number for box in manifest.equipment if box.size_type}
    found = list(_of_head(manifest.head))
    short = [bill for bill in manifest.bills if not _says_all(bill, typed_boxes)]
    if not short:
        return found
    by_vessel = manifest.head.mode in _VESSEL_MODES
    by_number = dict[str, list[Bill]]()
    for bill in manifest.bills:
        by_number.setdefault(bill.number, []).append(bill)
    for bill in short:
        found += _of_goods(bill)
        found += _of_size(bill, by_vessel)
        found += _of_parties(bill)
        if not _settled_by_voyage(bill, typed_boxes):
            found += _of_voyage(bill, _with_masters(bill, by_number), typed_boxes)
    return found


def _says_all(bill: Bill, typed_boxes: set[str]) -> bool:
    """Whether all that the notice can ask for is there, at one glance, as on most bills."""
    if not bill.goods or not _settled_by_voyage(bill, typed_boxes):
        return False
    to_weigh, to_measure = bill.gross_mass_g is None, bill.volume_cm3 is None
    for item in bill.goods:
        if item.packages is None or is_blank(item.description) or is_blank(item.marks):
            return False
        if (to_weigh and item.gross_mass_g is None) or (to_measure and item.volume_cm3 is None):
            return False
    trade = trade_of(bill)
    return trade is not None and _is_whole(trade[0]) and _is_whole(trade[1])


def _of_head(head: Head) -> Iterator[Finding]:
    if not (head.vessel or head.imo):
        yield Finding("HK-60C-VESSEL", Severity.HOLD, Where("head/vessel"), {})
    if not head.voyage:
        yield Finding("HK-60C-VOYAGE", Severity.HOLD, Where("head/voyage"), {})
    days = [day for day in (head.arrival, head.departure) if day]
    if not days:
        yield Finding("HK-60C-DATE", Severity.HOLD, Where("head/arrival"), {})
    elif not any(time_of(day, zone=HONG_KONG) for day in days):
        where = Where("head/arrival" if head.arrival else "head/departure")
        yield Finding("HK-60C-DATE-UNREAD", Severity.HOLD, where, {"text": days[0]})


def _of_goods(bill: Bill) -> list[Finding]:
    found = []
    packages, described, marked, bulk = bool(bill.goods), bool(bill.goods), True, bool(bill.goods)
    for item in bill.goods:
        packages = packages and item.packages is not None
        described = described and not is_blank(item.description)
        marked = marked and not is_blank(item.marks)
        bulk = bulk and item.package_kind in _BULK
    if not (packages or bulk or bill.packages is not None):
        where = of_bill(bill, "packages")
        found.append(Finding("HK-60C-PACKAGES", Severity.HOLD, where, {"bill": bill.number}))
    if not described:
        where = of_bill(bill, "goods")
        found.append(Finding("HK-60C-DESCRIPTION", Severity.HOLD, where, {"bill": bill.number}))
    if not (marked or bill.erased):
        # Packages may truly carry no marks, so this only asks for a look.
        where = of_bill(bill, "goods")
        found.append(Finding("HK-60C-MARKS", Severity.WARNING, where, {"bill": bill.number}))
    return found


def _of_size(bill: Bill, by_vessel: bool) -> list[Finding]:
    weighed, measured = bill.gross_mass_g is not None, bill.volume_cm3 is not None
    if weighed and measured:
        return []
    goods = bill.goods
    weighed = weighed or (bool(goods) and all([g.gross_mass_g is not None for g in goods]))
    measured = measured or (bool(goods) and all([g.volume_cm3 is not None for g in goods]))
    if not by_vessel:
        if weighed or measured:
            return []
        where = of_bill(bill, "gross_mass_g")
        return [Finding("HK-60C-SIZE", Severity.HOLD, where, {"bill": bill.number})]
    found = []
    if not weighed:
        where = of_bill(bill, "gross_mass_g")
        found.append(Finding("HK-60C-MASS", Severity.HOLD, where, {"bill": bill.number}))
    if not measured:
        where = of_bill(bill, "volume_cm3")
        found.append(Finding("HK-60C-VOLUME", Severity.HOLD, where, {"bill": bill.number}))
    return found


def _of_parties(bill: Bill) -> list[Finding]:
    last = {party.role: party for party in bill.parties}
    consignor, consignee = last.get(_CONSIGNOR), last.get(_CONSIGNEE)
    return [*_of_consignor(bill, consignor), *_of_consignee(bill, consignee)]


def _of_consignor(bill: Bill, consignor: Party | None) -> Iterator[Finding]:
    where = of_bill(bill, "parties/consignor")
    if consignor is None and bill.erased:
        return
    if consignor is None or not consignor.name:
        yield Finding("HK-60C-CONSIGNOR", Severity.HOLD, where, {"bill": bill.number})
    elif not consignor.address:
        yield Finding("HK-60C-CONSIGNOR-ADDRESS", Severity.WARNING, where, {"bill": bill.number})


def _of_consignee(bill: Bill, consignee: Party | None) -> Iterator[Finding]:
    where = of_bill(bill, "parties/consignee")
    if consignee is None and bill.erased:
        return
    if consignee is None or not consignee.name:
        # Paragraph 3 asks an export manifest for the exporter on the licence instead.
        if not _leaves_hong_kong(bill):
            yield Finding("HK-60C-CONSIGNEE", Severity.HOLD, where, {"bill": bill.number})
    elif not (consignee.address or is_order(consignee.name)):
        yield Finding("HK-60C-CONSIGNEE-ADDRESS", Severity.WARNING, where, {"bill": bill.number})


def _settled_by_voyage(bill: Bill, typed_boxes: set[str]) -> bool:
    if bill.transhipment is None or not (bill.number and bill.place_of_loading):
        return False
    has_end = bill.place_of_delivery or bill.port_of_discharge
    return bool(has_end) and (bill.reefer is not None or _boxes_are_typed(bill, typed_boxes))


def _of_voyage(bill: Bill, line: list[Bill], typed_boxes: set[str]) -> Iterator[Finding]:
    if not bill.number:
        yield Finding("HK-60C-BILL-NUMBER", Severity.HOLD, of_bill(bill, "number"), {})
    if not any(above.place_of_loading for above in line):
        where = of_bill(bill, "place_of_loading")
        yield Finding("HK-60C-LOADING", Severity.HOLD, where, {"bill": bill.number})
    elif any(map(_leaves_hong_kong, line)) and not any(map(_has_destination, line)):
        where = of_bill(bill, "place_of_delivery")
        yield Finding("HK-60C-DESTINATION", Severity.HOLD, where, {"bill": bill.number})
    if all(above.transhipment is None for above in line):
        where = of_bill(bill, "transhipment")
        yield Finding("HK-60C-TRANSHIPMENT", Severity.HOLD, where, {"bill": bill.number})
    if all(above.reefer is None for above in line) and not _boxes_are_typed(bill, typed_boxes):
        where = of_bill(bill, "reefer")
        yield Finding("HK-60C-REEFER", Severity.HOLD, where, {"bill": bill.number})


def _with_masters(bill: Bill, by_number: dict[str, list[Bill]]) -> list[Bill]:
    line, seen, ahead = [bill], {""}, [bill.parent or ""]
    while ahead:
        number = ahead.pop()
        if number not in seen:
            seen.add(number)
            line += by_number.get(number, [])
            ahead += [above.parent or "" for above in by_number.get(number, [])]
    return line


def _boxes_are_typed(bill: Bill, typed_boxes: set[str]) -> bool:
    """Whether the kind of every container is told by its ISO 6346 size and type (or none used)."""
    for item in bill.goods:
        for package in item.stowed:
            if package.container not in typed_boxes:
                return False
    return True


def _leaves_hong_kong(bill: Bill) -> bool:
    place = place_code(bill.place_of_loading or "")
    return country_of(place) == "HK" or place.startswith("HONG KONG")


def _has_destination(bill: Bill) -> bool:
    return bool(bill.place_of_delivery or bill.port_of_discharge)


def _is_whole(party: Party) -> bool:
    return bool(party.name and party.address)
