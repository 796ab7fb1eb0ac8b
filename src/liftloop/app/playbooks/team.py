"""Playbooks in which colleagues take over: a call, a visit, a lead."""

from liftloop.app.playbooks.contract import Asked, Drafted, Field, Playbook
from liftloop.app.playbooks.fields import CHANNEL, CONTENT, days, hours
from liftloop.app.playbooks.parts import DAY_S, END, HOUR_S, audience, chain, journey, send, wait_days, words
from liftloop.app.words import Said


def _task(identity: str, title: str, *, sort: str = "call", due_s: int = DAY_S) -> dict[str, object]:
    return {"kind": "task", "id": identity, "title": title, "sort": sort, "due_s": due_s}


def _follow_up(asked: Asked) -> Drafted:
    """Return S10(a): a message some days after the visit; who does not answer is called."""
    how, made = words(
        asked,
        "how",
        asked.said("最近恢复得怎么样", "How are you doing?"),
        asked.said(
            "距离上次就诊有几天了，恢复得怎么样？有不舒服请直接回复，医生助理会联系你。",
            "It has been some days since your visit. How are you? Reply if anything is wrong and we will call.",
        ),
    )
    return Drafted(
        definitions=(
            *made,
            journey(
                asked,
                asked.said("就诊随访", "After the visit"),
                trigger={"on": "event", "name": asked.text("event")},
                reentry="after_leaving",
                nodes=chain(
                    wait_days("rest", asked.number("days")),
                    send(asked, "how", how, purpose="service"),
                    {
                        "kind": "until_event",
                        "id": "reply",
                        "name": "Message Received",
                        "timeout_s": 2 * DAY_S,
                        "happened": END,
                        "timed_out": "call",
                    },
                    _task("call", asked.said("随访电话", "Follow-up call")),
                ),
            ),
        )
    )


def _drop_out(asked: Asked) -> Drafted:
    """Return S10(b): who began to learn and has stopped is reminded, then called."""
    lesson = asked.text("event")
    again, made = words(
        asked,
        "again",
        asked.said("接着学下一课", "The next lesson waits"),
        asked.said("你有几天没上课了，下一课只要十分钟。", "It has been some days. The next lesson takes ten minutes."),
    )
    stopped = {"event": lesson, "days_since_last": {"gte": asked.number("days")}}
    return Drafted(
        definitions=(
            audience(asked, "stopped", asked.said("停学的学员", "Learners who stopped"), stopped),
            *made,
            journey(
                asked,
                asked.said("停学提醒", "Learners who stop"),
                trigger={"on": "audience", "audience": f"{asked.base}.stopped"},
                goal_event=lesson,
                reentry="after_leaving",
                nodes=chain(
                    send(asked, "again", again),
                    wait_days("patience", 3),
                    _task("call", asked.said("学员停学，问问原因", "Stopped learning: ask why")),
                ),
            ),
        )
    )


def _key_accounts(asked: Asked) -> Drafted:
    """Return S15: the adviser calls first; the details follow by message."""
    details, made = words(
        asked,
        "details",
        asked.said("刚才聊的，给你整理好了", "What we talked about"),
        asked.said("刚才电话里说的，整理在这里，有问题随时找我。", "Here is what we talked about; ask me anything."),
    )
    talked = [{"property": "outcome", "is": "reached"}]
    return Drafted(
        definitions=(
            *made,
            journey(
                asked,
                asked.said("重点客户，专人跟进", "Key accounts by their adviser"),
                trigger={"on": "audience", "audience": asked.text("audience")},
                reentry="after_leaving",
                nodes=chain(
                    _task("call", asked.said("重点客户，先打个电话", "Key account: call first")),
                    {
                        "kind": "until_event",
                        "id": "called",
                        "name": "Task Completed",
                        "where": talked,
                        "timeout_s": 3 * DAY_S,
                        "happened": "details",
                        "timed_out": END,
                    },
                    send(asked, "details", details, purpose="service"),
                ),
            ),
        )
    )


def _warm_leads(asked: Asked) -> Drafted:
    """Return S19: each download warms somebody; who is warm enough becomes a lead by the rules of leads."""
    reason = asked.said("下载资料", "Downloaded a paper")
    return Drafted(
        definitions=(
            journey(
                asked,
                asked.said("资料下载加分", "Points for downloads"),
                trigger={"on": "event", "name": asked.text("event")},
                reentry="after_leaving",
                nodes=chain({"kind": "score", "id": "warm", "points": asked.number("points"), "reason": reason}),
            ),
        )
    )


