"""HK-MAN-041: what is kept cold stands in a container that can keep it so, at a likely temperature.

A refrigerated container may carry dry goods, so one without a temperature is only noted where its
bill says that it runs.
"""

from collections.abc import Iterator
from datetime import date

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.size_type import is_thermal
from waglan.customs.place import of_bill
from waglan.customs.policy import Policy, policy
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Equipment, Manifest

CODE = "HK-MAN-041"
KIND = Kind.PLAUSIBILITY
SOURCE = (
    "Cap. 60C, paragraph 2(2)(k) asks for a clear indication whether containers are refrigerated "
    "(https://lawhero.io/ordinances/262/cap-60c-import-and-export-manifests-notice); that it "
    "agrees with the box and its temperature is the project's own, as are the limits: "
    "customs/policy.toml"
)
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Ask about containers and bills whose temperature, type and reefer indication disagree."""
    limits, thermal = policy(), dict[str, bool | None]()
    found = list[Finding]()
    for box in manifest.equipment:
        thermal[box.number] = is_thermal(box.size_type)
        if box.set_point_mdegc is not None:
            found += _of_box(box, limits)
    set_points = {box.number for box in manifest.equipment if box.set_point_mdegc is not None}
    for bill in manifest.bills:
        if bill.reefer is not None:
            found += _of_bill(bill, thermal, set_points)
    return found


def _of_box(box: Equipment, limits: Policy) -> Iterator[Finding]:
    where = Where(f"equipment/{box.number}/set_point_mdegc", segment=box.segment)
    set_point = box.set_point_mdegc or 0
    if is_thermal(box.size_type) is False:
        yield Finding(
            "HK-MAN-041-BOX",
            Severity.WARNING,
            where,
            {"box": box.number, "type": box.size_type or ""},
        )
    if not limits.set_point_min_mdegc <= set_point <= limits.set_point_max_mdegc:
        yield Finding(
            "HK-MAN-041-TEMPERATURE",
            Severity.WARNING,
            where,
            {"box": box.number, "mdegc": set_point},
        )


def _of_bill(
    bill: Bill, thermal: dict[str, bool | None], set_points: set[str]
) -> Iterator[Finding]:
    where = of_bill(bill, "reefer")
    boxes = {package.container for item in bill.goods for package in item.stowed}
    kinds = {thermal.get(box) for box in boxes}
    if bill.reefer and kinds == {False}:
        yield Finding("HK-MAN-041-DRY", Severity.WARNING, where, {"bill": bill.number})
    elif bill.reefer is False and boxes & set_points:
        yield Finding(
            "HK-MAN-041-COLD",
            Severity.WARNING,
            where,
            {"bill": bill.number, "box": min(boxes & set_points)},
        )
    elif bill.reefer and kinds == {True} and not boxes & set_points:
        yield Finding("HK-MAN-041-UNTOLD", Severity.NOTE, where, {"bill": bill.number})
