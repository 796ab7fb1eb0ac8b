"""Learns a policy from a file and decides for a file: the work around `liftloop.learn`, with models kept by name."""

import csv
import re
from pathlib import Path

import msgspec

from liftloop.collect.cleaning import neutralise_formula
from liftloop.kernel.errors import EXIT_USAGE, Language, LiftloopError
from liftloop.learn.contract import Decisions, PolicyModel, PolicyReport, PolicyRequest
from liftloop.learn.policy_decide import decide
from liftloop.learn.policy_table import learn_policy
from liftloop.learn.table import Table, read_table
from liftloop.plugins.sources.file.opening import ReadOptions, open_table

_NAME = re.compile(r"[\w.-]{1,64}")


class NoPolicy(LiftloopError):
    """There is no saved policy of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "no_policy",
            zh=f"没有叫 {name} 的策略",
            en=f"there is no policy called {name}",
            next_zh="先运行 liftloop policy learn … --save 名字",
            next_en="run liftloop policy learn … --save NAME first",
            exit_code=EXIT_USAGE,
        )


class CannotWrite(LiftloopError):
    """The file to write to is in a folder that is not there, or not for us."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            "cannot_write",
            zh=f"无法写入 {path}：{reason}",
            en=f"{path} cannot be written: {reason}",
            next_zh="换一个写得进去的位置，目录要先建好",
            next_en="name a place that can be written, in a folder that exists",
            exit_code=EXIT_USAGE,
        )


def learn(path: Path, request: PolicyRequest) -> PolicyReport:
    """Return what a file of past contacts teaches; raises `LiftloopError` where the file cannot say."""
    return learn_policy(_read(path), request)


def save(folder: Path, name: str, report: PolicyReport) -> Path:
    """Keep a policy under a name, replacing an older one whole."""
    if not _NAME.fullmatch(name):
        raise LiftloopError(
            "bad_name",
            zh=f"名字 {name!r} 不能用",
            en=f"{name!r} cannot be a name",
            next_zh="用字母、数字、点、横线，最多 64 个",
            next_en="use letters, digits, dots and dashes, 64 at the most",
            exit_code=EXIT_USAGE,
        )
    assert report.model is not None, "a refusal saves nothing"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    beside = path.with_suffix(".new")
    beside.write_bytes(msgspec.json.encode(report.model))
    beside.replace(path)
    return path


def load(folder: Path, name: str) -> PolicyModel:
    """Return a saved policy; raises `NoPolicy`."""
    path = folder / f"{name}.json"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise NoPolicy(name)
    return msgspec.json.decode(path.read_bytes(), type=PolicyModel)


def decide_file(model: PolicyModel, path: Path, out: Path, language: Language) -> Decisions:
    """Decide for every row of a file and write id, action, uplift and reason, in the file's order.

    Raises `CannotWrite`.
    """
    decisions = decide(model, _read(path), language)
    try:
        _write(model, decisions, out)
    except OSError as error:
        raise CannotWrite(out, error.strerror or "") from error
    return decisions


def _write(model: PolicyModel, decisions: Decisions, out: Path) -> None:
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([model.unit_id or "row", "action", "uplift", "reason"])
        rows = zip(decisions.ids, decisions.action, decisions.uplift, decisions.reason, strict=True)
        for identity, action, uplift, reason in rows:
            texts = [neutralise_formula(str(text)) for text in (identity, action, reason)]
            writer.writerow([texts[0], texts[1], f"{uplift:.6g}", texts[2]])


def _read(path: Path) -> Table:
    """Return a whole file as text columns: an experiment log fits into memory, an import need not."""
    columns: dict[str, list[str | None]] = {}
    with open_table(path, ReadOptions()) as table:
        for batch in table.batches():
            for name, column in batch.columns.items():
                columns.setdefault(name, []).extend(_text(value) for value in column.tolist())
    return read_table(columns)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
