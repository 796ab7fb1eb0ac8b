"""What a tile may ask: nothing that its rows do not have, and nothing that says who somebody is."""

from liftloop.app.dashboards.vocabulary import measure_of
from liftloop.app.masking import sounds_personal
from liftloop.collect.personal import PERSONAL_NAMES, PERSONAL_TRAITS
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.measure.dashboards import (
    DAYS_MAX,
    ONLY_MAX,
    PIECES_MAX,
    VALUES_MAX,
    Dashboard,
    FieldAsked,
    Tile,
    dashboard_problem,
)
from liftloop.storage.tally import COLUMNS, Dataset


class BadTile(LiftloopError):
    """A tile asks what cannot be counted."""

    def __init__(self, zh: str, en: str, next_zh: str = "改好这一块再保存", next_en: str = "mend this tile") -> None:
        super().__init__("bad_tile", zh=zh, en=en, next_zh=next_zh, next_en=next_en, status=422, exit_code=EXIT_USAGE)


class PersonalField(LiftloopError):
    """A field that says who somebody is tells no rows apart."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "personal_field",
            zh=f"「{name}」是个人信息，不能用来分组或筛选",
            en=f"“{name}” is personal: it is no way to group or filter",
            next_zh="换一个字段，比如城市、等级",
            next_en="take another field, such as city or level",
            status=422,
            exit_code=EXIT_USAGE,
        )


def check_dashboard(dashboard: Dashboard, own_personal: frozenset[str]) -> None:
    """Raise `BadTile` or `PersonalField` for the first thing that is wrong."""
    problem = dashboard_problem(dashboard)
    if problem is not None:
        raise BadTile(problem.zh, problem.en)
    for tile in dashboard.tiles:
        check_tile(tile, own_personal)


def check_tile(tile: Tile, own_personal: frozenset[str]) -> None:
    """Raise `BadTile` or `PersonalField` where a tile cannot be counted; `own_personal` are the shop's own fields."""
    measure = measure_of(tile.dataset, tile.measure)
    if measure is None:
        raise BadTile(f"{tile.dataset} 里没有「{tile.measure}」", f"{tile.dataset} has no measure {tile.measure}")
    if measure.takes_property and not tile.property:
        raise BadTile("要选一个属性来加总", "name the property that is added up")
    if not 0 <= tile.days <= DAYS_MAX or (tile.grain and (tile.days or DAYS_MAX) > PIECES_MAX[tile.grain]):
        most = PIECES_MAX[tile.grain] if tile.grain else DAYS_MAX
        raise BadTile(f"按这个粒度最多看 {most} 天", f"at most {most} days by this grain")
    if len(tile.only) > ONLY_MAX or any(len(each.values) > VALUES_MAX for each in tile.only):
        raise BadTile(
            f"最多 {ONLY_MAX} 个条件，每个最多 {VALUES_MAX} 个值",
            f"at most {ONLY_MAX} conditions of {VALUES_MAX} values",
        )
    fields = [*([tile.by] if tile.by else []), *(each.field for each in tile.only)]
    for field in fields:
        _check_field(field, tile.dataset, own_personal)
    if tile.property:
        _check_field(FieldAsked(kind="property", name=tile.property), "events", own_personal)


def _check_field(field: FieldAsked, dataset: Dataset, own_personal: frozenset[str]) -> None:
    if not 1 <= len(field.name) <= 200:
        raise BadTile("字段名要有 1 到 200 个字", "a field's name has 1 to 200 characters")
    if field.kind == "column":
        if field.name not in COLUMNS[dataset]:
            raise BadTile(f"{dataset} 里没有「{field.name}」", f"{dataset} has no field {field.name}")
        return
    if field.kind == "property" and dataset != "events":
        raise BadTile("只有事件有属性", "only events have properties")
    if is_personal(field.name, own_personal):
        raise PersonalField(field.name)


def is_personal(name: str, own_personal: frozenset[str]) -> bool:
    """Say whether a field is sealed or hidden wherever it stands."""
    last = name.rsplit(".", 1)[-1]
    return bool({name, last} & (PERSONAL_NAMES | PERSONAL_TRAITS | own_personal)) or sounds_personal(last)
