"""Who may do what, whatever it is done to: one table, asked before every act.

Whether the thing itself is his is asked elsewhere: for a filing by the sender's registered address
and the client's letter, for a consignment in `readers`. An assistant (an AI client) may look and
check; it holds no right to bind anybody.
"""

from dataclasses import dataclass
from enum import Enum

from waglan.codes.finding import Finding, Severity, Where
from waglan.parties.role import ClientKind, Principal, Role, Scope


class Act(Enum):
    """Everything that somebody may ask Waglan to do."""

    READ = "read"
    CHECK = "check"  # a dry run, which declares nothing
    HAND_IN = "hand-in"  # a message; what it may say is asked once it is read
    FILE = "file"  # declare cargo
    REPORT = "report"  # tell what happened on the quay or on the road
    ANSWER_NOTICE = "answer-notice"  # acknowledge one, and answer it
    PREPARE = "prepare"  # drafts, templates, addresses: they declare nothing
    RECORD_LETTER = "record-letter"  # a client's authorisation
    NAME_APPROVER = "name-approver"
    GIVE_COVER = "give-cover"  # let another approve in one's place
    SET_FILING_RULE = "set-filing-rule"
    GIVE_GRANT = "give-grant"
    REVOKE_GRANT = "revoke-grant"
    PLEDGE = "pledge"
    OPEN_LOCK = "open-lock"  # ask for a code, under an officer's order
    DECIDE = "decide"
    SERVE_NOTICE = "serve-notice"
    SIGN_ORDER = "sign-order"
    REVOKE_ORDER = "revoke-order"
    PUBLISH_TABLE = "publish-table"
    READ_TARGETING = "read-targeting"
    ISSUE_TOKEN = "issue-token"
    REVOKE_TOKEN = "revoke-token"
    REGISTER_CREDENTIAL = "register-credential"
    REGISTER_PERSON = "register-person"
    READ_LOOKS = "read-looks"  # who looked at what is one's firm's
    KEEP_ACCOUNT = "keep-account"  # one's own password and sessions
    REGISTER_ORGANISATION = "register-organisation"
    READMIT_ORGANISATION = "readmit-organisation"
    PUBLISH_KEY = "publish-key"
    SET_PROFILE = "set-profile"  # how a partner's files are read
    ERASE = "erase"
    PROVISION_DEVICE = "provision-device"  # enter a lock, for who operates it
    KEEP_DEVICE = "keep-device"  # its code, and on which vehicle it sits
    KEEP_WEBHOOK = "keep-webhook"  # where one's organisation is told of its events
    PLAN_TRIP = "plan-trip"  # and arm, seal and close it, as who drives
    ORDER_ON_TRIP = "order-on-trip"  # what an officer signs about one
    BUNDLE = "bundle"  # customs' references with a vehicle, as driver's haulier or agent
    PUBLISH_GROUND = "publish-ground"  # a province, or one's own rules; it takes two
    JUDGE_TRIP = "judge-trip"  # by one's own policy, which nobody else sees
    HANDLE_ALARM = "handle-alarm"  # in an authority's control room


@dataclass(frozen=True, slots=True)
class Permission:
    """What a principal must be and hold for an act; all of it."""

    roles: frozenset[Role]  # any one of them
    clients: frozenset[ClientKind]
    scope: Scope


_ANY = frozenset(Role)
_FILERS = frozenset({Role.FORWARDER, Role.CARRIER, Role.TRADER, Role.TRUCKER})
_REPORTERS = frozenset(
    {Role.TERMINAL, Role.CARRIER, Role.TRUCKER, Role.LOCK_OPERATOR, Role.PARK, Role.FORWARDER}
)
_LOCK_KEEPERS = frozenset({Role.TRUCKER, Role.LOCK_OPERATOR})
_CUSTOMS = frozenset({Role.CUSTOMS})
_OPERATOR = frozenset({Role.OPERATOR})

_EVERYONE = frozenset(ClientKind)
_BOUND = frozenset({ClientKind.PERSON, ClientKind.MACHINE})  # somebody answers for what they do
_PERSON = frozenset({ClientKind.PERSON})

