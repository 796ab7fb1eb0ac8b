"""`liftloop policy` before and beside a server: what it cannot write it says, what it leaves does no harm."""

from pathlib import Path

import pytest

from liftloop.app.policy_files import CannotWrite, decide_file, learn, load, save
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
