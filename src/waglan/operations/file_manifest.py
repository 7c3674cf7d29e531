"""A manifest is whole: its version is kept, told of bill by bill, and judged by open rules."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from waglan.codes.calendar import HONG_KONG
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.customs.judge import Wider, judge, judge_wider
from waglan.customs.rule import Beside, Declared, Twin
from waglan.customs.rules.unknown_place import places_of
from waglan.logbook.canonical import Stated, Value, Writable
from waglan.logbook.event import Event
from waglan.logbook.leaf import AT_ONCE, SALT_BYTES, commitments
from waglan.logbook.sealed import Vault
from waglan.manifest.call import time_of
from waglan.manifest.identity import BillKey, bill_key, unnumbered
from waglan.manifest.model import Bill, Function, Level, Manifest, PartyRole
from waglan.manifest.on_behalf import asks_for_letter, letter_for
from waglan.manifest.tree import tangled
from waglan.manifest.version import (
    Identity,
    State,
    Version,
    amend,
    call_of,
    following,
    identity,
)
from waglan.operations._filer import Filer, refusal
from waglan.operations.first_discharge import first_discharge
from waglan.operations.moved_bills import move, moved_bills, take_grants_along
from waglan.operations.open_letter import letters_held
from waglan.operations.tell_still_declared import tell_still_declared
from waglan.parties.readers import Grant
from waglan.store import (
    Transaction,
    consignments,
    events,
    links,
    manifests,
    parties,
    places,
    versions,
)
from waglan.store.versions import Chain


@dataclass(frozen=True, slots=True)
class Filing:
    """What became of a manifest; `manifest_id` is None when it was refused.

    `judged` are the open rules' findings alone, and `consignments` the bills' numbers in the store.
    """

    manifest_id: int | None
    version: int
    manifest: Manifest
    findings: tuple[Finding, ...]
    judged: tuple[Finding, ...] = ()
    consignments: Mapping[BillKey, int] = field(default_factory=dict)

    @property
    def is_accepted(self) -> bool:
        """Whether the manifest stands as declared."""
        return self.manifest_id is not None


async def file_manifest(
    tx: Transaction, vault: Vault, filer: Filer, sent: Manifest, found: Sequence[Finding]
) -> Filing:
    """Keep a manifest as one version, whole or not at all, with the events that tell of it.

    `found` are the findings of reading and joining it. The judging by officers' tables is the
    authority's own act and comes after the commit.
    """
    by = filer.message
    as_ = Claim(filer.party, by.org, filer.authority_org, filer.reference, filer.at, by.received_at)
    seen = await examine(tx, vault, as_, sent, found)
    if seen.identity is None or seen.is_wrong:
        return await _refuse(tx, filer, sent, seen.findings)
    what = (sent.head.function, seen.manifest)
    old = await manifests.consignments(tx, seen.before.manifest_id) if seen.before else {}
    org, chain = by.org, _chain(as_, seen.identity)
    now_in = [bill_key(bill) for bill in seen.manifest.bills]
    moved = await moved_bills(tx, chain, (old, now_in))
    await move(tx, org, moved)
    manifest_id, ids = await _keep(tx, vault, filer, (seen.identity, seen.version), what)
    await take_grants_along(tx, org, moved, ids)
    went_on = {one.consignment for one in moved}
    gone = {key: number for key, number in old.items() if number not in went_on}
    await _tell_withdrawn(tx, filer, seen, (gone, ids))
    await _tell_declared_again(tx, filer, seen, (old, ids))
    return Filing(manifest_id, seen.version.number, seen.manifest, seen.findings, seen.judged, ids)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who would file, under which reference of his own, and when; when it was handed in.

    `authority_org` is with whom; None while nobody knows.
    """

    party: PartyId
    org: int
    authority_org: int | None
    reference: str
    at: datetime
    handed_in_at: datetime


@dataclass(frozen=True, slots=True)
class Examined:
    """What would become of a manifest if it were filed now; `identity` is None without one.

    `findings` are all there are, `judged` those of the rules of the file alone.
    """

    identity: Identity | None
    version: Version
    manifest: Manifest
    findings: tuple[Finding, ...]
    judged: tuple[Finding, ...] = ()
    wider: Wider | None = None  # None: it was refused before anything was judged
    before: manifests.Filed | None = None  # the version that this one takes the place of

    @property
    def is_wrong(self) -> bool:
        """Whether it would be refused."""
        return _is_wrong(self.findings)


