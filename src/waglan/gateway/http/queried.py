"""What a request's query may hold: the parameters that its call has, each once, and no other.

A filter that nobody knows would show everything, and look as if it had been heard; of one that is
given twice, one value alone would be.
"""

from collections import Counter
from types import UnionType
from typing import Union, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.problem import misunderstood

NAME_CHARACTERS_MAX = 40  # of an unknown one, in the answer


async def known_alone(request: Request) -> None:
    """Raise Problem 422 for parameters that the call does not have, or has once and got twice."""
    route = request.scope.get("route")
    if not (request.query_params and isinstance(route, APIRoute)):
        return
    known = _names(route.dependant)
    told = ", ".join(sorted(known)) or "-"
    given = Counter(name for name, _ in request.query_params.multi_items())
    wrong = [_unknown(name[:NAME_CHARACTERS_MAX], told) for name in given if name not in known]
    wrong += [
        _repeated(name, times)
        for name, times in given.items()
        if times > 1 and not known.get(name, True)
    ]
    if wrong:
        raise misunderstood(*wrong)


def _names(of: Dependant) -> dict[str, bool]:
    """Return the name of each parameter, and whether it is a list: such a one comes repeatedly."""
    own = dict[str, bool]()
    for one in of.dependencies:
        own |= _names(one)
    for parameter in of.query_params:
        kind = parameter.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            # Each of its fields is a parameter under its own name.
            own |= {name: _is_list(one.annotation) for name, one in kind.model_fields.items()}
        else:
            own[parameter.alias] = _is_list(kind)
    return own


def _is_list(kind: object) -> bool:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return any(map(_is_list, get_args(kind)))
    return (origin or kind) in (list, set, frozenset, tuple)


def _unknown(name: str, known: str) -> Finding:
    return Finding("HTTP-QUERY", Severity.ERROR, Where(f"query.{name}"), {"known": known})


def _repeated(name: str, times: int) -> Finding:
    where = Where(f"query.{name}")
    return Finding("HTTP-QUERY-TWICE", Severity.ERROR, where, {"name": name, "times": times})
