"""What a decision in a simulated market is worth, in expectation, beside nobody, one arm for all, and the oracle."""

import numpy as np
from msgspec import Struct

from liftloop.plan.finding import Finding
from liftloop.plan.inputs import Flags, Floats, Integers, StudyInputs
from liftloop.plan.options import Option
from liftloop.simulate.counterfactual import Oracle, oracle
from liftloop.simulate.market import Market
from liftloop.simulate.world import Action, parse_action


class Truths(Struct, frozen=True, kw_only=True, eq=False):
    """Per member and arm (0 nobody): expected additional buyers within the window, and expected fen."""

    member: Integers
    gain: Floats
    cost_fen: Floats
    alone: Floats
    """Expected to buy when left alone [members]."""


class Outcome(Struct, frozen=True, kw_only=True):
    """Additional buyers by the plan, by the best assignment under the same holdout and budget, and by the best arm.

    `buyers_alone` is how many of the same treated people buy without any contact.
    """

    status: str
    reason: str
    value: float
    cost_fen: float
    oracle: float
    oracle_cost_fen: float
    static: float
    static_arm: str
    buyers_alone: float

    @property
    def share(self) -> float:
        """Return (V - V_nobody) / (V_oracle - V_nobody)."""
        return self.value / self.oracle if self.oracle > 0 else 0.0

    def harmed(self, tolerance: float) -> bool:
        """Say whether fewer people buy than if the best arm had been given to all, by more than the tolerance."""
        return self.buyers_alone + self.value < (1 - tolerance) * (self.buyers_alone + self.static)


def truths_of(market: Market, member: Integers, options: tuple[Option, ...], at_ms: int, window_days: int) -> Truths:
    """Return the truth for each arm; an arm without consent counts as nobody."""
    actions = [action_of(option) for option in options]
    gain, cost = market.values(member, actions, at_ms, window_days)
    allowed = np.isfinite(gain)
    alone = market.expected(member, actions[0], at_ms, window_days).alone
    nobody = np.zeros((member.size, 1))
    return Truths(
        member=member,
        gain=np.concatenate([nobody, np.where(allowed, gain, 0.0)], axis=1),
        cost_fen=np.concatenate([nobody, np.where(allowed, cost, 0.0)], axis=1),
        alone=alone,
    )


def action_of(option: Option) -> Action:
    return parse_action(option.id)


class Judge(Struct, frozen=True, kw_only=True, eq=False):
    """The truth by which findings are judged, what is possible [members, arms], the money, and the arms' names."""

    truths: Truths
    allowed: Flags
    budget_fen: int | None
    arms: tuple[str, ...]

    def outcome(self, found: Finding) -> Outcome:
        """Return what a finding is worth if it is followed; a refusal leaves everybody alone.

        Draws count by their chances. Where the plan's true cost passes the budget, its rivals may spend as much.
        """
        chance, treated = _chances(found, self.truths)
        value = float((chance * self.truths.gain).sum())
        spent = float((chance * self.truths.cost_fen).sum())
        budget = np.inf if self.budget_fen is None else max(float(self.budget_fen), spent)
        best = self._best(treated, budget)
        static, arm = self._static(treated, budget)
        return Outcome(
            status=found.status,
            reason=found.reason,
            value=value,
            cost_fen=spent,
            oracle=best.value,
            oracle_cost_fen=best.cost_fen,
            static=static,
            static_arm=self.arms[arm],
            buyers_alone=float(self.truths.alone[treated].sum()),
        )

    def _best(self, treated: Flags, budget_fen: float) -> Oracle:
        value = np.where(self.allowed[treated, 1:], self.truths.gain[treated, 1:], -np.inf)
        return oracle(value, self.truths.cost_fen[treated, 1:], budget_fen)

    def _static(self, treated: Flags, budget_fen: float) -> tuple[float, int]:
        """Return the worth of the best arm for everybody whom it reaches, or as many as the budget pays for."""
        gain = (self.truths.gain * self.allowed)[treated].sum(axis=0)
        cost = (self.truths.cost_fen * self.allowed)[treated].sum(axis=0)
        worth = gain * np.minimum(1.0, budget_fen / np.maximum(cost, 1e-9))
        arm = int(worth.argmax())
        return float(worth[arm]), arm


def judge_of(market: Market, inputs: StudyInputs) -> Judge:
    """Return the judge of a study's finding in the market that gave its inputs."""
    people = inputs.people
    truths = truths_of(market, people.profile, inputs.options, inputs.now_ms, inputs.window_days)
    return Judge(
        truths=truths,
        allowed=np.column_stack([np.ones(people.count, dtype=np.bool_), people.reach]),
        budget_fen=inputs.budget_fen,
        arms=("nobody", *(option.id for option in inputs.options)),
    )


def _chances(found: Finding, truths: Truths) -> tuple[Floats, Flags]:
    """Return each member's chances over arms as the plan would draw (none: left alone), and who is not held out."""
    chance = np.zeros_like(truths.gain)
    treated = np.ones(truths.member.size, dtype=np.bool_)
    if found.plan is None or found.status == "refused":
        return chance, treated
    plan = found.plan
    place = np.searchsorted(truths.member, plan.people.profile)
    treated[place[plan.menu.held]] = False
    chance[place[~plan.menu.held]] = plan.draw.cells[plan.draw.cell[~plan.menu.held]]
    return chance, treated
