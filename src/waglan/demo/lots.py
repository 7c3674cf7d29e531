"""Goods in boxes, so that packages, masses and volumes add up whichever way one sums them."""

from dataclasses import dataclass, field
from random import Random

from waglan.codes.container import ContainerNo
from waglan.demo import trade
from waglan.demo.trade import BoxType, Wares
from waglan.manifest.model import Equipment

# No firm has these owner codes, and they show at a glance that the box does not exist.
OWNER_CODES = ("ZZZU", "ZZYU", "ZZXU")
GROUPAGE_BOX = "40H"
FULL_PERMILLE = (620, 950)  # how full a box is
GROUPAGE_PERMILLE = (650, 900)
MASS_STEP_G = 50
VOLUME_STEP_CM3 = 100


@dataclass(frozen=True, slots=True)
class Lot:
    """Like packages of one kind of goods, and how many stand in which box."""

    wares: Wares
    mass_g: int  # of one package
    volume_cm3: int
    stowed: tuple[tuple[str, int], ...]  # box, packages
    licence: str | None = None

    @property
    def packages(self) -> int:
        """Return how many packages the lot has."""
        return sum(count for _, count in self.stowed)

    @property
    def gross_mass_g(self) -> int:
        """Return the mass of all its packages."""
        return self.packages * self.mass_g

    @property
    def gross_volume_cm3(self) -> int:
        """Return the volume of all its packages."""
        return self.packages * self.volume_cm3


@dataclass(slots=True)
class Box:
    """A container while it is being loaded."""

    number: str
    kind: BoxType
    seal: str
    set_point_mdegc: int | None = None
    cargo_mass_g: int = 0

    def listed(self) -> Equipment:
        """Return the box as a manifest lists it: gross mass is box and cargo together."""
        tare_g = self.kind.tare_kg * 1000
        return Equipment(
            number=self.number,
            size_type=self.kind.size_type,
            full=True,
            gross_mass_g=tare_g + self.cargo_mass_g,
            tare_g=tare_g,
            seals=(self.seal,),
            set_point_mdegc=self.set_point_mdegc,
        )


@dataclass(slots=True)
class Yard:
    """Boxes not yet loaded, by number, and those that are."""

    random: Random
    numbers: list[str]
    loaded: dict[str, Box] = field(default_factory=dict)

    @classmethod
    def of(cls, random: Random, boxes: int) -> "Yard":
        """Return a yard of so many boxes, each number once and each with its check digit."""
        serials = random.sample(range(1_000_000), boxes)
        return cls(random, [_box_number(random.choice(OWNER_CODES), n) for n in serials])

    def full_load(self, region: str, boxes: int) -> Lot:
        """Fill so many boxes with one kind of goods."""
        wares = _choose(self.random, [w for w in trade.goods().goods if region in w.regions])
        mass_g, volume_cm3 = _package(self.random, wares)
        stowed = []
        for _ in range(boxes):
            box = self._box(wares.box, wares.set_point_mdegc)
            fill = self.random.randint(*FULL_PERMILLE)
            count = max(1, _fits(box.kind, mass_g, volume_cm3) * fill // 1000)
            box.cargo_mass_g += count * mass_g
            stowed.append((box.number, count))
        return Lot(wares, mass_g, volume_cm3, tuple(stowed), _licence(self.random, wares))

    def groupage(self, region: str, lots: int) -> list[Lot]:
        """Fill one box with so many small lots of different goods."""
        box = self._box(GROUPAGE_BOX, None)
        weights = [self.random.randint(2, 20) for _ in range(lots)]
        fill = self.random.randint(*GROUPAGE_PERMILLE)
        made = []
        for weight in weights:
            permille = fill * weight // sum(weights)
            wares = _choose(self.random, _small(region, box.kind, permille))
            mass_g, volume_cm3 = _package(self.random, wares)
            count = max(1, _fits(box.kind, mass_g, volume_cm3) * permille // 1000)
            box.cargo_mass_g += count * mass_g
            stowed = ((box.number, count),)
            made.append(Lot(wares, mass_g, volume_cm3, stowed, _licence(self.random, wares)))
        return made

    def _box(self, kind: str, set_point_mdegc: int | None) -> Box:
        number = self.numbers.pop()
        seal = f"SYN{self.random.randrange(1_000_000):06}"
        box = Box(number, trade.goods().boxes[kind], seal, set_point_mdegc)
        self.loaded[number] = box
        return box


def _box_number(owner: str, serial: int) -> str:
    bare = f"{owner}{serial:06}"
    return f"{bare}{ContainerNo(f'{bare}0').check_digit}"


def _small(region: str, box: BoxType, permille: int) -> list[Wares]:
    """Return the goods of a region of which one package at least fits into a share of a box."""
    return [
        wares
        for wares in trade.goods().goods
        if wares.groupage
        and region in wares.regions
        and wares.mass_kg[1] * 1000 <= box.payload_kg * permille
        and wares.volume_dm3[1] * 1000 <= box.room_dm3 * permille
    ]


def _choose(random: Random, wares: list[Wares]) -> Wares:
    return random.choices(wares, [w.share for w in wares])[0]


def _package(random: Random, wares: Wares) -> tuple[int, int]:
    low_kg, high_kg = wares.mass_kg
    low_dm3, high_dm3 = wares.volume_dm3
    return (
        random.randrange(low_kg * 1000, high_kg * 1000 + 1, MASS_STEP_G),
        random.randrange(low_dm3 * 1000, high_dm3 * 1000 + 1, VOLUME_STEP_CM3),
    )


def _fits(kind: BoxType, mass_g: int, volume_cm3: int) -> int:
    return min(kind.payload_kg * 1000 // mass_g, kind.room_dm3 * 1000 // volume_cm3)


def _licence(random: Random, wares: Wares) -> str | None:
    number = random.randrange(1_000_000)
    if wares.licence is None or random.random() >= wares.licensed:
        return None
    return f"SYN-LIC-{number:06}"
