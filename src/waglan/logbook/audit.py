"""Whether the events that are kept are still those that were signed."""

from collections.abc import Iterable, Iterator
from itertools import islice

from waglan.codes.finding import Finding, Severity, Where
from waglan.logbook.checkpoint import Checkpoint
from waglan.logbook.tree import HASH_BYTES, TILE_WIDTH, Frontier, GetTile, TileId


def audit(leaves: Iterable[bytes], get: GetTile, checkpoint: Checkpoint) -> Iterator[Finding]:
    """Compare leaves, worked out again from what is kept, with the tiles and the signed root.

    `leaves` come in the log's order; for an erased event, the leaf that was kept. The tiles tell
    where a difference is, and the root that nothing else differs. No finding: all is as signed.
    """
    edge, stands = Frontier(), True
    for row in _rows(islice(leaves, checkpoint.size)):
        differences = _differences(row, edge.size, get)
        yield from differences
        edge, _ = edge.append(row)
        stands = stands and not differences
    if edge.size < checkpoint.size:
        yield Finding(
            "LOG-TAIL-MISSING",
            Severity.ERROR,
            Where(f"leaves/{edge.size}"),
            {"found": edge.size, "size": checkpoint.size},
        )
    elif edge.root != checkpoint.root and stands:
        yield Finding(
            "LOG-ROOT-DIFFERS",
            Severity.ERROR,
            Where("checkpoint"),
            {"origin": checkpoint.origin, "size": checkpoint.size},
        )


def edge_differs(severity: Severity) -> Finding:
    """Tell that the edge that is kept of the tree was altered."""
    return Finding("LOG-EDGE-DIFFERS", severity, Where("log/edge"), {})


def _rows(leaves: Iterator[bytes]) -> Iterator[list[bytes]]:
    while row := list(islice(leaves, TILE_WIDTH)):
        yield row


def _differences(row: list[bytes], first: int, get: GetTile) -> list[Finding]:
    kept = _tile(TileId(0, first // TILE_WIDTH), get)
    if kept.startswith(b"".join(row)):
        return []
    return [
        Finding(
            "LOG-LEAF-DIFFERS",
            Severity.ERROR,
            Where(f"leaves/{first + place}"),
            {"index": first + place},
        )
        for place, leaf in enumerate(row)
        if leaf != kept[place * HASH_BYTES : (place + 1) * HASH_BYTES]
    ]


def _tile(tile: TileId, get: GetTile) -> bytes:
    try:
        return get(tile)
    except LookupError:
        return b""  # a tile that is gone differs in each of its leaves
