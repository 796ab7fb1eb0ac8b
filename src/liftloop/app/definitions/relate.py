"""Checks what says how work comes to people: the rules, who works here, and in which teams."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from liftloop.app.definitions.edge import BadDefinition
from liftloop.plan.options import Words
from liftloop.plugins.channels.contract import Network
from liftloop.plugins.channels.outbound import BadReceiver, receiver
from liftloop.plugins.channels.signing import BadSecret, secret_bytes
from liftloop.relate.contract import Alert, Approvals, Choice, Hook, LeadRules, RelateRules, Staff, Team
from liftloop.relate.notices import KINDS, unknown_kinds
from liftloop.relate.scoring import REASONS_MAX

Live = Callable[[str], Mapping[str, Mapping[str, Any]]]
T = TypeVar("T")

APPROVALS = "approvals"
"""Id of the setting that says what waits for a yes."""
RELATE_KINDS = ("staff", "team", "hook", "alert")
NAME_CHARACTERS_MAX = 80
OUTCOMES_MIN = 3
"""Two outcomes are a yes and a no; what a journey should do with whoever was not reached needs a third."""
CHOICES_MAX = 12
FIELDS_MAX = 40
RULES_MAX = 200
_SORTS = ("call", "confirm", "visit", "other", "ticket", "lead", "deal")


def check_relate(kind: str, body: Mapping[str, Any], live: Live, allow: Sequence[Network]) -> None:
    """Raise what is wrong with a definition of one of RELATE_KINDS."""
    match kind:
        case "staff":
            problem = staff_problem(_as(kind, body, Staff), live("team"))
        case "team":
            problem = team_problem(_as(kind, body, Team))
        case "hook":
            problem = hook_problem(_as(kind, body, Hook), allow)
        case _:
            problem = alert_problem(_as(kind, body, Alert), live("channel"))
    _refuse(kind, problem)


def check_relate_setting(identity: str, body: Mapping[str, Any], live: Live) -> list[Mapping[str, str]]:
    """Raise what is wrong with a setting of ours, and return the audiences that it names."""
    if identity == APPROVALS:
        _refuse("setting", approvals_problem(_as("setting", body, Approvals)))
        return []
    rules = _as("setting", body, RelateRules)
    _refuse("setting", relate_problem(rules, live("team")))
    named = [each.audience for each in (*rules.tickets, *(rules.lead.rules if rules.lead else ()))]
    return [{"audience": each} for each in named if each]


def approvals_problem(rules: Approvals) -> Words | None:
    """Return what is wrong with what waits for a yes, None where nothing is."""
    if any(each is not None and each < 0 for each in (rules.launch_over_fen, rules.launch_over_people)):
        return Words(zh="人数和金额不能小于 0", en="people and amounts are 0 or more")
    return None


def staff_problem(staff: Staff, teams: Collection[str]) -> Words | None:
    """Return what is wrong with somebody of the staff, None where nothing is."""
    if not staff.name.strip() or len(staff.name) > NAME_CHARACTERS_MAX:
        return Words(zh="name：要写姓名", en="name: somebody has a name")
    if staff.team and staff.team not in teams:
        return Words(zh=f"team：没有团队 {staff.team}", en=f"team: there is no team {staff.team}")
    if staff.load_max < 0:
        return Words(zh="load_max 不能小于 0", en="load_max is at least 0")
    return None


def team_problem(team: Team) -> Words | None:
    if not team.name.strip() or len(team.name) > NAME_CHARACTERS_MAX:
        return Words(zh="name：要写团队名称", en="name: a team has a name")
    return None


def hook_problem(hook: Hook, allow: Sequence[Network]) -> Words | None:
    """Return what is wrong with a subscription. Raises `LiftloopError` where its address may not be reached."""
    try:
        receiver(hook.url, allow)
        secret_bytes(hook.secret)
    except (BadReceiver, BadSecret) as error:
        return Words(zh=f"url 或 secret 不对：{error}", en=f"url or secret: {error}")
    return _kinds_problem(hook.kinds)


def alert_problem(alert: Alert, channels: Mapping[str, Mapping[str, Any]]) -> Words | None:
    """Return what is wrong with what a group is told."""
    if channels.get(alert.channel, {}).get("kind") != "robot":
        return Words(zh=f"channel：{alert.channel} 不是群机器人渠道", en=f"channel: {alert.channel} is no robot")
    return _kinds_problem(alert.kinds)


def _kinds_problem(kinds: Sequence[str]) -> Words | None:
    strange = unknown_kinds(kinds)
    if kinds and not strange:
        return None
    said, known = ", ".join(strange) or "—", ", ".join(KINDS)
    return Words(zh=f"kinds：{said}；可用：{known}，event:事件名", en=f"kinds: {said}; there are {known}, event:NAME")


def relate_problem(rules: RelateRules, teams: Collection[str]) -> Words | None:
    """Return what is wrong with the rules, None where nothing is."""
    named = [rules.queue, *(each.team for each in (*rules.assignment, *rules.tickets))]
    named += [rules.lead.team] if rules.lead else []
    for team in named:
        if team and team not in teams:
            return Words(zh=f"没有团队 {team}", en=f"there is no team {team}")
    if max(len(rules.assignment), len(rules.tickets)) > RULES_MAX or len(rules.fields) > FIELDS_MAX:
        return Words(zh="规则或字段太多", en="there are too many rules or fields")
    return (
        (_lead_problem(rules.lead) if rules.lead else None)
        or _ticket_problem(rules)
        or _choices_problem(rules.outcomes, OUTCOMES_MIN, _SORTS)
        or _choices_problem(rules.stages, 1, ("lead", "deal"))
        or _fields_problem(rules)
    )


def _lead_problem(lead: LeadRules) -> Words | None:
    if not lead.threshold > 0 or not lead.half_life_days > 0:
        return Words(
            zh="lead：threshold 和 half_life_days 要大于 0", en="lead: threshold and half_life_days are above 0"
        )
    if len(lead.rules) >= REASONS_MAX:
        return Words(zh=f"lead：最多 {REASONS_MAX - 1} 条加分规则", en=f"lead: at most {REASONS_MAX - 1} rules")
    for rule in lead.rules:
        if bool(rule.event) == bool(rule.audience):
            return Words(
                zh=f"加分规则 {rule.id}：event 和 audience 要且只要一个", en=f"{rule.id}: an event or an audience"
            )
    return _same_ids([rule.id for rule in lead.rules])


def _ticket_problem(rules: RelateRules) -> Words | None:
    for rule in rules.tickets:
        if bool(rule.event) == bool(rule.audience):
            return Words(
                zh=f"工单规则 {rule.id}：event 和 audience 要且只要一个", en=f"{rule.id}: an event or an audience"
            )
        if not rule.title.strip() or not rule.due_hours > 0:
            return Words(
                zh=f"工单规则 {rule.id}：要有标题和大于 0 的时限", en=f"{rule.id}: needs a title and a time above 0"
            )
    return _same_ids([rule.id for rule in rules.tickets])


def _choices_problem(choices: Mapping[str, Sequence[Choice]], least: int, names: Collection[str]) -> Words | None:
    for name, each in choices.items():
        if name not in names:
            return Words(zh=f"{name}：只能是 {', '.join(names)}", en=f"{name}: one of {', '.join(names)}")
        if not least <= len(each) <= CHOICES_MAX:
            return Words(
                zh=f"{name}：要有 {least} 到 {CHOICES_MAX} 项", en=f"{name}: has {least} to {CHOICES_MAX} choices"
            )
        problem = _same_ids([choice.id for choice in each])
        if problem is not None:
            return problem
    return None


def _fields_problem(rules: RelateRules) -> Words | None:
    for field in rules.fields:
        if (field.type == "choice") != bool(field.choices):
            return Words(
                zh=f"字段 {field.id}：单选才有选项，且必须有", en=f"{field.id}: only a choice has choices, and it must"
            )
    return _same_ids([field.id for field in rules.fields])


def _same_ids(ids: Sequence[Any]) -> Words | None:
    if not all(ids) or len(set(ids)) != len(ids):
        return Words(zh="id 不能为空，也不能重复", en="ids are not empty, and no two are the same")
    return None


def _refuse(kind: str, problem: Words | None) -> None:
    if problem is not None:
        raise BadDefinition(kind, problem.en, problem.zh)


def _as(kind: str, body: Mapping[str, Any], wanted: type[T]) -> T:
    try:
        return msgspec.convert(body, type=wanted, strict=False)
    except msgspec.ValidationError as error:
        raise BadDefinition(kind, str(error)) from error
