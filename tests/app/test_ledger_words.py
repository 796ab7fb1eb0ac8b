"""What the ledger says of people: each thing once, in words, of one person and of many."""

import pytest

from liftloop.app.definitions.publishing import NotFound
from liftloop.app.words import row_label, sentence


@pytest.mark.parametrize(
    ("state", "reason", "one", "many"),
    [
        ("sent", "", "已发送。", "已发送"),
        ("held_out", "held_out:would_be_sent", "在对照组里，有意不发：否则会收到。", "对照组：否则会收到"),
        ("suppressed", "no_consent:sms:marketing", "没发：没有同意接收短信营销。", "没发：没有同意接收短信营销"),
        ("capped", "frequency_cap:2/7d", "没发：7 天内最多 2 条，已达上限。", "没发：7 天内最多 2 条，已达上限"),
        (
            "failed",
            "channel_unusable:address_refused",
            "没有送出：渠道的地址在不允许的内网里。",
            "没有送出：渠道的地址在不允许的内网里",
        ),
        ("expired", "", "没发：过了有效时间。", "没发：过了有效时间"),
        ("waiting", "", "还在旅程里等待。", "还在旅程里等待"),
        (
            "blocked",
            "no_subscription_left",
            "没发：客户没有可用的订阅次数（同意一次，只能发一条）。",
            "没发：客户没有可用的订阅次数（同意一次，只能发一条）",
        ),
        ("failed", "link_in_variable:url", "没有送出：短信变量不能带链接：url。", "没有送出：短信变量不能带链接：url"),
    ],
)
def test_state_and_reason_are_one_thought(state: str, reason: str, one: str, many: str) -> None:
    """A reason that says the state again stands alone, and codes of media are said by their names."""
    assert sentence(state, reason).zh == one
    assert row_label(state, reason).zh == many


def test_rows_of_many_people_speak_of_no_single_one() -> None:
    """Whoever the plan leaves alone is told as a group, with the reason once."""
    said = row_label("not_contacted", "policy:nobody")
    assert said.zh.count("没发") == 1
    assert "这位" not in said.zh
    assert row_label("held_out", "held_out:policy:nobody").en.startswith("holdout: the plan leaves them alone")


def test_what_is_not_found_is_called_by_its_name() -> None:
    """Whoever reads Chinese is not told the code of a kind."""
    missing = NotFound("campaign", "nope")
    assert missing.message("zh-CN") == "没有找到活动：nope"
    assert missing.message("en") == "no such campaign: nope"
