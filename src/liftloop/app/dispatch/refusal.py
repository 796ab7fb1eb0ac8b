"""What every marketing mail carries beside its words: the person's own links to refuse it."""

import re
from collections.abc import Mapping
from html import escape

from msgspec.structs import replace

from liftloop.app.preference_links import Link, addresses
from liftloop.compose.contract import Rendered
from liftloop.storage.contract import Vault

_END = re.compile(r"</body\s*>", re.IGNORECASE)
_STYLE = "font-size:12px;line-height:18px;color:#57606a;text-align:center;margin:24px 8px 8px"


class Links:
    """Makes the links of one channel's people; none where readers cannot reach this installation."""

    def __init__(self, vault: Vault, public_url: str, medium: str) -> None:
        self._vault = vault
        self._public_url = public_url
        self._medium = medium

    def of(self, profile: int) -> Mapping[str, str]:
        """Return a person's links by the variable that names each."""
        return addresses(self._vault, self._public_url, Link(number=profile, medium=self._medium))


def with_footer(rendered: Rendered, links: Mapping[str, str], language: str) -> Rendered:
    """Return a mail that shows how to refuse it; one that has a link of its own is left as it is."""
    if not links or any(escape(link) in rendered.body or link in rendered.body for link in links.values()):
        return rendered
    refuse, choose = (
        ("退订", "选择接收哪些消息") if language.startswith("zh") else ("Unsubscribe", "Choose what to get")
    )
    line = (
        f'<p style="{_STYLE}"><a href="{escape(links["unsubscribe_url"])}">{refuse}</a> · '
        f'<a href="{escape(links["preference_url"])}">{choose}</a></p>'
    )
    end = _END.search(rendered.body)
    place = end.start() if end else len(rendered.body)
    return replace(rendered, body=rendered.body[:place] + line + rendered.body[place:])
