"""The fields that playbooks share, and answers read against them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from liftloop.app.playbooks.contract import Field, Value
from liftloop.app.words import Said
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError

CHANNEL = Field(id="channel", name=Said("用哪个渠道", "Channel"), kind="channel")
CONTENT = Field(
    id="content",
    name=Said("用哪条内容（不选就用现成的话术）", "Content (or the words that come with it)"),
    kind="content",
    optional=True,
)
OFFER = Field(id="offer", name=Said("送什么优惠（可不选）", "Offer (or none)"), kind="offer", optional=True)
TEXT_MAX = 200


class BadAnswer(LiftloopError):
    """An answer to a playbook cannot be read, or one is missing."""

    def __init__(self, field: Field, zh: str, en: str) -> None:
        super().__init__(
            "bad_answer",
            zh=f"「{field.name.zh}」{zh}",
            en=f"{field.name.en}: {en}",
            next_zh="改好这一项再启动",
            next_en="mend this answer and start again",
            status=422,
            exit_code=EXIT_USAGE,
        )


class UnknownAnswer(LiftloopError):
    """A playbook was told something that it does not ask."""

    def __init__(self, playbook: str, field: str, known: Sequence[Field]) -> None:
        ids = ", ".join(each.id for each in known)
        super().__init__(
            "unknown_answer",
            zh=f"打法 {playbook} 没有 {field} 这一项",
            en=f"the playbook {playbook} asks nothing called {field}",
            next_zh=f"可以填：{ids}",
            next_en=f"it asks: {ids}",
            status=422,
            exit_code=EXIT_USAGE,
        )


def days(identity: str, zh: str, en: str, usual: float, high: float = 365) -> Field:
    return Field(id=identity, name=Said(zh, en), kind="days", usual=usual, low=1, high=high)


def hours(identity: str, zh: str, en: str, usual: float) -> Field:
    return Field(id=identity, name=Said(zh, en), kind="hours", usual=usual, low=0.05, high=240)


def read_answers(
    playbook: str, fields: Sequence[Field], said: Mapping[str, Value], choices: Mapping[str, Sequence[str]]
) -> dict[str, Value]:
    """Return a value for each field; `choices` are the ids that there are, by kind of field.

    Raises `BadAnswer` and `UnknownAnswer`.
    """
    for name in said:
        if name not in {each.id for each in fields}:
            raise UnknownAnswer(playbook, name, fields)
    return {each.id: _read(each, said.get(each.id, ""), choices.get(each.kind, ())) for each in fields}


def _read(field: Field, said: Value, choices: Sequence[str]) -> Value:
    value = said.strip() if isinstance(said, str) else said
    if value == "":
        value = field.usual
    match field.kind:
        case "channel" | "content" | "offer" | "audience":
            return _chosen(field, str(value), choices)
        case "days" | "hours" | "count" | "percent" | "yuan":
            return _number(field, value)
        case "date":
            return _day(field, str(value))
        case "instant":
            return _instant(field, str(value))
        case "text" | "event" | "trait":
            if not value and not field.optional:
                raise BadAnswer(field, "要填", "it is needed")
            if len(str(value)) > TEXT_MAX:
                raise BadAnswer(field, f"最多 {TEXT_MAX} 个字", f"{TEXT_MAX} characters at most")
            return str(value)


def _chosen(field: Field, value: str, choices: Sequence[str]) -> str:
    if value == "" and field.optional:
        return ""
    if value == "" and len(choices) == 1:
        return choices[0]
    if not choices:
        raise BadAnswer(field, "还没有可选的，先去建一个", "there is none to choose yet; set one up first")
    if value not in choices:
        listed = ", ".join(choices[:20])
        raise BadAnswer(field, f"要从这些里选：{listed}", f"choose one of: {listed}")
    return value


def _number(field: Field, value: Value) -> Value:
    if value == "" and field.optional:
        return ""
    try:
        number = float(value)
    except ValueError:
        raise BadAnswer(field, "要填数字", "a number is needed") from None
    if not field.low <= number <= field.high:
        raise BadAnswer(field, f"要在 {field.low:g} 到 {field.high:g} 之间", f"from {field.low:g} to {field.high:g}")
    return number


def _day(field: Field, value: str) -> Value:
    if value == "" and field.optional:
        return ""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise BadAnswer(field, "要写成 2026-12-31 这样的日期", "a date such as 2026-12-31 is needed") from None


def _instant(field: Field, value: str) -> Value:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None).isoformat(timespec="seconds")
    except ValueError:
        raise BadAnswer(
            field, "要写成 2026-06-18T09:00:00 这样的时间", "a time such as 2026-06-18T09:00:00 is needed"
        ) from None
