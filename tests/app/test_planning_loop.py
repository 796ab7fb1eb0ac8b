"""From a sentence to measured lift over a sample shop, the market's own truth beside it."""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from msgspec import Struct, json, msgpack
from msgspec.structs import replace
from shop_lake import UNTIL_MS, Ran, run_campaign, sources_of

from liftloop.api.present.campaign import campaign_view, report_view
from liftloop.api.present.plan import plan_row, plan_view, reading_view
from liftloop.api.present.review import review_view
from liftloop.app.planning.given import Asking, inputs_of, means_of, seen_of
from liftloop.app.planning.reading import Moments, read_log, read_shop
from liftloop.app.planning.report import report
from liftloop.app.planning.sources import Sources
from liftloop.app.planning.study import launch, plan_goal, read_goal
from liftloop.app.reviews.counted import Reached, counted
from liftloop.cli.telling import lines_of_measure
from liftloop.kernel.clock import DAY_MS
from liftloop.kernel.codec import unpack_columns
from liftloop.kernel.dice import hash_text, uniform
from liftloop.measure.lift import LOOKS, Sides, look
from liftloop.measure.report import Facts, Report, SpendSoFar, report_of
from liftloop.measure.review.writing import Written, review_of
from liftloop.plan.launch import Launch
from liftloop.plan.record import PlanRecord
from liftloop.plugins.documents import written as written_file
from liftloop.simulate.history import history
from liftloop.simulate.world import parse_action, sample_shop

MEMBERS = 25_000
GOAL = "30天内复购率 +5%，预算 3.5 万元，每人每周最多触达 2 次"


class Loop(Struct, frozen=True, kw_only=True):
    sources: Sources
    record: PlanRecord
    launched: Launch
    ran: Ran

    def report(self, days: float) -> Report:
        now = replace(self.sources, lake=self.ran.lake, now_ms=UNTIL_MS + round(days * DAY_MS))
        return report(self.launched.campaign_id, self.launched.campaign, self.record, now)


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    folder = tmp_path_factory.mktemp("loop")
    past = history(sample_shop(MEMBERS), np.random.default_rng(11), UNTIL_MS)
    sources = sources_of(past, folder)
    record = plan_goal(GOAL, {}, "zh-CN", sources)
    launched = launch(record, "zh-CN", sources)
    ran = run_campaign(past, launched, sources, folder)
    yield Loop(sources=sources, record=record, launched=launched, ran=ran)
    ran.lake.close()


def test_the_plan_is_complete(loop: Loop) -> None:
    """A ready plan has every part that the app shows, and survives being kept as JSON and as MessagePack."""
    record = loop.record
    assert record.status == "ready"
    shown = plan_view(record, None)
    for part in ("baseline", "holdout", "certificate", "forecast", "reachable", "provable", "goal_lift"):
        assert getattr(shown, part) is not None
    assert shown.actions
    assert shown.understood.readings
    assert sum(action.people for action in shown.actions) <= shown.eligible - (shown.holdout.people or 0)  # type: ignore[union-attr]
    assert shown.cost <= 3_500_000
    assert plan_row(record, "c").campaign_id == "c"
    assert json.decode(json.encode(record), type=PlanRecord) == record
    assert msgpack.decode(msgpack.encode(record), type=PlanRecord) == record


def test_past_contacts_tell_what_came_in_the_first_days(loop: Loop) -> None:
    """Who orders within a week orders within the month; more do so where a contact was drawn than where nobody was."""
    sources = replace(loop.sources, lake=loop.ran.lake)
    goal = read_goal(GOAL, {}, "zh-CN", sources).goal
    metric = sources.catalogue.by_id[goal.metric or ""]
    asking = Asking(sources=sources, goal=goal, metric=metric, group=None, shop=read_shop(sources.lake))
    contacts = inputs_of(asking, seen_of(asking), means_of(asking)).contacts
    assert contacts is not None
    assert contacts.early is not None
    assert (contacts.early <= contacts.outcome).all()
    drawn, alone = contacts.arm > 0, contacts.arm == 0
    assert 7 / 30 <= contacts.early[alone].mean() / contacts.outcome[alone].mean() < 0.4  # Some order every week.
    assert contacts.early[drawn].mean() > contacts.early[alone].mean()


def test_every_action_is_one_that_the_shop_can_do(loop: Loop) -> None:
    """Offers, channels and items of a plan are the shop's own, those of items recommended to some people too."""
    world = sample_shop(MEMBERS)
    offers, channels = {each.id for each in world.offers}, {each.id for each in world.channels}
    actions = [action.id for action in loop.record.actions]
    assert any(action.endswith(".recommended") for action in actions)
    for action in actions:
        done = parse_action(action)
        assert done.offer in offers
        assert done.channel in channels


