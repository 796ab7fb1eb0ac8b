"""Says states and reasons of the ledger in plain words, Chinese and English."""

from msgspec import Struct

from liftloop.app.provider_words import provider_words
from liftloop.compose.law.table import RULES
from liftloop.plan.metric.catalogue import BUILT_IN_CATALOGUE
from liftloop.plan.options import CHANNEL_NAMES, Words


class Said(Struct, frozen=True):
    """One sentence in both languages."""

    zh: str
    en: str


_STATES = {
    "queued": Said("已通过，等待发送", "let through, waiting to be sent"),
    "deferred": Said("已通过，等免打扰时段过后发送", "let through, waiting until quiet hours are over"),
    "sent": Said("已发送", "sent"),
    "failed": Said("没有送出", "could not be sent"),
    "uncertain": Said("渠道没有给出答复，不会再发一次", "the channel gave no answer; it is not sent again"),
    "held_out": Said("在对照组里，有意不发", "in the holdout, deliberately left alone"),
    "suppressed": Said("没发：不允许联系", "not sent: contact is not allowed"),
    "capped": Said("没发：达到触达上限", "not sent: at the frequency cap"),
    "no_budget": Said("没发：预算已用完", "not sent: the budget is spent"),
    "expired": Said("没发：过了有效时间", "not sent: its time was over"),
    "blocked": Said("没发：渠道或内容不可用", "not sent: channel or content is missing"),
    "not_contacted": Said("没发：方案决定不触达这位客户", "not sent: the plan leaves this person alone"),
    "waiting": Said("还在旅程里等待", "still waiting in the journey"),
    "left": Said("没有发送就离开了旅程", "left the journey without a message"),
}

_REASONS = {
    "not_for_customers": Said("这个渠道是群机器人，不能发给客户", "a robot of a group, not for customers"),
    "quiet_hours": Said("免打扰时段", "quiet hours"),
    "canary": Said(
        "先发给一小部分人，看结果再发其余的", "a small share goes first; the others wait for what comes of it"
    ),
    "expired:not_admitted": Said(
        "渠道凭证失效，等到过了有效时间", "the provider did not let us in until its time was over"
    ),
    "expired:quiet_hours": Said("到结束时仍是免打扰时段", "quiet hours lasted to the end"),
    "merged_into_another": Said("与另一个档案是同一个人", "the same person as another profile"),
    "separated": Said(
        "合并撤销了，发给谁已经不确定", "the merge behind it was undone, and whom it was for is no longer sure"
    ),
    "policy:nobody": Said(
        "方案不触达（预期不触达更好，或随机抽中作比较）",
        "the plan leaves them alone (expected to do better, or drawn at random to compare with)",
    ),
    "budget_spent": Said("活动预算已用完", "the campaign's budget is spent"),
    "no_channel": Said("渠道没有接好", "the channel is not connected"),
    "channel_unknown": Said("渠道没有定义", "the channel is not defined"),
    "channel_unreadable": Said("渠道的设置读不出来", "the channel's settings cannot be read"),
    "channel_unusable:address_refused": Said(
        "渠道的地址在不允许的内网里", "the channel's address lies in a private network that is not allowed"
    ),
    "channel_unusable:sealed": Said("渠道的密钥解不开", "the channel's secrets cannot be unsealed"),
    "channel_not_for_marketing": Said(
        "公众号模板消息只能发服务通知，不能发营销", "template messages of WeChat carry no marketing"
    ),
    "no_subscription_left": Said(
        "客户没有可用的订阅次数（同意一次，只能发一条）", "no consent is left (one is good for one message)"
    ),
    "open_ticket": Said(
        "有工单还没处理完，先解决问题，不发营销消息", "a ticket of theirs is open: help comes first, and no marketing"
    ),
    "empty": Said("内容写出来是空的", "the words came out empty"),
    "no_content": Said("内容还没有发布", "the content is not published"),
    "goal": Said("目标已达成", "the goal was reached"),
    "no_message": Said("走完了旅程，没有轮到发送", "walked to the end without a message"),
    "would_be_sent": Said("否则会收到", "would have been sent"),
    "invalid_recipient": Said("地址无效", "the address is not valid"),
    "reconciled:delivered": Said("查询过服务商：已送达", "its provider was asked: delivered"),
    "reconciled:taken": Said("查询过服务商：已受理", "its provider was asked, and has it"),
    "reconciled:task_made": Said("查询过服务商：任务已创建", "its provider was asked: the task was made"),
    "reconciled:no_record": Said("查询过服务商：没有这条的记录", "its provider was asked, and has no record of it"),
    "reconciled:no_task": Said("查询过服务商：没有这条的任务", "its provider was asked, and has no such task"),
    "rejected": Said("渠道拒收", "the channel refused it"),
    "opted_out": Said("客户已退订", "the person has opted out"),
    "quota_exhausted": Said("渠道配额用完", "the channel's quota is used up"),
    "uncertain": Said("渠道没有应答", "the channel did not answer"),
    "restored": Said("恢复备份之前可能已经发过", "it may have been sent before the backup was restored"),
    "unrendered": Said("内容无法生成", "the content could not be rendered"),
    "expired": Said("超过了发送期限", "past its time"),
    "campaign_ended": Said("活动已经结束", "the campaign is over"),
    "campaign_stopped": Said("活动已经停止", "the campaign was stopped"),
    "campaign_retired": Said("活动已经下线", "the campaign was retired"),
    "exit": Said("满足了旅程的退出条件", "what makes people leave the journey came about"),
    "journey_over": Said("旅程的有效期或停留时间已到", "the journey, or the stay in it, was over"),
    "journey_changed": Said("旅程改了版本，里面的人离开了", "the journey was changed, and those inside left"),
    "journey_retired": Said("旅程在开始之前就下线了", "the journey was retired before it began"),
}


