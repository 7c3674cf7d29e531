"""The customs officer's acts of the day: table, standing order, detention, examination, notices."""

from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.data import read
from waglan.customs.officer_act import PURPOSE, Kind, Sheet, sign_act
from waglan.customs.outcome import Outcome
from waglan.customs.policy import policy
from waglan.customs.standing_order import StandingOrder, sign
from waglan.demo.answers import (
    BillAtDesk,
    BillsAtDesk,
    BillSeen,
    BillsSeen,
    CallSeen,
    ColleagueSeen,
    DoneSeen,
    ManifestsSeen,
    OfficerSeen,
    OrderSeen,
    StatusesSeen,
    TableSeen,
)
from waglan.demo.client import Client
from waglan.demo.organisations import CUSTOMS

MANIFESTS_SEEN_MAX: Final = 200
# All of these are the demo's own: no authority has published what it lets a machine decide.
BILLS_PER_CALL_MAX: Final = 10_000
# A small forwarder's manifest may well hold nothing remarkable, so the share is not limited.
NOT_SELECTED_PERMILLE_MAX: Final = 1_000
SERVE_BEFORE_ARRIVAL_MINUTES: Final = 6 * 60
VALID_FOR: Final = timedelta(days=2)
STATUSES: Final = frozenset(
    {
        CustomsStatus.NOT_SELECTED,
        CustomsStatus.DOCUMENTS_ASKED,
        CustomsStatus.DETAINED,
        CustomsStatus.INSPECT,
    }
)


class NothingToDetain(LookupError):
    """No bill has come to the officer's desk."""


async def publish_table(officer: "Officer", now: datetime) -> str:
    """Import the packaged synthetic risk table and have a second officer publish it."""
    model = read("demo/tables/risk.json").encode()
    table = (await officer.client.post("/v1/customs/tables", model, TableSeen)).sha256
    new = msgspec.json.encode(
        {"name": "Sample Second Officer", "scopes": ["read", "decide"], "days": 1}
    )
    second = await officer.client.post("/v1/persons", new, ColleagueSeen)
    colleague = await sit_down(replace(officer.client, token=second.secret))
    await colleague.signs(Kind.PUBLISH_TABLE, f"publish-{now:%Y%m%d%H%M%S%f}", now, table=table)
    return table


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer at his desk: his key dies with the demo day, and the server never sees it."""

    client: Client
    key: Ed25519PrivateKey = field(repr=False)
    subject: str

    async def signs(self, kind: Kind, act_id: str, at: datetime, **said: object) -> DoneSeen:
        """Do an act, signed."""
        told = {
            "purpose": PURPOSE,
            "id": act_id,
            "officer": self.subject,
            "authority": CUSTOMS.party,
            "act": kind,
            "at": at,
        }
        sheet = msgspec.convert({**told, **said}, Sheet)
        signed = {
            "body": b64encode(sheet.act_bytes()).decode(),
            "signature": b64encode(sign_act(sheet, self.key)).decode(),
        }
        return await self.client.post("/v1/customs/acts", signed, DoneSeen)


async def sit_down(client: Client) -> Officer:
    """Make the officer's key and register its public half."""
    key = Ed25519PrivateKey.generate()
    public = b64encode(key.public_key().public_bytes_raw()).decode()
    known = await client.post("/v1/customs/officer-keys", {"public_key": public}, OfficerSeen)
    return Officer(client, key, known.officer)


async def sign_order(officer: Officer, table_sha256: str, now: datetime, *, seed: int) -> str:
    """Sign a standing order of the day and hand it in."""
    order = standing_order(officer.subject, table_sha256, now, seed=seed)
    signed = {
        "body": b64encode(order.order_bytes()).decode(),
        "signature": b64encode(sign(order, officer.key).signature).decode(),
    }
    return (await officer.client.post("/v1/customs/standing-orders", signed, OrderSeen)).order_id


