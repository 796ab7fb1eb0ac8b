"""Starts the other processes, restarts them when they end, and takes them along when it goes."""

import asyncio
import logging
import os
import sys

import aiohttp
import msgspec
from msgspec.structs import replace

from liftloop.app.settings import Settings
from liftloop.app.sockets import reached_at
from liftloop.kernel.errors import LiftloopError
from liftloop.storage.embedded.folder import FolderLock

START_TIMEOUT_S = 120.0
"""A tick that restores 5M people after a crash takes half a minute."""
RESTART_AFTER_S = 0.2
RESTARTS_MAX = 20
"""Ends of one child after which something is wrong that a restart does not mend."""
STOP_TIMEOUT_S = 20.0

_LOGGER = logging.getLogger("liftloop.serve")


class NotStarted(LiftloopError):
    """A process did not come up."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "not_started",
            zh=f"{name} 进程没有启动成功",
            en=f"the {name} process did not start",
            next_zh="看上面的日志；liftloop doctor 会检查数据目录",
            next_en="look at the log above; liftloop doctor checks the data folder",
        )


class Children:
    """The tick and dispatch processes of one server."""

    def __init__(self, settings: Settings, lock: FolderLock, modules: tuple[str, ...]) -> None:
        self._settings = settings
        self._lock = lock
        self._modules = modules
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._watching: list[asyncio.Task[None]] = []
        self._stopping = False
        self.restarts: dict[str, int] = {}
        """How often each was started again."""

    async def start(self) -> None:
        """Start all and wait until the tick answers, as the others do by themselves. Raises `NotStarted`."""
        for module in self._modules:
            await self._spawn(module)
            self._watching.append(asyncio.create_task(self._watch(module)))
        await self._wait_for_tick()

    async def stop(self) -> None:
        """End all, gently first."""
        self._stopping = True
        for task in self._watching:
            task.cancel()
        for process in reversed(self._running.values()):  # Dispatch still has something to tell the tick.
            if process.returncode is None:
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                process.kill()
                await process.wait()

    def pids(self) -> dict[str, int]:
        return {module: process.pid for module, process in self._running.items()}

    async def _spawn(self, module: str) -> None:
        told = msgspec.json.encode(replace(self._settings, desk=os.getpid()), enc_hook=str).decode()
        self._running[module] = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, told, pass_fds=(self._lock.fileno(),), stdin=asyncio.subprocess.DEVNULL
        )

    async def _watch(self, module: str) -> None:
        for _ in range(RESTARTS_MAX):
            code = await self._running[module].wait()
            if self._stopping:
                return
            _LOGGER.error("%s ended with %s; starting it again", module, code)
            self.restarts[module] = self.restarts.get(module, 0) + 1
            await asyncio.sleep(RESTART_AFTER_S)
            await self._spawn(module)
        _LOGGER.critical("%s keeps ending; giving up", module)

    async def _wait_for_tick(self) -> None:
        deadline = asyncio.get_running_loop().time() + START_TIMEOUT_S
        origin = reached_at(self._settings.host, self._settings.track_port)
        async with aiohttp.ClientSession() as session:
            while asyncio.get_running_loop().time() < deadline:
                try:
                    async with session.get(f"{origin}/healthz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)
        raise NotStarted("tick")
