"""CUSCAR, the customs cargo report, walked once into bills, goods and equipment.

Where a segment belongs is told by what came before it: the table of handlers changes at TDT, EQD,
CNI and GID. So one walk reads every directory from D.95B to D.24A, whose groups differ above the
consignment but whose order does not. Which segments may stand where is `structure`'s business.
"""

from typing import TypeAlias, TypeVar

import msgspec

from waglan.codes.finding import Finding, Severity
from waglan.manifest.model import Bill, Equipment, Goods, Head, Level, Package, Party, PartyRole
from waglan.messages.edifact import amount
from waglan.messages.edifact.content import PLAIN, Content, Handlers, Place
from waglan.messages.edifact.cuscar_head import (
    BILLS_OR_HOUSES,
    GROSS_MASS,
    PACKAGES,
    VOLUME,
    CuscarHead,
    place_of,
)
from waglan.messages.edifact.service_characters import MARK_UTF8
from waglan.messages.edifact.tags import (
    BGM,
    CNI,
    CNT,
    CST,
    DGS,
    DTM,
    EQD,
    FTX,
    GEI,
    GID,
    GIS,
    LOC,
    MEA,
    NAD,
    PCI,
    RFF,
    SEL,
    SGP,
    TDT,
    TMP,
)  # fmt: skip

DIRECTORIES = frozenset(
    {"D.95B", "D.96B", "D.99B", "D.00B", "D.03A", "D.03B", "D.16A", "D.21A", "D.24A"}
)

ROLES = {  # 3035
    "CZ": PartyRole.CONSIGNOR,
    "CN": PartyRole.CONSIGNEE,
    "NI": PartyRole.NOTIFY,
    "N1": PartyRole.NOTIFY,
    "SU": PartyRole.SUPPLIER,
    "CA": PartyRole.CARRIER,
    "FW": PartyRole.FORWARDER,
    "FF": PartyRole.FORWARDER,
}
TRANSHIPMENT = {"28": True, "22": False, "23": False}  # codes of profiles, unverified
MASTERS, HOUSES, ABOVE, LICENCES = {"BM", "AWB", "MWB"}, {"BH", "HWB"}, {"MB"}, {"IP", "EX"}
MEASURED, VOLUMES = {"AAE", "WT", "VOL"}, {"AAW", "ABJ"}
GROSS = {"G", "AAB", "VGM", ""}
TARE = "T"
EMPTY_OR_FULL = {"4": False, "5": True}  # 8169
SET_POINT = "2"
DESCRIPTION = "AAA"

Item: TypeAlias = Head | Bill | Equipment
_T = TypeVar("_T", Head, Bill, Equipment)


