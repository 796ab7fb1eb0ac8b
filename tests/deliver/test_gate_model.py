"""Random intents through the gate, for many people at once, and through a plain gate, one message at a time."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from engine import assert_same_arrays
from shop_engine import END, NOBODY, SEND, ShopEngine, send, wait

from liftloop.deliver.settings import QuietHours
from liftloop.journey.contract import Intent
from liftloop.kernel.clock import DAY_MS, HOUR_MS
from liftloop.kernel.dice import hash_text, uniform
from liftloop.runtime.contract import Frame

USERS = tuple(f"u{number}" for number in range(10))
QUIET = {"from_minute": 21 * 60, "until_minute": 8 * 60}
OUTCOMES = {"accepted": "sent", "uncertain": "uncertain", "rejected": "failed", "opted_out": "suppressed"}
RELEASED = ("rejected", "opted_out", "suppressed", "expired")


class PlainGate:
    """What the gate promises, said of one person and message after another."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {}
        self.campaigns: dict[str, Mapping[str, Any]] = {}
        self.consent: dict[int, str] = {}
        self.suppressed: set[int] = set()
        self.sent: dict[int, list[int]] = defaultdict(list)
        self.shadow: dict[int, list[int]] = defaultdict(list)
        self.spent: dict[str, int] = defaultdict(int)
        self.rows: dict[str, tuple[str, str]] = {}

    def judge(self, intent: Intent, place: int, number: int, now_ms: int) -> None:
        campaign = self.campaigns.get(intent.campaign)
        marketing = intent.purpose == "marketing"
        held = marketing and intent.holdout is not None and _drawn(number, intent.holdout.salt) < intent.holdout.share
        state, reason = self._stopped(intent, number, now_ms, held=held)
        cost = intent.action.cost_fen
        if held:
            if not state:
                self.shadow[number].append(now_ms)
            state, reason = "held_out", f"held_out:{reason if state else 'would_be_sent'}"
        elif not state:
            state, reason = "queued", ""
            if marketing:
                if self._opening(now_ms) > now_ms:
                    state, reason = "deferred", "quiet_hours"
                self.sent[number].append(now_ms)
                if campaign is not None and campaign["budget_fen"]:
                    self.spent[intent.campaign] += cost
        key = f"{intent.campaign or intent.journey}/{intent.node}/{intent.enrolments[place]}/{intent.visits[place]}"
        assert key not in self.rows
        self.rows[key] = (state, reason)

    def _stopped(self, intent: Intent, number: int, now_ms: int, *, held: bool) -> tuple[str, str]:
        campaign = self.campaigns.get(intent.campaign)
        marketing = intent.purpose == "marketing"
        if intent.action.id == "nobody":
            return "not_contacted", "policy:nobody"
        if marketing and campaign is not None and now_ms > campaign["ends_ms"]:
            return "expired", "campaign_ended"
        refused = self.refusal(number, intent.purpose)
        if refused:
            return "suppressed", refused
        if not marketing:
            return "", ""
        expires_ms = min(now_ms + intent.expires_s * 1000, campaign["ends_ms"] if campaign else 2**62)
        if self._opening(now_ms) >= expires_ms:
            return "expired", "expired:quiet_hours"
        for cap in [*self.settings["caps"], *(campaign["caps"] if campaign else ())]:
            times = [*self.sent[number], *(self.shadow[number] if held else ())]
            if sum(at > now_ms - cap["days"] * DAY_MS for at in times) >= cap["count"]:
                return "capped", f"frequency_cap:{cap['count']}/{cap['days']:g}d"
        budget = campaign["budget_fen"] if campaign else 0
        if budget and not held and self.spent[intent.campaign] + intent.action.cost_fen > budget:
            return "no_budget", "budget_spent"
        return "", ""

    def refusal(self, number: int, purpose: str) -> str:
        if number in self.suppressed:
            return "suppressed:sms"
        if purpose != "marketing":
            return ""
        said = self.consent.get(number)
        if said == "withdrawn":
            return "consent_withdrawn:sms:marketing"
        return "" if said == "granted" else "no_consent:sms:marketing"

    def _opening(self, now_ms: int) -> int:
        quiet = self.settings["quiet_hours"]
        return QuietHours(**quiet).opening_ms(now_ms) if quiet else now_ms


def _drawn(number: int, salt: str) -> float:
    return float(uniform(np.array([number], dtype=np.uint64), hash_text("holdout", salt))[0])


