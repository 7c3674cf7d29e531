"""A draft is held against all that its filer may be shown before it is filed."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.dry_run import DryRun, dry_run
from waglan.customs.judge import judge_some
from waglan.customs.rules import EVERY_RULE
from waglan.logbook.sealed import Vault
from waglan.manifest.deadline import Deadline
from waglan.manifest.draft import Draft, clients_named, draft_findings, due, time_findings
from waglan.manifest.draft_manifest import called_by_key, is_known, manifest_of
from waglan.manifest.filing_profile import Recipient, refusal
from waglan.manifest.model import Function
from waglan.manifest.version import Identity, identity
from waglan.messages.bridge.make import bridge_files
from waglan.messages.edifact import Profile
from waglan.messages.whole import Whole, wholes
from waglan.operations.check_manifest import Asker, check_whole, read_edifact
from waglan.operations.file_manifest import Claim, look_beside
from waglan.operations.filed_otherwise import filed_otherwise
from waglan.operations.open_draft import Opened
from waglan.operations.open_letter import open_letter
from waglan.operations.step_draft import By
from waglan.operations.write_draft import Written, desk_org, write_draft
from waglan.parties.authorisation import client_findings, letter_findings
from waglan.parties.permission import Act
from waglan.parties.reporting import role_refusal
from waglan.store import Transaction, parties, partners

_SAID_OF_ITS_MESSAGE = frozenset({"MANIFEST-OLD-VERSION", "MANIFEST-ALREADY-CANCELLED"})


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, which rules were run and which not, and by when it must be filed."""

    findings: tuple[Finding, ...]
    rules_run: tuple[str, ...]
    not_run: tuple[Finding, ...]
    due: tuple[Deadline, ...]

    @property
    def is_clean(self) -> bool:
        """Whether it may be submitted; a hold is for customs to lift and keeps nobody back."""
        return not any(one.severity is Severity.ERROR for one in self.findings)


async def check_draft(
    tx: Transaction, vault: Vault, by: By, opened: Opened, *, message_bytes_max: int
) -> Checked:
    """Return what stands against filing a draft now. Nothing is written, and no secret is asked.

    What goes to a desk here is written and read as its filing will be, and looked at likewise.
    """
    draft, roles = opened.draft, by.principal.roles
    letter_id = draft.setup.letter
    findings: list[Finding] = []
    if why := refusal(draft.profile, roles, for_client=letter_id is not None):
        findings.append(why)
    if letter_id is not None:
        findings += await _letter(tx, vault, draft, UUID(letter_id), at=by.at)
    findings += draft_findings(draft)
    found = due(draft)
    findings += time_findings(found, at=by.at)
    wrong = {one.where.path for one in findings if one.severity is Severity.ERROR}
    findings += [one for one in bridge_files(draft).findings if one.where.path not in wrong]
    run, not_run = tuple[str, ...](), tuple[Finding, ...]()
    if draft.profile.recipient is Recipient.CUSTOMS_DESK:
        written = await write_draft(tx, by, opened, message_bytes_max=message_bytes_max)
        since = await filed_otherwise(tx, vault, opened)
        more, run, not_run = await _as_filed(tx, vault, by, opened, written)
        if any(one.severity is Severity.ERROR for one in since):  # says it better than its message
            more = [one for one in more if one.code not in _SAID_OF_ITS_MESSAGE]
        findings += since
    else:
        more, run, not_run = await _elsewhere(tx, by, draft)
    known = {one.code for one in findings}
    findings += [one for one in more if one.code not in known]
    return Checked(tuple(findings), run, not_run, tuple(found))


async def _letter(
    tx: Transaction, vault: Vault, draft: Draft, letter_id: UUID, *, at: datetime
) -> list[Finding]:
    kept = await open_letter(tx, vault, letter_id)
    letter = None if kept is None else kept.letter
    findings = letter_findings(letter, draft.profile.id, at=at)
    if letter is not None:
        findings += client_findings(letter, clients_named(draft))
    return findings


