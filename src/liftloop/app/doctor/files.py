"""The doctor's look at the files themselves: layouts, every page, the checkpoint, the vault, the lake."""

from collections.abc import Callable, Iterator
from pathlib import Path

from liftloop.app.dispatch import attempts as dispatch_attempts
from liftloop.app.doctor.findings import RESTORE, UPGRADE, Finding, problem, warning, well
from liftloop.app.words import Said
from liftloop.storage.contract import LakePosition, StorageError
from liftloop.storage.embedded import accounts, checkpoints, log, state, vault
from liftloop.storage.embedded.examine import (
    check_master_key,
    faults_of,
    layout_of,
    look_at_log,
    look_at_round,
    look_at_state,
)
from liftloop.storage.embedded.folder import LAYOUT, FolderFiles, read_layout

LookAtLake = Callable[[], LakePosition | None]
"""Where the lake stands; None where another process has it open and cannot be asked."""


def folder_layout(files: FolderFiles) -> Iterator[Finding]:
    found = read_layout(files.path)
    if found is None:
        said = Said(
            "没有 layout 文件，不知道目录是哪个版本写的", "there is no layout file, which says who wrote the folder"
        )
        yield problem("layout", said, RESTORE)
    elif found.layout > LAYOUT:
        told = f"{found.layout} > {LAYOUT} ({found.created_by})"
        yield problem("layout", Said(f"由更新的版本写成：{told}", f"a newer version wrote it: {told}"), UPGRADE)
    else:
        made = f"{found.layout}, {found.created_by}"
        yield well("layout", Said(f"格式 {made}", f"layout {made}"))


def sqlite_files(files: FolderFiles) -> dict[Path, int]:
    """Return every SQLite file with the layout that this version knows."""
    return {
        files.log: log.LAYOUT,
        files.state: state.LAYOUT,
        files.checkpoint: checkpoints.LAYOUT,
        files.vault: vault.LAYOUT,
        files.attempts: dispatch_attempts.LAYOUT,
        **({files.accounts: accounts.LAYOUT} if files.accounts.exists() else {}),
    }


def sqlite_file(path: Path, known: int) -> Iterator[Finding]:
    """Yield whether one file is there, of a layout that we know, and whole in every page."""
    check = f"file:{path.name}"
    if not path.exists():
        yield problem(check, Said(f"没有 {path.name}", f"{path.name} is missing"), RESTORE)
        return
    found = layout_of(path)
    if found > known:
        told = f"{found} > {known}"
        yield problem(check, Said(f"由更新的版本写成：{told}", f"a newer version wrote it: {told}"), UPGRADE)
    elif faults := faults_of(path):
        broken = "; ".join(faults)
        yield problem(check, Said(f"文件已损坏：{broken}", f"the file is damaged: {broken}"), RESTORE)
    else:
        size = path.stat().st_size
        yield well(check, Said(f"完好，{size / 1e6:,.1f} MB", f"whole, {size / 1e6:,.1f} MB"))


def checkpoint(files: FolderFiles) -> Iterator[Finding]:
    """Yield whether checkpoint and deltas together give back what was committed."""
    found = look_at_state(files.state)
    if found is None:
        yield well("checkpoint", Said("还没有需要恢复的状态", "there is no state yet"))
        return
    kept = look_at_round(files.checkpoint)  # After the state, so that it can only be newer than the state asks for.
    if kept < found.dropped or found.deltas_missing():
        said = Said(
            f"检查点到第 {kept} 次计算，状态需要第 {found.dropped} 次，无法完整恢复",
            f"the checkpoint is of tick {kept}, the state needs one of tick {found.dropped}, and all ticks since",
        )
        yield problem("checkpoint", said, RESTORE)
    else:
        said = Said(
            f"检查点到第 {kept} 次计算，之后还有 {found.deltas:,} 次",
            f"the checkpoint is of tick {kept}; {found.deltas:,} ticks are kept beside it",
        )
        yield well("checkpoint", said)


def vault_opens(files: FolderFiles) -> Iterator[Finding]:
    """Yield whether the master key is the vault's own; that it is missing is said elsewhere."""
    if not files.master_key_file.exists():
        return
    try:
        key = bytes.fromhex(files.master_key_file.read_text(errors="replace").strip())
    except ValueError:
        key = b""
    try:
        check_master_key(files.vault, key)
    except StorageError as error:
        said = Said(f"打不开个人信息：{error}", f"personal data cannot be opened: {error}")
        following = Said(
            "放回这个目录原来的 master.key，它可能在备份里",
            "put this folder's own master.key back; a backup may have it",
        )
        yield problem("vault", said, following)
    else:
        yield well("vault", Said("能用 master.key 打开", "opens with master.key"))


def lake(files: FolderFiles, look: LookAtLake) -> Iterator[Finding]:
    """Yield whether the lake can be opened and where it stands."""
    if not files.lake.exists():
        yield _missing_lake(look_at_log(files.log).forgotten)
        return
    position = look()
    if position is None:
        said = Said("正被另一个进程打开，没有检查", "another process has it open; it was not looked at")
        yield warning("lake", said, Said("停掉那个进程后再检查", "look again when that process has ended"))
    else:
        said = Said(f"能打开，已收进 {position.offset:,} 条", f"opens, and has taken in {position.offset:,} records")
        yield well("lake", said)


def _missing_lake(forgotten: int) -> Finding:
    said = Said("没有 lake.duckdb", "lake.duckdb is missing")
    if forgotten:
        return problem("lake", said, RESTORE)
    following = Said(
        "下次启动会用日志重新生成，可能要一会儿", "the next start makes it anew of the log, which takes a while"
    )
    return warning("lake", said, following)
