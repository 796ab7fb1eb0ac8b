"""Judges a model's words before anybody sees them: no fact, link, promise or placeholder of its own."""

import re
import unicodedata
from collections.abc import Iterator

from liftloop.app.contents.checking import as_content, check_written
from liftloop.app.definitions.uses import Live
from liftloop.app.language_model.telling import personal_in, told
from liftloop.compose.drafting.brief import Brief, Spoken
from liftloop.compose.drafting.shapes import shaped

_LINK = re.compile(
    r"https?:|www\.|\b[a-z0-9-]+\.(?:com|cn|net|org|io|top|xyz|co|cc|vip|shop|me|ly|app|link)\b"
    r"|链接|网址|点击|二维码|扫码|加微信|加V|微信号|\blinks?\b|\bclick\b|\bQR\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[{}<>【】\[\]\\]|\$\w|退订|拒收|回复\s?R\b|unsubscribe|opt[ -]out", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_OFFERED = re.compile(
    r"[一二三四五六七八九十百千万两半几]+(?:点[一二三四五六七八九])?\s?(?:折|元|块|倍|天|小时)"
    r"|半价|免费|免单|赠|送你|包邮|立减|返现|红包|优惠|折扣|限时|限量|仅剩|最后[一两]?[天次]|保证|承诺"
    r"|\bfree\b|\bgifts?\b|\bhalf price\b|\bdiscounts?\b|\bsale\b|\blimited\b|\blast (?:day|chance)\b|\bguarantee",
    re.IGNORECASE,
)
"""What would have to be true: such a word may be used where it was given."""


class Judge:
    """Judges words for one brief."""

    def __init__(self, live: Live, brief: Brief, usual: Spoken) -> None:
        """Begin; what stands against `usual`, which rules made, is not held against a model."""
        self._live = live
        self._brief = brief
        self._given = _plain(told(brief))
        self._anyway = {rule for rule, _, _ in self._broken(usual)}

    def __call__(self, spoken: Spoken) -> list[str]:
        """Return what stands against words, each in a sentence for a model; nothing where they may be shown."""
        text = "\n".join((spoken.headline, spoken.greeting, spoken.line))
        own = [*self._invented(_plain(text)), *(f"{text}: personal data" for _ in [0] if personal_in(text))]
        law = [
            why for rule, quote, why in self._broken(spoken) if rule not in self._anyway or (quote and quote in text)
        ]
        return [*own, *law]

    def _invented(self, text: str) -> Iterator[str]:
        for each in _LINK.finditer(text):
            yield f"{each.group()!r}: write no links and no calls to click or scan"
        for each in _MARKUP.finditer(text):
            yield f"{each.group()!r}: write no placeholders, brackets, signature or opt-out"
        numbers = set(_NUMBER.findall(self._given))
        for each in _NUMBER.findall(text):
            if each not in numbers:
                yield f"{each}: this number was not given"
        for each in _OFFERED.finditer(text):
            if each.group() not in self._given:
                yield f"{each.group()!r}: this was not given, so it may be untrue"

    def _broken(self, spoken: Spoken) -> Iterator[tuple[str, str, str]]:
        """Yield the rules that words break in the form of their channel, with the quote and why."""
        checked = check_written(self._live, as_content(shaped(self._brief, spoken).body))
        for hit in checked.hits:
            if hit.exemption is None:
                yield hit.rule.id, hit.breach.quote, f"{hit.breach.quote or spoken.line!r}: {hit.rule.en}"
        for problem in checked.problems:
            yield problem.code, "", problem.en


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
