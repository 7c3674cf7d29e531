"""A message that was kept is read, filed and answered, in transactions of its sender's.

One is enough for most. What many interchanges or messages hold is done step by step, each a short
transaction: the log numbers nothing that came after one that still runs, and others wait.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from waglan.cargo.movement import MovementReport
from waglan.cargo.status_code import meant
from waglan.cargo.stowage import Stowage
from waglan.codes.finding import Finding, Severity, Where, decode, encode
from waglan.codes.party import PartyId
from waglan.logbook.sealed import Vault
from waglan.manifest.model import Part
from waglan.messages.edifact import ANSWERS, Profile, handed_in, no_test, read
from waglan.messages.edifact.answers import partner_answer
from waglan.messages.edifact.aperak import aperak
from waglan.messages.edifact.contrl import contrl, reply_envelope
from waglan.messages.edifact.cusres import Filing as Said
from waglan.messages.edifact.cusres import cusres
from waglan.messages.edifact.finding_text import Wording, codes_alone
from waglan.messages.edifact.grouped import by_document, interchanges
from waglan.messages.envelope import Interchange, InterchangeEnd, Message, is_named
from waglan.messages.form import Form, PaperRead, form_of
from waglan.messages.place import in_message
from waglan.operations._own_fault import FAULT, attempt, named, own_fault
from waglan.operations._shown import shown
from waglan.operations.file_manifest import Filing
from waglan.operations.receive_message import reference_key
from waglan.operations.take_answer import take_answer
from waglan.operations.take_document import take_document
from waglan.operations.take_moves import take_moves
from waglan.operations.take_part import Sender, Taken, take_part
from waglan.operations.take_stowage import take_stowage
from waglan.operations.tell_movements import Teller
from waglan.operations.work_off_paper import Handed, role_refused, work_off_paper
from waglan.parties.approval import direct_refusal
from waglan.store import Transaction, approvals, erasure, message_steps, messages, parties
from waglan.store.message_steps import Step
from waglan.store.messages import Kept, NewAnswer, Outcome


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker brings: secret, the partner's profile, the time, and ids for what it makes."""

    vault: Vault
    profile: Profile
    now: datetime
    new_id: Callable[[], UUID]
    paper: PaperRead | None = None  # of the message, where it was read before the transaction
    reading: "Reading | None" = None  # what the step before has read
    is_time_up: Callable[[], bool] = lambda: False  # whether the step has to end
    is_last_try: bool = False  # what fails is told of and passed over, and the rest is done


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as it was read: its interchanges, and by place what in it is part of a manifest."""

    message_id: int
    interchanges: Sequence[tuple[InterchangeEnd, Sequence[Message]]]
    parts: Mapping[int, Message]


@dataclass(frozen=True, slots=True)
class Done:
    """Which manifests now stand declared; with a `reading`, the message waits for a next step."""

    filed: Sequence[Filing] = ()
    reading: Reading | None = None
    faults: Sequence[Exception] = ()  # of our own, by which pieces were given up


@dataclass(slots=True)
class _Result:
    begun: int = 0
    place: int = 0
    accepted: int = 0
    refused: int = 0
    is_begun: bool = False  # whether this step did something
    findings: list[Finding] = field(default_factory=list)
    filed: list[Filing] = field(default_factory=list)
    answers: list[tuple[str, bytes]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def has_to_end(self, work: Work) -> bool:
        """Whether the time of this step is up; no step does nothing."""
        has_begun, self.is_begun = self.is_begun, True
        return has_begun and work.is_time_up()

    async def does(self, tx: Transaction, work: Work, do: Callable[[], Awaitable[None]]) -> bool:
        """Do a piece; in a last try, return False where it failed, as if it had not begun."""
        if not work.is_last_try:
            await do()
            return True
        before = self.accepted, self.refused, len(self.findings), len(self.filed), len(self.answers)
        error = await attempt(tx, do)
        if error is None:
            return True
        self.accepted, self.refused, findings, filed, answers = before
        del self.findings[findings:], self.filed[filed:], self.answers[answers:]
        self.faults.append(error)
        return False


async def work_off_message(tx: Transaction, work: Work, party: PartyId, message_id: int) -> Done:
    """Read a kept message and do what it asks, or the next step of it.

    Whoever calls again for the same message changes nothing once it has its outcome.
    """
    await erasure.keep_out(tx)
    kept = await messages.by_number(tx, message_id)
    if kept is None or await messages.outcome(tx, work.vault, message_id) is not None:
        return Done()
    reading, addresses = work.reading, await parties.addresses(tx)
    if reading is None:
        blocks = [block async for block in messages.blocks(tx, work.vault, kept)]
        form = form_of(blocks[0] if blocks else b"", kept.content_type)
        if form is not Form.EDIFACT:
            handed = (form, b"".join(blocks), work.paper)
            return Done(await _paper(tx, work, party, kept, handed))
        reading = read_interchanges(message_id, blocks, work.profile, addresses)
    before = await message_steps.last(tx, message_id)
    result = _Result(before.begun, before.place, before.accepted, before.refused)
    roles, unapproved = await parties.own_roles(tx), await _unapproved(tx, kept)
    sender = Sender(party, kept, addresses, reading.parts, roles, unapproved)
    is_done = await _go_on(tx, work, sender, reading, result)
    for kind, plain in _wanted(result.answers, work.profile):
        await _keep_answer(tx, work, kept, NewAnswer(kind, plain, None, work.now))
    if is_done:
        await _finish(tx, work, kept, result, has_steps=before.n > 0)
    else:
        step = Step(before.n + 1, result.begun, result.place, result.accepted, result.refused)
        done = step, encode(result.findings)
        await message_steps.add(tx, work.vault, kept, done, now=work.now)
    return Done(result.filed, None if is_done else reading, result.faults)


def read_interchanges(
    message_id: int, blocks: Sequence[bytes], profile: Profile, own: Collection[str]
) -> Reading:
    """Read a kept message of EDIFACT; `own` are its sender's addresses.

    A long one takes seconds: whoever has it read before he begins a transaction keeps none open.
    """
    found: list[tuple[InterchangeEnd, Sequence[Message]]] = []
    for end, inside in _read(blocks, profile):
        handed = [issued(handed_in(message), own) for message in inside]
        told = by_document(handed) if profile.parts_by_document else handed
        found.append((no_test(end), told))
    every = [message for _, inside in found for message in inside]
    parts = {place: m for place, m in enumerate(every, start=1) if m.part is not None}
    return Reading(message_id, found, parts)


async def _go_on(
    tx: Transaction, work: Work, sender: Sender, reading: Reading, result: _Result
) -> bool:
    """Do what is left until the time is up; return whether nothing is left."""
    first = 0  # messages of the interchanges before
    for n, (end, inside) in enumerate(reading.interchanges):
        if n >= result.begun:
            if result.has_to_end(work):
                return False
            is_first = end.sha256 not in {one.sha256 for one, _ in reading.interchanges[:n]}
            envelope, place = _Envelope(n, end, inside, is_first), result.place
            if not await result.does(tx, work, partial(_begin, tx, work, sender, envelope, result)):
                _begin_nothing(work, sender, envelope, result, place)
        for message in inside[max(0, result.place - first) :]:
            if result.has_to_end(work):
                return False
            result.place += 1
            sent = message, result.place
            if not await result.does(tx, work, partial(_do, tx, work, sender, sent, result)):
                _do_nothing(work, sender, sent, result)
        first += len(inside)
    return True


async def _do(
    tx: Transaction, work: Work, sender: Sender, sent: tuple[Message, int], result: _Result
) -> None:
    said = len(result.findings)
    result.answers += await _one(tx, work, sender, sent, result)
    result.findings[said:] = [in_message(f, sent[0]) for f in result.findings[said:]]


def _do_nothing(work: Work, sender: Sender, sent: tuple[Message, int], result: _Result) -> None:
    """Tell the sender that a message was given up."""
    message, place = sent
    found = in_message(own_fault(Where("message")), message)
    result.refused += 1
    result.findings.append(found)
    if message.interchange is None or message.content is None:
        return
    said = Said(named(message.content), is_accepted=False, findings=(found,))
    envelope = reply_envelope(
        work.profile.answered(message.interchange),
        _reference(sender.message, _MESSAGES_FROM + place),
        work.now,
    )
    with suppress(Exception):  # whatever it was, it may be in the way of this too
        result.answers += _answer("APERAK", said, envelope, work, result)


class _Envelope(NamedTuple):
    """An interchange of a file: which it is, from 0, and whether no other there is the same."""

    n: int
    end: InterchangeEnd
    inside: Sequence[Message]
    is_new: bool


async def _begin(
    tx: Transaction, work: Work, sender: Sender, what: _Envelope, result: _Result
) -> None:
    """Look at an interchange's envelope, and answer it."""
    n, inside = what.n, what.inside
    end, before = await _checked(tx, what, sender, work.profile)
    number = n if n < _MESSAGES_FROM else _MANY_FROM + n
    reply = _contrl(end, inside, work, _reference(sender.message, number))
    result.begun = n + 1
    result.answers += [("CONTRL", reply)] if reply else []
    result.findings += [*end.findings, *(f for m in inside for f in m.findings)]
    if before is not None:
        # It counts once, and what came of it stands with the message that brought it first.
        was_refused = await _was_refused(tx, work, before)
        result.accepted += not was_refused
        result.refused += was_refused
        result.place += len(inside)
    elif not inside or _is_wrong(end.findings):
        # Nothing in it is believed, however right it looks.
        result.refused += 1
        result.place += len(inside)