class Cuscar(CuscarHead):
    """One CUSCAR on its way from segments to items."""

    def __init__(self, place: Place, part: int) -> None:
        """Begin with the head."""
        super().__init__(place)
        self.handlers = HEAD
        self.items: list[Item] = []  # whole ones, in order; a caller may take them away
        self.has_marks = False  # whether a released component separator may stand in a text
        self._part = part
        self._close = self._end_head
        self._bill_number = ""
        self._goods: list[Goods] = []
        self._whole_head: Head | None = None

    def head(self) -> Head:
        """Return the head as far as it was said, as it was sent once it is whole."""
        return self._whole_head or super().head()

    def end(self) -> None:
        """Close what is open."""
        self._close()
        self._close = _nothing

    # Equipment

    def begin_equipment(self, segment: EQD, index: int) -> None:
        """Close what came before; begin a container or other unit."""
        self._close()
        self._close = self._end_equipment
        self.handlers = EQUIPMENT
        self.check_equipment(segment, index)
        self._unit_kind = segment.kind
        self._unit_number = segment.number.partition(":")[0].replace(" ", "")
        self._unit_size = segment.size_type.partition(":")[0] or None
        self._unit_full = EMPTY_OR_FULL.get(segment.full)
        self._unit_gross_g: int | None = None
        self._unit_tare_g: int | None = None
        self._unit_set_point: int | None = None
        self._seals: list[str] = []
        self._unit_segment = index + self.base
        if not self._unit_number:
            where = self.place(index, "EQD", "equipment/number", 3, 1)
            self.find(Finding("EDIFACT-EQUIPMENT-NUMBER-MISSING", Severity.ERROR, where, {}))

    def measure_equipment(self, segment: MEA, index: int) -> None:
        """Take gross mass or tare."""
        if segment.purpose not in MEASURED:
            return
        unit, _, value = segment.value.partition(":")
        dimension = segment.dimension.partition(":")[0]
        if dimension in GROSS:
            self._unit_gross_g = self.mass(value, unit, "MEA", index)
        elif dimension == TARE:
            self._unit_tare_g = self.mass(value, unit, "MEA", index)

    def seal(self, segment: SEL, index: int) -> None:
        """Take a seal's number."""
        if segment.number:
            self._seals.append(segment.number.partition(":")[0])

    def set_point(self, segment: TMP, index: int) -> None:
        """Take a reefer's temperature."""
        if segment.qualifier != SET_POINT:
            return
        text, _, unit = segment.value.partition(":")
        self._unit_set_point = self.number(amount.millidegrees(text, unit), text, "TMP", index)

    def _end_equipment(self) -> None:
        if self._unit_number:
            self._add(
                Equipment(
                    self._unit_number,
                    self._unit_kind,
                    self._unit_size,
                    self._unit_full,
                    self._unit_gross_g,
                    self._unit_tare_g,
                    tuple(self._seals),
                    self._unit_set_point,
                    self._unit_segment,
                    self._part,
                )
            )

    # Bills

    def begin_bill(self, segment: CNI, index: int) -> None:
        """Close what came before; begin a transport document."""
        self._close()
        self._close = self._end_bill
        self.handlers = BILL
        self._bill_number = segment.document.partition(":")[0]
        self._bill_segment = index + self.base
        self._bill_index = index
        self._master = self._house = self._above = ""
        self._bill_gross_g: int | None = None
        self._bill_packages: int | None = None
        self._bill_volume_cm3: int | None = None
        self._houses: int | None = None
        self._transhipment: bool | None = None
        self._reefer: bool | None = None
        self._licences: list[str] = []
        self._parties: list[Party] = []
        self._goods = []
        self._loading = self._discharge = self._delivery = self._onward = ""
        self._transhipped_at = ""

    def name_bill(self, segment: RFF, index: int) -> None:
        """Take the bill's number, the one above it, and licences."""
        qualifier, _, number = segment.reference.partition(":")
        if qualifier in MASTERS:
            self._master = number.partition(":")[0]
        elif qualifier in HOUSES:
            self._house = number.partition(":")[0]
        elif qualifier in ABOVE:
            self._above = number.partition(":")[0]
        elif qualifier in LICENCES:
            self._licences.append(number.partition(":")[0])
        if segment.surplus or not number or not qualifier:
            self.check_reference(segment, index)

    def count_bill(self, segment: CNT, index: int) -> None:
        """Take a control total of the bill."""
        qualifier, _, rest = segment.total.partition(":")
        text, _, unit = rest.partition(":")
        if qualifier == GROSS_MASS:
            self._bill_gross_g = self.mass(text, unit or "KGM", "CNT", index)
        elif qualifier in PACKAGES:
            self._bill_packages = self.count(text, "CNT", index)
        elif qualifier == VOLUME:
            self._bill_volume_cm3 = self.volume(text, unit or "MTQ", "CNT", index)
        elif qualifier == BILLS_OR_HOUSES:
            self._houses = self.count(text, "CNT", index)
        else:
            self.take_total(segment, index)

    def place_bill(self, segment: LOC, index: int) -> None:
        """Take a place of the carriage."""
        qualifier = segment.qualifier
        if qualifier == "9":
            self._loading = place_of(segment)
        elif qualifier == "11":
            self._discharge = place_of(segment)
        elif qualifier == "7":
            self._delivery = place_of(segment)
        elif qualifier == "8":
            self._onward = place_of(segment)
        elif qualifier == "13":
            self._transhipped_at = place_of(segment)
        else:
            self.qualifier_unknown("LOC", qualifier, index)

    def indicate(self, segment: GIS | GEI, index: int) -> None:
        """Take whether the cargo goes on by another ship, where the code says."""
        code = segment.indicator.partition(":")[0]
        if code in TRANSHIPMENT:
            self._transhipment = TRANSHIPMENT[code]

    def add_party(self, segment: NAD, index: int) -> None:
        """Take a party with name and address as they were sent."""
        qualifier = segment.qualifier
        role = ROLES.get(qualifier)
        if role is None:
            role = PartyRole.OTHER
            self.qualifier_unknown("NAD", qualifier, index)
        name, lines = segment.name, segment.street
        if ":" in name:
            name = " ".join(filter(None, name.split(":")))
        if ":" in lines:
            lines = ", ".join(filter(None, lines.split(":")))
        if not name and segment.block:
            name, _, block = segment.block.partition(":")
            lines = ", ".join(filter(None, (*block.split(":"), lines)))
        address = ", ".join(filter(None, (lines, segment.city, segment.postcode, segment.country)))
        code = segment.party.partition(":")[0] or None
        self._parties.append(Party(role, name, address, code, qualifier))

    def chill(self, segment: TMP, index: int) -> None:
        """Take that a temperature is asked for."""
        self._reefer = True

    def _end_bill(self) -> None:
        if self.handlers is GOODS:
            self._end_goods()
        number = self._house or self._master or self._above or self._bill_number
        parent = (self._above or self._master) if self._house else self._above
        is_house = bool(self._house) or bool(parent and parent != number)
        if not number:
            self._number_missing()
        self._add(
            Bill(
                number,
                Level.HOUSE if is_house else Level.MASTER,
                parent if is_house and parent else None,
                self._loading or None,
                self._discharge or None,
                self._delivery or self._onward or None,
                self._transhipped_at or None,
                self._transhipment,
                self._reefer,
                self._bill_packages,
                self._bill_gross_g,
                self._bill_volume_cm3,
                tuple(self._licences),
                self._houses,
                tuple(self._parties),
                tuple(self._goods),
                self._bill_segment,
                self._part,
            )
        )

    def _number_missing(self) -> None:
        # The consignment began in bytes that may be gone by now, so no offset is told.
        where = self.place_without_offset(self._bill_segment, "CNI", "bills/number")
        self.find(Finding("EDIFACT-BILL-NUMBER-MISSING", Severity.ERROR, where, {}))

    # Goods

    def begin_goods(self, segment: GID, index: int) -> None:
        """Close the item before; begin a goods item."""
        if self.handlers is GOODS:
            self._end_goods()
        self.handlers = GOODS
        number = segment.number
        self._item = (
            int(number)
            if number.isdecimal() and len(number) < 6
            else self._item_number(number, index)
        )
        packages, _, rest = segment.packages.partition(":")
        self._packages = self.count(packages, "GID", index) if packages else None
        self._package_kind = rest.partition(":")[0] or None
        self._description = self._marks = ""
        self._gross_g: int | None = None
        self._volume_cm3: int | None = None
        self._stowed: list[Package] = []
        self._dangerous: list[str] = []
        self._hs_codes: list[str] = []
        self._item_licences: list[str] = []

    def _item_number(self, text: str, index: int) -> int:
        number = self.count(text, "GID", index) if text else None
        return len(self._goods) + 1 if number is None else number

    def describe(self, segment: FTX, index: int) -> None:
        """Take the description of the goods; several texts are one."""
        if segment.subject != DESCRIPTION:
            return
        text = segment.text
        if ":" in text:
            text = " ".join(filter(None, text.split(":")))
        self._description = f"{self._description} {text}" if self._description else text

    def measure_goods(self, segment: MEA, index: int) -> None:
        """Take gross mass or volume of the item."""
        if segment.purpose not in MEASURED:
            return
        unit, _, value = segment.value.partition(":")
        dimension = segment.dimension.partition(":")[0]
        if dimension in VOLUMES or segment.purpose == "VOL":
            self._volume_cm3 = self.volume(value, unit, "MEA", index)
        elif dimension in GROSS:
            self._gross_g = self.mass(value, unit, "MEA", index)

    def stow(self, segment: SGP, index: int) -> None:
        """Take in which container how many packages are."""
        unit = segment.equipment.partition(":")[0].replace(" ", "")
        packages = segment.packages
        count = self.count(packages.partition(":")[0], "SGP", index) if packages else None
        self._stowed.append(Package(unit, count))

    def mark(self, segment: PCI, index: int) -> None:
        """Take the marks on the packages, a line each."""
        marks = segment.marks
        if ":" in marks:
            marks = "\n".join(filter(None, marks.split(":")))
        if marks:
            self._marks = f"{self._marks}\n{marks}" if self._marks else marks

    def endanger(self, segment: DGS, index: int) -> None:
        """Take the number of dangerous goods."""
        if number := segment.number.partition(":")[0]:
            self._dangerous.append(number)

    def classify(self, segment: CST, index: int) -> None:
        """Take the commodity codes."""
        codes = (segment.code, segment.code_2, segment.code_3, segment.code_4, segment.code_5)
        self._hs_codes += [code for text in codes if (code := text.partition(":")[0])]

    def license_goods(self, segment: RFF, index: int) -> None:
        """Take a licence of the item; other references of an item have no place."""
        qualifier, _, number = segment.reference.partition(":")
        if qualifier in LICENCES:
            self._item_licences.append(number.partition(":")[0])
        self.check_reference(segment, index)

    def _end_goods(self) -> None:
        self._goods.append(
            Goods(
                self._item,
                self._description,
                self._packages,
                self._package_kind,
                self._marks,
                self._gross_g,
                self._volume_cm3,
                tuple(self._stowed),
                tuple(self._dangerous),
                tuple(self._hs_codes),
                tuple(self._item_licences),
            )
        )

    # Both

    def enter_transport(self, segment: TDT, index: int) -> None:
        """Take the conveyance; what follows belongs to its call."""
        self.handlers = TRANSPORT
        self.take_transport(segment, index)

    def _end_head(self) -> None:
        self.end_head()
        self._whole_head = self._add(super().head())

    def _add(self, item: _T) -> _T:
        whole = _with_colons(item) if self.has_marks else item
        self.items.append(whole)
        return whole


