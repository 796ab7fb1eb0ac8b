"""Opens the data folder and says in words why it cannot be opened."""

import sqlite3
from pathlib import Path

from liftloop.app.settings import Settings
from liftloop.kernel.errors import EXIT_REFUSED, EXIT_USAGE, LiftloopError
from liftloop.storage.contract import NewerFolder
from liftloop.storage.embedded.folder import DataFolder, FolderBusy, FolderLock, ForeignFolder


class Newer(LiftloopError):
    """A newer version wrote the folder or one of its files."""

    def __init__(self, place: str) -> None:
        super().__init__(
            "newer_folder",
            zh=f"数据目录由更新的版本写成：{place}",
            en=f"the data folder was written by a newer version: {place}",
            next_zh="升级 Liftloop 后再打开；不要用旧版本写它",
            next_en="upgrade Liftloop, then open it; never write it with an older version",
        )


class NoFolder(LiftloopError):
    """There is no data folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "no_folder",
            zh=f"{path} 不是 Liftloop 的数据目录",
            en=f"{path} is not a Liftloop data folder",
            next_zh="用 --data 指定数据目录；新装先运行 liftloop serve",
            next_en="name the data folder with --data; a new one is made by liftloop serve",
            exit_code=EXIT_USAGE,
        )


def open_folder(settings: Settings) -> DataFolder:
    """Return the folder, made where there is none; raises a `LiftloopError` that a person can act on."""
    try:
        folder = DataFolder(settings.data, version=settings.version)
        folder.check_layouts()
    except NewerFolder as error:
        raise Newer(str(error)) from error
    except sqlite3.DatabaseError as error:
        raise LiftloopError(
            "folder_damaged",
            zh=f"{settings.data} 里有文件读不出来：{error}",
            en=f"a file in {settings.data} cannot be read: {error}",
            next_zh="从备份恢复到一个新目录",
            next_en="restore a backup into a new folder",
        ) from error
    except ForeignFolder as error:
        raise LiftloopError(
            "foreign_folder",
            zh=f"{settings.data} 里有别的文件，不是 Liftloop 的数据目录",
            en=f"{settings.data} holds other files and is not a Liftloop data folder",
            next_zh="用 --data 指定一个空目录",
            next_en="name an empty folder with --data",
        ) from error
    except OSError as error:
        raise LiftloopError(
            "folder_unusable",
            zh=f"无法使用数据目录 {settings.data}：{error}",
            en=f"the data folder {settings.data} cannot be used: {error}",
            next_zh="检查权限和磁盘空间",
            next_en="check permissions and free space",
        ) from error
    folder.write_key()
    folder.admin_token()
    return folder


def existing_folder(settings: Settings) -> DataFolder:
    """Return the folder; raises a `LiftloopError` where there is none, and makes nothing."""
    if not (settings.data / "state.db").exists():
        raise NoFolder(settings.data)
    return open_folder(settings)


def lock_folder(folder: DataFolder) -> FolderLock:
    """Become the only holder; raises a `LiftloopError` that names who holds it."""
    try:
        return folder.lock()
    except FolderBusy as error:
        raise LiftloopError(
            "folder_busy",
            zh=f"{folder.path} 正被另一个 Liftloop 使用，进程号 {error.pid or '未知'}",
            en=f"another Liftloop uses {folder.path}, process {error.pid or 'unknown'}",
            next_zh="先停掉那个进程，或用 --data 指定别的目录",
            next_en="stop that process, or name another folder with --data",
            status=409,
            exit_code=EXIT_REFUSED,
        ) from error
