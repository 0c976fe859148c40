"""Put the service together; nothing happens at import, nothing is opened before the application starts."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from api import errors, openapi, refusals
from api.client import Client
from api.clockwork import Clockwork
from api.db.store import open_store
from api.guards import FailuresAnswered, OwnPagesOnly, SecurityHeaders
from api.identity.demo import is_demo, ready_made
from api.opportunity_watch import OpportunityWatch
from api.route_watch import RouteWatch
from api.routes import (
    assessments,
    cases,
    collections,
    county,
    deadlines,
    drafts,
    figures,
    findings,
    forms,
    items,
    joint_projects,
    opportunities,
    policies,
    prints,
    programmes,
    route_geometries,
    sections,
    session,
    standings,
    surveyed,
    tiles,
    trenches,
    visit_entries,
    visit_layers,
    visit_minutes,
    visit_papers,
    visit_pictures,
    visits,
)
from api.running import service_over
from api.tile_service import tile_hosts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi.routing import APIRoute

    from api.settings import Settings

SMALLEST_GZIP = 1_000  # bytes; below, packing costs more than it saves
GZIP_LEVEL = 4  # measured on a page of 1,000 routes: a third of the time of level 9, a tenth more bytes


def _operation_id(route: APIRoute) -> str:
    """Name an operation as its function is named."""
    return route.name


def create_app(settings: Settings) -> FastAPI:
    """Return the application; the store is opened, and the county loaded in the background, when it starts.

    Examples
    --------
    >>> from api.settings import Settings
    >>> "/api/assessments" in create_app(Settings()).openapi()["paths"]
    True
    """

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        with open_store(settings.database_url, settings.data) as store:
            store.upgrade()
            offered = ready_made(store, datetime.now(UTC)) if is_demo(settings, store) else None
            with service_over(store, settings, offered) as service:
                app.state.service = service
                clocks = Clockwork([service.tick, RouteWatch(service).look, service.keep_book], settings.tick_seconds)
                clocks.start()
                watch = Clockwork([OpportunityWatch(service).look], settings.poll_seconds, "watch of chances")
                watch.start()
                overviews = Clockwork([service.prepare_tiles], settings.poll_seconds, "overviews of tiles")
                overviews.start()
                try:
                    yield
                finally:
                    service.tiles.stop()
                    overviews.stop()
                    clocks.stop()
                    watch.stop()

    app = FastAPI(
        title="同沟 CoTrench",
        version=version("cotrench"),
        description="Every planned utility connection of a county on one map.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # the usual pages load their scripts from another server
        redoc_url=None,
        redirect_slashes=False,
        default_response_class=Response,
        generate_unique_id_function=_operation_id,
        lifespan=running,
    )
    errors.install(app)
    refusals.install(app)
    openapi.install(app)
    for room in (
        collections, route_geometries, items, county, policies, deadlines, assessments, trenches, findings, sections,
        cases, figures, session, standings, forms, drafts, programmes, opportunities, joint_projects, prints, tiles,
        surveyed, visits, visit_entries, visit_pictures, visit_papers, visit_layers, visit_minutes,
    ):  # fmt: skip
        app.include_router(room.router)
    app.include_router(forms.case_router)
    app.router.default = Client(settings.client)
    # The last one added is the outermost.
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_GZIP, compresslevel=GZIP_LEVEL)
    app.add_middleware(OwnPagesOnly, hosts=settings.host_names)
    app.add_middleware(FailuresAnswered)
    app.add_middleware(SecurityHeaders, pictures_from=tile_hosts(settings.tiles))
    return app
