"""Who files a manifest, and what is told of one that is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.store.messages import Kept


@dataclass(frozen=True, slots=True)
class Filer:
    """Who files, when, with whom, and by which message; `id` is the new manifest's.

    `reference` is the sender's own for what he sent: an amendment may name it.
    """

    party: PartyId
    authority: PartyId
    authority_org: int
    message: Kept
    assembly_id: int
    reference: str
    id: UUID
    at: datetime


def refusal(
    filer: Filer, which: tuple[str, str | None], findings: Sequence[Finding], *, bills: int | None
) -> Event:
    """Make what is told of a manifest, its document and call, that was refused."""
    document, call = which
    counted: dict[str, Value] = {} if bills is None else {"bills": bills}
    codes = dict.fromkeys(f.code for f in findings if f.severity is Severity.ERROR)
    return Event(
        EventCode.MANIFEST_REFUSED,
        Key(KeyKind.MANIFEST, document),
        filer.party,
        filer.at,
        filer.at,
        {
            "codes": [*codes],
            "findings": len(findings),
            **counted,
            "call": call,
            "filed_with": filer.authority,
        },
        (Key(KeyKind.MESSAGE, str(filer.message.id)),),
    )
