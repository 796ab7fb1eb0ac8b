"""Examines an installation: every look in its order, beside a running server or under the folder's lock."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from liftloop.app.desk import Desk
from liftloop.app.doctor import contents as doctor_contents
from liftloop.app.doctor import files as doctor_files
from liftloop.app.doctor import machine as doctor_machine
from liftloop.app.doctor.contents import UNANSWERED_MS
from liftloop.app.doctor.files import LookAtLake
from liftloop.app.doctor.findings import Finding, is_well, looked, problem, well
from liftloop.app.opening import NoFolder
from liftloop.app.settings import Settings
from liftloop.app.words import Said
from liftloop.kernel.clock import ManualClock, SystemClock
from liftloop.storage.contract import LakePosition
from liftloop.storage.embedded.folder import FolderBusy, FolderFiles, FolderLock
from liftloop.storage.embedded.lake import look_into_lake


class Patient(Struct, frozen=True, kw_only=True):
    """What is examined, and from where."""

    settings: Settings
    files: FolderFiles
    now_ms: int
    unanswered_before_ms: int
    """A batch that left before it should have its answer."""
    look_at_lake: LookAtLake


class _Look(NamedTuple):
    """One look, and the files without which it can see nothing."""

    check: str
    reads: Sequence[Path]
    look: Callable[[], Iterable[Finding]]


def examine_running(desk: Desk, up: Mapping[str, bool]) -> list[Finding]:
    """Examine the folder of a running desk; `up` says which processes answer."""
    now_ms = desk.clock.now_ms()
    patient = Patient(
        settings=desk.settings,
        files=FolderFiles(desk.data),
        now_ms=now_ms,
        unanswered_before_ms=now_ms - UNANSWERED_MS,
        look_at_lake=desk.follower.lake.position,
    )
    return [*(_process(name, ok=ok) for name, ok in up.items()), *_examined(patient)]


def examine_closed(settings: Settings) -> list[Finding]:
    """Examine a folder whose server does not answer, under the folder's lock where nobody holds it.

    Raises `NoFolder`.
    """
    files = FolderFiles(settings.data)
    if not (files.layout_file.exists() or files.state.exists()):
        raise NoFolder(settings.data)
    now_ms = _now_ms(settings, files)

    def patient(look: LookAtLake) -> Patient:
        return Patient(settings=settings, files=files, now_ms=now_ms, unanswered_before_ms=now_ms, look_at_lake=look)

    found = looked("lock", lambda: [doctor_machine.ended(files)])
    try:
        with FolderLock(files.path):
            found += _examined(patient(lambda: look_into_lake(files.lake)))
    except FolderBusy as error:
        return [_held(error.pid), *_examined(patient(_held_lake))]
    except OSError as error:
        said = Said(f"不能锁定目录：{error}", f"the folder cannot be locked: {error}")
        following = Said("用拥有这个目录的用户运行", "run as the user who owns the folder")
        return [problem("lock", said, following), *_examined(patient(_held_lake))]
    return [*found, *doctor_machine.ports(settings)]


def _examined(patient: Patient) -> list[Finding]:
    files = patient.files
    found = [doctor_machine.versions()]
    found += looked("disk", lambda: [doctor_machine.disk(files.path)])
    found += looked("permissions", lambda: doctor_machine.permissions(files, patient.settings))
    found += looked("layout", lambda: doctor_files.folder_layout(files))
    broken: set[Path] = set()
    for path, known in doctor_files.sqlite_files(files).items():
        findings = looked(f"file:{path.name}", lambda path=path, known=known: doctor_files.sqlite_file(path, known))
        broken |= set() if is_well(findings) else {path}
        found += findings
    for look in _looks(patient):
        if broken.isdisjoint(look.reads):  # It would only say once more that a file is broken.
            found += looked(look.check, look.look)
    return found


def _looks(patient: Patient) -> list[_Look]:
    """Return what is looked at once the files themselves are whole."""
    files, lake, settings = patient.files, patient.look_at_lake, patient.settings
    log, state, attempts = files.log, files.state, files.attempts
    until_ms = patient.unanswered_before_ms
    return [
        _Look("checkpoint", (state, files.checkpoint), lambda: doctor_files.checkpoint(files)),
        _Look("vault", (files.vault,), lambda: doctor_files.vault_opens(files)),
        _Look("lake", (log,), lambda: doctor_files.lake(files, lake)),
        _Look("positions", (log, state, attempts), lambda: doctor_contents.positions(files, lake)),
        _Look("clock", (log, state), lambda: doctor_contents.clock(files, patient.now_ms)),
        _Look("attempts", (attempts,), lambda: doctor_contents.attempts(files, until_ms)),
        _Look("definitions", (state,), lambda: doctor_contents.definitions(files)),
        _Look("channels", (state,), lambda: doctor_contents.channels(files, settings)),
        _Look("secrets", (state,), lambda: doctor_contents.secrets(files)),
    ]


def _held(pid: int) -> Finding:
    said = Said(
        f"目录被进程 {pid or '未知'} 占用，但服务没有应答",
        f"process {pid or 'unknown'} holds the folder and does not answer",
    )
    following = Said("正在启动就等一等；否则停掉那个进程", "wait if it is starting; else stop that process")
    return problem("lock", said, following)


def _held_lake() -> LakePosition | None:
    return None


def _process(name: str, *, ok: bool) -> Finding:
    if ok:
        return well(f"process:{name}", Said("有应答", "answers"))
    said = Said(f"{name} 进程没有应答", f"the {name} process does not answer")
    following = Said(
        "看服务的日志；它会自动重启，一直不行就重启服务",
        "see the server's log; it is started again by itself, else restart the server",
    )
    return problem(f"process:{name}", said, following)


def _now_ms(settings: Settings, files: FolderFiles) -> int:
    """Return what time the folder's next server would believe it is, without making the clock's file."""
    if settings.clock == "system":
        return SystemClock().now_ms()
    return ManualClock(files.clock).now_ms() if files.clock.exists() else settings.clock_start_ms
