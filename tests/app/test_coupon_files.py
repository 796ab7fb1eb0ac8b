"""Codes of a file, with their ids where they were made."""

from pathlib import Path

import pytest

from liftloop.app.coupons import CodesContradict, check_ids, codes_in
from liftloop.app.dispatch.coupons import NewCode


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A1\nA2\n", [("A1", ""), ("A2", "")]),
        ("code,external_id\nA1,77\nA2,\nA3\n", [("A1", "77"), ("A2", ""), ("A3", "")]),
        ("券码,面额,外部编号\nA1,5,77\n\n", [("A1", "77")]),
        ('code;external_id\n"A1" ; "7"\n', [("A1", "7")]),
        ("code,note\nA1,77\n", [("A1", "")]),
        ("A1,77\nA2,78\n", [("A1", ""), ("A2", "")]),
    ],
)
def test_ids_come_from_the_column_whose_heading_says_so(
    tmp_path: Path, text: str, found: list[tuple[str, str]]
) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(text, encoding="utf-8")
    assert [(each.code, each.external_id) for each in codes_in(path)] == found


@pytest.mark.parametrize(
    "pairs", [[("A", "1"), ("A", "2")], [("A", "1"), ("B", "1")], [("A", "1"), ("A", "")], [("A", "1 2")]]
)
def test_codes_and_ids_that_contradict_each_other_are_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(CodesContradict) as refused:
        check_ids([NewCode(code=code, external_id=external) for code, external in pairs])
    assert "→" in refused.value.zh


def test_the_same_row_twice_is_no_contradiction() -> None:
    check_ids([NewCode(code="A", external_id="1"), NewCode(code="A", external_id="1"), NewCode(code="B")])
