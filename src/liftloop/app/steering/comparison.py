"""How the variants of a campaign compare: one comparison for each action that has some, at an instant."""

from collections.abc import Sequence

from msgspec import Struct

from liftloop.app.steering.reading import Shares, cells_of, shares_of
from liftloop.app.steering.watch import Running
from liftloop.kernel.clock import SECOND_MS
from liftloop.measure.steering.claims import Gain, VariantClaim, gain
from liftloop.measure.steering.counts import CELL_MS, Cells
from liftloop.measure.steering.moves import Past, Position, Standing
from liftloop.measure.steering.settled import settled
from liftloop.plan.contract import Spread
from liftloop.plan.phases import passed
from liftloop.storage.contract import LakeReader

AT_ONCE = Spread(over_s=3_600, waves=1)
"""Of a campaign that starts everybody at once: its messages are out within the hour."""


class Comparison(Struct, frozen=True, kw_only=True, eq=False):
    """One action's variants: what is known of them and what may be claimed.

    `history` are the shares so far, the last of them in force; `matured_ms` is up to when what people did counts.
    """

    action: str
    place: int
    names: tuple[str, ...]
    contents: tuple[str, ...]
    cells: Cells
    history: tuple[Shares, ...]
    found: Standing
    claims: tuple[VariantClaim, ...]
    floor: float
    gain: Gain | None
    elapsed: float
    matured_ms: int

    @property
    def in_force(self) -> Shares:
        return self.history[-1]


def comparison_of(lake: LakeReader, running: Running, place: int, past: Past) -> Comparison:
    """Return how the variants of the action at `place` compare."""
    campaign = running.campaign
    action = campaign.actions[place]
    history = shares_of(running.entries, campaign, place)
    cells = cells_of(lake, running.campaign_id, campaign, place, history)
    maturity_ms = campaign.steering.maturity_s * SECOND_MS
    batches = cells.matured(running.now_ms, maturity_ms).closed(history[-1].batch)
    elapsed = elapsed_of(running)
    at = Position(shares=history[-1].shares, batch=history[-1].batch, elapsed=elapsed)
    now = settled(batches, campaign.steering, past, at)
    moved = len(history) > 1
    return Comparison(
        action=action.id,
        place=place,
        names=tuple(variant.id for variant in action.variants),
        contents=tuple(variant.content for variant in action.variants),
        cells=cells,
        history=tuple(history),
        found=now.found,
        claims=now.claims,
        floor=now.floor,
        gain=gain(batches, elapsed) if moved else None,
        elapsed=elapsed,
        matured_ms=int(batches.began_ms[-1]) + CELL_MS if len(batches.began_ms) else 0,
    )


def elapsed_of(running: Running) -> float:
    """Return which share of the campaign's people has had its time, each phase counting by its people."""
    campaign = running.campaign
    return passed(campaign.spread or AT_ONCE, (running.now_ms - campaign.starts_ms) / SECOND_MS)


def places_of(running: Running) -> Sequence[int]:
    """Return the places of the actions that have variants."""
    return [place for place, action in enumerate(running.campaign.actions) if len(action.variants) > 1]
