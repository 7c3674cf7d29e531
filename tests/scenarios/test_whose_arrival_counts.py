"""When an order tells a call hangs on what carriers say of her arrival, and on no stranger's word.

Whoever could have others told by his own paper would learn what the officers' tables look for.
"""

import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg
from late_call import Late
from port import filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.codes.calendar import HONG_KONG


class Other:
    """Another firm that files with the same authority."""

    def __init__(self, call: Late, role: str) -> None:
        self.call, self.sender = call, f"OTHER{call.letter}{role}".upper()
        self.http: httpx.Client = call.instance.let_in(
            f"other-{role}-{call.letter.lower()}", role, addresses=(self.sender + ":ZZZ",)
        )

    def files(self, ref: str, bill: Paper, *, voyage: str = "001E", minutes: int) -> None:
        call = self.call
        paper = manifest(Call(self.sender, call.customs, ref + call.letter), bill)
        comes = datetime.now(HONG_KONG) + timedelta(minutes=minutes)
        paper = re.sub(b"DTM\\+132:[0-9]+", b"DTM+132:" + f"{comes:%Y%m%d%H%M}".encode(), paper)
        shown = filed(self.http, paper.replace(b"+001E+", f"+{voyage}+".encode()))
        assert shown["state"] == "accepted", shown["findings"]

    def told(self, number: str) -> int:
        found = self.http.get(f"/v1/track/{number}").json()["found"]
        return sum(e["code"] == "customs.notice-served" for one in found for e in one["events"])


def decided(call: Late, number: str) -> None:
    wait(lambda: [b.version for b in call.officer.sees(number)] == [1] or None)


def time_comes(call: Late, *documents: str) -> None:
    """Have the time come that these papers' own arrivals give, and none of others."""
    with psycopg.connect(call.instance.dsn.admin or "", autocommit=True) as conn:
        done = conn.execute(
            "UPDATE judgement j SET serve_at = now() FROM manifest m"
            " WHERE m.manifest_id = j.manifest_id AND m.document = ANY (%s)"
            " AND j.serve_at IS NOT NULL",
            [[f"DOC-{one}{call.letter}" for one in documents]],
        )
        assert done.rowcount == len(documents)


def listed(call: Late, voyage: str) -> dict[str, Any]:
    calls = call.officer.desk.get("/v1/customs/calls").json()["calls"]
    return next(one for one in calls if one["call"] == f"9811000/{voyage}")


def unserved(call: Late, voyage: str, bills: int) -> dict[str, Any]:
    """Wait until the list says that so many bills are decided and untold: it follows the log."""

    def look() -> dict[str, Any] | None:
        one = listed(call, voyage)
        return one if one["unserved"] == bills else None

    return dict(wait(look))


def a_call_is_told(call: Late, ref: str, n: int, voyage: str) -> None:
    """Wait until the order has told another call: what is not told then was not due before."""
    call.files(ref, n, voyage=voyage)
    call.decided(n)
    time_comes(call, ref)
    wait(lambda: call.told(n) or None)


def test_a_forwarder_who_says_that_she_comes_sooner_has_nobody_told_sooner(
    instance: Instance,
) -> None:
    call = Late(instance, "WA")
    call.orders()
    stranger = Other(call, "forwarder")
    call.files("F", 1)
    call.decided(1)
    stranger.files("G", Paper("SYNWAHOUSE1", "SYNNOSUCHMASTER"), minutes=5 * 60)
    decided(call, "SYNWAHOUSE1")
    before = wait(lambda: listed(call, "001E")["order_tells_at"])
    time_comes(call, "G")
    a_call_is_told(call, "H", 2, "002E")
    assert (call.told(1), stranger.told("SYNWAHOUSE1")) == ([], 0)
    assert listed(call, "001E")["order_tells_at"] == before
    time_comes(call, "F")  # and at her carrier's time all are told
    wait(lambda: (call.told(1) and stranger.told("SYNWAHOUSE1")) or None)


def test_what_a_forwarder_files_after_her_time_is_an_officers_whatever_arrival_he_states(
    instance: Instance,
) -> None:
    call = Late(instance, "WB")
    call.orders()
    stranger = Other(call, "forwarder")
    call.files("F", 1)
    call.decided(1)
    time_comes(call, "F")
    wait(lambda: call.told(1) or None)
    stranger.files("G", Paper("SYNWBHOUSE1", "SYNNOSUCHMASTER"), minutes=5 * 60)
    decided(call, "SYNWBHOUSE1")
    call.is_passed_over(1)
    assert stranger.told("SYNWBHOUSE1") == 0
    assert wait(lambda: listed(call, "001E")["waits"] or None) == ["serving"]
    assert call.officer.serves("9811000/001E") == 1


