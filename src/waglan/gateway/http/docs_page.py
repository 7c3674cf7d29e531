"""The interface as a page to read; it holds no program and fetches nothing from anywhere."""

import json
from collections.abc import Awaitable, Callable, Iterator
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

Document = dict[str, Any]

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 14px/1.4 ui-monospace, monospace } pre { overflow: auto; background: #f4f4f4 }
summary { cursor: pointer } details { border-bottom: 1px solid #ddd; padding: .4rem 0 }
b { display: inline-block; min-width: 4.5rem } td { padding-right: 1.5rem; vertical-align: top }
@media (prefers-color-scheme: dark) {
  body { background: #111; color: #ddd } pre { background: #222 }
}
"""
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


def page(document: Callable[[], Document]) -> Callable[[Request], Awaitable[HTMLResponse]]:
    """Return what answers with the document as a page."""

    async def serve(_request: Request) -> HTMLResponse:
        return HTMLResponse("".join(_lines(document())), headers=HEADERS)

    return serve


def _lines(document: Document) -> Iterator[str]:
    title = escape(document["info"]["title"])
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
    yield f"<style>{STYLE}</style><h1>{title} {escape(document['info']['version'])}</h1>"
    yield f"<p>{escape(document['info']['description'])}"
    yield "<p>The same for programs: <a href=openapi.json>openapi.json</a> (OpenAPI 3.1)."
    yield " Send <code>Authorization: Bearer &lt;token&gt;</code>. <h2>Calls</h2>"
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            yield from _call(f"<b>{method.upper()}</b> <code>{escape(path)}</code>", call)
    yield "<h2>Shapes</h2>"
    for name, schema in sorted(document["components"]["schemas"].items()):
        name = escape(name)
        yield f"<details id={name}><summary>{name}</summary>{_json(schema)}</details>"


def _call(name: str, call: Document) -> Iterator[str]:
    told = str(call.get("description") or call["summary"])
    is_open = "" if call["security"] else " <em>open</em>"
    yield f"<details><summary>{name}{is_open} {escape(told.split(chr(10))[0])}</summary>"
    yield f"<p>{escape(told)}<table>"
    for one in call.get("parameters", ()):
        yield f"<tr><td><code>{escape(one['name'])}</code><td>{escape(one['in'])}"
        yield f"<td>{_json(one['schema'])}"
    yield "</table>"
    if "requestBody" in call:
        yield from _sent(call["requestBody"]["content"])
    yield "<p>You get<table>"
    for status, answer in call["responses"].items():
        yield f"<tr><td>{escape(status)}<td>{escape(answer['description'])}"
        yield f"<td>{_json(answer.get('content', {}))}"
    yield "</table></details>"


def _sent(content: Document) -> Iterator[str]:
    yield f"<p>You send{_json({kind: one['schema'] for kind, one in content.items()})}"
    for one in content.values():
        if "example" in one:
            told = one["example"]
            shown = f"<pre>{escape(told)}</pre>" if isinstance(told, str) else _json(told)
            yield f"<p>For example{shown}"


def _json(told: object) -> str:
    # An address in an example is a text like any other: nothing on this page may be fetched.
    shown = escape(json.dumps(told, indent=1, ensure_ascii=False)).replace("//", "/&#47;")
    return f"<pre>{shown}</pre>"
