"""Why a channel pauses, in words, and what a person can do about it; a provider's own code stands behind."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from liftloop.app.definitions.secrets import SECRET_SETTINGS
from liftloop.app.dispatch.settle import NOT_ADMITTED
from liftloop.app.provider_words import provider_words
from liftloop.plan.options import Words
from liftloop.plugins.channels.setup import SETUPS, Step

Trouble = Literal["credentials", "balance", "network", "permission", "busy"]

_TROUBLES: dict[str, Trouble] = {
    "isv.OUT_OF_SERVICE": "balance",
    "isv.AMOUNT_NOT_ENOUGH": "balance",
    "FailedOperation.InsufficientBalanceInSmsPackage": "balance",
    "UnauthorizedOperation.ServiceSuspendDueToArrears": "balance",
    "jpush_2003": "network",
    "isv.DENY_IP_RANGE": "network",
    "UnauthorizedOperation.RequestIpNotInWhitelist": "network",
    "errcode_40164": "network",
    "errcode_60020": "network",
    "isp.RAM_PERMISSION_DENY": "permission",
    "AuthFailure.UnauthorizedOperation": "permission",
    "errcode_48001": "permission",
    "errcode_48002": "permission",
    "errcode_50002": "permission",
    "errcode_60011": "permission",
    "errcode_41048": "permission",
}
"""What stands behind a provider's code; everything else that does not let us in is about the credentials."""
_WHY: dict[Trouble, Words] = {
    "credentials": Words(
        zh="服务商不认这组凭证：过期、被重置或填错了", en="the provider does not take these credentials"
    ),
    "balance": Words(zh="服务商账户余额或套餐用完", en="the account with the provider is out of money"),
    "network": Words(zh="服务器的出口 IP 不在服务商的白名单里", en="the server's IP is not on the provider's list"),
    "permission": Words(zh="账号没有调用这个接口的权限", en="the account may not use this call"),
    "busy": Words(zh="服务商暂时不接收，会自动再试", en="the provider takes nothing just now; tried again by itself"),
}
_NEXT: dict[Trouble, Words] = {
    "balance": Words(zh="去服务商控制台充值或买套餐，再点“继续发送”", en="top the account up, then let it go on"),
    "network": Words(zh="把服务器的出口 IP 加进白名单，再点“继续发送”", en="list the server's IP, then let it go on"),
    "permission": Words(zh="在服务商控制台给账号授权，再点“继续发送”", en="grant the permission, then let it go on"),
    "busy": Words(zh="不用做什么，消息会等着", en="there is nothing to do; messages wait"),
}


class Advice(Struct, frozen=True, kw_only=True):
    """Why a channel pauses and what to do."""

    trouble: Trouble
    code: str
    """The provider's own, empty where it said none."""
    why: Words
    next: Words
    fields: Sequence[str]
    """The settings that hold its credentials, where they are what to renew."""


def advice(kind: str, reason: str) -> Advice:
    """Return what a pause's reason means for a kind of channel."""
    head, _, code = reason.partition(":")
    if head != NOT_ADMITTED:
        return Advice(trouble="busy", code=reason, why=_WHY["busy"], next=_NEXT["busy"], fields=())
    trouble = _TROUBLES.get(code, "credentials")
    why = provider_words(code) or _WHY[trouble]
    if trouble != "credentials":
        return Advice(trouble=trouble, code=code, why=why, next=_NEXT[trouble], fields=())
    step = credential_step(kind)
    where = step.where if step else None
    return Advice(
        trouble=trouble,
        code=code,
        why=why,
        next=Words(
            zh=f"到“{where.zh}”取新的凭证填进来，保存后自动继续" if where else "更新渠道的凭证，保存后自动继续",
            en=f"get new ones ({where.en}) and put them in: it goes on by itself" if where else "put in new ones",
        ),
        fields=step.fields if step else (),
    )


def credential_step(kind: str) -> Step | None:
    """Return the step of a kind's checklist that gives what lets us in, None for a plug-in's kind."""
    setup = SETUPS.get(kind)
    for step in setup.steps if setup else ():
        if SECRET_SETTINGS & set(step.fields) and not step.callback:
            return step
    return None
