"""What officers held of the same goods under a bill that does not name them now. For officers only.

Its filer withdrew it, or filed it anew with other goods, in another container, for somebody else.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import product

from waglan.customs.likeness import (
    ANEW_MAX,
    NO_NUMBER,
    Likeness,
    Shared,
    bare_box,
    box_unread,
    consignee_keys,
    goods_keys,
    likeness,
    number_key,
)
from waglan.customs.place import BillPlace, bill_place
from waglan.logbook.sealed import Vault
from waglan.manifest.identity import BillKey, bill_key
from waglan.manifest.model import Bill, Manifest, Party, PartyRole
from waglan.store import Transaction, acts, judged_again, worklist
from waglan.store.judged_again import Heir
from waglan.store.named import Named, named
from waglan.store.worklist import Before, Declared

HELD_MAX = 200  # of each kind: an officer's own first, then the newest; others are not compared
SHOWN_MAX = 5  # for each bill


@dataclass(frozen=True, slots=True)
class HeldBefore:
    """A bill that was held, and in what a later one is like what it named."""

    bill: Declared
    shared: Shared


@dataclass(frozen=True, slots=True)
class _Pair:
    """A later bill, by its number here and what it says, and one that it is compared with."""

    consignment: int
    says: Likeness
    held: Declared
    held_says: Likeness
    is_number_his: bool  # the same filer's very number: what was decided goes on with it


async def held_before(
    tx: Transaction, vault: Vault, consignments: Collection[int]
) -> dict[int, list[HeldBefore]]:
    """Return, for each of these bills, which others may have been of its goods, the newest first.

    What a bill named already when the other one was held first is not taken over from it: compared
    are the containers, and the consignee with his goods, that it names only since then, and the
    number of a bill that came since then, but for the same filer's very number. Of the other one
    count all containers that it named since then, and consignee and goods of then and of now.
    Compared are those that an officer still has before him: what he lifts is not spoken of again.
    """
    held = await _held(tx, vault, await worklist.held_of_before(tx, at_most=HELD_MAX))
    if not held.bills:
        return {}
    later = await worklist.declared(tx, consignments)
    known = await _likenesses(tx, vault, later, {})
    pairs = [
        _Pair(bill.consignment, mine, one, held.says[one.consignment], _name(bill) == _name(one))
        for bill in later
        for one in held.bills
        if abs(bill.declared_at - one.declared_at) <= ANEW_MAX
        and (mine := known.get(bill.consignment))
    ]
    found: dict[int, list[HeldBefore]] = {}
    for pair, shared in await _shared_since(tx, vault, pairs, held.since):
        alike = found.setdefault(pair.consignment, [])
        if len(alike) < SHOWN_MAX:
            alike.append(HeldBefore(pair.held, shared))
    return found


@dataclass(frozen=True, slots=True)
class Suspects:
    """Which bills of a manifest may be of goods that were held, and under which number."""

    alike: Mapping[BillPlace, str] = field(default_factory=dict)
    unread: Sequence[tuple[Bill, str]] = ()  # in a container that may be any that was held


async def goods_held_before(
    tx: Transaction,
    vault: Vault,
    manifest: Manifest,
    consignments: Mapping[BillKey, int],
    *,
    now: datetime,
) -> Suspects:
    """Return which bills of a manifest may be of goods that were held.

    Compared as in `held_before`, but what was just filed. A bill that its filer files under the
    same number below another is not among them: what was decided goes on with it.
    """
    before = await worklist.held_of_before(tx, at_most=HELD_MAX)
    gone = [one for one in before.withdrawn if abs(now - one.declared_at) <= ANEW_MAX]
    known = await _held(tx, vault, replace(before, withdrawn=gone))
    if not known.bills:
        return Suspects()
    sought = Sought([(one, known.says[one.consignment]) for one in known.bills])
    alike = {
        consignments[bill_key(bill)]: (bill, held)
        for bill in manifest.bills
        if (held := sought.of(bill)) and bill_key(bill) in consignments
    }
    filers = await worklist.filers(tx, alike)
    pairs = [
        _Pair(consignment, says, one, known.says[one.consignment], is_number_his=False)
        for consignment, (bill, held) in alike.items()
        for says in [likeness(bill, _consignee_of(bill.parties))]
        for one in sorted(held, key=lambda one: one.consignment, reverse=True)
        if _name(one) != (filers.get(consignment), bill.number)
    ]
    found: dict[BillPlace, str] = {}
    for pair, _ in await _shared_since(tx, vault, pairs, known.since):
        found.setdefault(bill_place(alike[pair.consignment][0]), pair.held.number)
    is_boxed = any(like.boxes for like in known.says.values())
    unread = [(b, box) for b in manifest.bills if (box := box_unread(b))] if is_boxed else []
    return Suspects(found, unread)


async def left_behind(tx: Transaction, vault: Vault, bills: Collection[int]) -> dict[int, int]:
    """Return which of these held bills stand and left something of theirs behind.

    Each with the manifest in which it was held first.
    """
    anew = await worklist.held_and_filed_anew(tx, at_most=len(bills), among=bills)
    anew, before = await _anew_since(tx, anew)
    return {one: before[one] for one in await _left(tx, vault, anew, before)}


async def heirs(tx: Transaction, vault: Vault, bill: int, *, since: int) -> list[Heir]:
    """Return the standing manifests that may go on with a bill that was held in `since`.

    Its consignees of then and of now are sought as they are written, but for case and width.
    """
    told = [*await named(tx, vault, [bill], until=since), *await named(tx, vault, [bill])]
    names = {name for one in told if consignee_keys(name := _consignee_of(one.parties))}
    found = sorted(map(vault.blind, names))
    return await judged_again.heirs(tx, bill, since=since, consignees=found)


@dataclass(frozen=True, slots=True)
class _Held:
    """Bills that were held, since which manifest, and what each named and does not name now."""

    bills: Sequence[Declared]
    since: Mapping[int, int]
    says: Mapping[int, Likeness]


async def _held(tx: Transaction, vault: Vault, bills: Before) -> _Held:
    """Return the withdrawn bills, and those that stand and left something of theirs behind."""
    gone = bills.withdrawn
    since = await _held_since(tx, gone)
    says = await _likenesses(tx, vault, gone, since)
    anew, before = await _anew_since(tx, bills.filed_anew)
    since |= {one.consignment: before[one.consignment] for one in anew}
    says |= await _left(tx, vault, anew, before)
    return _Held([one for one in [*gone, *anew] if one.consignment in says], since, says)


async def _anew_since(
    tx: Transaction, anew: Sequence[Declared]
) -> tuple[list[Declared], dict[int, int]]:
    """Return those of these bills that were filed anew since they were held, and since when."""
    since = await judged_again.held_since(tx, [one.consignment for one in anew])
    later = [one for one in anew if since.get(one.consignment, one.manifest_id) < one.manifest_id]
    return later, since


async def _left(
    tx: Transaction, vault: Vault, anew: Sequence[Declared], before: Mapping[int, int]
) -> dict[int, Likeness]:
    """Return what these bills named when they were held, or since then, and do not name now."""
    if not anew:
        return {}
    now = await _likenesses(tx, vault, anew, {})
    boxes: dict[int, set[str]] = {}
    since = {one.consignment: before[one.consignment] for one in anew}
    for consignment, box in await judged_again.boxes_left(tx, since):
        boxes.setdefault(consignment, set()).add(bare_box(box))
    left = {}
    for until in set(since.values()):
        bills = [consignment for consignment, first in since.items() if first == until]
        for consignment, then in (await _as_they_stood(tx, vault, bills, until)).items():
            if consignment in now:
                left[consignment] = then.left(now[consignment], boxes.get(consignment, ()))
    return {one: like for one, like in left.items() if like.boxes or like.goods}


async def _held_since(tx: Transaction, gone: Collection[Declared]) -> dict[int, int]:
    """Return in which manifest each was held first, or else which declared it last."""
    last = {one.consignment: one.manifest_id for one in gone}
    return last | await judged_again.held_since(tx, last)


async def _shared_since(
    tx: Transaction, vault: Vault, pairs: Sequence[_Pair], since: Mapping[int, int]
) -> list[tuple[_Pair, Shared]]:
    """Return the pairs that are alike in what the later bill names since, in their order."""
    alike = [
        (pair, shared)
        for pair in pairs
        if pair.consignment != pair.held.consignment and (shared := _shared(pair))
    ]
    beside: dict[int, set[int]] = {}
    for pair, _ in alike:
        beside.setdefault(since[pair.held.consignment], set()).add(pair.consignment)
    stood = {
        (consignment, until): one
        for until, bills in beside.items()
        for consignment, one in (await _as_they_stood(tx, vault, bills, until)).items()
    }
    found = []
    for pair, shared in alike:
        before = stood.get((pair.consignment, since[pair.held.consignment]))
        new = shared.beyond(before.shared(pair.held_says)) if before else shared
        if new:
            found.append((pair, new))
    return found


def _shared(pair: _Pair) -> Shared:
    shared = pair.says.shared(pair.held_says)
    return replace(shared, is_number=False) if pair.is_number_his else shared


def _name(bill: Declared) -> tuple[str, str]:
    return bill.filer, bill.number


class Sought:
    """The bills that were held, found by what a later one says."""

    def __init__(self, held: Sequence[tuple[Declared, Likeness]]) -> None:
        """Take the bills, the newest first."""
        self._by_box: dict[str, list[Declared]] = {}
        self._by_trade: dict[tuple[str, str], list[Declared]] = {}
        self._by_number: dict[str, list[Declared]] = {}
        for one, like in held:
            if like.number != NO_NUMBER:
                self._by_number.setdefault(like.number, []).append(one)
            for box in like.boxes:
                self._by_box.setdefault(box, []).append(one)
            for trade in product(like.consignees, like.goods):
                self._by_trade.setdefault(trade, []).append(one)
        self._consignees: dict[str, frozenset[str]] = {}
        self._goods: dict[str, frozenset[str]] = {}

    def of(self, bill: Bill) -> set[Declared]:
        """Return those of whose goods this bill may be."""
        found = {
            one
            for item in bill.goods
            for package in item.stowed
            for one in self._by_box.get(bare_box(package.container), ())
        }
        found.update(self._by_number.get(number_key(bill.number), ()))
        if self._by_trade and (consignees := self._consignees_of(bill)):
            for item in bill.goods:
                text = item.description
                if (keys := self._goods.get(text)) is None:
                    keys = self._goods[text] = goods_keys(text)
                for trade in product(consignees, keys):
                    found.update(self._by_trade.get(trade, ()))
        return found

    def _consignees_of(self, bill: Bill) -> frozenset[str]:
        name = _consignee_of(bill.parties)
        if (keys := self._consignees.get(name)) is None:
            keys = self._consignees[name] = consignee_keys(name)
        return keys


def _consignee_of(parties: Iterable[Party]) -> str:
    return next((party.name for party in parties if party.role is PartyRole.CONSIGNEE), "")


async def _likenesses(
    tx: Transaction, vault: Vault, bills: Collection[Declared], since: dict[int, int]
) -> dict[int, Likeness]:
    """Return what these bills say, and those held `since` a manifest what they said then too."""
    at = {one.consignment: one.manifest_id for one in bills}
    known = await _told(tx, at, await named(tx, vault, at))
    for consignment, first in since.items():
        if first == at[consignment] or consignment not in known:
            continue
        before = await _as_they_stood(tx, vault, [consignment], first)
        if like := before.get(consignment):
            known[consignment] = known[consignment].joined(like)
    for consignment, box in await judged_again.boxes_since(tx, since):
        if like := known.get(consignment):
            known[consignment] = replace(like, boxes=like.boxes | {bare_box(box)})
    return known


async def _as_they_stood(
    tx: Transaction, vault: Vault, bills: Collection[int], until: int
) -> dict[int, Likeness]:
    """Return what these bills said when that manifest was filed, of those that were there."""
    at = await worklist.stood_in(tx, bills, until=until)
    return await _told(tx, at, await named(tx, vault, at, until=until)) if at else {}


async def _told(
    tx: Transaction, at: Mapping[int, int], names: Sequence[Named]
) -> dict[int, Likeness]:
    consignees = {one.consignment: _consignee_of(one.parties) for one in names}
    told = await acts.bills(tx, at)
    return {
        consignment: likeness(bill, consignees.get(consignment, ""))
        for consignment, bill in told.items()
    }
