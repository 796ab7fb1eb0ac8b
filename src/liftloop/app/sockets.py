"""Opens the sockets that the processes serve on."""

import socket
from pathlib import Path

from liftloop.kernel.errors import LiftloopError

BACKLOG = 1024


class PortTaken(LiftloopError):
    """Something else listens on a port that we need."""

    def __init__(self, port: int) -> None:
        super().__init__(
            "port_taken",
            zh=f"端口 {port} 已被占用",
            en=f"port {port} is taken",
            next_zh="换一个端口：liftloop serve --port",
            next_en="choose another: liftloop serve --port",
        )


def listen_tcp(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises `PortTaken`."""
    listener = socket.socket(socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTaken(port) from error
    listener.listen(BACKLOG)
    return listener


def listen_unix(path: Path) -> socket.socket:
    """Return a listening Unix socket that only its owner can use, in place of one left by a dead process."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(BACKLOG)
    return listener


def free_ports() -> tuple[int, int]:
    """Return two ports that nobody listens on just now."""
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]
