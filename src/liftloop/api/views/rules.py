"""The rules of the house: limits of sending, of access, of launches, and single sign-on."""

from typing import Annotated, Generic, TypeVar

from pydantic import AwareDatetime, Field

from liftloop.api.views.audit import AuditChange
from liftloop.api.views.values import Count, Fen, Finite, Share, Text, View
from liftloop.app.registry import Role

R = TypeVar("R", bound=View)
Minute = Annotated[int, Field(ge=0, lt=24 * 60, description="Minute of the local day.")]


class CapRule(View):
    count: Count
    days: Finite = Field(gt=0)


class QuietRule(View):
    from_minute: Minute
    until_minute: Minute
    offset_minutes: int = Field(gt=-24 * 60, lt=24 * 60, description="Of the zone, ahead of UTC; 480 in China.")


class FatigueRule(View):
    unanswered: int = Field(ge=1)
    pause_days: Finite = Field(gt=0)


class HeldRule(View):
    share: Share


class DeliveryRules(View):
    """For all marketing messages, whoever sends them."""

    caps: list[CapRule] = Field(max_length=20)
    quiet_hours: QuietRule | None
    fatigue: FatigueRule | None
    tickets_first: bool
    held_everywhere: HeldRule | None


class AccessRulesBody(View):
    """How one signs in, what one sees and what leaves."""

    session_hours: int
    idle_hours: int
    tries_free: int
    wait_minutes_max: int
    second_factor_roles: list[Role]
    reveal_role: Role
    reveal_day_max: int
    export_max: dict[str, int]


class ApprovalRules(View):
    """What waits for somebody else's yes; null where nothing does."""

    launch_over_people: Count | None
    launch_over_fen: Annotated[Fen, Field(ge=0)] | None


class SignInRules(View):
    """Single sign-on by OpenID Connect."""

    name: str = Field(max_length=80)
    issuer: str = Field(max_length=500)
    client_id: str = Field(max_length=500)
    client_secret: str = Field(max_length=2_000, description="`(set)` stands for the one that is there; never told.")
    domains: list[str] = Field(max_length=50)
    role: Role
    public_url: str = Field(max_length=500)


class RuleMeaning(View):
    said: Text
    careful: bool = Field(description="Whether it is something to think twice about.")


class RuleStep(View):
    version: int
    at: AwareDatetime
    who: Text
    changes: list[AuditChange]
    gone: list[Text] = Field(description="What was true before and is no more.")
    come: list[Text]


class RuleSheet(View, Generic[R]):
    """Rules as they hold, what they mean, and the versions before, the newest first."""

    id: str = Field(description="Of the setting, by which it is reverted.")
    version: int = Field(description="0 where nobody set any: all is as usual.")
    rules: R
    usual: R
    meanings: list[RuleMeaning]
    steps: list[RuleStep]
    may_change: bool


class RuleRequest(View, Generic[R]):
    rules: R
    version: int = Field(ge=0, description="The version that was read; another one since is a conflict.")


class RulesWeighed(View):
    """What rules would mean; nothing was set."""

    problem: Text | None
    meanings: list[RuleMeaning]
    changes: list[AuditChange]
    gone: list[Text]
    come: list[Text]
