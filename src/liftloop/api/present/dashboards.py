"""Writes dashboards and what their tiles show as the API does."""

from collections.abc import Sequence

import msgspec

from liftloop.api.present.words import at, text
from liftloop.api.views import dashboard as views
from liftloop.app.dashboards.asking import Answer
from liftloop.app.dashboards.directory import Listed
from liftloop.app.dashboards.ready import READY
from liftloop.app.dashboards.vocabulary import DATASET_NAMES, MEASURES, columns_of
from liftloop.app.words import Said
from liftloop.measure.dashboards import Dashboard, Tile
from liftloop.storage.tally import Field


def tile_of(view: views.TileView) -> Tile:
    return msgspec.convert(view.model_dump(), type=Tile)


def dashboard_of(view: views.DashboardRequest) -> Dashboard:
    return Dashboard(name=view.name, shared=view.shared, tiles=tuple(tile_of(each) for each in view.tiles))


def row_view(found: Listed) -> views.DashboardRow:
    return views.DashboardRow(
        dashboard_id=found.id,
        name=text(found.name),
        shared=found.dashboard.shared,
        tiles=len(found.dashboard.tiles),
        mine=found.mine,
        ready=found.id in READY,
        changed_at=None if found.changed_ms is None else at(found.changed_ms),
    )


def dashboard_view(found: Listed) -> views.DashboardView:
    return views.DashboardView(
        dashboard_id=found.id,
        name=text(found.name),
        shared=found.dashboard.shared,
        version=found.version,
        mine=found.mine,
        ready=found.id in READY,
        changed_at=None if found.changed_ms is None else at(found.changed_ms),
        tiles=[views.TileView(**msgspec.to_builtins(each)) for each in found.dashboard.tiles],
    )


def answer_view(answer: Answer) -> views.TileAnswer:
    return views.TileAnswer(
        unit=answer.unit,
        groups=[views.TileGroup(value=each.value, name=text(each.name), other=each.other) for each in answer.groups],
        points=[
            views.TilePoint(group=each.group, at=None if each.at_ms is None else at(each.at_ms), value=each.value)
            for each in answer.points
        ],
        before=answer.before,
        from_at=at(answer.from_ms) if answer.from_ms > 0 else None,
        to_at=at(answer.to_ms),
    )


def vocabulary_view(fields: Sequence[tuple[Field, Said]]) -> views.DashboardVocabulary:
    """Return the datasets in their order, each with its own columns first; properties are of events alone."""
    return views.DashboardVocabulary(
        datasets=[
            views.DatasetView(
                id=dataset,
                name=text(name),
                measures=[
                    views.CountableView(
                        id=each.id, name=text(each.name), unit=each.unit, takes_property=each.takes_property
                    )
                    for each in MEASURES[dataset]
                ],
                fields=[
                    *(_field(Field("column", column), said) for column, said in columns_of(dataset)),
                    *(_field(*each) for each in fields if each[0].kind != "property" or dataset == "events"),
                ],
            )
            for dataset, name in DATASET_NAMES.items()
        ]
    )


def _field(field: Field, said: Said) -> views.NamedField:
    return views.NamedField(field=views.FieldView(kind=field.kind, name=field.name), name=text(said))
