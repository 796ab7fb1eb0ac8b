"""QR codes for counters, shelves and parcels: a link as a picture, saying in its UTM where it hangs."""

import io
from urllib.parse import urlsplit

import segno

from liftloop.deliver.links import URL_CHARACTERS_MAX, with_utm
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

SCALE = 10
"""Points a module: sharp up to a poster of half a metre."""
QUIET = 4
"""Modules left white around it, as ISO 18004 asks."""


class BadLink(LiftloopError):
    """What is to become a QR code is no link of the web."""

    def __init__(self, url: str) -> None:
        super().__init__(
            "bad_link",
            zh=f"不是网页链接：{url[:80]}",
            en=f"not a link of the web: {url[:80]}",
            next_zh="写完整的 https:// 链接，最多 2000 个字符",
            next_en="give the whole https:// link, 2000 characters at most",
            status=422,
            exit_code=EXIT_USAGE,
        )


def qr_code(url: str, place: str, *, as_svg: bool) -> bytes:
    """Return a link as a picture, PNG or SVG; `place` is said as its utm_campaign. Raises `BadLink`.

    A quarter of it may be scratched or covered (error correction Q), as things are that hang in shops.
    """
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and url.isascii() and " " not in url
    except ValueError:
        right = False
    if not right or len(url) > URL_CHARACTERS_MAX:
        raise BadLink(url)
    said = with_utm(url, "qr", "store", place) if place else url
    picture = io.BytesIO()
    segno.make(said, error="q", micro=False).save(picture, kind="svg" if as_svg else "png", scale=SCALE, border=QUIET)
    return picture.getvalue()
