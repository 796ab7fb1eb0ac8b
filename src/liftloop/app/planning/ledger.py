"""Reads the forecast ledger from the lake: one fact a campaign, stated on the day its window ended."""

import msgspec

from liftloop.kernel.codec import parse_json
from liftloop.measure.scorecard import Scored
from liftloop.storage.contract import LakeReader

FORECAST_SCORED = "forecast.scored"
"""The fact of what was measured beside what was forecast; the first one of a campaign counts."""
_ROWS = """
SELECT name, arg_min(body, "offset") AS body, min("offset") AS place FROM system_record
WHERE kind = 'forecast.scored' GROUP BY name ORDER BY place
"""


def read_ledger(lake: LakeReader) -> list[Scored]:
    """Return the rows of the ledger, oldest first."""
    return [msgspec.convert(parse_json(str(body)), Scored) for body in lake.select(_ROWS)["body"]]
