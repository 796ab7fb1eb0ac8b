"""Which rule decides: nobody, the best option on average that reaches a person, or a personal choice.

The second holds every option for everybody among its candidates, each with the others as fall-back where it reaches
nobody. A personal rule must beat it, and whatever is done must show more than doing nothing. Each row is judged by
models without its fold, and a fold's rule is chosen by the other folds.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from msgspec import Struct

from liftloop.inference.intervals import Estimate
from liftloop.plan.effects.design import best_arm
from liftloop.plan.effects.fit import FOLDS, Fits, Log, effects_in_log, keen_in_log
from liftloop.plan.inputs import Flags, Floats, Integers
from liftloop.plan.policy.worth import Calibration, Predicted, believed, calibrate, doses_of, expected_parts

CLAIM = 0.95
"""One-sided confidence that doing something beats nothing, shared by the rules that ask (Bonferroni)."""
IMPROVEMENT = 0.50
"""One-sided confidence that a personal rule beats the simple one: the better of the two on rows that made neither.
What it says of people is shrunk already, and nothing more is claimed by it; asking for 90% gave a simple rule to every
second log of 20,000 rows with weak effects, where the personal one is worth 3% more, and saved no log from harm."""

CHOICE_SPREAD = 0.3
"""How far the effect of what is chosen may lie from what is told of it, as a part of it (standard deviation)."""

Rule = Literal["nobody", "simple", "personal"]


class Evidence(Struct, frozen=True, kw_only=True):
    """What the log says of a rule, per person: the outcome it adds, and that minus its priced cost.

    `improvement` is the latter over the simple rule; the bounds are the gate's one-sided ones.
    """

    rule: Rule
    effect: Estimate
    net: float
    improvement: Estimate
    claim_bound: float
    improvement_bound: float


class Selected(Struct, frozen=True, kw_only=True):
    """The rule that passed, and the evidence on all."""

    rule: Rule
    evidence: tuple[Evidence, ...]


class Terms(Struct, frozen=True, kw_only=True, eq=False):
    """On what terms rules compete: expected cost in the log [rows, arms], and the price of a fen in outcome.

    `relied` [options] are those of which the log shows enough to choose them.
    """

    cost_fen: Floats
    price: float
    relied: Flags


class Tested(Struct, frozen=True, kw_only=True, eq=False):
    """The log with effects predicted by models without the row's fold, and how true effects follow them.

    `expected` [rows, PARTS] are the parts drawn minus those expected.
    """

    log: Log
    predicted: Predicted
    expected: Floats
    calibration: Calibration


class View(Struct, frozen=True, kw_only=True, eq=False):
    """The log, and what each rule would have done in it.

    `expected` [rows, PARTS] are the parts drawn minus those expected; `parts` [rows, PARTS] and `cost` [rows] (priced)
    are those of what a rule chooses. `slopes` [PARTS] are those by which it chooses, of the answers.
    """

    log: Log
    expected: Floats
    slopes: Floats
    choice: Mapping[Rule, Integers]
    parts: Mapping[Rule, Floats]
    cost: Mapping[Rule, Floats]


def tested(log: Log, fits: Fits) -> Tested:
    """Return what models without the row's fold predict for the log, held against what happened."""
    predicted = Predicted(
        simple=effects_in_log(fits.simple, log),
        personal=effects_in_log(fits.personal, log),
        keen=keen_in_log(fits, log),
        doses=doses_of(log),
    )
    expected = expected_parts(log, predicted)
    return Tested(log=log, predicted=predicted, expected=expected, calibration=believed(log, expected))


def view(seen: Tested, terms: Terms) -> View:
    """Return what the rules would have done in the log on these terms, by calibrated effects."""
    predicted, slopes = seen.predicted, seen.calibration.slopes
    reach, rows = seen.log.contacts.reach & terms.relied[None, :], np.arange(seen.log.contacts.count)
    simple, personal = (predicted.effects(slopes, personal=by_person) for by_person in (False, True))
    choice: dict[Rule, Integers] = {
        "nobody": np.zeros(rows.size, dtype=np.int64),
        "simple": best_arm(simple, terms.cost_fen, terms.price, reach),
        "personal": best_arm(personal, terms.cost_fen, terms.price, reach),
    }
    return View(
        log=seen.log,
        expected=seen.expected,
        slopes=slopes / seen.calibration.lasting,
        choice=choice,
        parts={rule: predicted.parts(chosen) for rule, chosen in choice.items()},
        cost={rule: terms.price * terms.cost_fen[rows, chosen] for rule, chosen in choice.items()},
    )


