"""A hold list beside the gate: held, not held, and not in this list are three answers."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from statements import AT, HOLDS_KEY, KEYS, LIST, ROW, STATUS_KEY, lists

from waglan.codes.customs_status import CustomsStatus
from waglan.customs.hold_list import (
    HELD,
    LIST_BYTES_MAX,
    Answer,
    HoldList,
    ask,
    check_holds,
    is_hold_list,
    newest,
    sign_holds,
)
from waglan.customs.signed_status import sign_status
from waglan.logbook.key_set import KeySet

SIGNED = sign_holds(LIST, HOLDS_KEY)


def codes(data: bytes, keys: KeySet = KEYS, **more: timedelta) -> list[str]:
    at = more.pop("at", timedelta())
    return [finding.code for finding in check_holds(data, keys, at=AT + at, **more).findings]


@given(lists)
def test_what_is_signed_is_read_again(held: HoldList) -> None:
    data = sign_holds(held, HOLDS_KEY)
    assert is_hold_list(data)
    assert check_holds(data, KEYS, at=held.as_of).held == held
    assert check_holds(data.removesuffix(b"\n"), KEYS, at=held.as_of).held == held


@given(lists, st.data())
def test_any_altered_byte_fails(held: HoldList, data: st.DataObject) -> None:
    signed = sign_holds(held, HOLDS_KEY)
    place = data.draw(st.integers(0, len(signed) - 2))  # the newline at the end may go
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != signed[place]))
    altered = signed[:place] + bytes([other]) + signed[place + 1 :]
    checked = check_holds(altered, KEYS, at=held.as_of)
    assert checked.held is None
    assert checked.findings


def test_a_list_cut_short_anywhere_is_no_list() -> None:
    for end in range(len(SIGNED) - 1):
        assert check_holds(SIGNED[:end], KEYS, at=AT).held is None


@given(st.binary(max_size=400))
def test_no_bytes_are_an_error(data: bytes) -> None:
    assert check_holds(data, KEYS, at=AT).held is None
    assert check_holds(b'{"as_of":' + data, KEYS, at=AT).held is None


def test_a_row_taken_out_or_put_in_fails() -> None:
    line, signature = SIGNED.split(b"\n", 1)
    without = sign_holds(replace(LIST, rows=()), HOLDS_KEY).split(b"\n", 1)[0]
    assert codes(line + b"\n" + signature) == []
    assert codes(without + b"\n" + signature) == ["VERIFY-SIGNATURE"]


def test_more_bytes_than_any_list_has_are_not_looked_at() -> None:
    assert codes(b'{"as_of":' + bytes(LIST_BYTES_MAX)) == ["HOLDS-SHAPE"]


def test_a_key_for_statuses_signs_no_list_nor_is_it_believed() -> None:
    with pytest.raises(ValueError, match="does not sign"):
        sign_holds(LIST, STATUS_KEY)
    line = SIGNED.split(b"\n")[0]
    forged = (
        line
        + b"\n"
        + SIGNED.split(b"\n")[1].replace(
            HOLDS_KEY.public.kid.encode(), STATUS_KEY.public.kid.encode()
        )
    )
    assert codes(forged) == ["VERIFY-KEY-UNKNOWN"]
    assert not is_hold_list(sign_status.__name__.encode())


def test_a_list_ages_and_its_reader_said_when_he_fetches_the_next() -> None:
    hour = timedelta(hours=1)
    assert codes(SIGNED, at=hour, age_max=hour) == []
    assert codes(SIGNED, at=hour * 2, age_max=hour) == ["VERIFY-STALE"]
    assert codes(SIGNED, at=-hour) == ["VERIFY-AHEAD"]
    promised = sign_holds(replace(LIST, next_update=AT + hour), HOLDS_KEY)
    assert codes(promised, at=hour) == []
    assert codes(promised, at=hour + timedelta(seconds=1)) == ["HOLDS-OVERDUE"]


def test_held_not_held_and_not_in_this_list_are_three_answers() -> None:
    held = replace(ROW, bill="SYNB0002", status=CustomsStatus.DETAINED, boxes=("CSQU0000001",))
    bare = replace(ROW, bill="SYNB0003", status=CustomsStatus.INSPECT, boxes=None)
    listed = replace(LIST, rows=(ROW, held, bare))
    assert ask(listed, "SYNB0001")[0] is Answer.NOT_HELD
    assert ask(listed, "SYNB0002")[0] is Answer.HELD
    assert ask(listed, "SYNB0003")[0] is Answer.HELD
    assert ask(listed, "SYNB0009") == (Answer.NOT_LISTED, ())
    assert ask(listed, " csqu 305438 3 ")[0] is Answer.NOT_HELD
    assert ask(listed, "CSQU0000001")[0] is Answer.HELD
    assert ask(listed, "CSQU9999999")[0] is Answer.NOT_LISTED


@given(st.lists(st.sampled_from(CustomsStatus), min_size=1, max_size=6))
def test_a_box_is_held_while_any_bill_in_it_is(inside: list[CustomsStatus]) -> None:
    rows = tuple(replace(ROW, bill=f"SYN{n}", status=one) for n, one in enumerate(inside))
    answer, why = ask(replace(LIST, rows=rows), "CSQU3054383")
    assert (answer is Answer.HELD) == bool(HELD & set(inside))
    assert {row.status for row in why} == (HELD & set(inside) or set(inside))


def test_what_customs_has_done_with_is_not_held() -> None:
    assert set(CustomsStatus) - HELD == {
        CustomsStatus.NOT_SELECTED,
        CustomsStatus.CLEARED,
        CustomsStatus.CONDITIONALLY_CLEARED,
    }


def test_the_newer_of_two_lists_is_told_by_its_number() -> None:
    new = replace(LIST, number=LIST.number + 1, as_of=AT - timedelta(hours=1))
    assert newest([new, LIST]) == newest([LIST, new]) == {(LIST.call, LIST.reader): new}
