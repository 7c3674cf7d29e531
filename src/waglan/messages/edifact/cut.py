"""From blocks of bytes to interchanges and runs of whole segments, however the blocks fall."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from waglan.messages.edifact.service_characters import (
    DEFAULT,
    UNOB_SEPARATORS,
    ServiceCharacters,
    is_released,
    last_end,
    of_una,
)

RUN_BYTES_MIN = 4 * 1024  # of the first run of an interchange: a short one shall not wait
RUN_BYTES_MAX = 64 * 1024  # what the processor's cache holds together with its JSON
SEGMENT_BYTES_MAX = 1024 * 1024
JUNK_BYTES_MAX = 200
_LOOK_AHEAD_BYTES = 64

_LAYOUT, _NUL, _END_OF_FILE = b" \t\r\n", b"\0", b"\x1a"  # ^Z ended files once
PADDING = _LAYOUT + _NUL + _END_OF_FILE  # before, between and behind interchanges
_BOM = b"\xef\xbb\xbf"
_OPENING = re.compile(
    rb"(?:UNA(?P<six>.{6})[ \r\n]{0,16})?(?P<tag>UNB|UNH)(?=[^A-Za-z0-9])", re.DOTALL
)
_LOWER_CASE = re.compile(
    rb"(?:UNA(?P<six>.{6})[ \r\n]{0,16})?(?P<tag>(?i:UNB|UNH))(?=[^A-Za-z0-9])", re.DOTALL
)
_UNA_ALONE = re.compile(rb"UNA(?P<six>.{6})", re.DOTALL)
_UNA_BEFORE = re.compile(rb"UNA.{6}[ \r\n]{0,16}\Z", re.DOTALL)
_UNA_BEFORE_BYTES = 9 + 16  # UNA and the line ends between it and UNB


@dataclass(frozen=True, slots=True)
class Filler:
    """NUL bytes, and ^Z beyond one, that were passed over outside the interchanges."""

    offset: int  # of the first
    count: int


@dataclass(frozen=True, slots=True)
class Opening:
    """Where an interchange, or a message without one, begins, and what parts its segments."""

    service: ServiceCharacters
    offset: int  # of UNA or of the first tag
    tag: str  # UNB or UNH; empty where nothing follows UNA
    label: str = ""  # 0001, as far as it can be told before anything is read
    una_is_bad: bool = False
    una: bytes = b""  # UNA as sent, with the line ends behind it
    junk: bytes = b""  # what stood before
    filler: Filler | None = None  # before the junk


class Source:
    """What was sent, from its first byte to its last, held as little of it as serves."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        """Take the blocks as they come; empty ones are nothing."""
        self._blocks: Iterator[bytes] = iter(blocks)
        self._held = b""
        self._at = 0  # in _held
        self._gone = 0  # bytes before _held
        self._run_bytes = RUN_BYTES_MIN
        self.is_over = False  # no block is left, though something may be held
        self.filler: Filler | None = None  # before what `opening` looked at last

    @property
    def offset(self) -> int:
        """The place, in what was sent, of the next byte."""
        return self._gone + self._at

    def opening(self) -> Opening | None:
        """Skip padding and junk to the next beginning; None at the end or where none is in reach.

        None leaves what is no EDIFACT in place, so `rest` has it.
        """
        self.filler = self.skip_padding()
        self._fill(JUNK_BYTES_MAX + _LOOK_AHEAD_BYTES)
        self._run_bytes = RUN_BYTES_MIN
        head = self._held[self._at : self._at + JUNK_BYTES_MAX + _LOOK_AHEAD_BYTES]
        # Only a whole file may begin in small letters: looking for them later would cost too much.
        found = _LOWER_CASE.match(head) if not self.offset else None
        found = found or _OPENING.search(head) or _UNA_ALONE.match(head)
        if found is None or found.start() > JUNK_BYTES_MAX:
            return None
        return self._open(head, found)

    def skip_padding(self) -> Filler | None:
        """Skip what may stand between interchanges; return what of it does not belong there."""
        first = nuls = marks = 0
        while True:
            self._fill(_LOOK_AHEAD_BYTES)
            held = self._held[self._at : self._at + RUN_BYTES_MAX]
            left = held.lstrip(PADDING).removeprefix(_BOM)
            skipped = held[: len(held) - len(left)]
            if not (nuls or marks):
                first = self.offset + len(skipped) - len(skipped.lstrip(_LAYOUT))
            nuls += skipped.count(_NUL)
            marks += skipped.count(_END_OF_FILE)
            self._at += len(skipped)
            if (left[:1] and left[:1] not in PADDING) or not held:
                count = nuls + max(0, marks - 1)
                return Filler(first, count) if count else None

    def run(
        self, service: ServiceCharacters, mask: Callable[[bytes], bytes] | None
    ) -> tuple[int, bytes]:
        """Return offset and bytes of the next whole segments; empty where no segment is whole.

        A run never reaches over the beginning of another interchange. It is not taken until
        `take` says how much of it was read.
        """
        bytes_wanted = self._run_bytes
        while True:
            self._fill(bytes_wanted + _LOOK_AHEAD_BYTES)
            stop = min(self._at + bytes_wanted, len(self._held))
            text = self._masked(mask, stop) if mask else self._held
            end = last_end(text, self._at, stop, service)
            if end > self._at:
                self._run_bytes = min(2 * self._run_bytes, RUN_BYTES_MAX)
                end = self._before_next_opening(text, end, service)
                return self.offset, self._held[self._at : end]
            if bytes_wanted >= SEGMENT_BYTES_MAX or (self.is_over and stop == len(self._held)):
                return self.offset, b""
            bytes_wanted *= 2

    def take(self, bytes_read: int) -> None:
        """Pass over what was read."""
        self._at += bytes_read

    @property
    def is_at_opening(self) -> bool:
        """Whether the next segment begins an interchange."""
        self._fill(_LOOK_AHEAD_BYTES)
        at = self._at
        while self._held[at : at + 1] in {b" ", b"\r", b"\n"}:
            at += 1
        found = _OPENING.match(self._held, at)
        return found is not None and (found["tag"] == b"UNB")

    def rest(self) -> Iterator[bytes]:
        """Yield what is left, to the end of what was sent, so that it can be counted."""
        while self._at < len(self._held):
            block = self._held[self._at :]
            self._at = len(self._held)
            yield block
            self._fill(1)

    def tail(self) -> bytes:
        """Return what is held and not yet read, up to the longest segment."""
        self._fill(_LOOK_AHEAD_BYTES)
        return self._held[self._at : self._at + SEGMENT_BYTES_MAX]

    def _fill(self, bytes_wanted: int) -> None:
        missing = bytes_wanted - (len(self._held) - self._at)
        if missing <= 0 or self.is_over:
            return
        parts = [self._held[self._at :]] if self._at < len(self._held) else []
        while missing > 0:
            block = next(self._blocks, None)
            if block is None:
                self.is_over = True
                break
            parts.append(block)
            missing -= len(block)
        self._gone += self._at
        self._at = 0
        self._held = b"".join(parts)

    def _open(self, head: bytes, found: re.Match[bytes]) -> Opening:
        junk, offset = head[: found.start()], self.offset + found.start()
        groups = found.groupdict()
        six = groups.get("six")
        service = of_una(six) if six else DEFAULT
        una_is_bad = service is None
        tag = (groups.get("tag") or b"").decode().upper()
        after_tag = head[found.end() : found.end() + 5]
        if not six and after_tag[:1] == b"\x1d":
            service = UNOB_SEPARATORS
        tag_start = found.end() - len(tag) if tag else found.start() + 9
        self._at += tag_start
        label = after_tag[1:].decode("latin-1") if tag == "UNB" else ""
        una = head[found.start() : tag_start]
        return Opening(service or DEFAULT, offset, tag, label, una_is_bad, una, junk, self.filler)

    def _masked(self, mask: Callable[[bytes], bytes], stop: int) -> bytes:
        held, at = self._held, self._at
        return held[:at] + mask(held[at:stop]) + held[stop:]

    def _before_next_opening(self, text: bytes, end: int, service: ServiceCharacters) -> int:
        # UNB may stand just behind a UNA that the run would end with.
        stop = end + _UNA_BEFORE_BYTES + 3
        at = text.find(b"UNB", self._at + 1, stop)
        while at >= 0:
            for start in self._openings(text, at):
                before = self._end_before(text, start, service)
                if start < end and before is not None:
                    return before
            at = text.find(b"UNB", at + 3, stop)
        return end

    def _openings(self, text: bytes, at: int) -> Iterator[int]:
        if not text[at + 3 : at + 4].isalnum():
            before = max(self._at, at - _UNA_BEFORE_BYTES)
            if found := _UNA_BEFORE.search(text[before:at]):
                yield before + found.start()
            yield at

    def _end_before(self, text: bytes, start: int, service: ServiceCharacters) -> int | None:
        """Return the end of the segment before start, if only layout stands between."""
        terminator, at = ord(service.terminator), start - 1
        while at > self._at and text[at] != terminator and text[at] in b" \r\n":
            at -= 1
        if at < self._at or text[at] != terminator:
            return None
        return None if is_released(text, self._at, at, service) else at + 1