def _begin_nothing(
    work: Work, sender: Sender, what: _Envelope, result: _Result, place: int
) -> None:
    """Refuse an interchange whose envelope was given up."""
    end = _found(what.end, own_fault(Where("interchange")))
    result.begun, result.place = what.n + 1, place + len(what.inside)
    result.refused += 1
    result.findings += end.findings
    number = what.n if what.n < _MESSAGES_FROM else _MANY_FROM + what.n
    with suppress(Exception):  # likewise
        reply = _contrl(end, what.inside, work, _reference(sender.message, number))
        result.answers += [("CONTRL", reply)] if reply else []


async def _finish(
    tx: Transaction, work: Work, kept: Kept, result: _Result, *, has_steps: bool
) -> None:
    before = await message_steps.findings(tx, work.vault, kept) if has_steps else ()
    found = [*(f for step in before for f in decode(step)), *result.findings]
    faults = sum(one.code == FAULT for one in found)
    state = "refused" if not result.accepted else "partly" if result.refused else "accepted"
    outcome = Outcome(state, encode(shown(found)), work.now, faults)
    await messages.finish(tx, work.vault, kept, outcome)


def _read(blocks: Sequence[bytes], profile: Profile) -> list[tuple[InterchangeEnd, list[Message]]]:
    """Read a message; once more, whole, where a partner's answer is in it: those are few."""
    found = interchanges(read(blocks, profile, validate=profile.structure))
    if all(message.header.type not in ANSWERS for _, inside in found for message in inside):
        return found
    return interchanges(read(blocks, profile, validate=profile.structure, with_lists=True))


