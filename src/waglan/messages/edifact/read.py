"""The one reader of EDIFACT: bytes in, messages and findings out, whatever the bytes are."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace as evolve
from typing import TypeAlias

from msgspec.structs import replace

from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.edifact import fast, generic
from waglan.messages.edifact.batch import Batch
from waglan.messages.edifact.charset import Ladder, ladder
from waglan.messages.edifact.content import short
from waglan.messages.edifact.cut import PADDING, SEGMENT_BYTES_MAX, Opening, Source
from waglan.messages.edifact.opened import ANSWERS, TYPE_NOT_READ, Options
from waglan.messages.edifact.profile import Profile
from waglan.messages.edifact.service_characters import ServiceCharacters
from waglan.messages.edifact.walk import TOLD_MAX, Tail, Tally, Walk, filled
from waglan.messages.envelope import Interchange, InterchangeEnd, Item, Message

Tokenise: TypeAlias = Callable[[bytes, int, ServiceCharacters, Ladder], Batch]

PASSED_ON = frozenset({"APERAK", "CONTRL"})  # to whom they are for
INTERCHANGES_MAX = 10_000  # of one input

_NO_AGREEMENT = Profile()
_NO_TAIL: Tail = ""


def read(
    blocks: Iterable[bytes],
    profile: Profile = _NO_AGREEMENT,
    *,
    validate: bool = False,
    with_lists: bool = False,
) -> Iterator[Message | InterchangeEnd]:
    """Yield each message as its UNT is judged and the end of each interchange; never raise.

    Every input yields at least one InterchangeEnd, even if it is empty or no EDIFACT at all. With
    `validate` each message is also held against the directory that its UNH names; `with_lists` an
    answer brings its segments along, whole.
    """
    for event in events(blocks, Options(profile, validates=validate, with_lists=with_lists)):
        if isinstance(event, Message | InterchangeEnd):
            yield event


def handed_in(message: Message) -> Message:
    """Return a message as it counts to whoever is to act on it.

    A type that nobody reads is wrong then: its sender believes that he has told something. Answers
    ask for nothing, and an APERAK or a CONTRL is read for whom it is for.
    """
    if message.header.type in ANSWERS:
        return as_answer(message) if message.header.type in PASSED_ON else message
    findings = tuple(
        replace(found, severity=Severity.ERROR) if found.code == TYPE_NOT_READ else found
        for found in message.findings
    )
    return message if findings == message.findings else evolve(message, findings=findings)


def no_test(end: InterchangeEnd) -> InterchangeEnd:
    """Return the end of an interchange as it counts to whoever is to act on it: a test is refused.

    Its sender believes that nothing was declared by it, and is told how to try instead.
    """
    said = end.interchange
    if said is None or not said.is_test:
        return end
    where = Where("interchange/test", interchange=short(said.reference), tag="UNB", element=12)
    found = Finding("EDIFACT-TEST", Severity.ERROR, where, {})
    return evolve(end, findings=(*end.findings, found))


def as_answer(message: Message) -> Message:
    """Return an answer as it counts to whoever reads it from its segments."""
    left = tuple(found for found in message.findings if found.code != TYPE_NOT_READ)
    return evolve(message, findings=left)


def stream(
    blocks: Iterable[bytes], profile: Profile = _NO_AGREEMENT, *, with_lists: bool = False
) -> Iterator[Item | Message | InterchangeEnd]:
    """Yield as `read` does, but head, equipment and bills one by one before their message.

    The message then comes with its head, totals and findings and without bills, so that memory
    stays flat however long the message is. Nothing may be taken as declared before its message
    has come without an ERROR. `with_lists` an answer brings its segments along, whole.
    """
    yield from events(blocks, Options(profile, keeps_items=False, with_lists=with_lists))


def peek(head: bytes) -> Interchange | None:
    """Return what the first UNB says, from the first bytes alone; None where they don't have it."""
    source = Source([head])
    opening = source.opening()
    if opening is None or opening.tag != "UNB":
        return None
    steps = ladder(opening.label, ())
    walk = Walk(opening, steps, Options(_NO_AGREEMENT), Tally(1))
    offset, raw = source.run(opening.service, steps.mask(opening.service))
    for _ in walk.take(generic.tokenise(raw, offset, opening.service, steps)):
        break
    return walk.interchange


def events(
    blocks: Iterable[bytes], options: Options, tokenise: Tokenise = fast.tokenise
) -> Iterator[Item | Message | InterchangeEnd]:
    """Yield what `read` and `stream` choose from."""
    source = Source(blocks)
    tally = Tally()
    while (
        tally.interchanges < INTERCHANGES_MAX
        and not tally.is_full
        and (opening := source.opening())
    ):
        tally.interchanges += 1
        yield from _interchange(source, opening, options, tally, tokenise)
    yield from _remainder(source, tally, options)


def _interchange(
    source: Source, opening: Opening, options: Options, tally: Tally, tokenise: Tokenise
) -> Iterator[Item | Message | InterchangeEnd]:
    service, steps = opening.service, ladder(opening.label, options.profile.charsets)
    walk = Walk(opening, steps, options, tally)
    has_begun = False
    while not (walk.is_closed or (has_begun and source.is_at_opening)):
        offset, raw = source.run(service, steps.mask(service))
        if not raw:
            break
        batch = tokenise(raw, offset, service, steps)
        yield from walk.take(batch)
        source.take(walk.bytes_read)
        has_begun = True
    is_whole = walk.is_closed or (has_begun and source.is_at_opening)
    if walk.is_hopeless:
        for block in source.rest():
            walk.skip(block)
    tail, kind = _tail(source) if not is_whole else (b"", _NO_TAIL)
    walk.pass_over(source.skip_padding() if not tail else None)
    yield from walk.end(tail, kind)


def _tail(source: Source) -> tuple[bytes, Tail]:
    tail = source.tail()
    if not tail.strip(PADDING):
        return b"", ""
    source.take(len(tail))
    return tail, "too-long" if len(tail) >= SEGMENT_BYTES_MAX else "truncated"


def _is_wide(head: bytes) -> bool:
    """Whether it is an interchange that somebody saved with two bytes for each character."""
    return b"\0" in head and head.lstrip(b"\xff\xfe").replace(b"\0", b"").startswith(_OPENINGS)


_OPENINGS = (b"UNA", b"UNB")


def _remainder(source: Source, tally: Tally, options: Options) -> Iterator[InterchangeEnd]:
    offset, sha256, size, head = source.offset, hashlib.sha256(), 0, b""
    for block in source.rest():
        head = head or block[:200]
        sha256.update(block)
        size += len(block)
    where = Where("interchange", offset=offset)
    before = [filled(source.filler, where)] if source.filler else []
    interchanges = tally.interchanges
    if interchanges == INTERCHANGES_MAX and size:
        found = Finding("EDIFACT-INTERCHANGES", Severity.ERROR, where, {"count": interchanges})
    elif tally.is_full and size:
        found = Finding("EDIFACT-FINDINGS", Severity.ERROR, where, {"count": TOLD_MAX})
    elif _is_wide(head):
        found = Finding("EDIFACT-WIDE", Severity.ERROR, where, {})
    elif size:
        text = short(head.decode("latin-1"))
        found = Finding("EDIFACT-NOT-EDIFACT", Severity.ERROR, where, {"text": text})
    elif not interchanges:
        found = Finding("FILE-EMPTY", Severity.ERROR, where, {})
    else:
        return
    yield InterchangeEnd(None, 0, sha256.digest(), size, options.weigh([*before, found]))
