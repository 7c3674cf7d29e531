"""When a filing must be there: by which rule, from which source, and what is missing to say.

The table is data beside its source (`manifest/deadlines/`). Nothing is guessed: a rule whose
condition or anchor nobody knows is unknown, with what is missing; a rule without a fixed time says
so. Where a rule counts in days, no source settles whether the last day ends at midnight: both
readings are given and the stricter one is `at`.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from functools import cache

from waglan.codes.calendar import HONG_KONG
from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.raw import BadCode
from waglan.manifest.condition import FACTS, Facts, Term, read_condition

TABLE = "manifest/deadlines/filing_deadlines.csv"
YEAR_MIN, YEAR_MAX = 1990, 2100  # of an anchor; beyond is a slip of the pen

# What a rule's time is counted from. The second column is what else tells it, by mode.
ANCHORS: Mapping[str, Mapping[str, str]] = {
    "vessel_loading": {},
    "vessel_departure": {},
    "vessel_arrival": {},
    "flight_loading": {},
    "flight_departure": {},
    "flight_arrival": {},
    "arrival": {"sea": "vessel_arrival", "river": "vessel_arrival", "air": "flight_arrival"},
    "departure": {
        "sea": "vessel_departure",
        "river": "vessel_departure",
        "air": "flight_departure",
    },
    "arrive_control_point": {},
    "cross_boundary": {},
    "import_or_export": {},
}
_BY_DIRECTION = {"arrival_or_departure": {"import": "arrival", "export": "departure"}}
# Where a day of the law ends, by jurisdiction whose rules count in days.
_ZONES: Mapping[str, timezone] = {"HK": HONG_KONG}


class Bound(Enum):
    """Whether a rule's time is the first or the last that will do."""

    EARLIEST = "earliest"
    LATEST = "latest"


class DeadlineState(Enum):
    """What can be said of a rule for one filing."""

    DUE = "due"
    PAST = "past"  # its latest time is over
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"
    UNTIMED = "no-fixed-time"


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One row of the table. None is what no source says."""

    id: str
    jurisdiction: str
    regime: str
    modes: tuple[str, ...]
    direction: str  # import, export, both
    filers: tuple[str, ...]
    offset_minutes: int | None  # negative: before the anchor; None: no fixed time is stated
    anchor: str
    text: str
    source_url: str | None
    evidence: str
    bound: Bound
    in_days: bool
    in_force_from: date | None
    condition: tuple[Term, ...] | None  # None: nobody has compared it with its source

    @property
    def is_own(self) -> bool:
        """Whether it is this project's own step and no authority's rule."""
        return self.evidence == "own"


@dataclass(frozen=True, slots=True)
class Deadline:
    """What a rule says for one filing; `at` is what it would be where the state is unknown."""

    rule: DeadlineRule
    state: DeadlineState
    at: datetime | None = None
    by_day: datetime | None = None  # the other reading of a rule that counts in days
    missing: tuple[str, ...] = ()  # facts and anchors that nobody told, `condition` if unread
    ruled_out_by: str = ""

    def is_late(self, when: datetime) -> bool | None:
        """Whether something done then is too late (or too early); None where nobody can say."""
        if self.state is not DeadlineState.DUE or self.at is None:
            return False if self.state is DeadlineState.NOT_APPLICABLE else None
        return when < self.at if self.rule.bound is Bound.EARLIEST else when > self.at

    def state_at(self, when: datetime) -> DeadlineState:
        """Return what can be said of the rule then: of a time that is over, that it is."""
        is_last = self.state is DeadlineState.DUE and self.rule.bound is Bound.LATEST
        return DeadlineState.PAST if is_last and self.is_late(when) else self.state


def deadline(rule: DeadlineRule, anchors: Mapping[str, datetime], facts: Facts) -> Deadline:
    """Return what a rule says, given the anchors' times (with zones) and facts that are known."""
    terms = [*_columns(rule), *(rule.condition or ())]
    for term in terms:
        if term.holds(facts) is False:
            return Deadline(rule, DeadlineState.NOT_APPLICABLE, ruled_out_by=str(term))
    missing = [term.fact for term in terms if term.holds(facts) is None]
    if rule.condition is None:
        missing.append("condition")
    if not _has_mode(rule, facts):
        return Deadline(rule, DeadlineState.NOT_APPLICABLE, ruled_out_by=f"mode={facts['mode']}")
    if "mode" not in facts and len(rule.modes) < len(FACTS["mode"] or ()):
        missing.append("mode")
    if rule.offset_minutes is None:
        state = DeadlineState.UNKNOWN if missing else DeadlineState.UNTIMED
        return Deadline(rule, state, missing=_once(missing))
    anchor, wanted = _anchor(rule, anchors, facts)
    if anchor is None:
        return Deadline(rule, DeadlineState.UNKNOWN, missing=_once([*missing, wanted]))
    day = anchor.astimezone(_ZONES.get(rule.jurisdiction, anchor.tzinfo)).date()
    if rule.in_force_from is not None and day < rule.in_force_from:
        since = f"in_force_from={rule.in_force_from.isoformat()}"
        return Deadline(rule, DeadlineState.NOT_APPLICABLE, ruled_out_by=since)
    at, by_day = _times(rule, anchor, rule.offset_minutes)
    state = DeadlineState.UNKNOWN if missing else DeadlineState.DUE
    return Deadline(rule, state, at, by_day, _once(missing))


