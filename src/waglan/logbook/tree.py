"""The tree of RFC 6962, kept in tiles of 256 hashes as C2SP tlog-tiles has them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

HASH_BYTES = 32
TILE_HEIGHT = 8
TILE_WIDTH = 256
TILE_BYTES = TILE_WIDTH * HASH_BYTES
SIZE_MAX = 2**63 - 1
PROOF_HASHES_MAX = 63

EMPTY_ROOT = sha256(b"").digest()
_NODE_PREFIX = b"\x01"


@dataclass(frozen=True, slots=True, order=True)
class TileId:
    """The place of a tile: its level, counted from the leaves, and its index in that level."""

    level: int
    index: int


@dataclass(frozen=True, slots=True)
class Tile:
    """Up to 256 hashes side by side, one string; fewer make it partial."""

    id: TileId
    hashes: bytes

    @property
    def width(self) -> int:
        """The number of hashes, 1 to 256."""
        return len(self.hashes) // HASH_BYTES

    @property
    def top(self) -> bytes:
        """The hash over a full tile, which stands for it one level up."""
        return _perfect(self.hashes)


# Answers with at least as many hashes as the tree of the size asked about has in that tile.
GetTile: TypeAlias = Callable[[TileId], bytes]


class ShortTile(LookupError):
    """The store has fewer hashes of a tile than a tree of this size must have."""


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: all that is needed to append to it and to know its root.

    `rows` are the partial tiles of each level, from the leaves up; an empty one is b"".
    """

    size: int = 0
    rows: tuple[bytes, ...] = ()

    def append(self, leaf_hashes: Iterable[bytes]) -> "tuple[Frontier, list[Tile]]":
        """Return the longer tree's edge and each tile to store: full ones, and the new partial."""
        leaves = list(leaf_hashes)
        size = self.size + len(leaves)
        if set(map(len, leaves)) - {HASH_BYTES} or size > SIZE_MAX:
            raise ValueError("leaves are hashes of 32 bytes, and fewer than 2**63")
        carried = b"".join(leaves)
        rows: list[bytes] = []
        tiles: list[Tile] = []
        while carried or len(rows) < len(self.rows):
            level = len(rows)
            row = self.rows[level] if level < len(self.rows) else b""
            first = self.size >> TILE_HEIGHT * (level + 1)
            full, rest = _cut(row + carried)
            tiles += [Tile(TileId(level, first + n), tile) for n, tile in enumerate(full)]
            if rest and (carried or full):
                tiles.append(Tile(TileId(level, first + len(full)), rest))
            rows.append(rest)
            carried = b"".join([_perfect(tile) for tile in full])
        return Frontier(size, tuple(rows)), tiles

    @property
    def is_whole(self) -> bool:
        """Whether each level has as many hashes as a tree of this size has at its edge."""
        widths = [(self.size >> TILE_HEIGHT * n) % TILE_WIDTH for n in range(_levels(self.size))]
        return [len(row) for row in self.rows] == [width * HASH_BYTES for width in widths]

    @property
    def root(self) -> bytes:
        """The Merkle tree hash."""
        edge = {
            TileId(level, self.size >> TILE_HEIGHT * (level + 1)): row
            for level, row in enumerate(self.rows)
        }
        return root(self.size, edge.__getitem__)


def root(size: int, get: GetTile) -> bytes:
    """Return the Merkle tree hash of the first `size` leaves."""
    return _span(0, size, get) if size else EMPTY_ROOT


def frontier(size: int, get: GetTile) -> Frontier:
    """Return the right edge of a stored tree, for appending to it after a restart."""
    rows = [b""] * _levels(size)
    for tile in tiles_for_root(size):
        rows[tile.level] = _row(tile, width_in(tile, size), get)
    return Frontier(size, tuple(rows))


def inclusion_proof(index: int, size: int, get: GetTile) -> list[bytes]:
    """Return the audit path of one leaf in the tree of the first `size` leaves."""
    return [_span(low, high, get) for low, high in _inclusion_spans(index, size)]


def consistency_proof(old_size: int, size: int, get: GetTile) -> list[bytes]:
    """Return the proof that the tree of `size` leaves begins with that of `old_size`."""
    return [_span(low, high, get) for low, high in _consistency_spans(old_size, size)]


