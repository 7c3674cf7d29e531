"""Somebody asks how a bill, a box or a manifest stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from waglan.cargo.same_bill import is_of
from waglan.cargo.same_manifest import ToldIdentity, identities
from waglan.cargo.standing import Standing, standing
from waglan.codes.container import unparted
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.logbook.leaf import read_event
from waglan.logbook.sealed import Vault
from waglan.operations._sights import sights
from waglan.store import Transaction, events, moves, notices
from waglan.store.events import Told
from waglan.store.looks import Sight
from waglan.store.named import Named, named

EVENTS_MAX = 1_000  # of one thing
OTHERS_MAX = 100  # that a key leads to
OTHERS_EVENTS_MAX = 10_000  # of all of those together
GUESSES = (KeyKind.BILL, KeyKind.CONTAINER, KeyKind.MANIFEST, KeyKind.CALL)


@dataclass(frozen=True, slots=True)
class Tracked:
    """One thing that the key names or leads to, and how it stands by all that was told of it.

    Bills of one number are each a thing of its own: filers may use the same, and so may houses.
    So are manifests of one document: of several filers, for several calls, at several authorities.
    """

    about: Key
    standing: Standing
    events: tuple[tuple[int | None, Event], ...]  # None: not numbered yet
    has_older: bool  # events, which are not among these and count for nothing here
    sights: tuple[Sight, ...]  # of what is another's
    named: tuple[Named, ...]  # whom the bill names, filer by filer, as far as he may read names
    identity: ToldIdentity | None = None  # of a manifest


@dataclass(frozen=True, slots=True)
class Found:
    """What a key names and leads to; `has_more` says that older things are left out."""

    things: tuple[Tracked, ...]
    has_more: bool


async def track_key(tx: Transaction, vault: Vault, text: str, kind: KeyKind | None) -> Found:
    """Return all that this key names and the reader may see; nothing, if there is nothing for him.

    A box brings along the bills that name it, a bill its boxes, a call its manifests. Each stands
    as it would by its own key: by everything of it that the reader may see.
    """
    for guess in GUESSES if kind is None else (kind,):
        key = Key(guess, _spelled(text, guess))
        told = {key: _read(await events.about(tx, key, at_most=EVENTS_MAX + 1), EVENTS_MAX)}
        others = await _others(tx, key, told[key])
        each = min(EVENTS_MAX, OTHERS_EVENTS_MAX // max(1, len(others[:OTHERS_MAX])))
        found = await events.of_things(tx, others[:OTHERS_MAX], each=each + 1)
        told |= {thing: _read(found[thing], each) for thing in others if thing in found}
        if things := await _tracked(tx, vault, key, told):
            has_more = bool(others[OTHERS_MAX:] or (others and told[key].has_older))
            return Found(things, has_more)
    return Found((), has_more=False)


def _spelled(text: str, kind: KeyKind) -> str:
    bare = text.strip()
    return unparted(bare).upper() if kind is KeyKind.CONTAINER else bare


@dataclass(frozen=True, slots=True)
class _Told:
    """Events under one key, oldest first, and whether there are older ones beside them."""

    events: tuple[tuple[Told, Event], ...]
    has_older: bool


def _read(told: Sequence[Told], at_most: int) -> _Told:
    has_older = len(told) > at_most
    left_out = min(told, key=lambda one: one.event_id) if has_older else None
    return _Told(
        tuple((one, read_event(one.canonical)) for one in told if one is not left_out), has_older
    )


async def _others(tx: Transaction, key: Key, told: _Told) -> list[Key]:
    """Return what else a key leads to, the newest first."""
    newest = sorted(told.events, key=lambda one: one[0].event_id, reverse=True)
    found = [event.about for _, event in newest]
    if key.kind is KeyKind.BILL:
        boxes = await moves.boxes_of_bill(tx, key.text, at_most=EVENTS_MAX)
        found += [Key(KeyKind.CONTAINER, box) for box in boxes]
    if key.kind is KeyKind.CONTAINER:
        # Who sees a bill's boxes and not its goods sees no event that names the box.
        bills = await notices.bills_in(tx, key.text, at_most=EVENTS_MAX)
        found += [Key(KeyKind.BILL, bill) for bill in bills]
    return [thing for thing in dict.fromkeys(found) if thing != key]


async def _tracked(
    tx: Transaction, vault: Vault, key: Key, told: Mapping[Key, _Told]
) -> tuple[Tracked, ...]:
    own = [
        (thing, group, identity)
        for thing, found in told.items()
        for group, identity in _parted(thing, [o for o in found.events if o[1].about == thing])
        # A document may be of other calls too: they are other manifests.
        if identity is None or key.kind is not KeyKind.CALL or identity.call == key.text
    ]
    bills = {
        one.consignment
        for thing, group, _ in own
        if thing.kind is KeyKind.BILL
        for one, _ in group
        if one.consignment is not None
    }
    names = {whom.consignment: whom for whom in await named(tx, vault, bills)}
    return tuple(
        Tracked(
            thing,
            standing(event for _, event in group),
            tuple((one.seq, event) for one, event in group),
            told[thing].has_older,
            tuple(sights((one.consignment, event) for one, event in group)),
            _of(names, thing, group),
            identity,
        )
        for thing, group, identity in own
    )


_Group: TypeAlias = "list[tuple[Told, Event]]"


def _parted(thing: Key, events: _Group) -> list[tuple[_Group, ToldIdentity | None]]:
    """Part what is told under one key by what bears it, the newest first."""
    if thing.kind is not KeyKind.MANIFEST:
        return [(group, None) for group in _apart(events)]
    groups = dict[ToldIdentity, _Group]()
    for one, which in zip(events, identities([event for _, event in events]), strict=True):
        for identity in which:
            groups.setdefault(identity, []).append(one)
    newest = sorted(groups, key=lambda identity: _newest(groups[identity]), reverse=True)
    return [(groups[identity], identity) for identity in newest]


def _apart(events: _Group) -> list[_Group]:
    """Part what is told under one number by the bills that bear it, the newest first."""
    groups = dict[int, _Group]()
    for one in events:
        if one[0].consignment is not None:
            groups.setdefault(one[0].consignment, []).append(one)
    if len(groups) < 2:
        return [events] if events else []
    rest: _Group = []
    for one in events:
        if one[0].consignment is None:
            whose = [group for group in groups.values() if is_of(one[1], [e for _, e in group])]
            for group in whose or [rest]:
                group.append(one)
    found = [*groups.values(), *([rest] if rest else [])]
    return sorted(found, key=_newest, reverse=True)


def _newest(group: _Group) -> int:
    return max(one.event_id for one, _ in group)


def _of(
    names: Mapping[int, Named], thing: Key, group: Sequence[tuple[Told, Event]]
) -> tuple[Named, ...]:
    if thing.kind is not KeyKind.BILL:
        return ()
    bills = dict.fromkeys(one.consignment for one, _ in group)
    return tuple(names[bill] for bill in bills if bill is not None and bill in names)