def test_the_forecast_holds_the_truth(loop: Loop) -> None:
    """The market's own counterfactual lies within the forecast, whose intervals are nested."""
    forecast = loop.record.forecast
    assert forecast is not None
    assert forecast.i90[0] < forecast.i80[0] < forecast.i50[0] < forecast.point
    assert forecast.i90[0] < loop.ran.lift.relative < forecast.i90[1]


def test_the_measured_lift_holds_the_truth(loop: Loop) -> None:
    """After the window the lift, assigned against assigned, covers the truth, and the forecast is scored beside it."""
    final = loop.report(30)
    assert final.status == "final"
    assert final.treated + final.held_out == loop.ran.assigned
    assert final.held_out == loop.ran.held
    assert final.lift is not None
    assert final.lift.low < loop.ran.lift.relative < final.lift.high
    assert final.scored is not None
    assert final.scored.forecast_hash == loop.record.forecast_hash
    assert final.variance_removed is not None
    assert final.variance_removed > 0.1
    assert 0.7 < final.spend.spent_fen / final.expected_fen < 1.3
    assert final.spend.leaked() < 0.01
    shown = report_view(final)
    assert shown.verdict in ("better", "unclear")
    assert len([look for look in shown.looks if look.planned]) == 4


def test_a_running_campaign_is_told_with_care(loop: Loop) -> None:
    """Before the window ends looks that lie ahead are empty, and the band between looks is wider than the final one."""
    running, final = loop.report(12), loop.report(30)
    assert running.status == "running"
    assert running.scored is None
    told = [look for look in running.looks if look.relative is not None]
    assert len(told) == 2  # The first planned look and a glance.
    assert [look.planned for look in running.looks].count(False) == 1
    assert running.lift is not None
    assert final.lift is not None
    assert running.lift.high - running.lift.low > final.lift.high - final.lift.low
    assert campaign_view(running).status == "running"
    assert loop.report(0.001).lift is None


def test_what_was_launched_is_learned_from(loop: Loop) -> None:
    """A month after the window the campaign's own decisions join the log, held-out people as nobody."""
    campaigns = {loop.launched.campaign_id: loop.launched.campaign}
    moments = Moments(
        statement="now_and_log", parameters=(UNTIL_MS + 61 * DAY_MS, UNTIL_MS + 31 * DAY_MS, list(campaigns), 1)
    )
    columns = moments.ask(loop.ran.lake, "people")
    own = columns["source"][columns["source"] != 0] == 2
    assert own.sum() == loop.ran.assigned
    log = read_log(loop.ran.lake, moments, (), campaigns)
    share = loop.launched.campaign.holdout.share
    assert log.arm[own].max() == 0
    assert (log.arm[own] == 0).sum() >= loop.ran.held
    assert log.chance[own, 0].min() >= share


@pytest.fixture(scope="module")
def written(loop: Loop) -> Written:
    return _written(loop)


def test_the_review_says_what_was_counted(loop: Loop, written: Written) -> None:
    """The review adds up: actions to treated people, groups to everybody; money is claimed only where it is sure."""
    review = review_of(written)
    report, findings = written.report, written.findings
    assert sum(each.people for each in findings.done) <= report.treated
    assert sum(each.sent for each in findings.done) == sum(each.people for each in findings.done)
    often = [group for group in findings.groups if "year" in group.label.en]
    assert sum(group.treated + group.held_out for group in often) == loop.ran.assigned
    by_id = {section.id: section for section in review.sections}
    assert list(by_id) == ["result", "did", "groups", "money", "trust", "ledger", "next"]
    shown = [fact.label.en for fact in by_id["money"].facts]
    assert ("Return on spend (ROI)" in shown) == findings.money.sure()
    assert findings.doubts.exposed == 2
    assert findings.doubts.transactional == 1
    assert any("2 held-out people" in note.text.en for note in by_id["trust"].notes) == (0.01 * report.held_out < 2)
    assert review_view(review).headline.zh == report.sentence.zh


def test_a_review_of_broken_sides_concludes_nothing(loop: Loop) -> None:
    """Where the sides do not have their planned sizes no lift, no group, no money is told, only how to mend it."""
    written = _written(loop, share=0.4)
    review = review_of(written)
    assert written.report.lift is None
    assert not written.findings.groups
    assert written.findings.money.extra is None
    by_id = {section.id: section for section in review.sections}
    assert by_id["trust"].notes[0].tone == "harm"
    assert "groups" not in by_id
    assert by_id["next"].lead.en.startswith("Mend")


