"""A language model: what is told to it, what of its answers is used, and every way in which it may fail."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import httpx2
import msgspec
import pytest
from aiohttp import web
from openai import AsyncOpenAI
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.models.test import TestModel
from pydantic_ai.providers.openai import OpenAIProvider

from liftloop.app.definitions.secrets import SHOWN, hidden
from liftloop.app.language_model.reaching import Guarded
from liftloop.app.language_model.setting import ModelSettings, model_problem
from liftloop.app.language_model.wording import Worded, told, worded
from liftloop.compose.contract import Carrier
from liftloop.compose.drafting.brief import Brief, Spoken
from liftloop.plugins.channels.addresses import parse_networks

BRIEF = Brief(
    language="zh-CN", purpose="marketing", carrier=Carrier(id="sms", kind="sms"), short="新品到店", offer="满100减10"
)
GOOD = json.dumps({"texts": [{"headline": "新品到店", "line": "满100减10，来看看"}]})
KEY = "sk-never-shown"


def agreed(words: Sequence[Spoken]) -> Sequence[str]:
    return [f"{each.line}: superlative" for each in words if "最" in each.line]


def completion(text: str | None, **message: Any) -> dict[str, Any]:
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "double",
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text, **message}}
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


async def asked(answers: list[Any], allow: str = "127.0.0.0/8", timeout_s: float = 2) -> tuple[Worded, list[Any]]:
    """Ask a double that speaks chat completions; return what came of it and what it was sent."""
    seen: list[Any] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append((dict(request.headers), await request.json()))
        each = answers[min(len(seen), len(answers)) - 1]
        if each == "silence":
            await asyncio.sleep(5)
        if isinstance(each, int):
            return web.json_response({"error": {"message": f"bad key {KEY}"}}, status=each)
        return (
            web.Response(text=each, content_type="application/json")
            if isinstance(each, str)
            else web.json_response(each)
        )

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with httpx2.AsyncClient(transport=Guarded(parse_networks(allow))) as http:
        client = AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY, http_client=http, max_retries=0)
        model = OpenAIChatModel("double", provider=OpenAIProvider(openai_client=client))
        found = await worded(model, BRIEF, agreed, timeout_s)
    await runner.cleanup()
    return found, seen


def test_words_come_by_chat_completions_and_only_the_brief_goes_out():
    found, seen = asyncio.run(asked([completion(GOOD)]))
    assert (found.outcome, found.words[0].line, found.tokens_in, found.tokens_out) == (
        "drafted",
        "满100减10，来看看",
        100,
        20,
    )
    sent, body = seen[0]
    assert sent["Authorization"] == f"Bearer {KEY}"
    assert not any(name.lower().startswith("x-stainless") for name in sent)
    assert body["messages"][-1]["content"] == told(BRIEF)
    assert json.loads(told(BRIEF)).keys() == {"language", "purpose", "channel", "about", "offer"}


def test_words_that_break_a_rule_are_put_right_once():
    bad = json.dumps({"texts": [{"headline": "新品", "line": "全网最低"}]})
    found, seen = asyncio.run(asked([completion(bad), completion(GOOD)]))
    assert (found.outcome, found.requests, found.tokens_in) == ("drafted", 2, 200)
    assert "superlative" in str(seen[1][1]["messages"][-1])
    found, seen = asyncio.run(asked([completion(bad)]))
    assert (found.outcome, len(seen), found.tokens_in, found.words) == ("unusable", 2, 200, ())


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([429], "refused"),
        ([500], "refused"),
        ([401], "refused"),
        (["not json"], "unusable"),
        ([completion("好的！这是文案。")], "unusable"),
        ([completion('{"texts": [')], "unusable"),
        (
            [
                completion(
                    None, tool_calls=[{"id": "1", "type": "function", "function": {"name": "rm", "arguments": "{"}}]
                )
            ],
            "unusable",
        ),
        (["silence"], "late"),
    ],
)
def test_every_failure_has_an_outcome_and_tells_no_secret(answers: list[Any], outcome: str):
    found, seen = asyncio.run(asked(answers, timeout_s=0.7))
    assert found.outcome == outcome, found
    assert len(seen) <= 2
    assert KEY not in repr(found)


def test_a_private_server_is_reached_only_where_it_is_allowed():
    found, seen = asyncio.run(asked([completion(GOOD)], allow=""))
    assert (found.outcome, found.why, seen) == ("unreachable", "address_refused", [])


def test_a_model_of_tests_is_typed_too():
    found = asyncio.run(worded(TestModel(custom_output_text=GOOD), BRIEF, agreed, 2))
    assert found.outcome == "drafted"


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": ""},
        {"base_url": "ftp://a"},
        {"base_url": "https://u:p@a"},
        {"key": "a b"},
        {"timeout_s": 0},
        {"month_tokens": -1},
    ],
)
def test_a_bad_setting_is_refused(wrong: dict[str, Any]):
    good = {"name": "m", "base_url": "https://a/v1"}
    assert model_problem(msgspec.convert(good, ModelSettings)) is None
    assert model_problem(msgspec.convert(good | wrong, ModelSettings)) is not None


def test_the_key_is_shown_to_nobody():
    assert hidden("setting", {"provider": "openai", "name": "m", "key": KEY})["key"] == SHOWN
