"""One call to a service outside: to the very address that was looked at, once, and no further.

The name is resolved for each call. Whatever it leads to must be public, all of it, and the call
goes to what was looked at: a name that answers otherwise a moment later changes nothing. The
certificate is held against the name. No redirect is followed, no proxy is asked, and of the reply
one KiB is read.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

import httpx

from waglan.gateway.outward.address import Allowed, BadUrl, Ip, Target, all_public, read_target

REPLY_BYTES_MAX: Final = 1_024
REQUEST_BYTES_MAX: Final = 1 << 20
ADDRESSES_MAX: Final = 4  # of one name, tried one after the other

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]


class Failure(Enum):
    """Why a call came to no reply."""

    REFUSED = "refused"  # the URL is not of the form that is called
    UNRESOLVED = "unresolved"
    NOT_PUBLIC = "not-public"  # the name leads to an address that is not called
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    BROKEN = "broken"  # what came is no reply


class Failed(Exception):
    """A call that came to no reply, and why; nothing of the URL is repeated."""

    def __init__(self, failure: Failure) -> None:
        """Carry the reason."""
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; of the body its beginning."""

    status: int
    body: bytes
    retry_after: str | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How long is waited: for the connection, for each piece of the reply, and in all."""

    connect_seconds: float = 5.0
    reply_seconds: float = 15.0
    total_seconds: float = 20.0


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name, as this machine resolves it."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@dataclass(frozen=True, slots=True)
class Outward:
    """The guard: all calls to URLs that somebody told us go through one."""

    allowed: Allowed
    limits: Limits = field(default_factory=Limits)
    resolve: Resolve = resolve
    context: ssl.SSLContext = field(default_factory=_context, repr=False)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send a body and return the beginning of the reply; raise Failed if none came.

        A redirect is a reply as any other. Each call begins anew: it reads the URL, resolves the
        name and looks at the addresses.
        """
        if len(body) > REQUEST_BYTES_MAX:
            raise ValueError("a request has a size limit")
        try:
            async with asyncio.timeout(self.limits.total_seconds):
                target = self._target(url)
                addresses = await self._addresses(target)
                return await self._first(target, addresses, body, headers)
        except TimeoutError:
            raise Failed(Failure.TIMEOUT) from None

    def _target(self, url: str) -> Target:
        try:
            return read_target(url, self.allowed)
        except BadUrl as bad:
            public = bad.finding.code == "OUTWARD-NOT-PUBLIC"
            raise Failed(Failure.NOT_PUBLIC if public else Failure.REFUSED) from None

    async def _addresses(self, target: Target) -> list[Ip]:
        if target.ip is not None:
            return [target.ip]
        try:
            async with asyncio.timeout(self.limits.connect_seconds):
                found = await self.resolve(target.host, target.port)
                # A zone belongs to this machine's own networks; `ip_address` keeps it in sight.
                addresses = [ipaddress.ip_address(one) for one in dict.fromkeys(found)]
        except (OSError, UnicodeError, ValueError):
            raise Failed(Failure.UNRESOLVED) from None
        if not addresses:
            raise Failed(Failure.UNRESOLVED)
        if not target.is_allowed and not all_public(addresses):
            raise Failed(Failure.NOT_PUBLIC)
        return addresses[:ADDRESSES_MAX]

    async def _first(
        self, target: Target, addresses: Sequence[Ip], body: bytes, headers: Mapping[str, str]
    ) -> Reply:
        """Send to the first address that takes a connection; what is sent is sent to one alone."""
        failed = Failed(Failure.UNREACHABLE)
        for address in addresses:
            try:
                return await self._send(target, address, body, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = Failed(_why(error))
            except httpx.TimeoutException:
                raise Failed(Failure.TIMEOUT) from None
            except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError):
                raise Failed(Failure.BROKEN) from None
        raise failed

    async def _send(
        self, target: Target, address: Ip, body: bytes, headers: Mapping[str, str]
    ) -> Reply:
        limits = self.limits
        path = target.path.encode("ascii")
        url = httpx.URL(scheme=target.scheme, host=str(address), port=target.port, raw_path=path)
        request = httpx.Request(
            "POST",
            url,
            headers={
                "Host": target.authority,
                "Accept-Encoding": "identity",
                "Connection": "close",
                **headers,
            },
            content=body,
            extensions={
                "sni_hostname": target.host,
                "timeout": httpx.Timeout(
                    limits.reply_seconds, connect=limits.connect_seconds
                ).as_dict(),
            },
        )
        # A transport of its own, and no client around it: no pool, proxy, redirect or cookie.
        transport = httpx.AsyncHTTPTransport(verify=self.context, trust_env=False)
        try:
            reply = await transport.handle_async_request(request)
            return await _beginning(reply)
        finally:
            await transport.aclose()


async def _beginning(reply: httpx.Response) -> Reply:
    """Read the beginning of a reply as it was sent, unpacked by nobody."""
    body = b""
    async for piece in reply.aiter_raw(REPLY_BYTES_MAX):
        body += piece
        if len(body) >= REPLY_BYTES_MAX:
            break
    return Reply(reply.status_code, body[:REPLY_BYTES_MAX], reply.headers.get("retry-after"))


def _why(error: httpx.TransportError) -> Failure:
    if isinstance(error, httpx.TimeoutException):
        return Failure.TIMEOUT
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return Failure.TLS
        seen = seen.__cause__ or seen.__context__
    return Failure.UNREACHABLE
