"""The day's papers as EDIFACT files: in parts, amended, and with two honest mistakes of sending."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from waglan.codes.calendar import HONG_KONG
from waglan.codes.party import PartyId
from waglan.demo.call import Call
from waglan.demo.organisations import CUSTOMS, LINE, Organisation, organisation
from waglan.manifest.model import Bill, Equipment, Head, Manifest, Part, PartKey, Totals
from waglan.manifest.split import split, totals
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
    media_type: str = "application/edifact"


@dataclass(frozen=True, slots=True)
class Filings:
    """All files of the day. Whoever has two sends the second when the first is refused."""

    masters: tuple[File, ...]  # part 1, 2, 3
    houses: tuple[tuple[File, ...], ...]
    amendments: tuple[File, ...]
    checking: PartyId  # who has its file checked before it sends it


def filings(call: Call, now: datetime) -> Filings:
    """Return the files of a call, prepared at `now`."""
    desk = Desk(call.seed, call.head, now)
    return Filings(
        masters=tuple(
            desk.file(LINE, part, number)
            for number, part in enumerate(_parts(call.masters, desk.key(LINE, 1)), start=1)
        ),
        houses=tuple(_houses(desk, call, who, manifest) for who, manifest in call.houses.items()),
        amendments=(desk.whole(*call.slips.changing, 2),),
        checking=call.slips.twice[0],
    )


def _houses(desk: "Desk", call: Call, party: PartyId, manifest: Manifest) -> tuple[File, ...]:
    slips, first = call.slips, desk.whole(party, manifest, 1)
    if party == slips.wrong_count:
        return (_with_body(first, _miscounted(first.body)), desk.whole(party, manifest, 2))
    if party == slips.truncated:
        return (_with_body(first, _cut(first.body)), desk.whole(party, manifest, 2))
    if party == slips.twice[0]:
        return (first, desk.whole(*slips.twice, 2))
    return (first,)


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


@dataclass(frozen=True, slots=True)
class Desk:
    """Numbers the files of each party for one call, as its own computer would."""

    seed: int
    head: Head
    now: datetime

    def whole(self, party: PartyId, manifest: Manifest, number: int) -> File:
        """Return a manifest in one part; each number of a party is a filing of its own."""
        who = organisation(party)
        [part] = split(manifest, self.key(who, number))
        return self.file(who, part, number)

    def key(self, who: Organisation, number: int) -> PartKey:
        """Name one filing: an amendment is a new one, though it speaks of the same document."""
        [sender], [recipient] = who.addresses, CUSTOMS.addresses
        return PartKey(sender, recipient, "CUSCAR", f"{who.address.id}-{self.head.voyage}-{number}")

    def file(self, who: Organisation, part: Part, number: int) -> File:
        """Return one part as the file that is sent."""
        interchange = self.interchange(who, CUSTOMS, str(number))
        body = write_manifest([part], interchange)
        return self.named(who, interchange.reference, body, part.head.document, len(part.bills))

    def interchange(self, who: Organisation, to: Organisation, number: str) -> Interchange:
        """Return the envelope of one file."""
        return Interchange(
            sender=who.address,
            recipient=to.address,
            reference=f"{who.address.id.removeprefix('SYN')}{self.head.voyage}{number}",
            prepared=f"{self.now.astimezone(HONG_KONG):%y%m%d:%H%M}",
            acknowledge=True,
        )

    def named(
        self, who: Organisation, reference: str, body: bytes, document: str, bills: int = 0
    ) -> File:
        """Return what is sent under a reference: the same key with the same bytes is the same."""
        return File(who.party, f"demo-{self.seed}-{reference}", document, body, bills)


def _with_body(file: File, body: bytes) -> File:
    return replace(file, body=body)


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
