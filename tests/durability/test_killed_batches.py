"""Any process may be killed while batches of events come in: each row counts, and counts once."""

from pathlib import Path
from threading import Event

import psycopg
from killing import FILE_SECONDS_MAX, kill_at_random, running
from quay import Quay, all_numbered, log_findings, persist, wait

KILLS = 6
ROWS = 30
PATH = "/v1/equipment-events"
# Every movement with its id and its event, and whatever has no partner.
KEPT = """
    select count(*), count(distinct i.id), count(m.movement_id), count(e.event_id)
    from event_id i full join movement m using (movement_id)
    left join event e on e.event_id = m.event_id and e.month = m.month
"""


def keep_telling(quay: Quay, client: int, over: Event, told: dict[str, int]) -> None:
    """Send batch after batch; one that is not answered is sent again until it is."""
    number = 0
    while not over.is_set():
        batch = f"C{client}B{number:04}"
        rows = [
            {
                "id": f"{batch}-{i}",
                "code": "gate-in",
                "box": f"SYNU{i:07}",
                "at": "2026-11-03T09:30",
            }
            for i in range(ROWS)
        ]
        # Every other batch without a key: then its rows alone say that they came before.
        headers = {"Idempotency-Key": batch} if number % 2 else {}
        answer = persist(
            lambda rows=rows, headers=headers: quay.carrier.post(PATH, json=rows, headers=headers),  # type: ignore[misc]
            FILE_SECONDS_MAX,
        )
        shown = answer.json()
        assert shown["taken"] + shown["known"] == ROWS, shown
        told[batch] = ROWS
        number += 1


def test_six_deaths_at_random_lose_no_row_that_was_acknowledged_and_count_none_twice(
    home: Path,
) -> None:
    with running(home) as (up, quay):
        killed, told = kill_at_random(
            up, quay, kills=KILLS, seed=20261129, pause_s=0.8, keep=keep_telling
        )
        assert killed.total() == KILLS
        assert told  # clients were served between the deaths
        rows = sum(told.values())
        with psycopg.connect(quay.dsn.admin or "") as conn:
            assert conn.execute(KEPT.encode()).fetchone() == (rows, rows, rows, rows)
        wait(lambda: all_numbered(quay.dsn))
        assert log_findings(quay.dsn) == []
