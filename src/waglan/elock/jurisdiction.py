"""An authority's figures and who may travel under them: data, dated, each with its source.

The figures are this project's own start values; no authority has published any. A jurisdiction that
is LIVE arms no trip on a corridor that nobody surveyed; a HYPOTHETICAL one is for showing, and
every answer under it says so.
"""

import tomllib
from collections.abc import Sequence
from datetime import date
from enum import Enum
from functools import cache
from typing import Final

import msgspec

from waglan.codes.data import load
from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.policy import Policy
from waglan.elock.province import SiteStatus, Territory
from waglan.elock.watch import Watch

TEXT_MAX: Final = 2**20  # characters of one file
RULES_MAX: Final = 500  # of one kind
FIGURE_MAX: Final = 10**9  # a thousand kilometres, thirty years


class JurisdictionUse(Enum):
    """What a jurisdiction is for."""

    LIVE = "live"
    HYPOTHETICAL = "hypothetical"  # shown, never claimed


class CargoKind(Enum):
    """What kind of cargo a trip carries, as far as eligibility asks."""

    TRANSHIPMENT = "transhipment"
    POST = "post"
    PILOT = "pilot"  # under a trial that an authority announced
    OWN_EXPORT = "own_export"  # a factory's own
    OTHER = "other"


class Equipment(Enum):
    """What is installed on a vehicle."""

    LOCK = "lock"
    TRACKER = "tracker"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every rule tells: from where it is known, and when it holds."""

    source: str
    checked_on: date
    in_force_from: date | None = None
    in_force_until: date | None = None

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on a day; what tells no day holds on any."""
        after = self.in_force_from is None or self.in_force_from <= on
        return after and (self.in_force_until is None or on <= self.in_force_until)


class CargoRule(Rule, frozen=True, kw_only=True):
    """A kind of cargo that may travel: what must cover it, and where, if not everywhere."""

    cargo: CargoKind
    schemes: tuple[str, ...] = ()  # all of them must cover the cargo
    sites: tuple[str, ...] = ()  # one end of the way must be among them; none told: anywhere


class PointRule(Rule, frozen=True, kw_only=True):
    """Which sites may be an end of a trip, by how they stand to the scheme."""

    statuses: tuple[SiteStatus, ...]


class PairRule(Rule, frozen=True, kw_only=True):
    """A pair of sites, either way round, between which this jurisdiction lets no trip go."""

    from_site: str
    to_site: str
    reason: str


class VehicleRule(Rule, frozen=True, kw_only=True):
    """A register in which a vehicle must stand."""

    register: str


class EquipmentRule(Rule, frozen=True, kw_only=True):
    """Whose accreditation lock or tracker must have."""

    equipment: Equipment
    authority: str


class Fallback(Rule, frozen=True, kw_only=True):
    """How the cargo travels if not under this scheme."""

    name: str


class Jurisdiction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One authority's policy, and its rules on who is eligible."""

    id: str
    name_en: str
    name_zh: str
    use: JurisdictionUse
    policy: Policy
    policy_source: str
    source: str
    checked_on: date
    fallback: Fallback
    points: PointRule
    in_force_from: date | None = None
    in_force_until: date | None = None
    cargo: tuple[CargoRule, ...] = ()
    pairs: tuple[PairRule, ...] = ()
    vehicles: tuple[VehicleRule, ...] = ()
    equipment: tuple[EquipmentRule, ...] = ()
    watch: Watch = Watch()
    territory: Territory | None = None  # whose customs; its authority signs that ground's files

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on a day; what tells no day holds on any."""
        after = self.in_force_from is None or self.in_force_from <= on
        return after and (self.in_force_until is None or on <= self.in_force_until)


def read_jurisdiction(text: str) -> tuple[Jurisdiction | None, list[Finding]]:
    """Return the jurisdiction of a file, or None and what keeps the file from being one."""
    if len(text) > TEXT_MAX:
        return None, [_form(f"more than {TEXT_MAX} characters")]
    try:
        read = msgspec.convert(tomllib.loads(text), Jurisdiction)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        return None, [_form(str(error)[:200])]
    findings = _figures("policy", read.policy) + _figures("watch", read.watch)
    rules: list[tuple[str, Sequence[Rule]]] = [
        ("cargo", read.cargo),
        ("pairs", read.pairs),
        ("vehicles", read.vehicles),
        ("equipment", read.equipment),
        ("points", [read.points]),
        ("fallback", [read.fallback]),
    ]
    for what, some in rules:
        if len(some) > RULES_MAX:
            findings.append(_form(f"more than {RULES_MAX} rules on {what}"))
        findings += [
            Finding("JURISDICTION-SOURCE", Severity.ERROR, Where(f"{what}/{n}"), {"what": what})
            for n, rule in enumerate(some, 1)
            if not rule.source.strip()
        ]
    return (None if findings else read), findings


def _form(reason: str) -> Finding:
    return Finding("JURISDICTION-FORM", Severity.ERROR, Where(""), {"reason": reason})


def _figures(section: str, some: Policy | Watch) -> list[Finding]:
    """A figure below one would make every honest trip wrong, or none."""
    told = msgspec.structs.asdict(some)
    return [
        Finding(
            "JURISDICTION-FIGURE",
            Severity.ERROR,
            Where(f"{section}/{name}"),
            {"figure": name, "value": value, "max": FIGURE_MAX},
        )
        for name, value in told.items()
        if isinstance(value, int) and value is not True and value is not False
        if not 0 < value <= FIGURE_MAX
    ]


class BadJurisdiction(ValueError):
    """A packaged file is not in order; the message says where."""


@cache
def jurisdictions() -> dict[str, Jurisdiction]:
    """Return the packaged jurisdictions by id; raise BadJurisdiction if one is not in order."""
    named = dict[str, Jurisdiction]()
    for name, text in load("elock/jurisdictions").items():
        read, findings = read_jurisdiction(text)
        if read is None or read.id in named:
            told = [f"{one.code} {one.where.path} {dict(one.params)}" for one in findings]
            raise BadJurisdiction(f"{name}: {'; '.join(told) or 'a second one of its id'}")
        named[read.id] = read
    return named
