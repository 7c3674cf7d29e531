"""Whoever filed a paper is told once what customs served, and nobody's notice waits behind it."""

import asyncio
import time
from typing import Any

import httpx
from port import Officer, filed, manifest, wait
from running_instance import Instance
from test_papers import ROW, document, sheet

from waglan.gateway.workers import BATCH
from waglan.store import customs
from waglan.store.connect import pools, transaction
from waglan.store.figures import all_figures

PAPERS = BATCH + 1


def served(officer: Officer, bills: int, document: str) -> None:
    """Have the officer serve what was decided of the call that a document was filed for."""
    listed = officer.desk.get("/v1/manifests", params={"limit": 100}).json()["manifests"]
    [call] = {m["call"] for m in listed if m["document"] == document}

    def decided() -> bool | None:
        shown = officer.desk.get(f"/v1/customs/calls/{call}/summary").json()
        return shown["decided"] == bills or None

    wait(decided)
    assert officer.serves(call) == bills


def answered(client: httpx.Client, message: str, kind: str) -> list[Any]:
    kinds = [one["kind"] for one in client.get(f"/v1/messages/{message}/answers").json()]
    return [one for one in kinds if one == kind]


async def unanswered(instance: Instance) -> tuple[int, int]:
    """How many answers wait to be told, and how many a worker says that it told so far."""
    async with pools(instance.dsn, size_max=1) as opened, transaction(opened.engine, None) as tx:
        waiting = await customs.unanswered(tx, at_most=100)
        return len(waiting), (await all_figures(tx)).get(("done", "notice"), 0)


def test_a_filer_is_told_once_by_a_notice_and_papers_keep_no_cusres_from_anybody(
    instance: Instance,
) -> None:
    desk = instance.let_in(
        "told-customs", "customs", addresses=("PAPERCUSTOMS:ZZ", "HKCUSTOMS:ZZZ")
    )
    filer = instance.let_in("told-forwarder", "forwarder", addresses=("PAPERFWD:ZZ",))
    line = instance.let_in("told-line", "carrier", addresses=("CARRIER1:ZZZ",))
    officer = Officer(desk)
    officer.orders(officer.publishes())
    sent = []
    for n in range(PAPERS):
        row = ROW | {"document": f"TOLD-{n}", "bill": f"TOLDB{n}", "voyage": "77E"}
        shown = filed(filer, document(row) if n % 2 else sheet(row))
        assert shown["state"] == "accepted", shown["findings"]
        sent.append(shown["id"])
    served(officer, PAPERS, "TOLD-0")
    wait(lambda: all(answered(filer, one, "NOTICE") for one in sent) or None)
    paper = filed(line, manifest("TOLD1", "TOLD-LINE"))
    assert paper["state"] == "accepted", paper["findings"]
    served(officer, 1, "TOLD-LINE")
    wait(lambda: len(answered(line, paper["id"], "CUSRES")) == 2 or None, seconds=20)
    wait(lambda: asyncio.run(unanswered(instance)) == (0, PAPERS + 1) or None)
    time.sleep(1)  # in which an idle worker looks several times
    assert asyncio.run(unanswered(instance)) == (0, PAPERS + 1)
    assert [len(answered(filer, one, "NOTICE")) for one in sent] == [1] * PAPERS
