"""A backup that is taken while things go on: nothing in it says that more was read than is there."""

from pathlib import Path

from liftloop.app.upkeep.backup import Wanted, back_up, copy_closed_lake
from liftloop.storage.embedded.folder import DataFolder
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
MARKS = ("relate.json", "coupons.json", "hooks.json", "pulls/00aa.json")


def test_marks_are_from_before_what_they_mark_and_other_files_from_after(tmp_path: Path) -> None:
    """What moves on while the lake is copied: a mark that is ahead would leave things untold after a restore."""
    data = tmp_path / "data"
    Installation(data, NOW_MS).close()
    folder = DataFolder(data, version="test")
    (data / "pulls").mkdir()
    for name in (*MARKS, "models.json"):
        (data / name).write_text("before")
    copy = copy_closed_lake(folder)

    def meanwhile(target: Path) -> None:
        copy(target)
        for name in (*MARKS, "models.json"):
            (data / name).write_text("after")

    back_up(folder, meanwhile, Wanted(target=tmp_path / "backup", taken_ms=NOW_MS, version="test"))
    assert {(tmp_path / "backup" / name).read_text() for name in MARKS} == {"before"}
    assert (tmp_path / "backup" / "models.json").read_text() == "after"
