"""What a plan must keep to beside the goal's own words: capacity, the shop's rules, caps used up, refusals."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from liftloop.app.planning.reading import SQL, channel_choice
from liftloop.app.planning.sources import Definitions
from liftloop.compose.law.writing import places
from liftloop.deliver.contract import APPROVED_FIRST, Capacity, ChannelDefinition
from liftloop.deliver.settings import daily
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.sets import are_among
from liftloop.plan.cold_start import CHANNEL_LEAD_DAYS
from liftloop.plan.drafts import Form
from liftloop.plan.goal.contract import TouchCap
from liftloop.plan.inputs import Flags, Integers, StudyInputs, Worth
from liftloop.plan.launch import DAYS_OF, SENDING_DAYS
from liftloop.plan.options import CHANNEL_NAMES, Words
from liftloop.plan.phases import DAY_S
from liftloop.plan.record import MissingThing
from liftloop.plan.terms import SETTING, PlanningRules, Terms
from liftloop.storage.contract import LakeReader, StateReader

_REFUSED = """
WITH RECURSIVE chain (forwarded, kept) AS (
    SELECT forwarded, kept FROM merge
    UNION SELECT chain.forwarded, merge.kept FROM chain JOIN merge ON merge.forwarded = chain.kept
),
head (profile, kept) AS (SELECT forwarded, kept FROM chain WHERE kept NOT IN (SELECT forwarded FROM merge))
SELECT coalesce(head.kept, consent.profile) AS person, at_ms, status
FROM consent LEFT JOIN head ON head.profile = consent.profile
WHERE purpose = 'profiling' ORDER BY person, at_ms, status <> 'granted'
"""


def rules_of(settings: Mapping[str, Mapping[str, Any]]) -> PlanningRules:
    """Return the shop's rules for plans; the usual ones where it has none."""
    return msgspec.convert(settings.get(SETTING, {}), type=PlanningRules, strict=False)


def bounded(
    inputs: StudyInputs,
    channels: Mapping[str, Mapping[str, Any]],
    rules: PlanningRules,
    read: tuple[LakeReader, StateReader],
) -> StudyInputs:
    """Return the inputs with the terms that hold here, and people only where caps leave room for a message."""
    lake, state = read
    people, worth = inputs.people, inputs.worth
    if worth is not None and not worth.is_margin and rules.margin_share is not None:
        worth = Worth(unit_fen=worth.unit_fen * rules.margin_share, is_margin=True)
    full = at_cap(lake, people.profile, inputs.goal.caps, inputs.now_ms)
    return replace(
        inputs,
        worth=worth,
        terms=Terms(
            capacity=capacity_of(channels, inputs),
            lead_days=leads_of(channels),
            return_min=rules.return_min if worth is not None else None,
            unit_fen=worth.unit_fen if worth is not None else 0.0,
            least=rules.least,
            fair=rules.fair,
        ),
        people=replace(
            people,
            reach=people.reach & ~full[:, None],
            unprofiled=are_among(people.profile, unprofiled(lake, state)),
        ),
    )


def capacity_of(channels: Mapping[str, Mapping[str, Any]], inputs: StudyInputs) -> dict[str, float]:
    """Return what each channel with a limit carries while the plan's messages may leave.

    People start over the spread; whose words wait for an approval start after it, and have as long as everybody.
    """
    over = inputs.spread.over_s // DAY_S if inputs.spread is not None else 0
    found: dict[str, float] = {}
    for identity, a_day in daily_of(channels).items():
        lead = leads_of(channels).get(identity, 0)
        found[identity] = a_day * max(min(SENDING_DAYS + max(over - lead, 0), inputs.window_days - lead), 0)
    return found


