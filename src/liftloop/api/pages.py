"""Serves the app: one page for every address that is not a file, under a strict policy, from this host alone."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liftloop.kernel.errors import LiftloopError

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # The component library writes its tokens as style elements.
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""For files whose names change with their content."""
PACKED_BYTES_MIN = 1_000
"""Less fits into one packet as it is."""
PACKED_LEVEL = 6
"""A five-hundredth larger than at the highest, for three quarters of the time."""
FRESH = {"Cache-Control": "no-cache"}


class NoSuchCall(LiftloopError):
    """The management API has no such address."""

    def __init__(self, path: str) -> None:
        super().__init__(
            "no_such_call",
            zh=f"没有这个接口：{path}",
            en=f"there is no such call: {path}",
            next_zh="看 /api/openapi.json 里有哪些接口",
            next_en="see /api/openapi.json for what there is",
            status=404,
        )


class GuardedPages:
    """Adds the policy to every page and file, and sends them packed; answers of the API need neither."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packed = GZipMiddleware(app, minimum_size=PACKED_BYTES_MIN, compresslevel=PACKED_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(
            ("/api/", "/v1/", "/hooks/", "/forms/", "/callbacks/", "/sa")
        ):
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_ALWAYS]
            await send(message)

        await self._packed(scope, receive, guarded)


def install(app: FastAPI, folder: Path) -> None:
    """Serve `folder`; addresses under `/api` that nobody answers stay errors."""
    root = folder.resolve()

    def unknown(path: str) -> None:
        raise NoSuchCall(f"/api/{path}")

    def page(path: str) -> FileResponse:
        wanted = (root / path).resolve()
        if not (wanted.is_relative_to(root) and wanted.is_file()):
            return FileResponse(root / "index.html", headers=FRESH)
        return FileResponse(wanted, headers=FOREVER if wanted.parent.name == "assets" else FRESH)

    app.add_middleware(GuardedPages)
    app.add_api_route("/api/{path:path}", unknown, include_in_schema=False, methods=["GET", "POST", "DELETE"])
    app.add_api_route("/{path:path}", page, include_in_schema=False, methods=["GET", "HEAD"])