class Story:
    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        self.shop = ShopEngine()
        self.plain = PlainGate()
        self.shop.step([self.shop.message("page", user) for user in USERS])
        self.number = {user: self.shop.number(user) for user in USERS}
        self.shop.now_ms += 1
        for name in ("camp/aign", "short"):
            self._campaign(name)
        for name, more in {
            "news": {"holdout": {"share": 0.3, "salt": "news"}},
            "confirm": {"purpose": "transactional"},
            "push": {"campaign": "short"},
        }.items():
            purpose = more.pop("purpose", "marketing")
            nodes = (send("s", "w", purpose=purpose, expires_s=6 * 3600), wait("w", "t", 0.3), send("t", "end"), END)
            self.shop.journey(name, *nodes, reentry="after_leaving", **more)
        self.settle_rules()
        self.shop.launch("camp/aign", wait("w", "act", 0.5))

    def _campaign(self, name: str) -> None:
        self.plain.campaigns[name] = self.shop.campaign(
            name,
            actions=[NOBODY, SEND],
            holdout={"share": 0.4, "salt": name},
            ends_ms=self.shop.now_ms + int(self.chance.integers(1, 20)) * DAY_MS // 2,
            budget_fen=int(self.chance.integers(5, 40)),
            caps=[{"count": int(self.chance.integers(1, 4)), "days": 2}],
        )
        self.shop.assign(name, {user: int(self.chance.integers(0, 2)) for user in USERS})

    def settle_rules(self) -> None:
        """Change the rules for all; a cap may become longer."""
        caps = [{"count": int(self.chance.integers(1, 5)), "days": float(self.chance.choice([0.5, 1, 7, 30]))}]
        self.plain.settings = {"caps": caps, "quiet_hours": QUIET if self.chance.random() < 0.7 else None}
        self.shop.publish("setting", "delivery", self.plain.settings)

    def say(self) -> None:
        self.shop.now_ms += 1
        status, user = str(self.chance.choice(["granted", "granted", "withdrawn"])), str(self.chance.choice(USERS))
        self.shop.identify(user, status=status, topic=str(self.chance.choice(["", "all"])))
        self.plain.consent[self.number[user]] = status

    def everybody_says(self) -> None:
        self.shop.now_ms += 1
        self.shop.identify(*USERS)
        self.plain.consent = dict.fromkeys(self.number.values(), "granted")

    def happen(self) -> None:
        users = self.chance.choice(USERS, size=int(self.chance.integers(1, 6)), replace=False)
        self.follow(self.shop.step([self.shop.message("track", str(user), name="Signed Up") for user in users]))

    def time_passes(self) -> None:
        until_ms = self.shop.now_ms + int(self.chance.integers(1, 30)) * HOUR_MS
        while (due_ms := self.shop.fold.next_due_ms()) <= until_ms:
            self.shop.now_ms = max(due_ms, self.shop.now_ms)
            self.follow(self.shop.step())
        self.shop.now_ms = until_ms

    def follow(self, frame: Frame) -> None:
        for intent in frame["message.intended"]["intent"] if "message.intended" in frame else ():
            enrolled = {row["id"]: row["profile"] for row in self.shop.table("enrolment")}
            for place, enrolment in enumerate(intent.enrolments.tolist()):
                self.plain.judge(intent, place, enrolled[enrolment], self.shop.now_ms)

    def hand_over(self) -> None:
        """Let what is in the outbox leave, or not, as the second look says; the plain gate says the same."""
        stopped = self.shop.stopped()
        outcome = {key: str(self.chance.choice(list(OUTCOMES))) for key in stopped}
        envelopes = self.shop.envelopes()
        assert stopped == {e.key: self._second_look(e.campaign, e.profile, e.purpose) for e in envelopes}
        for envelope in envelopes:
            word, _, reason = stopped[envelope.key].partition(" ")
            outcome[envelope.key] = word or outcome[envelope.key]
            self._settled(envelope, outcome[envelope.key], reason)
        self.shop.settle_messages(lambda each: (outcome[each.key], stopped[each.key].partition(" ")[2]))

    def _second_look(self, campaign: str, number: int, purpose: str) -> str:
        ends_ms = self.plain.campaigns[campaign]["ends_ms"] if campaign else 2**62
        if purpose == "marketing" and self.shop.now_ms > ends_ms:
            return "expired campaign_ended"
        refused = self.plain.refusal(number, purpose)
        return f"suppressed {refused}" if refused else ""

    def _settled(self, envelope: Any, outcome: str, reason: str) -> None:
        words = OUTCOMES.get(outcome, outcome)
        self.plain.rows[envelope.key] = (words, reason or ("" if outcome == "accepted" else outcome))
        if outcome in RELEASED:
            if envelope.purpose == "marketing":
                self.plain.sent[envelope.profile].remove(envelope.decided_ms)
            if envelope.campaign:
                self.plain.spent[envelope.campaign] -= envelope.cost_fen
        if outcome == "opted_out":
            self.plain.suppressed.add(envelope.profile)

    def check(self) -> None:
        assert {
            row["message_key"]: (row["state"], row["reason"]) for row in self.shop.table("ledger")
        } == self.plain.rows
        waiting = {key for key, (state, _) in self.plain.rows.items() if state in ("queued", "deferred")}
        assert {row["message_key"] for row in self.shop.table("outbox")} == waiting
        for name in self.plain.campaigns:
            if self.shop.fold.state.has(f"deliver.spent.{name}"):
                assert self.shop.spent_fen(name) == self.plain.spent[name]


def live_through(seed: int, steps: int) -> Story:
    story = Story(seed)
    story.everybody_says()
    acts = [story.happen] * 6 + [story.time_passes] * 4 + [story.say] * 2 + [story.hand_over] * 3 + [story.settle_rules]
    for _ in range(steps):
        acts[int(story.chance.integers(len(acts)))]()
        story.check()
    assert_same_arrays(story.shop.fold, story.shop.restored())
    return story


@pytest.mark.parametrize("seed", range(12))
def test_the_gate_says_what_plainly_holds(seed: int) -> None:
    """Consent, quiet hours, caps, budget and holdout, in this order, end every message for the reason that holds."""
    live_through(seed, 35)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1_000, 1_200))
def test_the_gate_says_what_plainly_holds_in_many_more_stories(seed: int) -> None:
    """The same promise over two hundred longer stories."""
    live_through(seed, 120)


def test_the_stories_meet_every_gate() -> None:
    """The random stories are stopped at each gate and get through it."""
    rows = [row for seed in range(12) for row in live_through(seed, 35).plain.rows.values()]
    states = {state for state, _ in rows}
    assert states >= {"sent", "failed", "suppressed", "capped", "no_budget", "held_out", "expired", "not_contacted"}
    assert {reason.split(":")[0] for _, reason in rows} >= {"campaign_ended", "consent_withdrawn", "opted_out"}
