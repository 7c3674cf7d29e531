"""A dry run: what a filing would be answered, without declaring anything."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.gateway.http.described import takes
from waglan.gateway.http.door import TheVisitor
from waglan.gateway.http.messages import ERRORS, FILES
from waglan.gateway.http.problem import HERE, FindingView, Problem, view
from waglan.gateway.sandbox import read_xlsx
from waglan.messages.edifact import Profile
from waglan.messages.envelope import Message
from waglan.messages.form import Form, form_of, read_paper
from waglan.messages.paper import Sent, message_of
from waglan.messages.whole import Whole, wholes
from waglan.operations.check_manifest import Asker, check_manifest, read_edifact
from waglan.parties.permission import Act
from waglan.store import parties, partners

router = APIRouter(prefix="/v1/checks", tags=["messages"])

# A check is answered while one waits, so it takes less than a filing does; `waglan check` reads
# larger files on one's own machine.
CHECK_BYTES_MAX = 8 << 20
FINDINGS_SHOWN_MAX = 2_000
AT_ONCE_MAX = 2  # of one process: a check is all work and no waiting


class CheckedView(BaseModel):
    """One manifest: what it would be answered, the rules run, and what was not looked at and why.

    `would_stand` says that the file would be accepted; customs may still want something of it.
    `function` and `bills_sent` tell what was sent; `bills` and `containers` are those of the whole
    manifest as it would stand: none once it is cancelled.
    """

    document: str
    function: str
    bills_sent: int
    bills: int
    containers: int
    would_stand: bool
    findings: list[FindingView]
    rules_run: list[str]
    not_run: list[FindingView]


class CheckView(BaseModel):
    """A dry run over what was sent; `findings` are those of the file itself.

    `findings_total` counts all there are; of many only the first are shown.
    """

    manifests: list[CheckedView]
    findings: list[FindingView]
    findings_total: int


@router.post("", response_model=CheckView, responses=ERRORS, openapi_extra=takes(*FILES))
async def check(request: Request, visitor: TheVisitor) -> CheckView:
    """Check manifests of any supported format before filing them: nothing is declared or kept.

    Run are the rules that need the file, the time, and your own earlier filings; customs' own
    selection is not, and what was not run is listed. Only the asking itself is on record.
    """
    visitor.must(Act.CHECK)
    data = await _body(request, min(CHECK_BYTES_MAX, visitor.kit.message_bytes_max))
    async with turns(request.app):
        content_type = request.headers.get("content-type", "")
        async with visitor.transaction() as tx:
            profile = (await partners.agreed(tx, visitor.org)).profile
            own = await parties.addresses(tx)
        sender = visitor.principal.org, own
        sent = await asyncio.to_thread(_read, data, content_type, sender, profile)
        asker = Asker(visitor.principal.org, visitor.org, visitor.kit.clock())
        async with visitor.transaction() as tx:
            checked = await check_manifest(tx, visitor.kit.keys.vault, asker, sent.wholes)
    room = [FINDINGS_SHOWN_MAX]

    def shown(some: Sequence[Finding]) -> list[FindingView]:
        some = some[: room[0]]
        room[0] -= len(some)
        return view(some, visitor.lang)

    return CheckView(
        findings=shown(sent.findings),
        manifests=[
            CheckedView(
                document=one.manifest.head.document,
                function=one.sent.head.function.value,
                bills_sent=len(one.sent.bills),
                bills=len(one.manifest.bills),
                containers=len(one.manifest.equipment),
                would_stand=one.would_stand and is_believed,
                findings=shown(one.findings),
                rules_run=list(one.rules_run),
                not_run=view(one.not_run, visitor.lang),
            )
            for one, is_believed in zip(checked, sent.believed, strict=True)
        ],
        findings_total=len(sent.findings) + sum(len(one.findings) for one in checked),
    )


def turns(app: FastAPI) -> asyncio.Semaphore:
    """Return what lets only so many checks be worked on at once in this process."""
    found: asyncio.Semaphore = app.state.check_turns
    return found


async def _body(request: Request, limit: int) -> bytes:
    length = request.headers.get("content-length", "")
    data = bytearray()
    if not length.isdecimal() or int(length) <= limit:
        async for piece in request.stream():
            data += piece
            if len(data) > limit:
                break
        else:
            return bytes(data)
    raise Problem(
        413,
        Finding("HTTP-TOO-LARGE", Severity.ERROR, HERE, {}),
        findings=[
            Finding("CHECK-TOO-LARGE", Severity.ERROR, Where("message"), {"bytes_max": limit})
        ],
    )


@dataclass(frozen=True, slots=True)
class _Sent:
    """The manifests in what was sent, and what is wrong with the file itself.

    `believed` tells of each manifest whether all that brings it would be believed.
    """

    wholes: list[Whole]
    findings: list[Finding]
    believed: list[bool]


def _read(
    data: bytes, content_type: str, sender: tuple[PartyId, set[str]], profile: Profile
) -> _Sent:
    """Read it as a worker reads a filing: what was agreed with whoever sends it holds here too."""
    form = form_of(data, content_type)
    messages, findings, unbelieved = list[Message](), list[Finding](), set[int]()
    if form is Form.EDIFACT:
        file = read_edifact(data, profile, sender[1])
        messages, findings = file.messages, file.findings
        unbelieved = {id(messages[place]) for place in file.unbelieved}
    else:
        paper, found = read_paper(form, data, profile.charset, read_xlsx)
        if paper is not None:
            # A paper without an envelope comes from whoever hands it in.
            by = Sent(sender[0], hashlib.sha256(data).digest(), form.value)
            message = message_of(paper, by, tuple(found))
            found = [*message.findings]
            messages.append(replace(message, findings=profile.weigh(found)))
        findings += profile.weigh(found)
    whole, wrong = wholes(messages)
    believed = [unbelieved.isdisjoint(map(id, one.messages.values())) for one in whole]
    return _Sent(whole, [*findings, *wrong], believed)
