"""Trips lie in partitions, which workers share evenly, whoever comes or goes."""

from collections import Counter
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from waglan.elock.partition import change, partition_of, share

WORKERS = st.lists(st.text("abc123", min_size=1, max_size=6), min_size=1, max_size=9, unique=True)


def test_a_trip_lies_in_one_partition_and_trips_lie_in_all_alike() -> None:
    trip = UUID("018f0000-0000-7000-8000-000000000001")
    assert partition_of(trip, 64) == partition_of(trip, 64) == 52
    dice = Random(1)
    found = Counter(partition_of(UUID(int=dice.getrandbits(128)), 64) for _ in range(64_000))
    assert sorted(found) == list(range(64))
    assert max(found.values()) < 1_200


@given(st.integers(0, 200), WORKERS)
def test_the_shares_are_all_there_is_and_differ_by_one_at_most(
    partitions: int, workers: list[str]
) -> None:
    shares = [share(partitions, workers, one) for one in workers]
    assert sum(shares) == partitions
    assert max(shares) - min(shares) <= 1


def test_who_is_not_on_the_list_yet_counts_himself() -> None:
    assert share(64, ["b"], "a") == 32
    assert share(64, [], "a") == 64


@given(st.data(), st.integers(1, 80), WORKERS)
def test_workers_come_to_even_shares_and_no_partition_is_held_twice(
    data: st.DataObject, partitions: int, workers: list[str]
) -> None:
    held: dict[str, list[int]] = {}
    free = list(range(partitions))
    for alive in (workers[:1], workers, data.draw(st.lists(st.sampled_from(workers), min_size=1))):
        there = sorted(set(alive))
        for one in [*held]:
            if one not in there:  # it went away, and its leases ran out
                free += held.pop(one)
        for _ in range(2):  # what one gives back, another takes in its next round
            for one in there:
                todo = change(held.get(one, []), free, share(partitions, there, one))
                assert sorted([*todo.keep, *todo.give]) == sorted(held.get(one, []))
                held[one] = [*todo.keep, *todo.take]
                free = [n for n in free if n not in todo.take] + list(todo.give)
        every = [n for some in held.values() for n in some]
        assert sorted(every) == list(range(partitions))
        assert {len(held[one]) - share(partitions, there, one) for one in there} == {0}


def test_who_has_his_share_changes_nothing() -> None:
    assert change([1, 2], [3], 2) == ((1, 2), (), ())
    assert change([1, 2, 3], [], 1) == ((1,), (2, 3), ())
    assert change([], [5, 6, 7], 2) == ((), (), (5, 6))
