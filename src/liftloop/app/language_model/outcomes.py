"""Says what came of asking a language model, with the next step where there is one."""

from collections.abc import Mapping

from liftloop.app.language_model.contract import CallState, Outcome
from liftloop.app.words import Said

_OUTCOMES: Mapping[Outcome | CallState, Said] = {
    "drafted": Said(
        "语言模型写好了，已按同样的规则检查", "Written by the language model, and checked by the same rules"
    ),
    "late": Said(
        "语言模型没有在限定时间内答复；可以稍后再试，或在设置里放宽超时",
        "The language model gave no answer in time; try again, or give it longer in the settings",
    ),
    "unreachable": Said(
        "连不上语言模型；请管理员检查地址和网络", "The language model cannot be reached; have its address checked"
    ),
    "refused": Said("语言模型的服务拒绝了请求", "The language model's server refused"),
    "unusable": Said(
        "语言模型写的不合规则（编了没给的内容、带了链接，或格式不对），改过一次还是不行",
        "What the language model wrote broke a rule (something not given, a link, or its form), twice",
    ),
    "over_budget": Said(
        "语言模型这个月的预算不够再问一次；管理员可以在设置里调高",
        "Too little of this month's budget is left to ask the language model; an administrator may raise it",
    ),
    "personal": Said(
        "里面有像电话、邮箱或证件号的内容，没有交给语言模型；去掉后可以再试",
        "Something looks like a phone, a mail address or a number of somebody, so the language model was told nothing",
    ),
    "busy": Said("语言模型正忙着别的草稿，稍后再试", "The language model is busy with other drafts; try again"),
    "missing": Said(
        "没有安装连接语言模型的组件：运行 pip install 'liftloop[model]' 后重启",
        "What reaches a language model is not installed: pip install 'liftloop[model]', then restart",
    ),
    "locked": Said(
        "语言模型的密钥打不开；请管理员重新填一次", "The key of the language model cannot be opened: set it again"
    ),
    "asked": Said("没有等到结果，按最多算", "No answer was kept; counted as the most it may have cost"),
}
_REFUSALS: Mapping[str, Said] = {
    "http_401": Said("：密钥不对（401）", ": the key is wrong (401)"),
    "http_402": Said("：账户余额不足（402）", ": the account has no money left (402)"),
    "http_403": Said("：没有权限（403）", ": not permitted (403)"),
    "http_404": Said("：没有这个地址或模型（404）", ": no such address or model (404)"),
    "http_429": Said("：太频繁或额度用完（429），稍后再试", ": too often, or the quota is used up (429); try later"),
    "address_refused": Said(
        "：地址在内网；是自己的模型，就把网段写进 LIFTLOOP_MODEL_ALLOW 后重启",
        ": its address is private; for a model of your own add its network to LIFTLOOP_MODEL_ALLOW and restart",
    ),
}
_USUAL = Said("；下面是按规则写的", "; what follows is by rules")


def outcome_words(outcome: Outcome | CallState, why: str = "") -> Said:
    """Return an outcome in words."""
    said = _OUTCOMES[outcome]
    more = _REFUSALS.get(why) or (Said(f"（{why[5:]}）", f" ({why[5:]})") if why.startswith("http_") else Said("", ""))
    return Said(said.zh + more.zh, said.en + more.en)


def instead_words(says: Said) -> Said:
    """Return why there are drafts by rules alone."""
    return Said(says.zh + _USUAL.zh, says.en + _USUAL.en)
