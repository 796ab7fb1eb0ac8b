"""What a shop asks of every plan beside a goal's own limits; kind `setting`, id `planning` among the definitions."""

from collections.abc import Mapping

from msgspec import Struct

from liftloop.plan.options import Words

SETTING = "planning"
RETURN_MAX = 100  # A hundredfold return is a slip of the keyboard.


class PlanningRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules for all plans.

    `return_min` asks that what a plan brings is worth at least so many times what it costs. `margin_share` is an
    order's usual margin, asked once where items do not tell theirs. `least` is each action's least share of the
    treated people, by its id. `fair` holds price-like offers to the four-fifths rule between sensitive groups.
    `phases` starts people in three phases. `margin_asked` says that somebody was asked for the margin and will not say.
    """

    return_min: float | None = None
    margin_share: float | None = None
    least: Mapping[str, float] = {}
    fair: bool = True
    phases: bool = False
    margin_asked: bool = False


def rules_problem(rules: PlanningRules) -> Words | None:
    """Return what is wrong with rules for plans."""
    if rules.return_min is not None and not 0 <= rules.return_min <= RETURN_MAX:
        return Words(zh=f"投入产出比要在 0 到 {RETURN_MAX} 之间", en=f"a return must lie between 0 and {RETURN_MAX}")
    if rules.margin_share is not None and not 0 < rules.margin_share <= 1:
        return Words(zh="毛利率要大于 0、不超过 1", en="a margin is more than 0 and at most 1")
    if any(share < 0 for share in rules.least.values()) or sum(rules.least.values()) > 1:
        return Words(
            zh="各做法的最低占比不能是负数，合计不超过 1", en="least shares are never negative, 1 at most in all"
        )
    return None


class Terms(Struct, frozen=True, kw_only=True):
    """What else a plan must keep to.

    `capacity` is how many messages each channel carries while the plan sends, `lead_days` after how many days its new
    words are approved; both by channel. `return_min` asks that what a fen of
    cost brings is worth so many fen, at `unit_fen` for a unit of outcome. `least` is each option's least share of
    the treated people.
    """

    capacity: Mapping[str, float] = {}
    lead_days: Mapping[str, int] = {}
    return_min: float | None = None
    unit_fen: float = 0.0
    least: Mapping[str, float] = {}
    fair: bool = True
