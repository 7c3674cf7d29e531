"""One consignment, from segments to a bill: its number, places, parties, totals and goods.

Cargo reports and shipping instructions say it in the same segments; which of them stand for what
at which place of the message is the handlers' business of each.
"""

from waglan.codes.finding import Finding, Severity
from waglan.manifest import lengths
from waglan.manifest.figures import PACKAGES
from waglan.manifest.model import Bill, Goods, Level, Package, Party, PartyRole
from waglan.messages.edifact.amount import (
    CUBIC_CENTIMETRES,
    GRAMS,
    count,
    cubic_centimetres,
    grams,
    total,
)
from waglan.messages.edifact.content import Place
from waglan.messages.edifact.cuscar_head import place_of
from waglan.messages.edifact.cuscar_units import GROSS, MEASURED, CuscarUnits, unit_number
from waglan.messages.edifact.tags import (
    CNT,
    CST,
    DGS,
    FTX,
    GEI,
    GID,
    GIS,
    LOC,
    MEA,
    NAD,
    PCI,
    RFF,
    SGP,
    TMP,
)  # fmt: skip

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
VOLUMES = {"AAW", "ABJ"}  # 6313
DESCRIPTION = "AAA"

# Python 3.11 is slow to find a member by its name.
_HOUSE, _MASTER, _OTHER = Level.HOUSE, Level.MASTER, PartyRole.OTHER


