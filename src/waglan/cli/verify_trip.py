#!/usr/bin/env python3
"""Judges a trip's bundle again, with Python alone: `python3 verify_trip.py BUNDLE`.

It follows the published rules with integers alone, and imports nothing of the system that made the
bundle. It prints what it finds, and ends with 0 if the verdict in the bundle is what its log says,
with 1 if it is not, and with 2 if the bundle can't be read.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from math import isqrt
from typing import Any

Said = dict[str, Any]  # as the bundle's JSON has it
Place = tuple[int, int]  # latitude and longitude in 1e-7 degree, or mm east and north
Told = tuple[str, int, str]  # reason, when, and the entry that says so
Opening = tuple[str, int, str, Said, "Place | None"]

FORM = "waglan/trip-bundle/v1"
FAR = 1_500_000_000
AHEAD, RECEDING, STEPS, NAMED = 24, 2, 3, 20
TURN_E7, HALF_TURN_E7 = 3_600_000_000, 1_800_000_000
REASONS = [
    "CLOCK_AHEAD",
    "OUTLIER",
    "STRAYING",
    "OFF_CORRIDOR",
    "JUMPED",
    "TURNED_BACK",
    "REPLAYED",
    "TOO_FAR",
    "GAP",
    "GAP_LONG",
    "UNSEEN_STOP",
    "FROZEN",
    "FROZEN_LONG",
    "STOPPED",
    "CHECKPOINT_LATE",
    "CHECKPOINT_PASSED_BY",
    "PAIR_APART",
    "PAIR_LOST",
    "LOW_BATTERY",
    "VIBRATION",
    "WRONG_PASSWORD",
    "MOTOR_STUCK",
    "BACK_COVER",
    "BACK_COVER_UNDER_SEAL",
    "CARD_REFUSED",
    "CARD_ILLEGAL",
    "CUT",
    "OPENED_UNDER_SEAL",
    "ORDER_AWAITED",
    "MODEL_UNKNOWN",
    "ENCRYPTED",
    "CLONE",
    "SERIAL_BACK",
    "HOLE",
    "OPEN_LINE",
    "DATUM",
    "CHECKPOINT_ORDER",
    "NOTHING_HEARD",
]
RED = set(
    [
        "OFF_CORRIDOR",
        "JUMPED",
        "REPLAYED",
        "TOO_FAR",
        "BACK_COVER_UNDER_SEAL",
        "CARD_ILLEGAL",
        "CUT",
        "OPENED_UNDER_SEAL",
        "CLONE",
    ]
)
UNPROVEN = set(
    [
        "GAP_LONG",
        "UNSEEN_STOP",
        "FROZEN_LONG",
        "PAIR_LOST",
        "MODEL_UNKNOWN",
        "ENCRYPTED",
        "HOLE",
        "OPEN_LINE",
        "NOTHING_HEARD",
    ]
)
NONE = -1  # a time or segment that is not there
GAPS = {"GAP", "GAP_LONG", "UNSEEN_STOP"}
OF_FIX = set(REASONS[: REASONS.index("LOW_BATTERY")])
OUTCOMES = ["GREEN", "AMBER", "UNPROVEN", "RED"]
CUTTING = {"rope_cut", "removed", "shell_tampered"}
OPENING = {
    "unsealed", "unlocked", "motor_released", "shackle_opened", "rope_out", "opened_under_seal",
}  # fmt: skip
COVER = {"back_cover", "back_cover_open"}
WARNING = {
    "low_battery": "LOW_BATTERY", "vibration": "VIBRATION", "password_abuse": "WRONG_PASSWORD",
    "motor_stuck": "MOTOR_STUCK",
}  # fmt: skip
WARNED = {*WARNING.values(), "BACK_COVER", "CARD_REFUSED"}
ALLOWS = {
    "cut": {"CUT", "OPENED_UNDER_SEAL", "BACK_COVER_UNDER_SEAL"},
    "open": {"OPENED_UNDER_SEAL"},
    "inspect": {"OPENED_UNDER_SEAL"},
    "replace": {"OPENED_UNDER_SEAL", "BACK_COVER_UNDER_SEAL"},
    "transload": {"OPENED_UNDER_SEAL"},
    "list": {"OPENED_UNDER_SEAL"},
    "abort": set(),
}


def weight(reason: str) -> int:
    """How grave a reason is: 3 is RED."""
    return 3 if reason in RED else 2 if reason in UNPROVEN else 1


def plane(frame: Sequence[int], lat: int, lon: int) -> Place:
    """A place in mm east and north of a frame's anchor."""
    anchor_lat, anchor_lon, east, north = frame
    turn = (lon - anchor_lon + HALF_TURN_E7) % TURN_E7 - HALF_TURN_E7
    return turn * east >> 20, (lat - anchor_lat) * north >> 20


