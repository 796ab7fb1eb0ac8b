"""The rules over a message as it is read: what values bring in counts, a person's own name and signs do not."""

import pytest

from liftloop.compose.as_read import ReadLaw
from liftloop.compose.contract import Carrier, ContentRules, Exemption
from liftloop.compose.law.writing import Writing

STRICT = ContentRules(stricter=("CN-SUPERLATIVE",))
TEMPLATE = "亲爱的${name}，您的券${code}今晚到期，拒收请回复R"
SMS = Carrier(id="sms", kind="aliyun_sms", medium="sms", sign="小店", template="SMS_1", templates={"SMS_1": TEMPLATE})
NEWS = Carrier(id="news", kind="mini_program", medium="mini_program", template="t")
APP = Carrier(id="app", kind="webhook", medium="app")


def writing(body: str, carrier: Carrier = APP, purpose: str = "marketing", subject: str = "") -> Writing:
    return Writing(subject=subject, preheader="", body=body, carrier=carrier, purpose=purpose, rendered=True)


@pytest.mark.parametrize(
    ("body", "own", "rule"),
    [
        ("王小明，全国第一的奶粉到了", ("王小明",), "CN-SUPERLATIVE"),
        ("王最美，奶粉到了", ("王最美",), ""),
        ("王最美，最美的奶粉到了", ("王最美",), "CN-SUPERLATIVE"),
        ("券码 最好的88，今天用", ("最好的88",), ""),
        ("看这里 https://t.cn/最好的 吧", (), ""),
        ("您有 2026 分，排在全国第12", (), ""),
        ("100%有效", (), "CN-SUPERLATIVE"),
        ("无敌", ("",), "CN-SUPERLATIVE"),
    ],
)
def test_a_claim_counts_unless_it_is_the_persons_own(body: str, own: tuple[str, ...], rule: str) -> None:
    """Names, codes and addresses praise nothing; everything else does, and an empty value hides nothing."""
    assert ReadLaw(APP, STRICT).broken(writing(body), own, ()) == rule


def test_claims_bind_where_they_block_and_by_purpose() -> None:
    """A rule that only warns keeps nothing back, and one of marketing nothing else."""
    assert ReadLaw(APP, ContentRules()).broken(writing("最好的奶粉"), (), ()) == ""
    law = ReadLaw(APP, STRICT)
    assert not law.claims("service")
    assert law.broken(writing("最好的奶粉", purpose="service"), (), ()) == ""
    assert law.broken(writing("奶粉到了", subject="最好的奶粉"), (), ()) == "CN-SUPERLATIVE"


def test_texts_that_differ_in_names_and_numbers_are_judged_apart_where_it_matters() -> None:
    """What was once found of a text is not said of one that differs in more than a person's values."""
    law = ReadLaw(APP, STRICT)
    exemption = Exemption(rule="CN-SUPERLATIVE", quote="最好的", evidence="商标", by="user:a", at_ms=1)
    for _ in range(2):
        assert law.broken(writing("甲，您有 120 分，最好的奶粉"), ("甲",), ()) == "CN-SUPERLATIVE"
        assert law.broken(writing("甲，您有 980 分，最好的奶粉"), ("甲",), (exemption,)) == ""
        assert law.broken(writing("甲，您有 980 分，新的奶粉"), ("甲",), ()) == ""
        assert law.broken(writing("全网第 1"), (), ()) == "CN-SUPERLATIVE"
        assert law.broken(writing("全网第 2"), (), ()) == ""


@pytest.mark.parametrize(
    ("body", "carrier", "rule"),
    [
        ("name: 王小明\ncode: A1", SMS, ""),
        (f"name: {'长' * 36}\ncode: A1", SMS, "SMS-VALUE-LONG"),
        ("name: 见 https://a.cn\ncode: A1", SMS, "SMS-LINK"),
        ("name: 【别家】\ncode: A1", SMS, "SMS-SIGN-TWICE"),
        ("thing1: 二段奶粉到货", NEWS, ""),
        ("thing1: " + "长" * 21, NEWS, "WX-FIELDS"),
    ],
)
def test_what_a_provider_would_refuse_does_not_leave(body: str, carrier: Carrier, rule: str) -> None:
    """Whoever's value it is, for every purpose: a name of 36 characters is too long as well."""
    own = ("长" * 36, "长" * 21, "【别家】")
    for purpose in ("marketing", "service"):
        assert ReadLaw(carrier, ContentRules()).broken(writing(body, carrier, purpose), own, ()) == rule
