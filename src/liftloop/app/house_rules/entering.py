"""Says what the rules of sign-in, of what people may see and take away, and of launches mean."""

from collections.abc import Sequence

from liftloop.app.access_rules import AccessRules, Provider
from liftloop.app.callers import ROLE_NAMES
from liftloop.app.house_rules.contract import Meaning
from liftloop.app.registry import ROLES, Role
from liftloop.app.words import Said
from liftloop.kernel.money import yuan_text
from liftloop.relate.contract import Approvals

SETTERS: tuple[Role, ...] = ("approver", "admin")
"""Who can do the most harm, and should have codes."""


def access_meanings(rules: AccessRules) -> list[Meaning]:
    """Return what the rules of access mean."""
    return [
        _means(
            f"登录后最长 {_hours_zh(rules.session_hours)}要重新登录；闲置 {_hours_zh(rules.idle_hours)}也会退出",
            f"A sign-in ends after {_hours(rules.session_hours)}, and after {_hours(rules.idle_hours)} unused",
        ),
        _means(
            f"同一个登录名连错 {rules.tries_free} 次后要等，越错等得越久，最长 {rules.wait_minutes_max} 分钟",
            f"After {rules.tries_free} failures a login waits, ever longer, up to {rules.wait_minutes_max} minutes",
        ),
        _codes(rules.second_factor_roles),
        _reveal(rules),
        *_exports(rules),
    ]


def provider_meanings(provider: Provider) -> list[Meaning]:
    """Return what the way in by single sign-on means."""
    if not provider.issuer:
        return [
            _means("没有接单点登录：用登录名和密码登录", "There is no single sign-on: people use login and password")
        ]
    known = _means(
        f"已有账号的人可以从「{provider.name or 'OpenID Connect'}」登录，按验证过的邮箱认人",
        f"Whoever has an account may come in by {provider.name or 'OpenID Connect'}, by their verified mail address",
    )
    if not provider.domains:
        return [known, _means("没有账号的人进不来", "Nobody else comes in")]
    names = "、".join(provider.domains), ", ".join(provider.domains)
    role = ROLE_NAMES[provider.role]
    return [
        known,
        _means(
            f"{names[0]} 的其他人第一次登录就会有账号，角色是「{role[0]}」",
            f"Others of {names[1]} get an account with the role {role[1]} when they first come",
            careful=provider.role in ("operator", "approver"),
        ),
    ]


def approval_meanings(rules: Approvals) -> list[Meaning]:
    """Return what waits for somebody else's yes."""
    bounds = []
    if rules.launch_over_people is not None:
        bounds.append(
            Said(f"触达超过 {rules.launch_over_people:,} 人", f"reaches more than {rules.launch_over_people:,} people")
        )
    if rules.launch_over_fen is not None:
        amount = yuan_text(rules.launch_over_fen)
        bounds.append(Said(f"可能花费超过 {amount}", f"may cost more than {amount}"))
    if not bounds:
        return [
            _means(
                "没有审批线：有「审批」角色的人可以直接启动任何活动，包括自己做的",
                "Nothing waits: whoever has the role approver launches any campaign, their own too",
                careful=True,
            )
        ]
    return [
        _means(
            f"{'或'.join(each.zh for each in bounds)}的活动，要另一个人批准才能启动",
            f"A campaign that {' or '.join(each.en for each in bounds)} is launched only after somebody else approved",
        ),
        _means("做方案的人和提交审批的人都不能批自己的", "Neither who made it nor who asked may approve it"),
        _means(
            "批准后方案变大，或旅程人数多出两成以上，要重新批",
            "A plan that grew since, or a journey by more than a fifth, is asked for anew",
        ),
    ]


def _codes(roles: Sequence[Role]) -> Meaning:
    if not roles:
        return _means(
            "两步验证由各人自己决定开不开", "Everybody decides for themselves about one-time codes", careful=True
        )
    ordered = [each for each in ROLES if each in roles]
    zh, en = "、".join(ROLE_NAMES[each][0] for each in ordered), ", ".join(ROLE_NAMES[each][1] for each in ordered)
    return _means(
        f"{zh}必须开启两步验证，没开之前什么也做不了",
        f"These must use one-time codes and can do nothing before they have set them up: {en}",
        careful=not set(SETTERS) <= set(roles),
    )


def _reveal(rules: AccessRules) -> Meaning:
    zh, en = ROLE_NAMES[rules.reveal_role]
    return _means(
        f"「{zh}」及以上可以查看一个人的完整手机号和地址：要写原因，"
        f"每天最多 {rules.reveal_day_max} 人，每次都记在审计里",
        f"From {en} upwards somebody may see one person's phone number and address: with a reason, of at most"
        f" {rules.reveal_day_max} people a day, and each look stands in the audit",
    )


def _exports(rules: AccessRules) -> list[Meaning]:
    limited = [each for each in ROLES if each in rules.export_max]
    free = [each for each in ROLES[ROLES.index("operator") :] if each not in rules.export_max]
    zh = [f"{ROLE_NAMES[each][0]} {rules.export_max[each]:,} 人" for each in limited]
    en = [f"{ROLE_NAMES[each][1]} {rules.export_max[each]:,}" for each in limited]
    zh += [f"{ROLE_NAMES[each][0]}不限" for each in free]
    en += [f"{ROLE_NAMES[each][1]} no limit" for each in free]
    return [_means(f"一次导出最多：{'，'.join(zh)}", f"People in one export at most: {', '.join(en)}")]


def _means(zh: str, en: str, *, careful: bool = False) -> Meaning:
    return Meaning(said=Said(zh, en), careful=careful)


def _hours_zh(hours: int) -> str:
    return f"{hours // 24} 天" if hours % 24 == 0 else f"{hours} 小时"


def _hours(hours: int) -> str:
    if hours % 24 == 0:
        return "1 day" if hours == 24 else f"{hours // 24} days"
    return "1 hour" if hours == 1 else f"{hours} hours"
