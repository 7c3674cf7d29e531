"""Locks and trackers: entered by the operator, kept by who operates them, and heard over HTTP."""

import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.elock.datum import Datum, check_datum
from waglan.elock.device import Quarantined
from waglan.elock.province import Territory
from waglan.gateway.http.asked import Asked, AskedTime, is_keepable
from waglan.gateway.http.described import takes
from waglan.gateway.http.door import TheVisitor, Visitor
from waglan.gateway.http.maker import MADE, TheMaker
from waglan.gateway.http.messages import ERRORS
from waglan.gateway.http.problem import Problem, absent
from waglan.messages.devices import broken, owntracks
from waglan.operations.end_installation import end_installation
from waglan.operations.install_lock import install_lock
from waglan.operations.provision_device import provision_device
from waglan.operations.rotate_code import rotate_code
from waglan.operations.take_frames import OF_TELEPHONES, Batch, aside, put_aside, take_frames
from waglan.operations.tell_condition import tell_condition
from waglan.parties.permission import Act
from waglan.store import Taken, Transaction, devices, parties
from waglan.store.connect import act_as
from waglan.store.devices import Device, ExclusionViolation, Installation, Named, Session
from waglan.store.frames import Connection

router = APIRouter(prefix="/v1", tags=["locks"])

CODE_BYTES = 16
RANGES = {"jtt808": 65_536, "jointech": 256, OF_TELEPHONES: 65_536}
ProtocolName = Literal["jtt808", "jointech", "owntracks"]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class NewLock(Asked):
    """A lock or tracker, and the organisation that operates it.

    `terminal` is its name in its protocol: 12 or 20 digits for JT/T 808, 10 for Jointech, a topic
    for OwnTracks. `datum` is what it tells its places in, `territory` the customs territory of who
    makes them out; a mainland device that says GCJ-02 is converted as its frames come.
    """

    party: str = Field(min_length=1, max_length=40)
    protocol: ProtocolName
    terminal: str = Field(min_length=1, max_length=80)
    maker: Name
    model: Name
    firmware: str = Field(default="", max_length=100)
    accreditation: str | None = Field(default=None, min_length=1, max_length=200)
    datum: Datum = Datum.UNKNOWN
    territory: Territory | None = None


class LockView(BaseModel):
    """A lock or tracker of your organisation."""

    id: UUID
    protocol: str
    terminal: str
    maker: str
    model: str
    firmware: str
    accreditation: str | None
    provisioned_at: datetime
    datum: str
    territory: str | None


class NewInstallation(Asked):
    """On which vehicle a lock is put, by whom, and from when on."""

    vehicle: str = Field(min_length=1, max_length=40)
    installer: str = Field(min_length=1, max_length=200)
    accreditation: str | None = Field(default=None, min_length=1, max_length=200)
    since: AskedTime


class InstallationView(BaseModel):
    """Where a lock sits or sat; `until` is null while it sits there."""

    id: UUID
    vehicle: str
    installer: str
    accreditation: str | None
    since: datetime
    until: datetime | None


class NewCode(Asked):
    """The lock that is to be given another code."""

    lock: UUID


class CodeView(BaseModel):
    """A lock's new code, shown once: a request that comes again is answered with null."""

    code: str | None


class NewCondition(Asked):
    """In which condition a lock is, and from when on; only one that is `fit` is armed."""

    condition: Literal["fit", "lost", "returned", "uncalibrated"]
    since: AskedTime


class TheEnd(Asked):
    """When a lock was taken off."""

    until: AskedTime


@router.post("/locks", status_code=201, response_model=LockView, responses=MADE)
async def provision(new: NewLock, visitor: TheMaker) -> LockView:
    """Enter a lock or tracker for an organisation, as the platform's operator.

    Before that nothing that it sends counts.
    """
    visitor.must(Act.PROVISION_DEVICE)
    now, party = visitor.kit.clock(), PartyId(new.party)
    if found_wrong := check_datum(new.datum, new.territory):
        raise Problem(422, found_wrong[0])
    told = new.model_dump(mode="json", exclude={"party"})
    device = Device(
        id=visitor.kit.new_id(), serial_range=RANGES[new.protocol], provisioned_at=now, **told
    )
    try:
        async with visitor.making(device.id) as (tx, before):
            org = await parties.org_of(tx, party)
            if org is None:
                raise absent("organisation")
            if not before:
                await provision_device(tx, (org, party), device, now=now)
                return _lock(device)
            await act_as(tx, org)
            found = await devices.by_id(tx, UUID(before[0]))
    except Taken:
        raise Problem(409, Finding("HTTP-TAKEN", Severity.ERROR, Where("body"), {})) from None
    if found is None:
        raise absent("lock")
    return _lock(found)


