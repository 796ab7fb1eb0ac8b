"""The clock of the shop: whose midnight, hour and weekday are meant wherever somebody is told of them."""

from datetime import UTC, datetime, timedelta, timezone

SHANGHAI_OFFSET_MINUTES = 8 * 60
_ZONE = timezone(timedelta(minutes=SHANGHAI_OFFSET_MINUTES))


def shop_moment(at_ms: int) -> datetime:
    """Return an instant by the shop's clock."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(_ZONE)
