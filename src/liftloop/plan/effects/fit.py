"""Fitting by folds: sums of products add up over folds, so every model that leaves folds out costs no pass over rows.

Nobody's outcome is ever predicted by a model that saw it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from threadpoolctl import threadpool_limits

from liftloop.inference.arrays import SingleFloats
from liftloop.inference.boosting import Multiples, Trees, fit_multiples, predict_multiples
from liftloop.inference.ridge import Sums, added, fit_ridge, predict_linear, sums_of
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.dice import hash_text, uniform
from liftloop.plan.effects.design import (
    Drawn,
    Effects,
    Scales,
    Traits,
    effect_columns,
    effects_of,
    level_of,
    liking,
    outcome_columns,
    predicted,
    scales_of,
    simple_columns,
    standard,
    traits_of,
)
from liftloop.plan.inputs import Column, Contacts, Flags, Floats, Integers, People
from liftloop.plan.options import Option

YEAR_MS = 365.25 * DAY_MS
KEEN_TREES = Trees(count=150, leaves=2, rate=0.06, leaf_share=0.1)
"""Effects are weak beside the noise of outcomes: one cut a tree, and leaves that hold a tenth of the rows.

In logarithms such trees are curves, one for each trait, which multiply; with four leaves of a fiftieth they explained
a quarter to a third of how strongly people answer with 20,000 rows, these two fifths, and three times as much where
effects are weak."""
KEEN_ROWS_MAX = 100_000  # Such small trees of three times as many rows are the same but for a few leaves.
KEEN_MAX = 5.0  # Nobody is believed to answer more than six times as strongly as the average.
HALVES_FROM_ROWS = 150_000  # Half of so many rows teach trees what four fifths would, at half the cost.
DOSE_MIN = 1e-9  # An average effect of nothing has no multiples.
FOLDS = 5  # Five folds leave 80% of the rows to train on; ten cost twice as much and gain little.


class Log(Struct, frozen=True, kw_only=True, eq=False):
    """Past contacts made ready for fitting: standard features, folds by person, and what they would do anyway.

    `answer` [rows] is what answers are learned from: the outcome of the window's first days where it has some, because
    most of what a contact moves comes at once and most of what would have come anyway does not; else the outcome.
    `anyway` [rows] is what was to be expected of it over the chances of the row, by a model without the row's fold;
    `late` [rows] is what came of the outcome after the answer beyond what was to be expected, None if nothing could.
    `person` [rows] codes people from 0, `years` [rows] is how long ago it was; `line` is the model of the whole
    outcome by all rows, for people of now; `now` are their standard features and `now_liking` what their options' items
    mean to them.
    """

    contacts: Contacts
    traits: Traits
    scales: Scales
    drawn: Drawn
    answer: Floats
    late: Floats | None
    fold: Integers
    person: Integers
    years: Floats
    anyway: Floats
    line: Floats
    now: Floats
    now_liking: Floats

    @property
    def surprise(self) -> Floats:
        """Return how far the answers were from what was to be expected [rows]."""
        return self.answer - self.anyway

    @property
    def whole_surprise(self) -> Floats:
        """Return the same for the whole outcome [rows]."""
        return self.surprise if self.late is None else self.surprise + self.late


class Fits(Struct, frozen=True, kw_only=True, eq=False):
    """The effect models by the fold left out, None for none: by what an option is alone, and by person.

    `keen` are trees for how many times the average effect a person answers with, whatever she gets; None is once.
    """

    simple: dict[int | None, Effects]
    personal: dict[int | None, Effects]
    keen: dict[int | None, Multiples | None]


def prepare(contacts: Contacts, people: People, options: Sequence[Option], now_ms: int, salt: str) -> Log:
    """Return the log with features scaled on the people of now and the outcome's cross-fitted expectation."""
    scales, traits = scales_of(_profiled(people)), traits_of(options)
    features = standard(scales, contacts.features, contacts.count)
    fold = folds_of(contacts.profile, salt)
    drawn = Drawn(
        people=features,
        liking=liking(traits, contacts.features, contacts.count),
        arm=contacts.arm,
        chance=contacts.chance,
    )
    _, campaign = np.unique(contacts.campaign, return_inverse=True)
    columns = outcome_columns(features, campaign.astype(np.int64), int(campaign.max(initial=0)) + 1)
    _, person = np.unique(contacts.profile, return_inverse=True)
    columns = columns.astype(np.float32)
    answer = contacts.outcome if contacts.early is None else contacts.early
    with threadpool_limits(limits=1):
        anyway, line = _cross_fitted(columns, answer, fold)
        late = None
        if contacts.early is not None:
            rest = contacts.outcome - answer
            usual, rest_line = _cross_fitted(columns, rest, fold)
            late, line = rest - usual, line + rest_line
    return Log(
        contacts=contacts,
        traits=traits,
        scales=scales,
        drawn=drawn,
        answer=answer,
        late=late,
        fold=fold,
        person=person.astype(np.int64),
        years=(now_ms - contacts.at_ms) / YEAR_MS,
        anyway=anyway,
        line=line,
        now=standard(scales, people.features, people.count),
        now_liking=liking(traits, people.features, people.count),
    )


def _profiled(people: People) -> Mapping[str, Column]:
    """Return the features of those who may be decided on by them; of everybody where nobody may."""
    refused = people.unprofiled
    if refused is None or refused.all():
        return people.features
    return {name: column[~refused] for name, column in people.features.items()}


