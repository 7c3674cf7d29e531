"""A manifest that stands declared is decided, bill by bill, under an officer's standing order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from waglan.codes.calendar import HONG_KONG
from waglan.codes.customs_status import CustomsStatus
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, encode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.customs.again import Standing, stands
from waglan.customs.decision import Basis, Case, Decision, decide
from waglan.customs.judge import judge
from waglan.customs.place import bill_place
from waglan.customs.policy import policy
from waglan.customs.sample import SAMPLED, Sample
from waglan.customs.score import score, standing_score
from waglan.customs.standing_order import KNOWN_BEFORE, Ground, SignedOrder, read_order
from waglan.customs.table_engine import DIRECT, Engine
from waglan.customs.tables import ENGINE, Table, ask_table
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.manifest.identity import BillKey, bill_key
from waglan.manifest.model import Manifest
from waglan.operations.earlier_decisions import (
    Earlier,
    earlier_decisions,
    left_where_changed,
    left_where_waiting,
    without_answers_elsewhere,
)
from waglan.operations.held_before import goods_held_before
from waglan.store import Transaction, customs, events, manifests, orders, serving
from waglan.store.customs import AssessmentRow, DecisionRow, JudgementRow
from waglan.store.manifests import Filed


@dataclass(frozen=True, slots=True)
class Judge:
    """Whose desk it is, what opens the sealed fields, and who is sampled beside the tables."""

    org: int
    authority: PartyId
    vault: Vault
    sample: Sample
    engine: Engine = DIRECT  # that the officers' tables are asked of


@dataclass(frozen=True, slots=True)
class Declared:
    """A manifest as it stands, what the open rules found in it, and its bills' numbers."""

    manifest: Manifest
    findings: Sequence[Finding]
    consignments: Mapping[BillKey, int]


