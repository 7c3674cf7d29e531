"""The OpenAPI document, told as the interface really answers: problems, tokens, and plain bytes."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi.routing import APIRoute

from waglan.gateway.http.problem import MEDIA_TYPE, ProblemView

Document = dict[str, Any]
Responses = dict[int | str, dict[str, Any]]

TOKEN = "token"
OPEN = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/log/",
    "/v1/keys",
    "/v1/sign-in",
    "/v1/links/use",
    "/v1/password-resets",
)
METHODS = ("get", "post", "put", "patch", "delete")
SCHEMES = {
    TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "A token that your administrator issued, or that signing in began.",
    }
}
BYTES = {"schema": {"type": "string", "format": "binary"}}
PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemView"}}}
EVERY = "every"  # call, in parameters.toml
# FastAPI's own words for a request it does not understand; ours is a problem document like others.
FOREIGN = ("HTTPValidationError", "ValidationError")


def takes(*media_types: str) -> Document:
    """Return what a route says that is handed bytes of these types, whatever they hold."""
    content = dict.fromkeys(media_types, BYTES)
    return {"requestBody": {"required": True, "content": content}}


def gives(media_type: str) -> Responses:
    """Return what a route says that answers with bytes or text of this type, not with our JSON."""
    schema = BYTES["schema"]
    if media_type.startswith("text/"):
        schema = {"type": "string"}
    elif media_type == "application/json":
        schema = {"type": "object"}
    return {200: {"description": "As it was made.", "content": {media_type: {"schema": schema}}}}


def call_id(route: APIRoute) -> str:
    """Return the name under which generated clients know a call."""
    return "_".join([*map(str, route.tags[:1]), route.name])


def described(document: Document) -> Document:
    """Return FastAPI's document with what FastAPI can't know."""
    document["paths"].update(_log_paths())
    for path, method, call in _calls(document):
        is_open = path.startswith(OPEN)
        call["security"] = [] if is_open else [{TOKEN: []}]
        if "422" in call["responses"]:
            call["responses"]["422"] = {"description": "The request is not understood."}
        _exemplify(f"{method.upper()} {path}", call)
        _tell_parameters(f"{method.upper()} {path}", call)
        _same_again(call["responses"])
        call["responses"]["default"] = {"description": f"Why this {method} can't be done."}
        for status, answer in call["responses"].items():
            # This one is no problem document: it says what stands against being ready.
            if (path, status) != ("/readyz", "503") and status >= "400":
                answer["content"] = PROBLEM
    parts = document["components"]
    parts["securitySchemes"] = SCHEMES
    for name in FOREIGN:
        parts["schemas"].pop(name, None)
    if "ProblemView" not in parts["schemas"]:
        raise LookupError(f"no call tells of {ProblemView.__name__}")
    return document


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Return what a client sends, by call as `POST /v1/...`: `json`, or a file's `text`."""
    table = files(__package__).joinpath("examples.toml").read_text("utf-8")
    told: dict[str, dict[str, Any]] = tomllib.loads(table)
    return {call: told[one["as"]] if "as" in one else one for call, one in told.items()}


@cache
def parameters() -> dict[str, dict[str, str]]:
    """Return what parameters are for: those of one call as `GET /v1/...`, and those of every."""
    told = files(__package__).joinpath("parameters.toml").read_text("utf-8")
    return tomllib.loads(told)


def _tell_parameters(name: str, call: Document) -> None:
    told = parameters()
    here = {**told[EVERY], **told.get(name, {})}
    for parameter in call.get("parameters", ()):
        if parameter["name"] in here:
            parameter.setdefault("description", here[parameter["name"]])


def _exemplify(name: str, call: Document) -> None:
    told = examples().get(name)
    if told is None:
        return
    content = call["requestBody"]["content"]
    first = content[next(iter(content))]
    first["example"] = told["json"] if "json" in told else told["text"].lstrip("\n")


def _same_again(answers: Document) -> None:
    """Let what a repeated request is answered be told like what it was answered first."""
    first = answers.get("201") or answers.get("202")
    if first is not None and "200" in answers:
        answers["200"].setdefault("content", first.get("content"))


def _calls(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, calls in document["paths"].items():
        for method in METHODS:
            if method in calls:
                yield path, method, calls[method]


def _log_paths() -> Document:
    place = {"name": "path", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "/log/checkpoint": {
            "get": {
                "tags": ["log"],
                "operationId": "log_checkpoint",
                "summary": "Checkpoint",
                "description": "The log's newest signed checkpoint, with its cosignatures.",
                "responses": _named(gives("text/plain")),
            }
        },
        "/log/tile/{path}": {
            "get": {
                "tags": ["log"],
                "operationId": "log_tile",
                "summary": "Tile",
                "description": "The tree's hashes (C2SP tlog-tiles), never a word of any event.",
                "parameters": [place],
                "responses": _named(gives("application/octet-stream")),
            }
        },
    }


def _named(responses: Responses) -> Document:
    return {str(status): answer for status, answer in responses.items()}
