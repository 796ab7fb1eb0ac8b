"""Moves people through graphs: everybody at one node of one version takes the next step together."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from liftloop.audience.reading import holds, known_members
from liftloop.identify.reading import follow
from liftloop.journey import enrolments
from liftloop.journey.actions import (
    AddScore,
    CallWebhook,
    Change,
    Enrol,
    GiveCoupon,
    GivePoints,
    GiveTask,
    PutTag,
    SetTrait,
)
from liftloop.journey.arrivals import Places
from liftloop.journey.bandits import Parted, draw
from liftloop.journey.contract import COUPON_CHANNEL, Intent
from liftloop.journey.entry import passed
from liftloop.journey.graph import NODES_MAX, Graph
from liftloop.journey.nodes import Act, Asking, Exit, Send
from liftloop.journey.reading import arms_of
from liftloop.journey.resting import clock_ms, date_ms
from liftloop.journey.splits import Bandit, Branch, Case, Condition, Experiment, Split
from liftloop.journey.triggers import OnCampaign
from liftloop.journey.waits import ByClock, Resting, Stagger, Until, UntilBestHour, UntilDate, UntilEvent, Wait
from liftloop.journey.watching import Watch
from liftloop.kernel.clock import DAY_MS, FAR_FUTURE_MS, SECOND_MS
from liftloop.kernel.sets import distinct
from liftloop.plan.contract import NOBODY, Action, Campaign, Cap, Spread
from liftloop.plan.reading import action_array, cell_array, draw_variants, drawn_numbers, turns_ms, variant_arms
from liftloop.profile.contract import Truth
from liftloop.profile.reading import People
from liftloop.runtime import people
from liftloop.runtime.contract import Moment, Slots, StateView
from liftloop.storage.contract import ArraySpec, Write

NOTHING_SAID = -2
"""Stands for a wait that ended by its time."""


class Walkers(Struct, kw_only=True):
    """Enrolments on their way within one step; all arrays are parallel and change as they walk."""

    rows: NDArray[np.int64]
    slots: Slots
    codes: NDArray[np.int32]
    nodes: NDArray[np.int32]
    visits: NDArray[np.int32]
    due_ms: NDArray[np.int64]
    inside: NDArray[np.int8]
    clocked: NDArray[np.bool_]
    """Whom a clock has just woken, or who was just sent or given something: at a clock they stay until later."""

    passed: NDArray[np.uint64]
    """What was answered of how they entered, as the version of their code numbers it."""

    def and_also(self, others: "Walkers") -> "Walkers":
        """Return both, these first."""
        return Walkers(
            **{name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in self.__struct_fields__}
        )

    def of(self, chosen: NDArray[np.bool_]) -> "Walkers":
        """Return those chosen by a mask."""
        return Walkers(**{name: getattr(self, name)[chosen] for name in self.__struct_fields__})

    def writes(self, state: StateView) -> list[Write]:
        """Return the writes that leave everybody where they stand; what has not changed is not written again."""
        stays = self.inside == enrolments.STAYS
        columns = {
            enrolments.SLOT: self.slots,
            enrolments.CODE: self.codes,
            enrolments.NODE: self.nodes,
            enrolments.DUE: np.where(stays, self.due_ms, FAR_FUTURE_MS),
            enrolments.VISIT: self.visits,
            enrolments.INSIDE: self.inside,
        }
        known = self.rows < enrolments.count(state)
        there = self.rows[known]
        writes: list[Write] = []
        for name, values in columns.items():
            changed = ~known
            changed[known] = state[name][there] != values[known]
            writes.append(Write(name, self.rows[changed], values[changed]))
        if self.passed.any() or state.has(enrolments.PASSED.name):
            asked = enrolments.passed(state, self.rows) != self.passed
            writes.append(Write(enrolments.PASSED.name, self.rows[asked], self.passed[asked]))
        return writes

    def specs(self) -> list[ArraySpec]:
        """Return the array that their answers need, where there are any."""
        return [enrolments.PASSED] if self.passed.any() else []


class World(Struct, frozen=True, kw_only=True):
    """What walkers meet: state, the graphs by code, campaigns and computed traits by id."""

    state: StateView
    graphs: Mapping[int, Graph]
    campaigns: Mapping[str, Campaign]
    traits: Mapping[str, Mapping[str, Any]]
    moment: Moment
    watch: Watch


def waking(state: StateView, rows: NDArray[np.int64]) -> Walkers:
    """Return enrolments as they rest."""
    if not len(rows):
        return standing_at_entry(state, rows, 0)
    return Walkers(
        rows=rows,
        slots=state[enrolments.SLOT][rows],
        codes=state[enrolments.CODE][rows],
        nodes=state[enrolments.NODE][rows],
        visits=state[enrolments.VISIT][rows],
        due_ms=state[enrolments.DUE][rows],
        inside=state[enrolments.INSIDE][rows],
        clocked=np.zeros(len(rows), dtype=np.bool_),
        passed=enrolments.passed(state, rows),
    )


def standing_at_entry(state: StateView, rows: NDArray[np.int64], code: int) -> Walkers:
    """Return enrolments that there are already as they stand before the first node of a journey version."""
    slots = state[enrolments.SLOT][rows] if len(rows) else np.zeros(0, dtype=np.int64)
    walkers = entering(rows, slots, np.full(len(rows), code, dtype=np.int32))
    walkers.passed[:] = enrolments.passed(state, rows)
    return walkers


def entering(rows: NDArray[np.int64], slots: Slots, codes: NDArray[np.int32]) -> Walkers:
    """Return people who stand before the first node of the version that they enter."""
    count = len(rows)
    return Walkers(
        rows=rows,
        slots=slots,
        codes=codes,
        nodes=np.zeros(count, dtype=np.int32),
        visits=np.zeros(count, dtype=np.int32),
        due_ms=np.full(count, FAR_FUTURE_MS, dtype=np.int64),
        inside=np.full(count, enrolments.STAYS, dtype=np.int8),
        clocked=np.zeros(count, dtype=np.bool_),
        passed=np.zeros(count, dtype=np.uint64),
    )


def walk(world: World, walkers: Walkers) -> tuple[list[Intent], Places, list[Parted]]:
    """Move everybody until all wait or have left; return what they want to send, who came and who parted where."""
    intents: list[Intent] = []
    parted: list[Parted] = []
    came: Counter[tuple[int, int]] = Counter()
    ends_ms = _ends_ms(world, walkers)
    moving = ends_ms > world.moment.now_ms
    walkers.inside[~moving] = enrolments.STAYED
    for _ in range(NODES_MAX + 1):
        if not moving.any():
            np.minimum(walkers.due_ms, ends_ms, out=walkers.due_ms)
            return intents, came, parted
        for graph, position, group in _groups(world, walkers, moving):
            node = graph.node(position)
            came[int(walkers.codes[group[0]]), position] += len(group)
            world.watch.came(graph, position, walkers.rows[group], walkers.slots[group])
            match node:
                case Wait():
                    walkers.due_ms[group] = world.moment.now_ms + node.duration_s * SECOND_MS
                    moving[group] = False
                case Until() | UntilBestHour():
                    walkers.due_ms[group] = clock_ms(
                        world.state, node, walkers.slots[group], world.moment.now_ms, walkers.clocked[group]
                    )
                    moving[group] = False
                case UntilEvent():
                    walkers.due_ms[group] = world.moment.now_ms + node.timeout_s * SECOND_MS
                    moving[group] = False
                case UntilDate():
                    due_ms = date_ms(world.state, node, walkers.slots[group], world.moment.now_ms)
                    late = due_ms == FAR_FUTURE_MS
                    walkers.due_ms[group] = due_ms
                    walkers.nodes[group[late]] = graph.position[node.passed or node.next]
                    moving[group[~late]] = False
                case Stagger():
                    walkers.due_ms[group] = _turns(world, graph, node, walkers.slots[group])
                    moving[group] = False
                case PutTag() | SetTrait() | GivePoints() | AddScore() | GiveTask() | Enrol():
                    walkers.due_ms[group] = world.moment.now_ms
                    walkers.visits[group] += 1
                    moving[group] = False
                case Condition():
                    truth = _asks(world, graph, node, walkers, group)
                    walkers.nodes[group] = np.where(truth, graph.position[node.yes], graph.position[node.no])
                case Branch():
                    walkers.nodes[group] = _ways(world, graph, node, walkers, group)
                case Experiment() | Split():
                    numbers = people.numbers(world.state, walkers.slots[group])
                    onward = np.array([graph.position[arm.next] for arm in node.arms], dtype=np.int32)
                    walkers.nodes[group] = onward[arms_of(numbers, graph.id, node)]
                case Bandit():
                    onward = np.array([graph.position[arm.next] for arm in node.arms], dtype=np.int32)
                    numbers = people.numbers(world.state, walkers.slots[group])
                    drawn = draw(world.state, graph, node, numbers)
                    parted.append(replace(drawn, enrolments=walkers.rows[group], visits=walkers.visits[group]))
                    walkers.nodes[group] = onward[drawn.arm]
                case Act() if graph.journey.campaign not in world.campaigns:
                    walkers.inside[group] = enrolments.ORPHANED
                    moving[group] = False
                case Send() | Act() | CallWebhook() | GiveCoupon():
                    intents += _capped(_intents(world, graph, node, walkers, group), graph, world.moment.now_ms)
                    walkers.visits[group] += 1
                    walkers.clocked[group] = True
                    walkers.nodes[group] = graph.position[node.next]
                case Exit():
                    walkers.inside[group] = enrolments.DONE
                    moving[group] = False
    raise AssertionError("publishing refuses loops without a wait")


def _ends_ms(world: World, walkers: Walkers) -> NDArray[np.int64]:
    """Return until when each walker may stay inside, FAR_FUTURE_MS for ever."""
    ends_ms = np.full(len(walkers.rows), FAR_FUTURE_MS, dtype=np.int64)
    for code in distinct(walkers.codes).tolist():
        days = world.graphs[code].journey.stay_days
        if days:
            mine = walkers.codes == code
            began_ms = enrolments.since_ms(world.state, walkers.rows[mine], world.moment.now_ms)
            ends_ms[mine] = began_ms + round(days * DAY_MS)
    return ends_ms


def wake(world: World, walkers: Walkers, said: NDArray[np.int64]) -> None:
    """Let people whose wait is over stand at the node behind it.

    `said` is what they did that was waited for: NOTHING_SAID, or the place of the answer that it is; -1 for no other.
    """
    moving = np.ones(len(walkers.rows), dtype=np.bool_)
    for graph, position, group in list(_groups(world, walkers, moving)):
        node = graph.node(position)
        assert isinstance(node, Resting | Change), "people rest where they wait only"
        walkers.clocked[group] = isinstance(node, ByClock | Change)
        if isinstance(node, UntilEvent):
            names = (node.timed_out, node.happened, *(answer.next for answer in node.answers))
            onward = np.array([graph.position[name] for name in names], dtype=np.int32)
            walkers.nodes[group] = onward[said[group] - NOTHING_SAID]
        else:
            walkers.nodes[group] = graph.position[node.next]
        walkers.due_ms[group] = FAR_FUTURE_MS


def _turns(world: World, graph: Graph, node: Stagger, slots: Slots) -> NDArray[np.int64]:
    """Return when each person goes on; whoever comes later than their turn goes on at once."""
    trigger = graph.journey.trigger
    began_ms = trigger.at_ms if isinstance(trigger, OnCampaign) else world.moment.now_ms
    identity = graph.journey.campaign
    numbers = drawn_numbers(world.state, identity, slots)
    turns = turns_ms(numbers, node.salt, Spread(over_s=node.over_s, waves=node.waves, phases=node.phases))
    turns = np.maximum(turns, _leads_ms(world, identity, slots))
    return np.maximum(began_ms + turns, world.moment.now_ms)


def _leads_ms(world: World, campaign: str, slots: Slots) -> NDArray[np.int64]:
    """Return how long after the start the words of each person's action wait for their approval."""
    actions = world.campaigns[campaign].actions if campaign in world.campaigns else ()
    leads = np.array([*(action.lead_s for action in actions), 0], dtype=np.int64) * SECOND_MS
    if not leads.any():
        return np.zeros(len(slots), dtype=np.int64)
    assigned, _ = _assigned(world, campaign, slots)
    return leads[assigned]


