"""Any process of an instance may be killed at any moment while clients file."""

from pathlib import Path

from killing import compare, kill_at_random, running

KILLS = 15


def test_fifteen_deaths_at_random_lose_nothing_and_count_nothing_twice(home: Path) -> None:
    with running(home) as (up, quay):
        killed, filed = kill_at_random(up, quay, kills=KILLS, seed=20261122, pause_s=0.6)
        assert filed  # clients were served between the deaths
        assert killed.total() == KILLS
        assert len(killed) == 4, f"only {set(killed)} died"
        compare(quay, filed)
