"""What a bill says of its way, goods and boxes, as the interface shows it to those who may know."""

from itertools import islice

from pydantic import BaseModel

from waglan.customs.again import BillVersion
from waglan.manifest.model import Bill, Equipment, Goods
from waglan.store.goods_told import GoodsTold

GOODS_MAX, BOXES_MAX = 100, 100  # of one bill
SHORT_CHARACTERS_MAX = 200


class StowedView(BaseModel):
    """A container that goods are in, and how many of their packages; null where nobody said."""

    container: str
    packages: int | None


class GoodsView(BaseModel):
    """A goods item as declared; null where nobody said."""

    goods: int
    description: str
    packages: int | None
    package_kind: str | None
    gross_mass_g: int | None
    volume_cm3: int | None
    dangerous: list[str]  # UN numbers, as sent; empty where nobody said
    hs_codes: list[str]
    licences: list[str]
    stowed: list[StowedView]


class BoxView(BaseModel):
    """A container that the bill names, as its manifest lists it."""

    container: str
    is_listed: bool  # false: not under this number, so that nothing else is known of it
    kind: str | None  # UN/EDIFACT 8053, as sent: CN is a container
    size_type: str | None
    full: bool | None
    gross_mass_g: int | None
    tare_g: int | None
    set_point_mdegc: int | None  # of a refrigerated one, in 1/1000 degrees Celsius
    seals: list[str]


class SaysView(BaseModel):
    """What a bill says, by its filer's newest version; null where nobody said.

    Of many goods items and containers the first are here, and how many more there are.
    """

    level: str  # master or house
    place_of_loading: str | None
    port_of_discharge: str | None
    place_of_delivery: str | None
    place_of_transhipment: str | None
    transhipment: bool | None
    reefer: bool | None
    packages: int | None
    gross_mass_g: int | None
    volume_cm3: int | None
    licences: list[str]  # of the bill itself; its goods may name others
    houses: int | None  # how many houses it is closed with
    goods: list[GoodsView]
    more_goods: int
    boxes: list[BoxView]
    more_boxes: int


def says_view(said: BillVersion) -> SaysView:
    """Return what a bill says, as the interface shows it."""
    bill, listed = said.bill, {box.number: box for box in said.boxes}
    named = _in_order(bill)
    return SaysView(
        level=bill.level.value,
        place_of_loading=bill.place_of_loading,
        port_of_discharge=bill.port_of_discharge,
        place_of_delivery=bill.place_of_delivery,
        place_of_transhipment=bill.place_of_transhipment,
        transhipment=bill.transhipment,
        reefer=bill.reefer,
        packages=bill.packages,
        gross_mass_g=bill.gross_mass_g,
        volume_cm3=bill.volume_cm3,
        licences=list(bill.licences),
        houses=bill.houses,
        goods=[_goods(item) for item in bill.goods[:GOODS_MAX]],
        more_goods=max(len(bill.goods) - GOODS_MAX, 0),
        boxes=[_box(number, listed.get(number)) for number in named[:BOXES_MAX]],
        more_boxes=max(len(named) - BOXES_MAX, 0),
    )


def short_text(told: GoodsTold | None) -> str:
    """Return what goods are, in so many characters that a list stays readable."""
    text = "; ".join(islice(told.descriptions, SHORT_CHARACTERS_MAX)) if told else ""
    return text if len(text) <= SHORT_CHARACTERS_MAX else f"{text[: SHORT_CHARACTERS_MAX - 1]}…"


def _in_order(bill: Bill) -> list[str]:
    return [*dict.fromkeys(one.container for item in bill.goods for one in item.stowed)]


def _goods(item: Goods) -> GoodsView:
    stowed = item.stowed[:BOXES_MAX]
    return GoodsView(
        goods=item.number,
        description=item.description,
        packages=item.packages,
        package_kind=item.package_kind,
        gross_mass_g=item.gross_mass_g,
        volume_cm3=item.volume_cm3,
        dangerous=list(item.dangerous),
        hs_codes=list(item.hs_codes),
        licences=list(item.licences),
        stowed=[StowedView(container=one.container, packages=one.count) for one in stowed],
    )


def _box(number: str, listed: Equipment | None) -> BoxView:
    return BoxView(
        container=number,
        is_listed=listed is not None,
        kind=listed.kind if listed else None,
        size_type=listed.size_type if listed else None,
        full=listed.full if listed else None,
        gross_mass_g=listed.gross_mass_g if listed else None,
        tare_g=listed.tare_g if listed else None,
        set_point_mdegc=listed.set_point_mdegc if listed else None,
        seals=list(listed.seals) if listed else [],
    )
