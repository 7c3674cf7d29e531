"""Who may tell what of boxes: a discharge by who works the ship, a gate move by who is there."""

from collections.abc import Collection, Mapping

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.parties.permission import ALLOWED, Act
from waglan.parties.role import Role

# By the message's type; what is not listed may be told by whoever may report at all.
TOLD_BY: Mapping[str, frozenset[Role]] = {
    "COARRI": frozenset({Role.TERMINAL, Role.CARRIER}),
    "CODECO": frozenset({Role.TERMINAL, Role.CARRIER, Role.TRUCKER, Role.PARK}),
    "BAPLIE": frozenset({Role.CARRIER, Role.TERMINAL}),
}

# By what happened, where it comes as an event of its own and not in a message of one type.
IN_MESSAGE: Mapping[EventCode, str] = {
    EventCode.EQUIPMENT_DISCHARGED: "COARRI",
    EventCode.EQUIPMENT_LOADED: "COARRI",
    EventCode.EQUIPMENT_GATE_IN: "CODECO",
    EventCode.EQUIPMENT_GATE_OUT: "CODECO",
}


def roles_of(kind: str, act: Act = Act.REPORT) -> frozenset[Role]:
    """Return the roles that may send a message of this type."""
    return ALLOWED[act].roles & TOLD_BY.get(kind, ALLOWED[act].roles)


def tellers(code: EventCode) -> frozenset[Role]:
    """Return the roles that may tell that this happened to a box."""
    return roles_of(IN_MESSAGE.get(code, ""))


def role_refusal(kind: str, act: Act, held: Collection[Role]) -> Finding | None:
    """Return why an organisation in these roles may not send a message of this type; else None.

    That its client may do the act was asked when the message was handed in.
    """
    wanted = roles_of(kind, act)
    if wanted & set(held):
        return None
    roles = ", ".join(sorted(role.value for role in wanted))
    return Finding(
        "PARTY-ROLE-FOR-MESSAGE",
        Severity.ERROR,
        Where("message/type", tag="UNH", segment=1),
        {"type": kind[:35], "roles": roles},
    )
