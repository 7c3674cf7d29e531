"""What officers do about bills, each act signed; and what was done about one. Officers only."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from msgspec.structs import astuple
from pydantic import BaseModel

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.officer_act import Kind, read_sheet
from waglan.gateway.http.act_said import SaidView, said_with
from waglan.gateway.http.changed import ChangedView, changed_view
from waglan.gateway.http.declared import SaysView, says_view
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.named import NamedView, named_view
from waglan.gateway.http.paging import Limit, cut, read_cursor, spell_cursor
from waglan.gateway.http.problem import FindingView, Problem, absent, view
from waglan.gateway.http.signed import Signed
from waglan.operations.changed_since import changed_since
from waglan.operations.do_act import Refusal, do_act
from waglan.operations.held_before import HeldBefore, held_before
from waglan.parties.permission import Act
from waglan.store import Taken, acts, customs, worklist
from waglan.store.acts import StepPlace
from waglan.store.named import named

router = APIRouter(prefix="/v1/customs", tags=["customs"])

CURSOR_CHARACTERS_MAX = 200

# What the signed-in client must be allowed, beside having signed.
PERMISSIONS = {
    Kind.SERVE: Act.SERVE_NOTICE,
    Kind.REVOKE_ORDER: Act.REVOKE_ORDER,
    Kind.PUBLISH_TABLE: Act.PUBLISH_TABLE,
}


class ActedView(BaseModel):
    """What became of one bill of an act; without findings it was done."""

    filer: str
    number: str
    parent: str
    status: str | None
    version: int
    filed_version: int | None  # null: no such bill, or an act from before this was kept
    findings: list[FindingView]


class DoneView(BaseModel):
    """What came of an act: bill by bill, or how many notices were served.

    `findings` are of the act as a whole, which was done all the same.
    """

    act: str
    done: int
    refused: int
    rows: list[ActedView]
    notices: int | None
    findings: list[FindingView]


class StepView(BaseModel):
    """One step in a bill's life with customs."""

    version: int
    status: str
    decided_by: str
    decided_at: datetime
    order: str | None
    act: str | None
    fired: list[str]
    targeting: list[str]
    result: str | None
    said: SaidView | None  # what the officer said with his act; null: decided by the order
    served_at: datetime | None


class BillDeskView(BaseModel):
    """A bill as officers see it: an act names its filer, parent, number and both versions.

    `version` counts what was decided of it, 0 says that nothing was; `filed_version` counts the
    filed manifests that had it. An act that names no `filed_version` names the first.
    """

    filer: str
    number: str
    parent: str
    version: int
    filed_version: int
    withdrawn: bool  # its filer's newest manifest does not declare it
    status: str | None
    served: str | None
    says: SaysView
    changed: ChangedView | None  # since it was decided of; null: nothing, or nobody decided
    named: NamedView
    findings: list[FindingView]
    steps: list[StepView]


class BillDeskPage(BaseModel):
    """Bills of a number with their steps, and the cursor of the next page, null on the last."""

    bills: list[BillDeskView]
    next: str | None


class SignedActView(BaseModel):
    """An act as its officer signed it, and where its event stands in the log."""

    act: str
    officer: str
    body: str
    signature: str
    done_at: datetime
    seq: int | None
    said: SaidView | None  # the body in words


@router.post("/acts", status_code=201, response_model=DoneView, responses=ERRORS)
async def do(signed: Signed, visitor: TheVisitor) -> DoneView:
    """Do what the signed-in officer signed; the same bytes again change nothing.

    Each bill in it is named with `version` and `filed_version`, as they were seen; without the
    latter it is the first that was filed.
    409 says that another was quicker, or that something else was filed, and what stands now.
    """
    visitor.must(Act.DECIDE)
    body, signature = signed.body_bytes, signed.signature_bytes
    sheet = read_sheet(body)
    if sheet is not None:
        visitor.must(PERMISSIONS.get(sheet.act, Act.DECIDE))
    try:
        async with visitor.transaction() as tx:
            by = (visitor.org, visitor.principal)
            vault, now = visitor.kit.keys.vault, visitor.kit.clock()
            done = await do_act(tx, vault, by, (body, signature), now=now)
    except Taken:
        # A judgement of the same bill was committed at the same moment.
        kind = Finding("HTTP-NOT-LAWFUL-NOW", Severity.ERROR, Where("act"), {})
        raise Problem(409, kind) from None
    if isinstance(done, Refusal):
        if done.is_late:
            kind = Finding("HTTP-NOT-LAWFUL-NOW", Severity.ERROR, Where("act"), {})
            raise Problem(409, kind, findings=done.findings)
        kind = Finding("HTTP-ACT-REFUSED", Severity.ERROR, Where("act"), {})
        raise Problem(422, kind, findings=done.findings)
    rows = [
        ActedView(
            filer=row.filer,
            number=row.number,
            parent=row.parent,
            status=row.status,
            version=row.version,
            filed_version=row.filed_version,
            findings=view(row.findings, visitor.lang),
        )
        for row in done.rows
    ]
    refused = sum(bool(row.findings) for row in rows)
    return DoneView(
        act=done.act,
        done=len(rows) - refused,
        refused=refused,
        rows=rows,
        notices=done.notices,
        findings=view(done.findings, visitor.lang),
    )


