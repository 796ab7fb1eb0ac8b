"""The definitions and events of the loop benches: 200 audiences of at least three conditions, 20 journeys, a probe.

Half of all conditions are windows; audiences hold 1 to 30% of people. Settings are fixed here and by DESIGN, not by
the machine that runs them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bench.serving import SECRET, Server

AUDIENCES, JOURNEYS = 200, 20
EVENTS = ("Product Viewed", "Product Added", "Order Completed", "Store Visited", "Page Opened")
CITIES = ("上海", "北京", "广州", "深圳", "杭州", "成都", "武汉", "西安")
PROBE = "Probe"
LATE_SHARE, MERGE_SHARE = 0.10, 0.01
BATCH = 100


def define(server: Server, inbox_url: str) -> None:
    """Publish everything that the loop folds by."""
    sink = {
        "id": "sink",
        "kind": "webhook",
        "settings": {"url": inbox_url, "secret": SECRET},
        "per_second_max": 100_000,
    }
    server.publish("channel", "sink", sink)
    server.publish("content", "hello", {"id": "hello", "body": "hello"})
    server.publish("setting", "delivery", {"caps": [{"count": 2, "days": 7}], "quiet_hours": None})
    for number in range(AUDIENCES):
        server.publish("audience", f"a{number}", {"name": f"a{number}", "where": audience(number)})
    for number in range(JOURNEYS - 1):
        server.publish("journey", f"j{number}", journey(number))
    server.publish("journey", "probe", probe_journey())


def audience(number: int) -> dict[str, Any]:
    """Return a tree of three or four conditions, two of them windows where there are four."""
    days, least = ((14, 1), (30, 1), (90, 1), (90, 2))[number % 4]
    window = {"event": EVENTS[number % 5], "within_days": days, "count": {"gte": least}}
    second = {"event": EVENTS[(number + 2) % 5], "within_days": (7, 30)[number % 2]}
    city = {"trait": "city", "in": [CITIES[(number + step) % 8] for step in (0, 1, 3, 6)]}
    slice_ = {"percent": [number % 70, number % 70 + 30], "salt": f"s{number}"}
    if number % 2:
        return {"all": [window, city, slice_]}
    return {"all": [{"any": [window, second]}, city, slice_]}


def journey(number: int) -> dict[str, Any]:
    bought = {"event": "Order Completed", "within_days": 7}
    return {
        "name": f"j{number}",
        "trigger": {"on": "audience", "audience": f"a{number * 10}"},
        "holdout": {"share": 0.1, "salt": f"h{number}"},
        "nodes": [
            {"kind": "wait", "id": "w", "duration_s": 2, "next": "c"},
            {"kind": "condition", "id": "c", "when": bought, "yes": "x", "no": "s"},
            {"kind": "send", "id": "s", "channel": "sink", "content": "hello", "next": "x"},
            {"kind": "exit", "id": "x"},
        ],
    }


def probe_journey() -> dict[str, Any]:
    """Return a journey that sends at once: from its event to its outbox row is the latency of the loop."""
    return {
        "name": "probe",
        "trigger": {"on": "event", "name": PROBE},
        "reentry": "after_leaving",
        "nodes": [
            {"kind": "send", "id": "s", "channel": "sink", "content": "hello", "purpose": "service", "next": "x"},
            {"kind": "exit", "id": "x"},
        ],
    }


def people(count: int) -> Iterator[list[dict[str, Any]]]:
    """Yield batches that make people known, with consent, a city and a browser."""
    consents = [{"channel": "sink", "purpose": "marketing"}]
    for start in range(0, count, 500):
        yield [
            {
                "type": "identify",
                "userId": f"u{number}",
                "messageId": f"i{number}",
                "traits": {"city": CITIES[number % 8]},
                "context": {"consents": consents},
            }
            for number in range(start, min(start + 500, count))
        ]


def history(rng: np.random.Generator, known: int, each: int, now_ms: int) -> Iterator[list[dict[str, Any]]]:
    """Yield batches of what people did over the last 90 days: `each` events a person on average."""
    for start in range(0, known * each, 500):
        yield [
            {
                "type": "track",
                "event": EVENTS[name],
                "userId": f"u{user}",
                "messageId": f"h{start + place}",
                "timestamp": datetime.fromtimestamp((now_ms - age_ms) / 1000, UTC).isoformat(),
                "properties": {"revenue": 12.5},
            }
            for place, (user, name, age_ms) in enumerate(
                zip(
                    rng.integers(0, known, 500).tolist(),
                    rng.integers(0, len(EVENTS), 500).tolist(),
                    rng.integers(0, 90 * 86_400_000, 500).tolist(),
                    strict=True,
                )
            )
        ]


def batch(rng: np.random.Generator, known: int, first: int, now_ms: int) -> list[dict[str, Any]]:
    """Return BATCH events of known people; a tenth of them late, a hundredth joining a browser to its person."""
    users = rng.integers(0, known, BATCH).tolist()
    names = rng.integers(0, len(EVENTS), BATCH).tolist()
    chance = rng.random(BATCH).tolist()
    events: list[dict[str, Any]] = []
    for place, (user, name, draw) in enumerate(zip(users, names, chance, strict=True)):
        event: dict[str, Any] = {
            "type": "track",
            "event": EVENTS[name],
            "userId": f"u{user}",
            "messageId": f"e{first + place}",
            "properties": {"revenue": 12.5, "product_id": f"p{user % 997}"},
        }
        if draw < LATE_SHARE:
            late_ms = now_ms - int(draw / LATE_SHARE * 30 * 86_400_000)
            event["timestamp"] = datetime.fromtimestamp(late_ms / 1000, UTC).isoformat()
        elif draw < LATE_SHARE + MERGE_SHARE:
            event["anonymousId"] = f"b{first + place}"
        events.append(event)
    return events
