"""A message from UNH to UNT: its bytes hashed, its content built, its findings weighed."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.edifact.baplie import Baplie
from waglan.messages.edifact.batch import Batch
from waglan.messages.edifact.content import Content, Place, Sent, short
from waglan.messages.edifact.cuscar import Cuscar
from waglan.messages.edifact.header import Place as HeaderPlace
from waglan.messages.edifact.header import is_count
from waglan.messages.edifact.iftmin import Iftmin
from waglan.messages.edifact.iftsta import StatusReport
from waglan.messages.edifact.moves import Moves
from waglan.messages.edifact.profile import Profile
from waglan.messages.edifact.structure import check_structure, check_tags
from waglan.messages.edifact.tags import UNT
from waglan.messages.edifact.tree import table_for
from waglan.messages.edifact.vermas import Vermas
from waglan.messages.envelope import Header, Interchange, Item, Message

ANSWERS = frozenset({"APERAK", "CONTRL", "CUSRES"})
TAGS_MAX = 3_000_000  # of one message: thirty for each of the boxes that are read


@dataclass(frozen=True, slots=True)
class Options:
    """How messages are read: by whose profile, whole or in slices, structure checked or not."""

    profile: Profile
    keeps_items: bool = True  # until the message is whole; else the caller takes them as they come
    validates: bool = False  # whether each message is also held against its directory
    with_lists: bool = False  # whether an answer brings its segments along, whole

    def weigh(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Return the findings with the severity that this partner's profile gives them."""
        return self.profile.weigh(findings)


class OpenMessage:
    """A message whose UNT has not come yet."""

    def __init__(self, header: Header, content: Content, options: Options, number: int) -> None:
        """Begin behind UNH."""
        self.content = content
        self.header = header
        self.offset = 0
        self._options = options
        self._number = number
        self._sha256 = hashlib.sha256()
        self._hash_from = 0  # in the batch
        self._lists_from = 0  # segment in the batch
        self._lists: list[list[str]] = []
        self._tags: list[str] = []

    def begin(self, batch: Batch, segment: int, index: int) -> None:
        """Count and hash from the UNH on, which is a segment of the batch and an item of it."""
        self._hash_from = batch.start(segment)
        self.offset = batch.offset + self._hash_from
        self._lists_from = segment
        self.content.base = 1 - index
        self.go_on(batch)

    def go_on(self, batch: Batch) -> None:
        """Take notice of the batch that the message goes on in."""
        self.content.has_marks |= batch.has_marks

    def pause(self, batch: Batch) -> Iterator[Item]:
        """Come to the end of a batch; yield what is whole where the caller wants slices."""
        self._sha256.update(memoryview(batch.raw)[self._hash_from :])
        self._take_lists(batch, None)
        self._hash_from = self._lists_from = 0
        self.content.base += len(batch.items)
        yield from self.slice()

    def slice(self) -> Iterator[Item]:
        """Yield the items that are whole and forget them, where the caller wants slices."""
        if not self._options.keeps_items:
            yield from self.content.items
            self.content.items.clear()

    def close(self, batch: Batch, segment: int, unt: UNT, where: Where) -> None:
        """Judge count and reference of the UNT, which is a segment of the batch."""
        counted = where.segment or 0
        self.content.end()
        if not is_count(unt.count, counted):
            self.content.find(
                Finding(
                    "EDIFACT-UNT-COUNT",
                    Severity.ERROR,
                    replace(where, path="message/segments", element=2),
                    {"stated": short(unt.count), "counted": counted},
                )
            )
        if unt.reference.strip() != self.header.reference.strip():
            self.content.find(
                Finding(
                    "EDIFACT-UNT-REFERENCE",
                    Severity.ERROR,
                    replace(where, path="message/reference", element=3),
                    {"stated": short(unt.reference), "expected": short(self.header.reference)},
                )
            )
        end = batch.ends[segment]
        self._sha256.update(memoryview(batch.raw)[self._hash_from : end])
        self._take_lists(batch, segment + 1)

    def _take_lists(self, batch: Batch, end: int | None) -> None:
        """Keep what the directory is held against: whole segments where asked, else their tags."""
        if self._options.validates or self._brings_lists:
            self._lists += batch.lists[self._lists_from : end]
        elif self.content.is_judged and len(self._tags) <= TAGS_MAX:
            self._tags += batch.tags[self._lists_from : end]

    def break_off(self, batch: Batch, segment: int, where: Where) -> None:
        """Close without a UNT, before a segment of the batch, which is no more the message's."""
        end = batch.ends[segment - 1] if segment else 0
        self._sha256.update(memoryview(batch.raw)[self._hash_from : end])
        self._take_lists(batch, segment)
        self.fail(where)

    def fail(self, where: Where) -> None:
        """Find that the UNT never came; nobody can say what else did not."""
        self.content.end()
        self.content.is_trusted = False
        self.content.find(
            Finding(
                "EDIFACT-UNT-MISSING",
                Severity.ERROR,
                where,
                {"reference": short(self.header.reference)},
            )
        )

    def message(self, interchange: Interchange | None, segments: int) -> Message:
        """Return the message as it is now judged."""
        sha256 = self._sha256.digest()
        findings = [*self.content.findings, *self._structure(interchange), *self._left_out()]
        sent = Sent(self.header, interchange, sha256)
        return Message(
            interchange,
            self.header,
            self._number,
            segments,
            sha256,
            self.offset,
            self.content.contents(sent) if self.content.is_trusted else None,
            self._options.weigh(findings),
            self._lists if self._brings_lists else (),
            short(self.content.issuer),
        )

    @property
    def _brings_lists(self) -> bool:
        return self._options.with_lists and self.header.type in ANSWERS

    def _structure(self, interchange: Interchange | None) -> list[Finding]:
        waivers = self._options.profile.waivers
        reference = interchange.reference if interchange else None
        if self._options.validates:
            lists, header = self._lists, self.header
            return check_structure(header, lists, waivers=waivers, interchange=reference)
        if not self.content.is_judged or len(self._tags) > TAGS_MAX:
            return []
        found = check_tags(self.header, self._tags, waivers=waivers, interchange=reference)
        # Not asked for, so it tells and refuses nothing: the boxes were read all the same.
        return [replace(f, severity=_mild(f.severity)) for f in found]

    def _left_out(self) -> list[Finding]:
        if not (count := self.content.findings_left_out):
            return []
        where = Where("message", message=short(self.header.reference))
        return [Finding("EDIFACT-FINDINGS-MORE", Severity.ERROR, where, {"count": count})]


