"""Which columns may explain an effect: known before the contact, not an identifier, not the outcome in disguise."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats, Integers
from liftloop.inference.balance import Draw, column_p_value, determines, is_consequence, is_funnel, together_p_value
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
UNEXPLAINED = "column_differs"
IDENTIFIER_SHARE = 0.5  # Words that differ in every other row name people rather than kinds of people.
IDENTIFIER_ROWS_MIN = 1_000
COLUMNS_MAX = 200  # Effects are too weak to be found among more; the linear design grows no wider than 400.


class Usable(Struct, frozen=True, kw_only=True, eq=False):
    """The columns left, how they are coded, and what was left out and why.

    `unexplained` lists columns that differ between the arms and are no step to the outcome nor a consequence of it:
    only who made the log can say whether they were written after the contact or chose the arm. `foretold` says that
    the columns left foretell the arm together.
    """

    columns: Mapping[str, Column]
    encoding: Encoding
    features: Features
    warnings: tuple[Notice, ...]
    unexplained: tuple[str, ...]
    foretold: bool


class Drawn(Struct, frozen=True, kw_only=True, eq=False):
    """What happened: the outcome of each row; `first` is one row of each unit, `draw` how these drew their arms."""

    outcome: Floats
    first: Integers
    draw: Draw


def usable_columns(table: Table, request: PolicyRequest, drawn: Drawn) -> Usable:
    """Return the features of the table's other columns, without those that know too much."""
    special = {request.treatment, request.outcome, request.unit_id, request.propensity, *request.after}
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
    suspects, unexplained = _suspects(columns, request, drawn)
    warnings.extend(suspects.values())
    kept = {name: column for name, column in columns.items() if name not in suspects}
    encoding = fit_encoding(kept)
    features = encode(encoding, kept, table.rows)
    foretold = together_p_value(features.rows(drawn.first), drawn.draw) < BALANCE_ALARM
    return Usable(
        columns=kept,
        encoding=encoding,
        features=features,
        warnings=tuple(warnings),
        unexplained=unexplained,
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
    unexplained: list[str] = []
    alarm = BALANCE_ALARM / max(len(columns), 1)
    for name, column in columns.items():
        if name in request.trusted:
            continue
        code = fit_encoding({name: column})
        cells = cells_of(code.columns[0], encode(code, {name: column}, column.size).raw[:, 0], CELLS)
        differs = column_p_value(cells[drawn.first], drawn.draw) < alarm
        step = is_funnel(cells, drawn.outcome)
        follows = is_consequence(cells, drawn.outcome)
        if determines(cells, drawn.outcome):
            found[name] = _is_outcome(name, request.outcome)
        elif differs:
            found[name] = _after_contact(name) if step or follows else _unexplained(name)
        elif step:
            found[name] = _funnel(name, request.outcome)
        elif follows:
            found[name] = _consequence(name, request.outcome)
        if differs and found[name].code == UNEXPLAINED:
            unexplained.append(name)
    return found, tuple(unexplained)


def _after_contact(name: str) -> Notice:
    return Notice(
        code="column_after_contact",
        column=name,
        zh=f"“{name}”在各组之间的差别超出偶然，又与结果连在一起，应是触达之后才有的数据，没有使用。"
        "如果它在触达之前就已知，那么分组并不随机，这些数字就不成立。",
        en=f"“{name}” differs between the arms more than chance allows and hangs together with the outcome, so it was "
        "written after the contact; it was not used. If it was known before, the arms were not drawn at random and "
        "these figures do not hold.",
    )


def _unexplained(name: str) -> Notice:
    return Notice(
        code=UNEXPLAINED,
        column=name,
        zh=f"“{name}”在各组之间的差别超出偶然：要么它是触达之后才有的，要么人是按它挑的。",
        en=f"“{name}” differs between the arms more than chance allows: either it was written after the contact, or "
        "people were chosen by it.",
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