class Consignment(CuscarUnits):
    """A transport document on its way from segments to a bill with its parties and goods."""

    __slots__ = (
        "_above",
        "_bill_gross_g",
        "_bill_number",
        "_bill_packages",
        "_bill_segment",
        "_bill_volume_cm3",
        "_dangerous",
        "_delivery",
        "_description",
        "_discharge",
        "_goods",
        "_gross_g",
        "_house",
        "_houses",
        "_hs_codes",
        "_indicated",
        "_is_in_goods",
        "_item",
        "_item_licences",
        "_licences",
        "_loading",
        "_marks",
        "_master",
        "_onward",
        "_package_kind",
        "_packages",
        "_parties",
        "_reefer",
        "_stowed",
        "_transhipment",
        "_transhipped_at",
        "_volume_cm3",
    )

    def __init__(self, place: Place, part: int) -> None:
        """Begin before any bill."""
        super().__init__(place, part)
        self.begin_consignment("", None)

    # The bill

    def begin_consignment(self, number: str, segment: int | None) -> None:
        """Begin a bill of that number, or of none yet, at a segment of the message."""
        self._bill_number = number
        self._bill_segment = segment
        self._is_in_goods = False
        self._master = self._house = self._above = ""
        self._bill_gross_g: int | None = None
        self._bill_packages: int | None = None
        self._bill_volume_cm3: int | None = None
        self._houses: int | None = None
        self._transhipment: bool | None = None
        self._reefer: bool | None = None
        self._licences: list[str] = []
        self._parties: list[Party] = []
        self._goods: list[Goods] = []
        self._loading = self._discharge = self._delivery = self._onward = self._indicated = ""
        self._transhipped_at = ""

    def name_bill(self, segment: RFF, index: int) -> None:
        """Take the bill's number, the one above it, and licences."""
        qualifier, _, number = segment.reference.partition(":")
        if qualifier in MASTERS:
            before, self._master = self._master, number.partition(":")[0]
            if before:
                self._named_twice(self._master, before, index)
        elif qualifier in HOUSES:
            before, self._house = self._house, number.partition(":")[0]
            if before:
                self._named_twice(self._house, before, index)
        elif qualifier in ABOVE:
            before, self._above = self._above, number.partition(":")[0]
            if before:
                self._named_twice(self._above, before, index)
        elif qualifier in LICENCES:  # also one without its number: it is named, and wanted
            self._licences.append(number.partition(":")[0])
        if segment.surplus or not number or not qualifier:
            self.check_reference(segment, index)

    def _named_twice(self, number: str, before: str, index: int) -> None:
        if number != before:
            self.contradicted("RFF", "bills/number", (number, before), index)

    def count_bill(self, segment: CNT, index: int) -> None:
        """Take a control total of the bill."""
        name, value = total(segment.total)
        if name == "gross_mass_g":
            before, self._bill_gross_g = self._bill_gross_g, value
        elif name == "packages":
            before, self._bill_packages = self._bill_packages, value
        elif name == "volume_cm3":
            before, self._bill_volume_cm3 = self._bill_volume_cm3, value
        elif name == "bills":
            before, self._houses = self._houses, value
        else:
            self.take_total(segment, index)
            return
        if value is None:
            self.total_wrong(segment.total, index)
        elif before is not None:
            self.once("CNT", f"bills/{name}", (value, before), index)

    def place_bill(self, segment: LOC, index: int) -> None:
        """Take a place of the carriage."""
        qualifier, place, before = segment.qualifier, place_of(segment.place), ""
        if qualifier == "9":
            before, self._loading = self._loading, place
        elif qualifier == "11":
            before, self._discharge = self._discharge, place
        elif qualifier == "7":
            before, self._delivery = self._delivery, place
        elif qualifier == "8":
            before, self._onward = self._onward, place
        elif qualifier == "13":
            before, self._transhipped_at = self._transhipped_at, place
        else:
            self.qualifier_unknown("LOC", qualifier, index)
        if before and before != place:
            self.contradicted("LOC", "bills/place", (place, before), index)

    def indicate(self, segment: GIS | GEI, index: int) -> None:
        """Take whether the cargo goes on by another ship, where the code says."""
        code = segment.indicator.partition(":")[0]
        if code in TRANSHIPMENT:
            before, self._indicated = self._indicated, code
            self._transhipment = TRANSHIPMENT[code]
            if before and TRANSHIPMENT[before] != self._transhipment:
                tag = type(segment).__name__
                self.contradicted(tag, "bills/transhipment", (code, before), index)

    def add_party(self, segment: NAD, index: int) -> None:
        """Take a party with name and address as they were sent."""
        qualifier = segment.qualifier
        role = ROLES.get(qualifier)
        if role is None:
            role = _OTHER
            self.qualifier_unknown("NAD", qualifier, index)
        name = segment.name
        if ":" in name:
            name = " ".join(filter(None, name.split(":")))
        if not name and segment.block:
            name, _, address = segment.block.partition(":")
            address = ", ".join(filter(None, (*address.split(":"), _address(segment))))
        else:
            address = _address(segment)
        code = segment.party and (segment.party.partition(":")[0] or None)
        self._parties.append(Party(role, name, address, code or None, qualifier))

    def chill(self, segment: TMP, index: int) -> None:
        """Take that a temperature is asked for."""
        self._reefer = True

    def bill(self) -> Bill:
        """Return the bill as far as it was said; its number is empty where nobody gave one."""
        if self._is_in_goods:
            self._end_goods()
            self._is_in_goods = False
        number = self._house or self._master or self._above or self._bill_number
        parent = (self._above or self._master) if self._house else self._above
        is_house = bool(self._house) or bool(parent and parent != number)
        return Bill(
            number,
            _HOUSE if is_house else _MASTER,
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

    # Goods

    def begin_goods(self, segment: GID, index: int) -> None:
        """Close the item before; begin a goods item."""
        if self._is_in_goods:
            self._end_goods()
        self._is_in_goods = True
        number = count(segment.number)
        if segment.number and number is None:
            self.number_wrong("GID", segment.number, index)
        self._item = len(self._goods) + 1 if number is None else number
        packages, _, kind = segment.packages.partition(":")
        number = self._packages = count(packages)
        if packages and (number is None or number > PACKAGES):
            self.number_wrong("GID", packages, index)
        self._package_kind = kind.partition(":")[0] or None
        self._description = self._marks = ""
        self._gross_g: int | None = None
        self._volume_cm3: int | None = None
        self._stowed: list[Package] = []
        self._dangerous: list[str] = []
        self._hs_codes: list[str] = []
        self._item_licences: list[str] = []

    def describe(self, segment: FTX, index: int) -> None:
        """Take the description of the goods; several texts are one."""
        if segment.subject != DESCRIPTION:
            return
        text = segment.text
        if ":" in text:
            text = " ".join(filter(None, text.split(":")))
        if self._description:
            text = self._joined("FTX", "description", (self._description, " ", text), index)
        self._description = text

    def measure_goods(self, segment: MEA, index: int) -> None:
        """Take gross mass or volume of the item."""
        if segment.purpose not in MEASURED:
            return
        dimension = segment.dimension
        if ":" in dimension:
            dimension = dimension.partition(":")[0]
        if dimension in VOLUMES or segment.purpose == "VOL":
            before, self._volume_cm3 = self._volume_cm3, cubic_centimetres(segment.value)
            if self._volume_cm3 is None:
                self.measure_wrong(segment.value, CUBIC_CENTIMETRES, index)
            elif before is not None:
                self.once("MEA", "goods/volume_cm3", (self._volume_cm3, before), index)
        elif dimension in GROSS:
            before, self._gross_g = self._gross_g, grams(segment.value)
            if self._gross_g is None:
                self.measure_wrong(segment.value, GRAMS, index)
            elif before is not None:
                self.once("MEA", "goods/gross_mass_g", (self._gross_g, before), index)

    def stow(self, segment: SGP, index: int) -> None:
        """Take in which container how many packages are."""
        number = segment.packages
        if ":" in number:
            number = number.partition(":")[0]
        packed = count(number)
        if number and (packed is None or packed > PACKAGES):
            self.number_wrong("SGP", number, index)
        self._stowed.append(Package(unit_number(segment.equipment), packed))

    def mark(self, segment: PCI, index: int) -> None:
        """Take the marks on the packages, a line each."""
        marks = segment.marks
        if ":" in marks:
            marks = "\n".join(filter(None, marks.split(":")))
        if marks and self._marks:
            marks = self._joined("PCI", "marks", (self._marks, "\n", marks), index)
        self._marks = marks or self._marks

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

    def _joined(self, tag: str, field: str, texts: tuple[str, str, str], index: int) -> str:
        """Return the text of a repeated segment with what came before, no longer than may be."""
        before, parted, more = texts
        if len(before) > lengths.TEXT:
            return before  # it was told of when it grew so long
        text = before + parted + more
        if len(text) > lengths.TEXT:
            where = self.place(index, tag, f"{tag}/text", None, None)
            self.find(
                Finding(
                    "MANIFEST-TEXT-LONG",
                    Severity.ERROR,
                    where,
                    {"field": field, "count": len(text), "max": lengths.TEXT},
                )
            )
        return text

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


def _address(segment: NAD) -> str:
    street, city, postcode, country = (
        segment.street,
        segment.city,
        segment.postcode,
        segment.country,
    )
    # Most addresses are whole, and need no look at each part.
    if street and city and postcode and country and "::" not in street and street[-1] != ":":
        return f"{street.replace(':', ', ')}, {city}, {postcode}, {country}"
    return ", ".join(filter(None, (*street.split(":"), city, postcode, country)))
