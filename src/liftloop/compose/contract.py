"""What content is, and what rendering one message needs and returns."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Content(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words for one channel kind; kind `content` among the definitions. Liquid in subject and body."""

    id: str
    subject: str = ""
    body: str
    language: str = "zh-CN"


class Rendered(Struct, frozen=True, kw_only=True):
    """A message in words."""

    subject: str
    body: str


class RenderFailed(Exception):
    """The template could not be rendered for this person; `reason` is stable, `detail` names the variable or limit."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Problem(Struct, frozen=True, kw_only=True):
    """Something a static check found in a template."""

    code: str
    zh: str
    en: str
    variable: str = ""


Variables = Mapping[str, Any]
"""`customer` (attributes by name), `item`, `offer`, `campaign`."""