def clamp(mm: int) -> int:
    """So far, and no farther."""
    return max(-FAR, min(FAR, mm))


class Corridor:
    """The corridor of a trip."""

    def __init__(self, plan: Said) -> None:
        """Take the corridor's integers as they were compiled."""
        self.width = plan["buffer_mm"]
        self.frames, self.segments = plan["frames"], plan["segments"]
        self.marks, self.stretches = plan["marks"], plan["stretches"]

    def near(self, n: int, places: Sequence[Place]) -> tuple[int, int]:
        """(square of the distance, mm along) of segment n."""
        frame, x, y, dx, dy, length, _ = self.segments[n]
        ex, ey = clamp(places[frame][0] - x), clamp(places[frame][1] - y)
        along, squared = ex * dx + ey * dy, dx * dx + dy * dy
        if along <= 0:
            return ex * ex + ey * ey, 0
        if along >= squared:
            return (ex - dx) ** 2 + (ey - dy) ** 2, length
        return (abs(ex * dy - ey * dx) // length) ** 2, along // length

    def nearest(self, last: int, lat: int, lon: int) -> tuple[int, int, int]:
        """(distance, segment, progress) of a place, looked for from the last segment on."""
        places = [plane(frame, lat, lon) for frame in self.frames]
        best = None
        if last != NONE:
            first = max(0, last - 1)
            best, receding = (*self.near(first, places), first), 0
            for n in range(first + 1, min(first + AHEAD, len(self.segments))):
                squared, along = self.near(n, places)
                if squared < best[0]:
                    best, receding = (squared, along, n), 0
                    continue
                receding += 1
                if receding >= RECEDING and best[0] <= self.width**2:
                    break
        if best is None or best[0] > self.width**2:
            every = ((*self.near(n, places), n) for n in range(len(self.segments)))
            best = min(every, key=lambda one: (one[0], one[2]))
        squared, along, n = best
        return isqrt(squared), n, self.segments[n][6] + along

    def apart(self, n: int, one: Place, other: Place) -> int:
        """Millimetres between two places, in the frame of segment n."""
        frame = self.frames[self.segments[n][0]]
        (x, y), (to_x, to_y) = plane(frame, *one), plane(frame, *other)
        return isqrt(clamp(to_x - x) ** 2 + clamp(to_y - y) ** 2)

    def zones(self, *, stops: bool) -> list[Said]:
        """The declared stop zones, or what hides a truck."""
        return [one for one in self.stretches if (one["cover"] == "stop zone") == stops]


class Trip:
    """A trip as its log is read, entry by entry."""

    def __init__(self, policy: Said, corridor: Corridor) -> None:
        """Begin before the first entry."""
        self.policy, self.way = policy, corridor
        self.last = self.segment = self.frozen_since = self.still_since = self.far_since = NONE
        self.place: Place = (0, 0)
        self.candidate: tuple[int, Place] | None = None
        self.beside: tuple[int, Place] | None = None
        self.progress = self.high = self.strayed = self.frozen = self.agreed = self.blind = 0
        self.red_from: int | None = None
        self.off, self.apart_count, self.mark, self.passed = False, 0, 0, 0
        self.now, self.seen, self.warned = set[str](), set[str](), set[str]()
        self.told, self.openings = list[Told](), list[Opening]()
        self.cleared, self.filled, self.holes = set[str](), set[str](), dict[str, Told]()
        self.orders, self.seals, self.epochs = list[Said](), list[Said](), list[str]()
        self.gaps: list[tuple[set[str], int, int, str]] = []
        self.heard: int | None = None
        self.beside_at: int | None = None
        self.plain = False

    # Fixes.

    def fix(self, entry: Said, what: Said) -> None:
        """Take a fix."""
        p, at = self.policy, what["at_s"]
        is_beside = what["source"] == 1
        raised = self.follow(what, is_beside=is_beside)
        if is_beside:
            self.beside_at = max(self.beside_at or at, at)
            return
        self.heard = max(self.heard or entry["recorded_s"], entry["recorded_s"])
        self.plain |= entry["channel"] == "plain"
        for reason in REASONS:
            if reason in raised and reason not in GAPS:
                when = at if reason not in RED or self.red_from is None else self.red_from
                self.told.append((reason, when, entry["ref"]))
        if raised & GAPS:
            due = entry["recorded_s"] + p["gap_grace_s"]
            self.gaps.append((raised & GAPS, at, due, entry["ref"]))

    def follow(self, what: Said, *, is_beside: bool) -> set[str]:
        """Follow the truck to a fix; return what that raises."""
        p, at = self.policy, what["at_s"]
        here = what["lat_e7"], what["lon_e7"]
        if at > what["recorded_s"] + p["clock_ahead_s"]:
            return set() if is_beside else self.raise_("CLOCK_AHEAD")
        if is_beside:
            if self.beside is None or at > self.beside[0]:
                self.beside = (at, here)
            return set()
        newest = max(self.last, self.candidate[0] if self.candidate else NONE)
        if at <= newest:
            return set()
        self.now.discard("CLOCK_AHEAD")
        distance, segment, progress = self.way.nearest(self.segment, *here)
        found = {"segment": segment, "progress": progress, "off": distance > self.way.width,
                 "distance": distance, "speed": what["speed_m_h"]}  # fmt: skip
        if self.last == NONE:
            return self.agree(at, here, found, 0, 0)
        step = self.way.apart(segment, self.place, here)
        if self.feasible(at, step, found):
            return self.agree(at, here, found, step, at - self.last)
        if self.candidate is None or not self.confirms(at, here, segment):
            self.candidate = (at, here)
            return self.raise_("OUTLIER")
        first = self.candidate[0]
        if self.agreed < 2:
            self.last = self.segment = NONE
            self.progress = self.high = self.strayed = self.agreed = 0
            self.off = False
            self.now.discard("STRAYING")
            return self.agree(at, here, found, 0, 0)
        behind = progress < self.high - p["turn_back_mm"]
        if not found["off"] and not self.off and behind:
            red = "REPLAYED"
        else:
            red = "TOO_FAR" if first - self.last > p["gap_s"] else "JUMPED"
        self.red_since(first)
        raised = self.raise_(red)
        return raised | self.agree(at, here, found, step, first - self.last)

    def feasible(self, at: int, step: int, found: Said) -> bool:
        """Whether a truck can have driven that."""
        p = self.policy
        since = self.frozen_since if self.frozen >= p["frozen"] else self.last
        most: int = p["speed_max_mm_s"] * (at - since) + p["slack_mm"]
        if step > most:
            return False
        if self.off or self.segment == NONE or found["off"]:
            return True
        return bool(abs(found["progress"] - self.progress) <= most + 2 * self.way.width)

    def confirms(self, at: int, here: Place, segment: int) -> bool:
        """Whether a fix fits the one before, which fitted nothing."""
        p, (when, where) = self.policy, self.candidate or (NONE, self.place)
        most: int = p["speed_max_mm_s"] * (at - when) + p["slack_mm"]
        return bool(self.way.apart(segment, where, here) <= most)

    def agree(self, at: int, here: Place, found: Said, step: int, dt: int) -> set[str]:
        """Take a fix that fits, rule by rule."""
        self.now.discard("OUTLIER")
        raised = set() if self.last == NONE else self.gap(found, step, dt)
        raised |= self.freeze(at, here, found["speed"])
        raised |= self.stand(at, found, step, dt)
        if not found["off"]:
            if found["progress"] < self.high - self.policy["turn_back_mm"]:
                raised |= self.raise_("TURNED_BACK")
            else:
                self.now.discard("TURNED_BACK")
        raised |= self.stray(found)
        raised |= self.reach(at, found)
        raised |= self.pair(at, here, found)
        if not found["off"]:
            self.segment, self.progress = found["segment"], found["progress"]
            self.high = max(self.high, self.progress)
        self.off, self.last, self.place = found["off"], at, here
        self.candidate = None
        self.agreed += 1
        return raised

    def gap(self, found: Said, step: int, dt: int) -> set[str]:
        """A time that nobody saw."""
        p = self.policy
        on = not (self.off or found["off"] or self.segment == NONE)
        near, far = sorted((self.progress, found["progress"])) if on else (0, 0)
        margin = p["covered_margin_mm"]
        if on and any(one["from_mm"] - margin <= near and far <= one["to_mm"] + margin
                      for one in self.way.zones(stops=False)):  # fmt: skip
            return set()
        self.blind += max(0, dt - p["fresh_s"])
        if dt <= p["gap_s"]:
            return set()
        raised = {"GAP_LONG" if dt > p["gap_long_s"] else "GAP"}
        left = dt - (far - near if on else step) // p["gap_speed_mm_s"]
        in_zone = on and any(one["from_mm"] <= near and far <= one["to_mm"]
                             for one in self.way.zones(stops=True))  # fmt: skip
        return raised | ({"UNSEEN_STOP"} if left > p["unseen_stop_s"] and not in_zone else set())

    def freeze(self, at: int, here: Place, speed: int) -> set[str]:
        """One place again and again, and a speed."""
        p = self.policy
        drives = speed > p["frozen_speed_m_h"]
        if self.last != NONE and here == self.place and self.frozen and drives:
            self.frozen += 1
        else:
            if self.frozen >= p["frozen"]:
                self.blind += max(0, self.last - self.frozen_since - p["fresh_s"])
            self.frozen, self.frozen_since = int(drives), at
        if self.frozen < p["frozen"]:
            self.now.discard("FROZEN")
            return set()
        return self.raise_("FROZEN", *(["FROZEN_LONG"] if self.frozen >= p["frozen_long"] else []))

    def stand(self, at: int, found: Said, step: int, dt: int) -> set[str]:
        """A truck that stands where it need not."""
        p = self.policy
        zone = not found["off"] and any(
            one["from_mm"] <= found["progress"] <= one["to_mm"]
            for one in self.way.zones(stops=True)
        )
        stands = self.last != NONE and step < p["stop_mm"] and dt <= p["stop_apart_s"]
        if not stands or zone:
            self.still_since = NONE
        elif self.still_since == NONE:
            self.still_since = self.last
        if self.still_since != NONE and at - self.still_since > p["stop_s"]:
            return self.raise_("STOPPED")
        self.now.discard("STOPPED")
        return set()

    def stray(self, found: Said) -> set[str]:
        """Beside the corridor, and for how long."""
        width = self.way.width
        self.strayed += min(max(found["distance"] - width, -width), STEPS * width)
        self.strayed = max(0, self.strayed)
        if not self.strayed:
            self.now.discard("STRAYING")
            return set()
        gone = self.strayed > self.policy["strayed_max_buffers"] * width
        if gone and found["off"] and self.off:
            self.red_since(self.last)
            return self.raise_("STRAYING", "OFF_CORRIDOR")
        return self.raise_("STRAYING")

    def reach(self, at: int, found: Said) -> set[str]:
        """Checkpoints along the way."""
        p, raised = self.policy, set()
        while self.mark < len(self.way.marks) and not found["off"]:
            mark = self.way.marks[self.mark]
            if found["progress"] < mark["at_mm"] - p["mark_mm"]:
                break
            if mark["until_s"] is not None and at > mark["until_s"]:
                raised.add("CHECKPOINT_LATE")
            if self.off and found["progress"] > mark["at_mm"] + p["bypass_mm"]:
                raised.add("CHECKPOINT_PASSED_BY")
            self.mark += 1
        return self.raise_(*raised)

    def pair(self, at: int, here: Place, found: Said) -> set[str]:
        """Lock and vehicle, or telephone."""
        p = self.policy
        if self.beside is None or abs(at - self.beside[0]) > p["pair_far_s"]:
            self.apart_count, self.far_since = 0, NONE
            self.now.discard("PAIR_APART")
            return set()
        apart = self.way.apart(found["segment"], self.beside[1], here)
        driven = p["gap_speed_mm_s"] * abs(at - self.beside[0])
        self.apart_count = self.apart_count + 1 if apart > p["pair_mm"] + driven else 0
        if apart <= p["pair_far_mm"] + driven:
            self.far_since = NONE
        elif self.far_since == NONE:
            self.far_since = at
        if self.apart_count < p["pair_samples"]:
            self.now.discard("PAIR_APART")
            return set()
        lost = self.far_since != NONE and at - self.far_since >= p["pair_far_s"]
        return self.raise_("PAIR_APART", *(["PAIR_LOST"] if lost else []))

    def raise_(self, *reasons: str) -> set[str]:
        """Let these stand; return those that did not."""
        new = set(reasons) - self.now
        self.now |= set(reasons)
        self.seen |= set(reasons)
        return new

    def red_since(self, at: int) -> None:
        """Red counts from its first time."""
        self.red_from = at if self.red_from is None else min(self.red_from, at)

    # What else stands in a log.

    def said(self, entry: Said, what: Said) -> None:
        """Take what a lock said."""
        self.heard = max(self.heard or entry["recorded_s"], entry["recorded_s"])
        self.plain |= entry["channel"] == "plain"
        alarms = set(what["alarms"])
        sealed = bool(self.seals) and (
            self.seals[-1]["lock"] == what["lock"] and self.seals[-1]["until_s"] is None
        )
        found = {WARNING[alarm] for alarm in alarms & set(WARNING)}
        found |= set() if what["is_known"] else {"MODEL_UNKNOWN"}
        found |= {"ENCRYPTED"} if what["is_encrypted"] else set()
        found |= {"CUT"} if alarms & CUTTING else set()
        if alarms & OPENING and (sealed or "opened_under_seal" in alarms):
            found.add("OPENED_UNDER_SEAL")
        if alarms & COVER:
            found.add("BACK_COVER_UNDER_SEAL" if sealed else "BACK_COVER")
        if "illegal_card" in alarms:
            found.add("CARD_ILLEGAL" if alarms & OPENING else "CARD_REFUSED")
        self.warned = found & WARNED
        self.seen |= found
        for reason in REASONS:
            if reason in found and reason in RED:
                at = what["at"] and (what["at"]["lat_e7"], what["at"]["lon_e7"])
                if at is None and self.last != NONE and entry["at_s"] - self.last <= 300:
                    at = self.place
                self.openings.append((reason, entry["at_s"], entry["ref"], what, at))
            elif reason in found:
                self.told.append((reason, entry["at_s"], entry["ref"]))

    def order(self, entry: Said, what: Said) -> None:
        """Take an officer's order."""
        self.orders.append(what)

    def seal(self, entry: Said, what: Said) -> None:
        """Begin a seal period."""
        self.unseal(entry, what)
        self.seals.append({"lock": what["lock"], "number": what["number"],
                           "from_s": entry["at_s"], "until_s": None})  # fmt: skip

    def unseal(self, entry: Said, what: Said) -> None:
        """End a seal period."""
        if self.seals and self.seals[-1]["until_s"] is None:
            self.seals[-1]["until_s"] = entry["at_s"]

    def clearance(self, entry: Said, what: Said) -> None:
        """End what these entries told."""
        self.cleared |= set(what["entries"])
        self.now -= {reason for reason, _, ref in self.told if ref in self.cleared} & RED
        if not self.now & RED:
            self.red_from = None
        self.seen |= {reason for reason, _, ref in self.told if ref in what["entries"]}

    def heard_of(self, entry: Said, what: Said) -> None:
        """Take what the sessions tell of who speaks."""
        if what["identity"] == "epoch":
            self.epochs.append(entry["ref"])
            return
        reason = "CLONE" if what["identity"] == "clone" else "SERIAL_BACK"
        self.seen.add(reason)
        self.told.append((reason, entry["at_s"], entry["ref"]))

    def missing(self, entry: Said, what: Said) -> None:
        """Take a hole."""
        name = f"{what['device']} {what['session']} {what['first']}-{what['last']}"
        if name not in self.filled:
            self.holes[name] = ("HOLE", entry["at_s"], entry["ref"])

    def fill(self, entry: Said, what: Said) -> None:
        """Close a hole."""
        self.filled.add(what["hole"])
        self.holes.pop(what["hole"], None)

    def pass_(self, entry: Said, what: Said) -> None:
        """Take a checkpoint's word."""
        sites = [mark["site"] for mark in self.way.marks]
        at = sites.index(what["site"]) if what["site"] in sites else -1
        if at != self.passed:
            self.seen.add("CHECKPOINT_ORDER")
            self.told.append(("CHECKPOINT_ORDER", entry["at_s"], entry["ref"]))
        self.passed = max(self.passed, at + 1)

    # The verdict.

    def stands(self, told: Told) -> bool:
        """Whether what was told still holds."""
        reason, _, ref = told
        if ref in self.cleared:
            return False
        if reason in OF_FIX and reason not in RED:
            return reason in self.now
        return reason not in WARNED or reason in self.warned

    def allowed(self, order: Said, opening: Opening) -> bool:
        """Whether an order is valid for an opening."""
        reason, when, _, what, at = opening
        if reason not in ALLOWS[order["kind"]] or order["lock"] != what["lock"]:
            return False
        if not order["from_s"] <= when <= order["until_s"]:
            return False
        if order["actor"] and what["actor"] and order["actor"] != what["actor"]:
            return False
        if order["place"] is None:
            return True
        return at is not None and within(order["place"], at)

    def verdict(self, as_of: int) -> Said:
        """Return the verdict as of a time."""
        p, told = self.policy, [one for one in self.told if self.stands(one)]
        for opening in self.openings:
            reason, when, ref, _, _ = opening
            if ref in self.cleared:
                continue
            good = [order for order in self.orders if self.allowed(order, opening)]
            if any(order["kind"] != "list" for order in good):
                continue
            out = any(as_of < (one["returned_by_s"] or one["until_s"]) for one in good)
            told.append(("ORDER_AWAITED" if out else reason, when, ref))
        told += [(reason, to, ref) for mask, to, due, ref in self.gaps if as_of >= due
                 for reason in REASONS if reason in mask]  # fmt: skip
        told += self.holes.values()
        if self.heard is None or as_of - self.heard > p["silent_s"]:
            told.append(("NOTHING_HEARD", as_of if self.heard is None else self.heard, ""))
        elif p["needs_second_source"] and self.plain and (
            self.beside_at is None or as_of - self.beside_at > p["silent_s"]
        ):  # fmt: skip
            told.append(("OPEN_LINE", self.heard, ""))
        by_reason: dict[str, list[str]] = {}
        for reason, _, ref in told:
            by_reason.setdefault(reason, []).append(ref)
        return {
            "outcome": OUTCOMES[max(map(weight, by_reason), default=0)],
            "worst": OUTCOMES[max(map(weight, {*by_reason, *self.seen}), default=0)],
            "reasons": [
                {"reason": one, "entries": [ref for ref in by_reason[one] if ref][-NAMED:]}
                for one in REASONS if one in by_reason
            ],
            "red_from_s": min((at for reason, at, _ in told if reason in RED), default=None),
            "backfill_until_s": max(
                (due for _, _, due, _ in self.gaps if as_of < due), default=None
            ),
            "seals": self.seals,
            "epochs": self.epochs,
            "blind_s": self.blind,
            "policy": p["version"],
            "as_of_s": as_of,
        }  # fmt: skip


def within(place: Said, at: Place) -> bool:
    """Whether a place lies in a circle; the factors of its centre stand beside it."""
    frame = (place["centre"]["lat_e7"], place["centre"]["lon_e7"], place["east"], place["north"])
    x, y = plane(frame, *at)
    return x * x + y * y <= int(place["radius_mm"]) ** 2


TAKES = {
    "fix": Trip.fix, "said": Trip.said, "order": Trip.order, "seal": Trip.seal,
    "unseal": Trip.unseal, "clearance": Trip.clearance, "heard": Trip.heard_of,
    "missing": Trip.missing, "filled": Trip.fill, "passed": Trip.pass_,
}  # fmt: skip


def judged(bundle: Said) -> Said:
    """Return the verdict that a bundle's log comes to."""
    trip = Trip(bundle["policy"], Corridor(bundle["plan"]))
    for entry in sorted(bundle["log"], key=in_order):
        TAKES[entry["kind"]](trip, entry, entry["what"])
    return trip.verdict(bundle["verdict"]["as_of_s"])


def in_order(entry: Said) -> tuple[int, str, int, int]:
    """Own time, or when it came where that is impossible."""
    at, came = entry["at_s"], entry["recorded_s"]
    return (
        min(at, came) if at > came + 120 else at,
        entry["session"],
        entry["serial"],
        entry["ingest"],
    )


def main(arguments: Sequence[str]) -> int:
    """Judge a bundle and say what was found."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        with open(arguments[0], "rb") as file:
            data = file.read()
        bundle = json.loads(data)
        if bundle["form"] != FORM:
            raise ValueError(f"this script reads {FORM}")
        found = judged(bundle)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as fault:
        print(f"This bundle can't be read: {fault!r}")
        return 2
    print(f"bundle   {hashlib.sha256(data).hexdigest()}")
    print(f"trip     {bundle['trip']}, policy {found['policy']}, {len(bundle['log'])} entries")
    print(f"verdict  {found['outcome']} as of {found['as_of_s']} (worst: {found['worst']})")
    for why in found["reasons"]:
        print(f"         {why['reason']}: {', '.join(why['entries']) or 'nothing came'}")
    if found != bundle["verdict"]:
        print("The bundle says otherwise: its verdict is not what its log comes to.")
        return 1
    print("That is what the bundle says. GREEN is no proof that the cargo is untouched.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
