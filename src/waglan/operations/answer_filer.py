"""A filer is told what the authority has served; he sees nothing else of what was decided."""

from datetime import datetime

from waglan.logbook.sealed import Vault
from waglan.manifest.model import Level
from waglan.messages.edifact import peek
from waglan.messages.edifact.contrl import reply_envelope
from waglan.messages.edifact.cusres import BillStatus, Filing, cusres
from waglan.messages.edifact.finding_text import Wording
from waglan.messages.result import BillStatus as Status
from waglan.messages.result import notice
from waglan.store import Transaction, customs, manifests, messages, partners
from waglan.store.messages import NewAnswer

_QUALIFIER = {Level.MASTER.value: "BM", Level.HOUSE.value: "BH"}


async def answer_filer(tx: Transaction, vault: Vault, event_id: int, *, now: datetime) -> bool:
    """See to it that one answer tells of the notices that were served together.

    False if nothing can be said now: the filer reads none of them, or not yet. It runs in his own
    name: what his role may not read can't get into the answer.
    """
    served = await customs.serving(tx, event_id)
    if served is None:
        return False
    manifest_id, served_at = served
    filed = await manifests.by_number(tx, manifest_id)
    kept = None if filed is None else await messages.by_number(tx, filed.message_id)
    if filed is None or kept is None:
        return False
    notices = await customs.notices(tx, manifest_id, served_at=served_at)
    first = [block async for block in messages.blocks(tx, vault, kept, at_most=1)]
    envelope = peek(b"".join(first))
    if not notices:
        return False
    if envelope is None:
        # It came without an envelope, so it is answered without one.
        told = notice(filed.document, [Status(n, level, s) for n, level, s in notices])
        await messages.add_answer(tx, vault, kept, NewAnswer("NOTICE", told, event_id, now))
        return True
    statuses = [BillStatus(number, status, _QUALIFIER[level]) for number, level, status in notices]
    profile = (await partners.agreed(tx, kept.org)).profile
    reply = reply_envelope(profile.answered(envelope), f"{event_id:x}"[-14:], now)
    wording = Wording(profile.lang)
    plain = cusres(reply, Filing(filed.document), statuses, at=now, wording=wording)
    await messages.add_answer(tx, vault, kept, NewAnswer("CUSRES", plain, event_id, now))
    return True
