"""Short links of messages: numbered here, kept in the commit before their message leaves, read by the tick."""

from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from liftloop.app.dispatch.words import Due
from liftloop.app.issued_links import LAST, LINK_PATH, NO_LINKS, PICTURE_PATH, NewLinks
from liftloop.compose.contract import ContentRules
from liftloop.compose.reading import SETTING as CONTENTS
from liftloop.deliver.contract import Channel, Message
from liftloop.deliver.links import (
    SETTING,
    LinkSettings,
    Target,
    marked_text,
    replaced,
    token_of,
    with_picture,
    with_utm,
)
from liftloop.kernel.clock import DAY_MS
from liftloop.storage.contract import Row, StateReader, Vault

KEPT_MS = 400 * DAY_MS
"""A link in a mail of last year's festival still leads somewhere this year."""

_TARGETS = "SELECT id, url, channel, campaign FROM link_target ORDER BY id DESC LIMIT 100000"
_SETTINGS = "SELECT id, version, body FROM definition WHERE kind = 'setting' AND status = 'live' AND id IN (?, ?)"


class Links:
    """Replaces links of one batch after another; it alone numbers them."""

    def __init__(
        self,
        state: StateReader,
        vault: Vault,
        medium_of: Callable[[str], str],
        read: Callable[[str], Sequence[Row]],
    ) -> None:
        self._state = state
        self._vault = vault
        self._medium_of = medium_of
        self._last, self._last_target = read(LAST)[0]
        self._targets: dict[Target, int] = {
            Target(url=url, channel=channel, campaign=campaign): number
            for number, url, channel, campaign in read(_TARGETS)
        }
        self._read: tuple[object, LinkSettings, str] = ((), LinkSettings(), "")

    def marked(
        self, said: Sequence[tuple[Due, Message]], channel: Channel, now_ms: int
    ) -> tuple[list[tuple[Due, Message]], NewLinks]:
        """Return messages with links of ours, and what must be kept before they leave."""
        settings, public = self._settings()
        if not public or not settings.track or channel.address_kind == "group":
            return list(said), NO_LINKS
        batch = _Batch(self, channel, now_ms, (settings, public))
        return [(due, batch.message(due, message)) for due, message in said], batch.new

    def number(self, target: Target, targets: list[Row]) -> tuple[int, int]:
        """Return the next number of a link and that of its target, which is new where it joins `targets`."""
        found = self._targets.get(target)
        if found is None:
            self._last_target += 1
            found = self._targets[target] = self._last_target
            targets.append((found, target.url, target.channel, target.campaign))
        self._last += 1
        return self._last, found

    def token(self, number: int, key: str, target: Target) -> str:
        return token_of(number, self._vault.keyed_hash("link", marked_text(number, key, target)) % 2**35)

    def medium(self, channel: str) -> str:
        return self._medium_of(channel)

    def _settings(self) -> tuple[LinkSettings, str]:
        rows = self._state.rows(_SETTINGS, (SETTING, CONTENTS))
        key = tuple((identity, version) for identity, version, _ in rows)
        if key != self._read[0]:
            bodies = {identity: body for identity, _, body in rows}
            rules = msgspec.json.decode(bodies.get(CONTENTS, b"{}"), type=ContentRules)
            settings = msgspec.json.decode(bodies.get(SETTING, b"{}"), type=LinkSettings)
            self._read = (key, settings, rules.public_url.rstrip("/"))
        return self._read[1], self._read[2]


class _Batch:
    def __init__(self, links: Links, channel: Channel, now_ms: int, how: tuple[LinkSettings, str]) -> None:
        self._links = links
        self._channel = channel
        self._now_ms = now_ms
        self._settings, self._public = how
        self._targets: list[Row] = []
        self._rows: list[Row] = []

    @property
    def new(self) -> NewLinks:
        return NewLinks(targets=self._targets, links=self._rows)

    def message(self, due: Due, message: Message) -> Message:
        mail = self._channel.address_kind == "email"
        envelope = due.envelope
        name = self._channel.name

        def short(url: str) -> str:
            if self._settings.utm:
                url = with_utm(url, name, self._links.medium(name), envelope.campaign)
            return f"{self._public}{LINK_PATH}{self._token(due, url)}"

        body = replaced(message.body, mail, self._public, short)
        if mail and self._settings.pixel:
            body = with_picture(body, f"{self._public}{PICTURE_PATH}{self._token(due, '')}.gif")
        return message if body == message.body else replace(message, body=body)

    def _token(self, due: Due, url: str) -> str:
        envelope = due.envelope
        target = Target(url=url, channel=self._channel.name, campaign=envelope.campaign)
        number, place = self._links.number(target, self._targets)
        self._rows.append((number, envelope.key, envelope.profile, place, self._now_ms))
        return self._links.token(number, envelope.key, target)