async def examine(
    tx: Transaction, vault: Vault, claim: Claim, sent: Manifest, found: Sequence[Finding]
) -> Examined:
    """Return what a manifest would become and what is found in it; nothing is kept.

    A filing and a dry run both come this way. Nothing of the authority's is looked at.
    """
    known = identity(claim.party, sent.head)
    if isinstance(known, Finding):
        return Examined(None, Version(), sent, (*found, known))
    before = await manifests.latest(tx, _chain(claim, known))
    version, wrong = following(_version(before), sent.head, reference=claim.reference)
    findings = [*found, *wrong]
    manifest = sent
    if before is not None and not _is_wrong(findings):
        manifest, wrong = amend(await manifests.load(tx, vault, before), sent)
        findings += wrong
    findings += [*unnumbered(manifest.bills), *tangled(manifest.bills)]
    findings += await _letter_for(tx, vault, claim, manifest)
    if _is_wrong(findings):
        return Examined(known, version, manifest, tuple(findings))
    day = claim.at.astimezone(HONG_KONG).date()
    judged = judge(manifest, on=day)
    beside = await look_beside(tx, claim, known, manifest, is_first=before is None)
    wider = judge_wider(manifest, beside, on=day)
    findings += _not_said_yet([*judged, *wider.findings], findings)
    return Examined(known, version, manifest, tuple(findings), tuple(judged), wider, before)


def _chain(claim: Claim, known: Identity) -> Chain:
    return Chain(claim.org, known.document, known.call.text, claim.authority_org)


async def _letter_for(
    tx: Transaction, vault: Vault, claim: Claim, manifest: Manifest
) -> list[Finding]:
    """Return what is missing where a firm hands in what is another's to file."""
    roles = await parties.own_roles(tx)
    if not asks_for_letter(manifest, roles):
        return []
    held = await letters_held(tx, vault)
    return letter_for(manifest, roles, held, at=claim.handed_in_at)


async def look_beside(
    tx: Transaction, claim: Claim, known: Identity | None, manifest: Manifest, *, is_first: bool
) -> Beside:
    """Return what its filer may see beside a manifest: without an identity, nothing he filed."""
    discharge = await first_discharge(tx, manifest.head, at=claim.at)
    found = await places.known(tx, places_of(manifest))
    if known is None:
        return Beside(filed_at=claim.at, discharge=discharge, places=found)
    chain = _chain(claim, known)
    before = [] if is_first else await versions.heads(tx, chain)
    bills = [bill_key(bill) for bill in manifest.bills]
    own = await consignments.twins(tx, chain, bills, at_most=consignments.TWINS_MAX)
    return Beside(
        filed_at=claim.at,
        call=chain.call,
        twins={key: Twin(document, other) for key, (document, other) in own.items()},
        declared=tuple(Declared(head, filed_at) for head, filed_at in before),
        discharge=discharge,
        places=found,
    )


async def _keep(
    tx: Transaction,
    vault: Vault,
    filer: Filer,
    as_: tuple[Identity, Version],
    what: tuple[Function, Manifest],
) -> tuple[int, Mapping[BillKey, int]]:
    (known, version), (function, manifest) = as_, what
    new = manifests.NewManifest(
        org=filer.message.org,
        id=filer.id,
        filed_with=filer.authority_org,
        document=known.document,
        call=known.call.text,
        version=version.number,
        function=function,
        reference=filer.reference,
        assembly_id=filer.assembly_id,
        message_id=filer.message.message_id,
        arrives_at=time_of(manifest.head.arrival, zone=HONG_KONG),
        received_at=filer.message.received_at,
        filed_at=filer.at,
    )
    salts = _salts(manifest.bills)
    manifest_id, numbers = await manifests.add(tx, vault, new, manifest, salts)
    await manifests.let_read(tx, manifest_id, {filer.party: "full", filer.authority: "full"})
    await events.append(tx, [_declared(filer, new, manifest)])
    told = list(_bills_declared(filer, manifest.bills, new, salts))
    inside = [numbers[bill_key(bill)] for bill in manifest.bills]
    await events.append(tx, told, consignments=inside)
    return manifest_id, numbers


_Bills = Mapping[BillKey, int]  # the bills of a version, and their consignments in the store


