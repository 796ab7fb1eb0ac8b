"""Takes what people say of messages by their signed link: a page to choose on, one click that ends mails (RFC 8058).

A change is a consent as any other: append-only, with where it was given and which words stood there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, TypeVar

import msgspec
import numpy as np
from msgspec import Struct

from liftloop.app.form_page import MARK, MARK_AGE_MS_MAX
from liftloop.app.form_page import mark_of as visit_mark
from liftloop.app.form_page import read_mark as read_visit
from liftloop.app.preference_links import PREFERENCES, UNSUBSCRIBE, Link, read_mark
from liftloop.app.preference_page import NONE, TEXT_VERSION, Choice, preference_page
from liftloop.app.requests import Answer, Scope, language
from liftloop.app.tick.worker import Worker
from liftloop.collect.drafting import PURPOSES
from liftloop.deliver.contract import FOR_COLLEAGUES, ChannelDefinition
from liftloop.deliver.media import medium_of
from liftloop.identify.reading import follow
from liftloop.kernel.clock import SECOND_MS, Clock
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import Language
from liftloop.profile.contract import GRANTED, WITHDRAWN
from liftloop.profile.reading import consents_of
from liftloop.runtime import people
from liftloop.storage.contract import Vault

T = TypeVar("T")

EVERYWHERE = "all"
"""The channel of a consent that is of none: whether recommendations may be personal."""
SOURCE, ONE_CLICK = "preferences", "one_click"
assert "profiling" in PURPOSES

_WHO = (
    "SELECT kind, text FROM identifier WHERE profile IN (?, ?) AND kind IN ('user_id', 'anonymous_id') AND text <> ''"
    " ORDER BY kind <> 'user_id', at_ms LIMIT 1"
)

Take = Callable[[bytes], Awaitable[None]]
"""Take a batch of messages of ours into the log."""


def named(worker: Worker, number: int) -> Mapping[str, str] | None:
    """Return how messages name a profile, merges followed; None where it is not known. Asked between two ticks."""
    fold = worker.fold
    slots = follow(fold.state, people.slots(fold.state, np.array([number], dtype=np.int64)))
    if slots[0] < 0:
        return None
    rows = fold.rows(_WHO, (int(people.numbers(fold.state, slots)[0]), number))
    if not rows:
        return None
    kind, text = rows[0]
    return {"userId" if kind == "user_id" else "anonymousId": str(text)}


class Person(Struct, frozen=True, kw_only=True):
    """Whoever a link belongs to: how they are named, and what they allow."""

    named: Mapping[str, str]
    choices: Sequence[Choice]


class Preferences:
    """Answers the signed links of people."""

    def __init__(self, worker: Worker, vault: Vault, clock: Clock, key: bytes, take: Take) -> None:
        self._worker = worker
        self._vault = vault
        self._clock = clock
        self._key = key
        self._take = take

    async def respond(self, scope: Scope, filled: Mapping[str, str], asked: Mapping[str, str]) -> Answer | None:
        """Return the answer to a link, None where it is not one of ours; `filled` is what was posted."""
        path: str = scope["path"]
        one_click = path.startswith(UNSUBSCRIBE)
        mark = path.removeprefix(UNSUBSCRIBE if one_click else PREFERENCES)
        link = read_mark(self._vault, mark)
        person = None if link is None else await self._asked(lambda: self._person(link))
        if link is None or person is None:
            return None
        if one_click and scope["method"] == "POST" and MARK not in filled:
            await self._say(link, person, [Choice(channel=link.medium, purpose="marketing", allowed=False)], ONE_CLICK)
            return Answer(200, b"{}")
        reads = _language(filled.get("lang") or asked.get("lang") or language(scope))
        return await self._page(link, person, filled if scope["method"] == "POST" else None, reads)

    async def _page(self, link: Link, person: Person, filled: Mapping[str, str] | None, reads: Language) -> Answer:
        now_ms = self._clock.now_ms()
        fresh = visit_mark(self._key, _visited(link), token_hex(8), now_ms)
        if filled is None:
            return preference_page(person.choices, fresh, reads)
        visit = read_visit(self._key, _visited(link), filled.get(MARK, ""))
        if visit is None or not 0 <= now_ms - visit[0] <= MARK_AGE_MS_MAX:
            return preference_page(person.choices, fresh, reads, "again")
        wanted = [
            msgspec.structs.replace(each, allowed=NONE not in filled and bool(filled.get(each.name)))
            for each in person.choices
        ]
        changed = [new for new, old in zip(wanted, person.choices, strict=True) if new.allowed != old.allowed]
        if changed:
            await self._say(link, person, changed, SOURCE)
        return preference_page(wanted, fresh, reads, "saved")

    async def _say(self, link: Link, person: Person, changed: Sequence[Choice], source: str) -> None:
        now_ms = self._clock.now_ms()
        consents = [
            {
                "channel": each.channel,
                "purpose": each.purpose,
                "status": "granted" if each.allowed else "withdrawn",
                "source": source,
                "text_version": TEXT_VERSION,
                "at": now_ms,
            }
            for each in changed
        ]
        message: dict[str, Any] = {
            "type": "identify",
            "messageId": f"{source}:{link.number:x}:{token_hex(8)}",
            "timestamp": datetime.fromtimestamp(now_ms / SECOND_MS, UTC).isoformat(timespec="milliseconds"),
            "context": {"consents": consents},
            **person.named,
        }
        await self._take(canonical_json({"batch": [message]}))

    def _person(self, link: Link) -> Person | None:
        """Read whose link it is, between two ticks."""
        fold = self._worker.fold
        slots = follow(fold.state, people.slots(fold.state, np.array([link.number], dtype=np.int64)))
        if slots[0] < 0:
            return None
        who = named(self._worker, link.number)
        if who is None:
            return None
        channels = [
            msgspec.convert(each.body, type=ChannelDefinition, strict=False)
            for each in fold.catalog.live("channel").values()
        ]
        media = {medium_of(each) for each in channels if each.kind not in FOR_COLLEAGUES} | {link.medium}
        marketing = [
            Choice(
                channel=medium,
                purpose="marketing",
                allowed=bool(consents_of(fold.state, slots, medium, "marketing")[0] == GRANTED),
            )
            for medium in sorted(media - {""})
        ]
        personal = consents_of(fold.state, slots, EVERYWHERE, "profiling")[0] != WITHDRAWN
        return Person(
            named=who,
            choices=[*marketing, Choice(channel=EVERYWHERE, purpose="profiling", allowed=bool(personal))],
        )

    async def _asked(self, question: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._worker.ask(question))


def _visited(link: Link) -> str:
    return f"preferences:{link.number:x}"


def _language(wanted: str) -> Language:
    return "en" if wanted.lower().startswith("en") else "zh-CN"