def _dispatch(asked: Asked) -> Drafted:
    """Return S10(c): an event becomes a job with a time by which it must be done."""
    return Drafted(
        definitions=(
            journey(
                asked,
                asked.said("派单", "Dispatch a job"),
                trigger={"on": "event", "name": asked.text("event")},
                reentry="after_leaving",
                nodes=chain(
                    _task("job", asked.text("title"), sort="visit", due_s=round(asked.number("hours") * HOUR_S)),
                ),
            ),
        )
    )


def _dealers(asked: Asked) -> Drafted:
    """Return S10(d): what a dealer reports earns points."""
    told, made = words(
        asked,
        "told",
        asked.said("积分到账", "Points for you"),
        asked.said("你上报的进货已入账，积分同步更新。", "What you reported is in, and your points are up to date."),
    )
    return Drafted(
        definitions=(
            *made,
            journey(
                asked,
                asked.said("经销商积分", "Dealer points"),
                trigger={"on": "event", "name": asked.text("event")},
                reentry="after_leaving",
                nodes=chain(
                    {"kind": "points", "id": "earn", "points": asked.whole("points")},
                    send(asked, "told", told, purpose="service"),
                ),
            ),
        )
    )


def _event(usual: str) -> Field:
    return Field(id="event", name=Said("从哪个事件开始", "Event that begins it"), kind="event", usual=usual)


def _points(usual: float) -> Field:
    return Field(
        id="points", name=Said("每次多少分", "Points each time"), kind="count", usual=usual, low=1, high=10_000
    )


TEAM = (
    Playbook(
        id="visit_follow_up",
        family="team",
        name=Said("就诊随访", "After the visit"),
        story=Said(
            "就诊几天后问一句恢复得怎么样；两天没回复，派一个随访电话。",
            "Some days after a visit: how are you? Who does not answer within two days is called.",
        ),
        fields=(CHANNEL, _event("Visit Completed"), days("days", "几天后", "Days later", 3, high=60), CONTENT),
        build=_follow_up,
    ),
    Playbook(
        id="learners_who_stop",
        family="team",
        name=Said("停学提醒", "Learners who stop"),
        story=Said(
            "几天没上课的学员先收到提醒；还没回来，班主任打电话问原因。",
            "Learners who have stopped are reminded; who still stays away is asked why by phone.",
        ),
        fields=(CHANNEL, _event("Lesson Completed"), days("days", "几天没上课", "Days without a lesson", 5, high=60)),
        build=_drop_out,
    ),
    Playbook(
        id="key_accounts",
        family="team",
        name=Said("重点客户，专人跟进", "Key accounts by their adviser"),
        story=Said(
            "一进入重点客户人群，就请专人先打电话；打完，把聊到的内容发给客户。",
            "Who comes into the audience is called by their adviser; the details follow once the call is done.",
        ),
        fields=(
            CHANNEL,
            Field(id="audience", name=Said("哪个人群算重点", "Audience of key accounts"), kind="audience"),
            CONTENT,
        ),
        build=_key_accounts,
    ),
    Playbook(
        id="warm_leads",
        family="team",
        name=Said("资料下载加分", "Points for downloads"),
        story=Said(
            "每下载一次资料就加分；分数过线的客户，按线索规则交给销售。",
            "Each download adds to the score; who is warm enough goes to sales by the rules of leads.",
        ),
        fields=(_event("White Paper Downloaded"), _points(30)),
        build=_warm_leads,
    ),
    Playbook(
        id="dispatch",
        family="team",
        name=Said("派单", "Dispatch a job"),
        story=Said(
            "客户报修或预约一到，马上派给同事，写明几小时内要办完。",
            "A repair or an appointment is given to a colleague at once, with the hours until it must be done.",
        ),
        fields=(
            _event("Service Requested"),
            Field(id="title", name=Said("这单叫什么", "What the job is called"), kind="text", usual="上门服务"),
            hours("hours", "几小时内办完", "Hours until it must be done", 24),
        ),
        build=_dispatch,
    ),
    Playbook(
        id="dealer_points",
        family="team",
        name=Said("经销商积分", "Dealer points"),
        story=Said(
            "经销商每上报一次进货就加积分，并马上告诉他。", "Each report of a dealer earns points, and is told at once."
        ),
        fields=(CHANNEL, _event("Sell-In Reported"), _points(100), CONTENT),
        build=_dealers,
    ),
)
