"""What became by other means of what a draft filed: replaced or cancelled, and what would be lost.

A firm files one document by a draft today and by EDIFACT tomorrow. A draft is whole, so its
amendment would put back what it said before; it names the version that it goes on from instead.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from waglan.codes.finding import Finding, Severity, Where
from waglan.logbook.sealed import Vault
from waglan.manifest.draft_field import Scalar, key_for
from waglan.manifest.draft_manifest import manifest_of
from waglan.manifest.draft_values import DraftValues
from waglan.manifest.filing_state import BEGINS
from waglan.manifest.model import Function, Manifest
from waglan.manifest.prefill import Source, SourceKind
from waglan.manifest.sources import of_manifest
from waglan.manifest.version import call_of
from waglan.operations.open_draft import Opened, read_said
from waglan.store import Transaction, manifests, versions
from waglan.store.versions import Chain, Made

LOST_SHOWN_MAX = 50  # of fields
SHOWN_CHARACTERS_MAX = 200
_WHERE = Where("draft")
_ANY = Source(SourceKind.EARLIER_FILING, "", "")


async def filings_now(tx: Transaction, drafts: Sequence[Opened]) -> dict[UUID, Made]:
    """Return, by draft, what its last accepted filing made at a desk here and what stands now."""
    last = {one.sheet.sheet: message for one in drafts if (message := _message(one)) is not None}
    made = await versions.made_by(tx, [*last.values()]) if last else {}
    return {draft: made[message] for draft, message in last.items() if message in made}


async def base_of(tx: Transaction, opened: Opened) -> int | None:
    """Return the version that an amendment goes on from; None if nothing stands here.

    The one that its author named when he began, or else the one as which the draft was filed last.
    """
    made = (await filings_now(tx, [opened])).get(opened.sheet.sheet)
    return _base(opened, made) if made and _is_of(opened, made) else None


async def filed_otherwise(tx: Transaction, vault: Vault, opened: Opened) -> list[Finding]:
    """Return why an amendment may not go on: its document was filed since by other means.

    Once its author has named the version that stands, only what of that would be lost is told.
    """
    draft = opened.draft
    made = (await filings_now(tx, [opened])).get(opened.sheet.sheet)
    if made is None or draft.life.function is Function.ORIGINAL or not is_moved_on(opened, made):
        return []
    if made.function is Function.CANCEL:
        return [_cancelled(made)]
    base = _base(opened, made)
    found = [] if base == made.stands else [moved_on(made, base)]
    if draft.life.function is Function.CANCEL:
        return found
    return [*found, *await _lost(tx, vault, opened, made)]


def is_moved_on(opened: Opened, made: Made) -> bool:
    """Whether what stands was filed by other means than the draft."""
    return made.by_message != _message(opened)


def moved_on(made: Made, base: int) -> Finding:
    """Say that another version stands than the one that the amendment goes on from."""
    return Finding(
        "DRAFT-FILED-SINCE",
        Severity.ERROR,
        _WHERE,
        {"document": made.document, "version": made.stands, "base": base},
    )


def _cancelled(made: Made) -> Finding:
    return Finding(
        "DRAFT-FILING-CANCELLED",
        Severity.ERROR,
        _WHERE,
        {"document": made.document, "version": made.stands},
    )


def _is_of(opened: Opened, made: Made) -> bool:
    """Whether the draft still names the manifest that it made: a number of another's is none."""
    head = _manifest(opened).head
    call = call_of(head)
    return (head.document.strip(), call and call.text) == (made.document, made.call)


def _message(opened: Opened) -> UUID | None:
    last = opened.draft.life.accepted
    return None if last is None else opened.steps[last.n - 1].message


def _base(opened: Opened, made: Made) -> int:
    last, begun = opened.draft.life.accepted, {act.value for act in BEGINS}
    since = [one for one in opened.steps if last is None or one.n > last.n]
    named = [read_said(one.plain).version for one in since if one.act in begun and one.plain]
    return next(reversed(named), 0) or made.version


async def _lost(tx: Transaction, vault: Vault, opened: Opened, made: Made) -> list[Finding]:
    """Return what was filed otherwise since, and what the draft would put in its place."""
    own = await manifests.by_id(tx, made.manifest)
    if own is None:
        return []
    chain = Chain(own.org, own.document, own.call, own.filed_with)
    newest = await manifests.latest(tx, chain) or own
    before = _told(await manifests.load(tx, vault, own))
    now = _told(await manifests.load(tx, vault, newest))
    ours = _told(_manifest(opened))
    paths = [
        path
        for path in sorted({*before, *now, *ours})
        if now.get(path) not in (before.get(path), ours.get(path))
    ]
    gone = _bills_gone(now, ours)
    paths = [path for path in paths if _bill(path) not in gone]
    drafted = _bills_as_drafted(opened)
    found = [_gone(number, newest.version) for number in gone.values()]
    found += [
        Finding(
            "DRAFT-WOULD-UNDO",
            Severity.WARNING,
            Where(f"fields/{_placed(path, drafted)}"),
            {
                "field": _placed(path, drafted),
                "stands": _shown(now.get(path)),
                "draft": _shown(ours.get(path)),
                "version": newest.version,
            },
        )
        for path in paths[:LOST_SHOWN_MAX]
    ]
    if (more := len(paths) - LOST_SHOWN_MAX) > 0:
        version = newest.version
        found.append(
            Finding(
                "DRAFT-WOULD-UNDO-MORE",
                Severity.WARNING,
                _WHERE,
                {"more": more, "version": version},
            )
        )
    return found


def _bills_gone(
    now: Mapping[str, Scalar | None], ours: Mapping[str, Scalar | None]
) -> dict[str, str]:
    """Return the numbers, by key, of bills that stand and that the draft does not have at all."""
    kept = {_bill(path) for path in ours}
    return {
        key: _shown(now.get(f"bills/{key}/number")) if f"bills/{key}/number" in now else key
        for key in sorted({_bill(path) for path in now} - kept)
    }


def _bill(path: str) -> str:
    """Return the key of the bill that a path is of; none of anything else."""
    first, _, rest = path.partition("/")
    return rest.partition("/")[0] if first == "bills" else ""


def _gone(number: str, version: int) -> Finding:
    return Finding(
        "DRAFT-WOULD-WITHDRAW",
        Severity.WARNING,
        Where("bills"),
        {"bill": number, "version": version},
    )


def _manifest(opened: Opened) -> Manifest:
    draft = opened.draft
    return manifest_of(draft.values, draft.profile, draft.mode)


def _told(manifest: Manifest) -> dict[str, Scalar | None]:
    return {claim.path: claim.value for claim in of_manifest(manifest, _ANY)}


def _bills_as_drafted(opened: Opened) -> dict[str, str]:
    """Return the draft's key of each bill by the key that its number makes."""
    values = opened.draft.values
    numbers = (
        (key, values.get(f"bills/{key}/number")) for key in DraftValues(values).keys("bills")
    )
    return {key_for(number): key for key, number in numbers if isinstance(number, str)}


def _placed(path: str, drafted: Mapping[str, str]) -> str:
    first, _, rest = path.partition("/")
    key, slash, rest = rest.partition("/")
    return f"bills/{drafted.get(key, key)}{slash}{rest}" if first == "bills" else path


def _shown(value: Scalar | None) -> str:
    if value is None:
        return "-"
    told = ", ".join(value) if isinstance(value, tuple) else str(value)
    return told[:SHOWN_CHARACTERS_MAX]
