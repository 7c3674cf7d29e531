"""The frames of a trip: each proven to stand in a batch of the log, and none left out unseen."""

import hashlib
from collections.abc import Sequence

from waglan.cli.alone.acts import second
from waglan.cli.alone.proof import Log, Wrong, fields, moment, root_of, unbase64
from waglan.cli.alone.words import Said

MASKED = {"jtt808"}  # protocols whose frames show a code, which is hidden in what is kept
HOLES_MAX = 1_000  # that are listed of one session


def opened_leaf(opening: bytes, digest: bytes) -> bytes:
    """The leaf of a frame, by its opening and its hash."""
    return hashlib.blake2b(digest, key=opening, person=b"waglan-frame/v1", digest_size=32).digest()


class Frames:
    """All frames of a bundle, proven; `erased` of them say no more what they said."""

    def __init__(self, bundle: Said, log: Log) -> None:
        """Prove each frame of each device."""
        self.by_number = dict[int, tuple[Said, Said, Said]]()
        self.devices = bundle["devices"]
        self.erased, self.masked = list[Said](), 0
        order = [(moment(one["since"]), one["terminal"]) for one in bundle["devices"]]
        if order != sorted(set(order)):
            raise Wrong("devices_order")
        for device in bundle["devices"]:
            firsts = [batch["frames"][0]["id"] for batch in device["batches"]]
            if firsts != sorted(firsts):
                raise Wrong("devices_order")
            fields(device, "terminal protocol model is_lock serials since until read_as batches")
            told = [self.batch(device, batch, log) for batch in device["batches"]]
            chained(device, [body for body in told if body])

    def batch(self, device: Said, batch: Said, log: Log) -> Said | None:
        """Prove the frames of one batch; return what its event says, None if that is erased."""
        fields(batch, "seq frames beside")
        event, seq = log.told(batch["seq"]), batch["seq"]
        about = {"kind": "device", "text": device["terminal"]}
        if event is not None and (event["code"], event["about"]) != ("device.batch", about):
            raise Wrong("batch_of_another", seq=seq)
        if not batch["frames"]:
            raise Wrong("batch_empty", seq=seq)
        leaves = self.leaves(device, batch["frames"], event or {}, seq)
        if event is None:
            return None
        body = event["body"]
        first, count = body["first"], body["count"]
        if body["last"] - first + 1 != count:
            raise Wrong("batch_count", seq=seq)
        beside = [unbase64(one) for one in batch["beside"]]
        placed = {number - first: one for number, one in leaves.items()}
        if root_of(placed, count, beside).hex() != body["root"]:
            raise Wrong("not_in_batch", seq=seq)
        if within(device, event) and len(leaves) != count:
            raise Wrong("batch_count", seq=seq)
        if any(frame["session"] != body["session"] for frame in batch["frames"]):
            raise Wrong("frame_session", seq=seq)
        return {**body, "is_within": within(device, event)}

    def leaves(
        self, device: Said, frames: Sequence[Said], event: Said, seq: int
    ) -> dict[int, bytes]:
        """The leaves of a batch's frames, which stand in their order, each once in the bundle."""
        found = dict[int, bytes]()
        for frame in frames:
            number = frame["id"]
            if number <= max(found, default=-1) or number in self.by_number:
                raise Wrong("frames_order", seq=seq)
            found[number] = self.leaf(device, frame)
            self.by_number[number] = (device, event, frame)
        return found

    def leaf(self, device: Said, frame: Said) -> bytes:
        """The leaf of one frame, which is opened or erased."""
        if "leaf" in frame:
            fields(frame, "id session serial at_s reading leaf on under")
            self.erased.append(frame)
            return unbase64(frame["leaf"])
        fields(frame, "id session serial at_s reading opening sha256 raw is_masked")
        digest, raw = bytes.fromhex(frame["sha256"]), unbase64(frame["raw"])
        is_masked = hashlib.sha256(raw).digest() != digest
        if is_masked != frame["is_masked"] or (is_masked and device["protocol"] not in MASKED):
            raise Wrong("frame_hash", frame=frame["id"])
        self.masked += is_masked
        return opened_leaf(unbase64(frame["opening"]), digest)

    def compare(self, entries: Sequence[Said]) -> None:
        """Have each entry of the log come from an act, or from a frame that was proven."""
        seen = set[str]()
        for entry in entries:
            ref = entry["ref"]
            fields(entry, "ref at_s recorded_s ingest what session serial channel kind")
            if ref.startswith("datum-"):
                if not self.told_datum(entry):
                    raise Wrong("entry_of_nothing", ref=ref)
                continue
            if ref in seen:
                raise Wrong("entry_twice", ref=ref)
            seen.add(ref)
            if ref.startswith("act-"):
                continue
            number = ref.partition(".")[0]
            known = self.by_number.get(int(number)) if number.isdecimal() else None
            if known is None or not came_from(entry, *known):
                raise Wrong("entry_of_nothing", ref=ref)

    def told_datum(self, entry: Said) -> bool:
        """Whether an entry tells of the datum in which one of the devices is read."""
        what = entry["what"]
        return entry["kind"] == "misread" and any(
            entry["ref"] == f"datum-{device['terminal']}"
            and (what["device"], what["read_as"]) == (device["terminal"], device["read_as"])
            and entry["at_s"] == second(device["since"])
            for device in self.devices
        )

    def count(self, bundle: Said) -> None:
        """Have every serial that is missing be told of as a hole."""
        entries = bundle["log"]
        clones = {int(one["ref"].partition(".")[0]) for one in entries
                  if one["kind"] == "heard" and one["what"]["identity"] == "clone"}  # fmt: skip
        told = [one["what"] for one in entries if one["kind"] == "missing"]
        for device in bundle["devices"]:
            if not device["is_lock"]:
                continue
            frames = [one for batch in device["batches"] for one in batch["frames"]]
            frames = sorted((one for one in frames if one["id"] not in clones), key=number_of)
            for session, holes in missing(frames, device["serials"]).items():
                of = [one for one in told if one["session"] == session]
                for n in holes:
                    if len(of) < HOLES_MAX and not any(h["first"] <= n <= h["last"] for h in of):
                        raise Wrong("serial_missing", device=device["terminal"], serial=n)


