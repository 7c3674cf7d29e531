"""One connection outside the pools, for whoever prepares or examines the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg.conninfo import make_conninfo

from waglan.codes.finding import Finding, Severity, Where
from waglan.store import Transaction
from waglan.store.refused import Refused

CONNECT_SECONDS_MAX = 10


@asynccontextmanager
async def reached(
    conninfo: str, where: str, *, autocommit: bool = False
) -> AsyncIterator[Transaction]:
    """Hold a connection inside the block, or say why there is none; `where` is for people."""
    limited = make_conninfo(conninfo, connect_timeout=CONNECT_SECONDS_MAX)
    try:
        conn = await psycopg.AsyncConnection.connect(limited, autocommit=autocommit)
    except psycopg.OperationalError as error:
        raise Refused(_unreachable(where, " ".join(str(error).split()))) from error
    async with conn:
        yield conn


def _unreachable(where: str, reason: str) -> Finding:
    return Finding(
        "STORE-UNREACHABLE",
        Severity.ERROR,
        Where("database/dsn"),
        {"where": where, "reason": reason},
    )