def daily_of(channels: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Return what each channel with a limit carries a day."""
    limits = {identity: _capacity(identity, body) for identity, body in channels.items()}
    found = {
        identity: [float(daily(each))] for identity, each in limits.items() if each is not None and daily(each) > 0
    }
    for identity, body in channels.items():
        quotas = [each for each in body.get("quotas") or () if not each.get("each_person")]
        days = [each["count"] - each.get("kept", 0) for each in quotas if each.get("per", "day") == "day"]
        found.setdefault(identity, []).extend(float(each) for each in days)
    return {identity: min(each) for identity, each in found.items() if each}


def leads_of(channels: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Return after how many days new words of each channel are approved, where they must be.

    A text that was approved and is only filled in waits for nobody.
    """
    forms = forms_of(channels)
    found = {identity: _lead_days(identity, body) for identity, body in channels.items() if identity not in forms}
    return {identity: days for identity, days in found.items() if days > 0}


def _lead_days(identity: str, body: Mapping[str, Any]) -> int:
    capacity = _capacity(identity, body)
    return capacity.lead_days if capacity is not None else 0


def _capacity(identity: str, body: Mapping[str, Any]) -> Capacity | None:
    return msgspec.convert({**body, "id": identity}, type=ChannelDefinition, strict=False).capacity


def awaited(defined: Definitions) -> tuple[MissingThing, ...]:
    """Return the approvals that a plan must wait for, each with its days.

    A channel without any approved text is no option until it has one; a launch is blocked where there is no other.
    """
    found: list[MissingThing] = []
    for identity, body in defined.unapproved.items():
        name = channel_choice({"id": identity, **body}, CHANNEL_NAMES)
        label = Words(
            zh=f"{name.name_zh}渠道 {identity} 还没有审核通过的签名和模板，先不用它",
            en=f"No approved signature and template for {name.name_en} channel {identity} yet: it is no option",
        )
        days = _lead_days(identity, body) or CHANNEL_LEAD_DAYS
        found.append(MissingThing(label=label, lead_days=days, blocks_launch=not defined.channels))
    for identity, days in leads_of(defined.channels).items():
        name = channel_choice({"id": identity, **defined.channels[identity]}, CHANNEL_NAMES)
        label = Words(zh=f"{name.name_zh}新模板的审核", en=f"Approval of new {name.name_en} templates")
        found.append(MissingThing(label=label, lead_days=days, blocks_launch=False))
    return tuple(found)


def forms_of(channels: Mapping[str, Mapping[str, Any]]) -> dict[str, Form]:
    """Return the approved text that each channel fills in, where it is known: the channel's own, or its only one."""
    found: dict[str, Form] = {}
    for identity, body in channels.items():
        settings = body.get("settings") or {}
        texts = settings.get("templates") or {}
        code = settings.get("template") or (next(iter(texts)) if len(texts) == 1 else "")
        if body.get("kind") in APPROVED_FIRST and code in texts:
            found[identity] = Form(code=str(code), blanks=tuple(places(str(texts[code]))))
    return found


def unprofiled(lake: LakeReader, state: StateReader) -> Integers:
    """Return who refused to be decided on by what is known of them, sorted: by a consent, or an attribute said so."""
    latest = {int(person): str(status) for person, _, status in state.rows(_REFUSED)}
    refused = [person for person, status in latest.items() if status != "granted"]
    said = lake.select(SQL["no_profiling"])["profile"].astype(np.int64)
    return np.unique(np.concatenate([np.array(refused, dtype=np.int64), said]))


def at_cap(lake: LakeReader, profile: Integers, caps: tuple[TouchCap, ...], now_ms: int) -> Flags:
    """Return who has had as many messages lately as one of the goal's caps allows."""
    full = np.zeros(profile.size, dtype=np.bool_)
    if not caps:
        return full
    columns = lake.select(SQL["contacts"])
    person, at_ms = columns["profile"].astype(np.int64), columns["at_ms"].astype(np.int64)
    order = np.argsort(profile)
    for cap in caps:
        recent = person[at_ms > now_ms - DAYS_OF.get(cap.period, 0.0) * DAY_MS]
        known = recent[are_among(recent, profile)]
        place = order[np.searchsorted(profile[order], known)]
        full |= np.bincount(place, minlength=profile.size) >= cap.touches_max
    return full
