"""Pictures and documents of contents, for whoever has their address: a fingerprint that nobody guesses."""

import re
from pathlib import Path

from liftloop.app.requests import Answer, Scope
from liftloop.compose.assets import MEDIA, SUFFIXES

_NAME = re.compile(rf"[0-9a-f]{{64}}\.({'|'.join(SUFFIXES.values())})")
_TYPES = {suffix: kind.encode() for kind, suffix in SUFFIXES.items()}
NOT_THERE = Answer(404, b"", b"text/plain", ((b"cache-control", b"no-store"),))


class ServedMedia:
    """Answers whoever fetches a file: what lies under a fingerprint never changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def respond(self, scope: Scope) -> Answer:
        """Return the file; nothing but fingerprints leads to one."""
        name = str(scope["path"]).removeprefix(MEDIA)
        found = _NAME.fullmatch(name)
        try:
            content = (self._folder / name).read_bytes() if found else b""
        except OSError:
            content = b""
        if not found or not content:
            return NOT_THERE
        shown = b"attachment" if found[1] == "pdf" else b"inline"
        headers = (
            (b"cache-control", b"public, max-age=31536000, immutable"),
            (b"etag", f'"{name[:64]}"'.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"content-disposition", shown + f'; filename="{name[:12]}.{found[1]}"'.encode()),
            (b"content-security-policy", b"default-src 'none'; sandbox"),
            (b"cross-origin-resource-policy", b"cross-origin"),
        )
        return Answer(200, b"" if scope["method"] == "HEAD" else content, _TYPES[found[1]], headers)
