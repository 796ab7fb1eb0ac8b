"""From the outbox out of the house and back: what is said, to whom, how often, and what the tick hears of it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from dispatch_world import NOW_MS, ScriptedChannel, World

from liftloop.app.dispatch import rounds as dispatch
from liftloop.app.dispatch.attempts import AttemptFile
from liftloop.app.dispatch.settle import TRIES_MAX
from liftloop.app.dispatch.status import DispatchStatus
from liftloop.deliver.second_look import Stopped
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import LiftloopError


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.content("hello", "你好{{ customer.name | default: '会员' }}", subject="{{ campaign.title }}")
    world.state.define("campaign", "c", 1, {"title": "中秋"})
    return world


def test_message_reaches_its_person_in_words(world: World) -> None:
    """Text, subject, customer and ids arrive; the tick hears one settled row with what the gate needs back."""
    shop = world.channel(ScriptedChannel())
    world.person(3, name="李雷")
    key = world.message(3, action="a1", offer="o1", item="i1")
    world.run()
    ((message,),) = shop.calls
    assert (message.body, message.subject, message.customer_id) == ("你好李雷", "中秋", "u3")
    assert (message.campaign, message.action, message.offer, message.item) == ("c", "a1", "o1", "i1")
    assert message.attempt == f"{key}.1"
    (told,) = world.state.told
    assert (told.channel, told.keys, told.attempts) == ("shop", [key], [f"{key}.1"])
    assert (told.outcomes, told.reasons) == (["accepted"], [""])
    assert (told.decided_ms, told.costs_fen) == ([NOW_MS - 5], [7])


def test_words_name_with_what_their_person_entered(world: World) -> None:
    """A message speaks of what its journey kept of the entry, lines of a basket included; else it is not said."""
    shop = world.channel(ScriptedChannel())
    text = "{{ entry.order_id }}:{% for line in entry.products %}{{ line.name }} {% endfor %}"
    world.content("entered", text)
    kept = {"order_id": "o-1", "products": [{"name": "燕麦奶"}, {"name": "茶"}]}
    world.state.put("entry", 3, canonical_json(kept))
    for number in (3, 4):
        world.person(number)
        world.message(number, content="entered")
    world.run()
    ((message,),) = shop.calls
    assert message.body == "o-1:燕麦奶 茶 "
    assert list(world.outcomes().values()).count("unrendered") == 1


def test_words_lead_to_a_form_by_a_link_of_ones_own(world: World) -> None:
    """Each person has a link of their own; without an address that readers reach, or a form, nothing is said."""
    shop = world.channel(ScriptedChannel())
    world.content("ask", "{{ forms.nps }}")
    for number in (3, 4):
        world.person(number)
        world.message(number, content="ask")
    world.run()
    assert set(world.reasons().values()) == {"no_form:nps"}
    world.state.define("form", "nps", 1, {"title": "t", "fields": []})
    world.state.define("setting", "contents", 1, {"public_url": "https://shop.example.test"})
    keys = [world.message(number, content="ask", due_ms=NOW_MS + 1) for number in (5, 6)]
    for number in (5, 6):
        world.person(number)
    world.clock.ms = NOW_MS + 10
    world.run()
    assert len(keys) == 2
    [messages] = shop.calls
    assert len({each.body for each in messages}) == 2
    assert all(each.body.startswith("https://shop.example.test/forms/nps?p=") for each in messages)


def test_people_are_read_a_batch_at_a_time(world: World) -> None:
    """A thousand people cost as many queries as ten."""
    world.channel(ScriptedChannel(batch_max=1_000))
    counts: list[int] = []
    for first, count in ((0, 10), (10, 1_000)):
        for number in range(first, first + count):
            world.person(number, name=f"n{number}")
            world.message(number)
        before = world.state.queries
        world.run(until=lambda expected=first + count: len(world.state.settled) == expected)
        counts.append(world.state.queries - before)
    assert counts[1] < counts[0] + 60, "queries grow with batches and polls, not with people"


def test_sealed_values_and_things_are_used(world: World) -> None:
    """Personal fields are opened for the batch at once; items, offers and the campaign stand in the text."""
    shop = world.channel(ScriptedChannel())
    world.content(
        "offer", "{{ customer.phone | mask_phone }} {{ item.name }} {{ offer.value | money }} {{ customer.id }}"
    )
    world.state.define("item", "i1", 2, {"name": "鸡翅"})
    world.state.define("offer", "o1", 1, {"value": 500})
    for number in (1, 2):
        world.person(number)
        world.state.put("attribute", number, "phone", world.vault.sealed("13812345678"), 1, NOW_MS, "")
        world.message(number, content="offer", item="i1", offer="o1")
    world.run()
    assert sorted(message.body for message in shop.calls[0]) == [
        "138****5678 鸡翅 ¥5 u1",
        "138****5678 鸡翅 ¥5 u2",
    ]
    assert world.vault.calls == 1


def test_erased_person_is_not_addressed(world: World) -> None:
    """After erasure the value is gone: a text that needs it is not said."""
    world.channel(ScriptedChannel())
    world.content("phone", "{{ customer.phone }}")
    sealed = world.vault.sealed("13812345678")
    world.vault.destroyed.add(sealed)
    world.state.put("attribute", 1, "phone", sealed, 1, NOW_MS, "")
    key = world.message(1, content="phone")
    world.run()
    assert world.state.settled[key] == ("unrendered", "missing_variable:customer.phone")


def test_merged_person_is_who_they_are_now(world: World) -> None:
    """An enrolment of a merged profile reaches the kept one, with the newest values of both."""
    shop = world.channel(ScriptedChannel())
    world.content("both", "{{ customer.name }} {{ customer.city }}")
    world.person(1, name="旧", city="沪")
    world.person(2, name="新")
    world.state.db.execute("UPDATE attribute SET at_ms = at_ms + 1 WHERE profile = 2")
    world.state.db.execute("UPDATE identifier SET at_ms = at_ms - 1 WHERE profile = 2")  # The older one is kept.
    world.state.put("merge", 1, 0, 2, 1, "user_id", NOW_MS, 0, "")
    world.message(1, content="both")
    world.message(2, content="both")
    world.run()
    assert {(message.customer_id, message.body) for message in shop.calls[0]} == {("u2", "新 沪")}


def test_person_without_user_id_has_a_stable_name(world: World) -> None:
    """Anonymous people are known outside by their anonymous id, people with neither by their profile id."""
    shop = world.channel(ScriptedChannel())
    world.state.put("identifier", 77, "anonymous_id", "anon-1", 1, NOW_MS, "")
    world.message(1)
    world.message(33)
    world.run()
    assert {message.customer_id for message in shop.calls[0]} == {"anon-1", "p11"}


def test_mail_goes_to_the_address_as_html(world: World) -> None:
    """A channel of addresses gets the sealed one; a name cannot become markup; without an address nothing is sent."""
    shop = ScriptedChannel()
    shop.address_kind = "email"
    world.channel(shop)
    world.content("mail", "<p>{{ customer.name }}</p>")
    for number in (1, 2):
        world.person(number, name="<b>")
        world.message(number, content="mail")
    world.state.put("attribute", 1, "email", world.vault.sealed("li@x.example"), 1, NOW_MS, "")
    world.run()
    ((message,),) = shop.calls
    assert (message.address, message.body) == ("li@x.example", "<p>&lt;b&gt;</p>")
    assert world.state.settled["c/send/2/0"] == ("unrendered", "no_address:email")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{{ customer.pet }}", "missing_variable:customer.pet"),
        ("{% abort_message '不发' %}", "aborted:不发"),
        ("{% if customer.pet %}{% endif %} \n", "empty"),
        ("{% for i in (1..5000) %}{% endfor %}", "loop_limit:a list of more than 1000 items"),
    ],
)
def test_failed_text_is_told_with_its_reason(world: World, body: str, reason: str) -> None:
    """What cannot be said is settled as unrendered, and costs the rest of the batch nothing."""
    shop = world.channel(ScriptedChannel())
    world.content("bad", body)
    bad, good = world.message(1, content="bad"), world.message(2)
    world.run()
    assert world.state.settled[bad] == ("unrendered", reason)
    assert world.outcomes()[good] == "accepted"
    assert bad not in shop.taken
    (told,) = world.state.told
    assert told.attempts[told.keys.index(bad)] == "", "nothing left, so there was no attempt"


def test_content_version_is_the_one_decided(world: World) -> None:
    """A later edit does not change what was decided; a version that is not there fails by name."""
    shop = world.channel(ScriptedChannel())
    world.content("hello", "第二版", version=2)
    first, second, missing = (world.message(n, content_version=v) for n, v in ((1, 1), (2, 2), (3, 9)))
    world.run()
    assert {message.key: message.body for message in shop.calls[0]} == {first: "你好会员", second: "第二版"}
    assert world.state.settled[missing] == ("unrendered", "content_missing")


def test_expired_message_is_not_sent(world: World) -> None:
    """Nothing is handed over after its time; on its last millisecond it still is."""
    shop = world.channel(ScriptedChannel())
    late, last = world.message(1, expires_ms=NOW_MS - 1), world.message(2, expires_ms=NOW_MS)
    world.run()
    assert world.outcomes() == {late: "expired", last: "accepted"}
    assert set(shop.taken) == {last}


def test_deferred_message_waits_for_its_instant(world: World) -> None:
    """What is due later stays in the outbox until the clock has reached it."""
    world.channel(ScriptedChannel())
    key = world.message(1, due_ms=NOW_MS + 1_000)
    world.run()
    assert not world.state.settled
    world.clock.ms += 1_000
    world.run()
    assert world.outcomes() == {key: "accepted"}


@pytest.mark.parametrize("outcome", ["rejected", "invalid_recipient", "opted_out", "quota_exhausted"])
def test_final_refusal_is_final(world: World, outcome: Any) -> None:
    """A refusal is told as it is and nothing is tried again."""
    shop = world.channel(ScriptedChannel())
    shop.script = [outcome]
    key = world.message(1)
    world.run()
    world.clock.ms += 10**9
    world.run()
    assert world.outcomes() == {key: outcome}
    assert len(shop.calls) == 1


def test_retry_has_its_own_attempt_and_its_own_time(world: World) -> None:
    """A retried message keeps its key, has a fresh attempt id, and does not come before its back-off."""
    shop = world.channel(ScriptedChannel())
    shop.script = ["retry", "throttled", "accepted"]
    key = world.message(1)
    instants = []
    for _ in range(3):
        world.run()
        instants.append((len(shop.calls), world.clock.ms))
        world.run()
        assert len(shop.calls) == instants[-1][0], "the same instant brings no second try"
        world.clock.ms += 2_500
    assert [message.attempt for (message,) in shop.calls] == [f"{key}.1", f"{key}.2", f"{key}.3"]
    assert world.outcomes() == {key: "accepted"}
    assert world.state.told[0].attempts == [f"{key}.3"]


@pytest.mark.parametrize("outcome", ["retry", "throttled"])
def test_endless_retries_end(world: World, outcome: Any) -> None:
    """After the last try the message is rejected for good, and the reason says what went on."""
    shop = world.channel(ScriptedChannel())
    shop.script = [outcome] * 100
    key = world.message(1, expires_ms=NOW_MS + 10**12)
    for _ in range(TRIES_MAX + 2):
        world.run()
        world.clock.ms += 3_600_000
    assert world.state.settled[key] == ("rejected", f"retries_exhausted:{outcome}")
    assert len(shop.calls) == TRIES_MAX


def test_lost_answer_of_marketing_is_never_repeated(world: World) -> None:
    """At most once: lost, missing and broken answers are uncertain, and no later moment sends again."""
    shop = world.channel(ScriptedChannel(batch_max=1))
    shop.script = ["lost", "lost_before", "missing", "raise"]
    for number in range(4):
        world.message(number)
    for _ in range(3):
        world.run()
        world.clock.ms += 10**7
    assert set(world.outcomes().values()) == {"uncertain"}
    assert len(shop.calls) == 4
    assert max(shop.taken.values()) == 1
    assert sorted(world.reasons().values()) == ["", "", "channel_broke:RuntimeError", "no_single_handover"]


@pytest.mark.parametrize("purpose", ["transactional", "service"])
def test_lost_answer_of_a_receipt_is_repeated(world: World, purpose: Any) -> None:
    """At least once: an order confirmation whose answer was lost is sent again until somebody says yes."""
    shop = world.channel(ScriptedChannel())
    shop.script = ["lost_before", "lost"]
    key = world.message(1, purpose=purpose)
    for _ in range(3):
        world.run()
        world.clock.ms += 10_000
    assert world.outcomes() == {key: "accepted"}
    assert shop.taken[key] == 2


def test_marketing_is_repeated_where_the_provider_takes_a_key_once(world: World) -> None:
    """On an idempotent channel a lost answer is asked for again with the same key, and arrives once."""
    shop = world.channel(ScriptedChannel(repeat="idempotent"))
    shop.script = ["lost"]
    key = world.message(1)
    for _ in range(2):
        world.run()
        world.clock.ms += 10_000
    assert world.outcomes() == {key: "accepted"}
    assert shop.taken[key] == 1
    assert len(shop.calls) == 2


def test_doubt_outlives_a_later_refusal(world: World) -> None:
    """When an earlier attempt may have arrived, a later no does not give back cap and budget."""
    shop = world.channel(ScriptedChannel(repeat="idempotent"))
    shop.script = ["lost", "rejected"]
    key = world.message(1)
    for _ in range(2):
        world.run()
        world.clock.ms += 10_000
    assert world.state.settled[key] == ("uncertain", "earlier_attempt_unanswered:rejected")


def test_channel_that_is_away_pauses_and_keeps_its_messages(world: World) -> None:
    """Nothing left, so nothing is spent: the whole channel waits, longer each time, and other channels go on."""
    shop, other = world.channel(ScriptedChannel()), world.channel(ScriptedChannel("other"))
    shop.script = ["later", "later"]
    key = world.message(1)
    free = world.message(2, channel="other")
    world.run()
    assert world.outcomes() == {free: "accepted"}
    assert other.taken[free] == 1
    world.run()
    assert len(shop.calls) == 1, "the pause outlives a restart"
    world.clock.ms += 2_500
    world.run()
    assert len(shop.calls) == 2
    world.clock.ms += 5_000
    world.run()
    assert world.outcomes()[key] == "accepted"
    assert [message.attempt for (message,) in shop.calls] == [f"{key}.1"] * 3, "what never left was no attempt"


def test_new_settings_end_a_pause(world: World) -> None:
    """A channel that somebody has just corrected is tried at once."""
    shop = world.channel(ScriptedChannel())
    shop.script = ["later"]
    key = world.message(1)
    world.run()
    assert key not in world.outcomes()
    better = ScriptedChannel()
    replaced: list[int] = []

    def correct() -> bool:
        if not replaced:
            replaced.append(1)
            world.channel(better, version=2)
        return bool(world.state.settled)

    world.run(until=correct)
    assert world.outcomes() == {key: "accepted"}
    assert better.taken[key] == 1
    assert shop.closed >= 1, "the replaced channel is closed"


@pytest.mark.parametrize("fault", ["unknown", "unreadable", "unusable"])
def test_message_without_a_channel_ends_with_the_reason(world: World, fault: str) -> None:
    """A channel that is gone or cannot be opened does not keep messages for ever."""
    if fault == "unreadable":
        world.state.define("channel", "shop", 1, {"id": "shop", "kind": "pigeon", "settings": {}})
    if fault == "unusable":
        world.channel(ScriptedChannel())

        def refuse(definition: Any) -> Any:
            raise LiftloopError("channel_settings", zh="错", en="wrong")

        world._open = refuse  # pyright: ignore[reportAttributeAccessIssue]
    key = world.message(1)
    world.run()
    outcome, reason = world.state.settled[key]
    assert outcome == "rejected"
    assert reason.startswith(f"channel_{fault}")


def test_batches_keep_to_the_channel(world: World) -> None:
    """No call carries more than the channel's limit, and everything goes out."""
    shop = world.channel(ScriptedChannel(batch_max=7))
    keys = {world.message(number) for number in range(100)}
    world.run()
    assert {len(call) for call in shop.calls} <= {7, 2}
    assert set(shop.taken) == keys
    assert set(shop.taken.values()) == {1}


