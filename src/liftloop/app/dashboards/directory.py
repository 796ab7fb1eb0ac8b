"""Lists, reads, saves and ends dashboards, as far as the caller may see them."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.app.callers import current
from liftloop.app.dashboards.asking import own_personal
from liftloop.app.dashboards.checking import check_dashboard
from liftloop.app.dashboards.ready import READY
from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.registry import ROLES
from liftloop.app.words import Said
from liftloop.kernel.dice import hash_text
from liftloop.kernel.errors import EXIT_REFUSED, LiftloopError
from liftloop.measure.dashboards import KIND, Dashboard


class NotYours(LiftloopError):
    """Somebody else's dashboard, or one that comes with Liftloop."""

    def __init__(self) -> None:
        super().__init__(
            "not_your_dashboard",
            zh="这个看板不能直接改",
            en="this dashboard cannot be changed in place",
            next_zh="存成自己的一份再改",
            next_en="save a copy of your own and change that",
            status=403,
            exit_code=EXIT_REFUSED,
        )


class Listed(Struct, frozen=True, kw_only=True):
    """A dashboard that the caller may see; `version` is 0 for those that come with Liftloop."""

    id: str
    name: Said
    dashboard: Dashboard
    version: int
    changed_ms: int | None
    mine: bool
    """Whether the caller may change it."""


class Dashboards:
    """The dashboards of one installation."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listed(self) -> list[Listed]:
        """Return what the caller may see: their own and shared ones by name, then those that are ready."""
        own = [self._listed(identity, body) for identity, body in self._desk.definitions.live(KIND).items()]
        seen = sorted((each for each in own if each is not None), key=lambda each: each.name.zh)
        return [*seen, *(self.read(identity) for identity in READY)]

    def read(self, identity: str) -> Listed:
        """Return one dashboard; raises `NotFound` also where the caller may not see it."""
        if identity in READY:
            ready = READY[identity]
            return Listed(
                id=identity, name=ready.name, dashboard=ready.dashboard, version=0, changed_ms=None, mine=False
            )
        body = self._desk.definitions.live(KIND).get(identity)
        found = None if body is None else self._listed(identity, body)
        if found is None:
            raise NotFound(KIND, identity)
        return found

    async def save(self, identity: str | None, dashboard: Dashboard, version: int | None) -> Listed:
        """Publish a dashboard, a new one without an id; `version` is the one it was made from.

        Raises `BadTile`, `PersonalField`, `NotYours` and `Conflict`.
        """
        check_dashboard(dashboard, own_personal(self._desk))
        caller = current()
        if identity is None:
            drawn = hash_text(KIND, dashboard.name, caller.actor, str(self._desk.clock.now_ms()))
            identity, owner = f"board_{drawn:016x}"[:18], caller.actor
        else:
            before = self.read(identity)
            if not before.mine:
                raise NotYours
            owner = before.dashboard.owner
        body = msgspec.to_builtins(replace(dashboard, owner=owner))
        following = None if version is None else version + 1
        await self._desk.definitions.publish(KIND, identity, body, caller.actor, version=following)
        return self.read(identity)

    async def remove(self, identity: str) -> None:
        """End a dashboard; its versions stay, and it can be brought back from the audit."""
        if not self.read(identity).mine:
            raise NotYours
        await self._desk.definitions.retire(KIND, identity, current().actor)

    def _listed(self, identity: str, body: Mapping[str, Any]) -> Listed | None:
        dashboard = msgspec.convert(body, type=Dashboard, strict=False)
        caller = current()
        own = dashboard.owner == caller.actor or caller.role == "admin"
        shown = own or (dashboard.shared != "me" and ROLES.index(caller.role) >= ROLES.index(dashboard.shared))
        if not shown:
            return None
        version, _, at_ms, _ = self._desk.definitions.newest(KIND, identity)
        return Listed(
            id=identity,
            name=Said(dashboard.name, dashboard.name),
            dashboard=dashboard,
            version=version,
            changed_ms=at_ms,
            mine=own or (dashboard.shared != "me" and ROLES.index(caller.role) >= ROLES.index("operator")),
        )
