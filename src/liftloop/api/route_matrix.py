"""Which calls stand behind each use case: for the matrix of roles, in the API and in the docs."""

from collections.abc import Iterable, Mapping, Sequence

from fastapi import APIRouter
from fastapi.routing import APIRoute

from liftloop.api.access import Needs

PREFIX = "/api"


def calls_of(routers: Iterable[APIRouter]) -> Mapping[str, Sequence[str]]:
    """Return `METHOD /api/path` of every call by the use case that it asks for: by each that is any good to it."""
    calls: dict[str, list[str]] = {}
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for name in use_cases_of(route):
                    methods = sorted((route.methods or set()) - {"HEAD", "OPTIONS"})
                    calls.setdefault(name, []).extend(f"{method} {PREFIX}{route.path}" for method in methods)
    return {name: sorted(each) for name, each in calls.items()}


def use_cases_of(route: APIRoute) -> list[str]:
    """Return the use cases that a route asks for: one for each that is any good."""
    return [each.call.use_case.name for each in route.dependant.dependencies if isinstance(each.call, Needs)]
