"""One call of a big container ship at Hong Kong, made up from a seed: nothing in it is real.

The sizes are those of a true call: about 1,800 boxes for Hong Kong, 1,100 master bills, 3,500
house bills and 65 % transhipment. The same seed and time give the same call, byte for byte.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from msgspec.structs import replace

from waglan.codes.calendar import HONG_KONG
from waglan.codes.party import PartyId
from waglan.demo import trade
from waglan.demo.lots import Box, Lot, Yard
from waglan.demo.mistakes import Mistake, Papers, Slips, err
from waglan.demo.organisations import FORWARDERS, LINE, forwarder
from waglan.demo.papers import Numbers, consolidation, house, master, sub_consolidation
from waglan.demo.trade import Port
from waglan.manifest.model import Bill, Equipment, Head, Manifest

BOXES: Final = 1_800
MASTERS: Final = 1_100
HOUSES: Final = 3_500
TRANSHIPMENT_PERMILLE: Final = 650
ARRIVES_AFTER: Final = timedelta(hours=26)  # counted from the start of the demo day

# How the masters divide; what is left of the boxes, masters and houses goes to direct full loads.
PART_LOT_BOXES: Final = 8  # each shared by so many masters of the line's own small customers:
PART_LOT_MASTERS: Final = 3
BACK_TO_BACK: Final = 330  # masters of forwarders with full boxes,
BACK_TO_BACK_HOUSES: Final = 460
GROUPAGE: Final = 350  # masters of forwarders with one box of many small lots each,
CO_LOADS: Final = 40  # of which so many hold a lot that is another forwarder's consolidation
CO_LOADED_HOUSES: Final = 240
BY_HAND: Final = 3  # houses of one box that their forwarder fills in a draft

HONG_KONG_PLACE: Final = "HKHKG"
VESSEL: Final = "SYNTHETIC PIONEER"
IMO: Final = "1234567"  # its check digit is right, and no ship bears it


@dataclass(frozen=True, slots=True)
class Call:
    """The papers of one call as they are filed first, and as they are put right afterwards."""

    seed: int
    head: Head
    masters: Manifest
    houses: Mapping[PartyId, Manifest]  # by forwarder
    by_hand: tuple[PartyId, Manifest]  # houses that their forwarder fills in a draft
    slips: Slips
    planted: tuple[Mistake, ...]  # for tests: a result is never taken from here

    @property
    def name(self) -> str:
        """Return the call as the API names it: IMO number and voyage."""
        return f"{self.head.imo}/{self.head.voyage}"

    @property
    def house_bills(self) -> int:
        """Return how many different house bills there are; one told twice counts once."""
        _, by_hand = self.by_hand
        return sum(len({b.number for b in m.bills}) for m in (by_hand, *self.houses.values()))

    @property
    def transhipped_percent(self) -> int:
        """Return the share of master bills that go on from Hong Kong."""
        going_on = sum(bill.transhipment is True for bill in self.masters.bills)
        return round(going_on * 100 / len(self.masters.bills))


@dataclass(frozen=True, slots=True)
class _Load:
    """One or more masters that share boxes with nobody else."""

    boxes: int
    masters: int = 1
    houses: int = 0
    co_loaded: int = 0  # houses below one of the houses
    is_groupage: bool = False


def make_call(seed: int, now: datetime) -> Call:
    """Return the call that a seed makes; `now` is the start of the demo day, with its zone."""
    random = Random(f"waglan demo call {seed}")
    head = _head(seed, now)
    yard = Yard.of(random, BOXES)
    masters: list[Bill] = []
    houses: dict[PartyId, list[Bill]] = {forwarder(n + 1).party: [] for n in range(FORWARDERS)}
    numbers = Numbers(random)
    writer = _Writer(random, yard, numbers, masters, houses)
    for load, onward in _destined(random, _loads(random)):
        writer.write(load, onward)
    clean = Papers(
        Manifest(head, tuple(masters), _listed(yard.loaded, masters)),
        {party: _of_forwarder(head, party, bills, yard) for party, bills in houses.items()},
    )
    rest, by_hand = _held_back(random, clean)
    papers, slips, planted = err(random, rest, careful=by_hand[0])
    return Call(seed, head, papers.masters, papers.houses, by_hand, slips, planted)


def _held_back(random: Random, papers: Papers) -> tuple[Papers, tuple[PartyId, Manifest]]:
    """Take a few houses of one groupage box out of their forwarder's file, to be filled by hand."""
    groups: dict[tuple[PartyId, str], list[Bill]] = {}
    for party, manifest in papers.houses.items():
        for bill in manifest.bills:
            if bill.parent and bill.houses is None and all(p.address for p in bill.parties):
                groups.setdefault((party, bill.parent), []).append(bill)
    enough = [group for group, bills in groups.items() if len(bills) > BY_HAND]
    (party, parent) = random.choice(enough)
    manifest, taken = papers.houses[party], groups[(party, parent)][:BY_HAND]
    numbers = {bill.number for bill in taken}
    boxes = {package.container for b in taken for item in b.goods for package in item.stowed}
    head = replace(manifest.head, document=f"{manifest.head.document}-BY-HAND")
    listed = tuple(box for box in manifest.equipment if box.number in boxes)
    rest = replace(manifest, bills=tuple(b for b in manifest.bills if b.number not in numbers))
    return (
        Papers(papers.masters, {**papers.houses, party: rest}),
        (party, Manifest(head, tuple(taken), listed)),
    )


