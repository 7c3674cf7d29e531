"""The whole log compared with what was signed: from the database, or as the web shows it."""

import asyncio
from collections.abc import Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from itertools import islice, repeat
from typing import Any, TypeVar

import httpx

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.cosigning import halted
from waglan.logbook.audit import audit, edge_differs
from waglan.logbook.checkpoint import Checkpoint, read_checkpoint
from waglan.logbook.cosignature import cosigned_by
from waglan.logbook.event import Event
from waglan.logbook.leaf import SALT_BYTES, leaf_of, read_event
from waglan.logbook.note import BadNote, Note, VerifierKey, read_note, signers_of
from waglan.logbook.tiles import tile_path
from waglan.logbook.tree import HASH_BYTES, TILE_WIDTH, Frontier, GetTile, TileId, root, width_in
from waglan.store import audit as kept
from waglan.store import log, witnesses
from waglan.store.audit import Columns, Written
from waglan.store.connect import Pool, transaction

PAGE_EVENTS = 4_096
PAGE_CHECKPOINTS = 1_000
FINDINGS_MAX = 100
TILES_IN_MEMORY = 1_024
PAUSES = (0.0, 1.0, 4.0)  # seconds; what happens now is numbered meanwhile
NOTE_BYTES_MAX = 128 * 1024
_NO_LEAF = bytes(HASH_BYTES)

T = TypeVar("T")


@dataclass(slots=True)
class Audited:
    """What was compared, and every difference that was found."""

    size: int = 0
    erased: set[int] = field(default_factory=set)  # the events that a row says were erased
    gone: int = 0  # events without their row, whether or not a row says why
    checkpoints: int = 0
    is_signed: bool = True  # whether any checkpoint stands under the log's name
    cosigned_by: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    more: int = 0  # findings beyond those

    def find(self, finding: Finding) -> None:
        """Keep a difference; if so many are found that which ones no longer matters, count it."""
        if len(self.findings) < FINDINGS_MAX or finding.severity is not Severity.ERROR:
            self.findings.append(finding)
        else:
            self.more += 1


async def audit_database(pool: Pool, key: VerifierKey, pinned: Collection[VerifierKey]) -> Audited:
    """Work every leaf out again from the events kept; compare columns, tiles, roots, signatures."""
    async with transaction(pool, None) as tx:
        newest = await log.checkpoint(tx)
        found = Audited(findings=[halted(halt) for halt in await witnesses.halts(tx)])
        if await log.is_edge_altered(tx):
            found.find(edge_differs(Severity.ERROR))
    shelf = _Shelf(pool, asyncio.get_running_loop(), found)
    if newest is None:
        async with transaction(pool, None) as tx:
            head = await log.head(tx)
        as_kept = Checkpoint(head.origin, head.size, head.frontier.root)
        await asyncio.to_thread(_compare_unsigned, found, as_kept, shelf)
        await asyncio.to_thread(_older, found, shelf, key)
    else:
        await _compare_signed(found, newest, shelf, (key, pinned))
    gone = await _unaccounted(pool, found.erased)
    for seq in gone:
        found.find(_gone(seq))
    for table, number in await _untold(pool, found.erased.difference(gone)):
        found.find(_no_event(table, number))
    async with transaction(pool, None) as tx:
        later = await kept.passed_by(tx, at_most=FINDINGS_MAX)
    for kind, about in later:
        found.find(_unnumbered(kind, about))
    return found


async def _untold(pool: Pool, erased: set[int]) -> list[tuple[str, str]]:
    """Return (table, bill) of the statuses that no numbered event tells, nor one that was erased.

    What is told at this moment has its number within seconds.
    """
    for pause in PAUSES:
        await asyncio.sleep(pause)
        async with transaction(pool, None) as tx:
            rows = await kept.untold(tx)
        left = [(table, number) for table, number, seq in rows if seq not in erased]
        if not left:
            break
    return left


async def _unaccounted(pool: Pool, erased: set[int]) -> list[int]:
    """Return the events that are gone and that no numbered event tells to have been erased.

    An erasure of this moment has its own number within seconds.
    """
    for pause in PAUSES:
        await asyncio.sleep(pause)
        async with transaction(pool, None) as tx:
            told = await kept.erasures(tx)
        left = erased.difference(*(_erased(*event) for event in told))
        if not left:
            break
    return sorted(left)


