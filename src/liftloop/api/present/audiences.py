"""Turns what is known of audiences into what the API answers."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from liftloop.api.present.words import at, person_row, text
from liftloop.api.views.audience import (
    Audience,
    AudienceRow,
    ChannelReach,
    EventWord,
    NamedWord,
    Preview,
    TraitWord,
    TrendPoint,
    Vocabulary,
)
from liftloop.app.audiences.directory import AudienceLine, AudiencePage, Found, Point
from liftloop.app.naming import vocabulary as vocabulary_words
from liftloop.app.naming.vocabulary import Words, event_name
from liftloop.app.words import Said
from liftloop.kernel.errors import LiftloopError


class NotShown(LiftloopError):
    """A definition holds something that the engine reads and the app has no form for."""

    def __init__(self, identity: str, detail: str) -> None:
        super().__init__(
            "definition_not_shown",
            zh=f"人群 {identity} 的条件里有页面显示不了的内容：{detail}",
            en=f"audience {identity} holds a condition that cannot be shown: {detail}",
            next_zh=f"用 GET /api/definitions/audience/{identity} 查看原文",
            next_en=f"read it as it was published: GET /api/definitions/audience/{identity}",
            status=422,
        )


def preview(found: Found) -> Preview:
    return Preview(
        count=found.count,
        of=found.of,
        sentence=text(found.sentence),
        sample=[person_row(each) for each in found.sample],
        reachable=reach(found.reachable),
        missing=[text(each) for each in found.missing],
    )


def audience_row(line: AudienceLine) -> AudienceRow:
    return AudienceRow(
        audience_id=line.id,
        name=line.name,
        sentence=text(line.sentence),
        count=line.count,
        version=line.version,
        updated_at=at(line.at_ms),
        used_by=line.used_by,
    )


def audience(page: AudiencePage) -> Audience:
    """Return one audience; raises `NotShown`."""
    line, found = page.line, page.found
    whole = {
        "audience_id": line.id,
        "name": line.name,
        "version": line.version,
        "definition": line.where,
        "sentence": text(line.sentence),
        "count": found.count,
        "of": found.of,
        "sample": [person_row(each) for each in found.sample],
        "reachable": reach(found.reachable),
        "missing": [text(each) for each in found.missing],
        "trend": [trend_point(each) for each in page.trend],
        "used_by": line.used_by,
        "updated_at": at(line.at_ms),
    }
    try:
        return Audience.model_validate(whole)
    except ValidationError as error:
        raise NotShown(line.id, error.errors()[0]["msg"]) from error


def trend_point(point: Point) -> TrendPoint:
    return TrendPoint(at=at(point.at_ms), count=point.count, entered=point.entered, left=point.gone)


def vocabulary(words: Words) -> Vocabulary:
    return Vocabulary(
        traits=[
            TraitWord(
                id=each.id,
                name=text(each.name),
                type=each.type,
                unit=each.unit,
                computed=each.computed,
                values=list(each.values),
                value_names={value: text(name) for value, name in each.value_names.items()},
            )
            for each in words.traits
        ],
        events=[EventWord(id=each, name=text(_event_word(each))) for each in words.events],
        signals=_named(words.signals),
        properties=_named(words.properties),
    )


def _named(words: Sequence[vocabulary_words.NamedWord]) -> list[NamedWord]:
    return [
        NamedWord(
            id=each.id,
            name=text(each.name),
            of_items=each.id in vocabulary_words.ITEM_PROPERTIES,
            values=list(each.values),
            value_names={value: text(name) for value, name in each.value_names.items()},
        )
        for each in words
    ]


def _event_word(event: str) -> Said:
    name = event_name(event)
    return Said(name.zh, f"{name.singular[:1].upper()}{name.singular[1:]}")


def reach(reachable: Mapping[str, int]) -> list[ChannelReach]:
    return [ChannelReach(channel=medium, people=people) for medium, people in reachable.items()]
