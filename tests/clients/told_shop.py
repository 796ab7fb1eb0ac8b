"""What clients told a server: read back from its log, and what it made of it from its API."""

import json
import sqlite3
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

from serving import Running

from liftloop.storage.contract import RECORDS, Record

PATIENCE_S = 20.0
LOOK_EVERY_S = 0.05


class Shop:
    """A running server, and what has reached it."""

    def __init__(self, running: Running) -> None:
        self.track_url = running.track_url
        self.app_url = running.app_url
        self.key = running.key
        self._data = running.data
        self._token = running.token

    def records(self, prefix: str) -> list[Record]:
        """Return the durable records of people whose ids begin so, in order."""
        log = sqlite3.connect(f"file:{self._data / 'log.db'}?mode=ro", uri=True)
        try:
            bodies = [body for (body,) in log.execute("SELECT body FROM entry ORDER BY first")]
        finally:
            log.close()
        everything = [record for body in bodies for record in RECORDS.decode(body)]
        return [each for each in everything if each.user_id.startswith(prefix) or each.anonymous_id.startswith(prefix)]

    def wait(self, prefix: str, count: int) -> list[Record]:
        """Return the records once there are `count`; clients send when they please."""
        return self.wait_for(lambda: self.records(prefix), lambda found: len(found) >= count)

    def wait_for(self, look: Callable[[], Any], enough: Callable[[Any], bool]) -> Any:
        until = time.monotonic() + PATIENCE_S
        found = look()
        while not enough(found) and time.monotonic() < until:
            time.sleep(LOOK_EVERY_S)
            found = look()
        return found

    def profiles(self, query: str) -> list[Any]:
        return self.get(f"/api/profiles?q={urllib.parse.quote(query)}")["profiles"]

    def person(self, query: str) -> Any:
        """Return the one person of an identifier once the server has folded them."""
        found = self.wait_for(lambda: self.profiles(query), bool)
        assert len(found) == 1, found
        return self.get(f"/api/profiles/{found[0]['profile_id']}")

    def traits(self, query: str) -> dict[str, Any]:
        return {trait["id"]: trait["value"] for trait in self.person(query)["traits"]}

    def get(self, path: str) -> Any:
        request = urllib.request.Request(self.app_url + path, headers={"Authorization": f"Bearer {self._token}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
