"""The language model of an installation: see and set it, try it, ask it for words within its budget, and its calls."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.app.callers import current, told
from liftloop.app.definitions.publishing import Definitions
from liftloop.app.definitions.secrets import hidden, opened
from liftloop.app.language_model.contract import Asked, Call, Outcome, Purpose, Usage, Worded
from liftloop.app.language_model.ledger import Ledger
from liftloop.app.language_model.outcomes import outcome_words
from liftloop.app.language_model.telling import most_tokens, personal_in
from liftloop.app.language_model.telling import told as all_told
from liftloop.app.model_settings import SETTING, ModelSettings
from liftloop.app.registry import USE_CASES
from liftloop.compose.contract import Carrier
from liftloop.compose.drafting.brief import Brief, Spoken
from liftloop.kernel.clock import Clock
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.kernel.errors import Language
from liftloop.plugins.channels.contract import Network
from liftloop.storage.contract import Vault, VaultDamaged
from liftloop.storage.embedded.accounts import SqliteAccounts

KIND = "setting"
AT_ONCE_MAX = 4
"""Calls under way: more would only wait for each other at the provider."""
Objection = Callable[[Spoken], Sequence[str]]
Connect = Callable[[ModelSettings, Sequence[Network]], AbstractAsyncContextManager[Any]]


class Sheet(Struct, frozen=True, kw_only=True):
    """How the model is set."""

    version: int
    """0 where it never was."""
    on: bool
    installed: bool
    settings: Mapping[str, Any]
    """Whole, the key as set or not."""
    usage: Usage
    may_change: bool


class LanguageModel:
    """One for the desk."""

    def __init__(
        self, definitions: Definitions, file: SqliteAccounts, vault: Vault, clock: Clock, allow: Sequence[Network]
    ) -> None:
        """Begin; `allow` names the private networks in which a model of one's own may be."""
        self._definitions = definitions
        self._vault = vault
        self._allow = allow
        self._under_way = 0
        self.ledger = Ledger(file, clock)
        self.connect: Connect | None = None
        """Another way to a model than by its protocol; for tests."""

    def sheet(self) -> Sheet:
        """Return how it is set, and what this month came to."""
        stored = self._definitions.setting(SETTING)
        settings = _shaped(stored)
        return Sheet(
            version=self._definitions.last_version(KIND, SETTING) if stored else 0,
            on=bool(settings.address),
            installed=_installed(),
            settings=_shown(settings),
            usage=self.ledger.usage(self.ledger.month()),
            may_change=current().may(USE_CASES["model.change"]),
        )

    async def put(self, body: Mapping[str, Any], version: int | None, actor: str) -> Sheet:
        """Set it; `version` is the one that was read. Raises `BadDefinition`, `Conflict`, `Forbidden`."""
        before = _shown(_shaped(self._definitions.setting(SETTING)))
        wanted = None if version is None else version + 1
        await self._definitions.publish(KIND, SETTING, body, actor, version=wanted)
        sheet = self.sheet()
        told(before=before, after=dict(sheet.settings))
        return sheet

    async def tried(self, language: Language) -> Asked | None:
        """Ask for the words of an example, within the budget; None where no model is set."""
        brief = Brief(
            language=language,
            purpose="marketing",
            carrier=Carrier(id="", kind=""),
            short="新品到店" if language == "zh-CN" else "new arrivals",
            item="桂花乌龙茶" if language == "zh-CN" else "osmanthus oolong tea",
        )
        return await self.words(brief, lambda spoken: (), "trial")

    async def words(self, brief: Brief, objections: Objection, purpose: Purpose) -> Asked | None:
        """Return words for a brief, or why there are none; None where no model is set. It never raises for a model."""
        settings = _shaped(self._definitions.setting(SETTING))
        if not settings.address:
            return None
        if not _installed():
            return _without("missing")
        prompt = all_told(brief)
        if personal_in(prompt):
            return _without("personal")
        if self._under_way >= AT_ONCE_MAX:
            return _without("busy")
        try:
            settings = _shaped(opened(KIND, self._definitions.setting(SETTING), self._vault))
        except VaultDamaged:
            return _without("locked")
        most = most_tokens(brief)
        reserved = self.ledger.reserve(settings, current().actor, purpose, prompt, most)
        if reserved is None:
            return _without("over_budget")
        self._under_way += 1
        try:
            worded, took_ms = await self._asked(settings, prompt, objections)
        finally:
            self._under_way -= 1
        cost = self.ledger.settle(reserved, settings, worded, most, took_ms)
        return Asked(
            outcome=worded.outcome,
            says=outcome_words(worded.outcome, worded.why),
            words=worded.words,
            tokens_in=worded.tokens_in,
            tokens_out=worded.tokens_out,
            cost_fen=cost,
            took_ms=took_ms,
        )

    def calls(self, month: str) -> tuple[Usage, list[Call]]:
        """Return what a month came to, and its calls, the newest first; empty means this month."""
        month = month or self.ledger.month()
        return self.ledger.usage(month), self.ledger.calls(month)

    async def _asked(self, settings: ModelSettings, prompt: str, objections: Objection) -> tuple[Worded, int]:
        """Return what was answered, and after how many milliseconds."""
        base = "liftloop.app.language_model"
        wording = await asyncio.to_thread(import_module, f"{base}.wording")  # Most of a second, the first time.
        connect = self.connect or (await asyncio.to_thread(import_module, f"{base}.connecting")).connected
        began = time.monotonic()
        async with connect(settings, self._allow) as model:
            worded = await wording.worded(model, prompt, objections, settings.timeout_s)
        return worded, round((time.monotonic() - began) * 1000)


def _installed() -> bool:
    return all(find_spec(each) is not None for each in ("pydantic_ai", "openai", "anthropic"))


def _without(outcome: Outcome) -> Asked:
    return Asked(outcome=outcome, says=outcome_words(outcome))


def _shaped(body: Mapping[str, Any]) -> ModelSettings:
    return msgspec.convert(body, type=ModelSettings, strict=False)


def _shown(settings: ModelSettings) -> dict[str, Any]:
    return hidden(KIND, parse_object(canonical_json(settings)))
