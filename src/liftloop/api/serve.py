"""`liftloop serve`: the desk in this process, tick and dispatch as its children, one JSON line when all answer.

The children start first: what only the desk needs is imported and opened while the tick restores its state.
"""

import asyncio
import signal
from importlib import import_module
from types import ModuleType

from liftloop.app.background import background_threads
from liftloop.app.children import Children
from liftloop.app.opening import lock_folder, open_folder
from liftloop.app.settings import Settings
from liftloop.app.sockets import check_unix, listen_tcp, listen_unix
from liftloop.plugins.channels.addresses import parse_networks

CHILDREN = ("liftloop.app.tick.process", "liftloop.app.dispatch.process")


async def serve(settings: Settings) -> None:
    """Serve one data folder until told to stop; raises what hinders it from starting."""
    parse_networks(settings.model_allow, "LIFTLOOP_MODEL_ALLOW")
    parse_networks(settings.webhook_allow)  # Dispatch reads it too, but could only end and be started again.
    asyncio.get_running_loop().set_default_executor(background_threads())
    folder = open_folder(settings)
    for path in (folder.server_socket, folder.tick_socket, folder.dispatch_socket):
        check_unix(path)
    with lock_folder(folder) as lock:
        listen_tcp(settings.host, settings.track_port).close()  # The tick's own trial would end only in its log.
        children = Children(settings, lock, CHILDREN)
        listeners = [listen_tcp(settings.host, settings.port), listen_unix(folder.server_socket)]
        opening = asyncio.create_task(asyncio.to_thread(lambda: _import_management().WaitingDesk(settings, folder)))
        try:
            started = await _started(children)
            waiting = await opening
            if started:
                await _import_management().manage(waiting, children, listeners)
            else:
                waiting.close()
        finally:
            await children.stop()
            await asyncio.wait({opening})


def _import_management() -> ModuleType:
    """Return the module that is imported in seconds, which the children need not wait for."""
    return import_module("liftloop.api.management")


async def _started(children: Children) -> bool:
    """Start the other processes; False where SIGTERM came first, which nobody else listens for yet."""
    loop = asyncio.get_running_loop()
    starting = asyncio.create_task(children.start())
    loop.add_signal_handler(signal.SIGTERM, starting.cancel)
    try:
        await asyncio.wait({starting})
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        starting.cancel()
    return not starting.cancelled() and starting.result() is None
