"""The gate: may we? Every message that somebody wants to send ends here in one state with one reason.

Order: the campaign still runs, channel and content and what the law says of its words, consent and suppression,
fatigue, quiet hours, frequency caps with what is reserved for others, the channel's quotas, budget, holdout last.
Held-out people pass every other gate in shadow, with counters of their own. Only purpose `marketing` is withheld or
capped; quotas hold for all. What holds of a person is looked at again when the message leaves (`second_look`).
"""

from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from liftloop.deliver.contract import SERVICE_ONLY, ChannelDefinition
from liftloop.deliver.coupons import COUPON_CHANNEL
from liftloop.deliver.credits import credits_of
from liftloop.deliver.fatigue import tired
from liftloop.deliver.media import medium_of
from liftloop.deliver.quotas import Asked, Booked, book, over_their_own, places
from liftloop.deliver.reservations import reserved
from liftloop.deliver.settings import (
    SHANGHAI_OFFSET_MINUTES,
    HeldEverywhere,
    Rules,
    counts_consents,
    opening_ms,
)
from liftloop.identify.reading import follow
from liftloop.journey.contract import Intent
from liftloop.journey.reading import lives
from liftloop.kernel.clock import DAY_MS, SECOND_MS
from liftloop.kernel.dice import hash_text, uniform
from liftloop.kernel.sets import are_among
from liftloop.plan.contract import NOBODY, Cap
from liftloop.plan.reading import drawn_numbers, first_written
from liftloop.profile.contract import GRANTED, WITHDRAWN
from liftloop.profile.reading import consents_of
from liftloop.runtime import people
from liftloop.runtime.contract import Moment, Slots, StateView
from liftloop.runtime.windows import Windows

SENT = Windows(name="deliver.sent")
SHADOW = Windows(name="deliver.shadow")
"""What held-out people would have been sent: they use up caps of their own, as the others do."""

Mask = NDArray[np.bool_]
Reasons = NDArray[Any]
"""Object array of reason codes, empty where there is none."""


WOULD_BE_SENT = "held_out:would_be_sent"
"""Held out, and nothing else stood in the way."""


CANARY = "canary"
"""Why a message waits: others are written to first."""
OPEN_TICKET = "open_ticket"
EVERYWHERE = "held_out:everywhere:"
"""Begins the reason of whoever is left alone by all marketing this quarter."""


def would_be_sent(reasons: Reasons) -> Mask:
    """Return for which of these reasons a held-out person would have got the message."""
    return (reasons == WOULD_BE_SENT) | (reasons == f"{EVERYWHERE}would_be_sent")


def left_alone(numbers: NDArray[np.int64], setting: HeldEverywhere | None, now_ms: int) -> Mask:
    """Return whom no marketing reaches in the quarter of an instant; shape [len(numbers)]."""
    if setting is None:
        return np.zeros(len(numbers), dtype=np.bool_)
    salt = hash_text("held_everywhere", quarter_of(now_ms))
    return uniform(numbers.astype(np.uint64), salt) < setting.share


def quarter_of(at_ms: int) -> str:
    """Return the quarter of an instant in Shanghai.

    >>> quarter_of(1_788_192_000_000)
    '2026-3'
    """
    day = datetime.fromtimestamp(at_ms / SECOND_MS, timezone(timedelta(minutes=SHANGHAI_OFFSET_MINUTES)))
    return f"{day.year}-{(day.month + 2) // 3}"


def spent_array(campaign: str) -> str:
    """Return the one-cell array that holds what a campaign has reserved and spent, in fen."""
    return f"deliver.spent.{campaign}"


def suppressed_array(medium: str) -> str:
    """Return the array that marks people who must not be contacted through a medium at all."""
    return f"deliver.suppressed.{medium}"


