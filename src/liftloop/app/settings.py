"""What an installation is started with: folder, ports, clock, keys; from options and `LIFTLOOP_*` variables."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from msgspec import Struct

from liftloop.app.sockets import free_ports
from liftloop.kernel.clock import Clock, ManualClock, SystemClock
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

PORT_MAX = 65_535


class Settings(Struct, frozen=True, kw_only=True):
    """Everything the three processes are told."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8080
    track_port: int = 8081
    clock: Literal["system", "manual"] = "system"
    clock_start_ms: int = 0
    admin_token: str = ""
    """Empty: the one in the folder."""
    write_key: str = ""
    webhook_allow: str = ""
    """CIDRs that webhooks may call although they are private, separated by commas."""
    model_allow: str = ""
    """CIDRs in which a language model of one's own may be reached although they are private."""
    log_days: int = 7
    """How long incoming facts are kept after the lake has them."""
    lake_days: int = 0
    """How long history is kept; 0 for ever."""
    quarantine_days: int = 30
    """How long what could not be taken waits to be mended."""
    quarantine_mb: int = 256
    """How much of it is kept, whatever its age; the oldest goes first."""
    study_days: int = 1
    """How many days lie between two studies of everybody's traits; 0: they are made only when asked for."""
    version: str = version("liftloop")
    desk: int = 0
    """The process that starts the others; they end with it."""


class BadSetting(LiftloopError):
    """A variable or option does not say what it should."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(
            "bad_setting",
            zh=f"{name} 的值 {value!r} 无效",
            en=f"{name} is {value!r}, which it cannot be",
            next_zh=f"应为：{wanted}",
            next_en=f"it should be: {wanted}",
            exit_code=EXIT_USAGE,
        )


def path_from_text(kind: type, value: object) -> object:
    """Decode the folder of settings handed to a child process."""
    return Path(str(value)) if kind is Path else value


def settings_from(environment: Mapping[str, str], data: Path | None, port: int | None) -> Settings:
    """Return settings from the environment; options given win over variables."""
    clock = environment.get("LIFTLOOP_CLOCK", "system")
    if clock not in ("system", "manual"):
        raise BadSetting("LIFTLOOP_CLOCK", clock, "system | manual")
    ports = _ports(environment, port)
    return Settings(
        data=data or Path(environment.get("LIFTLOOP_DATA", "liftloop-data")),
        host=environment.get("LIFTLOOP_HOST", "127.0.0.1"),
        port=ports[0],
        track_port=ports[1],
        clock="manual" if clock == "manual" else "system",
        clock_start_ms=_instant(environment.get("LIFTLOOP_CLOCK_START", "2026-01-01T00:00:00Z")),
        admin_token=environment.get("LIFTLOOP_ADMIN_TOKEN", ""),
        write_key=environment.get("LIFTLOOP_WRITE_KEY", ""),
        log_days=_whole(environment, "LIFTLOOP_LOG_DAYS", "7", least=1),
        lake_days=_whole(environment, "LIFTLOOP_LAKE_DAYS", "0", least=0),
        quarantine_days=_whole(environment, "LIFTLOOP_QUARANTINE_DAYS", "30", least=1),
        quarantine_mb=_whole(environment, "LIFTLOOP_QUARANTINE_MB", "256", least=1),
        study_days=_whole(environment, "LIFTLOOP_STUDY_DAYS", "1", least=0),
        webhook_allow=environment.get("LIFTLOOP_WEBHOOK_ALLOW", ""),
        model_allow=environment.get("LIFTLOOP_MODEL_ALLOW", ""),
    )


def _ports(environment: Mapping[str, str], chosen: int | None) -> tuple[int, int]:
    port = _port(chosen, "--port") if chosen is not None else _port(environment.get("LIFTLOOP_PORT", "8080"))
    if port == 0:
        return free_ports()
    track_port = environment.get("LIFTLOOP_TRACK_PORT", str(port + 1))
    return port, _port(track_port, "LIFTLOOP_TRACK_PORT")


def _port(value: str | int, name: str = "LIFTLOOP_PORT") -> int:
    text = str(value)
    if not (text.isascii() and text.isdecimal() and int(text) <= PORT_MAX):
        raise BadSetting(name, text, f"0–{PORT_MAX}")
    return int(text)


def _whole(environment: Mapping[str, str], name: str, usual: str, *, least: int) -> int:
    text = environment.get(name, usual)
    if not text.isdecimal() or int(text) < least:
        raise BadSetting(name, text, f"{least}, {least + 1}, {least + 2}, …")
    return int(text)


def _instant(text: str) -> int:
    if text.isdecimal():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadSetting("LIFTLOOP_CLOCK_START", text, "2026-09-01T09:00:00+08:00") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def clock_of(settings: Settings, path: Path) -> Clock:
    """Return the clock of a folder; a manual one starts where it was left, else at `clock_start_ms`."""
    if settings.clock == "system":
        return SystemClock()
    clock = ManualClock(path)
    if not path.exists():
        clock.set_ms(settings.clock_start_ms)
    return clock