def _contrl(
    end: InterchangeEnd, inside: Sequence[Message], work: Work, reference: str
) -> bytes | None:
    answered = end.interchange and work.profile.answered(end.interchange)
    wording = Wording(work.profile.lang)
    told = replace(end, interchange=answered)
    return contrl(told, inside, reference=reference, at=work.now, wording=wording)


def _wanted(answers: Iterable[tuple[str, bytes]], profile: Profile) -> list[tuple[str, bytes]]:
    """Return the answers that the partner wants; all can be looked up on the interface."""
    return [(kind, plain) for kind, plain in answers if kind in profile.answers]


async def _keep_answer(tx: Transaction, work: Work, kept: Kept, answer: NewAnswer) -> None:
    if not await messages.add_answer(tx, work.vault, kept, answer):
        raise LookupError(f"message {kept.id} was erased while it was worked off")


async def _unapproved(tx: Transaction, kept: Kept) -> Finding | None:
    """Say if the firm has named its approvers and a person handed this in who was none of them.

    A registered machine is the firm's own system: it goes on.
    """
    named = await approvals.approvers(tx)
    person = await approvals.person_of(tx, kept.token) if named else None
    return None if person is None else direct_refusal(person, named, at=kept.received_at)


async def _paper(
    tx: Transaction, work: Work, party: PartyId, kept: Kept, sent: Handed
) -> list[Filing]:
    roles = await parties.own_roles(tx)
    addresses, unapproved = await parties.addresses(tx), await _unapproved(tx, kept)
    sender = Sender(party, kept, addresses, roles=roles, unapproved=unapproved)
    done = await work_off_paper(tx, work.vault, sender, sent, work)
    answer = NewAnswer("RESULT", done.answer, None, work.now)
    await _keep_answer(tx, work, kept, answer)
    state = "accepted" if done.is_accepted else "refused"
    await messages.finish(
        tx, work.vault, kept, Outcome(state, encode(shown(done.findings)), work.now)
    )
    return [done.filing] if done.filing is not None and done.filing.is_accepted else []


