"""What people do about work: ask for it, change it, close it with an outcome, ring somebody up, write a note."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict

from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.facts import fact
from liftloop.app.people import attributes_of, find_profile
from liftloop.app.relate.lists import WorkLine, one, people_now
from liftloop.app.relate.scope import Scope
from liftloop.app.relate.telling import Telling
from liftloop.app.relate.words import seal
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import EXIT_REFUSED, EXIT_USAGE, LiftloopError
from liftloop.relate.assignment import People
from liftloop.relate.contract import ASKED, NOTED, ORDERED, CustomField, NoteWritten, WorkAsked, WorkKind, WorkOrdered
from liftloop.relate.works import work_id

TEXT_CHARACTERS_MAX = 4_000
TITLE_CHARACTERS_MAX = 200
AMOUNT_FEN_MAX = 10**12
_SORTS: Mapping[str, tuple[str, ...]] = {
    "task": ("call", "confirm", "visit", "other"),
    "ticket": ("low", "normal", "high", "urgent"),
    "lead": ("",),
    "deal": ("",),
}
_SORT: Mapping[str, str] = {"task": "call", "ticket": "normal", "lead": "", "deal": ""}
_PHONES = ("phone", "mobile", "手机", "手机号")


class BadWork(LiftloopError):
    """What was asked of work does not fit it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            "bad_work",
            zh=zh,
            en=en,
            next_zh="按提示改好再提交",
            next_en="correct it and send it again",
            status=422,
            exit_code=EXIT_USAGE,
        )


class AlreadyClosed(LiftloopError):
    """Work was closed, or opened again, by somebody else meanwhile."""

    def __init__(self, outcome: str) -> None:
        super().__init__(
            "work_closed",
            zh=f"这件事已经关闭了：{outcome}" if outcome else "这件事还没有关闭",
            en=f"this has been closed already: {outcome}" if outcome else "this is not closed",
            next_zh="刷新看最新情况；需要时重新打开",
            next_en="look again; open it again where more is to be done",
            status=409,
            exit_code=EXIT_REFUSED,
        )


class NoPhone(LiftloopError):
    """Nothing is known by which somebody could be rung up."""

    def __init__(self) -> None:
        super().__init__(
            "no_phone",
            zh="这位客户没有留手机号",
            en="no phone number of this customer is known",
            next_zh="换一种方式联系，或在客户资料里补上号码",
            next_en="reach her another way, or add a number to her profile",
            status=404,
            exit_code=EXIT_REFUSED,
        )


class Opening(Struct, frozen=True, kw_only=True):
    """Work that somebody asks for; the same `id` asked for twice is the same work."""

    kind: WorkKind
    person: str
    id: str = ""
    sort: str = ""
    title: str
    text: str = ""
    team: str = ""
    owner: str = ""
    stage: str = ""
    amount_fen: int = 0
    due_ms: int = 0
    fields: Mapping[str, Any] = {}


class Order(Struct, frozen=True, kw_only=True):
    """What is to change; None leaves a thing as it is."""

    outcome: str | None = None
    """Closes it."""
    reopen: bool = False
    stage: str | None = None
    sort: str | None = None
    owner: str | None = None
    team: str | None = None
    amount_fen: int | None = None
    due_ms: int | None = None
    title: str | None = None
    text: str | None = None
    fields: Mapping[str, Any] | None = None
    note: str = ""


