"""What becomes of each bill: decided under an officer's standing order, or left to an officer.

A decision is for officers' eyes: the table's rules, the sample, and the reasons for leaving a bill
to an officer all tell what customs looks for. What a filer is shown, once notice is served, is
`notice(decision)`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity
from waglan.codes.party import PartyId
from waglan.customs.facts import DESCRIPTION_CHARS_MAX, says_too_much
from waglan.customs.place import BillPlace, bill_place, of_bill, read_bill_place
from waglan.customs.sample import Sample
from waglan.customs.standing_order import Ground, SignedOrder, StandingOrder, refusals
from waglan.customs.status import gravest
from waglan.customs.tables import Hit
from waglan.manifest.model import Bill, Manifest

_HOLDING = frozenset({Severity.HOLD, Severity.ERROR})
# What no table can be trusted to have read: words were garbled, or are not what they look like.
_UNREAD = frozenset(
    {"HK-MAN-015-NAME", "HK-MAN-015-UNREADABLE"}
    | {"HK-MAN-014-GOODS", "HK-MAN-014-LOOKALIKE", "HK-MAN-014-TURNED"}
    | {"HK-MAN-048-UNREAD"}
)


@dataclass(frozen=True, slots=True)
class Case:
    """A manifest and all that was found of it: the rules' findings, and one hit for each bill."""

    manifest: Manifest
    findings: Sequence[Finding]
    hits: Sequence[Hit]
    held_before: Mapping[BillPlace, str] = field(default_factory=dict)  # in which held bill
    boxes_unread: Mapping[BillPlace, str] = field(default_factory=dict)  # may be any held one

    def __post_init__(self) -> None:
        """Refuse hits that belong to another manifest."""
        if len(self.hits) != len(self.manifest.bills):
            raise ValueError("a case has one hit for each bill")


@dataclass(frozen=True, slots=True)
class Basis:
    """What a decision rests on, so that it can be made again from its evidence."""

    order: str
    officer: str
    authority: PartyId
    policy_version: str
    table_sha256: str
    engine_version: str
    decided_at: datetime
    asks_for: bytes = b"{}"  # what is told to whoever is asked for documents


class Targeting(msgspec.Struct, frozen=True, gc=False):
    """What points at a bill and must not reach its filer."""

    wanted: CustomsStatus
    rules: tuple[str, ...]
    notes: tuple[str, ...]
    is_sampled: bool


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What becomes of one bill; `status` None leaves it to an officer, for the reasons given."""

    bill: str
    parent: str | None
    segment: int | None
    status: CustomsStatus | None
    rules: tuple[str, ...]  # of law and practice, that stop the bill: the filer knows them too
    targeting: Targeting
    reasons: tuple[Finding, ...]
    basis: Basis | None  # None: no order allowed anything


@dataclass(frozen=True, slots=True)
class Notice:
    """What a filer is told of a bill once notice is served."""

    bill: str
    status: CustomsStatus
    rules: tuple[str, ...]


def decide(
    case: Case, signed: SignedOrder | None, ground: Ground, sample: Sample, *, now: datetime
) -> list[Decision]:
    """Return one decision for each bill, in order.

    Without an order that is signed, valid and large enough nothing is decided, and of a bill whose
    words can't be trusted nothing under any. The gravest wish of the rules, the table and the
    sample wins, and no decision depends on the bills around it but for the order's limit on how
    many may be let alone.
    """
    drafts = _drafts(case, sample)
    refused = tuple(refusals(signed, ground, bills=len(drafts), now=now))
    if signed is None or refused:
        return [_left_to_an_officer(draft, refused) for draft in drafts]
    let_alone = [draft.targeting.wanted for draft in drafts].count(CustomsStatus.NOT_SELECTED)
    is_lenient = let_alone * 1000 > signed.order.not_selected_permille_max * len(drafts)
    basis = _basis(signed.order, ground, now)
    return [_under(signed.order, basis, draft, is_lenient=is_lenient) for draft in drafts]


def notice(decision: Decision) -> Notice | None:
    """Return what the filer is told when notice is served; None while nothing is decided."""
    if decision.status is None:
        return None
    return Notice(decision.bill, decision.status, decision.rules)


class _Draft(msgspec.Struct, frozen=True, gc=False):
    bill: Bill
    rules: tuple[str, ...]
    targeting: Targeting
    doubt: Finding | None  # why no order can decide of it


def _drafts(case: Case, sample: Sample) -> list[_Draft]:
    stops, unread, takes = _stops(case), _unread(case), sample.takes
    known: dict[tuple[object, ...], Targeting] = {}  # of most bills the same is to be said
    drafts = []
    for bill, hit in zip(case.manifest.bills, case.hits, strict=True):
        rules, is_sampled = stops.get(bill_place(bill), ()) if stops else (), takes(bill)
        kind = (hit.status, hit.rules, hit.notes, bool(rules), is_sampled)
        targeting = known.get(kind)
        if targeting is None:
            targeting = known[kind] = _targeting(hit, rules, is_sampled=is_sampled)
        doubt = _unread_of(bill, unread) or _held_before(bill, case)
        drafts.append(_Draft(bill, rules, targeting, doubt))
    return drafts


def _targeting(hit: Hit, rules: tuple[str, ...], *, is_sampled: bool) -> Targeting:
    wishes = [CustomsStatus.NOT_SELECTED]
    if hit.status is not None:
        wishes.append(hit.status)
    if rules:
        wishes.append(CustomsStatus.DOCUMENTS_ASKED)
    if is_sampled:
        wishes.append(CustomsStatus.INSPECT)
    wanted = gravest(wishes) or CustomsStatus.NOT_SELECTED
    return Targeting(wanted, hit.rules, hit.notes, is_sampled)


def _stops(case: Case) -> Mapping[BillPlace, tuple[str, ...]]:
    """Return the codes of the findings that stop each bill."""
    stops = dict[BillPlace, dict[str, None]]()
    for finding in case.findings:
        if finding.severity in _HOLDING:
            for place in _places(finding, case.manifest):
                stops.setdefault(place, {})[finding.code] = None
    return {place: tuple(sorted(codes)) for place, codes in stops.items()}


def _unread(case: Case) -> Mapping[BillPlace, str]:
    """Return by which finding the words of some bills can't be trusted."""
    return {
        place: finding.code
        for finding in case.findings
        if finding.code in _UNREAD and (place := read_bill_place(finding.where))
    }


