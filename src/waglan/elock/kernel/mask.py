"""The bits of the reasons that a kernel raises from positions."""

from typing import Final

from waglan.elock.reason import Reason, bits

CLOCK_AHEAD: Final = bits(Reason.CLOCK_AHEAD)
OUTLIER: Final = bits(Reason.OUTLIER)
STRAYING: Final = bits(Reason.STRAYING)
OFF_CORRIDOR: Final = bits(Reason.OFF_CORRIDOR)
JUMPED: Final = bits(Reason.JUMPED)
TURNED_BACK: Final = bits(Reason.TURNED_BACK)
REPLAYED: Final = bits(Reason.REPLAYED)
TOO_FAR: Final = bits(Reason.TOO_FAR)
GAP: Final = bits(Reason.GAP)
GAP_LONG: Final = bits(Reason.GAP_LONG)
UNSEEN_STOP: Final = bits(Reason.UNSEEN_STOP)
FROZEN: Final = bits(Reason.FROZEN)
FROZEN_LONG: Final = bits(Reason.FROZEN_LONG)
STOPPED: Final = bits(Reason.STOPPED)
CHECKPOINT_LATE: Final = bits(Reason.CHECKPOINT_LATE)
CHECKPOINT_PASSED_BY: Final = bits(Reason.CHECKPOINT_PASSED_BY)
PAIR_APART: Final = bits(Reason.PAIR_APART)
PAIR_LOST: Final = bits(Reason.PAIR_LOST)
