"""Where each number stands in the arrays that the array kernels read and write."""

from typing import Final

# Of a track, in the order of its fields.
(
    LAST_S, LAT_E7, LON_E7, SEGMENT, PROGRESS_MM, HIGH_MM, STRAYED_MM, FROZEN, FROZEN_SINCE_S,
    STILL_SINCE_S, NEXT_MARK, SEEN, NOW, BLIND_S, CANDIDATE_S, CANDIDATE_LAT_E7, CANDIDATE_LON_E7,
    RED_FROM_S, BESIDE_S, BESIDE_LAT_E7, BESIDE_LON_E7, APART, FAR_SINCE_S, IS_OFF, AGREED,
) = range(25)  # fmt: skip

# Of a fix, in the order of its fields.
FIX_AT_S, FIX_RECORDED_S, FIX_LAT_E7, FIX_LON_E7, FIX_SPEED_M_H, FIX_SOURCE = range(6)

# Of a trip: its plan and its policy, by their rows.
TRIP_PLAN, TRIP_POLICY = range(2)

# Of a plan: the rows of what belongs to it, from the first to before the end.
(
    PLAN_SEGMENT, PLAN_SEGMENT_END, PLAN_BOX, PLAN_BOX_END, PLAN_MARK, PLAN_MARK_END,
    PLAN_STRETCH, PLAN_STRETCH_END, PLAN_BUFFER_MM,
) = range(9)  # fmt: skip

FRAME_LAT_E7, FRAME_LON_E7, FRAME_EAST, FRAME_NORTH = range(4)
(
    SEGMENT_FRAME, SEGMENT_X, SEGMENT_Y, SEGMENT_DX, SEGMENT_DY, SEGMENT_LENGTH_MM,
    SEGMENT_START_MM, SEGMENT_SQUARED,
) = range(8)  # fmt: skip
BOX_FRAME, BOX_SEGMENT, BOX_SEGMENT_END, BOX_WEST, BOX_SOUTH, BOX_EAST, BOX_NORTH = range(7)
MARK_AT_MM, MARK_UNTIL_S = range(2)
STRETCH_IS_STOP_ZONE, STRETCH_FROM_MM, STRETCH_TO_MM = range(3)

# Of a policy: the figures that a step reads, in this order.
FIGURES: Final = (
    "clock_ahead_s", "speed_max_mm_s", "slack_mm", "strayed_max_buffers", "turn_back_mm", "gap_s",
    "gap_long_s", "gap_speed_mm_s", "unseen_stop_s", "covered_margin_mm", "frozen_speed_m_h",
    "frozen", "frozen_long", "stop_mm", "stop_apart_s", "stop_s", "mark_mm", "bypass_mm",
    "pair_mm", "pair_far_mm", "pair_far_s", "pair_samples", "fresh_s",
)  # fmt: skip
(
    POLICY_CLOCK_AHEAD_S, POLICY_SPEED_MAX_MM_S, POLICY_SLACK_MM, POLICY_STRAYED_MAX_BUFFERS,
    POLICY_TURN_BACK_MM, POLICY_GAP_S, POLICY_GAP_LONG_S, POLICY_GAP_SPEED_MM_S,
    POLICY_UNSEEN_STOP_S, POLICY_COVERED_MARGIN_MM, POLICY_FROZEN_SPEED_M_H, POLICY_FROZEN,
    POLICY_FROZEN_LONG, POLICY_STOP_MM, POLICY_STOP_APART_S, POLICY_STOP_S, POLICY_MARK_MM,
    POLICY_BYPASS_MM, POLICY_PAIR_MM, POLICY_PAIR_FAR_MM, POLICY_PAIR_FAR_S, POLICY_PAIR_SAMPLES,
    POLICY_FRESH_S,
) = range(23)  # fmt: skip

# Of a move, as the array kernels hand it from one rule to the next.
(
    MOVE_DISTANCE_MM, MOVE_SEGMENT, MOVE_PROGRESS_MM, MOVE_STEP_MM, MOVE_DT_S, MOVE_IS_OFF,
    MOVE_AT_S, MOVE_LAT_E7, MOVE_LON_E7, MOVE_SPEED_M_H,
) = range(10)  # fmt: skip
