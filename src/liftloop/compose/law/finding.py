"""What finds a breach of each rule in words; a rule without a finder is judged elsewhere, when the message leaves."""

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from liftloop.compose.fields import BadFields
from liftloop.compose.law.claims import PRICE, PROMISE, SHARE, SUPERLATIVE, found_in
from liftloop.compose.law.writing import HOLE, Part, Writing, places, whole_sms
from liftloop.compose.sms_length import sms_length
from liftloop.compose.subscribe_fields import KINDS, fits, kind_of, known

SMS_CHARACTERS_MAX = 500
VALUE_CHARACTERS_MAX = 35
"""Of one variable of a mainland SMS; longer ones are refused by Alibaba Cloud and cut by carriers."""

LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
OPT_OUT_WORDS = re.compile(
    r"拒收请回复?\s?R|回复?\s?(?:R|T|TD|N)\s?退订|退订回复?\s?(?:R|T|TD|N)|回\s?T\s?退", re.IGNORECASE
)
_SIGN = re.compile(r"【[^【】]{1,30}】")
_REFUSAL = re.compile(r"退订|取消订阅|拒收|不想再收到|unsubscribe|opt[ -]out|rather not hear", re.IGNORECASE)
_ADVERT = re.compile(r"\s*[\[【(（]?\s*(?:广告|AD)(?![a-z])", re.IGNORECASE)
_ADDRESS = re.compile(
    r"\b(?:P\.?\s?O\.? Box \d|\d{1,6}\s+[\w .]{2,40}\b(?:Street|St|Avenue|Ave|Road|Rd|Suite|Blvd|Lane|Drive|Way)\b)"
    r"|[\u4e00-\u9fff]{2,}(?:路|街|道|巷)[\u4e00-\u9fff]{0,6}\d+号",
    re.IGNORECASE,
)


class Breach(Struct, frozen=True, kw_only=True):
    """One breach of a rule: where, and what more there is to say than the rule itself does."""

    part: Part
    quote: str = ""
    start: int = -1
    """Where the quote stands in what a reader sees of the part; -1 where the part as a whole is meant."""
    zh: str = ""
    en: str = ""


Finder = Callable[[Writing], Iterator[Breach]]


def _opt_out(writing: Writing) -> Iterator[Breach]:
    text = whole_sms(writing)
    if text and not OPT_OUT_WORDS.search(text):
        yield Breach(part="template" if writing.template_text() else "body")


def _fields(writing: Writing) -> Iterator[Breach]:
    fields = writing.fields()
    if isinstance(fields, BadFields):
        yield Breach(part="body", quote=str(fields))


def _template(writing: Writing) -> Iterator[Breach]:
    if not writing.template_code():
        yield Breach(part="body")


def _template_unapproved(writing: Writing) -> Iterator[Breach]:
    if (code := writing.template_code()) and writing.carrier.templates and not writing.template_text():
        yield Breach(part="body", quote=code)


def _template_unknown(writing: Writing) -> Iterator[Breach]:
    if (code := writing.template_code()) and not writing.carrier.templates:
        yield Breach(part="body", quote=code)


def _variables(writing: Writing) -> Iterator[Breach]:
    fields, template = writing.fields(), writing.template_text()
    if isinstance(fields, BadFields) or not template:
        return
    wanted, given = places(template), list(fields.values)
    if wanted and all(each.isdigit() for each in wanted):
        if len(wanted) != len(given):
            yield Breach(
                part="body",
                zh=f"模板要 {len(wanted)} 个，写了 {len(given)} 个",
                en=f"the template has {len(wanted)}, {len(given)} are written",
            )
        return
    for name in wanted:
        if name not in given:
            yield Breach(part="body", quote=name, zh=f"缺 {name}", en=f"{name} is missing")
    for name in given:
        if name not in wanted:
            yield Breach(part="body", quote=name, zh=f"模板里没有 {name}", en=f"the template has no {name}")


def _long_values(writing: Writing) -> Iterator[Breach]:
    for name, value in _values(writing):
        if len(value.replace(HOLE, "")) > VALUE_CHARACTERS_MAX:
            yield Breach(part="body", quote=name)


def _links(writing: Writing) -> Iterator[Breach]:
    for name, value in _values(writing):
        if LINK.search(value):
            yield Breach(part="body", quote=name)


def _values(writing: Writing) -> list[tuple[str, str]]:
    fields = writing.fields()
    return [] if isinstance(fields, BadFields) else list(fields.values.items())


def _signed_twice(writing: Writing) -> Iterator[Breach]:
    for part, text in writing.parts():
        for found in _SIGN.finditer(text):
            yield Breach(part=part, quote=found[0], start=found.start())