def _groups(
    world: World, walkers: Walkers, moving: NDArray[np.bool_]
) -> Iterator[tuple[Graph, int, NDArray[np.int64]]]:
    """Yield (graph, node position, indices) for everybody who moves, standing together."""
    index = np.flatnonzero(moving)
    if not len(index):
        return
    place = walkers.codes[index].astype(np.int64) * (NODES_MAX + 1) + walkers.nodes[index]
    order = np.argsort(place, kind="stable")
    places, starts = np.unique(place[order], return_index=True)
    for place_number, group in zip(places.tolist(), np.split(index[order], starts[1:]), strict=True):
        code, position = divmod(place_number, NODES_MAX + 1)
        yield world.graphs[code], position, group


def _holds(world: World, when: Mapping[str, Any], slots: Slots) -> Truth:
    persons = People(world.state, follow(world.state, slots), world.moment.now_ms, world.traits)
    members = known_members(persons, when)
    return holds(when, persons, members)


def _asks(world: World, graph: Graph, asking: Condition | Case, walkers: Walkers, group: NDArray[np.int64]) -> Truth:
    """Return of whom a condition holds now, with what they entered as well."""
    truth = np.ones(len(group), dtype=np.bool_)
    if asking.entry:
        truth &= passed(graph.journey, walkers.passed[group], asking.entry)
    return truth & _holds(world, asking.when, walkers.slots[group]) if asking.when else truth