class Verdict(Struct, kw_only=True):
    """What the gate says of one intent's people; all arrays are parallel to the intent's."""

    intent: Intent
    slots: Slots
    numbers: NDArray[np.int64]
    held: Mask
    """In the holdout, whatever else."""
    everywhere: Mask
    """Of these, who is left alone by all marketing this quarter."""
    state: NDArray[Any]
    """Object array of state names; empty while the person is still on the way through."""
    reason: NDArray[Any]
    due_ms: NDArray[np.int64]
    waits: NDArray[Any]
    """Object array of what people wait for who leave later; empty where it is quiet hours."""
    expires_ms: int
    lives: NDArray[np.int64]
    """Marks of the restores that the enrolments were made after."""

    def open(self) -> Mask:
        return self.state == ""

    def stop(self, who: Mask, state: str, reason: str | Reasons) -> None:
        """End the way of those of `who` who are still on it, for one reason or for each their own."""
        who = who & self.open()
        self.state[who] = state
        self.reason[who] = reason if isinstance(reason, str) else reason[who]

    def passed(self) -> Mask:
        """Return who gets a message: queued now or deferred."""
        return (self.state == "queued") | (self.state == "deferred")


class Counters:
    """What this step has let through so far, beside what state already counts; held-out people have their own."""

    def __init__(self, state: StateView) -> None:
        self.sent: NDArray[np.int16] = np.zeros(state.rows("profile"), dtype=np.int16)
        self.shadow: NDArray[np.int16] = np.zeros(state.rows("profile"), dtype=np.int16)
        self.spent_fen: dict[str, int] = {}
        self.consents: dict[str, NDArray[np.int16]] = {}
        """By channel of which each message uses up a consent: those reserved in this step."""
        self.booked: dict[str, Booked] = {}
        """By channel with quotas: places given out in this step."""
        self._rows = state.rows("profile")

    def booked_of(self, channel: str) -> Booked:
        return self.booked.setdefault(channel, Booked(channel={}, people={}))

    def consents_of(self, channel: str) -> NDArray[np.int16]:
        return self.consents.setdefault(channel, np.zeros(self._rows, dtype=np.int16))


def judge(state: StateView, intent: Intent, rules: Rules, moment: Moment, counters: Counters) -> Verdict:
    """Return the verdict on everybody an intent wants to reach, and count those let through."""
    verdict = _opened(state, intent, rules, moment)
    marketing = intent.purpose == "marketing"
    verdict.stop(_repeated(verdict.slots), "suppressed", "merged_into_another")
    if intent.action.id == NOBODY:
        verdict.stop(verdict.open(), "not_contacted", "policy:nobody")
    ended = rules.ended(intent.campaign, moment.now_ms) if marketing else ""
    if ended:
        verdict.stop(verdict.open(), "expired", ended)
    channel = rules.channels.get(intent.action.channel)
    speaks = intent.action.channel != COUPON_CHANNEL
    if not speaks:
        verdict.stop(verdict.open() & (intent.action.content not in rules.pools), "blocked", "no_pool")
    elif channel is None or intent.action.content not in rules.content_versions:
        verdict.stop(verdict.open(), "blocked", "no_channel" if channel is None else "no_content")
    elif marketing and channel.kind in SERVICE_ONLY:
        verdict.stop(verdict.open(), "blocked", "channel_not_for_marketing")
    elif refusal := rules.law.refusal(intent.action.content, channel, intent.purpose):
        verdict.stop(verdict.open(), "blocked", refusal)
    else:
        _ask(state, verdict, rules, channel, (moment, counters))
    if marketing:
        _hold_out(verdict)
    if marketing and speaks:
        np.add.at(counters.sent, verdict.slots[verdict.open()], 1)
        np.add.at(counters.shadow, verdict.slots[would_be_sent(verdict.reason)], 1)
    if channel is not None and channel.quotas:
        going = verdict.open()
        book(channel, counters.booked_of(channel.id), verdict.slots[going], verdict.due_ms[going])
    if marketing and rules.paused(intent.campaign):
        _hold_back(verdict, verdict.open(), "queued", "")
    share = rules.canary_share(intent.campaign) if marketing else None
    if share is not None:
        behind = ~first_written(verdict.numbers, intent.campaign, share)
        _hold_back(verdict, verdict.open() & behind, "deferred", CANARY)
    if channel is not None and counts_consents(channel):
        np.add.at(counters.consents_of(channel.id), verdict.slots[verdict.open() | verdict.passed()], 1)
    later = verdict.open() & (verdict.due_ms > moment.now_ms)
    verdict.stop(later & (verdict.waits != ""), "deferred", verdict.waits)
    verdict.stop(later, "deferred", "quiet_hours")
    verdict.stop(verdict.open(), "queued", "")
    return verdict


