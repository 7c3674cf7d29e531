"""What fails by our own fault is told its sender in the end, and takes nothing else with it."""

from collections.abc import Awaitable, Callable

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.instruction import Instruction
from waglan.manifest.model import Part
from waglan.messages.envelope import Contents
from waglan.store import NoDatabase, Transaction, is_gone

FAULT = "MESSAGE-NOT-WORKED-OFF"


def own_fault(where: Where) -> Finding:
    """Return that what stands there was not worked off, though nothing may be wrong with it."""
    return Finding("MESSAGE-NOT-WORKED-OFF", Severity.ERROR, where, {})


async def attempt(tx: Transaction, do: Callable[[], Awaitable[None]]) -> Exception | None:
    """Do a piece of a transaction, whole or not at all; return what kept it from being done."""
    try:
        async with tx.transaction():
            await do()
    except Exception as error:
        if isinstance(error, NoDatabase) and is_gone(error):
            raise
        return error
    return None


def named(content: Contents) -> str:
    """Return the number by which a sender knows his document."""
    if isinstance(content, Part):
        return content.head.document
    return content.number if isinstance(content, Instruction) else content.document
