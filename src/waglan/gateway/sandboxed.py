"""The process that files of others are read in: it shuts itself in before it reads a byte."""

import codecs
import ctypes
import os
import sys

import msgspec

from waglan.gateway.sandbox import Level, encode, limit
from waglan.messages.sheet.columns import columns, key_of
from waglan.messages.sheet.xlsx import read_xlsx

NOBODY = 65534
# Python finds a codec in a file, and soon no file is to be opened; archives name members in these.
CODECS = ("utf-8", "cp437", "ascii", "latin-1", "utf-16")
# Landlock's numbers, the same on every architecture (linux/landlock.h, unistd.h).
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_ASK_VERSION = 1
_NO_NEW_PRIVILEGES = 38
# Every right on files that the first version knows; a kernel with less refuses, one with more asks.
_FILE_RIGHTS = (1 << 13) - 1


def main() -> None:
    """Read what standard input has, and answer on standard output."""
    what = sys.argv[1]
    if what == "tables":
        _answer_tables()
        return
    if what == "ground":
        _answer_ground()
        return
    for codec in CODECS:
        codecs.lookup(codec)
    key_of(next(iter(columns())))  # reads the file of our headings, once and for all
    limit()
    level = Level(landlock=_no_files(), other_user=_nobody())
    data = sys.stdin.buffer.read()
    answer = encode(level if what == "level" else read_xlsx(data))
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _answer_ground() -> None:
    """Read one file of an authority, with what is to stand beside it."""
    from waglan.elock.ground import GroundFile, read_ground

    codecs.lookup("utf-8-sig")
    decode = msgspec.msgpack.Decoder(GroundFile).decode
    limit()
    _no_files()
    _nobody()
    sys.stdout.buffer.write(encode(read_ground(decode(sys.stdin.buffer.read()))))
    sys.stdout.buffer.flush()


def _answer_tables() -> None:
    """Go on answering; each question has a time of its own, so all together have none."""
    from waglan.gateway.tables_asked import prepared

    answer_all = prepared()
    limit(cpu_seconds=None)
    _no_files()
    _nobody()
    answer_all(sys.stdin.buffer, sys.stdout.buffer)


def _no_files() -> bool:
    """Give up the right to open any path, where the kernel can take it away."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION) < 1:
        return False
    rights = ctypes.c_uint64(_FILE_RIGHTS)
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.byref(rights), ctypes.sizeof(rights), 0)
    if ruleset < 0:
        return False
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return bool(done)


def _nobody() -> bool:
    """Become another user, where this process was started by root."""
    if os.getuid() != 0:
        return False
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    return os.getuid() == NOBODY


if __name__ == "__main__":
    main()