class Works:
    """The use cases that change work."""

    def __init__(self, desk: Desk, telling: Telling) -> None:
        self._desk = desk
        self._telling = telling

    async def open(self, opening: Opening, actor: str, origin: str = "person") -> str:
        """Ask for work and return its id. Raises `NotFound`, `BadWork`."""
        desk, people = self._desk, people_now(self._desk)
        number = await find_profile(desk.tick, desk.clock, opening.person)
        if not opening.title.strip():
            raise BadWork("要写标题", "a title is needed")
        _check(opening.kind, _said(opening), people)
        now_ms = desk.clock.now_ms()
        named = (opening.id,) if opening.id else (str(number), opening.title, str(now_ms))
        identity = work_id(opening.kind, origin, *named)
        asked = WorkAsked(
            id=identity,
            kind=opening.kind,
            profile=number,
            sort=opening.sort or _SORT[opening.kind],
            team=opening.team,
            owner=opening.owner,
            origin=origin,
            words=await seal(desk, number, {"title": opening.title, "text": opening.text}),
            sealed=True,
            fields=await seal(desk, number, opening.fields) if opening.fields else b"",
            stage=opening.stage,
            amount_fen=opening.amount_fen,
            due_ms=opening.due_ms,
        )
        await self._state(ASKED, identity, asked, actor)
        return identity

    async def order(self, identity: str, order: Order, actor: str, scope: Scope) -> WorkLine:
        """Change work and return it as it is then. Raises `NotFound`, `BadWork`, `AlreadyClosed`."""
        desk, people = self._desk, people_now(self._desk)
        work = one(desk, identity, scope)
        if (work.state == "open") == order.reopen:
            raise AlreadyClosed(work.outcome)
        _check(work.kind, _said(order), people)
        outcomes = [each.id for each in people.rules.outcomes_of(work.kind, work.sort)]
        if order.outcome is not None and order.outcome not in outcomes:
            raise BadWork(f"结果只能是：{'、'.join(outcomes)}", f"the outcome is one of: {', '.join(outcomes)}")
        words = None
        if order.title is not None or order.text is not None:
            said = {"title": order.title or work.title, "text": work.text if order.text is None else order.text}
            words = await seal(desk, work.number, said)
        ordered = WorkOrdered(
            work=identity,
            state="open" if order.reopen else "closed" if order.outcome is not None else None,
            outcome=order.outcome,
            stage=order.stage,
            sort=order.sort,
            owner=order.owner,
            team=order.team,
            amount_fen=order.amount_fen,
            due_ms=order.due_ms,
            words=words,
            fields=None if order.fields is None else await seal(desk, work.number, {**work.fields, **order.fields}),
            note=await seal(desk, work.number, {"text": order.note}) if order.note else b"",
        )
        await self._state(ORDERED, identity, ordered, actor)
        after = one(desk, identity, scope)
        if order.outcome is not None and after.outcome != order.outcome:
            raise AlreadyClosed(after.outcome)
        return after

    async def phone(self, identity: str, actor: str, scope: Scope) -> str:
        """Return the customer's number for whoever is to ring up; that it was looked at stands in the history."""
        work = one(self._desk, identity, scope)
        if work.state == "closed":
            raise AlreadyClosed(work.outcome)
        return await self._phone(work, identity, actor)

    async def _phone(self, work: WorkLine, identity: str, actor: str) -> str:
        found = {each.name: each for each in attributes_of(self._desk.state, self._desk.vault, work.number)}
        held = next((found[name] for name in _PHONES if name in found), None)
        if held is None:
            raise NoPhone
        await self._state(ORDERED, identity, WorkOrdered(work=identity, called=True), actor)
        return str(held.value)

    async def note(self, person: str, text: str, work: str, actor: str) -> str:
        """Write a note about a customer and return its id. Raises `NotFound`, `BadWork`."""
        desk = self._desk
        number = await find_profile(desk.tick, desk.clock, person)
        if not 0 < len(text.strip()) <= TEXT_CHARACTERS_MAX:
            raise BadWork(f"备注要有 1 到 {TEXT_CHARACTERS_MAX} 个字", f"a note has 1 to {TEXT_CHARACTERS_MAX} letters")
        now_ms = desk.clock.now_ms()
        identity = work_id("note", str(number), text, str(now_ms))
        words = await seal(desk, number, {"text": text})
        await self._state(NOTED, identity, NoteWritten(id=identity, profile=number, work=work, words=words), actor)
        return identity

    async def _state(self, kind: str, identity: str, body: Any, actor: str) -> None:
        now_ms = self._desk.clock.now_ms()
        await self._desk.tick.facts([fact(kind, identity, canonical_json(body), actor, now_ms)])
        await self._telling.tell()


def _said(given: Opening | Order) -> Mapping[str, Any]:
    return {name: value for name, value in asdict(given).items() if value not in (None, "", {})}


def _check(kind: WorkKind, said: Mapping[str, Any], people: People) -> None:
    """Refuse what does not fit the kind of work, the staff or the shop's fields."""
    if "owner" in said and said["owner"] not in people.staff:
        raise NotFound("staff", said["owner"])
    if "team" in said and said["team"] not in people.teams:
        raise NotFound("team", said["team"])
    if "sort" in said and said["sort"] not in _SORTS[kind]:
        allowed = ", ".join(_SORTS[kind])
        raise BadWork(f"类型或级别只能是：{allowed}", f"sort is one of: {allowed}")
    stages = [each.id for each in people.rules.stages_of(kind)]
    if "stage" in said and said["stage"] not in stages:
        raise BadWork(f"阶段只能是：{'、'.join(stages)}", f"the stage is one of: {', '.join(stages)}")
    if not 0 <= said.get("amount_fen", 0) <= AMOUNT_FEN_MAX:
        raise BadWork("金额超出范围", "the amount is out of range")
    for name, most in (("title", TITLE_CHARACTERS_MAX), ("text", TEXT_CHARACTERS_MAX), ("note", TEXT_CHARACTERS_MAX)):
        if len(said.get(name, "")) > most:
            raise BadWork(f"{name} 最多 {most} 个字", f"{name} has at most {most} letters")
    fields = {each.id: each for each in people.rules.fields if kind in each.kinds}
    for name, value in said.get("fields", {}).items():
        if name not in fields:
            raise BadWork(f"没有字段 {name}", f"there is no field {name}")
        if not _fits(fields[name], value):
            raise BadWork(f"字段「{fields[name].name}」的值不对", f"not a value of the field {name}")


def _fits(field: CustomField, value: Any) -> bool:
    wanted: Literal["text", "number", "money", "date", "yes_no", "choice"] = field.type
    match wanted:
        case "yes_no":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "money":
            return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= AMOUNT_FEN_MAX
        case "choice":
            return value in [each.id for each in field.choices]
        case "text" | "date":
            return isinstance(value, str) and len(value) <= TEXT_CHARACTERS_MAX
