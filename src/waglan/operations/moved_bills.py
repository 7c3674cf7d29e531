"""A bill that is filed below another than before stays what it was: decided, shown and told of.

So it is whether one version of a manifest moves it, or it was dropped and comes back elsewhere.
"""

from collections.abc import Iterable, Mapping

from waglan.manifest.identity import BillKey
from waglan.store import Transaction, consignments, grants
from waglan.store.consignments import LeftBehind
from waglan.store.versions import Chain

Moved = Mapping[LeftBehind, BillKey]


async def moved_bills(
    tx: Transaction, chain: Chain, versions: tuple[Iterable[BillKey], Iterable[BillKey]]
) -> Moved:
    """Return the consignments that go on as another bill of the same number, the newest first.

    `versions` are the bills of the version before and of this one. A number that comes anew several
    times is none of them's.
    """
    old, now_in = (set(version) for version in versions)
    new = _alone(now_in - old)
    left = await consignments.left_behind(tx, chain, list(new.values()))
    return {one: new[one.number] for one in left if (one.parent, one.number) not in now_in}


def _alone(keys: Iterable[BillKey]) -> dict[str, BillKey]:
    """Return the keys by their numbers, without those that share one."""
    found: dict[str, BillKey] = {}
    shared = {key[1] for key in keys if found.setdefault(key[1], key) is not key}
    return {number: key for number, key in found.items() if number not in shared}


async def move(tx: Transaction, org: int, moved: Moved) -> None:
    """Put each consignment where its bill is now: before the version is kept."""
    last: dict[BillKey, LeftBehind] = {}
    for one, key in moved.items():
        last.setdefault(key, one)
    if last:
        await consignments.move(tx, org, {one: key[0] for key, one in last.items()})


async def take_grants_along(
    tx: Transaction, org: int, moved: Moved, now_in: Mapping[BillKey, int]
) -> None:
    """Have those that could not move shown by what is there now: after the version is kept."""
    over = {one.consignment: now_in[key] for one, key in moved.items()}
    over = {was: now for was, now in over.items() if was != now}
    if over:
        await grants.move(tx, org, over)
