"""A draft filled from what others have told already, with every source of every field kept.

Nothing is merged silently. Each field keeps all that was said of it, by whom, in which paper and
when. Which value is proposed is decided by a table (`manifest/precedence.toml`); whatever the
table says, two sources that differ are a conflict until a person settles it, who saw both. What a
person typed stands above all and is marked; what a model wrote stands below all and never counts
as confirmed. What nobody said is not there: it is unknown.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import TypeAlias

import msgspec

from waglan.codes.data import read
from waglan.manifest.draft_field import (
    Compared,
    FieldKind,
    Scalar,
    ValueKind,
    compared,
    kind_of,
    look_alike,
    read_value,
)

POLICY = "manifest/precedence.toml"
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


class SourceKind(Enum):
    """From where a value is."""

    TYPED = "typed"  # by a person, or chosen by him among what was told
    BOOKING = "booking"
    INSTRUCTION = "instruction"
    VERIFIED_MASS = "verified-mass"
    HOUSE_DATA = "house-data"
    OTHER_FILING = "other-filing"  # a manifest of another's that the firm may see
    EARLIER_FILING = "earlier-filing"  # the firm's own
    MOVEMENT = "movement"  # told from the quay: what was loaded or discharged
    STOWAGE = "stowage"
    COPIED = "copied"  # from the last consignment
    TEMPLATE = "template"
    MODEL = "model"  # written by a model; a person has to look


# What these give is of another consignment, or of nobody's: it contradicts nothing.
OF_ANOTHER = frozenset({SourceKind.COPIED, SourceKind.TEMPLATE, SourceKind.MODEL})
_NO_PAPERS = OF_ANOTHER | {SourceKind.TYPED}


class Source(msgspec.Struct, frozen=True):
    """Who told something, in which paper, where in it, and when."""

    kind: SourceKind
    document: str  # an id or number that finds the paper
    sender: str  # an organisation, or the subject id of who typed it
    place: str = ""  # in the paper
    said_at: datetime | None = None  # None: the paper does not say
    recorded_at: datetime | None = None


class PaperState(Enum):
    """How what a paper says came to count no more."""

    REPLACED = "replaced"  # by a newer one of its sender's
    WITHDRAWN = "withdrawn"


Paper: TypeAlias = "tuple[SourceKind, str, str]"  # kind, document and sender


@dataclass(frozen=True, slots=True)
class PaperVersion:
    """When the newest version of a paper came, and whether it takes the paper back."""

    at: datetime
    is_withdrawn: bool


def ended(source: Source, last: Mapping[Paper, PaperVersion]) -> PaperState | None:
    """Return how a source came to count no more; None where nothing is known to replace it."""
    word = last.get((source.kind, source.document, source.sender))
    if word is None or source.recorded_at is None or source.recorded_at >= word.at:
        return None
    return PaperState.WITHDRAWN if word.is_withdrawn else PaperState.REPLACED


class Claim(msgspec.Struct, frozen=True):
    """That a source tells a field's value. None is that a person leaves it empty."""

    path: str
    value: Scalar | None
    source: Source


@dataclass(frozen=True, slots=True)
class DraftField:
    """One field with all that was told of it; the first of its claims stands."""

    path: str
    holds: ValueKind
    claims: tuple[Claim, ...]
    is_conflict: bool
    last: Mapping[Paper, PaperVersion] = field(default_factory=dict)

    @property
    def value(self) -> Scalar | None:
        """The value that stands; None: a person left it empty."""
        return self.claims[0].value

    @property
    def source(self) -> Source:
        """Who told the value that stands."""
        return self.claims[0].source

    @property
    def losing(self) -> tuple[Claim, ...]:
        """What was told otherwise."""
        stands = _key(self.holds, self.value)
        return tuple(one for one in self.claims if _key(self.holds, one.value) != stands)

    @property
    def alike(self) -> tuple[Claim, ...]:
        """What was told otherwise, and looks to a reader like the value that stands."""
        return tuple(one for one in self.losing if look_alike(one.value, self.value))

    @property
    def outdated(self) -> Claim | None:
        """Who told what stands in a paper that counts no more, where none that counts tells it.

        A person who confirmed it before the paper ended has not seen that.
        """
        key = _key(self.holds, self.value)
        told = [
            one
            for one in self.claims
            if one.source.kind not in _NO_PAPERS and _key(self.holds, one.value) == key
        ]
        confirmed_at = None
        if self.source.kind is SourceKind.TYPED:
            told = [one for one in told if place_of(one.source) == self.source.place]
            confirmed_at = self.source.recorded_at
        if not told or not all(self._is_ended(one.source, confirmed_at) for one in told):
            return None
        return told[0]

    def _is_ended(self, source: Source, confirmed_at: datetime | None) -> bool:
        if ended(source, self.last) is None:
            return False
        word = self.last[source.kind, source.document, source.sender]
        return confirmed_at is None or confirmed_at < word.at

    @property
    def is_settled(self) -> bool:
        """Whether it may be filed as it stands: no open contradiction, and no model wrote it.

        Nor does it rest on papers alone that were replaced or withdrawn. It is no proof that
        anybody looked at it: `confirmed_by` says who did.
        """
        is_told = self.source.kind is not SourceKind.MODEL and self.outdated is None
        return is_told and not self.is_conflict

    @property
    def confirmed_by(self) -> str | None:
        """The subject id of who typed, chose or confirmed what stands; None: a paper told it."""
        return self.source.sender if self.source.kind is SourceKind.TYPED else None


