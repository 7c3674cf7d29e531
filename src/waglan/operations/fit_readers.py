"""Who sees some consignments is worked out anew, and written as it is now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.leaf import read_event
from waglan.operations.fit_movements import fit_movements
from waglan.parties.readers import Consignment, Grant, Reading, readers
from waglan.parties.relations import Dispute, relate
from waglan.parties.role import Role
from waglan.store import Transaction, events, links, parties, report_links
from waglan.store.links import FOREVER, Shown

Roles = Mapping[PartyId, frozenset[Role]]
ANY_BILL = Key(KeyKind.BILL, "")


async def fit_readers(tx: Transaction, consignments: Collection[int], *, now: datetime) -> int:
    """Write who sees these consignments now, with their events; return how many sights changed.

    For the engine, one at a time. Nothing changes when it is done again.
    """
    wanted = set(consignments)
    roles = {party: frozenset(held) for party, _, held in await parties.directory(tx)}
    grants = await links.grants(tx, wanted)
    declared = await links.declared(tx, wanted, each=grants)  # they name their bill
    found = {n: one for n, one in relate(declared, roles).items() if n in wanted}
    alike = {bill.consignment: bill.alike or (bill.consignment,) for bill in declared}
    orgs = await parties.numbers(tx)
    seen = _Seen(roles, now)
    should = {
        Shown(number, orgs[reading.org], reading.view, reading.until or FOREVER)
        for first, one in found.items()
        for reading in seen.by(one.consignment, grants.get(first, ()))
        for number in alike[first]
    }
    before = await links.shown(tx, wanted)
    await links.change(tx, before - should, should - before)
    changed = {sight.consignment for sight in before ^ should}
    await fit_movements(tx, await report_links.of_consignments(tx, changed), now=now)
    await _tell(tx, {one.dispute for one in found.values() if one.dispute}, roles, now)
    return len(before ^ should)


class _Seen:
    """Readers by kind of relation: a thousand bills of one filer and one master ask once."""

    def __init__(self, roles: Roles, now: datetime) -> None:
        self.roles = roles
        self.now = now
        self.known: dict[tuple[object, ...], frozenset[Reading]] = {}

    def by(self, consignment: Consignment, grants: Collection[Grant]) -> Iterable[Reading]:
        """Return who sees it by a link or a grant; its filer and customs see it anyway."""
        found = self._readers(consignment, grants)
        own = {consignment.filer, consignment.customs}
        return (reading for reading in found if reading.org not in own)

    def _readers(self, consignment: Consignment, grants: Collection[Grant]) -> frozenset[Reading]:
        if grants:  # they name their bill
            return readers(consignment, self.roles, grants, as_of=self.now)
        above = tuple(replace(bill, bill=ANY_BILL) for bill in consignment.above)
        kind = (
            consignment.is_house,
            consignment.filer,
            consignment.customs,
            consignment.carrier,
            consignment.terminal,
            consignment.forwarder,
            above,
        )
        if kind not in self.known:
            anyone = replace(consignment, bill=ANY_BILL, above=above)
            self.known[kind] = readers(anyone, self.roles, as_of=self.now)
        return self.known[kind]


async def _tell(
    tx: Transaction, disputes: Collection[Dispute], roles: Roles, now: datetime
) -> None:
    """Tell the platform's operator of each dispute once."""
    operators = sorted(party for party, held in roles.items() if Role.OPERATOR in held)
    if not operators:
        return
    for dispute in sorted(disputes, key=lambda one: (one.bill.text, one.customs)):
        told = Event(
            EventCode.LINK_DISPUTED,
            dispute.bill,
            operators[0],
            now,
            now,
            {
                "code": dispute.finding.code,
                "customs": dispute.customs,
                "claimants": [*sorted(dispute.claimants)],
            },
            (),
            frozenset(operators),
        )
        known = [read_event(one.canonical) for one in await events.about(tx, dispute.bill)]
        if not any(one.code is told.code and one.body == told.body for one in known):
            await events.append(tx, [told])
