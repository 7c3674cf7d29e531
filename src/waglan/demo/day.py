"""The demo day: a line, its forwarders and an officer at work over the public HTTP interface.

Nothing here knows the server from inside, and every figure reported comes from its answers.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import httpx

from waglan.codes.party import PartyId
from waglan.codes.render import Lang
from waglan.demo import hand, notice, officer
from waglan.demo.answers import CallSeen, FindingSeen
from waglan.demo.call import Call, make_call
from waglan.demo.client import Client, Handed
from waglan.demo.filing import Desk, File, Filings, filings
from waglan.demo.hand import ByHand
from waglan.demo.notice import Answered
from waglan.demo.organisations import CUSTOMS, LINE, organisations
from waglan.demo.proof import Proof, proof, stated
from waglan.demo.quay import MASS_DIFFERS, at_the_quay, compared
from waglan.demo.results import Ashore, Desks, Examples, Results, results

FORWARDERS_AT_ONCE: Final = 4
REQUEST_S_MAX: Final = 60
DECIDING_S_MAX: Final = 180  # how long we wait for the last decision
QUIET_LOOKS: Final = 4  # looks at which nothing changed: the judging has come to its end
LOOK_S: Final = 0.75
NOTICE_S_MAX: Final = 30  # how long we wait for the answers that tell of served notices
PARTS_SENT: Final = (3, 1, 1, 2)  # out of order, and one of them twice

# How long a person needs to read a line; not waited with `fast`.
READ_S: Final = 3.5
READ_BETWEEN_FORWARDERS_S: Final = 3.5


@dataclass(frozen=True, slots=True)
class Plan:
    """How the day shall be."""

    seed: int
    now: datetime  # when the day starts, with its zone; the ship comes 26 hours later
    fast: bool = False
    lang: Lang = "en"
    log_key: str | None = None  # the log's verifier key, as the operator publishes it


@dataclass(frozen=True, slots=True)
class Step:
    """Something that just happened, by its sentence's name; `done` of `total` while it goes on."""

    name: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    done: int = 0
    total: int = 0


Report: TypeAlias = Callable[[Step], None]


class MissingToken(LookupError):
    """A party of the day was given no token; the message says which."""


