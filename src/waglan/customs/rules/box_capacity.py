"""HK-MAN-025: no more is declared in a container than goes into one.

Compared is what is surely in it: goods spread over several containers count by their packages, and
not at all where nobody said how many stand in which.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.size_type import is_closed_box, length_feet
from waglan.customs.policy import Policy, policy
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Equipment, Goods, Manifest

CODE = "HK-MAN-025"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "ISO 668 (freight containers: dimensions and ratings), "
    "https://www.iso.org/standard/76912.html: "
    "no container of a length holds more than its outer dimensions; the tolerance is the project's "
    "own: customs/policy.toml"
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project

# Inside of the highest containers of each length (9 ft 6 in), in m³, rounded up.
_CAPACITY_M3 = {20: 38, 30: 57, 40: 77, 45: 87, 48: 100}


_SMALLEST_CM3 = min(_CAPACITY_M3.values()) * 1_000_000


@dataclass(frozen=True, slots=True)
class _Cargo:
    """What is surely in each box."""

    mass_g: dict[str, int]
    volume_cm3: dict[str, int]


def check(manifest: Manifest) -> list[Finding]:
    """Ask about each container with more cargo, by weight or volume, than it can hold."""
    boxes = {box.number: box for box in manifest.equipment if box.kind == "CN"}
    if not boxes:
        return []
    cargo = _Cargo(dict.fromkeys(boxes, 0), dict.fromkeys(boxes, 0))
    numbers = {bill.number for bill in manifest.bills}
    for bill in manifest.bills:
        # Houses are in the bill above, and would be counted twice.
        if bill.parent is None or bill.parent not in numbers:
            _load(bill, cargo)
    limits = policy()
    # What goes into the smallest and heaviest box goes into each.
    safe_g = (limits.gross_max_kg - limits.tare_max_kg) * 1000
    full = [
        box
        for number, box in boxes.items()
        if cargo.mass_g[number] > safe_g
        or cargo.volume_cm3[number] > _SMALLEST_CM3
        or (box.tare_g or 0) > limits.tare_max_kg * 1000
    ]
    return [finding for box in full for finding in _of_box(box, cargo, limits)]


def _load(bill: Bill, cargo: _Cargo) -> None:
    mass_g, volume_cm3 = cargo.mass_g, cargo.volume_cm3
    for item in bill.goods:
        if len(item.stowed) == 1:
            number = item.stowed[0].container
            if number in mass_g:
                mass_g[number] += item.gross_mass_g or 0
                volume_cm3[number] += item.volume_cm3 or 0
            continue
        shares = _shares(item)
        whole = sum([count for _, count in shares])
        for number, count in shares:
            if number in mass_g:
                mass_g[number] += (item.gross_mass_g or 0) * count // whole
                volume_cm3[number] += (item.volume_cm3 or 0) * count // whole


def _shares(item: Goods) -> list[tuple[str, int]]:
    shares = [(package.container, package.count) for package in item.stowed if package.count]
    return shares if len(shares) == len(item.stowed) else []


def _of_box(box: Equipment, cargo: _Cargo, limits: Policy) -> Iterator[Finding]:
    if not is_closed_box(box.size_type):
        return
    spare = 1000 + limits.capacity_tolerance_permille
    mass_kg = cargo.mass_g[box.number] // 1000
    volume_cm3 = cargo.volume_cm3[box.number]
    volume_m3 = volume_cm3 // 1_000_000
    most_kg = limits.gross_max_kg - (box.tare_g // 1000 if box.tare_g else limits.tare_min_kg)
    if mass_kg > most_kg:
        yield Finding(
            "HK-MAN-025-MASS",
            Severity.WARNING,
            Where(f"equipment/{box.number}", segment=box.segment),
            {"box": box.number, "mass_kg": mass_kg, "max_kg": most_kg},
        )
    feet = length_feet(box.size_type)
    if feet is None:
        return
    capacity_m3 = _CAPACITY_M3[feet]
    if volume_cm3 > capacity_m3 * spare * 1000:
        yield Finding(
            "HK-MAN-025-VOLUME",
            Severity.WARNING,
            Where(f"equipment/{box.number}", segment=box.segment),
            {"box": box.number, "volume_m3": volume_m3, "capacity_m3": capacity_m3, "feet": feet},
        )
