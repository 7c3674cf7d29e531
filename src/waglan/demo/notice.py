"""A detained bill's filer answers the notice with a document, and customs looks at it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from waglan.codes.party import PartyId
from waglan.demo.answers import DocumentSeen, NoticeSeen, NoticesSeen
from waglan.demo.client import Client

DOCUMENT = "text/plain"


@dataclass(frozen=True, slots=True)
class Answered:
    """How a notice stands to customs, and how many documents it has."""

    notice: str
    state: str
    documents: int


async def answer(clients: Callable[[PartyId], Client], customs: Client, bill: str) -> Answered:
    """Have the bill's filer acknowledge its notice and answer it with a synthetic document."""
    [found] = (await customs.get(f"/v1/notices?bill={quote(bill)}&limit=1", NoticesSeen)).notices
    path = f"/v1/notices/{quote(found.notice)}"
    served = await customs.get(path, NoticeSeen)
    [filed_by] = [one.party for one in served.addressees if one.capacity == "filer" and one.party]
    filer = clients(PartyId(filed_by))
    seen: Mapping[str, object] = {"version": served.version}
    await filer.post(f"{path}/acknowledgement", seen, NoticeSeen)
    invoice = f"SYNTHETIC INVOICE of the demo day for bill {bill}: no real paper.\n".encode()
    kept = await filer.hand_over(f"{path}/documents", invoice, DOCUMENT, DocumentSeen)
    await filer.post(f"{path}/answers", {"documents": [kept.id]}, NoticeSeen)
    told = await customs.get(path, NoticeSeen)
    return Answered(told.notice, told.state, len(told.documents))
