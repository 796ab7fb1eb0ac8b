"""Whatever the OpenAPI allows, and whatever it does not, is answered as the OpenAPI says and never with a fault."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from served import NOW_MS, Served, served

from liftloop.testing.asgi import Answer
from liftloop.testing.installation import Installation

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPENAPI = Path(__file__).parents[2] / "ui/openapi.json"
ENDLESS = {"/api/live"}
"""Answers that go on for as long as somebody listens."""


class World:
    """A served installation in a loop of its own, so that Hypothesis may call it from outside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.loop = asyncio.new_event_loop()
        self.ready: asyncio.Future[Served] = self.loop.create_future()
        self.leave = asyncio.Event()
        self._thread = Thread(target=self._run)

    def _run(self) -> None:
        installation = Installation(self._folder / "data", NOW_MS)

        async def whole() -> None:
            async with served(installation) as world:
                self.ready.set_result(world)
                await self.leave.wait()

        self.loop.run_until_complete(whole())
        installation.close()

    @contextmanager
    def serving(self) -> Iterator[Served]:
        self._thread.start()

        async def whole() -> Served:
            return await self.ready

        try:
            yield asyncio.run_coroutine_threadsafe(whole(), self.loop).result()
        finally:
            self.loop.call_soon_threadsafe(self.leave.set)
            self._thread.join()
            self.loop.close()

    def answer(self, served: Served, case: schemathesis.Case) -> Response:
        """Send a case in process, and return the answer as a client would have seen it."""
        request = requests.Request(**_plain(case.as_transport_kwargs(base_url="http://test"))).prepare()
        parts = urlsplit(str(request.url))
        body = request.body or b""
        headers = {name.lower(): str(value) for name, value in request.headers.items()}
        called = served.admin.call(
            str(request.method),
            requests.utils.unquote(parts.path),
            query=parse_qsl(parts.query, keep_blank_values=True),  # pyright: ignore[reportArgumentType]
            body=body.encode() if isinstance(body, str) else body,
            headers={"authorization": "Bearer admin-token", **headers},
        )
        got = asyncio.run_coroutine_threadsafe(called, self.loop).result(30)
        return _seen(got, request)


def _plain(arguments: dict[str, Any]) -> dict[str, Any]:
    known = ("method", "url", "headers", "files", "data", "params", "json", "cookies")
    return {name: value for name, value in arguments.items() if name in known}


def _seen(answer: Answer, request: requests.PreparedRequest) -> Response:
    headers = {name: [value] for name, value in answer.headers.items()}
    return Response(answer.status, headers, answer.body, request, 0.0, verify=False)


def bombard(tmp_path: Path, examples: int, *, every: int = 1) -> None:
    world = World(tmp_path)
    with world.serving() as at:
        schema = schemathesis.openapi.from_dict(json.loads(OPENAPI.read_text()))
        faults: list[str] = []
        operations = [found.ok() for found in schema.get_all_operations()]
        for operation in operations[::every]:
            if operation.path in ENDLESS:
                continue

            @seed(20_260_921)
            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(operation.as_strategy())
            def each(case: schemathesis.Case) -> None:
                answer = world.answer(at, case)
                case.validate_response(answer, checks=CHECKS)

            try:
                each()
            except BaseException as failure:  # One fault hides no other.
                faults.append(f"{operation.method.upper()} {operation.path}\n{str(failure)[:1500]}")
        assert not faults, "\n\n".join(faults)


def test_whatever_is_sent_is_answered(tmp_path: Path) -> None:
    """A few cases for every eighth operation of the API, the same at each run."""
    bombard(tmp_path, 3, every=8)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_whatever_is_sent_is_answered_at_length(tmp_path: Path) -> None:
    """A hundred cases for every operation of the API."""
    bombard(tmp_path, 100)
