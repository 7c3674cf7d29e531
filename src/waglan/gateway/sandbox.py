"""Files of others are read in a process of their own that can do nothing but read and answer.

It starts with an empty environment and no open files but its two pipes. It has limits on memory,
time and files; where the kernel has Landlock it can open no path at all, and where it was started
by root it is another user. Whatever happens to it, whoever asked gets an answer.
"""

import resource
import subprocess
import sys
from collections.abc import Callable
from typing import Final

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.ground import GroundFile, GroundRead
from waglan.messages.sheet.cell import Sheet

MEMORY_BYTES_MAX: Final = 1 << 30
CPU_SECONDS_MAX: Final = 20
WALL_SECONDS_MAX: Final = 60
ANSWER_BYTES_MAX: Final = 256 << 20
_encode = msgspec.msgpack.Encoder().encode


class Level(msgspec.Struct, frozen=True):
    """How far the process is shut in: limits always, the rest where the machine has it."""

    landlock: bool
    other_user: bool

    @property
    def words(self) -> str:
        """The level in one line, for an operator."""
        parts = ["limits", *(["Landlock"] if self.landlock else [])]
        return ", ".join([*parts, *(["another user"] if self.other_user else [])])


def read_xlsx(data: bytes) -> Sheet:
    """Return the rows of a workbook, read where it can do no harm."""
    answer = _ask("xlsx", data)
    if answer is None:
        return Sheet([], (Finding("SHEET-TOO-MUCH-WORK", Severity.ERROR, Where("file"), {}),))
    return _sheet(answer)


def read_ground(file: GroundFile) -> GroundRead:
    """Return what an authority's file says, read where it can do no harm."""
    answer = _ask("ground", _encode(file))
    if answer is None:
        return GroundRead((Finding("GROUND-TOO-MUCH-WORK", Severity.ERROR, Where("file"), {}),))
    return _ground(answer)


def level() -> Level | None:
    """Return how far the process is shut in on this machine; None where it does not start."""
    answer = _ask("level", b"")
    return None if answer is None else _level(answer)


def started(what: str) -> "subprocess.Popen[bytes]":
    """Start a process that is shut in before it reads anything."""
    return subprocess.Popen(
        [sys.executable, "-I", "-m", "waglan.gateway.sandboxed", what],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        close_fds=True,
    )


def _ask(what: str, data: bytes) -> bytes | None:
    """Return the answer of a fresh process; None if it died, was killed, or said too much."""
    process = started(what)
    try:
        answer, _ = process.communicate(data, timeout=WALL_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None
    return answer if process.returncode == 0 and len(answer) <= ANSWER_BYTES_MAX else None


def limit(*, cpu_seconds: int | None = CPU_SECONDS_MAX) -> None:
    """Set the limits of this process for good; it is the child that calls it."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES_MAX),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        if most is None:
            continue
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


_sheet: Callable[[bytes], Sheet] = msgspec.msgpack.Decoder(Sheet).decode
_ground: Callable[[bytes], GroundRead] = msgspec.msgpack.Decoder(GroundRead).decode
_level: Callable[[bytes], Level] = msgspec.msgpack.Decoder(Level).decode
encode: Callable[[msgspec.Struct], bytes] = _encode