def test_latest_message_does_not_wait_behind_a_blast(world: World) -> None:
    """A welcome that becomes due during a blast leaves with one of the next batches."""
    shop = world.channel(ScriptedChannel(batch_max=300))
    for number in range(20_000):
        world.message(number)
    welcome: list[str] = []

    def sent() -> bool:
        if len(shop.calls) >= 5 and not welcome:
            world.clock.ms += 1
            welcome.append(world.message(99_999, due_ms=NOW_MS + 1, purpose="transactional"))
        return bool(welcome) and shop.taken[welcome[0]] == 1

    world.run(until=sent)
    assert len(shop.calls) < 35, "20,000 messages make 67 batches"


def test_slow_tick_gets_no_message_sent_twice(world: World) -> None:
    """Rows stay in the outbox until the tick folds; meanwhile nothing is handed over again, restart or not."""
    shop = world.channel(ScriptedChannel())
    world.state.fold_at_once = False
    keys = [world.message(number) for number in range(30)]
    for _ in range(3):
        world.run(until=lambda: len(world.state.log) > 0 and world.dispatcher is not None and _told(world) >= 30)
    assert set(shop.taken) == set(keys)
    assert set(shop.taken.values()) == {1}
    world.state.fold()
    world.run()
    assert set(world.outcomes()) == set(keys)


