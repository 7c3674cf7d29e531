"""The database shows each organisation what `parties.readers` says it may see, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid5

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.manifest.model import Bill, Function, Goods, Head, Level, Manifest, Package, Party
from waglan.manifest.model import PartyRole as Named
from waglan.operations.fit_readers import fit_readers
from waglan.operations.give_grant import GRANTS_MAX, give_grant
from waglan.operations.give_grant import Wish as Asked
from waglan.operations.link_consignments import link_consignments
from waglan.operations.revoke_grant import revoke_grant
from waglan.parties.readers import Grant, View, readers, sees
from waglan.parties.relations import Declared, relate
from waglan.parties.role import Role
from waglan.store import Transaction, events, links, log, manifests
from waglan.store.connect import Pools, pools, transaction
from waglan.store.dsn import Dsn
from waglan.store.manifests import NewManifest

NOW = datetime.now(UTC)  # noqa: TID251 - the policies ask the database's own clock
CARRIERS = tuple(map(PartyId, ("line-1", "line-2")))
FORWARDERS = tuple(map(PartyId, ("forwarder-1", "forwarder-2", "forwarder-3")))
CUSTOMS = tuple(map(PartyId, ("customs-1", "customs-2")))
BANK, OPERATOR = PartyId("bank-1"), PartyId("operator-1")
ROLES = {
    **dict.fromkeys(CARRIERS, frozenset({Role.CARRIER})),
    **dict.fromkeys(FORWARDERS, frozenset({Role.FORWARDER})),
    **dict.fromkeys(CUSTOMS, frozenset({Role.CUSTOMS})),
    BANK: frozenset({Role.BANK}),
    OPERATOR: frozenset({Role.OPERATOR}),
}
NUMBERS = ("M", "N", "C", "H", "K")
BOXES = ("CSQU3054383", "MSKU0000001", None)
SPACE = UUID(int=7)
WORLDS = count(1)
VAULT = Vault(bytes(32))


@dataclass(frozen=True)
class Slip:
    """One bill of a manifest."""

    number: str
    parent: str | None
    box: str | None
    forwarder: PartyId | None

    @property
    def is_house(self) -> bool:
        return self.parent is not None


@dataclass(frozen=True)
class Sheet:
    """A manifest with all its versions; the last one counts."""

    filer: PartyId
    customs: PartyId
    carrier: PartyId | None
    versions: tuple[tuple[Slip, ...], ...]
    is_cancelled: bool


@dataclass(frozen=True)
class Wish:
    """A grant on the n-th of all bills ever filed."""

    giver: PartyId
    receiver: PartyId
    n: int
    view: View
    lasts: timedelta
    is_revoked: bool


SLIPS = st.builds(
    Slip,
    number=st.sampled_from(NUMBERS),
    parent=st.sampled_from((None, *NUMBERS)),
    box=st.sampled_from(BOXES),
    forwarder=st.sampled_from((None, None, *FORWARDERS)),
)
VERSION = st.lists(SLIPS, min_size=1, max_size=3, unique_by=lambda s: (s.parent, s.number))
SHEETS = st.builds(
    Sheet,
    filer=st.sampled_from((*CARRIERS, *FORWARDERS)),
    customs=st.sampled_from(CUSTOMS),
    carrier=st.sampled_from((None, *CARRIERS, FORWARDERS[0])),
    versions=st.lists(VERSION.map(tuple), min_size=1, max_size=2).map(tuple),
    is_cancelled=st.sampled_from((False, False, False, True)),
)
WISHES = st.builds(
    Wish,
    giver=st.sampled_from((*CARRIERS, *FORWARDERS, BANK)),
    receiver=st.sampled_from((*CARRIERS, *FORWARDERS, BANK)),
    n=st.integers(0, 9),
    view=st.sampled_from(View),
    lasts=st.sampled_from((timedelta(days=-1), timedelta(days=1))),
    is_revoked=st.booleans(),
)


@pytest.fixture(scope="module")
def peopled(module_database: Dsn) -> Dsn:
    """A database in which everybody of the cast is registered, each with his id as an address."""
    with psycopg.connect(module_database.admin or "") as conn:
        for party, roles in ROLES.items():
            conn.execute(
                "insert into organisation (party, name, roles, registered_at)"
                " values (%s, %s, %s, now())",
                [party, party, [role.value for role in roles]],
            )
        conn.execute("insert into address select party || ':ZZZ', org, now() from organisation")
        conn.execute(
            "insert into message (org, id, source, token, sha256, size, received_at)"
            " select org, gen_random_uuid(), 'http', 'tok', sha256(''), 0, now() from organisation"
        )
    asyncio.run(_begin(module_database))
    return module_database


async def _begin(dsn: Dsn) -> None:
    async with pools(dsn, size_max=1) as opened, transaction(opened.engine, None) as tx:
        await log.open_log(tx, "tenancy.test/log")


class World:
    """One example in the database, its numbers its own."""

    def __init__(self, opened: Pools, admin: Transaction, orgs: dict[PartyId, int]) -> None:
        self.opened, self.admin, self.orgs = opened, admin, orgs
        self.prefix = f"W{next(WORLDS)}-"
        # By consignment: the newest versions that name it, by document, each with its number.
        self.named: dict[int, dict[int, tuple[int, Declared]]] = {}
        self.ever: dict[int, tuple[PartyId, set[PartyId]]] = {}
        self.boxed: set[int] = set()  # what has a box in the store, by any version

    @property
    def bills(self) -> dict[int, Declared]:
        """What stands declared: of two manifests that name a bill, the later one counts."""
        return {c: max(by.values(), key=lambda v: v[0])[1] for c, by in self.named.items() if by}

    async def file(self, n: int, sheet: Sheet) -> list[int]:
        """File every version of a manifest; return the manifests' numbers."""
        made = []
        for version, slips in enumerate(sheet.versions, 1):
            is_last = version == len(sheet.versions)
            function = Function.CANCEL if is_last and sheet.is_cancelled else Function.ORIGINAL
            made.append(await self._version((n, version, function), sheet, slips))
        return made

    async def _version(
        self, named: tuple[int, int, Function], sheet: Sheet, slips: tuple[Slip, ...]
    ) -> int:
        n, version, function = named
        org, name = self.orgs[sheet.filer], f"{self.prefix}{n}"
        row = await self.admin.execute(
            "insert into assembly (org, sender, recipient, message_type, access_reference,"
            " opened_at, due_at) values (%s, '', '', '', %s, now(), now()) returning assembly_id,"
            " (select message_id from message m where m.org = assembly.org)",
            [org, f"{name}-{version}"],
        )
        assembly, message = (await row.fetchone()) or (0, 0)
        new = NewManifest(
            org, uuid5(SPACE, f"{name}-{version}"), self.orgs[sheet.customs], name, "CALL",
            version, function, "", assembly, message, None, NOW, NOW,
        )  # fmt: skip
        head = Head(name, carrier=sheet.carrier, imo="9811000", voyage=f"{self.prefix}V")
        paper = Manifest(head, tuple(map(self._bill, slips)), ())
        async with transaction(self.opened.app, org) as tx:
            salts = [[bytes(16)] * 2 for _ in slips]
            manifest_id, ids = await manifests.add(tx, VAULT, new, paper, salts)
            await manifests.let_read(tx, manifest_id, {sheet.filer: "full", sheet.customs: "full"})
            inside = [ids[bill.parent or "", bill.number] for bill in paper.bills]
            who = frozenset({sheet.filer, sheet.customs})
            told = [self._event(EventCode.BILL_DECLARED, b, sheet.filer, who) for b in paper.bills]
            await events.append(tx, told, consignments=inside)
        async with transaction(self.opened.authority, self.orgs[sheet.customs]) as tx:
            who = frozenset({sheet.filer})
            told = [
                self._event(EventCode.NOTICE_SERVED, b, sheet.customs, who) for b in paper.bills
            ]
            await events.append(tx, told, consignments=inside)
        self._stands((manifest_id, n, function), sheet, list(zip(slips, inside, strict=True)))
        return manifest_id

    def _bill(self, slip: Slip) -> Bill:
        stowed = (Package(slip.box),) if slip.box else ()
        named = (Party(Named.FORWARDER, "", code=slip.forwarder),) if slip.forwarder else ()
        return Bill(
            self.prefix + slip.number,
            Level.HOUSE if slip.is_house else Level.MASTER,
            self.prefix + slip.parent if slip.parent else None,
            parties=named,
            goods=(Goods(1, "SAMPLE GOODS", stowed=stowed),),
        )

    def _event(self, code: EventCode, bill: Bill, by: PartyId, who: frozenset[PartyId]) -> Event:
        return Event(code, Key(KeyKind.BILL, bill.number), by, NOW, NOW, {}, (), who)

    def _stands(
        self,
        named: tuple[int, int, Function],
        sheet: Sheet,
        slips: list[tuple[Slip, int]],
    ) -> None:
        manifest, document, function = named
        for by_document in self.named.values():
            by_document.pop(document, None)
        for slip, consignment in slips:
            _, authorities = self.ever.setdefault(consignment, (sheet.filer, set()))
            authorities.add(sheet.customs)
            self.boxed |= {consignment} if slip.box else set()
            if function is not Function.CANCEL:
                stands = (manifest, self._declared(consignment, sheet, slip))
                self.named.setdefault(consignment, {})[document] = stands

    def _declared(self, consignment: int, sheet: Sheet, slip: Slip) -> Declared:
        return Declared(
            consignment,
            Key(KeyKind.BILL, self.prefix + slip.number),
            self.prefix + slip.parent if slip.parent else None,
            slip.is_house,
            sheet.filer,
            sheet.customs,
            sheet.carrier,
            slip.forwarder,
            frozenset({slip.box} if slip.box else ()),
        )

    async def give(self, wishes: list[Wish]) -> dict[int, list[Grant]]:
        """Write grants down, as a giver who does not ask first; return those that stand."""
        found: dict[int, list[Grant]] = {}
        every = sorted(self.ever)
        for i, wish in enumerate(wishes):
            consignment = every[wish.n % len(every)]
            id_ = uuid5(SPACE, f"{self.prefix}grant-{i}")
            until = NOW + wish.lasts
            await self.admin.execute(
                "insert into consignment_grant values (%s, %s, %s, %s, %s, %s, %s)",
                [id_, self.orgs[wish.giver], self.orgs[wish.receiver], consignment,
                 wish.view.name.lower(), NOW, until],
            )  # fmt: skip
            if wish.is_revoked:
                await self.admin.execute(
                    "insert into grant_revocation values (%s, %s, %s)",
                    [id_, self.orgs[wish.giver], NOW],
                )
            elif consignment in self.bills:
                bill = self.bills[consignment].bill
                grant = Grant(str(id_), wish.giver, wish.receiver, bill, wish.view, until)
                found.setdefault(consignment, []).append(grant)
        return found

    async def seen(self, party: PartyId) -> dict[int, dict[str, bool]]:
        """What this organisation sees of every consignment by each way there is."""
        pool = self.opened.authority if party in CUSTOMS else self.opened.app
        every = sorted(self.ever)
        async with transaction(pool, self.orgs[party]) as tx:
            shown = {name: await self._shown(tx, sql, every) for name, sql in WAYS.items()}
        return {
            consignment: {
                name: consignment in found
                for name, found in shown.items()
                if name != "boxes" or consignment in self.boxed
            }
            for consignment in every
        }

    async def _shown(self, tx: Transaction, sql: str, every: list[int]) -> set[int]:
        rows = await tx.execute(sql.encode(), [every])
        return {consignment for (consignment,) in await rows.fetchall()}


