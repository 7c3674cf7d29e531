"""An officer hands in an order that he signed, and answers for what is decided under it."""

from base64 import b64encode
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.customs.order_form import as_signed
from waglan.customs.policy import policy
from waglan.customs.standing_order import Ground, SignedOrder, refusals
from waglan.customs.tables import ENGINE, Stamp
from waglan.logbook.event import Event
from waglan.parties.role import Principal
from waglan.store import Transaction, events, orders
from waglan.store.orders import OrderRow


async def sign_standing_order(
    tx: Transaction,
    by: tuple[int, Principal],
    body: bytes,
    signature: bytes,
    *,
    now: datetime,
) -> tuple[str | None, list[Finding]]:
    """Keep an order whose signature is the signed-in officer's; return its id, or why not.

    A kept one may be warned of.

    An order for later is taken now; one that is over, or that names a table nobody published, is
    not.
    """
    org, officer = by
    order, who = as_signed(body), officer.accountable or officer.token
    if isinstance(order, list):
        return None, order
    where = Where(f"orders/{order.id}")
    if (order.officer, order.authority) != (who, officer.org):
        return None, [Finding("ORDER-OF-ANOTHER", Severity.ERROR, where, {"order": order.id})]
    keys = await orders.officer_keys(tx)
    table = await orders.table(tx, bytes.fromhex(order.table_sha256))
    if table is None:
        named = order.table_sha256[:12]
        return None, [Finding("ORDER-TABLE-DRAFT", Severity.ERROR, where, {"table": named})]
    ground = Ground(
        {subject: Ed25519PublicKey.from_public_bytes(key) for subject, key in keys.items()},
        frozenset(),
        policy().version,
        Stamp(order.table_sha256, ENGINE),
    )
    signed = SignedOrder(order, signature)
    at = max(now, order.valid_from)
    findings = refusals(signed, ground, bills=0, now=at)
    if findings:
        return None, findings
    if not await orders.add_order(tx, org, OrderRow(order.id, body, signature, who, now)):
        return None, [Finding("ORDER-ID-TAKEN", Severity.ERROR, where, {"order": order.id})]
    told = Event(
        EventCode.STANDING_ORDER_SIGNED,
        Key(KeyKind.PARTY, officer.org),
        officer.org,
        now,
        now,
        {
            "order": order.id,
            "by": who,
            "table": order.table_sha256,
            "valid_from": order.valid_from.isoformat(),
            "valid_until": order.valid_until.isoformat(),
            "body": body.decode(),
            "signature": b64encode(signature).decode(),
            "public_key": b64encode(keys[who]).decode(),
        },
    )
    await events.append(tx, [told])
    if CustomsStatus.DOCUMENTS_ASKED in order.statuses and not order.documents:
        return order.id, [
            Finding("ORDER-ASKS-FOR-NOTHING", Severity.WARNING, where, {"order": order.id})
        ]
    return order.id, []
