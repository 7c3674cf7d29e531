"""Bills for lots of goods: masters of the line, houses of the forwarders, names made up."""

from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from msgspec.structs import replace

from waglan.demo.lots import Lot
from waglan.demo.organisations import forwarder as organisation
from waglan.demo.trade import Port
from waglan.manifest.model import Bill, Goods, Level, Package, Party, PartyRole

Journey: TypeAlias = tuple[Port, Port | None]  # loaded at; goes on to, or stays in Hong Kong

HONG_KONG = Port("HKHKG", "Hong Kong, HK", 0)
TRADERS = 2_400  # how many invented firms there are on each side
TO_ORDER_PERMILLE = 80
NOTIFY_PERMILLE = 350
MIXED_PACKAGES = "PK"  # UN/ECE recommendation 21: package, whatever it is


@dataclass(slots=True)
class Numbers:
    """Gives every bill its number and its parties, from one stream of chance."""

    random: Random
    block: int = field(init=False)
    given: int = 0

    def __post_init__(self) -> None:
        """Choose a block of numbers, so that two seeds seldom give one number twice."""
        self.block = self.random.randrange(100)

    def bill(self, prefix: str, place: str) -> str:
        """Return a bill number that no other bill of the call has."""
        self.given += 1
        return f"{prefix}{place[2:]}{self.block:02}{self.given:05}"


def master(
    numbers: Numbers, journey: Journey, lots: list[Lot], forwarder: int | None = None
) -> Bill:
    """Return the line's bill for these lots; a forwarder's master names him at both ends."""
    parties = _traders(numbers, journey) if forwarder is None else _agents(journey, forwarder)
    number = numbers.bill("ZZZL", journey[0].place)
    goods = [_goods(n, lot, _mark(parties)) for n, lot in enumerate(lots, start=1)]
    bill = _bill(number, Level.MASTER, journey, parties, goods)
    if forwarder is None:
        return replace(bill, licences=_licences(lots))
    return replace(bill, houses=len(lots))


def consolidation(
    numbers: Numbers, journey: Journey, lots: list[Lot], *, forwarder: int, houses: int
) -> Bill:
    """Return the line's bill for a box of small lots, closed with the count of its houses."""
    number = numbers.bill("ZZZL", journey[0].place)
    goods = [_together(lots, houses)]
    bill = _bill(number, Level.MASTER, journey, _agents(journey, forwarder), goods)
    return replace(bill, houses=houses)


def sub_consolidation(
    numbers: Numbers, journey: Journey, lots: list[Lot], *, above: str, firms: tuple[int, int]
) -> Bill:
    """Return the house bill, of the first firm, for a lot that is the second's consolidation."""
    agent, co_loader = firms
    number = numbers.bill(f"SF{agent:02}", journey[0].place)
    goods = [_together(lots, len(lots))]
    bill = _bill(number, Level.HOUSE, journey, _agents(journey, co_loader), goods)
    return replace(bill, parent=above, houses=len(lots))


def house(numbers: Numbers, journey: Journey, lot: Lot, *, above: str, agent: int) -> Bill:
    """Return a forwarder's bill for one lot of a trader."""
    parties = _traders(numbers, journey)
    number = numbers.bill(f"SF{agent:02}", journey[0].place)
    bill = _bill(number, Level.HOUSE, journey, parties, [_goods(1, lot, _mark(parties))])
    return replace(bill, parent=above, licences=_licences([lot]))


def _bill(
    number: str, level: Level, journey: Journey, parties: tuple[Party, ...], goods: list[Goods]
) -> Bill:
    """Return the bill with its own totals; the kinds of its boxes tell whether it is reefer."""
    origin, onward = journey
    end = onward or HONG_KONG
    return Bill(
        number=number,
        level=level,
        place_of_loading=origin.place,
        port_of_discharge=end.place,
        place_of_delivery=end.place,
        place_of_transhipment=HONG_KONG.place if onward else None,
        transhipment=onward is not None,
        packages=sum(item.packages or 0 for item in goods),
        gross_mass_g=sum(item.gross_mass_g or 0 for item in goods),
        volume_cm3=sum(item.volume_cm3 or 0 for item in goods),
        parties=parties,
        goods=tuple(goods),
    )


def _goods(number: int, lot: Lot, mark: str) -> Goods:
    return Goods(
        number=number,
        description=lot.wares.description,
        packages=lot.packages,
        package_kind=lot.wares.package_kind,
        marks=f"{mark}\nHONG KONG\nC/NO. 1-{lot.packages}",
        gross_mass_g=lot.gross_mass_g,
        volume_cm3=lot.gross_volume_cm3,
        stowed=tuple(Package(box, count) for box, count in lot.stowed),
        dangerous=lot.wares.dangerous,
    )


def _together(lots: list[Lot], houses: int) -> Goods:
    stowed: dict[str, int] = {}
    for box, count in (pair for lot in lots for pair in lot.stowed):
        stowed[box] = stowed.get(box, 0) + count
    return Goods(
        number=1,
        description=f"CONSOLIDATION OF {houses} HOUSE BILLS AS PER HOUSE MANIFEST",
        packages=sum(stowed.values()),
        package_kind=MIXED_PACKAGES,
        marks="AS PER HOUSE BILLS",
        gross_mass_g=sum(lot.gross_mass_g for lot in lots),
        volume_cm3=sum(lot.gross_volume_cm3 for lot in lots),
        stowed=tuple(Package(box, count) for box, count in stowed.items()),
        dangerous=tuple(sorted({number for lot in lots for number in lot.wares.dangerous})),
    )


def _licences(lots: list[Lot]) -> tuple[str, ...]:
    return tuple(lot.licence for lot in lots if lot.licence is not None)


def _traders(numbers: Numbers, journey: Journey) -> tuple[Party, ...]:
    random = numbers.random
    end = journey[1] or HONG_KONG
    seller, buyer = random.randrange(TRADERS), random.randrange(TRADERS)
    consignor = Party(
        PartyRole.CONSIGNOR,
        f"Sample Exports {seller:04} Ltd",
        f"{1 + seller % 90} Example Street, {journey[0].city}",
        qualifier="CZ",
    )
    name = f"Sample Trading {buyer:04} Ltd"
    address = f"Unit {1 + buyer % 40} Sample Building, Example Road, {end.city}"
    notify = Party(PartyRole.NOTIFY, name, address, qualifier="NI")
    if random.randrange(1000) < TO_ORDER_PERMILLE:
        return (consignor, Party(PartyRole.CONSIGNEE, "TO ORDER", qualifier="CN"), notify)
    consignee = Party(PartyRole.CONSIGNEE, name, address, qualifier="CN")
    told = random.randrange(1000) < NOTIFY_PERMILLE
    return (consignor, consignee, notify) if told else (consignor, consignee)


def _agents(journey: Journey, number: int) -> tuple[Party, ...]:
    firm = organisation(number)
    end = journey[1] or HONG_KONG
    return (
        Party(
            PartyRole.CONSIGNOR,
            f"Synthetic Forwarder {number:02} Agency",
            f"{number} Example Quay, {journey[0].city}",
            qualifier="CZ",
        ),
        Party(
            PartyRole.CONSIGNEE,
            firm.name,
            f"Unit {number} Sample Centre, Example Road, {end.city}",
            code=firm.address.id,
            qualifier="CN",
        ),
    )


def _mark(parties: tuple[Party, ...]) -> str:
    """Return what stands on the packages: the number in the name of the last party told."""
    digits = "".join(c for c in parties[-1].name if c.isdigit())
    return f"SAMPLE {digits}"