def _told(world: World) -> int:
    return sum(record.body.count(b"c/send/") for record in world.state.log) // 2


def test_pace_holds_on_a_real_clock(world: World) -> None:
    """With a thousand a second and no time passing, one second's worth leaves and no more."""
    world.paced = True
    shop = world.channel(ScriptedChannel(batch_max=300))
    for number in range(2_500):
        world.message(number)
    looks: list[int] = []

    def settled() -> bool:
        looks.append(1)
        return len(looks) > 60

    world.run(until=settled)
    assert sum(shop.taken.values()) == 900, "whole batches of 300 within a bucket of 1,000"
    world.clock.ms += 1_000
    looks.clear()
    world.run(until=settled)
    assert 900 < sum(shop.taken.values()) <= 2_000


def test_stopped_message_is_forgotten_while_it_waits(world: World) -> None:
    """A row that is withdrawn from the outbox hides no other message, and its retry is forgotten."""
    shop = world.channel(ScriptedChannel())
    shop.script = ["retry"]
    stopped = world.message(1)
    world.run()
    world.state.db.execute("DELETE FROM outbox")
    other = world.message(2)
    world.run(until=lambda: bool(world.state.settled))
    world.clock.ms += 3_600_000
    world.run()
    assert world.outcomes() == {other: "accepted"}
    assert [message.key for call in shop.calls for message in call] == [stopped, other]


