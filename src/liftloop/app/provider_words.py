"""What channels of providers say of a message, in words; a provider's code stands behind, for whoever asks there."""

from collections.abc import Mapping

from liftloop.plan.options import Words

_WHOLE: Mapping[str, tuple[str, str]] = {
    "task_made": (
        "已建群发任务，员工点“发送”后客户才收到",
        "a task was made; the customer gets it once staff tap send",
    ),
    "fail_list": (
        "这位客户不能群发（不是好友或不在范围内）",
        "this customer cannot be written to (no contact, or out of scope)",
    ),
    "invaliduser": ("接收人不在应用可见范围内", "the members are out of the app's scope"),
    "not_a_mobile_number": ("不是大陆手机号", "not a mobile number of mainland China"),
    "not_a_device_token": ("不是设备令牌", "not a device token"),
    "no_template": ("没有写模板编号", "no template was named"),
    "dnc": ("客户要求不再来电", "the person wants no calls"),
    "errcode_43101": (
        "客户没有可用的订阅次数，或拒收了这个模板",
        "no consent left, or the person refuses this template",
    ),
    "errcode_47003": ("模板字段的内容不符合要求", "a field of the template does not fit"),
    "errcode_41050": ("超过 20 秒，欢迎语发不出了", "more than twenty seconds passed: too late for a welcome"),
    "errcode_41051": ("已经发过欢迎语", "a welcome was sent already"),
    "isv.AMOUNT_NOT_ENOUGH": ("阿里云余额不足", "the Alibaba Cloud account has no balance"),
    "isv.BUSINESS_LIMIT_CONTROL": ("这个号码收得太多，阿里云限流", "this number had too many, Alibaba Cloud says"),
    "isv.MOBILE_NUMBER_ILLEGAL": ("手机号无效", "the number is not valid"),
    "isv.SMS_SIGNATURE_ILLEGAL": ("短信签名没有通过审核", "the signature is not approved"),
    "isv.SMS_TEMPLATE_ILLEGAL": ("短信模板没有通过审核", "the template is not approved"),
    "FailedOperation.PhoneNumberInBlacklist": (
        "这个号码已退订或在运营商黑名单里",
        "the number opted out or is on a carrier's list",
    ),
    "FailedOperation.InsufficientBalanceInSmsPackage": ("腾讯云短信套餐包用完", "the Tencent Cloud package is used up"),
    "FailedOperation.MarketingSendTimeConstraint": (
        "营销短信只能在 8 点到 22 点发",
        "marketing goes between 8 and 22 only",
    ),
    "UNREGISTERED": ("App 已卸载，或设备令牌失效", "the app is gone, or the token is no longer valid"),
    "Unregistered": ("App 已卸载，或设备令牌失效", "the app is gone, or the token is no longer valid"),
    "BadDeviceToken": ("设备令牌不对（检查正式环境或沙盒）", "a wrong device token (production or sandbox)"),
}
_BEFORE: Mapping[str, tuple[str, str]] = {
    "fields": ("内容要写成一行一个“名称: 值”，问题在 {}", "a content is one `name: value` a line; look at {}"),
    "link_in_variable": ("短信变量不能带链接：{}", "an SMS variable may hold no link: {}"),
    "too_long": ("变量太长：{}", "a variable is too long: {}"),
    "field_does_not_fit": ("字段内容不符合微信的要求：{}", "a field does not fit WeChat's rules: {}"),
}


def provider_words(reason: str) -> Words | None:
    """Return a reason in words, None where it is not one of these."""
    if reason in _WHOLE:
        zh, en = _WHOLE[reason]
        code = f" ({reason})" if "." in reason or reason.startswith("errcode") else ""
        return Words(zh=zh + code, en=en + code)
    head, _, rest = reason.partition(":")
    if head not in _BEFORE or not rest:
        return None
    zh, en = _BEFORE[head]
    return Words(zh=zh.format(rest), en=en.format(rest))