def _ask(
    state: StateView, verdict: Verdict, rules: Rules, channel: ChannelDefinition, at: tuple[Moment, Counters]
) -> None:
    """Ask every gate but the holdout."""
    moment, counters = at
    reasons = refusals(state, verdict.slots, medium_of(channel), verdict.intent.purpose)
    verdict.stop(reasons != "", "suppressed", reasons)
    if counts_consents(channel):
        left = credits_of(state, channel.id, verdict.slots) - counters.consents_of(channel.id)[verdict.slots]
        verdict.stop(left <= 0, "blocked", "no_subscription_left")
    if verdict.intent.purpose == "marketing":
        _peace(state, verdict, rules, moment)
        _quiet(verdict, rules, channel, moment)
        _caps(state, verdict, rules, moment, counters)
    if channel.quotas:
        _quotas(state, verdict, rules, channel, (moment, counters))
    if verdict.intent.purpose == "marketing":
        _budget(state, verdict, rules, channel, counters)


def judge_task(state: StateView, intent: Intent, medium: str, rules: Rules, at: tuple[Moment, Counters]) -> Verdict:
    """Return the verdict on people about whom a journey asks colleagues for something; counts whom they reach.

    `medium` is by what colleagues reach the person, empty where they do not. Held-out people are left alone whatever
    is to be done. Hours are the colleague's own: a task waits for nobody.
    """
    moment, counters = at
    verdict = _opened(state, intent, rules, moment)
    verdict.held |= _held(state, intent)
    marketing = intent.purpose == "marketing"
    verdict.stop(_repeated(verdict.slots), "suppressed", "merged_into_another")
    if ended := rules.ended(intent.campaign, moment.now_ms):
        verdict.stop(verdict.open(), "expired", ended)
    if paused := rules.paused_by(intent.campaign):
        verdict.stop(verdict.open(), "blocked", f"paused:{paused}")
    if medium:
        reasons = refusals(state, verdict.slots, medium, intent.purpose)
        verdict.stop(reasons != "", "suppressed", reasons)
    if medium and marketing:
        _peace(state, verdict, rules, moment)
        _caps(state, verdict, rules, moment, counters)
    _hold_out(verdict)
    if medium and marketing:
        np.add.at(counters.sent, verdict.slots[verdict.open()], 1)
        np.add.at(counters.shadow, verdict.slots[would_be_sent(verdict.reason)], 1)
    verdict.stop(verdict.open(), "queued", "")
    return verdict


def _peace(state: StateView, verdict: Verdict, rules: Rules, moment: Moment) -> None:
    """Leave alone who waits for an answer of ours, and who answered none of the last messages."""
    if rules.settings.tickets_first:
        verdict.stop(are_among(verdict.slots, np.sort(rules.complaining(state))), "suppressed", OPEN_TICKET)
    fatigue = rules.settings.fatigue
    if fatigue is not None:
        who = tired(state, verdict.slots, fatigue, moment.now_ms)
        verdict.stop(who, "capped", f"fatigue:{fatigue.unanswered}/{fatigue.pause_days:g}d")