def _ways(world: World, graph: Graph, node: Branch, walkers: Walkers, group: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return where each person goes on: by the first case that holds; each is asked of those left over only."""
    onward = np.full(len(group), graph.position[node.otherwise], dtype=np.int32)
    left = np.arange(len(group))
    for case in node.cases:
        if not len(left):
            break
        truth = _asks(world, graph, case, walkers, group[left])
        onward[left[truth]] = graph.position[case.next]
        left = left[~truth]
    return onward


def _capped(intents: list[Intent], graph: Graph, now_ms: int) -> list[Intent]:
    """Return intents under the journey's own caps, of those that hold now."""
    caps = [Cap(count=cap.count, days=cap.days) for cap in graph.journey.caps if cap.holds(now_ms)]
    return [replace(each, caps=caps) for each in intents] if caps else intents


def _intents(world: World, graph: Graph, node: Asking, walkers: Walkers, group: NDArray[np.int64]) -> list[Intent]:
    match node:
        case Send():
            action = Action(
                id=f"{node.channel}:{node.content}",
                channel=node.channel,
                content=node.content,
                fallbacks=node.fallbacks,
            )
            return [_intent(graph, node, (action, walkers, group), None)]
        case CallWebhook():
            action = Action(id=f"{node.channel}:{node.id}", channel=node.channel, content=node.content)
            return [_intent(graph, node, (action, walkers, group), None)]
        case GiveCoupon():
            action = Action(id=f"{COUPON_CHANNEL}:{node.pool}", channel=COUPON_CHANNEL, content=node.pool)
            return [_intent(graph, node, (action, walkers, group), None)]
        case Act():
            return _acts(world, graph, node, walkers, group)


def _acts(world: World, graph: Graph, node: Act, walkers: Walkers, group: NDArray[np.int64]) -> list[Intent]:
    """Return one intent for each action and, where it has variants, each of those that somebody is given."""
    identity = graph.journey.campaign
    campaign = world.campaigns[identity]
    assigned, cell = _assigned(world, identity, walkers.slots[group])
    arms = variant_arms(world.state, identity, campaign) if any(each.variants for each in campaign.actions) else ()
    intents: list[Intent] = []
    for place, action in enumerate(campaign.actions):
        chosen = np.flatnonzero(assigned == place)
        if not len(chosen):
            continue
        if not action.variants:
            whole = _intent(graph, node, (action, walkers, group[chosen]), (campaign, cell[chosen]))
            intents.append(replace(whole, arms=arms) if arms else whole)
            continue
        drawn = draw_variants(world.state, identity, campaign, place, follow(world.state, walkers.slots[group[chosen]]))
        for number, variant in enumerate(action.variants):
            said = replace(action, content=variant.content)
            for kept in (False, True):
                mine = chosen[(drawn.variant == number) & (drawn.before == kept)]
                if len(mine):
                    intent = _intent(graph, node, (said, walkers, group[mine]), (campaign, cell[mine]))
                    batch = -1 if kept else drawn.batch
                    intents.append(replace(intent, variant=variant.id, place=number, batch=batch, arms=arms))
    return intents


def _assigned(world: World, campaign: str, slots: Slots) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return action and cell of each person; action -1 for people whom the campaign, as it is now, never assigned."""
    if not world.state.has(action_array(campaign)):
        return np.full(len(slots), -1), np.full(len(slots), -1)
    slots = follow(world.state, slots)
    assigned = world.state[action_array(campaign)][slots].astype(np.int64)
    cell = world.state[cell_array(campaign)][slots].astype(np.int64)
    known = (cell >= 0) & (cell < len(world.campaigns[campaign].cells))
    return np.where(known, assigned, -1), cell


def _intent(
    graph: Graph,
    node: Asking,
    who: tuple[Action, Walkers, NDArray[np.int64]],
    decided: tuple[Campaign, NDArray[np.int64]] | None,
) -> Intent:
    action, walkers, group = who
    campaign = decided[0] if decided else None
    return Intent(
        journey=graph.id,
        version=graph.version,
        node=node.id,
        campaign=graph.journey.campaign,
        purpose=_purpose(node),
        action=action,
        holdout=campaign.holdout if campaign else graph.journey.holdout,
        expires_s=node.expires_s,
        policy=campaign.policy if campaign else "",
        eligible=[each.id for each in campaign.actions] if campaign else [NOBODY, action.id],
        cells=campaign.cells if campaign else [[0.0, 1.0]],
        cell=decided[1] if decided else np.zeros(len(group), dtype=np.int64),
        slots=walkers.slots[group],
        enrolments=walkers.rows[group],
        visits=walkers.visits[group].astype(np.int64),
    )


def _purpose(node: Asking) -> Literal["marketing", "transactional", "service"]:
    match node:
        case Send():
            return node.purpose
        case CallWebhook() | GiveCoupon():
            return "service"
        case Act():
            return "marketing"
