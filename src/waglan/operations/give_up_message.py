"""A message that fails over and over by our own fault gets its end, and its sender is told."""

from waglan.codes.finding import Finding, Where, decode, encode
from waglan.messages.edifact import peek
from waglan.messages.edifact.contrl import contrl
from waglan.messages.edifact.finding_text import Wording
from waglan.messages.envelope import InterchangeEnd
from waglan.messages.form import Form, form_of
from waglan.messages.result import result
from waglan.operations._own_fault import own_fault
from waglan.operations._shown import shown
from waglan.operations.work_off_message import Work
from waglan.store import Transaction, erasure, message_steps, messages
from waglan.store.messages import Kept, NewAnswer, Outcome


async def give_up_message(tx: Transaction, work: Work, message_id: int) -> None:
    """End a message as far as its steps have come.

    What they declared stands. Where nothing was answered yet, it is refused whole.
    """
    await erasure.keep_out(tx)
    kept = await messages.by_number(tx, message_id)
    if kept is None or await messages.outcome(tx, work.vault, message_id) is not None:
        return
    found, before = own_fault(Where("message")), await message_steps.last(tx, message_id)
    if not before.begun and (answer := await _answer(tx, work, kept, found)):
        await messages.add_answer(tx, work.vault, kept, answer)
    steps = await message_steps.findings(tx, work.vault, kept) if before.n else ()
    told = [*(one for step in steps for one in decode(step)), found]
    state = "partly" if before.accepted else "refused"
    outcome = Outcome(state, encode(shown(told)), work.now, faults=1)
    await messages.finish(tx, work.vault, kept, outcome)


async def _answer(tx: Transaction, work: Work, kept: Kept, found: Finding) -> NewAnswer | None:
    blocks = [block async for block in messages.blocks(tx, work.vault, kept, at_most=1)]
    head = blocks[0] if blocks else b""
    if form_of(head, kept.content_type) is not Form.EDIFACT:
        plain = result("", "", [found], accepted=False, version=None)
        return NewAnswer("RESULT", plain, None, work.now)
    said = peek(head)
    if said is None or "CONTRL" not in work.profile.answers:
        return None
    end = InterchangeEnd(work.profile.answered(said), 0, kept.sha256, kept.size, (found,))
    reference = f"{kept.message_id:x}-0"[-14:]
    reply = contrl(end, [], reference=reference, at=work.now, wording=Wording(work.profile.lang))
    return NewAnswer("CONTRL", reply, None, work.now) if reply else None
