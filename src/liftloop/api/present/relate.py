"""Work for people as the API tells of it."""

from collections.abc import Mapping

from liftloop.api.present.words import at, person_row, text
from liftloop.api.views.relate import (
    FieldChoice,
    LeadReason,
    Named,
    Note,
    RelateOverview,
    StaffMember,
    Work,
    WorkChange,
    WorkChoice,
    WorkPage,
)
from liftloop.api.views.values import Text
from liftloop.app.relate.lists import Change, NoteLine, Overview, Page, WorkLine
from liftloop.app.words import Said
from liftloop.relate import contract
from liftloop.relate.assignment import People

_WHAT: Mapping[str, Said] = {
    "opened": Said("建立", "opened"),
    "reopened": Said("重新打开", "opened again"),
    "closed": Said("关闭", "closed"),
    "owner": Said("交给 ", "given to "),
    "team": Said("转到团队 ", "moved to team "),
    "stage": Said("阶段变为 ", "stage "),
    "sort": Said("级别变为 ", "changed to "),
    "amount_fen": Said("金额（分）变为 ", "amount in fen "),
    "due_ms": Said("改了时限", "another time limit"),
    "edited": Said("改了内容", "edited"),
    "called": Said("查看号码并拨打", "looked at the number to call"),
    "said": Said("备注", "note"),
    "overdue": Said("已超时", "overdue"),
}
_TIMES = frozenset({"due_ms", "opened"})
MERGED = Said("客户合并，并入另一条线索", "merged into another lead of the same customer")


def work_view(line: WorkLine, people: People, journeys: Mapping[str, str]) -> Work:
    score = round(sum(each.points for each in line.reasons), 1) if line.reasons else None
    return Work(
        id=line.id,
        kind=line.kind,
        sort=line.sort,
        state=line.state,
        stage=_chosen(line.stage, line.stages),
        title=line.title,
        text=line.text,
        person=person_row(line.person),
        team=_team(line.team, people),
        owner=Named(id=line.owner, name=_staff(line.owner, people)) if line.owner else None,
        origin=line.origin,
        why=text(_why(line, people, journeys)),
        score=score,
        reasons=[LeadReason(name=each.name, points=each.points) for each in line.reasons],
        fields=dict(line.fields),
        amount=line.amount_fen,
        due_at=at(line.due_ms) if line.due_ms else None,
        overdue=line.overdue,
        opened_at=at(line.opened_ms),
        changed_at=at(line.changed_ms),
        outcome=_chosen(line.outcome, line.outcomes),
        outcomes=[choice(each) for each in line.outcomes],
    )


def work_page(page: Page, people: People, journeys: Mapping[str, str], reached: int) -> WorkPage:
    return WorkPage(
        total=page.total,
        works=[work_view(each, people, journeys) for each in page.works],
        next=str(reached) if reached < page.total and page.works else None,
    )


def change_view(change: Change, line: WorkLine, people: People) -> WorkChange:
    what = _WHAT.get(change.what, Said(change.what, change.what))
    value = _value(change, line, people)
    said = what if value is None else Said(f"{what.zh}{value.zh}", f"{what.en}{value.en}")
    return WorkChange(what=text(said), by=text(change.actor), at=at(change.at_ms), note=change.note)


def note_view(note: NoteLine) -> Note:
    return Note(id=note.id, work=note.work, by=text(note.actor), at=at(note.at_ms), text=note.text)


def overview_view(overview: Overview, people: People) -> RelateOverview:
    rules = people.rules
    return RelateOverview(
        staff=[
            StaffMember(id=each, name=one.name, team=one.team, away=one.away, open=overview.loads.get(each, 0))
            for each, one in sorted(people.staff.items())
        ],
        teams=[Named(id=each, name=one.name) for each, one in sorted(people.teams.items())],
        lead_stages=[choice(each) for each in rules.stages_of("lead")],
        deal_stages=[choice(each) for each in rules.stages_of("deal")],
        fields=[
            FieldChoice(
                id=each.id,
                name=each.name,
                type=each.type,
                kinds=list(each.kinds),
                choices=[choice(one) for one in each.choices],
            )
            for each in rules.fields
        ],
        open=dict(overview.open),
        overdue=overview.overdue,
        waiting=overview.waiting,
        threshold=rules.lead.threshold if rules.lead else None,
    )


def choice(one: contract.Choice) -> WorkChoice:
    return WorkChoice(id=one.id, name=Text(zh=one.name, en=one.name_en or one.name))


def _chosen(identity: str, choices: object) -> WorkChoice | None:
    if not identity:
        return None
    if identity == "merged":
        return WorkChoice(id=identity, name=text(MERGED))
    known = [each for each in choices if each.id == identity] if isinstance(choices, list | tuple) else []
    return choice(known[0]) if known else WorkChoice(id=identity, name=Text(zh=identity, en=identity))


def _staff(identity: str, people: People) -> str:
    return people.staff[identity].name if identity in people.staff else identity


def _team(identity: str, people: People) -> Named | None:
    if not identity:
        return None
    return Named(id=identity, name=people.teams[identity].name if identity in people.teams else identity)


def _why(line: WorkLine, people: People, journeys: Mapping[str, str]) -> Said:
    """Return where work came from, as a sentence."""
    origin, _, named = line.origin.partition(":")
    match origin:
        case "journey":
            journey = journeys.get(named.partition("/")[0], named.partition("/")[0])
            return Said(f"旅程「{journey}」走到了这一步", f"the journey “{journey}” came to this step")
        case "rule":
            rule = next((each.title for each in people.rules.tickets if each.id == named), named)
            return Said(f"规则「{rule}」触发", f"raised by the rule “{rule}”")
        case "score":
            points = f"{sum(each.points for each in line.reasons):.0f}"
            return Said(f"意向分到了 {points}", f"the score came to {points}")
        case "channel":
            return Said(f"活动用渠道「{named}」派出", f"sent out by the channel “{named}”")
        case "hook":
            return Said(f"由系统「{named}」提交", f"asked for by the system “{named}”")
        case _:
            return Said("人工建立", "opened by hand")


def _value(change: Change, line: WorkLine, people: People) -> Said | None:
    match change.what:
        case "owner":
            name = _staff(change.value, people)
            return Said(name, name) if name else Said("团队队列", "the queue")
        case "team":
            team = _team(change.value, people)
            return Said(team.name, team.name) if team else None
        case "closed":
            found = _chosen(change.value, line.outcomes)
            return Said(f"：{found.name.zh}", f": {found.name.en}") if found else None
        case "stage":
            found = _chosen(change.value, line.stages)
            return Said(found.name.zh, found.name.en) if found else None
        case what if what in _TIMES or not change.value:
            return None
        case _:
            return Said(change.value, change.value)
