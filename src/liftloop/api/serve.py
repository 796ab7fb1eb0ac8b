"""`liftloop serve`: the desk in this process, tick and dispatch as its children, one JSON line when all answer."""

import asyncio
import os
import signal
import sys

import msgspec
import uvicorn

from liftloop.api.server import make_app
from liftloop.app.asgi_server import SignalledServer
from liftloop.app.children import Children
from liftloop.app.desk import Desk
from liftloop.app.health import dispatch_status
from liftloop.app.opening import Newer, lock_folder, open_folder
from liftloop.app.settings import Settings
from liftloop.app.sockets import listen_tcp, listen_unix, reached_at
from liftloop.plugins.channels.addresses import parse_networks
from liftloop.storage.contract import NewerFolder

CHILDREN = ("liftloop.app.tick", "liftloop.app.dispatch_process")


async def serve(settings: Settings) -> None:
    """Serve one data folder until told to stop; raises what hinders it from starting."""
    parse_networks(settings.webhook_allow)  # Dispatch reads it too, but could only end and be started again.
    folder = open_folder(settings)
    with lock_folder(folder) as lock:
        listen_tcp(settings.host, settings.track_port).close()  # The tick's own trial would end only in its log.
        children = Children(settings, lock, CHILDREN)
        listeners = [listen_tcp(settings.host, settings.port), listen_unix(folder.server_socket)]
        try:
            if not await _started(children):
                return
            try:
                desk = Desk(settings, folder)
            except NewerFolder as error:  # Only the lake's own engine can read the lake's layout.
                raise Newer(str(error)) from error
            desk.children = children
            app = make_app(desk, settings.admin_token or folder.admin_token())
            config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=5)
            server = SignalledServer(config, (signal.SIGTERM, signal.SIGINT))
            announced = asyncio.create_task(_announce(server, desk))
            await server.serve(sockets=listeners)
            announced.cancel()
        finally:
            await children.stop()


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


async def _announce(server: uvicorn.Server, desk: Desk) -> None:
    """Print where everything is, once all three processes answer."""
    settings = desk.settings
    while not server.started or await dispatch_status(desk.folder.dispatch_socket) is None:
        await asyncio.sleep(0.02)
    line = {
        "app_url": reached_at(settings.host, settings.port),
        "track_url": reached_at(settings.host, settings.track_port),
        "data": str(desk.data),
        "pid": os.getpid(),
    }
    print(msgspec.json.encode(line).decode(), flush=True, file=sys.stdout)
