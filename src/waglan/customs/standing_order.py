"""An officer's standing order: what may be decided without him, how far, and until when.

Nobody decides by default. A machine decides in an officer's name only while an order that he signed
is valid, names the very table and policy in use, and covers what is to be decided.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from waglan.codes.calendar import is_on_every_clock
from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.codes.plain import is_blank
from waglan.customs.status import GRAVITY
from waglan.customs.tables import Stamp
from waglan.logbook.canonical import Value, canonical

ANSWER_DAYS = "answer_days"
PURPOSE = "waglan/standing-order/v1"
BILLS_PER_CALL_MAX = 100_000
BILLS_PER_DAY_MAX = 1_000_000
VALID_DAYS_MAX = 366  # whoever wants longer signs again
SERVE_BEFORE_ARRIVAL_MINUTES_MAX = 7 * 24 * 60
DOCUMENTS_MAX = 20
DOCUMENT_CHARS_MAX = 200
ANSWER_DAYS_MAX = 90  # as an officer's own act may name
# An order tells a call whose time was on record for so long, whatever is filed in between.
KNOWN_BEFORE = timedelta(hours=2)
# Carriers who say arrivals further apart than this may not mean the same: an officer's to tell.
ARRIVALS_APART_MAX = timedelta(hours=12)


class BadOrder(ValueError):
    """An order that cannot be meant; the message says why."""


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """What one officer orders; worth nothing until it is signed."""

    id: str
    officer: str  # subject id of the person who signs and answers for it
    authority: PartyId
    policy_version: str  # of the tolerances in customs/policy.toml
    table_sha256: str
    statuses: frozenset[CustomsStatus]  # those that may be decided under it
    bills_per_call_max: int
    not_selected_permille_max: int  # a call with more goes to an officer: is the table broken?
    valid_from: datetime
    valid_until: datetime  # no longer valid at this very moment
    serve_before_arrival_minutes: int  # when the filers of a call are told, all at once
    bills_per_day_max: int | None = None  # decisions in one day of Hong Kong; None: no such limit
    documents: tuple[
        str, ...
    ] = ()  # what is wanted of whoever is asked for documents, of all alike
    answer_days: int | None = None  # and within how many days of the notice

    def __post_init__(self) -> None:
        """Refuse what no officer can mean."""
        for wrong, why in self._faults():
            if wrong:
                raise BadOrder(why)

    def _faults(self) -> Iterator[tuple[bool, str]]:
        yield not (self.id and self.officer and self.authority), "an order names who gives it"
        yield None in (self.valid_from.tzinfo, self.valid_until.tzinfo), "its times have zones"
        yield (
            not (is_on_every_clock(self.valid_from) and is_on_every_clock(self.valid_until)),
            "its times stand on every clock",
        )
        valid_for = self.valid_until - self.valid_from
        yield (
            not timedelta(0) < valid_for <= timedelta(days=VALID_DAYS_MAX),
            (f"an order is valid for up to {VALID_DAYS_MAX} days"),
        )
        yield (
            not (self.statuses and self.statuses <= set(GRAVITY)),
            ("an order allows some of: " + ", ".join(status.value for status in GRAVITY)),
        )
        yield (
            not 1 <= self.bills_per_call_max <= BILLS_PER_CALL_MAX,
            (f"bills per call: 1 to {BILLS_PER_CALL_MAX}"),
        )
        of_day = self.bills_per_day_max
        yield (
            of_day is not None and not 1 <= of_day <= BILLS_PER_DAY_MAX,
            (f"bills per day: 1 to {BILLS_PER_DAY_MAX}"),
        )
        yield not 0 <= self.not_selected_permille_max <= 1000, "a share is 0 to 1000 permille"
        minutes = self.serve_before_arrival_minutes
        yield (
            not 0 <= minutes <= SERVE_BEFORE_ARRIVAL_MINUTES_MAX,
            (f"notice is served 0 to {SERVE_BEFORE_ARRIVAL_MINUTES_MAX} minutes before arrival"),
        )

        yield (
            len(self.documents) > DOCUMENTS_MAX
            or not all(0 < len(one) <= DOCUMENT_CHARS_MAX for one in self.documents)
            or any(is_blank(one) or "\0" in one for one in self.documents),
            (f"documents: up to {DOCUMENTS_MAX}, of 1 to {DOCUMENT_CHARS_MAX} characters"),
        )
        days = self.answer_days
        yield (
            (days is not None) != bool(self.documents)
            or (days is not None and not 1 <= days <= ANSWER_DAYS_MAX),
            (f"documents and answer_days (1 to {ANSWER_DAYS_MAX}) go together"),
        )

    def order_bytes(self) -> bytes:
        """Return the bytes that the officer signs; the purpose keeps them from other uses."""
        statuses: list[Value] = [status.value for status in GRAVITY if status in self.statuses]
        of_day: dict[str, Value] = (
            {} if self.bills_per_day_max is None else {"bills_per_day_max": self.bills_per_day_max}
        )
        asked: dict[str, Value] = (
            {"documents": [*self.documents], "answer_days": self.answer_days}
            if self.documents
            else {}
        )
        return canonical(
            of_day
            | asked
            | {
                "purpose": PURPOSE,
                "id": self.id,
                "officer": self.officer,
                "authority": self.authority,
                "policy_version": self.policy_version,
                "table_sha256": self.table_sha256,
                "statuses": statuses,
                "bills_per_call_max": self.bills_per_call_max,
                "not_selected_permille_max": self.not_selected_permille_max,
                "valid_from": self.valid_from.astimezone(UTC).isoformat(timespec="microseconds"),
                "valid_until": self.valid_until.astimezone(UTC).isoformat(timespec="microseconds"),
                "serve_before_arrival_minutes": self.serve_before_arrival_minutes,
            }
        )

    @property
    def asks_for(self) -> bytes:
        """Return what is told to whoever is asked for documents under it: to each the same.

        One who were asked for other papers than his neighbour would know what pointed at him.
        """
        if not self.documents:
            return b"{}"
        return canonical({"documents": [*self.documents], ANSWER_DAYS: self.answer_days})

    def serve_at(self, arrival: datetime) -> datetime:
        """Return when the filers of a call are told, all of them at once.

        One who were told early would know by it that nothing is wanted of him, and the others that
        something is. `arrival` is as `manifest.call.time_of` gives it: no year of a slip.
        """
        return arrival - timedelta(minutes=self.serve_before_arrival_minutes)


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far an order goes, as an officer writes it down; defaults stand for what he leaves out.

    The figures are the project's own: nobody has published what an authority lets a machine decide.
    """

    statuses: frozenset[CustomsStatus] = frozenset(GRAVITY)
    bills_per_call_max: int = 10_000
    bills_per_day_max: int | None = None
    not_selected_permille_max: int = 1_000
    serve_before_arrival_minutes: int = 360
    documents: tuple[str, ...] = ()
    answer_days: int | None = None