def tiles_for_root(size: int) -> frozenset[TileId]:
    """Return the tiles that `root` and `frontier` ask for, to be fetched at once."""
    return _tiles([(0, size)])


def tiles_for_inclusion(index: int, size: int) -> frozenset[TileId]:
    """Return the tiles that `inclusion_proof` asks for, to be fetched at once."""
    return _tiles(_inclusion_spans(index, size))


def tiles_for_consistency(old_size: int, size: int) -> frozenset[TileId]:
    """Return the tiles that `consistency_proof` asks for, to be fetched at once."""
    return _tiles(_consistency_spans(old_size, size))


def many_proof(indexes: Iterable[int], size: int, get: GetTile) -> list[bytes]:
    """Return what proves several leaves at once: the hash of each subtree that holds none of them.

    They come in the order in which `root_of_many` takes them: from the left.
    """
    return [_span(low, high, get) for low, high in _spans_beside(sorted(set(indexes)), size)]


def tiles_for_many(indexes: Iterable[int], size: int) -> frozenset[TileId]:
    """Return the tiles that `many_proof` asks for, to be fetched at once."""
    return _tiles(_spans_beside(sorted(set(indexes)), size))


def root_of_many(leaves: Mapping[int, bytes], size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root over these leaf hashes and what stands beside them; None for a false proof.

    Too few hashes, too many, or one that is none make it false.
    """
    indexes = sorted(leaves)
    if not indexes or not 0 <= indexes[0] <= indexes[-1] < size <= SIZE_MAX:
        return None
    if {len(node) for node in (*proof, *leaves.values())} != {HASH_BYTES}:
        return None
    beside = dict(zip(_spans_beside(indexes, size), proof, strict=False))
    if len(beside) != len(proof) or len(beside) != len(_spans_beside(indexes, size)):
        return None
    return _joined(0, size, leaves, beside)


def _joined(
    low: int, high: int, leaves: Mapping[int, bytes], beside: Mapping["_Span", bytes]
) -> bytes:
    if (low, high) in beside:
        return beside[low, high]
    if high - low == 1:
        return leaves[low]
    middle = low + _largest_power_below(high - low)
    return _pair(_joined(low, middle, leaves, beside), _joined(middle, high, leaves, beside))


def tree_over(leaf_hashes: Iterable[bytes]) -> tuple[int, bytes, GetTile]:
    """Return size, root and tiles of a whole tree that lies in memory."""
    edge, tiles = Frontier().append(leaf_hashes)
    return edge.size, edge.root, {tile.id: tile.hashes for tile in tiles}.__getitem__


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes
) -> bool:
    """Tell whether the proof shows this leaf hash at this index under this root (RFC 9162)."""
    if not (0 <= index < size <= SIZE_MAX and _are_hashes([leaf, *proof])):
        return False
    at, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = _pair(sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = _pair(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and node == expected_root


def verify_consistency(
    old_size: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the proof shows that the new tree only added to the old one (RFC 9162)."""
    if not (0 <= old_size <= size <= SIZE_MAX and _are_hashes(proof)):
        return False
    if old_size == 0:
        known = old_root == EMPTY_ROOT and (size > 0 or new_root == EMPTY_ROOT)
        return known and not proof
    if old_size == size:
        return old_root == new_root and not proof
    whole = old_size & (old_size - 1) == 0
    return _replay(old_size, old_root, size, new_root, [old_root, *proof] if whole else proof)


def _replay(
    old_size: int, old_root: bytes, size: int, new_root: bytes, path: Sequence[bytes]
) -> bool:
    if not path:
        return False
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = _pair(sibling, old), _pair(sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = _pair(new, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def width_in(tile: TileId, size: int) -> int:
    """Return how many hashes a tile has in a tree of this size: 0 (no such tile) to 256."""
    hashes = size >> TILE_HEIGHT * tile.level
    return max(0, min(TILE_WIDTH, hashes - tile.index * TILE_WIDTH))


# A span is a range of leaves whose hash is a proof's: [low, high), low a multiple of every
# perfect subtree in it.
_Span: TypeAlias = tuple[int, int]


def _inclusion_spans(index: int, size: int) -> list[_Span]:
    if not 0 <= index < size <= SIZE_MAX:
        raise ValueError(f"a tree of {size} has no leaf {index}")
    spans: list[_Span] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _largest_power_below(high - low)
        if index < middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    return spans[::-1]


def _spans_beside(indexes: Sequence[int], size: int) -> list[_Span]:
    """The widest subtrees without any of these leaves, from the left; `indexes` are sorted."""
    if indexes and not 0 <= indexes[0] <= indexes[-1] < size <= SIZE_MAX:
        raise ValueError(f"a tree of {size} has no leaf {indexes[0]} or {indexes[-1]}")
    spans, waiting = list[_Span](), [(0, size)] if size else []
    while waiting:
        low, high = waiting.pop()
        at = bisect_left(indexes, low)
        if at == len(indexes) or indexes[at] >= high:
            spans.append((low, high))
        elif high - low > 1:
            middle = low + _largest_power_below(high - low)
            waiting += [(middle, high), (low, middle)]
    return spans


def _consistency_spans(old_size: int, size: int) -> list[_Span]:
    if not 0 <= old_size <= size <= SIZE_MAX:
        raise ValueError(f"a tree of {size} does not begin with one of {old_size}")
    if old_size in (0, size):
        return []
    spans: list[_Span] = []
    low, high = 0, size
    while high != old_size:
        middle = low + _largest_power_below(high - low)
        if old_size <= middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    if low:  # else the verifier knows this hash already: it is the old root
        spans.append((low, high))
    return spans[::-1]


def _largest_power_below(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _perfect_subtrees(low: int, high: int) -> list[tuple[int, int]]:
    """Height and index of each, left to right; they only get smaller."""
    subtrees = []
    while low < high:
        height = (high - low).bit_length() - 1
        subtrees.append((height, low >> height))
        low += 1 << height
    return subtrees


def _span(low: int, high: int, get: GetTile) -> bytes:
    subtrees = _perfect_subtrees(low, high)
    node = _subtree(*subtrees[-1], get)
    for height, index in reversed(subtrees[:-1]):
        node = _pair(_subtree(height, index, get), node)
    return node


def _subtree(height: int, index: int, get: GetTile) -> bytes:
    tile, first, count = _place(height, index)
    row = _row(tile, first + count, get)
    return _perfect(row[first * HASH_BYTES :])


def _place(height: int, index: int) -> tuple[TileId, int, int]:
    """Where a perfect subtree is kept: its tile, its first hash in it and the number of them."""
    level, above = divmod(height, TILE_HEIGHT)
    tile_index, first = divmod(index << above, TILE_WIDTH)
    return TileId(level, tile_index), first, 1 << above


def _row(tile: TileId, width: int, get: GetTile) -> bytes:
    hashes = get(tile)
    if len(hashes) < width * HASH_BYTES:
        raise ShortTile(f"tile {tile.level}/{tile.index} has not the {width} hashes it must have")
    return hashes[: width * HASH_BYTES]


def _tiles(spans: Iterable[_Span]) -> frozenset[TileId]:
    return frozenset(
        _place(*subtree)[0] for low, high in spans for subtree in _perfect_subtrees(low, high)
    )


def _levels(size: int) -> int:
    return -(-size.bit_length() // TILE_HEIGHT)


def _cut(row: bytes) -> tuple[list[bytes], bytes]:
    whole = len(row) // TILE_BYTES * TILE_BYTES
    return [row[at : at + TILE_BYTES] for at in range(0, whole, TILE_BYTES)], row[whole:]


def _perfect(hashes: bytes) -> bytes:
    """The root over a power of two of hashes; one slice and one hash for each pair."""
    while len(hashes) > HASH_BYTES:
        hashes = b"".join(
            [
                sha256(_NODE_PREFIX + hashes[at : at + 64]).digest()
                for at in range(0, len(hashes), 64)
            ]
        )
    return hashes


def _pair(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE_PREFIX + left + right).digest()


def _are_hashes(hashes: Sequence[bytes]) -> bool:
    return len(hashes) <= PROOF_HASHES_MAX + 1 and all(len(h) == HASH_BYTES for h in hashes)
