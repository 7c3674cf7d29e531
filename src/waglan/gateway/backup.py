"""A backup: one snapshot of every table, sealed to a key that need not lie on this machine."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.backup_stream import FORM, BackupWriter, Head, LogAt, Manifest
from waglan.gateway.keys import Keys, erasure_list_key
from waglan.gateway.sealed_file import Recipient, put, swept
from waglan.logbook.erasure_list import FORM as LIST_FORM
from waglan.logbook.erasure_list import (
    LIST_BYTES_MAX,
    BadList,
    Entry,
    ErasureList,
    read_list,
    sign_list,
)
from waglan.logbook.signing import PublicKey
from waglan.store import Transaction, dump, erasure, log
from waglan.store.connect import Pool, snapshot, transaction
from waglan.store.refused import Refused

Report = Callable[[str, int], None]  # the part that is under way, and the bytes written of it


@dataclass(frozen=True, slots=True)
class Plan:
    """What to back up, for whom; the vault's secret goes in only when it was asked for."""

    keys: Keys = field(repr=False)
    home: Path
    to: Recipient
    now: datetime
    with_vault: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What was written."""

    head: Head
    manifest: Manifest


async def back_up(pool: Pool, file: Path, plan: Plan, report: Report) -> Taken:
    """Write the backup whole or not at all; the instance goes on working meanwhile."""
    swept(file.parent)
    async with snapshot(pool) as tx:
        head = await _head(tx, plan)
        with put(file) as out:
            writer = BackupWriter(out, plan.to, head)
            for part in await dump.parts(tx):
                writer.begin(part)
                size = 0
                async for block in dump.out(tx, part):
                    writer.rows(block)
                    size += len(block)
                    report(part.table, size)
                writer.end(part, await dump.rows_of(tx, part))
            manifest = writer.close()
    return Taken(head, manifest)


async def _head(tx: Transaction, plan: Plan) -> Head:
    head, signed = await log.head(tx), await log.checkpoint(tx)
    note = None if signed is None else (signed.note + b"".join(signed.cosignatures)).decode()
    return Head(
        form=FORM,
        waglan=version("waglan"),
        postgresql=await dump.server_version(tx),
        taken_at=plan.now.isoformat(),
        schema=await dump.steps(tx),
        months=await dump.months(tx),
        log=LogAt(
            origin=head.origin,
            size=head.size,
            root=head.frontier.root.hex(),
            key=plan.keys.checkpoint.verifier.text,
            checkpoint=note,
        ),
        vault_id=plan.keys.vault.id,
        vault=plan.keys.vault.secret if plan.with_vault else None,
        erasure_key=base64.b64encode(erasure_list_key(plan.home / "keys").public.public).decode(),
    )


async def export_erasures(pool: Pool, file: Path, plan: Plan) -> int:
    """Write the signed list of all erasures; return how many. Keep it apart from the backups.

    It takes the place of an earlier list of this instance, and of nothing else.
    """
    async with transaction(pool, None) as tx:
        origin = (await log.head(tx)).origin
        every = await erasure.every(tx)
    entries = [
        Entry(str(done.erasure), done.kind, done.rule, done.erased_at, targets)
        for done, targets in every
    ]
    content = ErasureList(LIST_FORM, origin, plan.now, entries)
    key = erasure_list_key(plan.home / "keys")
    if file.exists() and not _is_earlier(file, entries, key.public):
        place = Where("backup/erasures")
        raise Refused(Finding("BACKUP-OTHER-LIST", Severity.ERROR, place, {"file": str(file)}))
    with put(file, replaces=True) as out:
        out.write(sign_list(content, key))
    return len(entries)


def _is_earlier(file: Path, entries: Sequence[Entry], key: PublicKey) -> bool:
    """Whether a list of ours lies here that says nothing which the new one leaves out."""
    if file.stat().st_size > LIST_BYTES_MAX:
        return False
    try:
        before = read_list(file.read_bytes(), key)
    except BadList:
        return False
    known = {one.erasure: one for one in entries}
    return all(known.get(one.erasure) == one for one in before.entries)
