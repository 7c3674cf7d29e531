"""Segments to bytes: counts, references and release characters are made here, never given.

Text the recipient's charset cannot hold is refused with a finding; it is never sent as "?".
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NoReturn, TypeAlias

from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.envelope import Header, Interchange

Segment: TypeAlias = tuple[str | tuple[str, ...], ...]  # the tag first; a composite is a tuple

SEGMENTS_PER_BLOCK_MAX: Final = 4096
SHOWN_MAX_CHARACTERS: Final = 35  # of a text in a finding
DEFAULT_SERVICE: Final = ":+.? '"
CHARSET: Final = {  # of a syntax level (0001); D to K in the order of ISO 9735, not verified there
    "UNOA": "iso8859-1",
    "UNOB": "iso8859-1",
    "UNOC": "iso8859-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOW": "utf-8",
    "UNOY": "utf-8",
}
_LATIN_LEVELS: Final = frozenset({"UNOA", "UNOB", "UNOC"})
# While a block is joined these stand for the separators, so that release characters can be put in
# by three replaces over a whole block; no text may hold them, because every control is refused.
_ELEMENT, _COMPONENT, _END = "\x1d", "\x1f", "\x1c"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Unwritable(ValueError):
    """A text holds a character that the interchange cannot carry; `finding` says which."""

    def __init__(self, finding: Finding) -> None:
        """Carry the finding to whoever asked for the bytes."""
        super().__init__(finding.code)
        self.finding = finding


def write(
    interchange: Interchange,
    messages: Iterable[tuple[Header, Iterable[Segment]]],
    *,
    una: bool = True,
) -> bytes:
    """Return the whole interchange; raise Unwritable rather than send what cannot be read back."""
    return b"".join(write_blocks(interchange, messages, una=una))


def write_blocks(
    interchange: Interchange,
    messages: Iterable[tuple[Header, Iterable[Segment]]],
    *,
    una: bool = True,
) -> Iterator[bytes]:
    """Yield the interchange in blocks, with flat memory however many segments there are."""
    block = _Block(interchange)
    if una or interchange.service != DEFAULT_SERVICE:
        yield f"UNA{interchange.service}".encode(block.charset)
    yield block.encode([unb(interchange)])
    count = 0
    for header, segments in messages:
        count += 1
        yield from _message(block, header, segments)
    yield block.encode([("UNZ", str(count), interchange.reference)])


def writable(text: str, level: str, where: Where | None = None) -> list[Finding]:
    """Say which character of a text the syntax level cannot hold; an empty list means none."""
    place = where or Where("text")
    charset = CHARSET.get(level)
    if charset is None:
        return [_level(level, place)]
    bad = _first_bad(text, charset)
    return [] if bad is None else [_character(text, bad, level, place)]


def fits(text: str, interchange: Interchange) -> bool:
    """Whether a text can be written in an interchange as it stands."""
    return _first_bad(text, charset_of(interchange)) is None


def echoed(text: str, interchange: Interchange) -> str:
    """Return a text without what the interchange cannot carry, for echoing what was at fault."""
    bare = _CONTROL.sub("", text)
    if interchange.service[3] == " ":
        bare = bare.translate(dict.fromkeys(map(ord, _separators(interchange))))
    return bare.encode(charset_of(interchange), "ignore").decode(charset_of(interchange))


def unb(interchange: Interchange) -> Segment:
    """Return the interchange's UNB; what was not said is left out."""
    return (
        "UNB",
        (interchange.syntax_id, interchange.syntax_version),
        (interchange.sender.id, interchange.sender.qualifier, interchange.sender.routing),
        (interchange.recipient.id, interchange.recipient.qualifier, interchange.recipient.routing),
        tuple(interchange.prepared.split(":")),
        interchange.reference,
        "",
        interchange.application,
        interchange.priority,
        "1" if interchange.acknowledge else "",
        interchange.agreement,
        "1" if interchange.is_test else "",
    )


def unh(header: Header) -> Segment:
    """Return the message's UNH; what was not said is left out."""
    sequence = "" if header.sequence is None else str(header.sequence)
    return (
        "UNH",
        header.reference,
        (header.type, header.version, header.release, header.agency, header.association),
        header.access_reference,
        (sequence, header.first_last),
    )


