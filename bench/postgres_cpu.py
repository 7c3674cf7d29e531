"""What processes cost, from /proc: one, its children, and those gone."""

import os
from collections import defaultdict
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# Its folder is not there any more, or is only just there.
_GONE = (FileNotFoundError, ProcessLookupError)


def postmaster(data: Path) -> int:
    """Return the process id of the server that runs on this data directory."""
    return int((data / "postmaster.pid").read_text().split()[0])


def cpu_s(pid: int, *, alone: bool = False) -> float:
    """Return user and system seconds of a process with its children so far.

    Its own line counts the children that it has seen end; the living are added, or not if `alone`.
    """
    return sum(map(_ticks, [pid] if alone else _family(pid))) / _TICKS_PER_SECOND


def by_role(pid: int) -> dict[str, float]:
    """Return the seconds of a server's living processes by the role that is logged in.

    What the server does for all stands under "others".
    """
    found = defaultdict[str, float](float)
    for one in _family(pid):
        words = _title(one).split()  # postgres: role database [local] idle
        role = words[1] if len(words) > 3 and words[1].startswith("waglan") else "others"
        found[role] += _ticks(one) / _TICKS_PER_SECOND
    return found


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except _GONE:
        return ""


def children(pid: int) -> list[int]:
    """Return the processes that a process's first thread began and that live."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _family(pid: int) -> list[int]:
    return [pid, *children(pid)]


def _ticks(pid: int) -> int:
    try:
        # The name of the process may hold spaces, so that we count from behind it.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except _GONE:  # it ended between the two looks, and its parent counts it
        return 0
    user, system, user_gone, system_gone = (int(ticks) for ticks in fields[11:15])
    return user + system + user_gone + system_gone
