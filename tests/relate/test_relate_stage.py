"""Work: asked for twice it is one, given by rules, closed once, and where the customer is after a merge."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import convert

from liftloop.app.facts import fact
from liftloop.kernel.clock import DAY_MS, HOUR_MS
from liftloop.kernel.codec import canonical_json, parse_object
from liftloop.relate.contract import ASKED, ORDERED, WorkAsked, WorkOrdered
from liftloop.relate.works import work_id
from liftloop.testing.installation import Installation

NOW_MS = 1_790_000_000_000
LEAD_RULES = {
    "threshold": 50,
    "half_life_days": 10,
    "team": "sales",
    "title": "高意向客户",
    "rules": [
        {"id": "paper", "name": "下载白皮书", "event": "Form Submitted", "where": {"form": "paper"}, "points": 30},
        {"id": "price", "name": "看价格页", "event": "Product Viewed", "points": 10, "most": 20},
    ],
}


class Shop:
    def __init__(self, path: Path) -> None:
        self.installation = Installation(path, NOW_MS)
        self._messages = 0

    def staff(self, identity: str, team: str, **more: Any) -> None:
        self.installation.publish("staff", identity, {"name": identity, "team": team, **more})

    def rules(self, **rules: Any) -> None:
        self.installation.publish("setting", "relate", rules)

    def happens(self, event: str, who: str = "u", **properties: Any) -> None:
        self.said(type="track", event=event, userId=who, properties=properties)

    def said(self, **message: Any) -> None:
        self._messages += 1
        self.installation.receive({"messageId": f"m{self._messages}", **message})
        self.installation.fold_all()

    def person(self, who: str = "u", **traits: Any) -> int:
        self.said(type="identify", userId=who, traits=traits)
        rows = self.installation.state.rows("SELECT profile FROM identifier WHERE text = ?", (who,))
        return int(rows[0][0])

    def ask(self, name: str, profile: int, kind: Any = "task", **more: Any) -> str:
        body = {"id": work_id(kind, name), "kind": kind, "profile": profile, "sort": "call", **more}
        self._state(ASKED, body["id"], convert(body, WorkAsked))
        return str(body["id"])

    def order(self, work: str, **changes: Any) -> None:
        self._state(ORDERED, work, WorkOrdered(work=work, **changes))

    def _state(self, kind: str, name: str, body: Any) -> None:
        now_ms = self.installation.now_ms()
        self.installation.append([fact(kind, name, canonical_json(body), "person:test", now_ms)])
        self.installation.fold_all()

    def work(self, columns: str = "*", where: str = "1", *given: Any) -> list[tuple[Any, ...]]:
        return self.installation.state.rows(f"SELECT {columns} FROM work WHERE {where} ORDER BY row", given)

    def history(self, work: str) -> list[tuple[str, str]]:
        rows = self.installation.state.rows(
            "SELECT what, value FROM work_change WHERE work = ? ORDER BY tick, position", (work,)
        )
        return [(str(what), str(value)) for what, value in rows]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path / "data")
    yield shop
    shop.installation.close()


def test_work_is_asked_for_once_and_closed_once(shop: Shop) -> None:
    """What is asked for twice is one task; whoever closes it second changes nothing, and a task can be opened again."""
    number = shop.person()
    task = shop.ask("a", number, due_ms=NOW_MS + HOUR_MS)
    assert shop.ask("a", number, due_ms=NOW_MS + 2 * HOUR_MS) == task
    assert shop.work("id, state, due_ms") == [(task, "open", NOW_MS + HOUR_MS)]
    shop.order(task, state="closed", outcome="reached")
    shop.order(task, state="closed", outcome="declined")
    shop.order(task, stage="late")
    assert shop.work("state, outcome") == [("closed", "reached")]
    shop.order(task, state="open")
    assert shop.work("state, outcome") == [("open", "")]
    assert shop.history(task) == [("opened", ""), ("closed", "reached"), ("reopened", "")]


def test_rules_give_work_in_turn_to_those_who_are_there_and_have_room(shop: Shop) -> None:
    """The adviser first, then the store's team by load, then the team in turn; else it waits in the queue."""
    shop.installation.publish("team", "west", {"name": "西区", "stores": ["s1"]})
    shop.installation.publish("team", "care", {"name": "客服"})
    for name in ("li", "wang"):
        shop.staff(name, "care")
    shop.staff("chen", "west", wecom_userid="ChenWx", load_max=1)
    shop.staff("zhao", "west", away=True)
    shop.rules(queue="care")
    owned = shop.person("vip", owner="ChenWx", store="s9")
    local, far = shop.person("local", store="s1"), shop.person("far")
    shop.ask("1", owned)
    shop.ask("2", local)
    for each in ("3", "4", "5"):
        shop.ask(each, far, team="care")
    shop.ask("6", far)
    assert shop.work("team, owner") == [
        ("west", "chen"),
        ("care", ""),  # Chen has no room, Zhao is away.
        ("care", "li"),
        ("care", "wang"),
        ("care", "li"),
        ("care", ""),
    ]