def _opened(state: StateView, intent: Intent, rules: Rules, moment: Moment) -> Verdict:
    slots = follow(state, intent.slots)
    count = len(slots)
    marketing = intent.purpose == "marketing"
    held = _held(state, intent) if marketing else np.zeros(count, dtype=np.bool_)
    expires_ms = moment.now_ms + intent.expires_s * SECOND_MS
    numbers = people.numbers(state, slots)
    everywhere = left_alone(numbers, rules.settings.held_everywhere, moment.now_ms) if marketing else held
    return Verdict(
        intent=intent,
        slots=slots,
        numbers=numbers,
        held=held | everywhere,
        everywhere=everywhere,
        state=np.full(count, "", dtype=object),
        reason=np.full(count, "", dtype=object),
        due_ms=np.full(count, moment.now_ms, dtype=np.int64),
        waits=np.full(count, "", dtype=object),
        expires_ms=min(expires_ms, rules.ends_ms(intent.campaign)) if marketing else expires_ms,
        lives=lives(state, intent.enrolments),
    )


def _held(state: StateView, intent: Intent) -> Mask:
    """Return who is in the holdout of the campaign or journey."""
    if intent.holdout is None:
        return np.zeros(len(intent.slots), dtype=np.bool_)
    salt = hash_text("holdout", intent.holdout.salt)
    return uniform(_drawn(state, intent).astype(np.uint64), salt) < intent.holdout.share


def _drawn(state: StateView, intent: Intent) -> NDArray[np.int64]:
    """Return under which number each person is held out or not: as assigned by the campaign, else as they entered."""
    drawn = drawn_numbers(state, intent.campaign, intent.slots)
    return np.where(drawn >= 0, drawn, people.numbers(state, intent.slots))


def _repeated(slots: Slots) -> Mask:
    """Return all but the first of each person: two enrolments of people who were merged since."""
    repeated = np.ones(len(slots), dtype=np.bool_)
    repeated[np.unique(slots, return_index=True)[1]] = False
    return repeated


def refusals(state: StateView, slots: Slots, medium: str, purpose: str) -> Reasons:
    """Return why each person must not be contacted: suppression, consent withdrawn or, for marketing, never given."""
    reasons: Reasons = np.full(len(slots), "", dtype=object)
    consents = consents_of(state, slots, medium, purpose)
    if purpose == "marketing":
        reasons[consents != GRANTED] = f"no_consent:{medium}:{purpose}"
    reasons[consents == WITHDRAWN] = f"consent_withdrawn:{medium}:{purpose}"
    if state.has(suppressed_array(medium)):
        reasons[state[suppressed_array(medium)][slots] != 0] = f"suppressed:{medium}"
    return reasons


def _quiet(verdict: Verdict, rules: Rules, channel: ChannelDefinition, moment: Moment) -> None:
    due_ms = opening_ms(rules, channel, moment.now_ms)
    verdict.due_ms[:] = due_ms
    if due_ms >= verdict.expires_ms:
        verdict.stop(verdict.open(), "expired", "expired:quiet_hours")


def _caps(state: StateView, verdict: Verdict, rules: Rules, moment: Moment, counters: Counters) -> None:
    sent = SENT.recent(state, verdict.slots)
    shadow = SHADOW.recent(state, verdict.slots)
    for cap in (*rules.caps_of(verdict.intent.campaign), *verdict.intent.caps):
        span_ms = int(cap.days * DAY_MS)
        count = sent.inside(moment.now_ms, span_ms).sum(axis=1) + counters.sent[verdict.slots]
        would = shadow.inside(moment.now_ms, span_ms).sum(axis=1) + counters.shadow[verdict.slots]
        taken = count + np.where(verdict.held, would, 0)
        verdict.stop(taken >= cap.count, "capped", _cap_reason(cap))
        for other, who in reserved(state, verdict.slots, rules, verdict.intent.campaign, moment.now_ms, span_ms):
            taken = taken + who
            verdict.stop(who & (taken >= cap.count), "capped", f"reserved_for:{other}")


def _cap_reason(cap: Cap) -> str:
    return f"frequency_cap:{cap.count}/{cap.days:g}d"


