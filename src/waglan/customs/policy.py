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


@cache
def policy() -> Policy:
    """Return the packaged policy; a figure missing from the file stops the start."""
    data = tomllib.loads(read("customs/policy.toml"))
    return msgspec.convert({"version": data["version"], **data["houses"]}, Policy)
