"""What is told of a box is seen by those who have to do with it, whatever came first."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_readers_in_the_database import (
    CUSTOMS,
    NOW,
    NUMBERS,
    ROLES,
    SHEETS,
    WISHES,
    Sheet,
    Slip,
    Wish,
    World,
    link,
    peopled,
    views,
    world,
)

from waglan.cargo.movement import Box, Conveyance, Movement, MovementReport
from waglan.codes.event import EventCode
from waglan.codes.function import Function
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.manifest.call import Voyage
from waglan.operations.fit_movements import fit_movements
from waglan.operations.fit_readers import fit_readers
from waglan.operations.link_report import link_report
from waglan.parties.readers import Grant, View
from waglan.store import events, log, moves, report_links
from waglan.store.connect import transaction
from waglan.store.dsn import Dsn
from waglan.store.moves import NewReport, Row

__all__ = ["peopled"]  # a fixture
TERMINAL, RIVAL = PartyId("terminal-1"), PartyId("terminal-2")
BOXES = ("CSQU3054383", "MSKU0000001")


@dataclass(frozen=True)
class Told:
    """One movement: of which box, on the ship's voyage or another, naming a bill or none."""

    box: str
    is_this_voyage: bool
    bill: str | None
    comes_first: bool  # before any manifest
    addressee: PartyId | None


TOLD = st.builds(
    Told,
    box=st.sampled_from(BOXES),
    is_this_voyage=st.booleans(),
    bill=st.sampled_from((None, *NUMBERS)),
    comes_first=st.booleans(),
    addressee=st.sampled_from((None, None, RIVAL, *CUSTOMS)),
)


@pytest.fixture(scope="module")
def quay(peopled: Dsn) -> Dsn:
    """The cast of the readers' test, and two terminals."""
    with psycopg.connect(peopled.admin or "") as conn:
        for party in (TERMINAL, RIVAL):
            conn.execute(
                "insert into organisation (party, name, roles, registered_at)"
                " values (%s, %s, '{terminal}', now())",
                [party, party],
            )
        conn.execute(
            "insert into address select party || ':ZZZ', org, now() from organisation"
            " where 'terminal' = any (roles)"
        )
        conn.execute(
            "insert into message (org, id, source, token, sha256, size, received_at)"
            " select org, gen_random_uuid(), 'http', 'tok', sha256(''), 0, now()"
            " from organisation where 'terminal' = any (roles)"
        )
    return peopled


async def tell(made: World, n: int, told: Told) -> tuple[int, int]:
    """Keep a report of one movement; return the report's and the movement's number."""
    org = made.orgs[TERMINAL]
    voyage = f"{made.prefix}{'V' if told.is_this_voyage else 'X'}"
    bills = (made.prefix + told.bill,) if told.bill else ()
    movement = Movement(EventCode.EQUIPMENT_DISCHARGED, Box(told.box), bills=bills)
    report = MovementReport(f"{made.prefix}{n}", "44", Function.ORIGINAL, Conveyance())
    row = await made.admin.execute("select message_id, id from message where org = %s", [org])
    message_id, id_ = (await row.fetchone()) or (0, UUID(int=0))
    place = await made.admin.execute("select coalesce(max(place), 0) + 1 from report")
    [count] = (await place.fetchone()) or (1,)
    address = f"{told.addressee}:ZZZ" if told.addressee else "NOBODY"
    async with transaction(made.opened.app, org) as tx:
        one = Row(movement, NOW, Voyage(voyage, "9811000"))
        number = await moves.first_number(tx)
        new = NewReport(org, address, message_id, id_, count, "COARRI", bytes(32), NOW, number)
        about = Key(KeyKind.CONTAINER, told.box)
        event = Event(movement.code, about, TERMINAL, NOW, NOW, {"movement": number})
        ids = await events.append(tx, [event])
        await moves.add(tx, new, report, [one], ids)
    row = await made.admin.execute(
        "select report_id from movement where movement_id = %s", [number]
    )
    [report_id] = (await row.fetchone()) or (0,)
    return report_id, number


async def sees(made: World, party: PartyId, number: int) -> dict[str, bool]:
    """Whether this organisation sees a movement, by each way there is."""
    pool = made.opened.authority if party in CUSTOMS else made.opened.app
    found = {}
    async with transaction(pool, made.orgs[party]) as tx:
        for way, sql in WAYS.items():
            rows = await tx.execute(sql.encode(), [number])
            found[way] = await rows.fetchone() is not None
    return found


WAYS = {
    "movement": "select 1 from movement where movement_id = %s",
    "event": "select 1 from event e join movement m using (event_id) where m.movement_id = %s",
    "feed": "select 1 from feed f join movement m using (event_id) where m.movement_id = %s"
    " and f.org = current_org()",
    "key": "select 1 from key_event k join movement m using (event_id) where m.movement_id = %s",
}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sheets=st.lists(SHEETS, min_size=1, max_size=4),
    wishes=st.lists(WISHES, max_size=3),
    told=st.lists(TOLD, min_size=1, max_size=3),
    timing=st.tuples(st.booleans(), st.booleans()),
)
def test_a_movement_is_seen_by_those_it_concerns_and_by_nobody_else(
    quay: Dsn,
    sheets: list[Sheet],
    wishes: list[Wish],
    told: list[Told],
    timing: tuple[bool, bool],
) -> None:
    asyncio.run(_compare(quay, (sheets, wishes), told, timing))