def test_reassigning_keeps_count(shop: Shop) -> None:
    """Least loaded follows what was closed and handed on, after a restart too."""
    shop.staff("li", "care")
    shop.staff("wang", "care")
    shop.rules(assignment=[{"by": "team", "team": "care", "how": "least_loaded"}])
    number = shop.person()
    first, second = shop.ask("1", number), shop.ask("2", number)
    assert shop.work("owner") == [("li",), ("wang",)]
    shop.order(first, owner="wang")
    shop.installation.restart()
    shop.ask("3", number)
    shop.ask("4", number)
    shop.order(second, state="closed", outcome="reached")
    shop.ask("5", number)
    assert shop.work("owner") == [("wang",), ("wang",), ("li",), ("li",), ("wang",)]


def test_overdue_is_told_once(shop: Shop) -> None:
    """A task that nobody does by its time is overdue by time alone; one that was done is not."""
    number = shop.person()
    late, done = shop.ask("late", number, due_ms=NOW_MS + HOUR_MS), shop.ask("done", number, due_ms=NOW_MS + HOUR_MS)
    shop.order(done, state="closed", outcome="reached")
    shop.installation.advance(3 * 3_600)
    assert ("overdue", "") in shop.history(late)
    assert ("overdue", "") not in shop.history(done)
    shop.installation.advance(3 * 3_600)
    assert shop.history(late).count(("overdue", "")) == 1


def test_a_score_over_the_threshold_is_one_lead_with_its_reasons(shop: Shop) -> None:
    """S19: points add up by rule, fade by half, and the customer who passes the threshold is a lead once."""
    shop.staff("sun", "sales")
    shop.rules(lead=LEAD_RULES)
    shop.person()
    for _ in range(5):
        shop.happens("Product Viewed")
    shop.happens("Form Submitted", form="other")
    assert shop.work() == []
    shop.happens("Form Submitted", form="paper")
    ((lead, kind, team, owner, stage, reasons),) = shop.work("id, kind, team, owner, stage, reasons")
    assert (kind, team, owner, stage) == ("lead", "sales", "sun", "new")
    assert sorted(parse_object(reasons).values()) == [20, 30]
    shop.happens("Form Submitted", form="paper")
    ((reasons,),) = shop.work("reasons")
    assert sum(parse_object(reasons).values()) == 80
    shop.order(lead, state="closed", outcome="lost")
    shop.happens("Form Submitted", form="paper")
    assert len(shop.work()) == 1, "still as warm as when it was lost: not a new lead"
    shop.installation.advance(40 * DAY_MS / 1_000)
    for _ in range(2):
        shop.happens("Form Submitted", form="paper")
    assert [state for (state,) in shop.work("state")] == ["closed", "open"]


def test_a_rule_opens_one_ticket_a_day(shop: Shop) -> None:
    """A signal or an event opens a ticket with its severity and time; what follows that day belongs to it."""
    shop.rules(tickets=[{"id": "angry", "title": "物流投诉", "event": "Complaint Made", "severity": "high"}])
    shop.happens("Complaint Made")
    shop.happens("Complaint Made")
    ((kind, sort, origin, due),) = shop.work("kind, sort, origin, due_ms - opened_ms")
    assert (kind, sort, origin, due) == ("ticket", "high", "rule:angry", 24 * HOUR_MS)


def test_people_who_turn_out_to_be_one_have_one_lead(shop: Shop) -> None:
    """Merged customers bring their points together, and the newer of two leads ends as merged."""
    shop.rules(lead=LEAD_RULES)
    for who in ("u", "v"):
        shop.person(who)
        for _ in range(2):
            shop.happens("Form Submitted", who, form="paper")
    assert [state for (state,) in shop.work("state")] == ["open", "open"]
    shop.said(type="alias", userId="u", previousId="v")
    assert [outcome for (outcome,) in shop.work("outcome")] == ["", "merged"]
    shop.happens("Product Viewed", "v")
    (reasons,) = shop.work("reasons", "state = 'open'")[0]
    assert sum(parse_object(reasons).values()) == 130
