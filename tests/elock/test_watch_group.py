"""Mass events: what hangs together in time and place is one, and RED is in none."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.position import Position
from waglan.elock.reason import WEIGHT, Outcome, Reason
from waglan.elock.watch import Watch
from waglan.elock.watch_group import REACH, Reach, WatchMember, groups

FIGURES = Watch()
TUNNEL = Position(225_030_000, 1_139_450_000)
FAR = Position(235_030_000, 1_139_450_000)


def alarms(
    count: int, reason: Reason, at: Position | None, *, every_s: int = 60, first: int = 1
) -> list[WatchMember]:
    return [
        WatchMember(1000 + n * every_s, first + n, f"trip-{first + n}", reason, at)
        for n in range(count)
    ]


def test_a_jam_is_one_thing_and_one_truck_less_is_none() -> None:
    jam = alarms(5, Reason.STOPPED, TUNNEL)
    [group] = groups(FIGURES, jam)
    assert (group.id, group.severity, len(group.members)) == (1, Outcome.AMBER, 5)
    assert groups(FIGURES, jam[:4]) == ()


def test_trucks_that_stop_far_apart_or_long_after_one_another_are_no_jam() -> None:
    apart = alarms(3, Reason.STOPPED, TUNNEL) + alarms(3, Reason.STOPPED, FAR, first=9)
    assert groups(FIGURES, apart) == ()
    for every_s, count in ((FIGURES.group_s, 1), (FIGURES.group_s + 1, 0)):
        slow = alarms(5, Reason.STOPPED, TUNNEL, every_s=every_s)
        assert len(groups(FIGURES, slow)) == count
    assert groups(FIGURES, alarms(9, Reason.STOPPED, None)) == ()


def test_one_truck_that_stops_again_and_again_is_no_jam() -> None:
    [*one] = [WatchMember(1000 + n, n, "trip-1", Reason.STOPPED, TUNNEL) for n in range(9)]
    assert groups(FIGURES, one) == ()


def test_our_own_gateway_that_is_down_is_one_thing_wherever_the_trucks_are() -> None:
    near = alarms(3, Reason.NOTHING_HEARD, TUNNEL)
    far = alarms(3, Reason.NOTHING_HEARD, FAR, first=9)
    nowhere = alarms(1, Reason.NOTHING_HEARD, None, first=20)
    [group] = groups(FIGURES, near + far + nowhere)
    assert (group.severity, len(group.members)) == (Outcome.UNPROVEN, 7)


def test_no_lock_that_was_opened_is_hidden_in_a_group() -> None:
    for reason in Reason:
        many = alarms(50, reason, TUNNEL, every_s=1)
        if WEIGHT[reason] is Outcome.RED:
            assert groups(FIGURES, many) == ()
            assert reason not in REACH
        else:
            assert bool(groups(FIGURES, many)) == (reason in REACH)


AROUND = st.builds(
    Position, st.integers(225_000_000, 226_500_000), st.integers(1_139_000_000, 1_141_000_000)
)
MEMBERS = st.lists(
    st.tuples(
        st.integers(0, 6_000), st.integers(0, 15), st.sampled_from(list(Reason)),
        st.none() | AROUND,
    ),
    max_size=80,
).map(
    lambda told: [
        WatchMember(at_s, n, f"trip-{trip}", reason, at)
        for n, (at_s, trip, reason, at) in enumerate(told)
    ]
)  # fmt: skip


@given(MEMBERS, st.integers(0, 1 << 30))
def test_whatever_happens_a_group_is_of_one_reason_and_no_order_makes_another(
    some: list[WatchMember], seed: int
) -> None:
    found = groups(FIGURES, some)
    mixed = list(some)
    Random(seed).shuffle(mixed)
    assert groups(FIGURES, mixed) == found
    members = [one.id for group in found for one in group.members]
    assert len(members) == len(set(members)), "an alarm is in one group at most"
    for group in found:
        assert {one.reason for one in group.members} == {group.reason}
        assert WEIGHT[group.reason] is not Outcome.RED
        assert len({one.trip for one in group.members}) >= FIGURES.group_trips
        assert list(group.members) == sorted(group.members)
        for one, other in zip(group.members, group.members[1:], strict=False):
            if REACH[group.reason] is Reach.ANYWHERE:
                assert other.at_s - one.at_s <= FIGURES.group_s


@given(MEMBERS, MEMBERS)
def test_more_alarms_never_break_a_group_apart(
    some: list[WatchMember], later: list[WatchMember]
) -> None:
    more = [WatchMember(one.at_s, one.id + 1000, one.trip, one.reason, one.at) for one in later]
    joined = [{one.id for one in group.members} for group in groups(FIGURES, some + more)]
    for group in groups(FIGURES, some):
        assert any({one.id for one in group.members} <= one for one in joined)
