"""A backup put into an empty database, so that it can't fork the log and forgets what was erased.

The log goes on under a new name and a new key, always: nobody can rule out that more was signed
under the old ones than the backup holds, and a witness knows only what it was asked to cosign.

Everything happens in one transaction: a restore that was killed has left nothing. The files that
go with it (keys, the operator's new token) are written just before it commits; without the commit
they open nothing.
"""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.backup_stream import BackupReader, Head, LogAt
from waglan.gateway.first_start import let_operator_in
from waglan.gateway.keys import keep_vault, renew_checkpoint_key, vault_of
from waglan.gateway.sealed_file import Holder, Torn
from waglan.logbook.checkpoint import Checkpoint
from waglan.logbook.erasure_list import BadList, Entry, ErasureList, read_list
from waglan.logbook.note import VerifierKey
from waglan.logbook.sealed import Vault
from waglan.logbook.signing import PublicKey, Purpose
from waglan.logbook.tree import Frontier
from waglan.operations.open_origin import Opening, open_origin
from waglan.operations.reapply_erasure import reapply_erasure
from waglan.store import Transaction, dump, erasure, parties, refill
from waglan.store.dsn import Dsn
from waglan.store.erasure import Done
from waglan.store.migrate import Migration, packaged, prepare
from waglan.store.refused import Refused

RESTORED_AT = "%Y%m%dT%H%M%SZ"
Report = Callable[[str, int], None]  # the part that is under way, and the bytes of it that came


@dataclass(frozen=True, slots=True)
class Plan:
    """What to restore with; `seen` are verified checkpoints of the backup's log."""

    home: Path
    seen: tuple[Checkpoint, ...]
    now: datetime
    erasures: bytes | None = field(default=None, repr=False)
    base: str | None = None  # of the log's new name; None: of its old one


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of it."""

    head: Head
    rows: int
    key: VerifierKey  # the log's, under its new name
    old_key: Path | None  # where the key was put that lay in the home
    seen: Checkpoint | None  # the longest tree that anybody saw
    erasures: int
    listed_at: datetime | None  # when the list of erasures was made; None if none was given
    token_file: Path


def read_head(file: Path, holder: Holder) -> Head:
    """Return what a backup says of itself, before anything is restored."""
    try:
        with file.open("rb") as stream:
            return BackupReader(stream, holder).head
    except (Torn, OSError) as error:
        raise Refused(_torn(error)) from None


async def restore(dsn: Dsn, file: Path, holder: Holder, plan: Plan, report: Report) -> Restored:
    """Restore a backup whole, or refuse it and leave the database empty."""
    head = read_head(file, holder)
    vault = _vault(head, plan)
    listed = _listed(head, plan)
    known = await packaged()
    await prepare(dsn, _steps(head, known))
    async with refill.refilling(dsn) as tx:
        try:
            rows = await _fill(tx, file, holder, report)
        except (Torn, OSError) as error:
            raise Refused(_torn(error)) from None
        edge = await _checked(tx, head.log, plan.seen)
        origin = renamed(plan.base or head.log.origin, plan.now)
        seen = max(plan.seen, key=lambda one: one.size, default=None)
        await dump.go_on_counting(tx)
        await refill.open_again(tx, origin)
        again = await _forget(tx, vault, listed.entries if listed else (), plan.now)
        old = Checkpoint(head.log.origin, edge.size, edge.root)
        token_file = await _go_on(tx, Opening(origin, old, seen, head.taken_at), plan)
        key, old_key = renew_checkpoint_key(plan.home / "keys", origin)
    await prepare(dsn, known)
    listed_at = listed.at if listed else None
    return Restored(head, rows, key, old_key, seen, again, listed_at, token_file)


def _steps(head: Head, known: tuple[Migration, ...]) -> tuple[Migration, ...]:
    """The schema as it was when the backup was taken; what is newer comes after the rows."""
    for (number, name, digest), step in zip(head.schema, known, strict=False):
        if sha256(step.text.encode()).hexdigest() != digest:
            raise Refused(_schema(number, name))
    if len(head.schema) > len(known):
        number, name, _ = head.schema[len(known)]
        raise Refused(_schema(number, name))
    return known[: len(head.schema)]


def _vault(head: Head, plan: Plan) -> Vault:
    """The vault that opens the backup's names and messages: in the home, else in the backup."""
    kept = vault_of(plan.home / "keys")
    if kept is not None and kept.id == head.vault_id:
        return kept
    if head.vault is not None and kept is None:
        return keep_vault(plan.home / "keys", head.vault)
    raise Refused(_other_vault(head.vault_id, "none" if kept is None else kept.id))