async def _was_refused(tx: Transaction, work: Work, before: UUID) -> bool:
    kept = await messages.by_id(tx, before)
    outcome = kept and await messages.outcome(tx, work.vault, kept.message_id)
    return bool(outcome and outcome.state == "refused")


async def _checked(
    tx: Transaction, what: _Envelope, sender: Sender, profile: Profile
) -> tuple[InterchangeEnd, UUID | None]:
    """Refuse an interchange whose sender is not who signed in, or whose reference is taken.

    One that came before, byte for byte, is returned with the message that brought it.
    """
    end, said = what.end, what.end.interchange
    if said is None:
        return end, None
    address, reference = address_of(said), said.reference[:35]
    if address not in sender.addresses:
        where = Where("interchange/sender", interchange=reference, tag="UNB", element=3)
        told = address[:80]
        return _found(
            end, Finding("PARTY-SENDER-NOT-YOURS", Severity.ERROR, where, {"address": told})
        ), None
    where = Where("interchange/reference", interchange=reference, tag="UNB", element=6)
    if sender.message.clash:
        # The file's first reference is taken; that of another interchange in it may be free.
        if what.n:
            found = Finding(
                "MESSAGE-FILE-NOT-TAKEN", Severity.ERROR, where, {"reference": reference}
            )
        else:
            found = Finding(
                "MESSAGE-REFERENCE-TAKEN", Severity.ERROR, where, {"reference": reference}
            )
        return _found(end, found), None
    # What can't be believed takes no reference away: it may come again, put right.
    if _is_wrong(end.findings):
        return end, None
    key = reference_key(said, end.sha256)
    sha256, first = await messages.claim_reference(tx, sender.message, key, end.sha256)
    is_accepting = profile.duplicates == "accept"
    if sha256 == end.sha256:
        if is_accepting or (first == sender.message.id and what.is_new):
            return end, None
        found = Finding(
            "MESSAGE-INTERCHANGE-AGAIN",
            Severity.WARNING,
            where,
            {"reference": reference, "message": str(first)},
        )
        return _found(end, found), first
    if is_accepting:
        found = Finding(
            "MESSAGE-REFERENCE-AGAIN", Severity.WARNING, where, {"reference": reference}
        )
    else:
        found = Finding("MESSAGE-REFERENCE-TAKEN", Severity.ERROR, where, {"reference": reference})
    return _found(end, found), None


def _found(end: InterchangeEnd, finding: Finding) -> InterchangeEnd:
    return replace(end, findings=(*end.findings, finding))


def issued(message: Message, own: Collection[str]) -> Message:
    """Return a message, refused where it names as its sender a GLN that is not one of these."""
    if not message.issuer or is_named(message.issuer, own):
        return message
    where = Where("message/sender", message=message.header.reference[:35], tag="NAD", element=3)
    found = Finding("PARTY-SENDER-NOT-YOURS", Severity.ERROR, where, {"address": message.issuer})
    return replace(message, findings=(*message.findings, found))