def test_on_a_voyage_that_no_carrier_files_nothing_is_told_by_an_order(instance: Instance) -> None:
    call = Late(instance, "WC")
    call.orders()
    stranger = Other(call, "forwarder")
    stranger.files("G", Paper("SYNWCHOUSE1", "SYNNOSUCH"), voyage="X1", minutes=5 * 60)
    decided(call, "SYNWCHOUSE1")
    time_comes(call, "G")
    a_call_is_told(call, "H", 2, "002E")
    assert stranger.told("SYNWCHOUSE1") == 0
    found = unserved(call, "X1", 1)
    assert (found["order_tells_at"], found["waits"]) == (None, ["serving"])
    assert call.officer.serves("9811000/X1") == 1


def test_a_time_that_nobody_knew_of_two_hours_before_is_no_time_for_an_order(
    instance: Instance,
) -> None:
    """A voyage made up to come in an hour would have told what the tables want of such goods."""
    call = Late(instance, "WD")
    call.orders()
    line = Other(call, "carrier")
    line.files("G", Paper("SYNWD1"), voyage="X1", minutes=2 * 60)  # its time is in one hour
    decided(call, "SYNWD1")
    made_up = unserved(call, "X1", 1)
    assert (made_up["order_tells_at"], made_up["waits"]) == (None, ["serving"])
    call.files("F", 2, voyage="X2", hours=4)  # known in time
    call.decided(2)
    with psycopg.connect(instance.dsn.admin or "", autocommit=True) as conn:
        conn.execute(
            "UPDATE judgement j SET serve_at = now() + interval '1 minute' FROM manifest m"
            " WHERE m.manifest_id = j.manifest_id AND m.document = 'DOC-FWD'"
        )
    line.files("H", Paper("SYNWD3"), voyage="X2", minutes=2 * 60)  # and so is what comes to it
    decided(call, "SYNWD3")
    assert wait(lambda: listed(call, "X2")["order_tells_at"])
    with psycopg.connect(instance.dsn.admin or "") as conn:
        late = conn.execute(
            "SELECT m.document, j.serve_at IS NULL FROM judgement j JOIN manifest m"
            " USING (manifest_id) WHERE m.document = ANY ('{DOC-GWD,DOC-HWD}') ORDER BY 1"
        ).fetchall()
    assert late == [("DOC-GWD", True), ("DOC-HWD", False)]


def test_carriers_of_one_call_are_told_at_the_latest_of_their_times(instance: Instance) -> None:
    call = Late(instance, "WE")
    call.orders()
    other = Other(call, "carrier")
    call.files("F", 1)
    call.decided(1)
    other.files("G", Paper("SYNWEOTHER1"), minutes=20 * 60)
    decided(call, "SYNWEOTHER1")
    time_comes(call, "G")
    a_call_is_told(call, "H", 2, "002E")
    assert (call.told(1), other.told("SYNWEOTHER1")) == ([], 0)
    time_comes(call, "F")
    wait(lambda: (call.told(1) and other.told("SYNWEOTHER1")) or None)


def test_a_call_whose_carriers_state_arrivals_far_apart_is_an_officers_to_tell(
    instance: Instance,
) -> None:
    call = Late(instance, "WF")
    call.orders()
    other = Other(call, "carrier")
    call.files("F", 1)
    call.decided(1)
    other.files("G", Paper("SYNWFOTHER1"), minutes=37 * 60)
    decided(call, "SYNWFOTHER1")
    time_comes(call, "F", "G")
    a_call_is_told(call, "H", 2, "002E")
    assert (call.told(1), other.told("SYNWFOTHER1")) == ([], 0)
    found = unserved(call, "001E", 2)
    assert (found["arrivals_differ"], found["waits"]) == (True, ["serving"])
    assert call.officer.serves("9811000/001E") == 2
    call.files("J", 1, amends="F", hours=36)  # who comes round to the other's word ends it
    assert wait(lambda: not listed(call, "001E")["arrivals_differ"] or None)
