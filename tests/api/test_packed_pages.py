"""The app's own files over the wire."""

import asyncio
import gzip
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from liftloop.api.pages import GuardedPages, install

SCRIPT = b"const words = 'a script is mostly words';" * 200


def test_files_are_sent_packed_under_the_policy(tmp_path: Path) -> None:
    """Whoever can unpack gets a file in a fraction of its bytes, and it comes out as it was."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-1.js").write_bytes(SCRIPT)
    (tmp_path / "index.html").write_text("<html></html>")
    inner = FastAPI()
    install(inner, tmp_path)
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        """Say nothing: the browser waits for its answer, and does not go away."""
        return await asyncio.Future[MutableMapping[str, Any]]()

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    path = "/assets/index-1.js"
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {"headers": [(b"accept-encoding", b"gzip")], "scheme": "http", "server": ("t", 80), "root_path": ""}
    asyncio.run(GuardedPages(inner)(scope, receive, send))
    headers = dict(sent[0]["headers"])
    body = b"".join(message.get("body", b"") for message in sent[1:])
    assert headers[b"content-encoding"] == b"gzip"
    assert headers[b"content-security-policy"].startswith(b"default-src 'none'")
    assert len(body) < len(SCRIPT) / 10
    assert gzip.decompress(body) == SCRIPT