async def _as_filed(
    tx: Transaction, vault: Vault, by: By, opened: Opened, written: Written
) -> tuple[list[Finding], tuple[str, ...], tuple[Finding, ...]]:
    """Return what the message would be answered, which rules were run, and which were not."""
    findings, draft = [*written.findings], opened.draft
    if refused := role_refusal("CUSCAR", Act.FILE, by.principal.roles):
        findings.append(refused)
    is_cancelled = draft.life.function is Function.CANCEL
    # What nobody could read as a filing yet is told by its fields alone, not by a message's.
    if is_cancelled or is_known(draft.values):
        profile = (await partners.agreed(tx, by.org)).profile
        own = await parties.addresses(tx)
        found, wrong = await asyncio.to_thread(_read, written.body, profile, own)
        findings += [*map(_placed, wrong)]
        for whole in found:
            checked = await check_whole(tx, vault, Asker(by.party, by.org, by.at), whole, ())
            findings += [*map(_placed, checked.findings)]
            if checked.rules_run:
                return findings, checked.rules_run, checked.not_run
    if is_cancelled:
        return findings, (), ()
    # It would be refused before any rule of the desk is run; they are told all the same.
    rehearsed = await _rehearsed(tx, by, draft)
    not_run = tuple(map(_not_compared, rehearsed.not_run))
    return [*findings, *rehearsed.findings], rehearsed.rules_run, not_run


async def _rehearsed(tx: Transaction, by: By, draft: Draft) -> DryRun:
    manifest = manifest_of(draft.values, draft.profile, draft.mode)
    claim = Claim(by.party, by.org, await desk_org(tx, draft), "", by.at, by.at)
    known = identity(by.party, manifest.head)
    named = known if isinstance(known, Identity) else None
    beside = await look_beside(tx, claim, named, manifest, is_first=False)
    day = by.at.astimezone(HONG_KONG).date()
    return dry_run(called_by_key(manifest, draft.values), on=day, beside=beside)


async def _elsewhere(
    tx: Transaction, by: By, draft: Draft
) -> tuple[list[Finding], tuple[str, ...], tuple[Finding, ...]]:
    """Return what the open rules find that its profile names, and why the others aren't run.

    Nobody here holds what goes elsewhere: a hold is told as a warning.
    """
    asked, where = draft.profile.rules, Where("draft")
    if draft.life.function is Function.CANCEL or not asked:
        return [], (), ()
    manifest = called_by_key(manifest_of(draft.values, draft.profile, draft.mode), draft.values)
    claim = Claim(by.party, by.org, None, "", by.at, by.at)
    beside = await look_beside(tx, claim, None, manifest, is_first=True)
    day = by.at.astimezone(HONG_KONG).date()
    seen = judge_some(manifest, frozenset(asked), beside, on=day)
    findings = [
        replace(one, severity=Severity.WARNING) if one.severity is Severity.HOLD else one
        for one in seen.findings
    ]
    left = [
        Finding(
            "DRAFT-RULE-NOT-ASKED",
            Severity.NOTE,
            where,
            {"rule": rule.CODE, "profile": draft.profile.id},
        )
        for rule in EVERY_RULE
        if rule.CODE not in asked
    ]
    own = Finding("DRAFT-RECIPIENT-RULES", Severity.NOTE, where, {"profile": draft.profile.id})
    return findings, seen.run, (*seen.not_run, *left, own)


def _not_compared(finding: Finding) -> Finding:
    """Say why nothing was compared with earlier filings: the port has them all at hand."""
    if finding.code != "DRY-RUN-NO-OWN-FILINGS":
        return finding
    where, rule = Where("draft"), finding.params["rule"]
    return Finding("DRAFT-NOT-COMPARED", Severity.NOTE, where, {"rule": rule})


def _read(body: bytes, profile: Profile, own: set[str]) -> tuple[list[Whole], list[Finding]]:
    if not body:
        return [], []
    file = read_edifact(body, profile, own)
    whole, wrong = wholes(file.messages)
    # The envelope is our own writing: what is noted of it is nothing to whoever prepares a draft.
    return whole, [one for one in (*file.findings, *wrong) if one.code != "EDIFACT-SYNTAX-VERSION"]


def _placed(finding: Finding) -> Finding:
    """Leave out where in the message it stands: nobody has seen that message yet."""
    return replace(finding, where=Where(finding.where.path))
