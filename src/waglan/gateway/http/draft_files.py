"""The files of a filing that goes elsewhere, and the replies that were handed in: as they were."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.draft_views import SAYING
from waglan.gateway.http.drafts import there
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.paging import LISTED_MAX, Limit, cut
from waglan.gateway.http.problem import Problem
from waglan.logbook.leaf import commit
from waglan.messages.bridge.file import BridgeFile
from waglan.messages.bridge.make import bridge_files
from waglan.operations.open_draft import Opened, Said, open_draft, read_said
from waglan.parties.permission import Act

router = APIRouter(prefix="/v1/drafts", tags=["drafts"])

AS_IT_STANDS = 0  # instead of a step: what would be made of the draft now


class FileView(BaseModel):
    """One file. Its step's event in the log holds `commitment`, made of `salt` and `sha256`.

    Step 0 is what approving the draft now would make: nothing of it is kept yet.
    """

    step: int
    act: str
    name: str
    media_type: str
    size: int
    sha256: str
    salt: str
    commitment: str
    href: str


class FilesView(BaseModel):
    """What was made, not sent: you hand it in yourself, where `note` says."""

    connected: bool
    sent: bool
    note: str
    files: list[FileView]
    next: str | None  # the `after` of the next page, null on the last


@router.get("/{draft}/files", response_model=FilesView, responses=ERRORS)
async def listed(
    draft: UUID,
    visitor: TheVisitor,
    after: Annotated[str, Query(max_length=140, description="The `next` of the page before.")] = "",
    limit: Limit = LISTED_MAX,
) -> FilesView:
    """List the files that were made of a draft, and replies that were handed in; none was sent.

    The newest step's first, then those that approving it now would make.
    """
    visitor.must(Act.READ)
    opened = await _opened(visitor, draft)
    found = [
        _view(draft, (step, act), said, one)
        for step, act, said in _saying(opened)
        for one in said.files
    ]
    absent_one = len(found) if after else 0
    begins = next((n for n, one in enumerate(found, 1) if _place(one) == after), absent_one)
    page, last = cut(found[begins : begins + limit + 1], limit)
    return FilesView(
        connected=False,
        sent=False,
        note=_note(opened, visitor.lang),
        files=list(page),
        next=_place(last) if last else None,
    )


def _place(one: FileView) -> str:
    return f"{one.step}/{one.name}"


@router.get(
    "/{draft}/files/{step}/{name}",
    responses={**ERRORS, 200: {"content": {"application/octet-stream": {}}}},
    response_class=Response,
)
async def download(
    draft: UUID,
    step: Annotated[int, Path(ge=0, le=1_000_000)],
    name: Annotated[str, Path(max_length=120)],
    visitor: TheVisitor,
) -> Response:
    """Download one file byte for byte; step 0 makes it of the draft as it stands."""
    visitor.must(Act.READ)
    opened = await _opened(visitor, draft)
    for n, _, said in _saying(opened):
        for one in said.files:
            if (n, one.name) == (step, name):
                return Response(
                    one.body,
                    media_type=one.media_type,
                    headers={
                        "Content-Disposition": f'attachment; filename="{one.name}"',
                        "X-Content-Type-Options": "nosniff",
                    },
                )
    raise Problem(404, Finding("DRAFT-NO-FILE", Severity.ERROR, Where("file"), {"file": name}))


async def _opened(visitor: Visitor, draft: UUID) -> Opened:
    async with visitor.transaction() as tx:
        return there(await open_draft(tx, visitor.kit.keys.vault, draft), "draft")


def _saying(opened: Opened) -> list[tuple[int, str, Said]]:
    """The steps with what they keep, the newest first; then what would be made now."""
    kept = [
        (one.n, one.act, read_said(one.plain))
        for one in reversed(opened.steps)
        if one.act in SAYING and one.plain
    ]
    return [*kept, (AS_IT_STANDS, "", Said(files=bridge_files(opened.draft).files))]


def _view(draft: UUID, at: tuple[int, str], said: Said, one: BridgeFile) -> FileView:
    step, act = at
    return FileView(
        step=step,
        act=act,
        name=one.name,
        media_type=one.media_type,
        size=len(one.body),
        sha256=one.sha256,
        salt=said.salt.hex(),
        commitment=commit(said.salt, one.sha256).hex() if said.salt else "",
        href=f"/v1/drafts/{draft}/files/{step}/{one.name}",
    )


def _note(opened: Opened, lang: Lang) -> str:
    note = opened.draft.profile.note
    return note.zh if lang == "zh-Hant-HK" else note.en