ONE_OF = "where consignment = any (%s)"
WAYS = {
    "bill": f"select consignment from bill {ONE_OF}",
    "persons": f"select consignment from bill_personal {ONE_OF}",
    "boxes": f"select consignment from bill_equipment {ONE_OF}",
    "declared": f"select consignment from event {ONE_OF} and code = 'bill.declared'",
    "served": f"select consignment from event {ONE_OF} and code = 'customs.notice-served'",
}
NEEDED = {
    "bill": View.FULL,
    "persons": View.FULL,
    "boxes": View.EQUIPMENT,
    "declared": View.FULL,
    "served": View.STATUS,
}


@asynccontextmanager
async def world(dsn: Dsn) -> AsyncIterator[World]:
    admin = await psycopg.AsyncConnection.connect(dsn.admin or "", autocommit=True)
    async with admin, pools(dsn, size_max=1) as opened:
        rows = await (await admin.execute("select party, org from organisation")).fetchall()
        yield World(opened, admin, {PartyId(party): org for party, org in rows})


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sheets=st.lists(SHEETS, min_size=1, max_size=5), wishes=st.lists(WISHES, max_size=4),
    late=st.booleans(),
)  # fmt: skip
def test_row_security_shows_what_the_readers_are_and_nothing_else(
    peopled: Dsn, sheets: list[Sheet], wishes: list[Wish], late: bool
) -> None:
    asyncio.run(_compare(peopled, sheets, wishes, late))


