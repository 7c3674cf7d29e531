"""One party's way to the HTTP interface: its token, and patience that ends."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

import httpx
import msgspec

from waglan.codes.render import Lang
from waglan.demo.answers import AnswerSeen, CheckSeen, MessageSeen, ProblemSeen
from waglan.demo.filing import File

T = TypeVar("T")

WAIT_S = 20  # how long the server may think before it says that it will answer later
SETTLE_S_MAX = 120  # how long a message may wait to be worked off
LOOK_S = 0.25
REPLAYED = "Waglan-Replayed"
NOT_YET = {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE}


class Declined(Exception):
    """The server did not do what was asked; `problem` is what it said."""

    def __init__(self, problem: ProblemSeen) -> None:
        """Carry the problem, with its title as the message."""
        said = [problem.title, problem.detail, *(f.problem for f in problem.findings)]
        super().__init__(f"{problem.status}: {'; '.join(text for text in said if text)}")
        self.problem = problem


class TooSlow(Exception):
    """The server took a message and did not work it off while we waited."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A file that was handed in, and what became of it."""

    file: File
    message: MessageSeen
    replayed: bool


@dataclass(frozen=True, slots=True)
class Client:
    """One party at one server. Every answer is read strictly; errors are raised as Declined."""

    http: httpx.AsyncClient
    token: str | None  # None: nobody has signed in
    lang: Lang

    async def hand_in(self, file: File) -> Handed:
        """Hand in a file and wait until it is worked off; raise TooSlow if it is not."""
        answer = await self._send(
            "POST",
            "/v1/messages",
            file.body,
            {
                "Content-Type": file.media_type,
                "Idempotency-Key": file.key,
                "Prefer": f"wait={WAIT_S}",
            },
        )
        message = msgspec.json.decode(answer.content, type=MessageSeen)
        replayed = answer.headers.get(REPLAYED) == "true"
        return Handed(file, await self.settled(message), replayed)

    async def check(self, file: File) -> CheckSeen:
        """Ask what a file would be answered, without handing it in."""
        return await self.hand_over("/v1/checks", file.body, file.media_type, CheckSeen)

    async def hand_over(self, path: str, body: bytes, media_type: str, kind: type[T]) -> T:
        """Post a file's bytes, and return the answer."""
        answer = await self._send("POST", path, body, {"Content-Type": media_type})
        return msgspec.json.decode(answer.content, type=kind)

    async def settled(self, message: MessageSeen) -> MessageSeen:
        """Return the message once it is worked off; raise TooSlow if it is not."""
        for _ in range(int(SETTLE_S_MAX / LOOK_S)):
            if message.state != "waiting":
                return message
            await asyncio.sleep(LOOK_S)
            message = await self.get(f"/v1/messages/{message.id}", MessageSeen)
        raise TooSlow(f"message {message.id} was not worked off within {SETTLE_S_MAX} s")

    async def answers(self, message: str) -> tuple[AnswerSeen, ...]:
        """List the answers to a message."""
        return await self.get(f"/v1/messages/{message}/answers", tuple[AnswerSeen, ...])

    async def get(self, path: str, kind: type[T]) -> T:
        """Return what stands at a path."""
        return msgspec.json.decode(await self.fetch(path), type=kind)

    async def told(self, path: str, kind: type[T]) -> T:
        """Return what stands at a path, once it is there; raise TooSlow if it does not come."""
        for _ in range(int(SETTLE_S_MAX / LOOK_S)):
            try:
                return await self.get(path, kind)
            except Declined as declined:
                if declined.problem.status not in NOT_YET:
                    raise
            await asyncio.sleep(LOOK_S)
        raise TooSlow(f"{path} was not there within {SETTLE_S_MAX} s")

    async def fetch(self, path: str) -> bytes:
        """Return what stands at a path, byte for byte."""
        return (await self._send("GET", path)).content

    async def post(self, path: str, body: Mapping[str, object] | bytes, kind: type[T]) -> T:
        """Post JSON, or JSON already in bytes, and return the answer."""
        return await self._said("POST", path, body, kind)

    async def patch(self, path: str, body: Mapping[str, object], kind: type[T]) -> T:
        """Change what stands at a path, and return it."""
        return await self._said("PATCH", path, body, kind)

    async def _said(
        self, method: str, path: str, body: Mapping[str, object] | bytes, kind: type[T]
    ) -> T:
        content = body if isinstance(body, bytes) else msgspec.json.encode(dict(body))
        answer = await self._send(method, path, content, {"Content-Type": "application/json"})
        return msgspec.json.decode(answer.content, type=kind)

    async def _send(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        own: dict[str, str] = {"Accept-Language": self.lang}
        if self.token is not None:
            own["Authorization"] = f"Bearer {self.token}"
        answer = await self.http.request(
            method, path, content=content, headers={**own, **(headers or {})}
        )
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise Declined(_problem(answer))
        return answer


def _problem(answer: httpx.Response) -> ProblemSeen:
    try:
        return msgspec.json.decode(answer.content, type=ProblemSeen)
    except msgspec.DecodeError:
        return ProblemSeen(answer.reason_phrase or "no reason given", answer.status_code)
