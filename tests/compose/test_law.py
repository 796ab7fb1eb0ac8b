"""The rules of law and of channels: what breaks them, what does not, and what lifts them."""

import msgspec
import pytest

from liftloop.compose.contract import Carrier, Content, ContentReview, ContentRules, Exemption, Translation
from liftloop.compose.law.finding import FINDERS
from liftloop.compose.law.table import RULES
from liftloop.compose.reading import barred, hits, terms_mark, unapproved, words_mark

CHINA = ContentRules()
TEMPLATE = "亲爱的${name}，您的券${code}今晚到期，拒收请回复R"
SMS = Carrier(id="sms", kind="aliyun_sms", medium="sms", sign="小店", template="SMS_1", templates={"SMS_1": TEMPLATE})
MAIL = Carrier(id="mail", kind="smtp", medium="email", sender="小店 <a@shop.cn>", unsubscribes=True)
NEWS = Carrier(id="news", kind="mini_program", medium="mini_program", template="t")
OUTSIDE = Carrier(id="out", kind="webhook", medium="sms")


def broken(body: str, carrier: Carrier, purpose: str = "marketing", subject: str = "广告：秋天") -> set[str]:
    return {hit.rule.id for hit in hits(Content(id="c", subject=subject, body=body), carrier, purpose, CHINA)}


def test_every_rule_says_who_why_and_when() -> None:
    """Each row has both languages, a source and the day it was checked; what has no finder is judged at send only."""
    for rule in RULES.values():
        assert all((rule.zh, rule.en, rule.next_zh, rule.next_en, rule.source, rule.checked_at)), rule.id
        assert rule.id in FINDERS or rule.judged == ("send",), rule.id
        assert rule.excusable == bool(rule.excuses_zh), rule.id
    assert FINDERS.keys() <= RULES.keys()


@pytest.mark.parametrize(
    ("body", "carrier", "purpose", "expected"),
    [
        ("name: {{ customer.name | default: '会员' }}\ncode: A1", SMS, "marketing", set()),
        ("name: 甲", SMS, "marketing", {"SMS-VARIABLES"}),
        ("您好，周末见", SMS, "marketing", {"SMS-FIELDS"}),
        ("name: 甲\ncode: 见 https://a.cn", SMS, "marketing", {"SMS-LINK"}),
        (f"name: {'长' * 36}\ncode: 1", SMS, "marketing", {"SMS-VALUE-LONG"}),
        ("name: 甲\ncode: 【别家】", SMS, "marketing", {"SMS-SIGN-TWICE"}),
        ("@template: SMS_9\nname: 甲", SMS, "marketing", {"SMS-TEMPLATE-UNAPPROVED"}),
        ("周末见", OUTSIDE, "marketing", {"CN-OPTOUT-OUTSIDE", "SMS-SIGN"}),
        ("【小店】周末见，拒收请回复R", OUTSIDE, "marketing", set()),
        ("【小店】验证码 {{ customer.code }}", OUTSIDE, "transactional", set()),
        ("【小店】" + "字" * 80 + "回T退订", OUTSIDE, "marketing", {"SMS-LONG"}),
        ("thing1: 二段奶粉到货\nphrase2: 已到货", NEWS, "marketing", set()),
        ("thing1: " + "长" * 21, NEWS, "marketing", {"WX-FIELDS"}),
        ("wish1: 好", NEWS, "service", {"WX-FIELDS"}),
        ("phrase1: {{ item.name }}OK", NEWS, "service", {"WX-FIELDS"}),
        ("<p>周末见</p>", MAIL, "marketing", set()),
    ],
)
def test_what_breaks_which_rule(body: str, carrier: Carrier, purpose: str, expected: set[str]) -> None:
    """Each text breaks just these rules."""
    assert broken(body, carrier, purpose) == expected


def test_a_template_without_opt_out_is_blocked_for_marketing_only() -> None:
    """The approved text counts, not only the variables; service messages need no opt-out."""
    bare = msgspec.structs.replace(SMS, templates={"SMS_1": "您好${name}"})
    assert broken("name: 甲", bare) == {"CN-OPTOUT"}
    assert broken("name: 甲", bare, "service") == set()


def test_numbered_templates_go_by_order() -> None:
    """Tencent's variables are numbers: only how many there are can be wrong."""
    carrier = Carrier(
        id="tx", kind="tencent_sms", medium="sms", template="9", templates={"9": "{1}您好，券{2}，拒收请回复R"}
    )
    assert broken("who: 甲\nwhat: 券", carrier) == set()
    assert broken("who: 甲", carrier) == {"SMS-VARIABLES"}


@pytest.mark.parametrize(
    "text", ["全国第一的奶粉", "最好的选择", "顶 级品质", "国家级配方", "最佳礼物", "全网最低", "No.1 choice"]
)
def test_superlatives_are_found_however_they_are_disguised(text: str) -> None:
    """Spaces, full-width letters and zero-width signs hide nothing."""
    assert "CN-SUPERLATIVE" in broken(f"<p>{text}</p>", MAIL)
    assert "CN-SUPERLATIVE" in broken("<p>" + "\u200b".join(text) + "</p>", MAIL)


