"""A Cargo-IMP house list (FHL): one house under one air waybill, and the rules of its elements."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

import msgspec

from waglan.codes.data import read

RULES = "messages/bridge/fhl.toml"

_SHAPES = {
    "text": r"[A-Z0-9.\-]+(?: [A-Z0-9.\-]+)*",
    "alphanumeric": r"[A-Z0-9]+",
    "letters": r"[A-Z]+",
    "digits": r"[0-9]+",
    "amount": r"[0-9]+(?:\.[0-9]+)?",
    "number": r"[0-9]{3}-[0-9]{8}",
}


class Element(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one element may hold, and where that was read."""

    is_: Literal["text", "alphanumeric", "letters", "digits", "amount", "number"] = msgspec.field(
        name="is"
    )
    max: int
    evidence: Literal["read", "secondary", "unverified"]
    source: str
    min: int = 1
    lines: int = 1

    def fits(self, text: str) -> bool:
        """Whether a text may stand there."""
        return self.min <= len(text) <= self.max and bool(re.fullmatch(_SHAPES[self.is_], text))


class FhlRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is held of an FHL, with its sources."""

    version: str
    message_characters_max: int
    checked_on: date
    sources: dict[str, str]
    written_as: dict[str, str]
    elements: dict[str, Element]


@dataclass(frozen=True, slots=True)
class FhlParty:
    """A shipper or consignee; "" is what nobody said."""

    name: str
    address: str
    place: str
    country: str
    region: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class CustomsNote:
    """One line of other customs information (OCI); "" leaves an element out."""

    country: str
    party: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Consigned:
    """What a waybill says of its goods on its own line, whether master or house."""

    number: str
    origin: str
    destination: str
    pieces: int
    mass_g: int


@dataclass(frozen=True, slots=True)
class Fhl:
    """One house as an FHL tells it. `other` are lines that are kept as they came."""

    master: Consigned
    house: Consigned
    short_description: str
    shipper: FhlParty
    consignee: FhlParty
    slac: int | None = None
    description: tuple[str, ...] = ()
    hs: tuple[str, ...] = ()
    customs_notes: tuple[CustomsNote, ...] = ()
    other: tuple[str, ...] = ()


@cache
def rules() -> FhlRules:
    """Return the packaged rules; a rule without a source stops the start."""
    found = msgspec.convert(tomllib.loads(read(RULES)), FhlRules)
    for name, element in found.elements.items():
        if element.source not in found.sources:
            raise ValueError(f"{RULES}: {name} has no source")
    return found


def elements() -> Mapping[str, Element]:
    """Return the rules of the elements by name."""
    return rules().elements


def awb_digit_ok(master: str) -> bool:
    """Whether an air waybill's last digit is the rest of its serial number divided by seven."""
    serial = master[-8:]
    return int(serial[:7]) % 7 == int(serial[7])