def ordered(
    names: tuple[str, str, str],
    grounds: tuple[str, str],
    limits: Limits,
    valid: tuple[datetime, datetime],
) -> StandingOrder:
    """Return an order, not signed yet: (id, officer, authority), (table, policy), limits, times."""
    id_, officer, authority = names
    table, policy_version = grounds
    valid_from, valid_until = valid
    return StandingOrder(
        id=id_,
        officer=officer,
        authority=PartyId(authority),
        policy_version=policy_version,
        table_sha256=table,
        statuses=limits.statuses,
        bills_per_call_max=limits.bills_per_call_max,
        not_selected_permille_max=limits.not_selected_permille_max,
        valid_from=valid_from,
        valid_until=valid_until,
        serve_before_arrival_minutes=limits.serve_before_arrival_minutes,
        bills_per_day_max=limits.bills_per_day_max,
        documents=limits.documents,
        answer_days=limits.answer_days,
    )


def dated(told: bytes, *, due: datetime | None, now: datetime) -> bytes:
    """Return what a notice says that is served now: by which day, instead of within how many.

    A notice that takes the place of one that stands gives no more time: `due` is that one's day.
    """
    if ANSWER_DAYS.encode() not in told:
        return told
    said = msgspec.json.decode(told, type=dict[str, Any])
    days = said.pop(ANSWER_DAYS, None)
    if days is None:
        return told
    return canonical({**said, "due": (due or now + timedelta(days=days)).isoformat()})


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """An order with a signature, which may be anybody's: ask `is_signed`."""

    order: StandingOrder
    signature: bytes

    def is_signed(self, officers: Mapping[str, Ed25519PublicKey]) -> bool:
        """Return whether the officer named in the order signed these very words."""
        key = officers.get(self.order.officer)
        if key is None:
            return False
        try:
            key.verify(self.signature, self.order.order_bytes())
        except InvalidSignature:
            return False
        return True


def sign(order: StandingOrder, key: Ed25519PrivateKey) -> SignedOrder:
    """Return the order signed with an officer's key."""
    return SignedOrder(order, key.sign(order.order_bytes()))


@dataclass(frozen=True, slots=True)
class Ground:
    """What an order is held against: whose keys count, what was revoked, what is in use."""

    officers: Mapping[str, Ed25519PublicKey]  # by subject id, those who may sign today
    revoked: frozenset[str]  # ids of orders
    policy_version: str
    stamp: Stamp | None  # of the table that gave the hits; None: it is not taken any more
    decided_today: int = 0  # under the order
    decided_of_call: int = 0  # under the order, of other bills of the call
    table_answered: bool = True  # False: it took too long, or the engine failed


