"""Is it alive, may it promise anything, and how is it doing."""

from datetime import timedelta

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from pydantic import BaseModel

from waglan.codes.finding import Severity
from waglan.gateway.http.door import TheKit
from waglan.gateway.http.problem import FindingView, view
from waglan.store import NoDatabase, log
from waglan.store.connect import durable, transaction

router = APIRouter(tags=["operation"])

LAG_MAX = timedelta(seconds=10)

LOG_SIZE = Gauge("waglan_log_size", "Events that have their number in the log")
LOG_LAG = Gauge("waglan_log_lag_seconds", "Time since the sequencer last looked")


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


@router.get("/readyz", response_model=ReadyView)
async def ready(kit: TheKit, response: Response) -> ReadyView:
    """Say whether what is acknowledged now would survive a power cut; 503 if not."""
    try:
        async with transaction(kit.pools.app, None) as tx:
            findings = await durable(tx)
            head = await log.head(tx)
    except (NoDatabase, LookupError):
        response.status_code = 503
        return ReadyView(ready=False, findings=[], log_size=None, log_lag_seconds=None)
    lag = None if head.sequenced_at is None else kit.clock() - head.sequenced_at
    fit = all(finding.severity is not Severity.ERROR for finding in findings)
    fit = fit and lag is not None and lag <= LAG_MAX
    response.status_code = 200 if fit else 503
    return ReadyView(
        ready=fit,
        findings=view(findings, "en"),
        log_size=head.size,
        log_lag_seconds=None if lag is None else lag.total_seconds(),
    )


@router.get("/metrics", response_class=Response)
async def metrics(kit: TheKit) -> Response:
    """Give the figures of this instance for Prometheus; no name, key or number of any cargo."""
    async with transaction(kit.pools.app, None) as tx:
        head = await log.head(tx)
    LOG_SIZE.set(head.size)
    if head.sequenced_at is not None:
        LOG_LAG.set((kit.clock() - head.sequenced_at).total_seconds())
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
