"""What a device's bits mean by its model's table: no bit is dropped, no model is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.data import load
from waglan.elock.alarm import Alarm, Evidence, Model, Weight, Word, evidence, gauged
from waglan.elock.device import Item, Ping
from waglan.messages.devices.model import BadModel, models, read_model

FILES = load("messages/devices/models")
CLOSED = 0b0010_0000_1100_0000  # rope in, motor locked, back cover closed: as published frames have


@pytest.mark.parametrize("file", FILES)
def test_every_packaged_table_is_in_order_and_says_where_it_is_from(file: str) -> None:
    model = read_model(FILES[file])
    assert model.protocol in ("jtt808", "jointech")
    assert len(model.source) > 20
    assert models()[model.name] == model


WORDS = st.integers(0, 0xFFFFFFFF) | st.none()


@given(WORDS, WORDS, st.sampled_from(sorted(FILES)))
def test_a_bit_that_is_set_is_told_or_reserved_or_left_over(
    alarm: int | None, status: int | None, file: str
) -> None:
    model = read_model(FILES[file])
    said = evidence(Ping(alarm_bits=alarm, status_bits=status), model)
    assert said.is_known
    for word, told, left in ((Word.ALARM, alarm, said.alarm), (Word.STATUS, status, said.status)):
        listed = {bit.number for bit in model.bits if bit.word is word}
        reserved = {number for one, number in model.reserved if one is word}
        assert left & ~(told or 0) == 0
        for number in range(32):
            if (told or 0) >> number & 1:
                assert (left >> number & 1) == (number not in listed | reserved)


def test_an_unknown_model_tells_nothing_and_keeps_every_bit() -> None:
    assert evidence(Ping(alarm_bits=3, status_bits=5), None) == Evidence(False, (), 3, 5)


def alarms(model: Model, ping: Ping) -> dict[Alarm, Weight]:
    return {signal.alarm: signal.weight for signal in evidence(ping, model).signals}


def test_the_same_bit_is_sos_on_one_model_and_a_lock_taken_off_on_another() -> None:
    ping = Ping(alarm_bits=1, status_bits=0)
    assert alarms(models()["car terminal"], ping) == {Alarm.EMERGENCY: Weight.NOTE}
    assert alarms(models()["G-360P"], ping) == {Alarm.REMOVED: Weight.RED}


def test_a_closed_lock_raises_nothing_that_is_amber_or_red() -> None:
    weights = alarms(models()["JT701"], Ping(status_bits=CLOSED))
    assert weights == {
        Alarm.ROPE_IN: Weight.STATE,
        Alarm.LOCKED: Weight.STATE,
        Alarm.BACK_COVER_CLOSED: Weight.STATE,
    }


# Nobody published a frame of a lock that was cut or opened: these words are made up.
@pytest.mark.parametrize(
    ("bits", "alarm", "weight"),
    [
        (CLOSED | 1 << 3, Alarm.ROPE_CUT, Weight.RED),
        (CLOSED | 1 << 8, Alarm.UNLOCKED, Weight.RED),
        (CLOSED | 1 << 9, Alarm.PASSWORD_ABUSE, Weight.AMBER),
        (CLOSED | 1 << 10, Alarm.ILLEGAL_CARD, Weight.AMBER),
        (CLOSED | 1 << 11, Alarm.LOW_BATTERY, Weight.AMBER),
        (CLOSED | 1 << 12, Alarm.BACK_COVER, Weight.AMBER),
        (CLOSED & ~(1 << 13), Alarm.BACK_COVER_OPEN, Weight.AMBER),
        (CLOSED & ~(1 << 7), Alarm.MOTOR_RELEASED, Weight.STATE),
        (CLOSED & ~(1 << 6), Alarm.ROPE_OUT, Weight.STATE),
        (CLOSED | 1 << 14, Alarm.MOTOR_STUCK, Weight.AMBER),
    ],
)
def test_what_a_padlock_reports_of_itself(bits: int, alarm: Alarm, weight: Weight) -> None:
    assert alarms(models()["JT701"], Ping(status_bits=bits))[alarm] is weight


def test_some_things_are_graver_while_a_seal_is_in_force() -> None:
    said = evidence(Ping(status_bits=CLOSED & ~(1 << 7)), models()["JT701"])
    assert {s.alarm: s.under_seal for s in said.signals if s.under_seal} == {
        Alarm.MOTOR_RELEASED: Weight.RED
    }


def test_a_model_tells_its_battery_in_an_item_of_its_own() -> None:
    ping = Ping(items=(Item(0x56, b"\x09\x5a"),))
    assert gauged(ping, models()["G10LS"]).battery_percent == 90
    assert gauged(Ping(items=(Item(0x56, b"\x09"),)), models()["G10LS"]).battery_percent is None
    assert gauged(ping, models()["JT701"]) is ping


GOOD = """
name = "X"
protocol = "jtt808"
source = "somewhere"
checked_on = 2026-11-30
is_verified = false
bits = [{ word = "alarm", number = 0, weight = "red", on = "rope_cut" }]
"""


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ('"rope_cut"', '"rope_cutt"', "Invalid enum value"),
        ("number = 0", "number = 32", "a bit is 0 to 31"),
        ('"somewhere"', '" "', "a name and a source"),
        ('source = "somewhere"', "", "missing required field `source`"),
        ("checked_on = 2026-11-30", "", "missing required field `checked_on`"),
        (', on = "rope_cut"', "", "is reserved"),
        ("bits = [", "bitz = 1\nbits = [", "unknown field"),
        ("bits = [", 'gauges = [{ item = 1, offset = 0, figure = "at_s" }]\nbits = [', "a gauge"),
        (
            "}]",
            '}, { word = "alarm", number = 0, weight = "red", on = "locked" }]',
            "two things at once",
        ),
        ("name =", "name", "Expected '='"),
    ],
)
def test_a_table_that_is_not_in_order_stops_the_start(was: str, now: str, why: str) -> None:
    assert read_model(GOOD).name == "X"
    with pytest.raises(BadModel, match=why):
        read_model(GOOD.replace(was, now))
