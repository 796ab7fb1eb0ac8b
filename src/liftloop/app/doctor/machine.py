"""The doctor's look at the machine: versions, disk, permissions, ports, and how the last server ended."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from liftloop.app.doctor.findings import Finding, problem, warning, well
from liftloop.app.settings import Settings
from liftloop.app.sockets import CannotListen, PortTaken, listen_tcp
from liftloop.app.words import Said
from liftloop.storage.embedded.folder import FolderFiles

PYTHON_LEAST = (3, 11)
SQLITE_LEAST = (3, 37, 0)
"""The first with STRICT tables, which every file of a folder has."""
DISK_LOW_BYTES = 2 << 30
"""A busy day's log, facts and history of 1M people are about this much."""
DISK_OUT_BYTES = 256 << 20
"""Two write-ahead logs of 128 MiB: with less the next burst is refused."""
OWNER_ONLY = 0o077
OTHERS_WRITE = 0o022


def versions() -> Finding:
    python, lite = sys.version_info[:3], sqlite3.sqlite_version_info
    told = f"Python {'.'.join(map(str, python))}, SQLite {sqlite3.sqlite_version}"
    if python[:2] < PYTHON_LEAST or lite < SQLITE_LEAST:
        least = f"Python {'.'.join(map(str, PYTHON_LEAST))}, SQLite {'.'.join(map(str, SQLITE_LEAST))}"
        said = Said(f"版本太旧：{told}", f"too old: {told}")
        return problem("versions", said, Said(f"至少需要 {least}", f"at least {least} is needed"))
    return well("versions", Said(told, told))


def disk(path: Path) -> Finding:
    return disk_of(shutil.disk_usage(path).free)


def disk_of(free: int) -> Finding:
    """Return what so many free bytes mean."""
    megabytes = free >> 20
    said = Said(f"磁盘剩余 {megabytes:,} MB", f"{megabytes:,} MB of disk are free")
    following = Said(
        "清出空间或换一块大磁盘；满了以后事件会被拒收，有空间后自行恢复",
        "free space or take a larger disk; once full, events are refused until there is room again",
    )
    if free < DISK_OUT_BYTES:
        return problem("disk", said, following)
    return warning("disk", said, following) if free < DISK_LOW_BYTES else well("disk", said)


def permissions(files: FolderFiles, settings: Settings) -> Iterator[Finding]:
    """Yield whether the folder can be written by us alone, and its secrets read by nobody else."""
    mode = files.path.stat().st_mode
    if not os.access(files.path, os.R_OK | os.W_OK | os.X_OK):
        said = Said(f"没有写 {files.path} 的权限", f"{files.path} cannot be written")
        following = Said("用拥有这个目录的用户运行", "run as the user who owns the folder")
        yield problem("permissions", said, following)
    elif mode & OTHERS_WRITE:
        said = Said(f"别的用户也能写 {files.path}", f"other users may write {files.path}")
        yield problem("permissions", said, _command(f"chmod go-w {files.path}"))
    else:
        yield well("permissions", Said("目录只有自己能写", "only its owner writes the folder"))
    given = {"admin.token": settings.admin_token, "write.key": settings.write_key}
    for file in (files.admin_token_file, files.write_key_file, files.master_key_file):
        yield _secret(files, file, given.get(file.name, ""))


def _secret(files: FolderFiles, file: Path, given: str) -> Finding:
    check = f"secret:{file.name}"
    if not file.exists():
        return _missing_secret(files, file, given)
    mode = file.stat().st_mode
    if mode & OWNER_ONLY:
        said = Said(f"{file.name} 别的用户也能读", f"other users may read {file.name}")
        return problem(check, said, _command(f"chmod 600 {file}"))
    if not file.read_text(errors="replace").strip():
        return _missing_secret(files, file, given)
    return well(check, Said("只有自己能读", "only its owner reads it"))


def _missing_secret(files: FolderFiles, file: Path, given: str) -> Finding:
    check = f"secret:{file.name}"
    if file != files.master_key_file:
        if given:
            return well(check, Said("由环境变量给出", "given by a variable"))
        said = Said(f"没有 {file.name}", f"{file.name} is missing")
        following = Said(
            "放回原来的；否则下次启动会生成新的，用旧口令的调用方都要更换",
            "put it back; else the next start makes a new one, and whoever uses the old one must change it",
        )
        return warning(check, said, following)
    if not files.vault.exists():
        return well(check, Said("首次启动时生成", "made at the first start"))
    said = Said("没有 master.key，个人信息都解不开", "master.key is missing, and no personal data can be read")
    following = Said(
        "在启动之前把备份里的 master.key 放回来；不要让服务生成新的",
        "put the backup's master.key back before anything starts; do not let the server make a new one",
    )
    return problem(check, said, following)


def ports(settings: Settings) -> Iterator[Finding]:
    """Yield whether a server could listen where the settings say; for when none runs."""
    for name, port in (("port", settings.port), ("track_port", settings.track_port)):
        check = f"ports:{name}"
        try:
            listen_tcp(settings.host, port).close()
        except (PortTaken, CannotListen) as error:
            said = Said(error.message("zh-CN"), error.message("en"))
            yield warning(check, said, Said(error.next_step("zh-CN"), error.next_step("en")))
        else:
            yield well(check, Said(f"端口 {port} 空闲", f"port {port} is free"))


def ended(files: FolderFiles) -> Finding:
    """Return how the last server ended, told by the lock file that nobody holds."""
    left = files.lock_file.read_text(errors="replace").strip() if files.lock_file.exists() else ""
    if not left:
        return well("lock", Said("没有服务在运行", "no server runs"))
    said = Said(f"上一个服务（进程 {left}）没有正常结束", f"the last server, process {left}, did not end by itself")
    following = Said(
        "不用做什么：下次启动会从检查点和日志恢复；常发生就查内存和断电",
        "nothing to do: the next start recovers from checkpoint and log; if it happens often, look at memory and power",
    )
    return warning("lock", said, following)


def _command(line: str) -> Said:
    return Said(f"运行 {line}", f"run {line}")