async def _tell_withdrawn(
    tx: Transaction, filer: Filer, seen: Examined, versions: tuple[_Bills, _Bills]
) -> None:
    """Tell of each bill that the version before declared and this one does not, nor any other.

    Of one that an older manifest goes on declaring, tell that it says what is declared there.
    """
    old, now_in = versions
    left_out = {key: consignment for key, consignment in old.items() if key not in now_in}
    gone = await _nowhere_else(tx, filer, seen, left_out)
    others = {key: left_out[key] for key in left_out.keys() - gone.keys()}
    if seen.before is not None:
        await tell_still_declared(tx, filer, others, no_more_in=seen.before.manifest_id)
    granted = await links.grants(tx, gone.values()) if gone else {}
    # No consignment goes with it: who saw the bill by a grant sees no other event of it any more.
    told_to = [(number, granted.get(gone[parent, number], ())) for parent, number in gone]
    await events.append(tx, _of_bills(filer, seen, EventCode.BILL_WITHDRAWN, told_to))


async def _tell_declared_again(
    tx: Transaction, filer: Filer, seen: Examined, versions: tuple[_Bills, _Bills]
) -> None:
    """Tell whoever was shown a bill that no manifest declared any more: this version does again."""
    old, now_in = versions
    known = set(old.values())
    new = {key: number for key, number in now_in.items() if number not in known}
    granted = await links.grants(tx, new.values()) if new else {}
    again = {key: number for key, number in new.items() if number in granted}
    again = await _nowhere_else(tx, filer, seen, again)
    told_to = [(key[1], granted[consignment]) for key, consignment in again.items()]
    await events.append(tx, _of_bills(filer, seen, EventCode.BILL_DECLARED_AGAIN, told_to))


async def _nowhere_else(
    tx: Transaction, filer: Filer, seen: Examined, bills: _Bills
) -> dict[BillKey, int]:
    """Return those that no other manifest of this filer with this authority declares."""
    if not bills or seen.identity is None:
        return {}
    known = seen.identity
    chain = Chain(filer.message.org, known.document, known.call.text, filer.authority_org)
    others = await consignments.twins(tx, chain, bills)
    return {key: consignment for key, consignment in bills.items() if key not in others}


def _of_bills(
    filer: Filer,
    seen: Examined,
    code: EventCode,
    told_to: Iterable[tuple[str, Sequence[Grant]]],
) -> list[Event]:
    """Make what is told of each bill of this number, to the filer, customs and who was granted."""
    body: dict[str, Value] = {
        "manifest": str(filer.id),
        "version": seen.version.number,
        "call": seen.identity.call.text if seen.identity else None,
        "before": str(seen.before.id) if seen.before else None,  # the version that this replaces
    }
    own = frozenset({filer.party, filer.authority})
    return [
        Event(
            code,
            Key(_BILL, number),
            filer.party,
            filer.at,
            filer.at,
            body,
            (),
            own.union([grant.receiver for grant in grants]),
        )
        for number, grants in told_to
    ]


def _not_said_yet(judged: Sequence[Finding], said: Sequence[Finding]) -> list[Finding]:
    """Leave out what the reader has said of the very same segment already."""
    if not judged:
        return []
    known = {(f.code, f.where.segment, *f.params.items()) for f in said if f.where.segment}
    return [f for f in judged if (f.code, f.where.segment, *f.params.items()) not in known]


def _version(filed: manifests.Filed | None) -> Version:
    if filed is None:
        return Version()
    state = State.CANCELLED if filed.function is Function.CANCEL else State.DECLARED
    return Version(filed.version, state, filed.reference)


