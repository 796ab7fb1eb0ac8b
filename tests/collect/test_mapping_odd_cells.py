"""Cells as spreadsheets and tills really write them: what each becomes, or why it is not taken."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from mapping_batch import CONTEXT, batch_of

from liftloop.collect.cleaning import CleaningRules
from liftloop.collect.mapping import Column, mapping_from_json
from liftloop.collect.mapping_bulk import Instant
from liftloop.collect.mapping_records import to_records
from liftloop.collect.mapping_values import Reading, read_field
from liftloop.collect.quality import QualityTally, findings

GOLDEN: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "golden/odd_cells.json").read_text("utf-8"))
READING = Reading(zone=ZoneInfo("Asia/Shanghai"), rules=CleaningRules())


def became(cells: list[str], type_: Any) -> list[Any]:
    read = read_field(batch_of({"c": cells}), Column(column="c"), type_, READING)
    told = [read.unusable[row].problem if row in read.unusable else value for row, value in enumerate(read.values)]
    return [each.iso if isinstance(each, Instant) else each for each in told]


@pytest.mark.parametrize("type_", GOLDEN)
def test_odd_cells_become_what_the_golden_file_says(type_: str) -> None:
    """Each becomes the same alone as among others, where many are read at once."""
    cells = list(GOLDEN[type_])
    together = dict(zip(cells, became(cells, type_), strict=True))
    assert together == GOLDEN[type_]
    assert {cell: became([cell], type_)[0] for cell in cells} == GOLDEN[type_]


def test_numbers_that_a_spreadsheet_shortened_name_nobody() -> None:
    """Two people whose phones became 1.38E+10 are not made one: their rows are refused, with what to do about it."""
    fields = {"customer_id": "no", "phone": "tel"}
    mapping = mapping_from_json({"kind": "customers", "fields": fields})
    rows = {"no": [None, None, "C3", "4.2E+17"], "tel": ["1.38E+10", "1.38E+10", "1.39E+10", "13912345678"]}
    converted = to_records(batch_of(rows), mapping, CONTEXT)
    assert [(each.line, each.reason, each.value) for each in converted.rejected] == [
        (line, "lost_digits", "1.38E+10") for line in (2, 3)
    ]
    assert [record.get("userId") for record in converted.records] == ["C3", None]
    tally = QualityTally(mapping)
    tally.add(converted)
    assert tally.summary().lost_digits == {"customer_id": 1, "phone": 3}
    told = [each for each in findings(tally.summary(), mapping) if "1.38E+10" in each.zh]
    assert sorted(each.rows for each in told) == [1, 2, 3]
    assert all("文本" in each.zh for each in told)
