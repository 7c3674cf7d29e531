"""By which figures of a policy each reason is measured: for the authority that owns it alone."""

from collections.abc import Mapping
from typing import Final

from waglan.elock.policy import Policy
from waglan.elock.reason import Reason

# What is not listed has no figure: a lock says it, or it does not.
MEASURED_BY: Final[Mapping[Reason, tuple[str, ...]]] = {
    Reason.CLOCK_AHEAD: ("clock_ahead_s",),
    Reason.OUTLIER: ("speed_max_mm_s", "slack_mm"),
    Reason.STRAYING: ("buffer_mm",),
    Reason.OFF_CORRIDOR: ("buffer_mm", "strayed_max_buffers"),
    Reason.JUMPED: ("speed_max_mm_s", "slack_mm"),
    Reason.TURNED_BACK: ("turn_back_mm",),
    Reason.REPLAYED: ("turn_back_mm", "speed_max_mm_s", "slack_mm"),
    Reason.TOO_FAR: ("speed_max_mm_s", "slack_mm"),
    Reason.GAP: ("gap_s", "gap_grace_s", "covered_margin_mm"),
    Reason.GAP_LONG: ("gap_long_s", "gap_grace_s", "covered_margin_mm"),
    Reason.UNSEEN_STOP: ("gap_speed_mm_s", "unseen_stop_s", "gap_grace_s"),
    Reason.FROZEN: ("frozen", "frozen_speed_m_h"),
    Reason.FROZEN_LONG: ("frozen_long", "frozen_speed_m_h"),
    Reason.STOPPED: ("stop_s", "stop_mm", "stop_apart_s"),
    Reason.CHECKPOINT_LATE: ("mark_mm",),
    Reason.CHECKPOINT_PASSED_BY: ("bypass_mm",),
    Reason.PAIR_APART: ("pair_mm", "pair_samples", "speed_max_mm_s"),
    Reason.PAIR_LOST: ("pair_far_mm", "pair_far_s"),
    Reason.OPEN_LINE: ("needs_second_source", "silent_s"),
    Reason.NOTHING_HEARD: ("silent_s",),
}


def figures_of(policy: Policy, reason: Reason) -> dict[str, int]:
    """Return the figures that a reason is measured by; a flag is 1 or 0."""
    return {name: int(getattr(policy, name)) for name in MEASURED_BY.get(reason, ())}
