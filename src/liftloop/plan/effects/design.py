"""Columns for two linear models: what people do anyway, and what an option changes in whom.

An option is described by what it is (a message at all, its face value, its channel, an item), so that options
learn from each other; a person by her features, centered on the population.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from liftloop.plan.effects.doses import Chain, chains_of
from liftloop.plan.inputs import Column, Flags, Floats, Integers
from liftloop.plan.options import Option

REACH = 3.0  # Standardised numbers are cut here, so that no whale bends a line.
MAIN_WEIGHT = 4.0  # Average effects are shrunk 16 times less than differences between people.
MONEY = 1  # The trait that is money, after being a message at all.
CURVED = 8  # The widest spread features also get a bend and products in the model of what people do anyway.


class NumberScale(Struct, frozen=True, kw_only=True):
    """How a column of numbers becomes a standard one: signed log, then centered and scaled; gaps are the center."""

    name: str
    center: float
    scale: float


class Scales(Struct, frozen=True, kw_only=True):
    """The standard columns of a population, in order; learned from features alone."""

    columns: tuple[NumberScale, ...]


def scales_of(features: Mapping[str, Column]) -> Scales:
    """Return scales that make these features standard; a constant column has none."""
    columns: list[NumberScale] = []
    for name, column in features.items():
        values = _bent(column)
        known = values[np.isfinite(values)]
        if known.size and float(known.std()) > 1e-9:
            columns.append(NumberScale(name=name, center=float(known.mean()), scale=float(known.std())))
    return Scales(columns=tuple(columns))


def standard(scales: Scales, features: Mapping[str, Column], rows: int) -> Floats:
    """Return the standard columns [rows, columns], every number within three deviations."""
    found = np.zeros((rows, len(scales.columns)))
    for place, scale in enumerate(scales.columns):
        values = _bent(features[scale.name])
        found[:, place] = np.clip(np.nan_to_num((values - scale.center) / scale.scale), -REACH, REACH)
    return found


def _bent(column: Column) -> Floats:
    values = column.astype(np.float64)
    return np.sign(values) * np.log1p(np.abs(values))


def outcome_columns(people: Floats, campaign: Integers, campaigns: int) -> Floats:
    """Return [rows, columns] for the model of what people do anyway: lines, bends, products, and when it was."""
    curved = people[:, :CURVED]
    first, second = np.triu_indices(curved.shape[1])
    when = (campaign[:, None] == np.arange(1, campaigns)[None, :]).astype(np.float64)
    return np.column_stack([people, curved[:, first] * curved[:, second], when])


class Traits(Struct, frozen=True, kw_only=True, eq=False):
    """What options are: `of` [1 + options, traits], the first row (nobody) all zeros.

    `weight` [traits] is how little each average is shrunk; being about an item is no trait that items share, so it is
    shrunk as an option's own. `category` names, for each option, the feature that says how much a person likes its
    item's shelf, or "". `through` [1 + options, products] is money by channel, for averages alone: a channel that
    nobody looks at takes from a coupon what it takes from a reminder, so what money adds is not the same everywhere.
    """

    of: Floats
    weight: Floats
    through: Floats
    category: tuple[str, ...]
    chains: tuple[Chain, ...] = ()
    """Arms that are doses of one thing."""


def traits_of(options: Sequence[Option]) -> Traits:
    """Return the traits of options: any message, money (saturating), each channel but the first, an item."""
    channels = list(dict.fromkeys(option.channel.id for option in options))
    faces = np.array([option.face_fen for option in options], dtype=np.float64)
    half = float(np.median(faces[faces > 0])) if (faces > 0).any() else 1.0
    columns = [np.ones(len(options)), faces / (faces + half)]
    columns += [np.array([float(option.channel.id == channel) for option in options]) for channel in channels[1:]]
    weight = np.full(len(columns), MAIN_WEIGHT)
    if any(option.item for option in options):
        weight = np.append(weight, 1.0)
        columns.append(np.array([float(option.item is not None) for option in options]))
    table = np.vstack([np.zeros(len(columns)), np.column_stack(columns)])
    through = table[:, MONEY : MONEY + 1] * table[:, 2 : 1 + len(channels)]
    liked = tuple(f"category:{option.item.category}" if option.item else "" for option in options)
    return Traits(of=table, weight=weight, through=through, category=liked, chains=chains_of(options))


def liking(traits: Traits, features: Mapping[str, Column], rows: int) -> Floats:
    """Return [rows, 1 + options]: how much each person likes the shelf of each option's item, 0 without one."""
    found = np.zeros((rows, len(traits.category) + 1))
    for place, name in enumerate(traits.category, start=1):
        if name in features:
            found[:, place] = np.nan_to_num(features[name].astype(np.float64))
    return found


