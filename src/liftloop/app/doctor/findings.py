"""What the doctor says of one thing: well, to be looked at, or wrong, and what to do about it."""

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct

from liftloop.app.words import Said
from liftloop.storage.contract import NewerFolder, StorageError

RESTORE = Said(
    "先把整个目录另存一份，再用 liftloop restore 把最近的备份恢复到新目录",
    "keep a copy of the whole folder, then restore the latest backup into a new folder with liftloop restore",
)
UPGRADE = Said(
    "升级 Liftloop 后再打开；不要用旧版本写它", "upgrade Liftloop, then open it; never write it with an older version"
)


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that was looked at; whatever is not well has a next step."""

    check: str
    status: Literal["ok", "warning", "problem"]
    said: Said
    next: Said | None = None


def well(check: str, said: Said) -> Finding:
    return Finding(check=check, status="ok", said=said)


def warning(check: str, said: Said, following: Said) -> Finding:
    return Finding(check=check, status="warning", said=said, next=following)


def problem(check: str, said: Said, following: Said) -> Finding:
    return Finding(check=check, status="problem", said=said, next=following)


def looked(check: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """Return what a look finds; where the file cannot be read, that is what was found."""
    try:
        return list(look())
    except NewerFolder as error:
        return [problem(check, Said(f"由更新的版本写成：{error}", f"a newer version wrote it: {error}"), UPGRADE)]
    except StorageError as error:
        return [problem(check, Said(f"读不出来：{error}", f"cannot be read: {error}"), RESTORE)]
    except OSError as error:
        said = Said(f"读不到：{error}", f"cannot be reached: {error}")
        return [problem(check, said, Said("检查权限和磁盘", "check permissions and the disk"))]


def is_well(findings: Iterable[Finding]) -> bool:
    """Return whether nothing is wrong; a warning is not."""
    return all(each.status != "problem" for each in findings)
