"""What a verdict was made of, as one canonical JSON that a script judges again without Waglan."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from waglan.elock.entry import (
    Clearance,
    Entry,
    Filled,
    Heard,
    Missing,
    Order,
    Passed,
    Said,
    Seal,
    Unseal,
    in_order,
)
from waglan.elock.plan import Plan
from waglan.elock.policy import Policy
from waglan.elock.track import Fix
from waglan.elock.verdict import Verdict
from waglan.logbook.canonical import Value, canonical

FORM: Final = "waglan/trip-bundle/v1"
_KINDS: Final[Mapping[type, str]] = {
    Fix: "fix",
    Said: "said",
    Order: "order",
    Seal: "seal",
    Unseal: "unseal",
    Clearance: "clearance",
    Heard: "heard",
    Missing: "missing",
    Filled: "filled",
    Passed: "passed",
}


def trip_bundle(
    trip: str, measure: tuple[Policy, Plan], log: Iterable[Entry], verdict: Verdict
) -> bytes:
    """Return policy, plan, log and verdict of a trip in one; the log in the order of judging."""
    policy, plan = measure
    said: dict[str, Value] = {
        "form": FORM,
        "trip": trip,
        "policy": _plain(policy),
        "plan": _plan(plan),
        "log": [_entry(entry) for entry in sorted(log, key=in_order)],
        "verdict": verdict_value(verdict),
    }
    return canonical(said)


def verdict_value(verdict: Verdict) -> Value:
    """Return what a verdict says, as the bundle and the script write it."""
    value: dict[str, Value] = {
        "outcome": verdict.outcome.name,
        "worst": verdict.worst.name,
        "reasons": [
            {"reason": why.reason.name, "entries": list(why.entries)} for why in verdict.reasons
        ],
        "red_from_s": verdict.red_from_s,
        "backfill_until_s": verdict.backfill_until_s,
        "seals": [_plain(period) for period in verdict.seals],
        "epochs": list(verdict.epochs),
        "blind_s": verdict.blind_s,
        "policy": verdict.policy,
        "as_of_s": verdict.as_of_s,
    }
    return value


def _plan(plan: Plan) -> Value:
    """The corridor's integers as they were compiled: nobody works out a factor again."""
    route = plan.route
    return {
        "buffer_mm": plan.buffer_mm,
        "frames": [
            [one.anchor.lat_e7, one.anchor.lon_e7, one.east, one.north] for one in route.frames
        ],
        "segments": [
            [one.frame, one.x, one.y, one.dx, one.dy, one.length_mm, one.start_mm]
            for one in route.segments
        ],
        "marks": [_plain(mark) for mark in plan.marks],
        "stretches": [_plain(stretch) for stretch in plan.stretches],
    }


def _entry(entry: Entry) -> Value:
    return {**_plain(entry), "kind": _KINDS[type(entry.what)]}


def _plain(said: msgspec.Struct) -> dict[str, Value]:
    """Return what a struct says in dicts, lists, texts and whole numbers."""
    return msgspec.json.decode(msgspec.json.encode(said), type=dict[str, Any])
