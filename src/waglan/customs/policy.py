"""The project's own tolerances: policy data with a version, never an official threshold."""

import tomllib
from functools import cache

import msgspec

from waglan.codes.data import read


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tolerances that a manifest is judged with; every decision names their version."""

    version: str
    mass_tolerance_permille: int
    mass_tolerance_min_g: int
    packages_tolerance: int
    density_min_kg_per_m3: int
    density_max_kg_per_m3: int
    tare_min_kg: int
    tare_max_kg: int
    gross_max_kg: int
    capacity_tolerance_permille: int
    set_point_min_mdegc: int
    set_point_max_mdegc: int
    address_letters_min: int


@cache
def policy() -> Policy:
    """Return the packaged policy; a figure missing from the file stops the start."""
    data = tomllib.loads(read("customs/policy.toml"))
    groups = ("houses", "goods", "boxes", "parties")
    figures = {name: value for group in groups for name, value in data[group].items()}
    return msgspec.convert({"version": data["version"], **figures}, Policy)
