"""Rows that stand for themselves: events, items, past exposures, ad spend."""

import math
from typing import Any

from liftloop.collect.mapping_people import Identify
from liftloop.collect.mapping_rows import People, Rows
from liftloop.kernel.codec import canonical_json

ITEM, EXPOSURE, SPEND = "item.imported", "exposure.imported", "spend.imported"
ITEM_DELETED = "item.deleted"
NOBODY = "nobody"
MONEY_DECIMALS = 4  # Finer than any currency; removes what subtracting floats leaves behind.
PROPENSITY_SUM_TOLERANCE = 1e-6
ACTIONS_MAX = 200


def event_records(rows: Rows, people: People) -> list[dict[str, Any]]:
    """Return one track a row, and what the row says of the person; equal rows are one event."""
    identify = Identify(rows, people)
    events, instants, ids = rows.column("event"), rows.column("at"), rows.column("event_id")
    named = [(name, rows.cells[name].values) for name in ("coupon", "campaign") if name in rows.cells]
    parts = [(name, values) for name, values in (*named, *rows.extras.items()) if values.count(None) < rows.count]
    make_id = rows.id_maker("events")
    records: list[dict[str, Any]] = []
    for index in rows.kept():
        if not identify.silent:
            records += identify.records(index, instants[index])
        who, person = people.of(index)
        event, timestamp = events[index], instants[index][0]
        properties = {name: values[index] for name, values in parts if values[index] is not None}
        said = ids[index]
        message_id = make_id(canonical_json([person, event, timestamp, properties]) if said is None else said.encode())
        records.append(
            {
                "type": "track",
                "event": event,
                who: person,
                "messageId": message_id,
                "timestamp": timestamp,
                "properties": properties,
            }
        )
    return records


def item_records(rows: Rows) -> list[dict[str, Any]]:
    """Return one item a row, money in units of its currency; margin from price and cost where it is not said."""
    texts = [(name, rows.column(name)) for name in ("name", "category", "series", "brand", "successor")]
    price, cost, margin, stock = (rows.column(name) for name in ("price", "cost", "margin", "stock"))
    currencies, ids, make_id = rows.column("currency"), rows.column("item_id"), rows.id_maker("items")
    records: list[dict[str, Any]] = []
    for index in rows.kept():
        item = {name: values[index] for name, values in texts if values[index] is not None}
        earned = margin[index]
        if earned is None and price[index] is not None and cost[index] is not None:
            earned = price[index] - cost[index]
        for name, value in (("price", price[index]), ("cost", cost[index]), ("margin", earned)):
            if value is not None:
                item[name] = round(value, MONEY_DECIMALS)
        if stock[index] is not None:
            item["stock"] = int(stock[index])
        item["currency"] = currencies[index] or rows.mapping.currency
        item["attributes"] = {name: values[index] for name, values in rows.extras.items() if values[index] is not None}
        content = {"item_id": ids[index], **item}
        records.append({"type": ITEM, **content, "messageId": make_id(canonical_json(content))})
    return records


def spend_records(rows: Rows) -> list[dict[str, Any]]:
    """Return one fact a row of ad spend, the cost in units of its currency."""
    texts = [(name, rows.column(name)) for name in ("channel", "campaign", "ad_group", "keyword")]
    counts = [(name, rows.column(name)) for name in ("impressions", "clicks")]
    dates, costs, currencies = rows.column("date"), rows.column("cost"), rows.column("currency")
    make_id = rows.id_maker("spend")
    records: list[dict[str, Any]] = []
    for index in rows.kept():
        spend: dict[str, Any] = {"date": dates[index]}
        spend.update({name: values[index] for name, values in texts if values[index] is not None})
        spend["cost"] = round(costs[index], MONEY_DECIMALS)
        spend.update({name: int(values[index]) for name, values in counts if values[index] is not None})
        spend["currency"] = currencies[index] or rows.mapping.currency
        records.append({"type": SPEND, **spend, "messageId": make_id(canonical_json(spend))})
    return records


def exposure_records(rows: Rows) -> list[dict[str, Any]]:
    """Return one past contact a row; without propensities it serves the baseline only, and says so."""
    customers, campaigns, instants = rows.column("customer_id"), rows.column("campaign"), rows.column("decided_at")
    ids, actions, eligible = rows.column("decision_id"), rows.column("action"), rows.column("eligible")
    propensities, holdouts, features = rows.column("propensities"), rows.column("holdout"), rows.column("features")
    make_id, make_decision = rows.id_maker("exposures"), rows.id_maker("decision")
    records: list[dict[str, Any]] = []
    problems: dict[tuple[str, int, int], str] = {}  # Equal cells were read once, as one value.
    for index in rows.kept():
        action = actions[index] or (NOBODY if holdouts[index] else campaigns[index])
        asked = action, id(eligible[index]), id(propensities[index])
        problem = problems.get(asked)
        if problem is None:
            problem = problems[asked] = _propensity_problem(action, eligible[index], propensities[index])
        if problem or (rows.cells.get("propensities") and index in rows.cells["propensities"].unusable):
            rows.reject(index, "bad_propensities", "propensities", problem or rows.raw("propensities", index))
            continue
        who = [customers[index], campaigns[index], instants[index][0]]
        decision_id: str = ids[index] or make_decision(canonical_json(who))
        exposure = {
            "type": EXPOSURE,
            "decision_id": decision_id,
            "campaign": campaigns[index],
            "customer_id": customers[index],
            "decided_at": instants[index][0],
            "eligible": eligible[index] or sorted({NOBODY, action}),
            "action": action,
            "propensities": propensities[index],
            "holdout": bool(holdouts[index]),
            "features": features[index],
            "baseline_only": propensities[index] is None,
        }
        message_id = make_id(decision_id.encode())
        records.append({**exposure, "messageId": message_id})
    return records


def _propensity_problem(action: str, eligible: list[Any] | None, propensities: dict[str, Any] | None) -> str:
    """Return what is wrong with the chances of a decision, or nothing.

    They must be a distribution over the eligible actions, `nobody` among them, with the action taken possible.
    """
    if propensities is None:
        return ""
    chances = list(propensities.values())
    if not all(isinstance(chance, int | float) and 0 <= chance <= 1 for chance in chances):
        return "a propensity is not between 0 and 1"
    if abs(math.fsum(chances) - 1) > PROPENSITY_SUM_TOLERANCE:
        return f"propensities sum to {math.fsum(chances):.6g}"
    if len(chances) > ACTIONS_MAX:
        return f"more than {ACTIONS_MAX} actions"
    if eligible is not None and set(eligible) != set(propensities):
        return "eligible actions and propensities name different actions"
    if NOBODY not in propensities:
        return "`nobody` is not among the actions"
    if not propensities.get(action):
        return f"the action {action} had no chance"
    return ""
