"""The verified gross mass (VGM) of a packed container, as SOLAS VI/2 asks for it before loading."""

from enum import Enum

import msgspec

from waglan.manifest.model import Function


class WeighingMethod(Enum):
    """How the mass was found (SOLAS VI/2.4)."""

    WEIGHED = "SM1"  # the packed container on a calibrated scale
    CALCULATED = "SM2"  # its contents, packing and tare added up by a certified method


class VerifiedMass(msgspec.Struct, frozen=True, gc=False):
    """What one verification says of one container; None means that nobody said."""

    container: str  # as sent but for blanks
    gross_mass_g: int | None = None
    method: WeighingMethod | None = None
    weighed_at: str | None = None  # ISO 8601, as sent
    responsible: str | None = None  # who answers for it, by name as sent
    booking: str | None = None
    bills: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    document: str | None = None  # the certificate or weighing slip
    segment: int | None = None


class VerifiedMassList(msgspec.Struct, frozen=True, gc=False):
    """One message of verified masses: its own document number, and container by container."""

    document: str
    function: Function = Function.ORIGINAL
    masses: tuple[VerifiedMass, ...] = ()
    issued_at: str | None = None
