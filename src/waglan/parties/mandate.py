"""Letters of authority, and whether a principal may file under a sender's address."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.parties.permission import Act, refusal
from waglan.parties.role import Principal

# What one organisation may let another do in its name; all else a party does itself.
TRANSFERABLE = frozenset({Act.READ, Act.CHECK, Act.FILE, Act.REPORT})


@dataclass(frozen=True, slots=True)
class Mandate:
    """One organisation's word that another may act for it; in force from the first moment on."""

    id: str
    giver: PartyId
    agent: PartyId
    acts: frozenset[Act]
    since: datetime
    until: datetime  # a letter of authority always ends; this moment is already outside

    def __post_init__(self) -> None:
        """Refuse a mandate for what nobody may do in another's name."""
        if not self.acts <= TRANSFERABLE:
            raise ValueError(f"not transferable: {sorted(a.value for a in self.acts)}")

    def covers(self, act: Act, *, at: datetime) -> bool:
        """Whether the agent may do this at that moment in the giver's name."""
        return act in self.acts and self.since <= at < self.until


def in_force(mandates: Iterable[Mandate], revoked: Collection[str]) -> tuple[Mandate, ...]:
    """Return the mandates that nobody took back; each still says itself from when to when."""
    return tuple(mandate for mandate in mandates if mandate.id not in revoked)


def may_file(
    principal: Principal,
    addresses: Iterable[str],
    owners: Mapping[str, PartyId],
    mandates: Iterable[Mandate],
    *,
    at: datetime,
) -> Finding | None:
    """Return why this principal may not file under these addresses; None when he may.

    `addresses` are the envelope's sender (`id` or `id:qualifier`) and whatever in the message says
    who sends it (GLN, CCRN); each must be his, or the address of one whose mandate he holds.
    `owners` are the registered addresses. Foreign and unknown addresses get the same answer.
    """
    if why := refusal(principal, Act.FILE):
        return why
    held = [mandate for mandate in mandates if mandate.agent == principal.org]
    for address in addresses:
        owner = owners.get(address.strip())
        if owner == principal.org:
            continue
        letters = [m for m in held if m.giver == owner and Act.FILE in m.acts]
        if not any(letter.covers(Act.FILE, at=at) for letter in letters):
            return _not_his(address, letters, at)
    return None


def _not_his(address: str, letters: Collection[Mandate], at: datetime) -> Finding:
    ended = [letter.until for letter in letters if letter.until <= at]
    where = Where("interchange/sender")
    if ended and len(ended) == len(letters):
        on = max(ended).date().isoformat()
        return Finding("PARTY-MANDATE-ENDED", Severity.ERROR, where, {"address": address, "on": on})
    return Finding("PARTY-SENDER-NOT-YOURS", Severity.ERROR, where, {"address": address})
