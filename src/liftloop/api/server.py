"""The desk process: the management API, the app's files and the sockets they are served on."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import Lifespan

from liftloop.api import agents, errors, forward, pages
from liftloop.api.access import Entrance
from liftloop.api.route_matrix import PREFIX, calls_of
from liftloop.api.routes import (
    accounts,
    assets,
    audience_insight,
    audiences,
    audit,
    calendar,
    campaigns,
    channels,
    contents,
    coupons,
    dashboards,
    data,
    definitions,
    destinations,
    erasure,
    experiments,
    exports,
    goals,
    health,
    identity,
    imports,
    journeys,
    links,
    lists,
    live,
    model,
    opportunities,
    plans,
    playbooks,
    points,
    predictions,
    profiles,
    proposals,
    pulls,
    quarantine,
    relate,
    results,
    results_money,
    reviews,
    rules,
    sample,
    search,
    sentences,
    session,
    signals,
    stops,
    studies,
    system,
    tags,
    upkeep,
)
from liftloop.api.views.values import ErrorView
from liftloop.app.desk import Desk
from liftloop.app.sockets import reached_at

UI = Path(__file__).parents[3] / "ui" / "dist"
"""Where a checkout builds the app; an installed package carries none yet."""

TRACKED = ("/v1", "/hooks", "/forms", "/callbacks", "/preferences", "/unsubscribe", "/l", "/o", "/media")
TRACKED_WHOLE = ("/sa", "/sa.gif")
"""What senders of events may also send to this port: paths below these, and these themselves."""

ROUTERS = (
    session.router,
    accounts.router,
    assets.router,
    audit.router,
    audience_insight.router,
    calendar.router,
    sentences.router,
    audiences.router,
    channels.router,
    contents.router,
    coupons.router,
    dashboards.router,
    data.router,
    definitions.router,
    destinations.router,
    erasure.router,
    experiments.router,
    exports.router,
    identity.router,
    imports.router,
    journeys.router,
    links.router,
    lists.router,
    goals.router,
    opportunities.router,
    sample.router,
    search.router,
    plans.router,
    playbooks.router,
    points.router,
    predictions.router,
    profiles.router,
    proposals.router,
    pulls.router,
    quarantine.router,
    relate.router,
    results.router,
    results_money.router,
    reviews.router,
    rules.router,
    model.router,
    signals.router,
    stops.router,
    studies.router,
    tags.router,
    campaigns.router,
    live.router,
    system.router,
    upkeep.router,
)


def management_api(version: str, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """Return the management API alone: its OpenAPI can be read without a data folder."""
    app = FastAPI(
        title="Liftloop",
        version=version,
        lifespan=lifespan,
        docs_url=None,  # Its page would load scripts from another host.
        openapi_url="/api/openapi.json",
        redoc_url=None,
        separate_input_output_schemas=False,
        responses={"default": {"model": ErrorView, "description": "What went wrong and what to do next."}},
    )
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    app.state.calls = calls_of(ROUTERS)
    return app


def make_app(desk: Desk, admin_token: str) -> FastAPI:
    """Return the management API over one desk, with the app's files beside it where they are built."""

    tracking = forward.Forward(reached_at(desk.settings.host, desk.settings.track_port))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        desk.start()
        yield
        await app.state.agents.close()
        await tracking.close()
        await desk.close()

    app = management_api(desk.settings.version, lifespan)
    app.state.desk = desk
    app.state.admin_token = admin_token
    app.add_middleware(Entrance)
    app.state.agents = agents.Agents(app, desk.settings.version)
    app.router.routes.append(Route(agents.PATH, app.state.agents))
    app.include_router(health.router)
    for path in TRACKED:
        app.mount(path, tracking)
    app.router.routes += [Route(path, tracking) for path in TRACKED_WHOLE]
    if UI.is_dir():
        pages.install(app, UI)
    return app
