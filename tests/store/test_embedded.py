"""PostgreSQL that Waglan brings along."""

import psycopg

from waglan.store.dsn import Dsn


async def test_the_embedded_server_answers_and_is_durable(empty_database: Dsn) -> None:
    async with await psycopg.AsyncConnection.connect(empty_database.admin or "") as conn:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            row = await (await conn.execute(f"show {setting}".encode())).fetchone()
            assert row == ("on",)