def _head(seed: int, now: datetime) -> Head:
    arrival = (now + ARRIVES_AFTER).astimezone(HONG_KONG)
    voyage = f"{seed % 1000:03}E"
    return Head(
        document=f"SYNLINE-{voyage}-HKG",
        document_name="785",
        carrier=LINE.name,
        vessel=VESSEL,
        imo=IMO,
        voyage=voyage,
        mode="1",
        customs_office=HONG_KONG_PLACE,
        port_of_call=HONG_KONG_PLACE,
        arrival=f"{arrival:%Y-%m-%dT%H:%M}",
    )


def _loads(random: Random) -> list[_Load]:
    part_lots = PART_LOT_BOXES * PART_LOT_MASTERS
    direct = MASTERS - part_lots - BACK_TO_BACK - GROUPAGE
    full = direct + BACK_TO_BACK
    boxes = _spread(random, BOXES - GROUPAGE - PART_LOT_BOXES, [1] * full, [8] * full)
    rooms = boxes[direct:]
    single = _spread(random, BACK_TO_BACK_HOUSES, [1] * len(rooms), [min(3, n) for n in rooms])
    lots = HOUSES - BACK_TO_BACK_HOUSES - CO_LOADED_HOUSES
    many = _spread(random, lots, [2] * GROUPAGE, [16] * GROUPAGE)
    below = _spread(random, CO_LOADED_HOUSES, [3] * CO_LOADS, [10] * CO_LOADS)
    below += [0] * (GROUPAGE - CO_LOADS)
    return [
        *(_Load(boxes=1, masters=PART_LOT_MASTERS) for _ in range(PART_LOT_BOXES)),
        *(_Load(boxes=n) for n in boxes[:direct]),
        *(_Load(boxes=n, houses=h) for n, h in zip(rooms, single, strict=True)),
        *(
            _Load(boxes=1, houses=h, co_loaded=c, is_groupage=True)
            for h, c in zip(many, below, strict=True)
        ),
    ]


def _spread(random: Random, total: int, low: list[int], high: list[int]) -> list[int]:
    """Return numbers between their bounds that sum to a total."""
    numbers = list(low)
    left = total - sum(low)
    while left:
        index = random.randrange(len(numbers))
        if numbers[index] < high[index]:
            numbers[index] += 1
            left -= 1
    return numbers


def _destined(random: Random, loads: list[_Load]) -> Iterator[tuple[_Load, bool]]:
    """Yield the loads in mixed order, and whether each goes on; boxes and bills share alike."""
    random.shuffle(loads)
    loads.sort(key=lambda load: (load.masters, load.houses > 0, load.boxes))
    onward = [
        (n + 1) * TRANSHIPMENT_PERMILLE // 1000 > n * TRANSHIPMENT_PERMILLE // 1000
        for n in range(len(loads))
    ]
    pairs = list(zip(loads, onward, strict=True))
    random.shuffle(pairs)
    yield from pairs


