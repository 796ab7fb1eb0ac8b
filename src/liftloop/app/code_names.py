"""What codes among the values of traits are called in both languages: stages, media, hours of the week."""

from collections.abc import Mapping

from liftloop.app.words import Said

MEDIUM_NAMES: Mapping[str, Said] = {
    "email": Said("邮件", "e-mail"),
    "sms": Said("短信", "SMS"),
    "wecom": Said("企业微信", "WeCom"),
    "wechat": Said("公众号", "WeChat"),
    "push": Said("App 推送", "push"),
    "call": Said("电话", "phone call"),
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
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def medium_name(medium: str) -> Said:
    return MEDIUM_NAMES.get(medium, Said(medium, medium))


def hour_of_week(place: int) -> Said:
    """Return an hour counted from Monday 00:00 as people say it."""
    day, hour = divmod(place, 24)
    return Said(f"周{_WEEKDAYS_ZH[day]} {hour} 点", f"{_WEEKDAYS_EN[day]} {hour:02d}:00")
