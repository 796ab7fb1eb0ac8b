"""The page on which a person says by what and for what they may be written to: plain HTML, no scripts, zh and en."""

from collections.abc import Sequence
from html import escape

from msgspec import Struct

from liftloop.app.code_names import medium_name
from liftloop.app.form_page import MARK, POLICY, STYLE
from liftloop.app.requests import Answer
from liftloop.kernel.errors import Language

TEXT_VERSION = "preferences-2026-11"
"""Of the words below; kept with every consent. Another wording needs another version."""
NONE = "none"
"""The name of the button that ends everything at once."""

_SAID = {
    "zh-CN": {
        "title": "消息偏好",
        "intro": "勾选的可以发给你，没勾选的不会发。随时可以改，改完立即生效。",
        "marketing": "接收{}里的优惠和活动消息",
        "profiling": "按我的浏览和购买推荐，而不是人人一样",
        "service": "订单、物流等服务通知不受影响。",
        "save": "保存",
        "none": "全部不要",
        "saved": "已保存，立即生效。",
        "again": "页面打开太久了，请再保存一次。",
        "other": "English",
    },
    "en": {
        "title": "What we may send you",
        "intro": "What is ticked may be sent to you, the rest is not. Change it at any time; it holds at once.",
        "marketing": "Offers and news by {}",
        "profiling": "Recommendations by what I look at and buy, not the same for everybody",
        "service": "Notices about orders and deliveries are not affected.",
        "save": "Save",
        "none": "None of it",
        "saved": "Saved; it holds at once.",
        "again": "This page was open for too long; please save again.",
        "other": "中文",
    },
}


class Choice(Struct, frozen=True, kw_only=True):
    """One thing that a person may allow."""

    channel: str
    purpose: str
    allowed: bool

    @property
    def name(self) -> str:
        return f"{self.purpose}:{self.channel}"


def preference_page(choices: Sequence[Choice], mark: str, language: Language, told: str = "") -> Answer:
    """Return the page; `told` is `saved` or `again`, or nothing."""
    said = _SAID[language]
    note = f'<p role="status">{said[told]}</p>' if told else ""
    boxes = "".join(_box(choice, language) for choice in choices)
    other: Language = "en" if language == "zh-CN" else "zh-CN"
    html = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{said['title']}</title><style>{STYLE}.more{{margin-left:.75rem;background:#fff;color:#1f2328;"
        "border:1px solid #6e7781}}</style>"
        f'<main><p><a href="?lang={other}">{said["other"]}</a></p><h1>{said["title"]}</h1>{note}<p>{said["intro"]}</p>'
        f'<form method="post"><input type="hidden" name="{MARK}" value="{escape(mark)}">'
        f'<input type="hidden" name="lang" value="{language}">{boxes}<p>{said["service"]}</p>'
        f'<button type="submit">{said["save"]}</button>'
        f'<button class="more" type="submit" name="{NONE}" value="yes">{said["none"]}</button></form></main></html>'
    )
    headers = (
        (b"content-security-policy", POLICY),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cache-control", b"no-store"),
    )
    return Answer(200, html.encode("utf-8", "replace"), b"text/html; charset=utf-8", headers)


def _box(choice: Choice, language: Language) -> str:
    medium = medium_name(choice.channel)
    words = _SAID[language][choice.purpose].format(medium.zh if language == "zh-CN" else medium.en)
    ticked = " checked" if choice.allowed else ""
    return f'<label><input type="checkbox" name="{escape(choice.name)}" value="yes"{ticked}> {escape(words)}</label>'
