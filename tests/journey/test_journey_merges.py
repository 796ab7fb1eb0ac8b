from shop_engine import END, ShopEngine, send, wait

from liftloop.kernel.clock import DAY_MS


def test_two_enrolments_of_one_person_do_not_both_send() -> None:
    """Of two people in a journey who turn out to be one, the first enrolment stays and the other leaves."""
    shop = ShopEngine()
    shop.identify("a", "b")
    shop.journey("welcome", wait("w", "s"), send("s", "end"), END)
    shop.happen("Signed Up", "a")
    shop.now_ms += 1000
    shop.happen("Signed Up", "b")
    shop.alias("a", "b")
    shop.advance(shop.now_ms + 2 * DAY_MS)
    assert len(shop.dispatch()) == 1
    assert shop.enrolments() == [("done", ""), ("left", "merged_into_another")]
    shop.happen("Signed Up", "b")
    assert len(shop.enrolments()) == 2, "who was in it once does not enter again"


def test_two_messages_in_the_outbox_of_one_person_do_not_both_leave() -> None:
    """A message that waits for the morning stays behind when its person turns out to have another one waiting."""
    shop = ShopEngine(quiet_hours={"from_minute": 0, "until_minute": 23 * 60})
    shop.identify("a", "b")
    shop.journey("welcome", send("s", "end"), END)
    shop.happen("Signed Up", "a", "b")
    assert shop.ledger() == [("deferred", "quiet_hours")] * 2
    shop.alias("a", "b")
    assert len(shop.dispatch()) == 1
    assert shop.ledger() == [("sent", ""), ("suppressed", "merged_into_another")]


def test_what_was_sent_already_is_not_sent_by_the_other() -> None:
    """Where the later enrolment has sent and the earlier has not, it is the earlier that cedes."""
    shop = ShopEngine()
    shop.identify("a", "b")
    shop.journey("welcome", {"kind": "condition", "id": "c", "when": FIRST, "yes": "w", "no": "s"}, *REST)
    shop.step([shop.message("identify", "a", traits={"first": 1})])
    shop.happen("Signed Up", "a", "b")
    assert len(shop.dispatch()) == 1
    shop.alias("a", "b")
    shop.advance(shop.now_ms + 2 * DAY_MS)
    assert shop.dispatch() == []
    assert shop.enrolments() == [("left", "merged_into_another"), ("done", "")]


FIRST = {"trait": "first", "is": 1}
REST = (wait("w", "s"), send("s", "end"), END)


def test_the_goal_is_reached_by_either_name() -> None:
    """Whoever entered under a profile that was merged away leaves when the person does what the journey is for."""
    shop = ShopEngine()
    shop.identify("old")
    shop.step([shop.message("page", "", anonymous_id="device")])
    body = {"trigger": {"on": "event", "name": "Viewed"}, "goal_event": "Order Completed"}
    shop.journey("buy", wait("w", "s"), send("s", "end"), END, **body)
    shop.step([shop.message("track", "", anonymous_id="device", name="Viewed")])
    shop.join("old", "device")
    shop.happen("Order Completed", "old")
    assert shop.enrolments() == [("left", "goal")]


def test_a_merged_person_keeps_the_first_assignment() -> None:
    """Of two assignments of one person the first stays, whichever profile had it, and the holdout goes with it."""
    shop = ShopEngine()
    shop.identify("a", "b", "c")
    shop.campaign("autumn", actions=[{"id": "nobody"}, *ACTIONS], cells=[[0, 0.5, 0.5]])
    shop.assign("autumn", {"b": 2})
    shop.assign("autumn", {"a": 1, "c": 1, "b": 1})
    shop.alias("a", "b")
    shop.assign("autumn", {"a": 1})
    shop.launch("autumn")
    assert {each.action for each in shop.envelopes() if each.profile == shop.number("a")} == {"second"}
    assert {each.action for each in shop.envelopes() if each.profile == shop.number("c")} == {"first"}
    assert len(shop.envelopes()) == 2


ACTIONS = [{"id": name, "channel": "sms", "content": "hello"} for name in ("first", "second")]


def test_an_assignment_is_not_lost_in_a_merge() -> None:
    """Who was assigned under a profile that is merged away is still reached, once, and by the same draw."""
    for share, expected in ((0.0, ("queued", "")), (1.0, ("held_out", "held_out:would_be_sent"))):
        shop = ShopEngine()
        shop.identify("a", "b")
        shop.campaign("autumn", holdout={"share": share, "salt": "s"})
        shop.assign("autumn", {"b": 1})
        shop.launch("autumn", wait("w", "act"))
        shop.alias("a", "b")
        shop.advance(shop.now_ms + 2 * DAY_MS)
        assert shop.ledger() == [expected]
