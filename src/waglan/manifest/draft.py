"""A draft: what is being prepared under one profile, what of it may be filed, and by when.

It is worked out from its steps' claims each time; nothing of it is stored but what was told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.call import time_of
from waglan.manifest.condition import FACTS
from waglan.manifest.deadline import Bound, Deadline, DeadlineState, deadlines
from waglan.manifest.draft_field import Scalar, kind_of, pattern_of
from waglan.manifest.draft_manifest import missing
from waglan.manifest.filing_profile import FilingProfile
from waglan.manifest.filing_state import Life
from waglan.manifest.model import Function
from waglan.manifest.prefill import (
    Claim,
    Paper,
    PaperState,
    PaperVersion,
    Prefilled,
    Source,
    ended,
    prefill,
)

CLAIMS_MAX = 20_000  # of one draft
NOT_TAKEN_SHOWN_MAX = 20
BILLS_SHOWN_MAX = 200  # characters

# What is told of a whole kind of consignment and may be used for the next one.
_COPIED_GROUPS = frozenset({"parties", "goods", "transport"})
_OF_ONE_ONLY = frozenset(
    {
        "head/voyage", "head/arrival", "head/departure", "head/crossing_date", "head/crossing_at",
        "head/control_point_at", "head/import_or_export_at", "head/vehicle",
        "bills/*/item_count", "bills/*/goods/*/containers",
        "bills/*/goods/*/quantity_milli",
        "bills/*/goods/*/licences", "bills/*/licences",
    }
)  # fmt: skip
# The field that says when the anchor of a deadline is. What no source equates has its own: that
# goods are imported the moment their ship arrives was read nowhere.
_ANCHORS = {
    "arrival": "head/arrival",
    "departure": "head/departure",
    "cross_boundary": "head/crossing_at",
    "arrive_control_point": "head/control_point_at",
    "import_or_export": "head/import_or_export_at",
}


class Setup(msgspec.Struct, frozen=True):
    """What a draft is for, beside its fields."""

    facts: dict[str, str | int] = {}
    title: str = ""
    letter: str | None = None  # the client's, when it is filed for one
    desk: str | None = None  # the address of the authority's desk on this platform


class Change(msgspec.Struct, frozen=True):
    """What one step tells: claims, and a new setup if there is one. `salt` is its commitment's."""

    claims: tuple[Claim, ...] = ()
    setup: Setup | None = None
    salt: bytes = b""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands."""

    profile: FilingProfile
    setup: Setup
    filled: Prefilled
    life: Life
    number: str = ""  # that the recipient gave to what stands

    @property
    def values(self) -> dict[str, Scalar | None]:
        """The value that stands of each field that somebody told."""
        return {path: field.value for path, field in self.filled.fields.items()}

    @property
    def facts(self) -> dict[str, str | int]:
        """What is known of the filing's circumstances."""
        return {**self.setup.facts, **self.profile.facts}

    @property
    def mode(self) -> str | None:
        """By what the goods move, if anybody said."""
        mode = self.facts.get("mode")
        return mode if isinstance(mode, str) else None


def draft_of(
    profile: FilingProfile,
    changes: Mapping[int, Change],
    life: Life,
    number: str = "",
    last: Mapping[Paper, PaperVersion] = MappingProxyType({}),
) -> Draft:
    """Return the draft that these changes make, as far as they count in its life.

    `last` is the last word of the papers that filled it.
    """
    counted = [changes[n] for n in life.changes if n in changes]
    setup = next((one.setup for one in reversed(counted) if one.setup is not None), Setup())
    filled = prefill(*(change.claims for change in counted), last=last)
    return Draft(profile, setup, filled, life, number)


def clients_named(draft: Draft) -> list[dict[str, str]]:
    """Return, for each bill, the fields that name whom it is filed for, as its profile has it."""
    roles = draft.profile.clients(draft.facts.get("direction"))
    names = {f"bills/*/{role.value}/name" for role in roles}
    found: dict[str, dict[str, str]] = {}
    for path, value in draft.values.items():
        if isinstance(value, str) and pattern_of(path) in names:
            found.setdefault(path.split("/")[1], {})[path] = value
    return [*found.values()]


def draft_findings(draft: Draft) -> list[Finding]:
    """Return what keeps a draft from being filed as far as its fields can tell, and notes."""
    if draft.life.function is Function.CANCEL:
        return []
    return [
        *missing(draft.values, draft.profile, draft.mode),
        *_contradicting_days(draft.values),
        *_unsettled(draft.filled),
        *_not_taken(draft.filled),
    ]


def due(draft: Draft) -> list[Deadline]:
    """Return by when it must be filed, as far as its fields and facts tell."""
    anchors = {}
    for anchor, path in _ANCHORS.items():
        value = draft.values.get(path)
        at = time_of(value, zone=HONG_KONG) if isinstance(value, str) else None
        if at is not None:
            anchors[anchor] = at.astimezone(HONG_KONG)
    return deadlines(anchors, draft.facts, of=draft.profile.rule_ids)


def to_give(unknown: Deadline) -> list[str]:
    """Return what of a draft is to be given before a deadline can be told: fields and facts."""
    return [
        _ANCHORS.get(name, f"fact:{name}" if name in FACTS else name) for name in unknown.missing
    ]


def time_findings(found: list[Deadline], *, at: datetime) -> list[Finding]:
    """Return what is late or early at a moment: it may be filed all the same, and says so."""
    return [finding for one in found for finding in _time_finding(one, at)]


