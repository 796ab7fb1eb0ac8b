"""Calls the server of a data folder over its Unix socket; without a server, starts one for the length of the call."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode

import click

from liftloop.cli.main import language
from liftloop.kernel.errors import EXIT_FAILED, EXIT_REFUSED, EXIT_USAGE, LiftloopError

CALL_TIMEOUT_S = 900.0
START_TIMEOUT_S = 130.0
LOOK_S = 0.2
PIECE_BYTES = 1 << 20
STARTING_S = 40.0
"""How long another server may take until it answers: one that restores 5M people takes half a minute."""

NO_HEADERS: Mapping[str, str] = {}

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=lambda: Path(os.environ.get("LIFTLOOP_DATA", "liftloop-data")),
    help="数据目录 / data folder (LIFTLOOP_DATA)",
)
json_option = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("liftloop", timeout=CALL_TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(CALL_TIMEOUT_S)
        self.sock.connect(str(self._path))


class Server:
    """The management API of one data folder; with a token, as whoever it was made for."""

    def __init__(self, path: Path, token: str = "") -> None:
        self._path = path
        self._shown = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> Any:
        asked = {name: value for name, value in query.items() if value is not None}
        return self._call("GET", f"/api{path}" + (f"?{urlencode(asked)}" if asked else ""), None)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("POST", f"/api{path}", json.dumps(body).encode())

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("PUT", f"/api{path}", json.dumps(body).encode())

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("PATCH", f"/api{path}", json.dumps(body).encode())

    def delete(self, path: str) -> Any:
        return self._call("DELETE", f"/api{path}", None)

    def upload(self, path: str, file: Path, **fields: str) -> Any:
        """Post a file as a browser's form does."""
        boundary = "liftloop-boundary-7f3a91c2"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
        before = "".join(parts).encode() + head.encode() + b"Content-Type: application/octet-stream\r\n\r\n"
        after = f"\r\n--{boundary}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(before) + file.stat().st_size + len(after)),
        }
        return self._call("POST", f"/api{path}", _around(file, before, after), headers)

    def download(self, path: str, out: BinaryIO) -> int:
        """Write an answer to a file as it comes, and return how many bytes there were."""
        connection = _UnixConnection(self._path)
        try:
            connection.request("GET", f"/api{path}", headers={"Accept-Language": language()})
            answer = connection.getresponse()
            if answer.status >= 400:
                raise _told(answer.status, json.loads(answer.read()))
            written = 0
            while piece := answer.read(PIECE_BYTES):
                written += out.write(piece)
            return written
        finally:
            connection.close()

    def _call(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None, more: Mapping[str, str] = NO_HEADERS
    ) -> Any:
        status, content = self.answer(method, path, body, more)
        if status >= 400:
            raise _told(status, content)
        return content

    def answer(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None, more: Mapping[str, str] = NO_HEADERS
    ) -> tuple[int, Any]:
        """Return the status and what was said, a refusal too. Raises where the server went away."""
        connection = _UnixConnection(self._path)
        try:
            headers = {"Accept-Language": language(), "Content-Type": "application/json", **self._shown, **more}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
            raise _lost(error) from error
        finally:
            connection.close()


def _around(file: Path, before: bytes, after: bytes) -> Iterator[bytes]:
    """Yield a file with what stands around it, a piece at a time: it may be larger than the memory."""
    yield before
    with file.open("rb") as content:
        while piece := content.read(PIECE_BYTES):
            yield piece
    yield after


def _lost(error: Exception) -> LiftloopError:
    return LiftloopError(
        "server_lost",
        zh=f"服务在应答之前断开了：{type(error).__name__}",
        en=f"the server went away before it answered: {type(error).__name__}",
        next_zh="看服务的日志；它回来以后再做一次，已经收下的不会重复",
        next_en="look at the server's log; do it again once it is back, nothing that came in is counted twice",
    )


def _told(status: int, content: Mapping[str, Any]) -> LiftloopError:
    exit_code = {409: EXIT_REFUSED, 422: EXIT_USAGE, 404: EXIT_USAGE}.get(status, 1)
    return LiftloopError(
        str(content.get("code", "failed")),
        zh=str(content.get("message_zh", content)),
        en=str(content.get("message_en", content)),
        next_zh=str(content.get("next", "")),
        next_en=str(content.get("next", "")),
        status=status,
        exit_code=exit_code,
    )


@contextmanager
def server(data: Path, token: str = "") -> Generator[Server]:
    """Give the folder's server; where none runs, start one on free ports and end it afterwards."""
    path = data / "server.sock"
    if answers(path):
        yield Server(path, token)
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "liftloop.cli", "serve", "--data", str(data), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        if not process.stdout.readline():
            said = process.stderr.read()
            if "[folder_busy]" not in said or not _answers_soon(path):
                raise _not_started(said, process.wait())
        yield Server(path, token)
    finally:
        process.terminate()
        process.communicate(timeout=START_TIMEOUT_S)


def _not_started(said: str, exit_code: int) -> LiftloopError:
    error = LiftloopError(
        "server_not_started",
        zh=said.strip() or "服务没有启动",
        en=said.strip() or "the server did not start",
        next_zh="先运行 liftloop serve 看完整日志",
        next_en="run liftloop serve to see the whole log",
    )
    error.exit_code = exit_code or EXIT_FAILED
    return error


def _answers_soon(path: Path) -> bool:
    """Wait for the server that holds the folder: it may have been started just now."""
    for _ in range(round(STARTING_S / LOOK_S)):
        if answers(path):
            return True
        time.sleep(LOOK_S)
    return False


def answers(path: Path) -> bool:
    """Return whether a server listens on a socket."""
    if not path.exists():
        return False
    probe = socket.socket(socket.AF_UNIX)
    try:
        probe.connect(str(path))
    except OSError:
        return False
    finally:
        probe.close()
    return True


def show(content: Any, as_json: bool, lines: list[str]) -> None:
    """Print the answer as JSON, or as lines for people."""
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=False))
    else:
        click.echo("\n".join(lines))


def tree_said(where: str) -> Any:
    """Return a tree of conditions that was typed as JSON; raises `click.BadParameter`."""
    try:
        return json.loads(where)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"不是 JSON / not JSON: {error}") from error


def spoken_instant(at_ms: int) -> str:
    """Return an instant as the API writes it."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def spoken(text: Mapping[str, str]) -> str:
    """Return the reader's language of a bilingual text."""
    return text["en"] if language() == "en" else text["zh"]
