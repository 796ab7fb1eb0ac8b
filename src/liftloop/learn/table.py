"""A table of text columns, as any CSV gives it, and what its columns mean as numbers or words."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from liftloop.inference.arrays import Floats
from liftloop.inference.encoding import Column, Texts
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

MISSING_WORDS = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "#N/A")
TRUE_WORDS = ("yes", "true", "y", "是", "有")
FALSE_WORDS = ("no", "false", "n", "否", "无")
NUMBER_SHARE = 0.99  # One slip of the pen in a hundred does not turn amounts into words.


class Table(Struct, frozen=True, kw_only=True, eq=False):
    """`columns` of stripped text, all equally long; a missing value is the empty text."""

    columns: Mapping[str, Texts]
    rows: int

    def column(self, name: str) -> Texts:
        """Return the column, or raise the error that names those there are."""
        if name not in self.columns:
            names = ", ".join(self.columns)
            raise LiftloopError(
                "column_missing",
                zh=f"文件里没有“{name}”这一列。",
                en=f"The file has no column “{name}”.",
                next_zh=f"可用的列：{names}。",
                next_en=f"Its columns are: {names}.",
                status=422,
                exit_code=EXIT_USAGE,
            )
        return self.columns[name]

    def select(self, mask: Sequence[bool] | np.ndarray) -> "Table":
        """Return the rows where the mask is true."""
        chosen = np.asarray(mask, dtype=bool)
        columns = {name: column[chosen] for name, column in self.columns.items()}
        return Table(columns=columns, rows=int(chosen.sum()))


def read_table(text_columns: Mapping[str, Sequence[str | None]]) -> Table:
    """Return the table of these columns; raises where they are empty or not equally long."""
    columns: dict[str, Texts] = {}
    for name, texts in text_columns.items():
        plain = np.array(["" if text is None else text for text in texts], dtype=np.str_)
        stripped = np.char.strip(plain) if plain.size else plain
        columns[name] = np.where(np.isin(stripped, MISSING_WORDS), "", stripped)
    sizes = {column.size for column in columns.values()}
    if len(sizes) != 1 or 0 in sizes:
        raise LiftloopError(
            "table_empty",
            zh="文件里没有可读的数据行。",
            en="The file has no rows that can be read.",
            next_zh="请检查文件：第一行应为列名，其后每行一人。",
            next_en="Check the file: column names in the first line, then one line a person.",
            status=422,
        )
    return Table(columns=columns, rows=sizes.pop())


def numbers(texts: Texts) -> Floats:
    """Return the texts as numbers, NaN where one is missing, not a number or infinite."""
    found = np.full(texts.size, np.nan)
    known = texts != ""
    try:
        found[known] = texts[known].astype(np.float64)
    except ValueError:
        found[known] = [_number(text) for text in texts[known].tolist()]
    found[~np.isfinite(found)] = np.nan
    return found


def _number(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return float("nan")


def outcome_numbers(texts: Texts) -> Floats:
    """Return numbers as `numbers` does, with yes and no (是、否) as 1 and 0."""
    lowered = np.char.lower(texts)
    plain = np.where(np.isin(lowered, TRUE_WORDS), "1", np.where(np.isin(lowered, FALSE_WORDS), "0", texts))
    return numbers(plain)


def as_column(texts: Texts) -> Column:
    """Return numbers where practically all known values are, else the words."""
    known = texts != ""
    parsed = numbers(texts)
    if known.any() and float(np.isfinite(parsed[known]).mean()) >= NUMBER_SHARE:
        return parsed
    return texts
