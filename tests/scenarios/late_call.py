"""A call whose time to be told is an order's, for the scenarios."""

import re
from datetime import datetime, timedelta
from typing import Any

import psycopg
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.codes.calendar import HONG_KONG
from waglan.customs.officer_act import Kind

IN_TIME, TOO_LATE = 60, 7 * 24 * 60  # minutes before arrival; the sample ship comes within a week


class Late:
    """A line whose ship's time to be told comes, or has come, and its officer."""

    def __init__(self, instance: Instance, letter: str) -> None:
        self.sender, self.customs = f"LATELINE{letter}", f"LATECUSTOMS{letter}"
        self.line = instance.let_in(
            f"late-line-{letter.lower()}", "carrier", addresses=(self.sender + ":ZZZ",)
        )
        desk = instance.let_in(
            f"late-customs-{letter.lower()}", "customs", addresses=(self.customs + ":ZZZ",)
        )
        self.officer = Officer(desk)
        self.letter, self.instance, self.table = letter, instance, ""
        self.boxes: dict[int, str] = {}  # of bills that share no container with the others

    def orders(self, minutes: int = IN_TIME, bills_a_day: int | None = None) -> None:
        self.table = self.table or self.officer.publishes()
        order = f"order-{minutes}"
        self.officer.orders(
            self.table,
            serve_before_arrival_minutes=minutes,
            order_id=order,
            bills_per_day_max=bills_a_day,
        )

    def number(self, n: int) -> str:
        return f"SYNLATE{self.letter}{n}"

    def files(
        self,
        ref: str,
        *bills: int,
        amends: str | None = None,
        voyage: str = "001E",
        hours: int = 24,
    ) -> dict[str, Any]:
        papers = [Paper(self.number(n), box=self.boxes.get(n, Paper.box)) for n in bills]
        paper = manifest(Call(self.sender, self.customs, ref + self.letter), *papers)
        comes = datetime.now(HONG_KONG) + timedelta(hours=hours)
        paper = re.sub(b"DTM\\+132:[0-9]+", b"DTM+132:" + f"{comes:%Y%m%d%H%M}".encode(), paper)
        paper = paper.replace(b"+001E+", f"+{voyage}+".encode())
        if amends is not None:
            was, is_ = f"BGM+785+DOC-{ref}{self.letter}+9", f"BGM+785+DOC-{amends}{self.letter}+5"
            paper = paper.replace(was.encode(), is_.encode())
        shown = filed(self.line, paper)
        assert shown["state"] == "accepted", shown["findings"]
        return shown

    def cancels(self, document: str) -> None:
        paper = manifest(Call(self.sender, self.customs, f"X{self.letter}"))
        was, is_ = f"DOC-X{self.letter}+9", f"DOC-{document}{self.letter}+1"
        shown = filed(self.line, paper.replace(was.encode(), is_.encode()))
        assert shown["state"] == "accepted", shown["findings"]

    def told(self, n: int) -> list[str]:
        """What the line was told of a bill, notice by notice."""
        found = self.line.get(f"/v1/track/{self.number(n)}").json()["found"]
        events = [event for one in found for event in one["events"]]
        return [e["body"]["status"] for e in events if e["code"] == "customs.notice-served"]

    def decided(self, *bills: int, version: int = 1) -> None:
        """Wait until so much is decided of these bills."""
        numbers = [self.number(n) for n in bills]
        wait(lambda: {self.officer.sees(n)[0].version for n in numbers} == {version} or None)

    def selects(self, n: int) -> None:
        bills = self.officer.sees(self.number(n))
        done = self.officer.does(Kind.SELECT, bills=bills, reason="a look")
        assert done.json()["refused"] == 0, done.text

    def time_comes(self, manifests: int = 1) -> None:
        """Have the order's time come, which is in whole minutes, for so many that wait for it."""
        come = (
            "UPDATE judgement j SET serve_at = now() FROM organisation o WHERE o.org = j.authority"
            " AND o.party = %s AND j.serve_at > now() AND (SELECT count(*) FROM judgement w"
            " WHERE w.authority = j.authority AND w.serve_at > now()) >= %s"
        )
        with psycopg.connect(self.instance.dsn.admin or "", autocommit=True) as conn:
            wait(lambda: conn.execute(come, [self.officer.authority, manifests]).rowcount or None)

    def is_passed_over(self, manifests: int) -> None:
        """Wait until the order has passed over so many manifests."""
        with psycopg.connect(self.instance.dsn.admin or "", autocommit=True) as conn:
            count = (
                "SELECT count(*) FROM passed_over p JOIN organisation o ON o.org = p.authority"
                " WHERE o.party = %s"
            )
            wait(
                lambda: (
                    conn.execute(count, [self.officer.authority]).fetchone() == (manifests,) or None
                )
            )
