"""CONTRL: whether an interchange was received and each of its messages accepted as syntax.

It goes back to the sender's own address, in his syntax version and charset level. It has room for
codes and positions only; `explain` gives the words, for the answer on the interface.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang, render
from waglan.messages.edifact.finding_text import Wording
from waglan.messages.edifact.write import CHARSET, Segment, echoed, write
from waglan.messages.envelope import Address, Header, Interchange, InterchangeEnd, Message

UCS_PER_MESSAGE_MAX: Final = 999
UCD_PER_UCS_MAX: Final = 99
REFERENCE_MAX_CHARACTERS: Final = 14  # 0020
REJECTED, ACCEPTED, RECEIVED = "4", "7", "8"  # 0083
# Segments that stand around the message's content: their faults are told in UCI or UCM itself.
_INTERCHANGE_TAGS: Final = frozenset({"UNA", "UNB", "UNZ", "UNG", "UNE"})
_MESSAGE_TAGS: Final = frozenset({"UNH", "UNT"})


@dataclass(frozen=True, slots=True)
class Explained:
    """One finding in plain words: where it is, what is wrong, and how to put it right."""

    code: str
    severity: str
    place: str
    problem: str
    remedy: str


def contrl(
    end: InterchangeEnd,
    messages: Sequence[Message],
    *,
    reference: str,
    at: datetime,
    wording: Wording = Wording(),  # noqa: B008 (frozen)
) -> bytes | None:
    """Return the answer to an interchange, or None where none may or can be addressed.

    A message is accepted when no finding of it is an ERROR; the interchange is rejected only for
    faults of its own. CONTRL is never answered, and without a readable UNB the findings go back
    on the transport instead.
    """
    answered = [message for message in messages if message.header.type != "CONTRL"]
    if messages and not answered:
        return None
    whole = ACCEPTED if is_accepted(end.findings) else REJECTED
    return _reply(
        end,
        reference,
        at,
        lambda received: (
            _uci(end, received, whole, wording)
            + [
                segment
                for message in answered
                if whole == ACCEPTED or not is_accepted(message.findings)
                for segment in _message(message, wording)
            ]
        ),
    )


def received(end: InterchangeEnd, *, reference: str, at: datetime) -> bytes | None:
    """Return the answer that an interchange has come and will be judged later, or None as above."""
    return _reply(end, reference, at, lambda received: _uci(end, received, RECEIVED, Wording()))


def is_accepted(findings: Iterable[Finding]) -> bool:
    """Whether nothing found forbids the message: notes and warnings do not."""
    return all(finding.severity is not Severity.ERROR for finding in findings)


def explain(findings: Iterable[Finding], lang: Lang) -> list[Explained]:
    """Say in the reader's language what CONTRL can only say in codes, and how to put it right."""
    return [
        Explained(
            finding.code,
            finding.severity.value,
            place_words(finding.where, lang),
            advice.problem,
            advice.remedy,
        )
        for finding in findings
        for advice in (render(finding, lang),)
    ]


_PLACE_WORDS: Final[Mapping[Lang, tuple[tuple[str, str], ...]]] = {
    "en": (
        ("interchange", "interchange {}"),
        ("message", "message {}"),
        ("segment", "segment {}"),
        ("tag", "{}"),
        ("element", "element {}"),
        ("component", "component {}"),
        ("offset", "byte {}"),
    ),
    "zh-Hant-HK": (
        ("interchange", "交換檔 {}"),
        ("message", "訊息 {}"),
        ("segment", "第 {} 段"),
        ("tag", "{}"),
        ("element", "第 {} 個資料元"),
        ("component", "第 {} 個組件"),
        ("offset", "第 {} 位元組"),
    ),
}


def place_words(where: Where, lang: Lang) -> str:
    """Name a place in what was sent; what is not known of it is left out."""
    words = [
        form.format(value)
        for field, form in _PLACE_WORDS[lang]
        if (value := getattr(where, field)) is not None
    ]
    return ("、" if lang == "zh-Hant-HK" else ", ").join(words) or where.path


def reply_envelope(received: Interchange, reference: str, at: datetime) -> Interchange:
    """Return an envelope back to the sender, in his own level and version; never asks an answer."""
    level = received.syntax_id if received.syntax_id in CHARSET else "UNOA"
    version = received.syntax_version or "3"
    day = "%Y%m%d" if version == "4" else "%y%m%d"
    return Interchange(
        sender=received.recipient,
        recipient=received.sender,
        reference=reference,
        syntax_id=level,
        syntax_version=version,
        prepared=at.strftime(f"{day}:%H%M"),
        is_test=received.is_test,
        charset=received.charset if level == received.syntax_id else "iso8859-1",
    )


