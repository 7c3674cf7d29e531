"""HK-MAN-040: a full container bears a seal, and the manifest tells its number.

Many lines list no seals at all; then one note says so. Where most boxes have theirs, each box
without one is asked about.
"""

from datetime import date

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.size_type import is_closed_box
from waglan.customs.party_name import names_nobody
from waglan.customs.rule import Kind
from waglan.manifest.model import Equipment, Manifest

CODE = "HK-MAN-040"
KIND = Kind.PRACTICE
SOURCE = (
    "The practice of lines and terminals; no text of law that was read asks for it. Seals are told "
    "in UN/EDIFACT CUSCAR's segment SEL: https://service.unece.org/trade/untdid/d95b/trmd/cuscar_d.htm"
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each full container without a seal, or note that none of them tells any."""
    full = [box for box in manifest.equipment if box.full and box.kind == "CN"]
    without = [box for box in full if not _is_sealed(box) and is_closed_box(box.size_type)]
    if not without:
        return []
    if 2 * len(without) > len(full):
        return [
            Finding(
                "HK-MAN-040-NONE",
                Severity.NOTE,
                Where("equipment"),
                {"without": len(without), "boxes": len(full)},
            )
        ]
    return [
        Finding(
            CODE,
            Severity.WARNING,
            Where(f"equipment/{box.number}/seals", segment=box.segment),
            {"box": box.number},
        )
        for box in without
    ]


def _is_sealed(box: Equipment) -> bool:
    return not all(map(names_nobody, box.seals))
