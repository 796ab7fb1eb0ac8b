"""Puts words into the form of a channel: lengths, signature, opt-out, fields of templates, mails with their footer."""

from collections.abc import Iterator, Sequence
from typing import Any

from liftloop.compose.drafting.blanks import blank_values, proposed_text
from liftloop.compose.drafting.brief import Brief, Shaped, Spoken
from liftloop.compose.drafting.mail import mail_html, mail_text
from liftloop.compose.law.finding import OPT_OUT_WORDS
from liftloop.compose.law.writing import HOLE
from liftloop.compose.sms_length import sms_length

MAINLAND_SMS = ("aliyun_sms", "tencent_sms")
SUBSCRIBE = ("wechat_subscribe", "mini_program", "wechat_template")
PUSH = ("jpush", "fcm", "apns")
OPT_OUT = "拒收请回复R"
"""As the carriers read it, in whatever language the rest is."""
USUAL_FIELDS = ("thing1", "thing2")
TITLE_CHARACTERS_MAX = 20
"""What phones show of the title of a push."""
NAME_CHARACTERS = 4
"""As long as a name is taken to be where a text is measured."""


def shaped(brief: Brief, spoken: Spoken) -> Shaped:
    """Return words in the form of the brief's channel; what no rule can know stays open and is named."""
    carrier = brief.carrier
    if carrier.kind in MAINLAND_SMS:
        return _filled_sms(brief, spoken)
    if carrier.kind in SUBSCRIBE:
        return _fields(brief, spoken, brief.fields or USUAL_FIELDS)
    if carrier.kind == "smtp":
        return _mail(brief, spoken)
    if carrier.medium == "sms":
        return _content(brief, spoken, "", _short_sms(brief, spoken))
    if carrier.medium == "email":
        return _content(brief, spoken, _subject(brief, spoken), _mail_text(brief, spoken))
    if carrier.kind in PUSH:
        title = spoken.headline[:TITLE_CHARACTERS_MAX]
        return _content(brief, spoken, title, _joined(brief, spoken.line, brief.mention, promise(brief)))
    if carrier.kind == "call":
        return _content(brief, spoken, spoken.headline, _call(brief, spoken))
    return _content(brief, spoken, spoken.headline, _chat(brief, spoken))


def promise(brief: Brief) -> str:
    """Return the sentence that names the offer or the item, empty where there is neither."""
    code = brief.said("，券码 {{ coupon.code }}", ", code {{ coupon.code }}") if brief.pool and brief.offer else ""
    if brief.offer and brief.item:
        return brief.said(f"{brief.item}：{brief.offer}{code}。", f"{brief.item}: {brief.offer}{code}.")
    if brief.offer:
        return brief.said(f"为你准备了{brief.offer}{code}。", f"There is {brief.offer} for you{code}.")
    return brief.said(f"想推荐你看看{brief.item}。", f"Have a look at {brief.item}.") if brief.item else ""


def _content(brief: Brief, spoken: Spoken, subject: str, body: str, **more: Any) -> Shaped:
    said = {"subject": subject, "body": body, "language": brief.language, "purpose": brief.purpose}
    said |= {"channel": brief.carrier.id} if brief.carrier.id else {}
    said |= {"pool": brief.pool} if "coupon.code" in body else {}
    kept = {name: value for name, value in {**said, **more.pop("body_more", {})}.items() if value != ""}
    return Shaped(tone=spoken.tone, body=kept, **more)


def _joined(brief: Brief, *sentences: str) -> str:
    """Return sentences one after the other, each with its full stop."""
    stop, gap = brief.said("。", "."), brief.said("", " ")
    said = [each.strip() for each in sentences if each.strip()]
    return gap.join(each if each[-1] in "。！？!?.…" else each + stop for each in said)


def _short_sms(brief: Brief, spoken: Spoken) -> str:
    """Return the longest way of saying it that is one message, else the shortest there is."""
    sign = f"【{brief.carrier.sign or brief.brand}】" if brief.carrier.sign or brief.brand else ""
    marketing = brief.purpose == "marketing"
    end = (brief.said("", " Reply R to stop. ") + OPT_OUT) if marketing else ""
    wholes = [sign + core + end for core in _cores(brief, spoken)]
    return next((each for each in wholes if _one_message(each)), wholes[-1])


def _cores(brief: Brief, spoken: Spoken) -> Iterator[str]:
    """Yield what is said, from all of it down to what must be."""
    link = f" {brief.url} " if brief.url else ""
    told = promise(brief)
    yield spoken.greeting + _joined(brief, spoken.line, brief.mention, told) + link
    yield _joined(brief, spoken.line, brief.mention, told) + link
    yield _joined(brief, spoken.headline, brief.mention, told) + link
    if brief.mention or told:
        yield _joined(brief, brief.mention, told) + link


def _one_message(text: str) -> bool:
    """Tell whether a text is one SMS where each value in it is as long as a name."""
    return sms_length(_measured(text), "mainland").segments == 1


