"""The operator agrees with a partner how his files are read and answered."""

from datetime import datetime
from hashlib import sha256

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.messages.edifact.profile import Profile, refusals, to_json
from waglan.parties.role import Principal
from waglan.store import Transaction, events, parties, partners


async def set_partner_profile(
    tx: Transaction, by: Principal, party: PartyId, profile: Profile, *, now: datetime
) -> int | list[Finding] | None:
    """Keep a partner's profile as its next version; None where nobody is called so.

    Files that came before are not read anew. Two who set one at a time are told so by the
    database: the version is taken.
    """
    wrong = refusals(profile)
    if wrong:
        return wrong
    org = await parties.org_of(tx, party)
    if org is None:
        return None
    version = (await partners.agreed(tx, org)).version + 1
    await partners.add(tx, org, version, profile, now=now)
    told = Event(
        EventCode.PROFILE_SET,
        Key(KeyKind.PARTY, party),
        by.org,
        now,
        now,
        {
            "party": party,
            "version": version,
            "sha256": sha256(to_json(profile)).hexdigest(),
            "by": by.accountable or by.token,
        },
        (),
        frozenset({by.org, party}),
    )
    await events.append(tx, [told])
    return version
