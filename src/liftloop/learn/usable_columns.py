"""Which columns may explain an effect: known before the contact, not an identifier, not the outcome in disguise."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.balance import (
    determines,
    difference_p_value,
    is_consequence,
    is_funnel,
    prediction_p_value,
)
from liftloop.inference.encoding import (
    Column,
    Encoding,
    Features,
    cells_of,
    encode,
    fit_encoding,
    is_number,
)
from liftloop.learn.contract import Notice, PolicyRequest
from liftloop.learn.table import Table, as_column

BALANCE_ALARM = 0.001  # Over all columns together: one file in a thousand loses a column by bad luck.
CELLS = 20
IDENTIFIER_SHARE = 0.5  # Words that differ in every other row name people rather than kinds of people.
IDENTIFIER_ROWS_MIN = 1_000
COLUMNS_MAX = 200  # Effects are too weak to be found among more; the linear design grows no wider than 400.


class Usable(Struct, frozen=True, kw_only=True, eq=False):
    """The columns left, how they are coded, and what was left out and why.

    `unbalanced` lists columns that differ between arms; `foretold` says that the others, too, foretell the arm.
    """

    columns: Mapping[str, Column]
    encoding: Encoding
    features: Features
    warnings: tuple[Notice, ...]
    unbalanced: tuple[str, ...]
    foretold: bool


class Drawn(Struct, frozen=True, kw_only=True, eq=False):
    """What happened to each row: the arm drawn, the outcome; `first` marks one row of each unit."""

    arm: Integers
    outcome: Floats
    first: Integers


def usable_columns(table: Table, request: PolicyRequest, drawn: Drawn) -> Usable:
    """Return the features of the table's other columns, without those that know too much."""
    special = {request.treatment, request.outcome, request.unit_id}
    candidates = {name: as_column(texts) for name, texts in table.columns.items() if name not in special}
    warnings: list[Notice] = []
    columns: dict[str, Column] = {}
    for name, column in candidates.items():
        notice = _not_a_trait(name, column)
        if notice is None and len(columns) < COLUMNS_MAX:
            columns[name] = column
        elif notice is None:
            warnings.append(_one_too_many(name))
        elif notice.code != "column_constant":
            warnings.append(notice)
    suspects, unbalanced = _suspects(columns, request, drawn)
    warnings.extend(suspects.values())
    kept = {name: column for name, column in columns.items() if name not in suspects}
    encoding = fit_encoding(kept)
    features = encode(encoding, kept, table.rows)
    foretold = prediction_p_value(features.design[drawn.first], drawn.arm[drawn.first]) < BALANCE_ALARM
    return Usable(
        columns=kept,
        encoding=encoding,
        features=features,
        warnings=tuple(warnings),
        unbalanced=unbalanced,
        foretold=foretold,
    )


def _not_a_trait(name: str, column: Column) -> Notice | None:
    """Return why a column describes nobody: it is constant, or another identifier."""
    known, distinct = _known(column)
    if is_number(column):
        whole = distinct == known.size >= IDENTIFIER_ROWS_MIN and bool((known % 1 == 0).all())
    else:
        whole = known.size >= IDENTIFIER_ROWS_MIN and distinct > IDENTIFIER_SHARE * known.size
    if distinct + (known.size < column.size) < 2:
        return Notice(code="column_constant", zh=f"“{name}”只有一个值。", en=f"“{name}” has one value.", column=name)
    if whole:
        return Notice(
            code="column_identifier",
            column=name,
            zh=f"“{name}”几乎每行都不同，像是编号，没有使用。",
            en=f"“{name}” differs in almost every row, like an identifier; it was not used.",
        )
    return None


def _one_too_many(name: str) -> Notice:
    return Notice(
        code="column_beyond_limit",
        column=name,
        zh=f"最多使用 {COLUMNS_MAX} 列，“{name}”没有使用。",
        en=f"At most {COLUMNS_MAX} columns are used; “{name}” was not.",
    )


def _known(column: Any) -> tuple[Any, int]:
    known = column[np.isfinite(column)] if is_number(column) else column[column != ""]
    return known, np.unique(known).size


def _suspects(
    columns: Mapping[str, Column], request: PolicyRequest, drawn: Drawn
) -> tuple[dict[str, Notice], tuple[str, ...]]:
    found: dict[str, Notice] = {}
    unbalanced: list[str] = []
    alarm = BALANCE_ALARM / max(len(columns), 1)
    for name, column in columns.items():
        if name in request.trusted:
            continue
        code = fit_encoding({name: column})
        cells = cells_of(code.columns[0], encode(code, {name: column}, column.size).raw[:, 0], CELLS)
        notices: list[Notice] = []
        if difference_p_value(cells[drawn.first], drawn.arm[drawn.first]) < alarm:
            unbalanced.append(name)
            notices.append(_after_contact(name))
        if determines(cells, drawn.outcome):
            notices.append(_is_outcome(name, request.outcome))
        elif not notices and is_funnel(cells, drawn.outcome):
            notices.append(_funnel(name, request.outcome))
        elif not notices and is_consequence(cells, drawn.outcome):
            notices.append(_consequence(name, request.outcome))
        if notices:
            found[name] = notices[-1]
    return found, tuple(unbalanced)


def _after_contact(name: str) -> Notice:
    return Notice(
        code="column_after_contact",
        column=name,
        zh=f"“{name}”在各组之间的差别超出偶然，应是触达之后才有的数据，没有使用。"
        "如果它在触达之前就已知，那么分组并不随机，这些数字就不成立。",
        en=f"“{name}” differs between the arms more than chance allows, so it was written after the contact; "
        "it was not used. If it was known before, the arms were not drawn at random and these figures do not hold.",
    )


def _is_outcome(name: str, outcome: str) -> Notice:
    return Notice(
        code="column_is_outcome",
        column=name,
        zh=f"“{name}”几乎直接决定了“{outcome}”，等于泄露了答案，没有使用。",
        en=f"“{name}” all but determines “{outcome}”: it leaks the answer; it was not used.",
    )


def _funnel(name: str, outcome: str) -> Notice:
    return Notice(
        code="column_is_step",
        column=name,
        zh=f"凡有“{outcome}”的人都落在“{name}”的少数几个取值里，像是通往结果的中间一步，没有使用。"
        "如果它在触达之前就已知，可以声明信任它。",
        en=f"Everyone with “{outcome}” has one of a few values of “{name}”, like a step on the way to it; "
        "it was not used. If it was known before the contact, declare it trusted.",
    )


def _consequence(name: str, outcome: str) -> Notice:
    return Notice(
        code="column_is_consequence",
        column=name,
        zh=f"“{name}”取某些值时必有“{outcome}”，像是它的后果，没有使用。如果它在触达之前就已知，可以声明信任它。",
        en=f"Some values of “{name}” always come with “{outcome}”, like a consequence of it; it was not used. "
        "If it was known before the contact, declare it trusted.",
    )
