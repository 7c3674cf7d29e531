"""Boxes and the bills that name them, over all parts of a manifest."""

from collections.abc import Iterable, Sequence

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.model import Bill, Equipment, Manifest

_FIELDS = ("size_type", "full", "gross_mass_g", "tare_g", "set_point_mdegc")


def merge(listed: Sequence[Equipment]) -> tuple[tuple[Equipment, ...], list[Finding]]:
    """Return each box once, in the order first listed, with all that was told of it.

    A shared box is rightly listed in every part that uses it; values that differ are findings, and
    the first one told stands.
    """
    by_number: dict[str, Equipment] = {}
    findings: list[Finding] = []
    for box in listed:
        first = by_number.setdefault(box.number.upper(), box)
        if first is not box:
            findings += _differing(first, box)
            by_number[box.number.upper()] = _both(first, box)
    return tuple(by_number.values()), findings


def _both(first: Equipment, again: Equipment) -> Equipment:
    told = {
        name: getattr(again, name)
        for name in _FIELDS
        if getattr(first, name) is None and getattr(again, name) is not None
    }
    seals = tuple(dict.fromkeys((*first.seals, *again.seals)))
    return msgspec.structs.replace(first, seals=seals, **told)


def _differing(first: Equipment, again: Equipment) -> list[Finding]:
    pairs: list[tuple[str, str, str]] = [
        (name, str(getattr(first, name)), str(getattr(again, name)))
        for name in _FIELDS
        if None not in (getattr(first, name), getattr(again, name))
    ]
    if first.seals and again.seals and set(first.seals).isdisjoint(again.seals):
        pairs.append(("seals", ", ".join(first.seals), ", ".join(again.seals)))
    return [
        Finding(
            "MANIFEST-BOX-DIFFERS",
            Severity.WARNING,
            Where(f"equipment/{again.number}/{name}", segment=again.segment),
            {
                "box": again.number,
                "field": name,
                "first": first.part,
                "first_value": before,
                "second": again.part,
                "second_value": after,
            },
        )
        for name, before, after in pairs
        if before != after
    ]


def check(manifest: Manifest) -> list[Finding]:
    """Return the boxes that no bill names and the boxes that bills name but nobody listed."""
    listed, named = numbers_of(manifest.equipment), containers_of(manifest.bills)
    # Mostly both are the same boxes, and then none is without a bill.
    unused = [] if listed <= named else _unused(manifest, named)
    return [*_undeclared(manifest, named - listed), *unused]


def numbers_of(equipment: Iterable[Equipment]) -> set[str]:
    """Return the numbers of listed boxes, in capitals."""
    return {box.number.upper() for box in equipment}


def containers_of(bills: Iterable[Bill]) -> set[str]:
    """Return the numbers of the boxes that bills name, in capitals."""
    named = {package.container for bill in bills for item in bill.goods for package in item.stowed}
    return set(map(str.upper, named))


def _undeclared(manifest: Manifest, undeclared: set[str]) -> list[Finding]:
    if not undeclared:
        return []
    first = {
        package.container.upper(): bill
        for bill in reversed(manifest.bills)
        for item in bill.goods
        for package in item.stowed
        if package.container.upper() in undeclared
    }
    return [
        Finding(
            "MANIFEST-BOX-UNDECLARED",
            Severity.ERROR,
            Where(f"bills/{bill.number}", segment=bill.segment),
            {"box": box, "bill": bill.number, "part": bill.part},
        )
        for box, bill in sorted(first.items())
    ]


def _unused(manifest: Manifest, named: set[str]) -> list[Finding]:
    # An empty box on its way home has no bill, and that is right.
    laden = [box for box in manifest.equipment if box.full is not False]
    if laden and not named:
        return [
            Finding(
                "MANIFEST-BOXES-NOT-TIED",
                Severity.WARNING,
                Where("equipment"),
                {"count": len(laden)},
            )
        ]
    return [
        Finding(
            "MANIFEST-BOX-UNUSED",
            Severity.WARNING,
            Where(f"equipment/{box.number}", segment=box.segment),
            {"box": box.number, "part": box.part},
        )
        for box in laden
        if box.number.upper() not in named
    ]