def _is_wrong(findings: Sequence[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _salts(bills: Sequence[Bill]) -> list[list[bytes]]:
    """A salt for each party of each bill, and one for each bill's marks."""
    wanted = [len(bill.parties) + 1 for bill in bills]
    drawn = os.urandom(SALT_BYTES * sum(wanted))
    salts = [drawn[at : at + SALT_BYTES] for at in range(0, len(drawn), SALT_BYTES)]
    ends = 0
    return [salts[(ends := ends + count) - count : ends] for count in wanted]


def _declared(filer: Filer, new: manifests.NewManifest, manifest: Manifest) -> Event:
    return Event(
        EventCode.MANIFEST_CANCELLED
        if new.function is Function.CANCEL
        else EventCode.MANIFEST_DECLARED,
        Key(KeyKind.MANIFEST, new.document),
        filer.party,
        filer.at,
        filer.at,
        {
            "manifest": str(filer.id),
            "version": new.version,
            "function": new.function.value,
            "call": new.call,
            "bills": len(manifest.bills),
            "containers": len(manifest.equipment),
            "parts": manifest.parts,
            "filed_with": filer.authority,
            "arrival": manifest.head.arrival,
        },
        (Key(KeyKind.CALL, new.call), Key(KeyKind.MESSAGE, str(filer.message.id))),
        frozenset({filer.party, filer.authority}),
    )


def _bills_declared(
    filer: Filer,
    bills: Sequence[Bill],
    new: manifests.NewManifest,
    salts: Sequence[Sequence[bytes]],
) -> Iterator[Event]:
    manifest, readers = str(filer.id), frozenset({filer.party, filer.authority})
    for bill, stands_for in zip(bills, _commitments(bills, salts), strict=True):
        boxes = _boxes(bill)
        yield Event(
            _DECLARED,
            Key(_BILL, bill.number),
            filer.party,
            filer.at,
            filer.at,
            Stated(_particulars(manifest, bill, boxes, new, stands_for)),
            tuple([Key(_CONTAINER, box) for box in boxes]),
            readers,
        )


# Python 3.11 is slow to find a member by its name.
_DECLARED, _BILL, _CONTAINER = EventCode.BILL_DECLARED, KeyKind.BILL, KeyKind.CONTAINER


def _commitments(
    bills: Sequence[Bill], salts: Sequence[Sequence[bytes]]
) -> Iterator[tuple[list["_Committed"], str]]:
    """Yield what stands for each bill's parties, and for its marks."""
    for at in range(0, len(bills), AT_ONCE):
        some, drawn = bills[at : at + AT_ONCE], salts[at : at + AT_ONCE]
        named = [_Named(p.address, p.code, p.name) for bill in some for p in bill.parties]
        parties = iter(commitments([salt for one in drawn for salt in one[:-1]], named))
        marked: list[Writable] = [[goods.marks for goods in bill.goods] for bill in some]
        marks = commitments([one[-1] for one in drawn], marked)
        for bill, mark in zip(some, marks, strict=True):
            yield [_Committed(next(parties).hex(), p.role) for p in bill.parties], mark.hex()


def _boxes(bill: Bill) -> list[str]:
    return list({package.container: None for goods in bill.goods for package in goods.stowed})


class _Named(msgspec.Struct, frozen=True, gc=False):
    """A party as it is committed to; like all that is hashed, in the order of the names."""

    address: str
    code: str | None
    name: str


class _Committed(msgspec.Struct, frozen=True, gc=False):
    """What stands for a party in the log."""

    commitment: str
    role: PartyRole


class _Particulars(msgspec.Struct, frozen=True, gc=False):
    """What the log says of a bill: no name, no address, no mark, but a commitment to each."""

    call: str
    containers: list[str]
    function: Function
    goods: list[str]
    gross_mass_g: int | None
    level: Level
    manifest: str
    marks: str
    packages: int | None
    parent: str | None
    parties: list[_Committed]
    place_of_delivery: str | None
    place_of_loading: str | None
    port_of_discharge: str | None
    transhipment: bool | None
    version: int


def _particulars(
    manifest: str,
    bill: Bill,
    boxes: list[str],
    new: manifests.NewManifest,
    stands_for: tuple[list[_Committed], str],
) -> _Particulars:
    parties, marks = stands_for
    return _Particulars(
        new.call,
        boxes,
        new.function,
        [goods.description for goods in bill.goods],
        bill.gross_mass_g,
        bill.level,
        manifest,
        marks,
        bill.packages,
        bill.parent,
        parties,
        bill.place_of_delivery,
        bill.place_of_loading,
        bill.port_of_discharge,
        bill.transhipment,
        new.version,
    )


async def _refuse(
    tx: Transaction, filer: Filer, sent: Manifest, findings: Sequence[Finding]
) -> Filing:
    call = call_of(sent.head)
    which = sent.head.document, call.text if call else None
    await events.append(tx, [refusal(filer, which, findings, bills=len(sent.bills))])
    return Filing(None, 0, sent, tuple(findings))
