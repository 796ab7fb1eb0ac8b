"""A language model: what is told to it, what of its answers is used, and every way in which it may fail."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart
from pydantic_ai.models import Model
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.test import TestModel

from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.secrets import SHOWN, hidden, with_kept
from liftloop.app.language_model.connecting import connected
from liftloop.app.language_model.contract import Worded
from liftloop.app.language_model.ledger import Ledger
from liftloop.app.language_model.telling import most_tokens, personal_in, told
from liftloop.app.language_model.wording import worded
from liftloop.app.model_settings import ModelSettings, model_problem
from liftloop.compose.contract import Carrier
from liftloop.compose.drafting.brief import Brief, Spoken
from liftloop.kernel.clock import DAY_MS, ManualClock
from liftloop.plugins.channels.addresses import parse_networks
from liftloop.storage.embedded.accounts import SqliteAccounts
from liftloop.testing.model_double import ModelDouble, model_double

BRIEF = Brief(
    language="zh-CN", purpose="marketing", carrier=Carrier(id="sms", kind="sms"), short="新品到店", offer="满100减10"
)
PROMPT = told(BRIEF)
GOOD = json.dumps({"texts": [{"headline": "新品到店", "line": "来看看吧"}]})
BAD = json.dumps({"texts": [{"headline": "新品", "line": "全网最低"}]})
KEY = "sk-never-shown"


def agreed(spoken: Spoken) -> Sequence[str]:
    return [f"{spoken.line}: superlative"] if "最" in spoken.line else []


async def asked(
    *answers: Any, provider: Literal["openai", "anthropic"] = "openai", allow: str = "127.0.0.0/8", timeout_s: float = 2
) -> tuple[Worded, ModelDouble]:
    """Ask a double by its protocol; return what came of it, and the double."""
    async with model_double(*answers) as double:
        url = double.url if provider == "anthropic" else f"{double.url}/v1"
        settings = ModelSettings(provider=provider, base_url=url, name="double", key=KEY)
        async with connected(settings, parse_networks(allow)) as model:
            return await worded(model, PROMPT, agreed, timeout_s), double


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_words_come_by_either_protocol_and_only_the_brief_goes_out(provider: Any):
    """The key and the brief are sent, and nothing of this machine."""
    found, double = asyncio.run(asked(GOOD, provider=provider))
    assert (found.outcome, found.words[0].line, found.tokens_in, found.tokens_out) == ("drafted", "来看看吧", 100, 20)
    (heard,) = double.heard
    sent = {name.lower(): text for name, text in heard.headers.items()}
    assert sent.get("x-api-key", sent.get("authorization")) in (KEY, f"Bearer {KEY}")
    assert not any("stainless" in name or "pydantic" in text.lower() for name, text in sent.items())
    assert heard.body["max_tokens"] == 1_500
    last = heard.body["messages"][-1]["content"]
    assert (last if isinstance(last, str) else last[0]["text"]) == PROMPT
    assert json.loads(PROMPT).keys() == {"language", "purpose", "channel", "about", "offer"}


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize("bad", [BAD, "好的！这是文案。", '{"texts": ['])
def test_what_is_wrong_is_put_right_once(provider: Any, bad: str):
    """Words that break a rule, and answers that are no JSON, go back once with what is wrong."""
    found, double = asyncio.run(asked(bad, GOOD, provider=provider))
    assert (found.outcome, len(double.heard), found.tokens_in) == ("drafted", 2, 200)
    assert bad != BAD or "superlative" in double.heard[1].said()
    found, double = asyncio.run(asked(bad, provider=provider))
    assert (found.outcome, len(double.heard), found.tokens_in, found.words) == ("unusable", 2, 200, ())


def test_of_several_words_those_stay_that_may_be_used():
    """One bad text does not cost the good ones beside it, nor a second call."""
    both = json.dumps({"texts": [*json.loads(BAD)["texts"], *json.loads(GOOD)["texts"]]})
    found, double = asyncio.run(asked(both))
    assert ([each.line for each in found.words], len(double.heard)) == (["来看看吧"], 1)


@pytest.mark.parametrize(
    ("answer", "outcome", "sure"),
    [
        (429, "refused", True),
        (500, "refused", True),
        (401, "refused", True),
        (302, "unusable", False),
        ("silence", "late", False),
    ],
)
def test_every_failure_has_an_outcome_and_tells_no_secret(answer: Any, outcome: str, sure: bool):
    """Nothing is asked again by itself, and what the server quotes stays with it; silence may have cost something."""
    found, double = asyncio.run(asked(answer, timeout_s=0.7))
    assert (found.outcome, found.sure, len(double.heard)) == (outcome, sure, 1)
    assert KEY not in repr(found)


def test_a_private_server_is_reached_only_where_it_is_allowed():
    """Without the network of one's own model in the allowance nothing leaves."""
    found, double = asyncio.run(asked(GOOD, allow=""))
    assert (found.outcome, found.why, found.sure, double.heard) == ("unreachable", "address_refused", True, [])