def _unread_of(bill: Bill, unread: Mapping[BillPlace, str]) -> Finding | None:
    number, most = bill.number, DESCRIPTION_CHARS_MAX
    if found := unread.get(bill_place(bill)) if unread else None:
        return Finding("ORDER-TEXT", Severity.NOTE, of_bill(bill), {"bill": number, "found": found})
    if says_too_much(bill):
        return Finding(
            "ORDER-TEXT-LONG", Severity.NOTE, of_bill(bill), {"bill": number, "max": most}
        )
    return None


def _held_before(bill: Bill, case: Case) -> Finding | None:
    if not case.held_before and not case.boxes_unread:
        return None
    place, where = bill_place(bill), of_bill(bill)
    if other := case.held_before.get(place):
        return Finding(
            "ORDER-HELD-BEFORE", Severity.NOTE, where, {"bill": bill.number, "other": other}
        )
    if box := case.boxes_unread.get(place):
        return Finding("ORDER-BOX-UNREAD", Severity.NOTE, where, {"bill": bill.number, "box": box})
    return None


def _places(finding: Finding, manifest: Manifest) -> Iterable[BillPlace]:
    place = read_bill_place(finding.where)
    if place is not None:
        return [place]
    top, _, below = finding.where.path.partition("/")
    if top != "equipment":  # the head, or the whole manifest: every bill rests on it
        return [bill_place(bill) for bill in manifest.bills]
    box = below.partition("/")[0]
    return [bill_place(bill) for bill in manifest.bills if _is_stowed_in(bill, box)]


def _is_stowed_in(bill: Bill, box: str) -> bool:
    return any(package.container == box for item in bill.goods for package in item.stowed)


def _under(order: StandingOrder, basis: Basis, draft: _Draft, *, is_lenient: bool) -> Decision:
    bill, wanted = draft.bill, draft.targeting.wanted
    is_too_lenient = is_lenient and wanted is CustomsStatus.NOT_SELECTED
    if wanted not in order.statuses or is_too_lenient or draft.doubt:
        return _left_to_an_officer(draft, tuple(_limits(order, draft, is_lenient=is_lenient)))
    return Decision(
        bill.number,
        bill.parent,
        bill.segment,
        wanted,
        draft.rules,
        draft.targeting,
        reasons=(),
        basis=basis,
    )


def _limits(order: StandingOrder, draft: _Draft, *, is_lenient: bool) -> Iterator[Finding]:
    number, wanted, where = draft.bill.number, draft.targeting.wanted, of_bill(draft.bill)
    if draft.doubt:
        yield draft.doubt
    if wanted not in order.statuses:
        yield Finding(
            "ORDER-STATUS", Severity.NOTE, where, {"bill": number, "status": wanted.value}
        )
    if is_lenient and wanted is CustomsStatus.NOT_SELECTED:
        most = order.not_selected_permille_max
        yield Finding("ORDER-SHARE", Severity.NOTE, where, {"bill": number, "max": most})


def _left_to_an_officer(draft: _Draft, reasons: tuple[Finding, ...]) -> Decision:
    bill = draft.bill
    return Decision(
        bill.number,
        bill.parent,
        bill.segment,
        None,
        draft.rules,
        draft.targeting,
        reasons,
        basis=None,
    )


def _basis(order: StandingOrder, ground: Ground, now: datetime) -> Basis:
    return Basis(
        order=order.id,
        officer=order.officer,
        authority=order.authority,
        policy_version=order.policy_version,
        table_sha256=order.table_sha256,
        engine_version=ground.stamp.engine_version if ground.stamp else "",
        decided_at=now,
        asks_for=order.asks_for,
    )
