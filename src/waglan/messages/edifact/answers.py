"""What partners answer: CONTRL, APERAK and CUSRES as they meant it, from any reader's segments.

A segment is its tag and its elements; a composite is a tuple of its components, or one text with
colons between them. What an answer does not say is empty or None, never guessed.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.messages.edifact.content import with_colons
from waglan.messages.edifact.contrl import ACCEPTED, RECEIVED, REJECTED
from waglan.messages.edifact.cusres import CODE_LIST, GIS, PREVIOUS_MESSAGE
from waglan.messages.envelope import Address

AnySegment: TypeAlias = Sequence[str | Sequence[str]]
Action: TypeAlias = Literal["rejected", "accepted", "received", "unknown"]

_ACTION: Final[dict[str, Action]] = {
    REJECTED: "rejected",
    ACCEPTED: "accepted",
    RECEIVED: "received",
}
CODES_MAX: Final = 50  # of one answer, in short
CODE_CHARACTERS_MAX: Final = 17
_STATUS: Final = {code: status for status, code in GIS.items()}
_ACCEPTED: Final = {"AP": True, "RE": False}  # 4343


class Fault(msgspec.Struct, frozen=True, gc=False):
    """A syntax error as CONTRL codes it (0085), and where in its segment."""

    code: str
    tag: str = ""  # of a service segment, where the fault is the envelope's
    element: int | None = None  # counted from 1, the tag being 1
    component: int | None = None


class SegmentFaults(msgspec.Struct, frozen=True, gc=False):
    """What is wrong with one segment of a message."""

    segment: int | None  # counted from 1, UNH being 1; None where the answer has no number
    code: str
    elements: tuple[Fault, ...] = ()


class MessageAnswer(msgspec.Struct, frozen=True, gc=False):
    """What became of one message."""

    reference: str
    type: str
    action: Action
    fault: Fault | None = None
    segments: tuple[SegmentFaults, ...] = ()


class InterchangeAnswer(msgspec.Struct, frozen=True, gc=False):
    """What became of one interchange; a message it does not name shares the interchange's fate."""

    reference: str
    sender: Address
    recipient: Address
    action: Action
    fault: Fault | None = None
    messages: tuple[MessageAnswer, ...] = ()


class CustomsAnswer(msgspec.Struct, frozen=True, gc=False):
    """What one CUSRES says: of a filing, or of the bills it names."""

    document: str
    is_accepted: bool | None = None
    status: CustomsStatus | None = None  # of every bill named; None for lists of others
    indicators: tuple[str, ...] = ()  # 7365 of other code lists, as sent
    references: tuple[tuple[str, str], ...] = ()  # qualifier, number; the filing's own left out
    errors: tuple[str, ...] = ()  # 9321
    texts: tuple[str, ...] = ()


class AperakFault(msgspec.Struct, frozen=True, gc=False):
    """One thing that an application could not use."""

    code: str  # 9321
    text: str = ""
    references: tuple[tuple[str, str], ...] = ()  # qualifier, number: what it is about


class AperakAnswer(msgspec.Struct, frozen=True, gc=False):
    """What one APERAK says of one document; `is_accepted` is None where it does not say."""

    number: str  # the answer's own, BGM 1004
    is_accepted: bool | None = None
    answers: str = ""  # the number of the message or document that it is about (RFF ACW)
    references: tuple[tuple[str, str], ...] = ()  # all others
    texts: tuple[str, ...] = ()
    errors: tuple[AperakFault, ...] = ()


class PartnerAnswer(msgspec.Struct, frozen=True, gc=False):
    """What a partner says of a message or a paper that he was sent, in short."""

    kind: Literal["APERAK", "CONTRL"]
    about: str  # the number of the paper, or the reference of the interchange; empty if not said
    verdict: Literal["accepted", "partly", "refused", "received", "unknown"]
    codes: tuple[str, ...] = ()  # of what was wrong, as sent: 9321, or 0085
    number: str = ""  # the answer's own
    interchange_from: str = ""  # of the interchange that was answered
    interchange_to: str = ""


