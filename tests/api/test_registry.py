"""Nothing can be done that is not a use case with a role."""

from fastapi.routing import APIRoute

from liftloop.api.access import Needs
from liftloop.api.routes.health import router as health
from liftloop.api.server import ROUTERS
from liftloop.app.registry import COMMANDS, USE_CASES
from liftloop.cli.main import COMMANDS as IN_TERMINAL

FOR_PROBES = {"/healthz", "/metrics"}
"""Numbers without personal data; who may read them is decided by where the caller sits."""


def _routes() -> list[APIRoute]:
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def test_every_route_is_a_use_case() -> None:
    """Each route of the management API asks for the role of exactly one use case; what only reads changes nothing."""
    routes = _routes()
    assert len(routes) > 20
    for route in routes:
        needs = [each.call for each in route.dependant.dependencies if isinstance(each.call, Needs)]
        assert len(needs) == 1, route.path
        assert USE_CASES[needs[0].use_case.name].role
        if route.methods == {"GET"}:
            assert not needs[0].use_case.changes, route.path


def test_no_other_route_is_open() -> None:
    """Outside the registry there are the two probes, and no more."""
    assert len(_routes()) == sum(len(router.routes) for router in ROUTERS)
    assert {route.path for route in health.routes if isinstance(route, APIRoute)} == FOR_PROBES


def test_every_command_is_a_use_case() -> None:
    """Each command of the terminal names the use cases that it performs, and they exist."""
    assert set(IN_TERMINAL) == set(COMMANDS)
    for cases in COMMANDS.values():
        assert cases
        assert set(cases) <= set(USE_CASES)
