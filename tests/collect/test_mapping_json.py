"""A mapping is data: it survives JSON, and says what is wrong with it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftloop.collect.mapping import (
    Column,
    Constant,
    DeclaredConsent,
    Join,
    Mapping,
    Prefix,
    Product,
    Template,
    check_mapping,
    columns_used,
    mapping_from_json,
    mapping_to_json,
    personal_fields,
    read_plan,
)
from liftloop.collect.mapping_kinds import KINDS
from liftloop.kernel.codec import canonical_json, parse_json
from liftloop.kernel.errors import LiftloopError

NAMES = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=8)
SAFE_NAMES = st.from_regex(r"[A-Za-z一-龥_ ]{1,8}", fullmatch=True)
RULES = st.one_of(
    st.builds(
        Column,
        column=NAMES,
        values=st.dictionaries(NAMES.map(lambda name: name.strip().casefold()), NAMES, max_size=2),
        date_format=st.sampled_from(["auto", "mdy", "%d.%m.%Y"]),
    ),
    st.builds(Template, template=SAFE_NAMES.map(lambda name: f"a-{{{name}}}@x")),
    st.builds(Constant, constant=st.one_of(NAMES, st.booleans(), st.integers(-9, 9).map(float))),
    st.builds(Product, multiply=st.lists(NAMES, min_size=2, max_size=3).map(tuple)),
    st.builds(Prefix, column=NAMES, starts_with=NAMES),
)
MAPPINGS = st.builds(
    Mapping,
    kind=st.sampled_from(list(KINDS)),
    fields=st.dictionaries(NAMES, RULES, max_size=4),
    extras=st.dictionaries(NAMES, RULES, max_size=2),
    joins=st.lists(st.builds(Join, file=NAMES, key=NAMES, other_key=NAMES), max_size=2).map(tuple),
    declares=st.lists(st.builds(DeclaredConsent, channel=NAMES, purpose=NAMES, evidence=NAMES), max_size=1).map(tuple),
    zone=st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York"]),
    currency=st.sampled_from(["CNY", "GBP"]),
    duplicates=st.sampled_from(["keep", "drop"]),
)


@settings(deadline=None)
@given(mapping=MAPPINGS)
def test_a_mapping_survives_json(mapping: Mapping) -> None:
    """Written and read again, through bytes, a mapping is the same."""
    assert mapping_from_json(parse_json(canonical_json(mapping_to_json(mapping)))) == mapping


def test_short_forms_are_short() -> None:
    """A plain column is its name, a template is its text."""
    body: dict[str, Any] = {
        "kind": "orders",
        "fields": {
            "order_id": "InvoiceNo",
            "email": "{CustomerID}@example.test",
            "refund": {"column": "InvoiceNo", "starts_with": "C"},
            "amount": {"multiply": ["Quantity", "UnitPrice"]},
            "currency": {"constant": "GBP"},
        },
    }
    mapping = mapping_from_json(body)
    assert mapping.fields["order_id"] == Column(column="InvoiceNo")
    assert mapping.fields["email"] == Template(template="{CustomerID}@example.test")
    assert mapping_to_json(mapping)["fields"] == body["fields"]
    assert columns_used(mapping) == ("InvoiceNo", "CustomerID", "Quantity", "UnitPrice")
    assert read_plan(mapping).group_by == ("InvoiceNo",)
    assert personal_fields(mapping) == ("email",)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "bad_mapping"),
        ({}, "bad_mapping"),
        ({"kind": "people"}, "unknown_import_kind"),
        ({"kind": "orders", "fields": []}, "bad_mapping"),
        ({"kind": "orders", "fields": {"order_id": 5}}, "bad_mapping"),
        ({"kind": "orders", "fields": {"order_id": {"column": "a", "colour": "red"}}}, "bad_mapping"),
        ({"kind": "orders", "fields": {"order_id": "{a}{"}}, "bad_mapping"),
        ({"kind": "orders", "fields": {"order_id": "{a}" * 300}}, "bad_mapping"),
        ({"kind": "orders", "fields": {"ordered_at": {"column": "a", "date_format": "american"}}}, "bad_date_format"),
        ({"kind": "orders", "zone": "Mars/Olympus"}, "bad_mapping"),
        ({"kind": "orders", "zone": "../etc/passwd"}, "bad_mapping"),
        ({"kind": "orders", "zone": "Asia"}, "bad_mapping"),
        ({"kind": "orders", "duplicates": "maybe"}, "bad_mapping"),
        ({"kind": "orders", "unheard_of": 1}, "bad_mapping"),
        ({"kind": "orders", "joins": [{"file": "a", "key": "b"}]}, "bad_mapping"),
        ({"kind": "orders", "joins": [{"file": "a", "key": "b", "other_key": "c"}] * 9}, "bad_mapping"),
    ],
)
def test_a_wrong_mapping_is_refused_with_the_next_step(body: object, code: str) -> None:
    """Whatever is wrong, the answer has a code, both languages and what to do."""
    with pytest.raises(LiftloopError) as refused:
        mapping_from_json(body)
    error = refused.value
    assert error.code == code
    assert all([error.zh, error.en, error.next_zh, error.next_en])


def test_a_missing_column_is_named_with_what_is_there() -> None:
    """A mapping that names a column which the file lacks says which, and offers the nearest."""
    mapping = mapping_from_json({"kind": "items", "fields": {"item_id": "商品编马"}})
    with pytest.raises(LiftloopError) as refused:
        check_mapping(mapping, ["商品编码", "名称"])
    assert refused.value.code == "mapping_missing_column"
    assert "商品编马" in refused.value.zh
    assert "商品编码" in refused.value.next_zh


def test_an_incomplete_or_unknown_field_is_refused() -> None:
    """A kind needs its required fields, and knows no others."""
    with pytest.raises(LiftloopError) as incomplete:
        check_mapping(mapping_from_json({"kind": "orders", "fields": {"order_id": "a"}}), ["a"])
    assert incomplete.value.code == "mapping_incomplete"
    with pytest.raises(LiftloopError) as unknown:
        check_mapping(mapping_from_json({"kind": "items", "fields": {"item_idd": "a"}}), ["a"])
    assert unknown.value.code == "mapping_unknown_field"
    assert "item_id" in unknown.value.next_en


def test_every_kind_is_described_in_both_languages() -> None:
    """No field without words, no requirement that names an unknown field, no name twice."""
    for kind in KINDS.values():
        names = [field.name for field in kind.fields]
        assert len(names) == len(set(names)), kind.name
        assert all(field.zh and field.en and field.hints for field in kind.fields)
        assert all(name in kind.by_name for choice in kind.requires for name in choice)
        assert not kind.group_by or kind.group_by in kind.by_name
        assert not kind.unique or kind.unique in kind.by_name
