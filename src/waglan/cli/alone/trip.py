"""A trip by its log, and the verdict that it comes to."""

from waglan.cli.alone.corridor import Corridor, plane
from waglan.cli.alone.drive import Drive
from waglan.cli.alone.words import (
    ALLOWS,
    COVER,
    CUTTING,
    NAMED,
    NONE,
    OF_FIX,
    OPENING,
    OUTCOMES,
    REASONS,
    RED,
    WARNED,
    WARNING,
    Opening,
    Place,
    Said,
    Told,
    weight,
)


class Trip(Drive):
    """A trip as its log is read, entry by entry."""

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
        self.seen |= found - RED  # what an order allows never was anything
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
        if entry["at_s"] <= what["until_s"]:
            self.orders.append(what)
        self.returning |= what["kind"] == "abort"

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

    def misread(self, entry: Said, what: Said) -> None:
        """Take that a device is read in another datum than it tells."""
        self.seen.add("DATUM")
        self.told.append(("DATUM", entry["at_s"], entry["ref"]))

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
        past: list[Told] = []
        for opening in self.openings:
            reason, when, ref, _, _ = opening
            good = [order for order in self.orders if self.allowed(order, opening)]
            if any(order["kind"] != "list" for order in good):
                continue
            out = any(as_of < (one["returned_by_s"] or one["until_s"]) for one in good)
            held = past if ref in self.cleared else told
            held.append(("ORDER_AWAITED" if out else reason, when, ref))
        told += [(reason, to, ref) for mask, to, due, ref in self.gaps if as_of >= due
                 for reason in REASONS if reason in mask]  # fmt: skip
        told += self.holes.values()
        if self.heard is None or as_of - self.heard > p["silent_s"]:
            told.append(("NOTHING_HEARD", as_of if self.heard is None else self.heard, ""))
        elif p["needs_second_source"] and self.plain and (
            self.beside_at is None or as_of - self.beside_at > p["silent_s"]
        ):  # fmt: skip
            told.append(("OPEN_LINE", self.heard, ""))
        ever = {*self.seen, *(reason for reason, _, _ in (*told, *past))}
        by_reason: dict[str, list[str]] = {}
        for reason, _, ref in told:
            by_reason.setdefault(reason, []).append(ref)
        return {
            "outcome": OUTCOMES[max(map(weight, by_reason), default=0)],
            "worst": OUTCOMES[max(map(weight, ever), default=0)],
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
    "misread": Trip.misread,
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
