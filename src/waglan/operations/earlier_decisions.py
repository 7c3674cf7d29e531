"""How bills stood before they were filed anew, and which of them an officer looks at again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity
from waglan.customs.again import BillVersion, said_of
from waglan.customs.decision import Decision, Targeting
from waglan.customs.place import of_bill
from waglan.customs.sample import SAMPLED
from waglan.customs.status import CONCLUDED, GRAVITY, gravest
from waglan.logbook.sealed import Vault
from waglan.manifest.identity import BillKey, bill_key
from waglan.manifest.model import Bill, Manifest
from waglan.store import Transaction, acts, customs, manifests, undecided
from waglan.store.customs import DecisionRow
from waglan.store.manifests import Filed
from waglan.store.undecided import Wish


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was decided last of bills, by consignments; of those `elsewhere` under another bill."""

    rows: Mapping[int, DecisionRow]
    elsewhere: frozenset[int] = frozenset()


async def earlier_decisions(tx: Transaction, consignments: Collection[int]) -> Earlier:
    """Return how each bill stood, wherever its filer filed it: the weightiest of its decisions.

    What an officer decided last comes first, then what a table or the sample wanted. That he
    cleared what stood under another bill says nothing of this one.
    """
    rows, elsewhere = await customs.last_decisions(tx, consignments), set[int]()
    for consignment, decision in (await customs.left_behind(tx, consignments)).items():
        known = rows.get(consignment)
        if decision.status is CustomsStatus.CLEARED:
            continue
        if known is None or _weight(decision) > _weight(known):
            version = known.version if known else 0
            rows[consignment] = msgspec.structs.replace(decision, version=version)
            elsewhere.add(consignment)
    return Earlier(rows, frozenset(elsewhere))


def _weight(one: DecisionRow) -> tuple[datetime, bool, int]:
    decided_at = one.decided_at if one.act_id else datetime.min.replace(tzinfo=UTC)
    gravity = GRAVITY.index(one.status) if one.status in GRAVITY else len(GRAVITY)
    return decided_at, bool(one.targeting), gravity


async def left_where_waiting(
    tx: Transaction,
    what: tuple[Filed, Manifest, Mapping[BillKey, int]],
    decisions: Sequence[Decision],
) -> list[Decision]:
    """Leave to an officer what waits for him already: a filer who files anew is rid of nothing.

    It is what a table or the sample wanted of an earlier version, or what stands in another
    manifest of his. `decisions` are one for each bill, in order, and so is what comes back.
    """
    filed, manifest, ids = what
    keys = [ids[bill_key(bill)] for bill in manifest.bills]
    wished = await undecided.wishes(tx, keys)
    elsewhere = await undecided.left_elsewhere(tx, keys, filed.manifest_id)
    if not wished and not elsewhere:
        return [*decisions]
    left = list[Decision]()
    for bill, key, decision in zip(manifest.bills, keys, decisions, strict=True):
        told = decision
        if found := wished.get(key):
            targeting = _wanted_too(decision.targeting, found)
            said = Finding(
                "ORDER-WANTED-BEFORE",
                Severity.NOTE,
                of_bill(bill),
                {"bill": bill.number, "wanted": targeting.wanted.value},
            )
            told = _left(msgspec.structs.replace(told, targeting=targeting), said)
        if key in elsewhere:
            said = Finding(
                "ORDER-WAITS-ELSEWHERE", Severity.NOTE, of_bill(bill), {"bill": bill.number}
            )
            told = _left(told, said)
        left.append(told)
    return left


def _left(decision: Decision, why: Finding) -> Decision:
    reasons = (*decision.reasons, why)
    return msgspec.structs.replace(decision, status=None, basis=None, reasons=reasons)


