"""Backup and restore of the real processes under load."""

import json
import subprocess
import sys
import threading
import time
import urllib.error
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from market import Inbox, Liftloop, define
from serving import Running, serving
from test_kill import BATCH, BREATH_S, person, unknown

from liftloop.app.upkeep.restore import DamagedBackup, Order, RestoreTargetTaken, restore
from liftloop.kernel.errors import LiftloopError

HOUR_S = 3_600


def market_of(running: Running) -> Liftloop:
    return Liftloop(running.app_url, running.track_url, running.token, running.key)


def cli(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "liftloop.cli", "--lang", "en", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


class Load:
    """People who qualify at once pour in until the server is gone or `stop` is called."""

    def __init__(self, market: Liftloop) -> None:
        self.acknowledged: list[int] = []
        self._market = market
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._pour)
        self._thread.start()

    def _pour(self) -> None:
        for start in range(0, 1_000_000, BATCH):
            if self._stop.is_set():
                return
            try:
                self._market.track([message for number in range(start, start + BATCH) for message in person(number)])
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                return
            self.acknowledged += range(start, start + BATCH)
            time.sleep(BREATH_S)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=60)


@pytest.mark.timeout(300)
@pytest.mark.long
@pytest.mark.parametrize("name", ["backup", "backup.tar"])
def test_backup_under_load_then_killed_then_restored(tmp_path: Path, name: str) -> None:
    """What was acknowledged before the backup is there, the ledger adds up, and no marketing message goes out twice."""
    inbox = Inbox()
    with serving(tmp_path / "data") as running:
        market = market_of(running)
        define(market, inbox)
        load = Load(market)
        time.sleep(1.0)
        market.wait(HOUR_S)  # Some have their message, some wait for it, some are only in the log.
        time.sleep(0.3)
        before = list(load.acknowledged)
        backed_up = cli("backup", "--to", tmp_path / name, "--data", running.data, "--json")
        assert backed_up.returncode == 0, backed_up.stderr
        time.sleep(0.3)
        market.wait(HOUR_S)  # The server goes on and sends what the backup has as waiting.
        running.kill()
        load.stop()
    sent_before = len(inbox.messages)
    restored = cli("restore", tmp_path / name, "--data", tmp_path / "again", "--json")
    assert restored.returncode == 0, restored.stderr
    with serving(tmp_path / "again") as running:
        market = market_of(running)
        assert unknown(running, [f"u{number}" for number in before]) == []
        market.wait(2 * HOUR_S)
        late = range(2_000_000, 2_000_000 + BATCH)
        market.track([message for number in late for message in person(number)])
        market.wait(2 * HOUR_S)
        ledger = market.get("/campaigns/thanks/ledger")
    keys = Counter(message["message_key"] for message in inbox.messages)
    people = Counter(message["customer_id"] for message in inbox.messages)
    states = {row["state"]: row["people"] for row in ledger["rows"]}
    assert len(before) > 2 * BATCH
    assert sent_before > BATCH
    assert max(keys.values()) == 1
    assert max(people.values()) == 1
    assert sum(people[f"u{number}"] for number in late) > BATCH / 2
    assert sum(row["people"] for row in ledger["rows"]) == ledger["qualified"] >= len(before)
    assert "queued" not in states
    assert states["uncertain"] > 0


