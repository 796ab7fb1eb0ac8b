"""S20: attribution, imported ad spend down to keywords, ROI, a funnel, cohorts and lifetime value, over the public API.

A shop's events and its spend are imported as files; every number is held against a plain reading of the same files.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Generator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))
from served import NOW_MS, Served, served

from liftloop.testing.installation import Installation

Story = Callable[[Served], Awaitable[Any]]

SHOP = timezone(timedelta(hours=8))
NOW = datetime.fromtimestamp(NOW_MS / 1000, SHOP)
FIRST = (NOW - timedelta(days=100)).date()
LAST = (NOW - timedelta(days=1)).date()
PERIOD = {"from": str(FIRST), "to": str(LAST)}
ADS = (
    ("百度", "baidu", "品牌", "奶粉", "一段"),
    ("百度", "baidu", "品牌", "奶粉", "二段"),
    ("小红书", "xhs", "种草", "", ""),
)
PEOPLE = 60


class Happened:
    """One event of the story, by the shop's clock."""

    def __init__(self, person: str, event: str, at: datetime, **properties: str) -> None:
        self.person, self.event, self.at, self.properties = person, event, at, properties


def story_of_a_shop() -> list[Happened]:
    """Return what sixty people did: came by an ad or by themselves, registered, looked and bought, some again."""
    dice = np.random.default_rng(20)
    start = datetime(FIRST.year, FIRST.month, FIRST.day, 8, tzinfo=SHOP) + timedelta(days=1)
    past: list[Happened] = []
    for number in range(PEOPLE):
        person = f"c{number:02d}"
        at = start + timedelta(days=int(dice.integers(0, 60)), minutes=int(dice.integers(600)))
        for _ in range(int(dice.integers(1, 4))):
            if dice.random() < 0.7:
                past.append(Happened(person, "Promotion Clicked", at, url=address(int(dice.integers(len(ADS))))))
            else:
                past.append(Happened(person, "Visited", at))
            at += timedelta(hours=int(dice.integers(2, 70)))
        if dice.random() < 0.8:
            past.append(Happened(person, "Signed Up", at))
            at += timedelta(hours=3)
        for order in range(int(dice.choice([0, 1, 1, 2, 3]))):
            money = str(int(dice.integers(50, 400)))
            past.append(Happened(person, "Order Completed", at, order_id=f"{person}-{order}", revenue=money))
            at += timedelta(days=int(dice.integers(3, 25)), hours=1)
    past = [each for each in past if each.at < NOW - timedelta(days=1)]
    return [*past, Happened("c00", "Visited", NOW - timedelta(hours=1))]


def address(ad: int) -> str:
    _, source, campaign, group, keyword = ADS[ad]
    return f"https://s.example/?utm_source={source}&utm_campaign={campaign}&utm_content={group}&utm_term={keyword}"


PAST = story_of_a_shop()


def events_file() -> str:
    names = ("url", "order_id", "revenue")
    rows = (
        [each.person, each.event, f"{each.at:%Y-%m-%d %H:%M:%S}", *(each.properties.get(name, "") for name in names)]
        for each in PAST
    )
    return "\n".join(["customer_id,event,time,url,order_id,revenue", *(",".join(row) for row in rows)])


def spend_file(*, corrected: bool) -> str:
    """Return ten days of spend with a day left out; corrected, the first day costs double."""
    rows = ["日期,渠道,计划,单元,关键词,花费,展现,点击"]
    for day in (0, 1, 2, 4, 5, 6, 7, 8, 9):
        for number, (channel, _, campaign, group, keyword) in enumerate(ADS):
            cost = (number + 1) * 10 * (2 if corrected and day == 0 else 1)
            rows.append(
                f"{FIRST + timedelta(days=day)},{channel},{campaign},{group},{keyword},{cost},1000,{10 + number}"
            )
    return "\n".join(rows)


async def loaded(world: Served, name: str, content: str, kind: str) -> dict[str, Any]:
    proposed = (await world.admin.upload("/api/imports", (name, content.encode()), {"kind": kind})).json()
    started = await world.admin.post(f"/api/imports/{proposed['import_id']}/start", {"kind": kind})
    assert started.status == 200, started.body
    async with asyncio.timeout(60):
        while (state := (await world.admin.get(f"/api/imports/{proposed['import_id']}")).json())["status"] == "running":
            await asyncio.sleep(0.05)
    assert state["status"] == "done", state
    return state


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Generator[Callable[[str, dict[str, Any]], Any]]:
    """Import the files once, then ask."""
    loop = asyncio.new_event_loop()
    installation = Installation(tmp_path_factory.mktemp("s20") / "data", NOW_MS)
    opened = served(installation)
    world = loop.run_until_complete(opened.__aenter__())

    async def told() -> None:
        done = await loaded(world, "events.csv", events_file(), "events")
        assert (done["counts"]["events"], done["counts"]["rejected"]) == (len(PAST), 0), done
        await loaded(world, "spend.csv", spend_file(corrected=False), "spend")
        installation.clock.set_ms(NOW_MS + 60_000)
        await loaded(world, "spend again.csv", spend_file(corrected=True), "spend")
        await world.settle()

    loop.run_until_complete(told())

    def asked(path: str, body: dict[str, Any]) -> Any:
        answer = loop.run_until_complete(world.admin.post(f"/api/results/{path}", PERIOD | body))
        assert answer.status == 200, answer.body
        return answer.body.decode("utf-8-sig") if path.endswith("/file") else answer.json()

    yield asked
    loop.run_until_complete(opened.__aexit__(None, None, None))
    installation.close()
    loop.close()


