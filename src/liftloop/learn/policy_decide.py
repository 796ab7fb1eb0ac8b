"""Decide for each row of a new file by a learned policy, with the expected uplift and the reason in words."""

from collections.abc import Mapping

import numpy as np

from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.effects import EffectModel, predict_effects
from liftloop.inference.encoding import (
    Column,
    Encoding,
    Features,
    NumberCode,
    Texts,
    describe,
    encode,
    features_of,
    typical_raw,
)
from liftloop.kernel.errors import Language
from liftloop.learn.contract import Decisions, Notice, PolicyModel
from liftloop.learn.table import Table, numbers

ROWS_AT_ONCE = 50_000  # Designs and contributions of that many rows stay under 100 MB.
DRIVERS_MAX = 2  # Two causes can be remembered; a third is noise.


def decide(model: PolicyModel, table: Table, language: Language) -> Decisions:
    """Return one decision a row, in order. Raises where a column that the model needs is missing.

    Unknown words and missing or unreadable numbers are decided for as missing, and counted in the notices.
    """
    ids = table.column(model.unit_id) if model.unit_id else np.arange(1, table.rows + 1).astype(np.str_)
    labels = np.array(model.arms, dtype=np.str_)
    if model.kind != "personalise" or model.effects is None:
        return _alike(model, ids, labels, language)
    columns, notices = _columns(model.encoding, table)
    actions = np.zeros(table.rows, dtype=np.int64)
    uplift = np.zeros(table.rows)
    reasons: list[str] = []
    for first in range(0, table.rows, ROWS_AT_ONCE):
        part = slice(first, min(first + ROWS_AT_ONCE, table.rows))
        block: dict[str, Column] = {name: column[part] for name, column in columns.items()}
        features = encode(model.encoding, block, part.stop - part.start)
        actions[part], uplift[part], shown = _choose(model, model.effects, features)
        drivers = _drivers(model.encoding, model.effects, features, shown)
        reasons.extend(_reasons(model, features, (actions[part], uplift[part], drivers), language))
    return Decisions(ids=ids, action=labels[actions], uplift=uplift, reason=tuple(reasons), notices=tuple(notices))


def _alike(model: PolicyModel, ids: Texts, labels: Texts, language: Language) -> Decisions:
    arm = model.static_arm
    uplift = model.mean_uplift[arm] if arm else max(model.mean_uplift[1:], default=0.0)
    chinese = language == "zh-CN"
    if arm:
        text = (
            "所有人相同：按人区别看不出更多收益"
            if chinese
            else "the same for everybody: choosing by person shows no gain"
        )
    else:
        text = "没有证据表明触达能赚钱" if chinese else "no evidence that contact pays"
    return Decisions(
        ids=ids,
        action=np.full(ids.size, labels[arm]),
        uplift=np.full(ids.size, uplift),
        reason=(text,) * ids.size,
        notices=(),
    )


def _columns(encoding: Encoding, table: Table) -> tuple[Mapping[str, Column], list[Notice]]:
    columns: dict[str, Column] = {}
    notices: list[Notice] = []
    for code in encoding.columns:
        texts = table.column(code.name)
        if isinstance(code, NumberCode):
            found = numbers(texts)
            columns[code.name] = found
            strange = int(((texts != "") & np.isnan(found)).sum())
        else:
            columns[code.name] = texts
            strange = int(((texts != "") & ~np.isin(texts, code.levels)).sum())
        if strange:
            notices.append(_strange(code.name, strange))
    return columns, notices


def _strange(name: str, count: int) -> Notice:
    return Notice(
        code="value_unknown",
        column=name,
        zh=f"“{name}”有 {count} 行的取值在学习时没有见过，按缺失处理。",
        en=f"{count} rows have a value of “{name}” that was not seen in learning; they were treated as missing.",
    )


def _choose(model: PolicyModel, effects: EffectModel, features: Features) -> tuple[Integers, Floats, Integers]:
    """Return the arm chosen, the uplift to show, and the arm whose uplift it is (never nobody)."""
    predicted = predict_effects(effects, features)
    profit = model.value * predicted - np.array([0.0] + [model.cost] * (len(model.arms) - 1))
    actions = profit.argmax(axis=1).astype(np.int64)
    shown = profit[:, 1:].argmax(axis=1).astype(np.int64) + 1
    return actions, predicted[np.arange(actions.size), shown], shown


def _drivers(encoding: Encoding, effects: EffectModel, features: Features, shown: Integers) -> Floats:
    """Return, for each row and column, how much the shown uplift owes to not being typical in that column.

    The uplift minus the uplift with that one column set to its typical value; a sum of effects is not claimed.
    """
    rows = np.arange(shown.size)
    base = predict_effects(effects, features)[rows, shown]
    typical = typical_raw(encoding)
    owed = np.zeros(features.raw.shape)
    for place in range(features.raw.shape[1]):
        raw = features.raw.copy()
        raw[:, place] = typical[place]
        owed[:, place] = base - predict_effects(effects, features_of(encoding, raw))[rows, shown]
    return owed


def _reasons(
    model: PolicyModel,
    features: Features,
    decided: tuple[Integers, Floats, Floats],
    language: Language,
) -> list[str]:
    actions, uplift, drivers = decided
    texts: list[str] = []
    # Among the treated what raises the uplift is the reason, among the others what lowers it.
    signed = np.where((actions > 0)[:, None], drivers, -drivers)
    order = np.argsort(-signed, axis=1, kind="stable")[:, :DRIVERS_MAX]
    for row in range(actions.size):
        causes = [
            f"{model.encoding.columns[place].name} = {value}"
            for place in order[row].tolist()
            if signed[row, place] > 0
            and (value := describe(model.encoding.columns[place], float(features.raw[row, place])))
        ]
        texts.append(_sentence(model, bool(actions[row]), float(uplift[row]), causes, language))
    return texts


def _sentence(model: PolicyModel, treated: bool, uplift: float, causes: list[str], language: Language) -> str:
    worth = round(model.value * uplift, 2) + 0.0  # Adding zero turns -0.00 into 0.00.
    if language == "zh-CN":
        relation = "高于" if treated else "不高于"
        why = f"；主要因为 {'、'.join(causes)}" if causes else ""
        return f"预计“{model.outcome}”{uplift:+.4f}，值 {worth:.2f}，{relation}成本 {model.cost:.2f}{why}"
    relation = "above" if treated else "not above"
    why = f"; mainly because {' and '.join(causes)}" if causes else ""
    return f"expected {model.outcome} {uplift:+.4f}, worth {worth:.2f}, {relation} the cost of {model.cost:.2f}{why}"