@router.get("/acts/{act}", response_model=SignedActView, responses=ERRORS)
async def signed_act(act: str, visitor: TheVisitor) -> SignedActView:
    """Show an act as it was signed; its evidence proves it to anybody."""
    visitor.must(Act.READ_TARGETING)
    async with visitor.transaction() as tx:
        found = await acts.act(tx, act)
        seq = None if found is None else await acts.seq_of(tx, found.event_id)
    if found is None:
        raise absent("act")
    return SignedActView(
        act=found.act_id,
        officer=found.officer,
        body=found.body.decode(),
        signature=found.signature.hex(),
        done_at=found.done_at,
        seq=seq,
        said=said_with(found.body),
    )


@router.get("/bills/{number:path}", response_model=BillDeskPage, responses=ERRORS)
async def bill(
    number: str,
    visitor: TheVisitor,
    after: Annotated[str | None, Query(max_length=CURSOR_CHARACTERS_MAX)] = None,
    limit: Limit = 50,
) -> BillDeskPage:
    """Show every bill of that number: what it says, whom it names, what was decided of it.

    The bill that came last comes first. `limit` counts steps: a bill that has more of them than
    the page holds comes again on the next, with the rest.
    """
    visitor.must(Act.READ_TARGETING)
    place = None if after is None else StepPlace(*astuple(read_cursor(after, _Cursor)))
    async with visitor.transaction() as tx:
        rows = await acts.history(tx, number, after=place, at_most=limit + 1)
        page, last = cut(rows, limit)
        taken: dict[int, list[acts.Decided]] = {}
        for at, step in page:
            taken.setdefault(at.consignment, []).extend([] if step is None else [step])
        acted = [step.act for steps in taken.values() for step in steps if step.act]
        signed = await acts.bodies(tx, set(acted))
        found = await customs.standings_of(tx, taken)
        said = await acts.versions_of_bills(
            tx, visitor.kit.keys.vault, [(one, at.manifest_id) for one, at in found.items()]
        )
        since = await changed_since(tx, visitor.kit.keys.vault, said)
        names = {one.consignment: one for one in await named(tx, visitor.kit.keys.vault, taken)}
        beside = await worklist.others(tx, taken)
        gone = await worklist.withdrawn(tx, taken)
        before = await held_before(tx, visitor.kit.keys.vault, taken)
        left = await customs.left_since(tx, taken)
        await visitor.looked_at(
            tx, "/v1/customs/bills", "bill", [one.number for one in found.values()]
        )
    if not rows and after is None:
        raise absent("bill")
    bills = [
        BillDeskView(
            filer=one.filer,
            number=one.number,
            parent=one.parent,
            version=one.version,
            filed_version=one.filed_version,
            withdrawn=one.consignment in gone,
            status=one.status.value if one.status else None,
            served=one.served.value if one.served else None,
            says=says_view(said[one.consignment, one.manifest_id]),
            changed=changed_view(since.get(one.consignment)),
            named=named_view(names[one.consignment]),
            findings=view(
                [
                    *([_filed_since(one)] if one.consignment in left - gone else []),
                    *_declared_twice(one, beside.get(one.consignment, [])),
                    *_held_before(one, before.get(one.consignment, [])),
                ],
                visitor.lang,
            ),
            steps=[_step(step, signed) for step in steps],
        )
        for one, steps in ((found[bill], steps) for bill, steps in taken.items() if bill in found)
    ]
    return BillDeskPage(bills=bills, next=spell_cursor(_Cursor(*last[0])) if last else None)


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    consignment: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
    version: Annotated[int, msgspec.Meta(ge=0, lt=1 << 31)]


def _step(step: acts.Decided, signed: Mapping[str, bytes]) -> StepView:
    return StepView(
        version=step.version,
        status=step.status,
        decided_by=step.decided_by,
        decided_at=step.decided_at,
        order=step.order,
        act=step.act,
        fired=list(step.fired),
        targeting=list(step.targeting),
        result=step.result,
        said=said_with(signed.get(step.act or "")),
        served_at=step.served_at,
    )


def _filed_since(one: customs.Standing) -> Finding:
    status = one.status.value if one.status else "-"
    return Finding(
        "DESK-FILED-SINCE", Severity.WARNING, Where("bill"), {"bill": one.number, "status": status}
    )


def _declared_twice(one: customs.Standing, others: Sequence[str]) -> list[Finding]:
    return [
        Finding(
            "DESK-TWO-FILERS",
            Severity.WARNING,
            Where("bill"),
            {"bill": one.number, "filer": one.filer, "other": other},
        )
        for other in others
    ]


def _held_before(one: customs.Standing, found: Sequence[HeldBefore]) -> Iterator[Finding]:
    where = Where("bill")
    for it in found:
        gone, shared = it.bill, it.shared
        bill, other, filer = one.number, gone.number, gone.filer
        status = gone.status.value if gone.status else "-"
        if shared.boxes:
            boxes = ", ".join(sorted(shared.boxes))
            yield Finding(
                "DESK-BOX-HELD-BEFORE",
                Severity.WARNING,
                where,
                {"bill": bill, "other": other, "filer": filer, "status": status, "boxes": boxes},
            )
        elif shared.is_trade:
            yield Finding(
                "DESK-GOODS-HELD-BEFORE",
                Severity.WARNING,
                where,
                {"bill": bill, "other": other, "filer": filer, "status": status},
            )
        else:
            yield Finding(
                "DESK-NUMBER-HELD-BEFORE",
                Severity.WARNING,
                where,
                {"bill": bill, "other": other, "filer": filer, "status": status},
            )