async def run(
    base_url: str,
    tokens: Mapping[PartyId, str],
    plan: Plan,
    report: Report,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Results:
    """Live through the day against a server where `organisations()` are registered.

    `tokens` has one for each of them; that of customs is an officer's own, with scope decide. May
    be cancelled at any moment: what the server has taken stays, and no connection stays open.
    """
    missing = {who.party for who in organisations()} - tokens.keys()
    if missing:
        raise MissingToken(", ".join(sorted(missing)))
    async with httpx.AsyncClient(
        base_url=base_url, timeout=REQUEST_S_MAX, transport=transport
    ) as http:
        return await _Day(http, tokens, plan, report).lived()


class _Day:
    """The state of one day while it passes."""

    def __init__(
        self, http: httpx.AsyncClient, tokens: Mapping[PartyId, str], plan: Plan, report: Report
    ) -> None:
        self.http = http
        self.tokens = tokens
        self.plan = plan
        self.report = report
        self.call: Call = make_call(plan.seed, plan.now)
        self.files: Filings = filings(self.call, plan.now)
        self.handed: list[Handed] = []
        self.saved: list[FindingSeen] = []  # what a check found before it was sent
        self.began = 0.0  # by the loop's clock

    def _clock(self) -> datetime:
        """What time it is: the day's beginning, and what has passed since."""
        passed = asyncio.get_running_loop().time() - self.began
        return self.plan.now + timedelta(seconds=passed)

    async def lived(self) -> Results:
        self.began = asyncio.get_running_loop().time()
        await self._opened()
        await self._ordered()
        await self._masters()
        await self._houses()
        await self._amendments()
        by_hand = await self._by_hand()
        await self._decided()
        detained = await self._officer_at_work()
        answered = await self._notice_answered(detained)
        ashore = await self._at_the_quay()
        answers = await self._answers()
        proven = await self._proven()
        box = self.call.masters.equipment[0].number
        examples = Examples(self.call.masters.bills[0].number, detained, box)
        seen = await officer.standing(self._client(CUSTOMS.party), self.call.name)
        desks = Desks(tuple(self.saved), by_hand, answered, ashore)
        return results(self.call.name, seen, self.handed, (answers, proven), (examples, desks))

    async def _opened(self) -> None:
        head = self.call.head
        await self._tell(
            Step(
                "opened",
                {
                    "seed": self.plan.seed,
                    "vessel": head.vessel or "",
                    "voyage": head.voyage or "",
                    "arrival": (head.arrival or "").replace("T", " "),
                    "boxes": len(self.call.masters.equipment),
                    "masters": len(self.call.masters.bills),
                    "houses": self.call.house_bills,
                    "percent": self.call.transhipped_percent,
                },
            )
        )

    async def _ordered(self) -> None:
        client = self._client(CUSTOMS.party)
        self.desk = await officer.sit_down(client)
        table = await officer.publish_table(self.desk, self._clock())
        await self._tell(Step("table", {"sha256": table[:12]}))
        order = await officer.sign_order(self.desk, table, self.plan.now, seed=self.plan.seed)
        await self._tell(Step("order", {"order": order}))

    async def _masters(self) -> None:
        for number in PARTS_SENT:
            file = self.files.masters[number - 1]
            handed = await self._hand_in(file)
            if handed.replayed:
                await self._tell(Step("replayed"))
                continue
            params = {
                "part": number,
                "bills": file.bills,
                "kilobytes": len(file.body) // 1000,
                "state": handed.message.state,
            }
            await self._tell(Step("part", params))

    async def _houses(self) -> None:
        total = sum(files[-1].bills for files in self.files.houses)
        self.report(Step("houses", {"forwarders": len(self.files.houses)}))
        turn = asyncio.Semaphore(FORWARDERS_AT_ONCE)
        done = 0

        async def one(files: tuple[File, ...]) -> None:
            nonlocal done
            async with turn:
                await self._forwarder(files)
                done += files[-1].bills
                self.report(Step("house_filed", done=done, total=total))
                await self._rest(READ_BETWEEN_FORWARDERS_S)

        try:
            async with asyncio.TaskGroup() as group:
                for files in self.files.houses:
                    group.create_task(one(files))
        except BaseExceptionGroup as failed:
            # Whoever calls wants to know what went wrong, not that tasks were at work.
            raise failed.exceptions[0] from failed

    async def _forwarder(self, files: tuple[File, ...]) -> None:
        if files[0].party == self.files.checking:
            files = await self._checked(files)
        for number, file in enumerate(files):
            handed = await self._hand_in(file)
            if number:
                params = {"party": file.party, "state": handed.message.state}
                self.report(Step("resent", params))
            if handed.message.state != "refused":
                return
            for finding in handed.message.findings[:1]:
                params = {"party": file.party, "code": finding.code, "problem": finding.problem}
                self.report(Step("refused", params))

    async def _checked(self, files: tuple[File, ...]) -> tuple[File, ...]:
        """Send nothing of which a check says that it would be refused; return what is left."""
        for number, file in enumerate(files):
            seen = await self._client(file.party).check(file)
            if seen.would_stand:
                if number:
                    self.report(Step("mended", {"party": file.party}))
                return files[number:]
            for finding in seen.stopping[:1]:
                self.saved.append(finding)
                params = {"party": file.party, "code": finding.code, "problem": finding.problem}
                self.report(Step("checked", params))
        return files[-1:]

    async def _by_hand(self) -> ByHand:
        party, houses = self.call.by_hand
        told = list(hand.papers(self.call, Desk(self.plan.seed, self.call.head, self.plan.now)))
        for file in told:
            await self._hand_in(file)
        preparer = self._client(party)
        await self._tell(
            Step("papers", {"party": party, "papers": len(told), "houses": len(houses.bills)})
        )
        draft = await hand.prepare(preparer, self.call)
        conflicts = hand.conflicts(draft)
        seen = {"fields": len(draft.fields), "conflicts": len(conflicts)}
        await self._tell(Step("prefilled", seen))
        stopped = (await hand.check(preparer, draft)).findings
        for finding in stopped[:1]:
            await self._tell(
                Step(
                    "not_ready",
                    {"findings": len(stopped), "code": finding.code, "problem": finding.problem},
                )
            )
        draft = await hand.mend(preparer, self.call, draft)
        approver = await hand.sign_in(preparer, party)
        filed = await hand.file(preparer, approver, draft)
        await self._tell(Step("approved", {"party": party, "state": filed.state}))
        return ByHand(
            len(houses.bills),
            len(told),
            len(draft.fields),
            hand.typed(draft),
            conflicts,
            stopped,
            filed.state,
        )

    async def _amendments(self) -> None:
        for file in self.files.amendments:
            handed = await self._hand_in(file)
            params = {
                "party": file.party,
                "document": file.document,
                "state": handed.message.state,
            }
            await self._tell(Step("amended", params))

    async def _decided(self) -> None:
        self.report(Step("deciding"))
        seen = await self._when_quiet(self.call.name)
        params = {
            "decided": seen.bills - seen.undecided,
            "bills": seen.bills,
            "before": seen.decided_before_arrival,
            "undecided": seen.undecided,
        }
        await self._tell(Step("decided", params))

    async def _when_quiet(self, call: str) -> CallSeen:
        """Return a call's counts once all is decided, nothing changes, or our patience ends."""
        client = self._client(CUSTOMS.party)
        seen = await officer.standing(client, call)
        same = 0
        for _ in range(int(DECIDING_S_MAX / LOOK_S)):
            if same >= QUIET_LOOKS or (seen.bills and not seen.undecided):
                break
            await asyncio.sleep(LOOK_S)
            before, seen = seen, await officer.standing(client, call)
            is_same = (before.bills, before.by_status) == (seen.bills, seen.by_status)
            same = same + 1 if is_same and seen.by_status else 0
        return seen

    async def _officer_at_work(self) -> str:
        bill = await officer.detain_one(self.desk, self._clock())
        await self._tell(Step("detained", {"bill": bill}))
        before = await self._count_of_answers()
        served = await officer.serve_notices(self.desk, self.call.name, self._clock())
        await self._tell(Step("served", {"notices": served}))
        for _ in range(int(NOTICE_S_MAX / LOOK_S)):
            if await self._count_of_answers() > before:
                break
            await asyncio.sleep(LOOK_S)
        return bill

    async def _notice_answered(self, bill: str) -> Answered:
        told = await notice.answer(self._client, self._client(CUSTOMS.party), bill)
        told_of = {"notice": told.notice, "bill": bill}
        await self._tell(Step("notice", {**told_of, "documents": told.documents}))
        return told

    async def _at_the_quay(self) -> Ashore:
        """A small ship is in: her list is held against the quay, and one box is looked into."""
        ship = at_the_quay(self.call, self.plan.now)
        self.report(Step("berthed", {"call": ship.call}))
        for file in (ship.manifest, ship.plan, ship.report):
            await self._hand_in(file)
        line, at = self._client(LINE.party), self._clock
        seen = await compared(self._client(CUSTOMS.party), ship)
        told = {"listed": seen.listed, "aboard": ship.aboard, "ashore": ship.ashore}
        await self._tell(Step("quay", told))
        for one in seen.differences:
            await self._tell(Step("differs", {"problem": one.finding.problem}))
        await self._when_quiet(ship.call)
        await officer.serve_notices(self.desk, ship.call, at())
        odd = next(one.box for one in seen.differences if one.finding.code == MASS_DIFFERS)
        bill = await officer.select(self.desk, odd, at())
        await officer.serve_notices(self.desk, ship.call, at())
        await self._tell(Step("selected", {"bill": bill, "box": odd}))
        result = await officer.examine(self.desk, bill, at())
        await officer.serve_notices(self.desk, ship.call, at())
        proven = await stated(line, bill, self.plan.log_key)
        await self._tell(Step("examined", {"bill": bill, "result": result}))
        if proven.status is None:
            await self._tell(Step("unstated", {"characters": proven.characters}))
        else:
            await self._tell(
                Step("stated", {"characters": proven.characters, "status": proven.status})
            )
        return Ashore(ship.call, seen, bill, result, proven)

    async def _count_of_answers(self) -> int:
        """Count the answers to the line's last part: what customs says of the whole goes there."""
        last = next(one for one in reversed(self.handed) if one.file in self.files.masters)
        return len(await self._client(LINE.party).answers(last.message.id))

    async def _answers(self) -> Counter[str]:
        kinds = Counter[str]()
        for one in self.handed:
            if one.replayed:
                continue
            client = self._client(one.file.party)
            for answer in await client.answers(one.message.id):
                if await client.fetch(answer.href):
                    kinds[answer.kind] += 1
        text = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        await self._tell(Step("answered", {"answers": kinds.total(), "kinds": text}))
        return kinds

    async def _proven(self) -> Proof:
        bill = self.call.masters.bills[0].number
        proven = await proof(self._client(LINE.party), bill, self.plan.log_key)
        standing = "unchecked" if proven.standing is None else proven.standing.value
        await self._tell(
            Step("proven", {"seq": proven.seq, "size": proven.size, "standing": standing})
        )
        return proven

    async def _hand_in(self, file: File) -> Handed:
        handed = await self._client(file.party).hand_in(file)
        self.handed.append(handed)
        return handed

    def _client(self, party: PartyId) -> Client:
        return Client(self.http, self.tokens[party], self.plan.lang)

    async def _tell(self, step: Step) -> None:
        self.report(step)
        await self._rest(READ_S)

    async def _rest(self, seconds: float) -> None:
        if not self.plan.fast:
            await asyncio.sleep(seconds)
