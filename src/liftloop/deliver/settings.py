"""What the gate goes by: frequency caps, quiet hours; kind `setting`, id `delivery` among the definitions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.compose.contract import ContentReview, ContentRules
from liftloop.compose.reading import REVIEW
from liftloop.compose.reading import SETTING as CONTENTS
from liftloop.deliver.content_law import ContentLaw
from liftloop.deliver.contract import (
    APPROVED_FIRST,
    FOR_COLLEAGUES,
    ONE_CONSENT_EACH,
    SERVICE_ONLY,
    Capacity,
    ChannelDefinition,
)
from liftloop.deliver.coupons import COUPON_CHANNEL
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS, MINUTE_MS
from liftloop.plan.contract import Action, Campaign, Cap
from liftloop.runtime.contract import Definitions, StateView

T = TypeVar("T")

REMEMBERED_DAYS = 93
"""A cap that is lengthened finds its past: up to a quarter, messages are counted whether a cap asks for them or not."""
DAY_MINUTES = 24 * 60
SHANGHAI_OFFSET_MINUTES = 8 * 60
"""China has one zone and no summer time."""


def daily(capacity: Capacity) -> int:
    """Return how many messages a channel carries a day, by its quota and by what its staff confirm; 0 for no limit."""
    by_hour = capacity.per_hour * max(capacity.until_hour - capacity.from_hour, 0)
    given = [each for each in (capacity.per_day, by_hour) if each > 0]
    return min(given, default=0)


class QuietHours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Local minutes of the day between which no marketing is handed over; may pass midnight."""

    from_minute: int
    until_minute: int
    offset_minutes: int = SHANGHAI_OFFSET_MINUTES

    def opening_ms(self, now_ms: int) -> int:
        """Return the first instant at or after now that is not quiet."""
        minute = (now_ms // MINUTE_MS + self.offset_minutes) % DAY_MINUTES
        length = (self.until_minute - self.from_minute) % DAY_MINUTES
        into = (minute - self.from_minute) % DAY_MINUTES
        if into >= length:
            return now_ms
        return (now_ms // MINUTE_MS + length - into) * MINUTE_MS


NIGHT = QuietHours(from_minute=22 * 60, until_minute=8 * 60)
"""What the rule CN-HOURS keeps free of mainland marketing by SMS and call; providers refuse it then."""


class HeldEverywhere(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People whom no marketing reaches for a quarter, drawn anew each quarter: what all of it together brings."""

    share: float = 0.05


class Fatigue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever answered none of so many marketing messages in a row hears none for so many days after the last."""

    unanswered: int = 3
    pause_days: float = 14.0


class DeliverySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules for all marketing messages, whoever sends them."""

    caps: Sequence[Cap] = (Cap(count=3, days=7),)
    quiet_hours: QuietHours | None = QuietHours(from_minute=21 * 60, until_minute=8 * 60)
    """By default 21:00 to 08:00: what mainland rules allow for marketing by SMS and call."""
    fatigue: Fatigue | None = None
    """None: nobody is left in peace for not answering. It takes receipts, or visits and purchases that are told."""
    tickets_first: bool = True
    """Whoever has an open ticket hears no marketing until it is closed."""
    held_everywhere: HeldEverywhere | None = None
    """None: nobody is left alone by all campaigns; the proof costs what these people would have brought."""


Complaining = Callable[[StateView], NDArray[np.int64]]
"""Return the slots of people with an open ticket. Tickets lie downstream, so who knows of them is handed in."""


def nobody_complains(state: StateView) -> NDArray[np.int64]:
    return np.zeros(0, dtype=np.int64)


class Rules(Struct, frozen=True, kw_only=True):
    """Everything live that the gate needs."""

    settings: DeliverySettings
    channels: Mapping[str, ChannelDefinition]
    content_versions: Mapping[str, int]
    law: ContentLaw
    """What keeps words from leaving."""
    pools: Mapping[str, int]
    """Coupon pools by version."""
    campaigns: Mapping[str, Campaign]
    retired: frozenset[str]
    """Campaigns that are no more."""
    complaining: Complaining = nobody_complains

    def version_of(self, action: Action) -> int:
        """Return the version of an action's content, of its pool where it gives a coupon without words."""
        of = self.pools if action.channel == COUPON_CHANNEL else self.content_versions
        return of[action.content]

    def ended(self, campaign: str, now_ms: int) -> str:
        """Return why a campaign sends nothing any more, empty while it runs or where there is none."""
        if campaign in self.retired:
            return "campaign_retired"
        if campaign in self.campaigns and self.campaigns[campaign].stopped_ms:
            return "campaign_stopped"
        return "campaign_ended" if now_ms > self.ends_ms(campaign) else ""

    def paused(self, campaign: str) -> bool:
        """Return whether a campaign's messages are held back for now."""
        return self.paused_by(campaign) != ""

    def paused_by(self, campaign: str) -> str:
        """Return why a campaign's messages are held back, empty where they are not."""
        return self.campaigns[campaign].paused if campaign in self.campaigns else ""

    def canary_share(self, campaign: str) -> float | None:
        """Return the share that is written to while a campaign's canary runs, None where everybody is."""
        canary = self.campaigns[campaign].canary if campaign in self.campaigns else None
        return canary.share if canary is not None and not canary.passed_ms else None

    def limited(self, campaign: str, purpose: str) -> bool:
        """Return whether a message is paid from a limited budget: marketing of a campaign that has one."""
        return purpose == "marketing" and campaign in self.campaigns and bool(self.campaigns[campaign].budget_fen)

    def ends_ms(self, campaign: str) -> int:
        """Return the last instant at which a campaign's messages may leave."""
        return self.campaigns[campaign].ends_ms if campaign in self.campaigns else FAR_FUTURE_MS

    def caps_of(self, campaign: str) -> list[Cap]:
        """Return the caps that hold for a campaign's messages: everybody's and its own."""
        own = self.campaigns[campaign].caps if campaign in self.campaigns else ()
        return [*self.settings.caps, *own]

    def remembered_ms(self) -> int:
        """Return how far back messages are counted: as far as the longest cap, and a quarter at least."""
        caps = [cap for campaign in self.campaigns.values() for cap in campaign.caps]
        longest = max((cap.days for cap in (*caps, *self.settings.caps)), default=0.0)
        return int(max(longest, REMEMBERED_DAYS) * DAY_MS)


def settings_of(definitions: Definitions) -> DeliverySettings:
    """Return the rules for all marketing messages, the usual ones where none were published."""
    setting = definitions.live("setting").get("delivery")
    return _read(setting.body, DeliverySettings) if setting else DeliverySettings()


def rules_of(definitions: Definitions, complaining: Complaining = nobody_complains) -> Rules:
    """Return the rules that hold now; raises where a published definition was not checked, which is our fault."""
    campaigns = definitions.live("campaign")
    return Rules(
        settings=settings_of(definitions),
        complaining=complaining,
        channels={
            identity: _read(each.body, ChannelDefinition) for identity, each in definitions.live("channel").items()
        },
        law=_law(definitions),
        content_versions={identity: each.version for identity, each in definitions.live("content").items()},
        pools={identity: each.version for identity, each in definitions.live("pool").items()},
        campaigns={identity: _read(each.body, Campaign) for identity, each in campaigns.items()},
        retired=frozenset(each.id for each in definitions.versions("campaign")) - set(campaigns),
    )


def opening_ms(rules: Rules, channel: ChannelDefinition, now_ms: int) -> int:
    """Return the first instant at or after now at which marketing may leave through a channel."""
    quiet = [rules.settings.quiet_hours] if rules.settings.quiet_hours else []
    quiet += [NIGHT] if rules.law.keeps_nights(channel, "marketing") else []
    at_ms = now_ms
    for _ in range(2):  # What one opens into may be quiet by the other.
        for hours in quiet:
            at_ms = hours.opening_ms(at_ms)
    return at_ms


def _law(definitions: Definitions) -> ContentLaw:
    setting = definitions.live("setting").get(CONTENTS)
    return ContentLaw(
        contents={identity: each.body for identity, each in definitions.live("content").items()},
        reviews={identity: _read(each.body, ContentReview) for identity, each in definitions.live(REVIEW).items()},
        rules=_read(setting.body, ContentRules) if setting else ContentRules(),
    )


def for_customers(channels: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the channels by which customers can be reached: robots and apps of WeCom speak to colleagues."""
    return {identity: body for identity, body in channels.items() if body.get("kind") not in FOR_COLLEAGUES}


def for_marketing(channels: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the channels by which marketing may reach customers."""
    return {
        identity: body for identity, body in for_customers(channels).items() if body.get("kind") not in SERVICE_ONLY
    }


def lacks_approval(channel: Mapping[str, Any]) -> bool:
    """Tell whether a channel has no 签名 or template yet that its provider approved, and so can carry no marketing."""
    settings = channel.get("settings") or {}
    known = {**settings, "template": settings.get("template") or settings.get("templates")}
    return any(not known.get(name) for name in APPROVED_FIRST.get(str(channel.get("kind")), ()))


def counts_consents(channel: ChannelDefinition) -> bool:
    """Tell whether each message of a channel uses up a consent of its own."""
    return channel.kind in ONE_CONSENT_EACH and not channel.settings.get("long_term", False)


def _read(body: Mapping[str, Any], kind: type[T]) -> T:
    return msgspec.convert(body, type=kind, strict=False)