class Drawn(Struct, frozen=True, kw_only=True, eq=False):
    """The rows of a log as the effect model sees them; `chance` [rows, 1 + options]."""

    people: Floats
    liking: Floats
    arm: Integers
    chance: Floats


def effect_columns(traits: Traits, drawn: Drawn) -> Floats:
    """Return [rows, columns]: what the drawn option is, minus what was to be expected, alone and by person.

    Residual on residual (Robinson 1988; Nie and Wager 2021): regressing the outcome's residual on these columns
    gives effects that the chances of drawing cannot bias.
    """
    rows = np.arange(drawn.arm.size)
    is_what = traits.of[drawn.arm] - drawn.chance @ traits.of
    own = -drawn.chance[:, 1:]
    treated = drawn.arm > 0
    own[rows[treated], drawn.arm[treated] - 1] += 1.0
    likes = drawn.liking[rows, drawn.arm] - (drawn.liking * drawn.chance).sum(axis=1)
    through = MAIN_WEIGHT * (traits.through[drawn.arm] - drawn.chance @ traits.through)
    by_person = (is_what[:, :, None] * drawn.people[:, None, :]).reshape(drawn.arm.size, -1)
    return np.column_stack([traits.weight * is_what, through, own, likes, by_person])


class Effects(Struct, frozen=True, kw_only=True, eq=False):
    """A linear model of effects: of what an option is, of each option's own, of liking, and by person [traits, p]."""

    main: Floats
    through: Floats
    own: Floats
    liking: float
    by_person: Floats


def simple_columns(traits: Traits) -> int:
    """Return how many of `effect_columns` come first that know nothing of the person."""
    return traits.of.shape[1] + traits.through.shape[1] + len(traits.category)


def effects_of(coefficients: Floats, traits: Traits) -> Effects:
    """Return the model behind ridge coefficients (intercept first) on `effect_columns` or on the simple ones."""
    wide = traits.of.shape[1]
    main, through, own, rest = np.split(
        coefficients[1:], [wide, wide + traits.through.shape[1], simple_columns(traits)]
    )
    return Effects(
        main=main * traits.weight,
        through=through * MAIN_WEIGHT,
        own=own,
        liking=float(rest[0]) if rest.size else 0.0,
        by_person=rest[1:].reshape(wide, -1) if rest.size else np.zeros((wide, 0)),
    )


def level_of(model: Effects, traits: Traits) -> Floats:
    """Return the average effect of each arm [1 + options]; nobody's is 0."""
    level = traits.of @ model.main + traits.through @ model.through
    level[1:] += model.own
    level[0] = 0.0
    return level


def predicted(model: Effects, traits: Traits, people: Floats, liked: Floats) -> Floats:
    """Return effects [rows, 1 + options] in units of the outcome; nobody's are 0."""
    level = level_of(model, traits)
    found = np.broadcast_to(level, (people.shape[0], level.size)).copy()
    if model.by_person.size:
        found += (people @ model.by_person.T) @ traits.of.T
        found += model.liking * liked
    found[:, 0] = 0.0
    return found


def best_arm(effects: Floats, cost_fen: Floats, price: float, reach: Flags) -> Integers:
    """Return the arm [rows] of the largest effect minus priced cost among the reachable; nobody where none is above 0.

    `effects` and `cost_fen` are [rows, 1 + options], `reach` [rows, options]; `price` is outcome per fen.
    """
    worth = effects - price * cost_fen
    worth[:, 1:][~reach] = -np.inf
    return worth.argmax(axis=1).astype(np.int64)