def number_of(frame: Said) -> int:
    """The order in which frames were kept."""
    return int(frame["id"])


def came_from(entry: Said, device: Said, event: Said, frame: Said) -> bool:
    """Whether an entry says of its frame what was proven, and names the device that it is of."""
    body = event.get("body", {})
    named = entry["what"].get("lock", entry["what"].get("device", device["terminal"]))
    return bool(
        entry["ingest"] == frame["id"]
        and entry["session"] == frame["session"]
        and entry["serial"] == (frame["serial"] or 0)
        and entry["channel"] == body.get("channel")
        and entry["recorded_s"] == second(event["recorded_at"])
        and (entry["kind"] != "fix" or entry["what"]["source"] == (0 if device["is_lock"] else 1))
        and (entry["kind"] == "fix" or device["is_lock"])
        and (entry["kind"] not in ("said", "heard", "missing") or named == device["terminal"])
        and entry["kind"] in ("fix", "said", "heard", "missing", "filled")
        and "leaf" not in frame
    )


def within(device: Said, event: Said) -> bool:
    """Whether a batch came while its device was heard for the trip: then all of it is shown."""
    at, until = moment(event["recorded_at"]), device["until"]
    return moment(device["since"]) <= at and (until is None or at < moment(until))


def chained(device: Said, told: Sequence[Said]) -> None:
    """Have no batch be left out between two: each names the newest frame that came before it."""
    bodies = sorted(told, key=lambda one: int(one["first"]))
    lasts = {body["last"] for body in bodies}
    for body in bodies[1:]:
        before = body.get("before")
        is_known = before is None or before in lasts or before < bodies[0]["first"]
        if body["is_within"] and not is_known:
            raise Wrong("batch_left_out", device=device["terminal"], frame=before)


def missing(frames: Sequence[Said], count: int) -> dict[str, set[int]]:
    """What is missing of each session, counted from its first frame without wrapping."""
    found, here, before, serial, at = dict[str, set[int]](), "", "", 0, 0
    for frame in frames:
        session = frame["session"]
        if before and session == before:
            continue
        if session != here:
            before, here = here, session
            found.pop(session, None)
        if frame["serial"] is None:
            continue
        if session not in found:
            found[session], serial, at = set(), frame["serial"], 0
            continue
        ahead = (frame["serial"] - serial) % count
        if ahead == 0 or ahead > count // 2:
            found[session].discard(at - (count - ahead) % count)
            continue
        found[session] |= set(range(at + 1, at + ahead))
        serial, at = frame["serial"], at + ahead
    return found
