"""What bills say otherwise than when they were decided of. For officers only."""

from collections.abc import Mapping
from dataclasses import dataclass

from waglan.customs.again import BillVersion
from waglan.customs.particular_change import ParticularChange, are_names_whole, changes
from waglan.logbook.sealed import Vault
from waglan.store import Transaction, acts, customs
from waglan.store.acts import At


@dataclass(frozen=True, slots=True)
class ChangedSince:
    """What changed since a filed version of a bill."""

    filed_version: int  # that an officer decided of last; if none did, an order
    changes: list[ParticularChange]
    are_names_compared: bool  # not where some of them were erased


async def changed_since(
    tx: Transaction, vault: Vault, now: Mapping[At, BillVersion]
) -> dict[int, ChangedSince]:
    """Return of each bill what it says now and did not when it was decided of, if anything.

    `now` is what each says, with the manifest that says it.
    """
    at = {consignment: manifest_id for consignment, manifest_id in now}
    then = await customs.decided_of(tx, at)
    other = [(bill, of) for bill, of in then.items() if of != at[bill]]
    if not other:
        return {}
    filings = await acts.filings(tx, [bill for bill, _ in other])
    was = await acts.versions_of_bills(tx, vault, other)
    found = dict[int, ChangedSince]()
    for (bill, of), before in was.items():
        after = now[bill, at[bill]]
        known = {one.manifest_id: (n, one) for n, one in enumerate(filings[bill], 1)}
        (filed_version, old), (_, new) = known[of], known[at[bill]]
        calls = [ParticularChange("call", old.call, new.call)] if old.call != new.call else []
        told = [*calls, *changes(before, after)]
        is_whole = are_names_whole(before, after)
        if told or not is_whole:
            found[bill] = ChangedSince(filed_version, told, is_whole)
    return found
