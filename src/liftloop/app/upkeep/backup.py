"""Copies a data folder while it is in use, so that the copy is one that a crash at one instant could have left.

The order makes it so: first the marks of how far something has read, then the lake, then checkpoint and state pinned
together, then the log, the vault and the attempts. So no mark is ahead of what it reads, the lake is never ahead of
the state, nor the state of the log; no record lacks its keys; and of every message of the state the attempts know at
least as much. See docs/decisions/0010.
"""

import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.storage.contract import DiskFull
from liftloop.storage.embedded.folder import DataFolder
from liftloop.storage.embedded.snapshot import Pinned, flush, pin_state

FORMAT = 1
"""Of the backup itself; the layout of what it holds is another number."""
MANIFEST = "backup.json"
MASTER_KEY = "master.key"
ROOM_MARGIN = 1.05
"""Files grow while they are copied."""
CHUNK_BYTES = 1 << 20
TAR_MODES = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz"}
_MARKS = frozenset({"relate.json", "coupons.json", "hooks.json", "pulls"})
"""Files and folders that say how far something has read: one that is behind makes things be told twice, and those who
are told know them again; one that is ahead would leave things untold for ever."""
_NOT_COPIED = frozenset({"lock", "tick.sock", "dispatch.sock", "server.sock", "spill", MANIFEST})


class BadBackupTarget(LiftloopError):
    """The place for the backup cannot take it."""

    def __init__(self, path: Path, reason_zh: str, reason_en: str) -> None:
        super().__init__(
            "backup_target",
            zh=f"不能备份到 {path}：{reason_zh}",
            en=f"cannot back up to {path}: {reason_en}",
            next_zh="换一个还不存在的目录或 .tar 文件",
            next_en="name a folder or .tar file that does not exist yet",
            exit_code=EXIT_USAGE,
        )


class NoRoomForBackup(LiftloopError):
    """The target's disk is too small."""

    def __init__(self, path: Path, needed: int, free: int) -> None:
        super().__init__(
            "backup_no_room",
            zh=f"{path} 所在磁盘放不下：约需 {needed >> 20} MB，还剩 {free >> 20} MB",
            en=f"the disk of {path} is too small: about {needed >> 20} MB are needed, {free >> 20} MB are free",
            next_zh="清出空间，或备份到另一块磁盘",
            next_en="free space, or back up to another disk",
            status=507,
        )


