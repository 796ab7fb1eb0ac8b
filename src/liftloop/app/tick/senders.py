"""Who may send and by which rules, as the live definitions say; made anew only when one of them has changed."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from liftloop.app.tick.pace import Bucket, full_bucket
from liftloop.audience.contract import Tag
from liftloop.collect.fields import Field
from liftloop.collect.fitting import NO_TRAIT_RULES, TraitRules, trait_rules
from liftloop.collect.forms import Form
from liftloop.collect.sources import OWN_KEY, Limits, Source, TrackingSource, WebhookSource
from liftloop.collect.tracking_plan import NO_RULES, RuleBook, TrackingPlan, rule_book
from liftloop.runtime.contract import Definitions

KINDS = ("source", "tracking_plan", "form", "field", "tag")
"""The kinds of definitions by which senders are judged."""

FORM_LIMITS = Limits(events_per_second=100.0)
"""A form has no key to be limited by; people do not submit faster, even in a campaign's first minute."""


class Sender(Struct, frozen=True):
    """One key, hook or form with what it may do."""

    id: str
    limits: Limits
    bucket: Bucket
    source: Source | None = None

    @property
    def actor(self) -> str:
        return f"key:{self.id}"


class FormSender(Struct, frozen=True):
    """A hosted form, and the sender that it is."""

    form: Form
    sender: Sender


class Senders(Struct, frozen=True, kw_only=True):
    """All senders and rules at one instant."""

    generation: tuple[int, ...]
    by_key: Mapping[bytes, Sender]
    hooks: Mapping[str, Sender]
    forms: Mapping[str, FormSender]
    rules: RuleBook = NO_RULES


def generation_of(definitions: Definitions) -> tuple[int, ...]:
    return tuple(map(definitions.generation_of, KINDS))


Bodies = Mapping[str, Mapping[str, Any]]
"""Bodies of live definitions by id."""


def rules_of(plans: Bodies, traits: TraitRules = NO_TRAIT_RULES) -> RuleBook:
    """Return the rule book of live tracking plans, and of custom fields and tags."""
    return rule_book([msgspec.convert(body, type=TrackingPlan, strict=False) for body in plans.values()], traits)


def rules_now(definitions: Definitions) -> RuleBook:
    """Return the rule book of what is defined now."""
    traits = trait_rules_of(_bodies(definitions, "field"), _bodies(definitions, "tag"))
    return rules_of(_bodies(definitions, "tracking_plan"), traits)


def trait_rules_of(fields: Bodies, tags: Bodies) -> TraitRules:
    """Return what live fields and tags make of traits."""
    read = {identity: msgspec.convert(body, type=Field, strict=False) for identity, body in fields.items()}
    known = [(identity, msgspec.convert(body, type=Tag, strict=False)) for identity, body in tags.items()]
    return trait_rules(read, [(identity, tag.name, tag.expires_days) for identity, tag in known if tag.where is None])


def senders(definitions: Definitions, own_key: bytes, before: Senders | None, now_s: float) -> Senders:
    """Return the senders that the definitions name, and the one whose key is the folder's.

    Buckets of senders whose limits did not change go on as they were.
    """
    kept = {sender.id: sender.bucket for sender in _all(before)}
    sources: dict[str, Source] = {
        identity: msgspec.convert(each.body, type=Source, strict=False)
        for identity, each in definitions.live("source").items()
    }

    def sender(identity: str, limits: Limits, source: Source | None) -> Sender:
        bucket = kept.get(identity)
        if bucket is None or bucket.limits != limits:
            bucket = full_bucket(limits, now_s)
        return Sender(identity, limits, bucket, source)

    own = sources.get(OWN_KEY)
    by_key = {own_key: sender(OWN_KEY, own.limits if isinstance(own, TrackingSource) else Limits(), own)}
    hooks: dict[str, Sender] = {}
    for identity, source in sources.items():
        match source:
            case TrackingSource() if source.write_key:
                by_key.setdefault(source.write_key.encode(), sender(identity, source.limits, source))
            case WebhookSource():
                hooks[identity] = sender(identity, source.limits, source)
            case _:
                continue
    forms = {
        identity: FormSender(
            msgspec.convert(each.body, type=Form, strict=False), sender(f"form:{identity}", FORM_LIMITS, None)
        )
        for identity, each in definitions.live("form").items()
    }
    return Senders(
        generation=generation_of(definitions), by_key=by_key, hooks=hooks, forms=forms, rules=rules_now(definitions)
    )


def _bodies(definitions: Definitions, kind: str) -> Bodies:
    """Return what is defined, that which still waits for its past included: it collects already."""
    held = {**definitions.live(kind), **definitions.filling(kind)}
    return {identity: each.body for identity, each in held.items()}


def _all(known: Senders | None) -> list[Sender]:
    if known is None:
        return []
    return [*known.by_key.values(), *known.hooks.values(), *(each.sender for each in known.forms.values())]
