"""What crosses between the gate, the outbox and the channels."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec
from msgspec import Struct

from liftloop.deliver.coupons import CouponIssued
from liftloop.kernel.ids import AttemptId, MessageKey
from liftloop.plan.contract import Fallback

Purpose = Literal["marketing", "transactional", "service"]

Outcome = Literal[
    "accepted",
    "rejected",
    "retry",
    "throttled",
    "credential_expired",
    "quota_exhausted",
    "invalid_recipient",
    "opted_out",
    "uncertain",
]
"""What became of one hand-over. `retry` and `throttled` come back later; `uncertain` is never sent again blindly."""

Receipt = Literal["delivered", "failed", "opened", "clicked", "complained", "unsubscribed", "replied", "redeemed"]
"""What comes back after an accepted hand-over."""

Repeat = Literal["idempotent", "reconcilable", "neither"]
"""What a second call with the same key does at the provider."""

NEVER_LEFT: frozenset[str] = frozenset({"expired", "suppressed", "unrendered"})
"""What else may become of a message: too late, not allowed any more when it was to leave, or not to be said."""
TERMINAL: frozenset[str] = NEVER_LEFT | {
    "accepted",
    "rejected",
    "invalid_recipient",
    "opted_out",
    "quota_exhausted",
    "uncertain",
}
"""Outcomes that end a message's stay in the outbox."""


class Envelope(Struct, frozen=True, kw_only=True, array_like=True):
    """A message that passed the gate, as the outbox keeps it: who and what, not yet in words."""

    key: MessageKey
    profile: int
    campaign: str
    channel: str
    content: str
    content_version: int
    purpose: Purpose
    decided_ms: int
    expires_ms: int
    """Never handed over later than this."""
    action: str = ""
    offer: str = ""
    item: str = ""
    cost_fen: int = 0
    """Reserved at the gate, released where nothing was sent."""
    fallbacks: tuple[Fallback, ...] = ()
    """Other ways, in turn."""
    step: int = 0
    """How many ways were tried before this one."""
    arrived: bool = False
    """One of them may have reached the person."""
    parts: int = 0
    """For how many parts of an SMS `cost_fen` pays; 0 for what is not billed by parts."""


ENVELOPE = msgspec.msgpack.Decoder(Envelope)


class Enclosure(Struct, frozen=True, kw_only=True):
    """A file that goes with a message."""

    name: str
    media_type: str
    content: bytes


class Message(Struct, frozen=True, kw_only=True):
    """A rendered message, ready for one hand-over."""

    key: MessageKey
    attempt: AttemptId
    customer_id: str
    campaign: str
    action: str
    offer: str
    item: str
    address: str
    """Where the channel delivers: an e-mail address, a phone number; empty where the customer id is enough."""
    subject: str
    body: str
    at_ms: int
    files: tuple[Enclosure, ...] = ()
    preheader: str = ""
    """What the list of an inbox shows after the subject; it stands in the body already."""
    language: str = ""
    """In which it is said."""
    unsubscribe_url: str = ""
    """Where one click ends all marketing to this person through this medium; empty where no reader could reach it."""


class Handover(Struct, frozen=True, kw_only=True):
    """What became of one message."""

    key: MessageKey
    outcome: Outcome
    provider_id: str = ""
    retry_after_ms: int = 0
    reason: str = ""


AddressKind = Literal[
    "email",
    "phone",
    "customer_id",
    "group",
    "wecom_id",
    "wecom_welcome_code",
    "openid",
    "mini_openid",
    "registration_id",
    "fcm_token",
    "apns_token",
]
"""Where a channel delivers; a `group` is nobody's: nothing that is meant for a customer may go there."""


ADDRESS_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "email": ("email",),
    "phone": ("phone",),
    "wecom_id": ("external_userid", "wecom_id", "wecom_external_id"),
    "wecom_welcome_code": ("wecom_welcome_code",),
    "openid": ("openid", "open_id", "openId"),
    "mini_openid": ("mini_openid",),
    "registration_id": ("registration_id",),
    "fcm_token": ("fcm_token",),
    "apns_token": ("apns_token",),
}
"""Under which attributes a person's address stands, by its kind; the first that is there counts."""


class ChannelLimits(Struct, frozen=True, kw_only=True):
    """What one call may carry and how many messages a second are welcome."""

    batch_max: int
    body_bytes_max: int
    per_second_max: float


class TryLater(Exception):
    """Nothing left the house; the whole batch may be handed over again after `after_ms`."""

    def __init__(self, after_ms: int, reason: str) -> None:
        super().__init__(reason)
        self.after_ms = after_ms
        self.reason = reason


class Channel(Protocol):
    """Carry messages to people and say what became of each."""

    name: str
    limits: ChannelLimits
    repeat: Repeat
    address_kind: AddressKind

    async def send(self, messages: Sequence[Message]) -> Sequence[Handover]:
        """Hand over a batch, one hand-over each in any order; one left out counts as `uncertain`.

        Raises `TryLater` only when nothing left the house.
        """
        ...

    async def close(self) -> None: ...


class Capacity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the people or the provider behind a channel can carry; plans keep to it, the gate does not ask."""

    per_day: int = 0
    """Messages a day: a provider's quota, or what staff confirm by hand; 0 for no limit."""
    per_hour: int = 0
    """Messages an hour while staff are there; 0 for no limit."""
    from_hour: int = 9
    until_hour: int = 18
    """When staff are there, hours of the shop's day; where nothing is limited by the hour they say nothing."""
    confirmed: float = 1.0
    """Share of messages that staff send on where they must (WeCom); the rest is never received and costs nothing."""
    lead_days: int = 0
    """Days until a new template is approved: nothing in new words leaves earlier."""