@pytest.mark.parametrize(
    "text",
    [
        "最近上新",
        "最后三天",
        "第一次来的朋友",
        "最高减50元",
        "最佳食用期7天",
        "唯一编号 A1",
        "每天最多两张",
        "第一时间通知",
    ],
)
def test_what_only_looks_like_a_superlative_is_left_alone(text: str) -> None:
    """The innocent companions of 最 and 第一 are no claims."""
    assert broken(f"<p>{text}</p>", MAIL) == set()


def test_mail_says_who_writes_how_to_refuse_and_that_it_is_an_ad() -> None:
    """Each is asked of marketing only, and a link in the text is a way to refuse as the header is."""
    bare = Carrier(id="mail", kind="smtp", medium="email", sender="a@shop.cn")
    assert broken("<p>周末见</p>", bare, subject="秋天") == {"EM-UNSUB", "EM-AD", "EM-SENDER"}
    assert broken("<p>周末见 <a href='{{ unsubscribe_url }}'>退</a></p>", bare) == {"EM-SENDER"}
    assert broken("<p>已发货</p>", bare, "transactional", subject="已发货") == set()
    american = ContentRules(jurisdictions=("CN", "US"))
    found = hits(Content(id="c", subject="AD: x", body="hi"), MAIL, "marketing", american)
    assert [hit.rule.id for hit in found] == ["US-ADDRESS"]


def test_every_language_is_judged() -> None:
    """A translation that breaks a rule is named by its language."""
    content = Content(
        id="c", subject="广告", body="<p>好</p>", translations={"en": Translation(subject="AD", body="the best milk")}
    )
    assert [(hit.language, hit.rule.id) for hit in hits(content, MAIL, "marketing", CHINA)] == [
        ("en", "CN-SUPERLATIVE")
    ]


def test_an_exception_lifts_one_phrase_of_one_rule_and_strictness_makes_a_warning_block() -> None:
    """Evidence for one phrase says nothing of another; some rules know no exception."""
    content = Content(id="c", subject="广告", body="<p>销量第一，顶级</p>")
    strict = ContentRules(stricter=("CN-SUPERLATIVE",))
    assert barred(hits(content, MAIL, "marketing", CHINA)) == ""
    assert barred(hits(content, MAIL, "marketing", strict)) == "CN-SUPERLATIVE"
    proofs = [
        Exemption(rule="CN-SUPERLATIVE", quote=each, evidence="e", by="p", at_ms=1) for each in ("销量第一", "顶级")
    ]
    assert barred(hits(content, MAIL, "marketing", strict, proofs[:1])) == "CN-SUPERLATIVE"
    assert barred(hits(content, MAIL, "marketing", strict, proofs)) == ""
    link = Exemption(rule="SMS-FIELDS", quote="line_1", evidence="e", by="p", at_ms=1)
    assert barred(hits(Content(id="c", body="周末见"), SMS, "marketing", CHINA, [link])) == "SMS-FIELDS"


def test_approval_is_of_words() -> None:
    """Another folder keeps it, another word loses it; a rejection holds even where nobody asks for approval."""
    body = {"id": "c", "subject": "s", "body": "b", "folder": "x"}

    def said(status: str) -> ContentReview:
        record = {"status": status, "words": words_mark(body), "version": 1, "by": "p", "at_ms": 1}
        return msgspec.convert(record, type=ContentReview)

    needed = ContentRules(approval="marketing")
    assert unapproved(body, None, "marketing", CHINA) == ""
    assert unapproved(body, None, "marketing", needed) == "draft"
    assert unapproved(body, None, "service", needed) == ""
    assert unapproved({**body, "folder": "y"}, said("approved"), "marketing", needed) == ""
    assert unapproved({**body, "body": "c"}, said("approved"), "marketing", needed) == "draft"
    assert unapproved(body, said("submitted"), "marketing", needed) == "submitted"
    assert unapproved(body, said("rejected"), "marketing", CHINA) == "rejected"


@pytest.mark.parametrize("more", [{"purpose": "service"}, {"channel": "sms"}, {"pool": "p10"}])
def test_an_approval_holds_for_what_the_words_were_for(more: dict[str, str]) -> None:
    """Another purpose, channel or pool asks anew; what says nothing of it is for what is usual; a refusal stays."""
    plain = {"id": "c", "body": "b"}

    def said(body: dict[str, str], status: str) -> ContentReview:
        record = {"status": status, "words": words_mark(body), "terms": terms_mark(body)}
        return msgspec.convert({**record, "version": 1, "by": "p", "at_ms": 1}, type=ContentReview)

    needed = ContentRules(approval="all")
    other = {**plain, **more}
    assert unapproved(other, said(other, "approved"), "service", needed) == ""
    assert unapproved(other, said(plain, "approved"), "service", needed) == "draft"
    assert unapproved(plain, said(other, "approved"), "marketing", needed) == "draft"
    assert unapproved({**plain, "purpose": "marketing"}, said(plain, "approved"), "marketing", needed) == ""
    assert unapproved(other, said(plain, "rejected"), "service", CHINA) == "rejected"


def test_what_was_approved_as_service_does_not_advertise() -> None:
    body = {"id": "c", "body": "b", "purpose": "service"}
    record = {"status": "approved", "words": words_mark(body), "terms": terms_mark(body), "version": 1}
    review = msgspec.convert({**record, "by": "p", "at_ms": 1}, type=ContentReview)
    needed = ContentRules(approval="marketing")
    assert unapproved(body, review, "service", needed) == ""
    assert unapproved(body, review, "marketing", needed) == "draft"
