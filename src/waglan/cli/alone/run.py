"""Verifies a trip's bundle without a network and without the system that made it.

It needs Python and the package `cryptography`. With the log's key, which its operator gives you, it
proves that the log holds every frame and act as shown, that none was left out where that can be
seen, and who signed and cosigned; then it judges the trip again, with integers alone.

Exit 0: all is proven, and the verdict is what the log comes to; 1: something is not as it must be;
2: the bundle or a key can't be read; 3: all is proven, but the verdict can't be judged again here,
for the bundle has no policy or what it was judged by is erased.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from waglan.cli.alone.acts import Acts, known_fields, planned
from waglan.cli.alone.frames import Frames
from waglan.cli.alone.proof import Checkpoint, Key, Log, Wrong, canonical, read_key, signer
from waglan.cli.alone.told import LANGUAGES, Words
from waglan.cli.alone.trip import judged
from waglan.cli.alone.words import FORM, JUDGED, Said


def main(arguments: Sequence[str]) -> int:
    """Verify a bundle and say what was found."""
    asked = options(arguments)
    say = Words(asked.lang)
    try:
        logs, witnesses = (list(map(read_key, keys)) for keys in (asked.log, asked.witness))
        needed = len(witnesses) if asked.needed is None else asked.needed
        if not 0 <= needed <= len({key[3] for key in witnesses}):
            raise ValueError(f"--needed {needed}")
        if {key[3] for key in logs} & {key[3] for key in witnesses}:
            raise ValueError("a log cannot be its own witness")
        with open(asked.bundle, "rb") as file:
            data = file.read()
        return verified(data, (logs, witnesses, needed), say)
    except Wrong as wrong:
        print(say.why(wrong))
        return 1
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError,
            RecursionError, ArithmeticError) as fault:  # fmt: skip
        print(say("unreadable", fault=repr(fault)))
        return 2


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    parser.add_argument("bundle", help="trip.json")
    parser.add_argument("--log", action="append", required=True, help="the log's key")
    parser.add_argument("--witness", action="append", default=[], help="a witness's key")
    parser.add_argument("--needed", type=int, help="how many witnesses it takes; else all")
    parser.add_argument("--lang", choices=sorted(LANGUAGES), default="en")
    return parser.parse_args(arguments)


def verified(data: bytes, pinned: tuple[list[Key], list[Key], int], say: Words) -> int:
    """Prove a bundle by what was pinned, and judge it again."""
    logs, witnesses, needed = pinned
    line, _, last = data.partition(b"\n")
    bundle: Said = json.loads(line)
    if not isinstance(bundle, dict) or bundle.get("form") != FORM:
        raise ValueError(f"this script reads {FORM}")
    known_fields(bundle)
    if canonical(bundle) != line or not last.endswith(b"\n"):
        raise Wrong("spelling")
    checkpoint = Checkpoint(bundle["checkpoint"], logs, witnesses)
    if not checkpoint.by_log:
        raise Wrong("log_signature", origin=checkpoint.origin)
    log = Log(bundle, checkpoint)
    check = signer(log, bundle["keys"], bundle["made_at"])
    check("waglan/bundle/v1", last[:-1].decode("ascii"), line)
    told = {"sha256": hashlib.sha256(data).hexdigest(), "at": bundle["made_at"]}
    print(say("bundle", **told, authority=bundle["authority"], trip=bundle["trip"]))
    print(say("log", origin=checkpoint.origin, size=checkpoint.size))
    seen(checkpoint, needed, say)
    is_planned = planned(bundle, log)
    acts, frames = Acts(bundle, log), Frames(bundle, log)
    log.all_used()
    of_log(bundle, log, acts, say)
    of_frames(bundle, frames, say)
    print(say("planned_by" if is_planned else "unplanned"))
    is_gone = bool(frames.erased or log.erased.keys() & set(bundle["acts"]))
    if bundle["verdict"] is None:
        if not is_gone:
            raise Wrong("verdict_for")
        if bundle["log"] or bundle["judged_sha256"] is not None:
            raise Wrong("judged_hash")
        last_state(bundle, check, say)
        return 3
    if bundle["last"] is not None:
        raise Wrong("state")
    acts.compare(bundle["log"])
    frames.compare(bundle["log"])
    frames.count(bundle)
    return again(bundle, say)


def seen(checkpoint: Checkpoint, needed: int, say: Words) -> None:
    """Say who saw this very log; too few of those who were asked for prove nothing."""
    names = [key[0] for key in checkpoint.by_witness]
    found = len({key[3] for key in checkpoint.by_witness})
    if found < needed:
        raise Wrong("unwitnessed", found=found, needed=needed)
    print(say("witnessed", names=", ".join(names)) if needed else say("no_witness"))


def of_log(bundle: Said, log: Log, acts: Acts, say: Words) -> None:
    """Say what stands in the log."""
    batches = sum(len(device["batches"]) for device in bundle["devices"])
    print(say("events", count=len(bundle["events"]), acts=len(bundle["acts"]), batches=batches))
    for seq, event in sorted(log.erased.items()):
        print(say("erased_event", seq=seq, on=event["on"], under=event["under"]))
    for (who, party, key), count in sorted(acts.signed.items()):
        print(say("officer", who=who, party=party, key=key, count=count))


def of_frames(bundle: Said, frames: Frames, say: Words) -> None:
    """Say what of the frames is proven."""
    readings = sorted({frame["reading"] for _, _, frame in frames.by_number.values()})
    versions = ", ".join(map(str, readings)) or "-"
    print(say("frames", count=len(frames.by_number), readings=versions))
    print(say("decoding"))
    if frames.masked:
        print(say("masked", count=frames.masked))
    for on, under in sorted({(frame["on"], frame["under"]) for frame in frames.erased}):
        count = sum((frame["on"], frame["under"]) == (on, under) for frame in frames.erased)
        print(say("erased", count=count, on=on, under=under))


def last_state(bundle: Said, check: Callable[[str, str, bytes], None], say: Words) -> None:
    """Say what was signed last, where nobody can judge again."""
    print(say("gone"))
    last = bundle["last"]
    if last is None:
        print(say("no_state"))
        return
    said = json.loads(last["said"])
    check("waglan/trip-state/v1", last["signature"], last["said"].encode())
    if (said["trip"], said["authority"]) != (bundle["trip"], bundle["authority"]):
        raise Wrong("state")
    shown(said["verdict"], 0, say)


def shown(verdict: Said, count: int, say: Words) -> None:
    """Say a verdict."""
    as_of = datetime.fromtimestamp(verdict["as_of_s"], UTC).isoformat()
    told = {name: verdict[name] for name in ("outcome", "worst", "policy")}
    print(say("verdict", **told, as_of=as_of, count=count))
    for why in verdict["reasons"]:
        entries = ", ".join(why["entries"]) or say("nothing")
        print(say("reason", reason=why["reason"], entries=entries))


def again(bundle: Said, say: Words) -> int:
    """Judge the trip again, where its policy is here, and say what it comes to."""
    verdict = bundle["verdict"]
    shown(verdict, len(bundle["log"]), say)
    if bundle["policy"] is None:
        print(say("by_word"))
        print(say("green"))
        return 3
    names = ("trip", "policy", "plan", "log", "verdict")
    whole = {"form": JUDGED, **{name: bundle[name] for name in names}}
    if hashlib.sha256(canonical(whole)).hexdigest() != bundle["judged_sha256"]:
        raise Wrong("judged_hash")
    found = judged(bundle)
    if found != verdict:
        raise Wrong("differs", outcome=found["outcome"])
    print(say("judged", sha256=bundle["judged_sha256"]))
    print(say("green"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