@pytest.mark.parametrize("bought", [0, 1])
def test_hardly_anybody_left_alone_did_it(loop: Loop, written: Written, bought: int) -> None:
    """An upper end that nobody can know is said in words wherever the lift is told; else the difference is told."""
    made = report_of(loop.record, _counted((285, 9_500), (bought, 500), loop.launched.campaign_id))
    review = review_of(replace(written, report=made))
    shown = report_view(made).model_dump(mode="json")
    assert (made.verdict, made.status) == ("better", "final")
    assert made.scored is not None
    lines = "\n".join(lines_of_measure(shown, {"rows": [], "qualified": 0}))
    measured = next(each.chart for each in review.sections if each.chart).bars[1:]
    if bought:
        assert shown["lift"]["high"] is None
        assert made.scored.measured_high is None
        assert "上限说不准" in made.sentence.zh
        assert "how much at most" in made.sentence.en
        assert "上限说不准" in lines
        assert review.facts[0].under is not None
        assert "no upper end can be told" in review.facts[0].under.en
        assert "no upper end can be told" in measured[0].text.en
    else:
        assert shown["lift"] is None
        assert shown["difference"]["low"] > 0
        assert made.scored.kind == "points"
        assert "说不出高了百分之几" in made.sentence.zh
        assert "说不出高了百分之几" in lines
        assert not measured
    assert json.decode(json.encode(made.scored), type=type(made.scored)) == made.scored
    pytest.importorskip("pptx", reason="the extra `review` is not installed")
    pytest.importorskip("typst", reason="the extra `review` is not installed")
    assert written_file(review, "pdf", "zh-CN").startswith(b"%PDF-")
    assert written_file(review, "pptx", "en")


def _counted(treated: tuple[int, int], held: tuple[int, int], campaign_id: str) -> Facts:
    """Return the facts of a finished campaign in which so many of so many bought on each side."""
    people = treated[1] + held[1]
    outcome = np.zeros(people)
    outcome[: treated[0]] = outcome[treated[1] : treated[1] + held[0]] = 1.0
    sides = Sides(held=np.arange(people) >= treated[1], before=np.zeros((people, 0)))
    ends_ms = UNTIL_MS + 30 * DAY_MS
    return Facts(
        campaign_id=campaign_id,
        starts_ms=UNTIL_MS,
        ends_ms=ends_ms,
        now_ms=ends_ms,
        looks=(look(sides, outcome, ends_ms, len(LOOKS) - 1),),
        broken=False,
        treated=treated[1],
        held_out=held[1],
        spend=SpendSoFar(messages_fen=0, coupons_fen=0, redeemed=0, by_others=0),
    )


def test_the_review_is_a_file_too(written: Written) -> None:
    """PDF and slides hold the same review in either language; slides keep texts and charts that can be edited."""
    pptx = pytest.importorskip("pptx", reason="the extra `review` is not installed")
    pytest.importorskip("typst", reason="the extra `review` is not installed")
    review = review_of(written)
    assert written_file(review, "pdf", "zh-CN").startswith(b"%PDF-")
    deck = pptx.Presentation(BytesIO(written_file(review, "pptx", "en")))
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, rel=1e-3)
    assert len(deck.slides) == len(review.sections) + 1
    texts = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    assert review.headline.en in texts
    assert all(section.lead.en in texts for section in review.sections)
    charts = sum(shape.has_chart for slide in deck.slides for shape in slide.shapes)
    assert charts == sum(section.chart is not None for section in review.sections) > 2


def _written(loop: Loop, share: float | None = None) -> Written:
    campaign = loop.launched.campaign
    if share is not None:
        campaign = replace(campaign, holdout=replace(campaign.holdout, share=share))
    now = replace(loop.sources, lake=loop.ran.lake, now_ms=UNTIL_MS + 30 * DAY_MS)
    members = np.asarray(unpack_columns(loop.launched.assigned)["profile"]).astype(np.int64)
    salt = hash_text("holdout", campaign.holdout.salt)
    held = members[uniform(members.astype(np.uint64), salt) < loop.launched.campaign.holdout.share]
    reached = Reached(qualified=members.size, ledger=(), marketing=held[:2], served=held[1:3])
    return counted(loop.launched.campaign_id, campaign, loop.record, now, reached)


def test_reading_while_typing_needs_no_plan(loop: Loop) -> None:
    """A sentence is read at once, without touching the lake."""
    sources = replace(loop.sources, lake=None)  # type: ignore[arg-type]
    understood = read_goal("复购率 +5%", {}, "zh-CN", sources)
    shown = reading_view(understood, sources.catalogue.by_id["repurchase_rate"])
    assert [question.id for question in shown.questions] == ["window"]
