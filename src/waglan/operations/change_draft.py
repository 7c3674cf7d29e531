"""A draft is made or changed: claims are added, and none is ever taken away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from msgspec.structs import replace

from waglan.codes.finding import Finding, Severity, Where
from waglan.logbook.sealed import Vault
from waglan.manifest.draft import CLAIMS_MAX, Change, Draft, Setup, draft_of
from waglan.manifest.draft_field import read_value
from waglan.manifest.filing_profile import FilingProfile, Recipient, refusal
from waglan.manifest.filing_state import FilingAct, Life
from waglan.manifest.prefill import Claim, Source, SourceKind, claims_of, place_of
from waglan.operations.open_draft import Opened, open_draft, pack
from waglan.operations.step_draft import By, Doing, seen, step_draft
from waglan.store import Transaction, erasure, sheets
from waglan.store.sheets import SHEETS_MAX, Sheet


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person gives: values, fields he confirms, and of which claim (counted from 0).

    `entries` name the entry of the address book that a value was taken from, by its field;
    `leave_out` are whole bills and boxes that don't belong in the draft, by place.
    """

    fields: Mapping[str, object] = field(default_factory=dict)
    entries: Mapping[str, UUID] = field(default_factory=dict)
    confirm: tuple[str, ...] = ()
    choose: Mapping[str, int] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change that somebody wants; `step` is the last one he saw, 0 for a draft to be made."""

    draft: UUID
    step: int
    typed: Typed
    claims: tuple[Claim, ...] = ()
    setup: Setup | None = None
    key_salt: bytes = b""  # of a draft to be made
    salt: bytes = b""


async def make_draft(
    tx: Transaction, vault: Vault, by: By, profile: FilingProfile, wanted: Wanted
) -> list[Finding]:
    """Make a draft with its first content; findings mean that nothing was made."""
    is_prepared = profile.recipient is not Recipient.DEADLINES_ONLY
    if not is_prepared and (why := refusal(profile, by.principal.roles)):
        return [why]
    if await sheets.count(tx, "draft") >= SHEETS_MAX:
        return [Finding("DRAFT-TOO-MANY", Severity.ERROR, Where("drafts"), {"max": SHEETS_MAX})]
    sheet = Sheet(wanted.draft, "draft", profile.id, by.at, 0, is_erased=False)
    empty = Opened(sheet, draft_of(profile, {}, Life()), [])
    change, wrong = _change(empty.draft, by, wanted)
    if wrong:
        return wrong
    await erasure.keep_out(tx)
    await sheets.make(tx, by.org, sheet, wanted.key_salt)
    return await step_draft(tx, vault, by, empty, _doing(change, wanted))


async def change_draft(
    tx: Transaction, vault: Vault, by: By, wanted: Wanted
) -> list[Finding] | None:
    """Change a draft; None if this organisation has none of that id, findings: nothing was done."""
    await erasure.keep_out(tx)
    await sheets.lock(tx, wanted.draft)
    opened = await open_draft(tx, vault, wanted.draft)
    if opened is None or opened.sheet.is_erased:
        return None
    if meanwhile := seen(opened, wanted.step):
        return meanwhile
    change, wrong = _change(opened.draft, by, wanted)
    if wrong:
        return wrong
    return await step_draft(tx, vault, by, opened, _doing(change, wanted))


def _doing(change: Change, wanted: Wanted) -> Doing:
    told = (("fields", len(change.claims)),)
    return Doing(FilingAct.CHANGE, pack(change), wanted.salt, told=told)


def _change(draft: Draft, by: By, wanted: Wanted) -> tuple[Change, list[Finding]]:
    claims, wrong = _typed(draft, by, wanted.typed)
    claims += wanted.claims
    known = len(claims_of(draft.filled))
    if known + len(claims) > CLAIMS_MAX:
        wrong.append(
            Finding(
                "DRAFT-TOO-BIG",
                Severity.ERROR,
                Where("fields"),
                {"count": known + len(claims), "max": CLAIMS_MAX},
            )
        )
    return Change(tuple(claims), wanted.setup, wanted.salt), wrong


def _typed(draft: Draft, by: By, typed: Typed) -> tuple[list[Claim], list[Finding]]:
    """Return what a person gives as claims of his own; what he chose names where it is from."""
    own = Source(SourceKind.TYPED, "typed", by.subject, said_at=by.at, recorded_at=by.at)
    claims: list[Claim] = []
    wrong: list[Finding] = []
    for path, raw in typed.fields.items():
        value, findings = read_value(path, raw)
        wrong += findings
        entry = typed.entries.get(path)
        of = own if entry is None else replace(own, document=f"address:{entry}")
        claims.append(Claim(path, value, of))
    for place in typed.leave_out:
        emptied = [Claim(path, None, own) for path in _inside(draft, place)]
        claims += emptied
        if not emptied:
            wrong.append(_not_there(place))
    for path, n in {**dict.fromkeys(typed.confirm, 0), **typed.choose}.items():
        told = draft.filled.fields.get(path)
        if told is None or not 0 <= n < len(told.claims):
            wrong.append(_nothing(path, n))
            continue
        chosen = told.claims[n]
        claims.append(Claim(path, chosen.value, replace(own, place=place_of(chosen.source))))
    return claims, wrong


def _inside(draft: Draft, place: str) -> list[str]:
    """Return the filled fields of a whole bill or box; none for any other place."""
    if place.count("/") != 1 or not place.startswith(("bills/", "boxes/")):
        return []
    return [
        path
        for path, value in draft.values.items()
        if path.startswith(f"{place}/") and value is not None
    ]


def _not_there(place: str) -> Finding:
    return Finding("DRAFT-NOT-THERE", Severity.ERROR, Where("leave_out"), {"place": place[:100]})


def _nothing(path: str, n: int) -> Finding:
    where = Where(f"fields/{path[:100]}")
    return Finding("DRAFT-NOTHING-TO-CHOOSE", Severity.ERROR, where, {"field": path[:100], "n": n})
