"""What whoever owns the database can do to it, and how it is put back afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from running_instance import Instance


@contextmanager
def tampering(instance: Instance, *tables: str) -> Iterator[psycopg.Connection[Any]]:
    """Yield a superuser's connection; every row of these tables is as it was when it ends."""
    with psycopg.connect(instance.dsn.admin or "", autocommit=True) as conn:
        for table in tables:
            conn.execute(f"CREATE TABLE saved_{table} AS SELECT * FROM {table}".encode())
        try:
            yield conn
        finally:
            conn.execute("SET session_replication_role = replica")  # what points at them stays
            for table in tables:
                _restore(conn, table)
            conn.execute("SET session_replication_role = origin")


def _restore(conn: psycopg.Connection[Any], table: str) -> None:
    columns = conn.execute(
        "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
        " WHERE table_name = %s",
        [f"saved_{table}"],
    ).fetchone()
    names = columns[0] if columns else ""
    conn.execute(f"DELETE FROM {table}".encode())
    back = (
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM saved_{table}"
    )
    conn.execute(back.encode())
    conn.execute(f"DROP TABLE saved_{table}".encode())
