"""An officer names who was missing when a notice was served: from now on it is for him too."""

from collections.abc import Sequence
from datetime import datetime

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.detention import Addressee, Capacity, Reach, missing
from waglan.customs.officer_act import Sheet
from waglan.operations.address_notices import addressed
from waglan.operations.extend_notice import as_seen
from waglan.parties.role import Principal, Role
from waglan.store import Transaction, detentions, events, parties

_WHERE = Where("act/party")


async def name_addressee(
    tx: Transaction, by: tuple[int, Principal], sheet: Sheet, *, now: datetime
) -> Finding | None:
    """Tell him what others in his capacity would have been told; or return why not.

    His name is the officer's word, who signed it. The bill's filer learns of it; nobody else does.
    """
    org, officer = by
    if sheet.notice is None or sheet.party is None or sheet.capacity is None:
        raise ValueError("a naming says its notice, whom, and as what")
    seen = await as_seen(tx, sheet.notice, sheet.act)
    if isinstance(seen, Finding):
        return seen
    notice, _ = seen
    told = (await detentions.addressees(tx, [notice.detention_id]))[notice.detention_id]
    wanted = Addressee(sheet.capacity, Reach.HERE, sheet.party)
    roles = await parties.roles_of(tx, sheet.party)
    if why := _no_place(notice.number, wanted, [to for to, _ in told], roles):
        return why
    words = next(said for to, said in told if to.capacity is sheet.capacity)
    named = Addressee(sheet.capacity, Reach.HERE, sheet.party, is_named=True)
    [filer] = [to.party for to, _ in told if to.capacity is Capacity.FILER and to.party]
    event = addressed(officer.org, notice, (named, words), {sheet.party, filer}, now=now)
    [event_id] = await events.append(tx, [event], consignments=[notice.consignment])
    await detentions.name(tx, org, notice.detention_id, (named, words), event_id)
    return None


def _no_place(
    notice: str, wanted: Addressee, found: Sequence[Addressee], roles: frozenset[Role]
) -> Finding | None:
    capacity, party = wanted.capacity, wanted.party or ""
    if capacity not in missing(found):
        return Finding(
            "NOTICE-NOBODY-MISSING",
            Severity.ERROR,
            _WHERE,
            {"notice": notice, "capacity": capacity.value, "party": party},
        )
    if any((one.capacity, one.party) == (capacity, party) for one in found):
        return Finding(
            "NOTICE-TOLD-BEFORE",
            Severity.ERROR,
            _WHERE,
            {"notice": notice, "capacity": capacity.value, "party": party},
        )
    if not _may_be(capacity, roles):
        return Finding(
            "NOTICE-PARTY-UNKNOWN",
            Severity.ERROR,
            _WHERE,
            {"notice": notice, "capacity": capacity.value, "party": party},
        )
    return None


def _may_be(capacity: Capacity, roles: frozenset[Role]) -> bool:
    if capacity is Capacity.TERMINAL:
        return Role.TERMINAL in roles
    return bool(roles) and Role.CUSTOMS not in roles
