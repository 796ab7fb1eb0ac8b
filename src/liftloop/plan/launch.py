"""From a plan to what must be published and assigned; pure, so that a launch can be read before it is done."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.errors import EXIT_REFUSED, EXIT_USAGE, Language, LiftloopError
from liftloop.plan.contract import (
    NOBODY,
    VARIANTS_MAX,
    Action,
    Campaign,
    Canary,
    Cap,
    Guardrail,
    Holdout,
    Spread,
    SteeringTerms,
    Variant,
)
from liftloop.plan.drafts import Draft, Form, draft, filled
from liftloop.plan.record import PlanRecord

SENDING_DAYS = 3
"""A message that was not let through by then is too late for its plan."""
DAYS_OF = {"day": 1.0, "week": 7.0, "month": 30.0, "quarter": 91.0, "year": 365.0}


class Published(Struct, frozen=True, kw_only=True):
    """One definition to publish."""

    kind: str
    id: str
    body: Mapping[str, Any]


class Launch(Struct, frozen=True, kw_only=True):
    """What a launch publishes, in this order, and whom it assigns: packed columns {profile, action, cell}.

    Everybody eligible is assigned, held-out people too. The journey has the campaign's id.
    """

    campaign_id: str
    definitions: tuple[Published, ...]
    assigned: bytes
    campaign: Campaign


CANARY_PEOPLE_MIN = 20
"""Fewer would show nothing."""


class CanaryTerms(Struct, frozen=True, kw_only=True):
    """How many go first, and how long their answers are waited for."""

    share: float = 0.01
    people: int = 0
    """Instead of a share, where it is not 0."""
    wait_s: int = 3_600


class LaunchTerms(Struct, frozen=True, kw_only=True):
    """What somebody chose at the launch: contents to compare, by action, and over which time people are started."""

    variants: Mapping[str, Sequence[str]] = {}
    spread: Spread | None = None
    guardrails: Sequence[Guardrail] = ()
    """What is watched beside what the goal names."""
    canary: CanaryTerms | None = None
    """None starts everybody alike."""
    forms: Mapping[str, Form] = {}
    """Approved texts that channels fill in, by channel: words for these are drafted into them, and wait for nobody."""


AT_ONCE = LaunchTerms()
"""Everybody at once, and one content an action."""
MATURITY_MIN_S, MATURITY_MAX_S = 3_600, 86_400
MATURITY_PART = 12
"""A twelfth of the time over which people are started is waited for responses: long enough to see some, and short
enough that what they teach still finds people to move."""


class BadLaunch(LiftloopError):
    """The choices at the launch do not fit the plan."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "bad_launch",
            zh=zh,
            en=en,
            next_zh="改好再启动",
            next_en="mend it and launch again",
            status=422,
            exit_code=EXIT_USAGE,
        )


class NotLaunchable(LiftloopError):
    """A plan that is refused or still asks something cannot be launched."""

    def __init__(self, record: PlanRecord) -> None:
        super().__init__(
            "not_launchable",
            zh=f"这个计划不能启动：{record.sentence.zh}",
            en=f"This plan cannot be launched: {record.sentence.en}",
            next_zh=record.next.zh if record.next else "先回答问题，或者改一改目标",
            next_en=record.next.en if record.next else "answer the question, or change the goal",
            status=409,
            exit_code=EXIT_REFUSED,
        )


def launch(
    record: PlanRecord,
    *,
    at_ms: int,
    language: Language,
    contents: Mapping[str, str],
    terms: LaunchTerms = AT_ONCE,
) -> Launch:
    """Return what starts the plan at `at_ms`.

    `contents` are contents that exist, by action id; where an action has none, words are drafted by rule in both
    languages and the one of `language` is used; where a channel carries approved texts alone, one is filled in.
    Calling twice with the same arguments gives the same launch.
    Raises `NotLaunchable` and `BadLaunch`.
    """
    assigned = record.assigned
    blocked = any(missing.blocks_launch for missing in record.missing)
    if assigned is None or blocked:
        raise NotLaunchable(record)
    _check_terms(record, terms)
    campaign_id = f"campaign-{record.plan_id.removeprefix('plan-')}"
    drafts: list[Draft] = []
    actions: list[Action] = []
    for action, label in zip(assigned.actions, assigned.labels, strict=True):
        # Only words that are drafted now wait for an approval; contents that exist were used before.
        if action.id in terms.variants:
            actions.append(replace(action, variants=_variants(terms.variants[action.id]), lead_s=0))
            continue
        if action.id == NOBODY or action.id in contents:
            actions.append(replace(action, content=contents.get(action.id, ""), lead_s=0))
            continue
        form = terms.forms.get(action.channel)
        made = filled(campaign_id, action, label, form) if form else draft(campaign_id, action, label)
        drafts += made
        chosen = next((one for one in made if one.language == language), made[0])
        actions.append(replace(action, content=chosen.id, lead_s=0 if form else action.lead_s))
    campaign = _campaign(record, actions, at_ms, terms)
    return Launch(
        campaign_id=campaign_id,
        definitions=(
            *(Published(kind="content", id=one.id, body=one.body()) for one in drafts),
            Published(kind="campaign", id=campaign_id, body=msgspec.to_builtins(campaign)),
            Published(kind="journey", id=campaign_id, body=_journey(record, campaign_id, campaign)),
        ),
        assigned=assigned.columns,
        campaign=campaign,
    )


