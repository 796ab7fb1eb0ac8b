import os
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from liftloop.storage.contract import NewerFolder, StorageError
from liftloop.storage.embedded.folder import LAYOUT, DataFolder, FolderBusy, ForeignFolder


def test_a_new_folder_says_its_layout_and_who_made_it(tmp_path: Path) -> None:
    """The layout is written once; a later version opens the folder and leaves it as it was."""
    made = DataFolder(tmp_path / "deep" / "data", version="0.1.0")
    again = DataFolder(made.path, version="0.2.0")
    assert (again.layout.layout, again.layout.created_by) == (LAYOUT, "0.1.0")
    assert msgspec.json.decode((made.path / "layout").read_bytes()) == {"layout": LAYOUT, "created_by": "0.1.0"}


def test_a_newer_folder_is_refused(tmp_path: Path) -> None:
    """A folder of a newer layout is not touched."""
    (tmp_path / "layout").write_text('{"layout": 2, "created_by": "9.0.0", "more": 1}')
    with pytest.raises(NewerFolder):
        DataFolder(tmp_path, version="0.1.0")
    assert [file.name for file in tmp_path.iterdir()] == ["layout"]


@pytest.mark.parametrize("written", ["", "{", '{"layout": "one"}'])
def test_a_damaged_layout_is_refused(tmp_path: Path, written: str) -> None:
    """A layout that cannot be read is never taken for a new folder."""
    (tmp_path / "layout").write_text(written)
    with pytest.raises(StorageError):
        DataFolder(tmp_path, version="0.1.0")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """A folder with other files in it is left alone."""
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(ForeignFolder, match=r"thesis\.doc"):
        DataFolder(tmp_path, version="0.1.0")
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.doc"]


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    """Token, write key and master key differ, last, and can be read by nobody else."""
    folder = DataFolder(tmp_path, version="0.1.0")
    made = folder.admin_token(), folder.write_key(), folder.master_key()
    again = DataFolder(tmp_path, version="0.1.0")
    assert (again.admin_token(), again.write_key(), again.master_key()) == made
    assert made[0] != made[1]
    assert len(made[2]) == 32
    for name in ("admin.token", "write.key", "master.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["admin.token", "layout", "master.key", "write.key"]


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    """A second server is refused and told who holds the folder; after the first is gone it may have it."""
    code = (
        "import sys; from pathlib import Path; from liftloop.storage.embedded.folder import DataFolder;"
        "lock = DataFolder(Path(sys.argv[1]), version='0.1.0').lock(); print('held', flush=True); sys.stdin.read()"
    )
    folder = DataFolder(tmp_path, version="0.1.0")
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(FolderBusy) as busy:
            folder.lock()
        assert busy.value.pid == holder.pid
        holder.kill()
    with folder.lock(), pytest.raises(FolderBusy) as busy:
        folder.lock()
    assert busy.value.pid == os.getpid()
    folder.lock().release()
