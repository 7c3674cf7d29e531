"""How much an organisation may hand in: nobody fills the disk alone."""

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.door import Visitor
from waglan.gateway.http.problem import Problem
from waglan.parties.limit import NO_WAIT


def count_intake(visitor: Visitor, size: int, where: Where) -> None:
    """Count bytes that are handed in; raise Problem 429 if it is too much for a day."""
    kit = visitor.kit
    wait = kit.turns.hand_in(visitor.org, size, at=kit.clock())
    if wait > NO_WAIT:
        kind = Finding("HTTP-TOO-MUCH", Severity.ERROR, where, {})
        raise Problem(429, kind, headers={"Retry-After": str(1 + int(wait.total_seconds()))})