def by_person() -> dict[str, list[Happened]]:
    histories: dict[str, list[Happened]] = defaultdict(list)
    for each in sorted(PAST, key=lambda one: one.at):
        histories[each.person].append(each)
    return histories


def ad_of(each: Happened) -> tuple[str, ...] | None:
    known = {address(place): ADS[place][1:] for place in range(len(ADS))}
    return known.get(each.properties.get("url", ""))


def plain_credit(rule: str, days: int) -> tuple[dict[tuple[str, ...], float], float]:
    """Return fen by keyword, and those without a touch, by reading each history from its beginning."""
    credit: dict[tuple[str, ...], float] = defaultdict(float)
    untouched = 0.0
    for history in by_person().values():
        way: list[tuple[datetime, tuple[str, ...]]] = []
        for each in history:
            ad = ad_of(each)
            if ad and not (way and way[-1][1] == ad and each.at - way[-1][0] <= timedelta(minutes=30)):
                way.append((each.at, ad))
            if each.event != "Order Completed" or each.at.date() > LAST:
                continue
            near = [name for at, name in way if each.at - at <= timedelta(days=days)]
            way = []
            fen = float(each.properties["revenue"]) * 100
            if not near:
                untouched += fen
                continue
            for place, name in enumerate(near):
                part = {"first": place == 0, "last": place == len(near) - 1, "linear": 1 / len(near)}[rule]
                credit[name] += fen * part
    return credit, untouched