_NOT_APPROVED = {
    "draft": Said("内容改过之后还没有审批", "the words are not approved"),
    "submitted": Said("内容在等审批", "the words wait for approval"),
    "rejected": Said("内容被驳回", "the words were rejected"),
}

_SAID_BY_REASON = frozenset(("suppressed", "capped", "no_budget", "expired", "blocked", "not_contacted"))
"""States whose reasons say them again, and better."""


_WAITING = Said("排到下一个时段发送", "waits for a later hour, day or month")


def _waits_for_quota(state: str, reason: str) -> bool:
    return state == "deferred" and reason.startswith("quota:")


def state_words(state: str) -> Said:
    return _STATES.get(state, Said(state, state))


def reason_words(reason: str) -> Said:
    """Return a reason in words; codes with numbers in them are read out."""
    if not reason:
        return Said("", "")
    if reason in _REASONS:
        return _REASONS[reason]
    head, _, rest = reason.partition(":")
    match head:
        case "channel_unusable":
            return Said(f"渠道打不开（{rest}）", f"the channel cannot be opened ({rest})")
        case "everywhere":
            would = reason_words(rest)
            return Said(
                f"这个季度所有营销都不发给她，用来看营销总共带来多少；{would.zh}",
                f"left alone by all marketing this quarter, to see what it brings together; {would.en}",
            )
        case "held_out":
            would = reason_words(rest)
            return Said(f"对照组；{would.zh}", f"holdout; {would.en}")
        case "frequency_cap":
            count, _, days = rest.partition("/")
            days = days.removesuffix("d")
            return Said(
                f"{days} 天内最多 {count} 条，已达上限", f"at most {count} in {days} days, and that many were sent"
            )
        case "fallback":
            return Said(f"没有送到，改用 {rest} 再发", f"it did not get there, and is tried through {rest}")
        case "fatigue":
            count, _, days = rest.partition("/")
            days = days.removesuffix("d")
            return Said(
                f"连续 {count} 条没有回应，{days} 天内不打扰",
                f"{count} in a row unanswered: in peace for {days} days",
            )
        case "quota" | "reconciled":
            return _quota_words(rest) if head == "quota" else _reconciled_words(rest)
        case "asked_in_vain":
            return Said("查询了三天，服务商也没有结果", "its provider was asked for three days and does not know")
        case "reserved_for":
            return Said(f"名额留给了更重要的活动 {rest}", f"its place is kept for {rest}, which matters more")
        case "stopped":
            which = Said("全部营销", "all marketing") if rest == "marketing" else Said(rest, rest)
            return Said(f"有人停发了{which.zh}", f"{which.en} was stopped")
        case "no_coupon_left" | "coupon_held" | "coupon_expired" | "no_pool":
            return _coupon_words(head, rest)
        case "no_consent":
            medium = _medium(rest)
            return Said(f"没有同意接收{medium.zh}营销", f"no consent to marketing by {medium.en}")
        case "consent_withdrawn":
            medium = _medium(rest)
            return Said(f"撤回了接收{medium.zh}的同意", f"consent to {medium.en} was withdrawn")
        case "law":
            rule = RULES.get(rest)
            return Said(f"违反规则 {rest}：{rule.zh}", f"rule {rest}: {rule.en}") if rule else Said(reason, reason)
        case "not_approved":
            return _NOT_APPROVED.get(rest, _NOT_APPROVED["draft"])
        case "paused":
            return Said(f"活动暂停中（{pause_words(rest).zh}）", f"the campaign is paused ({pause_words(rest).en})")
        case "suppressed":
            medium = _medium(rest)
            return Said(
                f"{medium.zh}已停止联系（退订、投诉或地址无效）",
                f"{medium.en} is suppressed (opt-out or bad address)",
            )
        case _:
            told = provider_words(reason)
            return Said(told.zh, told.en) if told else _unrendered(head, rest) or Said(reason, reason)


