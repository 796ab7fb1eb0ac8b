"""A landing page before and after it is public: how it looks as it is written, and where it stands."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from liftloop.app.contents.checking import as_content
from liftloop.app.definitions.edge import BadDefinition
from liftloop.app.definitions.lawful import content_rules
from liftloop.app.definitions.pages import page_problem
from liftloop.app.desk import Desk
from liftloop.app.form_page import form_html
from liftloop.app.public_pages import PublicPage, address_for_all, public_page, whole_page
from liftloop.collect.forms import Form
from liftloop.compose.page import Shown
from liftloop.compose.tongues import language_for


class Standing(Struct, frozen=True, kw_only=True):
    """Whether a page is public, in which version, and its address for everybody."""

    state: Literal["public", "none", "gone"]
    version: int
    """0 where none is public."""
    url: str
    """Empty where no public address is set."""


def standing(desk: Desk, identity: str) -> Standing:
    """Return where a page stands; raises `NotFound` where there never was such a content."""
    desk.definitions.newest("content", identity)
    found = public_page(desk.state.rows, identity)
    public_url = content_rules(desk.definitions.live).public_url
    return Standing(
        state="public" if isinstance(found, PublicPage) else found,
        version=found.version if isinstance(found, PublicPage) else 0,
        url=address_for_all(public_url, identity) if public_url else "",
    )


def page_preview(desk: Desk, body: Mapping[str, Any], language: str) -> str:
    """Return a page as it is written now, with its pictures inside; its buttons lead nowhere.

    Raises `BadDefinition` where it is no page or cannot be shown.
    """
    content = as_content(body)
    if content.format != "page":
        raise BadDefinition("content", "format is not page", "format 不是 page")
    live = desk.definitions.live
    if problem := page_problem(live, content):
        raise BadDefinition("content", problem[1], problem[0])

    def form(identity: str) -> str:
        asked = msgspec.convert(live("form")[identity], type=Form, strict=False)
        return form_html(asked, "", "")

    spoken = language_for(content, language or content.language)
    shown = Shown(live=live, language=spoken, media=lambda path: _inside(desk, path), go=lambda place: "#", form=form)
    return whole_page(content, shown)


def _inside(desk: Desk, path: str) -> str:
    """Return a picture as a data address: the app shows no other host's, and the page is in a frame without one."""
    file = desk.folder.media / Path(path).name
    suffix = file.suffix.removeprefix(".").replace("jpg", "jpeg")
    try:
        return f"data:image/{suffix};base64,{b64encode(file.read_bytes()).decode()}"
    except OSError:
        return ""
