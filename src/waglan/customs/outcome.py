"""What came of an examination, as an officer writes it: codes, whole numbers, and his words."""

import tomllib
from functools import cache
from typing import Annotated, TypeAlias

import msgspec

from waglan.codes.data import read

TEXT_CHARS_MAX = 2_000
LINES_MAX = 200

Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Whole: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]
Sha256: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Found(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was counted of one goods item; None is what nobody counted."""

    goods: Annotated[int, msgspec.Meta(ge=1, le=99_999)]
    packages: Whole | None = None
    gross_mass_g: Whole | None = None


class Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A sample that was taken of the goods."""

    what: Name
    quantity: Whole
    unit: Name


class Scan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An image of the scanner: kept where it was made, named here with its hash."""

    reference: Name
    sha256: Sha256


class Seizure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is taken away, by how much is known of it."""

    what: Name
    packages: Whole | None = None
    gross_mass_g: Whole | None = None


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What came of looking at a bill's cargo."""

    result: Name  # a code of customs/outcomes.toml
    found: Annotated[tuple[Found, ...], msgspec.Meta(max_length=LINES_MAX)] = ()
    sample: Taken | None = None
    scan: Scan | None = None
    seizure: Seizure | None = None
    text: Annotated[str, msgspec.Meta(max_length=TEXT_CHARS_MAX)] = ""


@cache
def results() -> dict[str, bool | None]:
    """Return every result code, and whether it bears out the look; None where nobody can say."""
    data = tomllib.loads(read("customs/outcomes.toml"))
    return {code: entry.get("hit") for code, entry in data.items() if isinstance(entry, dict)}
