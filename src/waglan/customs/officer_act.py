"""What an officer does, signed with his own key: which act, of which bills, by what he saw of them.

The bytes are canonical JSON: whoever reads them writes the very same ones, so that one signature
never covers two readings. Each bill is named with the version that the officer saw: where another
officer was quicker, the act is refused for that bill instead of undoing what he did not know of. It
is named with the filed version that he saw too: goods that were exchanged since are not acted on.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from waglan.codes.calendar import is_on_every_clock
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.codes.plain import is_blank
from waglan.customs.detention import Capacity
from waglan.customs.outcome import Name, Outcome, Sha256, Whole, results
from waglan.customs.status import Act
from waglan.logbook.canonical import Value, canonical

PURPOSE = "waglan/officer-act/v1"
ACT_BYTES_MAX = 256 << 10
BILLS_MAX = 500
LIST_MAX = 50  # documents, conditions, parts
REASON_CHARS_MAX = 500
INSTRUCTION_CHARS_MAX = 1_000
# Long enough for a slow line, too short for an act that lay about to be handed in another day.
AGE_MAX = timedelta(minutes=15)
FIRST_FILED = 1  # whoever names no filed version acts on no bill that was amended
DUE_MAX = timedelta(days=90)


class Kind(Enum):
    """Everything that an officer signs beside a standing order."""

    PASS_OVER = "pass-over"
    ASK_DOCUMENTS = "ask-documents"
    DETAIN = "detain"
    SELECT = "select"
    EXAMINE = "examine"
    CLEAR = "clear"
    CLEAR_CONDITIONALLY = "clear-conditionally"
    CLEAR_PARTLY = "clear-partly"
    SEIZE = "seize"
    LIFT = "lift"
    SERVE = "serve"  # the notices of a call
    EXTEND_NOTICE = "extend-notice"  # more time for an answer, or more is wanted
    NAME_ADDRESSEE = "name-addressee"  # who was missing when a notice was served
    REVOKE_ORDER = "revoke-order"
    PUBLISH_TABLE = "publish-table"  # that another officer imported


ACTS: dict[Kind, Act] = {
    Kind.PASS_OVER: Act.PASS_OVER,
    Kind.ASK_DOCUMENTS: Act.ASK_DOCUMENTS,
    Kind.DETAIN: Act.DETAIN,
    Kind.SELECT: Act.SELECT,
    Kind.EXAMINE: Act.EXAMINE,
    Kind.CLEAR: Act.CLEAR,
    Kind.CLEAR_CONDITIONALLY: Act.CLEAR_CONDITIONALLY,
    Kind.CLEAR_PARTLY: Act.CLEAR_PARTLY,
    Kind.SEIZE: Act.SEIZE,
    Kind.LIFT: Act.LIFT,
}


# Longer than a new order's name may be: one that was taken before there was a limit is revoked too.
OrderName = Annotated[str, msgspec.Meta(min_length=1, max_length=ACT_BYTES_MAX)]


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One bill, as its filer names it, and what of it the officer saw.

    `version` is that of its standing, `filed_version` how many times it had been filed.
    """

    filer: Name
    number: Name
    version: Whole  # 0: nobody has decided anything yet
    parent: Annotated[str, msgspec.Meta(max_length=200)] = ""
    filed_version: Annotated[int, msgspec.Meta(ge=1, lt=1 << 53)] | None = None

    @property
    def saw_filed(self) -> int:
        """Return the filed version; who names none saw the first."""
        return FIRST_FILED if self.filed_version is None else self.filed_version


class SeenNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A detention notice by its number, and the version of it that the officer saw."""

    number: Name
    version: Whole  # `customs.detention.version_of`


class ClearedPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a bill that may go: a goods item, a container, or so many packages of either."""

    goods: Annotated[int, msgspec.Meta(ge=1, le=99_999)] | None = None
    container: Name | None = None
    packages: Annotated[int, msgspec.Meta(ge=1, lt=1 << 53)] | None = None

    def shown(self) -> dict[str, Value]:
        """Return what is said of it, by name."""
        told = {"goods": self.goods, "container": self.container, "packages": self.packages}
        return {name: value for name, value in told.items() if value is not None}


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one officer does; worth nothing until it is signed."""

    purpose: Literal["waglan/officer-act/v1"]
    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    officer: Name
    authority: PartyId
    act: Kind
    at: datetime
    reason: Annotated[str, msgspec.Meta(max_length=REASON_CHARS_MAX)] = ""
    bills: Annotated[tuple[Target, ...], msgspec.Meta(max_length=BILLS_MAX)] = ()
    call: Name | None = None
    notice: SeenNotice | None = None
    party: PartyId | None = None
    capacity: Capacity | None = None
    order: OrderName | None = None
    table: Sha256 | None = None
    documents: Annotated[tuple[Name, ...], msgspec.Meta(max_length=LIST_MAX)] = ()
    due: datetime | None = None
    instruction: Annotated[str, msgspec.Meta(max_length=INSTRUCTION_CHARS_MAX)] = ""
    outcome: Outcome | None = None
    conditions: Annotated[tuple[Name, ...], msgspec.Meta(max_length=LIST_MAX)] = ()
    parts: Annotated[tuple[ClearedPart, ...], msgspec.Meta(max_length=LIST_MAX)] = ()
    voucher: Annotated[str, msgspec.Meta(max_length=100)] = ""  # of the release voucher

    def act_bytes(self) -> bytes:
        """Return the bytes that the officer signs; the purpose keeps them from other uses."""
        return _encode(self)

    @property
    def told(self) -> bytes:
        """Return what of it the filer is told with the notice: never the reason, never who.

        Parts are told together with those that were cleared before (`cleared_part.told_with`).
        """
        told: dict[str, Value] = {}
        if self.documents and self.due is not None:
            told |= {"documents": [*self.documents], "due": self.due.isoformat()}
        if not is_blank(self.instruction):
            told["instruction"] = self.instruction
        if self.conditions:
            told["conditions"] = [*self.conditions]
        if self.parts:
            told["parts"] = [part.shown() for part in self.parts]
        if not is_blank(self.voucher):
            told["voucher"] = self.voucher
        return canonical(told)


# What each act must say beside its id, its officer and its time, and what it may say.
NEEDS: dict[Kind, frozenset[str]] = {
    Kind.PASS_OVER: frozenset({"bills", "reason"}),
    Kind.ASK_DOCUMENTS: frozenset({"bills", "reason", "documents", "due"}),
    Kind.DETAIN: frozenset({"bills", "reason", "instruction"}),
    Kind.SELECT: frozenset({"bills", "reason"}),
    Kind.EXAMINE: frozenset({"bills", "outcome"}),
    Kind.CLEAR: frozenset({"bills", "reason"}),
    Kind.CLEAR_CONDITIONALLY: frozenset({"bills", "reason", "conditions"}),
    Kind.CLEAR_PARTLY: frozenset({"bills", "reason", "parts"}),
    Kind.SEIZE: frozenset({"bills", "reason"}),
    Kind.LIFT: frozenset({"bills", "reason"}),
    Kind.SERVE: frozenset({"call"}),
    Kind.EXTEND_NOTICE: frozenset({"notice", "reason", "due"}),
    Kind.NAME_ADDRESSEE: frozenset({"notice", "reason", "party", "capacity"}),
    Kind.REVOKE_ORDER: frozenset({"order", "reason"}),
    Kind.PUBLISH_TABLE: frozenset({"table"}),
}
MAY: dict[Kind, frozenset[str]] = {
    Kind.DETAIN: frozenset({"documents", "due"}),
    Kind.SELECT: frozenset({"instruction"}),
    Kind.EXAMINE: frozenset({"reason"}),
    Kind.CLEAR: frozenset({"voucher"}),
    Kind.CLEAR_CONDITIONALLY: frozenset({"voucher"}),
    Kind.CLEAR_PARTLY: frozenset({"voucher"}),
    Kind.SERVE: frozenset({"reason"}),
    Kind.EXTEND_NOTICE: frozenset({"instruction"}),
    Kind.PUBLISH_TABLE: frozenset({"reason"}),
}
_BLANK_OR_NOT = frozenset({"conditions", "documents"})  # lists of which each text must show
_SAYS = frozenset(Sheet.__struct_fields__) - {"purpose", "id", "officer", "authority", "act", "at"}
_WHERE = Where("act")
_NUL = rb"\u0000"  # which PostgreSQL does not keep


def read_sheet(body: bytes) -> Sheet | None:
    """Return the act that these bytes are the one spelling of; None for anything else."""
    if len(body) > ACT_BYTES_MAX or _NUL in body:
        return None
    try:
        sheet = _decode(body)
        times = [sheet.at] if sheet.due is None else [sheet.at, sheet.due]
        whole = all([at.tzinfo is not None and is_on_every_clock(at) for at in times])
        return sheet if whole and sheet.act_bytes() == body else None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def sign_act(sheet: Sheet, key: Ed25519PrivateKey) -> bytes:
    """Return the officer's signature over his act."""
    return key.sign(sheet.act_bytes())