async def _compare(dsn: Dsn, sheets: list[Sheet], wishes: list[Wish], late: bool) -> None:
    async with world(dsn) as made:
        filed = []
        for n, sheet in enumerate(sheets):
            filed += await made.file(n, sheet)
            if not late:
                await link(made, filed[-len(sheet.versions) :])
        if late:  # as after a crash: everything at once, the newest first
            await link(made, filed[::-1])
        grants = await made.give(wishes)
        async with transaction(made.opened.engine, None) as tx:
            await fit_readers(tx, set(made.ever), now=NOW)
            again = await fit_readers(tx, set(made.ever), now=NOW)
        assert again == 0
        expected = views(made, grants)
        for party in ROLES:
            for consignment, ways in (await made.seen(party)).items():
                view = expected(party, consignment)
                for way in NEEDED.keys() & ways.keys():
                    may = view is not None and view >= NEEDED[way]
                    assert ways[way] == may, f"{party} of {consignment}: {way}"


def views(made: World, grants: dict[int, list[Grant]]) -> Callable[[PartyId, int], View | None]:
    related = relate(made.bills.values(), ROLES)

    def view(party: PartyId, consignment: int) -> View | None:
        filer, authorities = made.ever[consignment]
        if party == filer or party in authorities:
            return View.FULL  # what he filed, or was filed with him, stays in his sight
        if consignment not in related:
            return None
        own = grants.get(consignment, [])
        found = readers(related[consignment].consignment, ROLES, own, as_of=NOW)
        return sees(found, party, at=NOW)

    return view


