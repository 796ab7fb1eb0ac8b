"""All around accounts of one installation, wired: the people, their sign-ins, tokens and the trail."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from liftloop.app.access_rules import ACCESS, SIGN_IN, AccessRules, Provider
from liftloop.app.accounts.credentials import code_secret
from liftloop.app.accounts.directory import Directory
from liftloop.app.accounts.looks import Looks
from liftloop.app.accounts.sessions import Sessions
from liftloop.app.accounts.single_sign_on import SingleSignOn
from liftloop.app.accounts.tokens import Tokens
from liftloop.app.accounts.trail import Trail
from liftloop.app.definitions.publishing import Definitions
from liftloop.app.definitions.secrets import open_secret, sealed_text
from liftloop.app.tick_client import TickClient
from liftloop.kernel.clock import Clock
from liftloop.storage.contract import Vault
from liftloop.storage.embedded.accounts import SqliteAccounts


class Accounts:
    """Sign-ins are timed by the wall, whatever the installation's clock; the trail by the installation's."""

    def __init__(
        self, path: Path, definitions: Definitions, tick: TickClient, vault: Vault, clock: Clock, wall: Clock
    ) -> None:
        self.file = SqliteAccounts(path)
        """Calls to a language model are kept in it too."""
        self._definitions = definitions
        self._tick = tick
        self._vault = vault
        self.directory = Directory(self.file, wall)
        self.sessions = Sessions(self.file, self.directory, wall, self.rules, self._opened)
        self.tokens = Tokens(self.file, wall)
        self.trail = Trail(self.file, clock)
        self.looks = Looks(self.trail, clock)
        self.single_sign_on = SingleSignOn(self.file, self.directory, wall, self.provider)

    def rules(self) -> AccessRules:
        return msgspec.convert(self._setting(ACCESS), type=AccessRules, strict=False)

    def provider(self) -> Provider:
        """Return the provider of single sign-on with its secret in the clear."""
        provider = msgspec.convert(self._setting(SIGN_IN), type=Provider, strict=False)
        return msgspec.structs.replace(provider, client_secret=open_secret(provider.client_secret, self._vault))

    async def offer_codes(self, account: str) -> bytes:
        """Return a secret for one-time codes, kept sealed until its first code is told."""
        secret = code_secret()
        self.sessions.offer(account, await sealed_text(f"account/{account}", secret, self._tick.seal))
        return secret

    def close(self) -> None:
        self.file.close()

    def _setting(self, identity: str) -> Mapping[str, Any]:
        return self._definitions.setting(identity)

    def _opened(self, sealed: str) -> bytes:
        return bytes.fromhex(open_secret(sealed, self._vault))
