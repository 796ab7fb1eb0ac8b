"""The app was written against `ui/openapi.json`: what is served must be that, and may be more."""

import json
from pathlib import Path
from typing import Any

import pytest

from liftloop.api.server import management_api

DECLARED: dict[str, Any] = json.loads((Path(__file__).parents[2] / "ui" / "openapi.json").read_text())
CALLS = [(path, method) for path, methods in DECLARED["paths"].items() for method in methods]


@pytest.fixture(scope="module")
def served() -> dict[str, Any]:
    return management_api("test").openapi()


@pytest.mark.parametrize(("path", "method"), CALLS)
def test_declared_calls_are_served(served: dict[str, Any], path: str, method: str) -> None:
    """Each call that the app makes exists and answers with the model that the app expects."""
    shape = "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
    known = {
        "/".join("{}" if part.startswith("{") else part for part in each.split("/")): each for each in served["paths"]
    }
    assert shape in known
    operation = served["paths"][known[shape]][method]
    assert _answer(operation) == _answer(DECLARED["paths"][path][method])


def _answer(operation: dict[str, Any]) -> str:
    content = operation["responses"]["200"].get("content", {}).get("application/json", {})
    return content.get("schema", {}).get("$ref", "")
