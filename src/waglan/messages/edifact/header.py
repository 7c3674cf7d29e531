"""UNB and UNH as what they say, with what is wrong in them."""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.edifact.charset import LABELS
from waglan.messages.edifact.content import short
from waglan.messages.edifact.service_characters import MARK
from waglan.messages.edifact.tags import UNB, UNH
from waglan.messages.envelope import Address, Header, Interchange

Place: TypeAlias = Callable[[str, int | None, int | None], Where]  # path, element, component

VERSIONS = {"1", "2", "3"}
CHARACTERS_MAX = 35  # of what names an interchange, a message or who sends it; version 3 has less
FIRST_OR_LAST = {"", "C", "F"}  # 0073
_PREPARED = re.compile("(?:[0-9]{6}|[0-9]{8}):[0-9]{4}")


def interchange(unb: UNB) -> Interchange:
    """Return what UNB says; missing parts are empty."""
    syntax, version = _components(unb.syntax, 2)
    return Interchange(
        sender=_address(unb.sender),
        recipient=_address(unb.recipient),
        reference=_plain(unb.reference),
        syntax_id=syntax,
        syntax_version=version,
        prepared=_plain(unb.prepared),
        application=_plain(unb.application),
        priority=_plain(unb.priority),
        acknowledge=unb.acknowledge == "1",
        agreement=_plain(unb.agreement),
        is_test=_plain(unb.test).strip() not in {"", "0"},  # 2 to 5 are tests and echoes
    )


def interchange_findings(said: Interchange, place: Place) -> list[Finding]:
    """Return what UNB should have said."""
    parts = {
        "0004": (said.sender.id, 3),
        "0007": (said.sender.qualifier, 3),
        "0008": (said.sender.routing, 3),
        "0010": (said.recipient.id, 4),
        "0020": (said.reference, 6),
    }
    return [*_missing(said, place), *_odd(said, place), *_long("interchange", parts, place)]


def _long(path: str, parts: Mapping[str, tuple[str, int]], place: Place) -> list[Finding]:
    return [
        Finding(
            "EDIFACT-SERVICE-LENGTH",
            Severity.ERROR,
            place(f"{path}/{name}", element, None),
            {"element": name, "count": len(text), "max": CHARACTERS_MAX},
        )
        for name, (text, element) in parts.items()
        if len(text) > CHARACTERS_MAX
    ]


def _missing(said: Interchange, place: Place) -> list[Finding]:
    parts = {
        "S002": (said.sender.id, 3),
        "S003": (said.recipient.id, 4),
        "0020": (said.reference, 6),
    }
    return [
        Finding(
            "EDIFACT-UNB-ELEMENT-MISSING",
            Severity.ERROR,
            place(f"interchange/{name}", element, None),
            {"element": name},
        )
        for name, (text, element) in parts.items()
        if not text
    ]


def _odd(said: Interchange, place: Place) -> list[Finding]:
    found = []
    if said.syntax_id not in LABELS:
        found.append(
            Finding(
                "EDIFACT-SYNTAX-ID",
                Severity.WARNING,
                place("interchange/syntax", 2, 1),
                {"text": short(said.syntax_id)},
            )
        )
    if said.syntax_version not in VERSIONS:
        found.append(
            Finding(
                "EDIFACT-SYNTAX-VERSION",
                Severity.NOTE,
                place("interchange/syntax", 2, 2),
                {"text": short(said.syntax_version)},
            )
        )
    is_old = said.syntax_version in VERSIONS
    if not _PREPARED.fullmatch(said.prepared) or (is_old and said.prepared.find(":") == 8):
        found.append(
            Finding(
                "EDIFACT-UNB-DATE",
                Severity.NOTE,
                place("interchange/prepared", 5, None),
                {"text": short(said.prepared)},
            )
        )
    return found


def message(unh: UNH, place: Place) -> tuple[Header, list[Finding]]:
    """Return what UNH says, and what it should have said; missing parts are empty."""
    type_, version, release, agency, association = _components(unh.type, 5)
    sequence, first_last = _components(unh.transfer, 2)
    number = int(sequence) if _is_number(sequence) else None
    said = Header(
        reference=_plain(unh.reference),
        type=type_,
        version=version,
        release=release,
        agency=agency,
        association=association,
        access_reference=_plain(unh.access_reference),
        sequence=number,
        first_last=first_last,
    )
    found = []
    if not said.reference:
        found.append(
            Finding(
                "EDIFACT-MESSAGE-REFERENCE-MISSING",
                Severity.ERROR,
                place("message/reference", 2, None),
                {},
            )
        )
    if not type_:
        found.append(
            Finding(
                "EDIFACT-MESSAGE-TYPE-MISSING",
                Severity.ERROR,
                place("message/type", 3, 1),
                {},
            )
        )
    found += _long("message", {"0062": (said.reference, 2)}, place)
    return said, [*found, *_transfer(unh, said, place)]


def is_count(text: str, counted: int) -> bool:
    """Whether text states the number that was counted; leading zeros are no fault."""
    return text.isascii() and text.isdecimal() and len(text) < 20 and int(text) == counted


def _transfer(unh: UNH, said: Header, place: Place) -> list[Finding]:
    if unh.transfer and said.sequence is None:
        where = place("message/transfer", 5, 1)
        return [
            Finding("EDIFACT-PART-NUMBER", Severity.ERROR, where, {"text": short(unh.transfer)})
        ]
    indicator = unh.transfer.partition(":")[2].rstrip(":")
    if indicator not in FIRST_OR_LAST:
        where, text = place("message/transfer", 5, 2), short(_plain(indicator))
        return [Finding("EDIFACT-PART-INDICATOR", Severity.ERROR, where, {"text": text})]
    is_one_of_many = said.sequence is not None and (said.sequence, said.first_last) != (1, "F")
    if is_one_of_many and not said.access_reference:
        where = place("message/transfer", 5, 1)
        return [Finding("EDIFACT-PART-ALONE", Severity.ERROR, where, {"text": short(unh.transfer)})]
    return []


def _address(composite: str) -> Address:
    return Address(*_components(composite, 3))


def _components(composite: str, count: int) -> list[str]:
    parts = [_plain(part) for part in composite.split(":")]
    return [*parts, *[""] * count][:count]


def _plain(text: str) -> str:
    return text.replace(MARK, ":")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text[:9]) >= 1 and len(text) < 10
