"""How often somebody may try: a try counts as a wrong one until it was right.

So a thousand tries sent at once are counted as a thousand, and none of them holds a connection
to the database while its password is hashed.

Whoever signs in from a network where somebody of his firm signed in before waits for the wrong
tries that came from there, and not for those of strangers: nobody can keep him out by guessing all
the time. It is the firm that is known there, so that no wait tells which names it has.
"""

from dataclasses import dataclass, replace

from fastapi import Request

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.problem import Problem
from waglan.gateway.kit import Kit
from waglan.parties.limit import NO_WAIT, Tries, place_of
from waglan.parties.sign_in import policy
from waglan.store import tries
from waglan.store.connect import transaction


@dataclass(frozen=True, slots=True)
class Try:
    """One try that was counted: at which account, from which network, as keyed hashes."""

    kit: Kit
    account: bytes  # or the account from this network alone, where it is known there
    network: bytes
    known_by: bytes | None = None  # what will tell that this firm is known in this network

    async def was_right(self) -> None:
        """Forget what was tried wrongly at the account, and count this one for nothing."""
        now, limits, known_by = self.kit.clock(), policy().tries, self.known_by
        keys = (self.account, self.network, *([known_by] if known_by else []))
        async with transaction(self.kit.pools.app, None) as tx:
            known = await tries.locked(tx, keys, at=now)
            counted = limits.network.given_back(known[self.network])
            kept = {self.account: Tries(0, now), self.network: counted}
            if known_by:
                kept[known_by] = Tries(0, now + limits.known_for)
            await tries.keep(tx, kept)


async def one_more_at_home(kit: Kit, request: Request, party: str, login: str) -> Try:
    """Count a try as `one_more` does, apart from strangers' where this firm is known.

    What tells it is a keyed hash of firm and network together, kept by a try that was right.
    """
    place = _place(request)
    known_by = kit.keys.vault.blind(f"known\n{party}\n{place}")
    async with transaction(kit.pools.app, None) as tx:
        is_known = await tries.is_ahead(tx, known_by, at=kit.clock())
    tried = await one_more(kit, request, party, login, *(("from", place) if is_known else ()))
    return replace(tried, known_by=known_by)


def _place(request: Request) -> str:
    return place_of("" if request.client is None else request.client.host)


async def one_more(kit: Kit, request: Request, *whom: str) -> Try:
    """Count a try at an account, known or not; raise Problem 429 with the seconds to wait."""
    limits, vault = policy().tries, kit.keys.vault
    account = vault.blind("\n".join(("account", *whom)))
    network = vault.blind(f"network\n{_place(request)}")
    async with transaction(kit.pools.app, None) as tx:
        known = await tries.locked(tx, (account, network), at=kit.clock())
        now = kit.clock()  # after the wait for those that came before
        waits = (
            limits.account.wait(known[account], at=now),
            limits.network.wait(known[network], at=now),
        )
        if max(waits) > NO_WAIT:
            kind = Finding("HTTP-TRY-LATER", Severity.ERROR, Where("platform"), {})
            seconds = 1 + int(max(waits).total_seconds())
            raise Problem(429, kind, headers={"Retry-After": str(seconds)})
        wrong = limits.account.failed(known[account], at=now)
        taken = limits.network.taken(known[network], at=now)
        await tries.keep(tx, {account: wrong, network: taken})
    return Try(kit, account, network)
