"""The rules of access as settings: who sees numbers in the clear, how much may leave, how one signs in."""

from collections.abc import Mapping

from msgspec import Struct, field

from liftloop.app.registry import ROLES, Role
from liftloop.plan.options import Words

ACCESS = "access"
SIGN_IN = "sign_in"
"""The ids of the two settings."""
SESSION_HOURS_MAX = 24 * 90
TRIES_FREE_MAX, WAIT_MINUTES_MAX = 20, 24 * 60
"""Beyond it guessing would be free, or a colleague would be kept out for longer than a day by whoever guesses."""
REVEAL_DAY_MAX = 1_000
"""Whoever needs more people in the clear than this wants an export."""
_SAFE = ("https://", "http://127.0.0.1:", "http://localhost:")
EXPORTED: Mapping[str, int] = {"operator": 50_000, "approver": 1_000_000}


class AccessRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Setting `access`."""

    reveal_role: Role = "approver"
    """From which role somebody may see one person's phone number and address in the clear; each look is recorded."""
    export_max: Mapping[str, int] = field(default_factory=lambda: dict(EXPORTED))
    """How many people one export or one run of a destination may name, by role; no limit for one that is not here."""
    second_factor_roles: tuple[Role, ...] = ()
    """Who must use one-time codes; until they are set up, the account can do nothing else."""
    session_hours: int = 24 * 14
    """How long a sign-in lasts at most."""
    idle_hours: int = 24
    """How long a sign-in lasts unused."""
    tries_free: int = 5
    """Failures of one login that cost nothing; each further one doubles the wait."""
    wait_minutes_max: int = 15
    """How long it is at most."""
    reveal_day_max: int = 50
    """How many people one account may see in the clear in 24 hours."""


class Provider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Setting `sign_in`: single sign-on by OpenID Connect."""

    name: str = ""
    """What the button says."""
    issuer: str = ""
    """Empty: off."""
    client_id: str = ""
    client_secret: str = ""
    """Sealed; may be empty where the provider asks for none."""
    domains: tuple[str, ...] = ()
    """Mail domains whose people may come in without an invitation; none: only whoever has an account."""
    role: Role = "viewer"
    """What they are then."""
    public_url: str = ""
    """Address of the app as browsers reach it, for the way back; empty: as the request says, wrong behind a proxy."""


def access_problem(rules: AccessRules) -> Words | None:
    """Return what is wrong with the rules, None where nothing is."""
    if not set(rules.export_max) <= set(ROLES) or any(each < 0 for each in rules.export_max.values()):
        return Words(zh="导出上限要按角色写，且不能小于 0", en="export limits go by role and are 0 or more")
    if not 1 <= rules.idle_hours <= rules.session_hours <= SESSION_HOURS_MAX:
        return Words(
            zh=f"登录时长在 1 到 {SESSION_HOURS_MAX} 小时之间，闲置时长不超过它",
            en=f"a sign-in lasts 1 to {SESSION_HOURS_MAX} hours, and no longer unused than at all",
        )
    if not (1 <= rules.tries_free <= TRIES_FREE_MAX and 1 <= rules.wait_minutes_max <= WAIT_MINUTES_MAX):
        return Words(
            zh=f"可以试错 1 到 {TRIES_FREE_MAX} 次，最长等待 1 到 {WAIT_MINUTES_MAX} 分钟",
            en=f"1 to {TRIES_FREE_MAX} failures are free, and the wait is at most 1 to {WAIT_MINUTES_MAX} minutes",
        )
    if not 0 <= rules.reveal_day_max <= REVEAL_DAY_MAX:
        return Words(
            zh=f"每天可以查看 0 到 {REVEAL_DAY_MAX} 人的完整信息",
            en=f"0 to {REVEAL_DAY_MAX} people a day may be seen in the clear",
        )
    return None


def provider_problem(provider: Provider) -> Words | None:
    """Return what is wrong with a provider of single sign-on, None where nothing is."""
    if not provider.issuer:
        return None
    if not provider.issuer.startswith(_SAFE):
        return Words(zh="身份提供方的地址要以 https:// 开头", en="the issuer's address begins with https://")
    if provider.public_url and not provider.public_url.startswith(_SAFE):
        return Words(zh="public_url 要以 https:// 开头", en="public_url begins with https://")
    if not provider.client_id:
        return Words(zh="还要填客户端编号（client_id）", en="a client_id is needed too")
    if provider.role == "admin" and provider.domains:
        return Words(
            zh="不能让整个域名的人都成为管理员", en="a whole domain cannot be administrators: choose a lesser role"
        )
    return None