def for_the_next(
    draft: Draft, source: Source, bills: Sequence[str] = ()
) -> tuple[list[Claim], list[Finding]]:
    """Return what of a draft serves for the next consignment, or why nobody can say where.

    Its bills come under the keys in `bills`, one for each in order; where none is named, or those
    keys are theirs already, under 1, 2, ….
    """
    again = [
        (path, value)
        for path, value in draft.values.items()
        if value is not None and _serves_again(path)
    ]
    keys = bills_in(path for path, _ in again)
    plain = [str(n) for n, _ in enumerate(keys, 1)]
    if set(bills) <= set(plain) or set(plain) <= set(bills):
        bills = plain
    if len(bills) != len(keys):
        named = ", ".join(bills)[:BILLS_SHOWN_MAX]
        return [], [
            Finding(
                "DRAFT-COPY-BILLS",
                Severity.ERROR,
                Where("fields"),
                {"copied": len(keys), "named": len(bills), "bills": named},
            )
        ]
    to = dict(zip(keys, bills, strict=True))
    return [
        Claim(_renumbered(path, to), value, replace(source, place=path)) for path, value in again
    ], []


def bills_in(paths: Iterable[str]) -> list[str]:
    """Return the keys of the bills that these fields are of, each once, in the order given."""
    return list(dict.fromkeys(path.split("/")[1] for path in paths if path.startswith("bills/")))


def _serves_again(path: str) -> bool:
    kind = kind_of(path)
    return (
        kind is not None and kind.group in _COPIED_GROUPS and pattern_of(path) not in _OF_ONE_ONLY
    )


def _renumbered(path: str, number: Mapping[str, str]) -> str:
    first, key, *rest = path.split("/")
    return "/".join([first, number[key], *rest]) if first == "bills" else path


def _contradicting_days(values: Mapping[str, Scalar | None]) -> Iterator[Finding]:
    day, text = values.get("head/crossing_date"), values.get("head/crossing_at")
    at = time_of(text, zone=HONG_KONG) if isinstance(text, str) else None
    if at is None or not isinstance(day, str):
        return
    of_time = at.astimezone(HONG_KONG).date()
    if date.fromisoformat(day) != of_time:
        where = Where("fields/head/crossing_date")
        yield Finding(
            "DRAFT-CROSSING-DAYS", Severity.ERROR, where, {"date": day, "at": of_time.isoformat()}
        )


def _unsettled(filled: Prefilled) -> Iterator[Finding]:
    for path, field in filled.fields.items():
        where = Where(f"fields/{path}")
        if field.is_conflict:
            others = len({one.value for one in field.losing})
            yield Finding(
                "DRAFT-CONFLICT", Severity.ERROR, where, {"field": path, "others": others}
            )
            if field.alike:
                told = [one.value for one in (field.claims[0], *field.alike)]
                letters = "".join([text for text in told if isinstance(text, str)])
                yield Finding(
                    "DRAFT-LOOK-ALIKE",
                    Severity.NOTE,
                    where,
                    {"field": path, "letters": _numbered(letters)},
                )
        elif field.outdated is not None:
            yield _outdated(field.outdated, field.last)
        elif not field.is_settled:
            yield Finding("DRAFT-UNCONFIRMED", Severity.ERROR, where, {"field": path})


def _outdated(told: Claim, last: Mapping[Paper, PaperVersion]) -> Finding:
    where, one = Where(f"fields/{told.path}"), told.source
    if ended(one, last) is PaperState.WITHDRAWN:
        return Finding(
            "DRAFT-PAPER-WITHDRAWN",
            Severity.ERROR,
            where,
            {"field": told.path, "document": one.document, "sender": one.sender},
        )
    return Finding(
        "DRAFT-PAPER-REPLACED",
        Severity.ERROR,
        where,
        {"field": told.path, "document": one.document, "sender": one.sender},
    )


def _numbered(text: str) -> str:
    """Return each letter that is not plain once, with its number, so that it is seen."""
    odd = dict.fromkeys(char for char in text if not char.isascii() and char.isalnum())
    return ", ".join(f"{char} (U+{ord(char):04X})" for char in [*odd][:10])


def _not_taken(filled: Prefilled) -> Iterator[Finding]:
    for claim in filled.not_taken[:NOT_TAKEN_SHOWN_MAX]:
        yield Finding(
            "DRAFT-NOT-TAKEN",
            Severity.NOTE,
            Where(f"fields/{claim.path[:100]}"),
            {"field": claim.path[:100], "source": claim.source.kind.value},
        )


def _time_finding(one: Deadline, at: datetime) -> Iterator[Finding]:
    rule, where = one.rule, Where(f"deadlines/{one.rule.id}")
    if one.state is DeadlineState.UNKNOWN:
        names = ", ".join(to_give(one))
        yield Finding(
            "FILING-DEADLINE-UNKNOWN", Severity.NOTE, where, {"rule": rule.id, "missing": names}
        )
    if not one.is_late(at) or one.at is None:
        return
    due_at = one.at.isoformat(timespec="minutes")
    if rule.bound is Bound.EARLIEST:
        yield Finding("FILING-EARLY", Severity.WARNING, where, {"rule": rule.id, "from": due_at})
    elif rule.is_own:
        yield Finding("FILING-LATE-OWN-STEP", Severity.NOTE, where, {"rule": rule.id, "at": due_at})
    else:
        yield Finding("FILING-LATE", Severity.WARNING, where, {"rule": rule.id, "at": due_at})
