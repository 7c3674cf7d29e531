"""The honest mistakes of a day, planted in clean papers: known to tests, never shown as results."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random

from msgspec.structs import replace

from waglan.codes.party import PartyId
from waglan.demo import trade
from waglan.demo.organisations import LINE
from waglan.manifest.model import (
    Bill,
    Equipment,
    Function,
    Goods,
    Head,
    Level,
    Manifest,
    Package,
    PartyRole,
)
from waglan.manifest.version import PREVIOUS

# Pounds put down as kilograms: the figure is a bit more than twice too big.
POUNDS_PERMILLE = 2_205
BIG_ENOUGH_PERMILLE = 100  # share of its master that a house needs, for its mistake to be seen


class Slip(Enum):
    """A kind of mistake."""

    VAGUE_GOODS = "vague goods"
    NO_CONSIGNEE = "no consignee"
    HOUSES_DO_NOT_ADD_UP = "houses that do not add up to their master"
    WRONG_CHECK_DIGIT = "wrong check digit"
    BILL_TWICE = "a bill twice"
    WRONG_COUNT = "wrong count of segments"
    TRUNCATED = "truncated transmission"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: who made it and in what (a bill's or box's number, or a document's)."""

    slip: Slip
    party: PartyId
    about: str


@dataclass(frozen=True, slots=True)
class Papers:
    """What the line and the forwarders are about to file."""

    masters: Manifest
    houses: Mapping[PartyId, Manifest]


@dataclass(frozen=True, slots=True)
class Slips:
    """Who errs in sending, and the manifests with which two forwarders put theirs right."""

    wrong_count: PartyId
    truncated: PartyId
    twice: tuple[PartyId, Manifest]  # the manifest as it should be, without the bill told twice
    changing: tuple[PartyId, Manifest]  # only the bills that change


def err(
    random: Random, papers: Papers, careful: PartyId
) -> tuple[Papers, Slips, tuple[Mistake, ...]]:
    """Return the papers with mistakes, how they are put right, and the list of what was planted.

    One forwarder, the careful one, makes none in sending.
    """
    draft = _Draft(random, papers)
    draft.misread_boxes()
    draft.describe_vaguely()
    draft.forget_consignees()
    draft.weigh_in_pounds()
    twice, wrong_count, truncated, changing = random.sample(
        [party for party in papers.houses if party != careful], 4
    )
    change = draft.forget_one_and_supply_it(changing)
    whole = draft.houses[twice]
    draft.repeat_a_bill(twice)
    draft.note(Slip.WRONG_COUNT, wrong_count, draft.houses[wrong_count].head.document)
    draft.note(Slip.TRUNCATED, truncated, draft.houses[truncated].head.document)
    slips = Slips(wrong_count, truncated, (twice, whole), (changing, change))
    return Papers(draft.masters, draft.houses), slips, tuple(draft.planted)


