"""Drafts of house data by air, synthetic, for the tests of bridge files."""

from typing import Any


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
