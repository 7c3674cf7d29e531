"""What is agreed with one partner about his files: data, never code."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

import msgspec

from waglan.codes.finding import Finding, Severity
from waglan.messages.envelope import Address

Charset: TypeAlias = Literal["iso8859-1", "cp1252", "cp1251", "gb18030", "big5hkscs"]


class Bare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose a message is that comes without an envelope."""

    sender: Address
    recipient: Address


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one partner's files are read; the defaults take nothing on trust."""

    severity: dict[str, Severity] = {}  # by finding code, in place of ours
    charset: Charset | None = None  # of 8-bit bytes that are not what the label says
    bare: Bare | None = None  # None: messages without an envelope are refused
    waivers: dict[str, int] = {}  # more repeats than the directory allows, by group or place
    duplicates: Literal["refuse", "accept"] = "refuse"  # same reference, other content

    def weigh(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Return the findings with the severity that was agreed for each."""
        if not self.severity:
            return tuple(findings)
        return tuple(replace(f, severity=self.severity.get(f.code, f.severity)) for f in findings)


def of_toml(text: str) -> Profile:
    """Return the profile that a TOML text describes; a bad one raises ValueError."""
    return msgspec.convert(tomllib.loads(text), Profile)
