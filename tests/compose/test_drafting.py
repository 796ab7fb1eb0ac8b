"""Drafts by rules: what a wish is understood as, and whether every draft is one that may leave."""

from typing import Any

import pytest

from liftloop.compose.check import check
from liftloop.compose.contract import Carrier, Content, ContentRules
from liftloop.compose.drafting.brief import Brief, Shaped
from liftloop.compose.drafting.occasions import OCCASIONS, Occasion, occasion_in, spoken
from liftloop.compose.drafting.shapes import shaped
from liftloop.compose.law.writing import languages_of, whole_sms
from liftloop.compose.reading import hits
from liftloop.compose.sms_length import sms_length
from liftloop.kernel.errors import Language

ALIYUN = Carrier(
    id="ali",
    kind="aliyun_sms",
    medium="sms",
    sign="小店",
    template="A",
    templates={
        "A": "亲爱的${name}，${content}，拒收请回复R",
        "B": "亲爱的${name}，送您${offer}，券码${code}，拒收请回复R",
        "BARE": "亲爱的${name}，您的订单已发货",
    },
)
TENCENT = Carrier(
    id="tx", kind="tencent_sms", medium="sms", sign="小店", templates={"9": "尊敬的{1}，{2}，拒收请回复R"}
)
OUTSIDE = Carrier(id="out", kind="webhook", medium="sms")
MAIL = Carrier(id="mail", kind="smtp", medium="email", sender="小店 <a@shop.cn>")
WECOM = Carrier(id="wecom", kind="wecom_task", medium="wecom")
SUBSCRIBE = Carrier(id="sub", kind="wechat_subscribe", medium="wechat", template="t")
PUSH = Carrier(id="push", kind="jpush", medium="push")
CALL = Carrier(id="call", kind="call", medium="call")
CARRIERS = (ALIYUN, TENCENT, OUTSIDE, MAIL, WECOM, SUBSCRIBE, PUSH, CALL, Carrier())
KNOWN = ("customer", "unsubscribe_url", "coupon.code")
LONG = "会员专享满三百减五十优惠券"


def drafts(
    occasion: Occasion, carrier: Carrier, language: Language = "zh-CN", **more: Any
) -> list[tuple[Content, Shaped]]:
    brief = Brief(
        language=language,
        purpose=occasion.purpose,
        carrier=carrier,
        short=occasion.short.zh if language == "zh-CN" else occasion.short.en,
        phrase=occasion.short.zh,
        brand="小店",
        **more,
    )
    made = [shaped(brief, each) for each in spoken(occasion, language, ())]
    return [(Content(id="d", **each.body), each) for each in made]


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.kind or "any")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_no_draft_breaks_a_rule(carrier: Carrier, language: Language) -> None:
    """Every occasion in every tone, with and without an offer, may leave by every channel, and warns of nothing."""
    for occasion in OCCASIONS:
        for more in ({}, {"offer": "满100减10券"}, {"offer": "满100减10券", "pool": "p"}, {"item": "二段奶粉"}):
            for content, form in drafts(occasion, carrier, language, mjml=True, linked=True, **more):
                against = hits(content, carrier, content.purpose, ContentRules())
                assert [(hit.rule.id, hit.breach) for hit in against] == [], (occasion.id, form)
                assert check(content, KNOWN, ("coupon",)) == [], (occasion.id, form)
                short = language == "en" and carrier is SUBSCRIBE  # Twenty letters are not many: one may stay open.
                assert len(form.open) <= short, (occasion.id, form)


def test_a_short_message_is_one_message() -> None:
    """However much is to be said, the draft is cut until one SMS holds it; signature and opt-out stay."""
    for occasion in OCCASIONS:
        if occasion.purpose != "marketing":
            continue
        for content, _ in drafts(occasion, OUTSIDE, offer=LONG, mention="本周六下午两点门店有试吃会"):
            text = whole_sms(languages_of(content, OUTSIDE, "marketing")[0])
            assert sms_length(text, "mainland").segments == 1, text
            assert text.startswith("【小店】")
            assert text.endswith("拒收请回复R")
            assert LONG in text


