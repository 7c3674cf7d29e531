"""Until when the missing parts of a manifest are awaited before its sender is told."""

from datetime import datetime

from waglan.codes.calendar import HONG_KONG
from waglan.manifest.assembly import OPEN_MAX
from waglan.manifest.call import time_of
from waglan.manifest.deadline import Bound, DeadlineState, deadlines
from waglan.manifest.draft_manifest import MODE_CODES
from waglan.manifest.filing_profile import Recipient, profiles
from waglan.manifest.model import Head

_MODES = {code: mode for mode, code in MODE_CODES.items()}


def awaited_until(head: Head, *, opened_at: datetime) -> datetime:
    """Return when to tell of missing parts: after 24 hours, or at a filing deadline before that.

    One that is over when the first part comes is no time to wait for.
    """
    nearest = [at for at in _filing_deadlines(head) if at > opened_at]
    return min([opened_at + OPEN_MAX, *nearest])


def _filing_deadlines(head: Head) -> list[datetime]:
    """Return by when manifests are to be at the desk here, as far as a head tells it."""
    times = {
        name: time_of(text, zone=HONG_KONG)
        for name, text in (("arrival", head.arrival), ("departure", head.departure))
    }
    anchors = {name: at.astimezone(HONG_KONG) for name, at in times.items() if at is not None}
    mode = _MODES.get(head.mode or "")
    return [
        one.at
        for profile in profiles().values()
        if profile.recipient is Recipient.CUSTOMS_DESK and mode in profile.modes
        for one in deadlines(anchors, {**profile.facts, "mode": mode}, of=profile.rule_ids)
        if one.state is DeadlineState.DUE and one.rule.bound is Bound.LATEST and one.at is not None
    ]
