"""What the demo day is made of: ports, goods, boxes and honest mistakes, all packaged as data."""

import tomllib
from functools import cache

import msgspec

from waglan.codes.data import read


class Port(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A real place with a made-up share of the traffic."""

    place: str  # UN/LOCODE
    city: str
    share: int
    region: str = ""


class Wares(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Goods by their plain trade name, with packages that can be true."""

    description: str
    package_kind: str  # UN/ECE recommendation 21
    mass_kg: tuple[int, int]  # of one package, from and to
    volume_dm3: tuple[int, int]
    box: str
    regions: tuple[str, ...]
    share: int
    groupage: bool  # whether small lots of it travel
    set_point_mdegc: int | None = None
    dangerous: tuple[str, ...] = ()
    licence: str | None = None
    licensed: float = 1.0  # share of lots that name the licence


class BoxType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of container and what it holds."""

    size_type: str  # ISO 6346
    tare_kg: int
    payload_kg: int
    room_dm3: int


class Goods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything the ship carries, and what it is carried in."""

    source: str
    checked_on: object
    goods: tuple[Wares, ...]
    boxes: dict[str, BoxType]


class Ports(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the ship loads, and where transhipped boxes go on."""

    source: str
    checked_on: object
    loading: tuple[Port, ...]
    onward: tuple[Port, ...]


class Mistakes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often people err on the demo day."""

    source: str
    checked_on: object
    vague: tuple[str, ...]
    vague_houses_permille: int
    vague_masters_permille: int
    no_consignee_houses_permille: int
    consolidations_not_adding_up: int
    boxes_with_wrong_check_digit: int


@cache
def ports() -> Ports:
    """Return the demo's ports."""
    return msgspec.convert(tomllib.loads(read("demo/trade/ports.toml")), Ports)


@cache
def goods() -> Goods:
    """Return the demo's goods and boxes."""
    return msgspec.convert(tomllib.loads(read("demo/trade/goods.toml")), Goods)


@cache
def mistakes() -> Mistakes:
    """Return how many mistakes of each kind a day holds."""
    return msgspec.convert(tomllib.loads(read("demo/trade/mistakes.toml")), Mistakes)
