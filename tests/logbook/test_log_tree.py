"""The tree against the published roots, and against the definitions of RFC 6962 word by word."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waglan.logbook.leaf import leaf_hash
from waglan.logbook.tree import (
    EMPTY_ROOT,
    SIZE_MAX,
    Frontier,
    ShortTile,
    TileId,
    consistency_proof,
    frontier,
    inclusion_proof,
    many_proof,
    root,
    root_of_many,
    tiles_for_consistency,
    tiles_for_inclusion,
    tiles_for_root,
    tree_over,
    verify_consistency,
    verify_inclusion,
    width_in,
)

# The entries and roots that implementations of Certificate Transparency agree on.
PUBLISHED_ENTRIES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
PUBLISHED_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(str(n).encode()) for n in range(1200)]
SIZES = st.integers(0, len(LEAVES)) | st.sampled_from([255, 256, 257, 511, 512, 513, 1024])


@pytest.mark.parametrize("size", range(9))
def test_our_roots_are_the_published_ones(size: int) -> None:
    edge, _ = Frontier().append(leaf_hash(bytes.fromhex(e)) for e in PUBLISHED_ENTRIES[:size])
    assert edge.root.hex() == PUBLISHED_ROOTS[size]


class Shelf:
    """Tiles as a store keeps them: the newest, and so widest, of each place."""

    def __init__(self) -> None:
        self.tiles: dict[TileId, bytes] = {}
        self.edge = Frontier()

    def append(self, leaves: list[bytes]) -> None:
        self.edge, tiles = self.edge.append(leaves)
        for tile in tiles:
            old = self.tiles.get(tile.id, b"")
            assert tile.hashes.startswith(old)
            assert tile.width == width_in(tile.id, self.edge.size) > 0
            self.tiles[tile.id] = tile.hashes


def shelf_of(leaves: list[bytes]) -> Shelf:
    shelf = Shelf()
    shelf.append(leaves)
    return shelf


FULL = shelf_of(LEAVES)


# RFC 6962, 2.1: the definitions, as slow as they are written.
def mth(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = split(len(leaves))
    return pair(mth(leaves[:k]), mth(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], known: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], known), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def split(n: int) -> int:
    return max(1 << i for i in range(64) if 1 << i < n)


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), max_size=5))
def test_however_it_grows_the_tree_is_the_same(steps: list[int]) -> None:
    shelf, size = Shelf(), 0
    for step in steps:
        taken = LEAVES[size : size + step]
        shelf.append(taken)
        size += len(taken)
        assert shelf.edge.size == size
        assert shelf.edge.root == mth(LEAVES[:size]) == root(size, shelf.tiles.__getitem__)
        assert shelf.edge == frontier(size, shelf.tiles.__getitem__)
    assert shelf.tiles == shelf_of(LEAVES[:size]).tiles


@settings(deadline=None)
@given(SIZES)
def test_an_older_root_is_found_in_the_tiles_it_needs_alone(size: int) -> None:
    need = {tile: FULL.tiles[tile] for tile in tiles_for_root(size)}
    assert root(size, need.__getitem__) == mth(LEAVES[:size])
    assert frontier(size, need.__getitem__).root == mth(LEAVES[:size])


@settings(deadline=None)
@given(SIZES.filter(bool), st.data())
def test_a_proof_of_inclusion_is_that_of_the_rfc_and_verifies(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    need = {tile: FULL.tiles[tile] for tile in tiles_for_inclusion(index, size)}
    proof = inclusion_proof(index, size, need.__getitem__)
    assert proof == path(index, LEAVES[:size])
    assert verify_inclusion(LEAVES[index], index, size, proof, mth(LEAVES[:size]))


@settings(deadline=None)
@given(SIZES, SIZES)
def test_a_proof_of_consistency_is_that_of_the_rfc_and_verifies(one: int, other: int) -> None:
    old, new = sorted([one, other])
    need = {tile: FULL.tiles[tile] for tile in tiles_for_consistency(old, new)}
    proof = consistency_proof(old, new, need.__getitem__)
    assert proof == (subproof(old, LEAVES[:new], True) if old else [])
    assert verify_consistency(old, mth(LEAVES[:old]), new, mth(LEAVES[:new]), proof)


@settings(deadline=None)
@given(st.integers(1, 600), st.data())
def test_a_proof_shows_one_leaf_in_one_place_and_nothing_else(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, FULL.tiles.__getitem__)
    whole = mth(LEAVES[:size])
    other = data.draw(st.integers(0, size + 2).filter(lambda i: i != index))
    assert not verify_inclusion(LEAVES[index], other, size, proof, whole)
    assert not verify_inclusion(LEAVES[index + 1], index, size, proof, whole)
    assert not verify_inclusion(LEAVES[index], index, size, proof, mth(LEAVES[: size + 1]))
    assert not verify_inclusion(LEAVES[index], index, size, [*proof, whole], whole)
    for n in range(len(proof)):
        assert not verify_inclusion(LEAVES[index], index, size, altered(proof, n), whole)
        assert not verify_inclusion(LEAVES[index], index, size, proof[:n] + proof[n + 1 :], whole)


def altered(hashes: list[bytes], n: int) -> list[bytes]:
    return [*hashes[:n], bytes([hashes[n][0] ^ 1]) + hashes[n][1:], *hashes[n + 1 :]]


@settings(deadline=None)
@given(st.integers(2, 600), st.data())
def test_no_proof_joins_a_log_to_one_that_was_altered(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    at = data.draw(st.integers(0, old - 1))
    kind = data.draw(st.sampled_from(["alter", "drop", "swap"]))
    forged = list(LEAVES[:size])
    if kind == "alter":
        forged[at] = sha256(forged[at]).digest()
    elif kind == "drop":
        del forged[at]
        forged.append(LEAVES[size])
    else:
        with_ = data.draw(st.integers(0, size - 1).filter(lambda i: i != at))
        forged[at], forged[with_] = forged[with_], forged[at]
    shelf = shelf_of(forged)
    proof = consistency_proof(old, size, shelf.tiles.__getitem__)
    assert verify_consistency(old, mth(forged[:old]), size, shelf.edge.root, proof)
    assert not verify_consistency(old, mth(LEAVES[:old]), size, shelf.edge.root, proof)


@settings(deadline=None)
@given(st.integers(2, 600), st.data())
def test_a_broken_proof_of_consistency_is_refused(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    before, after = mth(LEAVES[:old]), mth(LEAVES[:size])
    proof = consistency_proof(old, size, FULL.tiles.__getitem__)
    n = data.draw(st.integers(0, len(proof) - 1))
    assert not verify_consistency(old, before, size, after, altered(proof, n))
    assert not verify_consistency(old, before, size, after, proof[:n] + proof[n + 1 :])
    assert not verify_consistency(old, before, size, after, [*proof, after])
    assert not verify_consistency(size, after, old, before, proof)


def test_an_inner_node_is_no_leaf_and_no_shorter_tree() -> None:
    left, right, whole = mth(LEAVES[:2]), mth(LEAVES[2:4]), mth(LEAVES[:4])
    assert verify_consistency(2, left, 4, whole, [right])
    assert not verify_consistency(1, left, 4, whole, [right])
    for index in range(4):
        assert not verify_inclusion(left, index, 4, [right], whole)
        assert not verify_inclusion(right, index, 4, [left], whole)
        assert not verify_inclusion(whole, index, 4, [], whole)


def test_a_tree_is_no_taller_than_its_size_allows() -> None:
    """A log that signs such a root has signed two trees, and could show either."""
    a, b, c, d = LEAVES[:4]
    assert not verify_inclusion(b, 0, 1, [a], pair(a, b))
    three, four = pair(pair(a, b), c), pair(pair(a, b), pair(c, d))
    assert verify_consistency(3, three, 4, four, [c, d, pair(a, b)])
    taller = [c, d, pair(a, b), a]
    assert not verify_consistency(3, pair(a, three), 4, pair(a, four), taller)


def pair(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def test_nothing_comes_before_the_empty_tree() -> None:
    one = mth(LEAVES[:1])
    assert verify_consistency(0, EMPTY_ROOT, 1, one, [])
    assert verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    assert not verify_consistency(0, EMPTY_ROOT, 0, one, [])
    assert not verify_consistency(0, one, 1, one, [])
    assert not verify_consistency(0, EMPTY_ROOT, 1, one, [one])
    assert not verify_consistency(1, one, 1, LEAVES[1], [])


@settings(deadline=None)
@given(
    st.integers(-1, 2**64),
    st.integers(-1, 2**64),
    st.lists(st.binary(min_size=31, max_size=33), max_size=70),
)
def test_nonsense_never_verifies_and_never_raises(old: int, size: int, proof: list[bytes]) -> None:
    assert not verify_inclusion(LEAVES[0], old, size, proof, LEAVES[1])
    assert not verify_consistency(old, LEAVES[0], size, LEAVES[1], proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 1), (0, SIZE_MAX + 1)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_proof(index, size, FULL.tiles.__getitem__)


@pytest.mark.parametrize(("old", "size"), [(2, 1), (-1, 1), (0, SIZE_MAX + 1)])
def test_a_longer_tree_does_not_come_before_a_shorter_one(old: int, size: int) -> None:
    with pytest.raises(ValueError, match="does not begin"):
        consistency_proof(old, size, FULL.tiles.__getitem__)


def test_the_largest_tree_needs_only_the_tiles_along_one_path() -> None:
    assert len(tiles_for_inclusion(0, SIZE_MAX)) <= 2 * 8
    assert len(tiles_for_consistency(SIZE_MAX - 1, SIZE_MAX)) <= 2 * 8


def test_a_tile_that_is_too_short_is_noticed() -> None:
    short = {id_: hashes[:-32] for id_, hashes in FULL.tiles.items()}
    with pytest.raises(ShortTile):
        root(len(LEAVES), short.__getitem__)


def test_a_leaf_is_a_hash() -> None:
    for leaves in ([b"short"], [bytes(31), bytes(33)]):
        with pytest.raises(ValueError, match="32 bytes"):
            Frontier().append(leaves)
    with pytest.raises(ValueError, match="2\\*\\*63"):
        Frontier(SIZE_MAX, ()).append([LEAVES[0]])


# The example in C2SP tlog-tiles.
def test_a_tree_of_seventy_thousand_has_the_tiles_that_the_specification_counts() -> None:
    size = 70_000
    widths = [[width_in(TileId(level, n), size) for n in range(300)] for level in range(4)]
    assert [row.count(256) for row in widths] == [273, 1, 0, 0]
    assert [[w for w in row if 0 < w < 256] for row in widths] == [[112], [17], [1], []]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_793])
def test_an_edge_is_whole_only_with_the_hashes_that_its_size_needs(size: int) -> None:
    edge, _ = Frontier().append([bytes(32)] * size)
    assert edge.is_whole
    assert not Frontier(size + 1, edge.rows).is_whole
    assert not Frontier(size, (*edge.rows, b"")).is_whole
    assert not Frontier(size, tuple(row[1:] or b"x" for row in edge.rows) or (b"",)).is_whole


@settings(max_examples=300)
@given(st.data())
def test_several_leaves_are_proven_at_once_and_nothing_else_passes(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 700))
    leaves = [leaf_hash(n.to_bytes(2, "big")) for n in range(size)]
    wanted = data.draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=12))
    _, whole, tiles = tree_over(leaves)
    proof = many_proof(wanted, size, tiles)
    known = {n: leaves[n] for n in wanted}
    assert root_of_many(known, size, proof) == whole
    assert len(proof) <= len(wanted) * size.bit_length()
    assert root_of_many(known, size, [*proof, whole]) is None
    if proof:
        assert root_of_many(known, size, proof[1:]) is None
        assert root_of_many(known, size, [*proof[1:], proof[0]]) != whole or len(set(proof)) == 1
    n = min(wanted)
    assert root_of_many({**known, n: leaf_hash(b"another")}, size, proof) != whole
    assert root_of_many({}, size, proof) is None
    assert root_of_many({**known, size: whole}, size, proof) is None
