"""The data folder: which file is which, who may open it, and the secrets that the first start makes."""

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct

from liftloop.storage.contract import NewerFolder, StorageError

LAYOUT = 1
"""The layout that this code writes; an older one is migrated, a newer one refused."""
TOKEN_BYTES = 32
MASTER_KEY_BYTES = 32

_LAYOUT_FILE = "layout"
_LOCK_FILE = "lock"
_BEFORE_LAYOUT = (_LAYOUT_FILE, _LOCK_FILE, "models")
"""What may lie in a folder that is not ours yet: policies are learned from tables without a server."""


class FolderBusy(StorageError):
    """Another server holds the folder: stop it first, or choose another folder. `pid` is 0 where it is not known."""

    def __init__(self, path: Path, pid: int) -> None:
        super().__init__(f"{path} is in use by process {pid or 'unknown'}")
        self.path = path
        self.pid = pid


class ForeignFolder(StorageError):
    """The folder holds something else: choose an empty one."""


class Layout(Struct, frozen=True, kw_only=True):
    """What the `layout` file says, as JSON."""

    layout: int
    created_by: str
    """The version of Liftloop that made the folder."""


class FolderFiles:
    """Where each file of a data folder lies; makes and opens nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.layout_file = self.path / _LAYOUT_FILE
        self.lock_file = self.path / _LOCK_FILE
        self.log = self.path / "log.db"
        self.state = self.path / "state.db"
        self.checkpoint = self.path / "checkpoint.db"
        self.vault = self.path / "vault.db"
        self.lake = self.path / "lake.duckdb"
        self.attempts = self.path / "dispatch.db"
        self.accounts = self.path / "accounts.db"
        self.admin_token_file = self.path / "admin.token"
        self.write_key_file = self.path / "write.key"
        self.master_key_file = self.path / "master.key"
        self.clock = self.path / "clock"
        self.tick_socket = self.path / "tick.sock"
        self.dispatch_socket = self.path / "dispatch.sock"
        self.server_socket = self.path / "server.sock"
        self.spill = self.path / "spill"
        """What the lake puts aside when a query outgrows its memory."""
        self.restored = self.path / "restored"
        """Where the folder comes from, if it was restored from a backup."""
        self.models = self.path / "models"
        self.imports = self.path / "imports"
        self.media = self.path / "media"
        """Pictures and documents of contents, each under the fingerprint of its content."""


class DataFolder(FolderFiles):
    """Open the data folder at `path`, or make it. Two may have it open; only one may hold its lock.

    Raises `NewerFolder`, or `ForeignFolder` where the folder is neither empty nor ours.
    """

    def __init__(self, path: Path, *, version: str) -> None:
        path.mkdir(parents=True, exist_ok=True)
        super().__init__(path)
        self.layout = read_layout(self.path) or _make_layout(self.path, version)
        if self.layout.layout > LAYOUT:
            raise NewerFolder(f"{path} has layout {self.layout.layout}, this version knows {LAYOUT}")

    def check_layouts(self) -> None:
        """Look at every SQLite file before anybody writes; raises `NewerFolder` and names it."""
        for path in (self.log, self.state, self.checkpoint, self.vault, self.attempts, self.accounts):
            if path.exists():
                with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
                    found = connection.execute("PRAGMA user_version").fetchone()[0]
                if found > LAYOUT:
                    raise NewerFolder(f"{path.name} has layout {found}, this version knows {LAYOUT}")

    def admin_token(self) -> str:
        """Return the management API's token, made at the first call."""
        return _secret(self.admin_token_file, lambda: secrets.token_urlsafe(TOKEN_BYTES))

    def write_key(self) -> str:
        """Return the key that senders of events show, made at the first call."""
        return _secret(self.write_key_file, lambda: secrets.token_urlsafe(TOKEN_BYTES))

    def master_key(self) -> bytes:
        """Return the key that wraps the vault's keys, made at the first call; if lost, personal data are too."""
        return bytes.fromhex(_secret(self.master_key_file, lambda: secrets.token_hex(MASTER_KEY_BYTES)))

    def lock(self) -> "FolderLock":
        """Become the only holder of the folder; raises `FolderBusy`."""
        return FolderLock(self.path)


class FolderLock:
    """The one right to write in a folder, until `release` or the process's end."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).strip()
            os.close(descriptor)
            raise FolderBusy(path, int(holder) if holder.isdigit() else 0) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor

    def fileno(self) -> int:
        """Return the descriptor; a child process that inherits it keeps the folder locked after its parent is gone."""
        return self._descriptor

    def release(self) -> None:
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def read_layout(path: Path) -> Layout | None:
    """Return what the folder's `layout` file says, None where there is none; raises `StorageError`."""
    try:
        return msgspec.json.decode((path / _LAYOUT_FILE).read_bytes(), type=Layout)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise StorageError(f"{path / _LAYOUT_FILE} cannot be read: {error}") from error


def _make_layout(path: Path, version: str) -> Layout:
    strangers = [file.name for file in path.iterdir() if file.name.partition(".")[0] not in _BEFORE_LAYOUT]
    if strangers:
        raise ForeignFolder(f"{path} is not a Liftloop folder: it holds {min(strangers)}")
    layout = Layout(layout=LAYOUT, created_by=version)
    _write_whole(path / _LAYOUT_FILE, msgspec.json.encode(layout))
    return layout


def _secret(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        _write_whole(path, make().encode())
    return path.read_text().strip()


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, for the owner only; the first of two writers wins."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
    _flush_folder(path.parent)


def _flush_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