class CopiedFile(Struct, frozen=True, kw_only=True):
    """One file of a backup; `name` is its path below the folder."""

    name: str
    bytes: int
    sha256: str


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds, as `backup.json` in it says."""

    format: int
    layout: int
    version: str
    source: str
    """The folder it was taken of."""
    taken_ms: int
    offset: int
    """Every fact before it is in the backup; all that was acknowledged before the backup began lies before it."""
    tick: int
    master_key: bool
    """Whether the key of personal data is in it."""
    files: list[CopiedFile]

    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


class Wanted(Struct, frozen=True, kw_only=True):
    """What is to be backed up, and where."""

    target: Path
    taken_ms: int
    version: str
    master_key: bool = True


CopyLake = Callable[[Path], None]
"""Write the lake's files into a folder: only the lake's owner can do it while the lake is open."""


def back_up(folder: DataFolder, copy_lake: CopyLake, wanted: Wanted) -> Manifest:
    """Copy `folder` to a new folder or tar file, whole or not at all.

    Raises `BadBackupTarget`, `NoRoomForBackup`.
    """
    target = wanted.target
    _check_target(folder, target)
    stage = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        manifest = _copied(folder, copy_lake, stage, wanted)
        mode = _tar_mode(target)
        if mode is None:
            stage.replace(target)
        else:
            _pack(stage, target, mode)
        flush(target.parent)
    except DiskFull as error:
        raise NoRoomForBackup(target, _size(folder), shutil.disk_usage(target.parent).free) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return manifest


def copy_closed_lake(folder: DataFolder) -> CopyLake:
    """Return how to copy the lake while nobody has it open."""

    def copy(target: Path) -> None:
        for file in (folder.lake, folder.lake.with_name(f"{folder.lake.name}.wal")):
            if file.exists():
                shutil.copyfile(file, target / file.name)

    return copy


def _check_target(folder: DataFolder, target: Path) -> None:
    if not target.parent.is_dir():
        raise BadBackupTarget(target, "上级目录不存在", "the folder above it does not exist")
    if target.is_relative_to(folder.path):
        raise BadBackupTarget(target, "它在数据目录里面", "it lies in the data folder")
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise BadBackupTarget(target, "已经存在", "it exists already")
    needed, free = _size(folder), shutil.disk_usage(target.parent).free
    if needed > free:
        raise NoRoomForBackup(target, needed, free)


def _size(folder: DataFolder) -> int:
    return int(ROOM_MARGIN * sum(file.stat().st_size for file in folder.path.rglob("*") if file.is_file()))


def _copied(folder: DataFolder, copy_lake: CopyLake, stage: Path, wanted: Wanted) -> Manifest:
    for file in _plain_files(folder, marks=True):
        _copy_plain(file, stage / file.relative_to(folder.path))
    copy_lake(stage)
    with ExitStack() as pins:
        offset, tick = _copy_pinned(folder, stage, pins)
    for file in _plain_files(folder, marks=False):
        if file.name == MASTER_KEY and not wanted.master_key:
            continue
        _copy_plain(file, stage / file.relative_to(folder.path))
    files = [_described(stage, file) for file in sorted(stage.rglob("*")) if file.is_file()]
    manifest = Manifest(
        format=FORMAT,
        layout=folder.layout.layout,
        version=wanted.version,
        source=str(folder.path),
        taken_ms=wanted.taken_ms,
        offset=offset,
        tick=tick,
        master_key=wanted.master_key,
        files=files,
    )
    (stage / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    flush(stage / MANIFEST)
    flush(stage)
    return manifest


def _copy_pinned(folder: DataFolder, stage: Path, pins: ExitStack) -> tuple[int, int]:
    """Pin the SQLite files in their order and copy them; return the log's end and the state's tick."""
    checkpoint, state = pin_state(folder.checkpoint, folder.state)
    log = Pinned(folder.log)
    pinned = [state, checkpoint, log, Pinned(folder.vault)]
    if folder.attempts.exists():  # Made when dispatch starts, the last of the three.
        pinned.append(Pinned(folder.attempts))
    if folder.accounts.exists():
        pinned.append(Pinned(folder.accounts))
    for each in pinned:
        pins.callback(each.release)
    tick = state.connection.execute("SELECT coalesce(max(tick), 0) FROM tick").fetchone()[0]
    end = log.connection.execute("SELECT coalesce(max(first + count), 0) FROM entry").fetchone()[0]
    for each in pinned:
        each.copy(stage / each.path.name)
        each.release()
    return end, tick


def _plain_files(folder: DataFolder, *, marks: bool) -> list[Path]:
    """Return the marks, or every other file that no engine owns: secrets, layout, clock, plans, models, imports."""
    files = (folder.log, folder.state, folder.checkpoint, folder.vault, folder.attempts, folder.accounts)
    owned = {path.name for path in files}
    found: list[Path] = []
    for file in sorted(folder.path.rglob("*")):
        top = file.relative_to(folder.path).parts[0]
        mine = any(top == name or top.startswith(f"{name}-") for name in owned) or top.startswith(folder.lake.name)
        wanted = (top in _MARKS) is marks and top not in _NOT_COPIED and file.suffix != ".new"
        if file.is_file() and not mine and wanted:
            found.append(file)
    return found


def _copy_plain(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copy2(file, target)
    except FileNotFoundError:
        return  # An import was done with meanwhile.
    except OSError as error:
        raise DiskFull(str(error)) from error
    flush(target)


def _described(stage: Path, file: Path) -> CopiedFile:
    file.chmod(0o600)
    return CopiedFile(name=str(file.relative_to(stage)), bytes=file.stat().st_size, sha256=checksum(file))


def checksum(file: Path) -> str:
    """Return the SHA-256 of a file's content, in hex."""
    digest = sha256()
    with file.open("rb") as content:
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _tar_mode(target: Path) -> str | None:
    """Return how to write a tar of this name, None where it is to be a folder."""
    return next((mode for suffix, mode in TAR_MODES.items() if target.name.endswith(suffix)), None)


def _pack(stage: Path, target: Path, mode: str) -> None:
    """Write the tar beside its place, the manifest first, each file removed once it is in; then move it there."""
    partial = stage.with_suffix(".tar-partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode=mode) as tar:  # pyright: ignore[reportArgumentType, reportCallIssue] - the mode comes from TAR_MODES.
            for file in sorted(stage.rglob("*"), key=lambda file: (file.name != MANIFEST, str(file))):
                if file.is_file():
                    tar.add(file, arcname=str(file.relative_to(stage)))
                    file.unlink()
        flush(partial)
        partial.replace(target)
    except OSError as error:
        raise DiskFull(str(error)) from error
    finally:
        partial.unlink(missing_ok=True)
