"""The mapping is guessed from headers and values, in Chinese and English, and asks only what it must."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapping_batch import CONTEXT, batch_of

from liftloop.collect.mapping import Column, Constant, Prefix, check_mapping, mapping_to_json
from liftloop.collect.mapping_guess import Guess, guess_mapping, with_columns
from liftloop.collect.mapping_joins import suggest_join
from liftloop.collect.mapping_kinds import KINDS
from liftloop.collect.mapping_records import to_records
from liftloop.kernel.errors import LiftloopError


def read(text: str) -> dict[str, list[Any]]:
    rows = list(csv.reader(io.StringIO(text.strip())))
    return {name: [row[i] or None for row in rows[1:]] for i, name in enumerate(rows[0])}


def guess(text: str, **answers: str) -> Guess:
    columns = read(text)
    return guess_mapping(list(columns), columns, answers=answers)


def fields_of(found: Guess) -> dict[str, str]:
    return {name: rule.column for name, rule in found.mapping.fields.items() if isinstance(rule, Column)}


EXPORTS = Path(__file__).parent / "exports"
MEMBERS = (EXPORTS / "members.csv").read_text()
POS = (EXPORTS / "pos.csv").read_text()


@pytest.mark.parametrize("name", sorted(path.stem for path in EXPORTS.glob("*.csv")))
def test_exports_of_known_systems_are_understood_without_a_question(name: str) -> None:
    """Kind and every field are right, nothing is asked, and the mapping can run as it stands."""
    text = (EXPORTS / f"{name}.csv").read_text()
    expected = json.loads((EXPORTS / f"{name}.json").read_text())
    found = guess(text)
    assert {"kind": found.mapping.kind, "fields": fields_of(found)} == expected
    assert not found.questions
    assert not found.missing
    check_mapping(found.mapping, list(read(text)))


def test_the_headers_of_the_contract_are_their_own_fields() -> None:
    """A file whose headers are canonical names maps each to itself, in every kind."""
    cell = {"datetime": "2025-01-01 10:00:00", "date": "1990-01-01", "number": "3", "money": "3.50", "boolean": "true",
            "phone": "13912345678", "email": "a@b.cn", "json_list": '["a","nobody"]', "list": "a,b",
            "json_object": '{"a":0.5,"nobody":0.5}', "id": "K0", "text": "词"}  # fmt: skip
    for kind in KINDS.values():
        columns = {field.name: [cell[field.type]] * 20 for field in kind.fields}
        found = guess_mapping(list(columns), columns, kind=kind.name)
        wrong = {name: column for name, column in fields_of(found).items() if name != column}
        assert not wrong, kind.name
        assert set(found.mapping.fields) >= set(columns) - {"order_amount"}, kind.name


def test_contents_decide_where_names_mislead() -> None:
    """A column that is called a date and holds none is no date; a nameless column of phone numbers is one."""
    found = guess("客户编号,注册日期,联系方式\nA1,以后再说,13912345678\nA2,不记得,13812345678")
    assert fields_of(found) == {"customer_id": "客户编号", "phone": "联系方式"}


def test_dates_with_the_year_last_are_told_apart_by_their_numbers() -> None:
    """A 25 in one place settles the order; where nothing does, one question is asked and its answer used."""
    text = "order_id,customer_id,order_date,amount\n1,a,{},5\n2,b,{},6"
    for first, second, order in (("12/25/2025", "01/02/2025", "mdy"), ("25/12/2025", "01/02/2025", "dmy")):
        found = guess(text.format(first, second))
        assert found.mapping.fields["ordered_at"] == Column(column="order_date", date_format=order)
        assert not found.questions
    asked = guess(text.format("01/02/2025", "03/04/2025"))
    assert [question.id for question in asked.questions] == ["date_order:ordered_at"]
    answered = guess(text.format("01/02/2025", "03/04/2025"), **{"date_order:ordered_at": "dmy"})
    assert answered.mapping.fields["ordered_at"] == Column(column="order_date", date_format="dmy")
    assert not answered.questions


def test_an_amount_repeated_on_every_line_is_the_orders_own() -> None:
    """Whether money belongs to the line or the order is told by quantity and price, else by repetition, else asked."""
    header = "订单号,客户编号,下单时间,商品名称,实付金额\n"
    lines = [f"O{i},C{i},2025-09-01 10:00,{item},{30 + i}" for i in range(6) for item in ("茶", "饼")]
    assert fields_of(guess(header + "\n".join(lines)))["order_amount"] == "实付金额"
    varied = [
        f"O{i},C{i},2025-09-01 10:00,{item},{price}" for i in range(6) for item, price in (("茶", 10), ("饼", 20))
    ]
    assert fields_of(guess(header + "\n".join(varied)))["amount"] == "实付金额"
    few = header + "\n".join(lines[:4])
    assert [question.id for question in guess(few).questions] == ["amount_level"]
    assert fields_of(guess(few, amount_level="line"))["amount"] == "实付金额"


def test_the_mark_of_returns_is_found() -> None:
    """Letters that begin the numbers of returns, and of nothing else, become a rule."""
    lines = [f"10{i},A,2025-01-0{i} 10:00,茶,{i},5" for i in range(1, 9)]
    returns = ["C201,A,2025-01-09 10:00,茶,-1,5", "C202,A,2025-01-09 11:00,茶,-2,5"]
    header = "InvoiceNo,CustomerID,InvoiceDate,Description,Quantity,UnitPrice\n"
    found = guess(header + "\n".join(lines + returns))
    assert found.mapping.fields["refund"] == Prefix(column="InvoiceNo", starts_with="C")
    assert "refund" not in guess(header + "\n".join(lines)).mapping.fields


def test_a_file_of_one_kind_of_event_needs_no_event_column() -> None:
    """Redemptions are redemptions, by the words in their headers."""
    found = guess("household_id,coupon_upc,campaign_id,redemption_date\n1,51380041013,26,2017-01-01")
    assert found.mapping.kind == "events"
    assert found.mapping.fields["event"] == Constant(constant="Coupon Redeemed")


def test_a_list_of_pairs_is_asked_about() -> None:
    """Ids that stand beside ids are no list of customers; a person must say what they are."""
    found = guess("campaign_id,household_id\n1,105\n1,1238\n2,105\n2,77")
    assert [question.id for question in found.questions] == ["kind"]
    told = guess_mapping(["campaign_id", "household_id"], {"campaign_id": ["1"], "household_id": ["2"]}, "exposures")
    assert told.missing == (("decided_at",),)


@settings(deadline=None)
@given(data=st.data())
def test_any_file_gets_a_guess_and_at_most_two_questions(data: st.DataObject) -> None:
    """Whatever the columns hold, there is a mapping, the same one each time, and never a form to fill in."""
    names = data.draw(st.lists(st.text(min_size=1, max_size=10), min_size=1, max_size=6, unique=True))
    cells = st.one_of(st.none(), st.text(max_size=10), st.sampled_from(["1/2/2025", "13912345678", "5.50", "A1"]))
    samples = {name: data.draw(st.lists(cells, min_size=3, max_size=3)) for name in names}
    found = guess_mapping(names, samples)
    assert found == guess_mapping(names, samples)
    assert len(found.questions) <= 2
    assert [guessed.column for guessed in found.columns] == names
    used = [guessed.field for guessed in found.columns if guessed.field]
    assert len(used) == len(set(used))


def test_a_person_can_correct_the_guess() -> None:
    """A column given to another field, kept as an extra or left out is exactly that; computed rules stay."""
    found = guess(MEMBERS)
    corrected = with_columns(
        found.mapping, {"备注": None, "积分": "extra:points_2025", "会员等级": "level", "性别": "tags"}
    )
    assert "备注" not in mapping_to_json(corrected)["extras"]
    assert corrected.extras["points_2025"] == Column(column="积分")
    assert "points" not in corrected.fields
    assert "gender" not in corrected.fields
    assert corrected.fields["tags"] == Column(column="性别")
    assert corrected.fields["customer_id"] == found.mapping.fields["customer_id"]


def test_examples_show_no_person() -> None:
    """A few values of each column are shown; names, numbers and addresses of people only in part."""
    shown = {guessed.column: guessed.examples for guessed in guess(MEMBERS).columns}
    assert shown["会员编号"] == ("V1", "V2")
    assert shown["手机号"] == ("139****5678", "138****5678")
    assert shown["姓名"] == ("张*", "李*")
    assert shown["备注"] == ("爱喝茶",)
    unnamed = guess("a,b\n1,13912345678\n2,13812345678").columns
    assert unnamed[1].examples[0] == "139****5678"


def test_what_was_taken_for_granted_is_said() -> None:
    """Zone and currency that the file does not name are assumed aloud, in both languages."""
    notes = guess(POS).assumed
    assert any("Asia/Shanghai" in note.zh and "Asia/Shanghai" in note.en for note in notes)
    assert any("CNY" in note.zh for note in notes)


def test_a_second_file_is_joined_by_the_column_that_names_its_rows() -> None:
    """The key is what both files have and the second has once a row; files that share nothing are not joined."""
    orders = {"product_id": ["1", "2", "1"], "brand": ["x", "x", "y"], "store": ["a", "b", "c"]}
    products = {"product_id": ["1", "2", "3"], "brand": ["x", "x", "y"], "name": ["茶", "饼", "酒"]}
    join = suggest_join("products.csv", orders, products)
    assert join is not None
    assert (join.file, join.key, join.other_key) == ("products.csv", "product_id", "product_id")
    assert suggest_join("products.csv", {"store": ["a"]}, products) is None


def test_an_unknown_kind_is_refused() -> None:
    """There are seven kinds, and the answer names them."""
    with pytest.raises(LiftloopError) as refused:
        guess_mapping(["a"], {"a": ["1"]}, "people")
    assert "customers" in refused.value.next_en


def test_day_and_time_of_a_till_are_one_instant() -> None:
    """A till that writes day and time into two columns loses neither."""
    found = guess((EXPORTS / "pos_whole.csv").read_text())
    assert mapping_to_json(found.mapping)["fields"]["ordered_at"] == "{销售日期} {销售时间}"
    converted = to_records(batch_of(read((EXPORTS / "pos_whole.csv").read_text())), found.mapping, CONTEXT)
    instants = [each["timestamp"] for each in converted.records if each["type"] == "track"]
    assert instants[0] == "2025-09-01T09:15:20+08:00"


def test_nobody_is_known_by_a_nickname_who_has_a_phone() -> None:
    """Nicknames are shared by many; only where nothing better is there they stand for a customer."""
    header = "订单号,买家昵称,买家手机号,付款时间,订单实付金额"
    line = "E1,芳芳,{},2025-09-01 10:00:00,10.00"
    with_phone, masked = (guess(f"{header}\n{line.format(phone)}") for phone in ("13912345678", "139****5678"))
    assert "customer_id" not in fields_of(with_phone)
    assert fields_of(masked)["customer_id"] == "买家昵称"
