"""What PostgreSQL's processes cost, from /proc: the postmaster, its children, and those gone."""

import os
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def postmaster(data: Path) -> int:
    """Return the process id of the server that runs on this data directory."""
    return int((data / "postmaster.pid").read_text().split()[0])


def cpu_s(pid: int) -> float:
    """Return user and system seconds of a server so far.

    The postmaster's own line counts the children that it has seen end; the living are added.
    """
    return sum(_ticks(one) for one in _family(pid)) / _TICKS_PER_SECOND


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return [pid, *(int(child) for child in children.read_text().split())]


def _ticks(pid: int) -> int:
    try:
        # The name of the process may hold spaces, so that we count from behind it.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # it ended between the two looks, and its parent counts it
        return 0
    user, system, user_gone, system_gone = (int(ticks) for ticks in fields[11:15])
    return user + system + user_gone + system_gone
