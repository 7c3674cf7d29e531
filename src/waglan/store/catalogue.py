"""What a database's schema is, as text that can be compared with another's."""

from waglan.codes.data import read
from waglan.store import Transaction

QUERY = read("store/catalogue.sql")


async def catalogue(tx: Transaction) -> dict[str, str]:
    """Return the definition of everything in the schema, by kind and name.

    Two databases with equal catalogues hold the same tables, columns, types, defaults,
    constraints, indexes, policies, grants, functions, triggers and owners.
    """
    await tx.execute("set local search_path = pg_catalog")
    rows = await tx.execute(QUERY.encode())
    return {f"{kind} {name}": str(definition) for kind, name, definition in await rows.fetchall()}
