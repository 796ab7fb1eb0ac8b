"""Makes a data folder of a backup: checks every file, then prepares it so that nothing is sent a second time."""

import os
import secrets
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct

from liftloop.app.dispatch.coupons import hold_pools
from liftloop.app.tick.restored import Restored, write_restored
from liftloop.app.upkeep.backup import FORMAT, MANIFEST, MASTER_KEY, Manifest, checksum
from liftloop.app.upkeep.erased import identifiers_in, read_register
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.storage.embedded.accounts import end_sessions
from liftloop.storage.embedded.folder import LAYOUT
from liftloop.storage.embedded.snapshot import flush
from liftloop.storage.embedded.vault import SqliteVault

MARK_BITS = 40


class DamagedBackup(LiftloopError):
    """The backup is not what it says it is."""

    def __init__(self, place: str) -> None:
        super().__init__(
            "damaged_backup",
            zh=f"备份不完整或已损坏：{place}",
            en=f"the backup is incomplete or damaged: {place}",
            next_zh="换一份备份；没有写入任何东西",
            next_en="take another backup; nothing was written",
        )


class RestoreTargetTaken(LiftloopError):
    """The folder to restore into holds something."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "restore_target",
            zh=f"{path} 不是空目录，恢复不会覆盖已有的数据",
            en=f"{path} is not empty, and a restore never overwrites data",
            next_zh="用 --data 指定一个新目录；旧目录留着，确认无误后再删",
            next_en="name a new folder with --data; keep the old one until all is well",
            exit_code=EXIT_USAGE,
        )


class MasterKeyMissing(LiftloopError):
    """The backup was taken without the key of personal data."""

    def __init__(self) -> None:
        super().__init__(
            "master_key_missing",
            zh="这份备份不含 master.key，没有它个人信息无法解开",
            en="this backup has no master.key, without which personal data cannot be read",
            next_zh="加上 --master-key 文件",
            next_en="add --master-key FILE",
            exit_code=EXIT_USAGE,
        )


class Order(Struct, frozen=True, kw_only=True):
    """What to restore, and where."""

    backup: Path
    data: Path
    master_key: Path | None = None
    until_ms: int | None = None
    """Up to when the lost server may have worked, where that is known."""
    erased: Path | None = None
    """A data folder, or a copy of its register: who was erased there is erased here before anything starts."""


def restore(order: Order) -> Manifest:
    """Make `order.data` from a backup, whole or not at all.

    Raises `DamagedBackup`, `RestoreTargetTaken`, `MasterKeyMissing`, or says that a newer version is needed.
    """
    data = order.data
    if data.exists() and not (data.is_dir() and not any(data.iterdir())):
        raise RestoreTargetTaken(data)
    if not order.backup.exists():
        raise DamagedBackup(str(order.backup))
    made = not data.exists()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        manifest = _filled(order)
    except BaseException:
        _empty(data)
        if made:
            data.rmdir()
        raise
    return manifest


def _filled(order: Order) -> Manifest:
    if order.backup.is_dir():
        manifest = _read_manifest(order.backup)
        _check(manifest, order)
        for file in manifest.files:
            _take_file(order.backup / file.name, order.data / file.name)
    else:
        manifest = _unpacked(order)
    for file in manifest.files:
        placed = order.data / file.name
        if not placed.is_file() or placed.stat().st_size != file.bytes or checksum(placed) != file.sha256:
            raise DamagedBackup(file.name)
        placed.chmod(0o600)
    if order.master_key is not None:
        _take_file(order.master_key, order.data / MASTER_KEY)
        (order.data / MASTER_KEY).chmod(0o600)
    _prepare(manifest, order)
    return manifest


def _unpacked(order: Order) -> Manifest:
    """Extract a tar into the folder, reading what the manifest names and nothing else."""
    try:
        with tarfile.open(order.backup) as tar, tempfile.TemporaryDirectory() as aside:
            tar.extract(MANIFEST, aside, filter="data")
            manifest = _read_manifest(Path(aside))
            _check(manifest, order)
            for file in manifest.files:
                tar.extract(file.name, order.data, filter="data")
    except (tarfile.TarError, EOFError, KeyError) as error:
        raise DamagedBackup(f"{order.backup.name}: {error}") from error
    return manifest


def _read_manifest(place: Path) -> Manifest:
    try:
        return msgspec.json.decode((place / MANIFEST).read_bytes(), type=Manifest)
    except (FileNotFoundError, msgspec.DecodeError) as error:
        raise DamagedBackup(f"{MANIFEST}: {error}") from error


def _check(manifest: Manifest, order: Order) -> None:
    if manifest.format > FORMAT or manifest.layout > LAYOUT:
        raise LiftloopError(
            "newer_backup",
            zh=f"这份备份由更新的版本 {manifest.version} 写成",
            en=f"the backup was written by a newer version, {manifest.version}",
            next_zh="升级 Liftloop 后再恢复",
            next_en="upgrade Liftloop, then restore",
        )
    if not manifest.master_key and order.master_key is None:
        raise MasterKeyMissing
    names = [Path(file.name) for file in manifest.files]
    if any(name.is_absolute() or ".." in name.parts for name in names):
        raise DamagedBackup(MANIFEST)


def _take_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError as error:
        raise DamagedBackup(source.name) from error


def _prepare(manifest: Manifest, order: Order) -> None:
    """Make the copied files ready to begin again; then all is durable."""
    _erase_again(manifest, order)
    _prepare_attempts(order.data, manifest.taken_ms)
    if (order.data / "accounts.db").exists():
        end_sessions(order.data / "accounts.db")
    restored = Restored(
        mark=1 + secrets.randbits(MARK_BITS), taken_ms=manifest.taken_ms, until_ms=_until_ms(manifest, order)
    )
    write_restored(order.data / "restored", restored)
    for file in order.data.rglob("*"):
        flush(file)
    flush(order.data)


def _until_ms(manifest: Manifest, order: Order) -> int:
    """Return up to when the lost server may have worked; on the machine's clock no later than now, so 0 will do.

    On a manual clock the lost folder knows; where it is gone, nobody does.
    """
    if order.until_ms is not None:
        return order.until_ms
    if not any(file.name == "clock" for file in manifest.files):
        return 0
    try:
        return int((Path(manifest.source) / "clock").read_text())
    except (OSError, ValueError):
        return FAR_FUTURE_MS


def _erase_again(manifest: Manifest, order: Order) -> None:
    """Destroy the keys of everybody who was erased since the backup, as far as a register tells.

    The folder that was backed up is asked where it is still there; another place can be named.
    """
    places = [each for each in (order.data, Path(manifest.source), order.erased) if each is not None]
    identifiers = sorted({each for place in places if place.exists() for each in identifiers_in(read_register(place))})
    if not identifiers:
        return
    vault = SqliteVault(order.data / "vault.db", bytes.fromhex((order.data / MASTER_KEY).read_text()))
    vault.destroy(identifiers)
    vault.maintain()
    vault.close()


def _prepare_attempts(data: Path, taken_ms: int) -> None:
    """Let every outcome be told anew: the copied log may end before the place where it was told.

    Told twice, it is folded once. Every pool of coupons is held: a code that is free in the copy may have been given
    out since, and a generated one may be drawn again, until a person says which ones were.
    """
    if (data / "dispatch.db").exists():
        with closing(sqlite3.connect(data / "dispatch.db", isolation_level=None)) as file:
            file.execute("BEGIN IMMEDIATE")
            file.execute('UPDATE batch SET "offset" = NULL')
            hold_pools(file, _pools(data), taken_ms)
            file.execute("COMMIT")


def _pools(data: Path) -> list[str]:
    """Return the pools that there ever were at the time of the backup."""
    with closing(sqlite3.connect(data / "state.db")) as file:
        return [pool for (pool,) in file.execute("SELECT DISTINCT id FROM definition WHERE kind = 'pool'")]


def _empty(folder: Path) -> None:
    for place in folder.iterdir():
        if place.is_dir():
            shutil.rmtree(place)
        else:
            os.unlink(place)
