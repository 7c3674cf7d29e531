"""What an organisation is in the port, and by what kind of client it comes."""

from dataclasses import dataclass
from enum import Enum

from waglan.codes.party import PartyId


class Role(Enum):
    """What an organisation does in the port; one may hold several."""

    FORWARDER = "forwarder"
    CARRIER = "carrier"
    TERMINAL = "terminal"
    TRUCKER = "trucker"
    CUSTOMS = "customs"
    LOCK_OPERATOR = "lock-operator"
    BANK = "bank"
    PARK = "park"
    TRADER = "trader"
    OPERATOR = "operator"  # of the platform itself


class ClientKind(Enum):
    """Who holds a token. An AI client is its own kind, which no filing route accepts."""

    PERSON = "person"
    MACHINE = "machine"
    AI = "ai"


class Scope(Enum):
    """What a token may be used for."""

    READ = "read"
    PREPARE = "prepare"  # drafts, which declare nothing; who may file may prepare
    FILE = "file"  # hand in messages that declare cargo
    DECIDE = "decide"  # customs: standing orders, tables, notices
    ADMIN = "admin"  # of one's own organisation: tokens, credentials
    OPERATE = "operate"  # of the platform: organisations, erasure, feeds


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request, as its token proves."""

    org: PartyId
    roles: frozenset[Role]
    client: ClientKind
    scopes: frozenset[Scope]
    token: str  # the token's public id, never its secret
    accountable: str | None  # subject id of the person who answers for it; None for an AI client
