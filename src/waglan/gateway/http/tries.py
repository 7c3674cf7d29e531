"""How often somebody may try: a try counts as a wrong one until it was right.

So a thousand tries sent at once are counted as a thousand, and none of them holds a connection
to the database while its password is hashed.
"""

from dataclasses import dataclass

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
    account: bytes
    network: bytes

    async def was_right(self) -> None:
        """Forget what was tried wrongly at the account, and count this one for nothing."""
        now, network = self.kit.clock(), policy().tries.network
        async with transaction(self.kit.pools.app, None) as tx:
            known = await tries.locked(tx, (self.account, self.network), at=now)
            counted = network.given_back(known[self.network])
            await tries.keep(tx, {self.account: Tries(0, now), self.network: counted})


async def one_more(kit: Kit, request: Request, *whom: str) -> Try:
    """Count a try at an account, known or not; raise Problem 429 with the seconds to wait."""
    limits, vault = policy().tries, kit.keys.vault
    host = "" if request.client is None else request.client.host
    account = vault.blind("\n".join(("account", *whom)))
    network = vault.blind(f"network\n{place_of(host)}")
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
