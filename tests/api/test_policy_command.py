"""`liftloop policy` before and beside a server: what it cannot write it says, what it leaves does no harm."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from liftloop.app.policy_files import CannotWrite, decide_file, learn, load, save
from liftloop.cli.policy import command
from liftloop.learn.contract import PolicyRequest
from liftloop.storage.embedded.folder import DataFolder


def log_of(folder: Path) -> Path:
    """Write a log in which the contact helps everybody, and everybody can see it."""
    file = folder / "log.csv"
    rows = [f"u{n},{n % 2},{int(n % 10 < (6 if n % 2 else 2))},{n * 7919 % 13}" for n in range(2_000)]
    file.write_text("\n".join(["id,sent,bought,visits", *rows]) + "\n")
    return file


def test_a_policy_learned_first_leaves_a_folder_that_a_server_opens(tmp_path: Path) -> None:
    """Learned and saved where no server has ever been, decided with, and then the folder is opened; --out is told."""
    file, data = log_of(tmp_path), tmp_path / "data"
    asked = PolicyRequest(
        treatment="sent", treated="1", control=None, outcome="bought", value=10, cost=0.1, unit_id="id"
    )
    report = learn(file, asked)
    assert report.model is not None, report.reasons
    save(data / "models", "first", report)
    model = load(data / "models", "first")
    decisions = decide_file(model, file, tmp_path / "out.csv", "en")
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0] == "id,action,uplift,reason"
    assert len(lines) == len(decisions.ids) + 1 == 2_001
    with pytest.raises(CannotWrite) as refused:
        decide_file(model, file, tmp_path / "nowhere" / "out.csv", "en")
    assert refused.value.exit_code == 2
    assert DataFolder(data, version="0").layout.layout == 1


def told_of(folder: Path, columns: Mapping[str, Sequence[object]]) -> tuple[int, dict[str, Any]]:
    """Learn from a table as its owner does, by the command; return how it ended and what it said."""
    file = folder / "contacts.csv"
    rows = zip(*columns.values(), strict=True)
    file.write_text("\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n")
    asked = ["--treatment", "sent", "--treated", "1", "--outcome", "bought", "--id", "id"]
    money = ["--value", "1", "--cost", "0.1", "--data", str(folder / "data"), "--json"]
    ended = CliRunner().invoke(command, ["learn", str(file), *asked, *money])
    return ended.exit_code, json.loads(ended.stdout)


def contacts(rows: int) -> dict[str, Sequence[object]]:
    dice = np.random.default_rng(rows)
    sent = dice.integers(0, 2, rows)
    return {
        "id": [f"u{number}" for number in range(rows)],
        "sent": sent.tolist(),
        "orders": dice.poisson(2, rows).tolist(),
        "bought": (dice.random(rows) < 0.1 + 0.1 * sent).astype(int).tolist(),
    }


def test_a_leaked_outcome_is_named_and_left_out(tmp_path: Path) -> None:
    """A column that all but tells the outcome is not learned from, and the owner is told which and why."""
    table = contacts(3_000)
    paid = [30 * int(str(bought)) + number % 3 for number, bought in enumerate(table["bought"])]
    _, told = told_of(tmp_path, {**table, "paid": paid})
    (warning,) = [each for each in told["warnings"] if each["code"] == "column_is_outcome"]
    said = json.dumps(warning, ensure_ascii=False)
    assert "paid" in said
    assert "没有使用" in said


def test_nothing_is_claimed_of_zeros_and_one_whale(tmp_path: Path) -> None:
    """98% zeros and one fortune: said, and nobody is called worth contacting; with hardly any amounts, refused."""
    table = contacts(3_000)
    dice = np.random.default_rng(3)
    amounts = np.where(dice.random(3_000) < 0.02, 20.0, 0.0)
    amounts[4] = 500_000.0
    _, told = told_of(tmp_path, {**table, "bought": amounts.tolist()})
    assert told["verdict"] == "nobody"
    assert [each["code"] for each in told["warnings"]] == ["whales"]
    few = np.where(np.arange(3_000) % 300 == 0, 20.0, 0.0)
    exit_code, told = told_of(tmp_path, {**table, "bought": few.tolist()})
    assert (exit_code, told["verdict"]) == (3, "refused")


def test_zero_overlap_and_one_arm_are_refused(tmp_path: Path) -> None:
    """Contacts that follow from a column, or that everybody got, prove nothing: exit code 3, and what would mend it."""
    table = contacts(3_000)
    chosen = [int(int(str(orders)) <= 1) for orders in table["orders"]]
    for sent, code in ((chosen, "arms_not_random"), ([1] * 3_000, "one_arm")):
        exit_code, told = told_of(tmp_path, {**table, "sent": sent})
        assert (exit_code, told["verdict"]) == (3, "refused")
        assert [each["code"] for each in told["reasons"]] == [code]
