"""The application: every route of the interface, and the hot ones beside it."""

import asyncio
from importlib.metadata import version
from typing import Any, Final

from fastapi import Depends, FastAPI
from starlette.routing import Route

from waglan.gateway.http import (
    access,
    acts,
    addresses,
    alarms,
    back_tests,
    bundlings,
    calls,
    checkpoints,
    checks,
    customs_calls,
    declared_bills,
    desk,
    documents,
    draft_files,
    drafts,
    editions,
    equipment_events,
    erasures,
    filing,
    filing_desk,
    grants,
    grounds,
    health,
    hit_rates,
    link_page,
    locks,
    looks,
    me,
    messages,
    notices,
    openings,
    partners,
    people,
    problem,
    sign_in,
    sites,
    statements,
    tables,
    tracking,
    trips,
    webhooks,
    worklist,
)
from waglan.gateway.http.bounded import Bounded
from waglan.gateway.http.csv_lists import CsvLists, describe_lists
from waglan.gateway.http.described import call_id, described
from waglan.gateway.http.docs_page import page
from waglan.gateway.http.limited import Limited
from waglan.gateway.http.observed import Observed
from waglan.gateway.http.queried import known_alone
from waglan.gateway.kit import Kit
from waglan.gateway.tiles import FetchTile, GetCheckpoint, log_routes
from waglan.gateway.tokens import LINK_PAGE
from waglan.logbook.tree import TileId
from waglan.store import log
from waglan.store.connect import transaction

DESCRIPTION = """
One place where carriers, forwarders, terminals, customs and banks see the same cargo, each what
they may see. Every acknowledgement means: kept durably. Every event is in a log that anyone can
verify.
"""


def application(kit: Kit) -> FastAPI:
    """Return the application of one running instance."""
    app = describe()
    app.state.kit = kit
    app.state.check_turns = asyncio.Semaphore(checks.AT_ONCE_MAX)
    # As routes of its own: a mount at the root would answer whatever is asked with a wrong method.
    app.router.routes.extend(log_routes(*_log(kit)))
    return app


# In the order of the document.
_MODULES: Final = (
    messages,
    equipment_events,
    checks,
    tracking,
    calls,
    customs_calls,
    desk,
    declared_bills,
    tables,
    acts,
    worklist,
    notices,
    hit_rates,
    back_tests,
    access,
    sign_in,
    me,
    looks,
    people,
    grants,
    erasures,
    locks,
    bundlings,
    openings,
    trips,
    alarms,
    checkpoints,
    grounds,
    editions,
    sites,
    drafts,
    draft_files,
    filing,
    filing_desk,
    addresses,
    health,
    statements,
)


def describe() -> FastAPI:
    """Return the application without an instance behind it: for its OpenAPI document."""
    app = FastAPI(
        title="Waglan",
        version=version("waglan"),
        summary="An open port community system",
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,  # FastAPI's page would fetch programs from somewhere else: ours is below
        redoc_url=None,
        generate_unique_id_function=call_id,
    )
    problem.handle(app)
    app.add_middleware(CsvLists)
    app.add_middleware(Bounded)
    app.add_middleware(Limited)
    app.add_middleware(Observed)  # outermost: it sees what is answered before a route is found
    more = (desk.listing, documents.router, documents.templates, partners.router, webhooks.router)
    for router in (*(module.router for module in _MODULES), *more):
        describe_lists(router)
        # What watches an instance may hang anything on these addresses.
        asks = [] if router is health.router else [Depends(known_alone)]
        app.include_router(router, dependencies=asks)
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = described(plain())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    app.router.routes.append(Route("/docs", page(openapi), methods=["GET"]))
    app.router.routes.append(Route(LINK_PAGE, link_page.serve, methods=["GET"]))
    return app


def _log(kit: Kit) -> tuple[GetCheckpoint, FetchTile]:
    async def checkpoint() -> bytes | None:
        async with transaction(kit.pools.app, None) as tx:
            signed = await log.checkpoint(tx)
        return None if signed is None else signed.note + b"".join(signed.cosignatures)

    async def tile(place: TileId) -> bytes | None:
        async with transaction(kit.pools.app, None) as tx:
            found = await log.tiles(tx, [place])
        return found.get(place)

    return checkpoint, tile
