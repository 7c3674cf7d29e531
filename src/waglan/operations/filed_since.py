"""Which bills say something else now than in the filed version that an officer saw."""

from collections.abc import Iterator, Mapping, Sequence

from waglan.logbook.sealed import Vault
from waglan.store import Transaction, acts
from waglan.store.acts import At, Filing


async def filed_since(tx: Transaction, vault: Vault, seen: Mapping[int, int]) -> set[int]:
    """Return those of these bills of which something else was filed after the version seen.

    `seen` are filed versions, by consignments. What was filed since and stands must say what the
    officer had before him, in whichever document of the same call; that a version was filed in
    which the bill says the same is no change.
    """
    filed = await acts.filings(tx, seen) if seen else {}
    wanted = {one: [*_to_compare(filed[one], saw)] for one, saw in seen.items() if one in filed}
    at = {
        (one, filing.manifest_id)
        for one, pairs in wanted.items()
        for new, known in pairs
        for filing in (new, *known)
    }
    bills = await acts.versions_of_bills(tx, vault, at)

    def is_known(one: int, new: Filing, known: Sequence[Filing]) -> bool:
        return bills[_at(one, new)] in [bills[_at(one, old)] for old in known]

    return {
        one
        for one, pairs in wanted.items()
        if not all(is_known(one, new, known) for new, known in pairs)
    }


def _at(consignment: int, filing: Filing) -> At:
    return consignment, filing.manifest_id


def _to_compare(filed: Sequence[Filing], saw: int) -> Iterator[tuple[Filing, list[Filing]]]:
    """Yield what came after the version seen, each with what was seen of its call."""
    newest_seen = {(one.document, one.call): one for one in filed[:saw]}
    later = [one for one in filed[saw:] if one.stands]
    if not any(one.stands for one in filed):  # withdrawn: what it said last
        later = list(filed[saw:][-1:])
    for new in later:
        yield new, [one for one in newest_seen.values() if one.call == new.call]
