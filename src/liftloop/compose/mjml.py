"""MJML into HTML that mail readers show alike; Liquid goes through as it was written."""

import re
from functools import lru_cache

from liftloop.compose.contract import RenderFailed

DETAIL_CHARACTERS_MAX = 200
KEPT_MAX = 256
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_STAND_IN = re.compile(r"LQ7(\d{6})QL")


@lru_cache(maxsize=KEPT_MAX)
def mjml_html(source: str) -> str:
    """Return the HTML of an MJML template. Raises `RenderFailed("syntax", …)`; nothing is included from anywhere."""
    try:
        import mrml
    except ImportError as error:
        raise RenderFailed("mjml_missing", "pip install 'liftloop[mjml]'") from error
    liquid: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        liquid.append(found[0])
        return f"LQ7{len(liquid) - 1:06d}QL"

    # Without fonts of its own: mrml would have every mail fetch one from another host.
    # Quotes and comparison signs inside Liquid are no markup, so it waits outside.
    marked = _LIQUID.sub(put_aside, source)
    try:
        written = mrml.to_html(marked, None, mrml.RenderOptions(fonts={})).content
    except OSError as error:
        raise RenderFailed("syntax", f"MJML: {str(error)[:DETAIL_CHARACTERS_MAX]}") from error
    return _STAND_IN.sub(lambda found: liquid[int(found[1])], written)
