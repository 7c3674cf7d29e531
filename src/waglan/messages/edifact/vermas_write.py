"""Verified gross masses as VERMAS (SMDG 1.0, D.16A): the mirror of what this package reads."""

from collections.abc import Iterator

from waglan.manifest.verified_mass import VerifiedMass, VerifiedMassList
from waglan.messages.edifact.cuscar_write import FUNCTION, measure, named, time_element
from waglan.messages.edifact.vermas import BOOKING, ISSUED, RESPONSIBLE, VERIFIED, WEIGHED
from waglan.messages.edifact.write import Segment, write
from waglan.messages.envelope import Header, Interchange

NAME = "749"  # 1001, as SMDG's guide has it


def write_masses(told: VerifiedMassList, interchange: Interchange, *, una: bool = True) -> bytes:
    """Return the whole interchange, with one message for all the containers."""
    header = Header("1", "VERMAS", "D", "16A", "UN", "SMDG10")
    return write(interchange, [(header, segments(told))], una=una)


def segments(told: VerifiedMassList) -> Iterator[Segment]:
    """Yield all between UNH and UNT."""
    yield ("BGM", NAME, told.document, FUNCTION[told.function])
    if told.issued_at is not None:
        yield ("DTM", time_element(ISSUED, told.issued_at))
    for mass in told.masses:
        yield from _mass(mass)


def _mass(mass: VerifiedMass) -> Iterator[Segment]:
    yield ("EQD", "CN", mass.container)
    if mass.booking is not None:
        yield ("RFF", (BOOKING, mass.booking))
    for bill in mass.bills:
        yield ("RFF", ("BM", bill))
    for seal in mass.seals:
        yield ("SEL", seal)
    if mass.gross_mass_g is not None:
        yield measure(VERIFIED, "KGM", mass.gross_mass_g, 3)
    if mass.weighed_at is not None:
        yield ("DTM", time_element(WEIGHED, mass.weighed_at))
    if mass.method is not None:
        yield ("DOC", (mass.method.value, "VGM", "306"), mass.document or "")
    if mass.responsible is not None:
        yield named(RESPONSIBLE, mass.responsible)
