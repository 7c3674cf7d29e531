"""What a carrier states that he carries, and what a forwarder tells of the houses below.

The particulars follow Cap. 60C (Hong Kong) and UN/EDIFACT CUSCAR. Structs are msgspec's with
`gc=False`: a manifest of 20,000 bills holds half a million objects and none can form a circle.
Text is kept as sent; None means that nobody said, which is never the same as zero or no.
"""

from enum import Enum

import msgspec

from waglan.codes.function import Function as Function


class Level(Enum):
    """Where a bill stands in the tree: only a master's issuer carries the goods himself."""

    MASTER = "master"
    HOUSE = "house"


class PartyRole(Enum):
    """A party's function on a bill (UN/EDIFACT 3035 in brackets)."""

    CONSIGNOR = "consignor"  # CZ
    CONSIGNEE = "consignee"  # CN
    NOTIFY = "notify"  # NI, N1
    SUPPLIER = "supplier"  # SU
    CARRIER = "carrier"  # CA
    FORWARDER = "forwarder"  # FW, FF
    OTHER = "other"


class Party(msgspec.Struct, frozen=True, gc=False):
    """Somebody named on a bill; name and address are personal data wherever they name a person."""

    role: PartyRole
    name: str
    address: str = ""
    code: str | None = None  # a code of the party, when the sender gave one
    qualifier: str = ""  # as sent (3035)


class Package(msgspec.Struct, frozen=True, gc=False):
    """So many packages of one goods item in one container."""

    container: str  # as sent but for blanks; `codes.container` judges it
    count: int | None = None


class Goods(msgspec.Struct, frozen=True, gc=False):
    """One goods item of a bill. Masses in g, volumes in cm³."""

    number: int
    description: str
    packages: int | None = None
    package_kind: str | None = None  # UN/ECE recommendation 21, as sent
    marks: str = ""
    gross_mass_g: int | None = None
    volume_cm3: int | None = None
    stowed: tuple[Package, ...] = ()
    dangerous: tuple[str, ...] = ()  # UN numbers, as sent
    hs_codes: tuple[str, ...] = ()  # a manifest need not carry any
    licences: tuple[str, ...] = ()


class Bill(msgspec.Struct, frozen=True, gc=False):
    """One transport document of a manifest: a master bill, or a house bill under it."""

    number: str
    level: Level
    parent: str | None = None  # the bill above: master or co-loader's
    place_of_loading: str | None = None  # UN/LOCODE or name, as sent
    port_of_discharge: str | None = None
    place_of_delivery: str | None = None
    place_of_transhipment: str | None = None
    transhipment: bool | None = None
    reefer: bool | None = None
    packages: int | None = None
    gross_mass_g: int | None = None
    volume_cm3: int | None = None
    licences: tuple[str, ...] = ()
    houses: int | None = None  # how many houses the consolidation is closed with
    parties: tuple[Party, ...] = ()
    goods: tuple[Goods, ...] = ()
    segment: int | None = None  # where it began in its message
    part: int = 1  # in which part of the manifest it came
    erased: bool = False  # kept without some names or marks that were sent: they are not missing


class Equipment(msgspec.Struct, frozen=True, gc=False):
    """A container (or other unit) as the manifest lists it."""

    number: str
    kind: str = "CN"  # 8053, as sent
    size_type: str | None = None
    full: bool | None = None
    gross_mass_g: int | None = None
    tare_g: int | None = None
    seals: tuple[str, ...] = ()
    set_point_mdegc: int | None = None  # of a reefer, in 1/1000 °C
    segment: int | None = None
    part: int = 1


class Head(msgspec.Struct, frozen=True, gc=False):
    """What a manifest says of itself, of the vessel and of her call. Times as ISO 8601, as sent."""

    document: str  # BGM 1004
    document_name: str = ""  # BGM 1001, as sent
    function: Function = Function.ORIGINAL
    carrier: str | None = None
    agent: str | None = None
    vessel: str | None = None
    imo: str | None = None
    voyage: str | None = None
    mode: str | None = None  # 8067, as sent: 1 sea, 2 rail, 3 road, 4 air
    customs_office: str | None = None
    port_of_call: str | None = None
    arrival: str | None = None
    departure: str | None = None
    references: tuple[tuple[str, str], ...] = ()  # qualifier, number


class Totals(msgspec.Struct, frozen=True, gc=False):
    """What the sender counted (CNT), to be compared with what came."""

    bills: int | None = None
    containers: int | None = None
    packages: int | None = None
    gross_mass_g: int | None = None


class PartKey(msgspec.Struct, frozen=True, gc=False):
    """Which assembly a part belongs to."""

    sender: str  # UNB 0004, with its qualifier after a colon if it has one
    recipient: str
    message_type: str
    access_reference: str  # UNH 0068, or the message's own reference when it stands alone


class Part(msgspec.Struct, frozen=True, gc=False):
    """One message of a manifest; a manifest sent in one message has one part."""

    key: PartKey
    number: int
    is_final: bool
    sha256: bytes  # of the message's bytes, UNH to UNT
    head: Head
    bills: tuple[Bill, ...]
    equipment: tuple[Equipment, ...]
    totals: Totals = Totals()


class Manifest(msgspec.Struct, frozen=True, gc=False):
    """A whole manifest: all its parts joined, in order."""

    head: Head
    bills: tuple[Bill, ...]
    equipment: tuple[Equipment, ...]
    parts: int = 1
