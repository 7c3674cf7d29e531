"""Houses that a forwarder fills in a draft: from others' papers, approved by a second person.

Two papers tell of each house, and where they differ both stay on record; the person who prepares
says which is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace as with_
from secrets import token_urlsafe
from typing import Final

from msgspec.structs import replace

from waglan.codes.party import PartyId
from waglan.demo.answers import (
    ColleagueSeen,
    DraftCheckSeen,
    DraftSeen,
    FieldSeen,
    FindingSeen,
    InvitedSeen,
    LinkUsedSeen,
    MessageSeen,
    Value,
)
from waglan.demo.call import Call
from waglan.demo.client import Client
from waglan.demo.filing import Desk, File
from waglan.demo.organisations import AGENT, CUSTOMS, organisation
from waglan.manifest.model import Bill, Goods, Manifest
from waglan.manifest.verified_mass import VerifiedMass, VerifiedMassList, WeighingMethod
from waglan.messages.edifact.vermas_write import write_masses
from waglan.messages.manifest_json import write_json
from waglan.messages.paper import Paper, PaperKind

PROFILE: Final = "hk-house-data"
BOOKED_PERMILLE: Final = 880  # what the agent abroad was told when the room was booked
PREFERRED: Final = "instruction"  # the client knows his own goods
LOGIN: Final = "approver@example.com"
PASSWORD_BYTES: Final = 18


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field of which two sources differ: what was taken, what was not, and whose word each is."""

    field: str
    kept: Value
    kept_from: str
    lost: Value
    lost_from: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """What came of the draft, by the server's answers."""

    houses: int
    papers: int
    fields: int
    typed: int
    conflicts: tuple[Conflict, ...]
    stopped: tuple[FindingSeen, ...]  # what stood against filing it before it was mended
    state: str  # of the message that it was filed as


def papers(call: Call, desk: Desk) -> Iterator[File]:
    """Yield what is told of these houses before their forwarder types anything."""
    party, houses = call.by_hand
    firm, parent = organisation(party), houses.bills[0].parent or ""
    [to] = firm.addresses
    agents = replace(
        houses,
        bills=(_as_booked(houses.bills[0]), *houses.bills[1:]),
        head=replace(houses.head, document=f"PRE-{parent}"),
    )
    yield _paper(desk, AGENT.party, PaperKind.HOUSE_LIST, to, agents)
    weighed = VerifiedMassList(
        f"VGM-{parent}",
        masses=tuple(
            VerifiedMass(box.number, box.gross_mass_g, WeighingMethod.WEIGHED, bills=(parent,))
            for box in houses.equipment
        ),
    )
    envelope = desk.interchange(AGENT, firm, "V")
    yield desk.named(AGENT, envelope.reference, write_masses(weighed, envelope), weighed.document)
    for bill in houses.bills:
        head = replace(houses.head, document=f"SI-{bill.number}")
        one = replace(houses, bills=(bill,), head=head)
        yield _paper(desk, party, PaperKind.SHIPPING_INSTRUCTION, to, one)


def _paper(desk: Desk, sender: PartyId, kind: PaperKind, to: str, told: Manifest) -> File:
    body = write_json(Paper(kind, to, told.head, told.bills, told.equipment))
    document = told.head.document
    return File(sender, f"demo-{desk.seed}-{document}", document, body, 0, "application/json")


def _as_booked(bill: Bill) -> Bill:
    """Return a house as it was booked, before the goods were weighed."""
    goods = tuple(replace(item, gross_mass_g=_less(item)) for item in bill.goods)
    return replace(bill, goods=goods, gross_mass_g=sum(item.gross_mass_g or 0 for item in goods))


def _less(item: Goods) -> int:
    return (item.gross_mass_g or 0) * BOOKED_PERMILLE // 1_000_000 * 1_000


async def sign_in(admin: Client, party: PartyId) -> Client:
    """Let a second person in, who sets a password with a one-time link and signs in with it."""
    new = {"name": "Sample Approver", "roles": ["approver"], "login": LOGIN}
    invited = await admin.post("/v1/persons", new, InvitedSeen)
    nobody = with_(admin, token=None)
    password = token_urlsafe(PASSWORD_BYTES)  # made for this day and kept nowhere
    _, _, secret = invited.link.partition("#")
    wish = {"secret": secret, "password": password}
    await nobody.post("/v1/links/use", wish, LinkUsedSeen)
    who = {"party": party, "login": LOGIN, "password": password}
    session = await nobody.post("/v1/sign-in", who, ColleagueSeen)
    return with_(admin, token=session.secret)


async def prepare(preparer: Client, call: Call) -> DraftSeen:
    """Make a draft that fills itself with what was told of these houses."""
    _, houses = call.by_hand
    [desk] = CUSTOMS.addresses
    new = {
        "profile": PROFILE,
        "title": "Houses of the demo day",
        "facts": {"mode": "sea"},
        "desk": desk,
        "keys": [bill.number for bill in houses.bills],
        "fields": {"head/document": houses.head.document},
    }
    return await preparer.post("/v1/drafts", new, DraftSeen)


async def check(preparer: Client, draft: DraftSeen) -> DraftCheckSeen:
    """Ask what stands against filing a draft as it is."""
    return await preparer.get(f"/v1/drafts/{draft.id}/check", DraftCheckSeen)


def conflicts(draft: DraftSeen) -> tuple[Conflict, ...]:
    """Return what contradicts, and what the firm takes: its client's word, where there is one."""
    return tuple(_conflict(field) for field in draft.fields if field.conflict)


async def mend(preparer: Client, call: Call, draft: DraftSeen) -> DraftSeen:
    """Choose among what contradicts, and type what no paper said."""
    _, houses = call.by_hand
    said = {
        "step": draft.step,
        "choose": {field.field: _preferred(field) for field in draft.fields if field.conflict},
        "fields": {f"bills/{bill.number}/reefer": False for bill in houses.bills},
    }
    return await preparer.patch(f"/v1/drafts/{draft.id}", said, DraftSeen)


async def file(preparer: Client, approver: Client, draft: DraftSeen) -> MessageSeen:
    """Submit a draft, have the other person approve it, and return the message that it became."""
    path = f"/v1/drafts/{draft.id}"
    seen = await preparer.post(f"{path}/submit", {"step": draft.step}, DraftSeen)
    filed = await approver.post(f"{path}/approve", {"step": seen.step}, DraftSeen)
    message = next(step.message for step in reversed(filed.steps) if step.message is not None)
    return await preparer.settled(await preparer.get(f"/v1/messages/{message}", MessageSeen))


def typed(draft: DraftSeen) -> int:
    """Count the fields of which no paper told anything."""
    return sum(all(one.source.kind == "typed" for one in field.told) for field in draft.fields)


def _preferred(field: FieldSeen) -> int:
    return next((one.n for one in field.told if one.source.kind == PREFERRED), field.told[0].n)


def _conflict(field: FieldSeen) -> Conflict:
    kept = next(one for one in field.told if one.n == _preferred(field))
    lost = next(one for one in field.told if one.value != kept.value)
    return Conflict(field.field, kept.value, kept.source.kind, lost.value, lost.source.kind)
