"""What the tests of pulls from real servers have alike."""

from pathlib import Path

from liftloop.collect.sources import DatabaseSource
from liftloop.plugins.sources.database import pull

ROWS_MAX = 37
"""Of one pull: not a divisor of the rows, so that pages end between rows of one watermark too."""


def source(url: str, query: str, watermark: str, start: str | int) -> DatabaseSource:
    return DatabaseSource(url=url, query=query, watermark=watermark, start=start, import_kind="orders")


def rows_by(url: str, table: str, watermark: str, start: str | int, folder: Path) -> list[str]:
    """Return the lines that pulls one after another give, until one says that it is whole."""
    query = f"SELECT * FROM {table} WHERE {watermark} > :watermark ORDER BY {watermark}"
    since, rows, whole = start, list[str](), False
    while not whole:
        done = pull(source(url, query, watermark, start), since, folder / "out.csv", ROWS_MAX)
        rows += (folder / "out.csv").read_text().splitlines()[1:]
        since, whole = done.watermark, done.whole
    return rows
