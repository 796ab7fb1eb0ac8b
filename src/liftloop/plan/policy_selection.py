"""Which rule decides: nobody, the best option on average that reaches a person, or a personal choice.

The second holds every option for everybody among its candidates, each with the others as fall-back where it reaches
nobody. A personal rule must beat it, and whatever is done must show more than doing nothing. Each row is judged by
models without its fold, under the rule that the other folds chose.
"""

from typing import Literal, assert_never

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import Estimate
from liftloop.plan.effect_design import best_arm
from liftloop.plan.effect_fit import FOLDS, Fits, Log, effects_in_log
from liftloop.plan.policy_worth import Scores, Told, scores, worth_in_log
from liftloop.plan.study_inputs import Flags, Floats, Integers

CLAIM = 0.95
"""One-sided confidence that doing something beats nothing, shared by the rules that ask (Bonferroni)."""
IMPROVEMENT = 0.90
"""One-sided confidence that a personal rule beats the simple one."""

Rule = Literal["nobody", "ladder", "personal"]


class Evidence(Struct, frozen=True, kw_only=True):
    """What the log says of a rule, per person: the outcome it adds, and that minus its priced cost.

    `improvement` is the latter over the simple rule; the bounds are the gate's one-sided ones.
    """

    rule: Rule
    effect: Estimate
    net: Estimate
    improvement: Estimate
    claim_bound: float
    improvement_bound: float


class Selected(Struct, frozen=True, kw_only=True):
    """The rule that passed, and the evidence on all."""

    rule: Rule
    evidence: tuple[Evidence, ...]


class Terms(Struct, frozen=True, kw_only=True, eq=False):
    """On what terms rules compete: expected cost in the log [rows, arms], and the price of a fen in outcome."""

    cost_fen: Floats
    price: float


class View(Struct, frozen=True, kw_only=True, eq=False):
    """The log with each rule's choice [rows], made by models without the row's fold, and doubly robust scores."""

    log: Log
    given: Scores
    terms: Terms
    ladder_effect: Floats
    ladder: Integers
    personal: Integers

    def choice(self, rule: Rule) -> Integers:
        match rule:
            case "nobody":
                return np.zeros(self.ladder.size, dtype=np.int64)
            case "ladder":
                return self.ladder
            case "personal":
                return self.personal
            case _:
                assert_never(rule)


def view(log: Log, fits: Fits, terms: Terms) -> View:
    """Return what the rules would have done in the log on these terms."""
    given = scores(log, effects_in_log(fits.personal, log))
    return _chosen(log, given, effects_in_log(fits.ladder, log), terms)


def on_terms(seen: View, terms: Terms) -> View:
    """Return the same view where a fen has another price."""
    return seen if terms.price == seen.terms.price else _chosen(seen.log, seen.given, seen.ladder_effect, terms)


def _chosen(log: Log, given: Scores, ladder_effect: Floats, terms: Terms) -> View:
    reach = log.contacts.reach
    return View(
        log=log,
        given=given,
        terms=terms,
        ladder_effect=ladder_effect,
        ladder=best_arm(ladder_effect, terms.cost_fen, terms.price, reach),
        personal=best_arm(given.effect, terms.cost_fen, terms.price, reach),
    )


def select(seen: View, inside: Flags) -> Selected:
    """Return the rule that passes the gate on the rows `inside`; nobody where none does."""
    claim = 1 - (1 - CLAIM) / 2
    simple, rich = _net(seen, "ladder", inside), _net(seen, "personal", inside)
    evidence = (
        _evidence(seen, "ladder", simple, simple, claim),
        _evidence(seen, "personal", rich, simple, claim),
    )
    if evidence[1].claim_bound > 0 and evidence[1].improvement_bound > 0:
        return Selected(rule="personal", evidence=evidence)
    if evidence[0].claim_bound > 0 and evidence[0].net.value > 0:
        return Selected(rule="ladder", evidence=evidence)
    return Selected(rule="nobody", evidence=evidence)


class _Net(Struct, frozen=True, kw_only=True, eq=False):
    effect: Told
    net: Told


def _net(seen: View, rule: Rule, inside: Flags) -> _Net:
    choice = seen.choice(rule)
    effect = worth_in_log(seen.log, seen.given, choice, inside)
    cost = float(seen.terms.cost_fen[np.arange(choice.size), choice][inside].mean())
    return _Net(effect=effect, net=effect.lowered(seen.terms.price * cost))


def _evidence(seen: View, rule: Rule, told: _Net, rival: _Net, claim: float) -> Evidence:
    effect, net = told.effect.estimate(seen.log.person), told.net.estimate(seen.log.person)
    gain = told.net.minus(rival.net).estimate(seen.log.person)
    return Evidence(
        rule=rule,
        effect=effect,
        net=net,
        improvement=gain,
        claim_bound=effect.lower_bound(claim),
        improvement_bound=gain.lower_bound(IMPROVEMENT),
    )


class Judged(Struct, frozen=True, kw_only=True, eq=False):
    """The rule to deploy, and `luck`: how much better it looks in the log than what other folds would have chosen.

    `luck` is 0 where every fold, left out, led to the same rule.
    """

    selected: Selected
    by_fold: tuple[Rule, ...]
    luck: Told


def judge(seen: View) -> Judged:
    """Choose a rule on all rows, and see what the same choosing without each fold would have been worth in it."""
    fold = seen.log.fold
    everybody = np.ones(fold.size, dtype=np.bool_)
    selected = select(seen, everybody)
    rules: tuple[Rule, ...] = tuple(select(seen, fold != one).rule for one in range(FOLDS))
    if all(rule == selected.rule for rule in rules):
        return Judged(selected=selected, by_fold=rules, luck=Told(value=0.0, influence=np.zeros(fold.size)))
    procedure = np.zeros(fold.size, dtype=np.int64)
    for one, rule in enumerate(rules):
        procedure[fold == one] = seen.choice(rule)[fold == one]
    deployed = worth_in_log(seen.log, seen.given, seen.choice(selected.rule), everybody)
    luck = deployed.minus(worth_in_log(seen.log, seen.given, procedure, everybody))
    return Judged(selected=selected, by_fold=rules, luck=luck)