def _with_colons(item: _T) -> _T:
    # Released separators are rare: only an item that has one is taken apart again.
    json = msgspec.json.encode(item)
    if MARK_UTF8 not in json:
        return item
    return msgspec.json.decode(json.replace(MARK_UTF8, b":"), type=type(item))


def _nothing() -> None:
    pass


HEAD: Handlers = {
    **PLAIN,
    BGM: Cuscar.begin,
    RFF: Cuscar.take_reference,
    NAD: Cuscar.take_party,
    LOC: Cuscar.take_place,
    CNT: Cuscar.take_total,
    TDT: Cuscar.enter_transport,
    EQD: Cuscar.begin_equipment,
    CNI: Cuscar.begin_bill,
}
TRANSPORT: Handlers = {**HEAD, DTM: Cuscar.take_time}
EQUIPMENT: Handlers = {
    **PLAIN,
    MEA: Cuscar.measure_equipment,
    SEL: Cuscar.seal,
    TMP: Cuscar.set_point,
    CNT: Cuscar.take_total,
    EQD: Cuscar.begin_equipment,
    CNI: Cuscar.begin_bill,
}
BILL: Handlers = {
    **PLAIN,
    RFF: Cuscar.name_bill,
    CNT: Cuscar.count_bill,
    LOC: Cuscar.place_bill,
    GIS: Cuscar.indicate,
    GEI: Cuscar.indicate,
    NAD: Cuscar.add_party,
    TMP: Cuscar.chill,
    GID: Cuscar.begin_goods,
    EQD: Cuscar.begin_equipment,
    CNI: Cuscar.begin_bill,
}
GOODS: Handlers = {
    **BILL,
    CNT: Cuscar.take_total,
    RFF: Cuscar.license_goods,
    LOC: Content.pass_over,
    FTX: Cuscar.describe,
    MEA: Cuscar.measure_goods,
    SGP: Cuscar.stow,
    PCI: Cuscar.mark,
    DGS: Cuscar.endanger,
    CST: Cuscar.classify,
}
