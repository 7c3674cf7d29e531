"""The guard before every address outside: which URLs are called, and where a call can't go."""

import asyncio
import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from outside import Answer, certified, receiver, says

from waglan.gateway.outward.address import (
    NOTHING,
    Allowed,
    BadUrl,
    is_public,
    read_allowed,
    read_target,
)
from waglan.gateway.outward.call import REPLY_BYTES_MAX, Failed, Failure, Limits, Outward

QUICK = Limits(connect_seconds=1.0, reply_seconds=0.5, total_seconds=1.5)

REFUSED = {
    "OUTWARD-NOT-HTTPS": ["http://hooks.example.com/", "http://8.8.8.8/"],
    "OUTWARD-HOST": [
        "https://localhost/",
        "https://intranet/",
        "https://hooks.example.com./",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.1/",
        "https://127.0.0.01/",
        "https://127.0.0.1./",
        "https://256.1.1.1/",
        "https://1.2.3.4.5/",
        "https://hooks.example.0x1f/",
        "https://-hooks.example.com/",
        "https://hooks..example.com/",
        f"https://{'a' * 64}.example.com/",
        "https://[::ffff:127.0.0.1.5]/",
        "https://[1:2]/",
    ],
    "OUTWARD-PORT": [
        "https://hooks.example.com:22/",
        "https://hooks.example.com:25/",
        "https://hooks.example.com:65536/",
    ],
    "OUTWARD-NOT-PUBLIC": [
        "https://127.0.0.1/",
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1]/",
        "https://[fd00:ec2::254]/",
    ],
    "OUTWARD-URL": [
        "",
        "hooks.example.com",
        "//hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "HTTPS://hooks.example.com/",
        "https:/hooks.example.com/",
        "https:///hooks.example.com/",
        "https://user@hooks.example.com/",
        "https://user:word@hooks.example.com/",
        "https://hooks.example.com@127.0.0.1/",
        "https://127.0.0.1\\@hooks.example.com/",
        "https://hooks.example.com\\.internal/",
        "https://hooks.example.com#@127.0.0.1/",
        "https://hooks.example.com/#there",
        "https://hooks.example.com?there",
        "https://hooks.example.com:/",
        "https://hooks.example.com:0443/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:+443/",
        "https://hooks.example.com: 443/",
        "https://hooks.example.com:\uff14\uff14\uff13/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://hooks。example。com/",
        "https://bücher.example/",
        "https://hooks.exa\u00admple.com/",
        "https://hooks.example.com/\r\nHost: other",
        "https://hooks.example.com/a b",
        " https://hooks.example.com/",
        "https://hooks.example.com/\n",
        "https://%31%32%37.0.0.1/",
        "https://[fe80::1%25eth0]/",
        "https://[::1",
        "https://hooks.example.com/" + "a" * 2_000,
    ],
}
CALLED = [
    ("https://hooks.example.com", "hooks.example.com", 443, "/"),
    ("https://Hooks.Example.COM/In?key=a%20b&x", "hooks.example.com", 443, "/In?key=a%20b&x"),
    ("https://hooks.example.com:8443/in", "hooks.example.com", 8443, "/in"),
    ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443, "/"),
    ("https://8.8.8.8/", "8.8.8.8", 443, "/"),
    ("https://[2606:4700:4700:0::1111]/", "2606:4700:4700::1111", 443, "/"),
    ("https://a.xn--j6w193g/", "a.xn--j6w193g", 443, "/"),
]
PUBLIC = [
    "8.8.8.8",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]
NOT_PUBLIC = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1",
    "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "100::1", "2001:db8::1",
    "2002:7f00:1::1", "2002:a00:1::", "2001:20::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1",
    "fe80::1", "fe80::1%eth0", "2606:4700::1111%1", "fec0::1", "ff02::1",
    # Teredo: the server is public, the client behind it is 127.0.0.1; then the other way about.
    "2001:0:808:808:0:0:80ff:fffe", "2001:0:7f00:1:0:0:f7f7:f7f7",
    "2606:4700::5efe:127.0.0.1", "2606:4700::200:5efe:a00:1",
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "url"), [(code, url) for code, urls in REFUSED.items() for url in urls]
)
def test_a_url_of_another_form_is_refused_with_the_reason(code: str, url: str) -> None:
    with pytest.raises(BadUrl) as refused:
        read_target(url)
    assert refused.value.finding.code == code
    assert not url or url not in str(refused.value), "a URL may hold a secret"


