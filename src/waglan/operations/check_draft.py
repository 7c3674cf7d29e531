"""A draft is held against all that its filer may be shown before it is filed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity
from waglan.customs.dry_run import dry_run
from waglan.logbook.sealed import Vault
from waglan.manifest.deadline import Deadline
from waglan.manifest.draft import Draft, clients_named, draft_findings, due, time_findings
from waglan.manifest.draft_manifest import manifest_of
from waglan.manifest.filing_profile import Recipient, refusal
from waglan.manifest.model import Function
from waglan.manifest.on_behalf import letter_for
from waglan.messages.bridge.make import bridge_files
from waglan.operations.open_letter import open_letter
from waglan.parties.authorisation import Letter, client_findings, letter_findings
from waglan.parties.role import Principal
from waglan.store import Transaction


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
    tx: Transaction, vault: Vault, principal: Principal, draft: Draft, *, at: datetime
) -> Checked:
    """Return what stands against filing a draft now. Nothing is written, and no secret is asked."""
    letter_id = draft.setup.letter
    is_for_client = letter_id is not None
    letter: Letter | None = None
    findings: list[Finding] = []
    if why := refusal(draft.profile, principal.roles, for_client=is_for_client):
        findings.append(why)
    if letter_id is not None:
        kept = await open_letter(tx, vault, UUID(letter_id))
        letter = None if kept is None else kept.letter
        findings += letter_findings(letter, draft.profile.id, at=at)
        if letter is not None:
            findings += client_findings(letter, clients_named(draft))
    findings += draft_findings(draft)
    found = due(draft)
    findings += time_findings(found, at=at)
    wrong = {one.where.path for one in findings if one.severity is Severity.ERROR}
    findings += [one for one in bridge_files(draft).findings if one.where.path not in wrong]
    run: tuple[str, ...] = ()
    not_run: tuple[Finding, ...] = ()
    is_judged = draft.profile.recipient is Recipient.CUSTOMS_DESK
    if is_judged and draft.life.function is not Function.CANCEL:
        manifest = manifest_of(draft.values, draft.profile, draft.mode)
        if letter is not None:
            # What would be found on the way to the desk, and was not found above.
            known = {one.code for one in findings}
            more = letter_for(manifest, principal.roles, [letter], at=at)
            findings += [one for one in more if one.code not in known]
        rehearsed = dry_run(manifest, on=at.astimezone(HONG_KONG).date())
        findings += rehearsed.findings
        run, not_run = rehearsed.rules_run, rehearsed.not_run
    return Checked(tuple(findings), run, not_run, tuple(found))
