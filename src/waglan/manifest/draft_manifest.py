"""A draft's fields as a manifest, and what its profile still misses.

What nobody told stays None; nothing is worked out here but the order of bills and goods.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.draft_field import key_for
from waglan.manifest.draft_values import DraftValues, Values
from waglan.manifest.filing_profile import FilingProfile, Particular, Recipient
from waglan.manifest.model import (
    Bill,
    Equipment,
    Function,
    Goods,
    Head,
    Level,
    Manifest,
    Package,
    Party,
    PartyRole,
)

# How a mode of transport is written on papers (UN/ECE recommendation 19).
MODE_CODES = {"sea": "1", "rail": "2", "road": "3", "air": "4", "river": "8"}
# What the desk on this platform knows a filing and its bills by: no profile has to ask for it.
_BY_DESK = (
    Particular(("head/document",)),
    Particular(("head/vessel", "head/imo")),
    Particular(("head/voyage",)),
    Particular(("bills/*/number",)),
)
_PARTIES = (
    ("consignor", PartyRole.CONSIGNOR),
    ("consignee", PartyRole.CONSIGNEE),
    ("notify", PartyRole.NOTIFY),
    ("forwarder", PartyRole.FORWARDER),
)
# In the order in which a message's party (NAD) has them.
_ADDRESS_PARTS = ("place", "region", "postcode", "country")


def manifest_of(values: Values, profile: FilingProfile, mode: str | None = None) -> Manifest:
    """Return the manifest that the fields make, as an original."""
    sheet = DraftValues(values)
    head = Head(
        document=sheet.text("head/document") or "",
        document_name="785",  # UN/EDIFACT 1001: cargo manifest
        function=Function.ORIGINAL,
        carrier=sheet.text("head/carrier"),
        agent=sheet.text("head/agent"),
        vessel=sheet.text("head/vessel"),
        imo=sheet.text("head/imo"),
        voyage=sheet.text("head/voyage"),
        mode=MODE_CODES.get(mode or ""),
        customs_office=sheet.text("head/customs_office"),
        port_of_call=sheet.text("head/port_of_call"),
        arrival=sheet.text("head/arrival"),
        departure=sheet.text("head/departure"),
    )
    bills = tuple(_bill(sheet, key, profile) for key in sheet.keys("bills"))
    return Manifest(head, bills, tuple(_box(sheet, key) for key in sheet.keys("boxes")))


def missing(values: Values, profile: FilingProfile, mode: str | None = None) -> list[Finding]:
    """Return what the profile asks for and nobody told, bill by bill and item by item.

    What goes to the desk on this platform also misses what the desk knows it by.
    """
    where = Where("fields/bills")
    found = [Finding("DRAFT-NO-BILL", Severity.ERROR, where, {"profile": profile.id})]
    if DraftValues(values).keys("bills"):
        found = []
    wanted = [p for p in profile.required if not p.modes or mode is None or mode in p.modes]
    asked = _untold(values, wanted)
    found += [_missing(places, profile) for places in asked]
    if profile.recipient is Recipient.CUSTOMS_DESK:
        known = {place for places in asked for place in places}
        found += [
            Finding("DRAFT-DESK-ASKS", Severity.ERROR, Where(f"fields/{one[0]}"), {"field": one[0]})
            for one in _untold(values, _BY_DESK)
            if known.isdisjoint(one)
        ]
    return found


def is_known(values: Values) -> bool:
    """Whether a draft has what a desk knows a filing by, so that it can be read as one."""
    return bool(DraftValues(values).keys("bills")) and not _untold(values, _BY_DESK)


def called_by_key(manifest: Manifest, values: Values) -> Manifest:
    """Return the manifest with each bill that has no number yet called as the draft calls it."""
    keys = DraftValues(values).keys("bills")
    bills = (
        bill if bill.number.strip() else replace(bill, number=key)
        for key, bill in zip(keys, manifest.bills, strict=True)
    )
    return replace(manifest, bills=tuple(bills))


def _untold(values: Values, wanted: Iterable[Particular]) -> list[tuple[str, ...]]:
    sheet = DraftValues(values)
    return [
        places
        for particular in wanted
        for places in _places(sheet, particular)
        if all(values.get(place) is None for place in places)
    ]


def _missing(places: Sequence[str], profile: FilingProfile) -> Finding:
    first, *others = places
    where = Where(f"fields/{first}")
    if others:
        return Finding(
            "DRAFT-ONE-OF-MISSING",
            Severity.ERROR,
            where,
            {"field": first, "or": " / ".join(others), "profile": profile.id},
        )
    return Finding(
        "DRAFT-PARTICULAR-MISSING",
        Severity.ERROR,
        where,
        {"field": first, "profile": profile.id},
    )


def _places(sheet: DraftValues, particular: Particular) -> Iterator[tuple[str, ...]]:
    """Yield the places where a particular is asked for: once, for each bill or for each item."""
    first = particular.any_of[0]
    if "*" not in first:
        yield particular.any_of
        return
    for bill in sheet.keys("bills"):
        if "/goods/*/" not in first:
            yield tuple(one.replace("*", bill, 1) for one in particular.any_of)
            continue
        for item in sheet.keys(f"bills/{bill}/goods") or ("1",):
            yield tuple(
                one.replace("*", bill, 1).replace("*", item, 1) for one in particular.any_of
            )


def _bill(sheet: DraftValues, key: str, profile: FilingProfile) -> Bill:
    at = f"bills/{key}"
    parent = sheet.text(f"{at}/parent")
    level = sheet.text(f"{at}/level") or (
        profile.level if profile.level != "both" else "house" if parent else "master"
    )
    return Bill(
        number=sheet.text(f"{at}/number") or "",
        level=Level(level),
        parent=parent,
        place_of_loading=sheet.text(f"{at}/place_of_loading"),
        port_of_discharge=sheet.text(f"{at}/port_of_discharge"),
        place_of_delivery=sheet.text(f"{at}/place_of_delivery"),
        place_of_transhipment=sheet.text(f"{at}/place_of_transhipment"),
        transhipment=sheet.get(f"{at}/transhipment", bool),
        reefer=sheet.get(f"{at}/reefer", bool),
        packages=sheet.get(f"{at}/packages", int),
        gross_mass_g=sheet.get(f"{at}/gross_mass_g", int),
        volume_cm3=sheet.get(f"{at}/volume_cm3", int),
        licences=sheet.codes(f"{at}/licences"),
        houses=sheet.get(f"{at}/houses", int),
        parties=tuple(_parties(sheet, at)),
        goods=tuple(
            _goods(sheet, f"{at}/goods/{item}", n)
            for n, item in enumerate(sheet.keys(f"{at}/goods"), 1)
        ),
    )


def _parties(sheet: DraftValues, at: str) -> Iterator[Party]:
    for name, role in _PARTIES:
        told = [sheet.text(f"{at}/{name}/{part}") for part in ("name", "code")]
        address = _address(sheet, f"{at}/{name}")
        if address or any(told):
            yield Party(role, told[0] or "", address, told[1])


def _address(sheet: DraftValues, at: str) -> str:
    """Return an address as one text, as a manifest has it; what it says already it says once."""
    found = [sheet.text(f"{at}/address") or ""]
    said = {piece.strip().casefold() for piece in found[0].split(",")}
    for part in _ADDRESS_PARTS:
        text = sheet.text(f"{at}/{part}")
        if text and text.strip().casefold() not in said:
            found.append(text)
    return ", ".join(filter(None, found))


def _goods(sheet: DraftValues, at: str, number: int) -> Goods:
    counts = {box: sheet.get(f"{at}/stowed/{box}", int) for box in sheet.keys(f"{at}/stowed")}
    named = {key_for(box): box for box in sheet.codes(f"{at}/containers")}
    return Goods(
        number=number,
        description=sheet.text(f"{at}/description") or "",
        packages=sheet.get(f"{at}/packages", int),
        package_kind=sheet.text(f"{at}/package_kind"),
        marks=sheet.text(f"{at}/marks") or "",
        gross_mass_g=sheet.get(f"{at}/gross_mass_g", int),
        volume_cm3=sheet.get(f"{at}/volume_cm3", int),
        stowed=tuple(Package(box, counts.get(box)) for box in dict.fromkeys([*named, *counts])),
        dangerous=sheet.codes(f"{at}/dangerous"),
        hs_codes=sheet.codes(f"{at}/hs_codes"),
        licences=sheet.codes(f"{at}/licences"),
    )


def _box(sheet: DraftValues, key: str) -> Equipment:
    at = f"boxes/{key}"
    return Equipment(
        number=key,
        size_type=sheet.text(f"{at}/size_type"),
        full=sheet.get(f"{at}/full", bool),
        gross_mass_g=sheet.get(f"{at}/gross_mass_g", int),
        tare_g=sheet.get(f"{at}/tare_g", int),
        seals=sheet.codes(f"{at}/seals"),
        set_point_mdegc=sheet.get(f"{at}/set_point_mdegc", int),
    )
