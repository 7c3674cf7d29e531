"""The fast path: bytes become JSON by plain replacement, and msgspec makes the segments.

It takes what it can prove it reads as the total path would, and leaves the rest to that.
"""

import re
from bisect import bisect_right
from functools import cache, partial
from itertools import pairwise

import msgspec

from waglan.codes.plain import is_blank
from waglan.messages.edifact import generic
from waglan.messages.edifact.batch import Batch, Note
from waglan.messages.edifact.charset import ISO_2022, LATIN_1, UTF_8, Ladder, first_8_bit
from waglan.messages.edifact.service_characters import (
    MARK_UTF8,
    ServiceCharacters,
    segment_ends,
)
from waglan.messages.edifact.tags import KINDS, Read, Segment, of_elements

# Bytes that UTF-8 never has stand for released characters while the text is cut.
_RELEASE, _TERMINATOR, _ELEMENT, _COMPONENT = b"\xf8", b"\xf9", b"\xfa", b"\xfb"

_TYPED: msgspec.json.Decoder[list[Segment]] = msgspec.json.Decoder(list[Read])
_LISTS = msgspec.json.Decoder(list[list[str]])


def tokenise(raw: bytes, offset: int, service: ServiceCharacters, ladder: Ladder) -> Batch:
    """Return the segments of raw, exactly as the total path does."""
    text = _utf_8(raw, service, ladder)
    json = b"" if text is None else to_json(text, service)
    items = None if text is None else _decode(json)
    if items is None:
        return generic.tokenise(raw, offset, service, ladder)
    has_marks = service.component != ":" or _is_used(service.release, raw)
    find_ends = partial(segment_ends, service=service)
    find_lists = partial(_LISTS.decode, json)
    batch = Batch(raw, offset, items, find_ends, service.ends_lines, find_lists, has_marks)
    _add_notes(batch, service, ladder)
    return batch


def to_json(text: bytes, service: ServiceCharacters) -> bytes:
    """Return an array of segments, each an array of texts, from whole segments in UTF-8."""
    component, element, terminator = (
        c.encode("latin-1") for c in (service.component, service.element, service.terminator)
    )
    for line_end in service.ends_lines:
        if (sign := bytes([line_end])) in text:
            text = text.replace(sign, b"")
    if b"\\" in text:
        text = text.replace(b"\\", b"\\\\")
    if b'"' in text:
        text = text.replace(b'"', b'\\"')
    is_released = _is_used(service.release, text)
    if is_released:
        text = _shield(text, service)
    if service.component != ":":
        text = text.replace(b":", MARK_UTF8).replace(component, b":")
    text = _without_blanks(text, element, terminator)
    text = text[:-1].replace(element, b'","').replace(terminator, b'"],["')
    if is_released:
        text = _unshield(text, service)
    return b'[["' + text + b'"]]'


def _without_blanks(text: bytes, element: bytes, terminator: bytes) -> bytes:
    """Return segments without what shows nothing where a value may stand: it is not given."""
    if element + b" " not in text and b": " not in text and not _has_wide_blank(text):
        return text
    return _perhaps_blank(element, terminator).sub(_unless_blank, text)


def _has_wide_blank(text: bytes) -> bool:
    """Whether some character beyond ASCII may show nothing: False is certain, and soon told."""
    return not text.isascii() and any(
        lead in text and any(lead + rest in text for rest in ends) for lead, ends in _WIDE_BLANKS
    )


# How they begin in UTF-8; what Chinese is written with besides has other bytes.
_WIDE_BLANKS = (
    *((bytes([lead]), (b"",)) for lead in b"\xc2\xcd\xd8\xdb\xdc\xe0\xe1\xe2\xf0\xf3"),
    (b"\xe3", (b"\x80\x80", b"\x85\xa4")),
    (b"\xef", (b"\xb8", b"\xbb\xbf", b"\xbe\xa0", b"\xbf")),
)


