"""What a verdict was made of, as one canonical JSON that a script judges again without Waglan."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from waglan.elock.entry import (
    Clearance,
    Entry,
    Filled,
    Heard,
    Misread,
    Missing,
    Order,
    Passed,
    Said,
    Seal,
    Unseal,
    in_order,
)
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
    Misread: "misread",
}


class Bundled(msgspec.Struct, frozen=True, gc=False):
    """What a verdict was made of: policy and plan as they were kept, the log, and the verdict."""

    trip: str
    measure: tuple[bytes, bytes]  # canonical
    log: tuple[Entry, ...]
    verdict: Verdict


def trip_bundle(bundled: Bundled) -> bytes:
    """Return policy, plan, log and verdict of a trip in one; the log in the order of judging."""
    return canonical(bundle_value(bundled))


def bundle_value(bundled: Bundled) -> dict[str, Value]:
    """Return what `trip_bundle` writes."""
    policy, plan = bundled.measure
    return {
        "form": FORM,
        "trip": bundled.trip,
        "policy": msgspec.json.decode(policy),
        "plan": msgspec.json.decode(plan),
        "log": [_entry(entry) for entry in sorted(bundled.log, key=in_order)],
        "verdict": verdict_value(bundled.verdict),
    }


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


def _entry(entry: Entry) -> Value:
    return {**_plain(entry), "kind": _KINDS[type(entry.what)]}


def _plain(said: msgspec.Struct) -> dict[str, Value]:
    """Return what a struct says in dicts, lists, texts and whole numbers."""
    return msgspec.json.decode(msgspec.json.encode(said), type=dict[str, Any])
