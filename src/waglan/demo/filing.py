"""The day's papers as EDIFACT files: in parts, amended, and with two honest mistakes of sending."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from waglan.codes.calendar import HONG_KONG
from waglan.codes.party import PartyId
from waglan.demo.call import Call
from waglan.demo.organisations import CUSTOMS, LINE, Organisation, organisations
from waglan.manifest.model import Bill, Equipment, Manifest, Part, PartKey, Totals
from waglan.manifest.split import totals
from waglan.messages.edifact.cuscar_write import write_manifest
from waglan.messages.envelope import Interchange

MASTER_PARTS: Final = 3
CUT_AT_PERMILLE: Final = 600  # where the broken transmission ends


@dataclass(frozen=True, slots=True)
class File:
    """One file as one party sends it; the same key with the same bytes is the same filing."""

    party: PartyId
    key: str
    document: str
    body: bytes
    bills: int


@dataclass(frozen=True, slots=True)
class Filings:
    """All files of the day. Whoever has two sends the second when the first is refused."""

    masters: tuple[File, ...]  # part 1, 2, 3
    houses: tuple[tuple[File, ...], ...]
    amendments: tuple[File, ...]


def filings(call: Call, now: datetime) -> Filings:
    """Return the files of a call, prepared at `now`."""
    desk = _Desk(call, f"{now.astimezone(HONG_KONG):%y%m%d:%H%M}")
    return Filings(
        masters=tuple(
            desk.file(LINE, part, number)
            for number, part in enumerate(_parts(call.masters, _key(LINE, call, 1)), start=1)
        ),
        houses=tuple(desk.houses(party, manifest) for party, manifest in call.houses.items()),
        amendments=(desk.again(*call.slips.replacing), desk.again(*call.slips.changing)),
    )


def _parts(manifest: Manifest, key: PartKey) -> list[Part]:
    """Cut a manifest into parts of bills, each with the boxes that its bills are first to name."""
    size = -(-len(manifest.bills) // MASTER_PARTS)
    cuts = [manifest.bills[n * size : (n + 1) * size] for n in range(MASTER_PARTS)]
    left = {box.number: box for box in manifest.equipment}
    return [
        Part(
            key=key,
            number=number,
            is_final=number == MASTER_PARTS,
            sha256=b"",
            head=manifest.head,
            bills=cut,
            equipment=tuple(_taken(left, cut)),
            totals=totals(manifest) if number == MASTER_PARTS else Totals(),
        )
        for number, cut in enumerate(cuts, start=1)
    ]


def _taken(left: dict[str, Equipment], bills: Iterable[Bill]) -> Iterable[Equipment]:
    for bill in bills:
        for item in bill.goods:
            for package in item.stowed:
                if package.container in left:
                    yield left.pop(package.container)


def _whole(manifest: Manifest, key: PartKey) -> Part:
    return Part(
        key=key,
        number=1,
        is_final=True,
        sha256=b"",
        head=manifest.head,
        bills=manifest.bills,
        equipment=manifest.equipment,
        totals=totals(manifest),
    )


def _key(who: Organisation, call: Call, filing: int) -> PartKey:
    """Name one filing: an amendment is a new one, though it speaks of the same document."""
    [sender], [recipient] = who.addresses, CUSTOMS.addresses
    reference = f"{who.address.id}-{call.head.voyage}-{filing}"
    return PartKey(sender, recipient, "CUSCAR", reference)


@dataclass(slots=True)
class _Desk:
    """Numbers the files of each party, as its own computer would."""

    call: Call
    prepared: str

    def houses(self, party: PartyId, manifest: Manifest) -> tuple[File, ...]:
        who, slips = _organisation(party), self.call.slips
        part = _whole(manifest, _key(who, self.call, 1))
        first = self.file(who, part, 1)
        if party == slips.wrong_count:
            return (_with_body(first, _miscounted(first.body)), self.file(who, part, 2))
        if party == slips.truncated:
            return (_with_body(first, _cut(first.body)), self.file(who, part, 2))
        if party == slips.replacing[0]:
            return (first, self._without_repetition(who, manifest))
        return (first,)

    def _without_repetition(self, who: Organisation, manifest: Manifest) -> File:
        """Return the manifest in which no bill is told twice, as an original of its own."""
        _, whole = self.call.slips.replacing
        whole = replace(whole, head=manifest.head)
        return self.file(who, _whole(whole, _key(who, self.call, 3)), 3)

    def again(self, party: PartyId, manifest: Manifest) -> File:
        who = _organisation(party)
        return self.file(who, _whole(manifest, _key(who, self.call, 2)), 2)

    def file(self, who: Organisation, part: Part, number: int) -> File:
        reference = f"{who.address.id.removeprefix('SYN')}{self.call.head.voyage}{number}"
        envelope = Interchange(
            sender=who.address,
            recipient=CUSTOMS.address,
            reference=reference,
            prepared=self.prepared,
            acknowledge=True,
        )
        return File(
            party=who.party,
            key=f"demo-{self.call.seed}-{reference}",
            document=part.head.document,
            body=write_manifest([part], envelope),
            bills=len(part.bills),
        )


def _organisation(party: PartyId) -> Organisation:
    return next(who for who in organisations() if who.party == party)


def _with_body(file: File, body: bytes) -> File:
    return File(file.party, file.key, file.document, body, file.bills)


def _miscounted(body: bytes) -> bytes:
    """Return the file with a UNT that leaves out one segment, as a program does that forgets."""
    wrong = re.sub(
        rb"'UNT\+(\d+)\+", lambda found: b"'UNT+%d+" % (int(found[1]) - 1), body, count=1
    )
    if wrong == body:
        raise ValueError("the file has no UNT to miscount")
    return wrong


def _cut(body: bytes) -> bytes:
    return body[: len(body) * CUT_AT_PERMILLE // 1000]