def _erased(leaf: bytes, salt: bytes, canonical: bytes) -> list[int]:
    """Return the numbers that an event tells to have been erased, if it is what its leaf is of."""
    try:
        numbers = read_event(canonical).body.get("events")
    except ValueError:
        return []
    if len(salt) != SALT_BYTES or leaf_of(salt, canonical) != leaf:
        return []
    return [n for n in numbers if isinstance(n, int)] if isinstance(numbers, Sequence) else []


async def _compare_signed(
    found: Audited,
    newest: log.Signed,
    shelf: "_Shelf",
    keys: tuple[VerifierKey, Collection[VerifierKey]],
) -> None:
    key, _ = keys
    note = _note(newest.note + b"".join(newest.cosignatures))
    if note is None:
        found.find(_unsigned(key))
        found.size = newest.size
    else:
        await asyncio.to_thread(_compare, found, note, shelf, keys)
    await asyncio.to_thread(_older, found, shelf, key)


def _note(data: bytes) -> Note | None:
    try:
        note = read_note(data)
        read_checkpoint(note.text)
    except BadNote:
        return None
    return note


class _Shelf:
    """The database, read page by page from the thread that compares."""

    def __init__(self, pool: Pool, loop: asyncio.AbstractEventLoop, found: Audited) -> None:
        self._pool, self._loop, self._found = pool, loop, found
        self.get = lru_cache(TILES_IN_MEMORY)(self._tile)

    def leaves(self) -> Iterator[bytes]:
        first = 0
        while page := self._wait(self._page(first)):
            for event in page:
                yield from repeat(_NO_LEAF, event.seq - first)  # each later one keeps its place
                leaf = _leaf(event, self._found)
                if event.leaf_hash != leaf and event.leaf_hash != self._in_tree(event.seq):
                    self._found.find(_hash_differs(event.seq))
                yield leaf
                first = event.seq + 1

    def checkpoints(self) -> Iterator[tuple[str, int, bytes, bytes]]:
        beyond = "", 0
        while page := self._wait(self._signed(beyond)):
            yield from page
            beyond = page[-1][:2]

    def _in_tree(self, seq: int) -> bytes:
        at = seq % TILE_WIDTH * HASH_BYTES
        try:
            return self.get(TileId(0, seq // TILE_WIDTH))[at : at + HASH_BYTES]
        except LookupError:
            return b""

    def _tile(self, tile: TileId) -> bytes:
        return self._wait(self._hashes(tile))

    async def _page(self, first: int) -> list[Written]:
        async with transaction(self._pool, None) as tx:
            return await kept.written(tx, first=first, at_most=PAGE_EVENTS)

    async def _signed(self, beyond: tuple[str, int]) -> list[tuple[str, int, bytes, bytes]]:
        async with transaction(self._pool, None) as tx:
            return await kept.checkpoints(tx, beyond=beyond, at_most=PAGE_CHECKPOINTS)

    async def _hashes(self, tile: TileId) -> bytes:
        async with transaction(self._pool, None) as tx:
            return (await log.tiles(tx, [tile]))[tile]

    def _wait(self, reading: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(reading, self._loop).result()


def audit_web(http: httpx.Client, key: VerifierKey, pinned: Collection[VerifierKey]) -> Audited:
    """Fetch the newest checkpoint and all tiles, and build the tree again; events stay unseen."""
    found = Audited()
    answer = http.get("/log/checkpoint")
    answer.raise_for_status()
    note = _note(answer.content[:NOTE_BYTES_MAX])
    if note is None:
        found.find(_unsigned(key))
        return found
    size = read_checkpoint(note.text).size
    _compare(found, note, _Web(http, size), (key, pinned))
    return found


class _Web:
    """The log as anyone may fetch it."""

    def __init__(self, http: httpx.Client, size: int) -> None:
        self._http, self._size = http, size
        self.get = lru_cache(TILES_IN_MEMORY)(self._tile)

    def leaves(self) -> Iterator[bytes]:
        for index in range(-(-self._size // TILE_WIDTH)):
            try:
                hashes = self.get(TileId(0, index))
            except LookupError:
                return
            for at in range(0, len(hashes), HASH_BYTES):
                yield hashes[at : at + HASH_BYTES]

    def _tile(self, tile: TileId) -> bytes:
        width = width_in(tile, self._size)
        answer = self._http.get(f"/log/tile/{tile_path(tile, width)}")
        if answer.status_code == 404:
            raise LookupError(tile)
        answer.raise_for_status()
        return answer.content[: width * HASH_BYTES]


def _compare(
    found: Audited,
    note: Note,
    shelf: _Shelf | _Web,
    keys: tuple[VerifierKey, Collection[VerifierKey]],
) -> None:
    key, pinned = keys
    checkpoint = read_checkpoint(note.text)
    found.size, found.checkpoints = checkpoint.size, 1
    found.cosigned_by = tuple(one.key.name for one in cosigned_by(note, pinned))
    if checkpoint.origin != key.name or not signers_of(note, [key]):
        found.find(_unsigned(key))
    leaves = _with_tiles(found, islice(shelf.leaves(), checkpoint.size), shelf.get)
    for finding in audit(leaves, shelf.get, checkpoint):
        found.find(finding)


def _compare_unsigned(found: Audited, as_kept: Checkpoint, shelf: _Shelf) -> None:
    """Compare the events with their own hashes, which is all there is before the first signature.

    So it is after a restore, and before an instance ever ran.
    """
    found.size, found.is_signed = as_kept.size, False
    if as_kept.size:
        leaves = _with_tiles(found, islice(shelf.leaves(), as_kept.size), shelf.get)
        for finding in audit(leaves, shelf.get, as_kept):
            found.find(finding)
    found.find(_not_signed_yet(as_kept))


def _with_tiles(found: Audited, leaves: Iterable[bytes], get: GetTile) -> Iterator[bytes]:
    """Pass leaves on, and compare each full tile above them with the one that is kept."""
    edge = Frontier()
    leaves = iter(leaves)
    while row := list(islice(leaves, TILE_WIDTH)):
        edge, tiles = edge.append(row)
        for tile in tiles:
            if (
                tile.id.level
                and tile.width == TILE_WIDTH
                and not _is_kept(tile.hashes, tile.id, get)
            ):
                found.find(_tile_differs(tile.id))
        yield from row


def _is_kept(hashes: bytes, tile: TileId, get: GetTile) -> bool:
    try:
        return get(tile) == hashes
    except LookupError:
        return False


def _older(found: Audited, shelf: _Shelf, key: VerifierKey) -> None:
    """Hold every checkpoint ever signed against the tree that stands now.

    A restored log goes on with all leaves that it had under its former name; that name's key need
    not be here any more, so of its checkpoints the roots are compared, and not the signatures.
    """
    for origin, size, kept_root, data in shelf.checkpoints():
        is_former = origin != key.name
        if size > found.size and not is_former:
            continue  # signed meanwhile
        found.checkpoints += is_former or size < found.size
        try:
            note = read_note(data)
            said = read_checkpoint(note.text)
            fits = said == Checkpoint(origin, size, kept_root)
            signed = is_former or bool(signers_of(note, [key]))
            stands = size <= found.size and fits and signed and root(size, shelf.get) == said.root
        except (BadNote, LookupError):
            stands = False
        if not stands:
            found.find(_checkpoint_differs(size))


def _leaf(event: Written, found: Audited) -> bytes:
    if event.said is None or event.columns is None:
        found.gone += 1
        if event.is_erased:
            found.erased.add(event.seq)
        else:
            found.find(_gone(event.seq))
        return event.leaf_hash
    if event.is_erased:
        found.find(_not_erased(event.seq))
    salt, canonical = event.said
    columns = event.columns
    try:
        said = read_event(canonical)
    except ValueError:
        found.find(_columns_differ(event.seq))
    else:
        if not _says(columns, said):
            found.find(_columns_differ(event.seq))
        if said.code in _STATUSES and not _is_kept_so(said, columns.kept):
            found.find(_status_differs(event.seq))
        if said.code is EventCode.BILL_DECLARED and not _is_declared_so(said, columns):
            found.find(_bill_differs(event.seq))
        if said.code is EventCode.MESSAGE_RECEIVED and columns.kept != said.body:
            found.find(_message_differs(event.seq))
    return leaf_of(salt, canonical) if len(salt) == SALT_BYTES else _NO_LEAF


_STATUSES = {EventCode.CUSTOMS_STATUS, EventCode.NOTICE_SERVED}


def _is_kept_so(said: Event, kept: Mapping[str, Any] | None) -> bool:
    """Whether the tables have of a status what was told of it."""
    if kept is None:
        return False
    names = {"status"} | ({"manifest"} & said.body.keys())
    if said.code is EventCode.CUSTOMS_STATUS:
        names |= {"version", "fired", "act"}
        if not {"act", "order"} <= said.body.keys():
            names |= {"by", "order"}  # else an officer's decision of before goes on under an order
    wanted = said.body.get("targeting", ())
    return all(kept.get(name) == _plain(said.body.get(name)) for name in names) and (
        not isinstance(wanted, Sequence) or set(wanted) <= set(kept.get("targeting", ()))
    )


_OF_BILL = (
    "level", "parent", "place_of_loading", "port_of_discharge", "place_of_delivery",
    "transhipment", "packages", "gross_mass_g",
)  # fmt: skip


def _is_declared_so(said: Event, columns: Columns) -> bool:
    """Whether the tables have of a bill, and of its manifest, what was declared of it."""
    bill = columns.declared
    if bill is None:
        return False
    goods = [item.description for item in bill.goods]
    boxes = {package.container for item in bill.goods for package in item.stowed}
    told: Any = said.body
    return (
        columns.filed == tuple(told.get(name) for name in ("version", "call", "function"))
        and all(told.get(name) == _plain(getattr(bill, name)) for name in _OF_BILL)
        and _plain(told.get("goods")) == goods
        and set(told.get("containers", ())) == boxes
    )


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def _says(columns: Columns, said: Event) -> bool:
    if columns.bill not in (None, said.about.text):
        return False
    return (
        columns.said_by,
        columns.code,
        columns.about_kind,
        columns.about,
        columns.happened_at,
        columns.recorded_at,
    ) == (
        said.said_by,
        said.code.value,
        said.about.kind.value,
        said.about.text,
        said.happened_at,
        said.recorded_at,
    )


def _unsigned(key: VerifierKey) -> Finding:
    return Finding("LOG-SIGNATURE", Severity.ERROR, Where("checkpoint"), {"origin": key.name})


def _not_signed_yet(as_kept: Checkpoint) -> Finding:
    return Finding(
        "LOG-NOT-SIGNED",
        Severity.WARNING,
        Where("checkpoint"),
        {"origin": as_kept.origin, "size": as_kept.size},
    )


def _tile_differs(tile: TileId) -> Finding:
    place = Where(f"tiles/{tile.level}/{tile.index}")
    return Finding(
        "LOG-TILE-DIFFERS", Severity.ERROR, place, {"level": tile.level, "index": tile.index}
    )


def _checkpoint_differs(size: int) -> Finding:
    place = Where(f"checkpoints/{size}")
    return Finding("LOG-CHECKPOINT-DIFFERS", Severity.ERROR, place, {"size": size})


def _columns_differ(seq: int) -> Finding:
    return Finding("LOG-COLUMNS-DIFFER", Severity.ERROR, Where(f"leaves/{seq}"), {"seq": seq})


def _hash_differs(seq: int) -> Finding:
    return Finding("LOG-HASH-DIFFERS", Severity.ERROR, Where(f"leaves/{seq}"), {"seq": seq})


def _gone(seq: int) -> Finding:
    return Finding("LOG-EVENT-GONE", Severity.ERROR, Where(f"leaves/{seq}"), {"seq": seq})


def _status_differs(seq: int) -> Finding:
    return Finding("LOG-STATUS-DIFFERS", Severity.ERROR, Where(f"leaves/{seq}"), {"seq": seq})


def _not_erased(seq: int) -> Finding:
    return Finding("LOG-NOT-ERASED", Severity.ERROR, Where(f"leaves/{seq}"), {"seq": seq})


def _unnumbered(kind: str, key: str) -> Finding:
    place = Where(f"events/{key}")
    return Finding("LOG-EVENT-UNNUMBERED", Severity.ERROR, place, {"kind": kind, "key": key})


def _bill_differs(seq: int) -> Finding:
    return Finding("LOG-BILL-DIFFERS", Severity.ERROR, Where(f"leaves/{seq}"), {"seq": seq})


def _message_differs(seq: int) -> Finding:
    return Finding("LOG-MESSAGE-DIFFERS", Severity.ERROR, Where(f"leaves/{seq}"), {"seq": seq})


def _no_event(table: str, number: str) -> Finding:
    place = Where(f"{table}/{number}")
    return Finding("LOG-STATUS-UNTOLD", Severity.ERROR, place, {"bill": number, "table": table})
