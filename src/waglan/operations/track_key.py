"""Somebody asks how a bill, a box or a manifest stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waglan.cargo.standing import Standing, standing
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.logbook.leaf import read_event
from waglan.logbook.sealed import Vault
from waglan.operations._sights import sights
from waglan.store import Transaction, events, moves
from waglan.store.events import Told
from waglan.store.looks import Sight
from waglan.store.named import Named, named

EVENTS_MAX = 1_000
GUESSES = (KeyKind.BILL, KeyKind.CONTAINER, KeyKind.MANIFEST, KeyKind.CALL)


@dataclass(frozen=True, slots=True)
class Tracked:
    """One thing that the key names, how it stands, and the events with their numbers in the log."""

    about: Key
    standing: Standing
    events: tuple[tuple[int | None, Event], ...]  # None: not numbered yet
    sights: tuple[Sight, ...]  # of what is another's
    named: tuple[Named, ...]  # whom the bill names, filer by filer, as far as he may read names


async def track_key(
    tx: Transaction, vault: Vault, text: str, kind: KeyKind | None
) -> list[Tracked]:
    """Return all that this key names and the reader may see; nothing, if there is nothing for him.

    A box stands in the events of the bills that name it too, and a bill brings its boxes along.
    """
    for guess in GUESSES if kind is None else (kind,):
        key = Key(guess, _spelled(text, guess))
        told = await events.about(tx, key, at_most=EVENTS_MAX)
        if guess is KeyKind.BILL:
            told += await moves.events_of_bill(tx, key.text, at_most=EVENTS_MAX)
        if told:
            bills = {one.consignment for one in told if one.consignment is not None}
            names = {whom.consignment: whom for whom in await named(tx, vault, bills)}
            return _grouped([(one, read_event(one.canonical)) for one in told], names)
    return []


def _spelled(text: str, kind: KeyKind) -> str:
    bare = text.strip()
    return "".join(bare.split()).upper() if kind is KeyKind.CONTAINER else bare


def _grouped(told: Sequence[tuple[Told, Event]], names: Mapping[int, Named]) -> list[Tracked]:
    by_key: dict[Key, list[tuple[Told, Event]]] = {}
    for one, event in told:
        by_key.setdefault(event.about, []).append((one, event))
    return [
        Tracked(
            about,
            standing(event for _, event in group),
            tuple((one.seq, event) for one, event in group),
            tuple(sights((one.consignment, event) for one, event in group)),
            _of(names, about, group),
        )
        for about, group in by_key.items()
    ]


def _of(
    names: Mapping[int, Named], about: Key, group: Sequence[tuple[Told, Event]]
) -> tuple[Named, ...]:
    if about.kind is not KeyKind.BILL:
        return ()
    bills = dict.fromkeys(one.consignment for one, _ in group)
    return tuple(names[bill] for bill in bills if bill is not None and bill in names)
