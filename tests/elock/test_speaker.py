"""Who speaks as a device: repeats, clones, sessions that follow or run side by side, and holes."""

from collections.abc import Iterable
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.elock.entry import Filled, Heard, Identity, Missing
from waglan.elock.speaker import INTERLEAVED_S, Speaker, Spoken

RANGE = 65_536
Note = Heard | Missing | Filled


def frame(
    serial: int,
    *,
    says: int | None = None,
    session: str = "a",
    came_s: int = 0,
    at_s: int | None = 1,
) -> Spoken:
    payload = sha256(f"{serial if says is None else says}".encode()).digest()
    return Spoken(session[0], serial, payload, came_s, at_s, session[1:])


def notes(speaker: Speaker, frames: Iterable[Spoken]) -> list[Note]:
    return [note for one in frames for note in speaker.take(one).notes]


def test_a_frame_sent_again_is_a_repeat_and_under_another_serial_a_clone() -> None:
    speaker = Speaker("L1", RANGE)
    assert speaker.take(frame(7)) == (False, ())
    assert speaker.take(frame(7)) == (True, ())
    assert notes(speaker, [frame(8, says=7)]) == [Heard(Identity.CLONE, "L1", None, 8)]
    beats = [frame(n, says=0, at_s=None) for n in range(5)]  # a heartbeat says the same for ever
    assert notes(Speaker("L1", RANGE), beats) == []


def test_a_registration_begins_an_epoch_and_its_serial_says_nothing() -> None:
    speaker = Speaker("L1", RANGE)
    told = notes(speaker, [frame(900), frame(0, session="b"), frame(1, session="b")])
    assert told == [Heard(Identity.EPOCH, "L1", None, 0)]


def test_a_serial_that_goes_back_is_told_as_that() -> None:
    speaker = Speaker("L1", 256)
    assert notes(speaker, [frame(100), frame(90)]) == [Heard(Identity.REGRESSION, "L1", None, 90)]


@pytest.mark.parametrize(("late_s", "is_clone"), [(INTERLEAVED_S, 0), (INTERLEAVED_S + 1, 1)])
def test_two_live_sessions_are_two_devices_after_a_minute(late_s: int, is_clone: int) -> None:
    speaker = Speaker("L1", RANGE)
    notes(speaker, [frame(1), frame(0, session="b", came_s=10)])
    late = [frame(2, came_s=20), frame(1, session="b", came_s=40), frame(3, came_s=20 + late_s)]
    assert notes(speaker, late) == [Heard(Identity.CLONE, "L1", None, 3)] * is_clone
    again = notes(speaker, [frame(4, came_s=200), frame(5, came_s=201)])
    assert len(again) == 1 - is_clone  # it is told once


@pytest.mark.parametrize(("late_s", "is_clone"), [(INTERLEAVED_S, 0), (INTERLEAVED_S + 1, 1)])
def test_two_lines_of_one_session_that_go_on_side_by_side_are_two_devices(
    late_s: int, is_clone: int
) -> None:
    speaker = Speaker("L1", RANGE)
    notes(speaker, [frame(1, session="ax"), frame(2, session="ay", came_s=10)])
    late = [frame(3, session="ax", came_s=20), frame(4, session="ay", came_s=40),
            frame(5, session="ax", came_s=20 + late_s)]  # fmt: skip
    assert notes(speaker, late) == [Heard(Identity.CLONE, "L1", None, 5)] * is_clone


def test_a_line_that_hangs_and_is_followed_by_another_is_one_device_and_nothing_is_missing() -> (
    None
):
    speaker = Speaker("L1", RANGE)
    told = [(1, "ax", 0), (3, "ay", 10), (2, "ax", 11), (4, "ay", 400), (5, "az", 900)]
    hanging = [frame(serial, session=line, came_s=came_s) for serial, line, came_s in told]
    assert not any(isinstance(note, Heard) for note in notes(speaker, hanging))


def test_three_that_take_turns_are_no_epochs_of_one() -> None:
    speaker = Speaker("L1", RANGE)
    turns = [frame(n, session="abc"[n % 3], came_s=n * 15) for n in range(30)]
    told = [note.identity for note in notes(speaker, turns) if isinstance(note, Heard)]
    assert told == [Identity.EPOCH, Identity.EPOCH, Identity.CLONE]


@given(st.permutations(range(12)))
def test_once_all_came_nothing_is_missing_in_whatever_order(order: list[int]) -> None:
    speaker = Speaker("L1", RANGE)
    notes(speaker, [frame(0)])
    missing = set[str]()
    for n in order:
        for note in speaker.take(frame(n + 1)).notes:
            if isinstance(note, Missing):
                missing.add(note.name)
            elif isinstance(note, Filled):
                missing.remove(note.hole)
    assert missing == set()