async def link(made: World, numbers: list[int]) -> None:
    for number in numbers:
        async with transaction(made.opened.engine, None) as tx:
            await link_consignments(tx, number, now=NOW)


async def test_what_a_grant_shows_ends_at_its_hour_without_anybody_doing_anything(
    peopled: Dsn,
) -> None:
    sheet = Sheet(FORWARDERS[0], CUSTOMS[0], None, ((Slip("H", "C", None, None),),), False)
    async with world(peopled) as made:
        await link(made, await made.file(0, sheet))
        [consignment] = made.ever
        row = await (await made.admin.execute("select now() + interval '1 s'")).fetchone()
        until = row[0] if row else NOW
        await made.give([Wish(FORWARDERS[0], BANK, 0, View.FULL, until - NOW, False)])
        async with transaction(made.opened.engine, None) as tx:
            await fit_readers(tx, {consignment}, now=NOW)
            await log.sequence(tx, now=NOW)
        before = (await made.seen(BANK))[consignment]
        assert before == dict.fromkeys(before, True)
        assert await fed(made, BANK) == 2
        await asyncio.sleep(1.1)
        assert (await made.seen(BANK))[consignment] == dict.fromkeys(before, False)
        assert await fed(made, BANK) == 0


async def fed(made: World, party: PartyId) -> int:
    """How many events of this example the organisation's feed holds."""
    async with transaction(made.opened.app, made.orgs[party]) as tx:
        told = await events.feed(tx, after=-1, at_most=1_000)
    return sum(made.prefix.encode() in one.canonical for one in told)