def _message(block: "_Block", header: Header, segments: Iterable[Segment]) -> Iterator[bytes]:
    written = 2  # UNH and UNT count too
    waiting = [unh(header)]
    for segment in segments:
        waiting.append(segment)
        written += 1
        if len(waiting) >= SEGMENTS_PER_BLOCK_MAX:
            yield block.encode(waiting)
            waiting = []
    waiting.append(("UNT", str(written), header.reference))
    yield block.encode(waiting)


class _Block:
    """How one interchange turns segments to bytes."""

    def __init__(self, interchange: Interchange) -> None:
        component, element, _, release, _, terminator = tuple(interchange.service)
        self.level = interchange.syntax_id
        self.charset = charset_of(interchange)
        self._reference = interchange.reference
        self._releases = () if release == " " else (release, element, component, terminator)
        self._forbidden = (element, component, terminator) if release == " " else ()
        self._separators = ((_ELEMENT, element), (_COMPONENT, component), (_END, terminator))
        self._release = release

    def encode(self, segments: list[Segment]) -> bytes:
        text = _END.join([_joined(segment) for segment in segments]) + _END
        self._refuse_controls(text, segments)
        for mark in self._forbidden:
            if mark in text:
                self._refuse(segments, mark)
        for mark in self._releases:  # the release character itself comes first
            if mark in text:
                text = text.replace(mark, self._release + mark)
        for stand_in, separator in self._separators:
            text = text.replace(stand_in, separator)
        try:
            return text.encode(self.charset)
        except UnicodeEncodeError as error:
            self._refuse(segments, error.object[error.start])

    def _refuse_controls(self, text: str, segments: list[Segment]) -> None:
        values = "".join(
            [
                "".join([e if type(e) is str else "".join(e) for e in segment])
                for segment in segments
            ]
        )
        # isprintable is one pass in C; it also denies a few characters that we do write.
        if not values.isprintable() and (control := _CONTROL.search(values)):
            self._refuse(segments, control[0])

    def _refuse(self, segments: list[Segment], character: str) -> NoReturn:
        for segment in segments:
            for number, element in enumerate(segment, start=1):
                for text in (element,) if isinstance(element, str) else element:
                    if character in text:
                        place = Where(
                            "text",
                            interchange=self._reference,
                            tag=str(segment[0]),
                            element=number,
                        )
                        raise Unwritable(_character(text, character, self.level, place))
        raise Unwritable(_character(character, character, self.level, Where("text")))


def charset_of(interchange: Interchange) -> str:
    """Return the codec to write with: the level's own, or the code page agreed under UNOA to C.

    Raise Unwritable for a level we do not write, such as UNOX with its escape sequences.
    """
    charset = CHARSET.get(interchange.syntax_id)
    if charset is None:
        raise Unwritable(_level(interchange.syntax_id, Where("interchange")))
    return interchange.charset if interchange.syntax_id in _LATIN_LEVELS else charset


def _separators(interchange: Interchange) -> str:
    component, element, _, _, _, terminator = tuple(interchange.service)
    return component + element + terminator


def _joined(segment: Segment) -> str:
    return _ELEMENT.join(
        [e if type(e) is str else _COMPONENT.join(e).rstrip(_COMPONENT) for e in segment]
    ).rstrip(_ELEMENT)


def _first_bad(text: str, charset: str) -> str | None:
    control = _CONTROL.search(text)
    if control:
        return control[0]
    try:
        text.encode(charset)
    except UnicodeEncodeError as error:
        return text[error.start]
    return None


def _character(text: str, bad: str, level: str, where: Where) -> Finding:
    return Finding(
        "EDIFACT-STRUCTURE-UNWRITABLE-CHARACTER",
        Severity.ERROR,
        where,
        {
            "text": text[:SHOWN_MAX_CHARACTERS],
            "character": bad if bad.isprintable() else f"U+{ord(bad):04X}",
            "level": level,
        },
    )


def _level(level: str, where: Where) -> Finding:
    return Finding("EDIFACT-STRUCTURE-UNWRITABLE-LEVEL", Severity.ERROR, where, {"level": level})