def folds_of(profile: Integers, salt: str) -> Integers:
    """Return each person's fold; all contacts of one person share it."""
    return (uniform(profile.astype(np.uint64), hash_text("fold", salt)) * FOLDS).astype(np.int64)


def _cross_fitted(columns: SingleFloats, target: Floats, fold: Integers) -> tuple[Floats, Floats]:
    sums = [sums_of(columns[fold == one], target[fold == one]) for one in range(FOLDS)]
    found = np.zeros(target.size)
    for one in range(FOLDS):
        coefficients = fit_ridge(added([part for other, part in enumerate(sums) if other != one]))
        found[fold == one] = predict_linear(columns[fold == one], coefficients)
    return found, fit_ridge(added(sums))


def anyway_now(log: Log, people: People) -> Floats:
    """Return what people of now would do anyway, up to a constant for the season; to compare people, not times."""
    features = standard(log.scales, people.features, people.count)
    columns = outcome_columns(features, np.zeros(people.count, dtype=np.int64), 1).astype(np.float32)
    return predict_linear(columns, log.line[: 1 + columns.shape[1]])


def fit(log: Log) -> Fits:
    """Return the models of all folds, and of all but each one."""
    with threadpool_limits(limits=1):
        sums = [_sums(log, np.flatnonzero(log.fold == one)) for one in range(FOLDS)]
        short = [_first(part, 1 + simple_columns(log.traits)) for part in sums]
        lefts: list[int | None] = [None, *range(FOLDS)]
        return Fits(
            simple={left: effects_of(_without(short, left), log.traits) for left in lefts},
            personal={left: effects_of(_without(sums, left), log.traits) for left in lefts},
            keen=_keen(log, short),
        )


def left_out(rows: int) -> Integers:
    """Return the group of folds [FOLDS] that the trees for each fold leave out: itself, of a long log one of halves."""
    return np.arange(FOLDS) if rows < HALVES_FROM_ROWS else np.arange(FOLDS) % 2


def _keen(log: Log, short: Sequence[Sums]) -> dict[int | None, Multiples | None]:
    """Return trees for the person's answer as a multiple of the average effect, by the fold left out.

    The residual on residual again, with the average effect as the dose: minimises (outcome - anyway - multiple *
    (dose drawn - dose expected))^2. `short` are the sums of each fold for the average effects.
    """
    few = np.arange(0, log.fold.size, -(-log.fold.size // KEEN_ROWS_MAX))
    arm, chance = log.drawn.arm[few], log.drawn.chance[few]
    left = log.surprise[few]
    group = left_out(log.fold.size)
    groups: list[int | None] = [None, *np.unique(group).tolist()]
    jobs: list[tuple[Floats, Flags]] = []
    for one in groups:
        kept = [part for fold, part in enumerate(short) if one is None or group[fold] != one]
        level = level_of(effects_of(fit_ridge(added(kept)), log.traits), log.traits)
        dose = level[arm] - chance @ level
        if float(np.abs(dose).mean()) < DOSE_MIN:
            return dict.fromkeys((None, *range(FOLDS)), None)
        jobs.append((dose, np.ones(dose.size, dtype=np.bool_) if one is None else group[log.fold[few]] != one))
    models = fit_multiples(log.drawn.people[few].astype(np.float32), left, jobs, KEEN_TREES)
    found = dict(zip(groups, models, strict=True))
    return {None: found[None], **{fold: found[int(group[fold])] for fold in range(FOLDS)}}


def _sums(log: Log, rows: Integers) -> Sums:
    part = Drawn(
        people=log.drawn.people[rows],
        liking=log.drawn.liking[rows],
        arm=log.drawn.arm[rows],
        chance=log.drawn.chance[rows],
    )
    columns = effect_columns(log.traits, part).astype(np.float32)
    return sums_of(columns, log.surprise[rows])


def _first(sums: Sums, count: int) -> Sums:
    return Sums(gram=sums.gram[:count, :count], cross=sums.cross[:count], square=sums.square)


def _without(sums: Sequence[Sums], left: int | None) -> Floats:
    return fit_ridge(added([part for fold, part in enumerate(sums) if fold != left]))


def keen_now(fits: Fits, log: Log) -> Floats:
    """Return how much more than the average everybody of now answers, as a part of it: [people]."""
    return _keenness(fits.keen[None], log.now)


def keen_in_log(fits: Fits, log: Log) -> Floats:
    """Return the same for the rows of the log, by models without the row's own fold."""
    found = np.zeros(log.fold.size)
    for fold in range(FOLDS):
        rows = np.flatnonzero(log.fold == fold)
        found[rows] = _keenness(fits.keen[fold], log.drawn.people[rows])
    return found


def _keenness(model: Multiples | None, people: Floats) -> Floats:
    if model is None or not people.shape[0]:
        return np.zeros(people.shape[0])
    return np.minimum(predict_multiples(model, people.astype(np.float32)) - 1.0, KEEN_MAX)


def effects_for(model: Effects, log: Log) -> Floats:
    """Return the effects of every option on everybody of now: [people, 1 + options]."""
    return predicted(model, log.traits, log.now, log.now_liking)


def effects_in_log(models: dict[int | None, Effects], log: Log) -> Floats:
    """Return effects [rows, 1 + options] by models without the row's own fold."""
    found = np.zeros(log.drawn.chance.shape)
    for fold in range(FOLDS):
        rows = np.flatnonzero(log.fold == fold)
        found[rows] = predicted(models[fold], log.traits, log.drawn.people[rows], log.drawn.liking[rows])
    return found