def test_stopping_does_not_wait_for_a_channel_that_hangs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop ends soon, and what hung is taken up by the next start as what it is: uncertain."""
    monkeypatch.setattr(dispatch, "LAND_SECONDS_MAX", 0.1)
    shop = world.channel(ScriptedChannel())

    async def hang(messages: Any) -> Any:
        shop.calls.append(list(messages))
        await asyncio.sleep(3_600)

    shop.send = hang
    key = world.message(1)
    world.run(until=lambda: bool(shop.calls))
    assert not world.state.settled
    world.run()
    assert world.state.settled[key] == ("uncertain", "no_answer:restart")
    assert len(shop.calls) == 1


def test_status_shows_what_is_going_on(world: World) -> None:
    """Operators see outcomes and why a channel pauses."""
    shop = world.channel(ScriptedChannel(batch_max=1))
    shop.script = ["accepted", "later"]
    world.message(1)
    world.message(2)
    seen: list[DispatchStatus] = []

    def paused() -> bool:
        assert world.dispatcher is not None
        seen.append(world.dispatcher.status())
        return bool(seen[-1].lanes and seen[-1].lanes[0].pause_reason and not seen[-1].lanes[0].under_way)

    world.run(until=paused)
    assert seen[-1].outcomes == {"accepted": 1}
    (lane,) = seen[-1].lanes
    assert (lane.channel, lane.pause_reason) == ("shop", "busy")
    assert lane.paused_until_ms > NOW_MS


def test_what_stands_still_leaves_as_soon_as_it_may(tmp_path: Path) -> None:
    """A stop holds messages without an end; once it is lifted they leave without waiting for the next look."""
    world = World(tmp_path)
    world.content("hello", "你好")
    shop = world.channel(ScriptedChannel())
    key = world.message(1)
    world.state.define("setting", "stop", 1, {"marketing": {"reason": "", "by": "x", "at_ms": 1}})
    world.stopped[key] = Stopped("held", "stopped:marketing")
    world.run(lambda: world.looked > 0 and world.dispatcher is not None and world.dispatcher.pending() == 0)
    assert not shop.calls
    waiting = AttemptFile(world.path)
    assert [each.reason for each in waiting.waiting()] == ["stopped:marketing"]
    waiting.close()

    async def lifted() -> None:
        world.stopped.clear()
        world.state.define("setting", "stop", 2, {})

    async def stop_and_go() -> None:
        running = asyncio.create_task(world._run(lambda: bool(shop.calls)))  # pyright: ignore[reportPrivateUsage]
        await asyncio.sleep(0.05)
        await lifted()
        await running

    asyncio.run(stop_and_go())
    assert world.outcomes() == {key: "accepted"}


def test_a_message_moved_behind_a_pause_while_it_waits_hides_no_other(tmp_path: Path) -> None:
    """A message waits for its next try when its campaign is paused; what another sends by that channel leaves."""
    world = World(tmp_path)
    world.content("hello", "你好")
    shop = world.channel(ScriptedChannel())
    shop.script = ["retry"]
    first = world.message(1)
    world.run()
    world.state.db.execute("UPDATE outbox SET due_ms = ? WHERE message_key = ?", (NOW_MS + DAY_MS, first))
    second = world.message(2)
    world.run(lambda: bool(world.outcomes()))
    assert world.outcomes() == {second: "accepted"}
    assert world.dispatcher is not None
    assert world.dispatcher.pending() == 0
