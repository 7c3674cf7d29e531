"""Who may tell what of boxes: a discharge by who works the ship, a gate move by who is there."""

from collections.abc import Collection, Mapping

from waglan.codes.finding import Finding, Severity, Where
from waglan.parties.permission import ALLOWED, Act
from waglan.parties.role import Role

# By the message's type; what is not listed may be told by whoever may report at all.
TOLD_BY: Mapping[str, frozenset[Role]] = {
    "COARRI": frozenset({Role.TERMINAL, Role.CARRIER}),
    "CODECO": frozenset({Role.TERMINAL, Role.CARRIER, Role.TRUCKER, Role.PARK}),
    "BAPLIE": frozenset({Role.CARRIER, Role.TERMINAL}),
}


def role_refusal(kind: str, act: Act, held: Collection[Role]) -> Finding | None:
    """Return why an organisation in these roles may not send a message of this type; else None.

    That its client may do the act was asked when the message was handed in.
    """
    wanted = ALLOWED[act].roles & TOLD_BY.get(kind, ALLOWED[act].roles)
    if wanted & set(held):
        return None
    roles = ", ".join(sorted(role.value for role in wanted))
    return Finding(
        "PARTY-ROLE-FOR-MESSAGE",
        Severity.ERROR,
        Where("message/type", tag="UNH", segment=1),
        {"type": kind[:35], "roles": roles},
    )
