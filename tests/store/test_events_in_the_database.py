"""Who may see an event is said by whoever told it, with it; the database itself sees to that."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.store import Transaction, events, log
from waglan.store.connect import Pools, pools, transaction
from waglan.store.dsn import Dsn

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
TERMINAL, RIVAL, LINE = PartyId("terminal-1"), PartyId("terminal-2"), PartyId("line-1")
MONTH = NOW.date().replace(day=1)
SHOW = "insert into audience (org, event_id, month) values (%s, %s, %s)"
FIND = "insert into key_event (kind, key, event_id, month) values ('container', %s, %s, %s)"
TELL = (
    "insert into event (event_id, month, org, code, about_kind, about, happened_at, recorded_at,"
    " salt, canonical) values (%s, %s, %s, 'equipment.loaded', 'container', 'X', now(), now(),"
    " decode(repeat('00', 16), 'hex'), '')"
)


@dataclass(frozen=True)
class Quay:
    """Two terminals and a line, by their numbers, and an event that the first told."""

    opened: Pools
    orgs: dict[PartyId, int]
    event: int


def _loaded(by: PartyId, readers: Sequence[PartyId] = ()) -> Event:
    box = Key(KeyKind.CONTAINER, "CSQU3054383")
    return Event(EventCode.EQUIPMENT_LOADED, box, by, NOW, NOW, readers=frozenset(readers))


@pytest.fixture
async def quay(database: Dsn) -> AsyncIterator[Quay]:
    with psycopg.connect(database.admin or "", autocommit=True) as conn:
        orgs = {
            party: conn.execute(
                "insert into organisation (party, name, roles, registered_at)"
                " values (%s, %s, array['terminal'], now()) returning org",
                [party, party],
            ).fetchone()[0]  # type: ignore[index]
            for party in (TERMINAL, RIVAL, LINE)
        }
    async with pools(database, size_max=2) as opened:
        async with transaction(opened.app, orgs[TERMINAL]) as tx:
            [event] = await events.append(tx, [_loaded(TERMINAL, [LINE])])
        yield Quay(opened, orgs, event)


async def _seen(quay: Quay, party: PartyId) -> list[int]:
    async with transaction(quay.opened.app, quay.orgs[party]) as tx:
        found = await events.about(tx, Key(KeyKind.CONTAINER, "CSQU3054383"))
    return [one.event_id for one in found]


async def _is_refused(quay: Quay, tx: Transaction, sql: str, values: Sequence[object]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with tx.transaction():
            await tx.execute(sql.encode(), values)
    assert await _seen_in(tx, quay.event) is False


async def _seen_in(tx: Transaction, event: int) -> bool:
    found = await tx.execute("select 1 from event where event_id = %s", [event])
    return await found.fetchone() is not None


async def test_an_event_is_shown_to_those_whom_its_author_names_and_to_nobody_else(
    quay: Quay,
) -> None:
    assert await _seen(quay, TERMINAL) == [quay.event]
    assert await _seen(quay, LINE) == [quay.event]
    assert await _seen(quay, RIVAL) == []


@pytest.mark.parametrize("tells_himself", [False, True])
async def test_nobody_lets_himself_see_what_another_told(quay: Quay, tells_himself: bool) -> None:
    rival = quay.orgs[RIVAL]
    async with transaction(quay.opened.app, rival) as tx:
        if tells_himself:
            await events.append(tx, [_loaded(RIVAL)])
        await _is_refused(quay, tx, SHOW, [rival, quay.event, MONTH])
        await _is_refused(quay, tx, FIND, ["X", quay.event, MONTH])


async def test_nobody_tells_an_event_among_anothers_numbers(quay: Quay) -> None:
    rival = quay.orgs[RIVAL]
    async with transaction(quay.opened.app, rival) as tx:
        await events.append(tx, [_loaded(RIVAL)])
        await _is_refused(quay, tx, TELL, [quay.event + 1, MONTH, rival])


async def test_a_number_of_ones_own_block_is_anothers_no_more_when_he_acts(quay: Quay) -> None:
    async with transaction(quay.opened.app, quay.orgs[TERMINAL]) as tx:
        [event] = await events.append(tx, [_loaded(TERMINAL)])
        await tx.execute("select set_config('waglan.org', %s, true)", [str(quay.orgs[RIVAL])])
        await _is_refused(quay, tx, SHOW, [quay.orgs[RIVAL], event, MONTH])
        await _is_refused(quay, tx, FIND, ["X", event, MONTH])


async def test_who_may_see_an_event_is_said_with_it_and_not_later(quay: Quay) -> None:
    terminal = quay.orgs[TERMINAL]
    async with transaction(quay.opened.app, terminal) as tx:
        await events.append(tx, [_loaded(TERMINAL)])
        for sql, values in (
            (SHOW, [quay.orgs[RIVAL], quay.event, MONTH]),
            (FIND, ["X", quay.event, MONTH]),
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with tx.transaction():
                    await tx.execute(sql.encode(), values)
    assert await _seen(quay, RIVAL) == []


async def test_a_connection_forgets_whose_numbers_it_took(quay: Quay) -> None:
    async with transaction(quay.opened.app, quay.orgs[RIVAL]) as tx:
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            await tx.execute("select currval('event_block')")


async def test_feeds_tell_of_every_event_however_late_its_transaction_ends(quay: Quay) -> None:
    app, terminal, rival = quay.opened.app, quay.orgs[TERMINAL], quay.orgs[RIVAL]

    async def number() -> int:
        async with transaction(quay.opened.engine, None) as tx:
            return (await log.sequence(tx, now=NOW)).count

    async with transaction(quay.opened.engine, None) as tx:
        await log.open_log(tx, "waglan.test/log")
    async with transaction(app, terminal) as late:
        told = [quay.event, *await events.append(late, [_loaded(TERMINAL, [LINE])])]
        async with transaction(app, rival) as tx:
            told += await events.append(tx, [_loaded(RIVAL), _loaded(RIVAL, [LINE])])
        assert await number() == 1
    assert await number() == 3
    async with transaction(app, rival) as tx:
        told += await events.append(tx, [_loaded(RIVAL, [LINE])])
    assert await number() == 1
    async with transaction(app, quay.orgs[LINE]) as tx:
        fed = [one.event_id for one in await events.feed(tx, after=-1, at_most=9)]
    assert fed == [told[n] for n in (0, 1, 3, 4)]
