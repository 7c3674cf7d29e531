"""Is it alive, may it promise anything, and how is it doing."""

from contextlib import suppress
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from pydantic import BaseModel

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.cosigning import halted
from waglan.gateway.http.described import gives
from waglan.gateway.http.door import TheKit
from waglan.gateway.http.problem import FindingView, language, view
from waglan.gateway.kit import Kit
from waglan.logbook.audit import edge_differs
from waglan.store import NoDatabase, Transaction, figures, log, partitions, witnesses
from waglan.store.connect import durable, only_open, transaction

router = APIRouter(tags=["operation"])

LAG_MAX = timedelta(seconds=10)

LOG_SIZE = Gauge("waglan_log_size", "Events that have their number in the log")
LOG_LAG = Gauge(
    "waglan_log_lag_seconds",
    "How long the oldest event without a number waits, or since the sequencer last looked",
)
UNSIGNED = Gauge("waglan_log_unsigned_events", "Numbered events under no signed checkpoint yet")
SIGNED_AGE = Gauge("waglan_log_signed_age_seconds", "Age of the newest signed checkpoint")
COSIGNATURES = Gauge("waglan_log_cosignatures", "Witnesses under the newest checkpoint")
HALTED = Gauge("waglan_log_halted", "1: a witness knows another history, nothing is signed")
# By whom and how a bill was decided is no filer's business before a notice, nor are counts of it.
WORK = Gauge("waglan_work", "Pieces of work since the beginning", ["outcome", "kind"])
MESSAGES = Gauge("waglan_messages", "Messages worked off since the beginning", ["state"])
TRIP_PARTITIONS = Gauge("waglan_trip_partitions", "Partitions of trips by whether held", ["state"])
TRIP_WORKERS = Gauge("waglan_trip_workers", "Processes that judge trips under way")
TRIP_LAG = Gauge(
    "waglan_trip_lag_seconds", "Since when the partition that waits longest was not worked off"
)
POOL = Gauge("waglan_pool_connections", "Connections of this process", ["state"])
POOL_WAITING = Gauge("waglan_pool_waiting", "Requests that wait for a connection")


class ReadyView(BaseModel):
    """Whether acknowledgements may be given, and what stands against it."""

    ready: bool
    findings: list[FindingView]
    log_size: int | None
    log_lag_seconds: float | None


@router.get("/healthz", response_class=PlainTextResponse)
async def alive() -> str:
    """Say that the process answers."""
    return "alive\n"


@router.get(
    "/readyz",
    response_model=ReadyView,
    responses={503: {"model": ReadyView, "description": "Not ready; the findings say why."}},
)
async def ready(
    kit: TheKit, response: Response, accept_language: Annotated[str | None, Header()] = None
) -> ReadyView:
    """Say whether what is acknowledged now would survive a power cut; 503 if not."""
    try:
        async with transaction(kit.pools.app, None) as tx:
            findings = await durable(tx)
            head = await log.head(tx)
            findings += [halted(halt) for halt in await witnesses.halts(tx)]
        await only_open(kit.pools)  # whoever asks after this must not meet a closed one
    except (NoDatabase, LookupError) as error:
        response.status_code = 503
        gone = Finding("HTTP-NO-DATABASE", Severity.ERROR, Where("database"), {})
        why = edge_differs(Severity.ERROR) if isinstance(error, log.TornLog) else gone
        told = view([why], language(accept_language))
        return ReadyView(ready=False, findings=told, log_size=None, log_lag_seconds=None)
    if head.is_mended:
        findings.append(edge_differs(Severity.WARNING))
    lag = None if head.sequenced_at is None else kit.clock() - head.sequenced_at
    findings += keeps_up(lag)
    fit = all(finding.severity is not Severity.ERROR for finding in findings)
    response.status_code = 200 if fit else 503
    return ReadyView(
        ready=fit,
        findings=view(findings, language(accept_language)),
        log_size=head.size,
        log_lag_seconds=None if lag is None else lag.total_seconds(),
    )


def keeps_up(lag: timedelta | None) -> list[Finding]:
    """Return why nobody can say that what is acknowledged gets its number; None: none looked yet.

    A log that was just begun has nothing to lag behind, but no sequencer either that is known to
    work: an instance is not ready before one has looked.
    """
    if lag is None:
        return [Finding("HTTP-LOG-NOT-BEGUN", Severity.ERROR, Where("log"), {})]
    if lag > LAG_MAX:
        return [Finding("HTTP-LOG-LAGS", Severity.ERROR, Where("log"), {})]
    return []


@router.get("/metrics", responses=gives("text/plain"), response_class=Response)
async def metrics(kit: TheKit) -> Response:
    """Give the figures of this instance for Prometheus; no name, key or number of any cargo."""
    _pools(kit)
    with suppress(NoDatabase, LookupError):
        async with transaction(kit.pools.app, None) as tx:
            await _log(tx, kit)
            await _trips(tx, kit)
            for (name, label), value in (await figures.all_figures(tx)).items():
                if name == "messages":
                    MESSAGES.labels(label).set(value)
                else:
                    WORK.labels(name, label).set(value)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _log(tx: Transaction, kit: Kit) -> None:
    head, signed = await log.head(tx), await log.checkpoint(tx)
    LOG_SIZE.set(head.size)
    HALTED.set(bool(await witnesses.halts(tx)))
    UNSIGNED.set(head.size - (0 if signed is None else signed.size))
    if head.sequenced_at is not None:
        LOG_LAG.set((kit.clock() - head.sequenced_at).total_seconds())
    if signed is not None:
        SIGNED_AGE.set((kit.clock() - signed.signed_at).total_seconds())
        COSIGNATURES.set(len(signed.cosignatures))


async def _trips(tx: Transaction, kit: Kit) -> None:
    found = await partitions.judging(tx, now=kit.clock())
    TRIP_PARTITIONS.labels("held").set(found.held)
    TRIP_PARTITIONS.labels("free").set(found.partitions - found.held)
    TRIP_WORKERS.set(found.workers)
    if found.lag_s is not None:
        TRIP_LAG.set(found.lag_s)


def _pools(kit: Kit) -> None:
    # Together: that officers are at work just now is theirs to know.
    stats = [pool.get_stats() for pool in (kit.pools.app, kit.pools.authority)]
    free = sum(one.get("pool_available", 0) for one in stats)
    POOL.labels("free").set(free)
    POOL.labels("busy").set(sum(one.get("pool_size", 0) for one in stats) - free)
    POOL_WAITING.set(sum(one.get("requests_waiting", 0) for one in stats))