@pytest.mark.parametrize(("url", "host", "port", "path"), CALLED)
def test_a_url_of_the_one_form_is_read(url: str, host: str, port: int, path: str) -> None:
    read = read_target(url)
    assert (read.host, read.port, read.path, read.is_allowed) == (host, port, path, False)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public_however_it_is_wrapped(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_address_of_a_private_network_is_public_however_it_is_wrapped(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


def test_what_the_operator_opens_is_one_host_with_one_port_and_one_scheme() -> None:
    allowed = read_allowed("hooks.internal:8443, http://127.0.0.1:9000,")
    assert read_target("https://hooks.internal:8443/in", allowed).is_allowed
    assert read_target("http://127.0.0.1:9000/", allowed).is_allowed
    for url in ("https://127.0.0.1:9000/", "http://127.0.0.1:9001/", "http://hooks.internal:8443/"):
        with pytest.raises(BadUrl):
            read_target(url, allowed)
    for text in ("hooks.internal", "hooks.internal:0", "http://a:1/path", "*:443", "a:99999"):
        with pytest.raises(BadUrl):
            read_allowed(text)


def _opened(port: int) -> Outward:
    return Outward(read_allowed(f"http://127.0.0.1:{port}"), QUICK)


async def _to(answer: Answer) -> tuple[int, bytes, str | None]:
    async with receiver(answer) as port:
        reply = await _opened(port).post(f"http://127.0.0.1:{port}/in", b"{}", {})
    return reply.status, reply.body, reply.retry_after


async def test_what_is_sent_arrives_whole_and_the_reply_comes_back() -> None:
    came: list[bytes] = []

    async def answer(head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        came.extend((head, body))
        await says("429 Too Many Requests", b"later", "retry-after: 7\r\n")(head, body, writer)

    async with receiver(answer) as port:
        guard = _opened(port)
        reply = await guard.post(f"http://127.0.0.1:{port}/in?x=1", b"hello", {"a-name": "value"})
    assert came[0].startswith(b"POST /in?x=1 HTTP/1.1\r\n")
    assert came[1] == b"hello"
    lines = came[0].lower().split(b"\r\n")
    assert f"host: 127.0.0.1:{port}".encode() in lines
    assert b"a-name: value" in lines
    assert (reply.status, reply.body, reply.retry_after) == (429, b"later", "7")


async def test_a_redirect_is_not_followed() -> None:
    calls = 0

    async def answer(head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        await says("307 Temporary Redirect", b"", "location: /other\r\n")(head, body, writer)

    assert (await _to(answer))[0] == 307
    assert calls == 1


async def test_of_a_reply_that_never_ends_one_kibibyte_is_read() -> None:
    sent = 0

    async def answer(head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        del head, body
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n")
        for _ in range(1 << 14):
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    status, body, _ = await _to(answer)
    assert (status, len(body)) == (200, REPLY_BYTES_MAX)
    assert sent < 64 << 20, "the receiver could send on after nobody read any more"


async def test_a_reply_that_was_packed_is_not_unpacked() -> None:
    packed = b"\x1f\x8b" + b"\x00" * 20
    status, body, _ = await _to(says("200 OK", packed, "content-encoding: gzip\r\n"))
    assert (status, body) == (200, packed)


@pytest.mark.parametrize("drop_by_drop", [False, True])
async def test_a_receiver_that_answers_too_late_or_drop_by_drop_is_waited_for_no_longer(
    drop_by_drop: bool,
) -> None:
    async def answer(head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        del head, body
        for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" * drop_by_drop:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.1)
        await asyncio.sleep(5)

    began = asyncio.get_running_loop().time()
    with pytest.raises(Failed) as failed:
        await _to(answer)
    assert failed.value.failure is Failure.TIMEOUT
    assert asyncio.get_running_loop().time() - began < QUICK.total_seconds + 1


async def test_what_is_no_reply_is_broken_and_a_closed_port_unreachable() -> None:
    async def answer(head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        del head, body
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    with pytest.raises(Failed) as failed:
        await _to(answer)
    assert failed.value.failure is Failure.BROKEN
    async with receiver(says("200 OK")) as port:
        pass
    with pytest.raises(Failed) as failed:
        await _opened(port).post(f"http://127.0.0.1:{port}/", b"", {})
    assert failed.value.failure is Failure.UNREACHABLE


async def test_one_private_address_among_public_ones_is_enough_to_refuse_a_name() -> None:
    for found in (["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%lo"]):
        assert await _led(found) is Failure.NOT_PUBLIC, found
    assert await _led([]) is Failure.UNRESOLVED


async def _led(found: Sequence[str]) -> Failure | None:
    """Call a name that leads to these addresses, and say how that failed."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        del host, port
        return found

    try:
        await Outward(NOTHING, QUICK, resolve).post("https://hooks.example.com/", b"", {})
    except Failed as failed:
        return failed.failure
    return None


async def test_a_name_that_answers_otherwise_a_moment_later_leads_nowhere_else(
    tmp_path: Path,
) -> None:
    """It is asked once for a call, which goes to what was looked at; and anew for the next call."""
    server, client = certified(tmp_path, "hooks.example.com")
    names: list[bytes] = []

    async def answer(head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        names.append(head)
        await says("204 No Content")(head, body, writer)

    async with receiver(answer, server) as port:
        answers = [["127.0.0.1"], ["127.0.0.1"]]

        async def resolve(host: str, asked: int) -> Sequence[str]:
            assert (host, asked) == ("hooks.example.com", port)
            return answers.pop(0)

        opened = read_allowed(f"hooks.example.com:{port}")
        guard = Outward(opened, QUICK, resolve, client)
        url = f"https://hooks.example.com:{port}/in"
        assert (await guard.post(url, b"", {})).status == 204
        assert len(answers) == 1, "the name was asked a second time within one call"
        assert f"Host: hooks.example.com:{port}".encode() in names[0]
        # Without the operator's leave the very same name is refused the moment it turns inwards.
        closed = replace(guard, allowed=NOTHING)
        with pytest.raises(Failed) as failed:
            await closed.post(url, b"", {})
        assert failed.value.failure is Failure.NOT_PUBLIC
        assert len(names) == 1


async def test_a_certificate_for_another_name_or_of_nobody_known_is_refused(tmp_path: Path) -> None:
    server, client = certified(tmp_path, "other.example.com")

    async def resolve(host: str, port: int) -> Sequence[str]:
        del host, port
        return ["127.0.0.1"]

    for trusted in (client, ssl.create_default_context()):
        async with receiver(says("200 OK"), server) as port:
            allowed = Allowed(frozenset({("hooks.example.com", port)}))
            guard = Outward(allowed, QUICK, resolve, trusted)
            with pytest.raises(Failed) as failed:
                await guard.post(f"https://hooks.example.com:{port}/", b"", {})
            assert failed.value.failure is Failure.TLS


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await _to(says("200 OK")))[0] == 200
