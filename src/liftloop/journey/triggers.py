"""Who enters a journey, and when: the kinds of `trigger` in its definition, told apart by `on`."""

from msgspec import Struct


class OnAudience(Struct, frozen=True, kw_only=True, tag_field="on", tag="audience", forbid_unknown_fields=True):
    """Enter when a person enters an audience."""

    audience: str


class OnEvent(Struct, frozen=True, kw_only=True, tag_field="on", tag="event", forbid_unknown_fields=True):
    """Enter when an event happens."""

    name: str


class OnCampaign(Struct, frozen=True, kw_only=True, tag_field="on", tag="campaign", forbid_unknown_fields=True):
    """Enter everybody whom a campaign has assigned an action, at an instant."""

    campaign: str
    at_ms: int


Trigger = OnAudience | OnEvent | OnCampaign
