"""The total path: any service characters, any charset, any bytes; slower, and never failing."""

import re
from dataclasses import dataclass, field
from functools import cache

from waglan.codes.other_charset import other_charsets
from waglan.codes.plain import is_blank
from waglan.messages.edifact.batch import Batch, Note
from waglan.messages.edifact.charset import LATIN_1, Ladder, outside_level
from waglan.messages.edifact.service_characters import MARK, ServiceCharacters, segment_ends
from waglan.messages.edifact.tags import Segment, of_elements

REPLACED = "\ufffd"
_CONTROLS = re.compile(f"[\x00-\x1f{MARK}]")
_BREAKS = re.compile("[\u0085\u2028\u2029]")  # end a line, where nobody sees one end
TAG = re.compile("[A-Z][A-Z0-9]{2}")


def tokenise(raw: bytes, offset: int, service: ServiceCharacters, ladder: Ladder) -> Batch:
    """Return the whole segments at the start of raw; the batch's `raw` is the bytes it took."""
    cutter = _Cutter(raw, service, ladder)
    reading = _Reading(service, ladder)
    ends = []
    while (segment := cutter.next()) is not None:
        ends.append(cutter.at)
        reading.add(*segment)
    taken = raw[: cutter.at]
    return Batch(
        taken,
        offset,
        reading.items,
        lambda _: ends,
        service.ends_lines,
        lambda: reading.lists,
        has_marks=True,
    )


@dataclass(slots=True)
class _Cutter:
    """Cuts at unreleased terminators, which depend on the codec where it writes two bytes."""

    raw: bytes
    service: ServiceCharacters
    ladder: Ladder
    at: int = 0
    ends: list[int] = field(default_factory=list)
    step: int = -1

    def next(self) -> tuple[bytes, str] | None:
        """Return the next segment without its terminator, as bytes and as text."""
        while True:
            if self.step != self.ladder.step:
                self._find_ends()
            if not self.ends:
                return None
            end = self.ends[-1]
            raw = self.raw[self.at : end - 1]
            text = self.ladder.decode(raw)
            if self.step == self.ladder.step or self.ladder.mask(self.service) is None:
                self.ends.pop()
                self.at = end
                return raw, text

    def _find_ends(self) -> None:
        self.step = self.ladder.step
        rest = self.raw[self.at :]
        mask = self.ladder.mask(self.service)
        ends = segment_ends(mask(rest) if mask else rest, self.service)
        self.ends = [self.at + end for end in reversed(ends)]


@dataclass(slots=True)
class _Reading:
    service: ServiceCharacters
    ladder: Ladder
    items: list[Segment] = field(default_factory=list)
    lists: list[list[str]] = field(default_factory=list)

    def add(self, raw: bytes, text: str) -> None:
        notes = [*self._charset(raw), *self._level(raw), *self._other(raw)]
        text = text.replace(MARK, "\0")
        for line_end in self.service.ends_lines.decode():
            text = text.replace(line_end, "")
        elements = split(text, self.service)
        for number, element in enumerate(elements):
            if found := _CONTROLS.search(element.replace(MARK, "")):
                notes.append(Note("control", f"{ord(found.group()):02X}", number + 1))
                elements[number] = _without_controls(element)
            if not element.isascii() and (found := _BREAKS.search(element)):
                notes.append(Note("break", f"{ord(found.group()):04X}", number + 1))
            if number and any(part and is_blank(part) for part in elements[number].split(":")):
                elements[number] = _without_blanks(elements[number])
        notes += _tag_notes(elements)
        self.lists.append(elements)
        self.items.append(of_elements(elements))
        self.items.extend(notes)

    def _charset(self, raw: bytes) -> list[Note]:
        note = charset_note(self.ladder) if not raw.isascii() else None
        return [note] if note else []

    def _level(self, raw: bytes) -> list[Note]:
        note = level_note(raw, self.service, self.ladder)
        return [note[1]] if note else []

    def _other(self, raw: bytes) -> list[Note]:
        note = other_note(raw, self.service, self.ladder) if not raw.isascii() else None
        return [note] if note else []


def _without_controls(element: str) -> str:
    return MARK.join(_CONTROLS.sub(REPLACED, part) for part in element.split(MARK))


def _without_blanks(element: str) -> str:
    """Return an element without the components that show nothing: they are not given."""
    return ":".join("" if is_blank(part) else part for part in element.split(":"))


def charset_note(ladder: Ladder) -> Note | None:
    """Return what to say of a segment with 8-bit bytes, once per codec and interchange."""
    if ladder.said == ladder.codec:
        return None
    ladder.said = ladder.codec
    is_guess = ladder.codec == LATIN_1 and (ladder.label != "UNOC")
    return Note("guessed" if is_guess else "charset", ladder.codec)


def level_note(raw: bytes, service: ServiceCharacters, ladder: Ladder) -> tuple[int, Note] | None:
    """Return place and note of the first character outside the declared level, once only."""
    if ladder.level_said or (at := outside_level(ladder, raw, service)) is None:
        return None
    ladder.level_said = True
    return at, Note("level", chr(raw[at]))


def other_note(raw: bytes, service: ServiceCharacters, ladder: Ladder) -> Note | None:
    """Return what to say of a segment's 8-bit text that looks like no Latin-1, once only."""
    if ladder.other_said or ladder.codec != LATIN_1:
        return None
    codecs = other_charsets(raw.translate(None, service.ends_lines))
    ladder.other_said = bool(codecs)
    return Note("other", " / ".join(codecs)) if codecs else None


def split(text: str, service: ServiceCharacters) -> list[str]:
    """Return tag and elements, composites whole: ":" parts components, MARK is a real colon."""
    if service.release and service.release in text:
        return _split_released(text, service)
    elements = text.split(service.element)
    if service.component == ":":
        return elements
    return [e.replace(":", MARK).replace(service.component, ":") for e in elements]


def _split_released(text: str, service: ServiceCharacters) -> list[str]:
    elements: list[str] = []
    parts: list[str] = []
    for piece in _pieces(service).findall(text):
        if piece == service.element:
            elements.append("".join(parts))
            parts = []
        elif piece == service.component:
            parts.append(":")
        else:
            parts.append(piece.removeprefix(service.release).replace(":", MARK))
    return [*elements, "".join(parts)]


@cache
def _pieces(service: ServiceCharacters) -> re.Pattern[str]:
    release, component, element = map(
        re.escape, (service.release, service.component, service.element)
    )
    return re.compile(
        f"{release}.?|{component}|{element}|[^{release}{component}{element}]+", re.DOTALL
    )


def _tag_notes(elements: list[str]) -> list[Note]:
    sent = elements[0]
    tag, nested, _ = sent.partition(":")
    elements[0] = tag = tag.strip(" ").upper()
    if nested:
        return [Note("nesting", sent, 1)]
    if not tag:
        return [Note("empty", sent, 1)]
    if not TAG.fullmatch(tag):
        return [Note("unknown", sent, 1)]
    return [Note("tag", sent, 1)] if tag != sent else []
