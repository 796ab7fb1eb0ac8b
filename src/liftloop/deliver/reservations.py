"""Places under caps that are kept for campaigns that matter more: a lower one yields to one that is scheduled."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from liftloop.deliver.settings import Rules
from liftloop.identify.reading import follow
from liftloop.kernel.clock import SECOND_MS
from liftloop.plan.contract import Campaign
from liftloop.plan.reading import action_array
from liftloop.runtime.contract import Slots, StateView


def reserved(
    state: StateView, slots: Slots, rules: Rules, campaign: str, now_ms: int, span_ms: int
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield (campaign, who) for campaigns of higher priority that will send to people within a cap's span.

    From the instant at which people are assigned until the last of them had their turn, each holds one place.
    """
    own = _priority(rules.campaigns.get(campaign))
    for identity, other in rules.campaigns.items():
        if identity == campaign or other.priority <= own or other.stopped_ms or not state.has(action_array(identity)):
            continue
        last_ms = other.starts_ms + (other.spread.over_s * SECOND_MS if other.spread else 0)
        if now_ms <= last_ms and other.starts_ms < now_ms + span_ms:
            yield identity, state[action_array(identity)][follow(state, slots)] > 0


def _priority(campaign: Campaign | None) -> int:
    return campaign.priority if campaign is not None else 0
