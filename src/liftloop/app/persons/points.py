"""The use cases around points: what a member has and had, and an entry by hand."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from liftloop.app.definitions.publishing import NotFound
from liftloop.app.desk import Desk
from liftloop.app.ledger import family
from liftloop.app.people import find_profile
from liftloop.app.tags.holders import senders_of
from liftloop.app.words import Said
from liftloop.kernel.clock import FAR_FUTURE_MS
from liftloop.kernel.codec import canonical_json
from liftloop.kernel.errors import EXIT_USAGE, LiftloopError
from liftloop.profile.points import ACCOUNT, EVENTS, PointsKind, PointsRules, read_account
from liftloop.storage.contract import Record

SHOWN = 20
EXPIRING_SHOWN = 24
"""Instants at which points run out, soonest first: two years of monthly ends."""
_CHANGES = """
WITH line AS (
    SELECT * FROM points_change WHERE profile IN (SELECT unnest($1::BIGINT[])) AND at_ms <= $2
    ORDER BY tick DESC, position DESC LIMIT $3
),
said AS (
    SELECT message_id, any_value(properties) AS properties FROM event
    WHERE profile IN (SELECT unnest($1::BIGINT[])) AND message_id IN (SELECT message_id FROM line)
    GROUP BY message_id
)
SELECT at_ms, kind, points, name, refused, points_balance AS balance, points_expire_next AS next_points,
    points_expire_next_ms AS next_ms, coalesce(
        json_extract_string(properties, '/reason'), json_extract_string(properties, '/order_id'), ''
    ) AS reason
FROM line LEFT JOIN said USING (message_id) ORDER BY tick DESC, position DESC
"""
_ACCOUNTS = """
SELECT value FROM attribute WHERE name = ? AND profile IN (SELECT value FROM json_each(?)) ORDER BY at_ms DESC LIMIT 1
"""
_OUTCOME = "SELECT refused, points_balance FROM points_change WHERE message_id = $1 ORDER BY tick DESC LIMIT 1"
KIND_NAMES: Mapping[str, Said] = {
    "earn": Said("获得", "earned"),
    "spend": Said("使用", "spent"),
    "expire": Said("过期", "ran out"),
    "adjust": Said("调整", "corrected"),
    "balance": Said("余额设为", "balance set to"),
    "unmerge": Said("拆分归还", "given back when people were told apart"),
    "merge": Said("合并带入", "joined from a merged profile"),
}


class NotEnoughPoints(LiftloopError):
    """More is spent than there is."""

    def __init__(self, balance: float) -> None:
        super().__init__(
            "not_enough_points",
            zh=f"积分不够：现在有 {balance:,.0f}",
            en=f"there are not enough points: {balance:,.0f} now",
            next_zh="少用一些，或在设置 points 里允许 may_go_negative",
            next_en="spend less, or let accounts go negative: may_go_negative in the setting points",
            status=409,
            exit_code=EXIT_USAGE,
        )


class PointsChange(Struct, frozen=True, kw_only=True):
    """One line of a member's ledger, and what was left after it."""

    at_ms: int
    kind: str
    points: int
    name: str
    """The event that brought it; empty for time and merges."""
    reason: str
    """Why, or for which order, where the event says so."""
    refused: bool
    balance: float


class PointsAccount(Struct, frozen=True, kw_only=True):
    """What a member has now, and the newest lines of the ledger."""

    balance: float
    next_points: float | None
    """How many run out next, and when."""
    next_ms: int | None
    expiring: Sequence[tuple[int, int]]
    """When how many run out, soonest first; those that never do are left out."""
    changes: Sequence[PointsChange]


async def points_account(desk: Desk, number: int, until_ms: int, limit: int = SHOWN) -> PointsAccount | None:
    """Return the account of a person with its newest lines, None where there never was one."""
    numbers = family(desk.state, number)
    found = await desk.follower.select(_CHANGES, [numbers, until_ms, limit])
    columns = ("at_ms", "kind", "points", "name", "reason", "refused", "balance")
    rows = zip(*(found[name].tolist() for name in columns), strict=True)
    changes = [PointsChange(**dict(zip(columns, row, strict=True))) for row in rows]
    if not changes:
        return None
    next_ms, next_points = float(found["next_ms"][0]), float(found["next_points"][0])
    return PointsAccount(
        balance=changes[0].balance,
        next_points=None if next_points != next_points else next_points,
        next_ms=None if next_ms != next_ms else int(next_ms),
        expiring=_expiring(desk, numbers),
        changes=changes,
    )


def _expiring(desk: Desk, numbers: Sequence[int]) -> list[tuple[int, int]]:
    rows = desk.state.rows(_ACCOUNTS, (ACCOUNT, str(list(numbers))))
    lots = read_account(rows[0][0]).lots if rows else ()
    return [lot for lot in lots if lot[0] < FAR_FUTURE_MS][:EXPIRING_SHOWN]


class PointsEntry(Struct, frozen=True, kw_only=True):
    """An entry by hand; the same `id` said twice counts once."""

    id: str
    kind: PointsKind
    points: int
    reason: str = ""
    expires_at_ms: int | None = None


async def enter_points(desk: Desk, person: str, entry: PointsEntry, actor: str) -> float:
    """Change the account of a person and return the balance. Raises `NotFound` and `NotEnoughPoints`."""
    if "points" not in desk.definitions.live("setting"):
        raise NotFound("setting", "points")
    number = await find_profile(desk.tick, desk.clock, person)
    event = next(name for name, kind in EVENTS.items() if kind == entry.kind)
    body = {_property(desk): entry.points, "reason": entry.reason, "expires_at": entry.expires_at_ms}
    now_ms = desk.clock.now_ms()
    message_id = f"points:{entry.id}"
    record = Record(
        kind="track",
        at_ms=now_ms,
        received_ms=now_ms,
        message_id=message_id,
        actor=actor,
        name=event,
        body=canonical_json({name: value for name, value in body.items() if value not in ("", None)}),
        **senders_of(desk.state, [number])[number],
    )
    await desk.tick.facts([record])
    await desk.follower.catch_up()
    told = await desk.follower.select(_OUTCOME, [message_id])
    balance = float(told["points_balance"][0]) if len(told["refused"]) else 0.0
    if len(told["refused"]) and bool(told["refused"][0]):
        raise NotEnoughPoints(balance)
    return balance


def _property(desk: Desk) -> str:
    return str(desk.definitions.live("setting")["points"].get("property", PointsRules().property))