def deadlines(
    anchors: Mapping[str, datetime], facts: Facts, *, of: tuple[str, ...] | None = None
) -> list[Deadline]:
    """Return what every rule says, or those of these ids, in the order of the table."""
    known = rules()
    return [deadline(known[id_], anchors, facts) for id_ in (of if of is not None else known)]


def read_anchor(name: str, text: str) -> tuple[datetime | None, list[Finding]]:
    """Return the time of an anchor as somebody gave it, or what is wrong with it."""
    where = Where(f"anchors/{name}")
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None, [
            Finding("DEADLINE-TIME", Severity.ERROR, where, {"anchor": name, "text": text})
        ]
    if at.utcoffset() is None:
        return None, [
            Finding("DEADLINE-TIME-ZONE", Severity.ERROR, where, {"anchor": name, "text": text})
        ]
    if not YEAR_MIN <= at.year <= YEAR_MAX:
        return None, [
            Finding(
                "DEADLINE-TIME-ABSURD",
                Severity.ERROR,
                where,
                {"anchor": name, "text": text, "first": YEAR_MIN, "last": YEAR_MAX},
            )
        ]
    return at, []


@cache
def rules() -> Mapping[str, DeadlineRule]:
    """Return the packaged table by rule id; raise BadCode if a row can't be meant."""
    found: dict[str, DeadlineRule] = {}
    for row in csv.DictReader(read(TABLE).splitlines()):
        try:
            rule = _rule(row)
        except (KeyError, ValueError) as error:
            raise BadCode(f"{TABLE}, {row.get('rule_id')}: {error}") from error
        if rule.id in found:
            raise BadCode(f"{TABLE}: {rule.id} stands twice")
        found[rule.id] = rule
    return found


def _rule(row: Mapping[str, str]) -> DeadlineRule:
    modes = tuple(row["mode"].split(";"))
    condition, in_days = row["condition"], row["counted_in"] == "days"
    if row["anchor_event"] not in (*ANCHORS, *_BY_DIRECTION):
        raise BadCode(f"{row['anchor_event']!r} is no anchor")
    if in_days and row["jurisdiction"] not in _ZONES:
        raise BadCode("where does a day end there?")
    if row["direction"] not in ("import", "export", "both"):
        raise BadCode(f"{row['direction']!r} is no direction")
    every = FACTS["mode"] or frozenset()
    modes = tuple(sorted(every)) if modes == ("all",) else modes
    if not set(modes) <= every or row["jurisdiction"] not in (FACTS["jurisdiction"] or ()):
        raise BadCode("unknown mode or jurisdiction")
    return DeadlineRule(
        row["rule_id"],
        row["jurisdiction"],
        row["regime"],
        modes,
        row["direction"],
        tuple(row["filer"].split(";")),
        int(row["offset_minutes"]) if row["offset_minutes"] else None,
        row["anchor_event"],
        row["rule_text"],
        row["source_url"] or None,
        row["evidence"],
        Bound(row["bound"]),
        in_days,
        date.fromisoformat(row["in_force_from"]) if row["in_force_from"] else None,
        read_condition(condition) if condition else None,
    )


def _columns(rule: DeadlineRule) -> Iterator[Term]:
    yield Term("jurisdiction", "=", rule.jurisdiction)
    if rule.direction != "both":
        yield Term("direction", "=", rule.direction)


def _has_mode(rule: DeadlineRule, facts: Facts) -> bool:
    return "mode" not in facts or facts["mode"] in rule.modes


def _anchor(
    rule: DeadlineRule, anchors: Mapping[str, datetime], facts: Facts
) -> tuple[datetime | None, str]:
    """Return the anchor's time, or None and what somebody would have to tell for it."""
    name = rule.anchor
    if name in _BY_DIRECTION:
        direction = str(facts.get("direction", ""))
        if direction not in _BY_DIRECTION[name]:
            return None, "direction"
        name = _BY_DIRECTION[name][direction]
    mode = str(facts.get("mode", rule.modes[0] if len(rule.modes) == 1 else ""))
    also = ANCHORS[name].get(mode, "")
    at = anchors.get(name, anchors.get(also))
    return at, name


def _times(
    rule: DeadlineRule, anchor: datetime, offset_minutes: int
) -> tuple[datetime, datetime | None]:
    """Return the stricter time, and for a rule that counts in days the other reading."""
    to_the_minute = anchor + timedelta(minutes=offset_minutes)
    if not rule.in_days:
        return to_the_minute, None
    zone = _ZONES[rule.jurisdiction]
    day = to_the_minute.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    # A day that is still open ends at the next midnight; one that opens has begun at its own.
    by_day = day if rule.bound is Bound.EARLIEST else day + timedelta(days=1)
    return to_the_minute, by_day


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