TYPE_NOT_READ = "EDIFACT-TYPE-NOT-READ"  # a note; to who hands it in, an error

# The messages whose content is read, and by what: in every directory that a table is held of, for
# those walk alike.
READ: dict[str, Callable[[Place, Header], Content]] = {
    "CUSCAR": lambda place, said: Cuscar(place, said.sequence or 1),
    "IFTMIN": lambda place, _: Iftmin(place),
    "VERMAS": lambda place, _: Vermas(place),
    "COARRI": lambda place, said: Moves(place, said.type),
    "CODECO": lambda place, said: Moves(place, said.type),
    "IFTSTA": lambda place, _: StatusReport(place),
    "BAPLIE": lambda place, _: Baplie(place),
}


def content_of(header: Header, place: Place, in_header: HeaderPlace) -> Content:
    """Return what reads a message of this type and directory, having found what nothing reads."""
    found = READ.get(header.type)
    if found is not None and _is_read(header):
        return found(place, header)
    content = Content(place)
    content.find(_not_read(header, in_header, is_known=found is not None))
    return content


def _not_read(header: Header, in_header: HeaderPlace, *, is_known: bool) -> Finding:
    where, kind = in_header("message/type", 3, None), short(header.type)
    if not is_known:
        return Finding(TYPE_NOT_READ, Severity.NOTE, where, {"type": kind})
    if not (header.version and header.release):
        where = in_header("message/type", 3, 3 if header.version else 2)
        return Finding("EDIFACT-DIRECTORY-MISSING", Severity.ERROR, where, {"type": kind})
    return Finding(
        "EDIFACT-DIRECTORY-NOT-READ",
        Severity.ERROR,
        where,
        {"type": kind, "directory": short(header.directory)},
    )


def _mild(severity: Severity) -> Severity:
    return Severity.WARNING if severity is Severity.ERROR else severity


def _is_read(header: Header) -> bool:
    return header.version == "D" and table_for(header.type, header.release) is not None