def test_the_template_that_says_most_is_filled_in() -> None:
    """With a code to give, the text that has a place for it; for service, no opt-out is asked for."""
    welcome = next(each for each in OCCASIONS if each.id == "welcome")
    with_code, _ = drafts(welcome, ALIYUN, offer="十元券", pool="p")[0]
    assert with_code.body.splitlines()[0] == "@template: B"
    assert "code: {{ coupon.code }}" in with_code.body
    assert with_code.pool == "p"
    without, _ = drafts(welcome, ALIYUN, offer="十元券")[0]
    name, content = without.body.splitlines()
    assert name == "name: {{ customer.name | default: '会员' }}"
    assert content == "content: 欢迎加入，有什么想了解的，直接问我们，为你准备了十元券"


def test_what_no_rule_knows_stays_open_and_is_told() -> None:
    """A date in a template is nothing to make up: its blank is named, and the rule says what is missing."""
    dated = Carrier(
        id="ali",
        kind="aliyun_sms",
        medium="sms",
        sign="小店",
        template="D",
        templates={"D": "亲爱的${name}，${deadline}前有效，拒收请回复R"},
    )
    content, form = drafts(OCCASIONS[1], dated)[0]
    assert form.open == ["deadline"]
    assert {hit.rule.id for hit in hits(content, dated, "marketing", ContentRules())} == {"SMS-VARIABLES"}
    card, opened = drafts(OCCASIONS[1], SUBSCRIBE, fields=("thing1", "phrase2", "time3"))[0]
    assert card.body == "thing1: 生日快乐\nphrase2: 生日快乐"
    assert opened.open == ["time3"]


def test_without_an_approved_text_one_is_proposed() -> None:
    """The draft is blocked for want of a template, and says which text to have approved."""
    bare = Carrier(id="ali", kind="aliyun_sms", medium="sms", sign="小店")
    content, form = drafts(OCCASIONS[1], bare, offer="十元券")[0]
    assert form.proposed == "亲爱的${name}，生日快乐，祝你今天开心，${offer}，拒收请回复R"
    assert {hit.rule.id for hit in hits(content, bare, "marketing", ContentRules())} == {"SMS-TEMPLATE"}


def test_what_others_named_cannot_break_a_mail() -> None:
    """Names are escaped in MJML, and the mail has a link, a way out and the mark of an advertisement."""
    content, _ = drafts(
        OCCASIONS[1], MAIL, offer="A&B <满100>", url="https://shop.cn/a?b=1&c=2", mjml=True, linked=True
    )[0]
    assert content.format == "mjml"
    assert "A&amp;B &lt;满100&gt;" in content.body
    assert 'href="https://shop.cn/a?b=1&amp;c=2"' in content.body
    assert "{{ unsubscribe_url }}" in content.body
    assert content.subject.startswith("【广告】生日快乐")
    plain, _ = drafts(OCCASIONS[1], MAIL, language="en")[0]
    assert (plain.format, plain.subject) == ("text", "[AD] Happy birthday")
    assert 'Reply "unsubscribe"' in plain.body


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 天内复购率 +5%，预算 8 万", "buy_again"),
        ("召回 60 天没来的会员", "win_back"),
        ("win back lapsed customers", "win_back"),
        ("中秋前复购率 +5%", "festival"),
        ("购物车提醒", "cart"),
        ("a birthday message", "birthday"),
        ("有人投诉了", "apology"),
        ("xyz", None),
    ],
)
def test_a_goal_says_what_a_message_is_for(text: str, expected: str | None) -> None:
    """The most particular occasion that words speak of; none where no rule knows them."""
    found = occasion_in(text)
    assert (found.id if found else None) == expected


def test_a_mail_does_not_say_its_headline_twice() -> None:
    """What the headline says is left out of the first line, but never out of the middle of a sentence."""
    back = next(each for each in OCCASIONS if each.id == "win_back")
    bodies = [content.body for content, _ in drafts(back, MAIL, "en")]
    assert [body.split("\n\n")[:2] for body in bodies[:2]] == [
        ["It has been a while", "Come by again."],
        ["It has been a while", "Hello. It has been a while, and we would be glad to see you again."],
    ]