def _coupon_words(head: str, pool: str) -> Said:
    match head:
        case "no_coupon_left":
            return Said(f"券池 {pool} 的券发完了", f"the coupon pool {pool} is dry")
        case "coupon_held":
            return Said(
                f"券池 {pool} 从备份恢复后还没放行，怕同一张券发给两个人",
                f"the coupon pool {pool} came back with a backup and is held, so that no code is given twice",
            )
        case "coupon_expired":
            return Said(f"她在券池 {pool} 的券已经过期", f"her coupon of {pool} is no longer valid")
        case _:
            return Said("没有可用的券池", "there is no pool to take a coupon from")


def _quota_words(quota: str) -> Said:
    """Return which quota of a channel is used up."""
    count, _, per = quota.partition("/")
    length, _, person = per.partition("/")
    zh = {"hour": "每小时", "day": "每天", "month": "每月"}.get(length, length)
    each_zh, each_en = ("同一位客户", " to one person") if person else ("", "")
    return Said(
        f"渠道配额：{each_zh}{zh}最多 {count} 条，已经用完",
        f"the channel's quota of {count} a {length}{each_en} is used up",
    )


def _reconciled_words(evidence: str) -> Said:
    """Return what settled a message whose answer was lost."""
    if evidence.startswith("receipt_"):
        return Said("后来收到了回执", "a receipt came later")
    code = evidence.removeprefix("failed_")
    return Said(f"查询过服务商：没有送达（{code}）", f"its provider was asked: not delivered ({code})")


def _unrendered(head: str, rest: str) -> Said | None:
    """Return why words could not be made for a person."""
    match head:
        case "missing_variable":
            return Said(f"内容里的 {rest} 没有值", f"there is no {rest} for the words")
        case "sms_parts":
            taken, _, paid = rest.partition(">")
            return Said(
                f"代入本人的内容后短信要按 {taken} 条计费，预算只预留了 {paid} 条",
                f"with her values in it the SMS is billed as {taken} parts, and money was set aside for {paid}",
            )
        case "no_form":
            return Said(f"内容里的表单 {rest} 不在了", f"the form {rest} in the words is not there")
        case "page_not_sent":
            return Said("落地页不能当消息发，请在消息里放它的链接", "a landing page is no message: link to it in one")
        case "no_page":
            return Said(f"内容里的落地页 {rest} 没有公开", f"the landing page {rest} in the words is not public")
        case "no_asset":
            return Said(f"内容里的素材 {rest} 不在了", f"the asset {rest} in the words is not there")
        case "no_public_url":
            return Said("还没有填公开地址，做不出本人的链接", "no public address is set, so no link can be made")
        case _:
            return None


def pause_words(why: str) -> Said:
    """Return why a campaign is paused: by whom, or which guardrail was crossed."""
    head, _, metric = why.partition(":")
    if head == "guardrail":
        known = BUILT_IN_CATALOGUE.by_id.get(metric)
        zh, en = (known.name_zh, known.name_en) if known else (metric, metric)
        return Said(f"{zh}越过了底线", f"{en} crossed its limit")
    if head == "canary":
        return Said("试发出现异常，等人决定", "something is wrong with the first messages; a person decides")
    return Said("有人按下了暂停", "somebody paused it")


def sentence(state: str, reason: str) -> Said:
    """Return the one sentence that answers "why did she (not) get this?"."""
    what, why = state_words(state), reason_words(_more_than(state, reason))
    if (reason.startswith("paused:") or reason == "canary") and state == "deferred":
        return Said(f"先留着没发：{why.zh}。", f"Held back for now: {why.en}.")
    if _waits_for_quota(state, reason):
        return Said(f"{_WAITING.zh}：{why.zh}。", f"{_WAITING.en.capitalize()}: {why.en}.")
    if why.zh and state in _SAID_BY_REASON:
        return Said(f"没发：{why.zh}。", f"Not sent: {why.en}.")
    if not why.zh:
        return Said(f"{what.zh}。", f"{what.en[0].upper()}{what.en[1:]}.")
    return Said(f"{what.zh}：{why.zh}。", f"{what.en[0].upper()}{what.en[1:]}: {why.en}.")


def row_label(state: str, reason: str) -> Said:
    """Return what a row of many people is called: short, of no single person, no full stop."""
    why = reason_words(_more_than(state, reason))
    if state == "sent" or not why.zh:
        return state_words(state)
    if state == "held_out":
        return Said(f"对照组：{why.zh}", f"holdout: {why.en}")
    if state in _SAID_BY_REASON:
        return Said(f"没发：{why.zh}", f"not sent: {why.en}")
    what = _WAITING if _waits_for_quota(state, reason) else state_words(state)
    return Said(f"{what.zh}：{why.zh}", f"{what.en}: {why.en}")


def _more_than(state: str, reason: str) -> str:
    """Return what the reason says beyond the state: of somebody held out, what would have become of her."""
    return reason.removeprefix("held_out:") if state == "held_out" else reason


def _medium(rest: str) -> Words:
    """Return what the medium at the head of a reason is called."""
    code = rest.partition(":")[0]
    return CHANNEL_NAMES.get(code, Words(zh=code, en=code))
