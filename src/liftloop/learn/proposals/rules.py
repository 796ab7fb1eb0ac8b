"""What is expected of messages: the setting `learning`."""

from collections.abc import Mapping

from msgspec import Struct

from liftloop.plan.record import Words

SETTING = "learning"


class LearningRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Setting `learning`: open rates by channel; a channel without one is held against its own other messages."""

    open_rates: Mapping[str, float] = {}


def learning_problem(rules: LearningRules) -> Words | None:
    """Return what is wrong with the rules, None where nothing is."""
    if all(0 < rate < 1 for rate in rules.open_rates.values()):
        return None
    return Words(
        zh="open_rates 是 0 到 1 之间的打开率，例如 0.2", en="open_rates are rates between 0 and 1, such as 0.2"
    )
