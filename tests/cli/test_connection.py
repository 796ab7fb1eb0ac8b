"""The terminal's line to the server: files of any size go through it in pieces, and its end is told in words."""

import socket
import threading
from pathlib import Path

import pytest

from liftloop.cli.connection import PIECE_BYTES, Server
from liftloop.kernel.errors import LiftloopError

PIECES = 5


def accept_once(listener: socket.socket, answer: bytes, heard: bytearray) -> None:
    connection, _ = listener.accept()
    connection.settimeout(0.5)
    try:
        while part := connection.recv(1 << 16):
            heard += part
            if heard.endswith(b"--\r\n"):
                break
    except TimeoutError:
        pass
    connection.sendall(answer)
    connection.close()


def calling(path: Path, answer: bytes) -> tuple[threading.Thread, bytearray]:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    heard = bytearray()
    thread = threading.Thread(target=accept_once, args=(listener, answer, heard))
    thread.start()
    return thread, heard


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", b"HTTP/1.1 200 OK\r\n\r\nno"]
)
def test_a_server_that_goes_away_is_told_in_words(tmp_path: Path, answer: bytes) -> None:
    """A server that ends before or in the middle of its answer is an error with its next step, not a traceback."""
    thread, _ = calling(tmp_path / "s", answer)
    with pytest.raises(LiftloopError) as lost:
        Server(tmp_path / "s").get("/health")
    thread.join()
    assert lost.value.code == "server_lost"


def test_a_file_goes_in_pieces(tmp_path: Path) -> None:
    """A file is sent whole, its length said before, and no more than a piece of it is held at once."""
    content = bytes(range(256)) * (PIECES * PIECE_BYTES // 256) + b"end"
    file = tmp_path / "orders.csv"
    file.write_bytes(content)
    thread, heard = calling(tmp_path / "s", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    assert Server(tmp_path / "s").upload("/imports", file, kind="orders") == {}
    thread.join()
    head, _, body = bytes(heard).partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head.lower()
    assert content in body
    assert b'name="kind"\r\n\r\norders' in body
