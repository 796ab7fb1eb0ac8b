"""Offers beside each other in money: what each brings the people it reaches, what it costs, and what is left."""

import numpy as np
from msgspec import Struct

from liftloop.kernel.money import yuan_text
from liftloop.plan.finding import Finding, Plan
from liftloop.plan.inputs import StudyInputs
from liftloop.plan.options import Words, offer_name

CHOSEN_SHARE = 0.05  # Beside the exploration floor: an offer to fewer of the contacted is not what the plan chose.


class OfferAccount(Struct, frozen=True, kw_only=True):
    """An offer through its best channel, in fen for each person whom it reaches; `people` are given it by choice."""

    offer: str
    name: Words
    brings_fen: float
    costs_fen: float
    people: int

    @property
    def left_fen(self) -> float:
        return self.brings_fen - self.costs_fen


def accounts_of(inputs: StudyInputs, plan: Plan) -> tuple[OfferAccount, ...]:
    """Return the accounts of all offers, the most that is left first; none where worth or effects are unknown."""
    if inputs.worth is None or plan.allotment is None:
        return ()
    menu, chosen = plan.menu, np.bincount(plan.allotment.arm[~plan.menu.held], minlength=plan.menu.effect.shape[1])
    scale = _scale(plan)
    best: dict[str, OfferAccount] = {}
    people: dict[str, int] = {}
    for place, option in enumerate(menu.options, start=1):
        reached = menu.reach[:, place - 1]
        if not reached.any():
            continue
        offer = option.offer.id if option.offer else ""
        account = OfferAccount(
            offer=offer,
            name=offer_name(option.offer),
            brings_fen=scale * float(menu.effect[reached, place].mean()) * inputs.worth.unit_fen,
            costs_fen=float(menu.cost_fen[reached, place].mean()),
            people=0,
        )
        people[offer] = people.get(offer, 0) + int(chosen[place])
        if offer not in best or account.left_fen > best[offer].left_fen:
            best[offer] = account
    found = [
        OfferAccount(
            offer=name, name=each.name, brings_fen=each.brings_fen, costs_fen=each.costs_fen, people=people[name]
        )
        for name, each in best.items()
    ]
    return tuple(sorted(found, key=lambda each: -each.left_fen))


def _scale(plan: Plan) -> float:
    """Return what calibration makes of a predicted effect, told from the whole plan."""
    rows = np.arange(plan.draw.arm.size)
    predicted = float(plan.menu.effect[rows, plan.draw.arm].mean())
    return abs(plan.effect) / predicted if predicted > 0 else 1.0


def economics_remark(inputs: StudyInputs, found: Finding) -> Words | None:
    """Return why the plan's offer and not the dearest one: both in yuan for each person reached."""
    plan, worth = found.plan, inputs.worth
    if plan is None or worth is None or found.status != "ready":
        return None
    accounts = accounts_of(inputs, plan)
    contacted = max(sum(each.people for each in accounts), 1)
    chosen = [each for each in accounts if each.people > CHOSEN_SHARE * contacted]
    losing = [each for each in accounts if each.people <= CHOSEN_SHARE * contacted and each.left_fen < 0]
    if not chosen or not losing or chosen[0].left_fen <= 0:
        return None
    first, other = chosen[0], max(losing, key=lambda each: each.brings_fen)
    what_zh, what_en = ("毛利", "margin") if worth.is_margin else ("销售额", "revenue")
    return Words(
        zh=f"选 {first.name.zh}而不是 {other.name.zh}：每触达一人，前者多带来 {_yuan(first.brings_fen)} {what_zh}、"
        f"花 {_yuan(first.costs_fen)}；后者多带来 {_yuan(other.brings_fen)}、花 {_yuan(other.costs_fen)}，是亏的",
        en=f"{first.name.en} rather than {other.name.en}: for each person reached the first brings "
        f"{_yuan(first.brings_fen)} of {what_en} for {_yuan(first.costs_fen)}, the other {_yuan(other.brings_fen)} "
        f"for {_yuan(other.costs_fen)}, which loses money",
    )


def _yuan(fen: float) -> str:
    return yuan_text(round(fen))
