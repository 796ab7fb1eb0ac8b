"""`liftloop serve`: the desk in this process, tick and dispatch as its children, one JSON line when all answer."""

import asyncio
import os
import sys

import msgspec
import uvicorn

from liftloop.api.server import make_app
from liftloop.app.children import Children
from liftloop.app.desk import Desk
from liftloop.app.opening import lock_folder, open_folder
from liftloop.app.settings import Settings
from liftloop.app.sockets import listen_tcp, listen_unix

CHILDREN = ("liftloop.app.tick", "liftloop.app.dispatch_process")


async def serve(settings: Settings) -> None:
    """Serve one data folder until told to stop; raises what hinders it from starting."""
    folder = open_folder(settings)
    with lock_folder(folder) as lock:
        children = Children(settings, lock, CHILDREN)
        listeners = [listen_tcp(settings.host, settings.port), listen_unix(folder.server_socket)]
        try:
            await children.start()
            desk = Desk(settings, folder)
            app = make_app(desk, settings.admin_token or folder.admin_token())
            config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=5)
            server = uvicorn.Server(config)
            announced = asyncio.create_task(_announce(server, settings, str(folder.path)))
            await server.serve(sockets=listeners)
            announced.cancel()
        finally:
            await children.stop()


async def _announce(server: uvicorn.Server, settings: Settings, data: str) -> None:
    """Print where everything is, once the desk answers too."""
    while not server.started:
        await asyncio.sleep(0.01)
    line = {
        "app_url": f"http://{settings.host}:{settings.port}",
        "track_url": f"http://{settings.host}:{settings.track_port}",
        "data": data,
        "pid": os.getpid(),
    }
    print(msgspec.json.encode(line).decode(), flush=True, file=sys.stdout)