def _check_terms(record: PlanRecord, terms: LaunchTerms) -> None:
    assert record.assigned is not None
    actions = {each.id for each in record.assigned.actions} - {NOBODY}
    unknown = sorted(set(terms.variants) - actions)
    if unknown:
        raise BadLaunch(f"方案里没有动作 {unknown[0]}", f"the plan has no action {unknown[0]}")
    for action, contents in terms.variants.items():
        if not 2 <= len(contents) <= VARIANTS_MAX or len(set(contents)) < len(contents):
            raise BadLaunch(
                f"动作 {action} 要有 2 到 {VARIANTS_MAX} 个不同的内容版本",
                f"action {action} takes 2 to {VARIANTS_MAX} different contents",
            )
    if terms.spread is not None and terms.spread.over_s > record.window_days * DAY_MS // 1_000:
        raise BadLaunch("分批的时间不能长过活动本身", "people cannot be started over more than the campaign's own time")


def _variants(contents: Sequence[str]) -> tuple[Variant, ...]:
    """Return contents as variants A, B, C … in their order."""
    return tuple(Variant(id=chr(ord("A") + place), content=content) for place, content in enumerate(contents))


def _campaign(record: PlanRecord, actions: Sequence[Action], at_ms: int, terms: LaunchTerms) -> Campaign:
    assert record.assigned is not None
    assert record.holdout is not None
    spread = terms.spread or record.spread
    caps = [
        Cap(count=cap.touches_max, days=DAYS_OF[cap.period] if cap.period in DAYS_OF else float(record.window_days))
        for cap in record.understood.goal.caps
    ]
    return Campaign(
        name=record.understood.goal.text,
        plan=record.plan_id,
        actions=actions,
        cells=record.assigned.cells,
        holdout=Holdout(share=record.holdout.share, salt=salt_of(record.plan_id)),
        starts_ms=at_ms,
        ends_ms=at_ms + record.window_days * DAY_MS,
        caps=caps,
        budget_fen=record.budget_fen or 0,
        policy=record.forecast_hash,
        steering=_steering(spread, record),
        spread=spread,
        guardrails=(*record.understood.goal.guardrails, *terms.guardrails),
        canary=_canary(record, terms.canary) if terms.canary else None,
    )


def _canary(record: PlanRecord, terms: CanaryTerms) -> Canary:
    """Return the share that goes first: enough people to see something, and never more than half."""
    people = max(record.eligible, 1)
    wanted = terms.people / people if terms.people else terms.share
    return Canary(share=min(max(wanted, CANARY_PEOPLE_MIN / people), 0.5), wait_s=terms.wait_s)


def _steering(spread: Spread | None, record: PlanRecord) -> SteeringTerms:
    """Return by what variants are compared: by money where the goal is money, else by who responds."""
    over_s = spread.over_s if spread else 0
    in_money = record.metric is not None and record.metric.unit == "fen"
    return SteeringTerms(
        outcome="revenue" if in_money else "responses",
        maturity_s=min(max(over_s // MATURITY_PART, MATURITY_MIN_S), MATURITY_MAX_S),
    )


def salt_of(plan_id: str) -> str:
    """Return the salt under which a plan holds out and assigns; the gate uses the same."""
    return plan_id


def _journey(record: PlanRecord, campaign_id: str, campaign: Campaign) -> dict[str, Any]:
    """Return the journey as a definition: wait for one's turn, act once, wait until the window is over, leave."""
    window_s = record.window_days * DAY_MS // 1_000
    spread = campaign.spread
    stagger = {"kind": "stagger", "id": "turn", "salt": campaign.holdout.salt, "next": "act"}
    if spread is None and any(action.lead_s for action in campaign.actions):
        spread = Spread(over_s=1, waves=1)
    before = [{**stagger, **msgspec.to_builtins(spread)}] if spread else []
    return {
        "name": record.understood.goal.text,
        "trigger": {"on": "campaign", "campaign": campaign_id, "at_ms": campaign.starts_ms},
        "campaign": campaign_id,
        "holdout": msgspec.to_builtins(campaign.holdout),
        "nodes": [
            *before,
            {"kind": "act", "id": "act", "next": "wait", "expires_s": min(window_s, SENDING_DAYS * 86_400)},
            {"kind": "wait", "id": "wait", "duration_s": window_s, "next": "done"},
            {"kind": "exit", "id": "done"},
        ],
    }