def _signed_once(writing: Writing) -> Iterator[Breach]:
    signs = _SIGN.findall(writing.shown(writing.body))
    if len(signs) != 1:
        yield Breach(part="body", quote="".join(signs), zh=f"写了 {len(signs)} 个", en=f"there are {len(signs)}")


def _long_sms(writing: Writing) -> Iterator[Breach]:
    text = whole_sms(writing)
    length = sms_length(text, "mainland")
    if text and length.segments > 1 and length.characters <= SMS_CHARACTERS_MAX:
        yield Breach(
            part="body",
            zh=f"{length.characters} 字，{length.segments} 条",
            en=f"{length.characters} characters, {length.segments} messages",
        )


def _too_long_sms(writing: Writing) -> Iterator[Breach]:
    length = sms_length(whole_sms(writing), "mainland")
    if length.characters > SMS_CHARACTERS_MAX:
        yield Breach(part="body", zh=f"{length.characters} 字", en=f"{length.characters} characters")


def _subscribe_fields(writing: Writing) -> Iterator[Breach]:
    fields = writing.fields()
    if isinstance(fields, BadFields):
        yield Breach(part="body", quote=str(fields), zh="要一行写一个“字段: 值”", en="one `field: value` a line")
        return
    classic = writing.carrier.kind == "wechat_template"  # Old templates name fields freely: keyword1, first.
    for name, value in fields.values.items():
        kind = KINDS.get(kind_of(name))
        if not known(name) and not classic:
            yield Breach(part="body", quote=name, zh=f"没有 {name} 这种字段", en=f"there is no field such as {name}")
        elif kind is not None and not _may_fit(name, value):
            yield Breach(part="body", quote=name, zh=f"{name} 只能是{kind.zh}", en=f"{name} is {kind.en}")


def _may_fit(name: str, value: str) -> bool:
    """Tell whether a value fits, or could with something in its holes."""
    if HOLE not in value:
        return fits(name, value)
    literal = value.replace(HOLE, "")
    return not literal or fits(name, literal)


def _unsubscribe(writing: Writing) -> Iterator[Breach]:
    linked = "unsubscribe_url" in writing.body or "preference_url" in writing.body
    if not writing.carrier.unsubscribes and not linked and not _REFUSAL.search(writing.shown(writing.body)):
        yield Breach(part="body")


def _advert(writing: Writing) -> Iterator[Breach]:
    if writing.subject and not _ADVERT.match(writing.shown(writing.subject)):
        yield Breach(part="subject", quote=writing.shown(writing.subject), start=0)


def _sender(writing: Writing) -> Iterator[Breach]:
    if not writing.carrier.sender.partition("<")[0].strip() or "<" not in writing.carrier.sender:
        yield Breach(part="body", quote=writing.carrier.sender)


def _subject(writing: Writing) -> Iterator[Breach]:
    if not writing.subject.strip():
        yield Breach(part="subject")


def _address(writing: Writing) -> Iterator[Breach]:
    if not any(_ADDRESS.search(text) for part, text in writing.parts() if part == "body"):
        yield Breach(part="body")


def _claims(pattern: re.Pattern[str]) -> Finder:
    def find(writing: Writing) -> Iterator[Breach]:
        for part, text in writing.parts():
            for found in found_in(pattern, text):
                yield Breach(part=part, quote=found.quote, start=found.start)

    return find


FINDERS: Mapping[str, Finder] = {
    "CN-OPTOUT": _opt_out,
    "CN-OPTOUT-OUTSIDE": _opt_out,
    "SMS-FIELDS": _fields,
    "SMS-TEMPLATE": _template,
    "SMS-TEMPLATE-UNAPPROVED": _template_unapproved,
    "SMS-TEMPLATE-UNKNOWN": _template_unknown,
    "SMS-VARIABLES": _variables,
    "SMS-VALUE-LONG": _long_values,
    "SMS-LINK": _links,
    "SMS-SIGN-TWICE": _signed_twice,
    "SMS-SIGN": _signed_once,
    "SMS-LONG": _long_sms,
    "SMS-TOO-LONG": _too_long_sms,
    "WX-TEMPLATE": lambda writing: iter([Breach(part="body")]),
    "WX-FIELDS": _subscribe_fields,
    "WX-TEMPLATE-ID": _template,
    "WX-SHARE": _claims(SHARE),
    "EM-UNSUB": _unsubscribe,
    "EM-AD": _advert,
    "EM-SENDER": _sender,
    "EM-SUBJECT": _subject,
    "US-ADDRESS": _address,
    "CN-SUPERLATIVE": _claims(SUPERLATIVE),
    "CN-PROMISE": _claims(PROMISE),
    "CN-PRICE": _claims(PRICE),
}
