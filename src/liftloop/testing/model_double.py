"""A language model's server for tests: speaks OpenAI's chat completions and Anthropic's messages over loopback."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

from aiohttp import web
from msgspec import Struct

Answer = str | int | Literal["silence"]
"""The text that is answered, a status that is, or no answer at all."""
TOKENS_IN, TOKENS_OUT = 100, 20
SILENCE_S = 30.0


class Heard(Struct, frozen=True, kw_only=True):
    """One request."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    def said(self) -> str:
        """Return all that it was told, as text."""
        return json.dumps(self.body, ensure_ascii=False)


class ModelDouble:
    """Answers in turn; the last answer stays."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.answers = list(answers)
        self.heard: list[Heard] = []
        self.port = 0

    @property
    def url(self) -> str:
        """Return its address as a client of Anthropic takes it; one of OpenAI's takes it with `/v1`."""
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.heard.append(Heard(path=request.path, headers=dict(request.headers), body=await request.json()))
        each = self.answers[min(len(self.heard), len(self.answers)) - 1]
        if each == "silence":
            await asyncio.sleep(SILENCE_S)
        if isinstance(each, int):  # Such servers quote what they were sent.
            return web.json_response({"error": {"message": f"bad {dict(request.headers)}"}}, status=each)
        return web.json_response(_message(each) if request.path.endswith("/messages") else _completion(each))


@asynccontextmanager
async def model_double(*answers: Answer) -> AsyncGenerator[ModelDouble]:
    """Give a double that listens on loopback."""
    double = ModelDouble(answers)
    app = web.Application()
    for path in ("/v1/chat/completions", "/v1/messages"):
        app.router.add_post(path, double.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    double.port = runner.addresses[0][1]
    try:
        yield double
    finally:
        await runner.cleanup()


def _completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "double",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {
            "prompt_tokens": TOKENS_IN,
            "completion_tokens": TOKENS_OUT,
            "total_tokens": TOKENS_IN + TOKENS_OUT,
        },
    }


def _message(text: str) -> dict[str, Any]:
    return {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "double",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": TOKENS_IN, "output_tokens": TOKENS_OUT},
    }
