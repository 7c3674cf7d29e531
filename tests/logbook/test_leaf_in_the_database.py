"""The database computes the leaves that we compute: a COPY of events needs no round trip."""

import os

import psycopg

from waglan.logbook.leaf import SALT_BYTES, leaf_of
from waglan.store.dsn import Dsn

LEAF = "select sha256('\\x00'::bytea || sha256(%s::bytea || %s::bytea))"


def test_postgresql_computes_the_same_leaf(module_database: Dsn) -> None:
    with psycopg.connect(module_database.app) as conn:
        for event in (b"", b"{}", '{"a":"全棉T恤"}'.encode(), os.urandom(5000)):
            salt = os.urandom(SALT_BYTES)
            row = conn.execute(LEAF, [salt, event]).fetchone()
            assert row == (leaf_of(salt, event),)
