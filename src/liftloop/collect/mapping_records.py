"""From a batch of rows to the records of the log. Pure: the same batch and mapping give the same records."""

from collections import Counter
from typing import Any

import numpy as np
from msgspec import Struct

from liftloop.collect.mapping import Mapping
from liftloop.collect.mapping_facts import event_records, exposure_records, item_records, spend_records
from liftloop.collect.mapping_orders import order_records, revenue_of
from liftloop.collect.mapping_people import consent_records, customer_records
from liftloop.collect.mapping_rows import BatchCounts, ImportContext, People, RejectedRow, Rows
from liftloop.collect.mapping_values import BatchLike


class Converted(Struct, frozen=True, kw_only=True):
    """What became of a batch: records for the log, rows not taken in, and what to count."""

    records: list[dict[str, Any]]
    rejected: list[RejectedRow]
    counts: BatchCounts


def to_records(batch: BatchLike, mapping: Mapping, context: ImportContext) -> Converted:
    """Return the records of a batch that holds every column the mapping names.

    Orders must not be cut apart by batches (`read_plan` says by which columns to keep rows together).
    Message ids depend on content only: converting the same rows again gives the same ids.
    """
    rows = Rows(batch, mapping, context)
    people = People(rows)
    records = _records(rows, people)
    return Converted(
        records=records,
        rejected=[rows.rejected[index] for index in sorted(rows.rejected)],
        counts=_counts(rows, records),
    )


def _records(rows: Rows, people: People) -> list[dict[str, Any]]:
    match rows.kind.name:
        case "orders":
            return order_records(rows, people)
        case "customers":
            return customer_records(rows, people)
        case "events":
            return event_records(rows, people)
        case "consents":
            return consent_records(rows, people)
        case "items":
            return item_records(rows)
        case "exposures":
            return exposure_records(rows)
        case _:
            assert rows.kind.name == "spend", rows.kind.name
            return spend_records(rows)


def _counts(rows: Rows, records: list[dict[str, Any]]) -> BatchCounts:
    kept = rows.kept()
    first_ms, last_ms = _date_range(rows, kept)
    persons = {record.get("userId") or record.get("anonymousId") or record.get("customer_id") for record in records}
    return BatchCounts(
        rows=rows.count,
        kept_rows=len(kept),
        events=Counter(record["event"] for record in records if record["type"] == "track"),
        records=Counter(record["type"] for record in records),
        missing=Counter({name: cells.missing for name, cells in rows.cells.items()}),
        unreadable=_problems(rows, "unreadable"),
        lost_digits=_problems(rows, "lost_digits"),
        blocked=_problems(rows, "blocked"),
        out_of_range=rows.out_of_range,
        customers=np.array([hash(person) for person in persons if person is not None], dtype=np.int64),
        row_hashes=rows.batch.hashes,
        first_ms=first_ms,
        last_ms=last_ms,
        revenue=revenue_of(records) if rows.kind.name == "orders" else 0.0,
    )


def _problems(rows: Rows, problem: str) -> Counter[str]:
    return Counter(
        {
            name: sum(value.problem == problem for value in cells.unusable.values())
            for name, cells in rows.cells.items()
            if cells.unusable
        }
    )


def _date_range(rows: Rows, kept: list[int]) -> tuple[int | None, int | None]:
    """Return the first and the last moment of the kept rows, by the date that the kind requires."""
    dates = [name for (name, *_) in rows.kind.requires if rows.kind.by_name[name].type == "datetime"]
    if not dates:
        return None, None
    instants = rows.column(dates[0])
    times = [instants[index][1] for index in kept if instants[index] is not None]
    return (min(times), max(times)) if times else (None, None)
