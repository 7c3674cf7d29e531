"""How many leaves a second the tree takes, beside the bare SHA-256 of the same bytes.

Run it with `.venv/bin/python bench/tree.py`; only the ratios can be compared between machines.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from time import process_time  # noqa: TID251 -- it measures

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.leaf import event_bytes, leaf_of
from waglan.logbook.tree import Frontier, consistency_proof, inclusion_proof, verify_inclusion

LEAVES = 1 << 19
EVENTS = 40_000
PROOFS = 2_000
ROUNDS = 3
SALT = bytes(16)


def main() -> None:
    """Print one line for each thing measured."""
    leaves = [sha256(n.to_bytes(8)).digest() for n in range(LEAVES)]
    pairs = b"\x01" * 65  # what one inner node hashes; a tree has one for each leaf
    bare_s = best(lambda: [sha256(pairs).digest() for _ in range(LEAVES)])
    tree_s = best(lambda: Frontier().append(leaves))
    line("append one batch", LEAVES, tree_s, bare_s)
    batches_s = best(lambda: in_batches(leaves, 1_000))
    line("append by thousands", LEAVES, batches_s, bare_s)

    edge, tiles = Frontier().append(leaves)
    get = {tile.id: tile.hashes for tile in tiles}.__getitem__
    proofs = [inclusion_proof(n, LEAVES, get) for n in range(PROOFS)]
    bare_s = bare_s * PROOFS / LEAVES
    line("prove inclusion", PROOFS, best(lambda: prove(PROOFS, get)), bare_s)
    line("verify inclusion", PROOFS, best(lambda: verify(leaves, proofs, edge.root)), bare_s)
    line("prove consistency", PROOFS, best(lambda: prove_growth(PROOFS, get)), bare_s)

    events = [event(n) for n in range(EVENTS)]
    written = [event_bytes(e) for e in events]
    bare_s = best(lambda: [sha256(data).digest() for data in written])
    line("leaf of an event", EVENTS, best(lambda: leaves_of(events)), bare_s)


def in_batches(leaves: list[bytes], batch: int) -> Frontier:
    """Append as the sequencer does."""
    edge = Frontier()
    for at in range(0, len(leaves), batch):
        edge, _ = edge.append(leaves[at : at + batch])
    return edge


def prove(count: int, get: Callable[..., bytes]) -> None:
    """Make proofs from tiles that are at hand."""
    for n in range(count):
        inclusion_proof(n * 257 % LEAVES, LEAVES, get)


def prove_growth(count: int, get: Callable[..., bytes]) -> None:
    """Make proofs between sizes of every alignment."""
    for n in range(count):
        consistency_proof(n * 257 % LEAVES, LEAVES, get)


def verify(leaves: list[bytes], proofs: list[list[bytes]], root: bytes) -> None:
    """Check each proof; a false one would make the measure worthless."""
    if not all(verify_inclusion(leaves[n], n, LEAVES, p, root) for n, p in enumerate(proofs)):
        raise SystemExit("a proof does not verify")


def leaves_of(events: list[Event]) -> list[bytes]:
    """From events to what the tree takes."""
    return [leaf_of(SALT, event_bytes(e)) for e in events]


def event(number: int) -> Event:
    """One bill of a manifest, as a line declares it."""
    return Event(
        EventCode.BILL_DECLARED,
        Key(KeyKind.BILL, f"HLCU{number:08}"),
        PartyId("hk-line"),
        datetime(2026, 8, 1, 9, 30, tzinfo=timezone(timedelta(hours=8))),
        datetime(2026, 8, 1, 1, 45, tzinfo=UTC),
        {"consignee": "a" * 64, "description": "cotton T-shirts", "gross_mass_g": number},
    )


def best(act: Callable[[], object]) -> float:
    """Return the CPU seconds of the fastest round."""
    times_s = []
    for _ in range(ROUNDS):
        start_s = process_time()
        act()
        times_s.append(process_time() - start_s)
    return min(times_s)


def line(name: str, count: int, took_s: float, bare_s: float) -> None:
    """Print the rate, and how many times the bare hashing of the same bytes that is."""
    print(f"{name:22}{count / took_s:12,.0f} /s {took_s / bare_s:8.2f} x bare SHA-256")


if __name__ == "__main__":
    main()