class _Draft:
    """Papers while mistakes are made in them."""

    def __init__(self, random: Random, papers: Papers) -> None:
        self.random = random
        self.masters = papers.masters
        self.houses = dict(papers.houses)
        self.planted: list[Mistake] = []
        self.touched: set[str] = set()  # no bill errs twice, so that each mistake can be told

    def note(self, slip: Slip, party: PartyId, about: str) -> None:
        self.planted.append(Mistake(slip, party, about))

    def misread_boxes(self) -> None:
        """Everybody copies the same misread number from the booking."""
        boxes = [box.number for box in self.masters.equipment]
        wrong = {}
        for number in self.random.sample(boxes, trade.mistakes().boxes_with_wrong_check_digit):
            digit = (int(number[-1]) + self.random.randint(1, 9)) % 10
            wrong[number] = f"{number[:-1]}{digit}"
            self.note(Slip.WRONG_CHECK_DIGIT, LINE.party, wrong[number])
        self.masters = _renumbered(self.masters, wrong)
        self.houses = {party: _renumbered(m, wrong) for party, m in self.houses.items()}

    def describe_vaguely(self) -> None:
        rate = trade.mistakes()
        for party, bill in self._some(rate.vague_houses_permille, self._own_houses()):
            self._change(party, _described(bill, self.random.choice(rate.vague)))
            self.note(Slip.VAGUE_GOODS, party, bill.number)
        direct = [(LINE.party, bill) for bill in self.masters.bills if bill.houses is None]
        for party, bill in self._some(rate.vague_masters_permille, direct):
            self._change(party, _described(bill, self.random.choice(rate.vague)))
            self.note(Slip.VAGUE_GOODS, party, bill.number)

    def forget_consignees(self) -> None:
        rate = trade.mistakes().no_consignee_houses_permille
        for party, bill in self._some(rate, self._own_houses()):
            self._change(party, _without_consignee(bill))
            self.note(Slip.NO_CONSIGNEE, party, bill.number)

    def weigh_in_pounds(self) -> None:
        masters = {bill.number: bill for bill in self.masters.bills}
        big = [
            (party, bill)
            for party, bill in self._own_houses()
            if bill.parent in masters
            and (masters[bill.parent].houses or 0) > 1
            and _permille(bill, masters[bill.parent]) >= BIG_ENOUGH_PERMILLE
        ]
        wrong: set[str] = set()
        self.random.shuffle(big)
        for party, bill in big:
            if len(wrong) == trade.mistakes().consolidations_not_adding_up:
                break
            if bill.parent is not None and bill.parent not in wrong:
                wrong.add(bill.parent)
                self._change(party, _in_pounds(bill))
                self.note(Slip.HOUSES_DO_NOT_ADD_UP, party, bill.number)

    def forget_one_and_supply_it(self, party: PartyId) -> Manifest:
        """Leave out a consignee and return the change that supplies it."""
        bills = [bill for owner, bill in self._own_houses() if owner == party]
        whole = self.random.choice(bills)
        self._change(party, _without_consignee(whole))
        self.note(Slip.NO_CONSIGNEE, party, whole.number)
        manifest = self.houses[party]
        boxes = {package.container for item in whole.goods for package in item.stowed}
        return Manifest(
            _changing(manifest),
            (whole,),
            tuple(box for box in manifest.equipment if box.number in boxes),
        )

    def repeat_a_bill(self, party: PartyId) -> None:
        """Tell one bill twice, as happens when two people key one file."""
        manifest = self.houses[party]
        bill = self.random.choice([b for b in manifest.bills if b.number not in self.touched])
        self.houses[party] = replace(manifest, bills=(*manifest.bills, bill))
        self.note(Slip.BILL_TWICE, party, bill.number)

    def _own_houses(self) -> list[tuple[PartyId, Bill]]:
        """Return the houses of traders in which nobody erred yet."""
        return [
            (party, bill)
            for party, manifest in self.houses.items()
            for bill in manifest.bills
            if bill.houses is None and bill.number not in self.touched
        ]

    def _some(self, permille: int, bills: list[tuple[PartyId, Bill]]) -> list[tuple[PartyId, Bill]]:
        return self.random.sample(bills, len(bills) * permille // 1000)

    def _change(self, party: PartyId, bill: Bill) -> None:
        self.touched.add(bill.number)
        if bill.level is Level.MASTER:
            self.masters = _with(self.masters, bill)
        else:
            self.houses[party] = _with(self.houses[party], bill)


def _with(manifest: Manifest, changed: Bill) -> Manifest:
    bills = tuple(changed if bill.number == changed.number else bill for bill in manifest.bills)
    return replace(manifest, bills=bills)


def _changing(manifest: Manifest) -> Head:
    """Return the head of an amendment: it names the version that it changes, here the first."""
    references = (*manifest.head.references, (PREVIOUS, "1"))
    return replace(manifest.head, function=Function.CHANGE, references=references)


def _described(bill: Bill, text: str) -> Bill:
    return replace(bill, goods=tuple(replace(item, description=text) for item in bill.goods))


def _without_consignee(bill: Bill) -> Bill:
    kept = tuple(party for party in bill.parties if party.role is not PartyRole.CONSIGNEE)
    return replace(bill, parties=kept)


def _permille(bill: Bill, master: Bill) -> int:
    return (bill.gross_mass_g or 0) * 1000 // (master.gross_mass_g or 1)


def _in_pounds(bill: Bill) -> Bill:
    goods = tuple(
        replace(item, gross_mass_g=(item.gross_mass_g or 0) // 1000 * POUNDS_PERMILLE)
        for item in bill.goods
    )
    return replace(bill, goods=goods, gross_mass_g=sum(item.gross_mass_g or 0 for item in goods))


def _renumbered(manifest: Manifest, numbers: Mapping[str, str]) -> Manifest:
    return replace(
        manifest,
        bills=tuple(
            replace(bill, goods=tuple(_restowed(item, numbers) for item in bill.goods))
            if any(p.container in numbers for item in bill.goods for p in item.stowed)
            else bill
            for bill in manifest.bills
        ),
        equipment=tuple(_relisted(box, numbers) for box in manifest.equipment),
    )


def _restowed(item: Goods, numbers: Mapping[str, str]) -> Goods:
    stowed = tuple(Package(numbers.get(p.container, p.container), p.count) for p in item.stowed)
    return replace(item, stowed=stowed)


def _relisted(box: Equipment, numbers: Mapping[str, str]) -> Equipment:
    return replace(box, number=numbers.get(box.number, box.number))