async def test_a_link_reaches_events_numbered_before_and_after_it_alike(peopled: Dsn) -> None:
    house = Sheet(FORWARDERS[0], CUSTOMS[0], None, ((Slip("H", "C", None, None),),), False)
    above = Sheet(FORWARDERS[1], CUSTOMS[0], None, ((Slip("C", "M", None, None),),), False)
    async with world(peopled) as made:
        await link(made, await made.file(0, house))
        async with transaction(made.opened.engine, None) as tx:
            await log.sequence(tx, now=NOW)  # the house's events have their numbers
        await link(made, await made.file(1, above))
        sight = await visible(made, FORWARDERS[1], made.prefix + "H")
        assert sight == {"bill.declared", "customs.notice-served"}
        # What comes later is shown when it is numbered, by nobody but the sequencer.
        [consignment] = [c for c, bill in made.bills.items() if bill.is_house
                         and bill.bill.text == made.prefix + "H"]  # fmt: skip
        for party, code in ((CUSTOMS[0], EventCode.NOTICE_SERVED),
                            (CUSTOMS[0], EventCode.CUSTOMS_STATUS)):  # fmt: skip
            async with transaction(made.opened.authority, made.orgs[party]) as tx:
                bill = Bill(made.prefix + "H", Level.HOUSE)
                told = made._event(code, bill, party, frozenset())
                await events.append(tx, [told], consignments=[consignment])
        async with transaction(made.opened.engine, None) as tx:
            assert (await log.sequence(tx, now=NOW)).count > 0
        async with transaction(made.opened.app, made.orgs[FORWARDERS[1]]) as tx:
            fed = await events.feed(tx, after=-1, at_most=1000)
            seen = await events.about(tx, Key(KeyKind.BILL, made.prefix + "H"))
        assert len([one for one in fed if one.event_id in {s.event_id for s in seen}]) == 3
        assert len(seen) == 3  # the decision itself is in no filer's sight


async def visible(made: World, party: PartyId, bill: str) -> set[str]:
    async with transaction(made.opened.app, made.orgs[party]) as tx:
        rows = await tx.execute("select code from event where about = %s", [bill])
        return {code for (code,) in await rows.fetchall()}


async def visit(narrow: Pools, tenant: tuple[int, int], turn: int) -> None:
    """Look at everything as one tenant, and let the transaction end well or badly."""
    org, own = tenant
    async with transaction(narrow.app, org) as tx:
        for table in ("bill", "bill_personal", "reader", "event", "consignment"):
            sql = f"select distinct consignment from {table}"
            rows = await (await tx.execute(sql.encode())).fetchall()
            assert rows == [(own,)], table
        if turn == 1:
            raise ZeroDivisionError
        if turn == 2:
            await tx.execute("select pg_sleep(1)")
        if turn == 3:
            await tx.execute("select 1 / 0")


async def test_fifty_tenants_over_two_connections_see_their_own_bills_alone(
    peopled: Dsn,
) -> None:
    tenants = [PartyId(f"tenant-{n}") for n in range(50)]
    async with await psycopg.AsyncConnection.connect(peopled.admin or "") as admin:
        for party in tenants:
            await admin.execute(
                "with o as (insert into organisation (party, name, roles, registered_at)"
                " values (%s, 'Synthetic', '{forwarder}', now()) returning org)"
                " insert into message (org, id, source, token, sha256, size, received_at)"
                " select org, gen_random_uuid(), 'http', 'tok', sha256(''), 0, now() from o",
                [party],
            )
    async with world(peopled) as made, pools(peopled, size_max=2) as narrow:
        for n, party in enumerate(tenants):
            sheet = Sheet(party, CUSTOMS[0], None, ((Slip(f"T{n}", "M", None, None),),), False)
            await made.file(n, sheet)
        own = {filer: consignment for consignment, (filer, _) in made.ever.items()}

        async def tenant(n: int, party: PartyId) -> None:
            for turn in range(5):
                task = asyncio.create_task(visit(narrow, (made.orgs[party], own[party]), turn))
                if turn == 2:
                    await asyncio.sleep(0.005 * (n % 7))
                    task.cancel()
                expected = (
                    ZeroDivisionError,
                    asyncio.CancelledError,
                    psycopg.errors.DivisionByZero,
                )
                with suppress(*expected):
                    await task

        await asyncio.gather(*(tenant(n, party) for n, party in enumerate(tenants)))
        for _ in range(4):
            async with transaction(narrow.app, None) as tx:
                row = await tx.execute("select current_org(), (select count(*) from bill)")
                assert await row.fetchone() == (None, 0)


