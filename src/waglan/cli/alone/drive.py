"""A drive, followed from fix to fix."""

from waglan.cli.alone.corridor import Corridor
from waglan.cli.alone.words import (
    GAPS,
    NONE,
    REASONS,
    RED,
    STEPS,
    Opening,
    Place,
    Said,
    Told,
)


class Drive:
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
        self.plain = self.returning = False

    # Fixes.

    def fix(self, entry: Said, what: Said) -> None:
        """Take a fix."""
        p, at = self.policy, what["at_s"]
        is_beside, had_turned = what["source"] == 1, "TURNED_BACK" in self.seen
        raised = self.follow(what, is_beside=is_beside)
        if self.returning:
            raised.discard("TURNED_BACK")
            self.now.discard("TURNED_BACK")
            self.seen -= set() if had_turned else {"TURNED_BACK"}
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