@pytest.mark.long
def test_a_backup_of_a_stopped_folder_goes_on_where_it_was(tmp_path: Path) -> None:
    """Without a server the command copies under the folder's lock; the copy knows the same people."""
    inbox = Inbox()
    with serving(tmp_path / "data") as running:
        market = market_of(running)
        define(market, inbox)
        market.track([message for number in range(BATCH) for message in person(number)])
        market.wait(1)
    backed_up = cli("backup", "--to", tmp_path / "copy", "--data", tmp_path / "data", "--without-master-key", "--json")
    assert backed_up.returncode == 0, backed_up.stderr
    assert not (tmp_path / "copy" / "master.key").exists()
    keyless = cli("restore", tmp_path / "copy", "--data", tmp_path / "again")
    assert (keyless.returncode, "master_key_missing" in keyless.stderr) == (2, True)
    assert not (tmp_path / "again").exists()
    key = tmp_path / "data" / "master.key"
    restored = cli("restore", tmp_path / "copy", "--data", tmp_path / "again", "--master-key", key)
    assert restored.returncode == 0, restored.stderr
    with serving(tmp_path / "again") as running:
        market = market_of(running)
        assert unknown(running, [f"u{number}" for number in range(BATCH)]) == []
        market.wait(HOUR_S)
    sent = {message["customer_id"] for message in inbox.messages}
    assert len(sent) > BATCH / 2  # The lost server's clock stands before the hour: it cannot have sent them.


Damage = Callable[[Path], object]
DAMAGES: dict[str, Damage] = {
    "a changed byte": lambda backup: (backup / "state.db").write_bytes(
        (backup / "state.db").read_bytes()[:-1] + b"\x7f"
    ),
    "a file that is gone": lambda backup: (backup / "vault.db").unlink(),
    "no manifest": lambda backup: (backup / "backup.json").unlink(),
    "half a manifest": lambda backup: (backup / "backup.json").write_text("{"),
    "a way out of the folder": lambda backup: _rename(backup, "../../outside"),
}


def _rename(backup: Path, name: str) -> None:
    manifest = json.loads((backup / "backup.json").read_text())
    manifest["files"][0]["name"] = name
    (backup / "backup.json").write_text(json.dumps(manifest))


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backups")
    with serving(folder / "data"):
        done = cli("backup", "--to", folder / "backup", "--data", folder / "data")
    assert done.returncode == 0, done.stderr
    return folder / "backup"


def _copy(backup: Path, target: Path) -> Path:
    subprocess.run(["cp", "-r", backup, target], check=True)
    return target


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused(backup: Path, tmp_path: Path, damage: str) -> None:
    """A backup that is not what its manifest says leaves nothing behind."""
    copy = _copy(backup, tmp_path / "copy")
    DAMAGES[damage](copy)
    with pytest.raises(DamagedBackup):
        restore(Order(backup=copy, data=tmp_path / "again"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]


def test_a_cut_tar_is_refused(backup: Path, tmp_path: Path) -> None:
    """Half a tar file is a damaged backup, not a small one."""
    subprocess.run(["tar", "-C", backup, "-cf", tmp_path / "half.tar", "."], check=True)
    whole = (tmp_path / "half.tar").read_bytes()
    (tmp_path / "half.tar").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DamagedBackup):
        restore(Order(backup=tmp_path / "half.tar", data=tmp_path / "again"))
    assert not (tmp_path / "again").exists()


def test_a_newer_backup_is_refused(backup: Path, tmp_path: Path) -> None:
    """A backup of a newer layout names the way on."""
    copy = _copy(backup, tmp_path / "copy")
    manifest: dict[str, Any] = json.loads((copy / "backup.json").read_text()) | {"layout": 999}
    (copy / "backup.json").write_text(json.dumps(manifest))
    with pytest.raises(LiftloopError, match="newer_backup"):
        restore(Order(backup=copy, data=tmp_path / "again"))


def test_a_restore_never_overwrites(backup: Path, tmp_path: Path) -> None:
    """A folder that holds anything is left alone."""
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "thesis.doc").write_text("mine")
    with pytest.raises(RestoreTargetTaken):
        restore(Order(backup=backup, data=tmp_path / "again"))
    assert (tmp_path / "again" / "thesis.doc").read_text() == "mine"


def test_a_backup_never_overwrites(backup: Path) -> None:
    """A target that exists, or lies in the data folder, is refused with exit code 2."""
    data = backup.with_name("data")
    for target in (backup, data / "inside", backup.with_name("nowhere") / "deep"):
        refused = cli("backup", "--to", target, "--data", data)
        assert refused.returncode == 2, refused.stderr
        assert "backup_target" in refused.stderr