def _measured(text: str) -> str:
    before, _, rest = text.partition("{{")
    if not rest:
        return before
    return before + HOLE * NAME_CHARACTERS + _measured(rest.partition("}}")[2])


def _filled_sms(brief: Brief, spoken: Spoken) -> Shaped:
    """Return what fills in an approved text; where none says it, the text to have approved beside it."""
    fitting = _fitting_template(brief, spoken)
    code = brief.template or fitting or brief.carrier.template
    text = brief.carrier.templates.get(code, "")
    proposed = "" if brief.template or fitting else proposed_text(brief, spoken, OPT_OUT)
    values, missing = blank_values(brief, spoken, text or proposed)
    lines = [f"@template: {code}"] if code and code != brief.carrier.template else []
    lines += [f"{name}: {value}" for name, value in values.items()]
    return _content(brief, spoken, "", "\n".join(lines) or " ", open=missing, proposed=proposed)


def _fitting_template(brief: Brief, spoken: Spoken) -> str:
    """Return the approved text that may carry this purpose and has a place for what is said, empty where none has.

    A text without such a place says something of its own, which no rule can hold against what is meant.
    """
    ranked: list[tuple[int, int, bool, str]] = []
    for code, text in brief.carrier.templates.items():
        values, missing = blank_values(brief, spoken, text)
        may = brief.purpose != "marketing" or OPT_OUT_WORDS.search(text)
        if may and any("{{" not in value and value != brief.brand for value in values.values()):
            ranked.append((len(missing), -len(values), code != brief.carrier.template, code))
    return min(ranked)[-1] if ranked else ""


def _fields(brief: Brief, spoken: Spoken, names: Sequence[str]) -> Shaped:
    """Return the fields of a subscribe or template message, each as WeChat takes it."""
    text = "".join(f"${{{name}}}" for name in names)
    values, missing = blank_values(brief, spoken, text)
    lines = [f"@template: {brief.template}"] if brief.template else []
    lines += [f"{name}: {value}" for name, value in values.items()]
    return _content(brief, spoken, "", "\n".join(lines) or " ", open=missing)


def _subject(brief: Brief, spoken: Spoken) -> str:
    mark = brief.said("【广告】", "[AD] ") if brief.purpose == "marketing" else ""
    told = brief.offer or brief.item
    between = brief.said("，", ": ")
    return f"{mark}{spoken.headline}{between}{told}" if told else f"{mark}{spoken.headline}"


def _paragraphs(brief: Brief, spoken: Spoken) -> list[str]:
    line = _behind_headline(brief, spoken)
    told = (spoken.greeting + line if line else "", brief.mention, promise(brief))
    return [_joined(brief, each) for each in told if each.strip()]


def _behind_headline(brief: Brief, spoken: Spoken) -> str:
    """Return a line without the headline that stands above it, where what is left is a sentence by itself."""
    rest = spoken.line.removeprefix(spoken.headline)
    ends = rest[:1] in brief.said("，。！", ".!")
    return rest[1:].strip() if rest != spoken.line and ends else spoken.line


def _mail(brief: Brief, spoken: Spoken) -> Shaped:
    paragraphs = _paragraphs(brief, spoken)
    preheader = promise(brief) if "{{" not in promise(brief) else ""
    more = {"preheader": preheader or (paragraphs or [spoken.line])[-1]}
    if not brief.mjml:
        text = _mail_text(brief, spoken)
        return _content(brief, spoken, _subject(brief, spoken), text, body_more=more)
    body = mail_html(brief, spoken.headline, paragraphs)
    return _content(brief, spoken, _subject(brief, spoken), body, body_more={**more, "format": "mjml"})


def _mail_text(brief: Brief, spoken: Spoken) -> str:
    return mail_text(brief, [spoken.headline, *_paragraphs(brief, spoken)])


def _chat(brief: Brief, spoken: Spoken) -> str:
    """Return what a colleague could have typed: plain lines, and a way to answer."""
    answer = brief.said("有需要直接回复我。", "Just reply if there is anything.")
    lines = [spoken.greeting + _joined(brief, spoken.line), brief.mention, promise(brief), brief.url]
    said = [each for each in lines if each]
    return "\n".join([*said, answer] if brief.carrier.medium == "wecom" else said)


def _call(brief: Brief, spoken: Spoken) -> str:
    """Return what a colleague says on the phone, in the order in which it is said."""
    here = brief.said(f"您好，这里是{brief.brand}，" if brief.brand else "您好，", f"Hello, this is {brief.brand}. ")
    ask = brief.said("现在方便说两句吗？", "Is this a good moment?")
    refusal = brief.said("（不方便就不打扰；说不想再接到，就登记拒绝。）", "(If not, leave it; a no is noted as one.)")
    return "\n".join(each for each in (here + ask, _joined(brief, spoken.line, brief.mention, promise(brief)), refusal))
