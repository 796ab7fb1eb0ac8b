"""What must hold after any story, whoever died in it; said plainly, from outside, one person at a time."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from living import Life
from plain_audiences import PlainAudiences, PlainPerson
from story import CAPS, DEVICES, HOLDOUT, USERS

from liftloop.app.tick.questions import answer
from liftloop.collect.stage import AHEAD_MAX_MS
from liftloop.deliver.contract import Message
from liftloop.deliver.decisions import VISIT_BITS
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import parse_json
from liftloop.kernel.dice import hash_text, uniform
from liftloop.testing.installation import Installation

LET_THROUGH = {"queued", "deferred"}
GIVEN_BACK = {"rejected", "invalid_recipient", "quota_exhausted", "unrendered", "opted_out", "expired", "suppressed"}
MAY_HAVE_ARRIVED = {"sent", "uncertain"}
CAMPAIGN_CAP = {"count": 1, "days": 1}


def accepted(life: Life) -> dict[str, Mapping[str, Any]]:
    """Return the acknowledged messages that are not from the future, with the instant at which each happened."""
    found: dict[str, Mapping[str, Any]] = {}
    for identity, (message, received_ms) in life.acknowledged.items():
        late_ms = _ms(message["sentAt"]) - _ms(message["timestamp"])
        if late_ms >= -AHEAD_MAX_MS:
            found[identity] = {**message, "at_ms": received_ms - late_ms}
    return found


def _ms(text: str) -> int:
    return int(np.datetime64(text.removesuffix("+00:00"), "ms").astype(np.int64))


def number_of(shop: Installation, identifier: str) -> int | None:
    return answer(shop.fold, "person", {"identifier": identifier, "now_ms": shop.now_ms()})["profile"]


def people_of(life: Life) -> dict[int, PlainPerson]:
    """Return everybody by profile number with all that happened to them."""
    persons: dict[int, PlainPerson] = defaultdict(PlainPerson)
    for message in accepted(life).values():
        number = number_of(life.shop, str(message.get("userId") or message.get("anonymousId")))
        assert number is not None, f"nobody knows {message}"
        if message["type"] == "track":
            persons[number].events.append((message["event"], message["at_ms"], message["properties"]["v"]))
        elif message["type"] == "identify":
            persons[number].know("city", message["at_ms"], message["traits"]["city"])
        else:
            assert persons[number] is not None
    return persons


def everybody_is_where_they_belong(life: Life) -> None:
    """Windows, traits and memberships are what a plain reading of the acknowledged messages gives."""
    shop, plain, persons = life.shop, PlainAudiences(), people_of(life)
    rows = shop.state.rows("SELECT kind, id, body FROM definition WHERE status = 'live'")
    assert not shop.state.rows("SELECT id FROM definition WHERE status = 'filling'"), "nothing waits for its past"
    plain.trees = {identity: parse_json(body)["where"] for kind, identity, body in rows if kind == "audience"}
    plain.traits = {identity: parse_json(body) for kind, identity, body in rows if kind == "trait"}
    for number, person in persons.items():
        told = answer(shop.fold, "person", {"profile": number, "now_ms": shop.now_ms()})
        inside = {name for name in plain.trees if plain.member(name, person, number, shop.now_ms())}
        assert set(told["audiences"]) == inside, f"person {number} of seed {life.story.seed}"


def known_of_people(life: Life) -> dict[str, Any]:
    """Return all that is known of each identifier, in words that do not depend on when what was folded."""
    shop = life.shop
    known: dict[str, Any] = {}
    families: dict[int | None, list[str]] = defaultdict(list)
    for identifier in (*USERS, *DEVICES):
        families[number_of(shop, identifier)].append(identifier)
    merged = dict(shop.state.rows("SELECT forwarded, kept FROM merge ORDER BY tick, position"))
    attributes = shop.state.rows("SELECT profile, name, value, sealed, at_ms FROM attribute ORDER BY at_ms")
    consents = shop.state.rows("SELECT profile, channel, purpose, at_ms, status FROM consent")
    entered = shop.state.rows("SELECT DISTINCT profile, journey FROM enrolment WHERE journey != 'welcome'")
    for number, family in families.items():
        if number is None:
            continue
        told = answer(shop.fold, "person", {"profile": number, "now_ms": shop.now_ms()})
        known[family[0]] = {
            "family": family,
            "audiences": sorted(told["audiences"]),
            "traits": told["traits"],
            "attributes": {
                name: (at_ms, (shop.vault.open([value])[0] or b"erased") if sealed else value)
                for profile, name, value, sealed, at_ms in attributes
                if _head(merged, profile) == number
            },
            "consents": sorted(row[1:] for row in consents if _head(merged, row[0]) == number),
            "journeys": sorted({journey for profile, journey in entered if _head(merged, profile) == number}),
        }
    known["definitions"] = shop.state.rows("SELECT kind, id, version, sha256, status FROM definition ORDER BY 1, 2, 3")
    known["quarantine"] = sorted(shop.state.rows("SELECT reason, at_ms FROM quarantine"))
    return known


def _head(merged: Mapping[int, int], number: int) -> int:
    while number in merged:
        number = merged[number]
    return number


def the_lake_is_the_log(life: Life) -> None:
    """Every acknowledged message is in the lake once, and every other record too."""
    shop = life.shop
    found = shop.lake.select('SELECT message_id FROM event ORDER BY "offset"')["message_id"].tolist()
    assert Counter(found) == Counter(accepted(life).keys())
    offsets = shop.lake.select('SELECT "offset" FROM event UNION ALL SELECT "offset" FROM system_record')["offset"]
    assert len(offsets) == len(set(offsets.tolist())), "no record twice"
    assert shop.lake.position().offset == shop.log.end()
    assert shop.fold.offset == shop.log.end()


def the_ledger_adds_up(life: Life) -> None:
    """One row with one state for each message somebody was to get; facts, outbox and enrolments agree."""
    shop = life.shop
    assert shop.state.rows("SELECT * FROM outbox") == []
    keys = Counter(key for (key,) in shop.state.rows("SELECT message_key FROM ledger"))
    assert _count(life, "message") == keys
    assert life.shop.lake.select("SELECT count(*) AS n FROM decision")["n"][0] == keys.total()
    through = shop.lake.select("SELECT message_key FROM message WHERE state IN ('queued', 'deferred')")
    assert _count(life, "message_settled") == Counter(through["message_key"].tolist())
    unsettled = shop.state.rows("SELECT message_key FROM ledger WHERE state IN ('queued', 'deferred')")
    assert unsettled == []
    for state, reason, count in shop.state.rows(
        "SELECT enrolment.state, enrolment.reason, count(message_key) FROM enrolment"
        " LEFT JOIN ledger ON ledger.enrolment = enrolment.id GROUP BY enrolment.id"
    ):
        # Who left while the journey waited for its history came before no send node.
        may_be = {2} if state == "done" else {0, 1}
        assert state in ("done", "left")
        assert count in may_be, f"{count} messages to one who is {state}, {reason}"
    strangers = "SELECT message_key FROM ledger WHERE enrolment NOT IN (SELECT id FROM enrolment)"
    assert shop.state.rows(strangers) == []


def _count(life: Life, table: str) -> Counter[str]:
    return Counter(life.shop.lake.select(f"SELECT message_key FROM {table}")["message_key"].tolist())


def nobody_got_a_message_twice(life: Life) -> None:
    """Marketing arrives at most once for each key; what the ledger says of a message is what became of it."""
    rows = life.shop.state.rows("SELECT message_key, channel, purpose, state FROM ledger")
    assert all(state not in MAY_HAVE_ARRIVED for _, channel, _, state in rows if not channel), "nothing was to be sent"
    for key, channel, purpose, state in (row for row in rows if row[1]):
        arrived = life.providers[channel].taken[key]
        assert arrived <= 1 or (purpose != "marketing" and channel == "sms"), key
        assert arrived or state != "sent", f"{key} was called sent"
        assert not arrived or state in MAY_HAVE_ARRIVED, f"{key} arrived and is called {state}"
    known = {(channel, key) for key, channel, _, _ in rows}
    arrived_at_all = {(name, key) for name, provider in life.providers.items() for key in +provider.taken}
    assert arrived_at_all <= known


def held_out_people_got_nothing(life: Life) -> None:
    """Who belongs to a holdout got no marketing of it."""
    rows = life.shop.state.rows(
        "SELECT ledger.message_key, ledger.channel, ledger.journey, enrolment.profile, ledger.state FROM ledger"
        " JOIN enrolment ON enrolment.id = ledger.enrolment WHERE purpose = 'marketing'"
    )
    found = life.shop.lake.select("SELECT decision, holdout FROM decision WHERE campaign = 'spring'")
    decided = {
        (int(number) >> VISIT_BITS, int(number) & (2**VISIT_BITS - 1)): bool(held)
        for number, held in zip(found["decision"], found["holdout"], strict=True)
    }
    for key, channel, journey, profile, state in rows:
        if journey == "spring":  # Held out under the number that was assigned, which a merge may have changed.
            held = decided[int(key.rsplit("/", 2)[1]), int(key.rpartition("/")[2])]
        else:
            held = uniform(np.array([profile], dtype=np.uint64), hash_text("holdout", journey))[0] < HOLDOUT
        assert held == (state == "held_out"), key
        assert not (held and channel and life.providers[channel].taken[key]), key


def caps_and_budget_held(life: Life) -> None:
    """Nobody was let through more often than the caps allow, and nothing was spent beyond the budget."""
    rows = _ticks(life)
    head: dict[int, int] = {}
    counted: dict[str, tuple[int, int]] = {}
    for _, _, kind, row in rows:
        if kind == "merge":
            head[row["forwarded"]] = row["kept"]
        elif kind == "settled":
            if row["outcome"] in GIVEN_BACK:
                counted.pop(row["message_key"], None)
        elif row["purpose"] == "marketing" and row["state"] in LET_THROUGH:
            who = _head(head, row["profile"])
            recent = [at_ms for at_ms, other in counted.values() if _head(head, other) == who]
            caps = [*CAPS, *([CAMPAIGN_CAP] if row["campaign"] == "autumn" else [])]
            for cap in caps:
                within = sum(at_ms > row["decided_ms"] - cap["days"] * DAY_MS for at_ms in recent)
                assert within < cap["count"], f"{row['message_key']} of seed {life.story.seed} breaks {cap}"
            counted[row["message_key"]] = (row["decided_ms"], who)
    spent = life.shop.state.rows(
        "SELECT coalesce(sum(cost_fen), 0) FROM ledger WHERE campaign = 'autumn' AND state IN ('sent', 'uncertain')"
    )[0][0]
    body = life.shop.state.rows("SELECT body FROM definition WHERE kind = 'campaign' AND id = 'autumn'")[0][0]
    assert spent <= parse_json(body)["budget_fen"]


def _ticks(life: Life) -> list[tuple[int, int, str, dict[str, Any]]]:
    """Return merges, outcomes and decisions of the gate in the order in which the ticks folded them."""
    purpose = dict(life.shop.state.rows("SELECT message_key, purpose FROM ledger"))
    found: list[tuple[int, int, str, dict[str, Any]]] = []
    for order, (kind, query) in enumerate(
        (
            ("merge", "SELECT tick, kept, forwarded FROM profile_merge ORDER BY rowid"),
            ("settled", "SELECT tick, message_key, outcome FROM message_settled ORDER BY rowid"),
            ("decided", "SELECT tick, message_key, campaign, profile, state, decided_ms FROM message ORDER BY rowid"),
        )
    ):
        columns = {name: column.tolist() for name, column in life.shop.lake.select(query).items()}
        for values in zip(*columns.values(), strict=True):
            row = dict(zip(columns, values, strict=True))
            if kind == "decided":
                row["purpose"] = purpose[row["message_key"]]
            found.append((row["tick"], order, kind, row))
    return sorted(found, key=lambda each: each[:2])


def look_for_consent(life: Life, messages: Sequence[Message]) -> None:
    """Called at each hand-over: note who gets marketing without having said yes, or after taking it back."""
    shop = life.shop
    merged = dict(shop.state.rows("SELECT forwarded, kept FROM merge ORDER BY tick, position"))
    consents = shop.state.rows("SELECT profile, channel, at_ms, status = 'withdrawn', status FROM consent")
    for message in messages:
        channel, purpose, profile, campaign = shop.state.rows(
            "SELECT channel, purpose, profile, campaign FROM ledger WHERE message_key = ?", (message.key,)
        )[0]
        if purpose != "marketing":
            continue
        live = shop.fold.catalog.live("campaign").get(campaign)
        if live is not None and (live.body.get("paused") or live.body.get("stopped_ms")):
            life.despite.append(message.key)
        mine = [row[2:] for row in consents if _head(merged, row[0]) == _head(merged, profile) and row[1] == channel]
        if max(mine, default=(0, 0, "none"))[2] != "granted":
            life.unasked.append(message.key)


def everybody_who_got_marketing_wanted_it(life: Life) -> None:
    """At the instant of each hand-over of marketing its person had said yes, and not taken it back."""
    assert life.unasked == []


def nothing_left_against_orders(life: Life) -> None:
    """No marketing left while its campaign was paused or stopped."""
    assert life.despite == []


def copies_are_drawn_once(life: Life) -> None:
    """Everybody has one copy of a campaign, whatever became of shares and people, and every chance was logged."""
    rows = life.shop.lake.select(
        "SELECT decision, variant, batch, arms FROM decision WHERE campaign = 'spring' ORDER BY decision"
    )
    drawn: dict[int, set[str]] = defaultdict(set)
    for number, variant, batch, arms in zip(
        rows["decision"], rows["variant"], rows["batch"], rows["arms"], strict=True
    ):
        chances = parse_json(arms)
        assert set(chances) == {"nobody", "greet/A", "greet/B"}
        assert abs(sum(chances.values()) - 1) < 1e-9
        if variant:
            drawn[int(number) >> VISIT_BITS].add(variant)
            assert batch >= 0 or int(number) & (2**VISIT_BITS - 1) > 0, "only who had one keeps one"
    assert all(len(variants) == 1 for variants in drawn.values())


ALL = (
    the_lake_is_the_log,
    the_ledger_adds_up,
    nobody_got_a_message_twice,
    held_out_people_got_nothing,
    caps_and_budget_held,
    everybody_who_got_marketing_wanted_it,
    nothing_left_against_orders,
    copies_are_drawn_once,
)