def leaves(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [leaf for node in nodes for leaf in (leaves(node["below"]) or [node])]


@pytest.mark.parametrize("rule", ["first", "last", "linear"])
def test_return_on_spend_is_what_a_plain_reading_gives(ask: Callable[..., Any], rule: str) -> None:
    """Cost and attributed revenue of each keyword are those of the files, and all sums are of what is below them."""
    found = ask("return-on-spend", {"model": rule, "lookback_days": 14})
    credit, untouched = plain_credit(rule, 14)
    told = {tuple(part for part in leaf["key"] if part): leaf["amounts"] for leaf in leaves(found["nodes"])}
    expected = {tuple(part for part in key if part): fen for key, fen in credit.items()}
    expected = {("xiaohongshu", *key[1:]) if key[0] == "xhs" else key: fen for key, fen in expected.items()}
    assert {key: each["value"] for key, each in told.items()} == pytest.approx(expected, abs=1)
    assert {key: each["cost"] for key, each in told.items()} == {
        ("baidu", "品牌", "奶粉", "一段"): 10_000,
        ("baidu", "品牌", "奶粉", "二段"): 20_000,
        ("xiaohongshu", "种草"): 30_000,
    }, "nine days, the first of them corrected to double by the later file"
    assert found["untouched"]["value"] == pytest.approx(untouched, abs=1)
    revenue = sum(float(each.properties["revenue"]) for each in PAST if each.event == "Order Completed") * 100
    assert found["total"]["value"] == pytest.approx(revenue, abs=2)
    assert found["total"]["cost"] == 60_000
    for node in found["nodes"]:
        for name in ("cost", "clicks", "conversions", "value"):
            assert sum(leaf["amounts"][name] for leaf in leaves([node])) == pytest.approx(node["amounts"][name], abs=2)
    missing = [day for node in found["nodes"] for below in node["below"] for day in below["missing_days"]]
    assert set(missing) == {str(FIRST + timedelta(days=3))}
    assert any("3" in each["en"] and "newest" in each["en"] for each in found["warnings"]), "three rows were corrected"


@pytest.mark.parametrize("rule", ["first", "last", "last_non_direct", "linear", "time_decay", "position"])
def test_credited_money_adds_up_to_all_orders(ask: Callable[..., Any], rule: str) -> None:
    """Whatever the rule and the lookback, touches and orders without a touch share all revenue, and none twice."""
    revenue = sum(float(each.properties["revenue"]) for each in PAST if each.event == "Order Completed") * 100
    for days in (2, 45):
        found = ask("return-on-spend", {"model": rule, "lookback_days": days})
        credited = sum(leaf["amounts"]["value"] for leaf in leaves(found["nodes"]))
        assert credited + found["untouched"]["value"] == pytest.approx(revenue, abs=3)
        assert 0 < credited < revenue


def test_a_funnel_is_told_apart_by_the_last_touch(ask: Callable[..., Any]) -> None:
    """Each start belongs to the ad clicked last within thirty days before it; the groups add up to the whole."""
    steps = [{"event": "Signed Up"}, {"event": "Order Completed"}]
    found = ask("funnel", {"steps": steps, "window_days": 60, "group": {"kind": "last_touch"}})
    plain: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for history in by_person().values():
        place = next((n for n, each in enumerate(history) if each.event == "Signed Up"), None)
        if place is None or history[place].at.date() > LAST:
            continue
        ads = [ad_of(each) for each in history[:place] if history[place].at - each.at <= timedelta(days=30)]
        named = [ad[0] for ad in ads if ad is not None]
        group = plain[{"baidu": "baidu", "xhs": "xiaohongshu"}[named[-1]] if named else ""]
        group[0] += 1
        group[1] += any(each.event == "Order Completed" for each in history[place:])
    assert {each["group"]["value"]: each["people"] for each in found["groups"]} == plain
    assert [sum(column) for column in zip(*plain.values(), strict=True)] == [each["people"] for each in found["steps"]]
    assert found["behind"] == []
    assert "too few" in found["told"]["en"]


def test_the_file_has_what_the_page_has(ask: Callable[..., Any]) -> None:
    """The exported file ends with the total, which is the sum of its channels and of what has no touch."""
    lines = [line.split(",") for line in ask("return-on-spend/file", {"model": "linear"}).splitlines()]
    value = lines[0].index("value")
    parts = sum(float(line[value]) for line in lines[1:] if line[0] in ("channel", "untouched"))
    assert lines[-1][0] == "total"
    assert float(lines[-1][value]) == pytest.approx(parts, abs=0.01)


def test_every_model_divides_the_same_whole(ask: Callable[..., Any]) -> None:
    """Shares of each model sum to one; without a holdout there is no money, and it is said why."""
    found = ask("attribution", {"lookback_days": 14, "markov_order": 2})
    models = [credit["model"] for credit in found["channels"][0]["credits"]]
    assert len(models) == 8
    for place in range(len(models)):
        assert sum(each["credits"][place]["share"] for each in found["channels"]) == pytest.approx(1)
    assert all(credit["amount"] is None for each in found["channels"] for credit in each["credits"])
    assert "holdout" in found["why_no_amounts"]["en"]
    credit, untouched = plain_credit("last", 14)
    baidu = next(each for each in found["channels"] if each["key"] == "baidu")
    last = next(each["share"] for each in baidu["credits"] if each["model"] == "last")
    assert last == pytest.approx(sum(fen for key, fen in credit.items() if key[0] == "baidu") / sum(credit.values()))
    behind = ask("attribution/people", {"lookback_days": 14, "channel": baidu["place"]})
    assert 0 < behind["total"] <= baidu["conversions"]
    assert untouched > 0
    assert found["untouched"] > 0


def test_funnel_cohorts_and_value_agree_with_the_files(ask: Callable[..., Any]) -> None:
    """A funnel's people, a cohort's size and return, and what buyers brought are those of a plain reading."""
    steps = [{"event": each} for each in ("Promotion Clicked", "Signed Up", "Order Completed")]
    funnel = ask("funnel", {"steps": steps, "window_days": 100})
    clicked, signed, paid = 0, 0, 0
    for history in by_person().values():
        names = [each.event for each in history if each.at.date() <= LAST]
        click = names.index("Promotion Clicked") if "Promotion Clicked" in names else None
        sign = (
            next((n for n in range(click, len(names)) if names[n] == "Signed Up"), None) if click is not None else None
        )
        clicked, signed = clicked + (click is not None), signed + (sign is not None)
        paid += sign is not None and "Order Completed" in names[sign:]
    assert [each["people"] for each in funnel["steps"]] == [clicked, signed, paid]
    orders = {
        person: [(each.at, float(each.properties["revenue"])) for each in history if each.event == "Order Completed"]
        for person, history in by_person().items()
    }
    retention = ask("retention", {"grain": "week"})
    monday = {
        person: days[0][0].date() - timedelta(days=days[0][0].weekday()) for person, days in orders.items() if days
    }
    for cohort in retention["cohorts"]:
        members = [person for person, day in monday.items() if str(day) == cohort["first_day"]]
        assert cohort["people"] == len(members)
        for cell in cohort["cells"]:
            start = datetime.fromisoformat(cohort["first_day"]).replace(tzinfo=SHOP) + timedelta(weeks=cell["age"])
            inside = [
                (person, place, money)
                for person in members
                for place, (at, money) in enumerate(orders[person])
                if start <= at < start + timedelta(weeks=1)
            ]
            assert cell["people"] == len({person for person, place, _ in inside if place > 0})
            assert cell["amount"] == sum(round(100 * money) for _, _, money in inside)
        assert [cell["running"] for cell in cohort["cells"]] == [False] * (len(cohort["cells"]) - 1) + [True]
    value = ask("lifetime-value", {"horizon_days": 90})
    buyers = [days for days in orders.values() if days]
    brought = [sum(money for at, money in days if at - days[0][0] < timedelta(days=90)) for days in buyers]
    assert value["whole"]["people"] == len(buyers)
    assert value["whole"]["realised"] == pytest.approx(100 * float(np.mean(brought)), abs=1)
    assert not value["model"], "so few people came back that nothing is forecast"
    assert value["whole"]["cac"] == pytest.approx(60_000 / len(buyers), abs=1)
