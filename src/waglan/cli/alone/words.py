"""The words and figures of the published rules."""

from typing import Any

Said = dict[str, Any]  # as the bundle's JSON has it
Place = tuple[int, int]  # latitude and longitude in 1e-7 degree, or mm east and north
Told = tuple[str, int, str]  # reason, when, and the entry that says so
Opening = tuple[str, int, str, Said, "Place | None"]

FORM = "waglan/trip-evidence/v1"
JUDGED = "waglan/trip-bundle/v1"
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
