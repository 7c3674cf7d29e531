"""Counters of the engine's work, kept so that the interface's process can show them."""

from collections.abc import Mapping, Sequence

from waglan.store import Transaction


async def count(
    tx: Transaction, figures: Mapping[tuple[str, str], int], messages: Sequence[int]
) -> None:
    """Add to counters by name and label; of messages, what became of each is counted."""
    await tx.execute(
        """
        INSERT INTO figure (name, label, value)
        SELECT n, l, v FROM unnest(%s::text[], %s::text[], %s::int8[]) AS given (n, l, v)
        UNION ALL
        SELECT 'messages', state, count(*) FROM outcome WHERE message_id = ANY (%s) GROUP BY state
        ON CONFLICT (name, label) DO UPDATE SET value = figure.value + excluded.value
        """,
        [
            [name for name, _ in figures],
            [label for _, label in figures],
            [*figures.values()],
            [*messages],
        ],
    )


async def all_figures(tx: Transaction) -> dict[tuple[str, str], int]:
    """Return every counter by name and label."""
    rows = await tx.execute("SELECT name, label, value FROM figure")
    return {(name, label): value for name, label, value in await rows.fetchall()}