def answer_in(
    kind: str, segments: Iterable[AnySegment]
) -> AperakAnswer | InterchangeAnswer | CustomsAnswer | None:
    """Return all that an answer of this type says; None where it is none, or says nothing."""
    reads = {"APERAK": read_aperak, "CONTRL": read_contrl, "CUSRES": read_cusres}
    if kind not in reads:
        return None
    said = reads[kind](segments)
    return None if said is None else with_colons(said)


def partner_answer(kind: str, segments: Iterable[AnySegment]) -> PartnerAnswer | None:
    """Return what an APERAK or a CONTRL says in short; None where it is neither."""
    if kind == "APERAK":
        said = read_aperak(segments)
        return None if said is None else with_colons(_of_paper(said))
    if kind == "CONTRL":
        told = read_contrl(segments)
        return None if told is None else with_colons(_of_interchange(told))
    return None


def _of_paper(said: AperakAnswer) -> PartnerAnswer:
    verdict: dict[bool | None, Literal["accepted", "refused", "unknown"]]
    verdict = {True: "accepted", False: "refused", None: "unknown"}
    codes = _some(error.code for error in said.errors)
    return PartnerAnswer("APERAK", said.answers, verdict[said.is_accepted], codes, said.number)


def _of_interchange(told: InterchangeAnswer) -> PartnerAnswer:
    faults = [told.fault, *(message.fault for message in told.messages)]
    segments = [segment for message in told.messages for segment in message.segments]
    codes = [fault.code for fault in faults if fault]
    codes += [segment.code for segment in segments]
    codes += [fault.code for segment in segments for fault in segment.elements]
    actions = {message.action for message in told.messages}
    verdict: Literal["accepted", "partly", "refused", "received", "unknown"]
    verdict = "refused" if told.action == "rejected" else told.action
    if verdict != "refused" and "rejected" in actions:
        verdict = "refused" if actions == {"rejected"} else "partly"
    return PartnerAnswer(
        "CONTRL",
        told.reference,
        verdict,
        _some(codes),
        "",
        told.sender.text,
        told.recipient.text,
    )


def _some(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code[:CODE_CHARACTERS_MAX] for code in codes if code))[:CODES_MAX]


def read_aperak(segments: Iterable[AnySegment]) -> AperakAnswer | None:
    """Return what an APERAK says, or None if there is no BGM in it.

    It is taken for accepted or refused only where BGM 4343 says so: an ERC may be a mere remark.
    """
    told: dict[str, list[AnySegment]] = {"BGM": [], "RFF": [], "FTX": []}
    groups: list[list[AnySegment]] = []
    for segment in segments:
        tag = part(segment, 0)
        if tag == "ERC":
            groups.append([segment])
        elif groups and tag in {"RFF", "FTX"}:
            groups[-1].append(segment)
        elif tag in told:
            told[tag].append(segment)
    if not told["BGM"]:
        return None
    bgm, references = told["BGM"][0], [*map(_reference, told["RFF"])]
    return AperakAnswer(
        number=part(bgm, 2),
        is_accepted=_ACCEPTED.get(part(bgm, 4)),
        answers=next((number for kind, number in references if kind == PREVIOUS_MESSAGE), ""),
        references=tuple(pair for pair in references if pair[0] != PREVIOUS_MESSAGE),
        texts=tuple(map(_text, told["FTX"])),
        errors=tuple(map(_aperak_fault, groups)),
    )


def _aperak_fault(group: Sequence[AnySegment]) -> AperakFault:
    erc, *rest = group
    return AperakFault(
        part(erc, 1),
        " ".join(_text(s) for s in rest if part(s, 0) == "FTX"),
        tuple(_reference(s) for s in rest if part(s, 0) == "RFF"),
    )


def _reference(segment: AnySegment) -> tuple[str, str]:
    return part(segment, 1), part(segment, 1, 1)


def _text(segment: AnySegment) -> str:
    return " ".join(filter(None, _components(segment, 4)))