async def test_no_tenant_revokes_or_grants_what_is_anothers_even_past_the_code(
    peopled: Dsn,
) -> None:
    sheet = Sheet(FORWARDERS[0], CUSTOMS[0], None, ((Slip("H", "C", None, None),),), False)
    async with world(peopled) as made:
        await made.file(0, sheet)
        [consignment] = made.ever
        rival = made.orgs[FORWARDERS[1]]
        mine = [rival, rival, consignment]
        forged = (
            ("insert into consignment_grant values (gen_random_uuid(), %s, %s, %s, 'full', now(),"
             " now() + interval '1 day')", mine),
            ("insert into reader values (%s, %s, 'full', 'infinity')", [rival, consignment]),
        )  # fmt: skip
        for sql, values in forged:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with transaction(made.opened.app, rival) as tx:
                    await tx.execute(sql, values)


async def test_the_links_that_wait_are_found_after_a_crash(peopled: Dsn) -> None:
    sheet = Sheet(FORWARDERS[0], CUSTOMS[0], None, ((Slip("H", "C", None, None),),), False)
    async with world(peopled) as made:
        [number] = await made.file(0, sheet)
        with suppress(ZeroDivisionError):
            async with transaction(made.opened.engine, None) as tx:
                await link_consignments(tx, number, now=NOW)
                raise ZeroDivisionError  # the process dies before the commit
        async with transaction(made.opened.engine, None) as tx:
            assert number in {n for n, _ in await links.unlinked(tx, at_most=1000)}
            await link_consignments(tx, number, now=NOW)
        async with transaction(made.opened.engine, None) as tx:
            assert number not in {n for n, _ in await links.unlinked(tx, at_most=1000)}


def wish(made: World, n: int, parent: str | None = None) -> Asked:
    above = None if parent is None else made.prefix + parent
    id_ = uuid5(SPACE, f"{made.prefix}wish-{n}")
    return Asked(id_, made.prefix + "H", above, BANK, View.STATUS, NOW + timedelta(days=1))


async def test_a_bill_is_shown_to_fifty_at_a_time_and_no_more(peopled: Dsn) -> None:
    sheet = Sheet(FORWARDERS[0], CUSTOMS[0], None, ((Slip("H", "C", None, None),),), False)
    async with world(peopled) as made:
        await made.file(0, sheet)
        giver = (made.orgs[FORWARDERS[0]], FORWARDERS[0])
        async with transaction(made.opened.app, giver[0]) as tx:
            for n in range(GRANTS_MAX):
                assert await give_grant(tx, giver, wish(made, n), now=NOW) == []
            [refused] = await give_grant(tx, giver, wish(made, GRANTS_MAX), now=NOW) or []
            assert refused.code == "PARTY-GRANTS-MAX"
            assert await revoke_grant(tx, giver, wish(made, 0).id, now=NOW)
            assert await give_grant(tx, giver, wish(made, GRANTS_MAX), now=NOW) == []


async def test_a_number_given_twice_needs_the_bill_above_to_be_granted(peopled: Dsn) -> None:
    slips = (Slip("H", "C", None, None), Slip("H", "K", None, None))
    async with world(peopled) as made:
        await made.file(0, Sheet(FORWARDERS[0], CUSTOMS[0], None, (slips,), False))
        giver = (made.orgs[FORWARDERS[0]], FORWARDERS[0])
        async with transaction(made.opened.app, giver[0]) as tx:
            [refused] = await give_grant(tx, giver, wish(made, 0), now=NOW) or []
            assert refused.code == "PARTY-BILL-AMBIGUOUS"
            assert await give_grant(tx, giver, wish(made, 0, "K"), now=NOW) == []
            assert await give_grant(tx, giver, wish(made, 1, "NONE"), now=NOW) is None