def is_signed(body: bytes, signature: bytes, public_key: bytes) -> bool:
    """Tell whether the holder of this key signed exactly these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, body)
    except (InvalidSignature, ValueError):
        return False
    return True


def faults(sheet: Sheet, *, now: datetime) -> list[Finding]:
    """Return why this act can't be meant as it stands, whoever signed it."""
    found = list(_fields(sheet))
    if abs(now - sheet.at) > AGE_MAX:
        minutes = int(AGE_MAX.total_seconds() // 60)
        at = sheet.at.isoformat(timespec="seconds")
        found.append(Finding("ACT-STALE", Severity.ERROR, _WHERE, {"at": at, "minutes": minutes}))
    if sheet.due is not None and not timedelta(0) < sheet.due - sheet.at <= DUE_MAX:
        found.append(Finding("ACT-DUE", Severity.ERROR, _WHERE, {"days": DUE_MAX.days}))
    elif sheet.due is not None and sheet.due - sheet.at <= AGE_MAX:
        minutes = int(AGE_MAX.total_seconds() // 60)
        found.append(Finding("ACT-DUE-SOON", Severity.ERROR, _WHERE, {"minutes": minutes}))
    if sheet.outcome is not None and sheet.outcome.result not in results():
        known = ", ".join(results())
        told = sheet.outcome.result
        found.append(
            Finding("ACT-RESULT", Severity.ERROR, _WHERE, {"result": told, "known": known})
        )
    found.extend(_twice(sheet))
    for part in sheet.parts:
        if part.goods is None and part.container is None:
            found.append(Finding("ACT-PART-OF-NOTHING", Severity.ERROR, _WHERE, {}))
    return found


def _fields(sheet: Sheet) -> Iterator[Finding]:
    needs, may = NEEDS[sheet.act], MAY.get(sheet.act, frozenset())
    said = {name for name in _SAYS if _is_said(getattr(sheet, name))}
    act = sheet.act.value
    for name in sorted(needs - said):
        yield Finding("ACT-LACKS", Severity.ERROR, _WHERE, {"act": act, "field": name})
    for name in sorted(said - needs - may):
        yield Finding("ACT-SAYS-TOO-MUCH", Severity.ERROR, _WHERE, {"act": act, "field": name})
    for name in sorted(_BLANK_OR_NOT):
        if any(map(is_blank, getattr(sheet, name))) and name not in needs - said:
            yield Finding("ACT-LACKS", Severity.ERROR, _WHERE, {"act": act, "field": name})
    if bool(sheet.documents) != bool(sheet.due) and sheet.act is Kind.DETAIN:
        name = "due" if sheet.documents else "documents"
        yield Finding("ACT-LACKS", Severity.ERROR, _WHERE, {"act": act, "field": name})


def _is_said(value: object) -> bool:
    """Whether something was given: a text that shows nothing was not."""
    return not is_blank(value) if isinstance(value, str) else bool(value)


def _twice(sheet: Sheet) -> Iterator[Finding]:
    seen = set[tuple[str, str, str]]()
    for target in sheet.bills:
        name = (target.filer, target.parent, target.number)
        if name in seen:
            yield Finding("ACT-BILL-TWICE", Severity.ERROR, _WHERE, {"bill": target.number})
        seen.add(name)


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Sheet).decode