def _wanted_too(now: Targeting, wishes: Sequence[Wish]) -> Targeting:
    """Return what points at a bill, with what pointed at its earlier versions."""
    rows = dict.fromkeys([*now.rules, *[row for wish in wishes for row in wish.targeting]])
    is_sampled = now.is_sampled or SAMPLED in rows
    wanted = gravest([now.wanted, *[wish.wanted for wish in wishes]]) or now.wanted
    rules = tuple(row for row in rows if row != SAMPLED)
    return msgspec.structs.replace(now, wanted=wanted, rules=rules, is_sampled=is_sampled)


async def without_answers_elsewhere(
    tx: Transaction,
    ids: Mapping[BillKey, int],
    decisions: Sequence[Decision],
    earlier: Earlier,
) -> list[Decision]:
    """Leave out what would take back the open rules' question of another manifest that stands.

    An amended bill answers the question of its own manifest, and of no other.
    """
    asked = {
        one: row.manifest_id
        for one, row in earlier.rows.items()
        if asks_openly(row) and one not in earlier.elsewhere
    }
    if not asked:
        return [*decisions]
    stand = await undecided.standing_among(tx, set(asked.values()))
    return [
        one
        for one in decisions
        if one.status is not CustomsStatus.NOT_SELECTED
        or asked.get(ids[one.parent or "", one.bill]) not in stand
    ]


def asks_openly(row: DecisionRow) -> bool:
    """Whether documents were asked for by the open rules alone."""
    is_asked = row.status is CustomsStatus.DOCUMENTS_ASKED
    return is_asked and row.act_id is None and not row.targeting


async def left_where_changed(
    tx: Transaction,
    vault: Vault,
    what: tuple[Filed, Manifest, Mapping[BillKey, int]],
    decisions: Sequence[Decision],
    earlier: Earlier,
) -> list[Decision]:
    """Leave to an officer what he concluded of a bill that says something else now.

    `decisions` are one for each bill, in order. A bill that says the same, on the same call, keeps
    what he concluded, whether an order decides of it or not: without one it is left out.
    """
    filed, manifest, ids = what
    concluded = {one: row for one, row in earlier.rows.items() if row.status in CONCLUDED}
    if not concluded:
        return [*decisions]
    seen = {one: row for one, row in concluded.items() if one not in earlier.elsewhere}
    bills = {one: bill for bill in manifest.bills if (one := ids[bill_key(bill)]) in seen}
    boxes = {box.number: box for box in manifest.equipment} if bills else {}
    says = {one: said_of(bill, boxes) for one, bill in bills.items()}
    same = await _unchanged(tx, vault, filed, seen, says)
    return [*_looked_at_again(manifest.bills, ids, decisions, (concluded, same))]


async def _unchanged(
    tx: Transaction,
    vault: Vault,
    filed: Filed,
    seen: Mapping[int, DecisionRow],
    says: Mapping[int, BillVersion],
) -> set[int]:
    known = {at: await manifests.by_number(tx, at) for at in {r.manifest_id for r in seen.values()}}
    here = {at for at, one in known.items() if one and one.call == filed.call}
    at = {one: row.manifest_id for one, row in seen.items() if row.manifest_id in here}
    was = await acts.versions_of_bills(tx, vault, list(at.items()))
    return {one for (one, _), said in was.items() if said == says[one]}


def _looked_at_again(
    bills: Sequence[Bill],
    ids: Mapping[BillKey, int],
    decisions: Sequence[Decision],
    known: tuple[Mapping[int, DecisionRow], Collection[int]],
) -> Iterator[Decision]:
    concluded, same = known
    for bill, decision in zip(bills, decisions, strict=True):
        consignment = ids[bill_key(bill)]
        row = concluded.get(consignment)
        if row is not None and consignment not in same:
            said = Finding(
                "ORDER-CONCLUDED-BEFORE",
                Severity.NOTE,
                of_bill(bill),
                {"bill": bill.number, "status": row.status.value},
            )
            yield _left(decision, said)
        elif row is None or decision.status is not None:
            yield decision
