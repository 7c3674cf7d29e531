"""What the script sees of frames that are not there: numbers, and batches between two others."""

from typing import Any

import pytest

from waglan.cli.alone.frames import chained, missing
from waglan.cli.alone.proof import Wrong


def frames(session: str, *serials: int | None) -> list[dict[str, Any]]:
    return [{"session": session, "serial": serial} for serial in serials]


@pytest.mark.parametrize(
    ("serials", "holes"),
    [
        ((5, 6, 7), set()),
        ((5, 7), {1}),
        ((5, 9), {1, 2, 3}),
        ((5, 7, 6), set()),
        ((254, 255, 0, 1), set()),
        ((254, 1), {1, 2}),
        ((5, None, 6), set()),
        ((5, 5), set()),
    ],
)
def test_a_number_that_is_missing_is_missed(
    serials: tuple[int | None, ...], holes: set[int]
) -> None:
    assert missing(frames("a", *serials), 256) == {"a": holes}


def test_each_session_counts_for_itself_and_one_that_was_replaced_no_more() -> None:
    heard = [*frames("a", 5, 6), *frames("b", 9), *frames("a", 20), *frames("b", 10)]
    assert missing(heard, 256) == {"a": set(), "b": set()}


def body(first: int, last: int, before: int | None, *, is_within: bool = True) -> dict[str, Any]:
    return {"first": first, "last": last, "before": before, "is_within": is_within}


DEVICE = {"terminal": "L1"}
THREE = [body(100, 109, 50), body(200, 209, 109), body(300, 309, 209)]


def test_a_batch_that_is_left_out_between_two_is_found() -> None:
    chained(DEVICE, THREE)
    chained(DEVICE, THREE[1:])  # what came before the first can't be seen
    with pytest.raises(Wrong) as found:
        chained(DEVICE, [THREE[0], THREE[2]])
    assert (found.value.name, found.value.about["frame"]) == ("batch_left_out", 209)


def test_what_came_after_the_trip_may_follow_what_is_not_shown() -> None:
    chained(DEVICE, [*THREE, body(900, 901, 850, is_within=False)])
    chained(DEVICE, [*THREE, body(900, 901, None)])  # an older one names none
