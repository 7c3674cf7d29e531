"""An officer proposes a file of a province or of his authority's rules, signed, from a time on."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.elock.edition import (
    EditionStep,
    authorities_of,
    proposal_faults,
    read_edition_act,
)
from waglan.elock.ground import GroundRead, territories
from waglan.elock.jurisdiction import Jurisdiction
from waglan.elock.policy import Policy
from waglan.elock.province import Province, Territory
from waglan.elock.watch import Watch
from waglan.operations._ground import InForceThen, ground_at
from waglan.operations.act_on_edition import act_on_edition, signer
from waglan.parties.role import Principal, Role
from waglan.store import Transaction, editions, parties
from waglan.store.editions import NewEdition

_WHERE = Where("file")
_encode = msgspec.json.Encoder(order="sorted").encode


async def propose_edition(
    tx: Transaction,
    by: tuple[int, Principal],
    file: tuple[bytes, GroundRead],
    handed: tuple[bytes, bytes],
    *,
    now: datetime,
) -> list[Finding]:
    """Keep a file that was read, with its proposer's signature; or return why not.

    It concerns the authorities of every customs territory that its corridors touch, as they stand
    now and as they would; rules concern their own authority alone.
    """
    org, principal = by
    data, read = file
    sheet = read_edition_act(handed[0])
    if sheet is None or sheet.act is not EditionStep.PROPOSE:
        return [Finding("EDITION-UNREADABLE", Severity.ERROR, Where("act"), {})]
    if wrong := await signer(tx, principal, sheet, handed):
        return [wrong]
    if found := proposal_faults(sheet, now=now):
        return found
    told = (None if read.kind is None else read.kind, read.name, sha256(data).hexdigest())
    if (sheet.kind, sheet.name, sheet.sha256) != told:
        return [Finding("EDITION-OTHER-FILE", Severity.ERROR, _WHERE, {"name": sheet.name})]
    id_ = UUID(sheet.edition)
    await editions.hold(tx, id_)
    if await editions.by_id(tx, id_) is not None:
        return await act_on_edition(tx, by, id_, handed, now=now)  # again, or another's id
    ground = await ground_at(tx, now)
    concerned = await _concerned(tx, read, ground, principal.org)
    if isinstance(concerned, Finding):
        return [concerned]
    rules = read.jurisdiction
    policy = None if rules is None else _encode(rules.policy)
    watch = None if rules is None else _encode(rules.watch)
    new = NewEdition(
        id_, concerned, sheet.kind.value, sheet.name, sha256(data).digest(), data, _open(read),
        policy, watch, sheet.from_at, now,
    )  # fmt: skip
    await editions.add(tx, org, new)
    return await act_on_edition(tx, by, id_, handed, now=now)


async def _concerned(
    tx: Transaction, read: GroundRead, ground: InForceThen, mine: PartyId
) -> tuple[int, ...] | Finding:
    """Return the organisations that sign; or why it is not his to propose."""
    if read.jurisdiction is not None:
        whose = read.jurisdiction.policy.authority
        known = ground.rules.get(read.name)
        if whose != mine or (known is not None and known.policy.authority != mine):
            owner = known.policy.authority if known is not None else whose
            return Finding("GROUND-NOT-YOURS", Severity.ERROR, _WHERE, {"authority": owner})
        return tuple([org for org in [await parties.org_of(tx, mine)] if org is not None])
    if read.province is None:
        return Finding("EDITION-OTHER-FILE", Severity.ERROR, _WHERE, {"name": read.name})
    touched = _touched(read.province, ground)
    rules = list(ground.rules.values())
    here = [one.policy.authority for one in rules if await _is_here(tx, one.policy.authority)]
    signing = authorities_of(touched, rules, frozenset(here))
    for territory, some in signing.items():
        if not some:
            code = territory.value
            return Finding("EDITION-NO-AUTHORITY", Severity.ERROR, _WHERE, {"territory": code})
    everybody = sorted({one for some in signing.values() for one in some})
    if mine not in everybody:
        names = ", ".join(everybody)
        return Finding("GROUND-NOT-YOURS", Severity.ERROR, _WHERE, {"authority": names})
    orgs = [await parties.org_of(tx, one) for one in everybody]
    return tuple(sorted(org for org in orgs if org is not None))


def _touched(province: Province, ground: InForceThen) -> frozenset[Territory]:
    """The territories of the file, and those of the one whose place it takes."""
    others = list(ground.atlas.provinces.values())
    before = ground.atlas.provinces.get(province.id)
    touched = territories(province, others)
    return touched if before is None else touched | territories(before, others)


async def _is_here(tx: Transaction, party: PartyId) -> bool:
    return Role.CUSTOMS in await parties.roles_of(tx, party)


def _open(read: GroundRead) -> bytes:
    """What anybody reads: of rules all but the figures, in whose place the start values stand."""
    if read.jurisdiction is None:
        return _encode(read.province)
    return _encode(_without_figures(read.jurisdiction))


def _without_figures(rules: Jurisdiction) -> Jurisdiction:
    policy = Policy(rules.policy.authority, rules.policy.version)
    return msgspec.structs.replace(rules, policy=policy, watch=Watch())