def test_models_of_tests_are_typed_too():
    """A model that answers what it should not is asked again with the reason, and then given up."""
    seen: list[int] = []

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        seen.append(len(messages))
        return ModelResponse(parts=[TextPart(BAD if len(seen) == 1 else GOOD)])

    models: list[Model] = [TestModel(custom_output_text=GOOD), FunctionModel(answer)]
    for model in models:
        assert asyncio.run(worded(model, PROMPT, agreed, 2)).outcome == "drafted"
    assert seen == [1, 3]


def test_what_looks_like_somebodys_is_found():
    """Phones, mail addresses, cards, however they are parted; dates and amounts are nobody's."""
    for text in ("找 138 1234 5678", "１３８１２３４５６７８", "+44 20 7946 0958", "a.b@shop.cn", "11010519491231002X"):
        assert personal_in(f"请提到{text}，谢谢"), text
    for text in ("6222021234567890", "010-62345678", "会员 8800 1234"):
        assert personal_in(text), text
    for text in ("满 1000 减 100", "11.11 到 11.30", "2026 年 12 月 31 日", "iPhone 17 Pro", "12:00-18:00"):
        assert not personal_in(text), text


def test_a_month_is_never_overspent(tmp_path: Any):
    """What a call may cost is taken before it is made, stays taken after a crash, and the next month begins anew."""
    clock = ManualClock(tmp_path / "clock")
    clock.set_ms(1_790_000_000_000)
    file = SqliteAccounts(tmp_path / "accounts.db")
    ledger = Ledger(file, clock)
    most = most_tokens(BRIEF)
    each = sum(most)
    model = ModelSettings(name="m", month_fen=3, asked_fen=100, answered_fen=100, keep_texts=True)
    assert 1_000_000 < each * 100 < 2_000_000
    first = ledger.reserve(model, "person:a", "draft", PROMPT, most)
    assert first is not None
    assert ledger.reserve(model, "person:a", "draft", PROMPT, most) is None or each * 200 <= 3_000_000
    file.close()
    file = SqliteAccounts(tmp_path / "accounts.db")
    ledger = Ledger(file, clock)
    dear = msgspec.structs.replace(model, month_fen=2)
    assert ledger.reserve(dear, "person:a", "draft", PROMPT, most) is None
    words = [Spoken(tone="model", headline="h", line="l")]
    answered = Worded(outcome="drafted", words=words, tokens_in=100, tokens_out=20)
    assert ledger.settle(first, model, answered, most, 7) == 1
    call = ledger.calls(ledger.month())[-1]
    assert (call.outcome, call.tokens_in, call.cost_fen, call.asked) == ("drafted", 100, 1, PROMPT)
    late = ledger.reserve(model, "person:a", "draft", PROMPT, most)
    if late is not None:
        ledger.settle(late, model, Worded(outcome="late", sure=False), most, 7)
        assert ledger.calls(ledger.month())[0].tokens_in == most[0]
    few = msgspec.structs.replace(model, month_fen=0, asked_fen=0, answered_fen=0, month_tokens=each)
    assert ledger.reserve(few, "person:a", "draft", PROMPT, most) is None
    clock.set_ms(clock.now_ms() + 40 * DAY_MS)
    assert ledger.usage(ledger.month()).calls == 0
    assert ledger.reserve(few, "person:a", "draft", PROMPT, most) is not None
    file.close()


@pytest.mark.parametrize(
    "wrong",
    [{"base_url": each} for each in ("", "ftp://a", "https://u:p@a", "https://a?key=1", "http://model.example/v1")]
    + [{"key": "a b"}, {"timeout_s": 0}, {"month_tokens": -1}, {"month_fen": -1}],
)
def test_a_bad_setting_is_refused(wrong: dict[str, Any]):
    """An address is an address, outside by https; limits are limits."""
    good = {"name": "m", "base_url": "https://a/v1", "key": KEY}
    assert model_problem(msgspec.convert(good, ModelSettings)) is None
    assert model_problem(msgspec.convert(good | {"base_url": "http://127.0.0.1:11434/v1"}, ModelSettings)) is None
    assert model_problem(msgspec.convert(good | wrong, ModelSettings)) is not None


def test_the_key_is_shown_to_nobody_and_goes_nowhere_else():
    """It is shown as set, kept when the rest is edited, and asked for again where the address changes."""
    stored = {"name": "m", "base_url": "https://a/v1", "provider": "openai", "key": KEY}
    shown = hidden("setting", stored)
    assert shown["key"] == SHOWN
    assert with_kept("setting", shown | {"name": "other"}, stored)["key"] == KEY
    for moved in ({"base_url": "https://elsewhere/v1"}, {"provider": "anthropic"}):
        with pytest.raises(BadDefinition):
            with_kept("setting", shown | moved, stored)
