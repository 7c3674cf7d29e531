"""The keys that a database was kept with, and no others.

A folder that is empty (a mount that did not come, another machine) looks as it does at the very
first start. Only the database knows better: keys are made for one in which nothing is kept yet.
"""

from pathlib import Path

from waglan.codes.finding import Finding, Severity
from waglan.gateway.keys import (
    CHECKPOINT,
    HERE,
    NEEDED,
    VAULT,
    Keys,
    kept_keys,
    key_gone,
    keys,
)
from waglan.logbook.note import Algorithm, VerifierKey, claims, read_note
from waglan.logbook.sealed import Unreadable, Vault
from waglan.store import Transaction
from waglan.store.connect import Pool, transaction
from waglan.store.kept_with import KeptWith, begin, kept_with, sealed, take_vault
from waglan.store.refused import Refused


async def first_or_known_keys(pool: Pool, folder: Path, origin: str) -> Keys:
    """Return the keys, made now for a database in which nothing is kept; begin its log then."""
    async with transaction(pool, None) as tx:
        if await kept_with(tx) is None:
            made = keys(folder, origin)
            # The name that its key bears, so that it can sign for it.
            await begin(tx, made.checkpoint.verifier.name, made.vault.id)
    held = await known_keys(pool, folder)
    async with transaction(pool, None) as tx:
        await take_vault(tx, held.vault.id)
    return held


async def known_keys(pool: Pool, folder: Path) -> Keys:
    """Return the keys that fit what is kept; refuse missing and other ones, and make none."""
    async with transaction(pool, None) as tx:
        wrong = await wrong_keys(tx, folder)
    if wrong:
        raise Refused(wrong[0])
    return kept_keys(folder)


async def wrong_keys(tx: Transaction, folder: Path) -> list[Finding]:
    """Find what of the keys is missing, damaged, or of another database; change nothing."""
    kept = await kept_with(tx)
    if kept is None:
        return []
    gone = [key_gone(folder / name) for name in NEEDED if not (folder / name).is_file()]
    if gone:
        return gone
    try:
        held = kept_keys(folder)
    except Refused as refused:
        return [refused.finding]
    found = []
    if not _signed(kept, held.checkpoint.verifier):
        found.append(_other(folder / CHECKPOINT, _last_signer(kept), held.checkpoint.verifier.text))
    if not await _seals(tx, kept, held.vault):
        found.append(_other(folder / VAULT, kept.vault or "?", held.vault.id))
    return found


def _signed(kept: KeptWith, key: VerifierKey) -> bool:
    if key.name != kept.origin:
        return False
    return kept.note is None or any(
        signer.verifies(signature.data, read_note(kept.note).text.encode())
        for signer, signature in claims(read_note(kept.note), [key], Algorithm.NOTE)
    )


def _last_signer(kept: KeptWith) -> str:
    signed = () if kept.note is None else read_note(kept.note).signatures
    ours = [f"{one.name}+{one.key_id.hex()}" for one in signed if one.name == kept.origin]
    return next(iter(ours), kept.origin)


async def _seals(tx: Transaction, kept: KeptWith, vault: Vault) -> bool:
    if kept.vault is not None:
        return vault.id == kept.vault
    some = await sealed(tx)
    return not some or any(_opens(vault, *one) for one in some)


def _opens(vault: Vault, salt: bytes, data: bytes) -> bool:
    try:
        vault.open(salt, data)
    except Unreadable:
        return False
    return True


def _other(path: Path, wanted: str, found: str) -> Finding:
    return Finding(
        "CLI-KEY-OTHER",
        Severity.ERROR,
        HERE,
        {"path": str(path), "wanted": wanted, "found": found},
    )
