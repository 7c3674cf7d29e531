"""What was done about a trip: each act as it was handed in, signed, and what of it is judged."""

import hashlib
import json
from collections.abc import Sequence

from waglan.cli.alone.proof import Log, Wrong, canonical, fields, is_signed, moment, unbase64
from waglan.cli.alone.words import Said

ORDERS = {
    "inspect": "inspect", "cut": "cut", "replace lock": "replace", "transload": "transload",
    "open": "open", "allow opening": "open", "list openings": "list", "abort": "abort",
}  # fmt: skip
BESIDE = {"allow opening", "list openings", "explain", "clear alarm", "alarm"}
FIELDS = (
    "form trip authority made_at policy policy_sha256 plan log verdict judged_sha256 last devices"
    " planned acts keys events beside checkpoint"
)
OWN = {"clear alarm", "explain"}


def second(text: str) -> int:
    """Whole seconds since 1970."""
    return int(moment(text).timestamp())


class Acts:
    """The acts of a trip, proven; `signed` names who signed how many, by which key."""

    def __init__(self, bundle: Said, log: Log) -> None:
        """Prove each act, in its order."""
        self.trip, self.authority = bundle["trip"], bundle["authority"]
        self.entries, self.explained = dict[str, Said](), dict[str, str]()
        self.signed = dict[tuple[str, str, str], int]()
        self.is_whole = True
        if len(set(bundle["acts"])) != len(bundle["acts"]):
            raise Wrong("acts_order", n=0)
        missing = {entry["ref"]: entry["what"] for entry in bundle["log"]
                   if entry["kind"] == "missing"}  # fmt: skip
        self.holes = {ref: hole(what) for ref, what in missing.items()}
        for n, seq in enumerate(bundle["acts"], 1):
            event = log.told(seq)
            if event is None:
                self.is_whole = False
            else:
                self.take(n, event)

    def take(self, n: int, event: Said) -> None:
        """Prove one act: its signature, whose it is, and that none was left out before it."""
        body = event["body"]
        text = body["body"].encode()
        act = json.loads(text)
        if event["about"] != {"kind": "trip", "text": self.trip} or act["trip"] != self.trip:
            raise Wrong("act_of_another", n=n)
        if canonical(act) != text or (act["id"], act["party"]) != (body["act"], event["said_by"]):
            raise Wrong("act_of_another", n=n)
        if act["act"] not in BESIDE and act["version"] != n - 1:
            raise Wrong("acts_order", n=n)
        is_officer = "signature" in body
        if is_officer:
            public = unbase64(body["public_key"])
            if not is_signed(public, unbase64(body["signature"]), text) or body["by"] != act["by"]:
                raise Wrong("act_signature", n=n)
            who = (act["by"], act["party"], hashlib.sha256(public).hexdigest())
            self.signed[who] = self.signed.get(who, 0) + 1
        if act["act"] in OWN and event["said_by"] != self.authority:
            return
        for k, (kind, what) in enumerate(self.whats(act, is_officer=is_officer)):
            ref = f"act-{n}.{k}" if k else f"act-{n}"
            self.entries[ref] = {
                "ref": ref, "at_s": second(act["at"]), "recorded_s": second(event["recorded_at"]),
                "ingest": n, "session": "", "serial": 0, "channel": None, "kind": kind,
                "what": what,
            }  # fmt: skip

    def whats(self, act: Said, *, is_officer: bool) -> list[tuple[str, Said]]:
        """What of an act is judged."""
        what, by, lock = act["act"], act["by"], act.get("lock") or ""
        found = list[tuple[str, Said]]()
        if what in ORDERS:
            found.append(("order", order(act, ORDERS[what])))
        if what in ("seal", "reseal", "replace lock"):
            officer = by if is_officer else None
            sealed = {"lock": act.get("new_lock") or lock, "number": act.get("seal") or "",
                      "officer": officer}  # fmt: skip
            found.append(("seal", sealed))
        elif what == "close":
            found.append(("unseal", {"lock": lock, "officer": by}))
        elif what == "pass":
            found.append(("passed", {"site": act.get("site") or "", "officer": by}))
        elif what == "clear alarm":
            told = {"officer": by, "entries": act.get("entries", []),
                    "reason": act.get("reason", "")}  # fmt: skip
            found.append(("clearance", told))
        elif what == "explain":
            found += [("filled", {"hole": self.holes.get(one, one), "why": act.get("reason", "")})
                      for one in act.get("entries", [])]  # fmt: skip
        return found

    def compare(self, entries: Sequence[Said]) -> None:
        """Have the log say of acts exactly what was proven."""
        shown = {entry["ref"]: entry for entry in entries if entry["ref"].startswith("act-")}
        for ref in sorted({*shown, *self.entries}):
            one, other = (bare(each.get(ref)) for each in (shown, self.entries))
            if one != other:
                raise Wrong("act_entry", ref=ref)


def order(act: Said, kind: str) -> Said:
    """An order; the factors of its place stand in the log alone."""
    place = act.get("place")
    if place is not None:
        place = {
            "centre": {"lat_e7": place["lat_e7"], "lon_e7": place["lon_e7"]},
            "radius_mm": place["radius_m"] * 1000,
        }
    back = act.get("returned_by")
    return {
        "kind": kind, "officer": act["by"], "lock": act.get("lock") or "",
        "from_s": second(act.get("from_at") or act["at"]),
        "until_s": second(act.get("until_at") or act["at"]), "reason": act.get("reason", ""),
        "place": place, "actor": act.get("person"),
        "returned_by_s": None if back is None else second(back),
    }  # fmt: skip


def bare(entry: Said | None) -> Said | None:
    """An entry without the factors of a place."""
    place = (entry or {}).get("what", {}).get("place")
    if entry is None or place is None:
        return entry
    kept = {name: place[name] for name in ("centre", "radius_mm")}
    return {**entry, "what": {**entry["what"], "place": kept}}


def hole(what: Said) -> str:
    """The name of a hole."""
    return f"{what['device']} {what['session']} {what['first']}-{what['last']}"


def planned(bundle: Said, log: Log) -> bool:
    """Whether the corridor, and the figures, are those that were planned by; false if erased."""
    if bundle["planned"] is None:
        return False
    event = log.told(bundle["planned"])
    if event is None:
        return False
    about, body = event["about"], event["body"]
    if event["code"] != "trip.planned" or about != {"kind": "trip", "text": bundle["trip"]}:
        raise Wrong("planned")
    if hashlib.sha256(canonical(bundle["plan"])).hexdigest() != body["plan"]:
        raise Wrong("plan")
    policy = bundle["policy"]
    if policy is not None:
        if hashlib.sha256(canonical(policy)).hexdigest() != bundle["policy_sha256"]:
            raise Wrong("policy")
        if policy["authority"] != bundle["authority"]:
            raise Wrong("policy")
    if bundle["policy_sha256"] not in body["policies"]:
        raise Wrong("policy")
    return True


def known_fields(bundle: Said) -> None:
    """Have all that a bundle says, and no more."""
    fields(bundle, FIELDS)
