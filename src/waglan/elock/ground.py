"""What trips are measured on: provinces and authorities' rules, as files that they publish."""

import tomllib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Final

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.atlas import joined
from waglan.elock.jurisdiction import Jurisdiction, PointRule, Rule, read_jurisdiction
from waglan.elock.province import Province, Territory, read_province

FILE_BYTES_MAX: Final = 4 << 20
POINTS_MAX: Final = 100_000  # of all corridors of one file
FINDINGS_MAX: Final = 200
_WHERE: Final = Where("file")


class GroundKind(Enum):
    """What a file says."""

    PROVINCE = "province"  # sites, corridors and exits
    JURISDICTION = "jurisdiction"  # one authority's figures and rules


class GroundFile(msgspec.Struct, frozen=True):
    """The bytes of a file, and the provinces that stand beside it."""

    data: bytes
    others: tuple[Province, ...] = ()


class GroundRead(msgspec.Struct, frozen=True):
    """What a file says, if it is in order, and what is wrong with it."""

    findings: tuple[Finding, ...] = ()
    province: Province | None = None
    jurisdiction: Jurisdiction | None = None

    @property
    def kind(self) -> GroundKind | None:
        """What it is; None if it is in no order."""
        if self.province is not None:
            return GroundKind.PROVINCE
        return None if self.jurisdiction is None else GroundKind.JURISDICTION

    @property
    def name(self) -> str:
        """By what its versions are known."""
        found = self.province or self.jurisdiction
        return "" if found is None else found.id


def read_ground(file: GroundFile) -> GroundRead:
    """Return what a file says, looked at together with what stands beside it."""
    if len(file.data) > FILE_BYTES_MAX:
        return GroundRead((_too_many("bytes", len(file.data), FILE_BYTES_MAX),))
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start + 1
        return GroundRead((Finding("GROUND-ENCODING", Severity.ERROR, _WHERE, {"byte": at}),))
    if _is_jurisdiction(text):
        jurisdiction, findings = read_jurisdiction(text)
        return GroundRead(tuple(findings[:FINDINGS_MAX]), None, jurisdiction)
    province, findings = read_province(text)
    if province is not None:
        findings += _points(province) or _beside(province, file.others)
    if any(one.severity is Severity.ERROR for one in findings):
        province = None
    return GroundRead(tuple(findings[:FINDINGS_MAX]), province)


def _is_jurisdiction(text: str) -> bool:
    try:
        return "policy" in tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return False  # why, the reader of provinces tells


def _points(province: Province) -> list[Finding]:
    count = sum(len(one.points) for one in province.corridors)
    return [_too_many("points", count, POINTS_MAX)] if count > POINTS_MAX else []


def _too_many(what: str, count: int, most: int) -> Finding:
    return Finding(
        "PROVINCE-SIZE", Severity.ERROR, _WHERE, {"what": what, "count": count, "max": most}
    )


def _beside(province: Province, others: Sequence[Province]) -> list[Finding]:
    """Look at a province among the others; of theirs, nothing is told."""
    named = {one.id: one for one in others} | {province.id: province}
    before = {_told(one) for one in joined({o.id: o for o in others if o.id != province.id})[1]}
    return [one for one in joined(named)[1] if _told(one) not in before]


def _told(one: Finding) -> tuple[str, str, str]:
    return one.code, one.where.path, str(sorted(one.params.items()))


def territories(province: Province, others: Sequence[Province]) -> frozenset[Territory]:
    """Return whose customs a province's file concerns: its own, and those its corridors reach."""
    where = {site.id: one.territory for one in (*others, province) for site in one.sites}
    ends = {end for one in province.corridors for end in (one.from_site, one.to_site)}
    return frozenset({province.territory, *[where[end] for end in ends if end in where]})


def as_on(jurisdiction: Jurisdiction, day: date) -> Jurisdiction:
    """Return a jurisdiction as if its rules of one day held on every day: for trying it out."""

    def kept(rules: Sequence[Rule]) -> tuple[Rule, ...]:
        return tuple(_undated(one) for one in rules if one.is_in_force(day))

    points = jurisdiction.points
    none = msgspec.structs.replace(points, statuses=())
    return msgspec.structs.replace(
        jurisdiction,
        in_force_from=None,
        in_force_until=None,
        points=_undated(points if points.is_in_force(day) else none),
        cargo=kept(jurisdiction.cargo),
        pairs=kept(jurisdiction.pairs),
        vehicles=kept(jurisdiction.vehicles),
        equipment=kept(jurisdiction.equipment),
    )


def _undated(rule: Rule | PointRule) -> Rule:
    return msgspec.structs.replace(rule, in_force_from=None, in_force_until=None)
