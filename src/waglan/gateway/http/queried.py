"""What a request's query may hold: the parameters that its call has, and no other.

A filter that nobody knows would show everything, and look as if it had been heard.
"""

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.problem import misunderstood

NAME_CHARACTERS_MAX = 40  # of an unknown one, in the answer


async def known_alone(request: Request) -> None:
    """Raise Problem 422 for parameters that the call does not have."""
    route = request.scope.get("route")
    if not (request.query_params and isinstance(route, APIRoute)):
        return
    known = _names(route.dependant)
    if unknown := [name for name in request.query_params if name not in known]:
        told = ", ".join(sorted(known)) or "-"
        raise misunderstood(*(_finding(name[:NAME_CHARACTERS_MAX], told) for name in unknown))


def _names(of: Dependant) -> set[str]:
    own = set[str]()
    for parameter in of.query_params:
        kind = parameter.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            own |= set(kind.model_fields)  # each a parameter under its own name
        else:
            own.add(parameter.alias)
    return own.union(*map(_names, of.dependencies))


def _finding(name: str, known: str) -> Finding:
    return Finding("HTTP-QUERY", Severity.ERROR, Where(f"query.{name}"), {"known": known})