def _header(received: Interchange) -> Header:
    if received.syntax_version == "4":
        return Header("1", "CONTRL", "4", "1", "UN")
    return Header("1", "CONTRL", "D", "3", "UN")


def _reply(
    end: InterchangeEnd,
    reference: str,
    at: datetime,
    body: Callable[[Interchange], list[Segment]],
) -> bytes | None:
    if end.interchange is None or not end.interchange.sender.id:
        return None
    if not 1 <= len(reference) <= REFERENCE_MAX_CHARACTERS:
        raise ValueError(f"0020 has 1 to {REFERENCE_MAX_CHARACTERS} characters, not {reference!r}")
    envelope = _sendable(reply_envelope(end.interchange, reference, at))
    # What is echoed may hold the very characters that were the fault.
    body_echoed = [
        tuple(
            echoed(e, envelope) if isinstance(e, str) else tuple(echoed(t, envelope) for t in e)
            for e in segment
        )
        for segment in body(end.interchange)
    ]
    return write(envelope, [(_header(end.interchange), body_echoed)])


def _sendable(envelope: Interchange) -> Interchange:
    sender, recipient = (
        Address(*(echoed(text, envelope) for text in (a.id, a.qualifier, a.routing)))
        for a in (envelope.sender, envelope.recipient)
    )
    version = echoed(envelope.syntax_version, envelope)
    return msgspec.structs.replace(
        envelope, sender=sender, recipient=recipient, syntax_version=version
    )


def _uci(
    end: InterchangeEnd, received: Interchange, action: str, wording: Wording
) -> list[Segment]:
    parties = (_address(received.sender), _address(received.recipient))
    fault = _fault(_errors(end.findings)[:1], wording, _INTERCHANGE_TAGS)
    return [("UCI", received.reference, *parties, action, *(fault if action == REJECTED else ()))]


def _address(address: Address) -> tuple[str, ...]:
    return (address.id, address.qualifier, address.routing)


def _message(message: Message, wording: Wording) -> Iterator[Segment]:
    header = message.header
    errors = _errors(message.findings)
    own = [e for e in errors if not _is_inside(e)]
    # A rejected message needs a reason of its own or below it; without one, none would be legible.
    yield (
        "UCM",
        header.reference,
        (header.type, header.version, header.release, header.agency, header.association),
        REJECTED if errors else ACCEPTED,
        *_fault(own[:1], wording, _MESSAGE_TAGS),
    )
    yield from _segment_errors([e for e in errors if _is_inside(e)], wording)


def _errors(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def _is_inside(finding: Finding) -> bool:
    return finding.where.segment is not None and finding.where.tag not in _MESSAGE_TAGS


def _fault(
    errors: Sequence[Finding], wording: Wording, tags: frozenset[str]
) -> tuple[str | tuple[str, ...], ...]:
    if not errors:
        return ()
    where = errors[0].where
    tag = where.tag if where.tag in tags else ""
    return (wording.error_code(errors[0]), tag or "", _position(where) if tag else "")


def _position(where: Where) -> tuple[str, ...]:
    element = "" if where.element is None else str(where.element)
    component = "" if where.component is None else str(where.component)
    return (element, component)


def _segment_errors(errors: list[Finding], wording: Wording) -> Iterator[Segment]:
    """Yield UCS and UCD in the order of the segments, up to the repeats that CONTRL has."""
    errors.sort(key=lambda finding: finding.where.segment or 0)
    said = 0
    for segment, group in groupby(errors, key=lambda finding: finding.where.segment):
        for ucs in _one_segment(segment or 0, list(group), wording):
            if said == UCS_PER_MESSAGE_MAX:
                return
            said += 1
            yield from ucs


def _one_segment(segment: int, errors: list[Finding], wording: Wording) -> Iterator[list[Segment]]:
    """Yield one UCS with its UCDs for each fault of the whole segment, elements with the first."""
    whole = [wording.error_code(e) for e in errors if e.where.element is None]
    elements: list[Segment] = [
        ("UCD", wording.error_code(e), _position(e.where))
        for e in errors
        if e.where.element is not None
    ]
    for code in dict.fromkeys(whole) or ("",):
        yield [("UCS", str(segment), code), *elements[:UCD_PER_UCS_MAX]]
        elements = []