class Quota(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many messages of every purpose a channel carries in an hour, a day or a month of Shanghai."""

    count: int
    per: Literal["hour", "day", "month"] = "day"
    each_person: bool = False
    """For one person (公众号, WeCom) instead of for all together."""
    over: Literal["wait", "refuse"] = "wait"
    """What becomes of messages beyond it; of one person's they are always refused."""
    kept: int = 0
    """Of these, how many only confirmations and service messages may take."""


ChannelKind = Literal[
    "webhook",
    "smtp",
    "robot",
    "aliyun_sms",
    "tencent_sms",
    "wecom_app",
    "wecom_task",
    "wecom_welcome",
    "wechat_template",
    "wechat_subscribe",
    "mini_program",
    "jpush",
    "fcm",
    "apns",
    "call",
]
MEDIA: Mapping[str, str] = {
    "smtp": "email",
    "aliyun_sms": "sms",
    "tencent_sms": "sms",
    "wecom_task": "wecom",
    "wecom_welcome": "wecom",
    "wechat_template": "wechat",
    "wechat_subscribe": "wechat",
    "mini_program": "mini_program",
    "jpush": "push",
    "fcm": "push",
    "apns": "push",
    "call": "call",
}
"""What consent is asked for, by kind of channel."""
FOR_COLLEAGUES: frozenset[str] = frozenset({"robot", "wecom_app"})
"""Kinds that speak to colleagues: nothing that is meant for a customer goes there."""
SERVICE_ONLY: frozenset[str] = frozenset({"wechat_template"})
"""Kinds that carry no marketing, whatever consent there is: the provider closes accounts for it."""
APPROVED_FIRST: Mapping[str, tuple[str, ...]] = {
    "aliyun_sms": ("sign_name", "template"),
    "tencent_sms": ("sign_name", "template"),
    "wechat_subscribe": ("template",),
    "mini_program": ("template",),
}
"""Settings without which a kind carries no marketing: the 签名 and template that its provider approved."""


TELLING: frozenset[str] = frozenset(
    {"aliyun_sms", "tencent_sms", "wecom_task", "wechat_template", "wechat_subscribe", "mini_program", "call"}
)
"""Kinds whose providers tell later what became of a message, under an id of their own."""
ONE_CONSENT_EACH: frozenset[str] = frozenset({"wechat_subscribe", "mini_program"})
"""Kinds of which one consent is good for one message, unless the template is a long-term one."""


TASK_CLEARED = "task.cleared"
"""Of `task.wanted` the rows that the gate lets through; its columns are the same."""


class ChannelDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A channel as a person sets it up; kind `channel` among the definitions."""

    id: str
    kind: ChannelKind
    settings: Mapping[str, Any]
    """As docs/reference/channels.md lists them for each kind."""
    medium: str = ""
    """What consent is asked for, `email` or `sms`; by default that of MEDIA, for the others the channel's id."""
    per_second_max: float = 1_000.0
    cost_fen: int = 0
    """Cost of one accepted message, of each part of an SMS."""
    capacity: Capacity | None = None
    quotas: Sequence[Quota] = ()
    """What the gate keeps to."""


class AttemptsSettled(Struct, frozen=True, kw_only=True):
    """Body of the fact `attempts.settled`: columns, one row a message of one batch."""

    channel: str
    keys: list[str]
    attempts: list[str]
    outcomes: list[str]
    """Each one of `TERMINAL`."""
    reasons: list[str]
    provider_ids: list[str]
    decided_ms: list[int]
    """From the envelope: the instant under which the gate counted the message."""
    costs_fen: list[int]
    """What each costs: from the envelope, of an SMS as many parts as its words took."""
    spared_fen: list[int] = []
    """What was set aside for them beyond that; below nothing of service messages that took more.
    Empty in reports of early versions.
    """
    purposes: list[str] = []
    """From the envelope: only marketing was counted by the gate. Empty in reports of early versions."""
    coupons: list[CouponIssued] = []
    """What those name that may have arrived."""
    onward: list["Onward"] = []
    """Ways that may be tried next."""
    withdrawn: list[str] = []
    """Messages of which a way before this one may have arrived, and this one did not: they leave the outbox as sent."""
    withdrawn_fen: list[int] = []


class AttemptsReconciled(Struct, frozen=True, kw_only=True):
    """Body of the fact `attempts.reconciled`: what providers say of messages that were uncertain, one row each."""

    channel: str
    keys: list[str]
    outcomes: list[str]
    """`accepted`, `rejected`, or `uncertain` where nobody will know any more."""
    reasons: list[str]
    provider_ids: list[str]
    decided_ms: list[int]
    costs_fen: list[int]
    purposes: list[str]


class Onward(Struct, frozen=True, kw_only=True):
    """The next way of a message, due so long after the outcome of the one before."""

    envelope: bytes
    """A packed `Envelope`."""
    after_s: int


class ReceiptsReceived(Struct, frozen=True, kw_only=True):
    """Body of the fact `receipts.received`: columns, one row a receipt."""

    channel: str
    keys: list[str]
    receipts: list[str]
    at_ms: list[int]


class MessagesRescheduled(Struct, frozen=True, kw_only=True):
    """Body of the fact `messages.rescheduled`: columns, one row a message of the outbox that leaves at another time."""

    keys: list[str]
    due_ms: list[int]
    version: int = 0
    """Of the campaign that asks for it: two pauses at one instant are two facts."""
    passed: bool = False
    """They wait for a canary no more."""
