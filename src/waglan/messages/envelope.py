"""What stands around a message, and the message once it is read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from waglan.cargo.movement import Movement, MovementReport
from waglan.cargo.stowage import Slot, Stowage
from waglan.codes.finding import Finding
from waglan.manifest.instruction import Instruction
from waglan.manifest.model import Bill, Equipment, Head, Part
from waglan.manifest.verified_mass import VerifiedMassList
from waglan.messages.row_places import RowPlaces

GLN = "14"  # 0007: the address is a GLN
GLN_DIGITS = 13

# What a message says, once it is read; and what of it is whole before the message is.
Contents: TypeAlias = Part | Instruction | VerifiedMassList | MovementReport | Stowage
Item: TypeAlias = Head | Bill | Equipment | Movement | Slot


class Address(msgspec.Struct, frozen=True, gc=False):
    """A sender or recipient as the envelope names him (UNB S002, S003)."""

    id: str
    qualifier: str = ""
    routing: str = ""

    @property
    def text(self) -> str:
        """The address with its qualifier, as organisations register it."""
        return f"{self.id}:{self.qualifier}" if self.qualifier else self.id


def is_named(gln: str, addresses: Collection[str]) -> bool:
    """Whether a GLN is among these addresses, as it is or with its qualifier in UNB (0007)."""
    return gln in addresses or f"{gln}:{GLN}" in addresses


def is_numbered_as_gln(code: str) -> bool:
    """Whether a code is 13 digits of which the last is the check digit of the others (GS1)."""
    if len(code) != GLN_DIGITS or not (code.isascii() and code.isdigit()):
        return False
    weighed = [int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(code)]
    return sum(weighed) % 10 == 0


class Interchange(msgspec.Struct, frozen=True, gc=False):
    """One UNB: who sends what to whom, and in which characters."""

    sender: Address
    recipient: Address
    reference: str  # 0020
    syntax_id: str = "UNOC"  # 0001: the charset level as labelled
    syntax_version: str = "3"  # 0002
    prepared: str = ""  # date and time as sent
    application: str = ""  # 0026
    priority: str = ""  # 0029
    acknowledge: bool = False  # 0031
    agreement: str = ""  # 0032
    is_test: bool = False  # 0035
    charset: str = "iso8859-1"  # the codec that the bytes were read with
    service: str = ":+.? '"  # UNA: component, element, decimal mark, release, reserved, terminator
    una: bool = False  # whether a UNA was sent
    number: int = 1  # counted from 1 in what was sent


class Header(msgspec.Struct, frozen=True, gc=False):
    """One UNH."""

    reference: str  # 0062
    type: str  # 0065: CUSCAR
    version: str = ""  # 0052: D
    release: str = ""  # 0054: 95B
    agency: str = ""  # 0051: UN
    association: str = ""  # 0057
    access_reference: str = ""  # 0068: common access reference
    sequence: int | None = None  # 0070: number of this part
    first_last: str = ""  # 0073: C creation, F final

    @property
    def directory(self) -> str:
        """`D.95B`, as the trade writes it; empty where UNH names none."""
        return f"{self.version}.{self.release}" if self.version or self.release else ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, whole: its envelope, its content if we know the type, and all its findings.

    `content` is None when the type or directory is not read, or the syntax forbids trust in it.
    """

    interchange: Interchange | None  # None: a bare UNH..UNT without UNB
    header: Header
    number: int  # counted from 1 in its interchange
    segments: int  # UNH and UNT included
    sha256: bytes  # of its bytes as sent, UNH to UNT with its terminator
    offset: int  # of its first byte in what was sent
    content: Contents | None
    findings: tuple[Finding, ...] = ()
    lists: Sequence[Sequence[str]] = ()  # of an answer: its segments whole, where asked for
    issuer: str = ""  # the GLN by which it names its sender, if it does
    told_at: RowPlaces | None = None  # of a paper that came as a sheet: its rows

    @property
    def part(self) -> Part | None:
        """The part of a manifest that it is; None where it is something else."""
        return self.content if isinstance(self.content, Part) else None


@dataclass(frozen=True, slots=True)
class InterchangeEnd:
    """An interchange is read to its end; `findings` are those of UNB, UNZ and what lies between."""

    interchange: Interchange | None  # None: UNB itself could not be read
    messages: int
    sha256: bytes
    size: int  # bytes
    findings: tuple[Finding, ...] = ()
