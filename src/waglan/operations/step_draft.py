"""One more step of a draft: it names the step its author saw, or nothing happens.

Whoever changes, sends back, approves or files comes through here, so that two who act at once never
act on the same step.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.logbook.leaf import commit
from waglan.logbook.sealed import Vault
from waglan.manifest.filing_state import FilingAct, Step, after_step
from waglan.operations.open_draft import Opened, Said, pack, read_change
from waglan.parties.role import Principal
from waglan.store import Transaction, events, sheets
from waglan.store.sheets import STEPS_MAX, NewStep

SHOWN_MAX = 50  # of fields that somebody else changed meanwhile


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, with which token, when."""

    org: int
    principal: Principal
    at: datetime

    @property
    def party(self) -> PartyId:
        """The organisation in whose name it is done."""
        return self.principal.org

    @property
    def subject(self) -> str:
        """The person who answers for it."""
        return self.principal.accountable or self.principal.token


@dataclass(frozen=True, slots=True)
class Doing:
    """What is done: the act, what it says (sealed), its commitment's salt, what it hands over."""

    act: FilingAct
    plain: bytes = b""
    salt: bytes = b""
    message: tuple[int, UUID] | None = None  # number in the store, and id
    told: tuple[tuple[str, Value], ...] = ()  # for the log; no name and no value of a field


def with_files(act: FilingAct, said: Said) -> Doing:
    """Return an act that keeps files; the log gets a commitment to each file's SHA-256."""
    told: tuple[tuple[str, Value], ...] = ()
    if said.files:
        told = (("files", [commit(said.salt, one.sha256).hex() for one in said.files]),)
    if said.basis:
        told = (*told, ("basis", said.basis))
    return Doing(act, pack(said), said.salt, told=told)


async def step_draft(
    tx: Transaction, vault: Vault, by: By, opened: Opened, doing: Doing
) -> list[Finding]:
    """Add a step to an opened draft and tell the log; findings mean that nothing was done.

    The caller holds the sheet's lock and has compared the step that was seen.
    """
    draft, life = opened.sheet.sheet, opened.draft.life
    n = len(opened.steps) + 1
    after = after_step(life, Step(n, doing.act, by.subject, by.at))
    if isinstance(after, Finding):
        return [after]
    if n > STEPS_MAX:
        return [_too_many()]
    message_id = doing.message[0] if doing.message else None
    step = NewStep(
        n, doing.act.value, by.subject, by.principal.token, by.at, doing.plain, message_id
    )
    await sheets.add_step(tx, vault, by.org, draft, step)
    also = (Key(KeyKind.MESSAGE, str(doing.message[1])),) if doing.message else ()
    body: dict[str, Value] = {
        "step": n,
        "profile": opened.sheet.profile,
        "function": after.function.value,
        "version": after.version,
        "by": by.subject,
        "token": by.principal.token,
        **dict(doing.told),
    }
    if doing.plain:
        digest = hashlib.sha256(doing.plain).hexdigest()
        body["commitment"] = commit(doing.salt, digest).hex()
    code = EventCode(f"draft.{doing.act.value}")
    told = Event(code, Key(KeyKind.DRAFT, str(draft)), by.party, by.at, by.at, body, also)
    await events.append(tx, [told])
    return []


def seen(opened: Opened, step: int) -> list[Finding]:
    """Return nothing if the step that somebody saw is the last one; else what came since."""
    if step == len(opened.steps):
        return []
    last = opened.steps[-1] if opened.steps else None
    found = [
        Finding(
            "DRAFT-CHANGED-MEANWHILE",
            Severity.ERROR,
            Where("step"),
            {"seen": step, "step": len(opened.steps), "act": last.act if last else "-"},
        )
    ]
    changed: dict[str, None] = {}
    for one in opened.steps:
        if one.n > step and one.act == FilingAct.CHANGE.value and one.plain:
            changed |= dict.fromkeys(claim.path for claim in read_change(one.plain).claims)
    for path in list(changed)[:SHOWN_MAX]:
        field = opened.draft.filled.fields.get(path)
        stands = "-" if field is None or field.value is None else str(field.value)[:200]
        found.append(
            Finding(
                "DRAFT-FIELD-MEANWHILE",
                Severity.NOTE,
                Where(f"fields/{path}"),
                {"field": path, "stands": stands},
            )
        )
    return found


def _too_many() -> Finding:
    return Finding("DRAFT-TOO-MANY-STEPS", Severity.ERROR, Where("draft"), {"max": STEPS_MAX})