@dataclass(slots=True)
class _Writer:
    """Loads boxes and writes their bills."""

    random: Random
    yard: Yard
    numbers: Numbers
    masters: list[Bill]
    houses: dict[PartyId, list[Bill]]
    turn: int = 0

    def write(self, load: _Load, onward: bool) -> None:
        """Write all bills of one load."""
        ports = trade.ports()
        origin = _port(self.random, ports.loading)
        goes_to = _port(self.random, ports.onward) if onward else None
        journey = (origin, goes_to)
        if load.is_groupage:
            self._groupage(load, journey)
        elif load.houses:
            self._back_to_back(load, journey)
        else:
            self._direct(load, journey)

    def _direct(self, load: _Load, journey: tuple[Port, Port | None]) -> None:
        region = journey[0].region
        if load.masters > 1:
            lots = self.yard.groupage(region, load.masters)
        else:
            lots = [self.yard.full_load(region, load.boxes)]
        self.masters += [master(self.numbers, journey, [lot]) for lot in lots]

    def _back_to_back(self, load: _Load, journey: tuple[Port, Port | None]) -> None:
        sizes = _spread(self.random, load.boxes, [1] * load.houses, [load.boxes] * load.houses)
        lots = [self.yard.full_load(journey[0].region, boxes) for boxes in sizes]
        agent = self._next_forwarder()
        top = master(self.numbers, journey, lots, forwarder=agent)
        self.masters.append(top)
        self._houses(agent, top.number, journey, lots)

    def _groupage(self, load: _Load, journey: tuple[Port, Port | None]) -> None:
        own = load.houses - (1 if load.co_loaded else 0)
        lots = self.yard.groupage(journey[0].region, own + load.co_loaded)
        agent = self._next_forwarder()
        top = consolidation(self.numbers, journey, lots, forwarder=agent, houses=load.houses)
        self.masters.append(top)
        self._houses(agent, top.number, journey, lots[:own])
        if load.co_loaded:
            self._co_load(agent, top.number, journey, lots[own:])

    def _co_load(
        self, agent: int, above: str, journey: tuple[Port, Port | None], lots: list[Lot]
    ) -> None:
        other = 1 + (agent - 1 + self.random.randrange(1, FORWARDERS)) % FORWARDERS
        bill = sub_consolidation(self.numbers, journey, lots, above=above, firms=(agent, other))
        self.houses[forwarder(agent).party].append(bill)
        self._houses(other, bill.number, journey, lots)

    def _houses(
        self, agent: int, above: str, journey: tuple[Port, Port | None], lots: Iterable[Lot]
    ) -> None:
        bills = self.houses[forwarder(agent).party]
        bills += [house(self.numbers, journey, lot, above=above, agent=agent) for lot in lots]

    def _next_forwarder(self) -> int:
        # In turn at first, so that each has work; then the first ones have more, as in life.
        self.turn += 1
        if self.turn <= FORWARDERS * 3:
            return 1 + self.turn % FORWARDERS
        shares = range(2 * FORWARDERS, FORWARDERS, -1)
        return 1 + self.random.choices(range(FORWARDERS), shares)[0]


def _port(random: Random, ports: tuple[Port, ...]) -> Port:
    return random.choices(ports, [port.share for port in ports])[0]


def _listed(boxes: Mapping[str, Box], bills: Iterable[Bill]) -> tuple[Equipment, ...]:
    """Return the boxes that bills name, in the order in which they are named first."""
    named = dict.fromkeys(
        package.container for bill in bills for item in bill.goods for package in item.stowed
    )
    return tuple(boxes[number].listed() for number in named)


def _of_forwarder(head: Head, party: PartyId, bills: list[Bill], yard: Yard) -> Manifest:
    number = party[-2:]
    own = Head(
        document=f"SYNFWD{number}-{head.voyage}-HKG",
        document_name=head.document_name,
        carrier=head.carrier,
        agent=f"SYNFWD{number}",
        vessel=head.vessel,
        imo=head.imo,
        voyage=head.voyage,
        mode=head.mode,
        customs_office=head.customs_office,
        port_of_call=head.port_of_call,
        arrival=head.arrival,
    )
    return Manifest(own, tuple(bills), _listed(yard.loaded, bills))