def address_of(interchange: Interchange) -> str:
    """Return the sender's address with its qualifier, as organisations register it."""
    who = interchange.sender
    return f"{who.id}:{who.qualifier}" if who.qualifier else who.id


def _is_wrong(findings: Iterable[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


async def _one(
    tx: Transaction, work: Work, sender: Sender, sent: tuple[Message, int], result: _Result
) -> list[tuple[str, bytes]]:
    message, _ = sent
    content = message.content
    if message.header.type in ANSWERS and not _is_wrong(message.findings):
        told = partner_answer(message.header.type, message.lists)
        _count(result, await take_answer(tx, sender, (message, told), work))
        return []
    if _is_wrong(message.findings) or content is None or message.interchange is None:
        result.refused += _is_wrong(message.findings)
        result.accepted += not _is_wrong(message.findings) and message.interchange is not None
        return []
    envelope = reply_envelope(
        work.profile.answered(message.interchange),
        _reference(sender.message, _MESSAGES_FROM + sent[1]),
        work.now,
    )
    if isinstance(content, Part):
        return await _part(tx, work, sender, (sent, content, envelope), result)
    if refused := role_refused(message, sender):
        findings = [refused]
    elif isinstance(content, MovementReport | Stowage):
        if isinstance(content, MovementReport) and work.profile.statuses:
            sent = replace(message, content=meant(content, work.profile.statuses)), sent[1]
        teller = Teller(sender.party, sender.message, work.now)
        take = take_moves if isinstance(content, MovementReport) else take_stowage
        findings = await take(tx, teller, sent)
    else:
        findings = await take_document(tx, work.vault, sender, sent, work)
    _count(result, findings)
    said = Said(named(content), not _is_wrong(findings), (*message.findings, *findings))
    return _answer("APERAK", said, envelope, work, result) if said.findings else []


async def _part(
    tx: Transaction,
    work: Work,
    sender: Sender,
    sent: tuple[tuple[Message, int], Part, Interchange],
    result: _Result,
) -> list[tuple[str, bytes]]:
    message, part, envelope = sent
    refused = role_refused(message[0], sender)
    done = Taken([refused]) if refused else await take_part(tx, work.vault, sender, message, work)
    _count(result, done.findings)
    result.accepted -= done.fell
    result.refused += done.fell
    if done.filing is None:
        said = Said(part.head.document, not _is_wrong(done.findings), tuple(done.findings))
        return _answer("APERAK", said, envelope, work, result) if said.findings else []
    result.filed += [done.filing] if done.filing.is_accepted else []
    return _answer("CUSRES", _said(done.filing), envelope, work, result)


def _answer(
    kind: str, said: Said, envelope: Interchange, work: Work, result: _Result
) -> list[tuple[str, bytes]]:
    """Return the answer, and say on the interface what its characters could not hold."""
    wording = Wording(work.profile.lang)
    count = codes_alone(said.findings, wording, envelope)
    if count:
        where, level = Where("answer"), envelope.syntax_id
        result.findings.append(
            Finding(
                "MESSAGE-ANSWER-SHORTENED", Severity.NOTE, where, {"count": count, "level": level}
            )
        )
    write = aperak if kind == "APERAK" else cusres
    return [(kind, write(envelope, said, at=work.now, wording=wording))]


def _count(result: _Result, findings: Sequence[Finding]) -> None:
    result.findings += findings
    result.refused += _is_wrong(findings)
    result.accepted += not _is_wrong(findings)


def _said(filing: Filing) -> Said:
    return Said(filing.manifest.head.document, filing.is_accepted, filing.findings)


# Of one message's answers no two have the same number: interchanges, then messages, then
# interchanges again where they are many.
_MESSAGES_FROM, _MANY_FROM = 500, 1_000_000


def _reference(kept: Kept, n: int) -> str:
    """A control reference of our own: unique for the receiver, within UNB 0020's 14 characters."""
    return f"{kept.message_id:x}-{n}"[-14:]
