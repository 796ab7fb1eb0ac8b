"""Opens the sockets that the processes serve on."""

import errno
import os
import socket
from pathlib import Path

from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

BACKLOG = 1024
UNIX_PATH_BYTES_MAX = 107
"""Of `sockaddr_un` on Linux: 108 with the zero at the end."""


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


class CannotListen(LiftloopError):
    """The host is none of this machine's, or the port is not for us."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            "cannot_listen",
            zh=f"无法在 {host} 的端口 {port} 上提供服务：{reason}",
            en=f"cannot serve on {host} port {port}: {reason}",
            next_zh="LIFTLOOP_HOST 写本机的地址，0.0.0.0 为全部地址；1024 以下的端口需要权限",
            next_en="set LIFTLOOP_HOST to an address of this machine, 0.0.0.0 for all; ports below 1024 need rights",
            exit_code=EXIT_USAGE,
        )


class PathTooLong(LiftloopError):
    """The data folder lies so deep that its sockets cannot be named."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "path_too_long",
            zh=f"数据目录的路径太长，放不下套接字：{path}",
            en=f"the data folder's path is too long for a socket: {path}",
            next_zh=f"换一个短一些的目录，套接字的完整路径最多 {UNIX_PATH_BYTES_MAX} 字节",
            next_en=f"choose a shorter folder: a socket's whole path has at most {UNIX_PATH_BYTES_MAX} bytes",
            exit_code=EXIT_USAGE,
        )


def listen_tcp(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises `PortTaken` or `CannotListen`."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise CannotListen(host, port, str(error)) from error
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(port) from error
        raise CannotListen(host, port, error.strerror or "") from error
    listener.listen(BACKLOG)
    return listener


def reached_at(host: str, port: int) -> str:
    """Return the URL under which this machine reaches what listens on a host.

    >>> reached_at("0.0.0.0", 8080), reached_at("::", 80), reached_at("shop.lan", 80)
    ('http://127.0.0.1:8080', 'http://[::1]:80', 'http://shop.lan:80')
    """
    near = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


def check_unix(path: Path) -> None:
    """Raise `PathTooLong` where the system has no room for the name of a socket."""
    if len(os.fsencode(path)) > UNIX_PATH_BYTES_MAX:
        raise PathTooLong(path)


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
