"""A stepped worker with a channel, a content and what a campaign needs: the ground of journey and gate tests."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from engine import Engine, record

from liftloop.app.tick.questions import answer
from liftloop.deliver.contract import ENVELOPE, AttemptsSettled, Envelope
from liftloop.deliver.keys import enrolment_of
from liftloop.deliver.second_look import Stopped
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import canonical_json, pack_columns
from liftloop.plan.contract import ASSIGNED
from liftloop.storage.contract import Record

NOBODY = {"id": "nobody"}
SEND = {"id": "a", "channel": "sms", "content": "hello", "cost_fen": 5}
OPEN_ALL_DAY: dict[str, Any] = {"caps": [], "quiet_hours": None}


class ShopEngine(Engine):
    """An engine in which `sms` and `hello` are live, with no caps and no quiet hours until a test says otherwise."""

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.said = 0
        self.publish("channel", "sms", {"id": "sms", "kind": "webhook", "settings": {}, "medium": "sms"})
        self.publish("content", "hello", {"id": "hello", "body": "hi", "language": "zh-CN"})
        self.publish("setting", "delivery", {**OPEN_ALL_DAY, **settings})

    def identify(self, *users: str, **more: Any) -> None:
        """Make people known, with consent to marketing by sms."""
        context = {"consents": [{"channel": "sms", "purpose": "marketing", **more}]}
        self.step([self.message("identify", user, context=context) for user in users])

    def withdraw(self, user: str) -> None:
        self.identify(user, status="withdrawn")

    def join(self, user: str, device: str) -> None:
        """Let one message name both, so that a profile of the device alone becomes the user's, or the other way."""
        self.step([self.message("page", user, anonymous_id=device)])

    def alias(self, user: str, previous: str) -> None:
        """Let somebody say that two users are one."""
        self.step([self.message("alias", user, properties={"previousId": previous})])

    def happen(self, name: str, *users: str, **properties: Any) -> None:
        self.step([self.message("track", user, name=name, properties=properties) for user in users])

    def message(self, kind: str, user: str, **more: Any) -> Record:
        self.said += 1
        return record(kind, f"shop {self.said}", self.now_ms, user_id=user, **more)

    def journey(self, identity: str, *nodes: Mapping[str, Any], **more: Any) -> None:
        body = {"name": identity, "trigger": {"on": "event", "name": "Signed Up"}, "nodes": list(nodes), **more}
        self.publish("journey", identity, body)

    def campaign(self, identity: str, **more: Any) -> dict[str, Any]:
        """Publish a campaign of one message or nobody that lasts ten days; cell 0 is the message for sure."""
        body: dict[str, Any] = {
            "name": identity,
            "plan": "p",
            "actions": [NOBODY, SEND],
            "cells": [[0.0, 1.0], [0.5, 0.5]],
            "holdout": {"share": 0.0, "salt": identity},
            "starts_ms": self.now_ms,
            "ends_ms": self.now_ms + 10 * DAY_MS,
            **more,
        }
        self.publish("campaign", identity, body)
        return body

    def assign(self, campaign: str, actions: Mapping[str, int]) -> None:
        numbers = np.array([self.number(user) for user in actions], dtype=np.int64)
        columns = {
            "profile": numbers,
            "action": np.array(list(actions.values()), dtype=np.int64),
            "cell": np.zeros(len(numbers), dtype=np.int64),
        }
        self.say(ASSIGNED, campaign, pack_columns(columns))

    def launch(self, campaign: str, *before: Mapping[str, Any], expires_s: int = 3 * 86_400) -> None:
        """Publish the journey of a campaign: whatever stands before, then the act node."""
        act = {"kind": "act", "id": "act", "next": "end", "expires_s": expires_s}
        trigger = {"on": "campaign", "campaign": campaign, "at_ms": self.now_ms}
        self.journey(campaign, *before, act, END, trigger=trigger, campaign=campaign)
        self.settle()

    def envelopes(self) -> list[Envelope]:
        return [ENVELOPE.decode(row["body"]) for row in self.table("outbox")]

    def second_look(self) -> dict[str, Stopped]:
        """Return what the second look says of everything in the outbox, by key."""
        envelopes = self.envelopes()
        given = {
            "channel": "sms",
            "now_ms": self.now_ms,
            "keys": [each.key for each in envelopes],
            "profiles": [each.profile for each in envelopes],
            "campaigns": [each.campaign for each in envelopes],
            "purposes": [each.purpose for each in envelopes],
        }
        told = msgspec.convert(answer(self.fold, "second_look", given)["stopped"], type=list[Stopped])
        return {each.key: stopped for each, stopped in zip(envelopes, told, strict=True)}

    def stopped(self) -> dict[str, str]:
        """Return why messages in the outbox must not leave, by key: outcome and reason, empty where they may."""
        return {key: f"{each.outcome} {each.reason}".strip() for key, each in self.second_look().items()}

    def leaving(self, in_the_air: Sequence[Envelope] = ()) -> list[Envelope]:
        """Return what may leave now, with `in_the_air` on its way already; what must not is told of."""
        looked, sent = self.second_look(), {each.key for each in in_the_air}
        flying = {(origin_and_node(key), enrolment_of(key)) for key in sent}
        waiting = [each for each in self.envelopes() if each.key not in sent]
        stopped = [each for each in waiting if looked[each.key].outcome]
        if stopped:
            self.settle_messages(lambda each: (looked[each.key].outcome, looked[each.key].reason), stopped)
        return [
            each
            for each in waiting
            if not looked[each.key].outcome
            and not any((origin_and_node(each.key), rival) in flying for rival in looked[each.key].rivals)
        ]

    def settle_messages(
        self, outcome_of: Callable[[Envelope], tuple[str, str]], envelopes: Sequence[Envelope] | None = None
    ) -> None:
        """Tell what became of messages, of all in the outbox where none are named."""
        envelopes = self.envelopes() if envelopes is None else envelopes
        outcomes = [outcome_of(each) for each in envelopes]
        settled = AttemptsSettled(
            channel="sms",
            keys=[each.key for each in envelopes],
            attempts=[f"{each.key}.1" for each in envelopes],
            outcomes=[outcome for outcome, _ in outcomes],
            reasons=[reason for _, reason in outcomes],
            provider_ids=[""] * len(envelopes),
            decided_ms=[each.decided_ms for each in envelopes],
            costs_fen=[each.cost_fen for each in envelopes],
            purposes=[each.purpose for each in envelopes],
        )
        self.say("attempts.settled", "sms", canonical_json(settled))

    def dispatch(self, outcome: str = "accepted", in_the_air: Sequence[Envelope] = ()) -> list[Envelope]:
        """Do what the dispatcher does with all that is due: look again, then hand over; returns what left."""
        left = self.leaving(in_the_air)
        self.settle_messages(lambda _: (outcome, ""), left)
        return left

    def receive(self, receipt: str, keys: Sequence[str]) -> None:
        body = {"channel": "sms", "keys": keys, "receipts": [receipt] * len(keys), "at_ms": [self.now_ms] * len(keys)}
        self.say("receipts.received", "sms", canonical_json(body))

    def ledger(self) -> list[tuple[str, str]]:
        """Return (state, reason) of every ledger row, in the order of enrolments."""
        rows = sorted(self.table("ledger"), key=lambda row: (row["enrolment"], row["message_key"]))
        return [(row["state"], row["reason"]) for row in rows]

    def enrolments(self) -> list[tuple[str, str]]:
        return [(row["state"], row["reason"]) for row in self.table("enrolment")]

    def spent_fen(self, campaign: str) -> int:
        return int(self.fold.state[f"deliver.spent.{campaign}"][0])


def origin_and_node(key: str) -> str:
    return key.rsplit("/", 2)[0]


END: dict[str, Any] = {"kind": "exit", "id": "end"}


def wait(identity: str, onward: str, days: float = 1) -> dict[str, Any]:
    return {"kind": "wait", "id": identity, "duration_s": int(days * 86_400), "next": onward}


def send(identity: str, onward: str, **more: Any) -> dict[str, Any]:
    return {"kind": "send", "id": identity, "channel": "sms", "content": "hello", "next": onward, **more}
