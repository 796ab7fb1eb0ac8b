"""What is judged: words for one channel and purpose, with what the channel adds to them by itself."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from liftloop.compose.blocks import template_of
from liftloop.compose.contract import Carrier, Content
from liftloop.compose.fields import BadFields, Fields, read_fields
from liftloop.compose.tongues import in_language

HOLE = "\ufffc"
"""Stands where a value goes: the sign that Unicode has for an object in a text."""
_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_STATEMENT = re.compile(r"\{%.*?%\}", re.DOTALL)
_TAG = re.compile(r"<(style|script|head)\b.*?</\1\s*>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_PLACE = re.compile(r"\$\{(\w{1,64})\}|\{(\d{1,2})\}")
OPTIONS = ("template", "url", "page", "appid")

Part = Literal["subject", "preheader", "body", "template"]


class Writing(Struct, frozen=True, kw_only=True):
    """Words in one language for one channel and purpose."""

    subject: str
    preheader: str
    body: str
    carrier: Carrier
    purpose: str
    language: str = "zh-CN"
    rendered: bool = False
    """Whether values stand in it already; else Liquid does."""

    def parts(self) -> list[tuple[Part, str]]:
        """Return what a reader sees, by part: no Liquid, no markup; a template's own text with holes for its values."""
        said: list[tuple[Part, str]] = [
            ("subject", self.shown(self.subject)),
            ("preheader", self.shown(self.preheader)),
        ]
        if self.carrier.kind == "smtp":
            return [*said, ("body", _TAG.sub("", self.shown(self.body)))]
        text = self.template_text()
        return [*said, ("body", self.shown(self.body)), *([("template", text)] if text else [])]

    def shown(self, text: str) -> str:
        """Return a text with a hole for each value."""
        return text if self.rendered else _STATEMENT.sub("", _VALUE.sub(HOLE, text))

    def fields(self) -> Fields | BadFields:
        """Return the body read as fields, for channels that fill in a template."""
        try:
            return read_fields(self.shown(self.body), OPTIONS)
        except BadFields as wrong:
            return wrong

    def template_code(self) -> str:
        """Return which of the provider's templates is filled in, empty where none is named."""
        fields = self.fields()
        named = "" if isinstance(fields, BadFields) else fields.options.get("template", "")
        return named or self.carrier.template

    def template_text(self) -> str:
        """Return the approved text of that template, empty where it is not known."""
        return self.carrier.templates.get(self.template_code(), "")


def places(template: str) -> list[str]:
    """Return the variables of an approved text, in its order: `name` of `${name}`, `1` of `{1}`."""
    return list(dict.fromkeys(found[1] or found[2] for found in _PLACE.finditer(template)))


def filled(template: str, values: Sequence[tuple[str, str]]) -> str:
    """Return an approved text with values in their places: by name, or by order where the places are numbers.

    >>> filled("您有${n}张券，{2}到期", [("n", "三"), ("when", "周日")])
    '您有三张券，周日到期'
    """
    by_name = dict(values)
    by_order = {str(number): value for number, (_, value) in enumerate(values, 1)}
    return _PLACE.sub(lambda found: by_name.get(found[1] or "") or by_order.get(found[2] or "") or HOLE, template)


def whole_sms(writing: Writing) -> str:
    """Return the text as it arrives, signature included; empty where the template's text is not known."""
    if writing.carrier.kind not in ("aliyun_sms", "tencent_sms"):
        return writing.shown(writing.body)
    fields, template = writing.fields(), writing.template_text()
    if isinstance(fields, BadFields) or not template:
        return ""
    sign = f"【{writing.carrier.sign}】" if writing.carrier.sign else ""
    return sign + filled(template, list(fields.values.items()))


def languages_of(content: Content, carrier: Carrier, purpose: str) -> list[Writing]:
    """Return a content as it is written in each of its languages."""
    own = Writing(
        subject=content.subject,
        preheader=content.preheader,
        body=_words(content),
        carrier=carrier,
        purpose=purpose,
        language=content.language,
    )
    others = [
        Writing(
            subject=each.subject,
            preheader=each.preheader,
            body=_words(in_language(content, language)),
            carrier=carrier,
            purpose=purpose,
            language=language,
        )
        for language, each in content.translations.items()
    ]
    return [own, *others]


def _words(content: Content) -> str:
    return template_of(content.blocks) if content.format == "page" else content.body


def normal(text: str) -> tuple[str, list[int]]:
    """Return a text without what hides words from a search, and where each of its letters stood.

    Full-width letters become plain, zero-width signs and spaces between Chinese characters go.

    >>> normal("全 国第\u200b１")[0]
    '全国第1'
    """
    letters: list[str] = []
    stood: list[int] = []
    for place, letter in enumerate(text):
        if unicodedata.category(letter) == "Cf":
            continue
        for plain in unicodedata.normalize("NFKC", letter).lower():
            letters.append(plain)
            stood.append(place)
    kept = [
        place
        for place, letter in enumerate(letters)
        if not letter.isspace() or not (_wide(letters, place - 1) and _wide(letters, place + 1))
    ]
    return "".join(letters[place] for place in kept), [stood[place] for place in kept]


def _wide(letters: Sequence[str], place: int) -> bool:
    return 0 <= place < len(letters) and letters[place] >= "\u2e80"
