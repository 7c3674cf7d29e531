"""Drafts of house data by air, synthetic, for the tests of bridge files."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from waglan.manifest.draft import Draft, Setup
from waglan.manifest.filing_profile import profiles
from waglan.manifest.filing_state import Life
from waglan.manifest.model import Function
from waglan.manifest.prefill import Claim, Source, SourceKind, prefill

_SAID = datetime(2026, 11, 1, tzinfo=UTC)


def draft(
    profile: str,
    values: Mapping[str, Any],
    function: Function = Function.ORIGINAL,
    number: str = "",
    **facts: str,
) -> Draft:
    """A draft with these values typed, however it came to them."""
    source = Source(SourceKind.TYPED, "typed", "sub_x", said_at=_SAID, recorded_at=_SAID)
    filled = prefill(Claim(path, value, source) for path, value in values.items())
    life = Life(function=function, changes=(1,))
    return Draft(profiles()[profile], Setup({**facts}), filled, life, number)


def declared(direction: str = "import", **more: Any) -> dict[str, Any]:
    """All that the data sheet of a declaration asks for; `more` is of its one item."""
    own, other = ("consignee", "consignor") if direction == "import" else ("consignor", "consignee")
    told = {
        "head/arrival": "2026-12-01", "head/departure": "2026-12-01",
        "bills/1/number": "SYN1", "bills/1/place_of_loading": "CNSZX",
        "bills/1/port_of_discharge": "GBLON", "bills/1/consigning_country": "CN",
        "bills/1/destination_country": "GB", f"bills/1/{own}/name": "SAMPLE TRADER LTD 樣本",
        f"bills/1/{own}/address": "1 Sample Road, Hong Kong", f"bills/1/{own}/code": "00000000",
        f"bills/1/{other}/name": "SAMPLE FAR LTD", f"bills/1/{other}/address": "2 Far Road",
    }  # fmt: skip
    item = {
        "description": "Cotton T-shirts", "hs_codes": ("6109.1000",), "origin": "CN",
        "packages": 10, "package_kind": "CT", "quantity_milli": 1_500, "quantity_unit": "DOZ",
        "value_cents": 123_450, "currency": "HKD",
    }  # fmt: skip
    return told | {f"bills/1/goods/1/{path}": value for path, value in {**item, **more}.items()}


def house(number: str = "HKG001", **more: Any) -> dict[str, Any]:
    """All that an FHL of one house asks for; `more` is of that house."""
    at = f"bills/{number}"
    told = {
        "head/master": "160-12345675", "head/origin": "HKG", "head/destination": "LHR",
        "head/packages": 10, "head/gross_mass_g": 120_500,
        f"{at}/number": number, f"{at}/origin": "HKG", f"{at}/destination": "LHR",
        f"{at}/packages": 10, f"{at}/gross_mass_g": 120_500,
        f"{at}/consignor/name": "SAMPLE TRADING LTD", f"{at}/consignor/address": "1 SAMPLE ROAD",
        f"{at}/consignor/place": "HONG KONG", f"{at}/consignor/country": "HK",
        f"{at}/consignee/name": "SAMPLE IMPORTS LTD", f"{at}/consignee/address": "2 SAMPLE STREET",
        f"{at}/consignee/place": "LONDON", f"{at}/consignee/country": "GB",
        f"{at}/consignee/postcode": "EC1A 1BB", f"{at}/goods/1/description": "COTTON T-SHIRTS",
    }  # fmt: skip
    return told | {f"{at}/{path}": value for path, value in more.items()}