@dataclass(frozen=True, slots=True)
class Prefilled:
    """Every field that somebody told, by place, and claims that their source can't give."""

    fields: Mapping[str, DraftField]
    not_taken: tuple[Claim, ...] = ()


def prefill(
    *steps: Iterable[Claim], last: Mapping[Paper, PaperVersion] = MappingProxyType({})
) -> Prefilled:
    """Return the draft that these steps' claims make, the first step first.

    Within a step their order does not matter, nor does saying twice. A person who types or chooses
    has seen what was told in the steps before his, and nothing else. `last` is the last word of
    papers: it changes no value, and says which of them count no more.
    """
    by_path: dict[str, dict[Claim, int]] = {}
    not_taken: list[Claim] = []
    for (claim, _), step in _first_told(steps).items():
        kind = kind_of(claim.path)
        is_given = kind is not None and claim.source.kind in precedence().of(kind.group)
        if not is_given or read_value(claim.path, claim.value) != (claim.value, []):
            not_taken.append(claim)
        else:
            by_path.setdefault(claim.path, {})[claim] = step
    fields = {path: _field(path, told, last) for path, told in sorted(by_path.items())}
    return Prefilled(fields, tuple(sorted(not_taken, key=_told_by)))


def claims_of(prefilled: Prefilled) -> list[Claim]:
    """Return every claim that went in."""
    return [c for field in prefilled.fields.values() for c in field.claims] + [*prefilled.not_taken]


def _first_told(steps: Iterable[Iterable[Claim]]) -> dict[tuple[Claim, type], int]:
    """Return each claim once, with the step that told it first."""
    # Python takes True for 1, and a paper may not: the type tells them apart.
    found: dict[tuple[Claim, type], int] = {}
    for n, step in enumerate(steps):
        for claim in step:
            found.setdefault((claim, type(claim.value)), n)
    return found


def place_of(source: Source) -> str:
    """Return what names a paper in a person's word who chose what it says."""
    return f"{source.kind.value} {source.document}"


def _field(path: str, told: Mapping[Claim, int], last: Mapping[Paper, PaperVersion]) -> DraftField:
    kind = kind_of(path)
    if kind is None:
        raise LookupError(path)
    ranks = precedence().of(kind.group)
    ordered = sorted(told, key=_told_by)
    ordered.sort(key=lambda one: _times(one.source), reverse=True)
    ordered.sort(key=lambda one: ranks[one.source.kind])
    return DraftField(path, kind.holds, tuple(ordered), _is_conflict(kind, ordered, told), last)


def _is_conflict(kind: FieldKind, ordered: Sequence[Claim], told: Mapping[Claim, int]) -> bool:
    """Tell whether a source differs from what stands, and no person who saw it settled that."""
    stands, superseded = ordered[0], _superseded(ordered)
    settled_in = told[stands] if stands.source.kind is SourceKind.TYPED else -1
    return any(
        _key(kind.holds, one.value) != _key(kind.holds, stands.value)
        for one in ordered
        if one not in superseded and one.source.kind not in OF_ANOTHER and told[one] >= settled_in
    )


def _superseded(ordered: Iterable[Claim]) -> set[Claim]:
    """What the same sender said again, later, in the same paper; and what a person typed before."""
    newest: dict[tuple[str, ...], tuple[datetime, datetime]] = {}
    old: set[Claim] = set()
    for claim in ordered:  # the newest of one paper comes first: rank and paper are the same
        one = claim.source
        is_typed = one.kind is SourceKind.TYPED
        paper = ("typed",) if is_typed else (one.kind.value, one.document, one.sender)
        times = _times(one)
        if newest.setdefault(paper, times) != times:
            old.add(claim)
    return old


def _key(holds: ValueKind, value: Scalar | None) -> Compared | None:
    return None if value is None else compared(holds, value)


def _times(source: Source) -> tuple[datetime, datetime]:
    if source.kind is SourceKind.TYPED:
        return _recorded(source), _NEVER
    return source.said_at or _NEVER, _recorded(source)


def _recorded(source: Source) -> datetime:
    return source.recorded_at or _NEVER


def _told_by(claim: Claim) -> tuple[str, ...]:
    """An order of all claims that says nothing but is always the same."""
    one = claim.source
    times = (str(one.said_at), str(one.recorded_at))
    return (
        claim.path, one.kind.value, one.document, one.sender, one.place, repr(claim.value), *times,
    )  # fmt: skip


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    source: str
    checked_on: object
    ranks: dict[str, list[list[SourceKind]]]


@dataclass(frozen=True, slots=True)
class Precedence:
    """Which source is believed first, by group of fields; a lower rank is believed more."""

    version: str
    ranks: Mapping[str, Mapping[SourceKind, int]]

    def of(self, group: str) -> Mapping[SourceKind, int]:
        """Return the ranks of the sources that may give fields of a group."""
        return self.ranks[group]


@cache
def precedence() -> Precedence:
    """Return the packaged table."""
    file = msgspec.convert(tomllib.loads(read(POLICY)), _File)
    ranks = {
        group: {kind: rank for rank, side_by_side in enumerate(ladder) for kind in side_by_side}
        for group, ladder in file.ranks.items()
    }
    for group, ladder in ranks.items():
        if ladder.get(SourceKind.TYPED) != 0 or max(ladder.values()) != ladder[SourceKind.MODEL]:
            raise ValueError(f"{POLICY}: {group}: a person comes first and a model last")
    return Precedence(file.version, ranks)