def refusals(
    signed: SignedOrder | None, ground: Ground, *, bills: int, now: datetime
) -> list[Finding]:
    """Return why nothing may be decided under this order for a manifest of so many bills."""
    if signed is None:
        return [Finding("ORDER-NONE", Severity.ERROR, Where("orders"), {})]
    order, where = signed.order, Where(f"orders/{signed.order.id}")
    if not signed.is_signed(ground.officers):
        # Whatever else it says, nobody is known to have said it.
        return [Finding("ORDER-UNSIGNED", Severity.ERROR, where, {"order": order.id})]
    return [
        *_of_time(order, ground, where, now),
        *_of_what_is_in_use(order, ground, where),
        *_of_size(order, where, ground.decided_of_call + bills),
        *_of_day(order, ground, where, bills),
    ]


def _of_time(
    order: StandingOrder, ground: Ground, where: Where, now: datetime
) -> Iterator[Finding]:
    if order.id in ground.revoked:
        yield Finding("ORDER-REVOKED", Severity.ERROR, where, {"order": order.id})
    if now < order.valid_from:
        since = order.valid_from.isoformat(timespec="minutes")
        yield Finding("ORDER-EARLY", Severity.ERROR, where, {"order": order.id, "from": since})
    if now >= order.valid_until:
        until = order.valid_until.isoformat(timespec="minutes")
        yield Finding("ORDER-EXPIRED", Severity.ERROR, where, {"order": order.id, "until": until})


def _of_what_is_in_use(order: StandingOrder, ground: Ground, where: Where) -> Iterator[Finding]:
    in_use = ground.stamp.table_sha256 if ground.stamp else ""
    if not ground.table_answered:
        table = order.table_sha256[:12]
        yield Finding("ORDER-TABLE-SLOW", Severity.ERROR, where, {"table": table})
    elif ground.stamp is None:
        table = order.table_sha256[:12]
        yield Finding("ORDER-TABLE-REFUSED", Severity.ERROR, where, {"table": table})
    elif order.table_sha256 != in_use:
        named, used = order.table_sha256[:12], in_use[:12] or "-"
        yield Finding("ORDER-OTHER-TABLE", Severity.ERROR, where, {"order": named, "in_use": used})
    if order.policy_version != ground.policy_version:
        named, used = order.policy_version, ground.policy_version
        yield Finding("ORDER-OTHER-POLICY", Severity.ERROR, where, {"order": named, "in_use": used})


def _of_size(order: StandingOrder, where: Where, bills: int) -> Iterator[Finding]:
    most = order.bills_per_call_max
    if bills > most:
        yield Finding("ORDER-BILLS", Severity.ERROR, where, {"bills": bills, "max": most})


def _of_day(order: StandingOrder, ground: Ground, where: Where, bills: int) -> Iterator[Finding]:
    most = order.bills_per_day_max
    if most is not None and ground.decided_today + bills > most:
        yield Finding(
            "ORDER-DAY",
            Severity.ERROR,
            where,
            {"bills": bills, "decided": ground.decided_today, "max": most},
        )


def read_order(body: bytes) -> StandingOrder | None:
    """Return the order in these bytes; None for what is not one, or could not be meant."""
    try:
        sheet = _read_sheet(body)
        return StandingOrder(
            id=sheet.id,
            officer=sheet.officer,
            authority=PartyId(sheet.authority),
            policy_version=sheet.policy_version,
            table_sha256=sheet.table_sha256,
            statuses=frozenset(sheet.statuses),
            bills_per_call_max=sheet.bills_per_call_max,
            not_selected_permille_max=sheet.not_selected_permille_max,
            valid_from=sheet.valid_from,
            valid_until=sheet.valid_until,
            serve_before_arrival_minutes=sheet.serve_before_arrival_minutes,
            bills_per_day_max=sheet.bills_per_day_max,
            documents=sheet.documents,
            answer_days=sheet.answer_days,
        )
    except (msgspec.DecodeError, BadOrder, ValueError, OverflowError):
        return None


class _Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    purpose: Literal["waglan/standing-order/v1"]
    id: str
    officer: str
    authority: str
    policy_version: str
    table_sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    statuses: list[CustomsStatus]
    bills_per_call_max: int
    not_selected_permille_max: int
    valid_from: datetime
    valid_until: datetime
    serve_before_arrival_minutes: int
    bills_per_day_max: int | None = None
    documents: tuple[str, ...] = ()
    answer_days: int | None = None


_read_sheet = msgspec.json.Decoder(_Sheet).decode