async def judge_manifest(
    tx: Transaction,
    desk: Judge,
    manifest_id: int,
    *,
    now: datetime,
    at_hand: Declared | None = None,
) -> list[Decision]:
    """Decide what the authority's order allows, with the events; what it does not is an officer's.

    Nothing of it reaches the filer before a notice is served. Judging twice changes nothing.
    Whoever has just filed the manifest may have it `at_hand`; else it is read from the store.
    """
    filed = await manifests.by_number(tx, manifest_id)
    if filed is None:
        return []
    new = await judged(tx, desk, filed, now=now, at_hand=at_hand)
    signed, table, decisions = new.signed, new.table, new.decisions
    row = JudgementRow(
        manifest_id,
        signed.order.id if signed else None,
        bytes.fromhex(table.stamp.table_sha256) if table else None,
        ENGINE,
        sum(decision.status is None for decision in decisions),
        encode(_reasons(decisions)),
        await _serve_at(tx, signed, filed, now),
        now,
    )
    if not await customs.add_judgement(tx, desk.org, row):
        return []
    await tell(tx, desk, new, decisions, now=now)
    return decisions


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of each bill of a manifest, by what, and how its bills stood before."""

    filed: Filed
    consignments: Mapping[BillKey, int]
    earlier: Earlier
    signed: SignedOrder | None
    table: Table | None
    decisions: list[Decision]

    def consignment(self, decision: Decision) -> int:
        """Return the number in the store of the bill that was decided."""
        return self.consignments[decision.parent or "", decision.bill]


async def judged(
    tx: Transaction, desk: Judge, filed: Filed, *, now: datetime, at_hand: Declared | None = None
) -> Judged:
    """Decide of a manifest what can be decided, by what is known now; nothing is kept."""
    declared = at_hand or await _declared(tx, desk.vault, filed)
    manifest, findings, ids = declared.manifest, declared.findings, declared.consignments
    keys = await orders.officer_keys(tx)
    signed, model = await _order_in_force(tx, keys, now)
    asked = ask_table(desk.engine, model, manifest, findings)
    table = asked.table
    ground = Ground(
        {who: Ed25519PublicKey.from_public_bytes(key) for who, key in keys.items()},
        frozenset(),  # the store gives only orders that nobody revoked
        policy().version,
        table.stamp if table else None,
        await _decided_today(tx, signed, now),
        await _decided_of_call(tx, signed, filed, ids),
        table_answered=asked.has_answered,
    )
    before = await goods_held_before(tx, desk.vault, manifest, ids, now=now)
    earlier = await earlier_decisions(tx, [ids[bill_key(bill)] for bill in manifest.bills])
    by_hand = {one for one, row in earlier.rows.items() if row.act_id}
    unread = {bill_place(b): box for b, box in before.unread if ids[bill_key(b)] not in by_hand}
    case = Case(manifest, findings, asked.hits, before.alike, unread)
    decided = decide(case, signed, ground, desk.sample, now=now)
    what = (filed, manifest, ids)
    waiting = await left_where_waiting(tx, what, decided)
    changed = await left_where_changed(tx, desk.vault, what, waiting, earlier)
    decisions = await without_answers_elsewhere(tx, ids, changed, earlier)
    return Judged(filed, ids, earlier, signed, table, decisions)


async def tell(
    tx: Transaction, desk: Judge, new: Judged, decisions: Sequence[Decision], *, now: datetime
) -> None:
    """Keep these of the decisions, and tell the officers of them and of what is left to them."""
    where = (new.filed, new.consignments, new.earlier.rows)
    weighs = new.table.weighs if new.table else {}
    await _tell(tx, desk, where, (decisions, weighs), now)
    await _leave(tx, desk, where, (decisions, weighs), now)


async def _serve_at(
    tx: Transaction, signed: SignedOrder | None, filed: Filed, now: datetime
) -> datetime | None:
    """When the order has filers told, by this manifest's arrival; None leaves it to an officer.

    So it is where the arrival is unknown, where the time is over, and where nobody knew of such a
    time until it was near: whoever were told at once would know what it means if he is not.
    """
    if signed is None or filed.arrives_at is None:
        return None
    serve_at = signed.order.serve_at(filed.arrives_at)
    if serve_at >= now + KNOWN_BEFORE:
        return serve_at
    is_known = serve_at > now and await serving.has_time(tx, filed.call, now, serve_at)
    return serve_at if is_known else None


async def _declared(tx: Transaction, vault: Vault, filed: Filed) -> Declared:
    manifest = await manifests.load(tx, vault, filed)
    findings = judge(manifest, on=filed.filed_at.astimezone(HONG_KONG).date())
    return Declared(manifest, findings, await manifests.consignments(tx, filed.manifest_id))


async def _order_in_force(
    tx: Transaction, keys: Collection[str], now: datetime
) -> tuple[SignedOrder | None, bytes | None]:
    """The newest order that is valid now, with its table; an order without its table is no use.

    One whose officer has no key any more, because he may decide no more, stands in nobody's way.
    """
    for row in await orders.orders(tx):
        order = read_order(row.body)
        if order is None or not order.valid_from <= now < order.valid_until:
            continue
        if order.officer not in keys:
            continue
        model = await orders.table(tx, bytes.fromhex(order.table_sha256))
        return SignedOrder(order, row.signature), model
    return None, None


async def _decided_today(tx: Transaction, signed: SignedOrder | None, now: datetime) -> int:
    """Count what the order has decided since midnight in Hong Kong, if that matters."""
    if signed is None or signed.order.bills_per_day_max is None:
        return 0
    midnight = now.astimezone(HONG_KONG).replace(hour=0, minute=0, second=0, microsecond=0)
    return await orders.decided_since(tx, signed.order.id, midnight)


async def _decided_of_call(
    tx: Transaction, signed: SignedOrder | None, filed: Filed, ids: Mapping[BillKey, int]
) -> int:
    """Count what the order has decided of other bills of the call, whose manifest ever."""
    if signed is None:
        return 0
    own = [*ids.values()]
    return await orders.decided_of_call(tx, signed.order.id, filed.call, but=own)


def _reasons(decisions: Sequence[Decision]) -> list[Finding]:
    """Each kind of reason once, with the first bill it stopped: a thousand alike say no more."""
    first: dict[str, Finding] = {}
    for decision in decisions:
        for reason in decision.reasons:
            first.setdefault(reason.code, reason)
    return list(first.values())


# A manifest as filed, its bills' numbers in the store, and how they stood before.
_Where: TypeAlias = "tuple[Filed, Mapping[BillKey, int], Mapping[int, DecisionRow]]"


async def _tell(
    tx: Transaction,
    desk: Judge,
    where: _Where,
    what: tuple[Sequence[Decision], Mapping[str, int]],
    now: datetime,
) -> None:
    (filed, ids, before), (decisions, weighs) = where, what
    alike: dict[tuple[object, ...], _Said] = {}
    bills, consignments, said = list[str](), list[int](), list[_Said]()
    for decision in decisions:
        status, basis = decision.status, decision.basis
        if status is None or basis is None:
            continue
        consignment = ids[decision.parent or "", decision.bill]
        last = before.get(consignment)
        # The decisions are at hand until the end, so that whose targeting it is tells it apart.
        kind = (id(decision.targeting), id(basis), decision.rules, last and _carries(last))
        if kind not in alike:
            alike[kind] = _said(_Decided(filed, decision, status, basis, last), weighs, now)
        bills.append(decision.bill)
        consignments.append(consignment)
        said.append(alike[kind])
    told = [
        Event(EventCode.CUSTOMS_STATUS, Key(KeyKind.BILL, bill), desk.authority, now, now, one.body)
        for bill, one in zip(bills, said, strict=True)
    ]
    numbers = await events.append(tx, told, consignments=consignments)
    rows = [
        DecisionRow(consignment, event, filed.manifest_id, *one.row)
        for consignment, event, one in zip(consignments, numbers, said, strict=True)
    ]
    await customs.add_decisions(tx, desk.org, rows)


async def _leave(
    tx: Transaction,
    desk: Judge,
    where: _Where,
    what: tuple[Sequence[Decision], Mapping[str, int]],
    now: datetime,
) -> None:
    """Tell the officers what fired for the bills that are left to them: their worklist needs it."""
    (filed, ids, before), (decisions, weighs) = where, what
    left = [decision for decision in decisions if decision.status is None]
    if not left:
        return
    consignments = [ids[decision.parent or "", decision.bill] for decision in left]
    weights = [
        _ranked(_score(decision, weighs), before.get(consignment))
        for consignment, decision in zip(consignments, left, strict=True)
    ]
    said: dict[tuple[object, ...], dict[str, Value]] = {}
    told = [
        Event(
            EventCode.CUSTOMS_LEFT,
            Key(KeyKind.BILL, decision.bill),
            desk.authority,
            now,
            now,
            _why(decision, weight, said),
        )
        for decision, weight in zip(left, weights, strict=True)
    ]
    numbers = await events.append(tx, told, consignments=consignments)
    rows = [
        AssessmentRow(
            consignment,
            event,
            filed.manifest_id,
            decision.targeting.wanted.value,
            weight,
            decision.rules,
            _targeting(decision),
            _codes(decision),
            now,
        )
        for consignment, event, decision, weight in zip(
            consignments, numbers, left, weights, strict=True
        )
    ]
    await customs.add_assessments(tx, desk.org, rows)


def _ranked(now: int, last: DecisionRow | None) -> int:
    """The score of a bill that is left to an officer, who may have decided of it before."""
    if last is None:
        return now
    return standing_score(now, last.status, last.targeting, by_hand=last.act_id is not None)


def _why(
    decision: Decision, weight: int, said: dict[tuple[object, ...], dict[str, Value]]
) -> dict[str, Value]:
    """What fired and why it was left; one body serves all bills of which the same is to be said."""
    targeting, codes = _targeting(decision), _codes(decision)
    kind = (decision.targeting.wanted, decision.rules, targeting, codes, weight)
    if kind not in said:
        said[kind] = {
            "wanted": decision.targeting.wanted.value,
            "fired": [*decision.rules],
            "targeting": [*targeting],
            "reasons": [*codes],
            "score": weight,
        }
    return said[kind]


def _codes(decision: Decision) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason.code for reason in decision.reasons))


def _score(decision: Decision, weighs: Mapping[str, int]) -> int:
    return score(decision.targeting.rules, weighs, decision.rules)


class _Decided(msgspec.Struct, frozen=True):
    """What the order decides of a bill, and how it stood before it was filed anew."""

    filed: Filed
    decision: Decision
    wanted: CustomsStatus
    basis: Basis
    before: DecisionRow | None

    @property
    def status(self) -> CustomsStatus:
        if self.before is None:
            return self.wanted
        is_officers = self.before.act_id is not None
        before = Standing(self.before.status, is_officers, bool(self.before.targeting))
        return stands(before, self.wanted)

    @property
    def version(self) -> int:
        return self.before.version + 1 if self.before else 1

    @property
    def carried(self) -> DecisionRow | None:
        """The decision of before where it goes on as it was."""
        return self.before if self.before and self.before.status is self.status else None


class _Said(msgspec.Struct, frozen=True, gc=False):
    """What event and row say of all bills of which the same is to be said."""

    body: dict[str, Value]
    row: tuple[Any, ...]  # a DecisionRow's fields after the manifest


def _carries(last: DecisionRow) -> tuple[object, ...]:
    """What of the decision before tells in the one after it."""
    return last.status, last.version, last.act_id, last.decided_by, last.targeting, last.told


def _said(one: _Decided, weighs: Mapping[str, int], now: datetime) -> _Said:
    decision, basis, carried = one.decision, one.basis, one.carried
    mine = _targeting(decision)
    act = carried.act_id if carried else None
    kept = tuple(row for row in carried.targeting if row not in mine) if carried else ()
    body: dict[str, Value] = {
        "status": one.status.value,
        "manifest": str(one.filed.id),
        "version": one.version,
        "fired": [*decision.rules],
        "targeting": [*mine],
        "score": standing_score(
            score((*decision.targeting.rules, *kept), weighs, decision.rules),
            one.status,
            kept,
            by_hand=act is not None,
        ),
        "by": basis.officer,
        "order": basis.order,
        "policy": basis.policy_version,
        "table": basis.table_sha256,
        "engine": basis.engine_version,
    }
    if act is not None:
        body["act"] = act  # the officer's, which still stands
    row = (
        one.status,
        decision.rules,
        (*mine, *kept),
        None if act else basis.order,
        carried.decided_by if carried and act else basis.officer,
        now,
        one.version,
        act,
        _told(one),
    )
    return _Said(body, row)


def _told(one: _Decided) -> bytes:
    """Return what its filer is told beside the status: an officer's own words go on."""
    if one.carried and one.carried.act_id is not None:
        return one.carried.told
    return one.basis.asks_for if one.status is CustomsStatus.DOCUMENTS_ASKED else b"{}"


def _targeting(decision: Decision) -> tuple[str, ...]:
    sampled = (SAMPLED,) if decision.targeting.is_sampled else ()
    return (*decision.targeting.rules, *sampled)