@cache
def _perhaps_blank(element: bytes, terminator: bytes) -> re.Pattern[bytes]:
    # Han characters and Hangul show, and are too many to be looked at one by one; so do controls.
    parts = re.escape(b":" + element)
    return re.compile(
        rb"([%b])((?: |[\xc2-\xe3\xef-\xf4][\x80-\xbf]+)+)(?=[%b])"
        % (parts, parts + re.escape(terminator))
    )


def _unless_blank(found: re.Match[bytes]) -> bytes:
    return found[1] if is_blank(found[2].decode()) else found[0]


def _is_used(release: str, text: bytes) -> bool:
    return bool(release) and release.encode("latin-1") in text


def _utf_8(raw: bytes, service: ServiceCharacters, ladder: Ladder) -> bytes | None:
    if not service.is_replaceable or ladder.mask(service) or ladder.codec == ISO_2022:
        return None
    if raw.isascii():
        return raw
    try:
        text = raw if ladder.codec == UTF_8 else raw.decode(ladder.codec).encode()
        if ladder.codec == UTF_8:
            raw.decode()
    except UnicodeDecodeError:
        return None
    return None if MARK_UTF8 in text or any(one in text for one in _BREAKS) else text


_BREAKS = (
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xe2\x80\xa9",
)  # line ends that only the total path tells


def _decode(json: bytes) -> list[Segment] | None:
    try:
        return _TYPED.decode(json)
    except msgspec.ValidationError:  # a tag that has no fields of its own
        pass
    except msgspec.DecodeError:  # a control character
        return None
    try:
        lists = _LISTS.decode(json)
    except msgspec.DecodeError:
        return None
    if not all(map(_is_tag, {elements[0] for elements in lists})):
        return None
    return list(map(of_elements, lists))


def _is_tag(text: str) -> bool:
    return text in KINDS or generic.TAG.fullmatch(text) is not None


def _add_notes(batch: Batch, service: ServiceCharacters, ladder: Ladder) -> None:
    notes: list[tuple[int, Note]] = []
    if not batch.raw.isascii() and (note := generic.charset_note(ladder)):
        notes.append((first_8_bit(batch.raw), note))
    if level := generic.level_note(batch.raw, service, ladder):
        notes.append(level)
    if other := _other_note(batch, service, ladder):
        notes.append(other)
    places = [(bisect_right(batch.ends, at) + 1, note) for at, note in notes]
    for index, note in reversed(sorted(places, key=lambda place: place[0])):
        batch.items.insert(index, note)


def _other_note(
    batch: Batch, service: ServiceCharacters, ladder: Ladder
) -> tuple[int, Note] | None:
    """Return place and note of the first segment that looks like another charset's."""
    if ladder.other_said or ladder.codec != LATIN_1 or batch.raw.isascii():
        return None
    for start, end in pairwise([0, *batch.ends]):
        segment = batch.raw[start : end - 1]
        if not segment.isascii() and (note := generic.other_note(segment, service, ladder)):
            return start, note
    return None


def _shield(text: bytes, service: ServiceCharacters) -> bytes:
    release = service.release.encode("latin-1")
    for sign, stand_in in _pairs(service):
        text = text.replace(release + sign, stand_in)
    return text.replace(release, b"")


def _unshield(text: bytes, service: ServiceCharacters) -> bytes:
    for sign, stand_in in _pairs(service):
        plain = MARK_UTF8 if sign == b":" else sign
        text = text.replace(stand_in, plain)
    return text


def _pairs(service: ServiceCharacters) -> list[tuple[bytes, bytes]]:
    # The released release character comes first, or `??'` would seem to release the terminator.
    signs = (service.release, service.terminator, service.element, service.component)
    stand_ins = (_RELEASE, _TERMINATOR, _ELEMENT, _COMPONENT)
    return [(sign.encode("latin-1"), it) for sign, it in zip(signs, stand_ins, strict=True)]