def read_contrl(segments: Iterable[AnySegment]) -> InterchangeAnswer | None:
    """Return what a CONTRL says, or None if there is no UCI in it."""
    whole: InterchangeAnswer | None = None
    messages: list[MessageAnswer] = []
    faults: list[SegmentFaults] = []
    elements: list[Fault] = []
    for segment in reversed(list(segments)):  # each group ends where its first segment stands
        match part(segment, 0):
            case "UCD":
                elements.append(_ucd(segment))
            case "UCS":
                faults.append(_ucs(segment, elements))
                elements = []
            case "UCM":
                messages.append(_ucm(segment, faults))
                faults = []
            case "UCI":
                whole = _uci(segment, messages)
            case _:
                pass
    return whole


def read_cusres(segments: Iterable[AnySegment]) -> CustomsAnswer | None:
    """Return what a CUSRES says, or None if there is no BGM in it."""
    by_tag: dict[str, list[AnySegment]] = {}
    for segment in segments:
        by_tag.setdefault(part(segment, 0), []).append(segment)
    if "BGM" not in by_tag:
        return None
    bgm = by_tag["BGM"][0]
    indicators = [(part(s, 1), part(s, 1, 1)) for s in by_tag.get("GIS", ())]
    references = [(part(s, 1), part(s, 1, 1)) for s in by_tag.get("RFF", ())]
    statuses = [_STATUS[code] for code, kind in indicators if kind == CODE_LIST and code in _STATUS]
    return CustomsAnswer(
        document=part(bgm, 2),
        is_accepted=_ACCEPTED.get(part(bgm, 4)),
        status=statuses[0] if statuses else None,
        indicators=tuple(code for code, kind in indicators if kind != CODE_LIST),
        references=tuple(pair for pair in references if pair[0] != PREVIOUS_MESSAGE),
        errors=tuple(part(s, 1) for s in by_tag.get("ERC", ())),
        texts=tuple(" ".join(_components(s, 4)) for s in by_tag.get("FTX", ())),
    )


def part(segment: AnySegment, element: int, component: int = 0) -> str:
    """Return one component of a segment, the tag being element 0; empty if it was not sent."""
    parts = _components(segment, element)
    return parts[component] if component < len(parts) else ""


def _components(segment: AnySegment, element: int) -> Sequence[str]:
    if element >= len(segment):
        return ()
    value = segment[element]
    return value.split(":") if isinstance(value, str) else value


def _uci(segment: AnySegment, messages: list[MessageAnswer]) -> InterchangeAnswer:
    return InterchangeAnswer(
        reference=part(segment, 1),
        sender=_address(segment, 2),
        recipient=_address(segment, 3),
        action=_action(segment, 4),
        fault=_service_fault(segment, 5),
        messages=tuple(reversed(messages)),
    )


def _ucm(segment: AnySegment, faults: list[SegmentFaults]) -> MessageAnswer:
    return MessageAnswer(
        reference=part(segment, 1),
        type=part(segment, 2),
        action=_action(segment, 3),
        fault=_service_fault(segment, 4),
        segments=tuple(reversed(faults)),
    )


def _ucs(segment: AnySegment, elements: list[Fault]) -> SegmentFaults:
    return SegmentFaults(_number(part(segment, 1)), part(segment, 2), tuple(reversed(elements)))


def _ucd(segment: AnySegment) -> Fault:
    return Fault(part(segment, 1), "", *_position(segment, 2))


def _service_fault(segment: AnySegment, element: int) -> Fault | None:
    code, tag = part(segment, element), part(segment, element + 1)
    return Fault(code, tag, *_position(segment, element + 2)) if code else None


def _position(segment: AnySegment, element: int) -> Iterator[int | None]:
    yield _number(part(segment, element))
    yield _number(part(segment, element, 1))


def _action(segment: AnySegment, element: int) -> Action:
    return _ACTION.get(part(segment, element), "unknown")


def _address(segment: AnySegment, element: int) -> Address:
    return Address(*(part(segment, element, n) for n in range(3)))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
