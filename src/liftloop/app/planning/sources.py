"""What planning and measuring read: the lake, the state, the live definitions and the catalogue of metrics."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from msgspec import Struct

from liftloop.app.shop_clock import SHANGHAI_OFFSET_MINUTES
from liftloop.plan.goal.catalogue import Catalogue
from liftloop.storage.contract import LakeReader, StateReader


class Definitions(Struct, frozen=True, kw_only=True):
    """Live definitions as plain bodies by id."""

    offers: Mapping[str, Mapping[str, Any]]
    channels: Mapping[str, Mapping[str, Any]]
    """Those that can carry marketing now."""
    contents: Mapping[str, Mapping[str, Any]]
    campaigns: Mapping[str, Mapping[str, Any]]
    unapproved: Mapping[str, Mapping[str, Any]] = {}
    """Channels that wait for their provider to approve a 签名 and template: no options until then."""
    audiences: Mapping[str, Mapping[str, Any]] = {}
    """Everything that has a tree, by the id under which conditions name it: tags as `tag:x`, levels as `level:x`."""
    traits: Mapping[str, Mapping[str, Any]] = {}
    settings: Mapping[str, Mapping[str, Any]] = {}
    fields: Mapping[str, Mapping[str, Any]] = {}
    """Custom fields, which say what attributes and their values are called."""
    offered: Mapping[str, Mapping[str, Any]] = {}
    """Groups that nobody published and that goals may name all the same: those of opportunities."""

    @property
    def named(self) -> dict[str, Mapping[str, Any]]:
        """Return the groups that a goal may name: all that have a tree, then what is offered under no name of these."""
        taken = {body["name"] for body in self.audiences.values()}
        offered = {identity: body for identity, body in self.offered.items() if body["name"] not in taken}
        return {**self.audiences, **offered}


class Sources(Struct, frozen=True, kw_only=True):
    """Everything that planning and measuring read; nothing of it is written."""

    lake: LakeReader
    state: StateReader
    definitions: Definitions
    catalogue: Catalogue
    now_ms: int
    offset_minutes: int = SHANGHAI_OFFSET_MINUTES

    def now(self) -> datetime:
        zone = timezone(timedelta(minutes=self.offset_minutes))
        return datetime.fromtimestamp(self.now_ms / 1_000, UTC).astimezone(zone)
