"""Checks what says how work comes to people: the rules, who works here, and in which teams."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from liftloop.plan.options import Words
from liftloop.relate.contract import Choice, LeadRules, RelateRules, Staff, Team
from liftloop.relate.scoring import REASONS_MAX

RELATE_KINDS = ("staff", "team")
NAME_CHARACTERS_MAX = 80
OUTCOMES_MIN = 3
"""Two outcomes are a yes and a no; what a journey should do with whoever was not reached needs a third."""
CHOICES_MAX = 12
FIELDS_MAX = 40
RULES_MAX = 200
_SORTS = ("call", "confirm", "visit", "other", "ticket", "lead", "deal")


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