def _quotas(
    state: StateView, verdict: Verdict, rules: Rules, channel: ChannelDefinition, at: tuple[Moment, Counters]
) -> None:
    """Let leave now what fits into the channel's quotas, and later or not at all what does not.

    Held-out people take no place; what one person may have is asked of them too.
    """
    moment, counters = at
    booked = counters.booked_of(channel.id)
    opens_ms = int(verdict.due_ms.max(initial=moment.now_ms))  # The same for all, so far.
    for reason, who in over_their_own(state, channel, booked, verdict.slots, opens_ms):
        verdict.stop(who, "blocked", reason)
    wanting = np.flatnonzero(verdict.open() & ~verdict.held)
    marketing = verdict.intent.purpose == "marketing"
    asked = Asked(
        count=len(wanting),
        now_ms=moment.now_ms,
        due_ms=opens_ms,
        expires_ms=verdict.expires_ms,
        marketing=marketing,
        opening_ms=lambda at_ms: opening_ms(rules, channel, at_ms) if marketing else at_ms,
    )
    first = 0
    for place in places(state, channel, booked, asked):
        if not place.count:
            late = np.zeros(len(verdict.slots), dtype=np.bool_)
            late[wanting[first:]] = True
            verdict.stop(late, "blocked", place.why)
            return
        those = wanting[first : first + place.count]
        verdict.due_ms[those] = place.due_ms
        verdict.waits[those] = place.why
        first += place.count


def _budget(state: StateView, verdict: Verdict, rules: Rules, channel: ChannelDefinition, counters: Counters) -> None:
    """Let through as many as the budget still pays for; held-out people cost nothing and are not counted."""
    campaign = rules.campaigns.get(verdict.intent.campaign)
    cost_fen = cost_of(verdict.intent, channel, rules)
    if campaign is None or not campaign.budget_fen or not cost_fen:
        return
    name = verdict.intent.campaign
    held = state[spent_array(name)] if state.has(spent_array(name)) else np.zeros(0, dtype=np.int64)
    spent_fen = (int(held[0]) if len(held) else 0) + counters.spent_fen.get(name, 0)
    affordable = max((campaign.budget_fen - spent_fen) // cost_fen, 0)
    wanting = np.flatnonzero(verdict.open() & ~verdict.held)
    late = np.zeros(len(verdict.slots), dtype=np.bool_)
    late[wanting[affordable:]] = True
    verdict.stop(late, "no_budget", "budget_spent")
    counters.spent_fen[name] = counters.spent_fen.get(name, 0) + min(len(wanting), affordable) * cost_fen


def _hold_out(verdict: Verdict) -> None:
    """End the way of held-out people as what would have become of them."""
    stopped = verdict.held & ~verdict.open()
    verdict.reason[stopped] = [f"held_out:{reason}" for reason in verdict.reason[stopped]]
    verdict.state[stopped] = "held_out"
    verdict.stop(verdict.held, "held_out", WOULD_BE_SENT)
    verdict.reason[verdict.everywhere] = [
        f"{EVERYWHERE}{reason.removeprefix('held_out:')}" for reason in verdict.reason[verdict.everywhere]
    ]


def _hold_back(verdict: Verdict, who: Mask, state: str, reason: str) -> None:
    """Let messages of a paused campaign or behind its canary wait, until they are rescheduled or their time is over."""
    verdict.due_ms[who] = verdict.expires_ms + 1
    verdict.stop(who, state, reason)


def parts_of(intent: Intent, channel: ChannelDefinition, rules: Rules) -> int:
    """Return for how many parts of an SMS money is set aside; 0 for what is not billed by parts."""
    return rules.law.parts(intent.action.content, channel, intent.purpose)


def cost_of(intent: Intent, channel: ChannelDefinition, rules: Rules) -> int:
    """Return what is set aside for one message, in fen: its price, for an SMS that of all its parts."""
    return (intent.action.cost_fen or channel.cost_fen) * max(parts_of(intent, channel, rules), 1)