ALLOWED: dict[Act, Permission] = {
    Act.READ: Permission(_ANY, _EVERYONE, Scope.READ),
    Act.CHECK: Permission(_ANY, _EVERYONE, Scope.READ),
    Act.HAND_IN: Permission(_FILERS | _REPORTERS, _BOUND, Scope.FILE),
    Act.FILE: Permission(_FILERS, _BOUND, Scope.FILE),
    Act.REPORT: Permission(_REPORTERS, _BOUND, Scope.FILE),
    Act.ANSWER_NOTICE: Permission(_FILERS | _REPORTERS, _BOUND, Scope.FILE),
    Act.PREPARE: Permission(_FILERS, _BOUND, Scope.PREPARE),
    Act.RECORD_LETTER: Permission(_FILERS, _PERSON, Scope.FILE),
    Act.NAME_APPROVER: Permission(_FILERS, _PERSON, Scope.ADMIN),
    Act.GIVE_COVER: Permission(_FILERS, _PERSON, Scope.FILE),
    Act.SET_FILING_RULE: Permission(_FILERS, _PERSON, Scope.ADMIN),
    Act.GIVE_GRANT: Permission(_FILERS, _BOUND, Scope.FILE),
    Act.REVOKE_GRANT: Permission(_FILERS, _BOUND, Scope.FILE),
    Act.PLEDGE: Permission(_FILERS | {Role.BANK}, _BOUND, Scope.FILE),
    Act.OPEN_LOCK: Permission(_LOCK_KEEPERS, _BOUND, Scope.FILE),
    Act.DECIDE: Permission(_CUSTOMS, _BOUND, Scope.DECIDE),
    Act.SERVE_NOTICE: Permission(_CUSTOMS, _BOUND, Scope.DECIDE),
    # A standing order and a table bind machines, so an officer must have signed in for them.
    Act.SIGN_ORDER: Permission(_CUSTOMS, _PERSON, Scope.DECIDE),
    Act.REVOKE_ORDER: Permission(_CUSTOMS, _PERSON, Scope.DECIDE),
    Act.PUBLISH_TABLE: Permission(_CUSTOMS, _PERSON, Scope.DECIDE),
    Act.READ_TARGETING: Permission(_CUSTOMS, _PERSON, Scope.DECIDE),
    # A machine that could make tokens would outlive its own.
    Act.ISSUE_TOKEN: Permission(_ANY, _PERSON, Scope.ADMIN),
    Act.REVOKE_TOKEN: Permission(_ANY, _BOUND, Scope.ADMIN),
    Act.REGISTER_CREDENTIAL: Permission(_ANY, _PERSON, Scope.ADMIN),
    Act.REGISTER_PERSON: Permission(_ANY, _PERSON, Scope.ADMIN),
    Act.READ_LOOKS: Permission(_ANY, _BOUND, Scope.ADMIN),
    Act.KEEP_ACCOUNT: Permission(_ANY, _PERSON, Scope.READ),
    Act.REGISTER_ORGANISATION: Permission(_OPERATOR, _BOUND, Scope.OPERATE),
    Act.READMIT_ORGANISATION: Permission(_OPERATOR, _PERSON, Scope.OPERATE),
    Act.SET_PROFILE: Permission(_OPERATOR, _BOUND, Scope.OPERATE),
    Act.PUBLISH_KEY: Permission(_OPERATOR, _PERSON, Scope.OPERATE),
    Act.ERASE: Permission(_OPERATOR, _PERSON, Scope.OPERATE),
    # Two organisations that could name a device as their own would speak for each other.
    Act.PROVISION_DEVICE: Permission(_OPERATOR, _BOUND, Scope.OPERATE),
    Act.KEEP_DEVICE: Permission(_LOCK_KEEPERS, _BOUND, Scope.ADMIN),
    # Events leave the platform by it, so an administrator says where to.
    Act.KEEP_WEBHOOK: Permission(_ANY, _BOUND, Scope.ADMIN),
    Act.PLAN_TRIP: Permission(_LOCK_KEEPERS, _BOUND, Scope.FILE),
    Act.BUNDLE: Permission(_FILERS, _BOUND, Scope.FILE),
    Act.ORDER_ON_TRIP: Permission(_CUSTOMS, _PERSON, Scope.DECIDE),
    Act.PUBLISH_GROUND: Permission(_CUSTOMS, _PERSON, Scope.DECIDE),
    Act.JUDGE_TRIP: Permission(_CUSTOMS, _BOUND, Scope.DECIDE),  # a gate may ask too
    Act.HANDLE_ALARM: Permission(_CUSTOMS, _PERSON, Scope.DECIDE),
}

_UNBINDING = frozenset({Act.READ, Act.CHECK})
_WIDER = {Scope.PREPARE: Scope.FILE}  # who may file may prepare


def refusal(principal: Principal, act: Act) -> Finding | None:
    """Return why this principal may not do this act; None when he may, as far as anyone may."""
    wanted, where = ALLOWED[act], Where(f"acts/{act.value}")
    if principal.client not in wanted.clients:
        return _wrong_client(principal.client, act, where)
    if not principal.roles & wanted.roles:
        roles = ", ".join(sorted(role.value for role in wanted.roles))
        return Finding(
            "PARTY-ROLE-NEEDED", Severity.ERROR, where, {"act": act.value, "roles": roles}
        )
    if principal.scopes.isdisjoint({wanted.scope, _WIDER.get(wanted.scope, wanted.scope)}):
        return Finding(
            "PARTY-SCOPE-NEEDED",
            Severity.ERROR,
            where,
            {"act": act.value, "scope": wanted.scope.value},
        )
    if principal.accountable is None and act not in _UNBINDING:
        return Finding("PARTY-NOBODY-ANSWERS", Severity.ERROR, where, {"act": act.value})
    return None


def _wrong_client(client: ClientKind, act: Act, where: Where) -> Finding:
    if client is ClientKind.AI:
        return Finding("PARTY-AI-REFUSED", Severity.ERROR, where, {"act": act.value})
    return Finding("PARTY-PERSON-NEEDED", Severity.ERROR, where, {"act": act.value})
