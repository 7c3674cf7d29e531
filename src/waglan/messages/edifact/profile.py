"""What is agreed with one partner about his files: data, never code.

A packaged profile is a beginning; what is stored for a partner is the whole of what holds for him.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from waglan.codes.data import load
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang
from waglan.messages.envelope import Address, Interchange

Charset: TypeAlias = Literal["iso8859-1", "cp1252", "cp1251", "gb18030", "big5hkscs"]
AnswerKind: TypeAlias = Literal["CONTRL", "APERAK", "CUSRES"]

# What a partner may be let off, or held to. Everything else is law, or keeps the record whole:
# what can't be read, what is missing, whose it is.
ADJUSTABLE: Final = frozenset(
    {
        "CONTAINER-CHECK-DIGIT",
        "CONTAINER-SHAPE",
        "DOCUMENT-ADDRESSEE",
        "EDIFACT-CHARSET",
        "EDIFACT-CHARSET-GUESSED",
        "EDIFACT-CHARSET-OTHER",
        "EDIFACT-GROUPS-MIXED",
        "EDIFACT-JUNK",
        "EDIFACT-LEVEL-CHARACTER",
        "EDIFACT-NUL",
        "EDIFACT-NUMBER",
        "EDIFACT-OUTSIDE",
        "EDIFACT-QUALIFIER-LENGTH",
        "EDIFACT-QUALIFIER-MISSING",
        "EDIFACT-SEGMENT-EMPTY",
        "EDIFACT-STRUCTURE-GROUP-REPEATS",
        "EDIFACT-STRUCTURE-MISSING-ELEMENT",
        "EDIFACT-STRUCTURE-MISSING-GROUP",
        "EDIFACT-STRUCTURE-MISSING-SEGMENT",
        "EDIFACT-STRUCTURE-SEGMENT-REPEATS",
        "EDIFACT-STRUCTURE-UNEXPECTED-SEGMENT",
        "EDIFACT-STRUCTURE-UNKNOWN-SEGMENT",
        "EDIFACT-SYNTAX-ID",
        "EDIFACT-SYNTAX-VERSION",
        "EDIFACT-TAG-FORM",
        "EDIFACT-TIME",
        "EDIFACT-UNB-DATE",
        "EDIFACT-UNE-COUNT",
        "EDIFACT-UNE-MISSING",
        "EDIFACT-UNE-REFERENCE",
        "EDIFACT-UNIT",
        "EDIFACT-UNT-COUNT",
        "EDIFACT-UNT-REFERENCE",
        "EDIFACT-UNZ-COUNT",
        "EDIFACT-UNZ-MISSING",
        "EDIFACT-UNZ-REFERENCE",
        "EDIFACT-VALUE-MISSING",
        "EDIFACT-VERIFIED-MASS-MISSING",
        "SHEET-CHARSET",
        "SHEET-HEADING-UNKNOWN",
        "SHEET-NUMBER-AS-TEXT",
    }
)
REPEATS_MAX: Final = 10_000_000
_PLACE = re.compile("SG[0-9]{1,3}|(?:SG[0-9]{1,3}/)?[A-Z]{3}")


class Bare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose a message is that comes without an envelope."""

    sender: Address
    recipient: Address


class AnswerLevel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In which characters he is answered, where they are not those that he sends in."""

    level: Literal["UNOA", "UNOB", "UNOC", "UNOY"]
    charset: Charset | None = None  # agreed under UNOA to UNOC, in place of ISO 8859-1


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How one partner's files are read and answered; the defaults take nothing on trust."""

    severity: dict[str, Severity] = {}  # by finding code, in place of ours
    charset: Charset | None = None  # of 8-bit bytes that are not what the label says
    fallbacks: Annotated[tuple[Charset, ...], Meta(max_length=4)] = ()  # where that one fails
    bare: Bare | None = None  # None: messages without an envelope are refused
    structure: bool = False  # whether each message is held against its directory
    waivers: dict[str, int] = {}  # more repeats than the directory allows, by group or place
    duplicates: Literal["refuse", "accept"] = "refuse"  # same reference, other content
    parts_by_document: bool = False  # messages of one interchange with one 1004 are one manifest
    statuses: Literal["rec24"] | None = None  # from what list his status codes are
    answers: tuple[AnswerKind, ...] = ("CONTRL", "APERAK", "CUSRES")
    lang: Lang = "en"  # of the words in his answers, where their characters can be sent
    outgoing: AnswerLevel | None = None

    @property
    def charsets(self) -> tuple[Charset, ...]:
        """The code pages to try, in order, where a label is not true and it is not UTF-8."""
        return tuple(dict.fromkeys([*([self.charset] if self.charset else []), *self.fallbacks]))

    def weigh(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Return the findings with the severity that was agreed for each."""
        if not self.severity:
            return tuple(findings)
        return tuple(replace(f, severity=self.severity.get(f.code, f.severity)) for f in findings)

    def answered(self, received: Interchange) -> Interchange:
        """Return an interchange as if it had come in the characters he is answered in."""
        if self.outgoing is None:
            return received
        charset = self.outgoing.charset or "iso8859-1"
        return replace(received, syntax_id=self.outgoing.level, charset=charset)


def refusals(profile: Profile) -> list[Finding]:
    """Return why a profile can't be agreed with anybody."""
    return [*_fixed(profile.severity), *_unfit(profile.waivers)]


def _fixed(severity: Mapping[str, Severity]) -> Iterable[Finding]:
    for code in severity:
        if code not in ADJUSTABLE:
            where = Where("profile/severity")
            yield Finding("PROFILE-CODE-FIXED", Severity.ERROR, where, {"code": code[:80]})
    for code, level in severity.items():
        if level is Severity.HOLD:
            where = Where(f"profile/severity/{code[:80]}")
            yield Finding("PROFILE-HOLD", Severity.ERROR, where, {"code": code[:80]})


def _unfit(waivers: Mapping[str, int]) -> Iterable[Finding]:
    for place, most in waivers.items():
        if not _PLACE.fullmatch(place) or not 1 <= most <= REPEATS_MAX:
            where = Where("profile/waivers")
            yield Finding("PROFILE-WAIVER", Severity.ERROR, where, {"place": place[:40]})


@cache
def packaged() -> Mapping[str, Profile]:
    """Return the profiles that come along, by name."""
    return {name: of_toml(text) for name, text in load("messages/edifact/profiles").items()}


def of_toml(text: str) -> Profile:
    """Return the profile that a TOML text describes; a bad one raises ValueError."""
    return msgspec.convert(tomllib.loads(text), Profile)


def of_json(text: bytes) -> Profile:
    """Return the profile that a JSON text describes; a bad one raises ValueError."""
    return _decode(text)


def to_json(profile: Profile) -> bytes:
    """Return what `of_json` reads."""
    return _encode(profile)


_decode = msgspec.json.Decoder(Profile).decode
_encode = msgspec.json.Encoder(order="deterministic").encode
