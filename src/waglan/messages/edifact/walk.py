"""One interchange, walked segment by segment: envelope, counts, references, and each message."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from msgspec.structs import replace

from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.edifact import header, notes
from waglan.messages.edifact.batch import Batch, Note
from waglan.messages.edifact.charset import Ladder
from waglan.messages.edifact.content import FINDINGS_MAX, short
from waglan.messages.edifact.cut import Filler, Opening
from waglan.messages.edifact.generic import TAG
from waglan.messages.edifact.opened import OpenMessage, Options, content_of
from waglan.messages.edifact.tags import UNB, UNE, UNG, UNH, UNT, UNZ, Other, Segment
from waglan.messages.envelope import Interchange, InterchangeEnd, Item, Message

WRONG_SEGMENTS_MAX = 10_000  # of an interchange: beyond them it is noise, and noise is slow to read

MESSAGES_MAX = 20_000  # of one input: each takes memory, however little it says
SEGMENTS_MAX = 10_000_000  # of one input that is kept whole: near what the longest file has
TOLD_MAX = 100_000  # findings of one input, likewise

Tail: TypeAlias = Literal["", "truncated", "too-long"]


@dataclass(slots=True)
class _Group:
    reference: str
    messages: int = 0


@dataclass(slots=True)
class Tally:
    """What one input held so far, in all its interchanges."""

    interchanges: int = 0
    messages: int = 0
    segments: int = 0
    findings: int = 0

    @property
    def is_full(self) -> bool:
        """Whether more was found wrong than anybody reads."""
        return self.findings > TOLD_MAX


class Walk:
    """An interchange on its way from segments to messages."""

    def __init__(self, opening: Opening, ladder: Ladder, options: Options, tally: Tally) -> None:
        """Begin before UNB, or before UNH where there is no envelope."""
        self.is_closed = False
        self.is_hopeless = False  # so much is wrong that the rest is not worth reading
        self.bytes_read = 0  # of the last batch: less than all where the interchange ended in it
        self._opening = opening
        self._ladder = ladder
        self._options = options
        self._tally = tally
        self._number = tally.interchanges
        self._is_bare = opening.tag == "UNH"
        self._interchange = self._agreed() if self._is_bare else None
        self._charset = ladder.name
        self._open: OpenMessage | None = None
        self._group: _Group | None = None
        self._groups = self._messages = 0
        self._references: set[str] = set()
        self._was_outside = False
        self._wrong = 0
        self._findings: list[Finding] = []
        self._batch = Batch(b"", opening.offset, [], lambda _: [], b"", list)
        self._notes = 0  # in the batch so far
        self._sha256 = hashlib.sha256(opening.una)
        self._size = len(opening.una)
        self._find_opening()

    @property
    def interchange(self) -> Interchange | None:
        """What UNB said, once it was read."""
        return self._interchange

    def take(self, batch: Batch) -> Iterator[Message | Item]:
        """Walk a batch; yield each message when its UNT is judged."""
        self._batch, self._notes, self.bytes_read = batch, 0, len(batch.raw)
        items = enumerate(batch.items)
        if self._open:
            self._open.go_on(batch)
        while not self.is_closed:
            found = self._open.content.run(items) if self._open else next(items, None)
            if found is None:
                break
            yield from self._service(*found)
        if self._open:
            yield from self._open.pause(batch)
        self._hash(batch.raw[: self.bytes_read])
        self._tally.segments += len(batch.items)
        if self._tally.segments > SEGMENTS_MAX and self._options.keeps_items and not self.is_closed:
            where = self._at("interchange", batch.offset + self.bytes_read)
            self.is_closed = self.is_hopeless = True
            self._findings.append(
                Finding("EDIFACT-SEGMENTS", Severity.ERROR, where, {"count": SEGMENTS_MAX})
            )

    def skip(self, block: bytes) -> None:
        """Count and hash what is not worth reading."""
        self._hash(block)

    def pass_over(self, filler: Filler | None) -> None:
        """Tell of what fills the space behind the interchange."""
        if filler:
            self._find(filled(filler, self._at("interchange")))

    def end(self, tail: bytes, kind: Tail) -> Iterator[Message | InterchangeEnd | Item]:
        """Close what is open and yield the end; `tail` is what no terminator ends."""
        offset = self._opening.offset + self._size
        if self._open:
            where = Where("message/trailer", tag="UNT", offset=offset)
            segments = self._open.content.base - 1
            self._open.fail(self._named(where))
            yield from self._closed(segments)
        self._find_tail(tail, kind, offset)
        self._hash(tail)
        if not self.is_closed:
            self._find_no_end(offset)
        if not self._messages and self._interchange:
            self._find(
                Finding("EDIFACT-INTERCHANGE-EMPTY", Severity.ERROR, self._at("interchange"), {})
            )
        self._tally.findings += len(self._findings)
        yield InterchangeEnd(
            self._told(),
            self._messages,
            self._sha256.digest(),
            self._size,
            self._options.weigh(self._findings),
        )

    def place(
        self, index: int | None, tag: str, path: str, element: int | None, component: int | None
    ) -> Where:
        """Return the place of an item of the batch; without an index, what is known without."""
        interchange, message = self._names()
        segment = offset = None
        if index is not None:
            segment = index + self._open.content.base if self._open else None
            offset = self._batch.offset + self._batch.start(index - self._notes)
        return Where(
            path,
            interchange or None,
            message or None,
            segment,
            tag or None,
            element,
            component,
            offset,
        )

    def _service(self, index: int, segment: Segment) -> Iterator[Message | Item]:
        if isinstance(segment, Note):
            self._note(index, segment)
            if self._wrong > WRONG_SEGMENTS_MAX:
                # The note is counted already, so its segment is the one before.
                where, count = self._beyond(index), WRONG_SEGMENTS_MAX
                why = Finding("EDIFACT-HOPELESS", Severity.ERROR, where, {"count": count})
                yield from self._give_up(index, why)
            return
        if isinstance(segment, UNH | UNB | UNG | UNE | UNZ) and self._open:
            # No UNT came; this segment belongs to what is around the message.
            where = self.place(index, "UNT", "message/trailer", None, None)
            segments = (where.segment or 1) - 1
            self._open.break_off(self._batch, index - self._notes, where)
            yield from self._closed(segments)
        if isinstance(segment, UNT) and self._open:
            where = self.place(index, "UNT", "message/trailer", None, None)
            self._open.close(self._batch, index - self._notes, segment, where)
            yield from self._closed(where.segment or 0)
        elif isinstance(segment, UNH) and (full := self._full()):
            yield from self._give_up(index, replace(full, where=self._beyond(index)))
        else:
            self._around(index, segment)

    def _around(self, index: int, segment: Segment) -> None:
        match segment:
            case UNH():
                self._begin_message(index, segment)
            case UNB():
                self._begin_interchange(index, segment)
            case UNG():
                self._begin_group(index, segment)
            case UNE():
                self._end_group(index, segment)
            case UNZ() if self._interchange and not self._is_bare:
                self._end_interchange(index, segment)
            case _:
                self._outside(index, segment)
        self._was_outside = not isinstance(segment, UNH | UNB | UNG | UNE | UNZ)

    # Messages

    def _begin_message(self, index: int, unh: UNH) -> None:
        place = partial(self._in_header, index, unh.reference)
        said, findings = header.message(unh, place)
        content = content_of(said, self.place, place)
        self._messages += 1
        self._tally.messages += 1
        if self._group:
            self._group.messages += 1
        elif self._groups:
            where = place("message", None, None)
            self._find(Finding("EDIFACT-GROUPS-MIXED", Severity.ERROR, where, {}))
        for finding in (*findings, *self._refused(said.reference, place)):
            content.find(finding)
        self._open = OpenMessage(said, content, self._options, self._messages)
        self._open.begin(self._batch, index - self._notes, index)

    def _in_header(
        self, index: int, reference: str, path: str, element: int | None, component: int | None
    ) -> Where:
        where = self.place(index, "UNH", path, element, component)
        return replace(where, segment=1, message=short(reference) or None)

    def _refused(self, reference: str, place: header.Place) -> Iterator[Finding]:
        if reference in self._references:
            yield Finding(
                "EDIFACT-MESSAGE-DUPLICATE",
                Severity.ERROR,
                place("message/reference", 2, None),
                {"reference": short(reference)},
            )
        self._references.add(reference)
        if self._is_bare and not self._options.profile.bare:
            where = place("message", None, None)
            yield Finding("EDIFACT-BARE-MESSAGE", Severity.ERROR, where, {})

    def _closed(self, segments: int) -> Iterator[Message | Item]:
        if self._open:
            yield from self._open.slice()
            message = self._open.message(self._told(), segments)
            self._tally.findings += len(message.findings)
            yield message
        self._open = None

    # Interchange and groups

    def _agreed(self) -> Interchange | None:
        bare = self._options.profile.bare
        return Interchange(bare.sender, bare.recipient, "") if bare else None

    def _told(self) -> Interchange | None:
        said = self._interchange
        if said is None or said.charset == self._charset:
            return said
        self._interchange = replace(said, charset=self._charset)
        return self._interchange

    def _begin_interchange(self, index: int, unb: UNB) -> None:
        if self._interchange or self._messages:
            # Where another interchange begins, the cutting ends a run; this is no such place.
            self._outside(index, unb)
            return
        opening = self._opening
        self._interchange = replace(
            header.interchange(unb),
            charset=self._charset,
            service=opening.service.una,
            una=bool(opening.una),
            number=self._number,
        )
        place = partial(self.place, index, "UNB")
        for finding in header.interchange_findings(self._interchange, place):
            self._find(finding)

    def _end_interchange(self, index: int, unz: UNZ) -> None:
        where = self.place(index, "UNZ", "interchange/trailer", None, None)
        if self._group:
            self._find(Finding("EDIFACT-UNE-MISSING", Severity.ERROR, where, {}))
        counted = self._groups or self._messages
        if not header.is_count(unz.count, counted):
            self._find(
                Finding(
                    "EDIFACT-UNZ-COUNT",
                    Severity.ERROR,
                    replace(where, path="interchange/count", element=2),
                    {"stated": short(unz.count), "counted": counted},
                )
            )
        expected = self._interchange.reference if self._interchange else ""
        if unz.reference.strip() != expected.strip():
            self._find(
                Finding(
                    "EDIFACT-UNZ-REFERENCE",
                    Severity.ERROR,
                    replace(where, path="interchange/reference", element=3),
                    {"stated": short(unz.reference), "expected": short(expected)},
                )
            )
        self.is_closed = True
        self.bytes_read = self._batch.ends[index - self._notes]

    def _begin_group(self, index: int, ung: UNG) -> None:
        where = self.place(index, "UNG", "group", None, None)
        if self._group:
            self._find(Finding("EDIFACT-UNE-MISSING", Severity.ERROR, where, {}))
        elif not self._groups and self._messages:
            self._find(Finding("EDIFACT-GROUPS-MIXED", Severity.ERROR, where, {}))
        self._groups += 1
        self._group = _Group(ung.reference)

    def _end_group(self, index: int, une: UNE) -> None:
        group, self._group = self._group, None
        if group is None:
            self._outside(index, une)
            return
        where = self.place(index, "UNE", "group/trailer", None, None)
        if not header.is_count(une.count, group.messages):
            self._find(
                Finding(
                    "EDIFACT-UNE-COUNT",
                    Severity.ERROR,
                    replace(where, path="group/count", element=2),
                    {"stated": short(une.count), "counted": group.messages},
                )
            )
        if une.reference.strip() != group.reference.strip():
            self._find(
                Finding(
                    "EDIFACT-UNE-REFERENCE",
                    Severity.ERROR,
                    replace(where, path="group/reference", element=3),
                    {"stated": short(une.reference), "expected": short(group.reference)},
                )
            )

    # What is wrong around messages

    def _find(self, finding: Finding) -> None:
        if len(self._findings) < FINDINGS_MAX:
            self._findings.append(finding)

    def _at(self, path: str, offset: int | None = None) -> Where:
        return Where(path, interchange=self._names()[0] or None, offset=offset)

    def _named(self, where: Where) -> Where:
        interchange, message = self._names()
        return replace(where, interchange=interchange or None, message=message or None)

    def _names(self) -> tuple[str, str]:
        """The interchange's reference and the message's, as a place has room for them."""
        interchange = short(self._interchange.reference) if self._interchange else ""
        return interchange, short(self._open.header.reference) if self._open else ""

    def _note(self, index: int, note: Note) -> None:
        where = self._noted(index, note)
        self._notes += 1
        if note.kind in {"charset", "guessed"}:
            self._charset = note.text
        elif note.kind not in {"level", "other", "tag", "break"}:
            self._wrong += 1
        finding = notes.finding(note, where, self._ladder.label)
        if self._open:
            self._open.content.base -= 1
            if finding:
                self._open.content.find(finding)
            self._open.content.is_trusted &= note.kind != "nesting"
        elif finding:
            self._find(finding)

    def _noted(self, index: int, note: Note) -> Where:
        """Return the place of the segment that a note follows, as far as its tag is one."""
        items, at = self._batch.items, index - 1
        while isinstance(segment := items[at], Note):
            at -= 1
        sent = segment.name if isinstance(segment, Other) else type(segment).__name__
        tag = sent if TAG.fullmatch(sent) else ""
        return self.place(index - 1, tag, tag or "segment", note.element or None, None)

    def _give_up(self, index: int, why: Finding) -> Iterator[Message | Item]:
        self.is_closed = self.is_hopeless = True
        self.bytes_read = self._batch.ends[index - self._notes]
        if self._open:
            segments = index + self._open.content.base - 1
            self._open.break_off(self._batch, index - self._notes + 1, why.where)
            yield from self._closed(segments)
        self._findings.append(why)  # however many there are: this one refuses the interchange

    def _full(self) -> Finding | None:
        """Say why no more messages are read, if so."""
        where = Where("interchange")
        if self._tally.messages >= MESSAGES_MAX:
            return Finding("EDIFACT-MESSAGES", Severity.ERROR, where, {"count": MESSAGES_MAX})
        if self._tally.is_full:
            return Finding("EDIFACT-FINDINGS", Severity.ERROR, where, {"count": TOLD_MAX})
        return None

    def _beyond(self, index: int) -> Where:
        """Return the place of an item, no more of a message's but of the interchange's."""
        where = self.place(index, "", "interchange", None, None)
        return replace(where, segment=None, message=None)

    def _outside(self, index: int, segment: Segment) -> None:
        if self._was_outside:
            return
        tag = segment.name if isinstance(segment, Other) else type(segment).__name__
        where = self.place(index, tag, "interchange", None, None)
        self._find(Finding("EDIFACT-OUTSIDE", Severity.ERROR, where, {"tag": short(tag)}))

    def _find_opening(self) -> None:
        opening = self._opening
        if opening.filler:
            self._find(filled(opening.filler, Where("interchange")))
        if opening.junk:
            where = Where("interchange", offset=opening.offset - len(opening.junk))
            text = short(opening.junk.decode("latin-1"))
            count = len(opening.junk)
            self._find(
                Finding("EDIFACT-JUNK", Severity.WARNING, where, {"count": count, "text": text})
            )
        if opening.una_is_bad:
            where = Where("interchange/service", tag="UNA", offset=opening.offset)
            text = short(opening.una[3:9].decode("latin-1"))
            self._find(Finding("EDIFACT-UNA-INVALID", Severity.ERROR, where, {"text": text}))

    def _find_no_end(self, offset: int) -> None:
        if self._group:
            self._find(
                Finding("EDIFACT-UNE-MISSING", Severity.ERROR, self._at("group", offset), {})
            )
        if self._is_bare:
            return
        where = self._at("interchange/trailer", offset)
        if self._interchange:
            self._find(Finding("EDIFACT-UNZ-MISSING", Severity.ERROR, where, {}))
        else:
            self._find(Finding("EDIFACT-UNB-MISSING", Severity.ERROR, where, {}))

    def _find_tail(self, tail: bytes, kind: Tail, offset: int) -> None:
        where, text = self._at("interchange", offset), short(tail[:200].decode("latin-1"))
        if kind == "truncated":
            self._find(Finding("EDIFACT-TRUNCATED", Severity.ERROR, where, {"text": text}))
        elif kind == "too-long":
            self._find(Finding("EDIFACT-SEGMENT-LENGTH", Severity.ERROR, where, {"text": text}))

    def _hash(self, raw: bytes) -> None:
        self._sha256.update(raw)
        self._size += len(raw)


def filled(filler: Filler, where: Where) -> Finding:
    """Return what there is to say of NUL bytes around an interchange."""
    place = replace(where, offset=filler.offset)
    return Finding("EDIFACT-NUL", Severity.WARNING, place, {"count": filler.count})