def standing_order(officer: str, table_sha256: str, now: datetime, *, seed: int) -> StandingOrder:
    """Return the order of the day, not signed yet."""
    return StandingOrder(
        id=f"SO-DEMO-{seed}",
        officer=officer,
        authority=CUSTOMS.party,
        policy_version=policy().version,
        table_sha256=table_sha256,
        statuses=STATUSES,
        bills_per_call_max=BILLS_PER_CALL_MAX,
        not_selected_permille_max=NOT_SELECTED_PERMILLE_MAX,
        valid_from=now,
        valid_until=now + VALID_FOR,
        serve_before_arrival_minutes=SERVE_BEFORE_ARRIVAL_MINUTES,
    )


async def standing(client: Client, call: str) -> CallSeen:
    """Return where a call's bills stand."""
    return await client.get(f"/v1/customs/calls/{quote(call)}/summary", CallSeen)


async def detain_one(officer: Officer, now: datetime) -> str:
    """Detain a bill that waits for an officer, or else one that was not selected; return which."""
    number = await _of_interest(officer.client)
    await _acts(
        officer,
        Kind.DETAIN,
        number,
        now,
        reason="The papers of the demo day want a second look.",
        instruction="Keep the container closed where it stands until customs has seen it.",
    )
    return number


async def select(officer: Officer, box: str, now: datetime) -> str:
    """Have the bill inspected that travels in a box; return which bill.

    One that the random sample or the table has taken is to be inspected as it is.
    """
    path = f"/v1/customs-status/{quote(box)}?kind=container"
    [stated] = (await officer.client.told(path, StatusesSeen)).found
    [stands, *_] = await _at_desk(officer.client, stated.bill)
    if stands.status != CustomsStatus.INSPECT.value:
        await _acts(
            officer, Kind.SELECT, stated.bill, now, reason="The quay's scale and the list differ."
        )
    return stated.bill


async def examine(officer: Officer, bill: str, now: datetime) -> str:
    """Write down what came of an examination, and clear on a condition; return the result's code.

    What is found is the demo officer's word: no machine can know it.
    """
    outcome = Outcome("quantity-differs", text="Fewer packages than declared; the seal was whole.")
    await _acts(officer, Kind.EXAMINE, bill, now, outcome=outcome)
    await _acts(
        officer,
        Kind.CLEAR_CONDITIONALLY,
        bill,
        now,
        reason="Short by its packages and by its weight alike.",
        conditions=["Amend the manifest to what was found."],
    )
    return outcome.result


async def _acts(officer: Officer, kind: Kind, number: str, now: datetime, **said: object) -> None:
    """Do an act of one bill, as it stands now."""
    [bill, *_] = await _at_desk(officer.client, number)
    seen = {"version": bill.version, "filed_version": bill.filed_version}
    bills = [{"filer": bill.filer, "number": bill.number, "parent": bill.parent, **seen}]
    await officer.signs(kind, f"{kind.value}-{number}", now, bills=bills, **said)


async def _at_desk(client: Client, number: str) -> tuple[BillAtDesk, ...]:
    return (await client.get(f"/v1/customs/bills/{quote(number)}", BillsAtDesk)).bills


async def serve_notices(officer: Officer, call: str, now: datetime) -> int:
    """Serve what is decided of a call; return how many notices that were."""
    served = await officer.signs(Kind.SERVE, f"serve-{now:%Y%m%d%H%M%S%f}", now, call=call)
    return served.notices or 0


async def _of_interest(client: Client) -> str:
    page = await client.get(f"/v1/manifests?limit={MANIFESTS_SEEN_MAX}", ManifestsSeen)
    unremarked: str | None = None
    for manifest in page.manifests:
        async for bill in _bills(client, manifest.id):
            if bill.status is None:
                return bill.number
            if bill.status == CustomsStatus.NOT_SELECTED.value:
                unremarked = unremarked or bill.number
    if unremarked is None:
        raise NothingToDetain
    return unremarked


async def _bills(client: Client, manifest: str) -> AsyncIterator[BillSeen]:
    """Yield a manifest's bills, page by page."""
    after = ""
    while True:
        page = await client.get(f"/v1/customs/manifests/{manifest}/bills{after}", BillsSeen)
        for bill in page.bills:
            yield bill
        if page.next is None:
            return
        after = f"?after={page.next}"
