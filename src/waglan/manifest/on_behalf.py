"""A manifest handed in by a firm that is not its filer: whose letter it needs, and if it has it.

A paper names the carrier, and nobody says in it for whom it is handed in. So a manifest that states
masters is the carrier's whoever sends it, and house data alone is a forwarder's own. A carrier is
asked for nothing: the paper can't tell another line's agent from one who has space on her ship.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.draft_manifest import MODE_CODES
from waglan.manifest.filing_profile import FilingProfile, Recipient, profiles, refusal
from waglan.manifest.model import Level, Manifest
from waglan.parties.authorisation import Letter, letter_findings
from waglan.parties.role import Role

WHERE = Where("head/carrier")


def profile_of(manifest: Manifest) -> FilingProfile | None:
    """Return which filing at the desk a manifest of masters is; None for houses alone, or by road.

    One that does not say by what it comes is taken for any of them.
    """
    if all(bill.level is Level.HOUSE for bill in manifest.bills):
        return None
    return next(
        (
            one
            for one in profiles().values()
            if one.recipient is Recipient.CUSTOMS_DESK and one.level != "house"
            if manifest.head.mode in (None, "", *(MODE_CODES[mode] for mode in one.modes))
        ),
        None,
    )


def asks_for_letter(manifest: Manifest, roles: Collection[Role]) -> bool:
    """Whether an organisation in these roles hands such a manifest in for somebody else."""
    profile = profile_of(manifest)
    return profile is not None and not set(roles) & set(profile.filer_roles)


def letter_for(
    manifest: Manifest, roles: Collection[Role], letters: Iterable[Letter], *, at: datetime
) -> list[Finding]:
    """Return why a firm that holds these letters may not hand the manifest in at that time.

    A letter is the carrier's if his name or his code on it is what the manifest calls him. One with
    no code, of another name, may still be his: it counts, with a warning.
    """
    profile = profile_of(manifest)
    if profile is None or not asks_for_letter(manifest, roles):
        return []
    if why := refusal(profile, roles, for_client=True):
        return [replace(why, where=WHERE)]
    carrier = manifest.head.carrier or ""
    called = carrier or "-"
    held = list(letters)
    his = [one for one in held if one.is_of(carrier)]
    perhaps = [one for one in held if one not in his and not (one.client_code and carrier)]
    if (found := _in_force(his, profile.id, at)) is not None:
        return found
    if (found := _in_force(perhaps, profile.id, at)) is not None:
        return [
            *found,
            Finding("LETTER-CLIENT-UNCERTAIN", Severity.WARNING, WHERE, {"carrier": called}),
        ]
    if his:
        last = max(his, key=lambda one: (profile.id in one.profiles, one.until))
        return _here(letter_findings(last, profile.id, at=at))
    filers = ", ".join(one.value for one in profile.legal_filer)
    return [
        Finding(
            "LETTER-FOR-MANIFEST",
            Severity.ERROR,
            WHERE,
            {"carrier": called, "filers": filers, "profile": profile.id},
        )
    ]


def _in_force(letters: Sequence[Letter], profile: str, at: datetime) -> list[Finding] | None:
    """Return what there is to say of the letter that lasts longest; None if none is in force."""
    for one in sorted(letters, key=lambda letter: letter.until, reverse=True):
        found = letter_findings(one, profile, at=at)
        if not any(finding.severity is Severity.ERROR for finding in found):
            return _here(found)
    return None


def _here(findings: Iterable[Finding]) -> list[Finding]:
    return [replace(one, where=WHERE) for one in findings]
