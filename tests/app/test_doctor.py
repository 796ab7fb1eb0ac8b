"""The doctor finds each thing that is broken, says what to do about it, and breaks nothing itself."""

import asyncio
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest

from liftloop.app.definitions.secrets import sealed
from liftloop.app.dispatch.attempts import AttemptFile
from liftloop.app.doctor.examination import examine_closed
from liftloop.app.doctor.findings import Finding, is_well
from liftloop.app.doctor.machine import DISK_LOW_BYTES, DISK_OUT_BYTES, disk_of
from liftloop.app.opening import NoFolder
from liftloop.app.settings import Settings
from liftloop.app.sockets import free_ports
from liftloop.storage.embedded.folder import DataFolder
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
PAGE_BYTES = 4_096


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with people, a channel, an audience, a checkpoint, a delta after it, a lake and a dispatch file."""
    path = tmp_path_factory.mktemp("doctor") / "data"
    shop = Installation(path, NOW_MS)
    shop.folder.admin_token()
    shop.folder.write_key()
    settings = {"url": "https://example.test/messages", "secret": "whsec_" + "YWJj" * 12}
    channel = {"id": "sms", "kind": "webhook", "settings": settings}

    async def seal(items: Sequence[tuple[int, bytes]]) -> list[bytes]:
        return shop.vault.seal(items)

    shop.publish("channel", "sms", asyncio.run(sealed("channel", "sms", channel, seal)))
    shop.publish("audience", "buyers", {"name": "buyers", "where": {"event": "Bought", "within_days": 3}})
    for number in range(200):
        traits = {"phone": f"1380013{number:04d}"}
        shop.receive({"type": "identify", "messageId": f"i{number}", "userId": f"u{number}", "traits": traits})
    shop.fold_all()
    shop.checkpoint()
    shop.receive({"type": "track", "messageId": "t", "userId": "u1", "event": "Bought"})
    shop.fold_all()
    shop.follow()
    shop.close()
    AttemptFile(path / "dispatch.db").close()
    return path


@pytest.fixture
def folder(healthy: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(healthy, tmp_path / "data"))


def settings_of(path: Path) -> Settings:
    port, track_port = free_ports()
    return Settings(data=path, port=port, track_port=track_port, clock="manual")


def examined(path: Path) -> list[Finding]:
    found = examine_closed(settings_of(path))
    for each in found:
        assert each.said.zh
        assert each.said.en
        assert (each.next is None) == (each.status == "ok"), each
    return found


def not_well(found: list[Finding]) -> dict[str, str]:
    return {each.check: each.status for each in found if each.status != "ok"}


def contents_of(path: Path) -> dict[str, bytes]:
    """Return every file but what SQLite keeps beside a file that is being read."""
    return {file.name: file.read_bytes() for file in path.iterdir() if not file.name.endswith(("-shm", "-wal", "lock"))}


def sql(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def test_a_healthy_folder_is_well_and_stays_as_it_is(folder: Path) -> None:
    """Nothing is wrong, everything was looked at, and not a byte is another."""
    before = contents_of(folder)
    found = examined(folder)
    assert not_well([each for each in found if each.check != "disk"]) == {}
    checks = {each.check.partition(":")[0] for each in found}
    assert checks == {
        "lock", "versions", "disk", "permissions", "secret", "layout", "file", "checkpoint", "vault", "lake",
        "positions", "clock", "attempts", "definitions", "channel", "secrets", "ports",
    }  # fmt: skip
    assert contents_of(folder) == before


def _with_garbage(path: Path) -> None:
    """Overwrite whole pages in the middle, as a bad disk does."""
    content = bytearray(path.read_bytes())
    pages = len(content) // PAGE_BYTES
    for page in range(pages // 2, pages // 2 + 8):
        content[page * PAGE_BYTES : (page + 1) * PAGE_BYTES] = b"\x5a" * PAGE_BYTES
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: -8 * PAGE_BYTES])


def _newer_lake(data: Path) -> None:
    with duckdb.connect(data / "lake.duckdb") as lake:
        lake.execute("UPDATE layout SET number = 999")


def _lake_ahead(data: Path) -> None:
    with duckdb.connect(data / "lake.duckdb") as lake:
        lake.execute('UPDATE followed SET "offset" = "offset" + 1')


def _unreadable(data: Path) -> None:
    shop = Installation(data, NOW_MS)
    shop.close()
    sql(data / "state.db", "UPDATE definition SET body = CAST('{\"where\": 7}' AS BLOB) WHERE kind = 'audience'")
    shop.restart()
    shop.receive({"type": "track", "messageId": "after", "userId": "u2", "event": "Bought"})
    shop.fold_all()
    shop.follow()
    shop.close()


def _channel(data: Path, body: str) -> None:
    sql(data / "state.db", f"UPDATE definition SET body = CAST('{body}' AS BLOB) WHERE kind = 'channel'")


BREAKS: dict[str, tuple[Callable[[Path], object], dict[str, str]]] = {
    "a cut state": (lambda data: _cut(data / "state.db"), {"file:state.db": "problem"}),
    "a scribbled state": (lambda data: _with_garbage(data / "state.db"), {"file:state.db": "problem"}),
    "no SQLite file": (lambda data: (data / "log.db").write_bytes(b"thesis" * 999), {"file:log.db": "problem"}),
    "no vault": (lambda data: (data / "vault.db").unlink(), {"file:vault.db": "problem"}),
    "no dispatch file": (lambda data: (data / "dispatch.db").unlink(), {"file:dispatch.db": "problem"}),
    "a newer file": (
        lambda data: sql(data / "checkpoint.db", "PRAGMA user_version = 999"),
        {"file:checkpoint.db": "problem"},
    ),
    "a newer layout": (
        lambda data: (data / "layout").write_text('{"layout": 999, "created_by": "9.0"}'),
        {"layout": "problem"},
    ),
    "no layout": (lambda data: (data / "layout").unlink(), {"layout": "problem"}),
    "half a layout": (lambda data: (data / "layout").write_text("{"), {"layout": "problem"}),
    "a newer lake": (_newer_lake, {"lake": "problem", "positions": "problem"}),
    "no lake": (lambda data: (data / "lake.duckdb").unlink(), {"lake": "warning"}),
    "a lake of another folder": (_lake_ahead, {"positions": "problem"}),
    "an open secret": (lambda data: (data / "admin.token").chmod(0o644), {"secret:admin.token": "problem"}),
    "an open master key": (lambda data: (data / "master.key").chmod(0o640), {"secret:master.key": "problem"}),
    "a folder open to all": (lambda data: data.chmod(0o777), {"permissions": "problem"}),
    "no token": (lambda data: (data / "admin.token").unlink(), {"secret:admin.token": "warning"}),
    "no master key": (lambda data: (data / "master.key").unlink(), {"secret:master.key": "problem"}),
    "another master key": (lambda data: (data / "master.key").write_text("ab" * 32), {"vault": "problem"}),
    "half a master key": (lambda data: (data / "master.key").write_text("ab"), {"vault": "problem"}),
    "a checkpoint that is gone": (
        lambda data: sql(data / "checkpoint.db", "DELETE FROM round"),
        {"checkpoint": "problem"},
    ),
    "a block that was cut": (
        lambda data: sql(data / "checkpoint.db", "UPDATE block SET data = substr(data, 1, 7)"),
        {"checkpoint": "problem"},
    ),
    "a delta that is gone": (lambda data: sql(data / "state.db", "DELETE FROM delta"), {"checkpoint": "problem"}),
    "a log that lost its end": (
        lambda data: sql(data / "log.db", "DELETE FROM entry WHERE first = (SELECT max(first) FROM entry)"),
        {"positions": "problem"},
    ),
    "a log that forgot too much": (
        lambda data: sql(data / "log.db", "INSERT INTO forgotten VALUES (1, 999)"),
        {"positions": "problem"},
    ),
    "a clock gone back": (lambda data: (data / "clock").write_text(str(NOW_MS - 3_600_000)), {"clock": "problem"}),
    "a clock gone back a little": (lambda data: (data / "clock").write_text(str(NOW_MS - 9_000)), {"clock": "warning"}),
    "a killed server": (lambda data: (data / "lock").write_text("4194000"), {"lock": "warning"}),
    "an attempt without answer": (
        lambda data: sql(data / "dispatch.db", "INSERT INTO batch (channel, started_ms, started) VALUES ('s', 1, x'')"),
        {"attempts": "warning"},
    ),
    "an unreadable audience": (_unreadable, {"definitions": "problem"}),
    "a channel without settings": (
        lambda data: _channel(data, '{"id": "sms", "kind": "webhook", "settings": {}}'),
        {"channel:sms": "problem"},
    ),
    "a channel of an unknown kind": (
        lambda data: _channel(data, '{"id": "sms", "kind": "owl", "settings": {}}'),
        {"channel:sms": "problem"},
    ),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_each_broken_thing_is_found_and_nothing_else(folder: Path, broken: str) -> None:
    """One break, one finding under the name of what is broken, with a next step in both languages."""
    damage, expected = BREAKS[broken]
    damage(folder)
    found = examined(folder)
    assert not_well([each for each in found if each.check != "disk"]) == expected
    assert is_well([each for each in found if each.check != "disk"]) == ("problem" not in expected.values())


def test_a_taken_port_is_said(folder: Path) -> None:
    """A server could not start where something else listens."""
    settings = settings_of(folder)
    with socket.socket() as other:
        other.bind(("127.0.0.1", settings.track_port))
        other.listen()
        found = examine_closed(settings)
    assert not_well(found).items() >= {"ports:track_port": "warning"}.items()


def test_a_held_folder_is_examined_without_its_lock(folder: Path) -> None:
    """Who holds the folder and does not answer is named, the rest is examined, and the lock stays whose it was."""
    with DataFolder(folder, version="0").lock():
        found = examined(folder)
        assert (folder / "lock").read_text() == str(os.getpid())
    assert not_well([each for each in found if each.check != "disk"]) == {"lock": "problem", "lake": "warning"}
    assert str(os.getpid()) in found[0].said.en


def test_what_is_no_folder_is_refused_and_not_made_one(tmp_path: Path) -> None:
    """An empty or missing folder stays as it is."""
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(NoFolder):
            examine_closed(settings_of(path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("free", "status"), [(DISK_OUT_BYTES - 1, "problem"), (DISK_OUT_BYTES, "warning"), (DISK_LOW_BYTES, "ok")]
)
def test_free_disk_is_judged(free: int, status: str) -> None:
    """Little room is a warning, none is a problem."""
    assert disk_of(free).status == status