@router.get("/locks", response_model=list[LockView], responses=ERRORS)
async def locks(
    visitor: TheVisitor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[UUID | None, Query()] = None,
) -> list[LockView]:
    """List your locks and trackers as they were entered; `after` is the last `id` you saw."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        found = await devices.page(tx, after=after, at_most=limit)
    return [_lock(one) for one in found]


@router.post("/lock-codes", status_code=201, response_model=CodeView, responses=MADE)
async def new_code(new: NewCode, visitor: TheMaker) -> CodeView:
    """Give a lock another code, unless a seal is active on it; it is shown once."""
    visitor.must(Act.KEEP_DEVICE)
    code = secrets.token_hex(CODE_BYTES)
    async with visitor.making(new.lock) as (tx, before):
        if before:
            return CodeView(code=None)
        named, device = await own_lock(tx, visitor, new.lock)
        if not await rotate_code(tx, named, device.terminal, code, now=visitor.kit.clock()):
            raise Problem(409, Finding("HTTP-SEALED", Severity.ERROR, Where("lock"), {}))
    return CodeView(code=code)


@router.get("/locks/{lock}/installations", response_model=list[InstallationView], responses=ERRORS)
async def installations(lock: UUID, visitor: TheVisitor) -> list[InstallationView]:
    """List on which vehicles a lock sits and sat, newest first."""
    visitor.must(Act.READ)
    async with visitor.transaction() as tx:
        named, _ = await own_lock(tx, visitor, lock)
        found = await devices.installations(tx, named.device_id)
    return [_installation(one) for one in found]


@router.post(
    "/locks/{lock}/installations",
    status_code=201,
    response_model=InstallationView,
    responses=MADE,
)
async def install(lock: UUID, new: NewInstallation, visitor: TheMaker) -> InstallationView:
    """Write down on which vehicle a lock is put; it can't sit on two at one time."""
    visitor.must(Act.KEEP_DEVICE)
    wanted = Installation(
        visitor.kit.new_id(), new.vehicle, new.installer, new.accreditation, new.since
    )
    try:
        async with visitor.making(wanted.id) as (tx, before):
            named, device = await own_lock(tx, visitor, lock)
            if not before:
                now = visitor.kit.clock()
                await install_lock(tx, named, device.terminal, wanted, now=now)
                return _installation(wanted)
            found = await devices.installed(tx, UUID(before[0]))
    except ExclusionViolation:
        kind = Finding("HTTP-INSTALLED", Severity.ERROR, Where("body.since"), {})
        raise Problem(409, kind) from None
    if found is None:
        raise absent("installation")
    return _installation(found[0])


@router.post("/locks/{lock}/conditions", status_code=204, responses=ERRORS)
async def tell(lock: UUID, new: NewCondition, visitor: TheVisitor) -> None:
    """Tell that a lock was lost, returned, is out of calibration, or fit again."""
    visitor.must(Act.KEEP_DEVICE)
    now = visitor.kit.clock()
    async with visitor.transaction() as tx:
        named, device = await own_lock(tx, visitor, lock)
        await tell_condition(tx, named, device.terminal, (new.condition, new.since), now=now)


@router.post("/installations/{installation}/end", status_code=204, responses=ERRORS)
async def take_off(installation: UUID, end: TheEnd, visitor: TheVisitor) -> None:
    """Write down when a lock was taken off its vehicle."""
    visitor.must(Act.KEEP_DEVICE)
    party, now = visitor.principal.org, visitor.kit.clock()
    async with visitor.transaction() as tx:
        done = await end_installation(tx, party, installation, end.until, now=now)
    if not done:
        raise absent("installation")


@router.post("/positions", responses=ERRORS, openapi_extra=takes("application/json"))
async def positions(request: Request, visitor: TheVisitor) -> list[None]:
    """Take a telephone's places, one or a list, as OwnTracks or the Traccar Client sends them.

    It must be entered as a tracker of your organisation. The empty list, which OwnTracks waits
    for, means: kept durably. The very same body again is kept once.
    """
    visitor.must(Act.REPORT)
    body, now = await request.body(), visitor.kit.clock()
    heard = owntracks.read(body)
    connection = Connection(visitor.kit.new_id(), OF_TELEPHONES, "private")
    party, vault = visitor.principal.org, visitor.kit.keys.vault
    refused: Finding | None = None
    async with visitor.transaction() as tx:
        named = None
        if isinstance(heard, Quarantined):
            refused = heard.finding
        else:
            named = await _tracker(tx, visitor.org, heard.device)
            refused = None if named else broken.unknown(0, heard.device[:80])
        if named is None or isinstance(heard, Quarantined):
            reason = "DEVICE-UNKNOWN" if refused is None else refused.code
            came = (Named(0, visitor.org, party), connection)
            pieces = [aside(heard, reason, OF_TELEPHONES)] if body else []
            await put_aside(tx, vault, came, pieces, now=now)
        else:
            await devices.hold(tx, named.device_id)
            session = (await devices.standing(tx, named.device_id)).session
            if session is None:
                begun = Session(0, visitor.kit.new_id(), is_registered=False)
                session = await devices.add_session(tx, named, begun, connection.channel, now=now)
            await take_frames(tx, vault, Batch(named, session, connection, [heard]), now=now)
    if refused is not None:
        kind = Finding("HTTP-UNREADABLE-POSITION", Severity.ERROR, Where("body"), {})
        raise Problem(422, kind, findings=[refused])
    return []


async def _tracker(tx: Transaction, org: int, name: str) -> Named | None:
    if not is_keepable(name):
        return None
    named = await devices.named(tx, OF_TELEPHONES, name)
    return named if named is not None and named.org == org else None


async def own_lock(tx: Transaction, visitor: Visitor, lock: UUID) -> tuple[Named, Device]:
    """Return a lock of whoever asks; raise Problem 404 for any other."""
    device, number = await devices.by_id(tx, lock), await devices.number_of(tx, lock)
    if device is None or number is None:
        raise absent("lock")
    return Named(number, visitor.org, visitor.principal.org), device


def _lock(device: Device) -> LockView:
    told = asdict(device)
    del told["serial_range"]
    return LockView(**told)


def _installation(one: Installation) -> InstallationView:
    return InstallationView(
        id=one.id,
        vehicle=one.vehicle,
        installer=one.installer,
        accreditation=one.accreditation,
        since=one.from_at,
        until=one.until_at,
    )