def _listed(head: Head, plan: Plan) -> ErasureList | None:
    if plan.erasures is None:
        return None
    key = PublicKey(Purpose.ERASURE_LIST, base64.b64decode(head.erasure_key))
    try:
        return read_list(plan.erasures, key)
    except BadList as error:
        raise Refused(_bad_list(error)) from None


async def _fill(tx: Transaction, file: Path, holder: Holder, report: Report) -> int:
    with file.open("rb") as stream:
        reader = BackupReader(stream, holder)
        await refill.make_months(tx, reader.head.months)
        counts: list[int] = []
        for part, blocks in reader.parts():
            report(part.table, 0)
            counts.append(await dump.into(tx, part, blocks))
        manifest = reader.manifest
    if manifest is None or counts != [count.rows for count in manifest.parts]:
        raise Torn("the database took another number of rows than the backup holds")
    return sum(counts)


async def _checked(tx: Transaction, log: LogAt, seen: Sequence[Checkpoint]) -> Frontier:
    """The restored tree, worked out again: equal to the backup's, and grown from what was seen."""
    edge = Frontier()
    short = sorted({(s.size, s.root) for s in seen if s.size <= log.size})
    try:
        async for leaves in refill.leaf_hashes(tx):
            for size, root in short:
                ends_here = edge.size < size <= edge.size + len(leaves)
                if ends_here and edge.append(leaves[: size - edge.size])[0].root != root:
                    raise Refused(_fork(log.origin, size))
            edge, _ = edge.append(leaves)
    except LookupError:
        raise Refused(_log_differs(log)) from None
    altered = await refill.altered(tx)
    if edge.size != log.size or edge.root.hex() != log.root or altered != refill.Altered(0, 0):
        raise Refused(_log_differs(log))
    return edge


def renamed(origin: str, now: datetime) -> str:
    """Return a name that no log had: `…/log` becomes `…/log/20261129T233319Z`, and that the next.

    The time tells apart what several homes restore from one backup, of which none knows the others.
    """
    base = re.sub(r"/[0-9]{8}T[0-9]{6}Z\Z", "", origin)
    return f"{base}/{now.astimezone(UTC).strftime(RESTORED_AT)}"


async def _forget(tx: Transaction, vault: Vault, listed: Sequence[Entry], now: datetime) -> int:
    """Put the backup through every erasure again: its own, and those that came after it."""
    ours = await parties.operator(tx)
    known = {str(done.erasure): (done, targets) for done, targets in await erasure.every(tx)}
    for entry in listed:
        if entry.erasure not in known and ours is not None:
            known[entry.erasure] = (_done(entry, ours[0]), entry.targets)
    for done, targets in known.values():
        await reapply_erasure(tx, vault, done, targets, now=now)
    return len(known)


def _done(entry: Entry, org: int) -> Done:
    id_ = UUID(entry.erasure)
    return Done(id_, org, entry.kind, entry.rule, entry.erased_at, 0, 0, 0, 0, ())


async def _go_on(tx: Transaction, opening: Opening, plan: Plan) -> Path:
    """Tell of the new name, and let the operator in again; return his token's file."""
    operator = await parties.operator(tx)
    if operator is None:
        raise Refused(_torn(Torn("the backup has no operator")))
    await open_origin(tx, operator[1], opening, now=plan.now)
    file = await let_operator_in(tx, plan.home, now=plan.now)
    if file is None:
        raise RuntimeError("the operator who was just found is gone")
    return file


def _torn(error: Exception) -> Finding:
    return Finding("RESTORE-TORN", Severity.ERROR, Where("restore/file"), {"reason": str(error)})


def _schema(number: int, name: str) -> Finding:
    return Finding(
        "RESTORE-SCHEMA", Severity.ERROR, Where("restore/schema"), {"number": number, "name": name}
    )


def _other_vault(wanted: str, found: str) -> Finding:
    return Finding(
        "RESTORE-VAULT", Severity.ERROR, Where("restore/vault"), {"wanted": wanted, "found": found}
    )


def _bad_list(error: BadList) -> Finding:
    return Finding(
        "RESTORE-ERASURES", Severity.ERROR, Where("restore/erasures"), {"reason": str(error)}
    )


def _fork(origin: str, size: int) -> Finding:
    return Finding(
        "RESTORE-FORK", Severity.ERROR, Where("restore/log"), {"origin": origin, "size": size}
    )


def _log_differs(log: LogAt) -> Finding:
    return Finding(
        "RESTORE-LOG",
        Severity.ERROR,
        Where("restore/log"),
        {"origin": log.origin, "size": log.size},
    )