async def _compare(
    dsn: Dsn,
    papers: tuple[list[Sheet], list[Wish]],
    told: list[Told],
    timing: tuple[bool, bool],
) -> None:
    sheets, wishes = papers
    is_linked_late, is_numbered_early = timing
    async with world(dsn) as made:
        reports: dict[int, tuple[int, Told]] = {}

        async def report(is_first: bool) -> None:
            for n, one in enumerate(told):
                if one.comes_first is is_first:
                    report_id, number = await tell(made, n, one)
                    reports[number] = (report_id, one)
                    if not is_linked_late:
                        await settle(made, report_id)

        await report(True)
        if is_numbered_early:
            await number_all(made)
        filed = [number for n, sheet in enumerate(sheets) for number in await made.file(n, sheet)]
        if not is_linked_late:
            await link(made, filed)
        await report(False)
        if is_linked_late:  # as after a crash: everything at once, the newest first
            await link(made, filed[::-1])
            for report_id, _ in reports.values():
                await settle(made, report_id)
        grants = await made.give(wishes)
        async with transaction(made.opened.engine, None) as tx:
            await fit_readers(tx, set(made.ever), now=NOW)
            assert await fit_movements(tx, set(reports), now=NOW) == 0
        await number_all(made)
        await _expect(made, sheets, grants, {n: one for n, (_, one) in reports.items()})


async def _expect(
    made: World, sheets: list[Sheet], grants: dict[int, list[Grant]], told: dict[int, Told]
) -> None:
    view = views(made, grants)
    for number, one in told.items():
        inside = carried(made, one)
        whose = authorities(made, sheets, one, inside) | {TERMINAL, one.addressee}
        for party in (*ROLES, TERMINAL, RIVAL):
            may = party in whose or any(map(shows_boxes, [view(party, c) for c in inside]))
            found = await sees(made, party, number)
            assert found == dict.fromkeys(WAYS, may), f"{party} of {one}"


def shows_boxes(view: View | None) -> bool:
    return view is not None and view >= View.EQUIPMENT


def carried(made: World, one: Told) -> set[int]:
    """The consignments that stand declared in the box, and that the report is surely about."""
    return {
        consignment
        for consignment, by_document in made.named.items()
        for _, bill in by_document.values()
        if one.box in bill.boxes and is_about(made, one, bill.filer)
    }


def is_about(made: World, one: Told, filer: PartyId) -> bool:
    """On this voyage, or naming a bill that the same filer has in the same box."""
    if one.is_this_voyage:
        return True
    return any(
        one.bill is not None
        and bill.bill.text == made.prefix + one.bill
        and one.box in bill.boxes
        and bill.filer == filer
        for by_document in made.named.values()
        for _, bill in by_document.values()
    )


def authorities(made: World, sheets: list[Sheet], one: Told, inside: set[int]) -> set[PartyId]:
    """With whom anything of this voyage was ever filed, or stands filed what is in the box."""
    if one.is_this_voyage:
        return {sheet.customs for sheet in sheets}
    return {
        bill.customs
        for consignment in inside
        for _, bill in made.named[consignment].values()
        if one.box in bill.boxes
    }


async def settle(made: World, report_id: int) -> None:
    async with transaction(made.opened.engine, None) as tx:
        await link_report(tx, report_id, now=NOW)


async def number_all(made: World) -> None:
    async with transaction(made.opened.engine, None) as tx:
        await log.sequence(tx, now=NOW)


async def test_what_is_in_the_box_is_told_bill_by_bill_to_those_who_see_the_bill(
    quay: Dsn,
) -> None:
    one, two = (
        Sheet(PartyId(f"line-{n}"), CUSTOMS[0], None, ((Slip(bill, None, BOXES[0], None),),), False)
        for n, bill in ((1, "M"), (2, "N"))
    )
    async with world(quay) as made:
        await link(made, [*await made.file(0, one), *await made.file(1, two)])
        report_id, number = await tell(made, 0, Told(BOXES[0], True, None, False, None))
        await settle(made, report_id)
        assert await linked(made, PartyId("line-1"), number) == {made.prefix + "M"}
        assert await linked(made, PartyId("line-2"), number) == {made.prefix + "N"}
        assert await linked(made, CUSTOMS[0], number) == {made.prefix + "M", made.prefix + "N"}
        assert await linked(made, TERMINAL, number) == set()
        async with transaction(made.opened.engine, None) as tx:
            assert report_id not in [n for n, _ in await report_links.unlinked(tx, at_most=999)]


async def linked(made: World, party: PartyId, number: int) -> set[str]:
    pool = made.opened.authority if party in CUSTOMS else made.opened.app
    async with transaction(pool, made.orgs[party]) as tx:
        rows = await tx.execute("SELECT number FROM movement_link WHERE movement_id = %s", [number])
        return {bill for (bill,) in await rows.fetchall()}
