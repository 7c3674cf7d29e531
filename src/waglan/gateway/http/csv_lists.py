"""Lists for spreadsheets: who asks for `text/csv` gets the page's rows, and no cell is a formula.

The columns bear the names that JSON has. `Link` names the next page, as `next` does there. A
machine asks with `raw=1` for the cells as they are: it runs none of them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, get_args, get_origin
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from waglan.gateway.http.accepted import liked
from waglan.messages.sheet.template import csv_of

MEDIA_TYPE: Final = "text/csv"
NEXT: Final = "next"
ROWS: Final = "ROWS"  # how a model names its rows, where more than those stands beside them
CURSORS: Final = ("before", "after")
RAW: Final = ("raw", "1")  # in a query, which no call has of its own


class CsvLists:
    """Wraps the application: a list's answer in JSON is told as CSV to who asks for it."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap this application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, and tell its answer as CSV where it is a list's."""
        if scope["type"] != "http" or scope["method"] != "GET" or not _asks(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        is_raw = RAW in query
        if is_raw:
            rest = urlencode([one for one in query if one != RAW]).encode()
            scope = {**scope, "query_string": rest}
        start: Message | None = None
        body = b""

        async def tell(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_list(scope, message):
                start = message
                return
            if start is None:
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body", False):
                told = _told(scope, start, body, is_raw=is_raw)
                await send(start)
                await send({"type": "http.response.body", "body": told})

        await self.app(scope, receive, tell)


def describe_lists(router: APIRouter) -> None:
    """Say of each list's call that it answers in CSV too."""
    for route in router.routes:
        if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()):
            continue
        if rows_of(route) is not None:
            how = "The page; as CSV no cell is a formula, unless the query says `raw=1`."
            schema = {"schema": {"type": "string"}}
            told = {"description": how, "content": {MEDIA_TYPE: schema}}
            route.responses = {**route.responses, 200: told}


def rows_of(route: APIRoute) -> tuple[str | None, type[BaseModel]] | None:
    """Return where the rows stand in a list's answer, and what one is; None if it is no list."""
    model = route.response_model
    if (row := _row(model)) is not None:
        return None, row
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return None
    if (name := getattr(model, ROWS, None)) is not None:
        row = _row(model.model_fields[name].annotation)
        return None if row is None else (name, row)
    rest = {name: field.annotation for name, field in model.model_fields.items() if name != NEXT}
    [*lists] = [(name, row) for name, kind in rest.items() if (row := _row(kind)) is not None]
    return lists[0] if len(lists) == len(rest) == 1 else None


def _row(kind: object) -> type[BaseModel] | None:
    if get_origin(kind) not in (list, Sequence):
        return None
    [row] = get_args(kind)
    return row if isinstance(row, type) and issubclass(row, BaseModel) else None


def _asks(headers: Headers) -> bool:
    """Whether CSV is asked for by its name, and JSON is not liked better."""
    wishes = liked(headers)
    wish = wishes.get(MEDIA_TYPE, 0.0)
    return wish > 0 and wish >= wishes.get("application/json", 0.0)


def _is_list(scope: Scope, start: Message) -> bool:
    route = scope.get("route")
    is_json = Headers(raw=start["headers"]).get("content-type") == "application/json"
    return start["status"] == 200 and is_json and route is not None and rows_of(route) is not None


def _told(scope: Scope, start: Message, body: bytes, *, is_raw: bool) -> bytes:
    """Return the page as CSV, and let the headers say so."""
    page: Any = json.loads(body)
    found = rows_of(scope["route"])
    if found is None:
        raise LookupError("only a list is told as CSV")
    name, row = found
    columns = [field.serialization_alias or name for name, field in row.model_fields.items()]
    rows: Iterable[Mapping[str, object]] = page if name is None else page[name]
    cells = [[_cell(one.get(column)) for column in columns] for one in rows]
    data = csv_of([columns, *cells], is_raw=is_raw)
    headers = MutableHeaders(raw=start["headers"])
    headers["content-type"] = f"{MEDIA_TYPE}; charset=utf-8; header=present"
    headers["content-length"] = str(len(data))
    headers.append("vary", "Accept")
    if name is not None and page.get(NEXT) is not None:
        headers["link"] = f'<{_next(scope, page[NEXT], is_raw=is_raw)}>; rel="next"'
    start["headers"] = headers.raw
    return data


def _next(scope: Scope, cursor: object, *, is_raw: bool) -> str:
    params = {param.alias for param in scope["route"].dependant.query_params}
    [mine] = [name for name in CURSORS if name in params]
    asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    beyond = [*((name, value) for name, value in asked if name != mine), (mine, str(cursor))]
    beyond += [RAW] * is_raw
    return f"{scope['path']}?{urlencode(beyond)}"


def _cell(value: object) -> str:
    """Return a value as a cell: lists of texts with semicolons, what is nested as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case list() if all(isinstance(one, str) for one in value):
            return "; ".join(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
