"""The desk as a server: management API, app and CLI socket."""

import asyncio
import os
import signal
import socket
import sys

import msgspec
import uvicorn

from liftloop.api.server import make_app
from liftloop.app.children import Children
from liftloop.app.desk import Desk, WaitingDesk
from liftloop.app.health import dispatch_status
from liftloop.app.sockets import reached_at
from liftloop.app.tick.asgi_server import SignalledServer


async def manage(waiting: WaitingDesk, children: Children, listeners: list[socket.socket]) -> None:
    """Serve the management API until told to stop; the tick answers already."""
    desk = waiting.open()
    desk.children = children
    app = make_app(desk, desk.settings.admin_token or desk.folder.admin_token())
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=5)
    server = SignalledServer(config, (signal.SIGTERM, signal.SIGINT))
    announced = asyncio.create_task(_announce(server, desk))
    await server.serve(sockets=listeners)
    announced.cancel()


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
