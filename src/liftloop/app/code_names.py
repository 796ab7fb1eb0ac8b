"""What codes among the values of traits are called in both languages: stages, media, hours of the week."""

from collections.abc import Mapping
from typing import Any

from liftloop.app.words import Said

MEDIUM_NAMES: Mapping[str, Said] = {
    "email": Said("邮件", "e-mail"),
    "sms": Said("短信", "SMS"),
    "wecom": Said("企业微信", "WeCom"),
    "wechat": Said("公众号", "WeChat"),
    "push": Said("App 推送", "push"),
    "call": Said("电话", "phone call"),
    "mini_program": Said("小程序", "mini-program"),
    "webhook": Said("Webhook", "webhook"),
}

STAGE_NAMES: Mapping[str, Said] = {
    "prospect": Said("潜客", "prospect"),
    "new": Said("新客", "new customer"),
    "active": Said("活跃", "active"),
    "dormant": Said("沉睡", "dormant"),
    "lost": Said("流失", "lost"),
}
"""What the values of lifecycle_stage are called."""
SOURCE_NAMES: Mapping[str, Said] = {
    "replenish": Said("上次买的快用完了", "what was bought last is about to run out"),
    "successor": Said("买过上一样的人接着会买它", "it is what comes after what was bought"),
    "together": Said("常和最近买的一起买", "it is often bought together with the last purchase"),
    "popular": Said("最近买的人最多", "most people buy it lately"),
}
"""Why an item is recommended: the values of recommended_why."""
_CONSENT_SOURCES: Mapping[str, Said] = {
    **dict.fromkeys(("registration", "register", "signup", "sign_up"), Said("注册时", "at registration")),
    **dict.fromkeys(("unsubscribe", "unsubscribed", "opt_out", "one_click"), Said("退订", "by unsubscribing")),
    **dict.fromkeys(("checkout", "order"), Said("下单时", "at an order")),
    **dict.fromkeys(("store", "pos", "offline"), Said("在门店", "in a store")),
    **dict.fromkeys(("preference_center", "preferences"), Said("在偏好设置里", "in their preferences")),
    **dict.fromkeys(("import", "imported"), Said("导入的文件", "an imported file")),
    **dict.fromkeys(("web", "website"), Said("网站", "the website")),
    **dict.fromkeys(("app", "mini_program", "miniprogram"), Said("App 或小程序", "the app")),
    **dict.fromkeys(("call", "phone"), Said("电话里", "on the phone")),
    **dict.fromkeys(("wecom", "wechat"), Said("微信里", "in WeChat")),
}
"""Where a consent was given, by the codes that systems write; evidence in words is said as it is."""
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def medium_name(medium: str) -> Said:
    return MEDIUM_NAMES.get(medium, Said(medium, medium))


def consent_source(source: str, forms: Mapping[str, str]) -> Said | None:
    """Return where a consent was given, None where nobody said; `forms` are names of forms by `form:` and their id.

    >>> consent_source("registration", {}).en, consent_source("门店登记表 2025", {}).zh
    ('at registration', '门店登记表 2025')
    """
    if source.startswith("form:") and source in forms:
        return Said(f"表单「{forms[source]}」", f"the form “{forms[source]}”")
    return _CONSENT_SOURCES.get(source.strip().lower()) or (Said(source, source) if source else None)


def hour_of_week(place: int) -> Said:
    """Return an hour counted from Monday 00:00 as people say it."""
    day, hour = divmod(place, 24)
    return Said(f"周{_WEEKDAYS_ZH[day]} {hour} 点", f"{_WEEKDAYS_EN[day]} {hour:02d}:00")


_SEXES = {
    **dict.fromkeys(("female", "f", "woman", "女", "女性"), Said("女", "female")),
    **dict.fromkeys(("male", "m", "man", "男", "男性"), Said("男", "male")),
    **dict.fromkeys(("unknown", "未知", "保密"), Said("未知", "unknown")),
}
KNOWN_VALUES: Mapping[str, Mapping[str, Said]] = dict.fromkeys(("gender", "sex", "性别"), _SEXES)
"""What usual attributes say, by the spellings of systems that send them; a field that a shop defines goes before."""


def known_value(name: str, value: Any) -> Said | None:
    """Return the value of a usual attribute as people say it, None where it says so itself.

    >>> known_value("gender", "F"), known_value("city", "f")
    (Said(zh='女', en='female'), None)
    """
    return KNOWN_VALUES.get(name.lower(), {}).get(value.strip().lower()) if isinstance(value, str) else None
