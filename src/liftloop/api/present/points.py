"""A member's points as the API tells of them."""

from liftloop.api.present.words import at, text
from liftloop.api.views.points import PointsAccount, PointsChange, PointsExpiry
from liftloop.app.persons import points


def points_view(account: points.PointsAccount) -> PointsAccount:
    return PointsAccount(
        balance=round(account.balance),
        expire_next=None if account.next_points is None else round(account.next_points),
        expire_next_at=None if account.next_ms is None else at(account.next_ms),
        expiring=[PointsExpiry(at=at(until_ms), points=points) for until_ms, points in account.expiring],
        changes=[
            PointsChange(
                at=at(each.at_ms),
                kind=text(points.KIND_NAMES[each.kind]),
                points=each.points,
                name=each.name,
                reason=each.reason,
                refused=each.refused,
                balance=round(each.balance),
            )
            for each in account.changes
        ],
    )