def select(seen: View, inside: Flags) -> Selected:
    """Return the rule that passes the gate on the rows `inside`; nobody where none does."""
    known = calibrate(seen.log, seen.expected, inside)
    simple, personal = (_evidence(seen, known, rule, inside) for rule in _ASKING)
    claimed = max(simple.claim_bound, personal.claim_bound) > 0
    if claimed and personal.net > 0 and personal.improvement_bound > 0:
        return Selected(rule="personal", evidence=(simple, personal))
    if simple.claim_bound > 0 and simple.net > 0:
        return Selected(rule="simple", evidence=(simple, personal))
    return Selected(rule="nobody", evidence=(simple, personal))


_ASKING: tuple[Rule, Rule] = ("simple", "personal")


def _evidence(seen: View, known: Calibration, rule: Rule, inside: Flags) -> Evidence:
    parts, rival = seen.parts[rule][inside].mean(axis=0), seen.parts["simple"][inside].mean(axis=0)
    cost, rival_cost = float(seen.cost[rule][inside].mean()), float(seen.cost["simple"][inside].mean())
    effect, gain = known.worth(parts), known.worth(parts - rival)
    gain = Estimate(value=gain.value - (cost - rival_cost), error=gain.error, units=0)
    return Evidence(
        rule=rule,
        effect=effect,
        net=effect.value - cost,
        improvement=gain,
        claim_bound=effect.lower_bound(1 - (1 - CLAIM) / len(_ASKING)),
        improvement_bound=gain.lower_bound(IMPROVEMENT),
    )


class Judged(Struct, frozen=True, kw_only=True, eq=False):
    """The rule to deploy, how predictions are calibrated, and the rules that the folds would have led to.

    `luck` is how much better the rule looks than what the other folds would have chosen for each fold. `overrated` is
    which part of what is told of the rule's choice those who drew it do not bear out.
    """

    selected: Selected
    calibration: Calibration
    by_fold: tuple[Rule, ...]
    luck: float
    overrated: float


def judge(seen: View) -> Judged:
    """Choose a rule on all rows, and see what the same choosing without each fold would have been worth in it.

    Where most folds, left out, lead to doing nothing, what all rows together lead to was luck.
    """
    fold = seen.log.fold
    everybody = np.ones(fold.size, dtype=np.bool_)
    selected = select(seen, everybody)
    calibration = calibrate(seen.log, seen.expected, everybody)
    rules: tuple[Rule, ...] = tuple(select(seen, fold != one).rule for one in range(FOLDS))
    if sum(rule == "nobody" for rule in rules) > FOLDS // 2:
        selected = Selected(rule="nobody", evidence=selected.evidence)
    procedure = np.zeros_like(seen.expected)
    for one, rule in enumerate(rules):
        procedure[fold == one] = seen.parts[rule][fold == one]
    luck = calibration.worth(seen.parts[selected.rule].mean(axis=0) - procedure.mean(axis=0)).value
    return Judged(
        selected=selected,
        calibration=calibration,
        by_fold=rules,
        luck=max(luck, 0.0),
        overrated=overrated(seen, selected.rule),
    )


def overrated(seen: View, rule: Rule) -> float:
    """Return which part of the effects told of a rule's choice is not there, by the rows that drew what it chooses.

    What looks best is chosen, so what is chosen looks better than it is, and no calibration over all draws shows it.
    The answers of those who drew what the rule chooses, beyond what was told, weighed against the belief that such
    a choice strays by CHOICE_SPREAD. Never below zero: choosing does not make anything better than it looks.
    """
    choice, arm, chance = seen.choice[rule], seen.log.contacts.arm, seen.log.contacts.chance
    treated, slopes = choice > 0, seen.slopes
    told = float((seen.parts[rule] @ slopes).mean())
    if told <= 0:
        return 0.0
    drew = ((arm == choice) & treated) - np.where(treated, chance[np.arange(choice.size), choice], 0.0)
    beyond = seen.log.surprise - seen.expected @ slopes
    noise = max(float(np.square(beyond).mean()), 1e-12)
    usual = told / max(float(treated.mean()), 1e-12)
    missing = -float(drew @ beyond) / (float(drew @ drew) + noise / (CHOICE_SPREAD * usual) ** 2)
    return float(np.clip(missing / usual, 0.0, 1.0))
